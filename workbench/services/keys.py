"""The key under which an office's real lists lie, and what lies under which.

The keys are in one file outside the office's folder, which the office keeps (and a copy of it
elsewhere); ``kunci.json`` in the office's folder says where, and which key is the newest, never a
key. As soon as there is one, every file of a real list and every scan is sealed (see
``store.sealing``); invented people are not. A key that was replaced stays in the file: former
backups need it.

Each step is one file put in its place, so that whoever is stopped goes on where it was.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.register import MANIFEST
from workbench.domain.wilayah import CITY
from workbench.errors import Forbidden, StoreFault, WrongUse
from workbench.services.office import Office
from workbench.store import clock, ledger, sealing, store_fault
from workbench.store.sealing import ID, Key, Ring

#: Environment variable with the key file, before what ``kunci.json`` says.
VARIABLE: Final = "VERVAL_KEY"
#: In the office's folder: where the key file is, and the id of the newest key.
FILE: Final = "kunci.json"

_FORM = 1
_LISTS = "daftar"
#: Scans of signed papers, in the workspace's folder.
SCANS: Final = "pindaian"
_KIND = "kunci"

Tells = Callable[[str], None]


@dataclass(frozen=True)
class KeyStatus:
    """How an office's real lists lie on the disk.

    ``file`` is the key file (None: the office has no key), ``fault`` why it cannot be used, ""
    where it can. ``sealed`` counts files by key id, ``plain`` those that lie open.
    ``has_memory``: what is opened lies in memory alone, not on the disk.
    """

    file: Path | None
    fault: str
    newest: str
    made_at: str
    sealed: Mapping[str, int]
    plain: int
    has_memory: bool

    @property
    def unfinished(self) -> int:
        """Files that are not under the newest key."""
        if self.file is None:
            return 0
        return self.plain + sum(n for key, n in self.sealed.items() if key != self.newest)


def status(office: Office, actor: Actor) -> KeyStatus:
    """What key the office has and which files lie under which."""
    _require_keeper(actor)
    counted = Counter(sealing.needed_key(path) for path, _about in _files(office))
    plain, fault, newest = counted.pop("", 0), "", None
    file = place_of(office.root)
    try:
        ring = ring_of(office.root)
        newest = ring.newest if ring else None
    except StoreFault as error:
        fault = str(error)
    return KeyStatus(
        file,
        fault,
        newest.id if newest else "",
        newest.made_at if newest else "",
        dict(counted),
        plain,
        sealing.has_memory(),
    )


def make(office: Office, actor: Actor, file: Path, tell: Tells | None = None) -> KeyStatus:
    """Give the office a key in the new file ``file``, or connect it to the one that lies there.

    What lies open is sealed. Raises ``WrongUse`` for a file inside the office's folder, and for
    one without a key the office has used already.
    """
    _require_keeper(actor)
    file = file.expanduser().absolute()
    if file.is_relative_to(office.root):
        raise WrongUse(
            "Simpan berkas kunci di luar folder kerja, sebaiknya di disk lain: kunci yang "
            "disimpan bersama datanya tidak melindungi apa pun."
        )
    used = {sealing.needed_key(path) for path, _about in _files(office)} - {""}
    with suppress(StoreFault):  # a damaged note is what this mends
        used |= {_noted(office.root).get("kunci", "")} - {""}
    is_new = not file.exists()
    if is_new and used:
        raise WrongUse(
            f"Kantor ini sudah memakai kunci {', '.join(sorted(used))}. Beri berkas kunci itu, "
            "atau ganti kuncinya dengan verval key rotate."
        )
    ring = Ring((_new_key(),)) if is_new else read_ring(file)
    missing = sorted(key for key in used if ring.find(key) is None)
    if missing:
        raise WrongUse(
            f"Berkas kunci itu tidak memuat kunci {', '.join(missing)}, yang dipakai kantor ini. "
            "Cari berkas kunci yang benar."
        )
    try:
        if is_new:
            _write_ring(file, ring)
        office.folder(Workspace.NYATA)
        _note(office.root, file, ring)
    except OSError as error:
        raise store_fault(error) from error
    _record(office, actor, "dibuat" if is_new else "disambungkan", ring)
    _renew(office, ring, tell)
    return status(office, actor)


def rotate(office: Office, actor: Actor, tell: Tells | None = None) -> KeyStatus:
    """Put a new key in the place of the newest and bring every file under it.

    A rotation that was stopped is finished instead, with the key it began with. The file keeps
    the former keys. Raises ``WrongUse`` without a key, ``StoreFault`` when it cannot be read.
    """
    _require_keeper(actor)
    ring, file = ring_of(office.root), place_of(office.root)
    if ring is None or file is None:
        raise WrongUse("Kantor ini belum punya kunci. Buat dulu: verval key make --berkas BERKAS.")
    if not status(office, actor).unfinished:
        ring = Ring((*ring.keys, _new_key()))
        try:
            _write_ring(file, ring)
        except OSError as error:
            raise store_fault(error) from error
        _record(office, actor, "diganti", ring)
    _note(office.root, file, ring)
    _renew(office, ring, tell)
    return status(office, actor)


def ring_of(root: Path) -> Ring | None:
    """The keys of the office at ``root``, None where it has none.

    Raises ``StoreFault`` when the file is not there, is damaged, or is older than the office.
    """
    file = place_of(root)
    if file is None:
        return None
    ring = read_ring(file)
    noted = _noted(root).get("kunci", "")
    if noted and ring.find(noted) is None:
        raise StoreFault(sealing.lost_words(noted))
    return ring


def read_ring(file: Path) -> Ring:
    """The keys in a key file; raises ``StoreFault`` where there are none to be read."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        keys = tuple(
            Key(str(one["id"]), str(one["dibuat"]), base64.b64decode(one["rahasia"], validate=True))
            for one in content["kunci"]
        )
    except OSError as error:
        raise StoreFault(
            f"Berkas kunci {file.name} tidak dapat dibaca di tempatnya. Datanya tidak hilang: "
            "pasang disk tempat kunci disimpan, atau sebut tempatnya yang baru dengan "
            "verval key make --berkas BERKAS."
        ) from error
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise StoreFault(f"{file.name} bukan berkas kunci, atau isinya rusak.") from error
    if content.get("bentuk") != _FORM or not keys or any(len(one.secret) != 32 for one in keys):
        raise StoreFault(f"{file.name} bukan berkas kunci yang dikenal versi ini.")
    return Ring(keys)


def place_of(root: Path) -> Path | None:
    """Where the key file of the office at ``root`` is said to lie, None where it has none."""
    named = os.environ.get(VARIABLE, "").strip() or _noted(root).get("berkas", "")
    return Path(named).expanduser() if named else None


def connect(root: Path, file: Path) -> None:
    """Say in the folder of an office that is being put back where its key file lies."""
    _note(root, file, read_ring(file))


# --- lists ---------------------------------------------------------------------------------------


@contextmanager
def opened(root: Path, folder: Path, wanted: Callable[[str], bool]) -> Iterator[Path]:
    """The files of the list in ``folder`` whose relative names are ``wanted``, to be read.

    Raises ``StoreFault`` without the key.
    """
    ring = None
    if any(sealing.needed_key(path) for path in folder.glob("*.parquet")):
        ring = ring_of(root)
    with sealing.open_folder(folder, ring, folder.name, wanted) as plain:
        yield plain


@contextmanager
def filling(
    root: Path, workspace: Workspace, target: Path, about: str, size: int = 0
) -> Iterator[Path]:
    """A folder to write files of a list in, which end up in ``target``, sealed where they must.

    ``about`` is the list's id, and the folder inside it; ``size`` is how many bytes may come.
    """
    ring = ring_of(root) if workspace is Workspace.NYATA else None
    if ring is None and workspace is Workspace.NYATA:
        _refuse_open(root)
    target.mkdir(parents=True, exist_ok=True)
    if ring is None:
        yield target
        return
    with sealing.private_folder(size, target.parent) as plain:
        yield plain
        sealing.seal_folder(plain, target, ring.newest, about)


def _refuse_open(root: Path) -> None:
    """Raise ``StoreFault`` where lists are sealed already and nobody says where the key is."""
    for path in (root / Workspace.NYATA.value / _LISTS).glob(f"*/{MANIFEST}"):
        if needed := sealing.needed_key(path):
            raise StoreFault(sealing.lost_words(needed))


def _files(office: Office) -> Iterator[tuple[Path, str]]:
    """Every file of the real lists and every scan, with what it proves to be."""
    side = office.root / Workspace.NYATA.value
    for home, above in ((side / _LISTS, side / _LISTS), (side / SCANS, side)):
        for path in sorted(home.rglob("*")):
            name = path.relative_to(above)
            if path.is_file() and not any(part.startswith(".") for part in name.parts):
                yield path, name.as_posix()


def _renew(office: Office, ring: Ring, tell: Tells | None) -> None:
    for folder in (_LISTS, SCANS):
        for path in (office.root / Workspace.NYATA.value / folder).rglob(".*"):
            if path.is_file() and sealing.is_leftover(path):
                path.unlink(missing_ok=True)
    left = [
        (path, about)
        for path, about in _files(office)
        if sealing.needed_key(path) != ring.newest.id
    ]
    for number, (path, about) in enumerate(left, start=1):
        if tell is not None and number % 50 == 1:
            tell(f"Mengunci berkas {number} dari {len(left)} ...")
        try:
            sealing.renew(path, ring, about)
        except FileNotFoundError:
            continue  # a list that was taken out meanwhile
        except OSError as error:
            raise store_fault(error) from error


# --- the key file --------------------------------------------------------------------------------


def _require_keeper(actor: Actor) -> None:
    require(actor, Permission.MANAGE_ACCOUNTS)
    if actor.workspace is not Workspace.NYATA or not actor.covers(""):
        raise Forbidden(f"Kunci membuka data nyata seluruh {CITY.kind}. Mintalah admin data nyata.")


def _new_key() -> Key:
    return Key(secrets.token_hex(ID // 2), clock.now(), secrets.token_bytes(32))


def _noted(root: Path) -> dict[str, str]:
    try:
        noted: dict[str, str] = json.loads((root / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StoreFault(
            f"{FILE} di folder kerja rusak. Sambungkan lagi berkas kuncinya dengan "
            "verval key make --berkas BERKAS."
        ) from error
    return noted


def _note(root: Path, file: Path, ring: Ring) -> None:
    _put(root / FILE, {"bentuk": _FORM, "berkas": str(file), "kunci": ring.newest.id})


def _write_ring(file: Path, ring: Ring) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = [
        {"id": one.id, "dibuat": one.made_at, "rahasia": base64.b64encode(one.secret).decode()}
        for one in ring.keys
    ]
    _put(file, {"bentuk": _FORM, "kunci": keys})


def _put(path: Path, content: Mapping[str, Any]) -> None:
    """Write a small file in its place at once, safe on the disk."""
    for left in path.parent.glob(f".{path.name}.*"):
        if sealing.is_leftover(left):
            left.unlink(missing_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with sealing.private(aside) as file:
            file.write(json.dumps(content, indent=1).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _record(office: Office, actor: Actor, what: str, ring: Ring) -> None:
    with office.store_for(actor).writing() as connection:
        value = {"kunci": ring.newest.id}
        ledger.record(connection, actor.id, _KIND, "kantor", what, value)
