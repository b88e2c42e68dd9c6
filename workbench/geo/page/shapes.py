"""Boundaries for a page: each shared line once, on a grid, as steps from point to point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from workbench.geo.areas import AreaSet, in_one_block, is_of_cells
from workbench.geo.page.packing import pack, signed

Point = tuple[int, int]

#: Steps of the grid along the longer side: some 6 m in a city, some 40 m in a province.
_GRID = 4096
#: More points than this are thinned, so that a page stays light on a phone.
_MOST_POINTS = 5500


def shape_data(frame: Any, areas: AreaSet) -> dict[str, Any]:
    """What the page draws: ``garis`` (lines), ``cincin`` (rings of lines, a kelurahan after the
    other, in the order of ``areas``), ``luar`` (lines around a kecamatan), ``titik`` and
    ``titik_kec`` (places for a label and the room around it); all packed, in grid steps.

    ``frame``: EPSG:4326. A kelurahan without a boundary has no rings.
    """
    held = dict(zip(frame["kode_kemendagri"], lighten(frame.geometry.to_numpy()), strict=True))
    shapes = {code: held[code] for code in areas.by_code if code in held}
    if not shapes:
        return {"kotak": [0, 0, 0], "garis": "", "cincin": "", "luar": "", "titik": ""}
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    step = float(max(east - west, north - south)) / _GRID or 1.0
    rings = {
        code: [_on_grid(ring, west, south, step) for ring in _rings(shape)]
        for code, shape in shapes.items()
    }
    lines, by_area = cut_lines({code: [r for r in found if r] for code, found in rings.items()})
    numbers: list[int] = []
    for code in areas.by_code:
        found = by_area.get(code, [])
        numbers.append(len(found))
        for ring in found:
            numbers += [len(ring), *(signed(line) for line in ring)]
    kecamatan = _merged(shapes, areas)
    # Lanes part the kecamatan of a map of cells: no line is drawn around one.
    has_cells = is_of_cells(str(frame.attrs.get("source") or ""))
    if has_cells:
        kecamatan = {code: in_one_block(cells) for code, cells in kecamatan.items()}
    spots = [_spot(shapes.get(code), west, south, step) for code in areas.by_code]
    groups = [_spot(kecamatan.get(code), west, south, step) for code in areas.kecamatan]
    rim = [] if has_cells else _on_rim(lines, kecamatan, west, south, step)
    return {
        "kotak": [round(float(west), 6), round(float(south), 6), step],
        "garis": pack(_steps(lines)),
        "cincin": pack(numbers),
        "luar": pack(n - before for n, before in zip(rim, [0, *rim], strict=False)),
        "titik": pack(n for spot in spots for n in spot),
        "titik_kec": pack(n for spot in groups for n in spot),
    }


def lighten(shapes: Any) -> list[Any]:
    """The shapes, thinned together where there are many points; shared lines stay shared."""
    thinned, tolerance = shapes, 0.00005
    while shapely.get_num_coordinates(thinned).sum() > _MOST_POINTS and tolerance < 0.02:
        thinned = shapely.coverage_simplify(shapes, tolerance)
        tolerance *= 1.5
    return list(thinned)


def cut_lines(
    rings: Mapping[str, Sequence[Sequence[Point]]],
) -> tuple[list[tuple[Point, ...]], dict[str, list[list[int]]]]:
    """Cut closed rings where lines meet: the lines, each once, and the rings as line numbers.

    ``-1 - n`` is line ``n`` backwards.
    """
    near: defaultdict[Point, set[Point]] = defaultdict(set)
    for found in rings.values():
        for ring in found:
            for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
                near[a].add(b)
                near[b].add(a)
    known: dict[tuple[Point, ...], int] = {}
    lines: list[tuple[Point, ...]] = []
    cut: dict[str, list[list[int]]] = {}
    for code, found in rings.items():
        cut[code] = []
        for ring in found:
            numbers = []
            for line in _between_corners(ring, near):
                backwards = line[::-1]
                if backwards in known and line not in known:
                    numbers.append(-1 - known[backwards])
                    continue
                if line not in known:
                    known[line] = len(lines)
                    lines.append(line)
                numbers.append(known[line])
            cut[code].append(numbers)
    return lines, cut


def _between_corners(
    ring: Sequence[Point], near: Mapping[Point, set[Point]]
) -> Iterator[tuple[Point, ...]]:
    corners = [n for n, point in enumerate(ring) if len(near[point]) != 2]
    # A ring that meets nobody begins at its least point, so that a hole and what fills it agree.
    start = corners[0] if corners else min(range(len(ring)), key=lambda n: ring[n])
    turned = [*ring[start:], *ring[:start], ring[start]]
    if not corners:
        yield min(tuple(turned), tuple(turned[::-1]))
        return
    line = [turned[0]]
    for point in turned[1:]:
        line.append(point)
        if len(near[point]) != 2:
            yield tuple(line)
            line = [point]
    if len(line) > 1:
        yield tuple(line)


def _rings(shape: Any) -> Iterator[Any]:
    parts = sorted(getattr(shape, "geoms", [shape]), key=lambda part: -part.area)
    for part in parts:
        yield part.exterior
        yield from part.interiors


def _on_grid(ring: Any, west: float, south: float, step: float) -> list[Point]:
    """The ring's points on the grid, open and without repeats; empty when nothing is left."""
    found = np.rint((shapely.get_coordinates(ring)[:-1] - (west, south)) / step).astype(int)
    points: list[Point] = []
    for x, y in found.tolist():
        if not points or points[-1] != (x, y):
            points.append((x, y))
    while len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return points if len(set(points)) > 2 else []


def _steps(lines: Sequence[Sequence[Point]]) -> Iterator[int]:
    at = (0, 0)
    for line in lines:
        yield len(line)
        for point in line:
            yield signed(point[0] - at[0])
            yield signed(point[1] - at[1])
            at = point


def _merged(shapes: Mapping[str, Any], areas: AreaSet) -> dict[str, Any]:
    groups: defaultdict[str, list[Any]] = defaultdict(list)
    for code, shape in shapes.items():
        groups[areas.parent(code)].append(shape)
    return {code: shapely.union_all(group) for code, group in groups.items()}


def _on_rim(
    lines: Sequence[Sequence[Point]],
    kecamatan: Mapping[str, Any],
    west: float,
    south: float,
    step: float,
) -> list[int]:
    """Numbers of the lines that run around a kecamatan; not around its islets.

    By place and not by owner: in a file with gaps two neighbours do not share their line.
    """
    rims = shapely.union_all([shapely.boundary(_main_parts(one)) for one in kecamatan.values()])
    shapely.prepare(rims)
    middles = []
    for line in lines:
        a, b = line[(len(line) - 1) // 2], line[(len(line) + 1) // 2 if len(line) > 2 else 1]
        middles.append(
            shapely.Point(west + (a[0] + b[0]) / 2 * step, south + (a[1] + b[1]) / 2 * step)
        )
    return [int(n) for n in np.flatnonzero(shapely.dwithin(rims, middles, 1.5 * step))]


def _main_parts(shape: Any) -> Any:
    parts = list(getattr(shape, "geoms", [shape]))
    least = 0.01 * shape.area
    whole = [part for part in parts if part.area >= least] or parts
    return shapely.union_all(
        [
            shapely.Polygon(
                part.exterior,
                [hole for hole in part.interiors if shapely.Polygon(hole).area >= least],
            )
            for part in whole
        ]
    )


def _spot(shape: Any, west: float, south: float, step: float) -> tuple[int, int, int]:
    """Where a name has most room: x, y and the radius of that room; zeros without a shape."""
    if shape is None or shape.is_empty:
        return 0, 0, 0
    part = max(getattr(shape, "geoms", [shape]), key=lambda one: one.area)
    circle = shapely.maximum_inscribed_circle(part, tolerance=20 * step)
    (x, y), _ = shapely.get_coordinates(circle)
    place = round((x - west) / step), round((y - south) / step), round(circle.length / step)
    return (max(place[0], 0), max(place[1], 0), place[2])
