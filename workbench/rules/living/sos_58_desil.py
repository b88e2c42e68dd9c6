"""SOS-58: the desil is known and lies between 1 and 10."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="family",
    code="SOS-58",
    severity=Severity.SEDANG,
    title="Desil {desil}, seharusnya 1 sampai 10",
    question="Cek di SIKS-NG: desil berapa, versi berapa, tanggal cek kapan?",
    documents=["Tangkapan layar SIKS-NG"],
    why="Tanpa desil keluarga ini tidak dapat diusulkan untuk program yang memakai batas desil.",
    fields=["desil"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E58",), "Kolom desil DTSEN dan daftar nilai P3KE", "sekunder"),
    needs=["family.desil"],
    evidence={"desil": "desil"},
    # A proposal that still waits has not been ranked yet.
    when="(desil IS NULL AND proposal_status NOT IN ('US0', 'US1')) OR desil NOT BETWEEN 1 AND 10",
)
class DesilKnown:
    """A rank of 1 to 10, with its version and the day it was looked up.

    Bad: empty, or 11.
    Good: 3 (DTSEN, version 2026-V4); empty for a proposal nobody has judged.
    """


@plants(DesilKnown)
def leave_unranked(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The family was added after the ranking and nobody looked it up."""
    draft.change("family", draft.family(family_id), desil=None)
    return Planted("family", family_id, ("desil",))


@plants(DesilKnown)
def type_twice(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The key stuck, and the one digit stands there twice."""
    family = draft.family(family_id)
    if not 1 <= (family["desil"] or 0) <= 9:
        return None
    draft.change("family", family, desil=family["desil"] * 11)
    return Planted("family", family_id, ("desil",))
