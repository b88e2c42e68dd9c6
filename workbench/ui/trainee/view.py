"""The room Latihan on a page: the case card, fed by the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.access import Actor
from workbench.ui.card import CaseCard
from workbench.ui.trainee.model import TraineeRoom


def show(actor: Actor) -> CaseCard:
    """The card of this trainee, open on the case that is next."""
    from workbench.services import courses, training
    from workbench.services.office import Office
    from workbench.ui.hall import hall_address

    office = Office.from_environment()
    return link(TraineeRoom(office, actor, training, courses, hall_address(office.root)))


def link(room: TraineeRoom) -> CaseCard:
    """A card that shows ``room`` and asks it about every message."""

    def listen(message: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
        page, answers = room.answer(message)
        request = message.get("request")
        request = request if type(request) is int else None
        if page is not None:
            card.show(page, request)
        return [{**answer, "request": request} for answer in answers]

    card = CaseCard(room.first_page(), listen)
    return card
