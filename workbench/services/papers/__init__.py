"""What a bimtek prints: each function gives a file name and its content, for a trainer only.

``press`` sets pages, the others fill them: ``planned`` from the plan, ``cases`` from the cases
of the class, ``awards`` and ``reports`` from what the class did; ``pack`` is the trainer's
(guide, ``slides``, ``handouts``), ``kit`` the same for no bimtek in particular; ``bundle`` puts
them together.
File names carry the plan's id and nobody's name.
"""

from workbench.services.papers.awards import certificates
from workbench.services.papers.bundle import all_papers
from workbench.services.papers.cases import answer_sheets, key_sheet, worksheets
from workbench.services.papers.pack import (
    guide,
    handout,
    leaflets,
    pack_papers,
    presentation,
    slide_show,
    trainer_pack,
)
from workbench.services.papers.planned import attendance, join_cards, timetable
from workbench.services.papers.reports import report, report_workbook

__all__ = [
    "all_papers",
    "answer_sheets",
    "attendance",
    "certificates",
    "guide",
    "handout",
    "join_cards",
    "key_sheet",
    "leaflets",
    "pack_papers",
    "presentation",
    "report",
    "report_workbook",
    "slide_show",
    "timetable",
    "trainer_pack",
    "worksheets",
]
