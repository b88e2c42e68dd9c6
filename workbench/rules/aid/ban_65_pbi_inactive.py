"""BAN-65: who qualifies keeps the health contribution."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import setting


@table_rule(
    table="aid",
    code="BAN-65",
    severity=Severity.TINGGI,
    title="PBI-JK nonaktif padahal {why}",
    question="Apakah kartunya ditolak saat berobat? Minta surat faskes untuk pengaktifan kembali.",
    documents=["KTP-el", "KK", "Kartu KIS", "Surat keterangan faskes"],
    why="Orang ini tidak dijamin saat sakit, padahal memenuhi syarat; mengaktifkannya ada batas "
    "waktu.",
    fields=["status"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "musyawarah"],
    basis=Basis(("E65",), "Keterangan Kemensos 2025 tentang penonaktifan dan reaktivasi PBI", "ya"),
    needs=["aid.program", "aid.status"],
    evidence=["why"],
    select="""
        WITH ended AS (
            SELECT a.aid_id, a.person_id, a.nik, f.desil,
                coalesce(f.desil BETWEEN 1 AND getvariable('pbi_desil_max'), false) AS is_low
            FROM aid a LEFT JOIN family f ON f.place = a.family_place
            WHERE a.program = 'PBIJK' AND a.status = 'nonaktif'
        ),
        asked AS (
            SELECT aid_id, person_id, nik, 'desil ' || desil AS why FROM ended WHERE is_low
            UNION ALL
            SELECT aid_id, person_id, e.nik, 'sakit menahun' FROM ended e JOIN person p
                USING (person_id) WHERE p.has_chronic_illness AND NOT is_low
        ),
        covered AS NOT MATERIALIZED (
            SELECT person_id, nik FROM aid WHERE program = 'PBIJK' AND is_active
        )
        SELECT aid_id AS subject, why FROM asked
        WHERE aid_id NOT IN (
            SELECT aid_id FROM asked JOIN covered USING (person_id) WHERE person_id <> ''
            UNION ALL SELECT aid_id FROM asked JOIN covered USING (nik) WHERE nik <> '')
    """,
)
class ContributionKept:
    """Seven million memberships ended in 2025; some of the people still qualify.

    Bad: desil 2, PBI-JK nonaktif.
    Good: desil 8, PBI-JK nonaktif; or an ended membership beside one that runs again.
    """


@plants(ContributionKept)
def lose_membership(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The membership ended in the big clean-up and nobody asked for it back."""
    desil = draft.family(family_id)["desil"]
    rows = active(draft, family_id, "PBIJK")
    rows = [row for row in rows if sum(row["nik"] == other["nik"] for other in rows) == 1]
    if not rows or not 1 <= (desil or 0) <= setting(draft, "pbi_desil_max"):
        return None
    row = rng.choice(rows)
    draft.change("aid", row, status="nonaktif")
    note = "Menurut keluarga, satu kartu KIS ditolak saat dipakai berobat."
    return Planted("aid", row["aid_id"], ("status",), note=note)
