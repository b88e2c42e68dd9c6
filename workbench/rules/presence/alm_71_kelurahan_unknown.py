"""ALM-71: the family's kelurahan is one of the city's."""

from random import Random

from workbench.domain.register import Draft
from workbench.domain.wilayah import say_locally
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.presence.alm_70_region_code import UNREAD_CODES


@row_rule(
    table="family",
    code="ALM-71",
    severity=Severity.SEDANG,
    title=say_locally("Kelurahan pada daftar tidak dikenali"),
    question=say_locally("Kelurahan dan kecamatan mana yang tertulis di KK keluarga ini?"),
    documents=["KK"],
    why=say_locally(
        "Tanpa kelurahan yang jelas, keluarga ini tidak masuk daftar petugas mana pun."
    ),
    fields=["kelurahan_kode_kemendagri"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E71",), "", "tidak"),
    needs=["family.kelurahan_kode_kemendagri"],
    # A code that could not be read is another question (ALM-70).
    when=f"kelurahan_kode_kemendagri = '' AND family_id NOT IN ({UNREAD_CODES})",
)
class KelurahanUnknown:
    """A name nobody can place, or nothing at all.

    Bad: "Sukawana" without its kecamatan, for two kelurahan bear that name.
    Good: any of the city's names in a known spelling, which reading has already placed.
    """


@plants(KelurahanUnknown)
def leave_out_kecamatan(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The name on the list fits two kelurahan, or none, so nobody could place it."""
    family = draft.family(family_id)
    if not family["kelurahan_kode_kemendagri"]:
        return None
    draft.change("family", family, kelurahan_kode_kemendagri="")
    return Planted("family", family_id, ("kelurahan_kode_kemendagri",))
