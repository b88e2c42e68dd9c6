"""SOS-54: a company record, matched from another list, is asked about."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import relation
from workbench.rules.living.members import working_adults


@row_rule(
    table="person",
    code="SOS-54",
    severity=Severity.TINGGI,
    title="Tercatat sebagai pengurus atau pemilik badan usaha menurut padanan data",
    question="Apakah benar punya usaha berbadan hukum, atau identitasnya dipakai orang lain?",
    documents=["Surat pernyataan", "Surat keterangan RT"],
    why="Identitas orang kecil sering dipinjam; keluarga ini dapat kehilangan bantuan karena "
    "perbuatan orang lain.",
    fields=["flags"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(
        ("E54",), "Keterangan Mensos September 2023 tentang penerima yang tercatat di AHU", "ya"
    ),
    needs=["person.flags"],
    when="list_contains(string_split(flags, ';'), 'ahu')",
)
class CompanyRecord:
    """Cleaning staff have appeared as company directors.

    Bad: flagged as a director, and struck off.
    Good: no flag, or a flag of another kind.
    """


@plants(CompanyRecord)
def match_company_register(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Somebody lent the identity for a company, and a matching of lists found it."""
    adults = working_adults(draft, family_id)
    if not adults or (draft.family(family_id)["desil"] or 10) > 5:
        return None
    person = rng.choice(adults)
    draft.change("person", person, flags="ahu")
    note = (
        f"Anggota yang tercatat sebagai {relation(person)} mengaku tidak pernah mendirikan "
        "perusahaan."
    )
    return Planted("person", person["person_id"], ("flags",), note=note)
