"""How far people who judged the same families agree, and whose mistakes the differences were.

``tables`` counts judgements, ``measures`` reads agreement from the counts, ``attribution`` says
after adjudication who was wrong. Plain values in, plain values out. Import from the module:
``measures`` loads numpy, and scipy when a figure is asked for.
"""
