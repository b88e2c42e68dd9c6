"""Our server beside stock Voila on the same trainee page, in one run.

    python -m tests.load.bench_serving                  20 people at once, both servers
    python -m tests.load.bench_serving --full           the whole table (some 15 minutes)
    python -m tests.load.bench_serving --way ours --people 67 --arrive 30 --answer 60

Live means: page asked for -> whole page there -> line to the kernel open -> states of all widgets
there. People take their seats before the clock starts; stock Voila knows no seats and is told
one in the address. The people run in this process, on the same cores: their own CPU seconds
stand beside the server's. Read the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import platform
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.figures import records
from tests.load.client import Lost, Person, Visit
from tests.load.hall import Server, make_office, ours, serving
from workbench.services import arrivals
from workbench.services.office import Office

#: Free seats a class keeps, so that none are drawn while the clock runs.
SPARE_SEATS = 12
#: Seconds between two answers of one person.
PACE_S = 5.0
#: So many take their seats side by side.
JOINING = 8
WAYS = {"stock": "stock Voila", "ours": "Meja Verval"}

STOCK_CELL = """\
import os
from urllib.parse import parse_qs

from workbench.access import Actor, Role, Workspace
from workbench.ui import rooms

told = parse_qs(os.environ["QUERY_STRING"])
class_id, seat = told["kelas"][0], int(told["kursi"][0])
name = f"{class_id}.{seat}"
place = Workspace.LATIHAN
rooms.latihan(Actor(name, "Peserta", Role.PESERTA, place, ("36.73",), class_id, seat))
"""


@dataclass(frozen=True)
class Scenario:
    """So many people who come within ``arrive`` seconds and then answer for ``answer`` seconds."""

    way: str
    people: int
    arrive: float = 0.0
    answer: float = 0.0


SHORT = [Scenario("stock", 20, answer=20), Scenario("ours", 20, answer=20)]
FULL = [
    Scenario("stock", 67),
    Scenario("ours", 67),
    Scenario("stock", 67, arrive=30, answer=60),
    Scenario("ours", 67, arrive=30, answer=60),
    Scenario("ours", 100, answer=60),
    Scenario("ours", 150),
]


@dataclass(frozen=True)
class Figures:
    """What was measured: seconds, MB of proportional memory (PSS), kB on the wire.

    ``cpu_s`` is the server's for each page opened, ``cpu_people_s`` the people's own;
    ``cpu_before_s`` is what the server spent before anybody came, spare kernels included.
    ``seat_mb`` is the mean of the kernels in use, ``total_mb`` everything, ``before_mb``
    everything before anybody came. ``saved`` is from an answer to "tersimpan".
    """

    scenario: Scenario
    live: int
    first_median: float
    live_median: float
    live_p95: float
    live_max: float
    cpu_s: float
    cpu_people_s: float
    cpu_join_s: float
    cpu_before_s: float
    seat_mb: float
    total_mb: float
    before_mb: float
    processes: int
    wire_kb: float
    answers: int
    saved_median: float | None
    saved_p95: float | None
    lost: list[str]


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def say(words: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def stock(root: Path) -> Server:
    """Stock Voila with the same page, and every limit raised that it lets one raise."""
    notebook = root / "latihan.ipynb"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cell = {"cell_type": "code", "id": "latihan", "metadata": {}, "outputs": []}
    content = {
        "cells": [{**cell, "execution_count": None, "source": STOCK_CELL}],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    notebook.write_text(json.dumps(content), encoding="utf-8")
    command = [sys.executable, "-m", "voila", str(notebook), "--no-browser", "--port", "{port}"]
    return Server(command, {"VERVAL_OFFICE": str(root)})


def measure(scenario: Scenario, office: Path, code: str, options: Sequence[str]) -> Figures:
    """Play a scenario on a copy of the office and a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "kantor"
        shutil.copytree(office, root)
        server = ours(root, *options) if scenario.way == "ours" else stock(root)
        say(f"{scenario.way}: the server starts")
        with serving(server):
            if scenario.way == "ours":
                people = [Person(server.url, name=f"Peserta {n}") for n in range(scenario.people)]
            else:
                people = [
                    Person(server.url, path=path)
                    for path in seats_by_address(root, code, scenario.people)
                ]
            return asyncio.run(_play(scenario, server, people, code))


def seats_by_address(root: Path, code: str, count: int) -> list[str]:
    """Seats taken without a server, as the addresses that stock Voila is told them by."""
    office = Office(root)
    joined = [
        arrivals.join(office, code, f"Peserta {n}", "operator", "36.73") for n in range(count)
    ]
    office.practice.close()
    return [f"/?kelas={one.actor.class_id}&kursi={one.actor.seat}" for one in joined]


async def _play(scenario: Scenario, server: Server, people: list[Person], code: str) -> Figures:
    before = await asyncio.to_thread(server.load)
    if scenario.way == "ours":
        say(f"{scenario.way}: {len(people)} people take their seats")
        for first in range(0, len(people), JOINING):
            await asyncio.gather(*(one.join(code) for one in people[first : first + JOINING]))
        await asyncio.to_thread(server.rest)
    seated = await asyncio.to_thread(server.load)
    for one in people:
        one.traffic.received = 0

    say(f"{scenario.way}: {len(people)} people open the page within {scenario.arrive:g} s")
    own = time.process_time()
    lost: list[str] = []
    visits = await _arrive(people, scenario.arrive, lost)
    own = time.process_time() - own
    if not visits:
        raise RuntimeError(f"Nobody's page came to life: {lost[:3]} {server.log[-2000:]}")
    lives = [one.live for one in visits]
    say(f"{scenario.way}: {len(visits)} are live, the last after {max(lives):.1f} s")
    received = [one.traffic.received for one in people if one.is_live]
    await asyncio.to_thread(server.rest)
    after = await asyncio.to_thread(server.load)
    seat_mb = await asyncio.to_thread(server.seat_mb, len(visits))

    saved: list[float] = []
    if scenario.answer:
        say(f"{scenario.way}: everybody answers every {PACE_S:g} s for {scenario.answer:g} s")
        live = [one for one in people if one.is_live]
        await asyncio.gather(
            *(_answer(one, n, scenario.answer, saved, lost) for n, one in enumerate(live))
        )
    for one in people:
        await one.vanish()
    return Figures(
        scenario=scenario,
        live=len(visits),
        first_median=statistics.median(one.first for one in visits),
        live_median=statistics.median(lives),
        live_p95=quantile(lives, 0.95),
        live_max=max(lives),
        cpu_s=(after.cpu_s - seated.cpu_s) / len(people),
        cpu_people_s=own / len(people),
        cpu_join_s=(seated.cpu_s - before.cpu_s) / len(people),
        cpu_before_s=before.cpu_s,
        seat_mb=seat_mb,
        total_mb=after.memory_mb,
        before_mb=before.memory_mb,
        processes=after.processes,
        wire_kb=statistics.mean(received) / 1000,
        answers=len(saved),
        saved_median=quantile(saved, 0.5) if saved else None,
        saved_p95=quantile(saved, 0.95) if saved else None,
        lost=lost,
    )


async def _arrive(people: list[Person], within: float, lost: list[str]) -> list[Visit]:
    """Everybody opens the page at a moment of their own; those whose page never lives are lost."""
    rng = random.Random(1)

    async def come(one: Person, wait: float) -> Visit | None:
        await asyncio.sleep(wait)
        try:
            return await one.open()
        except Lost as error:
            lost.append(f"opening: {error}")
            return None

    coming = (come(one, rng.uniform(0, within)) for one in people)
    return [visit for visit in await asyncio.gather(*coming) if visit is not None]


async def _answer(
    one: Person, number: int, seconds: float, saved: list[float], lost: list[str]
) -> None:
    """Mark one cell after the other at the pace of a person, each beginning at another moment."""
    rng = random.Random(number)
    end = time.monotonic() + seconds
    try:
        page = await one.go("case")
        case = page["case"]
        cells = [row["cell"] for group in case["record"] for row in group["rows"]]
        marks = [code for code, _words in case["choices"]["mark"]]
        await asyncio.sleep(rng.uniform(0, PACE_S))
        while time.monotonic() < end:
            start = time.monotonic()
            saved.append(await one.answer(case["number"], rng.choice(cells), rng.choice(marks)))
            await asyncio.sleep(max(0.0, start + PACE_S - time.monotonic()))
    except Lost as error:
        lost.append(f"answering: {error}")


def table(measured: Sequence[Figures]) -> str:
    """The figures as a Markdown table."""
    heads = (
        "server", "people", "live", "first bytes s", "live s: median", "p95", "max",
        "CPU s a page", "MB a kernel", "MB in all", "MB before", "kB a person", "saved s: median",
        "p95",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for one in measured:
        told = one.scenario
        come = f"{told.people} in {told.arrive:g} s" if told.arrive else f"{told.people} at once"
        cells = [
            WAYS[told.way], come, str(one.live), f"{one.first_median:.2f}",
            f"{one.live_median:.2f}", f"{one.live_p95:.2f}", f"{one.live_max:.2f}",
            f"{one.cpu_s:.2f}", f"{one.seat_mb:.0f}", f"{one.total_mb:.0f}",
            f"{one.before_mb:.0f}", f"{one.wire_kb:.0f}",
            *(f"{s:.3f}" if s else "-" for s in (one.saved_median, one.saved_p95)),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table, and write all figures as JSON."""
    parser = argparse.ArgumentParser(description="Our server beside stock Voila.")
    parser.add_argument("--full", action="store_true", help="the whole table")
    parser.add_argument("--way", choices=WAYS, nargs="+", default=list(WAYS))
    parser.add_argument("--people", type=int, help="one scenario of so many people")
    parser.add_argument("--arrive", type=float, default=0.0, help="seconds in which they come")
    parser.add_argument("--answer", type=float, default=0.0, help="seconds they then answer")
    parser.add_argument("--options", default="", help='for verval serve, e.g. "--warm 0"')
    parser.add_argument("--out", type=Path, help="where the JSON goes")
    asked = parser.parse_args()
    if asked.people:
        plan = [Scenario(way, asked.people, asked.arrive, asked.answer) for way in asked.way]
    else:
        plan = [one for one in (FULL if asked.full else SHORT) if one.way in asked.way]

    measured = []
    with tempfile.TemporaryDirectory() as folder:
        seats = max(one.people for one in plan) + SPARE_SEATS
        say(f"drawing the cases of {seats} seats")
        office = Path(folder) / "kantor"
        code = make_office(office, seats)
        for scenario in plan:
            measured.append(measure(scenario, office, code, asked.options.split()))
            print(table(measured[-1:]), file=sys.stderr, flush=True)
    print(f"{platform.machine()}, Python {platform.python_version()}\n\n{table(measured)}")
    for one in measured:
        if one.lost:
            print(f"\n{WAYS[one.scenario.way]}, {one.scenario.people}: lost {one.lost}")
    if asked.out:
        asked.out.write_text(json.dumps([asdict(one) for one in measured], indent=1))
    records.keep({"pace": PACE_S, "scenarios": [_kept(one) for one in measured]})


def _kept(one: Figures) -> dict[str, Any]:
    """Of those who were lost, how many: what their pages said is for whoever looks on."""
    return {**asdict(one), "lost": len(one.lost)}


if __name__ == "__main__":
    main()
