"""The map at print size: A4 or A3 across, as PNG or as PDF whose text can be selected.

Degrees are drawn as if the earth were flat at the middle of the map, which over a city is true to
less than the width of a line; the scale bar is measured on the WGS 84 ellipsoid at that latitude.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench.domain.wilayah import PLACES
from workbench.domain.words import date_id
from workbench.geo.areas import is_of_cells
from workbench.geo.classes import CLUSTER
from workbench.geo.disclosure.tables import State
from workbench.geo.exports.drawing import (
    INK,
    MARKS,
    PATTERN_WORDS,
    PATTERNS,
    QUIET,
    page,
    pen,
    raster,
)
from workbench.geo.exports.selections import Extract, range_words

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Width and height in inches of the papers, lying across.
PAPERS = {"A4": (11.69, 8.27), "A3": (16.54, 11.69)}
#: Dots an inch of the PNG.
DOTS = 200
_MAP = (0.03, 0.1, 0.66, 0.76)
_SIDE, _EDGE = 0.715, 0.97
#: Between lines and between notes of small print, as shares of the page's height.
_PITCH, _GAP = 0.0198, 0.008
#: Share of the map left free around it, so that no outline is cut.
_MARGIN = 0.01


def map_png(extract: Extract, frame: gpd.GeoDataFrame, printed_on: date) -> bytes:
    """The map on A4 across, ``DOTS`` an inch."""
    with pen("peta"):
        return raster(draw(extract, frame, printed_on, "A4"), DOTS)


def map_pdf(
    extract: Extract, frame: gpd.GeoDataFrame, printed_on: date, paper: str = "A4"
) -> bytes:
    """The map as one page of ``PAPERS``; on A3 the kelurahan carry their names."""
    with pen("peta"):
        figure = draw(extract, frame, printed_on, paper)
        return page(figure, f"{extract.title}, {extract.areas.city_name} ({extract.mark})")


def draw(extract: Extract, frame: gpd.GeoDataFrame, printed_on: date, paper: str) -> Figure:
    """The page of ``PAPERS`` as a figure, to be saved inside ``drawing.pen``."""
    from matplotlib.figure import Figure

    width, height = PAPERS[paper]
    scale = width / PAPERS["A4"][0]
    figure = Figure((width, height), facecolor="#ffffff")
    axes = figure.add_axes(_MAP)
    axes.set_axis_off()
    shapes = dict(zip(frame["kode_kemendagri"], frame.geometry, strict=True))
    _areas(axes, extract, shapes, scale)
    _outlines(axes, extract, frame, shapes, scale, has_names=paper == "A3")
    west, south, east, north = frame.total_bounds
    middle = (south + north) / 2
    axes.set_aspect(1 / _shrinking(middle))
    axes.set_xlim(west - _MARGIN * (east - west), east + _MARGIN * (east - west))
    axes.set_ylim(south - _MARGIN * (north - south), north + _MARGIN * (north - south))
    if extract.practice:
        figure.text(
            *(_MAP[0] + _MAP[2] / 2, _MAP[1] + _MAP[3] / 2, "LATIHAN"),
            size=104 * scale,
            color="#334155",
            alpha=0.17,
            rotation=28,
            ha="center",
            va="center",
            zorder=9,
        )
    _head(figure, extract, scale)
    _legend(figure, extract, set(shapes), scale)
    if not is_of_cells(str(extract.boundaries.get("source"))):
        _north(figure, scale)
    if not extract.boundaries.get("schematic"):
        _scale_bar(figure, axes, middle, scale)
    _foot(figure, extract, printed_on, scale)
    return figure


def _areas(axes: Axes, extract: Extract, shapes: dict[str, Any], scale: float) -> None:
    from matplotlib.patches import PathPatch

    for row in extract.kelurahan:
        if row.code not in shapes:
            continue
        outline = _outline(shapes[row.code])
        ground, colour, hatch = _fill(extract, row.code)
        # The pattern takes the colour of the edge, so the edge itself is drawn apart.
        axes.add_patch(PathPatch(outline, facecolor=ground, edgecolor=colour, hatch=hatch, lw=0))
        axes.add_patch(PathPatch(outline, fill=False, edgecolor="#475569", lw=0.45 * scale))


def _fill(extract: Extract, code: str) -> tuple[str, str, str]:
    """Ground, colour of the pattern and pattern of one kelurahan."""
    figure = extract.by_code[code].figure
    if extract.is_grouped and figure.group:
        return CLUSTER[figure.group], INK, ""
    if figure.state in PATTERNS or figure.value is None:
        return PATTERNS.get(figure.state, PATTERNS[State.BELUM_DIDATA])
    place = extract.classes.class_of(figure.value)
    return extract.fills[place], INK, ""


def _outlines(
    axes: Axes,
    extract: Extract,
    frame: gpd.GeoDataFrame,
    shapes: dict[str, Any],
    scale: float,
    has_names: bool,
) -> None:
    import shapely
    from matplotlib.patches import PathPatch

    from workbench.geo.boundaries import kecamatan_outlines

    middles = {code: shapely.point_on_surface(shape) for code, shape in shapes.items()}
    taken = list(middles.values()) if has_names else []
    outlines = kecamatan_outlines(frame)
    for name, whole in zip(outlines["kecamatan"], outlines.geometry, strict=True):
        axes.add_patch(
            PathPatch(_outline(whole), fill=False, edgecolor=INK, lw=1.5 * scale, joinstyle="round")
        )
        place = _free_place(whole, taken)
        words = name.upper().replace(" ", "\n")
        _label(axes, place, words, (9 if has_names else 11) * scale, halo=3.2, order=8)
    if has_names:
        for row in extract.kelurahan:
            if row.code in shapes:
                _label(
                    axes,
                    middles[row.code],
                    row.name.replace(" ", "\n"),
                    5.2 * scale,
                    halo=3,
                    order=7,
                )


def _free_place(whole: Any, taken: Sequence[Any]) -> Any:
    """The place inside that lies farthest from the edge and the points taken.

    Words are wide and not high, so a distance across counts a quarter.
    """
    import numpy as np
    import shapely

    if not taken:
        return shapely.point_on_surface(whole)
    west, south, east, north = whole.bounds
    grid = shapely.points(
        [(x, y) for x in np.linspace(west, east, 60) for y in np.linspace(south, north, 60)]
    )
    grid = grid[shapely.contains(whole, grid)]
    x, y = shapely.get_x(grid), shapely.get_y(grid)
    free = [np.maximum(abs(x - point.x) / 4, abs(y - point.y)) for point in taken]
    return grid[int(np.argmax(np.min([shapely.distance(whole.boundary, grid), *free], axis=0)))]


def _label(axes: Axes, point: Any, words: str, size: float, halo: float, order: int) -> None:
    """Words with a light rim; the rim is drawn apart, so that the words stay text in a PDF."""
    from matplotlib.patheffects import Stroke

    common: dict[str, Any] = {"size": size, "ha": "center", "va": "center", "linespacing": 0.95}
    rim = axes.text(point.x, point.y, words, zorder=order, color="#ffffff", **common)
    rim.set_path_effects([Stroke(linewidth=halo * size / 10, foreground="#ffffff")])
    axes.text(point.x, point.y, words, zorder=order + 0.5, color=INK, **common)


def _outline(shape: Any) -> Any:
    """The rings of a polygon or multipolygon as one path, holes wound the other way."""
    import shapely
    from matplotlib.path import Path

    rings = []
    for part in getattr(shape, "geoms", (shape,)):
        turned = shapely.geometry.polygon.orient(part)
        rings += [turned.exterior, *turned.interiors]
    return Path.make_compound_path(
        *(Path(shapely.get_coordinates(ring), closed=True) for ring in rings)
    )


def _head(figure: Figure, extract: Extract, scale: float) -> None:
    lines = textwrap.wrap(extract.title, 74)[:2]
    for place, line in enumerate(lines):
        figure.text(0.03, 0.95 - 0.034 * place, line, size=17 * scale, va="center")
    figure.text(
        *(0.03, 0.95 - 0.034 * len(lines)),
        f"{extract.areas.city_name} · {extract.measured.unit} · keadaan {extract.day}",
        size=10.5 * scale,
        color=QUIET,
        va="center",
    )
    colour = MARKS[extract.practice]
    frame = {"boxstyle": "square,pad=0.5", "edgecolor": colour, "linewidth": 1.6 * scale}
    figure.text(
        *(0.97, 0.948, extract.mark),
        size=12 * scale,
        ha="right",
        va="center",
        color=colour if extract.practice else "#ffffff",
        bbox=frame | {"facecolor": "#ffffff" if extract.practice else colour},
    )


def _legend(figure: Figure, extract: Extract, drawn: set[str], scale: float) -> None:
    from matplotlib.patches import Rectangle

    y = 0.845
    figure.text(_SIDE, y, "Keterangan", size=11.5 * scale, va="center")
    figure.text(_EDGE, y, "kelurahan", size=8.5 * scale, color=QUIET, va="center", ha="right")
    y -= 0.004
    for line in textwrap.wrap(extract.measured.unit, 48):
        y -= 0.022
        figure.text(_SIDE, y, line, size=8.5 * scale, color=QUIET, va="center")
    y -= 0.006
    for (ground, colour, hatch), words, count in _entries(extract):
        y -= 0.036
        where: dict[str, Any] = {"width": 0.034, "height": 0.027, "transform": figure.transFigure}
        corner = (_SIDE, y - 0.0135)
        figure.add_artist(
            Rectangle(corner, **where, facecolor=ground, edgecolor=colour, hatch=hatch, lw=0)
        )
        figure.add_artist(Rectangle(corner, **where, fill=False, edgecolor=QUIET, lw=0.7 * scale))
        figure.text(_SIDE + 0.043, y, words, size=9.5 * scale, va="center")
        figure.text(_EDGE, y, str(count), size=9.5 * scale, va="center", ha="right")
    y -= 0.03
    missing = sum(row.code not in drawn for row in extract.kelurahan)
    notes = [extract.disclosure(), *extract.method()]
    if missing:
        notes.insert(0, f"{missing} {PLACES} tidak tergambar karena batasnya belum ada.")
    floor = 0.11 if extract.boundaries.get("schematic") else 0.155
    for place, note in enumerate(notes, start=1):
        lines = textwrap.wrap(note, 53)
        # A line stays free to say that there is more.
        more = _GAP + _PITCH if place < len(notes) else 0
        has_room = y - _GAP - _PITCH * len(lines) - more > floor
        if not has_room:
            lines = ["Cara menghitung selengkapnya: unduh tabel (XLSX)."]
        y -= _GAP
        for line in lines:
            y -= _PITCH
            figure.text(_SIDE, y, line, size=8 * scale, color=QUIET, va="center")
        if not has_room:
            break


def _entries(extract: Extract) -> list[tuple[tuple[str, str, str], str, int]]:
    """Fill, words and count of every line of the legend: classes from high to low, states."""
    entries = []
    for group, colour in CLUSTER.items():
        inside = [row.figure for row in extract.kelurahan if row.figure.group == group]
        firm = sum(figure.is_firm for figure in inside)
        words = f"{group.capitalize()}, {firm} kuat" if firm else group.capitalize()
        if inside:
            entries.append(((colour, INK, ""), words, len(inside)))
    classes = zip(extract.fills, extract.classes.ranges, extract.classes.counts, strict=True)
    for colour, range_, count in reversed(list(classes)):
        words = range_words(extract, range_)
        entries.append(((colour, INK, ""), words, count))
    for state, fill in PATTERNS.items():
        count = len(extract.in_state(state))
        if count:
            entries.append((fill, PATTERN_WORDS[state], count))
    return entries


def _north(figure: Figure, scale: float) -> None:
    from matplotlib.patches import Polygon

    x, y = _MAP[0] + 0.012, _MAP[1] + _MAP[3] - 0.075
    points = [(x, y + 0.045), (x + 0.011, y), (x, y + 0.011), (x - 0.011, y)]
    figure.add_artist(Polygon(points, transform=figure.transFigure, facecolor=INK, edgecolor=INK))
    figure.text(x, y + 0.059, "U", size=10 * scale, ha="center", va="center")


def _scale_bar(figure: Figure, axes: Axes, latitude: float, scale: float) -> None:
    """A bar of a round length, at most a third of the map's width, in two halves."""
    from matplotlib.patches import Rectangle

    axes.apply_aspect()
    frame = axes.get_position()
    west, east = axes.get_xlim()
    metres = _metres(west, latitude, east)
    length = _round_length(metres / 3)
    share = length / metres * frame.width
    left, y = _SIDE, 0.112
    for part, colour in enumerate((INK, "#ffffff")):
        figure.add_artist(
            Rectangle(
                (left + part * share / 2, y),
                *(share / 2, 0.009),
                transform=figure.transFigure,
                facecolor=colour,
                edgecolor=INK,
                lw=0.8 * scale,
            )
        )
    for part, words in enumerate(_bar_words(length)):
        figure.text(
            *(left + part * share / 2, y + 0.021, words),
            size=8.5 * scale,
            ha="center" if part else "left",
            va="center",
        )


def _shrinking(latitude: float) -> float:
    """How many degrees of latitude one of longitude is worth there, on WGS 84."""
    return _metres(0, latitude, 0.1) / _geod().inv(0, latitude - 0.05, 0, latitude + 0.05)[2]


def _metres(west: float, latitude: float, east: float) -> float:
    """Metres between two longitudes at a latitude, on WGS 84."""
    return float(_geod().inv(west, latitude, east, latitude)[2])


def _geod() -> Any:
    from pyproj import Geod

    return Geod(ellps="WGS84")


def _round_length(most: float) -> float:
    """The greatest of 1, 2, 5 times a power of ten that is not over ``most``."""
    lengths = [step * 10.0**power for power in range(7) for step in (1, 2, 5)]
    return max(length for length in lengths if length <= max(most, 1))


def _bar_words(length: float) -> Sequence[str]:
    unit, size = ("km", 1000.0) if length >= 1000 else ("m", 1.0)
    half, whole = (f"{part / size:g}".replace(".", ",") for part in (length / 2, length))
    return "0", half, f"{whole} {unit}"


def _foot(figure: Figure, extract: Extract, printed_on: date, scale: float) -> None:
    source = extract.period.source.rstrip(".")
    lines = [
        f"Sumber: {source}. Keadaan {extract.day}. {extract.boundary_words()}.",
        f"Dicetak {date_id(printed_on, long=True)}. {extract.mark}: "
        + ("orang dan angka rekaan." if extract.practice else "angka dari data nyata kantor."),
    ]
    if is_of_cells(str(extract.boundaries.get("source"))):
        lines[1] += " Kotak sama besar per kecamatan; luas, bentuk dan letaknya bukan keadaan."
    elif extract.boundaries.get("schematic"):
        lines[1] += " Luas menurut data resmi, bentuk dan jarak tidak; skala tidak berlaku."
    y = 0.068
    for text in lines:
        for line in textwrap.wrap(text, 150):
            figure.text(0.03, y, line, size=8.5 * scale, color=QUIET, va="center")
            y -= 0.023
