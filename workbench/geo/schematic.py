"""Our own schematic map: a power diagram computed from centroids and areas alone.

Each kelurahan gets the cell of one site; the weights of the sites are solved until every cell
has the area the office publishes. Nothing in it comes from a surveyed line: the outline of the
city is grown from discs around the centroids, and the sites may move a little so that more of
the known neighbours touch. Run ``python -m workbench.geo.schematic [FOLDER]`` to write the map of
the city, ``verval maps schematic`` for that of any list of areas.

Plane coordinates in this module are kilometres in an equal-area projection, shape (n, 2).
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from scipy.spatial import ConvexHull, QhullError
from shapely.affinity import scale
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from workbench.domain.cities import CELL_KM, CELLS_NOT_PLACES
from workbench.errors import UnusableInput
from workbench.geo.areas import Area as CityArea
from workbench.geo.areas import AreaSet

Floats = npt.NDArray[np.float64]
Pair = tuple[str, str]

MAP_FILE = "kota_serang_skematik.geojson"
DISCLAIMER = "skematik, bukan batas resmi"
BUILT_ON = "2026-11-21"
SOURCE = (
    "dihitung dari titik tengah dan luas kelurahan (workbench/domain/reference/kelurahan.csv) "
    "dan daftar pasangan tetangga (workbench/geo/reference/tetangga_kota_serang.csv)"
)

_KM_A_DEGREE = 111.2
#: Shorter contacts do not count as neighbours: they are corners, not borders.
CONTACT_KM = 0.005
#: While tuning, a true border must be long enough to be seen, and a false one must vanish.
_SEEN_KM = 0.05
_GONE_KM = 0.003
#: Discs grown so much that still do not meet are islands: a hull takes them in.
_MOST_STRETCH = 4.0


class Area(Protocol):
    """What the map needs to know of one kelurahan; ``wilayah.Kelurahan`` has it."""

    @property
    def kode_kemendagri(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kecamatan_kode(self) -> str: ...
    @property
    def kecamatan(self) -> str: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...
    @property
    def luas_km2(self) -> float: ...


@dataclass(frozen=True)
class _Plot:
    """An area of an ``AreaSet`` under the names of this module."""

    kode_kemendagri: str
    name: str
    kecamatan_kode: str
    kecamatan: str
    lat: float
    lon: float
    luas_km2: float


@dataclass(frozen=True)
class Quality:
    """How well a map keeps to the facts; shares are 0 to 1, ``area_error`` is relative."""

    features: int
    area_error: float
    known: int
    drawn: int
    recall: float
    precision: float
    shift_median_km: float
    shift_max_km: float


@dataclass(frozen=True)
class _Diagram:
    """A solved diagram; ``borders`` gives the shared length in km by pair of site numbers."""

    weights: Floats
    cells: npt.NDArray[Any]
    borders: Mapping[tuple[int, int], float]


def true_neighbours() -> frozenset[Pair]:
    """Pairs of kelurahan codes that share a border on the ground, the lower code first."""
    path = files("workbench.geo").joinpath("reference/tetangga_kota_serang.csv")
    with path.open(encoding="utf-8") as lines:
        return frozenset((row["kode_a"], row["kode_b"]) for row in csv.DictReader(lines))


def build_schematic(
    areas: Sequence[Area], neighbours: Iterable[Pair] | None = None, rounds: int = 600
) -> dict[str, Any]:
    """Draw the areas as a GeoJSON FeatureCollection (EPSG:4326, six decimals).

    With ``neighbours`` the sites are tuned for at most ``rounds`` small moves so that more of
    those pairs touch and fewer others do. Equal input gives equal output. Raises
    ``UnusableInput`` when the areas cannot be laid out.
    """
    if len(areas) < 3:
        raise UnusableInput(
            "Peta skematik butuh sedikitnya tiga wilayah dengan titik tengah dan luas."
        )
    areas = sorted(areas, key=lambda area: area.kode_kemendagri)
    projection = _projection(areas)
    x, y = projection([area.lon for area in areas], [area.lat for area in areas])
    centroids = np.column_stack([x, y]) / 1000
    wanted = np.array([area.luas_km2 for area in areas])
    outline = _grow_outline(centroids, wanted)
    sites = centroids
    if neighbours is not None:
        number = {area.kode_kemendagri: i for i, area in enumerate(areas)}
        known = {
            (min(number[a], number[b]), max(number[a], number[b]))
            for a, b in neighbours
            if a in number and b in number
        }
        sites = _tune_sites(centroids, wanted, outline, frozenset(known), rounds)
    solved = _solve_weights(sites, wanted, outline, tolerance=1e-7)
    if solved is None:
        raise UnusableInput(
            "Peta skematik tidak dapat dihitung: titik tengah dan luas wilayah tidak saling cocok. "
            "Periksa kolom lat, lon dan luas_km2."
        )
    features = [
        {
            "type": "Feature",
            "properties": {
                "kode_kemendagri": area.kode_kemendagri,
                "nama_kelurahan": area.name,
                "kecamatan": area.kecamatan,
                "kode_kecamatan": area.kecamatan_kode,
                "luas_km2": area.luas_km2,
            },
            "geometry": {"type": "Polygon", "coordinates": _degrees(cell, projection)},
        }
        for area, cell in zip(areas, solved.cells, strict=True)
    ]
    return {
        "type": "FeatureCollection",
        "name": "kota_serang_skematik",
        "metadata": {
            "jenis": "skematik",
            "catatan": DISCLAIMER,
            "sumber": SOURCE,
            "tanggal": BUILT_ON,
            "lisensi": "MIT",
            "crs": "EPSG:4326",
        },
        "features": features,
    }


def schematic_of(areas: AreaSet, built_on: date) -> dict[str, Any]:
    """The schematic map of any list of areas, as ``build_schematic`` draws it.

    Without known neighbours every centroid stays where it is. Raises ``UnusableInput``.
    """
    plots = [
        _Plot(
            area.code,
            area.name,
            area.kecamatan_code,
            area.kecamatan,
            area.lat,
            area.lon,
            area.luas_km2,
        )
        for area in areas.areas
    ]
    if len({(plot.lat, plot.lon) for plot in plots}) < len(plots):
        raise UnusableInput(
            "Peta skematik tidak dapat dihitung: ada wilayah yang titik tengahnya sama. Periksa "
            "kolom lat dan lon."
        )
    collection = build_schematic(plots)
    collection["name"] = f"skematik_{areas.city_code.replace('.', '')}"
    collection["metadata"] |= {
        "sumber": "dihitung dari titik tengah dan luas wilayah",
        "tanggal": built_on.isoformat(),
        "wilayah": areas.city_name,
    }
    return collection


def cells_of(areas: AreaSet) -> dict[str, Any]:
    """A map of equal cells for places nobody gave a centroid: ``petak, bukan letak``.

    The cells keep apart by a hair, so that none passes for another's neighbour.
    """
    half = 0.47 * CELL_KM / _KM_A_DEGREE

    def square(area: CityArea) -> dict[str, Any]:
        west, east = round(area.lon - half, 6), round(area.lon + half, 6)
        south, north = round(area.lat - half, 6), round(area.lat + half, 6)
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        return {"type": "Polygon", "coordinates": [ring]}

    return {
        "type": "FeatureCollection",
        "name": f"petak_{areas.city_code.replace('.', '')}",
        "metadata": {"jenis": "skematik", "catatan": CELLS_NOT_PLACES, "crs": "EPSG:4326"},
        "features": [
            {
                "type": "Feature",
                "properties": {"kode_kemendagri": area.code, "nama_kelurahan": area.name},
                "geometry": square(area),
            }
            for area in areas.areas
        ],
    }


def write_schematic(path: Path, collection: Mapping[str, Any]) -> None:
    """Write a map as GeoJSON, a feature a line."""
    head = {key: value for key, value in collection.items() if key != "features"}
    lines = ",\n".join(
        json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        for feature in collection["features"]
    )
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n' + lines + "\n]}\n"
    path.write_text(text, encoding="utf-8")


def measure_quality(
    collection: Mapping[str, Any], areas: Sequence[Area], neighbours: Iterable[Pair]
) -> Quality:
    """Compare a drawn map with the areas, centroids and neighbour pairs it should keep."""
    projection = _projection(areas)
    shapes = {
        feature["properties"]["kode_kemendagri"]: shapely.transform(
            shapely.geometry.shape(feature["geometry"]),
            lambda lonlat: np.column_stack(projection(lonlat[:, 0], lonlat[:, 1])) / 1000,
        )
        for feature in collection["features"]
    }
    codes = sorted(shapes)
    drawn = {
        (a, b)
        for i, a in enumerate(codes)
        for b in codes[i + 1 :]
        if shapes[a].distance(shapes[b]) < 1e-6
        and shapes[a].intersection(shapes[b]).length > CONTACT_KM
    }
    known = set(neighbours)
    errors, shifts = [], []
    for area in areas:
        shape = shapes[area.kode_kemendagri]
        errors.append(abs(shape.area - area.luas_km2) / area.luas_km2)
        x, y = projection(area.lon, area.lat)
        shifts.append(shape.centroid.distance(Point(x / 1000, y / 1000)))
    kept = len(drawn & known)
    return Quality(
        features=len(shapes),
        area_error=max(errors),
        known=len(known),
        drawn=len(drawn),
        recall=kept / len(known),
        precision=kept / len(drawn),
        shift_median_km=float(np.median(shifts)),
        shift_max_km=max(shifts),
    )


def write_map(folder: Path) -> Quality:
    """Build the map of the city and write it with its ``SUMBER.md`` into ``folder``."""
    from workbench.domain.wilayah import kelurahan

    collection = build_schematic(kelurahan(), true_neighbours())
    quality = measure_quality(collection, kelurahan(), true_neighbours())
    folder.mkdir(parents=True, exist_ok=True)
    write_schematic(folder / MAP_FILE, collection)
    (folder / "SUMBER.md").write_text(describe_source(quality), encoding="utf-8")
    return quality


def describe_source(quality: Quality) -> str:
    """The page that stands beside the map: source, date, licence, method, measured quality."""

    def percent(share: float, decimals: int = 1) -> str:
        return f"{100 * share:.{decimals}f}".replace(".", ",") + " %"

    def km(value: float) -> str:
        return f"{value:.2f}".replace(".", ",") + " km"

    recall, precision = percent(quality.recall), percent(quality.precision)
    return f"""# Peta skematik Kota Serang

`{MAP_FILE}`: {quality.features} kelurahan, **{DISCLAIMER}**. Letak dan luas mendekati keadaan
sebenarnya, garis batasnya tidak. Jangan dipakai untuk menentukan letak rumah atau sengketa batas.

| Keterangan | Isi |
| --- | --- |
| Sumber | {SOURCE} |
| Tanggal | {BUILT_ON} |
| Lisensi | MIT, seperti seluruh proyek ini |
| Sistem koordinat | EPSG:4326 (bujur, lintang), enam desimal |
| Luas dihitung pada | proyeksi azimut Lambert sama luas |
| Kolom | kode_kemendagri, nama_kelurahan, kecamatan, kode_kecamatan, luas_km2 |

## Asal angka

- Titik tengah dan luas: BPS (Wilkerstat, 20 Desember 2019) lewat OCHA HDX COD-AB Indonesia.
- Kode dan nama: Kepmendagri 300.2.2-2138 Tahun 2025.
- Pasangan tetangga: fakta "wilayah A berbatasan dengan wilayah B" dari garis BPS yang sama. Hanya
  pasangannya yang disimpan; tidak ada garis batas pihak lain di sini.

## Cara membuat

1. Setiap kelurahan diberi satu titik pada titik tengahnya dan satu lingkaran seluas wilayahnya.
   Gabungan lingkaran yang dihaluskan lalu diskalakan ke jumlah luas menjadi garis luar kota
   (rekaan).
2. Diagram pangkat (Voronoi berbobot) membagi garis luar itu. Bobot dihitung dengan cara Newton
   sampai luas setiap sel sama dengan `luas_km2`.
3. Titik digeser sedikit, dengan urutan acak yang tetap, bila pergeseran itu membuat lebih banyak
   tetangga sebenarnya bersentuhan.

Buat ulang dengan `python -m workbench.geo.schematic`. Masukan yang sama memberi peta yang sama.

## Mutu terukur

| Ukuran | Nilai | Syarat |
| --- | --- | --- |
| Selisih luas terbesar | {percent(quality.area_error, 3)} | di bawah 0,1 % |
| Tetangga sebenarnya yang tergambar | {recall} dari {quality.known} | paling sedikit 92 % |
| Pasangan tergambar yang benar | {precision} dari {quality.drawn} | paling sedikit 90 % |
| Pergeseran titik tengah, nilai tengah | {km(quality.shift_median_km)} | - |
| Pergeseran titik tengah, terbesar | {km(quality.shift_max_km)} | - |

Bersentuhan berarti berbagi garis lebih dari {CONTACT_KM * 1000:.0f} meter; bertemu di satu titik
tidak dihitung.
"""


def _projection(areas: Sequence[Area]) -> pyproj.Proj:
    # Equal-area, so that km2 on the page are km2 on the ground.
    lat = round(float(np.mean([area.lat for area in areas])), 2)
    lon = round(float(np.mean([area.lon for area in areas])), 2)
    return pyproj.Proj(proj="laea", lat_0=lat, lon_0=lon, ellps="WGS84")


def _degrees(cell: Polygon, projection: pyproj.Proj) -> list[list[tuple[float, float]]]:
    ring = np.asarray(shapely.geometry.polygon.orient(cell).exterior.coords) * 1000
    lon, lat = projection(ring[:, 0], ring[:, 1], inverse=True)
    points: list[tuple[float, float]] = []
    for place in zip(np.round(lon, 6).tolist(), np.round(lat, 6).tolist(), strict=True):
        if not points or points[-1] != place:
            points.append(place)
    return [points]


def _grow_outline(centroids: Floats, wanted: Floats) -> Polygon:
    """A smooth outline of exactly the summed area around discs as large as the areas."""
    radii = np.sqrt(wanted / np.pi)
    stretch = 1.2
    while True:
        discs = shapely.buffer(shapely.points(centroids), radii * stretch, quad_segs=24)
        # Closing fills the bays between discs, opening takes off their horns.
        union = shapely.union_all(discs).buffer(1.0).buffer(-1.5).buffer(0.5)
        if isinstance(union, Polygon):
            break
        if stretch > _MOST_STRETCH:
            union = shapely.convex_hull(union)
            break
        stretch += 0.1
    shape = Polygon(union.exterior).simplify(0.015)
    total = float(wanted.sum())
    low, high = -3.0, 3.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if shape.buffer(middle).area < total else (low, middle)
    shape = shape.buffer(high, quad_segs=6).simplify(0.01)
    # The last hair of area by scaling, so that the weights can be solved exactly.
    factor = float(np.sqrt(total / shape.area))
    scaled = scale(shape, factor, factor, origin="centroid")
    if not isinstance(scaled, Polygon):
        raise UnusableInput("Garis luar peta skematik tidak utuh. Periksa kolom luas_km2.")
    return scaled


def _regular_neighbours(sites: Floats, weights: Floats) -> list[list[int]]:
    """Sites adjacent in the regular triangulation (lower hull of the lifted points)."""
    lifted = np.column_stack([sites, (sites**2).sum(axis=1) - weights])
    try:
        hull = ConvexHull(lifted)
    except QhullError as error:
        raise UnusableInput("Titik tengah wilayah terletak pada satu garis.") from error
    found: list[set[int]] = [set() for _ in sites]
    for a, b, c in hull.simplices[hull.equations[:, 2] < 0].tolist():
        found[a] |= {b, c}
        found[b] |= {a, c}
        found[c] |= {a, b}
    return [sorted(group) for group in found]


def _clip(
    ring: list[tuple[float, float]], sides: list[int], nx: float, ny: float, limit: float, side: int
) -> tuple[list[tuple[float, float]], list[int]]:
    """Cut a convex ring with the half-plane ``n . p <= limit``; ``sides`` names its edges."""
    height = [nx * x + ny * y - limit for x, y in ring]
    if max(height) <= 0:
        return ring, sides
    cut: list[tuple[float, float]] = []
    cut_sides: list[int] = []
    for k, (x, y) in enumerate(ring):
        after = (k + 1) % len(ring)
        here, there = height[k], height[after]
        if here <= 0:
            cut.append((x, y))
            cut_sides.append(sides[k])
        if (here <= 0) != (there <= 0):
            share = here / (here - there)
            cut.append((x + (ring[after][0] - x) * share, y + (ring[after][1] - y) * share))
            cut_sides.append(side if here <= 0 else sides[k])
    return cut, cut_sides


def _draw_cells(
    sites: Floats, weights: Floats, outline: Polygon
) -> tuple[npt.NDArray[Any], dict[tuple[int, int], float]]:
    """Cells inside the outline (empty for a buried site) and the lengths of their borders."""
    heights = (sites**2).sum(axis=1) - weights
    west, south, east, north = outline.buffer(1.0).bounds
    box = [(west, south), (east, south), (east, north), (west, north)]
    rings: list[BaseGeometry] = []
    pairs: list[tuple[int, int]] = []
    segments: list[tuple[tuple[float, float], tuple[float, float]]] = []
    for i, around in enumerate(_regular_neighbours(sites, weights)):
        ring, sides = (box, [-1] * 4) if around else ([], [])
        for j in around:
            if not ring:
                break
            nx, ny = (2 * (sites[j] - sites[i])).tolist()
            ring, sides = _clip(ring, sides, nx, ny, float(heights[j] - heights[i]), j)
        rings.append(Polygon(ring) if len(ring) > 2 else Polygon())
        for k, j in enumerate(sides):
            if j > i:
                pairs.append((i, j))
                segments.append((ring[k], ring[(k + 1) % len(ring)]))
    cells = shapely.intersection(np.array(rings, dtype=object), outline)
    lines = shapely.intersection(shapely.linestrings(np.array(segments)), outline)
    return cells, dict(zip(pairs, shapely.length(lines).tolist(), strict=True))


def _solve_weights(
    sites: Floats,
    wanted: Floats,
    outline: Polygon,
    start: Floats | None = None,
    tolerance: float = 1e-7,
) -> _Diagram | None:
    """Weights under which every cell has its wanted area, by damped Newton steps.

    ``tolerance`` is relative to each area. None when the steps do not get there.
    """
    weights = np.zeros(len(sites)) if start is None else start
    cells, borders = _draw_cells(sites, weights, outline)
    drawn = shapely.area(cells)
    if drawn.min() <= 0:
        return None if start is None else _solve_weights(sites, wanted, outline, None, tolerance)
    for _ in range(50):
        if np.max(np.abs(drawn - wanted) / wanted) < tolerance:
            return _Diagram(weights, cells, borders)
        # Raising one weight moves each of its borders outward by 1 / (2 distance).
        slope = np.zeros((len(sites), len(sites)))
        for (i, j), length in borders.items():
            gain = length / (2 * float(np.hypot(*(sites[i] - sites[j]))))
            slope[[i, j], [j, i]] -= gain
            slope[[i, j], [i, j]] += gain
        step = np.linalg.lstsq(slope, wanted - drawn, rcond=1e-10)[0]
        misfit = float(np.abs(wanted - drawn).sum())
        floor = 0.5 * min(float(drawn.min()), float(wanted.min()))
        stride = 1.0
        while True:
            trial = weights + stride * step
            cells, borders = _draw_cells(sites, trial, outline)
            drawn = shapely.area(cells)
            left = float(np.abs(wanted - drawn).sum())
            if drawn.min() >= floor and left < (1 - 0.3 * stride) * misfit:
                break
            stride /= 2
            if stride < 1e-3:
                return None
        weights = trial
    return None


def _tune_sites(
    centroids: Floats,
    wanted: Floats,
    outline: Polygon,
    known: frozenset[tuple[int, int]],
    rounds: int,
) -> Floats:
    """Move sites off their centroids while that makes the drawn neighbours truer.

    A hill climb with seeded draws: a missing pair is pulled together, a false one pushed apart,
    or a site near the fault is nudged; a move stays only when the sum of faults and of squared
    shifts falls.
    """
    rng = Random("peta skematik:tetangga")

    def judge(
        sites: Floats, start: Floats | None
    ) -> tuple[float, Floats, list[tuple[int, int]], int] | None:
        solved = _solve_weights(sites, wanted, outline, start, tolerance=2e-3)
        if solved is None or any(cell.geom_type != "Polygon" for cell in solved.cells):
            return None
        missing = sorted(pair for pair in known if solved.borders.get(pair, 0.0) < _SEEN_KM)
        false = sorted(
            pair
            for pair, length in solved.borders.items()
            if length > _GONE_KM and pair not in known
        )
        cost = len(missing) + len(false) + 0.5 * sum(min(solved.borders[p], 1.0) for p in false)
        cost += 0.6 * float(((sites - centroids) ** 2).sum())
        return cost, solved.weights, missing + false, len(missing)

    sites = centroids
    judged = judge(sites, None)
    if judged is None:
        return sites
    idle = 0
    for _ in range(rounds):
        cost, weights, faults, missing = judged
        if not faults or idle > 250:
            break
        place = rng.randrange(len(faults))
        a, b = faults[place]
        moved = sites.copy()
        reach = rng.uniform(0.03, 0.35)
        if rng.random() < 0.5:
            along = (sites[b] - sites[a]) / float(np.hypot(*(sites[b] - sites[a])))
            along *= reach / 2 if place < missing else -reach / 2
            moved[a] += along
            moved[b] -= along
        else:
            chosen = rng.choice((a, b))
            if rng.random() < 0.4:
                distance = np.hypot(*(sites - sites[chosen]).T)
                chosen = int(
                    np.argsort(distance, kind="stable")[rng.randrange(1, min(6, len(sites)))]
                )
            angle = rng.uniform(0, 2 * np.pi)
            moved[chosen] += reach * np.array([np.cos(angle), np.sin(angle)])
        trial = judge(moved, weights)
        if trial is not None and trial[0] < cost - 1e-6:
            sites, judged, idle = moved, trial, 0
        else:
            idle += 1
    return sites


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("maps")
    measured = write_map(target)
    print(
        f"{target / MAP_FILE}: {measured.features} kelurahan, selisih luas terbesar "
        f"{100 * measured.area_error:.4f} %, tetangga tergambar {100 * measured.recall:.1f} %, "
        f"tetangga benar {100 * measured.precision:.1f} %"
    )
