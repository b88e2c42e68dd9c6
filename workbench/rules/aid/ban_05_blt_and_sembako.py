"""BAN-05: BLT Dana Desa and Sembako together are looked up in the rule of the year."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active, add_aid, adult_payee
from workbench.rules.aid.programmes import PAID
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="aid",
    code="BAN-05",
    severity=Severity.SEDANG,
    title="Tercatat menerima BLT Dana Desa sekaligus Sembako",
    question="Dari desa mana BLT itu, dan untuk bulan apa? Cocokkan dengan aturan daerah tahun "
    "itu: ada yang membolehkan.",
    documents=["Daftar penerima BLT Dana Desa", "KKS"],
    why="Ada daerah yang membolehkan; keluarga tidak boleh diminta memilih sebelum aturannya "
    "dibaca.",
    fields=["program", "period"],
    status="perlu_verval",
    follow_up=["musyawarah", "kunjungan"],
    basis=Basis(("C05",), "", "tidak"),
    needs=["aid.program"],
    # With PKH in that year it is BAN-61's question.
    select=f"""
        WITH paid AS ({PAID})
        SELECT a.aid_id AS subject FROM paid a
        WHERE a.program = 'BLTDD'
            AND EXISTS (SELECT 1 FROM paid b WHERE b.family_place = a.family_place
                AND b.program = 'SEMBAKO'
                AND a.first_day <= b.last_day AND b.first_day <= a.last_day)
            AND NOT EXISTS (SELECT 1 FROM paid c WHERE c.family_place = a.family_place
                AND c.program = 'PKH' AND year(c.first_day) = year(a.first_day))
    """,
)
class VillageCashAndFood:
    """In practice BLT Dana Desa goes to families without other aid; some regions allow both.

    Bad: both in the fourth quarter, and nobody looked up the rule of that year.
    Good: BLT Dana Desa until March, Sembako from April; PKH and Sembako.
    """


@plants(VillageCashAndFood)
def keep_on_list_of_origin(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The family moved from a desa, got a Sembako card here, and stayed on the list there."""
    payee = adult_payee(draft, family_id)
    standing = active(draft, family_id, "SEMBAKO")
    if payee is None or len(standing) != 1 or active(draft, family_id, "PKH", "BLTDD"):
        return None
    row = add_aid(
        draft,
        payee,
        "BLTDD",
        source="desa",
        period=standing[0]["period"],
        account="",
        account_name="",
    )
    note = "Keluarga berkata masih terdaftar sebagai penerima BLT di desa asalnya."
    return Planted("aid", row["aid_id"], ("program", "source", "period"), note=note)
