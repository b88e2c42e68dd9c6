"""How long an office keeps lists, words, names and sessions, and their end when the time is over.

The years are settings of the office (0: never). Nothing goes by itself: somebody looks at what is
over, has exactly that deleted, and what was done stands in the ledger and in a record of its own.
The working list and the newest list stay whatever their age.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import CITY
from workbench.errors import Forbidden, WrongUse
from workbench.services import office_settings
from workbench.services.keys import SCANS
from workbench.services.office import Office
from workbench.store import clock, finding_lives, snapshots
from workbench.store import retention as stored
from workbench.store.retention import NAMES, SESSIONS, WORDS, Run

LISTS: Final = "daftar"
#: Each kind with its setting and what it is called.
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    LISTS: ("keep_lists_years", "Daftar yang bukan daftar kerja"),
    WORDS: ("keep_words_years", "Catatan dan alasan yang ditulis dengan kata"),
    NAMES: ("keep_names_years", "Nama di musyawarah, isi berita acara, pindaian"),
    SESSIONS: ("keep_sessions_years", "Sesi masuk"),
}

_REASON = "Masa simpan berakhir"


@dataclass(frozen=True)
class Due:
    """What of a kind is over: ``count`` rows or lists from before ``before``.

    ``years`` 0: the office keeps this kind for good. ``names`` are those of lists.
    """

    kind: str
    title: str
    years: int
    before: date | None
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Erased:
    """What was deleted; ``is_swept``: nothing of it is left on the disk."""

    run: Run
    is_swept: bool


def due(office: Office, actor: Actor, on: date | None = None) -> tuple[Due, ...]:
    """What is over on a day (today), kind by kind."""
    _require_keeper(actor)
    store, day = office.store_for(actor), on or clock.today()
    found = []
    for kind, (setting, title) in KINDS.items():
        years = int(office_settings.value(office, actor, setting, day))
        if not years:
            found.append(Due(kind, title, 0, None, 0))
            continue
        before = _years_before(day, years)
        if kind == LISTS:
            over = _lists(office, actor, before)
            names = tuple(one.name for one in over)
            found.append(Due(kind, title, years, before, len(over), names))
        else:
            found.append(Due(kind, title, years, before, stored.count(store, kind, _stamp(before))))
    return tuple(found)


def erase(office: Office, actor: Actor, seen: tuple[Due, ...], on: date | None = None) -> Erased:
    """Delete what ``due`` showed, that and nothing else.

    Raises ``WrongUse`` when something else is over by now, or nothing at all.
    """
    day = on or clock.today()
    if due(office, actor, day) != seen:
        raise WrongUse("Yang habis masa simpannya berubah sejak dilihat. Lihat lagi, lalu ulangi.")
    over = {one.kind: one for one in seen if one.count and one.before}
    if not over:
        raise WrongUse("Tidak ada yang habis masa simpannya.")
    store = office.store_for(actor)
    lists = _lists(office, actor, over[LISTS].before) if LISTS in over else ()
    before = {
        kind: _stamp(one.before) for kind, one in over.items() if kind != LISTS and one.before
    }
    scans = stored.old_scans(store, before[NAMES]) if NAMES in before else frozenset()
    years = {kind: one.years for kind, one in over.items()}
    reasons = {one.id: _REASON for one in lists}
    run = stored.erase(store, actor.id, day.isoformat(), before, years, reasons)
    for digest in scans:
        for path in (office.folder(actor.workspace) / SCANS).glob(f"{digest}.*"):
            path.unlink(missing_ok=True)
    return Erased(run, sweep(office, actor))


def runs(office: Office, actor: Actor) -> tuple[Run, ...]:
    """What was deleted so far, newest first."""
    _require_keeper(actor)
    return stored.list_runs(office.store_for(actor))


def sweep(office: Office, actor: Actor) -> bool:
    """Clear the disk of what was deleted: files of lists, then those of the database.

    Whether nothing is left. A list whose deletion was cut off before its files went is cleared too.
    """
    _require_keeper(actor)
    store, home = office.store_for(actor), office.snapshots_dir(actor.workspace)
    folders = [home / name for name in snapshots.deleted_folders(store) if name]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return stored.sweep(store) and not any(folder.exists() for folder in folders)


def _require_keeper(actor: Actor) -> None:
    require(actor, Permission.MANAGE_ACCOUNTS)
    if not actor.covers(""):
        raise Forbidden(
            f"Masa simpan berlaku untuk seluruh kantor. Mintalah admin seluruh {CITY.kind}."
        )


def _lists(office: Office, actor: Actor, before: date | None) -> tuple[snapshots.Snapshot, ...]:
    """Lists that stand from before a day, without the working list and the newest."""
    store = office.store_for(actor)
    standing = snapshots.list_snapshots(store)
    rounds = finding_lives.list_rounds(store)
    kept = {one.id for one in standing[:1]} | {one.list_id for one in rounds[-1:]}
    moment = _stamp(before) if before else ""
    return tuple(one for one in standing if one.id not in kept and one.at < moment)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def _stamp(day: date) -> str:
    return clock.stamp(datetime.combine(day, time(), clock.zone()))
