"""A hall to load: an office with a class of many seats, and a server whose processes are watched.

Whatever a server starts is known by a temporary folder of its own in the environment, so that a
kernel which outlives its server is still seen as the server's.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import select

from tests.load.client import Person
from tests.ports import free_port
from workbench.access import Role, Workspace
from workbench.services import accounts, classes, courses
from workbench.services.ladders import PartPlan
from workbench.services.office import Office
from workbench.store.tables import event

REPOSITORY = Path(__file__).parents[2]
#: Seconds a server may take to answer, and to come to rest.
READY_S = 300.0
REST_S = 120.0
#: At rest a server uses less than this share of a core, and each process of its family less than
#: that: a kernel looks up now and then.
RESTING_SHARE, RESTING_SHARE_EACH = 0.04, 0.002

#: Actor, subject, field and revision: an answer by the names the store gives it.
Answer = tuple[str, str, str, int]


def make_office(root: Path, seats: int, cases: int = 12, has_parts: bool = False) -> str:
    """An office whose one class has so many seats; returns its join code.

    With parts it is practice up the ladder, open from the start.
    """
    office = Office(root)
    clerk = accounts.machine_operator(Workspace.LATIHAN)
    settings = classes.ClassSettings(
        name="Kelas uji",
        place="",
        date="2026-11-01",
        n_cases=cases,
        seats=seats,
        seed=1,
        parts=(PartPlan("latihan"),) if has_parts else (),
    )
    info = classes.open_class(office, clerk, settings)
    if has_parts:
        courses.open_part(office, clerk, info.id, 1)
    office.practice.close()
    return info.join_code


def add_trainer(root: Path) -> tuple[str, str]:
    """A trainer past the first change of password: account name and password."""
    office = Office(root)
    clerk = accounts.machine_operator(Workspace.LATIHAN)
    name, password = "bu_papan", "lampu hijau di aula"
    first = accounts.add_account(office, clerk, name, "Bu Papan", Role.PELATIH)
    actor = accounts.sign_in(office, name, first).actor
    accounts.change_password(office, actor, first, password)
    office.practice.close()
    return name, password


def answers_in(root: Path) -> dict[Answer, str]:
    """The value of every answer in the store of an office."""
    office = Office(root)
    with office.practice.reading() as connection:
        rows = connection.execute(select(event).where(event.c.kind == "jawaban")).all()
    office.practice.close()
    return {
        (row.actor, row.subject, row.field, row.revision): json.loads(row.value) for row in rows
    }


def answers_sent(people: Iterable[Person]) -> dict[Answer, str]:
    """The value of every answer people gave, whether or not they were told that it is saved."""
    return _named((one.seat, one.sent) for one in people)


def answers_acknowledged(people: Iterable[Person]) -> dict[Answer, str]:
    """The value of every answer of which people were told that it is saved."""
    return _named((one.seat, one.acknowledged) for one in people)


def _named(answers: Iterable[tuple[str, dict[tuple[int, str, int], str]]]) -> dict[Answer, str]:
    return {
        (seat, f"kasus:{seat}.{number}", name, revision): value
        for seat, given in answers
        for (number, name, revision), value in given.items()
    }


@dataclass(frozen=True)
class Load:
    """What a server takes with all it started: CPU seconds so far and memory in MB (PSS).

    ``descriptors`` are those of the server's own process.
    """

    cpu_s: float
    memory_mb: float
    processes: int
    descriptors: int


@dataclass
class Server:
    """A server as a process of its own on a free port. ``{port}`` in its command is filled in."""

    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = free_port()
        # Short, for the sockets of kernels lie in it and their paths end at some 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="vu-"))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it has printed."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Start it and wait until it answers; after a ``kill`` again on the same port."""
        folders = dict.fromkeys(("TMPDIR", "XDG_RUNTIME_DIR"), str(self.folder))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [word.format(port=self.port) for word in self.command],
                cwd=REPOSITORY,
                env={**os.environ, **self.environment, **folders},
                stdout=log,
                stderr=log,
            )
        limit = time.monotonic() + READY_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"The server did not start: {self.log}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/tidak-ada", timeout=10):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def stop(self) -> None:
        """End it in good order, and by force whatever is left."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=60)
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self, grace_s: float = 30.0) -> int:
        """End the server as a power cut does; returns how many kernels had to be ended by hand.

        Its kernels are given ``grace_s`` to notice by themselves.
        """
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)
        _, left = psutil.wait_procs(self.family(), timeout=grace_s)
        for one in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(left, timeout=30)
        return len(left)

    # -- looking

    def family(self) -> list[psutil.Process]:
        """The server and everything it started, also what it has lost sight of."""
        found = []
        for one in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if one.environ().get("TMPDIR") == str(self.folder):
                    found.append(one)
        return found

    def kernels(self) -> list[psutil.Process]:
        """Processes of the family that started no other: kernels, waiting or at work."""
        family, parents = self.family(), {self.pid}
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):  # it may end while we look
                parents.add(one.ppid())
        return [one for one in family if one.pid not in parents]

    def zombies(self) -> dict[int, str]:
        """Children that have ended and were not asked how yet, with who should have asked."""
        found = {}
        for one in psutil.Process(self.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if one.status() == psutil.STATUS_ZOMBIE:
                    parent = one.ppid()
                    found[one.pid] = "the server" if parent == self.pid else f"process {parent}"
        return found

    def load(self) -> Load:
        """What the family takes now. Reading the memory of many processes takes a moment."""
        family = self.family()
        return Load(
            self._cpu_s(family),
            sum(_pss_mb(one.pid) for one in family),
            len(family),
            psutil.Process(self.pid).num_fds(),
        )

    def seat_mb(self, seats: int) -> float:
        """Memory of one kernel in use: the mean of the so many largest ones."""
        largest = sorted((_pss_mb(one.pid) for one in self.kernels()), reverse=True)[:seats]
        return sum(largest) / max(1, len(largest))

    def rest(self) -> None:
        """Wait until two looks in a row find nothing at work and as many processes as before."""
        limit = time.monotonic() + REST_S
        calm = 0
        family = self.family()
        while calm < 2 and time.monotonic() < limit:
            before, count = self._cpu_s(family), len(family)
            allowed = RESTING_SHARE + RESTING_SHARE_EACH * count
            time.sleep(1)
            family = self.family()
            at_rest = self._cpu_s(family) - before < allowed and len(family) == count
            calm = calm + 1 if at_rest else 0

    @property
    def pid(self) -> int:
        """The server's own process, 0 before it starts."""
        return self.process.pid if self.process is not None else 0

    @staticmethod
    def _cpu_s(family: list[psutil.Process]) -> float:
        """User and system seconds, of ended children too."""
        seconds = 0.0
        for one in family:
            with contextlib.suppress(psutil.Error):
                seconds += sum(one.cpu_times()[:4])
        return seconds


def ours(root: Path, *options: str) -> Server:
    """``verval serve`` on an office."""
    command = [sys.executable, "-c", "from workbench.cli import main; main()", "serve"]
    command += ["--workspace", str(root), "--port", "{port}", "--families", "60", *options]
    return Server(command)


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    """A server at rest, from its start to its end."""
    allow_many_files()
    try:
        server.start()
        server.rest()
        yield server
    finally:
        server.stop()


def allow_many_files() -> None:
    """As many open files as the machine allows, for this process and those it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _pss_mb(pid: int) -> float:
    """Memory of a process, shared pages divided among those who share them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return 0.0
