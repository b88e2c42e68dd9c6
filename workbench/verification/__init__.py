"""Lists as offices have them: reading, checklists, outcomes."""

from workbench.verification.reading import (
    Proposal,
    ProposedColumn,
    Reading,
    propose_mapping,
    read_list,
)
from workbench.verification.refusals import write_refused
from workbench.verification.refused_workbook import write_refused_workbook

__all__ = [
    "Proposal",
    "ProposedColumn",
    "Reading",
    "propose_mapping",
    "read_list",
    "write_refused",
    "write_refused_workbook",
]
