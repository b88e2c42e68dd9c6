"""BAN-15: an account belongs to one family."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="aid",
    code="BAN-15",
    severity=Severity.SEDANG,
    title="Satu rekening dipakai {families} keluarga",
    question="Lihat kartu atau buku rekening: atas nama siapa, dan siapa yang memegangnya?",
    documents=["KKS", "Buku rekening"],
    why="Bantuan satu keluarga dapat jatuh ke tangan keluarga lain.",
    fields=["account"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("S15",), "Kelas galat SIKS-NG menurut berita Jawa Timur 2021", "sekunder"),
    needs=["aid.account"],
    evidence=["families"],
    # A dash or a row of noughts is no account.
    select="""
        WITH paid AS NOT MATERIALIZED (
            SELECT aid_id, account, hash(account) AS slot, family_place FROM aid
            WHERE is_active AND family_place IS NOT NULL AND regexp_matches(account, '[1-9]')
        )
        SELECT aid_id AS subject, families FROM (
            SELECT aid_id, count(DISTINCT family_place) OVER (PARTITION BY account) AS families
            FROM paid WHERE slot IN (
                SELECT slot FROM paid GROUP BY slot HAVING min(family_place) <> max(family_place))
        ) WHERE families > 1
    """,
)
class AccountOfOneFamily:
    """A number copied from the line above pays the neighbour.

    Bad: two families, one card number.
    Good: one card for two programmes, or for mother and child, of one family.
    """


@plants(AccountOfOneFamily)
def copy_line_above(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The card number was copied from the line above."""
    mine = [row for row in active(draft, family_id, "PKH", "SEMBAKO") if row["account"]]
    own_numbers = {row["account"] for row in active(draft, family_id)}
    if not mine or len({row["account"] for row in mine}) != 1:
        return None
    # One of a few lines of the list will do; a city's are too many to look at each time.
    for line in rng.choices(draft.tables["aid"], k=20):
        account = line["account"]
        if not account.isdigit() or account in own_numbers:
            continue
        same = [
            row
            for row in draft.bearing("aid", "account", account)
            if row["family_id"] and row["status"] in ("", "aktif")
        ]
        if len({row["family_id"] for row in same}) == 1:
            break
    else:
        return None
    for row in mine:
        draft.change("aid", row, account=account)
    everyone = [row["aid_id"] for row in (*mine[1:], *same)]
    return Planted(
        "aid",
        mine[0]["aid_id"],
        tuple(f"{row['aid_id']}.account" for row in mine),
        tuple(f"BAN-15:{aid_id}" for aid_id in everyone),
    )
