"""Births, deaths, moves and cards that change: what follows, and whether the next list shows it.

``kinds`` (what can be reported, ``happenings.yaml``), ``facts`` (what a family's own rows say),
``sequels`` (what the next list shows of it), ``graduations``, ``sums`` (two lists told to a lurah).
"""
