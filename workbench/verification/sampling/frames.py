"""Which families are visited: a frame, its strata, and a draw that an auditor can repeat.

The place of a family in the draw is SHA-256 of the seed and the family's own key, nothing else
(permanent random numbers: E. Ohlsson 1995, in Business Survey Methods, chapter 9). So a new row
changes the sample of no other stratum, and in its own it can only take one place itself.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from workbench.domain.wilayah import say_locally
from workbench.domain.words import number_id
from workbench.errors import UnusableInput, WrongUse

#: A stratum: (kelurahan, operator).
Place = tuple[str, str]


@dataclass(frozen=True, order=True)
class FrameRow:
    """A family as the draw knows it.

    ``key`` is the family's own stable key, never a NIK or KK number: keys are printed. ``content``
    is a digest of whatever else the list says, so that a later change is seen. ``exclusion`` is the
    reason why the family is left out before any size is computed, "" when it is not.
    """

    key: str
    kelurahan: str
    operator: str
    content: str = ""
    exclusion: str = ""

    @property
    def place(self) -> Place:
        return self.kelurahan, self.operator


class Frame:
    """The families that may be drawn, and those left out with their reasons; in order of keys.

    Raises ``WrongUse`` for a missing key and for one that comes twice.
    """

    def __init__(self, rows: Iterable[FrameRow]) -> None:
        every = sorted(rows)
        keys = {row.key for row in every}
        if "" in keys:
            raise WrongUse("Ada keluarga tanpa kunci. Setiap baris kerangka perlu kunci tetap.")
        if len(keys) < len(every):
            raise WrongUse(
                f"{number_id(len(every) - len(keys))} baris memakai kunci yang sudah dipakai baris "
                "lain. Setiap keluarga hanya boleh sekali dalam kerangka."
            )
        self.rows = tuple(row for row in every if not row.exclusion)
        self.excluded = tuple(row for row in every if row.exclusion)

    @cached_property
    def strata(self) -> Mapping[Place, tuple[FrameRow, ...]]:
        """Rows by kelurahan and operator, in order."""
        parts: dict[Place, list[FrameRow]] = {}
        for row in sorted(self.rows, key=lambda row: (row.place, row.key)):
            parts.setdefault(row.place, []).append(row)
        return {place: tuple(part) for place, part in parts.items()}

    @property
    def sizes(self) -> dict[Place, int]:
        return {place: len(part) for place, part in self.strata.items()}

    @property
    def exclusions(self) -> dict[str, int]:
        """How many families each reason leaves out, the most frequent first."""
        counts = Counter(row.exclusion for row in self.excluded)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all rows, the excluded too, whatever order they came in."""
        return _digest(sorted((*self.rows, *self.excluded)))


@dataclass(frozen=True)
class StratumDraw:
    """The ``n`` families drawn in a stratum of ``size``, in the order of the draw.

    ``digest`` is that of the stratum's rows. ``n`` is kept beside the rows, so that a row taken out
    of the sample afterwards is missed.
    """

    kelurahan: str
    operator: str
    size: int
    n: int
    digest: str
    rows: tuple[FrameRow, ...]

    @property
    def place(self) -> Place:
        return self.kelurahan, self.operator


@dataclass(frozen=True)
class Drawn:
    """A sample and all that is needed to draw it again.

    ``plan`` are the words of the plan it serves; ``digest`` is that of the frame.
    """

    seed: int
    plan: str
    digest: str
    exclusions: Mapping[str, int]
    strata: tuple[StratumDraw, ...]

    @property
    def rows(self) -> tuple[FrameRow, ...]:
        return tuple(row for part in self.strata for row in part.rows)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What is printed on the sample: label and value."""
        left_out = tuple(
            (f"Dikeluarkan: {reason}", number_id(count))
            for reason, count in self.exclusions.items()
        )
        return (
            ("Rencana", self.plan),
            *left_out,
            ("Keluarga dalam kerangka", number_id(sum(part.size for part in self.strata))),
            (say_locally("Kelompok (kelurahan dan operator)"), number_id(len(self.strata))),
            ("Keluarga terundi", number_id(len(self.rows))),
            ("Angka undian", str(self.seed)),
            ("Sidik kerangka (SHA-256)", self.digest),
        )

    def record(self) -> dict[str, Any]:
        """The sample as plain values for JSON; ``read_drawn`` gives it back."""
        return asdict(self)


@dataclass(frozen=True)
class Moved:
    """A family whose part in the sample changed, and why."""

    key: str
    place: Place
    why: str


@dataclass(frozen=True)
class Redraw:
    """A sample drawn again. ``changed`` are families in both samples whose row is not as it was;
    ``strata`` names those where any row of the frame differs, drawn or not."""

    is_same_frame: bool
    entered: tuple[Moved, ...]
    left: tuple[Moved, ...]
    changed: tuple[Moved, ...]
    strata: tuple[Place, ...]

    @property
    def is_same(self) -> bool:
        return not (self.entered or self.left or self.changed)

    @property
    def words(self) -> str:
        """The finding as an auditor reads it."""
        if self.is_same and self.is_same_frame:
            return "Undian ulang memberi daftar yang sama, dari kerangka yang sama."
        where = "kerangka tidak berubah, jadi catatan undiannya yang tidak cocok."
        if self.strata:
            where = f"{number_id(len(self.strata))} kelompok kerangka berubah sejak diundi."
        elif not self.is_same_frame:
            where = "keluarga yang dikeluarkan dari kerangka tidak lagi sama."
        if self.is_same:
            return f"Undian ulang memberi daftar yang sama, tetapi {where}"
        entered, left, changed = (
            number_id(len(part)) for part in (self.entered, self.left, self.changed)
        )
        return (
            f"Undian ulang tidak sama: {entered} keluarga masuk, {left} keluar, "
            f"{changed} berubah isinya; {where}"
        )


def allocate(sizes: Mapping[Place, int], n: int, at_least: int = 0) -> dict[Place, int]:
    """``n`` visits over the strata: in proportion to size, and no stratum below ``at_least``.

    Largest remainders (A. Hamilton 1792), ties by name; a stratum smaller than ``at_least`` is
    visited whole. The numbers sum to ``n``. Raises ``WrongUse`` when that cannot be.
    """
    total = sum(sizes.values())
    if not 0 <= n <= total:
        raise WrongUse(f"Diminta {number_id(n)} keluarga, kerangka berisi {number_id(total)}.")
    floors = {place: min(at_least, size) for place, size in sizes.items()}
    if sum(floors.values()) > n:
        raise WrongUse(
            f"{number_id(n)} keluarga tidak cukup untuk sedikitnya {at_least} di tiap kelompok: "
            f"perlu {number_id(sum(floors.values()))}. Tambah jumlahnya atau turunkan batas itu."
        )
    fixed: dict[Place, int] = {}
    while True:
        open_sizes = {place: sizes[place] for place in sorted(sizes) if place not in fixed}
        shares = _share_out(open_sizes, n - sum(fixed.values()))
        short = {place: floors[place] for place, k in shares.items() if k < floors[place]}
        if not short:
            return {place: fixed.get(place, shares.get(place, 0)) for place in sorted(sizes)}
        fixed |= short


def draw(frame: Frame, allocation: Mapping[Place, int], seed: int, plan: str) -> Drawn:
    """The first families of each stratum in the order of the seed.

    Raises ``WrongUse`` when the allocation names a stratum that is not there, or wants more
    families than it has.
    """
    sizes = frame.sizes
    for (kelurahan, operator), n in allocation.items():
        if n > sizes.get((kelurahan, operator), 0):
            raise WrongUse(
                f"Kelompok {kelurahan} / {operator} tidak berisi {number_id(n)} keluarga. Hitung "
                "ulang pembagian dari kerangka ini."
            )
    strata = []
    for place, rows in frame.strata.items():
        n = allocation.get(place, 0)
        strata.append(StratumDraw(*place, len(rows), n, _digest(rows), _first(rows, n, seed)))
    return Drawn(seed, plan, frame.digest, frame.exclusions, tuple(strata))


def redraw(frame: Frame, drawn: Drawn) -> Redraw:
    """Draw again from ``frame`` as ``drawn`` was, and say what is not the same.

    Seed and visits per stratum are those of the old sample, so a stratum that did not change gives
    the same families whatever became of the others.
    """
    numbers = {part.place: part.n for part in drawn.strata}
    before = {row.key: row for row in drawn.rows}
    after = {
        row.key: row
        for place, rows in frame.strata.items()
        for row in _first(rows, numbers.get(place, 0), drawn.seed)
    }
    known = {row.key: row for row in (*frame.rows, *frame.excluded)}
    digests = {place: _digest(rows) for place, rows in frame.strata.items()}
    old_digests = {part.place: part.digest for part in drawn.strata}
    return Redraw(
        frame.digest == drawn.digest,
        tuple(
            Moved(key, row.place, "mengisi tempat yang kosong atau mendahului dalam undian")
            for key, row in after.items()
            if key not in before
        ),
        tuple(
            Moved(key, row.place, _why_left(row, known.get(key)))
            for key, row in before.items()
            if key not in after
        ),
        tuple(
            Moved(key, row.place, _why_changed(row, after[key]))
            for key, row in before.items()
            if key in after and after[key] != row
        ),
        tuple(
            place
            for place in sorted(digests.keys() | old_digests.keys())
            if digests.get(place) != old_digests.get(place)
        ),
    )


def read_drawn(record: Mapping[str, Any]) -> Drawn:
    """A sample from its ``record``. Raises ``UnusableInput`` when it is none."""
    try:
        strata = tuple(
            StratumDraw(**{**part, "rows": tuple(FrameRow(**row) for row in part["rows"])})
            for part in record["strata"]
        )
        return Drawn(**{**record, "strata": strata})
    except (KeyError, TypeError, AttributeError):
        raise UnusableInput(
            "Catatan undian ini tidak lengkap atau rusak. Pakai berkas undian yang asli."
        ) from None


def _share_out(sizes: Mapping[Place, int], n: int) -> dict[Place, int]:
    total = sum(sizes.values())
    parts = {place: divmod(n * size, total) if total else (0, 0) for place, size in sizes.items()}
    left = n - sum(whole for whole, _ in parts.values())
    winners = set(sorted(parts, key=lambda place: -parts[place][1])[:left])
    return {place: whole + (place in winners) for place, (whole, _) in parts.items()}


def _first(rows: Sequence[FrameRow], n: int, seed: int) -> tuple[FrameRow, ...]:
    def order(row: FrameRow) -> bytes:
        return hashlib.sha256(f"{seed}:{row.key}".encode()).digest()

    return tuple(sorted(rows, key=order)[:n])


def _digest(rows: Iterable[FrameRow]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        fields = [row.key, row.kelurahan, row.operator, row.content, row.exclusion]
        digest.update(json.dumps(fields, separators=(",", ":")).encode("ascii") + b"\n")
    return digest.hexdigest()


def _why_left(old: FrameRow, new: FrameRow | None) -> str:
    if new is None:
        return "tidak ada lagi dalam daftar"
    if new.exclusion:
        return f"kini dikeluarkan: {new.exclusion}"
    if new.place != old.place:
        return f"pindah ke {new.kelurahan} / {new.operator}"
    return "terdesak keluarga lain dalam undian"


def _why_changed(old: FrameRow, new: FrameRow) -> str:
    if new.place != old.place:
        return f"pindah ke {new.kelurahan} / {new.operator}"
    return "isi barisnya berubah"
