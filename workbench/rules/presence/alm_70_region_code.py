"""ALM-70: the region code of a family leads nowhere, or elsewhere than its name."""

from random import Random

from workbench.domain.register import Draft
from workbench.domain.wilayah import PLACES, kelurahan_by_code, say_locally
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule

#: Families whose cell held a code that reading could not place.
UNREAD_CODES = """SELECT subject FROM cleaned
    WHERE code = 'tidak_terbaca' AND "table" = 'family' AND "column" = 'kelurahan_kode_kemendagri'
        AND regexp_matches(before, '[0-9]{3}') AND NOT regexp_matches(before, '[A-Za-z]')"""


@table_rule(
    table="family",
    code="ALM-70",
    severity=Severity.TINGGI,
    title="Kode wilayah {state}",
    question=say_locally(
        "Kelurahan mana yang tertulis di KK? Apakah kodenya dari BPS atau kehilangan nol?"
    ),
    documents=["KK"],
    why="Dengan kode yang salah, keluarga ini tidak masuk daftar petugas kelurahannya.",
    fields=["kelurahan_kode_kemendagri"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E70",), "Contoh data BDT 2015 dan ekspor P3KE: kode wilayah", "sekunder"),
    needs=["family.kelurahan_kode_kemendagri"],
    evidence=("state",),
    # A code of the other system that leads to the same place was only written differently.
    select=f"""
WITH said AS (
    SELECT subject, after, regexp_replace(before, '[^0-9]', '', 'g') AS digits FROM cleaned
    WHERE code = 'kode_wilayah' AND "table" = 'family'
        AND "column" = 'kelurahan_kode_kemendagri'
),
read_as AS (
    SELECT s.subject, bool_or(k.kode = s.after) AS agrees
    FROM said s JOIN kelurahan k ON s.digits IN (replace(k.kode, '.', ''), k.kode_bps)
    GROUP BY s.subject
)
SELECT family_id AS subject, CASE
    WHEN kelurahan_kode_kemendagri = '' THEN 'tidak dapat dibaca'
    WHEN kelurahan_kode_kemendagri NOT IN (SELECT kode FROM kelurahan)
        THEN 'tidak ada pada daftar {PLACES}'
    ELSE 'menunjuk {PLACES} lain daripada namanya' END AS state
FROM family
WHERE (kelurahan_kode_kemendagri = '' AND family_id IN ({UNREAD_CODES}))
    OR (kelurahan_kode_kemendagri <> ''
        AND kelurahan_kode_kemendagri NOT IN (SELECT kode FROM kelurahan))
    OR family_id IN (SELECT subject FROM read_as WHERE NOT agrees)
""",
)
class RegionCode:
    """Two systems number the kelurahan, with ten digits each, and a spreadsheet eats noughts.

    Bad: 3673011, which has lost its noughts; a code of one kelurahan beside the name of another.
    Good: a code of either system that leads where the name leads; a name alone.
    """


@plants(RegionCode)
def noughts_lost(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The dots were taken out and the spreadsheet dropped noughts, so nobody could place it."""
    family = draft.family(family_id)
    kode = family["kelurahan_kode_kemendagri"]
    if kode not in kelurahan_by_code():
        return None
    draft.change("family", family, kelurahan_kode_kemendagri="")
    draft.add(
        "cleaned",
        {
            "table": "family",
            "subject": family_id,
            "column": "kelurahan_kode_kemendagri",
            "before": "".join(str(int(part)) for part in kode.split(".")),
            "code": "tidak_terbaca",
            **{place: family[place] for place in ("file", "sheet", "row")},
        },
    )
    return Planted("family", family_id, ("kelurahan_kode_kemendagri",))


@plants(RegionCode)
def digits_swapped(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Two digits of the code changed places, and no kelurahan has that one."""
    family = draft.family(family_id)
    kode = family["kelurahan_kode_kemendagri"]
    if kode not in kelurahan_by_code():
        return None
    swapped = {
        kode[:place] + kode[place + 1] + kode[place] + kode[place + 2 :] for place in (6, 9, 10, 11)
    }
    unknown = sorted(swapped - set(kelurahan_by_code()))
    if not unknown:
        return None
    draft.change("family", family, kelurahan_kode_kemendagri=rng.choice(unknown))
    return Planted("family", family_id, ("kelurahan_kode_kemendagri",))
