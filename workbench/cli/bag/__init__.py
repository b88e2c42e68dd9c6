"""The bag: Meja Verval in a folder that is carried into a hall without a network.

``building`` makes it (``verval bag``), ``installing`` travels in it as ``pasang.py`` and knows the
standard library only.
"""
