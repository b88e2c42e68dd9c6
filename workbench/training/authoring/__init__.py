"""Tasks a trainer writes in a spreadsheet: one row, one task, no programming.

``write_template`` gives the workbook, ``read_tasks`` reads it back with every fault named by
sheet, row and column, ``preview`` shows a task as a trainee will meet it. Reading loads no
engine; drawing a case does.
"""

from workbench.training.authoring.preview import Preview, draw_cases, preview
from workbench.training.authoring.reading import read_tasks
from workbench.training.authoring.tasks import CaseTask, Complaint, QuestionTask, Task
from workbench.training.authoring.template import write_template

__all__ = [
    "CaseTask",
    "Complaint",
    "Preview",
    "QuestionTask",
    "Task",
    "draw_cases",
    "preview",
    "read_tasks",
    "write_template",
]
