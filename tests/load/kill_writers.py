"""Twenty writers while everything around them is killed: nothing acknowledged may be lost.

    python -m tests.load.kill_writers                         5 minutes on each kind of database
    python -m tests.load.kill_writers --minutes 1 --on sqlite

Some writers are people on pages of a real server, the others programs beside it that write down
visits. Writers, kernels and the server are killed at random moments, and on PostgreSQL lines to
the database are cut at its side (its own processes are never killed). Then every acknowledged
event must stand, each with the row that goes with it, the chain whole, the database sound. Ends
with code 1 when it is not so.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import select

from tests.database import DatabaseServer, by_hand, running_server
from tests.load.client import Lost, Person
from tests.load.hall import REPOSITORY, Server, make_office, ours, serving
from tests.load.soak import Soak, compare, say
from workbench.access import Workspace
from workbench.errors import StoreFault
from workbench.services.office import DATABASE_VARIABLE, Office
from workbench.store import fieldwork, snapshots, verify_chain
from workbench.store.tables import event, outcome
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.fieldwork.stages import default_plan

PEOPLE, PROGRAMS = 8, 12
LIST = "D1"
#: Seconds between two acts of a person, on average.
PACE_S = 1.0
#: The same between two visits of a program. Flat out, SQLite lets some wait for ever: its queue is
#: not in order, and after ten seconds a writer is told that the store is busy.
PAUSE_S = 0.2
#: Killings each minute.
WRITERS_A_MINUTE, KERNELS_A_MINUTE, SERVERS_A_MINUTE, LINES_A_MINUTE = 40.0, 12.0, 0.8, 20.0
#: Nothing is killed in the last part of the time, so that what is left can be said.
KILLING_SHARE = 0.9


# --- one writer ----------------------------------------------------------------------------------


def write_on(root: Path, name: str, told: Path) -> None:
    """Write visits one after the other; each is noted in ``told`` once it is acknowledged.

    Takes up where an earlier life ended, and tries again what the store refused.
    """
    store, plan, rng = Office(root).real, default_plan(), random.Random(name)
    handle = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    number, parent = _newest_of(store, name), os.getppid()
    while os.getppid() == parent:
        number += 1
        while True:
            try:
                record = fieldwork.Record(LIST, f"{name}.{number % 7}")
                said = Outcome({"presence": "KB1", "visit_number": str(number)}, {}, {})
                kept = fieldwork.put_outcome(
                    store, name, record, said, plan, {}, way="xlsx", source=name, revision=number
                )
                break
            except StoreFault:
                time.sleep(0.05)
        if not kept.accepted:
            raise RuntimeError(f"{name} wrote {number} otherwise before")
        os.write(handle, f"{number}\n".encode())
        time.sleep(rng.expovariate(1 / PAUSE_S))


def _newest_of(store, name: str) -> int:
    while True:
        try:
            with store.reading() as connection:
                rows = connection.execute(
                    select(outcome.c.revision).where(outcome.c.source == name)
                )
                return max((row.revision for row in rows), default=0)
        except StoreFault:
            time.sleep(0.05)


# --- all of them ---------------------------------------------------------------------------------


@dataclass
class Storm(Soak):
    """A soak in which programs write beside the people, and all are killed all the time."""

    root: Path = Path()
    database: DatabaseServer | None = None
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    lives: Counter[str] = field(default_factory=Counter)

    def begin(self, name: str) -> None:
        """Start a program, again or for the first time."""
        self.lives[name] += 1
        self.programs[name] = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.load.kill_writers", "--write", str(self.root), name),
                str(self.told(name)),
            ],
            cwd=REPOSITORY,
            stderr=(self.server.folder / "penulis.log").open("ab"),
        )

    def told(self, name: str) -> Path:
        """Where a program notes what was acknowledged."""
        return self.server.folder / f"{name}.txt"

    async def _often(self, a_minute: float) -> AsyncIterator[None]:
        """Random moments until the time of killing is over, at least one."""
        end = self.seconds * KILLING_SHARE
        for number in itertools.count():
            wait = self.rng.expovariate(a_minute / 60)
            if self.passed + wait > end:
                if number:
                    return
                wait = end - self.passed
            await asyncio.sleep(wait)
            yield

    async def kill_programs(self) -> None:
        """Kill one writer after the other; each is started again at once."""
        async for _ in self._often(WRITERS_A_MINUTE):
            name = self.rng.choice(sorted(self.programs))
            one = self.programs[name]
            if one.poll() is not None:
                self.faults.append(f"{name} ended by itself")
            one.kill()
            await asyncio.to_thread(one.wait)
            self.did["programs killed"] += 1
            self.begin(name)

    async def kill_kernels(self) -> None:
        """Kill kernels of people at work."""
        async for _ in self._often(KERNELS_A_MINUTE):
            before = self.did["kernels killed"]
            while self.did["kernels killed"] == before:
                await self.up.wait()
                kernels = await asyncio.to_thread(self.server.kernels)
                with contextlib.suppress(psutil.Error, IndexError):
                    self.rng.choice(kernels).kill()
                    self.did["kernels killed"] += 1

    async def kill_servers(self) -> None:
        """Kill the server, at least once, and start it again each time."""
        first = self.rng.uniform(0.1, 0.4) * self.seconds
        await asyncio.sleep(min(first, 60 / SERVERS_A_MINUTE))
        await self.kill_server()
        async for _ in self._often(SERVERS_A_MINUTE):
            await self.kill_server()

    async def cut_lines(self) -> None:
        """Have PostgreSQL end one of our lines at its side."""
        if self.database is None:
            return
        async for _ in self._often(LINES_A_MINUTE):
            await self.up.wait()  # a server whose line is cut as it starts says so and ends
            with self.database.owner() as line:
                cut = line.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where usename = 'verval' order by random() limit 1"
                ).fetchall()
            self.did["lines cut"] += len(cut)

    async def play(self) -> None:
        """The whole time; then everybody returns and the programs are killed a last time."""
        for number in range(PROGRAMS):
            self.begin(f"p{number}")
        first = self.rng.randrange(2**32)
        await asyncio.gather(
            *(self.live(one, random.Random(first + n)) for n, one in enumerate(self.people)),
            *(self.kill_programs(), self.kill_kernels(), self.kill_servers(), self.cut_lines()),
        )
        await asyncio.gather(*(self._return(one) for one in self.people))
        for one in self.programs.values():
            one.kill()
            one.wait()


async def storm(
    server: Server,
    root: Path,
    code: str,
    seconds: float,
    seed: int,
    database: DatabaseServer | None,
) -> Storm:
    """The whole story on a running server."""
    people = [Person(server.url, name=f"Peserta {n}") for n in range(PEOPLE)]
    await asyncio.gather(*(one.join(code) for one in people))
    made = Storm(
        *(server, people, random.Random(seed), seconds),
        pace_s=PACE_S,
        root=root,
        database=database,
    )
    try:
        await made.play()
    finally:
        for one in made.programs.values():
            with contextlib.suppress(OSError):
                one.kill()
    made.faults += [f"refused: {problem}" for one in people for problem in one.problems]
    with contextlib.suppress(Lost):
        await asyncio.gather(*(one.sign_out() for one in people))
    return made


def weigh(made: Storm) -> list[str]:
    """Compare what was told with what stands; adds what is wrong to the faults."""
    lines = compare(made, made.root)
    office = Office(made.root)
    chain = verify_chain(office.real)
    if not chain.is_whole:
        made.faults.append(f"the ledger: {chain.sentence}")
    with office.real.reading() as connection:
        rows = {
            (row.source, row.revision): (row.family_id, row.codes)
            for row in connection.execute(select(outcome))
        }
        events = Counter(
            (row.field, json.loads(row.value)["revisi"])
            for row in connection.execute(select(event).where(event.c.kind == "hasil_kunjungan"))
        )
    acknowledged = {
        (name, int(number))
        for name in made.programs
        for number in made.told(name).read_text("ascii").split()
    }
    twice = [one for one, count in events.items() if count > 1]
    gaps = [
        name
        for name in made.programs
        if sorted(n for one, n in rows if one == name)
        != list(range(1, 1 + sum(one == name for one, _ in rows)))
    ]
    beyond = len(rows) - len(acknowledged)
    for words, found in (
        ("acknowledged visits are not in the store", acknowledged - rows.keys()),
        ("visits have no event", rows.keys() - events.keys()),
        ("events have no visit", events.keys() - rows.keys()),
        ("events stand twice", twice),
        ("writers have a gap", gaps),
    ):
        if found:
            made.faults.append(f"{len(found)} {words}")
    # Each life of a program may end between the commit and the note of it.
    if beyond > sum(made.lives.values()):
        made.faults.append(f"{beyond} visits stand that nobody was told of")
    made.faults += soundness(office, made.database)
    for side in Workspace:
        office.store(side).close()
    return [
        *lines,
        f"visits: {len(acknowledged)} acknowledged, {len(rows)} in the store, "
        f"{len(acknowledged - rows.keys())} lost; {len(acknowledged) / made.seconds:.0f} a second",
        f"real ledger: {chain.events} events, {'whole' if chain.is_whole else 'BROKEN'}",
    ]


def soundness(office: Office, database: DatabaseServer | None) -> list[str]:
    """What the database itself finds wrong with its files."""
    if database is not None:
        said = database.amcheck(str(office.real.url.database))
        return [f"pg_amcheck: {said[:500]}"] if said else []
    found = []
    for side in Workspace:
        with by_hand(office.store(side)) as raw:
            said = raw.exec_driver_sql("PRAGMA integrity_check").scalar()
            broken = raw.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if said != "ok" or broken:
            found.append(f"{side}: integrity {said}, {len(broken)} broken references")
    return found


@contextlib.contextmanager
def office_of(kind: str, root: Path) -> Iterator[DatabaseServer | None]:
    """An empty office on one kind of database; the environment names it meanwhile."""
    if kind == "sqlite":
        yield None
        return
    before = os.environ.get(DATABASE_VARIABLE)
    with running_server(safe=True) as database:
        address = database.new_database("verval")
        os.environ[DATABASE_VARIABLE] = address
        Office(root).use_database(address)
        try:
            yield database
        finally:
            del os.environ[DATABASE_VARIABLE]
            if before is not None:
                os.environ[DATABASE_VARIABLE] = before


def prove(kind: str, seconds: float, seed: int, folder: Path) -> tuple[Storm, list[str]]:
    """One storm on one kind of database, and what came of it."""
    root = folder / "kantor"
    with office_of(kind, root) as database:
        code = make_office(root, PEOPLE + 12, 30)
        office = Office(root)
        snapshots.add_snapshot(office.real, "A0", LIST, LIST, LIST, {"as_of": "2026-11-01"})
        office.real.close()
        with serving(ours(root, "--seats", "20", "--warm", "2")) as server:
            made = asyncio.run(storm(server, root, code, seconds, seed, database))
            lines = weigh(made)
    return made, lines


def main() -> None:
    """Prove it on each kind of database and report."""
    parser = argparse.ArgumentParser(description="Twenty writers while everything is killed.")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        root, name, told = asked.write
        write_on(Path(root), name, Path(told))
    is_lost = False
    for kind in asked.on or ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            say(f"{kind}: {asked.minutes:g} minutes, seed {asked.seed}")
            made, lines = prove(kind, asked.minutes * 60, asked.seed, Path(folder))
        print(f"{kind}: {PEOPLE} people and {PROGRAMS} programs, {asked.minutes:g} minutes")
        done = itertools.filterfalse(lambda one: one[0].startswith("lost"), made.did.items())
        print(", ".join(f"{count} {what}" for what, count in sorted(done)))
        print("\n".join(lines))
        for fault, count in Counter(made.faults).items():
            print(f"FAULT: {count} x {fault}")
        print("nothing lost" if not made.faults else "NOT AS IT SHOULD BE")
        is_lost = is_lost or bool(made.faults)
    sys.exit(is_lost)


if __name__ == "__main__":
    main()
