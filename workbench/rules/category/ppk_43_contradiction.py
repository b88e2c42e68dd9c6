"""PPK-43: kinds that exclude each other do not meet on one person."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.category.rows import add_row, age_of, listed_once, unlisted
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="person",
    code="PPK-43",
    severity=Severity.SEDANG,
    title="Satu orang tercatat sebagai {one} dan juga {other}",
    question="Hitung umur dari KTP-el atau akta lahir: mana dari kedua kategori itu yang benar?",
    documents=["KTP-el", "Akta lahir"],
    why="Kedua kategori tidak mungkin berlaku bersama; layanan yang dipilih dapat tidak cocok "
    "bagi orang ini.",
    fields=["ppks.category"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E43",), "", "tidak"),
    needs=["ppks.category"],
    evidence=["one", "other"],
    # Sensitive kinds are left to PPK-40 and PPK-44: their names do not belong in a sentence.
    select="""
        WITH kinds AS (
            SELECT person_id, category, category_name, year, age_min, age_max FROM ppks
            WHERE person_id <> '' AND NOT is_sensitive AND age_basis IN ('regulasi', 'turunan')
        )
        SELECT a.person_id AS subject,
            arg_min(a.category_name, a.category || b.category) AS one,
            arg_min(b.category_name, a.category || b.category) AS other
        FROM kinds a JOIN kinds b ON a.person_id = b.person_id
        WHERE (a.age_max < b.age_min
                OR (a.category = 'PMKS02' AND b.category = 'PMKS23'))
            AND coalesce(a.year = b.year, true)
        GROUP BY a.person_id
    """,
)
class ContradictoryKinds:
    """Two kinds whose ages do not meet cannot both be true in one year.

    A child under five is not an elderly person; a disability is a child's or an adult's; a
    neglected child is no grown woman in hardship, though both limits touch eighteen.

    Bad: the same boy under Anak dengan Kedisabilitasan and Penyandang Disabilitas.
    Good: kinds that can be true together, such as Lanjut Usia Telantar and Penyandang
    Disabilitas; or a child's kind in one year and an adult's years later.
    """


@plants(ContradictoryKinds)
def list_disability_twice(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Two lists of people with a disability were put together, children's and adults'."""
    listed = [
        (row, person)
        for row, person in listed_once(draft, family_id, "PMKS05", "PMKS09")
        if (age_of(draft, person) >= 18) == (row["category"] == "PMKS09")
        and age_of(draft, person) >= 0
    ]
    if not listed:
        return None
    row, person = rng.choice(listed)
    wrong = "PMKS09" if row["category"] == "PMKS05" else "PMKS05"
    added = add_row(
        draft,
        person,
        wrong,
        assessed_on=row["assessed_on"],
        year=row["year"],
        is_telantar=row["is_telantar"],
    )
    # An adult among the children is out of age as well; the other way no limit is written.
    companions = (f"PPK-40:{added['ppks_id']}",) if wrong == "PMKS05" else ()
    return Planted("person", person["person_id"], _cells(added["ppks_id"]), companions)


@plants(ContradictoryKinds)
def keep_on_list_of_women(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The list of women in hardship took in a girl, or kept a woman who has turned sixty."""
    found = [
        (person, True)
        for row, person in listed_once(draft, family_id, "PMKS02", "PMKS08")
        if person["sex"] == "P" and _is_of(draft, person, row["category"])
    ]
    if (draft.family(family_id)["desil"] or 10) <= 3:
        # An old woman of a poor family may be on both lists at once.
        found += [
            (person, False)
            for person in unlisted(draft, family_id)
            if person["sex"] == "P" and _is_of(draft, person, "PMKS08")
        ]
    if not found:
        return None
    person, is_listed = rng.choice(found)
    if not is_listed:
        add_row(draft, person, "PMKS08", is_telantar=True, is_service_fulfilled=False)
    added = add_row(draft, person, "PMKS23")
    companions = (f"PPK-40:{added['ppks_id']}",)
    return Planted("person", person["person_id"], _cells(added["ppks_id"]), companions)


def _is_of(draft: Draft, person: Row, category: str) -> bool:
    low, high = (6, 17) if category == "PMKS02" else (60, 100)
    return low <= age_of(draft, person) <= high


def _cells(ppks_id: str) -> tuple[str, str]:
    return (f"{ppks_id}.category", f"{ppks_id}.category_text")
