"""Plants mistakes into a clean world and writes down what is then true.

The mistakes come from the rules' own plants. What one plant does is undone again when it would
reach into a family that already carries something, so that every mistake can be told from its
neighbours: the laws of the rules hold for the whole list as for a single family.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from random import Random
from typing import Any

from workbench.domain.register import Change, Draft, key_column
from workbench.domain.schema import SNAPSHOT_TABLES, columns
from workbench.errors import WrongUse
from workbench.rules import Plant, Planted, Rule, catalogue
from workbench.rules import plants as all_plants
from workbench.synthesis.world import World

Row = dict[str, Any]

_PLACE_COLUMNS = ("file", "sheet", "row")


@dataclass(frozen=True)
class Planting:
    """One mistake that was planted: the plant, what it says it did, and the cells it changed."""

    plant: Plant
    planted: Planted
    changes: tuple[Change, ...]
    family_id: str

    @property
    def truth(self) -> Row:
        """The row of the table ``truth``."""
        return {
            "rule": self.plant.rule,
            "subject_kind": self.planted.subject_kind,
            "subject": self.planted.subject,
            "plant": self.plant.name,
            "look_alike": "",
            "fields": ";".join(self.planted.fields),
            "companions": ";".join(self.planted.companions),
            "before": _cells(self.changes, "before"),
            "after": _cells(self.changes, "after"),
            "family_id": self.family_id,
        }

    @property
    def touched(self) -> frozenset[str]:
        """Names of the columns it wrote; all of a table's where rows came or went."""
        found: set[str] = set()
        for change in self.changes:
            found.update((change.column,) if change.column else columns(change.table))
            if change.table == "dukcapil":
                found.add(_REGISTRY)
        return frozenset(found)


def plant_errors(
    draft: Draft,
    error_rate: float,
    seed: int,
    rules: Iterable[str] | None = None,
    second_share: float = 0.0,
) -> list[Row]:
    """Plant mistakes in ``round(error_rate * families)`` families of ``draft``.

    ``rules`` are the codes to plant from, all of the catalogue unless given; each is used about
    equally often, as far as it applies. ``second_share`` of the families get a second mistake of
    another rule, where no rule reads cells of both. Families that show a
    look-alike, or that a plant reached into, are left alone as long as there are others.
    Returns the rows of ``truth``, in family order. Raises ``WrongUse`` for a rate outside 0..1,
    an unknown rule, or a list too small to carry that many mistakes.
    """
    if not 0.0 <= error_rate <= 1.0:
        raise WrongUse("Bagian keluarga yang salah harus antara 0 dan 1.")
    known = catalogue()
    chosen = list(known) if rules is None else list(rules)
    unknown = [code for code in chosen if code not in known]
    if unknown:
        raise WrongUse(f"Aturan {', '.join(unknown)} tidak dikenal.")
    sown = [plant for plant in all_plants() if plant.rule in set(chosen)]
    planter = Planter(draft, seed, sown, second_share)
    wanted = round(error_rate * len(draft.tables["family"]))
    plantings = planter.plant_families(wanted)
    order = {row["family_id"]: place for place, row in enumerate(draft.tables["family"])}
    last = len(order)
    return [
        planting.truth for planting in sorted(plantings, key=lambda p: order.get(p.family_id, last))
    ]


def plant_one(
    draft: Draft, family_id: str, rng: Random, candidates: Sequence[Plant]
) -> Planting | None:
    """Try the plants in their order on one family; the first that takes, or None.

    What a plant that refuses may have changed is undone.
    """
    draft.take_changes()
    for plant in candidates:
        planted = plant.apply(draft, family_id, rng)
        changes = tuple(draft.take_changes())
        if planted is not None:
            return Planting(plant, planted, changes, family_id)
        if changes:
            undo(draft, changes)
    return None


def undo(draft: Draft, changes: Sequence[Change]) -> None:
    """Take back what was changed, last first; rows that had gone come back at the end."""
    # A row whose own id was changed is found under its new one.
    renamed: dict[tuple[str, str], str] = {
        (change.table, change.subject): str(change.after)
        for change in changes
        if change.column == _key(change.table)
    }
    for change in reversed(changes):
        place = (change.table, change.subject)
        if change.column:
            row = _find(draft, change.table, renamed.get(place, change.subject))
            draft.change(change.table, row, **{change.column: change.before})
            if change.column == _key(change.table):
                renamed.pop(place, None)
        elif change.before is None:
            subject = renamed.get(place, change.subject)
            draft.remove(change.table, _find(draft, change.table, subject, change.after))
        else:
            draft.add(change.table, change.before)
    draft.take_changes()


def _key(table: str) -> str:
    return "nik" if table in ("dukcapil", "rt_rw", "cleaned") else key_column(table)


def _find(draft: Draft, table: str, subject: str, like: Mapping[str, Any] | None = None) -> Row:
    if table == "dukcapil":
        answer = draft.registry(subject or str((like or {}).get("nik", "")))
        if answer is not None:
            return answer
    if subject:
        return draft.bearing(table, _key(table), subject)[-1]
    for row in reversed(draft.tables[table]):
        if like is not None and all(row[name] == like[name] for name in row):
            return row
    raise LookupError(table)


def _cells(changes: Sequence[Change], side: str) -> str:
    """JSON: table -> subject -> column -> value; null for a row that is not there on this side.

    A cell changed twice keeps its first value before and its last value after.
    """
    found: dict[str, dict[str, Any]] = {}
    for change in changes:
        value = getattr(change, side)
        rows = found.setdefault(change.table, {})
        if not change.column:
            if side == "before" and change.subject in rows:
                continue
            if value is not None:
                value = {k: v for k, v in value.items() if k not in _PLACE_COLUMNS}
            rows[change.subject] = value
            continue
        cells = rows.setdefault(change.subject, {})
        if cells is None or (side == "before" and change.column in cells):
            continue
        cells[change.column] = value
    return json.dumps(found, ensure_ascii=False, default=_text)


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


#: Stands for the civil registry's answer, whichever cell of it.
_REGISTRY = "dukcapil"
#: Columns behind the words of the typed tables that are no columns of the register.
_BEHIND = {
    "age": ("birth_date",),
    "family_usable": ("no_kk",),
    "usable": ("no_kk",),
    "kk_number": ("no_kk",),
    "member_rows": ("family_id",),
    "receives": ("program", "status", "family_id"),
    "listed": ("nik", "person_id"),
    "is_active": ("status",),
    "per_family": ("program",),
    "lat0": ("kelurahan_kode_kemendagri",),
    "lon0": ("kelurahan_kode_kemendagri",),
    "area_km2": ("kelurahan_kode_kemendagri",),
    "unit": ("category",),
    "spm": ("category",),
}
_WORD = re.compile(r"[a-z_][a-z0-9_]*")


def reads(rule: Rule) -> frozenset[str]:
    """Names of the columns a rule may look at, rather too many than too few.

    Its ``needs`` leave out what it can do without, so its SQL is read too.
    """
    found = {column.split(".", 1)[1] for column in rule.columns}
    text = " ".join((rule.when, *rule.evidence.values()))
    for word in set(_WORD.findall(text)):
        if word in _COLUMNS:
            found.add(word)
        found.update(_BEHIND.get(word, ()))
        if word.startswith("nik_"):
            found.add("nik")
        elif word.startswith(("registry_", "dukcapil")):
            found.update(("nik", _REGISTRY))
        elif word.startswith(("category_", "age_")):
            found.add("category")
        elif word.startswith("period_"):
            found.add("period")
    return frozenset(found)


_COLUMNS = frozenset(name for table in SNAPSHOT_TABLES for name in columns(table))


class Planter:
    """Spreads plants over the families of one draft, keeping count of the rules."""

    def __init__(
        self, draft: Draft, seed: int, plants: Sequence[Plant], second_share: float = 0.0
    ) -> None:
        self._draft = draft
        self._seed = seed
        self._plants: dict[str, list[Plant]] = {}
        for plant in plants:
            self._plants.setdefault(plant.rule, []).append(plant)
        self._reads = [reads(rule) for rule in catalogue().values()]
        self._used: Counter[str] = Counter()
        self._used_plant: Counter[str] = Counter()
        self._second_share = second_share
        self._footprints: dict[str, frozenset[str]] = {}
        self._reached: set[str] = set()
        self._planted: set[str] = set()
        self._home = {
            row[key_column(table)]: row["family_id"]
            for table in ("person", "aid", "event", "ppks")
            for row in draft.tables[table]
        }
        self._families = {row["family_id"] for row in draft.tables["family"]}
        self._shown: frozenset[str] = frozenset()
        if isinstance(draft, World):
            self._shown = frozenset(row["family_id"] for row in draft.look_alikes)

    def plant_families(self, wanted: int) -> list[Planting]:
        """Plant in exactly ``wanted`` families.

        Raises ``WrongUse`` when the families run out before.
        """
        queue = self._queue()
        done: list[Planting] = []
        passed = 0
        for family_id in queue:
            if len(self._planted) == wanted:
                break
            if family_id in self._reached:
                continue
            # Families not yet seen and not reached into, less those still needed.
            waiting = len(queue) - passed - len(self._reached)
            spare = waiting - (wanted - len(self._planted))
            passed += 1
            rng = Random(f"{self._seed}:kesalahan:{family_id}")
            planting = self._plant(family_id, rng, self._by_use(rng), spare)
            if planting is None:
                continue
            done.append(planting)
            if rng.random() < self._second_share:
                second = self._plant_second(planting, rng, spare)
                if second is not None:
                    done.append(second)
        if len(self._planted) < wanted:
            raise WrongUse(
                f"Hanya {len(self._planted)} dari {wanted} keluarga dapat memuat kesalahan. "
                "Perbesar jumlah keluarga atau kecilkan bagian yang salah."
            )
        return done

    def _queue(self) -> list[str]:
        """Families in random order, those that show a look-alike last."""
        ids = [row["family_id"] for row in self._draft.tables["family"]]
        Random(f"{self._seed}:kesalahan").shuffle(ids)
        return sorted(ids, key=lambda family_id: family_id in self._shown)

    def _by_use(self, rng: Random) -> list[Plant]:
        """Plants of the least used rules first; within a rule the least used plant first."""
        order = sorted(self._plants, key=lambda code: (self._used[code], rng.random()))
        return [
            plant
            for code in order
            for plant in sorted(
                self._plants[code],
                key=lambda plant: (self._used_plant[f"{plant.rule}:{plant.name}"], rng.random()),
            )
        ]

    def _plant(
        self, family_id: str, rng: Random, candidates: Sequence[Plant], spare: int
    ) -> Planting | None:
        """The first candidate that takes and reaches into no family that must stay as it is."""
        for plant in candidates:
            planting = plant_one(self._draft, family_id, rng, [plant])
            if planting is None:
                continue
            others = self._others(planting)
            if others and (self._carries_something(others) or len(others) >= spare):
                undo(self._draft, planting.changes)
                continue
            self._keep(planting, others)
            return planting
        return None

    def _plant_second(self, first: Planting, rng: Random, spare: int) -> Planting | None:
        """Another rule's mistake in the same family, if it is independent of the first."""
        touched = first.touched
        candidates = (
            plant
            for plant in self._by_use(rng)
            if plant.rule != first.plant.rule
            and self._independent(touched, self._footprints.get(_name(plant)))
        )
        for plant in islice(candidates, 6):
            planting = plant_one(self._draft, first.family_id, rng, [plant])
            if planting is None:
                continue
            if self._others(planting) or not self._independent(touched, planting.touched):
                undo(self._draft, planting.changes)
                continue
            self._keep(planting, frozenset())
            return planting
        return None

    def _independent(self, one: frozenset[str], other: frozenset[str] | None) -> bool:
        """Whether the two wrote different columns and no rule reads columns of both.

        A footprint not known yet counts as dependent: when in doubt, there is no second mistake.
        """
        if other is None or one & other:
            return False
        return not any(
            not one.isdisjoint(read) and not other.isdisjoint(read) for read in self._reads
        )

    def _others(self, planting: Planting) -> frozenset[str]:
        """Other families a plant wrote into, or in which it says something will be found."""
        found = set()
        subjects = [companion.split(":", 1)[1] for companion in planting.planted.companions]
        subjects += [change.subject for change in planting.changes]
        subjects += [field.split(".", 1)[0] for field in planting.planted.fields if "." in field]
        for change in planting.changes:
            for row in (change.before, change.after):
                if isinstance(row, dict) and row.get("family_id"):
                    subjects.append(row["family_id"])
        for subject in [*subjects, planting.planted.subject]:
            if subject in self._families:
                found.add(subject)
            elif subject in self._home:
                found.add(self._home[subject])
        return frozenset(found - {planting.family_id})

    def _carries_something(self, families: frozenset[str]) -> bool:
        """Whether one of the families was planted in, reached into, or shows a look-alike."""
        return any(
            family_id in self._planted or family_id in self._reached or family_id in self._shown
            for family_id in families
        )

    def _keep(self, planting: Planting, others: frozenset[str]) -> None:
        name = _name(planting.plant)
        self._used[planting.plant.rule] += 1
        self._used_plant[name] += 1
        self._footprints[name] = self._footprints.get(name, frozenset()) | planting.touched
        self._planted.add(planting.family_id)
        self._reached |= others
        for change in planting.changes:
            if not change.column and isinstance(change.after, dict):
                family_id = change.after.get("family_id")
                if family_id and change.subject:
                    self._home[change.subject] = family_id


def _name(plant: Plant) -> str:
    return f"{plant.rule}:{plant.name}"
