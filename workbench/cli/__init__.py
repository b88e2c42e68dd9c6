"""The command line: ``verval``, its commands in ``commands``, ``doctor`` and ``users``.

Exit 0: done, whatever the findings. Exit 1: ``doctor`` found something lacking. Exit 2: wrong use,
or a list that cannot be used; then one Indonesian sentence stands on standard error. Results go to
standard output, progress to standard error.
"""

from workbench.cli.commands import main

__all__ = ["main"]
