"""BAN-63: one family, one payee of a family programme."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active, add_aid, adults
from workbench.rules.aid.programmes import ONE_PAYEE, sql_list
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="aid",
    code="BAN-63",
    severity=Severity.SEDANG,
    title="{payees} penerima {program} dalam satu KK pada periode yang sama",
    question="Siapa pengurus yang memegang kartu? Satu keluarga satu kepesertaan.",
    documents=["KK", "KKS"],
    why="Salah satu kepesertaan dapat dihentikan; keluarga perlu tahu kartu mana yang berlaku.",
    fields=["program", "nik"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "kunjungan", "musyawarah"],
    basis=Basis(("E63", "C14", "C15"), "", "tidak"),
    needs=["aid.program", "aid.nik", "person.no_kk"],
    evidence=["payees", "program"],
    select=f"""
        WITH paid AS (
            SELECT a.aid_id, a.family_id, a.nik, a.program, a.program_name, a.period
            FROM aid a JOIN family f USING (family_id)
            WHERE a.is_active AND a.program IN {sql_list(ONE_PAYEE)}
                AND a.nik_number IS NOT NULL AND f.kk_number IS NOT NULL
                AND NOT coalesce(a.is_emergency, false)
        )
        SELECT aid_id AS subject, payees, program_name AS program FROM (
            SELECT *, first_value(nik) OVER (
                PARTITION BY family_id, program, period ORDER BY aid_id) AS first_payee
            FROM paid JOIN (
                SELECT family_id, program, period, count(DISTINCT nik) AS payees FROM paid
                GROUP BY family_id, program, period HAVING count(DISTINCT nik) > 1
            ) USING (family_id, program, period)
        ) WHERE nik <> first_payee
    """,
)
class OnePayee:
    """PKH, Sembako and rice are paid to the pengurus of a family; PBI and PIP are personal.

    Bad: husband and wife both on the Sembako list of one month.
    Good: three PBI-JK members, one Sembako card; the pengurus changed from June to July.
    """


@plants(OnePayee)
def list_spouse_too(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Two lists were put together, one with the husband, one with the wife."""
    rows = [row for row in active(draft, family_id, "PKH", "SEMBAKO") if not row["is_emergency"]]
    people = adults(draft, family_id)
    known = {person["nik"] for person in people}
    rows = [row for row in rows if row["nik"] in known]
    if not rows or len(known) < 2:
        return None
    row = rng.choice(rows)
    others = [person for person in people if person["nik"] != row["nik"]]
    couple = [p for p in others if p["shdk"] in ("kepala_keluarga", "istri", "suami")]
    added = add_aid(
        draft,
        rng.choice(couple or others),
        row["program"],
        period=row["period"],
        account="",
        account_name="",
        amount_rp=row["amount_rp"],
    )
    fields = ("program", "nik", "name", f"{row['aid_id']}.program")
    return Planted("aid", added["aid_id"], fields)
