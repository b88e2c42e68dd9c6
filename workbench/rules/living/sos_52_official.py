"""SOS-52: no official in a family that receives aid, without a visit."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.living.members import (
    FORMER,
    HELPED,
    IS_HERE,
    OFFICIAL,
    is_helped,
    working_adults,
)


@table_rule(
    table="person",
    code="SOS-52",
    severity=Severity.KRITIS,
    title="Keluarga penerima bantuan, ada anggota tercatat {what}",
    question="Apakah ia masih bekerja di sana, dan apakah masih satu keluarga?",
    documents=["KK", "SK atau kartu pegawai"],
    why="Bila benar, bantuan dibahas di musyawarah; bila sudah pensiun atau pisah KK, keluarga "
    "tidak boleh dirugikan.",
    fields=["occupation", "flags"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(
        ("E52", "C11"), "Keterangan Kemensos 2021 dan 2023 tentang ASN penerima bansos", "ya"
    ),
    needs=["person.occupation", "aid.program"],
    evidence=["what"],
    # Who has a pension is asked about by SOS-55.
    select=f"""
        WITH told AS (
            SELECT person_id, family_place, occupation, string_split(flags, ';') AS flags,
                regexp_matches(upper(occupation), '{OFFICIAL}')
                    AND NOT regexp_matches(upper(occupation), '{FORMER}') AS by_work
            FROM person WHERE {IS_HERE}
        )
        SELECT person_id AS subject, CASE
            WHEN list_contains(flags, 'asn') THEN 'sebagai ASN menurut padanan data'
            WHEN list_contains(flags, 'tni_polri') THEN 'sebagai TNI/Polri menurut padanan data'
            WHEN list_contains(flags, 'perangkat')
                THEN 'sebagai perangkat desa atau kelurahan menurut padanan data'
            ELSE 'bekerja sebagai ' || occupation END AS what
        FROM told
        WHERE family_place IN {HELPED} AND NOT list_contains(flags, 'pensiun')
            AND (by_work OR list_has_any(flags, ['asn', 'tni_polri', 'perangkat']))
    """,
)
class OfficialInReceivingFamily:
    """A match with a payroll is a lead; it shows its source and can be overturned.

    Bad: "PEGAWAI NEGERI SIPIL" in a family with PKH, and nobody asked.
    Good: the same person retired years ago, or noted as having a card of his own; help after a
    flood.
    """


@plants(OfficialInReceivingFamily)
def take_occupation_of_another(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The occupation came from the line of another person of the same name."""
    adults = working_adults(draft, family_id)
    if not adults or not is_helped(draft, family_id):
        return None
    person = rng.choice(adults)
    draft.change("person", person, occupation="PEGAWAI NEGERI SIPIL (PNS)")
    note = "Menurut keluarga tidak ada yang bekerja di kantor pemerintah; buktinya belum dilihat."
    return Planted("person", person["person_id"], ("occupation",), note=note)


@plants(OfficialInReceivingFamily)
def match_payroll(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A matching of lists marked the person as a civil servant."""
    adults = working_adults(draft, family_id)
    if not adults or not is_helped(draft, family_id):
        return None
    person = rng.choice(adults)
    draft.change("person", person, flags="asn")
    note = "Menurut keluarga tidak ada yang bekerja sebagai pegawai negeri; buktinya belum dilihat."
    return Planted("person", person["person_id"], ("flags",), note=note)
