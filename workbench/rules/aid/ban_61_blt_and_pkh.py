"""BAN-61: BLT Dana Desa and PKH together are clarified."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active, add_aid, adult_payee, this_month
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="aid",
    code="BAN-61",
    severity=Severity.TINGGI,
    title="Tercatat menerima BLT Dana Desa sekaligus PKH",
    question="Dari desa mana BLT itu, dan siapa yang menerima? Bukan penerima PKH adalah salah "
    "satu syaratnya.",
    documents=["Daftar penerima BLT Dana Desa", "Buku rekening atau KKS"],
    why="Keluarga dapat diminta memilih atau mengembalikan; lebih baik jelas sejak awal.",
    fields=["program"],
    status="perlu_verval",
    follow_up=["musyawarah", "kunjungan"],
    basis=Basis(
        ("E61", "C04"), "Katalog program 2025-2026; daftar penerima BLT DD sebuah desa", "ya"
    ),
    needs=["aid.program"],
    # Both in one year; a list that gives no period is taken for today's.
    select="""
        WITH paid AS (
            SELECT aid_id, family_place, program,
                coalesce(year_, year(getvariable('as_of'))) AS year
            FROM aid WHERE is_active AND family_place IS NOT NULL
                AND NOT coalesce(is_emergency, false)
        )
        SELECT aid_id AS subject FROM paid
        WHERE program = 'BLTDD'
            AND (family_place, year) IN (
                SELECT (family_place, year) FROM paid WHERE program = 'PKH')
    """,
)
class VillageCashAndPkh:
    """BLT Dana Desa exists only in desa, and not receiving PKH is one of its criteria.

    Bad: both in one quarter, in a kelurahan at that.
    Good: PKH and Sembako; BLT of three years ago in a family that has PKH now.
    """


@plants(VillageCashAndPkh)
def keep_on_village_list(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The family moved from a desa and stayed on its list."""
    payee = adult_payee(draft, family_id)
    if payee is None or not active(draft, family_id, "PKH"):
        return None
    row = add_aid(
        draft, payee, "BLTDD", source="desa", period=this_month(draft), account="", account_name=""
    )
    note = "Keluarga berkata masih terdaftar sebagai penerima BLT di desa asalnya."
    return Planted("aid", row["aid_id"], ("program", "source"), note=note)
