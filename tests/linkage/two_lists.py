"""Two lists of the same people with the truth beside them: what linking is measured on.

The right list (DTSEN) is a clean invented city. The left list (P3KE) copies some of its families
the way another office wrote them years ago: names spelt by ear, dates off, numbers missing,
households grown, gone or split, and strangers among them. The ways of misspelling are written by
hand here and know nothing of the normaliser. Twins (also twins of whom each list has the other
one), father and son of one name and namesakes are planted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pyarrow as pa

from workbench.domain.register import Register
from workbench.domain.schema import arrow_schema
from workbench.domain.wilayah import kelurahan
from workbench.synthesis import clean_world, default_recipe

Row = dict[str, Any]
AS_OF = date(2026, 11, 1)


@dataclass(frozen=True)
class Trouble:
    """Shares of the left list: of families ``no_kk``, ``no_place``, ``moved``, else of persons."""

    no_nik: float
    wrong_digit: float
    names: float
    dates: float
    no_place: float
    no_kk: float
    moved: float = 0.04
    split: float = 0.05
    strangers: float = 0.15
    has_families: bool = True


EASY = Trouble(no_nik=0.10, wrong_digit=0.04, names=0.35, dates=0.10, no_place=0.05, no_kk=0.10)
HARD = Trouble(no_nik=0.60, wrong_digit=0.04, names=0.55, dates=0.30, no_place=0.20, no_kk=0.60)
#: As the hard one, and nothing says who lives with whom: a list of single people.
SINGLE = replace(HARD, no_kk=1.0, has_families=False)


@dataclass(frozen=True)
class Lists:
    """``truth``: left person_id to right person_id, for those who stand in both.

    ``apart``: kinds of look-alike to pairs (left, right) that are two people.
    """

    left: Register
    right: Register
    truth: dict[str, str]
    apart: dict[str, set[tuple[str, str]]]


def two_lists(left_families: int, right_families: int, trouble: Trouble, seed: int = 1) -> Lists:
    """Draw both lists; equal arguments give equal lists."""
    rng = Random(f"dua daftar:{seed}")
    outside = round(left_families * trouble.strangers * 0.8)
    world = clean_world(default_recipe(), right_families + outside, seed, AS_OF)
    families = list(world.families())
    members = {family["family_id"]: world.members(family["family_id"]) for family in families}
    fathers = _name_sons_after_fathers(families, members, rng)
    twins = {row["family_id"] for row in world.look_alikes if row["look_alike"] == "kembar"}
    rng.shuffle(families)
    strangers, listed = families[:outside], families[outside:]
    # Families with look-alikes are few: enough of them are taken along to count.
    listed.sort(key=lambda family: family["family_id"] not in twins | fathers)
    looked = [f for f in listed if f["family_id"] in twins | fathers][: left_families // 12]
    others = [f for f in listed if f["family_id"] not in twins | fathers]
    rng.shuffle(others)
    chosen = looked + others[: left_families - outside - len(looked)]

    gone: set[str] = set()
    left_families_rows: list[Row] = []
    left_people: list[Row] = []
    truth: dict[str, str] = {}
    copy = _Copyist(trouble, rng)
    for family in [*strangers, *chosen]:
        people = members[family["family_id"]]
        stranger_chance = trouble.strangers * 0.2
        kept = [p for p in people if p["shdk"] == "kepala_keluarga" or rng.random() > 0.06]
        if family["family_id"] in twins and rng.random() < 0.4:
            kept = _part_twins(people, kept, gone)
        for person in kept:
            if rng.random() < stranger_chance:
                gone.add(person["person_id"])
        copy.family(family, kept, left_families_rows, left_people, truth)
    absent = {p["person_id"] for family in strangers for p in members[family["family_id"]]} | gone
    truth = {ours: theirs for ours, theirs in truth.items() if theirs not in absent}
    right_people = [
        person
        for family in listed
        for person in members[family["family_id"]]
        if person["person_id"] not in absent
    ]
    for person in right_people:
        if rng.random() < 0.01:
            person["nik"] = ""
    left = _register(left_people, left_families_rows, "p3ke")
    right = _register(right_people, listed, "dtsen")
    apart = _apart(left_people, copy.source, truth, members, twins, fathers, absent)
    return Lists(left, right, truth, apart)


def _name_sons_after_fathers(
    families: list[Row], members: dict[str, list[Row]], rng: Random
) -> set[str]:
    named = set()
    for family in families:
        people = members[family["family_id"]]
        head = people[0]
        sons = [p for p in people if p["shdk"] == "anak" and p["sex"] == "L"]
        if head["sex"] == "L" and sons and rng.random() < 0.02:
            sons[0]["name"] = head["name"].removeprefix("H. ")
            named.add(family["family_id"])
    return named


def _part_twins(people: list[Row], kept: list[Row], gone: set[str]) -> list[Row]:
    """One twin only here, the other one only there."""
    born: dict[date, list[Row]] = {}
    for person in people:
        if person["shdk"] == "anak":
            born.setdefault(person["birth_date"], []).append(person)
    for pair in born.values():
        if len(pair) == 2:
            gone.add(pair[0]["person_id"])
            return [p for p in kept if p is not pair[1]]
    return kept


def _apart(
    left: list[Row],
    source: dict[str, str],
    truth: dict[str, str],
    members: dict[str, list[Row]],
    twins: set[str],
    fathers: set[str],
    absent: set[str],
) -> dict[str, set[tuple[str, str]]]:
    people = {p["person_id"]: p for rows in members.values() for p in rows}
    found: dict[str, set[tuple[str, str]]] = {"kembar": set(), "ayah dan anak": set()}
    for row in left:
        origin = people[source[row["person_id"]]]
        for other in members[origin["family_id"]]:
            if other is origin or other["person_id"] in absent:
                continue
            pair = (row["person_id"], other["person_id"])
            if origin["family_id"] in twins and other["birth_date"] == origin["birth_date"]:
                found["kembar"].add(pair)
            one, two = (p["name"].removeprefix("H. ") for p in (origin, other))
            if origin["family_id"] in fathers and one == two:
                found["ayah dan anak"].add(pair)
    return found


def _register(people: list[Row], families: list[Row], source: str) -> Register:
    tables = {
        "person": pa.Table.from_pylist(people, schema=arrow_schema("person")),
        "family": pa.Table.from_pylist(families, schema=arrow_schema("family")),
    }
    manifest = {
        "workspace": "latihan",
        "as_of": AS_OF.isoformat(),
        "city_kode_kemendagri": "36.73",
        "source_list": source,
        "period": "2026-T4",
    }
    return Register(tables, manifest)


class _Copyist:
    """Writes families down again, with the errors of another office."""

    def __init__(self, trouble: Trouble, rng: Random) -> None:
        self._trouble = trouble
        self._rng = rng
        self._places = [place.kode_kemendagri for place in kelurahan()]
        self._families = 0
        self.source: dict[str, str] = {}

    def family(
        self,
        family: Row,
        people: list[Row],
        families: list[Row],
        persons: list[Row],
        truth: dict[str, str],
    ) -> None:
        rng, trouble = self._rng, self._trouble
        row = self._place(family)
        groups = [people]
        grown = [p for p in people if p["shdk"] == "anak" and _age(p) >= 19]
        if grown and rng.random() < trouble.split * 3:
            leaver = rng.choice(grown)
            groups = [[p for p in people if p is not leaver], [leaver]]
        if not trouble.has_families:
            groups = [[person] for person in people]
        for place, group in enumerate(groups):
            self._families += 1
            mine = {**row, "family_id": f"KF{self._families:06d}"}
            if place and trouble.has_families:
                mine["no_kk"] = ""
            mine["head_name"] = row["head_name"] if trouble.has_families else ""
            mine["members_stated"] = len(group)
            families.append(mine)
            for person in group:
                persons.append(self._person(person, mine, truth))

    def _place(self, family: Row) -> Row:
        rng, trouble = self._rng, self._trouble
        row = {**family, "source_list": "p3ke", "row": None}
        row["head_name"] = misspell(rng, family["head_name"], trouble.names)
        if rng.random() < trouble.moved:
            row["kelurahan_kode_kemendagri"] = rng.choice(self._places)
            row["rt"], row["rw"] = "001", "001"
        elif rng.random() < 0.25:
            row["rt"] = f"{rng.randint(1, 9):03d}"
        row["address"] = rng.choice(("KP. ", "LINGK ", "JL. ")) + family["address"][-12:]
        if rng.random() < trouble.no_place:
            row["kelurahan_kode_kemendagri"] = row["rt"] = row["rw"] = ""
        if rng.random() < trouble.no_kk:
            row["no_kk"] = ""
        elif rng.random() < 0.06:
            row["no_kk"] = _wrong_digits(rng, row["no_kk"], 4)
        return row

    def _person(self, person: Row, family: Row, truth: dict[str, str]) -> Row:
        rng, trouble = self._rng, self._trouble
        own = f"KP{len(self.source) + 1:06d}"
        self.source[own] = person["person_id"]
        truth[own] = person["person_id"]
        row = {
            **person,
            "person_id": own,
            "family_id": family["family_id"],
            "no_kk": family["no_kk"],
            "mother_name": "",
            "birth_place": "",
            "id_record": "",
            "row": len(self.source),
            "name": misspell(rng, person["name"], trouble.names),
        }
        if rng.random() < trouble.no_nik:
            row["nik"] = ""
        elif rng.random() < trouble.wrong_digit:
            row["nik"] = _wrong_digits(rng, person["nik"], 1)
        if rng.random() < trouble.dates:
            row["birth_date"] = mistake_date(rng, person["birth_date"])
        sex = rng.random()
        if sex < 0.03:
            row["sex"] = "" if sex < 0.02 else {"L": "P", "P": "L"}[person["sex"]]
        if rng.random() < 0.05:
            row["shdk"] = ""
        return row


def _age(person: Row) -> int:
    return int((AS_OF - person["birth_date"]).days // 365.25)


def _wrong_digits(rng: Random, number: str, count: int) -> str:
    digits = list(number)
    for place in rng.sample(range(6, 16), count):
        digits[place] = rng.choice([d for d in "0123456789" if d != digits[place]])
    return "".join(digits)


def mistake_date(rng: Random, day: date) -> date | None:
    """The date as somebody else wrote it: turned round, a slip of a digit, guessed, left out."""
    kind = rng.random()
    if kind < 0.25 and day.day <= 12 and day.day != day.month:
        return date(day.year, day.day, day.month)
    if kind < 0.45:
        return _try(day.year, day.month, rng.randint(1, 28))
    if kind < 0.58:
        return _try(day.year, rng.randint(1, 12), day.day)
    if kind < 0.75:
        return _try(day.year + rng.choice((-10, -2, -1, 1, 2, 10)), day.month, day.day)
    if kind < 0.85:
        return date(day.year + rng.choice((0, 0, 0, -1, 1)), 1, 1)
    if kind < 0.93:
        return None
    return day + timedelta(days=rng.randint(-1500, 1500))


def _try(year: int, month: int, day: int) -> date:
    try:
        return min(date(year, month, day), AS_OF)
    except ValueError:
        return date(year, month, 28)


_TITLES = ("H. ", "HJ. ", "DRS. ", "UST. ", "IR. ", "ALM. ", "TN. ", "NY. ", "BPK. ", "IBU ")
_TAILS = (", S.PD", ", SE", " S.AG", ", AMD", " (ALM)", ", SH", " ALS UJANG", " BIN SALEH")
_MUHAMMADS = ("MOH.", "MUH.", "M.", "MUHAMMAD", "MOCHAMAD", "MHD", "MOHAMAD", "MUHAMAD", "MOCH")
_PAIRS = (
    ("U", "OE"), ("J", "DJ"), ("C", "TJ"), ("SY", "SJ"), ("KH", "CH"), ("Z", "J"), ("J", "Z"),
    ("F", "P"), ("P", "F"), ("V", "F"), ("Y", "I"), ("I", "Y"), ("KH", "K"), ("H", ""),
    ("AE", "AI"), ("AI", "AE"), ("K", "Q"), ("S", "SY"), ("SY", "S"), ("DL", "DHL"), ("D", "DH"),
    ("T", "TH"), ("IA", "IYA"), ("IYA", "IA"), ("O", "U"), ("U", "O"), ("E", "I"), ("A", "E"),
    ("N", "NN"), ("L", "LL"), ("M", "MM"), ("R", "RR"), ("S", "SS"), ("NG", "NK"), ("K", "KK"),
)  # fmt: skip


def misspell(rng: Random, name: str, share: float) -> str:
    """The name as another clerk heard and wrote it; untouched with probability 1 - ``share``."""
    if rng.random() >= share:
        return name
    for _ in range(1 if rng.random() < 0.7 else 2):
        name = rng.choices(_WAYS, _WEIGHTS)[0](rng, name)
    return name


def _title(rng: Random, name: str) -> str:
    return rng.choice(_TITLES) + name if rng.random() < 0.6 else name + rng.choice(_TAILS)


def _respell(rng: Random, name: str) -> str:
    fitting = [(a, b) for a, b in _PAIRS if a in name]
    if not fitting:
        return name
    before, after = rng.choice(fitting)
    return name.replace(before, after, 1)


def _prefix(rng: Random, name: str) -> str:
    words = name.split()
    if "MUHAMAD" in words or "MUHAMMAD" in words:
        return " ".join(rng.choice(_MUHAMMADS) if w.startswith("MUHAM") else w for w in words)
    swaps = {
        "SITI": ("ST.", "STI", "SITTI", "S."),
        "ABDUL": ("ABD.", "ABD", "ABDOEL"),
        "AHMAD": ("ACHMAD", "AKHMAD", "A.", "AHMAT"),
        "NUR": ("NOER", "NOOR"),
        "TUBAGUS": ("TB.", "TB"),
        "RATU": ("RT.",),
    }
    for word, others in swaps.items():
        if word in words:
            return name.replace(word, rng.choice(others), 1)
    if len(words) == 1 or rng.random() < 0.5:
        return rng.choice(_MUHAMMADS[:4]) + " " + name if rng.random() < 0.3 else name
    return _respell(rng, name)


def _typo(rng: Random, name: str) -> str:
    place = rng.randrange(1, max(2, len(name) - 1))
    kind = rng.random()
    if kind < 0.35:
        return name[:place] + name[place + 1 :]
    if kind < 0.7:
        return name[:place] + rng.choice("AEIOUNRSTKLH") + name[place + 1 :]
    return name[: place - 1] + name[place : place + 1] + name[place - 1 : place] + name[place + 1 :]


def _words(rng: Random, name: str) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    kind = rng.random()
    if kind < 0.3:
        return " ".join(reversed(words))
    if kind < 0.6:
        return " ".join(words[:-1])
    if kind < 0.8:
        return " ".join([*words[:-1], words[-1][0] + rng.choice(("", "."))])
    return "".join(words[:2]) + "".join(f" {word}" for word in words[2:])


_WAYS: tuple[Callable[[Random, str], str], ...] = (_title, _respell, _prefix, _typo, _words)
_WEIGHTS = (14, 36, 20, 16, 14)
