"""PPK-84: needs that were met were met by a service."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.category.rows import counts_for_spm
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="ppks",
    code="PPK-84",
    severity=Severity.SEDANG,
    title="Kebutuhan dasar tercatat terpenuhi, tetapi tidak ada layanan yang dicatat",
    question="Layanan apa yang sudah diterima, dari siapa, dan kapan?",
    documents=["Catatan layanan", "Foto serah terima"],
    why="Bila belum ada layanan, orang ini tampak sudah tertolong padahal masih menunggu.",
    fields=["is_service_fulfilled", "served_by"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("E48",), "Permensos 9/2018 tentang indikator SPM bidang sosial", "sebagian"),
    needs=["ppks.is_service_fulfilled", "ppks.served_by"],
    evidence={},
    when="is_service_fulfilled AND served_by IN ('', '-', '0')",
)
class FulfilledByService:
    """The numerator of a minimum service is people served, and a service has a name.

    Bad: "terpenuhi: ya" and an empty cell for the service.
    Good: served and fulfilled; served and not yet fulfilled; nothing said of either.
    """


@plants(FulfilledByService)
def fill_in_target(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The column was filled with "ya" from top to bottom to reach the target."""
    rows = [
        row
        for row in draft.rows("ppks", family_id)
        if row["category"] and row["assessed_on"] and counts_for_spm(row) and not row["served_by"]
    ]
    if not rows:
        return None
    row = rng.choice(rows)
    draft.change("ppks", row, is_service_fulfilled=True)
    note = "Menurut keluarga belum ada bantuan atau layanan yang datang."
    return Planted("ppks", row["ppks_id"], ("is_service_fulfilled", "served_by"), note=note)


@plants(FulfilledByService)
def leave_service_out(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The help was given and reported; which service it was, nobody wrote down."""
    rows = [
        row
        for row in draft.rows("ppks", family_id)
        if row["served_by"] and row["is_service_fulfilled"] and row["assessed_on"]
    ]
    if not rows:
        return None
    row = rng.choice(rows)
    draft.change("ppks", row, served_by="")
    note = "Keluarga membenarkan pernah dilayani; catatannya belum dilihat."
    return Planted("ppks", row["ppks_id"], ("is_service_fulfilled", "served_by"), note=note)
