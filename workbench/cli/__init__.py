"""The command line: ``verval generate | read | check | rules | checklist | map | serve``.

Exit 0: done, whatever the findings. Exit 2: wrong use, or a list that cannot be used; then one
Indonesian sentence stands on standard error. Results go to standard output, progress to standard
error.
"""

from workbench.cli.commands import main

__all__ = ["main"]
