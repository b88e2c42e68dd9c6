"""The quarter told on one page, for a lurah: who came, left, moved or changed, and why.

Sums are those of the comparison of two lists and are checked against the rows of both. A page that
is put up for everybody goes through the gate of the maps first, so no small number stands on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.access import Actor, Permission, Workspace, require, require_area
from workbench.domain.reference import by_code
from workbench.domain.register import Register, Row, key_column
from workbench.domain.wilayah import (
    CITY,
    PLACE_KINDS,
    area_name,
    kelurahan_by_code,
    say_locally,
    village_head,
)
from workbench.domain.words import date_id, number_id
from workbench.errors import WrongUse
from workbench.geo.areas import Area, AreaSet
from workbench.geo.disclosure.gate import disclose
from workbench.geo.disclosure.tables import Column, Counts
from workbench.services import comparisons, graduations, happenings, maps, shelves
from workbench.services.comparisons import CHANGE_WORDS, column_words
from workbench.services.office import Office
from workbench.services.shelves import ListSummary
from workbench.store import fieldwork as visits_kept
from workbench.store.candidates import list_candidates
from workbench.store.happenings import KeptHappening
from workbench.store.objections import list_objections
from workbench.verification.comparison import Change, Comparison
from workbench.verification.happenings.graduations import acts
from workbench.verification.happenings.kinds import kinds
from workbench.verification.happenings.sequels import SEQUEL_WORDS, Sequel
from workbench.verification.happenings.sums import (
    Known,
    Line,
    Sum,
    family_reason,
    person_reason,
    reason_words,
    total,
)

_MOST_COLUMNS = 4
#: The classes as they are told to a lurah, in the order of the sums.
_WORDS: Mapping[Change, str] = {
    **CHANGE_WORDS,
    Change.MOVED: say_locally("pindah KK atau kelurahan"),
    Change.MOVED_IN: "pindah masuk",
    Change.MOVED_OUT: "pindah keluar",
}
_ELIGIBLE = ("LY1", "LY2", "LY3")
_CAME = (Change.ENTERED, Change.MOVED_IN)
_WENT = (Change.LEFT, Change.MOVED_OUT)


@dataclass(frozen=True)
class EventLine:
    """Events of one kind in the quarter, and what the newer list shows of them."""

    kind: str
    title: str
    count: int
    sequels: Mapping[Sequel, int]


@dataclass(frozen=True)
class GraduationLine:
    """Graduations of one kind in the quarter: those that count, and those still to be checked."""

    act: str
    title: str
    counted: int
    waiting: int


@dataclass(frozen=True)
class Digest:
    """Two lists of one area, told. ``place`` is the area in words.

    ``columns`` are what changed most often (words, rows; a row may stand under several);
    ``visits`` counts visited families of the older list by eligibility (code, or "" for none);
    ``open_tasks`` are tasks of the quarter's events that nobody has settled; ``proposed`` families
    stood on no list and were proposed over the older one, ``proposed_listed`` stand on the newer.
    """

    kelurahan_kode: str
    place: str
    before: ListSummary
    after: ListSummary
    families: Sum
    persons: Sum
    columns: tuple[tuple[str, int], ...]
    visits: Mapping[str, int]
    events: tuple[EventLine, ...]
    open_tasks: int
    graduations: tuple[GraduationLine, ...]
    open_objections: int
    proposed: int
    proposed_listed: int

    @property
    def is_whole(self) -> bool:
        """Whether all sums agree with the rows of both lists."""
        return self.families.is_whole and self.persons.is_whole


def digest(
    office: Office, actor: Actor, before_id: str, after_id: str, kelurahan_kode: str = ""
) -> Digest:
    """What became of a kelurahan ("" for all the actor's areas) between two lists.

    Raises as ``compare_lists`` does, ``Forbidden`` for a kelurahan outside the areas and
    ``WrongUse`` where the second list is the older one.
    """
    require(actor, Permission.READ_LIST)
    if kelurahan_kode:
        require_area(actor, kelurahan_kode)
    compared = comparisons.compare_lists(office, actor, before_id, after_id)
    old, new = _day(compared.before), _day(compared.after)
    if new < old:
        raise WrongUse("Daftar kedua lebih lama dari yang pertama. Tukar urutannya.")

    def is_here(code: str) -> bool:
        return code == kelurahan_kode if kelurahan_kode else actor.covers(code)

    cut = compared.comparison
    if kelurahan_kode:
        cut = cut.within(is_here)
    registers = tuple(
        shelves.standing(office, actor, one)[1].register for one in (before_id, after_id)
    )
    happened = [
        one.kept
        for one in happenings.listed(office, actor)
        if is_here(one.kept.place.kelurahan_kode)
        and not one.kept.ended
        and old < date.fromisoformat(one.kept.report.happened_on) <= new
    ]
    visits = {
        family_id: _codes(kept)
        for family_id, kept in visits_kept.visited(office.store_for(actor), before_id).items()
        if kept and is_here(kept[-1].kelurahan_kode)
    }
    families, persons = _sums(cut, registers, _known(happened, visits), old, is_here)
    return Digest(
        kelurahan_kode,
        _place_words(kelurahan_kode),
        compared.before,
        compared.after,
        families,
        persons,
        _columns(cut),
        Counter(_eligibility(codes) for codes, _ in visits.values()),
        _events(happened, happenings.sequels(office, actor, after_id, happened)),
        sum(task.is_open for one in happened for task in one.tasks),
        _graduated(office, actor, old, new, is_here),
        _objections(office, actor, (before_id, after_id), is_here),
        *_proposed(office, actor, before_id, registers[1], is_here),
    )


def sentences(told: Digest) -> tuple[str, ...]:
    """The digest as it is read aloud, shortest first."""
    return tuple(_spoken(told, lambda _table, _key, value: number_id(value)))


def digest_page(
    office: Office,
    actor: Actor,
    before_id: str,
    after_id: str,
    kelurahan_kode: str = "",
    is_public: bool = False,
) -> tuple[str, bytes]:
    """The digest on one A4 page: file name and PDF.

    ``is_public``: for the notice board, so small counts are hidden by the gate of the maps.
    """
    require(actor, Permission.PRINT_CHECKLIST)
    from workbench.services.papers.press import press

    told = digest(office, actor, before_id, after_id, kelurahan_kode)
    shown = _gate(told, maps.threshold(office, actor)) if is_public else _plain
    values = _page_values(told, shown, actor.workspace, is_public)
    name = f"ringkasan-{kelurahan_kode or 'wilayah'}-{told.after.as_of}"
    return f"{name}{'-umum' if is_public else ''}.pdf", press(
        "ringkasan_triwulan", values, _Dated(_day(told.after))
    )


# --- sums ----------------------------------------------------------------------------------------


def _sums(
    cut: Comparison,
    registers: Sequence[Register],
    known: Known,
    old: date,
    is_here: Callable[[str], bool],
) -> tuple[Sum, Sum]:
    family_rows, family_same = _classed(cut.families, registers, "family")
    person_rows, person_same = _classed(cut.persons, registers, "person")
    changes = {}
    for row in family_rows:
        for side in ("before", "after"):
            if row[f"id_{side}"] is not None:
                changes[side, row[f"id_{side}"]] = Change(row["change"])
    families = total(
        family_rows,
        family_same,
        [family_reason(row, known) for row in family_rows],
        _listed(registers, "family", is_here),
    )
    persons = total(
        person_rows,
        person_same,
        [person_reason(row, known, _of_family(row, changes), old) for row in person_rows],
        _listed(registers, "person", is_here),
    )
    return families, persons


def _classed(table: pa.Table, registers: Sequence[Register], kind: str) -> tuple[list[Row], int]:
    """The rows that are not the same, with their keys in both lists, and how many are."""
    same = pc.equal(table["change"], str(Change.SAME))
    rows: list[Row] = table.filter(pc.invert(same)).drop_columns(["changes"]).to_pylist()
    for side, register in zip(("before", "after"), registers, strict=True):
        wanted = pa.array([row[f"id_{side}"] for row in rows if row[f"id_{side}"]], pa.string())
        column = key_column(kind)
        near = register[kind].filter(pc.is_in(register[kind][column], wanted)).to_pylist()
        own = {row[column]: row for row in near}
        cards = _cards(register, near) if kind == "person" else {}
        for row in rows:
            found = own.get(row[f"id_{side}"], {})
            row[f"key_{side}"] = found.get(f"{kind}_key")
            row[f"home_{side}"] = found.get("family_id")
            if side == "after":
                row["entry_route"] = found.get("entry_route", "")
                row["birth_date"] = found.get("birth_date")
                row["family_key"] = cards.get(found.get("family_id", ""), "")
    return rows, pc.sum(same).as_py() or 0


def _cards(register: Register, people: Iterable[Row]) -> dict[str, str]:
    """By family id, the key of these people's cards."""
    families = register["family"]
    wanted = pa.array(sorted({row["family_id"] for row in people}), pa.string())
    near = families.filter(pc.is_in(families["family_id"], wanted))
    pairs = near.select(["family_id", "family_key"]).to_pylist()
    return {row["family_id"]: row["family_key"] for row in pairs}


def _of_family(row: Row, changes: Mapping[tuple[str, str], Change]) -> Change | None:
    """The class of the family a person stands in, now or before."""
    for side in ("after", "before"):
        if row[f"home_{side}"] and row[f"in_{side}"]:
            return changes.get((side, row[f"home_{side}"]))
    return None


def _listed(
    registers: Sequence[Register], kind: str, is_here: Callable[[str], bool]
) -> tuple[int, int]:
    """Rows of both lists here, counted from the lists themselves."""
    counts = []
    for register in registers:
        family = register["family"]
        places = family["kelurahan_kode_kemendagri"]
        mine = pa.array(
            [code for code in places.unique().to_pylist() if is_here(code)], pa.string()
        )
        here = family.filter(pc.is_in(places, mine))
        if kind == "person":
            # Rows of no family lie nowhere, so they are seen with the whole office only.
            homes = register["person"]["family_id"]
            inside = pc.is_in(homes, here["family_id"])
            if is_here(""):
                inside = pc.or_(inside, pc.invert(pc.is_in(homes, family["family_id"])))
            counts.append(pc.sum(inside).as_py() or 0)
        else:
            counts.append(here.num_rows)
    return counts[0], counts[1]


def _known(
    happened: Sequence[KeptHappening],
    visits: Mapping[str, tuple[tuple[str, ...], Mapping[str, Any]]],
) -> Known:
    family: dict[str, str] = {}
    whole: dict[str, str] = {}
    person: dict[str, str] = {}
    card: dict[str, str] = {}
    births = set()
    for one in happened:
        report, key = one.report, one.place.family_key
        family[key] = report.kind
        if report.people and len(report.people) == len(report.former):
            whole[key] = report.kind
        for concerned in report.people:
            if report.kind != "lahir":
                person[concerned.person_key] = report.kind
        card[report.other_key] = report.kind
        if report.kind == "lahir":
            births.add((key, date.fromisoformat(report.happened_on)))
    for told in (family, whole, person, card):
        told.pop("", None)
    return Known(
        family,
        whole,
        person,
        card,
        frozenset(births),
        {family_id: codes for family_id, (codes, _) in visits.items()},
        {one: codes for _, people in visits.values() for one, codes in people.items()},
    )


def _codes(
    standing: Sequence[visits_kept.KeptOutcome],
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """What the visit that counts said of the family and of its people."""
    said = standing[-1].outcome
    family = tuple(str(said.family.get(name, "")) for name in ("presence", "eligibility", "reason"))
    people: dict[str, tuple[str, ...]] = {
        person: (str(answers.get("member_presence", "")),)
        for person, answers in said.persons.items()
    }
    return family, people


def _eligibility(codes: tuple[str, ...]) -> str:
    return codes[1] if codes[1] in _ELIGIBLE else ""


def _columns(cut: Comparison) -> tuple[tuple[str, int], ...]:
    """What changed most often, of families and people."""
    found: Counter[str] = Counter()
    for kind, table in (("family", cut.families), ("person", cut.persons)):
        changed = table.filter(pc.equal(table["change"], str(Change.CHANGED)))
        cells = pc.list_flatten(changed["changes"])
        for row in pc.value_counts(pc.struct_field(cells, "column")).to_pylist():
            found[column_words(kind, row["values"])] += row["counts"]
    return tuple(found.most_common(_MOST_COLUMNS))


def _events(happened: Sequence[KeptHappening], told: Mapping[str, Sequel]) -> tuple[EventLine, ...]:
    return tuple(
        EventLine(code, kind.title, len(mine), Counter(told[one.id] for one in mine))
        for code, kind in kinds().items()
        if (mine := [one for one in happened if one.report.kind == code])
    )


def _graduated(
    office: Office, actor: Actor, old: date, new: date, is_here: Callable[[str], bool]
) -> tuple[GraduationLine, ...]:
    found = [
        one.kept
        for one in graduations.listed(office, actor)
        if is_here(one.kept.place.kelurahan_kode)
        and old < date.fromisoformat(one.kept.claim.state_on) <= new
    ]
    lines = []
    for code, act in acts().items():
        mine = [one for one in found if one.claim.act == code]
        counted = sum(one.counts for one in mine)
        waiting = sum(one.check is None for one in mine)
        if counted or waiting:
            lines.append(GraduationLine(code, act.title, counted, waiting))
    return tuple(lines)


def _proposed(
    office: Office,
    actor: Actor,
    before_id: str,
    later: Register,
    is_here: Callable[[str], bool],
) -> tuple[int, int]:
    """How many families were proposed over a list, and how many of them a later one holds."""
    found = [
        one
        for one in list_candidates(office.store_for(actor), before_id)
        if is_here(one.kelurahan_kode)
    ]
    cards = set(later["family"]["family_key"].to_pylist()) - {""}
    people = set(later["person"]["person_key"].to_pylist()) - {""}
    return len(found), sum(one.kk_key in cards or one.nik_key in people for one in found)


def _objections(
    office: Office, actor: Actor, list_ids: Iterable[str], is_here: Callable[[str], bool]
) -> int:
    store = office.store_for(actor)
    return sum(
        is_here(one.kelurahan_kode) and not one.verdict
        for list_id in list_ids
        for one in list_objections(store, list_id)
    )


# --- words ---------------------------------------------------------------------------------------

#: What stands for a number the gate keeps back.
HIDDEN = "*"
#: Puts one number into words: table, key and value.
Shown = Callable[[str, str, int], str]


@dataclass(frozen=True)
class _Dated:
    """What a page is of: its day."""

    date: date


def _plain(_table: str, _key: str, value: int) -> str:
    return number_id(value)


def _gate(told: Digest, threshold: int) -> Shown:
    """Numbers behind the gate of the maps: what it hides is ``HIDDEN``."""
    place = told.kelurahan_kode or CITY.kode_kemendagri
    area = Area(place, told.place, "kecamatan", "", 0.0, 0.0, 1.0)
    areas = AreaSet("kota", "", (area,))
    tables = tuple(_counts(told, place))
    release = disclose(tables, areas, threshold)

    def shown(table: str, key: str, _value: int) -> str:
        cell = release.cell(table, key, place)
        return HIDDEN if cell.value is None else number_id(cell.value)

    return shown


def _counts(told: Digest, place: str) -> Iterable[Counts]:
    """Every number of the page, with the sums an outsider can reckon by."""
    for name, summed in (("keluarga", told.families), ("orang", told.persons)):
        columns, cells = [], {}
        lines = _every_line(summed)
        for side, never in (("lama", _CAME), ("baru", _WENT)):
            parts = tuple(_key(line, side) for line in lines if line.change not in never)
            columns.append(Column(side, side, name, parts, is_base=True))
        for line in lines:
            if line.change is Change.UNPAIRED:
                for side in ("lama", "baru"):
                    columns.append(Column(_key(line, side), side, name))
                    cells[place, _key(line, side)] = _side(line, side)
                continue
            key = line.change.value
            parts = tuple(f"{key}:{reason}" for reason, _ in line.reasons)
            columns.append(Column(key, key, name, parts))
            columns += [Column(part, part, name) for part in parts]
            if not parts:
                cells[place, key] = line.count
            cells |= {(place, f"{key}:{reason}"): count for reason, count in line.reasons}
        yield Counts(name, tuple(columns), cells, frozenset({place}))
    others = {key: count for key, _, count in _facts(told)}
    yield Counts(
        "lainnya",
        tuple(Column(key, key, "") for key in others),
        {(place, key): value for key, value in others.items()},
        frozenset({place}),
    )


def _every_line(summed: Sum) -> list[Line]:
    """A line for every class, also for those without a row, in the order of the words."""
    known = {line.change: line for line in summed.lines}
    return [known.get(change, Line(change, 0, 0, 0, ())) for change in _WORDS]


def _key(line: Line, side: str) -> str:
    """The column of a class; unpaired rows of both lists are two classes."""
    unpaired = line.change is Change.UNPAIRED
    return f"{line.change.value}:{side}" if unpaired else line.change.value


def _side(line: Line, side: str) -> int:
    return line.before if side == "lama" else line.after


def _spoken(told: Digest, shown: Shown) -> Iterable[str]:
    old, new = (date_id(_day(one), long=True) for one in (told.before, told.after))
    family = told.families
    yield (
        f"{told.place}, dari {old} sampai {new}: keluarga yang terdaftar "
        f"{shown('keluarga', 'lama', family.listed_before)} menjadi "
        f"{shown('keluarga', 'baru', family.listed_after)}, orang "
        f"{shown('orang', 'lama', told.persons.listed_before)} menjadi "
        f"{shown('orang', 'baru', told.persons.listed_after)}."
    )
    numbers = [
        (shown("keluarga", _key(line, "baru"), line.count), _WORDS[line.change])
        for line in _every_line(family)
        if line.change is not Change.UNPAIRED
    ]
    parts = [f"{number} {words}" for number, words in numbers if number not in ("0", HIDDEN)]
    if parts:
        yield f"Keluarga: {', '.join(parts)}."


def _page_values(
    told: Digest, shown: Shown, workspace: Workspace, is_public: bool
) -> dict[str, Any]:
    old, new = (date_id(_day(one), long=True) for one in (told.before, told.after))
    foot = f"Daftar {told.before.name} dan {told.after.name}. " + (
        "Angka kecil disembunyikan; boleh ditempel."
        if is_public
        else f"Untuk {village_head(told.kelurahan_kode).lower()} dan Dinas Sosial; jangan ditempel."
    )
    return {
        "title": "Ringkasan triwulan",
        "office": f"Dinas Sosial {CITY.name}",
        "bimtek": told.place,
        "dates": f"{old} sampai {new}",
        "place": "",
        "foot": foot,
        "note": "Tanda * : angka kecil, atau angka yang melindunginya." if is_public else "",
        "practice": workspace is Workspace.LATIHAN,
        "sentences": list(_spoken(told, shown)),
        "sums": [
            _sum_values("Keluarga", told.families, shown, is_public),
            _sum_values("Orang", told.persons, shown, is_public),
        ],
        "whole": told.is_whole,
        "reasons": [
            [list(line) for line in reason_lines(told.families, "keluarga", shown)],
            [list(line) for line in reason_lines(told.persons, "orang", shown)],
        ],
        "equations": [] if is_public else list(equations(told)),
        "columns": [] if is_public else [[words, number_id(n)] for words, n in told.columns],
        "facts": fact_lines(told, shown),
        "old": date_id(_day(told.before)),
        "new": date_id(_day(told.after)),
    }


def equations(told: Digest) -> Iterable[str]:
    """The sums that were checked, written out: each list is what its classes add up to."""
    for title, summed in (("Keluarga", told.families), ("Orang", told.persons)):
        for side, listed in (("lama", summed.listed_before), ("baru", summed.listed_after)):
            parts = [
                f"{number_id(_side(line, side))} {_WORDS[line.change]}"
                for line in _every_line(summed)
                if _side(line, side)
            ]
            if parts:
                yield f"{title}, daftar {side}: {number_id(listed)} = {' + '.join(parts)}."


def sum_lines(
    summed: Sum, table: str, shown: Shown = _plain, is_public: bool = False
) -> list[tuple[str, str, str]]:
    """Classes in words with the numbers before and after ("" where a side can have none).

    ``is_public``: with classes that have no row, whose absence would tell as much.
    """
    found = []
    for line in _every_line(summed):
        before = "" if line.change in _CAME else shown(table, _key(line, "lama"), line.before)
        after = "" if line.change in _WENT else shown(table, _key(line, "baru"), line.after)
        if line.count or is_public:
            found.append((_WORDS[line.change], before, after))
    return found


def totals(summed: Sum, shown: Shown = _plain, table: str = "") -> tuple[str, str]:
    """How many rows each list has."""
    return shown(table, "lama", summed.listed_before), shown(table, "baru", summed.listed_after)


def reason_lines(summed: Sum, table: str, shown: Shown = _plain) -> list[tuple[str, str, str]]:
    """Class, reason and number, for every class that is not the same; nothing hidden is named."""
    found = [
        (_WORDS[line.change], reason_words(reason), shown(table, key, count))
        for line in _every_line(summed)
        for reason, count in line.reasons
        for key in [f"{_key(line, 'baru')}:{reason}"]
    ]
    return [one for one in found if one[2] != HIDDEN]


def fact_lines(told: Digest, shown: Shown = _plain) -> list[tuple[str, str]]:
    """Visits, events, tasks, graduations and objections: what, and how many; nothing hidden."""
    found = [(words, shown("lainnya", key, count)) for key, words, count in _facts(told)]
    return [one for one in found if one[1] not in ("0", HIDDEN)]


def _facts(told: Digest) -> Iterable[tuple[str, str, int]]:
    """The numbers that no sum binds: key, words and number."""
    status = by_code("status_verval")
    for code in (*_ELIGIBLE, ""):
        words = status[code]["label_id"].lower() if code else "belum dinilai"
        yield f"kunjungan:{code}", f"Keluarga dikunjungi, {words}", told.visits.get(code, 0)
    for event in told.events:
        for one, words in SEQUEL_WORDS.items():
            key = f"peristiwa:{event.kind}:{one}"
            yield key, f"{event.title}, {words}", event.sequels.get(one, 0)
    yield "tugas", "Tugas dari peristiwa, belum selesai", told.open_tasks
    for line in told.graduations:
        yield f"graduasi:{line.act}", line.title, line.counted
        waiting = f"{line.title}, menunggu pemeriksaan kedua"
        yield f"graduasi_tunggu:{line.act}", waiting, line.waiting
    waiting = told.proposed - told.proposed_listed
    yield "usulan_baru", "Keluarga baru diusulkan, belum masuk daftar", waiting
    words = "Keluarga baru diusulkan, sudah masuk daftar"
    yield "usulan_baru_masuk", words, told.proposed_listed
    yield "sanggah", "Sanggahan belum dijawab", told.open_objections


def _sum_values(title: str, summed: Sum, shown: Shown, is_public: bool) -> dict[str, Any]:
    table = title.lower()
    return {
        "title": title,
        "rows": [list(line) for line in sum_lines(summed, table, shown, is_public)],
        "total": list(totals(summed, shown, table)),
        "whole": summed.is_whole,
    }


def _day(one: ListSummary) -> date:
    return date.fromisoformat(one.as_of[:10])


def _place_words(code: str) -> str:
    if not code:
        return say_locally("Semua kelurahan di wilayah Anda")
    return area_name(code) if code in kelurahan_by_code() else PLACE_KINDS
