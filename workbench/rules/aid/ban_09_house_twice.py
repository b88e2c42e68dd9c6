"""BAN-09: a house is repaired once."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import add_aid, adult_payee, has_state_paid
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import reference_date


@table_rule(
    table="aid",
    code="BAN-09",
    severity=Severity.TINGGI,
    title="Bantuan rumah tercatat {times} kali untuk keluarga yang sama",
    question="Rumah mana yang diperbaiki, dan tahun berapa? Minta riwayat bantuan perumahan.",
    documents=["Riwayat bantuan perumahan", "Foto rumah"],
    why="Satu rumah satu kali; bila ternyata belum pernah dibantu, keluarga ini tidak boleh "
    "tertolak karena catatan yang keliru.",
    fields=["program", "period"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(
        ("C09",), "Katalog program perlindungan sosial 2025-2026 (pihak ketiga)", "sekunder"
    ),
    needs=["aid.program", "aid.period"],
    evidence=["times"],
    # Money in several parts within one year is one repair, unless two sources paid.
    select="""
        WITH paid AS (
            SELECT family_place, greatest(
                count(DISTINCT year_), count(DISTINCT nullif(source, ''))) AS times
            FROM aid WHERE program = 'RUTILAHU' AND family_place IS NOT NULL
                AND status <> 'gagal_salur' AND year_ IS NOT NULL
            GROUP BY family_place
        )
        SELECT a.aid_id AS subject, p.times
        FROM aid a JOIN paid p USING (family_place)
        WHERE p.times > 1 AND a.program = 'RUTILAHU' AND a.status <> 'gagal_salur'
            AND a.year_ IS NOT NULL
        QUALIFY row_number() OVER (
            PARTITION BY a.family_place ORDER BY a.period_start DESC, a.aid_id DESC) = 1
    """,
)
class HouseRepairedOnce:
    """RST, BSPS and Rutilahu repair a house once.

    Bad: repaired in 2023 and proposed again in 2026.
    Good: one row; two parts of the money in one year; a payment that failed and was made later.
    """


@plants(HouseRepairedOnce)
def propose_again(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The old list was not looked at when the new proposals were typed."""
    payee = adult_payee(draft, family_id)
    family = draft.family(family_id)
    if payee is None or family["house_tenure"] != "milik_sendiri":
        return None
    if (family["desil"] or 10) > 5 or has_state_paid(draft, family_id):
        return None
    if any(row["program"] == "RUTILAHU" for row in draft.rows("aid", family_id)):
        return None
    year = reference_date(draft).year
    rows = [
        add_aid(draft, payee, "RUTILAHU", period=str(when), account="", account_name="")
        for when in (year - rng.randint(2, 4), year)
    ]
    earlier, later = (row["aid_id"] for row in rows)
    note = "Menurut keluarga, rumah ini pernah diperbaiki beberapa tahun lalu."
    fields = ("program", "period", f"{earlier}.program", f"{earlier}.period")
    return Planted("aid", later, fields, note=note)
