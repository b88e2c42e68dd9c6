"""KEL-73: a member's cells were written as numbers in a column of words."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule

#: As the forms of the field number them.
_NUMBERS = {
    "sex": {"L": "1", "P": "2"},
    "marital_status": {"belum_kawin": "1", "kawin": "2", "cerai_hidup": "3", "cerai_mati": "4"},
}


@table_rule(
    table="person",
    code="KEL-73",
    severity=Severity.INFO,
    title="{cells} isian ditulis sebagai kode angka di tengah kolom yang berisi kata",
    question="Tinjau arti kodenya pada berkas asal: apakah sama dengan yang terbaca?",
    documents=["KK"],
    why="Arti kode berbeda antar aplikasi; salah baca mengubah siapa orang ini dalam keluarganya.",
    fields=["sex", "shdk", "marital_status"],
    status="layak",
    follow_up="tidak_ada",
    basis=Basis(("E73",), "Kamus nilai P3KE, OpenSID, dan Regsosek 2022", "ya"),
    needs=["person.sex|person.shdk|person.marital_status|person.dukcapil_match"],
    evidence=("cells",),
    select="""
SELECT subject, count(DISTINCT "column") AS cells FROM cleaned
WHERE code = 'kode_label' AND "table" = 'person'
    AND regexp_full_match(trim(before), '[0-9]{1,2}([.]0)?')
    AND subject IN (SELECT person_id FROM person)
GROUP BY subject
""",
    taught=False,
)
class CodeAndWord:
    """Two forms pasted into one sheet: the one has words, the other numbers.

    Bad: L and P down the column, and a 2 in between.
    Good: one way of writing throughout; a word that means two things at once.
    """


@plants(CodeAndWord)
def pasted_from_another_form(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Rows of a form that numbers its answers were pasted below rows with words."""
    column = rng.choice(tuple(_NUMBERS))
    people = [row for row in draft.members(family_id) if row[column] in _NUMBERS[column]]
    if not people:
        return None
    person = rng.choice(people)
    draft.add(
        "cleaned",
        {
            "table": "person",
            "subject": person["person_id"],
            "column": column,
            "before": _NUMBERS[column][person[column]],
            "after": person[column],
            "code": "kode_label",
            **{place: person[place] for place in ("file", "sheet", "row")},
        },
    )
    return Planted("person", person["person_id"], (column,))
