"""Practice cases: drawn from the catalogue of rules, answered by trainees, graded and explained.

A plan fixes what each task of a class holds; ``draw_seats`` draws the cases; ``grade`` and
``explain`` judge an answer from the key alone. Nothing here knows a screen or a store.
"""

from workbench.training.answers import Answer, choices
from workbench.training.cases import Case
from workbench.training.drawing import draw_case, draw_seats, fix_tasks
from workbench.training.example import worked_case
from workbench.training.feedback import explain, verdict
from workbench.training.grades import Grade, grade
from workbench.training.keys import Key, LookAlike, Mistake
from workbench.training.plans import Plan, Task

__all__ = [
    "Answer",
    "Case",
    "Grade",
    "Key",
    "LookAlike",
    "Mistake",
    "Plan",
    "Task",
    "choices",
    "draw_case",
    "draw_seats",
    "explain",
    "fix_tasks",
    "grade",
    "verdict",
    "worked_case",
]
