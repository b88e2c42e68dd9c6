"""IDN-01: the NIK is empty."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="person",
    code="IDN-01",
    severity=Severity.KRITIS,
    title="NIK tidak diisi",
    question="Apakah orang ini sudah punya NIK? Lihat KTP-el atau KK.",
    documents=["KTP-el", "KK", "Akta lahir"],
    why="Tanpa NIK orang ini tidak dapat dipadankan dengan Dukcapil, padahal ia tetap boleh layak.",
    fields=["nik"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "rujuk_dukcapil"],
    basis=Basis(("E01",), "Penanda verifikasi P3KE: keluarga NIK kosong", "ya"),
    needs=["person.nik"],
    # Words such as "belum ada" are an empty cell, too.
    when="CASE WHEN nik_number IS NULL "
    "THEN nik IN ('', '0') OR NOT regexp_matches(nik, '[0-9]') END",
)
class NikEmpty:
    """Nobody can be matched with the civil registry without a NIK.

    Bad: the cell holds nothing, a dash, a nought, or *belum ada*.
    Good: sixteen digits, or the person is referred for registration.
    """


@plants(NikEmpty)
def leave_empty(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The card was not at hand and the clerk left the cell for later."""
    person = rng.choice(draft.members(family_id))
    draft.change("person", person, nik="")
    return Planted("person", person["person_id"], ("nik",))
