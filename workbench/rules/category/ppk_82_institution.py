"""PPK-82: who lives in an institution is served by the province."""

from random import Random

from workbench.domain.register import Draft
from workbench.domain.wilayah import CITY
from workbench.rules.category.rows import SERVICE_NAME, add_row, age_of, unlisted
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="ppks",
    code="PPK-82",
    severity=Severity.SEDANG,
    title=f"Tinggal di panti tetapi dihitung untuk layanan {CITY.kind} bagi {{service}}",
    question="Di panti mana orang ini tinggal, dan sejak kapan? Siapa yang melayaninya di sana?",
    documents=["Surat keterangan panti", "Catatan layanan"],
    why="Layanan di dalam panti urusan provinsi; orang di luar panti yang menunggu tidak boleh "
    "tertutup hitungan ini.",
    fields=["in_institution", "served_by"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("E48",), "Permensos 9/2018; bahan SPM bidang sosial 2018", "sebagian"),
    needs=["ppks.in_institution", "ppks.served_by"],
    evidence={"service": SERVICE_NAME},
    # Help after a disaster is the city's wherever a person lives.
    when="in_institution AND served_by IN ('SPM1', 'SPM2', 'SPM3', 'SPM4')",
)
class OutsideInstitutions:
    """Four of the city's five services are for people outside institutions.

    Bad: an old woman in a panti of the province, counted as served by the city.
    Good: the same woman on the list, with no service of the city; a flood victim in a panti.
    """


_NOTE = "Menurut tetangga, orang ini sekarang tinggal di panti."


@plants(OutsideInstitutions)
def miss_admission(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The person was admitted, and the service of last spring stayed on the line."""
    rows = [
        row
        for row in draft.rows("ppks", family_id)
        if row["served_by"] in ("SPM1", "SPM2", "SPM3", "SPM4") and not row["in_institution"]
    ]
    if not rows:
        return None
    row = rng.choice(rows)
    draft.change("ppks", row, in_institution=True)
    return Planted("ppks", row["ppks_id"], ("in_institution", "served_by"), note=_NOTE)


@plants(OutsideInstitutions)
def count_guests_of_panti(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The panti's list of guests was added to the city's list of people served."""
    elders = [row for row in unlisted(draft, family_id) if 60 <= age_of(draft, row) <= 100]
    if not elders or (draft.family(family_id)["desil"] or 10) > 5:
        return None
    cells = {"served_by": "SPM3", "is_telantar": True, "is_service_fulfilled": True}
    row = add_row(draft, rng.choice(elders), "PMKS08", in_institution=True, **cells)
    return Planted("ppks", row["ppks_id"], ("in_institution", "served_by"), note=_NOTE)
