"""The people of one invented family card: who they are to each other, their ages, their names.

What they do, live in and receive is left to the other modules. Every builder keeps what the
rules ask of a clean card: one head, spouses of different sex, parents at least sixteen years
older than their children, nobody married before the law allows, unmarried children only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from workbench.domain.ages import age_on
from workbench.synthesis.draws import DAYS_A_YEAR, Weighted, born, day_between
from workbench.synthesis.names import birth_place, has_surname, person_name, titled, twin_names
from workbench.synthesis.numbers import Numbers
from workbench.synthesis.recipe import Recipe

#: Age of the youngest grandparent at the birth of a grandchild, in years.
_TWO_GENERATIONS = 37.0


class Member:
    """One person on the card; the row of the ``person`` table comes from here."""

    __slots__ = (
        "age",
        "birth_date",
        "birth_place",
        "degree",
        "disability",
        "education",
        "has_chronic_illness",
        "id_record",
        "is_in_school",
        "is_pregnant",
        "marital_status",
        "mother",
        "mother_name",
        "name",
        "nik",
        "nik_region",
        "occupation",
        "origin",
        "person_id",
        "plain_name",
        "pregnancy_noted_on",
        "sex",
        "shdk",
    )

    def __init__(
        self, shdk: str, sex: str, birth_date: date, marital_status: str, age: int
    ) -> None:
        self.shdk = shdk
        self.sex = sex
        self.birth_date = birth_date
        self.marital_status = marital_status
        self.age = age
        self.origin = ""
        self.name = ""
        self.plain_name = ""
        self.mother: Member | None = None
        self.mother_name = ""
        self.birth_place = ""
        self.education = ""
        self.occupation = ""
        self.disability = ""
        self.degree: int | None = None
        self.has_chronic_illness = False
        self.is_in_school = False
        self.is_pregnant = False
        self.pregnancy_noted_on: date | None = None
        self.nik = ""
        self.nik_region = ""
        self.person_id = ""
        self.id_record = ""


@dataclass
class Family:
    """One card being made.

    ``wish`` names a look-alike this family is to show, "" for none; ``subject`` is then the
    member it concerns. Dates are None where the thing did not happen or is not known.
    """

    shape: str
    as_of: date
    desil: int
    origin: str
    wish: str = ""
    members: list[Member] = field(default_factory=list)
    married_on: date | None = None
    parted_on: date | None = None
    moved_in_on: date | None = None
    subject: Member | None = None
    late_spouse_name: str = ""

    @property
    def head(self) -> Member:
        return self.members[0]

    @property
    def spouse(self) -> Member | None:
        """The husband or wife of the head."""
        for member in self.members[1:2]:
            if member.shdk in ("istri", "suami"):
                return member
        return None

    def children(self) -> list[Member]:
        return [member for member in self.members if member.shdk == "anak"]

    def add(self, shdk: str, sex: str, birth_date: date, marital_status: str) -> Member:
        """Put a person on the card."""
        age = age_on(birth_date, self.as_of) or 0
        member = Member(shdk, sex, birth_date, marital_status, age)
        member.origin = self.origin
        self.members.append(member)
        return member

    def add_aged(self, shdk: str, sex: str, years: float, marital_status: str) -> Member:
        """Put a person on the card who is ``years`` old at the reference date."""
        return self.add(shdk, sex, born(self.as_of, years), marital_status)

    def exact_age(self, member: Member) -> float:
        """Age in years and their fraction."""
        return (self.as_of.toordinal() - member.birth_date.toordinal()) / DAYS_A_YEAR


#: The shape a look-alike needs, and the age of the head where it matters.
_WISHED_SHAPE: dict[str, tuple[str, tuple[float, float] | None]] = {
    "kembar": ("inti", (28, 45)),
    "senama": ("inti", (26, 58)),
    "ayah_anak_senama": ("inti", (30, 52)),
    "bantuan_boleh_bersama": ("inti", (30, 46)),
    "kartu_atas_nama_ibu": ("inti", (30, 46)),
    "janda_kepala_keluarga": ("janda", None),
    "kawin_terlambat": ("kawin_terlambat", (46, 60)),
    "anak_angkat": ("inti", (42, 56)),
    "orang_tua_serumah": ("tiga_generasi", None),
    "nik_wilayah_lama": ("inti", (38, 66)),
}


def build_family(
    recipe: Recipe,
    rng: Random,
    numbers: Numbers,
    as_of: date,
    desil: int,
    wish: str = "",
    shape: str = "",
    namesake: Member | None = None,
) -> Family:
    """Draw one family with everybody's relation, age and name.

    The look-alike in ``wish`` decides the shape where it needs one, then ``shape``, then the
    recipe.

    ``namesake`` is someone of another family whose name, and half of the time birth date, the
    head of this one shares.
    """
    needed, band = _WISHED_SHAPE.get(wish, ("", None))
    shape = needed or shape or recipe.shape_draw.draw(rng)
    if band is None:
        band = recipe.head_age_bands[shape].draw(rng)
    family = Family(shape, as_of, desil, recipe.origin_draw.draw(rng), wish)
    years = band[0] + rng.random() * (band[1] - band[0])
    if namesake is not None:
        years = (as_of.toordinal() - namesake.birth_date.toordinal()) / DAYS_A_YEAR
        family.origin = namesake.origin
    _BUILDERS[shape](family, rng, years)
    if namesake is not None:
        family.subject = family.head
        family.head.birth_date = namesake.birth_date
        if rng.random() < 0.5:
            # Another day of the same month: the ages of the card stay as they were drawn.
            other = namesake.birth_date.replace(day=1 + int(rng.random() * 28))
            family.head.birth_date = other
        family.head.age = age_on(family.head.birth_date, as_of) or 0
    _name_everybody(family, rng, numbers, namesake)
    return family


# Shapes ----------------------------------------------------------------------------------------


def _couple(family: Family, rng: Random, years: float, first_marriage: bool = True) -> float:
    """Husband and wife; returns the wife's age at marriage."""
    gap = min(16.0, max(-5.0, rng.gauss(3.6, 3.2)))
    wife_years = max(19.6, years - gap)
    youngest = 19.1 if wife_years < 27 else 17.2
    wed_at = min(max(youngest, rng.gauss(22.2, 3.4)), 38.0)
    if wed_at > wife_years - 0.3:
        wed_at = max(youngest, wife_years - 0.3 - rng.random() * 1.5)
    # The husband too must have been of age on that day.
    since = wife_years - wed_at
    if years - since < 19.2:
        since = max(0.05, years - 19.2)
        wed_at = wife_years - since
    family.add_aged("kepala_keluarga", "L", years, "kawin")
    family.add_aged("istri", "P", wife_years, "kawin")
    if first_marriage:
        family.married_on = born(family.as_of, since)
    return wed_at


_CHILDREN = (
    (1960, Weighted.of({1: 6, 2: 12, 3: 20, 4: 22, 5: 18, 6: 13, 7: 6, 8: 3})),
    (1974, Weighted.of({0: 4, 1: 8, 2: 19, 3: 28, 4: 21, 5: 13, 6: 5, 7: 2})),
    (1986, Weighted.of({0: 4, 1: 12, 2: 38, 3: 30, 4: 11, 5: 5})),
    (9999, Weighted.of({0: 3, 1: 12, 2: 41, 3: 30, 4: 10, 5: 4})),
)


def _children_wanted(rng: Random, mother_born: float, desil: int) -> int:
    """Children of a whole life, by the mother's birth year; the poor have rather more."""
    wanted = next(draw for before, draw in _CHILDREN if mother_born < before).draw(rng)
    if desil <= 3 and rng.random() < 0.3:
        return wanted + 1
    if desil >= 8 and wanted > 1 and rng.random() < 0.25:
        return wanted - 1
    return wanted


def _children(
    family: Family,
    rng: Random,
    mother_years: float,
    wed_at: float,
    at_least: int = 0,
    youngest_before: float = 0.0,
) -> list[float]:
    """Ages of the children still on the card, eldest first.

    ``youngest_before`` keeps births that many years before the reference date: a widow has no
    child younger than her loss.
    """
    wanted = _children_wanted(rng, family.as_of.year - mother_years, family.desil)
    wanted = max(wanted, at_least)
    ages: list[float] = []
    at = wed_at + 0.85 + rng.expovariate(0.9)
    for _ in range(wanted):
        if at > 43.5 or mother_years - at < max(0.02, youngest_before):
            break
        ages.append(mother_years - at)
        at += 1.6 + rng.expovariate(0.5)
    return ages


def _stays(rng: Random, sex: str, years: float) -> bool:
    """Whether a child of that age is still unmarried on the parents' card."""
    if years < 18.8:
        return True
    leaves = rng.gauss(24.2, 3.0) if sex == "P" else rng.gauss(27.0, 3.4)
    return years < max(18.8, leaves)


def _add_children(
    family: Family, rng: Random, ages: list[float], mother: Member | None, keep: int = 0
) -> None:
    for place, years in enumerate(ages):
        sex = "L" if rng.random() < 0.512 else "P"
        if _stays(rng, sex, years) or len(ages) - place <= keep:
            child = family.add_aged("anak", sex, years, "belum_kawin")
            child.mother = mother


def _nuclear(family: Family, rng: Random, years: float) -> None:
    wants_children = family.wish in (
        "kembar",
        "ayah_anak_senama",
        "bantuan_boleh_bersama",
        "kartu_atas_nama_ibu",
        "anak_angkat",
    )
    wed_at = _couple(family, rng, years)
    wife = family.members[1]
    if family.wish == "anak_angkat" and rng.random() < 0.6:
        ages: list[float] = []
    else:
        mother_years = family.exact_age(wife)
        ages = _children(family, rng, mother_years, wed_at, at_least=1 if wants_children else 0)
    if family.wish == "senama":
        # The head's day may move within its month: no child right below the limit.
        ages = [age for age in ages if family.exact_age(family.head) - age > 19]
    _add_children(family, rng, ages, wife)
    if family.wish == "kembar":
        _make_twins(family, rng, wife)
    elif family.wish == "ayah_anak_senama":
        _name_son_after_father(family)
    elif family.wish == "anak_angkat":
        _adopt(family, rng)
    elif not family.wish and rng.random() < 0.012:
        # Now and then the card is in the wife's name and the husband follows.
        family.members[0].shdk, family.members[1].shdk = "suami", "kepala_keluarga"
        family.members[0], family.members[1] = family.members[1], family.members[0]


def _make_twins(family: Family, rng: Random, wife: Member) -> None:
    young = [child for child in family.children() if child.age < 18]
    if not young:
        limit = min(family.exact_age(wife) - 19.5, 16.0)
        years = 0.5 + rng.random() * max(0.5, limit - 0.5)
        child = family.add_aged("anak", "L" if rng.random() < 0.5 else "P", years, "belum_kawin")
        child.mother = wife
        young = [child]
    first = young[int(rng.random() * len(young))]
    second = family.add("anak", first.sex, first.birth_date, "belum_kawin")
    second.mother = wife
    first.name, second.name = twin_names(rng, first.sex)
    family.subject = second


def _name_son_after_father(family: Family) -> None:
    """The eldest child, a son; without one on the card the wish is left unfulfilled."""
    for child in family.children()[:1]:
        child.sex = "L"
        family.subject = child


def _adopt(family: Family, rng: Random) -> None:
    """A child of other parents, entered as anak after the court's decision."""
    oldest = min(family.exact_age(member) for member in family.members[:2]) - 24.0
    years = 1.0 + rng.random() * max(1.0, min(15.0, oldest))
    child = family.add_aged("anak", "L" if rng.random() < 0.5 else "P", years, "belum_kawin")
    child.mother_name = person_name(rng, "P", child.birth_date.year - 25, family.origin)
    family.subject = child


def _late_marriage(family: Family, rng: Random, years: float) -> None:
    wife_years = max(36.0, years - 2 - rng.random() * 12)
    since = 0.3 + rng.random() * 3.0
    family.add_aged("kepala_keluarga", "L", years, "kawin")
    wife = family.add_aged("istri", "P", wife_years, "kawin")
    family.married_on = born(family.as_of, since)
    family.subject = wife if rng.random() < 0.3 else family.head


def _three_generations(family: Family, rng: Random, years: float) -> None:
    wed_at = _couple(family, rng, years)
    wife = family.members[1]
    _add_children(family, rng, _children(family, rng, family.exact_age(wife), wed_at), wife)
    head_years = family.exact_age(family.head)
    if rng.random() < 0.62:
        elder_years = head_years + 19 + rng.random() * 13
        relation, child = "orang_tua", family.head
    else:
        elder_years = max(family.exact_age(wife) + 19 + rng.random() * 13, head_years + 12)
        relation, child = "mertua", wife
    sex = "P" if rng.random() < 0.78 else "L"
    elder = family.add_aged(relation, sex, min(elder_years, 93.0), "cerai_mati")
    if sex == "P":
        child.mother = elder
    elif rng.random() < 0.35 and elder_years < 84:
        # Both parents are still there.
        elder.marital_status = "kawin"
        other_years = max(elder_years - 1 - rng.random() * 6, family.exact_age(child) + 18.5)
        if relation == "mertua":
            other_years = max(other_years, head_years + 11)
        other = family.add_aged(relation, "P", other_years, "kawin")
        child.mother = other
    family.subject = elder if family.wish == "orang_tua_serumah" else None


def _with_relative(family: Family, rng: Random, years: float) -> None:
    """A couple with children and a nephew, a niece or a younger sibling."""
    _nuclear(family, rng, years)
    sex = "L" if rng.random() < 0.55 else "P"
    relative = family.add_aged("famili_lain", sex, 7 + rng.random() * 20, "belum_kawin")
    relative.mother_name = person_name(rng, "P", relative.birth_date.year - 25, family.origin)
    if family.desil >= 9 and rng.random() < 0.3:
        helper = family.add_aged("pembantu", "P", 21 + rng.random() * 25, "belum_kawin")
        helper.origin = "sunda" if family.origin != "sunda" else "jawa"
        if helper.age > 30:
            helper.marital_status = "cerai_hidup"


def _grandparents(family: Family, rng: Random, years: float) -> None:
    """Grandparents with a divorced daughter or a widowed daughter-in-law, and grandchildren."""
    if rng.random() < 0.55:
        _couple(family, rng, years)
        family.married_on = None
    else:
        family.add_aged("kepala_keluarga", "P", years, "cerai_mati")
    limit = min(family.exact_age(member) for member in family.members)
    roll = rng.random()
    top = min(limit - 19.0, 42.0)
    mother: Member | None = None
    if roll < 0.7 and top > 23.0:
        mother_years = 23.0 + rng.random() * (top - 23.0)
        if roll < 0.56:
            mother = family.add_aged("anak", "P", mother_years, "cerai_hidup")
            mother.mother = family.spouse if family.head.sex == "L" else family.head
        else:
            mother = family.add_aged("menantu", "P", mother_years, "cerai_mati")
        oldest = min(mother_years - 20.5, limit - _TWO_GENERATIONS)
    else:
        oldest = min(limit - _TWO_GENERATIONS, 16.5)
    count = 1 + (rng.random() < 0.4)
    at = min(16.5, oldest)
    for _ in range(count):
        if at < 1.6:
            break
        grandchild_years = 1.5 + rng.random() * (at - 1.5)
        sex = "L" if rng.random() < 0.51 else "P"
        grandchild = family.add_aged("cucu", sex, grandchild_years, "belum_kawin")
        grandchild.mother = mother
        if mother is None:
            year = grandchild.birth_date.year - 26
            grandchild.mother_name = person_name(rng, "P", year, family.origin)
        at = grandchild_years - 2.0


def _widow(family: Family, rng: Random, years: float) -> None:
    head = family.add_aged("kepala_keluarga", "P", years, "cerai_mati")
    since = 0.2 + rng.random() * min(12.0, years - 26.0)
    family.parted_on = born(family.as_of, since)
    wed_at = min(max(17.5, rng.gauss(21.5, 3)), years - since - 1.5)
    ages = _children(family, rng, years, wed_at, at_least=1, youngest_before=since)
    _add_children(family, rng, ages, head, keep=1 if years < 52 else 0)
    if family.wish == "janda_kepala_keluarga":
        family.subject = head


def _divorced_mother(family: Family, rng: Random, years: float) -> None:
    head = family.add_aged("kepala_keluarga", "P", years, "cerai_hidup")
    since = 0.2 + rng.random() * min(8.0, max(0.3, years - 22.5))
    family.parted_on = born(family.as_of, since)
    wed_at = max(19.1 if years < 27 else 17.5, min(rng.gauss(21, 2.5), years - since - 1.2))
    ages = _children(family, rng, years, wed_at, at_least=1, youngest_before=since)
    _add_children(family, rng, ages, head, keep=1)


def _single_father(family: Family, rng: Random, years: float) -> None:
    status = "cerai_mati" if rng.random() < 0.5 else "cerai_hidup"
    family.add_aged("kepala_keluarga", "L", years, status)
    since = 0.2 + rng.random() * min(8.0, years - 28.0)
    family.parted_on = born(family.as_of, since)
    mother_years = years - 2.5
    ages = _children(family, rng, mother_years, 22.0, at_least=1, youngest_before=since)
    mother_name = person_name(rng, "P", int(family.as_of.year - mother_years), family.origin)
    family.late_spouse_name = mother_name
    _add_children(family, rng, ages, None, keep=1)
    for child in family.members[1:]:
        child.mother_name = mother_name


def _elder_alone(family: Family, rng: Random, years: float) -> None:
    sex = "P" if rng.random() < 0.72 else "L"
    family.add_aged("kepala_keluarga", sex, years, "cerai_mati")


def _alone(family: Family, rng: Random, years: float) -> None:
    sex = "L" if rng.random() < 0.6 else "P"
    status = "belum_kawin" if years < 32 or rng.random() < 0.4 else "cerai_hidup"
    family.add_aged("kepala_keluarga", sex, years, status)


_BUILDERS: dict[str, Callable[[Family, Random, float], None]] = {
    "inti": _nuclear,
    "tiga_generasi": _three_generations,
    "kerabat": _with_relative,
    "kakek_nenek": _grandparents,
    "janda": _widow,
    "ibu_cerai": _divorced_mother,
    "ayah_tunggal": _single_father,
    "lansia_sendiri": _elder_alone,
    "sendiri": _alone,
    "kawin_terlambat": _late_marriage,
}


# Names -----------------------------------------------------------------------------------------


def _name_everybody(family: Family, rng: Random, numbers: Numbers, namesake: Member | None) -> None:
    """Names, birth places and mothers' names; only father and son may share a name on one card.

    Parents are named before their children, who carry their mother's name.
    """
    taken: set[str] = set()
    order = sorted(range(len(family.members)), key=lambda place: family.members[place].birth_date)
    surname = ""
    if has_surname(family.origin):
        father = family.head if family.head.sex == "L" else family.spouse
        if father is not None:
            father.plain_name = person_name(rng, "L", father.birth_date.year, family.origin)
            surname = father.plain_name.rsplit(" ", 1)[-1]
    for place in order:
        member = family.members[place]
        year = member.birth_date.year
        own = surname if member.shdk in ("anak", "cucu") else ""
        if namesake is not None and member is family.head:
            member.plain_name = namesake.plain_name
            numbers.claim_name(member.plain_name, member.birth_date)
        elif family.wish == "ayah_anak_senama" and member is family.subject:
            member.plain_name = family.head.plain_name
            numbers.claim_name(member.plain_name, member.birth_date)
        else:
            name = member.name or member.plain_name
            while not name or name in taken or not numbers.claim_name(name, member.birth_date):
                name = person_name(rng, member.sex, year, member.origin, own)
            member.plain_name = name
        taken.add(member.plain_name)
        member.name = member.plain_name
        if namesake is None or member is not family.head:
            member.name = titled(rng, member.plain_name, member.sex, member.age, family.desil)
        member.birth_place = birth_place(rng, year, member.origin)
        if member.mother is not None:
            member.mother_name = member.mother.plain_name
        while not member.mother_name or (
            namesake is not None
            and member is family.head
            and member.mother_name == namesake.mother_name
        ):
            mother_year = year - 22 - int(rng.random() * 12)
            member.mother_name = person_name(rng, "P", mother_year, member.origin)
    if family.parted_on is not None and not family.late_spouse_name:
        year = family.head.birth_date.year
        sex = "L" if family.head.sex == "P" else "P"
        family.late_spouse_name = person_name(rng, sex, year, family.origin)


def add_pregnancy(family: Family, rng: Random) -> None:
    """Let a married woman of the card expect a child now and then.

    Noted at most seven months ago, since the note lapses after nine; never within ten months
    of the last birth.
    """
    wife = family.spouse if family.spouse is not None and family.spouse.sex == "P" else None
    if wife is None and family.spouse is not None:
        wife = family.head
    if wife is None or not 20 <= wife.age <= 41 or family.married_on is None:
        return
    youngest = max((child.birth_date for child in family.children()), default=None)
    chance = 0.09 if wife.age < 32 else 0.045
    if rng.random() > chance:
        return
    if youngest is not None and youngest > family.as_of - timedelta(days=420):
        return
    noted = day_between(rng, family.as_of - timedelta(days=205), family.as_of - timedelta(days=5))
    if noted <= family.married_on:
        return
    wife.is_pregnant = True
    wife.pregnancy_noted_on = noted
