"""SOS-55: a pensioner in a receiving family is asked about."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.living.members import (
    HELPED,
    IS_HERE,
    PENSIONER,
    age_of,
    is_helped,
    is_state_paid,
)


@table_rule(
    table="person",
    code="SOS-55",
    severity=Severity.TINGGI,
    title="Keluarga penerima bantuan, ada anggota tercatat pensiunan",
    question="Pensiunan dari mana, berapa besarnya, dan siapa yang ditanggung?",
    documents=["SK pensiun", "Kartu identitas pensiun"],
    why="Janda atau duda pensiunan kecil bisa tetap layak; musyawarah yang membahas.",
    fields=["occupation", "flags"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(("E55",), "Daftar nilai P3KE; himbauan perbaikan data SIKS-NG 2023", "sekunder"),
    needs=["person.occupation", "aid.program"],
    select=f"""
        SELECT person_id AS subject FROM person
        WHERE family_place IN {HELPED} AND {IS_HERE}
            AND (list_contains(string_split(flags, ';'), 'pensiun')
            OR regexp_matches(upper(occupation), '{PENSIONER}'))
    """,
)
class PensionerInReceivingFamily:
    """A pension from the state is an income; how small it is, only a visit tells.

    Bad: "PENSIUNAN" in a family with Sembako, and nobody asked.
    Good: the widow of a labourer, no pension.
    """


@plants(PensionerInReceivingFamily)
def take_word_for_old(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """For "no longer works" the clerk wrote "pensioner"."""
    elders = [
        row
        for row in draft.members(family_id)
        if 58 <= age_of(draft, row) <= 100 and not is_state_paid(row)
    ]
    if not elders or not is_helped(draft, family_id):
        return None
    person = rng.choice(elders)
    draft.change("person", person, occupation="PENSIUNAN")
    note = "Menurut keluarga tidak ada uang pensiun; surat-suratnya belum dilihat."
    return Planted("person", person["person_id"], ("occupation",), note=note)


@plants(PensionerInReceivingFamily)
def match_pension_list(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A matching with the list of pensioners marked somebody of the same name and year."""
    elders = [
        row
        for row in draft.members(family_id)
        if 50 <= age_of(draft, row) <= 100 and not row["flags"] and not is_state_paid(row)
    ]
    if not elders or not is_helped(draft, family_id):
        return None
    person = rng.choice(elders)
    draft.change("person", person, flags="pensiun")
    note = "Menurut keluarga tidak ada uang pensiun; surat-suratnya belum dilihat."
    return Planted("person", person["person_id"], ("flags",), note=note)
