"""Eight people answer on a real server; the trainer's open board shows all of it, and no more."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from random import Random

import pytest

from tests.load.bench_board import Work, answer_case, next_case
from tests.load.board import Noted, board_of
from tests.load.client import Person
from tests.load.hall import Server, add_trainer, make_office, ours, serving

SEATS = 8

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.xdist_group("load")]


@dataclass
class Watched:
    """What the board showed: before anybody sent a case, and in the end. ``sent`` is by name."""

    before: Noted
    after: Noted
    sent: Counter[str]


@pytest.fixture(scope="module", params=[False, True], ids=["without parts", "with parts"])
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A class in which the first answers and sends no case, the last sends two, the others one."""
    root = tmp_path_factory.mktemp("papan") / "kantor"
    code = make_office(root, seats=20, has_parts=request.param)
    account = add_trainer(root)
    with serving(ours(root)) as server:
        return asyncio.run(_play(server, code, account))


async def _play(server: Server, code: str, account: tuple[str, str]) -> Watched:
    people = [Person(server.url, name=f"Peserta {n}") for n in range(SEATS)]
    work = Work()
    try:
        await asyncio.gather(*(one.join(code) for one in people))
        await asyncio.gather(*(one.open() for one in people))
        async with board_of(server.url, *account) as board:
            before = await board.noted()
            case = await next_case(people[0])
            await people[0].answer(case["number"], "status", "layak")
            await board.shows_begun(people[0].name)
            senders = enumerate(people[1:])
            await asyncio.gather(*(answer_case(one, Random(n), work) for n, one in senders))
            await board.shows(work.cases)
            await answer_case(people[-1], Random(SEATS), work)
            await board.shows(work.cases)
            after = await board.noted()
    finally:
        for one in people:
            await one.vanish()
    return Watched(before, after, work.cases)


def test_an_open_board_shows_every_case_that_was_sent_and_no_other(watched: Watched) -> None:
    assert sorted(watched.sent.values()) == [1] * (SEATS - 2) + [2]
    shown = {name: run[-1][1] for name, run in watched.after.people.items()}
    assert shown == {f"Peserta {n}": watched.sent[f"Peserta {n}"] for n in range(SEATS)}
    assert watched.after.total[-1][1] == SEATS


def test_a_board_begins_at_nothing_and_no_count_ever_falls(watched: Watched) -> None:
    assert [run[-1][1] for run in watched.before.people.values()] == [0] * SEATS
    assert watched.before.total[-1][1] == 0
    assert watched.after.falls == 0


def test_who_has_answered_once_stands_as_begun(watched: Watched) -> None:
    assert watched.before.begun == {}
    assert watched.after.begun.keys() == watched.after.people.keys()
