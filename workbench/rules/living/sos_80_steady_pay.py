"""SOS-80: work at a state firm, or work that pays well, in a family that receives aid."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.living.members import (
    FORMER,
    HELPED,
    IS_HERE,
    OFFICIAL,
    STEADY,
    is_helped,
    working_adults,
)


@table_rule(
    table="person",
    code="SOS-80",
    severity=Severity.TINGGI,
    title="Keluarga penerima bantuan, ada anggota tercatat {what}",
    question="Masih bekerja di sana, atau kontraknya sudah selesai? Apa pekerjaannya sekarang?",
    documents=["Surat keterangan tempat kerja", "KTP-el"],
    why="Pekerjaan di KTP jarang diperbarui; bila sudah berhenti, keluarga tidak boleh dirugikan.",
    fields=["occupation", "flags"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(("E55",), "Keterangan Kemensos 2025 tentang analisis rekening penerima", "ya"),
    needs=["person.occupation", "aid.program"],
    evidence=["what"],
    # Officials are SOS-52's question, pensioners SOS-55's, a matched wage SOS-53's.
    select=f"""
        WITH told AS (
            SELECT person_id, family_place, occupation, string_split(flags, ';') AS flags,
                regexp_matches(upper(occupation), '{STEADY}')
                    AND NOT regexp_matches(upper(occupation), '{FORMER}|{OFFICIAL}') AS by_work
            FROM person WHERE {IS_HERE}
        )
        SELECT person_id AS subject, CASE WHEN list_contains(flags, 'bumn')
            THEN 'sebagai pegawai BUMN atau BUMD menurut padanan data'
            ELSE 'bekerja sebagai ' || occupation END AS what
        FROM told
        WHERE family_place IN {HELPED} AND (by_work OR list_contains(flags, 'bumn'))
            AND NOT list_has_any(flags, ['asn', 'tni_polri', 'perangkat', 'pensiun', 'upah'])
    """,
)
class SteadyPay:
    """State firms and a few professions pay steadily; the list may be years old.

    Bad: "KARYAWAN BUMN" in a family with Sembako, and nobody asked.
    Good: a retired one; the driver of a doctor; a family without aid.
    """


_NOTE = "Menurut keluarga, kontrak kerjanya sudah selesai; suratnya belum dilihat."


@plants(SteadyPay)
def match_staff_list(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A matching of accounts marked somebody as staff of a state firm."""
    adults = working_adults(draft, family_id)
    if not adults or not is_helped(draft, family_id):
        return None
    person = rng.choice(adults)
    draft.change("person", person, flags="bumn")
    return Planted("person", person["person_id"], ("flags",), note=_NOTE)


@plants(SteadyPay)
def keep_job_on_card(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The card was printed while somebody still had a contract."""
    adults = working_adults(draft, family_id)
    if not adults or not is_helped(draft, family_id):
        return None
    person = rng.choice(adults)
    draft.change("person", person, occupation=rng.choice(("KARYAWAN BUMN", "KARYAWAN BUMD")))
    return Planted("person", person["person_id"], ("occupation",), note=_NOTE)
