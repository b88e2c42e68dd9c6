"""PPK-85: a victim is counted once an event."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.domain.wilayah import say_locally
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="ppks",
    code="PPK-85",
    severity=Severity.SEDANG,
    title="Korban bencana tercatat lebih dari sekali untuk tanggal {day}: {what}",
    question="Satu kejadian atau dua? Hitung per orang untuk tiap kejadian.",
    documents=[say_locally("Data korban dari BPBD atau kelurahan")],
    why="Bantuan dibagi menurut jumlah korban; hitungan ganda mengurangi bagian keluarga lain.",
    fields=["category"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E48",), "Permensos 9/2018 tentang SPM bidang sosial", "sebagian"),
    needs=["ppks.category", "ppks.assessed_on"],
    evidence=["day", "what"],
    # The day stands for the event: the same person on two days was struck twice, which counts.
    select="""
        WITH struck AS (
            SELECT ppks_id, family_id, category, assessed_on,
                coalesce(nullif(person_id, ''), nullif(nik, ''), '') AS who
            FROM ppks WHERE category IN ('PMKS21', 'PMKS22') AND assessed_on IS NOT NULL
        )
        SELECT ppks_id AS subject, CAST(assessed_on AS VARCHAR) AS day, what FROM (
            SELECT *, CASE
                WHEN who <> '' AND row_number() OVER (
                    PARTITION BY who, category, assessed_on ORDER BY ppks_id) > 1
                THEN 'orang yang sama'
                WHEN who = '' AND family_id <> '' AND bool_or(who <> '') OVER (
                    PARTITION BY family_id, category, assessed_on)
                THEN 'keluarga dan anggotanya' END AS what
            FROM struck
        ) WHERE what IS NOT NULL
    """,
)
class OncePerEvent:
    """A disaster is counted by event and by person; two floods in a year are two.

    Bad: the list of the RT and the list of the BPBD put together; a row for the family beside
    one for each of its people.
    Good: one row a person; the same person after the flood of March and the fire of July.
    """


def _victims(draft: Draft, family_id: str) -> list[Row]:
    return [
        row
        for row in draft.rows("ppks", family_id)
        if row["category"] in ("PMKS21", "PMKS22") and row["person_id"] and row["assessed_on"]
    ]


@plants(OncePerEvent)
def join_lists_of_victims(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The list of the RT and that of the BPBD were put together."""
    rows = _victims(draft, family_id)
    if not rows:
        return None
    row = rng.choice(rows)
    added = draft.add("ppks", {**row, "ppks_id": draft.new_id("ppks")})
    fields = ("category", "assessed_on", f"{row['ppks_id']}.category")
    return Planted("ppks", added["ppks_id"], fields)


@plants(OncePerEvent)
def count_family_too(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The family was written down as a whole, and its people one by one."""
    rows = _victims(draft, family_id)
    if not rows:
        return None
    row = rows[0]
    whole = {"ppks_id": draft.new_id("ppks"), "person_id": "", "nik": ""}
    added = draft.add("ppks", {**row, **whole})
    fields = ("category", "assessed_on", f"{row['ppks_id']}.category")
    return Planted("ppks", added["ppks_id"], fields)
