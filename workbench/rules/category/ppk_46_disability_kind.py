"""PPK-46: a disability has a kind."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.category.rows import listed_once
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.living.members import pkh_components, receives


@row_rule(
    table="ppks",
    code="PPK-46",
    severity=Severity.SEDANG,
    title="{kind} tanpa jenis disabilitas",
    question="Amati dan tanyakan: jenis disabilitasnya apa, dan seberapa sulit kegiatan "
    "sehari-harinya?",
    documents=["Surat keterangan Puskesmas bila ada"],
    why="Alat bantu dan layanan tidak dapat disiapkan bila jenis disabilitasnya tidak diketahui.",
    fields=["person.disability"],
    status="perlu_verval",
    follow_up="kunjungan",
    basis=Basis(("E46",), "Formulir pemutakhiran DTSEN 2026 dan Regsosek 2022, butir 428", "ya"),
    needs=["ppks.category", "person.disability"],
    evidence={"kind": "category_name"},
    when="category IN ('PMKS05', 'PMKS09') AND disability IN ('', '-', '0')",
)
class DisabilityKind:
    """Forms of the field ask kind and degree; a bare "disability" helps nobody.

    Bad: Penyandang Disabilitas with an empty kind.
    Good: netra, degree 3.
    """


@plants(DisabilityKind)
def skip_kind(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk knew that there was a disability and skipped the next two cells."""
    listed = [
        (row, person)
        for row, person in listed_once(draft, family_id, "PMKS05", "PMKS09")
        if person["disability"] and _pkh_stands_without(draft, family_id, person["person_id"])
    ]
    if not listed:
        return None
    row, person = rng.choice(listed)
    draft.change("person", person, disability="", disability_degree=None)
    note = "Petugas bertemu penyandang disabilitas di rumah ini; jenisnya belum ditanyakan."
    return Planted("ppks", row["ppks_id"], (f"{row['person_id']}.disability",), note=note)


def _pkh_stands_without(draft: Draft, family_id: str, person_id: str) -> bool:
    """Whether PKH, if the family has it, rests on more than this person's disability."""
    if "PKH" not in receives(draft, family_id):
        return True
    return any(
        row["person_id"] != person_id or reason != "disabilitas"
        for row, reason in pkh_components(draft, family_id)
    )
