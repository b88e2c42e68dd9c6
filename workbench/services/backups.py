"""A whole office in one file, taken while the server runs, and put back.

The file is a ZIP: both databases as one consistent picture each, every list that stands, maps,
linkings, archives, the key by which people are recognised in the next list, and
``cadangan.json`` with the SHA-256 of each. Left out is what makes itself anew (the server's
secret), what holds first passwords (``serve.json``), and the folders of deleted lists. An office
with a key (``services.keys``) seals the whole file under it, or under a passphrase where one is
given; the lists in it are sealed besides. Without either it is not encrypted: it wants a place as
safe as the office's own folder.

Whoever may read the file holds real people's data, so only an administrator of that side, or
whoever sits at the machine, takes one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import socket
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.wilayah import CITY
from workbench.errors import DAMAGED_ZIP, Forbidden, StoreFault, UnusableInput, WrongUse
from workbench.services import asides, keys, seals
from workbench.services.office import DATABASE, Office
from workbench.store import (
    ChainReport,
    Store,
    clock,
    copies,
    ledger,
    sealing,
    server_url,
    snapshots,
    store_fault,
    verify_chain,
)
from workbench.store import anchors as anchoring
from workbench.store.workspace import NEWEST_SCHEMA

MANIFEST: Final = "cadangan.json"
#: The form of the file; another one is read otherwise.
FORM: Final = 1
LISTS: Final = "daftar"
SERVE_FILE: Final = "serve.json"

#: What a sealed backup proves to be.
_SEALED_AS = "cadangan"

_PIECE = 1 << 20
_MOST_MANIFEST = 256 << 20
_PACKED = (".parquet", ".zip", ".xlsx", ".gpkg", ".duckdb")
_TRIES = 3
#: How the work of either way is called while it lasts; what a kill left goes with the next.
_BACKING_UP, _RESTORING = ".verval-cadangan-", ".verval-pulih-"

_DAMAGED = "Berkas cadangan ini rusak. Pakai cadangan lain."
_NOT_ONE = "Berkas ini bukan cadangan Meja Verval. Pilih berkas hasil verval backup."
_NEWER = (
    "Cadangan ini dibuat oleh versi Meja Verval yang lain atau lebih baru. "
    "Pasang versi terbaru, lalu ulangi."
)
_MOVED = "Daftar berubah terus selagi dicadangkan. Ulangi sebentar lagi."
_NEEDS_DATABASE = (
    "Folder kerja ini memakai PostgreSQL. Buat basis data baru yang kosong, lalu sebutkan dengan "
    "--database."
)
_SERVED = "Server masih berjalan di folder itu. Hentikan dulu (Ctrl+C), lalu ulangi."

Tells = Callable[[str], None]


@dataclass(frozen=True)
class Backup:
    """A backup as its manifest tells it.

    ``files`` maps a path inside to SHA-256 and size in bytes; ``chains`` says of each side how
    many events its ledger held and where it was wrong even then (None: whole). ``missing`` are
    folders of lists that were gone already, ``keys`` ids of the keys its lists need.
    """

    made_at: str
    schema: str
    files: Mapping[str, tuple[str, int]]
    chains: Mapping[Workspace, ChainReport]
    missing: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files together, unpacked."""
        return sum(size for _digest, size in self.files.values())

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for whatever was not whole when the backup was taken."""
        broken = (
            f"Ruang {side.value}: {report.sentence}"
            for side, report in self.chains.items()
            if not report.is_whole
        )
        lost = (f"Berkas daftar {name} hilang, jadi tidak ikut." for name in self.missing)
        return (*broken, *lost)


@dataclass(frozen=True)
class Restored:
    """What was put back, and where the folder that stood there before lies now (None: none)."""

    backup: Backup
    former: Path | None


def back_up(
    office: Office, actor: Actor, out: Path, tell: Tells | None = None, passphrase: str = ""
) -> Backup:
    """Write the office to the new file ``out``: whole or not at all.

    The server may run meanwhile. Nobody reads the file without the ``passphrase``, or else the
    office's key where it has one. Raises ``WrongUse`` when the file stands already or lies inside
    the office, ``StoreFault`` when the disk refuses or the key is not there.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    if actor.workspace is not Workspace.NYATA or not actor.covers(""):
        raise Forbidden(
            f"Cadangan memuat data nyata seluruh {CITY.kind}. Mintalah admin data nyata."
        )
    out = out.expanduser().absolute()
    if out.exists():
        raise WrongUse(f"{out.name} sudah ada. Pilih nama lain; cadangan lama tidak ditimpa.")
    if out.is_relative_to(office.root):
        raise WrongUse("Simpan cadangan di luar folder kerja, sebaiknya di disk lain.")
    ring = None if passphrase else keys.ring_of(office.root)
    say = tell or (lambda _words: None)
    try:
        with (
            asides.aside(out.parent, _BACKING_UP) as aside,
            _workplace(office, aside, bool(passphrase or ring)) as work,
        ):
            packed = work / "isi.zip"
            for left in reversed(range(_TRIES)):
                try:
                    made = _pack(office, work, packed, say, is_last=not left)
                    break
                except FileNotFoundError as error:
                    # A list was taken out after the databases were copied: the picture is stale.
                    if not left:
                        raise StoreFault(_MOVED) from error
            sealed = aside / "segel"
            if passphrase:
                say("Mengunci dengan sandi ...")
                seals.seal(packed, sealed, passphrase)
            elif ring:
                say(f"Mengunci dengan kunci {ring.newest.id} ...")
                sealing.seal(packed, sealed, ring.newest, _SEALED_AS)
            _place_new(sealed if passphrase or ring else packed, out)
    except OSError as error:
        raise _fault(error) from error
    except sqlite3.Error as error:
        raise StoreFault(_sqlite_words(error)) from error
    digest = _digest_of(out)
    for side in made.chains:
        _record(office.store(side), actor.id, "dibuat", digest)
    return made


def restore(
    file: Path,
    root: Path,
    tell: Tells | None = None,
    passphrase: str = "",
    key_file: Path | None = None,
    database: str = "",
) -> Restored:
    """Put a backup in the place of ``root``; what stood there is moved aside, never deleted.

    Everything is unpacked beside it and checked first: each file, both databases, both chains,
    every list. For whoever sits at the machine; ``passphrase`` is that of a locked file,
    ``key_file`` holds the office's key where the folder does not know it already. With a
    PostgreSQL ``database``, which must be empty, the data go there. Raises ``UnusableInput`` for a
    file that is damaged or of a newer version, ``WrongUse`` for a folder that is no office or is
    being served, and for a database that holds something.
    """
    say = tell or (lambda _words: None)
    root = root.expanduser().absolute()
    _refuse_place(root)
    if Office(root).database() is not None and not database:
        raise WrongUse(_NEEDS_DATABASE)
    needs_passphrase, key_id = is_locked(file), needed_key(file)
    key_file = key_file.expanduser().absolute() if key_file else keys.place_of(root)
    if key_id and key_file is None:
        raise WrongUse(
            f"Cadangan ini terkunci dengan kunci {key_id}. Beri berkas kuncinya: --kunci BERKAS."
        )
    try:
        digest = _digest_of(file)
        root.parent.mkdir(parents=True, exist_ok=True)
        with asides.aside(root.parent, _RESTORING) as aside:
            plain, home = file, aside / "kantor"
            if needs_passphrase:
                say("Membuka sandi ...")
                plain = aside / "isi.zip"
                seals.unseal(file, plain, passphrase)
            elif key_id and key_file is not None:
                say(f"Membuka kunci {key_id} ...")
                plain = aside / "isi.zip"
                sealing.unseal(file, plain, keys.read_ring(key_file), _SEALED_AS)
            with _opened(plain) as archive:
                made = _read_manifest(archive)
                if shutil.disk_usage(root.parent).free < made.size:
                    raise StoreFault(
                        "Disk tidak cukup untuk isi cadangan ini. Kosongkan ruang, lalu ulangi."
                    )
                say("Membongkar dan memeriksa berkas ...")
                home.mkdir(mode=0o700)
                _unpack(archive, made, home)
            office = Office(home)
            for side, then in made.chains.items():
                say(f"Memeriksa ruang {side.value} ...")
                _check_side(office, side, then, made.missing)
                _record(office.store(side), "mesin", "dipulihkan", digest)
                office.store(side).close()
            if database:
                _move_to_server(home, made, database, say)
            if key_file is not None and made.keys:
                keys.connect(home, key_file)
            former = _take_place(home, root)
    except OSError as error:
        raise _fault(error) from error
    return Restored(made, former)


def _move_to_server(home: Path, made: Backup, database: str, say: Tells) -> None:
    """Carry the checked databases of ``home`` over to PostgreSQL; their files then go."""
    address = server_url(database)
    for side in made.chains:
        say(f"Mengisi ruang {side.value} di PostgreSQL ...")
        source, target = Store.at(home / side.value / DATABASE, side), Store(address, side)
        copies.copy_in(source, target)
        if verify_chain(target).events != verify_chain(source).events:
            raise StoreFault(_DAMAGED)
        source.close()
        target.close()
        for path in (home / side.value).glob(f"{DATABASE}*"):
            path.unlink()
    Office(home).use_database(database)


def is_locked(file: Path) -> bool:
    """Whether a backup opens with a passphrase; raises ``UnusableInput`` where none can be read."""
    with _readable(file):
        return seals.is_sealed(file)


def needed_key(file: Path) -> str:
    """The id of the office's key a backup is sealed under, "" for none; raises as ``is_locked``."""
    with _readable(file):
        return sealing.needed_key(file)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnusableInput(
            f"{file.name} tidak dapat dibuka. Periksa nama, folder dan izinnya."
        ) from error


@contextmanager
def _workplace(office: Office, aside: Path, is_sealed: bool) -> Iterator[Path]:
    """Where the archive is packed: what will be sealed never lies open beside it."""
    if not is_sealed:
        yield aside
        return
    with sealing.private_folder(_size_of(office.root), office.root) as work:
        yield work


def _size_of(root: Path) -> int:
    """Bytes of all files below a folder; people work on, so what is gone by then has none."""
    size = 0
    for base, _folders, names in os.walk(root):
        for name in names:
            with suppress(OSError):
                size += (Path(base) / name).stat().st_size
    return size


# --- out -----------------------------------------------------------------------------------------


def _pack(office: Office, aside: Path, packed: Path, say: Tells, is_last: bool) -> Backup:
    """Fill the archive; on the last try lists without a folder are left out and named."""
    missing: list[str] = []
    needed: set[str] = set()
    chains: dict[Workspace, ChainReport] = {}
    files: dict[str, tuple[str, int]] = {}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for side in Workspace:
            if not office.has_data(side):
                continue
            say(f"Menyalin ruang {side.value} ...")
            copy = aside / f"{side.value}.sqlite"
            copy.unlink(missing_ok=True)
            kept = _copy_database(office, side, copy)
            store = Store.at(copy, side)
            standing = {one.folder for one in snapshots.list_snapshots(store)}
            chains[side] = _verify(store, kept)
            store.close()
            folder = office.root / side.value
            files[f"{side.value}/{DATABASE}"] = _add(archive, f"{side.value}/{DATABASE}", copy)
            for name, content in kept.items():
                files[f"{side.value}/{name}"] = _add_bytes(archive, f"{side.value}/{name}", content)
            gone = sorted(one for one in standing if not (folder / LISTS / one).is_dir())
            if gone and not is_last:
                raise FileNotFoundError
            missing += [f"{side.value}/{LISTS}/{one}" for one in gone]
            for path in _files(folder, standing, kept):
                name = f"{side.value}/{path.relative_to(folder).as_posix()}"
                files[name] = _add(archive, name, path)
                needed.add(sealing.needed_key(path))
        found = tuple(sorted(needed - {""}))
        made = Backup(clock.now(), NEWEST_SCHEMA, files, chains, tuple(missing), found)
        _add_bytes(archive, MANIFEST, _manifest(made))
    return made


def _copy_database(office: Office, side: Workspace, copy: Path) -> dict[str, bytes]:
    """Copy a database as it stands at one moment; gives the anchors of that same moment."""
    store, path = office.store(side), office.root / side.value / DATABASE
    if office.database() is not None:
        return _copy_from_server(office, side, copy)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as source:
        source.isolation_level = None
        # The lock keeps anchors and events together; once the picture is pinned it is let go,
        # and everybody writes on while the pages are copied.
        with store.writing():
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM alembic_version").fetchone()
            kept = _anchors_of(office, side)
        with closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            # One file alone, without a log beside it.
            target.execute("PRAGMA journal_mode = DELETE")
        source.execute("ROLLBACK")
    copy.chmod(0o600)
    return kept


def _copy_from_server(office: Office, side: Workspace, copy: Path) -> dict[str, bytes]:
    target = Store.at(copy, side)
    kept: dict[str, bytes] = copies.copy_out(
        office.store(side), target, lambda: _anchors_of(office, side)
    )
    target.close()
    with closing(sqlite3.connect(copy)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
    return kept


def _anchors_of(office: Office, side: Workspace) -> dict[str, bytes]:
    anchors = office.root / side.value / anchoring.FILE
    return {anchoring.FILE: anchors.read_bytes()} if anchors.is_file() else {}


def _files(folder: Path, standing: set[str], kept: Mapping[str, bytes]) -> Iterator[Path]:
    """What a workspace holds beside its database: no hidden files, no lists but those standing."""
    for base, folders, names in os.walk(folder, onerror=_raise):
        here = Path(base)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if here == folder / LISTS:
            folders[:] = [name for name in folders if name in standing]
        for name in sorted(names):
            is_own = here == folder and (name.startswith(DATABASE) or name in kept)
            path = here / name
            if not (is_own or name.startswith(".") or path.is_symlink()):
                yield path


def _raise(error: OSError) -> None:
    raise error


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(_entry(name), "w", force_zip64=True) as target:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            target.write(piece)
    return digest.hexdigest(), size


def _add_bytes(archive: zipfile.ZipFile, name: str, content: bytes) -> tuple[str, int]:
    archive.writestr(name, content)
    return hashlib.sha256(content).hexdigest(), len(content)


def _entry(name: str) -> zipfile.ZipInfo | str:
    # An entry of its own is stored as it is; a name takes on the archive's way, packed lightly.
    return zipfile.ZipInfo(name) if name.endswith(_PACKED) else name


def _manifest(made: Backup) -> bytes:
    content = {
        "bentuk": FORM,
        "dibuat": made.made_at,
        "skema": made.schema,
        "jejak": {
            side.value: {"catatan": report.events, "salah": report.fault_at}
            for side, report in made.chains.items()
        },
        "hilang": list(made.missing),
        "kunci": list(made.keys),
        "berkas": {
            name: {"sha256": digest, "ukuran": size}
            for name, (digest, size) in sorted(made.files.items())
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _place_new(packed: Path, out: Path) -> None:
    packed.chmod(0o600)
    with packed.open("rb") as file:
        os.fsync(file.fileno())
    try:
        # Linked, not moved: a file that came there meanwhile stays.
        os.link(packed, out)
    except FileExistsError as error:
        raise WrongUse(f"{out.name} sudah ada. Pilih nama lain.") from error
    except OSError:
        # A disk that knows no links, such as most USB sticks.
        os.replace(packed, out)
    _sync(out.parent)


# --- back ----------------------------------------------------------------------------------------


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except DAMAGED_ZIP as error:
        raise UnusableInput(_DAMAGED) from error


def _read_manifest(archive: zipfile.ZipFile) -> Backup:
    """What the file says of itself; its entries must be exactly those it names."""
    try:
        entry = archive.getinfo(MANIFEST)
        if entry.file_size > _MOST_MANIFEST:
            raise UnusableInput(_DAMAGED)
        content = json.loads(archive.read(entry))
        form, schema = content["bentuk"], str(content["skema"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableInput(_NOT_ONE) from error
    if form != FORM or schema not in _known_schemas():
        raise UnusableInput(_NEWER)
    try:
        files = {
            str(name): (str(one["sha256"]), int(one["ukuran"]))
            for name, one in content["berkas"].items()
        }
        chains = {Workspace(side): _chain_then(one) for side, one in content["jejak"].items()}
        missing = tuple(map(str, content["hilang"]))
        needed = tuple(map(str, content.get("kunci", ())))
        made = Backup(str(content["dibuat"]), schema, files, chains, missing, needed)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnusableInput(_DAMAGED) from error
    names = [name for name in archive.namelist() if name != MANIFEST]
    databases = {f"{side.value}/{DATABASE}" for side in chains}
    is_whole = sorted(names) == sorted(files) and databases <= set(files) and bool(chains)
    if not is_whole or not all(_is_inside(name) for name in files):
        raise UnusableInput(_DAMAGED)
    return made


def _chain_then(told: Mapping[str, Any]) -> ChainReport:
    fault = told["salah"]
    whole = f"Jejak utuh: {told['catatan']} catatan."
    broken = f"Jejak sudah tidak cocok pada nomor {fault} ketika dicadangkan."
    return ChainReport(int(told["catatan"]), fault is None, fault, broken if fault else whole)


def _is_inside(name: str) -> bool:
    first, *rest = re.split(r"[/\\]", name)
    return first in list(Workspace) and bool(rest) and not {"", ".", ".."} & set(rest)


def _known_schemas() -> set[str]:
    from alembic.script import ScriptDirectory

    from workbench.store.migrations import configuration

    scripts = ScriptDirectory.from_config(configuration())
    return {script.revision for script in scripts.walk_revisions()}


def _unpack(archive: zipfile.ZipFile, made: Backup, home: Path) -> None:
    for name, (expected, size) in made.files.items():
        target = home / name
        # One by one: parents that ``mkdir`` makes along the way are open to all.
        for folder in reversed(Path(name).parents):
            (home / folder).mkdir(mode=0o700, exist_ok=True)
        digest, left = hashlib.sha256(), size
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with archive.open(name) as source, os.fdopen(handle, "wb") as file:
            while left >= 0 and (piece := source.read(_PIECE)):
                digest.update(piece)
                left -= len(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if left or digest.hexdigest() != expected:
            raise UnusableInput(_DAMAGED)


def _check_side(
    office: Office, side: Workspace, then: ChainReport, missing: tuple[str, ...]
) -> None:
    """Raise ``UnusableInput`` unless database, chain and lists are as they were backed up."""
    path = office.root / side.value / DATABASE
    try:
        with closing(sqlite3.connect(path)) as raw:
            (said,) = raw.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise UnusableInput(_DAMAGED) from error
    store = office.store(side)
    kept = office.root / side.value / anchoring.FILE
    content = {anchoring.FILE: kept.read_bytes()} if kept.is_file() else {}
    now = _verify(store, content)
    if said != "ok" or (now.events, now.fault_at) != (then.events, then.fault_at):
        raise UnusableInput(f"{_DAMAGED} Ruang {side.value}: {now.sentence}")
    for one in snapshots.list_snapshots(store):
        name = f"{side.value}/{LISTS}/{one.folder}"
        if name not in missing and not (office.root / name).is_dir():
            raise UnusableInput(_DAMAGED)


def _refuse_place(root: Path) -> None:
    if not root.exists():
        return
    if not root.is_dir():
        raise WrongUse(f"{root.name} bukan folder. Pilih folder untuk --workspace.")
    is_office = any((root / side.value).is_dir() for side in Workspace)
    if not is_office and any(root.iterdir()):
        raise WrongUse(
            f"Folder {root.name} berisi hal lain. Pilih folder kosong, folder baru, atau folder "
            "kerja Meja Verval."
        )
    if is_served(root):
        raise WrongUse(_SERVED)


def is_served(root: Path) -> bool:
    """Whether a server answers for this folder; one that was killed leaves its note behind."""
    try:
        facts = json.loads((root / SERVE_FILE).read_text(encoding="utf-8"))
        where = urlsplit(str(facts["url"]))
        with socket.create_connection((where.hostname or "", where.port or 80), timeout=2):
            return True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _take_place(home: Path, root: Path) -> Path | None:
    """Move the checked folder to ``root``; between the two steps nothing is lost, only moved."""
    former = None
    if root.exists() and any(root.iterdir()):
        former = root.with_name(f"{root.name}-sebelum-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")
        os.rename(root, former)
    elif root.exists():
        root.rmdir()
    try:
        os.rename(home, root)
    except OSError:
        if former is not None:
            os.rename(former, root)
        raise
    _sync(root.parent)
    return former


# --- both ways -----------------------------------------------------------------------------------


def _verify(store: Store, kept: Mapping[str, bytes]) -> ChainReport:
    """The chain against its anchors; a damaged file of anchors must not cost the backup."""
    known: tuple[anchoring.Anchor, ...] = ()
    with suppress(StoreFault):
        known = anchoring.anchors_in(kept.get(anchoring.FILE, b""), store.workspace)
    return verify_chain(store, known)


def _fault(error: OSError) -> StoreFault:
    if error.errno == errno.EFBIG:
        return StoreFault(
            "Cadangan terlalu besar untuk disk ini; disk FAT32 hanya memuat berkas sampai 4 GB. "
            "Pakai disk berformat exFAT atau NTFS."
        )
    return store_fault(error)


def _record(store: Store, actor_id: str, what: str, digest: str) -> None:
    with store.writing() as connection:
        ledger.record(connection, actor_id, "cadangan", "kantor", what, {"sha256": digest})


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Make a new name in a folder outlast a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sqlite_words(error: sqlite3.Error) -> str:
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return "Disk penuh, jadi cadangan tidak dibuat. Kosongkan ruang, lalu ulangi."
    return "Berkas data tidak dapat disalin, jadi cadangan tidak dibuat. Ulangi sebentar lagi."
