"""What is made of published numbers: rates, shares, smoothing, clusters, change.

Everything is computed from a ``Release`` alone, which holds no hidden number, so nothing here can
betray one. A figure stands only where all numbers it needs are published.

Sources: Garwood 1936 (Biometrika 28:437) for the interval of a count; Wilson 1927 (JASA 22:209)
for that of a share; Marshall 1991 (Applied Statistics 40:283) for empirical Bayes; Anselin 1995
(Geographical Analysis 27:93) for local clusters; Benjamini and Hochberg 1995 (JRSS B 57:289) for
many tests at once.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor, log10
from typing import TYPE_CHECKING

from workbench.domain.estimates import estimate_share
from workbench.domain.wilayah import CITY, PLACES, say_locally
from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.geo.disclosure.tables import Cell, Release, State
from workbench.geo.indicators import Indicator
from workbench.geo.population import Population, PopulationEntry

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "KINDS",
    "STATE_WORDS",
    "Figure",
    "Measured",
    "Population",
    "PopulationEntry",
    "change",
    "garwood",
    "marshall",
    "measure",
    "wilson",
]

#: Kinds of measure and their words for a menu.
KINDS: Mapping[str, str] = {
    "jumlah": "Jumlah",
    "per1000": "Angka per 1.000",
    "per100": "Angka per 100",
    "persen": "Persen",
    "halus": "Angka yang diperhalus",
    "kelompok": "Kelompok setempat (LISA)",
}
STATE_WORDS: Mapping[State, str] = {
    State.DISEMBUNYIKAN: "disembunyikan",
    State.NOL: "nol",
    State.BELUM_DIDATA: "belum didata",
    State.TANPA_PENYEBUT: "tanpa penyebut",
}
#: What a rate is multiplied by; a share is a rate whose numerator is part of the denominator.
_SCALES = {"per1000": 1000, "per100": 100, "persen": 100}
_NO_GROUP = "tidak nyata"
_GROUPS = {
    1: "tinggi-tinggi",
    2: "rendah-tinggi",
    3: "rendah-rendah",
    4: "tinggi-rendah",
}
#: Fewer kelurahan than these are no ground for clusters.
LEAST_FOR_CLUSTERS = 20
#: Nor are values most of which are the same.
_ALIKE = 0.75
_PERMUTATIONS = 9999
_LEVEL = 0.05

Pairs = Collection[tuple[str, str]]


@dataclass(frozen=True)
class Figure:
    """What is shown of one place.

    ``value`` is None unless the state is ``ANGKA`` or ``NOL``, in the unit of its ``Measured``;
    ``low`` and ``high`` are its 95 % interval where there is one. ``group`` is one of LISA's;
    ``is_firm`` when it stands after the correction for many tests.
    """

    state: State
    value: float | None = None
    low: float | None = None
    high: float | None = None
    numerator: int | None = None
    denominator: int | None = None
    group: str = ""
    is_firm: bool = False


@dataclass(frozen=True)
class Measured:
    """A measure of an indicator by code: kelurahan, kecamatan and the city.

    ``words`` say how it is to be read. Only kelurahan are smoothed and have a group.
    """

    kind: str
    title: str
    unit: str
    figures: Mapping[str, Figure]
    words: tuple[str, ...] = ()
    decimals: int = 0

    def number(self, value: float) -> str:
        """A value without its unit, with this measure's decimals."""
        return number_id(value, self.decimals) if value else "0"

    def say(self, code: str) -> str:
        """The figure of a place as a person reads it, its interval and parts included."""
        figure = self.figures.get(code, Figure(State.BELUM_DIDATA))
        if figure.value is None:
            return STATE_WORDS[figure.state]
        said = f"{self.number(figure.value)} {self.unit}"
        if figure.low is not None and figure.high is not None:
            said += f" (95 %: {self.number(figure.low)} sampai {self.number(figure.high)})"
        if figure.numerator is not None and figure.denominator is not None:
            said += f", {number_id(figure.numerator)} dari {number_id(figure.denominator)}"
        return f"{said}; {figure.group}" if figure.group else said


def measure(
    release: Release,
    indicator: Indicator,
    kind: str,
    population: Population | None = None,
    boundaries_or_neighbours: gpd.GeoDataFrame | Pairs | None = None,
    year: int = 0,
) -> Measured:
    """One measure of an indicator from what was published.

    ``population`` and ``year`` (0: the newest) give denominators from the office's file; a place
    without one is ``TANPA_PENYEBUT``. ``boundaries_or_neighbours``, for clusters only, is a frame
    with ``kode_kemendagri`` or pairs of codes that touch. Raises ``WrongUse`` for a measure the
    indicator does not have, and where clusters cannot be judged.
    """
    if kind not in indicator.measures:
        raise WrongUse(f"Ukuran ini tidak ada untuk {indicator.title}. Pilih ukuran lain.")
    if kind == "jumlah":
        figures = {code: _counted(_cell(release, indicator, code)) for code in release.areas.codes}
        return Measured(kind, indicator.title, indicator.unit, figures, (indicator.note,))
    base = kind if kind in _SCALES else next(k for k in indicator.measures if k in _SCALES)
    parts = {
        code: _parts(release, indicator, code, population, year) for code in release.areas.codes
    }
    rates = _rates(parts, base, indicator)
    if population is not None and _needs_population(release, indicator):
        rates = replace(rates, words=(*rates.words, population.words(release.areas.by_code, year)))
    if kind == base:
        return rates
    if kind == "halus":
        return _smoothed(release, rates)
    return _clustered(release, rates, boundaries_or_neighbours)


def change(release_old: Release, release_new: Release, indicator: Indicator) -> Measured:
    """New count minus old; hidden where either is, not surveyed where either is not."""
    figures = {}
    for code in release_new.areas.codes:
        cells = [_cell(release, indicator, code) for release in (release_old, release_new)]
        states = [cell.state for cell in cells]
        old, new = (cell.value for cell in cells)
        if State.BELUM_DIDATA in states:
            figures[code] = Figure(State.BELUM_DIDATA)
        elif old is None or new is None:
            figures[code] = Figure(State.DISEMBUNYIKAN)
        else:
            state = State.ANGKA if new != old else State.NOL
            figures[code] = Figure(state, float(new - old))
    return Measured(
        "perubahan",
        f"Perubahan: {indicator.title}",
        indicator.unit,
        figures,
        (
            "Jumlah pada daftar baru dikurangi jumlah pada daftar lama. Perubahan dapat berasal "
            "dari keadaan warga atau dari cara mendata.",
        ),
    )


# --- numbers -------------------------------------------------------------------------------------


def garwood(events: int) -> tuple[float, float]:
    """95 % interval of a Poisson mean after ``events``, exact by chi-square."""
    from scipy.special import chdtri

    # ``chdtri`` is the inverse of the upper tail.
    low = 0.0 if events == 0 else float(chdtri(2 * events, 0.975)) / 2
    return low, float(chdtri(2 * events + 2, 0.025)) / 2


def wilson(part: int, whole: int) -> tuple[float, float]:
    """95 % score interval of the share ``part / whole``, ``whole`` above 0; between 0 and 1."""
    share = estimate_share(part, whole)
    return share.low, share.high


def marshall(
    events: Sequence[int], exposures: Sequence[int], mean: float | None = None
) -> Callable[[int, int], float]:
    """Empirical Bayes by moments: what smooths a rate of (events, exposure).

    A rate is drawn to ``mean`` (by default that of all given) the more, the smaller its exposure.
    Where rates differ no more than chance makes them, every one becomes the mean. Exposures are
    above 0.
    """
    whole = sum(exposures)
    centre = sum(events) / whole if mean is None else mean
    spread = sum(n * (x / n - centre) ** 2 for x, n in zip(events, exposures, strict=True)) / whole
    between = max(0.0, spread - centre / (whole / len(exposures)))

    def smooth(x: int, n: int) -> float:
        if between == 0:
            return centre
        return centre + between / (between + centre / n) * (x / n - centre)

    return smooth


# --- figures -------------------------------------------------------------------------------------


def _cell(release: Release, indicator: Indicator, code: str) -> Cell:
    return release.cell(indicator.table, indicator.column, code)


def _counted(cell: Cell) -> Figure:
    return Figure(cell.state, None if cell.value is None else float(cell.value))


def _parts(
    release: Release, indicator: Indicator, code: str, population: Population | None, year: int
) -> Figure:
    """Numerator and denominator of a place, without a value yet."""
    top = _cell(release, indicator, code)
    if top.state is State.BELUM_DIDATA:
        return Figure(top.state)
    own = indicator.denominator
    if not _needs_population(release, indicator):
        below = release.cell(indicator.table, own, code)
        if below.state in (State.BELUM_DIDATA, State.NOL):
            return Figure(State.TANPA_PENYEBUT)
        # A share of families that are hidden would let them be worked out.
        if top.value is None or below.value is None:
            return Figure(State.DISEMBUNYIKAN)
        return Figure(top.state, numerator=top.value, denominator=below.value)
    surveyed = release.tables[indicator.table].surveyed
    known = _known_people(release, surveyed, own, code, population, year)
    if not known:
        return Figure(State.TANPA_PENYEBUT)
    if top.value is None:
        return Figure(State.DISEMBUNYIKAN)
    return Figure(top.state, numerator=top.value, denominator=known)


def _needs_population(release: Release, indicator: Indicator) -> bool:
    """Whether the denominator comes from the office's file and not from the same table."""
    table = release.tables.get(indicator.table)
    columns = {column.key for column in table.columns} if table else set()
    return indicator.denominator not in columns - {indicator.column}


def _known_people(
    release: Release,
    surveyed: frozenset[str],
    what: str,
    code: str,
    population: Population | None,
    year: int,
) -> int:
    """People or families of a place by the office's file, of its surveyed kelurahan only.

    0 where the file lacks one of them: a rate over a part of the place would be too high.
    """
    if population is None:
        return 0
    areas = release.areas
    inside = [
        place
        for place in areas.by_code
        if place in surveyed and code in (place, areas.parent(place), areas.city_code)
    ]
    found = [population.on(place, year) for place in inside]
    numbers = [
        (entry.families if what == "keluarga" else entry.people) or 0 for entry in found if entry
    ]
    return sum(numbers) if len(numbers) == len(inside) and all(numbers) else 0


def _rates(parts: Mapping[str, Figure], kind: str, indicator: Indicator) -> Measured:
    scale = _SCALES[kind]
    figures, beyond = {}, 0
    for code, part in parts.items():
        top, below = part.numerator, part.denominator
        if top is None or below is None:
            figures[code] = part
            continue
        if kind == "persen" and top > below:
            beyond += 1
            figures[code] = Figure(State.TANPA_PENYEBUT)
            continue
        if kind == "persen":
            low, high = wilson(top, below)
        else:
            low, high = (bound / below for bound in garwood(top))
        figures[code] = replace(part, value=scale * top / below, low=scale * low, high=scale * high)
    words = [indicator.note, _interval_words(kind)]
    if beyond:
        words.append(
            f"Di {beyond} tempat penyebut lebih kecil dari jumlahnya, jadi tidak ada persen. "
            "Periksa berkas penduduk."
        )
    unit = _unit(kind, indicator)
    return Measured(kind, indicator.title, unit, figures, tuple(words), _decimals(figures.values()))


def _decimals(figures: Iterable[Figure]) -> int:
    """So many, up to 3, that the least rate above zero does not read as zero."""
    least = min((figure.value for figure in figures if figure.value), default=1.0)
    return min(3, max(1, 1 - floor(log10(least))))


def _unit(kind: str, indicator: Indicator) -> str:
    people = {"penduduk": "penduduk", "keluarga": "keluarga"}.get(indicator.denominator, "sasaran")
    if kind == "persen":
        return f"% dari {people}"
    return f"{indicator.unit} per {number_id(_SCALES[kind])} {people}"


def _interval_words(kind: str) -> str:
    how = "Wilson" if kind == "persen" else "Garwood (Poisson)"
    return f"Selang 95 % menurut {how}: makin sedikit yang dihitung, makin lebar."


def _smoothed(release: Release, rates: Measured) -> Measured:
    places = release.areas.by_code
    known = {
        code: (figure.numerator or 0, figure.denominator)
        for code in places
        if (figure := rates.figures[code]).value is not None and figure.denominator
    }
    city = rates.figures[release.areas.city_code]
    words = [
        f"Diperhalus dengan empirical Bayes (Marshall): {PLACES} kecil ditarik ke rata-rata "
        f"{CITY.kind} agar tidak tampak tinggi atau rendah hanya karena kebetulan."
    ]
    figures = dict(rates.figures)
    if known:
        # The city's own figure, where it is published, counts those that are hidden too.
        mean = city.numerator / city.denominator if city.numerator and city.denominator else None
        smooth = marshall([x for x, _ in known.values()], [n for _, n in known.values()], mean)
        for code, (events, exposure) in known.items():
            value = _SCALES[rates.kind] * smooth(events, exposure)
            figures[code] = replace(
                figures[code],
                # A zero is drawn to the mean too and then is none any more.
                state=State.ANGKA if value else State.NOL,
                value=value,
                low=None,
                high=None,
            )
        words.append(
            f"Dihitung dari {len(known)} {PLACES} yang angkanya tampil; kecamatan dan {CITY.kind} "
            "tidak diperhalus."
        )
    return replace(
        rates,
        kind="halus",
        figures=figures,
        words=(*words, *rates.words[2:]),
        decimals=_decimals(figures.values()),
    )


# --- clusters ------------------------------------------------------------------------------------


def _clustered(
    release: Release, rates: Measured, neighbours: gpd.GeoDataFrame | Pairs | None
) -> Measured:
    places = release.areas.by_code
    known = {
        code: figure.value for code in places if (figure := rates.figures[code]).value is not None
    }
    hidden = sum(rates.figures[code].state is State.DISEMBUNYIKAN for code in places)
    if len(known) < LEAST_FOR_CLUSTERS:
        raise WrongUse(
            f"Kelompok setempat butuh angka dari sedikitnya {LEAST_FOR_CLUSTERS} {PLACES}; baru "
            f"{len(known)} yang tampil. Pilih indikator lain atau ukuran lain."
        )
    if hidden > len(known):
        raise WrongUse(
            f"Angka {hidden} {PLACES} disembunyikan, lebih banyak daripada yang tampil, jadi "
            "kelompok setempat akan menyesatkan. Pilih indikator lain."
        )
    beside = _beside(known, _pairs(neighbours))
    if len(beside) < LEAST_FOR_CLUSTERS:
        raise WrongUse(
            f"Hanya {len(beside)} {PLACES} dengan angka yang bertetangga, jadi kelompok setempat "
            "tidak dapat dihitung. Periksa batas wilayah atau pilih indikator lain."
        )
    if Counter(known[code] for code in beside).most_common(1)[0][1] > _ALIKE * len(beside):
        raise WrongUse(
            say_locally(
                "Hampir semua kelurahan berangka sama, jadi tidak ada kelompok setempat. "
                "Pilih indikator lain."
            )
        )
    groups, chances = _lisa({code: known[code] for code in beside}, beside)
    firm = _stand_after_correction(chances)
    figures = dict(rates.figures)
    for code in known:
        group = groups[code] if chances.get(code, 1.0) < _LEVEL else _NO_GROUP
        figures[code] = replace(figures[code], group=group, is_firm=code in firm)
    real = sum(chance < _LEVEL for chance in chances.values())
    return replace(
        rates,
        kind="kelompok",
        figures=figures,
        words=(
            "tinggi-tinggi: angka tinggi di antara tetangga yang tinggi; rendah-rendah: rendah di "
            "antara yang rendah; tinggi-rendah dan rendah-tinggi: berbeda dari tetangganya.",
            f"Diuji {len(chances)} {PLACES} sekaligus: sekitar "
            f"{number_id(len(chances) * _LEVEL, 0)} akan tampak nyata hanya karena kebetulan. "
            f"Tampak nyata: {real}; tetap nyata setelah koreksi (Benjamini-Hochberg): {len(firm)}.",
            "Yang disembunyikan dan yang belum didata tidak ikut dihitung."
            + (
                f" {len(known) - len(beside)} {PLACES} tanpa tetangga yang tampil tidak diuji."
                if len(known) > len(beside)
                else ""
            ),
        ),
    )


def _pairs(neighbours: gpd.GeoDataFrame | Pairs | None) -> Iterable[tuple[str, str]]:
    if neighbours is None:
        raise WrongUse("Kelompok setempat butuh batas wilayah. Pasang batas, lalu ulangi.")
    if isinstance(neighbours, Collection) and not hasattr(neighbours, "geometry"):
        return neighbours
    from libpysal.graph import Graph

    frame = neighbours.set_index("kode_kemendagri")
    with warnings.catch_warnings():
        # Degrees serve well enough: neighbours drawn some 20 metres apart still touch.
        warnings.simplefilter("ignore")
        graph = Graph.build_fuzzy_contiguity(frame.geometry, buffer=0.0001)
    return [(str(a), str(b)) for a, b in graph.adjacency.index if a != b]


def _beside(known: Collection[str], pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Neighbours with a figure of each kelurahan that has one and has any."""
    found: dict[str, set[str]] = {}
    for a, b in pairs:
        if a in known and b in known and a != b:
            found.setdefault(a, set()).add(b)
            found.setdefault(b, set()).add(a)
    return {code: sorted(found[code]) for code in sorted(found)}


def _lisa(
    values: Mapping[str, float], beside: Mapping[str, list[str]]
) -> tuple[dict[str, str], dict[str, float]]:
    """Quadrant and two-sided chance of each kelurahan, by seeded permutations."""
    import numpy as np
    from esda.moran import Moran_Local
    from libpysal.graph import Graph

    codes = list(beside)
    focal = [code for code in codes for _ in beside[code]]
    near = [other for code in codes for other in beside[code]]
    graph = Graph.from_arrays(np.array(focal), np.array(near), np.ones(len(focal)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        moran = Moran_Local(
            np.array([values[code] for code in codes]),
            graph,
            permutations=_PERMUTATIONS,
            seed=2026,
        )
    # The chance esda gives is of one tail, whichever is the smaller.
    return (
        {code: _GROUPS[int(quadrant)] for code, quadrant in zip(codes, moran.q, strict=True)},
        {code: min(1.0, 2 * float(p)) for code, p in zip(codes, moran.p_sim, strict=True)},
    )


def _stand_after_correction(chances: Mapping[str, float]) -> frozenset[str]:
    """Those that stand when at most one in twenty of them may be chance."""
    ordered = sorted(chances, key=lambda code: chances[code])
    last = 0
    for place, code in enumerate(ordered, start=1):
        if chances[code] <= _LEVEL * place / len(ordered):
            last = place
    return frozenset(ordered[:last])
