"""SOS-57: a PKH family has a component."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import add_aid, adult_payee
from workbench.rules.declare import Basis, Planted, Severity, family_rule, plants
from workbench.rules.living.members import (
    IS_EXPECTING,
    age_of,
    is_state_paid,
    pkh_components,
    receives,
)


@family_rule(
    code="SOS-57",
    severity=Severity.SEDANG,
    title="Menerima PKH tetapi tidak terlihat komponennya ({members} anggota)",
    question="Adakah ibu hamil, anak kecil, anak sekolah, lansia atau penyandang disabilitas?",
    documents=["KK", "Kartu pelajar atau rapor", "Buku KIA"],
    why="Tanpa komponen, PKH keluarga ini berakhir secara alamiah; komponen baru bisa belum "
    "dicatat.",
    fields=["aid.program"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah", "perbaiki_data"],
    basis=Basis(("E57",), "Penjelasan pendamping PKH tentang graduasi alamiah", "ya"),
    needs=["aid.program", "person.birth_date", "person.disability", "person.no_kk"],
    evidence={
        "members": "count(*)",
        "components": f"count(*) FILTER (age <= 6 OR age >= 60 OR ({IS_EXPECTING}) "
        "OR age = 7 OR coalesce(is_in_school, age BETWEEN 7 AND 21) "
        "OR disability NOT IN ('', '-', '0'))",
        "unknown": "count(*) FILTER (age IS NULL)",
    },
    having="list_contains(family.receives, 'PKH') AND components = 0 AND unknown = 0",
)
class ComponentOfPkh:
    """PKH is paid for its components; the last may have left school.

    Every disability counts here, and 60 for the elderly: the limits in force are not settled.
    Where the list does not say who is in school, all of 7 to 21 are taken for pupils, and a child
    of 7 always: who has just started school is often not yet noted.

    Bad: a couple of forty without children on PKH.
    Good: the same couple with the wife's mother of 67 on the card.
    """


@plants(ComponentOfPkh)
def keep_on_payroll(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The last child left school and the family stayed on the list."""
    members = draft.members(family_id)
    if pkh_components(draft, family_id) or any(is_state_paid(row) for row in members):
        return None
    if any(age_of(draft, row) < 0 for row in members):
        return None
    payee = adult_payee(draft, family_id)
    programs = receives(draft, family_id)
    # No other cash, which would be a question of its own.
    if payee is None or not programs or not programs <= {"SEMBAKO", "PBIJK", "BERAS"}:
        return None
    row = add_aid(draft, payee, "PKH")
    note = "Keluarga masih menerima PKH; tidak tampak anak sekolah atau lansia di rumah."
    return Planted("family", family_id, (f"{row['aid_id']}.program",), note=note)
