"""Which wheels a bag needs, and how they come into it: pip brings them, the pins decide.

Dependencies are followed here, from what each wheel says of itself: pip judges conditions such as
``sys_platform == "win32"`` by the machine it runs on, and would forget what other machines need.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from workbench.cli.bag.installing import PURE
from workbench.errors import UnusableInput

Say = Callable[[str], None]

#: What a wheel may be named for on each platform, and what conditions see there.
_LINUX = ("2_28", "2_27", "2_26", "2_24", "2_17", "2014")
TAGS: Mapping[str, tuple[str, ...]] = {
    "linux-x86_64": tuple(f"manylinux{'' if '_' not in n else '_'}{n}_x86_64" for n in _LINUX),
    "windows-amd64": ("win_amd64",),
    "macos-arm64": ("macosx_14_0_arm64",),
    "macos-x86_64": ("macosx_14_0_x86_64",),
}
_SYSTEMS = {
    "linux": {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"},
    "windows": {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows"},
    "macos": {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin"},
}


@dataclass(frozen=True)
class Target:
    """One kind of computer: ``platform`` as in ``TAGS``, ``python`` as "3.12"."""

    platform: str
    python: str

    def meets(self, requirement: Requirement, extra: str) -> bool:
        """Whether a requirement holds there for a package asked for with this extra ("": none)."""
        system, _, machine = self.platform.partition("-")
        there = {
            **_SYSTEMS[system],
            "platform_machine": "AMD64" if system == "windows" else machine,
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "platform_python_implementation": "CPython",
            "extra": extra,
        }
        return requirement.marker is None or requirement.marker.evaluate(there)


@dataclass
class Shelf:
    """The wheels that are there: ``umum`` for all, a folder for each platform beside it."""

    folder: Path
    pins: Mapping[str, str]
    says: dict[str, list[Requirement]] = field(default_factory=dict)
    _held: dict[str, set[Target]] = field(default_factory=dict)

    def fill(self, root: Requirement, targets: list[Target], say: Say) -> None:
        """Bring what ``root`` and pip need on every target; raises ``UnusableInput``."""
        self.take_note(self.folder / PURE)
        for number, target in enumerate(targets, 1):
            say(f"Mengambil roda {number} dari {len(targets)}: {target.platform} {target.python}")
            roots = [root, Requirement("pip")]
            while lacking := [n for n in self.reach(roots, target) if not self.holds(n, target)]:
                self._bring(lacking, target)

    def reach(self, roots: list[Requirement], target: Target) -> list[str]:
        """The names that these requirements lead to on a target, as far as is known by now."""
        waiting, seen = list(roots), set()
        while waiting:
            one = waiting.pop()
            name = canonicalize_name(one.name)
            for extra in ("", *one.extras):
                if (name, extra) not in seen:
                    seen.add((name, extra))
                    waiting += [r for r in self.says.get(name, ()) if target.meets(r, extra)]
        return sorted({name for name, _ in seen})

    def holds(self, name: str, target: Target) -> bool:
        """Whether a wheel is there that serves this package on this target."""
        return bool(self._held.get(name, set()) & {_ANY, target})

    def take_note(self, folder: Path, target: Target | None = None) -> None:
        """Note what lies in a folder: its pure wheels serve all, the others ``target``."""
        for wheel in folder.glob("*.whl"):
            name = parse_wheel_filename(wheel.name)[0]
            self.says.setdefault(name, list(_requirements(wheel)))
            serves = _ANY if folder.name == PURE else target
            if serves is not None:
                self._held.setdefault(name, set()).add(serves)

    def _bring(self, names: list[str], target: Target) -> None:
        """Fetch wheels for one target; those that run anywhere go to ``umum``."""
        place = self.folder / target.platform
        place.mkdir(parents=True, exist_ok=True)
        wanted = [f"{name}=={self.pins[name]}" if name in self.pins else name for name in names]
        tags = [word for tag in TAGS[target.platform] for word in ("--platform", tag)]
        before = set(place.iterdir())
        run_pip(
            *("download", "--no-deps", "--only-binary=:all:", "--python-version", target.python),
            *(*tags, "--dest", str(place), *wanted),
        )
        for wheel in set(place.iterdir()) - before:
            kinds = parse_wheel_filename(wheel.name)[3]
            if all(kind.platform == "any" for kind in kinds):
                wheel.rename(self.folder / PURE / wheel.name)
        self.take_note(self.folder / PURE)
        self.take_note(place)
        for name in names:
            self._held.setdefault(name, set()).add(target)


#: Stands for every target: a wheel without a line of machine code.
_ANY = Target("", "")


def run_pip(*words: str) -> None:
    """Run pip; raises ``UnusableInput`` with the last thing it complained of."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words, "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.startswith("ERROR")][-1:]
        raise UnusableInput(
            f"Roda tidak lengkap: {''.join(last) or 'pip gagal'}. Periksa sambungan internet "
            "komputer ini dan requirements.lock, lalu ulangi."
        )


def read_pins(lock: Path) -> dict[str, str]:
    """The versions of a ``requirements.lock``, by name."""
    lines = (line.split("#")[0].strip() for line in lock.read_text("utf-8").splitlines())
    pairs = (line.partition("==") for line in lines if "==" in line)
    return {canonicalize_name(name): version for name, _, version in pairs}


def unpacked_size(wheel: Path) -> int:
    """Bytes of a wheel's content once it is installed."""
    with zipfile.ZipFile(wheel) as content:
        return sum(one.file_size for one in content.infolist())


def _requirements(wheel: Path) -> Iterator[Requirement]:
    """What a wheel says it needs."""
    with zipfile.ZipFile(wheel) as content:
        inside = next(n for n in content.namelist() if n.endswith(".dist-info/METADATA"))
        said = HeaderParser().parsestr(content.read(inside).decode("utf-8"))
    return map(Requirement, said.get_all("Requires-Dist") or [])
