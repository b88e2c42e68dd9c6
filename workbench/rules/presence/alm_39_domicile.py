"""ALM-39: the family does not live where its papers say."""

from random import Random

from workbench.domain.register import Draft
from workbench.domain.wilayah import PLACES, say_locally
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="family",
    code="ALM-39",
    severity=Severity.SEDANG,
    title="Tempat tinggal keluarga ini tidak sesuai KK atau KTP",
    question="Sejak kapan tinggal di sini? Apakah surat pindah datang sudah diurus?",
    documents=["KTP-el", "KK", "Surat domisili RT"],
    why=say_locally(
        "Keluarga yang belum mengurus pindah dapat tidak diusulkan oleh kelurahan mana pun."
    ),
    fields=["domicile"],
    status="perlu_verval",
    follow_up=["kunjungan", "rujuk_dukcapil", "musyawarah"],
    basis=Basis(("E39",), "Kode jawaban FASIH Pemutakhiran DTSEN PBI 2026: domisili", "ya"),
    needs=["family.domicile"],
    when="domicile = 'DM2'",
)
class Domicile:
    """People move first and see to the papers later.

    Bad: the family rents in another kelurahan, the card was never changed.
    Good: the address of the papers is the address of the house.
    """


@plants(Domicile)
def papers_left_behind(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The enumerator met the family elsewhere than on its card, and nothing was done about it."""
    family = draft.family(family_id)
    if family["domicile"] not in ("", "DM1"):
        return None
    draft.change("family", family, domicile="DM2")
    where = rng.choice(("di rumah kerabat", "di rumah kontrakan", "di dekat tempat kerja"))
    return Planted(
        "family",
        family_id,
        ("domicile",),
        note=f"Keluarga ini tinggal {where} di {PLACES} lain; KK belum diubah.",
    )
