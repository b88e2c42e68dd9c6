"""What this machine can hold, in seats: a seat is one live page with its kernel.

Looks and calculates; changes nothing on the machine.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from workbench.domain.words import number_id

# Measured by `make bench` (Linux, Python 3.11); look again when the pages grow.
#: The server with the processes it forks kernels from.
SERVER_MB = 350
SEAT_MB = 25
#: Where the system cannot fork, each kernel loads everything for itself.
UNFORKED_SEAT_MB = 115
SERVER_FILES = 100
FILES_PER_SEAT = 20
#: Processor time of one opening of a page, with the fork of its kernel.
OPENING_CPU_S = 0.13

#: Part of the available memory that stays free for whatever else the machine does.
SPARE_SHARE = 0.2
#: What a server offers unless it is told otherwise.
USUAL_SEATS = 150

_MB = 1024 * 1024


@dataclass(frozen=True)
class Machine:
    """What was found. Memory and disk in MB.

    ``files``: open files that may be allowed (the hard limit, to which the server lifts its own),
    None where there is no limit. ``forks``: kernels can be forked. ``has_short_folder``: there is
    a folder short enough for the kernels' sockets.
    """

    cores: int
    memory_mb: int
    available_mb: int
    files: int | None
    forks: bool
    has_short_folder: bool
    disk_mb: int
    python: str
    sqlite: str

    @classmethod
    def look(cls, folder: Path) -> Machine:
        """This machine as it is now; ``folder`` (need not exist yet) is where the data will be."""
        memory = psutil.virtual_memory()
        groups = list(_memory_groups())
        return cls(
            cores=_cores(),
            memory_mb=min([memory.total, *(limit for limit, _ in groups)]) // _MB,
            available_mb=min([memory.available, *(free for _, free in groups)]) // _MB,
            files=_open_files(),
            forks=_forks(),
            has_short_folder=_has_short_folder(),
            disk_mb=psutil.disk_usage(str(nearest_standing(folder))).free // _MB,
            python=platform.python_version(),
            sqlite=sqlite3.sqlite_version,
        )

    @property
    def seat_mb(self) -> int:
        """Memory of one seat."""
        return SEAT_MB if self.forks else UNFORKED_SEAT_MB

    @property
    def openings_per_s(self) -> float:
        """Pages this machine opens in a second when all come at once."""
        return self.cores / OPENING_CPU_S


@dataclass(frozen=True)
class Limit:
    """How many seats one resource allows; ``found`` and ``remedy`` in Indonesian."""

    name: str
    found: str
    seats: int
    remedy: str


def limits(machine: Machine) -> list[Limit]:
    """What bounds the seats of a machine."""
    usable = machine.available_mb * (1 - SPARE_SHARE) - SERVER_MB
    bounds = [
        Limit(
            "Memori",
            f"{_gb(machine.available_mb)} GB bebas dari {_gb(machine.memory_mb)} GB",
            max(0, int(usable // machine.seat_mb)),
            "Tutup program lain (peramban, pengolah kata) atau tambah memori.",
        )
    ]
    if machine.files is not None:
        bounds.append(
            Limit(
                "Berkas terbuka",
                f"batas sistem {number_id(machine.files)} berkas",
                max(0, (machine.files - SERVER_FILES) // FILES_PER_SEAT),
                "Naikkan batas berkas terbuka akun ini (ulimit -Hn).",
            )
        )
    return bounds


def seats_for(machine: Machine) -> int:
    """The most seats a machine can hold; 0 when not even one."""
    return min(limit.seats for limit in limits(machine))


def usual_seats(machine: Machine) -> int:
    """The seats to offer when nobody asked for a number: what fits, from 1 to 150."""
    return max(1, min(USUAL_SEATS, seats_for(machine)))


def refusal(machine: Machine, asked: int) -> str:
    """Why a machine cannot hold the seats asked for, and what to do; "" when it can."""
    narrow = [limit for limit in limits(machine) if limit.seats < asked]
    if not narrow:
        return ""
    reasons = " ".join(
        f"{limit.name}: {limit.found}, cukup untuk {limit.seats} kursi. {limit.remedy}"
        for limit in narrow
    )
    fits = seats_for(machine)
    way_out = f"Atau jalankan dengan --seats {fits}." if fits else "Atau pakai komputer lain."
    return f"Komputer ini tidak cukup untuk {asked} kursi. {reasons} {way_out}"


def nearest_standing(folder: Path) -> Path:
    """The folder itself, or the nearest above it that is there."""
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if os.path.exists(place))


def _gb(megabytes: int) -> str:
    return number_id(megabytes / 1024, 1)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _open_files() -> int | None:
    try:
        import resource as system
    except ImportError:
        return None
    hard = system.getrlimit(system.RLIMIT_NOFILE)[1]
    return None if hard == system.RLIM_INFINITY else hard


def _forks() -> bool:
    """Whether kernels can be forked and watched here: asked by doing, a sandbox may forbid it."""
    if not (sys.platform == "linux" and hasattr(os, "pidfd_open")):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def _has_short_folder() -> bool:
    # Late: the server and all of Jupyter with it.
    from workbench.serve.kernels import socket_folder_fits
    from workbench.serve.server import make_run_folder

    folder = make_run_folder()
    try:
        return socket_folder_fits(folder)
    finally:
        folder.rmdir()


def _memory_groups(
    mount: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")
) -> Iterator[tuple[int, int]]:
    """Limit and what is free of it, in bytes, of each control group round this process.

    The machine's own numbers say nothing of them: a container sees its host's memory.
    """
    try:
        lines = own.read_text(encoding="ascii").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, names = mount, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            root = mount / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        place = root / path.lstrip("/")
        for group in (place, *place.parents):
            if group.is_relative_to(root) and (found := _limit_and_free(group, *names)):
                yield found


def _limit_and_free(
    group: Path, limit_file: str, usage_file: str, reclaimable: str
) -> tuple[int, int] | None:
    try:
        limit = int((group / limit_file).read_text())
        used = int((group / usage_file).read_text())
        lines = (group / "memory.stat").read_text().splitlines()
    except (OSError, ValueError):  # not there, or "max"
        return None
    cached = next((int(n) for name, n in map(str.split, lines) if name == reclaimable), 0)
    return limit, max(0, limit - used + cached)
