"""PPK-42: a family kind is written once a family."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.category.rows import add_row
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="ppks",
    code="PPK-42",
    severity=Severity.SEDANG,
    title="Kategori {kind} dicatat {times} kali untuk satu keluarga",
    question="Kategori ini untuk satu keluarga, bukan tiap orang. Baris mana yang dipakai?",
    documents=["KK"],
    why="Satu keluarga terhitung berkali-kali; layanannya dapat terbagi ke baris yang keliru.",
    fields=["category"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E42",), "Panduan pendataan PMKS dan PSKS", "sekunder"),
    needs=["ppks.category"],
    evidence=["kind", "times"],
    # The row that names nobody is the family's own; the others are asked about.
    select="""
        SELECT ppks_id AS subject, times,
            CASE WHEN is_sensitive THEN 'ini' ELSE category_name END AS kind
        FROM (
            SELECT *, count(*) OVER same AS times, row_number() OVER (
                PARTITION BY family_id, category, year
                ORDER BY person_id <> '', ppks_id) AS nth
            FROM ppks WHERE unit IN ('keluarga', 'kelompok') AND family_id <> ''
            WINDOW same AS (PARTITION BY family_id, category, year)
        ) WHERE times > 1 AND nth > 1
    """,
)
class OncePerFamily:
    """Fakir Miskin and three other kinds describe a family or a group, not each of its people.

    Bad: father, mother and child each listed as Fakir Miskin.
    Good: one row for the family; the same kind again in the next year's list.
    """


@plants(OncePerFamily)
def list_member_too(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk copied the family's row for a member as well."""
    rows = [row for row in draft.rows("ppks", family_id) if row["category"] == "PMKS24"]
    if len(rows) != 1 or rows[0]["person_id"]:
        return None
    first = rows[0]
    person = rng.choice(draft.members(family_id))
    added = add_row(draft, person, "PMKS24", year=first["year"], assessed_on=first["assessed_on"])
    fields = ("category", "category_text", f"{first['ppks_id']}.category")
    return Planted("ppks", added["ppks_id"], fields)


@plants(OncePerFamily)
def list_each_grown_up(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The form asked for names, so husband and wife were each written down as Fakir Miskin."""
    couple = [
        row
        for row in draft.members(family_id)
        if row["shdk"] in ("kepala_keluarga", "istri", "suami")
    ]
    taken = any(row["category"] == "PMKS24" for row in draft.rows("ppks", family_id))
    if len(couple) != 2 or taken or draft.family(family_id)["desil"] not in (1, 2):
        return None
    first, second = (add_row(draft, person, "PMKS24") for person in couple)
    fields = ("category", "category_text", f"{first['ppks_id']}.category")
    return Planted("ppks", second["ppks_id"], fields)
