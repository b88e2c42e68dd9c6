"""BAN-72: the civil registry does not know the NIK on a payment list."""

from random import Random

from workbench.domain.nik import is_filler
from workbench.domain.register import Draft
from workbench.rules.aid.payees import active
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import is_taken, replace_at

#: Numbers the registry was asked for and did not find.
UNKNOWN_NUMBERS = "SELECT nik FROM dukcapil WHERE status = 'tidak_ditemukan'"


@row_rule(
    table="aid",
    code="BAN-72",
    severity=Severity.TINGGI,
    title="NIK penerima tidak dikenal Dukcapil dan tidak ada di daftar keluarga: {program}",
    question="Samakan NIK pada kartu bantuan dengan KTP-el: siapa pemegang kartu ini?",
    documents=["KTP-el", "KK", "KKS"],
    why="Bantuan atas NIK yang tidak dikenal berhenti disalurkan sampai NIK-nya dibetulkan.",
    fields=["nik"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "rujuk_dukcapil"],
    basis=Basis(
        ("S08", "S10", "S12"), "Kelas galat SIKS-NG menurut berita Jawa Timur 2021", "sekunder"
    ),
    needs=["aid.nik", "person.nik", "dukcapil.status"],
    evidence={"program": "program_name"},
    # A payee who stands in the register is asked about there.
    when=f"""NOT listed AND nik_is_sound AND nik IN ({UNKNOWN_NUMBERS})
        AND status NOT IN ('nonaktif', 'graduasi') AND NOT coalesce(is_emergency, false)""",
)
class UnknownNik:
    """A number with a sound structure may still belong to nobody.

    Bad: the registry answers *tidak ditemukan* for a number on the PKH list.
    Good: found; never asked (whether the payee is listed is another question).
    """


@plants(UnknownNik)
def belongs_to_nobody(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A digit of the serial was mistyped on the payment list; the registry was asked in vain."""
    rows = [
        row for row in active(draft, family_id) if len(row["nik"]) == 16 and not row["is_emergency"]
    ]
    if not rows:
        return None
    row = rng.choice(rows)
    number = replace_at(row["nik"], 12, rng.choice("6789"))
    answer = draft.registry(row["nik"])
    if answer is None or is_filler(number) or is_taken(draft, number):
        return None
    draft.add(
        "dukcapil",
        {"nik": number, "status": "tidak_ditemukan", "answered_on": answer["answered_on"]},
    )
    draft.change("aid", row, nik=number, person_id="")
    return Planted("aid", row["aid_id"], ("nik",))
