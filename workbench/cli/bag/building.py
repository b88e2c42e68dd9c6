"""``verval bag``: makes the folder that is carried on a USB stick, from a checkout of the sources.

The one part that needs a network: everything in the bag is fetched or made here. What it holds is
listed in ``tas.json`` (for the installer) and ``SHA256SUMS`` (for anybody).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

from workbench.cli.bag import installing
from workbench.cli.bag.wheels import TAGS, Say, Shelf, Target, read_pins, run_pip, unpacked_size
from workbench.errors import UnusableInput, WrongUse
from workbench.resources import resource

PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = ("linux-x86_64", "windows-amd64", "macos-arm64")
INSTALLER = "pasang.py"
SUMS = "SHA256SUMS"
#: The practice city as the server would make it.
FAMILIES, SEED, ERROR_RATE = 5000, 1, 0.15
#: What compiled Python code adds to what the wheels hold.
_COMPILED = 1.25
_LAUNCHERS = Path(__file__).parent / "launchers"
_SOURCES = Path(__file__).resolve().parents[3]


def build_bag(
    out: Path,
    pythons: tuple[str, ...] = PYTHONS,
    platforms: tuple[str, ...] = PLATFORMS,
    say: Say = print,
) -> Path:
    """Make ``out/MejaVerval-<version>`` and return it; raises ``WrongUse``, ``UnusableInput``.

    The folder appears when it is whole; a bag of the same version that is there is kept.
    """
    targets = [Target(platform, python) for platform in platforms for python in pythons]
    for given, known, option in ((platforms, TAGS, "--platform"), (pythons, PYTHONS, "--python")):
        if strange := sorted(set(given) - set(known)):
            raise WrongUse(f"{option} {strange[0]} tidak dikenal. Yang ada: {', '.join(known)}.")
    if not (_SOURCES / "pyproject.toml").is_file():
        raise WrongUse(
            "Tas dibuat dari folder sumber Meja Verval, bukan dari yang terpasang. Untuk tas yang "
            "sama, salin saja folder MejaVerval-... dari tas Anda."
        )
    version = str(describe(_SOURCES)["version"])
    bag, aside = out / f"MejaVerval-{version}", out / f".MejaVerval-{version}"
    if bag.exists():
        raise WrongUse(f"Folder {bag.name} sudah ada di {out}. Pindahkan atau hapus dulu.")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        shelf = _fill_shelf(aside / installing.WHEELS, version, targets, say)
        _write_contents(aside, pythons, say)
        _write_lists(aside, shelf, version, targets)
        aside.rename(bag)
    except OSError as error:
        raise UnusableInput(
            f"Tas tidak dapat ditulis ke {out}: {installing.reason(error)}. Periksa izin dan "
            "ruang disk."
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return bag


def _fill_shelf(folder: Path, version: str, targets: list[Target], say: Say) -> Shelf:
    say("Membangun paket Meja Verval ...")
    (folder / installing.PURE).mkdir(parents=True)
    own = ("wheel", "--no-deps", "--wheel-dir", str(folder / installing.PURE), str(_SOURCES))
    run_pip(*own, *(["--no-build-isolation"] if find_spec("hatchling") else []))
    shelf = Shelf(folder, read_pins(_SOURCES / "requirements.lock"))
    root = Requirement(f"{installing.PACKAGE}[{installing.EXTRAS}]=={version}")
    shelf.fill(root, targets, say)
    return shelf


def _write_contents(bag: Path, pythons: tuple[str, ...], say: Say) -> None:
    """All but the wheels: the installer, the practice city, hand-outs and guides."""
    from workbench import guides
    from workbench.services.papers.kit import write_kit
    from workbench.synthesis import generate

    shutil.copyfile(installing.__file__, bag / INSTALLER)
    shutil.copyfile(_SOURCES / "LICENSE", bag / "LISENSI.txt")
    for launcher in sorted(_LAUNCHERS.iterdir()):
        text = launcher.read_text(encoding="utf-8").replace("@PYTHON@", " ".join(pythons))
        text = text.replace("@PYTHONS@", ", ".join(pythons))
        ends = "\r\n" if launcher.suffix in (".bat", ".txt") else "\n"
        (bag / launcher.name).write_text(text, encoding="utf-8", newline=ends)
        if launcher.suffix in (".sh", ".command"):
            (bag / launcher.name).chmod(0o755)
    say("Membuat kota latihan ...")
    city = bag / "kota-latihan"
    generate(families=FAMILIES, seed=SEED, error_rate=ERROR_RATE).write(city / "kota")
    shutil.copyfile(resource("training_data/contoh_daftar.csv"), city / "contoh_daftar.csv")
    say("Mencetak bahan pelatihan ...")
    write_kit(bag / "cetak")
    say("Menulis panduan ...")
    guides.export(bag / "panduan")


def _write_lists(bag: Path, shelf: Shelf, version: str, targets: list[Target]) -> None:
    from workbench.store import clock
    from workbench.store.workspace import NEWEST_SCHEMA

    paths = sorted(path for path in bag.rglob("*") if path.is_file())
    sums = [(path.relative_to(bag).as_posix(), path.stat().st_size, _sum(path)) for path in paths]
    said = {
        "format": installing.FORMAT,
        "version": version,
        "made": clock.now(),
        "schema": NEWEST_SCHEMA,
        "room": max(_room(shelf.folder, target) for target in targets),
        "pythons": sorted({target.python for target in targets}),
        "platforms": sorted({target.platform for target in targets}),
        "files": [{"path": path, "size": size, "sha256": sha} for path, size, sha in sums],
    }
    listing = bag / installing.BAG_FILE
    listing.write_text(json.dumps(said, indent=1), encoding="utf-8")
    lines = [*((sha, path) for path, _, sha in sums), (_sum(listing), installing.BAG_FILE)]
    text = "".join(f"{sha}  {path}\n" for sha, path in lines)
    (bag / SUMS).write_text(text, encoding="utf-8", newline="\n")


def _room(folder: Path, target: Target) -> int:
    """About how many bytes the program takes on a target."""
    tag = f"cp{target.python.replace('.', '')}"
    wheels = [
        wheel
        for place in (installing.PURE, target.platform)
        for wheel in (folder / place).glob("*.whl")
        if any(
            kind.abi in ("none", "abi3") or kind.interpreter == tag
            for kind in parse_wheel_filename(wheel.name)[3]
        )
    ]
    return round(sum(map(unpacked_size, wheels)) * _COMPILED)


def _sum(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def describe(sources: Path) -> dict[str, Any]:
    """What the sources' own description says of the project: version, needs and all."""
    described = tomllib.loads((sources / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(described["project"])
