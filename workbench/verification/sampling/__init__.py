"""How many families are visited again, which ones, and what follows for the whole list.

``lots`` decides pass or fail, ``estimates`` says how large the share of mistakes is, ``frames``
draws the families so that anybody can draw them again. Plain values in, plain values out: no store
and no screen. Import from the module; scipy is loaded when a figure is asked for.
"""
