"""``verval update``: a newer program out of a bag, the office taken along, and the way back.

An update writes into nothing that stands. The new program is installed beside the old one and
opens a copy of the office, which brings the copy's databases up to date; when every event is there
the copy takes the office's place. The office as it was stays whole in a folder of its own, and the
way back is to exchange the two again. ``pembaruan.json`` in the installation's folder says how far
an exchange has come, so that whatever cuts it off, the next command knows what stands where.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from packaging.version import Version

from workbench.access import Workspace
from workbench.cli.bag import installing, place
from workbench.cli.bag.installing import Bag
from workbench.cli.former_programs import remove_former
from workbench.cli.progress import say
from workbench.domain.words import date_id, number_id
from workbench.errors import StoreFault, UnusableInput, WrongUse
from workbench.services import accounts, asides, audits, backups
from workbench.services.office import DATABASE, DATABASE_NOTE, Office
from workbench.store import store_fault
from workbench.store.workspace import sqlite_fault

#: In the installation's folder: the last update, and the exchange that is going on.
NOTE: Final = place.UPDATE_NOTE
_FORM: Final = 1
_FOLDERS: Final = ("office", "replacement", "former")
#: What the folder is called in which the office is copied; a leftover goes with the next update.
_ASIDE: Final = ".verval-pembaruan-"

_SERVED = "Server masih berjalan. Hentikan dulu (Ctrl+C), lalu ulangi."
_ON_SERVER = (
    "Data kantor ini ada di PostgreSQL dan tidak disalin oleh verval update. Cadangkan dengan "
    "verval backup, lalu pasang versi baru dengan pasang.py dari tas itu."
)
_CHANGED = (
    "Data kantor berubah selama disalin, jadi tidak ada yang diperbarui. Tutup perintah verval "
    "lain, lalu ulangi."
)
_UNSOUND = (
    "Basis data kantor ini rusak, jadi tidak ada yang diubah. Pulihkan dari cadangan terakhir "
    "dengan verval restore."
)
_NOT_HERE = (
    "Program ini tidak dipasang dari tas, jadi tidak ada yang dapat diperbarui. Jalankan pasang.py "
    "yang ada di dalam tas."
)
_NO_WAY_BACK = "Tidak ada pembaruan yang dapat dikembalikan di komputer ini."
_UNREADABLE = (
    f"Catatan pembaruan ({NOTE}) tidak terbaca, jadi tidak ada yang diubah. Hubungi yang "
    "memasang Meja Verval."
)

Tells = Callable[[str], None]


@dataclass(frozen=True)
class Exchange:
    """``replacement`` takes the place of ``office``, which goes to ``former``; ``program`` rules.

    ``program`` and ``came_from`` are names of folders in the installation.
    """

    office: Path
    replacement: Path
    former: Path
    program: str
    came_from: str
    at: str


@dataclass(frozen=True)
class Head:
    """Where a side's ledger ends, and the version of its database."""

    seq: int
    hash: str
    schema: str


def update_office(
    bag: Path | None, workspace: Path | None, is_back: bool, is_agreed: bool
) -> list[str]:
    """Update this program's own installation from a bag, or undo the last update.

    Gives the sentences that are left to say. ``workspace`` None: the installation's own office.
    """
    home = place.installation()
    if home is None:
        raise WrongUse(_NOT_HERE)
    if is_back == (bag is not None):
        raise WrongUse("Sebutkan folder tas, atau --back untuk kembali ke versi sebelumnya.")
    if bag is None:
        done = return_to_former(home, say, agree=lambda: is_agreed or _is_agreed())
        return [f"{done.program} dipakai lagi. Jalankan Meja Verval seperti biasa."]
    office = (workspace or home / installing.OFFICE).expanduser()
    done = bring_forward(home, office, bag, say)
    return [
        f"{done.program} dipakai mulai sekarang. Jalankan Meja Verval seperti biasa.",
        f"Data sebelum pembaruan disimpan di {done.former}",
        "Folder itu memuat data nyata: hapus bila versi baru sudah Anda percayai. Untuk kembali: "
        "verval update --back",
        *remove_former(home, (done.program, done.came_from)),
    ]


def bring_forward(home: Path, office: Path, folder: Path, tell: Tells) -> Exchange:
    """Update the installation ``home`` and the office in the folder ``office`` from a bag.

    Raises ``UnusableInput`` for a bag that is none, not whole, older than what is installed or for
    other computers, ``WrongUse`` while the server runs, ``StoreFault`` when the disk refuses; then
    program and office are as they were.
    """
    office = office.resolve()
    try:
        settle(home)
        _refuse_served(office)
        bag = _read_newer(home, folder, tell)
        heads = _refuse_office(office, bag)
        _refuse_room(home, office, bag)
        standing = set(home.iterdir())
        program = _install(home, bag, tell)
        try:
            return _take_along(home, office, heads, bag, program, tell)
        except BaseException:
            if program not in standing:
                shutil.rmtree(program, ignore_errors=True)
            raise
    except OSError as error:
        raise _fault(error) from error


def return_to_former(home: Path, tell: Tells, agree: Callable[[], bool]) -> Exchange:
    """Undo the last update: the former program, and the office as it was before.

    ``agree`` is asked first where that gives up what was done since; the office that is left
    then lies in a folder beside, deleted by nobody. An office that the former program can read
    stays as it is. Raises ``WrongUse`` when there is no way back, or without consent.
    """
    try:
        settle(home)
        last = _note(home)["done"]
        if last is None:
            raise WrongUse(_NO_WAY_BACK)
        program = home / last.came_from
        for needed, words in ((program, "Program lama"), (last.former, "Data lama")):
            if not needed.is_dir():
                raise WrongUse(
                    f"{words} ({needed.name}) sudah tidak ada, jadi tidak ada jalan kembali."
                )
        _refuse_served(last.office)
        left = _beside(last.office, f"dari-{last.program}")
        done = Exchange(last.office, last.former, left, last.came_from, last.program, _now())
        if _schemas(last.office) == _schemas(last.former):
            tell(f"Data tetap seperti sekarang: {program.name} dapat membacanya.")
            tell(f"Data sebelum pembaruan masih ada di {last.former}")
            installing.activate(home, program)
            _put_note(home, done=None, doing=None)
            return done
        if lost := _lost(last):
            tell(f"Data kembali ke keadaan {_day(last.at)}. Yang dicatat sesudahnya tidak ikut:")
            for words in lost:
                tell(f"- {words}")
            if not agree():
                raise WrongUse("Tidak jadi. Tidak ada yang diubah.")
        exchange(home, done, is_update=False)
        tell(f"Data sesudah pembaruan tidak dihapus, dipindahkan ke {left}")
    except OSError as error:
        raise _fault(error) from error
    return done


# --- the exchange --------------------------------------------------------------------------------


def exchange(home: Path, planned: Exchange, is_update: bool) -> None:
    """Put the replacement in the office's place and the program in force; all or nothing."""
    before = _note(home)["done"]
    _put_note(home, done=before, doing=planned)
    try:
        os.rename(planned.office, planned.former)
        os.rename(planned.replacement, planned.office)
        installing.activate(home, home / planned.program)
    except BaseException:
        if planned.former.exists():
            if planned.office.exists():
                os.rename(planned.office, planned.replacement)
            os.rename(planned.former, planned.office)
        _put_note(home, done=before, doing=None)
        raise
    _put_note(home, done=planned if is_update else None, doing=None)


def settle(home: Path) -> None:
    """End an exchange that was cut off: forward where the office was exchanged, else back."""
    note = _note(home)
    doing = note["doing"]
    if doing is None:
        return
    if doing.replacement.exists() and doing.former.exists() and doing.office.exists():
        # Cut off between the two, and a program has begun an office anew in the empty place.
        os.rename(doing.office, _beside(doing.office, "saat-terputus"))
    if not doing.office.exists() and doing.former.exists():
        os.rename(doing.former, doing.office)
    if not doing.former.exists():
        _put_note(home, done=note["done"], doing=None)
        return
    installing.activate(home, home / doing.program)
    last = note["done"]
    is_back = last is not None and doing.replacement == last.former
    _put_note(home, done=None if is_back else doing, doing=None)


def end_cut_off(home: Path) -> None:
    """End an exchange that was cut off, before anybody opens the office; then raise ``WrongUse``.

    The program that runs may not be the one in force any more, so the command is to be repeated.
    """
    try:
        settle(home)
    except OSError as error:
        raise _fault(error) from error
    raise WrongUse(
        "Pembaruan terakhir terputus. Sekarang sudah dibereskan dan tidak ada data yang hilang. "
        "Jalankan perintah ini sekali lagi."
    )


def _note(home: Path) -> dict[str, Exchange | None]:
    """The last update (``done``) and the exchange that is going on (``doing``)."""
    try:
        said = json.loads((home / NOTE).read_text(encoding="utf-8"))
        if said["form"] != _FORM:
            raise StoreFault(_UNREADABLE)
        return {name: _exchange(said[name]) for name in ("done", "doing")}
    except FileNotFoundError:
        return {"done": None, "doing": None}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreFault(_UNREADABLE) from error


def _exchange(said: dict[str, str] | None) -> Exchange | None:
    if said is None:
        return None
    office, replacement, former = (Path(said[name]) for name in _FOLDERS)
    return Exchange(office, replacement, former, said["program"], said["came_from"], said["at"])


def _put_note(home: Path, **note: Exchange | None) -> None:
    """Write the note in its place at once, safe on the disk before anything follows."""
    said: dict[str, Any] = {"form": _FORM}
    for name, one in note.items():
        said[name] = one and {key: str(value) for key, value in vars(one).items()}
    aside = home / f".{NOTE}"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, home / NOTE)


# --- what is looked at first ---------------------------------------------------------------------


def _read_newer(home: Path, folder: Path, tell: Tells) -> Bag:
    """The bag, whole, for this computer, and newer than the program in force."""
    try:
        bag = installing.read_bag(folder.expanduser().absolute())
        here = _in_force(home)
        if (bag.version, bag.made) == here:
            raise UnusableInput(
                f"Versi {bag.version} dari tas ini sudah terpasang. Tidak ada yang perlu "
                "diperbarui."
            )
        if _age(bag.version, bag.made) < _age(*here):
            raise UnusableInput(
                f"Tas ini berisi versi {bag.version} ({bag.made[:10]}), lebih lama daripada yang "
                f"terpasang: {here[0]} ({here[1][:10]}). Pakai tas yang lebih baru; untuk kembali "
                "ke versi sebelum pembaruan: verval update --back"
            )
        installing.check_computer(bag)
        installing.require_whole(bag, tell)
    except installing.BagFault as fault:
        raise UnusableInput(str(fault)) from None
    return bag


def _in_force(home: Path) -> tuple[str, str]:
    """Version of the program in force, and when its bag was made."""
    program = installing.active(home)
    try:
        said = json.loads(((program or home) / installing.COMPLETE).read_text(encoding="utf-8"))
        return str(said["version"]), str(said["made"])
    except (OSError, ValueError, KeyError, TypeError):
        raise StoreFault(
            f"Program yang dipakai ({installing.ACTIVE}) tidak lengkap. Pasang dari tas dengan "
            "pasang.py."
        ) from None


def _age(version: str, made: str) -> tuple[Version, datetime]:
    try:
        moment = datetime.fromisoformat(made)
        if moment.tzinfo is None:
            raise ValueError("no zone")
        return Version(version), moment
    except ValueError:
        raise UnusableInput(
            f"Versi {version[:40]} tidak terbaca. Salin ulang tas ini dari sumbernya."
        ) from None


def _refuse_office(office: Path, bag: Bag) -> dict[Workspace, Head]:
    """The heads of both ledgers; raises unless this office can be taken to the bag's version."""
    _refuse_served(office)
    if (office / DATABASE_NOTE).exists():
        raise WrongUse(_ON_SERVER)
    heads = _heads(office)
    if any(head.schema > bag.schema for head in heads.values()):
        raise UnusableInput(
            "Data kantor ini dibuat oleh versi yang lebih baru daripada tas ini. Pakai tas yang "
            "lebih baru."
        )
    return heads


def _refuse_served(office: Path) -> None:
    if backups.is_served(office):
        raise WrongUse(_SERVED)


def _refuse_room(home: Path, office: Path, bag: Bag) -> None:
    """Raise ``StoreFault`` unless the new program and a copy of the office find room."""
    size = sum(map(_size, office.rglob("*")))
    wanted = {home: installing.room_needed(bag), office.parent: size}
    if home.stat().st_dev == office.parent.stat().st_dev:
        wanted = {home: sum(wanted.values())}
    for folder, needed in wanted.items():
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise StoreFault(
                f"Pembaruan memerlukan {_gb(needed)} GB kosong di disk tempat {folder}; yang ada "
                f"{_gb(free)} GB. Kosongkan ruang, lalu ulangi."
            )


# --- the new program and its office --------------------------------------------------------------


def _install(home: Path, bag: Bag, tell: Tells) -> Path:
    """Have the bag install its own program beside the one in force; gives its folder."""
    tell(f"Memasang versi {bag.version} di samping yang lama ...")
    words = [sys.executable, str(bag.folder / "pasang.py"), "--home", str(home), "--program-only"]
    last = ""
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **_in_words()
    ) as running:
        for line in running.stderr or ():
            last = line.strip() or last
            tell(line.strip())
        said = running.stdout.read().split() if running.stdout else []
    program = home / (said[-1] if said else "")
    if running.returncode or not installing.is_complete(program, bag):
        raise StoreFault(last or "Versi baru tidak dapat dipasang. Salin ulang tasnya.")
    return program


def _take_along(
    home: Path,
    office: Path,
    heads: dict[Workspace, Head],
    bag: Bag,
    program: Path,
    tell: Tells,
) -> Exchange:
    """Have the new program open a copy of the office, then exchange the two."""
    office.mkdir(mode=0o700, exist_ok=True)
    with asides.aside(office.parent, _ASIDE) as aside:
        copy = aside / office.name
        tell("Menyalin data kantor ...")
        _copy_office(office, copy)
        if heads:
            tell("Versi baru membuka dan memeriksa salinannya ...")
            _open_with(program, copy, office)
        now = _heads(copy)
        if {side: (head.seq, head.hash) for side, head in now.items()} != {
            side: (head.seq, head.hash) for side, head in heads.items()
        }:
            raise StoreFault(_CHANGED)
        if _heads(office) != heads:
            raise StoreFault(_CHANGED)
        former = _beside(office, f"sebelum-{bag.version}")
        before = installing.active(home)
        came_from = before.name if before else ""
        planned = Exchange(office, copy, former, program.name, came_from, _now())
        _refuse_served(office)
        exchange(home, planned, is_update=True)
    return planned


def _open_with(program: Path, copy: Path, office: Path) -> None:
    """Let a program open the copy, bring it up to date and read every event in it."""
    verval = installing.python_of(program).with_name("verval.exe" if os.name == "nt" else "verval")
    words = [str(verval), "audit", "verify", "--workspace", str(copy)]
    done = subprocess.run(words, capture_output=True, check=False, **_in_words())
    # A ledger that was not whole before is no fault of the update, and is said on every start.
    if done.returncode and not (done.returncode == 1 and not _is_whole(office)):
        said = (done.stderr.strip() or done.stdout.strip()).split("\n")[-1]
        raise StoreFault(f"Versi baru tidak dapat membuka data kantor ini. {said}")


def _in_words() -> dict[str, Any]:
    """How a program is run whose words are read: without what would lend it our packages."""
    told = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in told}
    return {"text": True, "encoding": "utf-8", "env": kept | {"PYTHONUTF8": "1"}}


# --- the office ----------------------------------------------------------------------------------


def _copy_office(office: Path, copy: Path) -> None:
    """Copy the folder with all that is hidden in it; each database as of one moment."""

    def left_out(folder: str, names: list[str]) -> list[str]:
        is_side = Path(folder).parent == office
        return [name for name in names if is_side and name.startswith(DATABASE)]

    shutil.copytree(office, copy, symlinks=True, ignore=left_out, copy_function=_copy_safely)
    for path in _databases(office):
        target = copy / path.relative_to(office)
        try:
            with closing(_open(path)) as source, closing(sqlite3.connect(target)) as database:
                source.backup(database)
                database.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise sqlite_fault(error) from error
        target.chmod(0o600)


def _copy_safely(source: str, target: str) -> None:
    """Copy a file so that it outlasts a power cut: the folder it comes from will be set aside."""
    shutil.copy2(source, target, follow_symlinks=False)
    if not os.path.islink(target):
        with open(target, "rb+") as file:
            os.fsync(file.fileno())


def _databases(office: Path) -> list[Path]:
    return [path for side in Workspace if _size(path := office / side.value / DATABASE)]


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)


def _heads(office: Path) -> dict[Workspace, Head]:
    """Where both ledgers end; readable whatever version made them."""
    found = {}
    for path in _databases(office):
        try:
            with closing(_open(path)) as database:
                version = database.execute("select version_num from alembic_version").fetchone()
                end = database.execute("select seq, hash from ledger_head").fetchone()
        except sqlite3.Error as error:
            raise sqlite_fault(error) from error
        # SQLite finds no fault with a row that is gone, or with bytes where words stood.
        if version is None or end is None or not isinstance(version[0], str):
            raise StoreFault(_UNSOUND)
        (schema,), (seq, digest) = version, end
        found[Workspace(path.parent.name)] = Head(seq, digest, schema)
    return found


def _schemas(office: Path) -> dict[Workspace, str]:
    return {side: head.schema for side, head in _heads(office).items()}


def _lost(last: Exchange) -> list[str]:
    """What was recorded since an update, a line for each kind of event."""
    before, lines = _heads(last.former), []
    for path in _databases(last.office):
        side = Workspace(path.parent.name)
        since = before[side].seq if side in before else 0
        counted = "select kind, count(*) from event where seq > ? group by kind order by 2 desc"
        with closing(_open(path)) as database:
            rows = database.execute(counted, (since,)).fetchall()
        lines += [
            f"ruang {side.value}: {number_id(n)} catatan, {audits.KINDS.get(kind, kind)}"
            for kind, n in rows
        ]
    return lines


def _is_whole(office: Path) -> bool:
    here = Office(office)
    try:
        sides = [side for side in Workspace if here.has_data(side)]
        return all(audits.verify(here, accounts.machine_operator(one)).is_whole for one in sides)
    finally:
        for side in Workspace:
            here.store(side).close()


# --- words ---------------------------------------------------------------------------------------


def _is_agreed() -> bool:
    if not sys.stdin.isatty():
        raise WrongUse("Belum dikembalikan. Bila itu memang dikehendaki, ulangi dengan --ya.")
    return input("Kembali sekarang? Ketik ya, lalu Enter: ").strip().lower() in ("ya", "y")


def _beside(office: Path, words: str) -> Path:
    return office.with_name(f"{office.name}-{words}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="minutes")


def _day(stamped: str) -> str:
    try:
        moment = datetime.fromisoformat(stamped)
    except ValueError:
        return "sebelum pembaruan"
    return f"{date_id(moment.date())} {moment:%H.%M}"


def _gb(size: int) -> str:
    return number_id(size / 1e9, 1)


def _fault(error: OSError) -> StoreFault:
    if error.errno in (errno.ENOENT, errno.EIO):
        return StoreFault("Tas tidak terbaca lagi. Sambungkan kembali stiknya, lalu ulangi.")
    return store_fault(error)
