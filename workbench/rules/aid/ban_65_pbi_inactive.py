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
        WITH covered AS (
            SELECT person_id, nik FROM aid WHERE program = 'PBIJK' AND is_active
        )
        SELECT a.aid_id AS subject,
            CASE WHEN f.desil BETWEEN 1 AND getvariable('pbi_desil_max')
                 THEN 'desil ' || f.desil ELSE 'sakit menahun' END AS why
        FROM aid a LEFT JOIN family f USING (family_id)
        LEFT JOIN person p ON p.person_id = a.person_id AND a.person_id <> ''
        WHERE a.program = 'PBIJK' AND a.status = 'nonaktif'
            AND (f.desil BETWEEN 1 AND getvariable('pbi_desil_max')
                 OR coalesce(p.has_chronic_illness, false))
            AND a.person_id NOT IN (SELECT person_id FROM covered WHERE person_id <> '')
            AND a.nik NOT IN (SELECT nik FROM covered WHERE nik <> '')
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
