"""SOS-76: the age on the list is today's."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.living.members import age_of


@row_rule(
    table="person",
    code="SOS-76",
    severity=Severity.INFO,
    title="Umur tertulis {stated} tahun, menurut tanggal lahir {age} tahun",
    question="Umur dihitung ulang dari tanggal lahir; apakah tanggal lahirnya benar?",
    documents=["KTP-el", "Akta lahir"],
    why="Umur yang usang membuat anak dan lansia terlewat dari layanan yang memakai batas umur.",
    fields=["age_stated"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E76",), "Kolom umur tersimpan pada SIKS dan P3KE", "sekunder"),
    needs=["person.age_stated", "person.birth_date"],
    evidence={"stated": "age_stated", "age": "age"},
    # An impossible birth date is ALM-69's question.
    when="""age_stated NOT BETWEEN age - getvariable('age_stated_slack')
            AND age + getvariable('age_stated_slack')
        AND age BETWEEN 0 AND getvariable('age_max')""",
)
class StaleAge:
    """A stored age was right on the day it was stored; one year of lag is normal.

    Bad: 41 on the list, 45 by the birth date.
    Good: 44 on the list in the month before the birthday was counted.
    """


@plants(StaleAge)
def keep_old_age(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The list was copied from one of some years ago, ages and all."""
    people = [
        row
        for row in draft.members(family_id)
        if row["age_stated"] is not None and row["age_stated"] == age_of(draft, row) >= 8
    ]
    if not people:
        return None
    person = rng.choice(people)
    draft.change("person", person, age_stated=person["age_stated"] - rng.randint(3, 6))
    return Planted("person", person["person_id"], ("age_stated",))


@plants(StaleAge)
def swap_digits(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The two digits of the age changed places."""
    people = [
        (row, int(f"{row['age_stated']}"[::-1]))
        for row in draft.members(family_id)
        if row["age_stated"] is not None and 12 <= row["age_stated"] == age_of(draft, row) <= 99
    ]
    people = [(row, wrong) for row, wrong in people if abs(wrong - row["age_stated"]) >= 9]
    if not people:
        return None
    person, wrong = rng.choice(people)
    draft.change("person", person, age_stated=wrong)
    return Planted("person", person["person_id"], ("age_stated",))
