"""BAN-13: one person has one account in a programme."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active, new_account
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="aid",
    code="BAN-13",
    severity=Severity.SEDANG,
    title="Satu NIK memakai {accounts} rekening untuk program dan periode yang sama",
    question="Lihat semua kartu dan buku rekeningnya: mana yang masih dipakai, dan oleh siapa?",
    documents=["KKS", "Buku rekening"],
    why="Bantuan dapat masuk ke kartu yang tidak dipegang keluarga.",
    fields=["account"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("S13", "S14"), "Kelas galat SIKS-NG menurut berita Jawa Timur 2021", "sekunder"),
    needs=["aid.account", "aid.nik", "aid.program"],
    evidence=["accounts"],
    # Rows that share the hash of what they are compared by are few; only these are compared.
    select="""
        WITH paid AS NOT MATERIALIZED (
            SELECT aid_id, account, nik_number, program, period,
                hash(nik_number, program, period) AS slot
            FROM aid
            WHERE is_active AND nik_number IS NOT NULL AND program <> ''
                AND account NOT IN ('', '-', '0')
        )
        SELECT aid_id AS subject, accounts FROM (
            SELECT aid_id, account, count(DISTINCT account) OVER same AS accounts,
                first_value(account) OVER (same ORDER BY aid_id) AS first_account
            FROM paid WHERE slot IN (SELECT slot FROM paid GROUP BY slot HAVING count(*) > 1)
            WINDOW same AS (PARTITION BY nik_number, program, period)
        ) WHERE account <> first_account
    """,
)
class OneAccount:
    """A lost card that was replaced leaves two accounts behind.

    Bad: the same woman twice on the Sembako list of one quarter, with two card numbers.
    Good: one card for PKH and Sembako together; an old card last year and a new one now.
    """


@plants(OneAccount)
def keep_lost_card(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A card was lost and replaced; both stayed on the list."""
    rows = [
        row
        for row in active(draft, family_id, "PKH", "SEMBAKO")
        if row["account"].isdigit() and len(row["nik"]) == 16
    ]
    if not rows:
        return None
    row = rng.choice(rows)
    number = new_account(draft, row["account"])
    added = draft.add("aid", {**row, "aid_id": draft.new_id("aid"), "account": number})
    note = "Keluarga memegang satu kartu; kartu yang lama katanya hilang."
    return Planted("aid", added["aid_id"], ("account", f"{row['aid_id']}.account"), note=note)
