"""IDN-04: NIK or card number was freed of marks while reading."""

from random import Random

from workbench.domain.nik import is_number
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="person",
    code="IDN-04",
    severity=Severity.INFO,
    title="{which} ditulis dengan {marks}; sudah dibersihkan saat dibaca",
    question="Lihat log pembersihan: apakah ke-16 angkanya sama dengan di KTP-el atau KK?",
    documents=["KTP-el", "KK"],
    why="Tanda yang tak terlihat membuat nomor ini gagal dicari di aplikasi lain.",
    fields=["nik", "no_kk"],
    status="layak",
    follow_up="tidak_ada",
    basis=Basis(("E04",), "Pembersihan NIK pada impor data OpenSID", "ya"),
    needs=["person.nik|person.no_kk"],
    evidence=("which", "marks"),
    select="""
SELECT subject,
    concat_ws(' dan ', CASE WHEN bool_or("column" = 'nik') THEN 'NIK' END,
        CASE WHEN bool_or("column" = 'no_kk') THEN 'nomor KK' END) AS which,
    CASE WHEN bool_or(regexp_matches(before, '[''’‘`´]')) THEN 'apostrof'
        WHEN bool_or(regexp_matches(before, '[.,;:/_–—-]')) THEN 'tanda baca'
        WHEN bool_or(contains(before, ' ')) THEN 'spasi'
        ELSE 'karakter yang tidak terlihat' END AS marks
FROM cleaned
WHERE code = 'karakter_dibuang' AND "table" = 'person' AND "column" IN ('nik', 'no_kk')
    AND subject IN (SELECT person_id FROM person)
GROUP BY subject
""",
    taught=False,
)
class CleanedCharacters:
    """Sixteen digits among marks are read as they are; the log keeps what stood there.

    Bad: an apostrophe before the number, groups of four, a space that nobody sees.
    Good: sixteen digits and nothing else; a number that lacks a digit is another question.
    """


@plants(CleanedCharacters)
def apostrophe_before(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """An apostrophe was typed so that the spreadsheet would not round the number."""
    people = _numbered(draft, family_id)
    if not people:
        return None
    person = rng.choice(people)
    return _log(draft, person, "nik", f"'{person['nik']}")


@plants(CleanedCharacters)
def groups_of_four(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The card number was typed in groups of four, to be read more easily."""
    people = [row for row in _numbered(draft, family_id) if is_number(row["no_kk"])]
    if not people:
        return None
    person = rng.choice(people)
    number, mark = person["no_kk"], rng.choice(" .-")
    return _log(draft, person, "no_kk", mark.join(number[i : i + 4] for i in range(0, 16, 4)))


def _numbered(draft: Draft, family_id: str) -> list[Row]:
    return [row for row in draft.members(family_id) if is_number(row["nik"])]


def _log(draft: Draft, person: Row, column: str, before: str) -> Planted:
    draft.add(
        "cleaned",
        {
            "table": "person",
            "subject": person["person_id"],
            "column": column,
            "before": before,
            "after": person[column],
            "code": "karakter_dibuang",
            **{place: person[place] for place in ("file", "sheet", "row")},
        },
    )
    return Planted("person", person["person_id"], (column,))
