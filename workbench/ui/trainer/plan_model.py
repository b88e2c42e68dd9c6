"""The plan of a bimtek as a plain object: what is chosen, changed, kept, and what blocks.

Every change is kept at once, so that a closed page loses nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from workbench.access import Actor
from workbench.domain.wilayah import PLACES
from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.services.bimteks import Bimtek, ClassChanges, Invited
from workbench.training.agenda import Agenda, Session, count_jp, read_time, usual_agenda

Progress = Callable[[int, int], None]


class PlanRoom:
    """The plans of an office and the one that is open.

    ``bimteks`` is ``services.bimteks`` or something with its functions.
    """

    def __init__(self, office: Any, actor: Actor, bimteks: Any) -> None:
        self.office, self.actor = office, actor
        self._bimteks = bimteks
        self.plan: Bimtek | None = None

    # -- which plan --------------------------------------------------------------------------

    def plans(self) -> tuple[Bimtek, ...]:
        """All plans, the newest first."""
        found: tuple[Bimtek, ...] = self._bimteks.list_bimteks(self.office, self.actor)
        return found

    def choose(self, bimtek_id: str) -> None:
        """Open a plan as it is kept now; "" opens none."""
        self.plan = (
            self._bimteks.read_bimtek(self.office, self.actor, bimtek_id) if bimtek_id else None
        )

    def choose_of_class(self, class_id: str) -> None:
        """Open the plan a class was opened from, where there is one."""
        self.plan = self._bimteks.bimtek_of_class(self.office, self.actor, class_id)

    def begin(self, variant: str, day: date) -> None:
        """A new plan from the usual timetable of one day or two."""
        self._keep(Bimtek("Bimtek verval", day, usual_agenda(variant)))

    def copy(self, day: date | None, with_people: bool) -> None:
        """Go on with a copy of the plan, held first on ``day``."""
        if day is None:
            raise WrongUse("Isi hari pertama untuk salinannya dulu.")
        plan = self._open()
        self.plan = self._bimteks.copy_bimtek(self.office, self.actor, plan.id, day, with_people)

    def delete(self) -> None:
        """Throw the plan away; none is open afterwards."""
        self._bimteks.delete_bimtek(self.office, self.actor, self._open().id)
        self.plan = None

    def change(self, **values: Any) -> None:
        """Other values in the plan itself, or in ``course``."""
        self._keep(replace(self._open(), **values))

    # -- the timetable -----------------------------------------------------------------------

    def save_session(self, place: int | None, typed: dict[str, Any], carry: bool) -> int:
        """Keep a session as it was typed, new where ``place`` is None; returns its place.

        With ``carry`` what follows that day moves along. ``jp`` is text; "" counts it from the
        length, and so does a number that was left as it stood while the length changed. Raises
        ``WrongUse`` for what cannot be read.
        """
        agenda = self._open().agenda
        session = Session(
            **{**typed, "begins": read_time(typed["begins"]), "ends": read_time(typed["ends"])}
            | {"jp": 0.0}
        )
        jp = typed["jp"]
        if place is None:
            session = replace(session, jp=read_jp(jp, session.minutes))
            agenda = agenda.added(session)
        else:
            old = agenda.sessions[place]
            is_left = old.jp and jp.strip() == number_id(old.jp) and old.minutes != session.minutes
            session = replace(session, jp=read_jp("" if is_left else jp, session.minutes))
            agenda = agenda.replaced(place, session, carry)
        self._keep_agenda(agenda)
        return agenda.sessions.index(session)

    def remove_session(self, place: int) -> None:
        """Take a session out of the timetable."""
        self._keep_agenda(self._open().agenda.removed(place))

    def move_session(self, place: int, later: bool) -> int:
        """Let a session change places with its neighbour; returns its new place."""
        agenda = self._open().agenda
        moved = agenda.moved(place, later)
        self._keep_agenda(moved)
        return place if moved == agenda else place + (1 if later else -1)

    # -- people ------------------------------------------------------------------------------

    def read_people(self, file_name: str, content: bytes) -> str:
        """Take the office's list in place of the one that stands; what was read, in words."""
        with tempfile.TemporaryDirectory() as folder:
            # Only the ending of the name is the visitor's.
            path = Path(folder) / f"peserta{Path(file_name).suffix.lower()[:6]}"
            path.write_bytes(content)
            people = self._bimteks.read_people(path)
        self.change(people=people)
        return people_words(self._open(), self._bimteks.names_alike(people))

    def add_person(self, name: str, position: str, area_kode: str) -> None:
        """One more person, also after the class has opened."""
        person = Invited(name, position.strip(), area_kode)
        self._keep(self._bimteks.add_person(self._open(), person))

    def remove_person(self, place: int) -> None:
        """Take somebody off the list."""
        people = self._open().people
        self.change(people=tuple(one for n, one in enumerate(people) if n != place))

    def group(self, by: str, size: int) -> None:
        """Make groups anew."""
        people = self._open().people
        self.change(people=self._bimteks.group_people(people, by, size))

    def shown_names(self) -> tuple[str, ...]:
        """The people's names as they are printed."""
        names: tuple[str, ...] = self._bimteks.shown_names(self._open().people)
        return names

    # -- the class ---------------------------------------------------------------------------

    def blockers(self) -> tuple[str, ...]:
        """Why no class can be opened now, a sentence each."""
        return self.plan.blockers() if self.plan else ("Pilih atau buat rencana dulu.",)

    def open_class(self, progress: Progress | None = None) -> str:
        """Open the class of the plan; returns its id."""
        plan = self._open()
        self.plan = self._bimteks.open_bimtek(self.office, self.actor, plan.id, progress)
        return self.plan.class_id

    def class_changes(self) -> ClassChanges:
        """What the plan would change in its open class."""
        found: ClassChanges = self._bimteks.class_changes(self.office, self.actor, self._open().id)
        return found

    def renew_class(self) -> str:
        """Bring the open class up to the plan; what was done and what was not, in words."""
        changes = self._bimteks.renew_class(self.office, self.actor, self._open().id)
        return " ".join(("Kelas disesuaikan.", *changes.done, *changes.kept))

    def _keep_agenda(self, agenda: Agenda) -> None:
        self.change(agenda=agenda)

    def _keep(self, plan: Bimtek) -> None:
        self.plan = self._bimteks.save_bimtek(self.office, self.actor, plan)

    def _open(self) -> Bimtek:
        if self.plan is None:
            raise WrongUse("Pilih atau buat rencana dulu.")
        return self.plan


def read_jp(text: str, minutes: int) -> float:
    """Hours of lessons as typed (``2`` or ``1,7``); counted where nothing is typed."""
    plain = text.strip().replace(",", ".")
    if not plain:
        return count_jp(minutes)
    try:
        return round(float(plain), 1)
    except ValueError:
        raise WrongUse("JP tidak dapat dibaca. Tulis seperti 2 atau 1,7.") from None


def people_words(plan: Bimtek, alike: int) -> str:
    """What a list of people holds, in words."""
    words = f"{number_id(len(plan.people))} nama terbaca."
    unplaced = sum(not one.area_kode for one in plan.people)
    if unplaced:
        words += f" {number_id(unplaced)} tanpa {PLACES} yang dikenal."
    if alike:
        words += f" {number_id(alike)} orang bernama sama; dibedakan dengan {PLACES} dan nomor."
    return words


__all__ = ["PlanRoom", "people_words", "read_jp"]
