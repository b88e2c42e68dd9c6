"""What one page holds of an atlas, as JSON for its script: text and packed numbers, no markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.domain.wilayah import PLACE_KINDS, PLACES, kelurahan_by_code
from workbench.domain.words import date_id
from workbench.errors import WrongUse
from workbench.geo import measures
from workbench.geo.areas import schematic_words
from workbench.geo.atlas import Atlas
from workbench.geo.classes import CLUSTER, DIVERGING, PALETTE, SCHEMES
from workbench.geo.disclosure.tables import State
from workbench.geo.indicators import Indicator
from workbench.geo.measures import Measured
from workbench.geo.page.figures import FigureStore
from workbench.geo.page.shapes import shape_data

#: Measures by name, as a menu shows them.
KINDS: Mapping[str, str] = {**measures.KINDS, "perubahan": "Perubahan"}
_DENOMINATORS = {"penduduk": "penduduk", "keluarga": "keluarga"}
_MEANING = {
    State.DISEMBUNYIKAN: (
        "Angka kecil, atau angka yang akan membocorkannya, tidak ditampilkan agar orangnya tidak "
        "dapat dikenali."
    ),
    State.NOL: "Sudah didata dan tidak ada.",
    State.BELUM_DIDATA: f"Tidak ada data {PLACES} ini dalam daftar. Ini bukan nol.",
    State.TANPA_PENYEBUT: "Penyebutnya belum diketahui, jadi tidak dapat dihitung.",
}
#: Stands behind a count in the legend; both kinds together are too long for its column.
_SHORT = {"Kelurahan": " kel.", "Desa": " desa"}.get(PLACE_KINDS, "")


@dataclass(frozen=True)
class Choice:
    """What a page shows first; an own list of limits goes with the scheme ``sendiri``."""

    indicator: str = "families"
    period: str = ""
    measure: str = "jumlah"
    scheme: str = "alami"
    k: int = 5
    own: tuple[float, ...] = ()


@dataclass(frozen=True)
class Contents:
    """``clusters`` are the indicators whose LISA groups are computed, the one measure that takes
    long; in a ``room`` (facts for its buttons) a page asks for those of the others."""

    atlas: Atlas
    indicators: Sequence[Indicator]
    first: Choice = field(default_factory=Choice)
    clusters: frozenset[str] = frozenset()
    room: Mapping[str, Any] | None = None


def page_data(contents: Contents) -> dict[str, Any]:
    """Everything the page's script draws; no hidden number is in it, for a Release has none."""
    atlas = contents.atlas
    store = FigureStore(atlas.areas, atlas.codes)
    entries = [_indicator(contents, indicator, store) for indicator in contents.indicators]
    names = [indicator.name for indicator in contents.indicators]
    listed = [period.list_id for period in atlas.periods]
    first = contents.first
    threshold = max((period.release.threshold for period in atlas.periods), default=5)
    return {
        "tanda": mark(atlas.practice),
        "kota": atlas.areas.city_name,
        "tempat": {"judul": PLACE_KINDS, "kata": PLACES, "singkat": _SHORT},
        "baris": _rows(atlas),
        "kecamatan": [[code, name] for code, name in atlas.areas.kecamatan.items()],
        "batas": shape_data(atlas.frame, atlas.areas)
        | {
            "skematik": bool(atlas.frame.attrs.get("schematic")),
            "sumber": str(atlas.frame.attrs.get("source") or ""),
            "sebutan": schematic_words(str(atlas.frame.attrs.get("source") or "")),
        },
        "periode": [
            {
                "id": period.list_id,
                "l": period.label,
                "t": date_id(period.as_of),
                "s": period.source,
                "r": list(period.remarks),
                "a": {code: list(rules) for code, rules in period.top_rules.items()},
            }
            for period in atlas.periods
        ],
        "indikator": entries,
        "ukuran": dict(KINDS),
        "skema": dict(SCHEMES),
        "warna": list(PALETTE),
        "perubahan": list(DIVERGING),
        "kelompok": dict(CLUSTER),
        "keadaan": {state.value: words for state, words in measures.STATE_WORDS.items()},
        "kunci": _legend_words(),
        "tersembunyi": (
            f"Disembunyikan: jumlah 1 sampai {threshold - 1}, dan jumlah lain yang akan "
            "membocorkannya."
        ),
        "arti": {state.value: words for state, words in _MEANING.items()},
        "pilih": {
            "indicator": names.index(first.indicator) if first.indicator in names else 0,
            "period": listed.index(first.period) if first.period in listed else 0,
            "kind": first.measure,
            "scheme": first.scheme,
            "k": first.k,
            "own": list(first.own),
        },
        "ruang": dict(contents.room) if contents.room is not None else None,
        **store.finished(),
    }


def late_entry(atlas: Atlas, indicator: Indicator, kind: str, period: int) -> dict[str, Any]:
    """One measure for a page that asks for it, with columns and texts of its own.

    ``pesan`` instead, where it cannot be computed: why.
    """
    store = FigureStore(atlas.areas, atlas.codes)
    try:
        found = measured(atlas, indicator, kind, period)
    except WrongUse as why:
        return {"pesan": str(why)}
    return {"entri": None if found is None else store.add(found), **store.finished()}


def mark(practice: bool) -> str:
    """The workspace's mark."""
    return "LATIHAN" if practice else "DATA NYATA"


def measured(atlas: Atlas, indicator: Indicator, kind: str, period: int) -> Measured | None:
    """A measure of one period; None for a change without an older period.

    Raises ``WrongUse`` where it cannot be computed.
    """
    now = atlas.periods[period]
    if kind == "perubahan":
        if period + 1 >= len(atlas.periods):
            return None
        return measures.change(atlas.periods[period + 1].release, now.release, indicator)
    table = now.release.tables.get(indicator.table)
    year = now.as_of.year if now.as_of else 0
    found = measures.measure(now.release, indicator, kind, atlas.population, atlas.frame, year=year)
    return replace(found, words=(*found.words, table.remark)) if table and table.remark else found


def kinds_of(atlas: Atlas, indicator: Indicator) -> tuple[str, ...]:
    """The measures an indicator has in an atlas."""
    return (*indicator.measures, *(["perubahan"] if len(atlas.periods) > 1 else []))


def _indicator(contents: Contents, indicator: Indicator, store: FigureStore) -> dict[str, Any]:
    by_kind: dict[str, list[Any]] = {}
    for place in range(len(contents.atlas.periods)):
        counted = measured(contents.atlas, indicator, "jumlah", place)
        for kind in kinds_of(contents.atlas, indicator):
            by_kind.setdefault(kind, []).append(
                _entry(contents, indicator, kind, place, counted, store)
            )
    return {
        "n": indicator.name,
        "t": indicator.title,
        "g": indicator.group,
        "c": indicator.note,
        "d": _DENOMINATORS.get(indicator.denominator, "sasaran"),
        "m": by_kind,
    }


def _entry(
    contents: Contents,
    indicator: Indicator,
    kind: str,
    period: int,
    counted: Measured | None,
    store: FigureStore,
) -> dict[str, Any] | int | None:
    """A packed measure; 1 where the page may ask for it, None where there is none."""
    if kind == "kelompok" and indicator.name not in contents.clusters:
        return 1 if contents.room is not None else None
    try:
        found = counted if kind == "jumlah" else measured(contents.atlas, indicator, kind, period)
    except WrongUse as why:
        return {"w": str(why)}
    if found is None:
        return None
    if kind == "perubahan" and counted is not None:
        older = measured(contents.atlas, indicator, "jumlah", period + 1)
        assert older is not None
        return store.add_change(found, counted, older)
    return store.add(found, counted)


def _rows(atlas: Atlas) -> list[list[Any]]:
    """Code, name, number of the kecamatan (-1 a kecamatan itself, -2 the city), other names."""
    groups = list(atlas.areas.kecamatan)
    known = kelurahan_by_code()
    rows: list[list[Any]] = []
    for code in atlas.codes:
        area = atlas.areas.by_code.get(code)
        if area is None:
            rows.append([code, atlas.areas.name(code), -1 if code in groups else -2])
            continue
        also = list(known[code].aliases) if code in known else []
        rows.append([code, area.name, groups.index(area.kecamatan_code), *([also] if also else [])])
    return rows


def _legend_words() -> dict[str, str]:
    return {state.value: words for state, words in measures.STATE_WORDS.items()} | {
        State.DISEMBUNYIKAN.value: "disembunyikan (angka kecil)",
        State.TANPA_PENYEBUT.value: "tanpa penduduk atau penyebut",
    }
