"""BAN-12: the state pays no health contribution that an employer pays."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import relation
from workbench.rules.living.members import working_adults


@table_rule(
    table="person",
    code="BAN-12",
    severity=Severity.SEDANG,
    title="Tercatat PBI-JK sekaligus peserta yang iurannya dibayar pemberi kerja",
    question="Masih bekerja di sana? Lihat segmen kepesertaan pada kartu atau aplikasi JKN.",
    documents=["Kartu KIS", "Slip upah"],
    why="Bila sudah berhenti bekerja, PBI-JK orang ini harus tetap ada supaya ia dijamin saat "
    "sakit.",
    fields=["flags", "aid.program"],
    status="perlu_verval",
    follow_up=["kunjungan", "perbaiki_data"],
    basis=Basis(("C12",), "", "tidak"),
    needs=["person.flags", "aid.program"],
    select="""
        WITH earners AS (
            SELECT person_id, nik FROM person WHERE list_contains(string_split(flags, ';'), 'ppu')
        ),
        covered AS NOT MATERIALIZED (
            SELECT person_id, nik FROM aid WHERE program = 'PBIJK' AND is_active
        )
        SELECT e.person_id AS subject FROM earners e JOIN covered USING (person_id)
        UNION SELECT e.person_id FROM earners e JOIN covered c ON e.nik = c.nik AND e.nik <> ''
    """,
)
class OneContribution:
    """A wage earner is insured by the employer (PPU); PBI is for who has nobody to pay.

    Bad: matched as PPU, and PBI-JK active for the same person.
    Good: the father is PPU and his mother has PBI; PPU, and PBI-JK ended long ago.
    """


@plants(OneContribution)
def match_employers(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Somebody took up work, and a matching with the insurer's list found both memberships."""
    covered = {row["person_id"]: row["aid_id"] for row in active(draft, family_id, "PBIJK")}
    workers = [row for row in working_adults(draft, family_id) if row["person_id"] in covered]
    if not workers:
        return None
    person = rng.choice(workers)
    draft.change("person", person, flags="ppu")
    note = (
        f"Anggota yang tercatat sebagai {relation(person)} berkata pernah bekerja di pabrik; "
        "kartunya belum dilihat."
    )
    return Planted("person", person["person_id"], ("flags",), note=note)
