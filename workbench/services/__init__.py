"""One function per thing a person does, each taking an ``Actor`` and asking ``access`` first.

Import the module you need (``from workbench.services import training``): a trainee's process
must not load what only lists and maps use.
"""
