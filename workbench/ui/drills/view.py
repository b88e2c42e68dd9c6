"""The room Latihan singkat on a page: one widget, fed by the model."""

from __future__ import annotations

from pathlib import Path

from workbench.access import Actor
from workbench.ui.card import PageWidget
from workbench.ui.drills.model import DrillRoom


class DrillCard(PageWidget):
    """One card of a drill at a time.

    From the browser: ``go``, ``setup``, ``open``, ``answer``, ``next``, ``resume``, ``report``
    and ``pulse``. To the browser: ``refused`` (sentence, again) and ``live`` (paused, message,
    at).
    """

    source = Path(__file__).with_name("drill")
    thing = "Latihan singkat"


def show(actor: Actor) -> PageWidget:
    """The drills of this person, open on the list."""
    from workbench.services import courses, drills
    from workbench.services.office import Office

    return DrillCard.link(DrillRoom(Office.from_environment(), actor, drills, courses))
