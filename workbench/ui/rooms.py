"""The rooms a notebook opens, one call each; only a notebook also knows ``serve``.

Every room loads its panel when it is opened and not before: a trainee's kernel must never load
what only maps and lists use.
"""

from __future__ import annotations

from IPython.display import display

from workbench.access import Actor
from workbench.ui.guard import protect


def beranda(actor: Actor) -> None:
    """The first page: what to do next, for one's role."""
    from workbench.ui.home import view

    display(protect(view.show(actor)))


def latihan(actor: Actor) -> None:
    """A trainee's cases."""
    from workbench.ui.trainee import view

    display(protect(view.show(actor)))


def singkat(actor: Actor) -> None:
    """Drills: one card at a time."""
    from workbench.ui.drills import view

    display(protect(view.show(actor)))


def kelas(actor: Actor) -> None:
    """A trainer's class: open it, show how to join, watch the board."""
    from workbench.ui.trainer import view

    display(protect(view.show(actor)))


def daftar(actor: Actor) -> None:
    """Real or practice lists: import, findings, checklists."""
    from workbench.ui.staff import view

    _display(view.show(actor))


def padanan(actor: Actor) -> None:
    """The same people in two lists, and one list of both."""
    from workbench.ui.linking import view

    _display(view.show(actor))


def peta(actor: Actor) -> None:
    """Maps by kelurahan."""
    from workbench.ui.maps import view

    _display(view.show(actor))


def lapangan(actor: Actor, record: str = "") -> None:
    """Visits: who goes where, what came back, what is decided; at the record of a printed key."""
    from workbench.ui.fieldwork import view

    _display(view.show(actor, record))


def jejak(actor: Actor) -> None:
    """Who did what, whether the chain is whole, evidence, and the office's settings."""
    from workbench.ui.trail import view

    _display(view.show(actor))


def aturan(actor: Actor) -> None:
    """The catalogue of rules: read, teach, set."""
    from workbench.ui.catalogue import view

    display(protect(view.show(actor)))


def _display(panel: object) -> None:
    # These panels may display themselves and return nothing.
    if panel is not None:
        display(protect(panel))
