"""BAN-67: the account is the payee's, and the money arrives."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active
from workbench.rules.aid.programmes import ONE_PAYEE, sql_list
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import setting
from workbench.rules.names import is_part, is_part_sql, likeness, likeness_sql

#: Judged only for the pengurus of a family: a child's money lies lawfully on the mother's book.
_ANOTHER_NAME = f"""CASE WHEN program NOT IN {sql_list(ONE_PAYEE)} OR account_name IN ('', '-')
        OR name IN ('', '-', account_name) THEN false
    ELSE {likeness_sql("account_name", "name")} < getvariable('name_similarity_min')
        AND NOT {is_part_sql("account_name", "name")} END"""


@row_rule(
    table="aid",
    code="BAN-67",
    severity=Severity.SEDANG,
    title="Rekening bantuan {program} perlu dicek: {what}",
    question="Lihat buku rekening atau KKS: atas nama siapa? Perlukah ganti pengurus?",
    documents=["KTP-el", "KK", "KKS", "Buku rekening"],
    why="Bantuan tertahan di bank, atau diambil orang lain, sampai nama pengurus diganti.",
    fields=["account_name", "status"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("E67",), "Pedoman BPNT tentang perubahan data penerima", "sekunder"),
    needs=["aid.name", "aid.account_name"],
    evidence={
        "program": "program_name",
        "what": "CASE WHEN status = 'gagal_salur' THEN 'bantuan gagal disalurkan' "
        "ELSE 'nama pemegang berbeda dari nama penerima' END",
    },
    when=f"status = 'gagal_salur' OR (is_active AND {_ANOTHER_NAME})",
)
class AccountOfPayee:
    """The old payee died or left, and the account still carries their name.

    Bad: payee SITI ROHAYATI, account ADANG SUTISNA; money sent back by the bank.
    Good: payee MUHAMAD SIDIK, account MOCH. SIDIK; a pupil's PIP on the mother's book.
    """


@plants(AccountOfPayee)
def keep_old_holder(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The payee was changed on the list and not at the bank."""
    enough = setting(draft, "name_similarity_min")
    found = [
        (row, other["name"])
        for row in active(draft, family_id, *ONE_PAYEE)
        if row["account"] and row["account_name"] and row["name"]
        for other in draft.members(family_id)
        if other["name"]
        and likeness(other["name"], row["name"]) < enough - 0.05
        and not is_part(other["name"], row["name"])
    ]
    if not found:
        return None
    row, name = rng.choice(found)
    draft.change("aid", row, account_name=name)
    note = "Buku rekening dan kartunya sedang dipegang orang lain; nama di situ belum dilihat."
    return Planted("aid", row["aid_id"], ("account_name",), note=note)


@plants(AccountOfPayee)
def fail_to_pay(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The bank sent the payment back."""
    rows = [row for row in active(draft, family_id) if row["account"]]
    if not rows:
        return None
    row = rng.choice(rows)
    draft.change("aid", row, status="gagal_salur")
    note = "Menurut keluarga, bantuan periode ini belum masuk ke rekening."
    return Planted("aid", row["aid_id"], ("status",), note=note)
