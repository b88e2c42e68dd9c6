"""IDN-16: the number of the family card is missing or not sixteen digits."""

from random import Random

from workbench.domain.nik import is_number
from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="family",
    code="IDN-16",
    severity=Severity.KRITIS,
    title="Nomor KK {state}",
    question="Salin nomor dari KK terbaru: apakah lengkap 16 angka?",
    documents=["KK"],
    why="Tanpa nomor KK yang benar, anggota tidak dapat disatukan menjadi satu keluarga penerima.",
    fields=["no_kk"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E16",), "Format impor DTKS OpenSID: nomor KK 16 angka", "ya"),
    needs=["family.no_kk"],
    evidence=("state",),
    # People without a home, and those in an institution, may have no card at all.
    select="""
SELECT family_id AS subject, CASE
    WHEN no_kk IN ('', '-', '0') THEN 'tidak diisi'
    WHEN regexp_matches(no_kk, '[A-Za-z]') THEN 'memuat huruf'
    ELSE 'terdiri atas ' || length(regexp_replace(no_kk, '[^0-9]', '', 'g'))
        || ' angka, seharusnya 16' END AS state
FROM family
WHERE kk_number IS NULL AND NOT (no_kk IN ('', '-', '0') AND family_id IN (
    SELECT family_id FROM ppks WHERE category = 'PMKS11' OR in_institution))
""",
)
class KkNumber:
    """The rows of a family are held together by the card number.

    Bad: a digit was skipped, or the cell was left for later.
    Good: sixteen digits; or nothing, for somebody who lives in the street or an institution.
    """


@plants(KkNumber)
def drop_digit(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk skipped a digit and copied the short number down the column."""
    number = draft.family(family_id)["no_kk"]
    if not is_number(number):
        return None
    place = rng.randrange(2, 16)
    return _write(draft, family_id, number[:place] + number[place + 1 :])


@plants(KkNumber)
def leave_empty(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The card was at the bank with the other papers, and the cell stayed empty."""
    homeless = any(
        row["category"] == "PMKS11" or row["in_institution"]
        for row in draft.rows("ppks", family_id)
    )
    if homeless or not is_number(draft.family(family_id)["no_kk"]):
        return None
    return _write(draft, family_id, "")


def _write(draft: Draft, family_id: str, number: str) -> Planted:
    draft.change("family", draft.family(family_id), no_kk=number)
    for row in draft.members(family_id):
        draft.change("person", row, no_kk=number)
    return Planted("family", family_id, ("no_kk",))
