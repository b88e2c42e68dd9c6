"""SOS-73: numbers among the words that describe a house."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule

_PARTS = ("house_tenure", "floor", "wall", "roof", "water", "lighting", "cooking_fuel", "toilet")
#: Cells of a house with a number that reading left empty, beside others in words: what a number
#: means differs from form to form.
NUMBERED_CELLS = f"""SELECT c.subject, c."column" FROM cleaned c
    JOIN family f ON f.family_id = c.subject AND concat({", ".join(_PARTS)}) <> ''
    WHERE c.code = 'tidak_terbaca' AND c."table" = 'family'
        AND c."column" IN ({", ".join(f"'{part}'" for part in _PARTS)})
        AND regexp_full_match(trim(c.before), '[0-9]{{1,2}}([.]0)?')"""


@table_rule(
    table="family",
    code="SOS-73",
    severity=Severity.INFO,
    title="Isian rumah berupa kode angka di antara isian berupa kata: {cells} kolom",
    question="Apa arti kode itu pada formulir asalnya? Tulis dengan kata, lalu baca ulang daftar.",
    documents=["Formulir asal", "Foto rumah"],
    why="Arti kode berbeda antar formulir; bila salah ditebak, rumah ini tampak lebih baik.",
    fields=list(_PARTS),
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E73",), "Kamus nilai P3KE, OpenSID, dan Regsosek 2022", "ya"),
    needs=["|".join(f"family.{part}" for part in _PARTS)],
    evidence=("cells",),
    select=f"""
SELECT subject, count(DISTINCT "column") AS cells FROM ({NUMBERED_CELLS}) GROUP BY subject
""",
    taught=False,
)
class CodeAndWord:
    """The same form is numbered in one office and spelt out in the next.

    Bad: *tanah*, *keramik*, and a 3 in between.
    Good: words throughout; numbers throughout, which reading sets aside column by column.
    """


@plants(CodeAndWord)
def pasted_from_another_form(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Answers of a numbered form were pasted into a sheet with words."""
    family = draft.family(family_id)
    known = [part for part in _PARTS if family[part]]
    if len(known) < 2:
        return None
    column = rng.choice(known)
    draft.change("family", family, **{column: ""})
    draft.add(
        "cleaned",
        {
            "table": "family",
            "subject": family_id,
            "column": column,
            "before": str(rng.randrange(1, 6)),
            "code": "tidak_terbaca",
            **{place: family[place] for place in ("file", "sheet", "row")},
        },
    )
    return Planted("family", family_id, (column,))
