"""PPK-40: the person's age lies within the limits of the category."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.category.rows import (
    ADULT_SENSITIVE,
    add_row,
    age_of,
    category_name,
    listed_once,
    unlisted,
)
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="ppks",
    code="PPK-40",
    severity=Severity.TINGGI,
    title="Umur {age} tahun, sedangkan kategori {kind} untuk umur {limits}",
    question="Hitung umur dari KTP-el atau akta lahir: kategori mana yang sesuai umur itu?",
    documents=["KTP-el", "Akta lahir"],
    why="Anak, orang dewasa, dan lansia dilayani berbeda; kategori yang keliru membawa layanan "
    "yang tidak cocok.",
    fields=["category"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E40",), "Kriteria Permensos 8/2012 tentang PMKS dan PSKS", "ya"),
    needs=["ppks.category", "person.birth_date"],
    evidence={
        "age": "age",
        "kind": "CASE WHEN is_sensitive THEN 'ini' ELSE category_name END",
        "limits": "CASE WHEN age_max IS NULL THEN age_min || ' tahun ke atas' "
        "WHEN age_min = 0 THEN 'sampai ' || age_max || ' tahun' "
        "ELSE age_min || ' sampai ' || age_max || ' tahun' END",
    },
    # An impossible birth date is ALM-69's question, a minor among adults PPK-44's.
    when="age_basis = 'regulasi' AND (age < age_min OR age > age_max) "
    "AND age BETWEEN 0 AND getvariable('age_max') "
    f"AND NOT (age < 18 AND category IN {ADULT_SENSITIVE})",
)
class AgeOfCategory:
    """Ten categories have an age limit in the regulation; only those are judged here.

    A limit that rests on practice or was derived (street children, adults with a disability) is
    no ground for a question.

    Bad: "Lanjut Usia Telantar" for a woman of 45.
    Good: the same category on the day she turns 60; "Anak Jalanan" at 19.
    """


#: Three kinds whose names end alike, with the ages the regulation gives them.
_TELANTAR = {"PMKS01": (0, 5), "PMKS02": (6, 18), "PMKS08": (60, 999)}


@plants(AgeOfCategory)
def take_another_telantar(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Three kinds end in Telantar, and the clerk ticked the wrong one."""
    choices = []
    for row, person in listed_once(draft, family_id, *_TELANTAR):
        age = age_of(draft, person)
        low, high = _TELANTAR[row["category"]]
        if low <= age <= high:
            choices += [(row, wrong) for wrong in _TELANTAR if wrong != row["category"]]
    if not choices:
        return None
    row, wrong = rng.choice(choices)
    draft.change("ppks", row, category=wrong, category_text=category_name(wrong))
    return Planted("ppks", row["ppks_id"], ("category", "category_text"))


@plants(AgeOfCategory)
def list_grown_up_as_elderly(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Somebody looked old to the clerk and was listed as a neglected elderly person."""
    adults = [row for row in unlisted(draft, family_id) if 40 <= age_of(draft, row) <= 58]
    if not adults:
        return None
    person = rng.choice(adults)
    row = add_row(draft, person, "PMKS08", is_telantar=True, is_service_fulfilled=False)
    return Planted("ppks", row["ppks_id"], ("category", "category_text"))
