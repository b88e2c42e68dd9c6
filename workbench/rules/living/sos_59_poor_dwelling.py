"""SOS-59: a high desil fits the house."""

import re
from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import setting
from workbench.rules.living.members import IDLE

_BAD_FLOORS = ("tanah", "plesteran")
_BAD_WALLS = ("bambu", "kayu_papan", "seng", "kawat", "terpal_kardus", "tembok_tanpa_plester")

#: The eight items of Kepmensos 262/HUK/2022 below its gate, one point each.
_ITEMS = (
    "head.is_idle",
    "has_food_worry",
    # As floating point: whoever typed an account number here must not overflow the engine.
    "expenditure_rp > 0 AND food_expenditure_rp * 100.0::DOUBLE "
    "> expenditure_rp * getvariable('food_share_percent')::DOUBLE",
    "bought_clothes = false",
    f"floor IN {_BAD_FLOORS}",
    f"wall IN {_BAD_WALLS}",
    "toilet NOT IN ('', 'sendiri')",
    "lighting = 'bukan_listrik' OR power_va = 450",
)
_SCORE = " + ".join(f"CASE WHEN {item} THEN 1 ELSE 0 END" for item in _ITEMS)


@table_rule(
    table="family",
    code="SOS-59",
    severity=Severity.TINGGI,
    title="Desil {desil} tetapi {what}",
    question="Jawab sepuluh pertanyaan di rumah itu dan ambil foto: layakkah diusulkan ulang?",
    documents=["Foto rumah", "Jawaban sepuluh pertanyaan"],
    why="Keluarga ini mungkin berhak tetapi tidak terjangkau karena peringkatnya terlalu tinggi.",
    fields=["desil"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(("E59",), "Kepmensos 262/HUK/2022; panduan DTSEN desa tentang desil", "ya"),
    needs=["family.desil", "family.floor", "family.wall", "family.toilet"],
    evidence=["desil", "what"],
    select=f"""
        WITH head AS (
            SELECT family_place AS place,
                bool_or(regexp_matches(upper(occupation), '{IDLE}')) AS is_idle
            FROM person WHERE shdk = 'kepala_keluarga' GROUP BY family_place
        ),
        scored AS (
            SELECT family_id, desil, has_shelter, {_SCORE} AS score
            FROM family LEFT JOIN head USING (place)
            WHERE desil BETWEEN getvariable('high_desil_min') AND 10
        )
        SELECT family_id AS subject, desil,
            CASE WHEN has_shelter = false THEN 'tidak punya tempat tinggal'
                ELSE 'tampak ' || score || ' dari 8 tanda kemiskinan' END AS what
        FROM scored
        WHERE has_shelter = false OR score >= getvariable('poor_dwelling_score_min')
    """,
)
class PoorDwellingHighDesil:
    """An exclusion error: the rank says middle class, the house says otherwise.

    The decree has one gate, no place to live, and eight items below it.

    Bad: desil 8, earth floor, bamboo wall, shared toilet, 450 VA, worry about food.
    Good: desil 8 with one such sign, or the same house at desil 2.
    """


@plants(PoorDwellingHighDesil)
def mix_up_ranks(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The rank was copied from the line of another family of the same name."""
    family = draft.family(family_id)
    enough = setting(draft, "poor_dwelling_score_min")
    if not 1 <= (family["desil"] or 0) <= 4 or _signs(draft, family) < enough:
        return None
    draft.change("family", family, desil=rng.choice((7, 8, 9)))
    note = "Rumahnya sangat sederhana; desil terbaru di SIKS-NG belum dicek."
    return Planted("family", family_id, ("desil",), note=note)


def _signs(draft: Draft, family: Row) -> int:
    """The score of ``_ITEMS`` in Python."""
    food, total = family["food_expenditure_rp"], family["expenditure_rp"]
    share = setting(draft, "food_share_percent")
    return sum(
        (
            any(
                row["shdk"] == "kepala_keluarga" and re.search(IDLE, row["occupation"].upper())
                for row in draft.members(family["family_id"])
            ),
            family["has_food_worry"] is True,
            bool(total) and food is not None and food * 100 > total * share,
            family["bought_clothes"] is False,
            family["floor"] in _BAD_FLOORS,
            family["wall"] in _BAD_WALLS,
            family["toilet"] not in ("", "sendiri"),
            family["lighting"] == "bukan_listrik" or family["power_va"] == 450,
        )
    )
