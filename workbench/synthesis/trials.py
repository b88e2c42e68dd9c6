"""Trying a rule out: does it stay silent where nothing is wrong, and find what its plants plant?

The two laws every rule of the catalogue is tested by, for one rule and in a notebook. Families are
invented and drawn afresh, so nothing of a real list is needed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from workbench.domain import displays
from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.rules import Plant, Rule, catalogue, check
from workbench.synthesis.bundles import bundle, keep_apart, unbundle
from workbench.synthesis.planting import Planting, plant_one
from workbench.synthesis.recipe import default_recipe
from workbench.synthesis.world import World, clean_world, draw_family

#: Families drawn for each one wanted, before a plant is said to fit hardly any.
_PATIENCE = 400


@dataclass(frozen=True)
class PlantTrial:
    """What became of one plant: of ``wanted`` families it took ``planted``, ``found`` were found.

    ``undeclared`` counts findings the plant did not declare, ``missing`` those it declared and
    that did not come, both by code of the rule.
    """

    name: str
    wanted: int
    planted: int
    found: int
    undeclared: Counter[str]
    missing: Counter[str]

    @property
    def holds(self) -> bool:
        """Whether every planted mistake was found, and nothing but what was declared."""
        is_full = self.planted == self.wanted == self.found
        return is_full and not self.undeclared and not self.missing


@dataclass(frozen=True)
class Trial:
    """How a rule did: ``false_alarms`` are its findings among ``families`` clean families."""

    rule: Rule
    families: int
    false_alarms: int
    plants: tuple[PlantTrial, ...]

    @property
    def holds(self) -> bool:
        """Whether both laws hold, and there is a plant at all."""
        return bool(self.plants) and not self.false_alarms and all(p.holds for p in self.plants)

    def __repr__(self) -> str:
        return f"Trial({self.rule.code}, holds={self.holds}, false_alarms={self.false_alarms})"

    def _repr_html_(self) -> str:
        rows = [
            (
                one.name,
                f"{one.planted} dari {one.wanted}",
                f"{one.found} dari {one.planted}",
                _listed(one.undeclared),
                _listed(one.missing),
            )
            for one in self.plants
        ]
        words = "Kedua hukum terpenuhi." if self.holds else "Belum terpenuhi: lihat tabel."
        clean = f"{self.false_alarms} temuan pada {number_id(self.families)} keluarga bersih"
        headings = ("Cara menanam", "Ditanam", "Ditemukan", "Temuan tak disebut", "Tidak muncul")
        return displays.card(
            f"Uji aturan {self.rule.code}",
            displays.facts((("Hasil", words), ("Dunia bersih", clean))),
            displays.table(headings, rows, "" if rows else "Aturan ini belum punya cara menanam."),
            mark="LATIHAN",
        )


def try_rule(rule: Rule, families: int = 500, times: int = 10, seed: int = 1) -> Trial:
    """Try ``rule`` beside the whole catalogue on invented families.

    ``families`` is the size of the clean list it must stay silent on; each of its plants is tried
    on ``times`` families drawn afresh, each judged as if it were alone. Equal arguments give equal
    results. Takes a second or two. Raises ``WrongUse`` for numbers below one and for a code that
    another rule of the catalogue has, ``RuleBroken`` when the rule's SQL cannot run.
    """
    if families < 1 or times < 1:
        raise WrongUse("Jumlah keluarga dan jumlah percobaan sekurang-kurangnya 1.")
    known = catalogue().get(rule.code)
    if known is not None and known is not rule:
        raise WrongUse(f"Kode {rule.code} sudah dipakai aturan lain. Beri aturan Anda kode baru.")
    rules = {**catalogue(), rule.code: rule}
    recipe = default_recipe()
    clean = clean_world(recipe, families, seed, recipe.as_of).to_register()
    false_alarms = len(check(clean, [rule]))
    tried = tuple(_try_plant(plant, rules, times, seed) for plant in rule.plants)
    return Trial(rule, families, false_alarms, tried)


def _try_plant(plant: Plant, rules: dict[str, Rule], times: int, seed: int) -> PlantTrial:
    taken = _taken_by(plant, times, seed)
    undeclared, missing, found = Counter[str](), Counter[str](), 0
    for places in keep_apart([world for world, _ in taken]):
        members = [taken[place] for place in places]
        table = check(bundle([world for world, _ in members]), rules.values()).table
        seen: list[Counter[tuple[str, str]]] = [Counter() for _ in members]
        pairs = zip(table["rule"].to_pylist(), table["subject"].to_pylist(), strict=True)
        for code, subject in pairs:
            place, own = unbundle(subject)
            seen[place][code, own] += 1
        for (_, planting), findings in zip(members, seen, strict=True):
            declared = _declared(planting)
            found += (plant.rule, planting.planted.subject) in findings
            undeclared.update(code for code, _ in (findings - declared).elements())
            missing.update(code for code, _ in (declared - findings).elements())
    return PlantTrial(plant.name, times, len(taken), found, undeclared, missing)


def _taken_by(plant: Plant, times: int, seed: int) -> list[tuple[World, Planting]]:
    """Up to ``times`` fresh families that took the plant."""
    recipe, taken = default_recipe(), []
    for number in range(times * _PATIENCE):
        rng = Random(f"{seed}:{plant.rule}:{plant.name}:{number}")
        world = draw_family(recipe, rng)
        planting = plant_one(world, world.tables["family"][0]["family_id"], rng, [plant])
        if planting is not None:
            taken.append((world, planting))
        if len(taken) == times:
            break
    return taken


def _declared(planting: Planting) -> Counter[tuple[str, str]]:
    declared = Counter([(planting.plant.rule, planting.planted.subject)])
    for companion in planting.planted.companions:
        code, _, subject = companion.partition(":")
        declared[code, subject] += 1
    return declared


def _listed(codes: Counter[str]) -> str:
    return ", ".join(f"{code} ({times})" for code, times in sorted(codes.items()))
