"""Events of families: what follows is shown, kept as tasks, and looked for in the next list.

Nothing here changes a list or does a task by itself. Every act is asked of the actor's areas first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from workbench.access import Actor, Permission, require, require_area
from workbench.domain.ages import age_on
from workbench.domain.register import Register, Row
from workbench.domain.schema import arrow_schema, empty_row
from workbench.errors import NotFound, WrongUse
from workbench.services import shelves
from workbench.services.heads import HEAD, name_heads
from workbench.services.office import Office
from workbench.store import clock, snapshots
from workbench.store import happenings as kept
from workbench.store.happenings import Concerned, KeptHappening, Place, Report, Tick
from workbench.verification.happenings.facts import Household, read_facts
from workbench.verification.happenings.kinds import Entry, Kind, People, Task, find_kind
from workbench.verification.happenings.sequels import LaterList, Reported, Sequel, sequel

_MOST_WORDS = 500
_MOST_FOUND = 20


@dataclass(frozen=True)
class FamilyLine:
    """A family as it is looked up: no number of anybody."""

    family_id: str
    head_name: str
    kelurahan_kode: str
    rw: str
    rt: str


@dataclass(frozen=True)
class Member:
    """A member as one is chosen; ``age`` is None without a birth date."""

    person_id: str
    name: str
    shdk: str
    age: int | None


@dataclass(frozen=True)
class Preview:
    """What an event would bring, before it is kept; ``lacking`` is what still keeps it out.

    ``notes`` are to be known, ``tasks`` to be done.
    """

    kind: Kind
    tasks: tuple[Task, ...]
    notes: tuple[Task, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Happened:
    """An event that was kept, with the head of the family ("" where the list is gone)."""

    kept: KeptHappening
    head_name: str

    @property
    def open_tasks(self) -> int:
        """Tasks nobody has settled."""
        return 0 if self.kept.ended else sum(task.is_open for task in self.kept.tasks)


def find_families(
    office: Office, actor: Actor, list_id: str, words: str, kelurahan_kode: str = ""
) -> tuple[FamilyLine, ...]:
    """Families of a list in the actor's areas by the head's name, at most 20."""
    require(actor, Permission.READ_LIST)
    register = shelves.open_list(office, actor, list_id).register
    families, people = register["family"], register["person"]
    wanted = words.strip().upper()
    if not wanted:
        return ()
    heads = people.filter(pc.and_(pc.equal(people["shdk"], HEAD), _holds(people["name"], wanted)))
    hit = pc.or_(
        _holds(families["head_name"], wanted), pc.is_in(families["family_id"], heads["family_id"])
    )
    if kelurahan_kode:
        hit = pc.and_(hit, pc.equal(families["kelurahan_kode_kemendagri"], kelurahan_kode))
    rows = families.filter(hit).slice(0, _MOST_FOUND).to_pylist()
    named = name_heads(register, rows)
    found = (_line(row, named[row["family_id"]]) for row in rows)
    return tuple(sorted(found, key=lambda one: (one.head_name, one.rw, one.rt)))


def family_of(office: Office, actor: Actor, list_id: str, family_id: str) -> FamilyLine:
    """One family of the actor's areas; raises ``NotFound`` and ``Forbidden``."""
    require(actor, Permission.READ_LIST)
    house = household(office, actor, list_id, family_id)
    register = shelves.standing(office, actor, list_id)[1].register
    return _line(house.family, name_heads(register, [house.family])[family_id])


def members(office: Office, actor: Actor, list_id: str, family_id: str) -> tuple[Member, ...]:
    """The people of a family, ages as of the list's day."""
    require(actor, Permission.READ_LIST)
    _, whole = shelves.standing(office, actor, list_id)
    as_of = date.fromisoformat(str(whole.register.manifest["as_of"])[:10])
    house = household(office, actor, list_id, family_id)
    return tuple(
        Member(row["person_id"], row["name"], row["shdk"], age_on(row["birth_date"], as_of))
        for row in house.people
    )


def preview(office: Office, actor: Actor, list_id: str, family_id: str, entry: Entry) -> Preview:
    """What follows from an event for every table and programme, by the family's own rows.

    ``family_id`` is "" for a family that came and is on no list.
    """
    require(actor, Permission.RECORD_OUTCOME)
    kind = find_kind(entry.kind)
    house = _house_of(office, actor, list_id, family_id, kind, entry)
    return _preview(kind, house, entry)


def record(office: Office, actor: Actor, list_id: str, family_id: str, entry: Entry) -> str:
    """Keep an event with its tasks; gives its id. The list is not changed.

    Raises ``WrongUse`` with the first thing that is lacking, and for an event that stands already.
    """
    require(actor, Permission.RECORD_OUTCOME)
    kind = find_kind(entry.kind)
    house = _house_of(office, actor, list_id, family_id, kind, entry)
    told = _preview(kind, house, entry)
    if told.lacking:
        raise WrongUse(told.lacking[0])
    assert entry.day is not None
    family, chosen = house.family, _chosen(kind, house, entry)
    place = Place(
        list_id, family["family_id"], family["family_key"], family["kelurahan_kode_kemendagri"]
    )
    report = Report(
        kind.code,
        entry.day.isoformat(),
        entry.reporter,
        entry.papers,
        tuple(
            Concerned(row["person_id"], row["person_key"])
            for row in house.people
            if row["person_id"] in chosen
        ),
        tuple(sorted(row["person_key"] for row in house.people)),
        entry.answers,
        _card_key(office, actor, entry.other_card.strip()),
    )
    follows = [(task.consequence.code, task.program) for task in told.tasks]
    words = entry.words.replace("\x00", "").strip()[:_MOST_WORDS]
    return kept.put_happening(office.store_for(actor), actor.id, place, report, words, follows)


def tick(
    office: Office,
    actor: Actor,
    happening_id: str,
    number: int,
    state: str,
    day: date,
    reason: str = "",
) -> Tick:
    """Say how a task stands: selesai, tidak_perlu or belum (the latter two with a reason).

    ``day`` is when it was done; raises ``WrongUse`` for one to come.
    """
    require(actor, Permission.RECORD_OUTCOME)
    _own(office, actor, happening_id)
    if day > clock.today():
        raise WrongUse("Tanggal itu belum tiba. Isi tanggal tugas ini benar-benar selesai.")
    return kept.put_tick(
        *(office.store_for(actor), actor.id, happening_id, number, state, day.isoformat()),
        reason.replace("\x00", "")[:_MOST_WORDS],
    )


def end(office: Office, actor: Actor, happening_id: str, reason: str) -> None:
    """Take back an event recorded by mistake; it stays to be read, and counts no longer."""
    require(actor, Permission.RECORD_OUTCOME)
    _own(office, actor, happening_id)
    reason = reason.replace("\x00", "")[:_MOST_WORDS]
    kept.end_happening(office.store_for(actor), actor.id, happening_id, reason)


def listed(
    office: Office, actor: Actor, list_id: str = "", family_id: str = ""
) -> tuple[Happened, ...]:
    """Events in the actor's areas, newest first: all, or of one family in whatever list."""
    require(actor, Permission.READ_LIST)
    store = office.store_for(actor)
    if family_id:
        house = household(office, actor, list_id, family_id)
        key = house.family["family_key"]
        found = kept.list_happenings(store, (), key) if key else ()
        found = found or tuple(
            one
            for one in kept.list_happenings(store, [list_id])
            if one.place.family_id == family_id
        )
    else:
        found = kept.list_happenings(store)
    mine = [one for one in found if actor.covers(one.place.kelurahan_kode)]
    heads = head_names(office, actor, [one.place for one in mine])
    return tuple(
        Happened(one, heads.get((one.place.list_id, one.place.family_id), "")) for one in mine
    )


def sequels(
    office: Office, actor: Actor, later_id: str, happened: Iterable[KeptHappening]
) -> dict[str, Sequel]:
    """By id, what a later list shows of events in the actor's areas."""
    require(actor, Permission.READ_LIST)
    asked = [one for one in happened if actor.covers(one.place.kelurahan_kode)]
    if not asked:
        return {}
    _, whole = shelves.standing(office, actor, later_id)
    later = _later(whole.register, asked)
    return {one.id: sequel(_reported(one), later) for one in asked}


def household(office: Office, actor: Actor, list_id: str, family_id: str) -> Household:
    """A family's rows, for services. Raises ``NotFound``, and ``Forbidden`` outside the areas."""
    require(actor, Permission.READ_LIST)
    _, whole = shelves.standing(office, actor, list_id)

    def rows(table: str) -> list[Row]:
        found = whole.register[table]
        return list(found.filter(pc.equal(found["family_id"], family_id)).to_pylist())

    families = rows("family")
    if not family_id or not families:
        raise NotFound("Keluarga itu tidak ada pada daftar ini. Pilih dari daftar.")
    require_area(actor, families[0]["kelurahan_kode_kemendagri"])
    return Household(families[0], rows("person"), rows("aid"), rows("ppks"))


def head_names(
    office: Office, actor: Actor, places: Sequence[Place]
) -> Mapping[tuple[str, str], str]:
    """By list and family, the head's name; lists that were taken out say nothing."""
    store = office.store_for(actor)
    standing = {one.id for one in snapshots.list_snapshots(store)}
    found: dict[tuple[str, str], str] = {}
    for list_id in {one.list_id for one in places} & standing:
        wanted = pa.array([one.family_id for one in places if one.list_id == list_id], pa.string())
        register = shelves.standing(office, actor, list_id)[1].register
        table = register["family"]
        near = table.filter(pc.is_in(table["family_id"], wanted)).to_pylist()
        for family_id, name in name_heads(register, near).items():
            found[list_id, family_id] = name
    return found


# --- below ---------------------------------------------------------------------------------------


def _line(row: Row, head_name: str) -> FamilyLine:
    place = (row["kelurahan_kode_kemendagri"], row["rw"], row["rt"])
    return FamilyLine(row["family_id"], head_name, *place)


def _holds(names: pa.ChunkedArray, wanted: str) -> pa.ChunkedArray:
    """Which of these names hold a word, written as it may be."""
    return pc.match_substring(pc.utf8_upper(names), wanted)


def _preview(kind: Kind, house: Household, entry: Entry) -> Preview:
    known = [row["person_id"] for row in house.people]
    facts = read_facts(
        house, _chosen(kind, house, entry), entry.day or clock.today(), entry.answers
    )
    return Preview(kind, kind.tasks(facts), kind.notes(facts), entry.lacking(clock.today(), known))


def _chosen(kind: Kind, house: Household, entry: Entry) -> set[str]:
    if kind.people is People.ALL:
        return {row["person_id"] for row in house.people}
    return set(entry.people)


def _house_of(
    office: Office, actor: Actor, list_id: str, family_id: str, kind: Kind, entry: Entry
) -> Household:
    """The family's rows; of one that is on no list, an empty row where it lives now."""
    if family_id or not kind.is_newcomer:
        return household(office, actor, list_id, family_id)
    shelves.standing(office, actor, list_id)
    require_area(actor, entry.kelurahan_kode)
    empty = empty_row("family") | {"kelurahan_kode_kemendagri": entry.kelurahan_kode}
    return Household(empty, ())


def _own(office: Office, actor: Actor, happening_id: str) -> KeptHappening:
    found = kept.find_happening(office.store_for(actor), happening_id)
    require_area(actor, found.place.kelurahan_kode)
    return found


def _card_key(office: Office, actor: Actor, card: str) -> str:
    """The key of a KK number, as every list of the workspace has it."""
    if not card:
        return ""
    row = empty_row("family") | {"no_kk": card}
    alone = Register({"family": pa.Table.from_pylist([row], schema=arrow_schema("family"))})
    keyed = shelves.with_keys(alone, shelves.key_of(office.folder(actor.workspace)))
    return str(keyed["family"]["family_key"][0].as_py())


def _reported(one: KeptHappening) -> Reported:
    return Reported(
        one.report.kind,
        date.fromisoformat(one.report.happened_on),
        one.place.kelurahan_kode,
        one.place.family_key,
        tuple(person.person_key for person in one.report.people),
        frozenset(one.report.former),
        one.report.other_key,
    )


def _later(register: Register, asked: Sequence[KeptHappening]) -> LaterList:
    """The rows of a list that these events ask about, and the cards those people are on."""
    cards = {one.place.family_key for one in asked} | {one.report.other_key for one in asked}
    keys = {person.person_key for one in asked for person in one.report.people}
    family, person = register["family"], register["person"]
    named = family.filter(pc.is_in(family["family_key"], _texts(cards)))
    known = pc.is_in(person["person_key"], _texts(keys))
    there = pc.is_in(person["family_id"], named["family_id"])
    people = person.filter(pc.or_(known, there))
    homes = family.filter(pc.is_in(family["family_id"], people["family_id"]))
    families = pa.concat_tables([named, homes])
    return LaterList(families.to_pylist(), people.to_pylist())


def _texts(values: Iterable[str]) -> pa.Array:
    return pa.array(sorted(set(values) - {""}), pa.string())
