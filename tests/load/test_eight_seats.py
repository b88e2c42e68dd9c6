"""Eight people at once on a real server: everybody live, nothing lost, nothing left behind."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.load.client import Person, Trainer, Visit
from tests.load.hall import (
    Answer,
    Server,
    answers_acknowledged,
    answers_in,
    answers_sent,
    make_office,
    ours,
    serving,
)

SEATS = 8
ANSWERS = 6
#: Seconds: generous, for this is no race.
LIMIT_S = 120.0

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("load")]


@dataclass
class Played:
    """What was seen while eight people came, answered, loaded again and left.

    The states are those of /keadaan; ``unknown`` is how many processes there were at each of
    them that /keadaan does not count.
    """

    visits: list[Visit]
    again: list[Visit]
    states: dict[str, dict[str, Any]]
    unknown: dict[str, int]
    sent: dict[Answer, str]
    acknowledged: dict[Answer, str]
    problems: list[str]
    stored: dict[Answer, str]
    zombies: dict[int, str]
    seat_mb: float


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The whole story on one server, once for all tests."""
    root = tmp_path_factory.mktemp("aula") / "kantor"
    code = make_office(root, seats=20)
    with serving(ours(root)) as server:
        yield asyncio.run(_play(server, root, code))


async def _play(server: Server, root: Path, code: str) -> Played:
    trainer = Trainer(server.url)
    facts = json.loads((root / "serve.json").read_text("utf-8"))
    await trainer.sign_in(facts["trainer_username"], facts["trainer_password"])
    states: dict[str, dict[str, Any]] = {}
    unknown: dict[str, int] = {}
    zombies: dict[str, dict[int, str]] = {}

    async def look(when: str, live: int) -> None:
        """Wait until so many kernels serve somebody and as many processes are there as told.

        What has just ended is nobody's fault: it is buried in the next moment.
        """
        limit = time.monotonic() + LIMIT_S
        while True:
            state = await trainer.state()
            states[when], zombies[when] = state, server.zombies()
            unknown[when] = len(server.kernels()) - state["hidup"] - state["hangat"]
            settled = state["hidup"] == live and unknown[when] == unknown["before"]
            if (settled and not zombies[when]) or time.monotonic() > limit:
                return
            await asyncio.sleep(0.2)

    await look("before", 0)
    people = [Person(server.url, name=f"Peserta {n}") for n in range(SEATS)]
    await asyncio.gather(*(one.join(code) for one in people))
    visits = await asyncio.gather(*(one.open() for one in people))
    await asyncio.gather(*(_answer(one) for one in people))
    await look("live", SEATS)
    seat_mb = server.seat_mb(SEATS)

    for one in people[::2]:
        one.fall_silent()
    again = await asyncio.gather(*(one.reload() for one in people))
    await look("again", SEATS)
    await asyncio.gather(*(_answer(one) for one in people))
    sent, acknowledged = answers_sent(people), answers_acknowledged(people)
    problems = [problem for one in people for problem in one.problems]

    await asyncio.gather(*(one.close_page() for one in people[::2]))
    await asyncio.gather(*(one.sign_out() for one in people[1::2]))
    await look("after", 0)
    for phone in (trainer, *people):
        await phone.put_away()
    stored = answers_in(root)
    left = zombies["after"]
    return Played(
        visits, again, states, unknown, sent, acknowledged, problems, stored, left, seat_mb
    )


async def _answer(one: Person) -> None:
    """Mark some cells, and think again about each."""
    page = await one.go("case")
    number = page["case"]["number"]
    cells = [row["cell"] for group in page["case"]["record"] for row in group["rows"]]
    for cell in cells[:ANSWERS]:
        await one.answer(number, cell, "sesuai")
        await one.answer(number, cell, "perlu_kunjungan")


def test_eight_people_who_come_at_once_are_all_live(played: Played) -> None:
    assert len({visit.kernel_id for visit in played.visits}) == SEATS
    assert max(visit.live for visit in played.visits) < LIMIT_S
    print(f"memory of a kernel in use: {played.seat_mb:.1f} MB")
    assert played.seat_mb > 0


def test_every_answer_is_acknowledged_and_in_the_store_and_no_other(played: Played) -> None:
    assert len(played.sent) == SEATS * ANSWERS * 2 * 2
    assert played.problems == []
    assert played.acknowledged == played.sent
    assert played.stored == played.sent


def test_a_person_who_loads_the_page_again_has_one_kernel_still(played: Played) -> None:
    assert played.states["live"]["hidup"] == SEATS
    assert played.states["again"]["hidup"] == SEATS
    old = {visit.kernel_id for visit in played.visits}
    assert old.isdisjoint(visit.kernel_id for visit in played.again)


def test_who_has_left_leaves_no_kernel_no_process_and_no_zombie(played: Played) -> None:
    assert played.states["after"]["hidup"] == 0
    assert set(played.unknown.values()) == {played.unknown["before"]}
    assert played.zombies == {}
