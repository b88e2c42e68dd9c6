"""Maps: boundaries, indicators per kelurahan, and the page that draws them.

Nothing is imported here, so that asking for an indicator does not load folium.
"""
