"""BAN-62: who is paid stands in the register."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.ban_72_unknown_nik import UNKNOWN_NUMBERS
from workbench.rules.aid.payees import active
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="aid",
    code="BAN-62",
    severity=Severity.KRITIS,
    title="NIK penerima bantuan {program} tidak ada di daftar keluarga",
    question="Samakan NIK di kartu bantuan dengan KTP-el: salah ketik, atau belum terdaftar?",
    documents=["KTP-el", "KK", "KKS"],
    why="Bantuan tanpa data rujukan dapat terhenti; yang berhak perlu diusulkan lewat musyawarah.",
    fields=["nik"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "musyawarah"],
    basis=Basis(("E62", "C13"), "Inpres 4/2025 tentang DTSEN", "ya"),
    needs=["aid.nik", "person.nik"],
    evidence={"program": "program_name"},
    # Who is no longer paid may well have left the register; a number that cannot be one (BAN-71)
    # and one the registry does not know (BAN-72) are other questions.
    when=f"""NOT listed AND nik_is_sound AND nik NOT IN ({UNKNOWN_NUMBERS})
        AND status NOT IN ('nonaktif', 'graduasi') AND NOT coalesce(is_emergency, false)""",
)
class PayeeIsListed:
    """Aid refers to the register, save in an emergency.

    Bad: a NIK on the payment list that no family has.
    Good: the same, marked as emergency aid after a flood; or a payment that has ended.
    """


@plants(PayeeIsListed)
def mistype_payee(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """One digit of the serial was mistyped on the payment list."""
    rows = [row for row in active(draft, family_id) if len(row["nik"]) == 16]
    if not rows:
        return None
    row = rng.choice(rows)
    wrong = f"{row['nik'][:12]}{rng.choice('6789')}{row['nik'][13:]}"
    if draft.bearing("person", "nik", wrong):
        return None
    draft.change("aid", row, nik=wrong, person_id="")
    return Planted("aid", row["aid_id"], ("nik",))


@plants(PayeeIsListed)
def copy_card_number(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The number of the family card was typed where the payee's NIK belongs."""
    rows = [
        row
        for row in active(draft, family_id)
        if len(row["no_kk"]) == 16 and row["nik"] != row["no_kk"]
    ]
    if not rows:
        return None
    row = rng.choice(rows)
    if draft.bearing("person", "nik", row["no_kk"]):
        return None
    draft.change("aid", row, nik=row["no_kk"], person_id="")
    return Planted("aid", row["aid_id"], ("nik",))
