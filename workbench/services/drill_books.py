"""Where the answers of drills are kept: a seat's in the store, a trainer's in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, select

from workbench.access import Actor, Permission, Role, require
from workbench.errors import Forbidden
from workbench.services.ladders import asked_drills
from workbench.services.office import Office
from workbench.services.own_tasks import KeptQuestion, kept_questions
from workbench.services.pauses import require_going
from workbench.store import clock
from workbench.store.tables import drill_answer, participant
from workbench.training.drills.rounds import Drill

_NO_SEAT = "Anda belum duduk di sebuah kelas. Masuklah dengan kode kelas."
#: The end of a question's id, which names it among the answers.
_CODE: Final = 12


@dataclass(frozen=True)
class Row:
    """One card answered, or the opening of a round (see ``drills``)."""

    item: str
    answer: str
    is_right: bool


#: Rounds of one drill: number -> place -> what is kept.
Rounds = dict[int, dict[int, Row]]
#: The questions of the office by their codes.
Questions = Mapping[str, KeptQuestion]


class Book(Protocol):
    """Where one player's answers are kept, while it is open."""

    def asked(self) -> tuple[str, ...]: ...
    def require_going(self) -> None: ...
    def questions(self) -> Questions: ...
    def rounds(self, drill: Drill) -> Rounds: ...
    def put(self, drill: Drill, number: int, place: int, row: Row) -> None: ...


@dataclass(frozen=True)
class _SeatBook:
    """A seat's answers in the store; what stands already is never written over."""

    connection: Connection
    actor: Actor

    def asked(self) -> tuple[str, ...]:
        return asked_drills(self.connection, self.actor.class_id)

    def require_going(self) -> None:
        require_going(self.connection, self.actor.class_id)

    def questions(self) -> Questions:
        return questions_by_code(self.connection)

    def rounds(self, drill: Drill) -> Rounds:
        kept: Rounds = {}
        for row in self.connection.execute(
            select(drill_answer)
            .where(
                drill_answer.c.class_id == self.actor.class_id,
                drill_answer.c.seat == self.actor.seat,
                drill_answer.c.drill == drill.name,
            )
            .order_by(drill_answer.c.round, drill_answer.c.place)
        ):
            kept.setdefault(row.round, {})[row.place] = Row(row.item, row.answer, row.is_right)
        return kept

    def put(self, drill: Drill, number: int, place: int, row: Row) -> None:
        self.connection.execute(
            drill_answer.insert().values(
                class_id=self.actor.class_id,
                seat=self.actor.seat,
                drill=drill.name,
                round=number,
                place=place,
                item=row.item,
                answer=row.answer,
                is_right=row.is_right,
                at=clock.now(),
            )
        )


@dataclass(frozen=True)
class _WallBook:
    """A trainer's own rounds, gone with the process."""

    office: Office
    kept: dict[str, Rounds]

    def asked(self) -> tuple[str, ...]:
        return ()

    def require_going(self) -> None:
        """A trainer pauses the class, not themselves."""

    def questions(self) -> Questions:
        with self.office.practice.reading() as connection:
            return questions_by_code(connection)

    def rounds(self, drill: Drill) -> Rounds:
        return self.kept.get(drill.name, {})

    def put(self, drill: Drill, number: int, place: int, row: Row) -> None:
        self.kept.setdefault(drill.name, {}).setdefault(number, {})[place] = row


_walls: WeakKeyDictionary[Office, dict[str, dict[str, Rounds]]] = WeakKeyDictionary()


def _is_seated(actor: Actor) -> bool:
    """Whether a seat plays, and not a trainer for the wall; raises ``Forbidden`` for neither."""
    require(actor, Permission.SEE_WORKED_CASE)
    if actor.role is not Role.PESERTA:
        return False
    if not actor.class_id or actor.seat < 1 or actor.id != f"{actor.class_id}.{actor.seat}":
        raise Forbidden(_NO_SEAT)
    return True


def _wall(office: Office, actor: Actor) -> _WallBook:
    return _WallBook(office, _walls.setdefault(office, {}).setdefault(actor.id, {}))


@contextmanager
def reading(office: Office, actor: Actor) -> Iterator[Book]:
    """What the actor has played, to be read; raises ``Forbidden`` for whoever plays nothing."""
    if not _is_seated(actor):
        yield _wall(office, actor)
        return
    with office.practice.reading() as connection:
        yield _SeatBook(connection, actor)


@contextmanager
def writing(office: Office, actor: Actor) -> Iterator[Book]:
    """The same to go on with; the seat is locked until the block ends."""
    if not _is_seated(actor):
        yield _wall(office, actor)
        return
    with office.practice.writing() as connection:
        # First of all, for it also locks the seat on other databases.
        seated = connection.execute(
            participant.update()
            .where(participant.c.class_id == actor.class_id, participant.c.seat == actor.seat)
            .values(last_seen_at=clock.now())
        )
        if not seated.rowcount:
            raise Forbidden(_NO_SEAT)
        yield _SeatBook(connection, actor)


def questions_by_code(connection: Connection) -> dict[str, KeptQuestion]:
    """The questions of the office by what names them among the answers."""
    return {name[-_CODE:]: question for name, question in kept_questions(connection).items()}
