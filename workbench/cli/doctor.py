"""``verval doctor``: what this machine can hold and what is missing, one line a check.

It changes nothing: no workspace is made, no file of one is written. What it says may be sent to
whoever helps: no person, no password, no folder but the one that was named.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.options import CertFile, KeyFile, Port
from workbench.cli.progress import say
from workbench.cli.users import HERE, Folder
from workbench.domain.words import date_id, number_id
from workbench.errors import NotFound, WorkbenchError

if TYPE_CHECKING:
    from workbench.access import Workspace
    from workbench.serve.capacity import Machine
    from workbench.services.office import Office

DISTRIBUTION = "verval-workbench"
#: One seat for each kelurahan: the class a city calls together.
_A_CLASS = 67
#: Disk in MB: a first city with its lists, and room for a year of classes.
_LEAST_DISK_MB, _EASY_DISK_MB = 300, 2_000
_ZONES = {timedelta(hours=7): "WIB", timedelta(hours=8): "WITA", timedelta(hours=9): "WIT"}
BROWSERS = (
    "HP dan laptop peserta: Chrome, Edge, Firefox atau Safari keluaran 2022 ke atas; "
    "tanpa internet, tanpa pemasangan apa pun."
)


class State(StrEnum):
    """How a check ended; ``LACKING`` keeps the server from serving well."""

    OK = "OK"
    ATTENTION = "PERHATIAN"
    LACKING = "KURANG"


@dataclass(frozen=True)
class Check:
    """One line: what was looked at, what was found, and what to do where that is not well."""

    name: str
    state: State
    found: str
    advice: str = ""


def doctor(
    workspace: Folder = HERE,
    seats: Annotated[
        int | None, typer.Option("--seats", min=1, help="Kursi yang diinginkan.")
    ] = None,
    port: Port = 8866,
    certfile: CertFile = None,
    keyfile: KeyFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Tulis sebagai JSON.")] = False,
) -> None:
    """Periksa komputer ini: cukup untuk berapa kursi, dan apa yang kurang."""
    from workbench.serve.capacity import Machine, seats_for, usual_seats

    say("Memeriksa komputer ini ...")
    root = workspace.expanduser()
    machine = Machine.look(root)
    fast_path = try_fast_path(machine)
    # Without it each seat takes far more memory, whatever the system says of itself.
    machine = replace(machine, forks=fast_path.state is State.OK)
    checks = [fast_path, *examine(machine, root, seats, port, certfile, keyfile)]
    lacking = sum(check.state is State.LACKING for check in checks)
    if as_json:
        report = {
            "ready": not lacking,
            "seats": seats_for(machine),
            "version": _own_version(),
            "checks": [asdict(check) for check in checks],
        }
        typer.echo(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        _print_table(checks)
        typer.echo(BROWSERS)
        typer.echo(
            f"Belum siap: {lacking} hal bertanda KURANG. Benahi dulu, lalu periksa lagi."
            if lacking
            else f"Siap untuk {seats or usual_seats(machine)} kursi."
        )
    if lacking:
        raise typer.Exit(1)


def examine(
    machine: Machine,
    root: Path,
    seats: int | None = None,
    port: int = 8866,
    certfile: Path | None = None,
    keyfile: Path | None = None,
) -> Iterator[Check]:
    """All further checks of a machine and of the office under ``root``, as they are printed."""
    yield _python(machine)
    yield _packages()
    yield _cores(machine)
    yield from _limits(machine, seats)
    yield _sockets(machine)
    yield _disk(machine)
    yield _workspace(root)
    yield from examine_stores(root)
    yield _port(root, port)
    yield _network()
    yield _clock(root)
    yield _certificate(certfile, keyfile)
    yield _assets()


# --- the machine


def _python(machine: Machine) -> Check:
    from packaging.specifiers import SpecifierSet

    try:
        wanted = metadata.metadata(DISTRIBUTION)["Requires-Python"]
    except metadata.PackageNotFoundError:
        wanted = ""
    found = f"{machine.python}, SQLite {machine.sqlite}"
    if SpecifierSet(wanted).contains(machine.python, prereleases=True):
        return Check("Python", State.OK, found)
    return Check("Python", State.LACKING, found, f"Pasang Python {wanted}.")


def _packages() -> Check:
    from packaging.requirements import Requirement

    name = "Paket"
    try:
        requirements = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or []]
    except metadata.PackageNotFoundError:
        return Check(
            name,
            State.ATTENTION,
            "Meja Verval dijalankan tanpa dipasang",
            "Pasang paketnya agar versinya dapat diperiksa.",
        )
    wrong = []
    for requirement in requirements:
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} tidak ada")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} {version}, perlu {requirement.specifier}")
    if wrong:
        return Check(name, State.LACKING, "; ".join(wrong), "Pasang ulang Meja Verval.")
    return Check(name, State.OK, f"{len(requirements)} paket sesuai")


def _cores(machine: Machine) -> Check:
    found = (
        f"{machine.cores} inti, kira-kira {machine.openings_per_s:.0f} halaman per detik "
        "bila semua membuka bersamaan"
    )
    if machine.cores < 2:
        return Check("Prosesor", State.ATTENTION, found, "Minta peserta membuka bergantian.")
    return Check("Prosesor", State.OK, found)


def _limits(machine: Machine, seats: int | None) -> Iterator[Check]:
    from workbench.serve.capacity import limits

    for limit in limits(machine):
        found = f"{limit.found}, cukup untuk {limit.seats} kursi"
        if limit.seats < (seats or 1):
            yield Check(limit.name, State.LACKING, found, limit.remedy)
        elif seats is None and limit.seats < _A_CLASS:
            yield Check(limit.name, State.ATTENTION, found, limit.remedy)
        else:
            yield Check(limit.name, State.OK, found)


def try_fast_path(machine: Machine) -> Check:
    """Whether kernels are really forked here: asked by starting what they are forked from."""
    from workbench import forkserver
    from workbench.serve.kernels import PRELOAD, fork_config

    name = "Jalur cepat"
    advice = "Halaman terbuka lebih lambat dan memakai lebih banyak memori. Pakai Linux."
    if not machine.forks:
        return Check(name, State.ATTENTION, "sistem ini tidak dapat menggandakan proses", advice)
    try:
        wait([forkserver.start_ahead(fork_config(kernel_name)) for kernel_name in PRELOAD])
        status = forkserver.status()
    finally:
        forkserver.shut_down()
    if status["way"] == "fork":
        return Check(name, State.OK, "jalan")
    return Check(name, State.ATTENTION, f"tidak jalan ({status['reason']})", advice)


def _sockets(machine: Machine) -> Check:
    if machine.has_short_folder:
        return Check("Folder soket", State.OK, "cukup pendek")
    return Check(
        "Folder soket",
        State.ATTENTION,
        "tidak ada folder sementara yang cukup pendek; dipakai port jaringan dalam",
        "Setel TMPDIR ke folder pendek, misalnya /tmp.",
    )


def _disk(machine: Machine) -> Check:
    found = f"{number_id(machine.disk_mb / 1024, 1)} GB kosong"
    advice = "Kosongkan disk tempat folder kerja."
    if machine.disk_mb < _LEAST_DISK_MB:
        return Check("Disk", State.LACKING, found, advice)
    if machine.disk_mb < _EASY_DISK_MB:
        return Check("Disk", State.ATTENTION, found, advice)
    return Check("Disk", State.OK, found)


def _network() -> Check:
    from workbench.cli.serving import hall_addresses

    found = hall_addresses()
    if found:
        return Check("Jaringan aula", State.OK, ", ".join(found))
    return Check(
        "Jaringan aula",
        State.ATTENTION,
        "komputer ini tidak tersambung ke jaringan mana pun",
        "Sambungkan ke Wi-Fi aula atau nyalakan hotspot, agar HP peserta dapat masuk.",
    )


def _clock(root: Path) -> Check:
    now = datetime.now(UTC)
    zone = now.astimezone().utcoffset() or timedelta()
    found = (
        f"{now.astimezone():%Y-%m-%d %H.%M}, zona {_ZONES.get(zone, f'UTC{now.astimezone():%z}')}"
    )
    # Files of a computer whose clock went back are younger than the clock says it is.
    known = [Path(__file__), *filter(os.path.exists, _databases(root))]
    newest = max(datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in known)
    if newest > now + timedelta(hours=1):
        return Check(
            "Jam",
            State.LACKING,
            f"{found}; berkas di sini lebih baru daripada jamnya",
            "Setel tanggal dan jam komputer.",
        )
    if zone not in _ZONES:
        return Check("Jam", State.ATTENTION, found, "Setel zona waktu ke WIB, WITA atau WIT.")
    return Check("Jam", State.OK, found)


# --- the office


def _workspace(root: Path) -> Check:
    from workbench.serve.capacity import nearest_standing

    name = "Folder kerja"
    standing = nearest_standing(root)
    try:
        # Without a name where the system can: nothing is left behind, whatever happens.
        with tempfile.TemporaryFile(dir=standing) as file:
            file.write(b"verval")
    except OSError:
        return Check(
            name,
            State.LACKING,
            f"{root} tidak dapat ditulisi",
            "Periksa izinnya, atau pilih folder lain dengan --workspace.",
        )
    if standing != root.absolute():
        return Check(name, State.OK, f"{root} belum ada, dibuat saat server dijalankan")
    private = (".kunci-server", "serve.json", "latihan", "nyata", "*/verval.sqlite")
    if any(path.stat().st_mode & 0o077 for pattern in private for path in root.glob(pattern)):
        return Check(
            name,
            State.ATTENTION,
            f"isi {root} dapat dibaca akun lain",
            f"Jalankan: chmod -R go= {root}",
        )
    return Check(name, State.OK, f"{root} dapat ditulisi")


def _databases(root: Path) -> list[Path]:
    from workbench.access import Workspace
    from workbench.services.office import DATABASE

    return [root / side / DATABASE for side in Workspace]


def _database(path: Path, name: str) -> Check:
    from workbench.store.workspace import NEWEST_SCHEMA

    if not (os.path.exists(path) and path.stat().st_size):
        return Check(name, State.OK, "belum ada isinya")
    # SQLite lays two files beside a database it reads, unless it is told that nobody writes.
    is_open = path.with_name(f"{path.name}-wal").exists()
    address = f"{path.absolute().as_uri()}?mode=ro&immutable={int(not is_open)}"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
            (schema,) = database.execute("select version_num from alembic_version").fetchone()
    except (sqlite3.Error, TypeError):
        said = schema = ""
    if said != "ok" or not isinstance(schema, str):
        return Check(
            name,
            State.LACKING,
            "rusak atau tidak dapat dibuka",
            "Jangan dipakai; pulihkan dari cadangan terakhir.",
        )
    if schema > NEWEST_SCHEMA:
        return Check(
            name,
            State.LACKING,
            "dibuat oleh versi Meja Verval yang lebih baru",
            "Pasang versi terbaru.",
        )
    return Check(name, State.OK, f"utuh, {number_id(path.stat().st_size / 2**20, 1)} MB")


def examine_stores(root: Path) -> Iterator[Check]:
    """The two databases, wherever they lie; nothing is made there."""
    from workbench.access import Workspace
    from workbench.services.office import DATABASE_NOTE, Office

    if (root / DATABASE_NOTE).exists():
        yield from (_schema(Office(root), side) for side in Workspace)
    else:
        for path in _databases(root):
            yield _database(path, f"Basis data {path.parent.name}")


def _schema(office: Office, side: Workspace) -> Check:
    """A workspace that lies in a PostgreSQL database; asking makes nothing there."""
    name = f"Basis data {side.value} (PostgreSQL)"
    try:
        if not office.has_data(side):
            return Check(name, State.OK, "belum ada isinya")
        with office.store(side).reading():
            pass
        office.store(side).close()
    except WorkbenchError as error:
        found, _, advice = str(error).partition(". ")
        return Check(name, State.LACKING, found, advice)
    return Check(name, State.OK, "tersambung")


# --- how the hall reaches it


def _port(root: Path, port: int) -> Check:
    from workbench.cli.serving import SERVE_FILE, check_port

    name = f"Port {port}"
    try:
        check_port("0.0.0.0", port)
    except WorkbenchError as error:
        if _serves_on(root / SERVE_FILE, port):
            return Check(name, State.OK, "dipakai server Meja Verval yang sedang berjalan")
        found, _, advice = str(error).partition(". ")
        return Check(name, State.LACKING, found, advice)
    return Check(name, State.OK, "bebas")


def _serves_on(serve_file: Path, port: int) -> bool:
    """Whether the office's own server is what answers there; its file stands while it does."""
    try:
        return str(json.loads(serve_file.read_text(encoding="utf-8"))["url"]).endswith(f":{port}")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _certificate(certfile: Path | None, keyfile: Path | None) -> Check:
    from workbench.cli.serving import hall_addresses
    from workbench.serve.certificate import load_certificate

    name = "Sertifikat"
    certfile, keyfile = certfile or keyfile, keyfile or certfile
    if certfile is None or keyfile is None:
        found = "tanpa sertifikat; data nyata hanya dapat dibuka di komputer ini"
        return Check(name, State.OK, found)
    try:
        certificate = load_certificate(certfile, keyfile)
    except WorkbenchError as error:
        found, _, advice = str(error).partition(". ")
        return Check(name, State.LACKING, found, advice)
    found = f"berlaku sampai {date_id(certificate.expires.astimezone().date(), long=True)}"
    if certificate.names:
        found += f" untuk {', '.join(certificate.names)}"
    warnings = list(certificate.warnings)
    if not (certificate.host_names or any(map(certificate.covers, hall_addresses()))):
        warnings.append("Alamat jaringan aula tidak ada di dalamnya; peramban HP akan menolak.")
    if warnings:
        return Check(name, State.ATTENTION, found, " ".join(warnings))
    return Check(name, State.OK, found)


def _assets() -> Check:
    """Looked for as the server does it: what the pages are made of, the doors, the city's map."""
    from workbench.resources import resource
    from workbench.serve.doors import DOORS
    from workbench.serve.server import VervalApp

    app = VervalApp()
    app.setup_template_dirs()
    try:
        app.asset_urls()
        for shelf, file in (("/aset/leaflet/", "leaflet.js"), ("/aset/", "plus-jakarta-sans.ttf")):
            if app.shelves[shelf].find(file) is None:
                raise NotFound(f"Berkas tampilan {file} tidak ada. Pasang ulang paketnya.")
        for door in DOORS:
            resource(f"notebooks/{door}.ipynb")
        resource("maps/kota_serang_skematik.geojson")
    except WorkbenchError as error:
        found, _, advice = str(error).partition(". ")
        return Check("Berkas tampilan", State.LACKING, found, advice)
    return Check("Berkas tampilan", State.OK, "huruf, peta dan halaman lengkap")


# --- saying it


def _own_version() -> str:
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""


def _print_table(checks: list[Check]) -> None:
    width = max(len(check.name) for check in checks)
    for check in checks:
        typer.echo(f"{check.state:<9}  {check.name:<{width}}  {check.found}")
        if check.advice:
            typer.echo(f"{'':<9}  {'':<{width}}  -> {check.advice}")
