"""PPK-48: who counts for a minimum service was assessed."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.category.rows import COUNTS, add_row, age_of, counts_for_spm, unlisted
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="ppks",
    code="PPK-48",
    severity=Severity.SEDANG,
    title="Terhitung untuk layanan SPM tetapi tanggal asesmen kosong",
    question="Sudahkah orang ini diasesmen? Tanggal berapa, oleh siapa?",
    documents=["Formulir asesmen"],
    why="Yang belum diasesmen tidak masuk hitungan SPM, jadi kebutuhannya tidak dianggarkan.",
    fields=["assessed_on"],
    status="perlu_verval",
    follow_up=["kunjungan", "perbaiki_data"],
    basis=Basis(("E48",), "Permensos 9/2018 tentang SPM bidang sosial", "sekunder"),
    needs=["ppks.category", "ppks.assessed_on"],
    evidence={},
    when=f"assessed_on IS NULL AND {COUNTS}",
)
class AssessedBeforeCounted:
    """The denominator of a minimum service is the assessed, not every row of a category.

    Bad: Gelandangan served last month, no date of assessment.
    Good: an assessed person; or an adult with a disability whom nobody counts as neglected.
    """


_NOTE = "Pendamping belum membawa formulir asesmen; tanggalnya belum diketahui."


@plants(AssessedBeforeCounted)
def forget_date(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The assessment form lay in another drawer."""
    rows = [
        row
        for row in draft.rows("ppks", family_id)
        if row["category"] and row["assessed_on"] is not None and counts_for_spm(row)
    ]
    if not rows:
        return None
    row = rng.choice(rows)
    draft.change("ppks", row, assessed_on=None)
    return Planted("ppks", row["ppks_id"], ("assessed_on",), note=_NOTE)


@plants(AssessedBeforeCounted)
def list_from_hearsay(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """An old person of a poor family was put on the list to fill it; nobody went to see."""
    elders = [row for row in unlisted(draft, family_id) if 60 <= age_of(draft, row) <= 100]
    if not elders or (draft.family(family_id)["desil"] or 10) > 5:
        return None
    row = add_row(draft, rng.choice(elders), "PMKS08", assessed_on=None)
    note = "Belum ada pendamping yang datang untuk mengasesmen."
    return Planted("ppks", row["ppks_id"], ("assessed_on",), note=note)
