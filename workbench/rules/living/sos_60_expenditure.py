"""SOS-60: food does not cost more than everything."""

from random import Random

from workbench.domain.register import Draft
from workbench.domain.words import number_id
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import setting


@row_rule(
    table="family",
    code="SOS-60",
    severity=Severity.INFO,
    title="Belanja makan Rp{food} lebih besar dari seluruh pengeluaran Rp{total}",
    question="Hitung lagi bersama keluarga: belanja makan sebulan, dan seluruh belanja sebulan?",
    documents=["Catatan belanja"],
    why="Bagian belanja makan ikut menentukan; angka terbalik membuat keluarga salah dinilai.",
    fields=["food_expenditure_rp", "expenditure_rp"],
    status="layak",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("E60",), "", "tidak"),
    needs=["family.food_expenditure_rp", "family.expenditure_rp"],
    evidence={"food": "food_expenditure_rp", "total": "expenditure_rp"},
    when="food_expenditure_rp > expenditure_rp",
)
class FoodWithinExpenditure:
    """The part cannot be more than the whole.

    Bad: food 1.900.000 of 1.200.000.
    Good: food 1.200.000 of 1.900.000; a family that says it spends all on food.
    """


@plants(FoodWithinExpenditure)
def swap_amounts(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The two amounts were written into each other's cell."""
    family = draft.family(family_id)
    food, total = family["food_expenditure_rp"], family["expenditure_rp"]
    if not food or not total or food >= total:
        return None
    # One more sign of poverty could put a high rank in doubt (SOS-59).
    if (family["desil"] or 0) >= setting(draft, "high_desil_min"):
        return None
    draft.change("family", family, food_expenditure_rp=total, expenditure_rp=food)
    note = f"Keluarga menyebut belanja makan sekitar Rp{number_id(food)} sebulan."
    return Planted("family", family_id, ("food_expenditure_rp", "expenditure_rp"), note=note)
