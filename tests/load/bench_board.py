"""How soon a case that was sent stands on the trainer's board, while a full class answers.

    python -m tests.load.bench_board                    20 people, with parts and without
    python -m tests.load.bench_board --full             100 people, each for a minute
    python -m tests.load.bench_board --people 67 --answer 30 --kind parts --earlier 10

Everybody's page is live and answers every five seconds; every sixth answer sends the case. What a
board shows grows with the day, so ``--earlier`` cases each are sent before it is opened. The
board is the trainer's own page in a browser without a window, on the same cores as the server and
the people. *Shown* is from the moment a page was told that its case is in (its feedback came)
until that count stands painted on the board; *total* the same for the number over the board;
*begun* from the first "tersimpan" of a person until they no longer stand as "belum mulai", for a
single mark moves nothing else (with parts a case that is handed out is a beginning already). What
a board shows before the page was told counts as 0.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.figures import records
from tests.load.bench_serving import JOINING, PACE_S, SPARE_SEATS, quantile, say
from tests.load.board import board_of
from tests.load.client import Lost, Person
from tests.load.hall import Server, add_trainer, make_office, ours, serving

KINDS = {"parts": "with parts", "plain": "without"}
#: Cells marked before the three answers that end a case.
MARKS = 3
DECISION = (("status", "layak"), ("follow_up", "tidak_ada"), ("confidence", "ragu"))
#: Cases of a seat where there is no ladder.
CASES = 30
#: The last counts may take so many seconds to be shown.
LAST_S = 30.0
#: A page asks what the trainer says after so many seconds.
PULSE_S = 10.0


@dataclass(frozen=True)
class Scenario:
    """A kind of class, its people, seconds they answer, and the cases each has sent before."""

    kind: str
    people: int
    answer: float
    earlier: int = 0


@dataclass(frozen=True)
class Sent:
    """A case: whose, how many of theirs it makes, and when its page was told (since 1970)."""

    name: str
    cases: int
    told_at: float


@dataclass
class Work:
    """What the people did: seconds to each "tersimpan" and each feedback, and what went amiss.

    ``first`` is when each was told of their first "tersimpan" (since 1970), by name.
    """

    saved: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    first: dict[str, float] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    @property
    def cases(self) -> Counter[str]:
        """How many cases each person has sent, by name."""
        return Counter(one.name for one in self.sent)


@dataclass(frozen=True)
class Figures:
    """What was measured. Seconds; CPU as shares of one core while the people answered.

    ``machine`` is the load average of the last minute before and after, others' work included.
    """

    scenario: Scenario
    answers: int
    saved_p95: float
    told_p95: float
    shown: list[float]
    total: list[float]
    begun: list[float]
    never: int
    cpu: dict[str, float]
    machine: tuple[float, float]
    lost: list[str]


async def next_case(one: Person) -> dict[str, Any]:
    """Go on to the case that is next, past the worked examples."""
    page = await one.go("case")
    while page["screen"] == "worked":
        page = await one.finish(page["number"])
    if page["screen"] != "case":
        raise Lost(f"no case: {page['screen']}")
    case: dict[str, Any] = page["case"]
    return case


async def answer_case(
    one: Person, rng: random.Random, work: Work, marks: int = MARKS, pace: float = 0.0
) -> None:
    """Go on to the case that is next, mark so many cells, decide and send it.

    There are ``pace`` seconds from one answer to the next.
    """
    case = await next_case(one)
    cells = [row["cell"] for group in case["record"] for row in group["rows"]]
    words = [code for code, _words in case["choices"]["mark"]]
    marked = [(cell, rng.choice(words)) for cell in rng.sample(cells, marks)]
    for name, value in (*marked, *DECISION):
        start = time.monotonic()
        work.saved.append(await one.answer(case["number"], name, value))
        work.first.setdefault(one.name, time.time())
        await asyncio.sleep(max(0.0, start + pace - time.monotonic()))
    start = time.monotonic()
    await one.submit(case["number"])
    work.told.append(time.monotonic() - start)
    work.sent.append(Sent(one.name, work.cases[one.name] + 1, time.time()))


def delays(moments: Sequence[tuple[float | None, float]]) -> list[float]:
    """Seconds from told to shown, of pairs (shown, told); what was never shown is left out."""
    return [max(0.0, shown - told) for shown, told in moments if shown is not None]


def measure(scenario: Scenario, options: Sequence[str]) -> Figures:
    """Play one class on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        root, seats = Path(folder) / "kantor", scenario.people + SPARE_SEATS
        say(f"{scenario.kind}: drawing the cases of {seats} seats")
        code = make_office(root, seats, CASES, has_parts=scenario.kind == "parts")
        account = add_trainer(root)
        with serving(ours(root, *options)) as server:
            return asyncio.run(_play(scenario, server, code, account))


async def _play(scenario: Scenario, server: Server, code: str, account: tuple[str, str]) -> Figures:
    people = [Person(server.url, name=f"Peserta {n}") for n in range(scenario.people)]
    try:
        await _come(scenario, people, code)
        return await _watch(scenario, server, account, people)
    finally:
        for one in people:
            await one.vanish()


async def _come(scenario: Scenario, people: Sequence[Person], code: str) -> None:
    """Everybody takes a seat and opens the page, some side by side."""
    say(f"{scenario.kind}: {len(people)} people come")
    for first in range(0, len(people), JOINING):
        some = people[first : first + JOINING]
        await asyncio.gather(*(one.join(code) for one in some))
        await asyncio.gather(*(one.open() for one in some))


async def _watch(
    scenario: Scenario, server: Server, account: tuple[str, str], people: Sequence[Person]
) -> Figures:
    done = Work()
    say(f"{scenario.kind}: everybody sends {scenario.earlier} cases before")
    for n in range(scenario.earlier):
        for first in range(0, len(people), JOINING):
            some = people[first : first + JOINING]
            await asyncio.gather(*(answer_case(one, random.Random(n), done) for one in some))
    await asyncio.to_thread(server.rest)
    before = _cpu(server)
    async with board_of(server.url, *account) as board:
        # Everybody is at rest: whatever worked most is what the trainer has opened.
        own = _most_worked(before, _cpu(server), server)
        await asyncio.to_thread(server.rest)
        say(f"{scenario.kind}: everybody answers for {scenario.answer:g} s")
        work = Work(sent=list(done.sent))
        machine, began, before = os.getloadavg()[0], time.monotonic(), _cpu(server)
        await asyncio.gather(
            *(_live(one, n, scenario.answer, work) for n, one in enumerate(people))
        )
        passed, after = time.monotonic() - began, _cpu(server)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_S):
                await board.shows(work.cases)
        noted = await board.noted()
    earlier = len(done.sent)
    sent = work.sent[earlier:]
    told = sorted(one.told_at for one in sent)
    shown = delays([(noted.person_at(one.name, one.cases), one.told_at) for one in sent])
    total = delays([(noted.total_at(n), at) for n, at in enumerate(told, start=earlier + 1)])
    begun = delays([(noted.begun.get(who), at) for who, at in work.first.items()])
    return Figures(
        scenario=scenario,
        answers=len(work.saved),
        saved_p95=quantile(work.saved, 0.95),
        told_p95=quantile(work.told, 0.95),
        shown=shown,
        total=total,
        begun=begun if not earlier else [],
        never=2 * len(sent) - len(shown) - len(total),
        cpu=_shares(before, after, passed, server, own),
        machine=(machine, os.getloadavg()[0]),
        lost=work.lost,
    )


async def _live(one: Person, number: int, seconds: float, work: Work) -> None:
    """One case after the other, each person beginning at another moment."""
    rng = random.Random(number)

    async def ask() -> None:
        await asyncio.sleep(rng.uniform(0, PULSE_S))
        while True:
            await one.pulse()
            await asyncio.sleep(PULSE_S)

    async def answer() -> None:
        await asyncio.sleep(rng.uniform(0, PACE_S))
        marks = rng.randint(0, MARKS)  # not everybody stands at the beginning of a case
        while True:
            await answer_case(one, rng, work, marks, PACE_S)
            marks = MARKS

    asking = asyncio.create_task(ask())
    try:
        async with asyncio.timeout(seconds):
            await answer()
    except TimeoutError:
        pass
    except Lost as error:
        work.lost.append(str(error))
    finally:
        asking.cancel()


def _cpu(server: Server) -> dict[int, float]:
    """CPU seconds so far of the server's family and of all else that this process started."""
    told = {}
    for one in [psutil.Process(), *psutil.Process().children(recursive=True), *server.family()]:
        with contextlib.suppress(psutil.Error):
            told[one.pid] = sum(one.cpu_times()[:2])
    return told


def _most_worked(before: Mapping[int, float], after: Mapping[int, float], server: Server) -> int:
    return max(
        (one.pid for one in server.kernels()),
        key=lambda pid: after.get(pid, 0.0) - before.get(pid, 0.0),
    )


def _shares(
    before: Mapping[int, float], after: Mapping[int, float], passed: float, server: Server, own: int
) -> dict[str, float]:
    """Who used how much of a core: server, the trainer's kernel, the others, people, browser."""
    family, me = {one.pid for one in server.family()}, os.getpid()
    used: Counter[str] = Counter()
    for pid, seconds in after.items():
        who = "browser"
        if pid == server.pid:
            who = "server"
        elif pid == own:
            who = "board"
        elif pid in family:
            who = "kernels"
        elif pid == me:
            who = "people"
        used[who] += (seconds - before.get(pid, 0.0)) / passed
    return dict(used)


def table(measured: Sequence[Figures]) -> str:
    """The figures as a Markdown table."""
    heads = (
        "class", "people", "sent before", "answers", "saved s: p95", "cases", "feedback s: p95",
        "shown s: median", "p95", "worst", "total s: median", "p95", "worst",
        "begun s: median", "p95", "worst", "never",
        "CPU %: server", "its board kernel", "other kernels", "browser", "people", "load",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for one in measured:
        told = one.scenario
        spread = [
            f"{value:.2f}" if run else "-"
            for run in (one.shown, one.total, one.begun)
            for value in (quantile(run or [0], share) for share in (0.5, 0.95, 1.0))
        ]
        whose = ("server", "board", "kernels", "browser", "people")
        shares = [f"{100 * one.cpu.get(who, 0.0):.1f}" for who in whose]
        cells = [
            KINDS[told.kind], str(told.people), str(told.earlier * told.people),
            str(one.answers), f"{one.saved_p95:.3f}",
            str(len(one.shown)), f"{one.told_p95:.3f}", *spread, str(one.never), *shares,
            "{:.1f} to {:.1f}".format(*one.machine),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table, and write all figures as JSON."""
    parser = argparse.ArgumentParser(description="How soon the trainer's board shows an answer.")
    parser.add_argument("--full", action="store_true", help="100 people")
    parser.add_argument("--kind", choices=KINDS, nargs="+", default=list(KINDS))
    parser.add_argument("--people", type=int, help="so many, instead of 20 or 100")
    parser.add_argument("--answer", type=float, default=60.0, help="seconds they answer")
    parser.add_argument("--earlier", type=int, default=0, help="cases each has sent before")
    parser.add_argument("--options", default="", help='for verval serve, e.g. "--warm 0"')
    parser.add_argument("--out", type=Path, help="where the JSON goes")
    asked = parser.parse_args()
    people = asked.people or (100 if asked.full else 20)
    measured = []
    for kind in asked.kind:
        scenario = Scenario(kind, people, asked.answer, asked.earlier)
        measured.append(measure(scenario, asked.options.split()))
        print(table(measured[-1:]), file=sys.stderr, flush=True)
    print(f"{platform.machine()}, Python {platform.python_version()}\n\n{table(measured)}")
    for one in measured:
        if one.lost:
            print(f"\n{KINDS[one.scenario.kind]}: lost {one.lost}")
    if asked.out:
        asked.out.write_text(json.dumps([asdict(one) for one in measured], indent=1))
    if all(one.shown for one in measured):
        classes = {one.scenario.kind: _kept(one) for one in measured}
        records.keep({"people": people, "pace": PACE_S, "classes": classes})


def _kept(one: Figures) -> dict[str, float]:
    """What is quoted: from the moment a page was told until the board shows it."""
    shown = {"median": 0.5, "p95": 0.95, "worst": 1.0}
    return {
        **{word: quantile(one.shown, share) for word, share in shown.items()},
        **{"cases": len(one.shown), "never": one.never, "lost": len(one.lost)},
    }


if __name__ == "__main__":
    main()
