"""The room Latihan on a page: the case card, fed by the model."""

from __future__ import annotations

from workbench.access import Actor
from workbench.ui.card import CaseCard, PageWidget
from workbench.ui.trainee.model import TraineeRoom


def show(actor: Actor) -> PageWidget:
    """The card of this trainee, open on the case that is next."""
    from workbench.services import courses, training
    from workbench.services.office import Office
    from workbench.ui.hall import hall_address

    office = Office.from_environment()
    return link(TraineeRoom(office, actor, training, courses, hall_address(office.root)))


def link(room: TraineeRoom) -> PageWidget:
    """A card that shows ``room``."""
    return CaseCard.link(room)
