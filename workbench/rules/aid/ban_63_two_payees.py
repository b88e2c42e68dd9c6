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
    # Rows that share the hash of what they are compared by are few; only these are compared.
    select=f"""
        WITH paid AS NOT MATERIALIZED (
            SELECT aid_id, family_place, nik_number, program, program_name, period,
                hash(family_place, program, period) AS slot
            FROM aid
            WHERE is_active AND program IN {sql_list(ONE_PAYEE)} AND family_place IS NOT NULL
                AND nik_number IS NOT NULL AND NOT coalesce(is_emergency, false)
        ),
        beside_first AS (
            SELECT *, count(DISTINCT nik_number) OVER same AS payees,
                first_value(nik_number) OVER (same ORDER BY aid_id) AS first_payee
            FROM paid WHERE slot IN (SELECT slot FROM paid GROUP BY slot HAVING count(*) > 1)
            WINDOW same AS (PARTITION BY family_place, program, period)
        )
        SELECT aid_id AS subject, payees, program_name AS program
        FROM beside_first b JOIN family f ON f.place = b.family_place
        WHERE f.kk_number IS NOT NULL AND nik_number <> first_payee
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
