"""Maps of lists: what is published of each, behind the gate, and the pages made of it.

What is published of a list is computed once over the whole list and kept in the workspace folder
``peta/terbitan``: it stays as it went out, and what is published next is made so that it betrays
nothing beside what the same list told before (judged otherwise, a kelurahan replaced, another
threshold) and beside the list next to it in time. Everything that leaves here is cut to the
actor's areas.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.access import Actor, Permission, Workspace, may, require
from workbench.domain.wilayah import CITY
from workbench.domain.words import date_id
from workbench.errors import Forbidden, StoreFault, WorkbenchError, WrongUse
from workbench.geo.areas import AreaSet
from workbench.geo.disclosure.gate import STEPS
from workbench.geo.disclosure.tables import Counts, Release, State
from workbench.services import boundaries, populations, shelves
from workbench.services.locks import hold
from workbench.services.office import Office
from workbench.store import clock, ledger, snapshots

if TYPE_CHECKING:
    from workbench.geo.atlas import Atlas, Period
    from workbench.geo.disclosure.gate import Former
    from workbench.geo.page.contents import Choice
    from workbench.store.snapshots import Snapshot

#: So many lists side by side, as the periods of one map.
MOST_PERIODS = 4
#: Counts below this are hidden where the office has set nothing else.
THRESHOLD = 5
#: What is hidden under one of these is not betrayed by what the same list shows under another.
THRESHOLDS = STEPS
_OUT = "terbitan"
_SETTING = "ambang.json"
_TOP = 3
#: A city that hides more cells than this is so small that two former releases take minutes.
_MANY_HIDDEN = 4500
#: All of these must be public before anything is said of the rules that are found in a place.
_SPEAKING = ("bertemuan", "kunjungan", "temuan")


@dataclass(frozen=True)
class _Standing:
    """A list on the shelf as it was judged once, and where its publication lies."""

    snapshot: Snapshot
    judgement: Path
    threshold: int
    path: Path

    @property
    def day(self) -> str:
        """The day the list speaks of, ISO, for sorting."""
        return str(self.snapshot.manifest.get("as_of") or self.snapshot.at)[:10]


def atlas(office: Office, actor: Actor, list_ids: Sequence[str]) -> Atlas:
    """What may be shown of one to four lists, newest first, cut to the actor's areas.

    Sums of a kecamatan or the city are only for who looks after all of it. Raises ``WrongUse``
    for no list or too many.
    """
    require(actor, Permission.READ_MAP)
    if not 0 < len(set(list_ids)) <= MOST_PERIODS:
        raise WrongUse(f"Pilih satu sampai {MOST_PERIODS} daftar.")
    from workbench.geo.areas import AreaSet
    from workbench.geo.atlas import Atlas
    from workbench.geo.releases import cut_release

    whole = boundaries.areas(office, actor)
    mine = tuple(area for area in whole.areas if actor.covers(area.code))
    if not mine:
        raise Forbidden("Wilayah peta ini di luar tugas Anda. Mintalah admin bila itu keliru.")
    areas = AreaSet(whole.city_code, whole.city_name, mine)
    totals = frozenset(filter(actor.covers, (*areas.kecamatan, areas.city_code)))
    lists = [_find(office, actor, one, whole) for one in dict.fromkeys(list_ids)]
    lists.sort(key=lambda one: (one.day, one.snapshot.at), reverse=True)
    # The oldest goes out first: the newer ones are made beside it.
    for one in reversed(lists):
        _publish(office, actor, one, whole)
    labels = _labels(lists)
    periods = []
    for one in lists:
        release, about = _published(one.path, one.path.stat().st_mtime_ns, whole)
        periods.append(
            _period(one, labels[one.snapshot.id], cut_release(release, areas, totals), about)
        )
    frame = boundaries.frame(office, actor)
    inside = frame[frame["kode_kemendagri"].isin(areas.by_code)]
    inside.attrs = dict(frame.attrs)
    return Atlas(
        areas,
        inside,
        tuple(periods),
        populations.population(office, actor),
        actor.workspace is Workspace.LATIHAN,
        totals,
    )


def is_published(office: Office, actor: Actor, list_ids: Sequence[str]) -> bool:
    """Whether all of these are out already; making one ready takes seconds."""
    require(actor, Permission.READ_MAP)
    areas = boundaries.areas(office, actor)
    return all(_find(office, actor, one, areas).path.exists() for one in list_ids)


def make_ready(
    office: Office, actor: Actor, list_id: str, tell: Callable[[float, str], None]
) -> None:
    """Publish a list that has just come in or was judged again, so that the room opens at once.

    A fault, or a ``tell`` that stops, leaves it to the room, which publishes what is not out.
    """
    require(actor, Permission.READ_MAP)
    with suppress(WorkbenchError):
        tell(0.97, "Menyiapkan peta ...")
        areas = boundaries.areas(office, actor)
        _publish(office, actor, _find(office, actor, list_id, areas), areas)


def map_page(
    office: Office, actor: Actor, list_ids: Sequence[str], first: Choice | None = None
) -> tuple[str, bytes]:
    """A map file that opens without a network: its name and content."""
    drawn = atlas(office, actor, list_ids)
    from workbench.geo.choropleth import draw

    html = draw(drawn, first).get_root().render()
    with office.store_for(actor).writing() as connection:
        about = {"berkas": "html", "daftar": len(drawn.periods)}
        subject = f"daftar:{drawn.periods[0].list_id}"
        ledger.record(connection, actor.id, "ekspor_peta", subject, "ekspor_peta", about)
    day = drawn.periods[0].as_of
    mark = "latihan-" if drawn.practice else ""
    return f"{mark}peta-{day.isoformat() if day else 'daftar'}.html", html.encode()


def room_page(actor: Actor, drawn: Atlas, first: Choice | None = None) -> str:
    """The page of the room: asks for what takes long, and has a button for checklists."""
    require(actor, Permission.READ_MAP)
    from workbench.geo.choropleth import OfflineMap, shown_indicators
    from workbench.geo.page.contents import Choice, Contents

    room = {"periksa": may(actor, Permission.PRINT_CHECKLIST)}
    contents = Contents(drawn, shown_indicators(drawn), first or Choice(), room=room)
    return str(OfflineMap(contents).get_root().render())


def late_measure(
    actor: Actor, drawn: Atlas, indicator: str, list_id: str, kind: str
) -> dict[str, Any]:
    """A measure that a page of the room asks for, packed; "pesan" where there is none: why."""
    require(actor, Permission.READ_MAP)
    from workbench.geo.indicators import find_indicator
    from workbench.geo.page.contents import KINDS, late_entry

    place = next((n for n, one in enumerate(drawn.periods) if one.list_id == list_id), None)
    if place is None or kind not in KINDS:
        raise WrongUse("Ukuran atau periode itu tidak ada pada peta ini.")
    return late_entry(drawn, find_indicator(indicator), kind, place)


def threshold(office: Office, actor: Actor) -> int:
    """The least count that this office shows."""
    require(actor, Permission.READ_MAP)
    return _threshold(office, actor)


def set_threshold(office: Office, actor: Actor, value: int) -> None:
    """Set the least count that is shown; what is already out stays as it is.

    Raises ``WrongUse`` for what is none of ``THRESHOLDS`` and ``Forbidden`` for whoever does not
    look after the whole city.
    """
    require(actor, Permission.SET_RULES)
    if not actor.covers(""):
        raise Forbidden(f"Batas angka kecil berlaku untuk seluruh {CITY.kind}. Mintalah admin.")
    if not isinstance(value, int) or value not in THRESHOLDS:
        raise WrongUse("Batas angka kecil hanya boleh 3, 5 atau 10. Pilih salah satunya.")
    path = _home(office, actor) / _SETTING
    with office.store_for(actor).writing() as connection:
        _write(path, json.dumps({"ambang": value}))
        ledger.record(connection, actor.id, "ambang_peta", "peta:ambang", "ambang", value)


# --- publishing ----------------------------------------------------------------------------------


def _publish(office: Office, actor: Actor, one: _Standing, areas: AreaSet) -> None:
    """Make what is published of a list, unless it is out already."""
    if one.path.exists():
        return
    from workbench.geo.disclosure.gate import disclose, veil
    from workbench.geo.releases import release_text

    with _one_at_a_time(one.path.parent):
        if one.path.exists():
            return
        counts = _counts(office, actor, one, areas)
        out = _out(office, actor, areas)
        lower = [
            other
            for other in out
            if other.judgement == one.judgement and other.threshold < one.threshold
        ]
        if lower:
            # Less of what is out already: there is nothing new to betray, so no former is asked.
            shown = _release(max(lower, key=lambda other: other.threshold), areas)
            release = veil(disclose(counts, areas, one.threshold), shown)
        else:
            former = _formers(office, actor, one, areas, out)
            release = disclose(counts, areas, one.threshold, former=former)
        _, whole = shelves.standing(office, actor, one.snapshot.id)
        about = {
            "ruleset": whole.findings.ruleset,
            "top": _top_rules(whole, release),
            "terbit": clock.now(),
        }
        _write(_about(one.path), json.dumps(about, ensure_ascii=False))
        _write(one.path, release_text(release))


def _formers(
    office: Office, actor: Actor, one: _Standing, areas: AreaSet, out: Sequence[_Standing]
) -> list[Former]:
    """What the same list told last, and the list next to it in time; of a tiny city the former.

    Two, not all: an interval over many releases takes minutes, and these are the ones whose
    differences are small.
    """
    from workbench.geo.disclosure.gate import Former

    kin = _kin(office, actor, one.snapshot)
    day = date.fromisoformat(one.day)
    own = [other for other in out if other.snapshot.id in kin][-1:]
    others = [other for other in reversed(out) if other.snapshot.id not in kin]
    if own and _hidden(_release(own[0], areas)) > _MANY_HIDDEN:
        others = []
    beside = sorted(others, key=lambda other: abs((date.fromisoformat(other.day) - day).days))[:1]
    return [
        Former(_counts(office, actor, other, areas), _release(other, areas))
        for other in out
        if other in own or other in beside
    ]


def _hidden(release: Release) -> int:
    cells = (cell for table in release.tables.values() for cell in table.cells.values())
    return sum(cell.state is State.DISEMBUNYIKAN for cell in cells)


def _kin(office: Office, actor: Actor, snapshot: Snapshot) -> frozenset[str]:
    """The list, those of its name, and those it shares all but replaced kelurahan with."""
    lists = snapshots.list_snapshots(office.store_for(actor), include_deleted=True)
    replaced = {one.id: one.manifest.get("replaces") for one in lists}

    def first(list_id: str) -> str:
        while before := replaced.get(list_id):
            list_id = before
        return list_id

    return frozenset(
        one.id for one in lists if one.name == snapshot.name or first(one.id) == first(snapshot.id)
    )


def _out(office: Office, actor: Actor, areas: AreaSet) -> list[_Standing]:
    """All that is out of the lists that stand, under any judgement and threshold, oldest first."""
    found = []
    for snapshot in snapshots.list_snapshots(office.store_for(actor)):
        folder = shelves.folder_of(office, actor, snapshot)
        for judgement in (folder, *folder.glob("judgement-*")):
            for threshold in THRESHOLDS:
                one = _judged(office, actor, snapshot, judgement, threshold, areas)
                if one.path.exists():
                    found.append(one)
    return sorted(found, key=_came_out)


def _came_out(one: _Standing) -> tuple[str, int]:
    """When it was published; of what does not say so yet, when its file was written.

    A file restored from a backup is younger than what it holds.
    """
    return str(_told(one.path).get("terbit", "")), one.path.stat().st_mtime_ns


def _counts(office: Office, actor: Actor, one: _Standing, areas: AreaSet) -> Sequence[Counts]:
    from workbench.geo.counting import count

    folder = shelves.folder_of(office, actor, one.snapshot)
    whole = shelves.load(office.root, folder, one.judgement)
    return count(whole.register, whole.findings.table, areas, _day(one))


def _release(one: _Standing, areas: AreaSet) -> Release:
    return _published(one.path, one.path.stat().st_mtime_ns, areas)[0]


def _top_rules(whole: shelves.Standing, release: Release) -> Mapping[str, tuple[str, ...]]:
    """Codes of the rules found in most families of a kelurahan, of as many as are shown at all.

    Said only where the counts of findings are public: an order of rules has a lower limit in it.
    """
    families: defaultdict[str, Counter[str]] = defaultdict(Counter)
    table = whole.findings.table.select(
        ["rule", "severity", "family_id", "kelurahan_kode_kemendagri"]
    )
    seen = set(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))
    for rule, severity, family, code in seen:
        if family and severity != "INFO":
            families[code][rule] += 1
    found = {}
    for code, counted in families.items():
        if all(release.cell("temuan", key, code).state is State.ANGKA for key in _SPEAKING):
            enough = [rule for rule, number in counted.items() if number >= release.threshold]
            found[code] = tuple(sorted(enough, key=lambda rule: (-counted[rule], rule))[:_TOP])
    return {code: rules for code, rules in found.items() if rules}


@lru_cache(maxsize=12)
def _published(path: Path, _written_ns: int, areas: AreaSet) -> tuple[Release, Mapping[str, Any]]:
    from workbench.geo.releases import read_release

    release = read_release(path, areas)
    if release is None:
        raise StoreFault("Angka peta yang tersimpan rusak. Mintalah admin memeriksa folder peta.")
    return release, _told(path)


def _told(path: Path) -> Mapping[str, Any]:
    """What stands beside a release: rule set, its top rules, the moment; empty where it is lost."""
    try:
        about = json.loads(_about(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about if isinstance(about, dict) else {}


def _period(one: _Standing, label: str, release: Release, about: Mapping[str, Any]) -> Period:
    from workbench.geo.atlas import Period
    from workbench.geo.choropleth import source_words
    from workbench.rules import catalogue

    rules = catalogue()
    top = {
        code: tuple(f"{rule}: {rules[rule].question}" for rule in found if rule in rules)
        for code, found in about.get("top", {}).items()
        if code in release.areas.by_code
    }
    return Period(
        one.snapshot.id,
        label,
        _day(one),
        source_words(one.snapshot.manifest, one.snapshot.name),
        release,
        str(about.get("ruleset", "")),
        top_rules=top,
    )


def _labels(lists: Sequence[_Standing]) -> Mapping[str, str]:
    """The day of each list; its name too where two are of one day."""
    days = Counter(one.day for one in lists)
    return {
        one.snapshot.id: date_id(_day(one))
        + (f", {one.snapshot.name}" if days[one.day] > 1 else "")
        for one in lists
    }


def _find(office: Office, actor: Actor, list_id: str, areas: AreaSet) -> _Standing:
    snapshot = snapshots.find_snapshot(office.store_for(actor), list_id)
    if snapshot.deleted_at is not None:
        raise WrongUse("Daftar itu sudah dihapus. Pilih daftar lain.")
    return _standing_of(office, actor, snapshot, areas)


def _standing_of(office: Office, actor: Actor, snapshot: Snapshot, areas: AreaSet) -> _Standing:
    judgement = shelves.newest_judgement(shelves.folder_of(office, actor, snapshot))
    return _judged(office, actor, snapshot, judgement, _threshold(office, actor), areas)


def _judged(
    office: Office,
    actor: Actor,
    snapshot: Snapshot,
    judgement: Path,
    threshold: int,
    areas: AreaSet,
) -> _Standing:
    mark = f"{snapshot.id}\n{judgement.name}\n{threshold}\n{areas.codes}"
    digest = hashlib.sha256(mark.encode()).hexdigest()[:24]
    path = _home(office, actor) / _OUT / f"{digest}.json"
    return _Standing(snapshot, judgement, threshold, path)


def _threshold(office: Office, actor: Actor) -> int:
    try:
        text = (_home(office, actor) / _SETTING).read_text(encoding="utf-8")
        value = int(json.loads(text)["ambang"])
    except FileNotFoundError:
        return THRESHOLD
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreFault("Batas angka kecil tidak terbaca. Mintalah admin mengaturnya.") from error
    return min((one for one in THRESHOLDS if one >= value), default=THRESHOLDS[-1])


def _day(one: _Standing) -> date:
    return date.fromisoformat(one.day)


def _home(office: Office, actor: Actor) -> Path:
    return office.folder(actor.workspace) / boundaries.FOLDER


def _about(path: Path) -> Path:
    return path.with_suffix(".keterangan")


def _write(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside.write_text(text, encoding="utf-8")
        os.replace(aside, path)
    except OSError as error:
        raise StoreFault(shelves.FULL_DISK.replace("Daftar", "Angka peta")) from error
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two lists that go out at the same moment would not know of one another."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = hold(folder)
        try:
            yield
        finally:
            os.close(lock)
    except OSError as error:
        raise StoreFault("Folder peta tidak dapat ditulis. Periksa izin dan ruang disk.") from error
