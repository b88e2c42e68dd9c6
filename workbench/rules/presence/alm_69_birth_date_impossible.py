"""ALM-69: a birth date nobody can have."""

from datetime import date
from random import Random

from workbench.domain.ages import age_on
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import reference_date, setting


@row_rule(
    table="person",
    code="ALM-69",
    severity=Severity.SEDANG,
    title="Tanggal lahir {state}",
    question="Lihat akta lahir atau KTP-el: tanggal, bulan, dan tahun berapa?",
    documents=["KTP-el", "Akta lahir"],
    why="Tanpa umur yang benar, hak anak sekolah dan lansia dalam keluarga ini tidak terhitung.",
    fields=["birth_date"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E69",), "", "tidak"),
    needs=["person.birth_date"],
    evidence={
        "state": """CASE WHEN birth_date > getvariable('as_of')
            THEN 'lebih baru daripada tanggal data'
            WHEN birth_date = DATE '1900-01-01' THEN 'tampak seperti bawaan program (1-1-1900)'
            ELSE 'menghasilkan umur ' || age || ' tahun' END"""
    },
    when="birth_date > getvariable('as_of') OR age > getvariable('age_max')",
)
class BirthDateImpossible:
    """Birth dates in the future, or of people older than anybody, come from forms and programs.

    Bad: 1900-01-01, which a program writes when it knows nothing; 2053 for 1953.
    Good: born on the very day of the list; a hundred years old.
    """


@plants(BirthDateImpossible)
def wrong_century(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The year had two digits, and the spreadsheet chose the coming decades."""
    as_of = reference_date(draft)
    people = [
        (row, later)
        for row in _adults(draft, family_id)
        if (later := _a_century_on(row["birth_date"])) is not None and later > as_of
    ]
    if not people:
        return None
    person, later = rng.choice(people)
    return _write(draft, person, later)


@plants(BirthDateImpossible)
def default_of_a_program(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The date was left out, and the program stored its default."""
    default = date(1900, 1, 1)
    if (age_on(default, reference_date(draft)) or 0) <= setting(draft, "age_max"):
        return None
    people = _adults(draft, family_id)
    if not people:
        return None
    person = rng.choice(people)
    return _write(draft, person, default)


def _write(draft: Draft, person: Row, day: date) -> Planted:
    """The age beside the date is a formula of the sheet and follows it."""
    age = age_on(day, reference_date(draft))
    draft.change("person", person, birth_date=day, age_stated=age)
    return Planted("person", person["person_id"], ("birth_date", "age_stated"))


def _a_century_on(day: date) -> date | None:
    try:
        return day.replace(year=day.year + 100)
    except ValueError:
        return None


def _adults(draft: Draft, family_id: str) -> list[Row]:
    """Members between school and old age, whose age decides nothing else on the card.

    Nobody with a category, an event of their own, or aid that goes by age is taken.
    """
    as_of = reference_date(draft)
    tied = {row["person_id"] for row in draft.rows("ppks", family_id)}
    alone = len(draft.members(family_id)) == 1
    return [
        row
        for row in draft.members(family_id)
        if (age := age_on(row["birth_date"], as_of)) is not None
        and (22 <= age <= 59 or (alone and age >= 22 and not draft.rows("aid", family_id)))
        and row["person_id"] not in tied
        and not row["is_in_school"]
        and not row["disability"]
    ]
