"""BAN-64: the same kind of aid does not come twice in a month."""

from random import Random

from workbench.domain.register import Draft
from workbench.domain.wilayah import CITY
from workbench.rules.aid.payees import active, add_aid, adult_payee, this_month
from workbench.rules.aid.programmes import PURSE
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="aid",
    code="BAN-64",
    severity=Severity.SEDANG,
    title="Bantuan {kind} dari dua sumber pada waktu yang sama: {other} dan {program}",
    question="Dari mana saja bantuannya bulan ini? Bahas pemerataannya di musyawarah.",
    documents=["Daftar penerima tiap sumber", "Buku rekening"],
    why="Tidak otomatis salah, tetapi keluarga lain yang setara mungkin belum menerima apa pun.",
    fields=["program", "source"],
    status="perlu_verval",
    follow_up=["musyawarah", "kunjungan"],
    basis=Basis(("E64", "C16"), "Keterangan Pemkot Serang, 23 April 2024", "ya"),
    needs=["aid.program", "aid.source"],
    evidence=["kind", "other", "program"],
    # The finding lies on the row further from the state's purse; BLT Dana Desa with PKH is
    # BAN-61's question.
    select=f"""
        WITH paid AS (
            SELECT aid_id, family_place, program, program_name, {PURSE} AS purse,
                CASE WHEN kind LIKE '%pangan%' THEN 'pangan'
                     WHEN kind LIKE '%tunai%' THEN 'tunai' END AS kind,
                coalesce(period_start, getvariable('as_of')) AS first_day,
                coalesce(period_end, getvariable('as_of')) AS last_day
            FROM aid WHERE is_active AND per_family AND family_place IS NOT NULL
                AND NOT coalesce(is_emergency, false)
        )
        SELECT b.aid_id AS subject, any_value(b.kind) AS kind, min(a.program_name) AS other,
            any_value(b.program_name) AS program
        FROM paid a JOIN paid b USING (family_place, kind)
        WHERE a.purse < b.purse AND a.first_day <= b.last_day AND b.first_day <= a.last_day
            AND NOT (a.program = 'PKH' AND b.program = 'BLTDD')
        GROUP BY b.aid_id
    """,
)
class OneSourceOfAKind:
    """PKH with Sembako is lawful; food from the state and food from the city in one month is a
    matter for the musyawarah.

    Bad: Sembako (APBN) and city rice (APBD) in November.
    Good: Sembako and rice both from APBN; PKH and PBI-JK; city cash in March, PKH from April.
    """


@plants(OneSourceOfAKind)
def add_city_rice(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The city's list was made without looking at the state's."""
    payee = adult_payee(draft, family_id)
    standing = [row for row in active(draft, family_id, "SEMBAKO") if row["source"] == "apbn"]
    if payee is None or not standing or active(draft, family_id, "BERAS"):
        return None
    period = standing[0]["period"] or this_month(draft)
    row = add_aid(
        draft, payee, "BERAS", source="apbd_kabkota", period=period, account="", account_name=""
    )
    note = f"Keluarga membenarkan menerima beras dari pemerintah {CITY.kind}."
    return Planted("aid", row["aid_id"], ("program", "source"), note=note)


@plants(OneSourceOfAKind)
def add_city_cash(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The city's own cash went to a family that the state pays already."""
    payee = adult_payee(draft, family_id)
    standing = [row for row in active(draft, family_id, "PKH") if row["source"] == "apbn"]
    if payee is None or not standing or active(draft, family_id, "BLTDAERAH"):
        return None
    row = add_aid(
        draft,
        payee,
        "BLTDAERAH",
        source="apbd_kabkota",
        period=standing[0]["period"] or this_month(draft),
        account="",
        account_name="",
    )
    note = f"Keluarga membenarkan menerima bantuan uang dari pemerintah {CITY.kind}."
    return Planted("aid", row["aid_id"], ("program", "source"), note=note)
