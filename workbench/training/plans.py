"""The plan of a class: which kind of mistake each task holds.

Every trainee of a class meets the same kinds of mistake at the same task number, in other
families. What the plan says is fixed by the class and its seed alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from math import ceil, floor
from random import Random

from workbench.domain import displays
from workbench.errors import WrongUse
from workbench.rules import GROUPS, Plant, Rule, catalogue
from workbench.synthesis import WHY_LAWFUL
from workbench.training.spans import SPANS, TWO_RECORD_SHARE

#: Of the tasks with a mistake, the share that holds two; they come in the later half.
DOUBLE_SHARE = 0.2
#: Of the tasks without a mistake, the share that holds a look-alike (rounded up).
LOOK_ALIKE_SHARE = 0.5
#: Look-alikes a trainee can see in the record or the documents, with the cells they lie in.
#: A foster child is left out: what looks odd there is the mother's name, which is never shown.
_SEEN: dict[str, tuple[str, ...]] = {
    "kembar": ("name", "birth_date", "nik"),
    "senama": ("name", "birth_date"),
    "nik_wilayah_lama": ("nik",),
    "bantuan_boleh_bersama": ("program",),
    "nik_luar_kota": ("nik",),
    "janda_kepala_keluarga": ("shdk", "sex", "marital_status"),
    "kartu_atas_nama_ibu": ("name", "account_name"),
    "orang_tua_serumah": ("shdk",),
    "kawin_terlambat": ("marital_status",),
}
#: Those of this city: one without old codes has no old number to show.
LOOK_ALIKES = {name: cells for name, cells in _SEEN.items() if name in WHY_LAWFUL}
#: Those every class should meet first.
_FIRST = tuple(
    name
    for name in ("kembar", "senama", "nik_wilayah_lama", "bantuan_boleh_bersama")
    if name in LOOK_ALIKES
)

ERROR, LOOK_ALIKE, CLEAN = "error", "look_alike", "clean"


@dataclass(frozen=True)
class Plan:
    """What a trainer asks for when opening a class.

    ``error_share`` of the ``n_cases`` tasks hold a mistake (rounded half up); ``groups`` limits
    the rules to these groups (all where empty); families come from desil 1 to ``max_desil``
    unless a mistake needs another. Raises ``WrongUse`` for values that do not fit.
    """

    class_id: str
    n_cases: int = 12
    error_share: float = 0.75
    groups: tuple[str, ...] = ()
    seed: int = 1
    max_desil: int = 5

    def __post_init__(self) -> None:
        if not 1 <= self.n_cases <= 99:
            raise WrongUse("Jumlah kasus harus antara 1 dan 99.")
        if not 0.0 <= self.error_share <= 1.0:
            raise WrongUse("Bagian kasus dengan kesalahan harus antara 0 dan 1.")
        if not 1 <= self.max_desil <= 10:
            raise WrongUse("Batas desil harus antara 1 dan 10.")
        unknown = sorted(set(self.groups) - set(GROUPS))
        if unknown:
            raise WrongUse(f"Kelompok aturan {', '.join(unknown)} tidak dikenal.")
        object.__setattr__(self, "groups", tuple(g for g in GROUPS if g in self.groups))

    def _repr_html_(self) -> str:
        """What each task number will hold; the second mistake of a double is chosen on drawing."""
        rules, rows = catalogue(), []
        for slot in arrange(self):
            if slot.plant:
                kind = "dua kesalahan" if slot.is_double else "kesalahan"
                code = slot.plant.rule
                rows.append((slot.number, kind, code, rules[code].question))
            elif slot.look_alike:
                what = slot.look_alike.replace("_", " ")
                rows.append((slot.number, "mirip kesalahan, tetapi benar", "", what))
            else:
                rows.append((slot.number, "benar semua", "", ""))
        groups = ", ".join(GROUPS[group] for group in self.groups or GROUPS)
        return displays.card(
            f"Rencana kelas {self.class_id}",
            displays.facts(
                (
                    ("Kasus", self.n_cases),
                    ("Memuat kesalahan", self.n_errors),
                    ("Kelompok aturan", groups),
                    ("Desil keluarga", f"1 sampai {self.max_desil}"),
                    ("Benih", str(self.seed)),
                )
            ),
            displays.table(("Tugas", "Isi", "Aturan", "Pertanyaan"), rows),
            displays.note("Hanya untuk pelatih: tabel ini kunci jawaban."),
            mark="LATIHAN",
        )

    @property
    def n_errors(self) -> int:
        """Number of tasks with a mistake."""
        return floor(self.n_cases * self.error_share + 0.5)

    def rng(self, *parts: object) -> Random:
        """The dice of one part of this class, seeded by name."""
        return Random(":".join(str(part) for part in (self.class_id, self.seed, *parts)))


@dataclass(frozen=True)
class Task:
    """What one task number holds: one or two plants, a look-alike, or nothing at all."""

    number: int
    plants: tuple[Plant, ...] = ()
    look_alike: str = ""

    @property
    def kind(self) -> str:
        if self.plants:
            return ERROR
        return LOOK_ALIKE if self.look_alike else CLEAN

    @property
    def rules(self) -> tuple[str, ...]:
        """Codes of the rules, in the order of the plants."""
        return tuple(plant.rule for plant in self.plants)


def rules_of(plan: Plan) -> list[Rule]:
    """The rules a class may meet: those of its groups that can be planted and seen.

    Raises ``WrongUse`` when there are none.
    """
    groups = plan.groups or tuple(GROUPS)
    rules = [
        rule
        for rule in catalogue().values()
        if rule.group in groups and rule.taught and rule.plants
    ]
    if not rules:
        raise WrongUse("Kelompok aturan itu belum memuat aturan yang dapat dilatihkan.")
    return rules


@dataclass(frozen=True)
class Slot:
    """A task before its second mistake is chosen."""

    number: int
    plant: Plant | None
    is_double: bool
    look_alike: str


def arrange(plan: Plan) -> tuple[Slot, ...]:
    """The skeleton of a class, one slot a task, numbered from 1.

    The rules go round the groups, so that a short class meets every group, and two cases of five
    need two records; a rule comes twice only when all have come, and then by another plant where
    it has one.
    """
    rng = plan.rng("susunan")
    numbers = range(1, plan.n_cases + 1)
    n_quiet = plan.n_cases - plan.n_errors
    # The first task holds a mistake, so that nobody begins with a case about nothing.
    quiet = sorted(rng.sample(numbers[1:] if n_quiet < plan.n_cases else numbers, n_quiet))
    loud = [number for number in numbers if number not in quiet]
    two_records = TWO_RECORD_SHARE / plan.error_share if loud else 0.0
    sequence = plant_sequence(rules_of(plan), rng, two_records)
    plants = {number: next(sequence) for number in loud}
    late = [number for number in loud if number > plan.n_cases // 2]
    n_doubles = min(len(late), floor(len(loud) * DOUBLE_SHARE + 0.5))
    doubles = set(rng.sample(late, n_doubles))
    rest = [name for name in LOOK_ALIKES if name not in _FIRST]
    names = cycle([*rng.sample(_FIRST, len(_FIRST)), *rng.sample(rest, len(rest))])
    alike = sorted(rng.sample(quiet, ceil(n_quiet * LOOK_ALIKE_SHARE)))
    look_alikes = dict(zip(alike, names, strict=False))
    return tuple(
        Slot(number, plants.get(number), number in doubles, look_alikes.get(number, ""))
        for number in numbers
    )


def plant_sequence(
    rules: Sequence[Rule], rng: Random, two_records: float | None = None
) -> Iterator[Plant]:
    """Plants without end: round the groups, each rule once before any comes again.

    ``two_records`` is the share of rules that should need two records to be seen; it is kept from
    the first on, as far as the groups have such rules. None: as the dice fall.
    """
    by_group: dict[str, list[Rule]] = {}
    for rule in rules:
        by_group.setdefault(rule.group, []).append(rule)
    for listed in by_group.values():
        rng.shuffle(listed)
    order = list(by_group)
    rng.shuffle(order)
    once: list[Rule] = []
    while len(once) < len(rules):
        for listed in filter(None, (by_group[group] for group in order)):
            n_spanning = sum(rule.code in SPANS for rule in once)
            falls_short = two_records is not None and n_spanning < two_records * (len(once) + 2)
            wanted = [r for r in listed if two_records is None or (r.code in SPANS) == falls_short]
            once.append((wanted or listed)[0])
            listed.remove(once[-1])
    queues = {rule.code: rng.sample(rule.plants, len(rule.plants)) for rule in once}
    turn = 0
    while True:
        for rule in once:
            plants = queues[rule.code]
            yield plants[turn % len(plants)]
        turn += 1
