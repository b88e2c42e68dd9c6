"""The soak: a hall at work for half an hour while kernels and the server are killed.

    python -m tests.load.soak                           100 seats, 30 minutes
    python -m tests.load.soak --seats 8 --minutes 2     a try

People answer, think again, send cases, load the page again, vanish and return. Kernels are killed
all the time; the server at random moments of the first quarter, so that the memory of the last
two thirds tells whether it grows, and once more at the very end with answers on their way. Then
everybody returns, what is still in the outboxes is sent, and the store is compared with what each
person was told: every acknowledged answer stands there as it was given, and nothing stands there
that nobody gave. Ends with code 1 when anything is lost or left behind.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.load.client import Lost, Person, Trainer
from tests.load.hall import (
    Load,
    Server,
    answers_acknowledged,
    answers_in,
    answers_sent,
    make_office,
    ours,
    serving,
)
from workbench.services.office import Office
from workbench.store import ledger

#: Seconds between two acts of one person, and between two looks at the server, on average.
PACE_S = 5.0
LOOK_S = 15.0
#: Answers to a case before it is sent.
ANSWERS = 15
CASES = 30
#: How often out of a hundred acts a person loads again, walks out of the wifi, or loses the line.
RELOADS, SILENCES, VANISHINGS = 3, 1, 1
#: Seconds somebody stays away, at most.
AWAY_S = 20.0
#: Kernels killed each minute for a hundred seats; killings of the server in the first quarter.
KERNELS_A_MINUTE = 6.0
SERVER_KILLINGS = 3
#: Memory and descriptors may grow by this share over the last two thirds, which must be so many
#: minutes for a judgement.
MAY_GROW, JUDGED_MINUTES = 0.1, 10.0


@dataclass
class Soak:
    """One run: its people, what was done to them, and what was seen of the server."""

    server: Server
    people: list[Person]
    rng: random.Random
    seconds: float
    did: Counter[str] = field(default_factory=Counter)
    looks: list[tuple[float, Load]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    zombies: dict[int, str] = field(default_factory=dict)
    pace_s: float = PACE_S

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.up = asyncio.Event()
        self.up.set()

    @property
    def passed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.passed >= self.seconds

    # -- the people

    async def live(self, one: Person, rng: random.Random) -> None:
        """A person's half hour."""
        await asyncio.sleep(rng.uniform(0, self.pace_s))
        while not self.is_over:
            try:
                if not one.is_live:
                    await one.open()
                    self.did["openings"] += 1
                await self._act(one, rng)
                await asyncio.sleep(rng.expovariate(1 / self.pace_s))
            except Lost as error:
                # As the page does: a moment, then load again, for as long as it takes.
                self.did[f"lost: {error}"] += 1
                await asyncio.sleep(rng.uniform(1, 3))

    async def _act(self, one: Person, rng: random.Random) -> None:
        dice = rng.uniform(0, 100)
        if dice < RELOADS:
            self.did["reloads"] += 1
            await one.reload()
        elif dice < RELOADS + SILENCES + VANISHINGS:
            if dice < RELOADS + SILENCES:
                self.did["silences"] += 1
                one.fall_silent()
            else:
                self.did["vanishings"] += 1
                await one.vanish()
            await asyncio.sleep(rng.uniform(0, AWAY_S))
        else:
            await self._work(one, rng)

    async def _work(self, one: Person, rng: random.Random) -> None:
        page = one.page
        if page["screen"] != "case":
            page = await one.go("case")
        if page["screen"] != "case":
            return  # everything is sent
        case = page["case"]
        number = case["number"]
        given = sum(1 for known, _field, _revision in one.sent if known == number)
        if given < ANSWERS:
            rows = [row["cell"] for group in case["record"] for row in group["rows"]]
            mark = rng.choice(["", *(code for code, _words in case["choices"]["mark"])])
            await one.answer(number, rng.choice(rows[:12]), mark)
            self.did["answers"] += 1
            return
        for name in ("status", "reason", "follow_up", "confidence"):
            await one.answer(number, name, rng.choice(case["choices"][name])[0])
            self.did["answers"] += 1
        await one.submit(number)
        self.did["cases sent"] += 1

    # -- what is done to them

    async def kill_kernels(self) -> None:
        """Kill one kernel after the other, at random moments."""
        each = 60 / (KERNELS_A_MINUTE * max(1.0, len(self.people) / 100))
        while not self.is_over:
            await asyncio.sleep(self.rng.expovariate(1 / each))
            if not self.up.is_set():
                continue
            kernels = await asyncio.to_thread(self.server.kernels)
            if kernels:
                with contextlib.suppress(psutil.Error):
                    self.rng.choice(kernels).kill()
                    self.did["kernels killed"] += 1

    async def kill_servers(self) -> None:
        """Kill the server a few times in the first quarter, and start it again each time."""
        moments = sorted(self.rng.uniform(0.02, 0.25) for _ in range(SERVER_KILLINGS))
        for moment in moments:
            await asyncio.sleep(max(0.0, moment * self.seconds - self.passed))
            await self.kill_server()

    async def kill_server(self) -> None:
        """A power cut of the server alone; it comes back on the same port and office."""
        self.up.clear()
        say(f"{self.passed:.0f} s: the server is killed")
        outlived = await asyncio.to_thread(self.server.kill)
        if outlived:
            self.faults.append(f"{outlived} processes outlived their killed server")
        await asyncio.to_thread(self.server.start)
        self.did["servers killed"] += 1
        self.up.set()

    async def watch(self) -> None:
        """Look at the server's processes now and then."""
        while not self.is_over:
            await asyncio.sleep(LOOK_S)
            if not self.up.is_set():
                continue
            with contextlib.suppress(psutil.Error):
                load = await asyncio.to_thread(self.server.load)
                self.looks.append((self.passed, load))
                self._count_zombies()
                say(
                    f"{self.passed:.0f} s: {sum(one.is_live for one in self.people)} live, "
                    f"{load.processes} processes, {load.memory_mb:.0f} MB, "
                    f"{load.descriptors} descriptors, "
                    f"{sum(len(one.acknowledged) for one in self.people)} answers saved"
                )

    def _count_zombies(self) -> None:
        """Whoever is one at two looks in a row is not just about to be buried."""
        now = self.server.zombies()
        both = now.keys() & self.zombies.keys()
        self.faults += [f"a zombie left by {now[pid]}" for pid in both]
        self.zombies = now

    async def play(self) -> None:
        """The whole time, and the power cut at its end."""
        first = self.rng.randrange(2**32)
        await asyncio.gather(
            *(self.live(one, random.Random(first + n)) for n, one in enumerate(self.people)),
            self.kill_kernels(),
            self.kill_servers(),
            self.watch(),
        )
        say("a last power cut, with answers on their way")
        await self._cut_short()
        say("everybody returns and sends what is left in the outbox")
        await asyncio.gather(*(self._return(one) for one in self.people))

    async def _cut_short(self) -> None:
        async def answer(one: Person) -> None:
            with contextlib.suppress(Lost):
                if one.is_live:
                    await self._work(one, self.rng)

        answering = [asyncio.create_task(answer(one)) for one in self.people]
        await asyncio.sleep(0.05)
        await self.kill_server()
        await asyncio.gather(*answering)

    async def _return(self, one: Person) -> None:
        for _ in range(20):
            try:
                await one.vanish()
                await one.open()
                return
            except Lost:
                await asyncio.sleep(1)
        self.faults.append("somebody could not return")


def say(words: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


async def run(server: Server, root: Path, code: str, seats: int, minutes: float, seed: int) -> Soak:
    """The whole story on a running server; ends with nobody there."""
    trainer = Trainer(server.url)
    facts = json.loads((root / "serve.json").read_text("utf-8"))
    await trainer.sign_in(facts["trainer_username"], facts["trainer_password"])
    before = await _uncounted(server, trainer)
    people = [Person(server.url, name=f"Peserta {n}") for n in range(seats)]
    for first in range(0, seats, 8):
        await asyncio.gather(*(one.join(code) for one in people[first : first + 8]))
    soak = Soak(server, people, random.Random(seed), minutes * 60)
    await soak.play()

    say("everybody leaves")
    soak.faults += [f"refused: {problem}" for one in people for problem in one.problems]
    for first in range(0, seats, 8):
        leaving = await asyncio.gather(
            *(one.sign_out() for one in people[first : first + 8]), return_exceptions=True
        )
        soak.faults += [f"could not sign out: {error}" for error in leaving if error]
    await asyncio.to_thread(server.rest)
    state = await trainer.state()
    after = await _uncounted(server, trainer)
    await trainer.put_away()
    if state["hidup"]:
        soak.faults.append(f"{state['hidup']} kernels serve nobody")
    if after > before:
        soak.faults.append(f"{after - before} processes that the server does not know")
    soak.faults += [f"a zombie left by {parent} at the end" for parent in server.zombies().values()]
    return soak


async def _uncounted(server: Server, trainer: Trainer) -> int:
    """Processes that are neither the server's own nor kernels it speaks of."""
    state = await trainer.state()
    return len(await asyncio.to_thread(server.kernels)) - state["hidup"] - state["hangat"]


def compare(soak: Soak, root: Path) -> list[str]:
    """Count the answers; adds what is lost or was never given to the faults."""
    office = Office(root)
    chain = ledger.verify_chain(office.practice)
    office.practice.close()
    if not chain.is_whole:
        soak.faults.append(f"the ledger: {chain.sentence}")
    stored = answers_in(root)
    sent, told = answers_sent(soak.people), answers_acknowledged(soak.people)
    missing = [one for one, value in told.items() if stored.get(one) != value]
    invented = [one for one, value in stored.items() if sent.get(one) != value]
    waiting = sum(len(one.outbox) for one in soak.people)
    if missing:
        soak.faults.append(f"{len(missing)} acknowledged answers are not in the store")
    if invented:
        soak.faults.append(f"{len(invented)} answers in the store were never given so")
    if waiting:
        soak.faults.append(f"{waiting} answers are still in an outbox")
    return [
        f"answers: {len(sent)} given, {len(told)} acknowledged, {len(stored)} in the store",
        f"acknowledged and not in the store: {len(missing)}; never given: {len(invented)}",
        f"ledger: {chain.events} events, {'whole' if chain.is_whole else 'BROKEN'}",
    ]


def levels(soak: Soak) -> list[str]:
    """How memory and descriptors went after the first third; adds what grew to the faults."""
    rest = [(when / 60, load) for when, load in soak.looks if when > soak.seconds / 3]
    if len(rest) < 3:
        return ["too few looks after the first third to tell a slope"]
    minutes = rest[-1][0] - rest[0][0]
    lines = []
    for name in ("memory_mb", "descriptors", "processes"):
        values = [getattr(load, name) for _when, load in rest]
        slope = statistics.linear_regression([when for when, _load in rest], values).slope
        grown = slope * minutes / statistics.mean(values)
        lines.append(
            f"{name}: {values[0]:.0f} -> {values[-1]:.0f}, highest {max(values):.0f}, "
            f"slope {slope:+.2f} a minute ({grown:+.1%} over {minutes:.0f} min)"
        )
        if name != "processes" and minutes >= JUDGED_MINUTES and grown > MAY_GROW:
            soak.faults.append(f"{name} grew by {grown:.0%} after the first third")
    return lines


def main() -> None:
    """Run the soak and report."""
    parser = argparse.ArgumentParser(description="A hall at work while things are killed.")
    parser.add_argument("--seats", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--options", default="", help='for verval serve, e.g. "--seats 120"')
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "kantor"
        say(f"drawing the cases of {asked.seats} seats")
        code = make_office(root, asked.seats + 12, CASES)
        with serving(ours(root, *asked.options.split())) as server:
            soak = asyncio.run(run(server, root, code, asked.seats, asked.minutes, asked.seed))
        lines = compare(soak, root) + levels(soak)
    print(f"{asked.seats} seats, {asked.minutes:g} minutes, seed {asked.seed}")
    print(", ".join(f"{count} {what}" for what, count in sorted(soak.did.items())))
    print("\n".join(lines))
    if soak.faults:
        print(
            "FAULTS:\n  " + "\n  ".join(f"{n} x {one}" for one, n in Counter(soak.faults).items())
        )
        sys.exit(1)
    print("nothing lost, nothing left behind")


if __name__ == "__main__":
    main()
