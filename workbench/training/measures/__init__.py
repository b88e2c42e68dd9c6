"""Whether training worked, in figures: skill and caution, gain, quality of tasks, matched forms.

``detection`` reads who finds seeded errors, ``gains`` compares a class before and after, ``items``
judges the tasks themselves, ``forms`` draws the two forms of a test; ``estimates`` holds the
intervals they share. Plain values in, plain values out. A figure that the data cannot carry is
refused in a sentence of the result. Import from the module: ``detection`` and ``forms`` load
nothing heavy, the others numpy and scipy.
"""
