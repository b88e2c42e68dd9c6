"""BAN-10: a family is given business capital once."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import add_aid, adults, has_state_paid
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import reference_date


@table_rule(
    table="aid",
    code="BAN-10",
    severity=Severity.SEDANG,
    title="Modal usaha tercatat {times} kali untuk keluarga yang sama: {programs}",
    question="Usaha apa yang dibiayai, dan tahun berapa? Minta riwayat bantuan pemberdayaan.",
    documents=["Riwayat bantuan pemberdayaan", "Foto usaha"],
    why="Bila catatannya keliru, keluarga ini dapat tertolak dari modal yang belum pernah "
    "diterimanya.",
    fields=["program", "period"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(("C10",), "", "tidak"),
    needs=["aid.program"],
    evidence=["times", "programs"],
    # Capital is given once for all, so the years do not matter; KUBE is paid in parts.
    select="""
        WITH paid AS (
            SELECT aid_id, family_place, program, program_name, period_start,
                CASE WHEN program = 'PENA' THEN coalesce(year_, 0) END AS year
            FROM aid WHERE program IN ('PENA', 'KUBE') AND family_place IS NOT NULL
                AND status <> 'gagal_salur' AND NOT coalesce(is_emergency, false)
        ),
        counted AS (
            SELECT family_place, count(DISTINCT (program, year)) AS times,
                string_agg(DISTINCT program_name, ' dan ' ORDER BY program_name) AS programs
            FROM paid GROUP BY family_place
        )
        SELECT a.aid_id AS subject, times, programs FROM paid a JOIN counted USING (family_place)
        WHERE times > 1
        QUALIFY row_number() OVER (PARTITION BY a.family_place
            ORDER BY a.period_start DESC NULLS LAST, a.aid_id DESC) = 1
    """,
)
class CapitalOnce:
    """PENA helps a family out of aid and is not repeated; KUBE is capital of a group.

    Bad: PENA in 2024 and a share in a KUBE in 2026; PENA in two years.
    Good: one KUBE paid in two years; PENA that failed and was paid later; PENA and PKH.
    """


def _may_be_given(draft: Draft, family_id: str) -> bool:
    programs = [row["program"] for row in draft.rows("aid", family_id)]
    return len([name for name in programs if name in ("PENA", "KUBE")]) == 1


@plants(CapitalOnce)
def propose_to_other_fund(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The other fund has a list of its own, and the old one was not looked at."""
    people = adults(draft, family_id)
    if not people or not _may_be_given(draft, family_id) or has_state_paid(draft, family_id):
        return None
    standing = next(r for r in draft.rows("aid", family_id) if r["program"] in ("PENA", "KUBE"))
    other = "KUBE" if standing["program"] == "PENA" else "PENA"
    year = str(reference_date(draft).year)
    row = add_aid(draft, people[0], other, period=year, account="", account_name="")
    fields = ("program", "period", f"{standing['aid_id']}.program")
    note = "Menurut keluarga, modal yang diterima baru satu kali."
    return Planted("aid", row["aid_id"], fields, note=note)


@plants(CapitalOnce)
def propose_again(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A family that had capital some years ago was proposed once more."""
    people = adults(draft, family_id)
    programs = {row["program"] for row in draft.rows("aid", family_id)}
    poor = (draft.family(family_id)["desil"] or 10) <= 4
    if not people or not poor or not programs or programs & {"PENA", "KUBE"}:
        return None
    if has_state_paid(draft, family_id):
        return None
    year = reference_date(draft).year
    earlier, later = (
        add_aid(draft, people[0], "PENA", period=str(when), account="", account_name="")
        for when in (year - rng.randint(2, 3), year)
    )
    fields = ("program", "period", f"{earlier['aid_id']}.program", f"{earlier['aid_id']}.period")
    return Planted("aid", later["aid_id"], fields)
