"""Charts for the map room: SVG whose text stays text, readable on a phone and in grey.

Units of a chart are CSS pixels at 360 wide. What has no bar, point or dot because it is hidden
or unsurveyed stands in the caption.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.domain.wilayah import PLACES, say_locally
from workbench.domain.words import date_id, number_id
from workbench.errors import WrongUse
from workbench.geo.disclosure.tables import State
from workbench.geo.exports.drawing import INK, LINE, QUIET, pen, svg_text
from workbench.geo.exports.selections import STATE_WORDS, Extract, Row, told_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Bars of one chart; a phone shows no more without losing the scale from sight.
MOST_BARS = 25
#: Kelurahan of one trend, as many as there are line styles that grey keeps apart.
MOST_LINES = 4
_WIDTH = 360
_ROW = 19
_TEXT = 11
_BINS = 30
_STYLES = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"))
_LINE_COLOURS = ("#1d4480", "#0f766e", "#9a3412", "#6b21a8")
_WITHOUT = (State.DISEMBUNYIKAN, State.BELUM_DIDATA, State.TANPA_PENYEBUT)


@dataclass(frozen=True)
class Chart:
    """An ``<svg>`` element and the same in words, for who cannot see it."""

    svg: str
    words: str


def bar(extract: Extract) -> Chart:
    """The kelurahan from high to low, at most ``MOST_BARS``, with their 95 % interval.

    Of a change those that changed most.

    Raises ``WrongUse`` where no kelurahan has a figure.
    """
    rows = _ordered(extract)
    by_size = sorted(rows, key=lambda row: -abs(_value(row))) if extract.is_change else rows
    rest = by_size[MOST_BARS:]
    shown = [row for row in rows if row not in rest]
    names = told_apart(extract.kelurahan)
    city = extract.by_code.get(extract.areas.city_code)
    has_level = city and extract.measured.kind != "jumlah" and not extract.is_change
    level = city.figure.value if city and has_level else None
    caption = [_without(extract)]
    if any(row.figure.low is not None for row in shown):
        caption.insert(0, "Garis tipis pada batang: selang 95 %.")
    if level is not None:
        caption.insert(0, f"Garis putus-putus: {extract.areas.city_name} {extract.number(level)}.")
    if rest:
        how = "berubah lebih sedikit" if extract.is_change else "lebih rendah"
        caption.insert(0, f"{len(rest)} {PLACES} lainnya {how} dan tidak digambar.")
    words = _summary(extract, rows)
    with pen("batang"):
        figure, axes = _paper(extract, _ROW * len(shown) + 10, caption, left=120)
        places = range(len(shown))
        values = [_value(row) for row in shown]
        fills = [_colour(extract, row) for row in shown]
        axes.barh(places, values, 0.72, color=fills, edgecolor=QUIET, linewidth=0.6)
        for place, row in enumerate(shown):
            low, high = row.figure.low, row.figure.high
            if low is not None and high is not None:
                for colour, width in (("#ffffff", 3.2), (INK, 1.1)):
                    axes.plot([low, high], [place, place], color=colour, linewidth=width)
        most = max([0, *values, *(row.figure.high or 0 for row in shown)])
        least = min(0, *values)
        wide = most - least or 1
        axes.set_xlim(least - 0.24 * wide * (least < 0), most + 0.24 * wide)
        for place, row in enumerate(shown):
            is_left = _value(row) < 0
            at = _value(row) if is_left else max(_value(row), row.figure.high or 0)
            axes.text(
                *(at + wide * (-0.02 if is_left else 0.02), place, extract.words(row.figure)),
                va="center",
                ha="right" if is_left else "left",
                size=_TEXT,
            )
        if level is not None:
            axes.axvline(level, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        axes.set_yticks(places, [_short(names[row.code], 19) for row in shown], size=_TEXT)
        axes.set_ylim(len(shown) - 0.4, -0.6)
        _number_axis(axes, "x", extract.measured.decimals)
        return Chart(svg_text(figure, words), words)


def trend(extracts: Sequence[Extract], codes: Sequence[str] = ()) -> Chart:
    """One indicator over its periods (any order): the city and at most ``MOST_LINES`` places.

    The city stays out beside kelurahan where amounts are counted: it would press them flat.
    Raises ``WrongUse`` without a period that has a figure.
    """
    ordered = sorted(extracts, key=lambda one: (str(one.period.as_of), one.period.label))
    newest = ordered[-1]
    _require_numbers(newest)
    chosen = [code for code in dict.fromkeys(codes) if code in newest.by_code][:MOST_LINES]
    city = newest.areas.city_code
    if city in newest.by_code and (not chosen or newest.measured.kind != "jumlah"):
        chosen = [city, *(code for code in chosen if code != city)][:MOST_LINES]
    lines = {code: [_found(one, code) for one in ordered] for code in chosen}
    if not any(value is not None for line in lines.values() for value in line):
        raise WrongUse(
            say_locally("Belum ada angka untuk digambar. Pilih kelurahan atau indikator lain.")
        )
    names = told_apart([row for row in newest.rows if row.code in chosen])
    gaps = [gap for code in chosen if (gap := _gap(names[code], code, ordered))]
    caption = [f"Tanpa titik: {_few(gaps)}."] if gaps else []
    if any(_interval(one, code) != (None, None) for one in ordered for code in chosen):
        caption.insert(0, "Garis tegak tipis: selang 95 %.")
    if len(ordered) == 1:
        caption.insert(0, "Baru ada satu periode.")
    decimals = max(one.measured.decimals for one in ordered)
    words = f"{newest.title} menurut waktu. " + " ".join(
        f"{names[code]}: "
        + "; ".join(
            f"{_period(one)} {one.words(one.by_code[code].figure)}"
            for one in ordered
            if code in one.by_code
        )
        + "."
        for code in chosen
    )
    with pen("tren"):
        figure, axes = _paper(newest, 190, caption, left=44, keys=len(chosen))
        places = range(len(ordered))
        for nth, code in enumerate(chosen):
            (dash, mark), colour = _STYLES[nth], _LINE_COLOURS[nth]
            # Beside one another, so that no interval covers another.
            aside = 0.012 * len(ordered) * (nth - (len(chosen) - 1) / 2)
            across = [place + aside for place in places]
            heights = [math.nan if value is None else value for value in lines[code]]
            axes.plot(
                *(across, heights),
                color=colour,
                linestyle=dash,
                marker=mark,
                markersize=5,
                linewidth=1.8,
                label=_short(names[code], 40),
            )
            for at, one in zip(across, ordered, strict=True):
                low, high = _interval(one, code)
                if low is not None and high is not None:
                    axes.plot([at, at], [low, high], color=colour, linewidth=0.8)
        axes.set_xticks(places, [_period(one) for one in ordered], size=_TEXT)
        axes.set_xlim(-0.3, len(ordered) - 0.7)
        bottom, top = axes.get_ylim()
        axes.set_ylim(min(0, bottom), top)
        _number_axis(axes, "y", decimals)
        axes.legend(
            loc="upper left",
            bbox_to_anchor=(0, -0.12),
            borderaxespad=0,
            frameon=False,
            fontsize=_TEXT,
            handlelength=3,
        )
        return Chart(svg_text(figure, words), words)


def distribution(extract: Extract) -> Chart:
    """Each kelurahan a dot at its figure, dots stacked, in the colours of the classes.

    Raises ``WrongUse`` where no kelurahan has a figure.
    """
    rows = _ordered(extract)
    values = [_value(row) for row in rows]
    least, most = min(values), max(values)
    step = (most - least) / _BINS or 1
    stacks: dict[int, int] = {}
    dots: list[tuple[float, int, str]] = []
    for row, value in sorted(zip(rows, values, strict=True), key=lambda pair: pair[1]):
        column = min(int((value - least) / step), _BINS - 1)
        stacks[column] = stacks.get(column, 0) + 1
        dots.append((least + (column + 0.5) * step, stacks[column], _colour(extract, row)))
    highest = max(stacks.values())
    middle = sorted(values)[len(values) // 2]
    caption = [
        say_locally("Satu titik satu kelurahan. Garis tegak: batas kelas."),
        f"Nilai tengah {extract.number(middle)}.",
        _without(extract),
    ]
    words = f"{_summary(extract, rows)} Nilai tengah {extract.number(middle)}."
    with pen("sebaran"):
        figure, axes = _paper(extract, max(110, 12 * highest + 30), caption, left=14)
        across, up, fills = zip(*dots, strict=True)
        size = 62 if highest < 14 else 20
        axes.scatter(across, up, s=size, c=list(fills), edgecolors=QUIET, linewidths=0.7, zorder=2)
        for limit in extract.classes.limits[:-1]:
            axes.axvline(limit, color=QUIET, linewidth=0.8, linestyle=(0, (2, 3)), zorder=1)
        axes.set_ylim(0.2, highest + 1.0)
        axes.set_xlim(least - step, most + step)
        axes.set_yticks([])
        _number_axis(axes, "x", extract.measured.decimals)
        return Chart(svg_text(figure, words), words)


def _paper(
    extract: Extract, height: int, caption: Sequence[str], left: int, keys: int = 0
) -> tuple[Figure, Axes]:
    """A figure with title and caption and axes ``height`` pixels high between them."""
    from matplotlib.figure import Figure

    title = textwrap.wrap(extract.title, 46)
    unit = _short(f"{extract.measured.unit} · {extract.day}", 60)
    lines = textwrap.wrap(" ".join(part for part in caption if part), 62)
    top, low = 17 * len(title) + 26, 28 + 18 * keys
    whole = top + height + low + 15 * len(lines) + 8
    figure = Figure((_WIDTH / 72, whole / 72), dpi=72)
    for place, line in enumerate(title):
        figure.text(4 / _WIDTH, 1 - (17 * place + 13) / whole, line, size=13)
    figure.text(4 / _WIDTH, 1 - (17 * len(title) + 13) / whole, unit, size=_TEXT, color=QUIET)
    for place, line in enumerate(lines, start=1):
        at = (15 * (len(lines) - place) + 8) / whole
        figure.text(4 / _WIDTH, at, line, size=_TEXT, color=QUIET)
    if extract.practice:
        figure.text(
            *(0.55, 1 - (top + height / 2) / whole, "LATIHAN"),
            size=40,
            color="#64748b",
            alpha=0.16,
            rotation=18,
            ha="center",
            va="center",
        )
    axes = figure.add_axes(
        (
            left / _WIDTH,
            1 - (top + height) / whole,
            (_WIDTH - left - 10) / _WIDTH,
            height / whole,
        )
    )
    axes.set_facecolor("none")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    return figure, axes


def _number_axis(axes: Any, which: str, decimals: int) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(nbins=4, integer=decimals == 0))
    axis.set_major_formatter(FuncFormatter(lambda value, _place: number_id(value)))
    axes.tick_params(axis=which, labelsize=_TEXT)
    axes.grid(visible=True, axis=which, color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)


def _ordered(extract: Extract) -> list[Row]:
    """The kelurahan with a figure, highest first."""
    _require_numbers(extract)
    rows = [row for row in extract.kelurahan if row.figure.value is not None]
    if not rows:
        raise WrongUse("Belum ada angka untuk digambar. Pilih indikator atau periode lain.")
    return sorted(rows, key=lambda row: (-_value(row), row.code))


def _require_numbers(extract: Extract) -> None:
    if extract.is_grouped:
        raise WrongUse(
            say_locally("Kelompok kelurahan dilihat pada peta. Pilih ukuran lain untuk grafik.")
        )


def _summary(extract: Extract, rows: Sequence[Row]) -> str:
    names = told_apart(extract.kelurahan)
    high, low = rows[0], rows[-1]
    return (
        f"{extract.title}, {extract.day}, {len(rows)} {PLACES}. "
        f"Tertinggi {names[high.code]} {extract.words(high.figure)}, "
        f"terendah {names[low.code]} {extract.words(low.figure)}. {_without(extract)}"
    ).strip()


def _without(extract: Extract) -> str:
    """Who has no figure, and why."""
    names = told_apart(extract.kelurahan)
    return " ".join(
        f"{STATE_WORDS[state].capitalize()}: {_few([names[row.code] for row in rows])}."
        for state in _WITHOUT
        if (rows := extract.in_state(state))
    )


def _few(words: Sequence[str]) -> str:
    more = f" dan {len(words) - 5} lainnya" if len(words) > 5 else ""
    return ", ".join(words[:5]) + more


def _gap(name: str, code: str, ordered: Sequence[Extract]) -> str:
    """When a place has no figure, and why; "" when it always has one."""
    said: dict[State, list[str]] = {}
    for one in ordered:
        if code in one.by_code and _found(one, code) is None:
            said.setdefault(one.by_code[code].figure.state, []).append(_period(one))
    why = "; ".join(f"{', '.join(when)} {STATE_WORDS[state]}" for state, when in said.items())
    return why and f"{name} ({why})"


def _colour(extract: Extract, row: Row) -> str:
    """The colour of a figure's class; white for zero, which is in none."""
    if row.figure.state is State.NOL:
        return "#ffffff"
    return extract.fills[extract.classes.class_of(_value(row))]


def _value(row: Row) -> float:
    return row.figure.value or 0.0


def _found(extract: Extract, code: str) -> float | None:
    row = extract.by_code.get(code)
    return row.figure.value if row else None


def _interval(extract: Extract, code: str) -> tuple[float | None, float | None]:
    row = extract.by_code.get(code)
    return (row.figure.low, row.figure.high) if row else (None, None)


def _period(extract: Extract) -> str:
    day = extract.period.as_of
    return date_id(day)[-8:].strip() if day else _short(extract.period.label, 12)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
