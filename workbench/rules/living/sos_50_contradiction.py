"""SOS-50: what is said of the house does not contradict itself."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import setting

_DARK = "lighting = 'bukan_listrik' AND power_va > 0"
_NO_FLOOR = "floor_area_m2 = 0"
_NO_TOILET = "toilet = 'tidak_ada' AND toilet_kind NOT IN ('', 'tidak_ada')"


@row_rule(
    table="family",
    code="SOS-50",
    severity=Severity.SEDANG,
    title="Isian rumah bertentangan: {what}",
    question="Lihat sendiri meteran, jamban dan ukuran rumah: isian mana yang benar?",
    documents=["Foto meteran", "Foto jamban"],
    why="Isian yang bertentangan membuat keluarga ini sulit dinilai dan mudah disanggah.",
    fields=["lighting", "power_va", "floor_area_m2", "toilet", "toilet_kind"],
    status="perlu_verval",
    follow_up="kunjungan",
    basis=Basis(("E50",), "Formulir pemutakhiran DTSEN 2026", "sekunder"),
    needs=["family.lighting", "family.power_va"],
    evidence={
        "what": f"concat_ws('; ', CASE WHEN {_DARK} "
        "THEN 'bukan listrik tetapi dayanya terisi' END, "
        f"CASE WHEN {_NO_FLOOR} THEN 'luas lantai 0' END, "
        f"CASE WHEN {_NO_TOILET} THEN 'tanpa jamban tetapi jenis kloset terisi' END)"
    },
    when=f"({_DARK}) OR {_NO_FLOOR} OR ({_NO_TOILET})",
)
class DwellingContradiction:
    """Two cells about one thing cannot both be right, and no house has a floor of nought.

    Bad: no electricity, yet 900 VA.
    Good: no electricity and no power; PLN without a meter of its own and no power.
    """


@plants(DwellingContradiction)
def tick_wrong_light(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The box below "PLN" was ticked; the power was already written down."""
    family = draft.family(family_id)
    if not family["power_va"] or family["lighting"] == "bukan_listrik" or _ranks(draft, family):
        return None
    draft.change("family", family, lighting="bukan_listrik")
    note = "Meteran tidak terlihat dari depan; petugas belum memeriksanya."
    return Planted("family", family_id, ("lighting", "power_va"), note=note)


@plants(DwellingContradiction)
def tick_no_toilet(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The last box of the toilets was ticked, and the kind of pan filled in all the same."""
    family = draft.family(family_id)
    if family["toilet"] in ("", "tidak_ada") or family["toilet_kind"] in ("", "tidak_ada"):
        return None
    if _ranks(draft, family):
        return None
    draft.change("family", family, toilet="tidak_ada")
    note = "Petugas tidak diajak melihat ke belakang rumah."
    return Planted("family", family_id, ("toilet", "toilet_kind"), note=note)


@plants(DwellingContradiction)
def leave_area_at_nought(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Nobody measured the floor and the form refused an empty cell."""
    family = draft.family(family_id)
    if not family["floor_area_m2"]:
        return None
    draft.change("family", family, floor_area_m2=0.0)
    note = "Petugas belum mengukur luas rumah ini."
    return Planted("family", family_id, ("floor_area_m2",), note=note)


def _ranks(draft: Draft, family: Row) -> bool:
    """Whether one more sign of poverty could put the family's rank in doubt (SOS-59)."""
    return bool((family["desil"] or 0) >= setting(draft, "high_desil_min"))
