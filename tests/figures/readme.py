"""The README's "What it measures", written from what the benches kept.

``python -m tests.figures.readme`` (part of ``make docs``, and the end of ``make bench``) writes it
anew between its markers; ``test_readme`` holds it equal to the records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tests.bench.peers import ENGINES
from tests.figures.records import Record, read
from tests.load.bench_serving import WAYS

PAGE = Path(__file__).parents[2] / "README.md"
START, END = "<!-- bench -->\n", "<!-- /bench -->\n"
_LINKING = {
    "cascade": "exact joins alone",
    "Splink, six rules": "Splink alone, six plain blocks",
    "ours": "Meja Verval (joins, families, Splink)",
}
_CLASSES = {"parts": "in a class with parts", "plain": "in one without"}
_PAGES = {
    "ours": "Meja Verval",
    "ours, 500 desa, 2 dates": "Meja Verval, 500 desa at two dates",
    "folium.Choropleth x 56": "stock folium, a layer for each",
    "geopandas.explore x 1": "geopandas, a single one",
}
_MAKERS = {
    "ours, pdf": "Meja Verval, PDF",
    "ReportLab": "ReportLab, PDF",
    "fpdf2": "fpdf2, PDF",
    "ours, xlsx": "Meja Verval, workbook",
    "XlsxWriter by itself": "XlsxWriter by itself, workbook",
    "openpyxl, write only": "openpyxl, workbook without looks",
}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def page_with_figures(text: str) -> str:
    """``text`` with the section written anew between its markers."""
    before, start, rest = text.partition(START)
    _old, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError("README.md has no place for what was measured")
    return before + start + section() + end + after


def section() -> str:
    """The whole of it: in short first, then a part for each thing that was measured."""
    parts = (_in_short, _reading, _rules, _large_lists, _linking, _classes, _maps_and_papers)
    return "\n\n".join(part() for part in parts) + "\n"


def _in_short() -> str:
    reading, rules, country = (read(name).figures for name in ("reading", "rules", "country"))
    linked = read("linkage").figures["hard"]
    serving, board = read("serving").figures["scenarios"], read("board").figures
    maps, papers = read("maps").figures, read("papers").figures
    engines, ways = rules["engines"], linked["ways"]
    ours, stock = _scenario(serving, "ours"), _scenario(serving, "stock")
    page, folium = maps["pages"]["ours"], maps["pages"]["folium.Choropleth x 56"]
    sheets = papers["makers"]
    rows = (
        (
            f"a workbook of {reading['persons']:,} persons read, with every remark",
            f"{reading['ways']['ours']['cpu']:.1f} CPU s",
            f"openpyxl {1 / reading['ways']['ours']['cpu_x']:.1f} x, for its cells alone",
        ),
        (
            f"{rules['persons']:,} persons judged by {rules['rules']} rules",
            f"{engines['ours']['work']:.2f} s",
            ", ".join(
                f"{ENGINES[name][0].removesuffix(' on pandas')} {engines[name]['work_x']:.1f} x"
                for name in ("polars", "pandas", "great-expectations")
            ),
        ),
        (
            f"{_many(country['persons'])} persons judged by them, within {_limit(country)}",
            f"{country['work']:.0f} s",
            "-",
        ),
        (
            f"people of one list found in another, {linked['no_nik']:.0%} without NIK",
            f"{ways['ours']['recall']:.1%}",
            f"Splink alone {ways['Splink, six rules']['recall']:.1%}, "
            f"exact joins {ways['cascade']['recall']:.1%}",
        ),
        (
            f"{ours['scenario']['people']} trainees open their page at once: live, median",
            f"{ours['live_median']:.1f} s",
            f"stock Voila {stock['live_median']:.1f} s",
        ),
        (
            f"a case sent by one of {board['people']} stands on the trainer's board, median",
            f"{board['classes']['parts']['median']:.1f} s",
            "-",
        ),
        (
            f"a map page of {maps['categories']} categories at {maps['dates']} dates",
            f"{page['kB']:,.0f} kB, {_drawn(page)}",
            f"stock folium {folium['kB']:,.0f} kB, {_drawn(folium)}",
        ),
        (
            f"sheets for {papers['families']:,} visits, as PDF",
            f"{sheets['ours, pdf']['cpu']:.0f} CPU s",
            f"ReportLab {sheets['ReportLab']['cpu']:.0f}, fpdf2 {sheets['fpdf2']['cpu']:.0f}",
        ),
    )
    return _table(("in short", "Meja Verval", "beside it"), rows)


def _reading() -> str:
    records = (read("reading"), read("reading-large"))
    rows = (
        (
            f"{record.figures['persons']:,}",
            f"{ways['ours']['cpu_x']:.2f}",
            *(f"{ways['ours, with findings']['cpu_x']:.2f}", *_printed(record)),
        )
        for record in records
        for ways in (record.figures["ways"],)
    )
    return _part(
        "Reading",
        "A workbook of text read into typed tables, as a share of the CPU with which openpyxl "
        "merely fetches its cells.",
        _table(("persons", "with every remark", "judged by all rules", "printed by", "on"), rows),
    )


def _rules() -> str:
    record = read("rules")
    said = record.figures
    rows = (
        (
            ENGINES[name][0],
            *(f"{one['work']:.2f}", f"{one['work_x']:.1f}"),
            *(f"{one['cpu']:.2f}", f"{one['cpu_x']:.1f}", f"{one['mib']:,.0f}"),
        )
        for name, one in said["engines"].items()
    )
    runs = "one run" if said["runs"] == 1 else f"median of {said['runs']}"
    return _part(
        "Rules",
        f"The same {said['rules']} rules on {said['persons']:,} persons; every engine finds the "
        f"same {said['found']:,} findings, compared one by one ({runs}).",
        _table(("engine", "seconds", "ours = 1", "CPU s", "ours = 1", "peak MiB"), rows),
        _source(record),
    )


def _large_lists() -> str:
    three, twelve = read("rules-3-million"), read("rules-12-million")
    engines, ratios = three.figures["engines"], twelve.figures["ratios"]
    of = ", ".join(
        f"{engines[name]['cpu_x']:.2g} ({ENGINES[name][0].split(' on ')[0]})"
        for name in ("polars", "pointblank", "pandas", "great-expectations")
    )
    by_clock = engines["great-expectations"]["work_x"]
    rows = [
        (
            *(_many(twelve.figures["persons"]), str(rules), _limit(twelve.figures)),
            f"{ratios[name]['cpu_x']:.1f} x the CPU of hashing its columns",
            *(_gib(ratios[name]), *_printed(twelve)),
        )
        for rules, name in (
            (twelve.figures["rules"], "shared"),
            (twelve.figures["catalogue"], "catalogue"),
        )
    ]
    for record in (read("country-small"), read("country")):
        one = record.figures
        rows.append(
            (
                *(_many(one["persons"]), str(one["rules"]), _limit(one)),
                *(f"{one['work']:.0f} s", _gib(one), *_printed(record)),
            )
        )
    return _part(
        "Large lists",
        "Judged within a limit of memory. A country is made of copies.",
        _table(("persons", "rules", "limit", "takes", "peak", "printed by", "on"), rows),
        f"At {_many(three.figures['persons'])} persons the CPU ratios to ours are {of} "
        f"and {by_clock:.0f} by the clock of the last, for we use all cores. {_source(three)}",
    )


def _linking() -> str:
    record = read("linkage")
    said = record.figures["hard"]
    left, right = (f"{round(persons, -3):,}" for persons in said["persons"])
    rows = (
        (
            words,
            *(f"{one[key]:.2%}" if one[key] else "-" for key in ("precision", "recall", "ceiling")),
            f"{one['cpu']:.1f}",
        )
        for way, words in _LINKING.items()
        for one in (said["ways"][way],)
    )
    return _part(
        "Linking",
        f"Invented lists with the truth known: P3KE of {left} beside DTSEN of {right}, "
        f"{said['no_nik']:.0%} without NIK. What the machine links is nearly always right; the "
        "question is how many it finds.",
        _table(("way", "links right", "people found", "any step reaches", "CPU s"), rows),
        _source(record),
    )


def _classes() -> str:
    record, board = read("serving"), read("board")
    rows = (
        (
            _people(one),
            WAYS[one["scenario"]["way"]],
            *(f"{one['live']}", _seconds(one["live_median"]), _seconds(one["live_p95"])),
            *(f"{one['cpu_s']:.2f}", f"{one['seat_mb']:.0f}"),
            f"{one['saved_p95']:.3f}" if one["saved_p95"] else "-",
        )
        for one in record.figures["scenarios"]
    )
    heads = ("trainees", "server", "live", "median s", "p95 s", "CPU s a page", "MB a kernel")
    shown = ", ".join(
        f"{_CLASSES[kind]} after {one['median']:.1f} s (median; p95 {one['p95']:.1f} s, worst "
        f"{one['worst']:.1f} s)"
        for kind, one in board.figures["classes"].items()
    )
    return _part(
        "A full class",
        "The same trainee page by our server and by stock Voila, the visitors on the same cores. "
        "*Live* is page, line and all widget states; the last column is from an answer to "
        "*tersimpan*.",
        _table((*heads, "answer stored, p95 s"), rows),
        _source(record),
        f"With {board.figures['people']} live seats that answer every "
        f"{board.figures['pace']:.0f} s, a case that was sent stands painted on the trainer's "
        f"board: {shown}. {_source(board)}",
    )


def _maps_and_papers() -> str:
    maps, papers = read("maps"), read("papers")
    pages = (
        (
            words,
            *(f"{one['kB']:,.0f}", f"{one['gzip kB']:,.0f}", _drawn(one)),
            f"{one['change ms']:,.0f}" if "change ms" in one else "-",
        )
        for name, words in _PAGES.items()
        for one in (maps.figures["pages"][name],)
    )
    made = (
        (words, f"{one['cpu']:.1f}", f"{one['mb']:.1f}")
        for name, words in _MAKERS.items()
        for one in (papers.figures["makers"][name],)
    )
    said = maps.figures
    return _part(
        "Maps and papers",
        f"One page holds {said['categories']} categories at {said['dates']} dates over "
        f"{said['areas']} kelurahan; all are opened in a browser without a network.",
        _table(("page", "kB", "gzip kB", "without internet", "another indicator, ms"), pages),
        _source(maps),
        f"Papers for {papers.figures['families']:,} visits; others draw a few kelurahan, "
        "multiplied.",
        _table(("made by", "CPU s", "MB"), made),
        _source(papers),
    )


# --- how it is said


def _part(title: str, *paragraphs: str) -> str:
    return "\n\n".join((f"**{title}.** {paragraphs[0]}", *paragraphs[1:]))


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = (heads, ["---"] * len(heads), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _printed(record: Record) -> tuple[str, str]:
    """By which command, and on what day."""
    day = date.fromisoformat(record.date)
    return f"`{record.command}`", f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _source(record: Record) -> str:
    command, day = _printed(record)
    machine = f"{record.processor}, {record.cores} cores, Python {record.python}"
    return f"Printed by {command} on {day} ({machine})."


def _scenario(scenarios: Iterable[Mapping[str, Any]], way: str) -> Mapping[str, Any]:
    """The first class that one server was given: everybody at once."""
    return next(one for one in scenarios if one["scenario"]["way"] == way)


def _people(one: Mapping[str, Any]) -> str:
    told = one["scenario"]
    return f"{told['people']} " + (f"in {told['arrive']:.0f} s" if told["arrive"] else "at once")


def _drawn(page: Mapping[str, Any]) -> str:
    """A page that fetches its scripts from elsewhere shows nothing in a hall without a line."""
    return f"drawn in {page['drawn ms']:,.0f} ms" if page["drawn ms"] else "draws nothing"


def _seconds(measured: float) -> str:
    return f"{measured:.1f}" if measured >= 10 else f"{measured:.2f}"


def _many(persons: int) -> str:
    return f"{persons / 1e6:.0f} million"


def _limit(figures: Mapping[str, Any]) -> str:
    return str(figures["memory"]).replace("GB", " GB")


def _gib(figures: Mapping[str, Any]) -> str:
    return f"{figures['mib'] / 1024:.1f} GiB"


if __name__ == "__main__":
    PAGE.write_text(page_with_figures(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
