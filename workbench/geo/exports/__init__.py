"""What goes out of the maps: charts, figures, geodata, tables and a bundle of open data.

All of it is made of an ``Atlas``, whose numbers passed the gate; none of it counts anything.
"""
