"""A house drawn from its dwelling cells, from the front and from inside, as SVG text.

Only what stands before the eye is drawn: no income, no tenure, no gold or land. What is not known
is hatched and called *tidak terlihat*, never guessed. Every meaning has a pattern or a shape of
its own and a line of words below, so that the drawing reads in grey and at 360 px. The same cells
and seed always give the same text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from random import Random
from typing import Any

from workbench.domain.words import number_id
from workbench.training.labels import running, show

#: The cells each drawing speaks of, in the order of its lines.
FRONT = ("wall", "roof", "floor_area_m2", "lighting", "power_va", "water", "assets")
INSIDE = ("floor", "wall", "lighting", "cooking_fuel", "toilet", "toilet_kind", "assets")
UNSEEN = "tidak terlihat"

#: Floor areas up to which a house is drawn small or middling, in m²: the 36 and 70 of the types
#: in which plain houses are built. Nobody reads square metres off a front.
SMALL_M2, MIDDLING_M2 = 36, 70
_WIDTHS = {"kecil": 128, "sedang": 172, "besar": 214}
_WIDTH, _SCENE, _LINE = 360, 214, 20
_GROUND = 196

#: Tiles by material: width, height and the strokes of one tile.
_TILES: Mapping[str, tuple[int, int, str]] = {
    "": (11, 11, "M-1 12 12-1"),
    "lainnya": (20, 20, "M6 10h8M10 6v8"),
    "tembok": (30, 26, "M5 7h1M20 15h1M11 22h1"),
    "tembok_tanpa_plester": (18, 12, "M0 0h18M0 6h18M5 0v6M14 6v6"),
    "kayu_papan": (13, 44, "M1 0v44M5 8v9M9 24v12M6 40h.5"),
    "bambu": (
        *(16, 16),
        "M0 2h8M0 4.5h8M0 7h8M10 0v8M12.5 0v8M15 0v8M2 8v8M4.5 8v8M7 8v8M8 10h8M8 12.5h8M8 15h8",
    ),
    "seng": (7, 30, "M1 0v30M3 0v30M0 29h7"),
    "kawat": (11, 11, "M0 0 11 11M11 0 0 11"),
    "terpal_kardus": (
        46,
        38,
        "M0 0h27v21H0zM27 7h19M27 7v31M8 21v17M4 4l5 5M33 14h7M36 11v7M14 29h8",
    ),
    "beton": (24, 20, "M3 5h1M14 3l2 3h-4zM8 14h1M20 15h1"),
    "genteng": (14, 16, "M0 1q7 9 14 0M-7 9q7 9 14 0M7 9q7 9 14 0"),
    "asbes": (15, 34, "M2 0v34M9 0v34M0 33q3.5-5 7.5 0t7.5 0"),
    "kayu_sirap": (12, 16, "M0 0v5l6 3 6-3V0M6 8v5l6 3M6 13l-6 3"),
    "ijuk_rumbia": (15, 14, "M2 0-1 9M6 3 4 13M10 0l1 9M14 4l-1 10"),
    "tanah": (30, 22, "M4 4h3M15 8h1M23 3h4M8 15h4M20 17h2M2 20h1M27 13h1"),
    "plesteran": (74, 46, "M6 9l9 4 6-2 5 5M48 30l8 3 3 7M27 38h4"),
    "ubin_tegel": (15, 11, "M0 1h15M1 0v11M1 11 15 1"),
    "keramik": (34, 20, "M0 1h34M1 0v20M8 14l7-7M13 15l3-3"),
    "marmer_granit": (78, 40, "M0 1h78M1 0v40M4 34c12-14 20 3 32-14s18-5 28-14M46 34q9-12 24-8"),
    "belahan_bambu": (44, 14, "M0 1h44M0 8h44M9 1v7M11 1v7M31 8v6M33 8v6"),
}
_STYLE = (
    ".r{--i:#1b2624;--p:#fff;--s:#e9efed;--d:#c3cfcb;font:600 14.5px system-ui,sans-serif}"
    "@media(prefers-color-scheme:dark){.r{--i:#e7efec;--p:#18211f;--s:#28332f;--d:#47544f}}"
    ".r text{fill:var(--i);stroke:none}.l{font-weight:400}.t{font-size:12px;font-weight:400}"
    ".o,.e,.s,.d,.k{stroke:var(--i);stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}"
    ".o{fill:var(--p)}.e,.k{fill:none}.k{stroke-width:.9;opacity:.75}.s{fill:var(--s)}"
    ".d{fill:var(--d)}.u{stroke-dasharray:5 4}"
)


@dataclass(frozen=True)
class Drawing:
    """An SVG, and the words that say exactly what stands in it (for those who cannot see it)."""

    svg: str
    text: str


@dataclass(frozen=True)
class _Fact:
    """One line of the caption; ``text`` is the whole sentence of the alternative."""

    label: str
    words: str

    @property
    def text(self) -> str:
        return f"{self.label}: {self.words}."


def draw_front(dwelling: Mapping[str, Any], seed: str) -> Drawing:
    """The house from the street: walls, roof, size, power line, water, yard.

    ``dwelling`` has the cells of ``FRONT`` as the register has them; None or "" (of ``assets``
    only None) means unknown.
    """
    rng = Random(f"rumah:depan:{seed}")
    wall, roof = _code(dwelling, "wall"), _code(dwelling, "roof")
    size = _size(dwelling)
    width = _WIDTHS[size or "sedang"]
    left = 176 - width // 2
    top = 112
    parts = [
        _tile("a", wall),
        _tile("b", "belahan_bambu" if roof == "bambu" else roof),
        f'<path class="e" d="M6 {_GROUND}h348"/>',
        _plant(rng, left),
        _roof(roof, left, width, top),
        *_box(left, top, width, _GROUND - top, "a", wall),
        _openings(rng, left, top, width, size),
        _power(dwelling, left, width, top),
        _water(_code(dwelling, "water"), left - 34),
        _yard(_assets(dwelling), left + width),
    ]
    if not size:
        # Where it ends is not in the picture.
        edge = left + width
        parts.append(f'<path class="e u" d="M{edge + 5} {top - 30}v{_GROUND - top + 30}"/>')
    facts = [
        _Fact("Dinding", _words(dwelling, "wall")),
        _Fact("Atap", _words(dwelling, "roof")),
        _Fact("Ukuran rumah", size or UNSEEN),
        _Fact("Listrik", _power_words(dwelling)),
        _Fact("Air minum", _words(dwelling, "water")),
        _Fact("Halaman", _owned(dwelling, ("mobil", "motor", "ternak"))),
    ]
    extras = "Pintu, jendela, dan pohon hanya melengkapi gambar."
    return _finish("Rumah dari depan", parts, facts, extras)


def draw_inside(dwelling: Mapping[str, Any], seed: str) -> Drawing:
    """The house cut open: room, hearth and toilet, on its floor; ``dwelling`` as for the front."""
    rng = Random(f"rumah:dalam:{seed}")
    floor, wall = _code(dwelling, "floor"), _code(dwelling, "wall")
    toilet = _code(dwelling, "toilet")
    furniture, seat = rng.choice(_SEATS)
    parts = [
        _tile("c", "belahan_bambu" if floor == "bambu" else floor),
        _tile("d", wall),
        *_box(8, 34, 344, 104, "d", wall),
        *_area("M8 138h344v72H8z", "c", floor),
        # The parting walls stand free of any pattern, so that what lies before them reads.
        '<path class="o" d="M148 34h5v160h-5zM256 34h5v160h-5z"/>',
        seat,
        _lamp(_code(dwelling, "lighting")),
        _comforts(_assets(dwelling)),
        _hearth(_code(dwelling, "cooking_fuel")),
        _toilet(toilet, _code(dwelling, "toilet_kind")),
    ]
    pan = _code(dwelling, "toilet_kind")
    latrine = _words(dwelling, "toilet")
    if toilet not in ("", "tidak_ada"):
        latrine += f", {_words(dwelling, 'toilet_kind')}" if pan else f", kloset {UNSEEN}"
    facts = [
        _Fact("Lantai", _words(dwelling, "floor")),
        _Fact("Dinding", _words(dwelling, "wall")),
        _Fact("Penerangan", _light_words(dwelling)),
        _Fact("Memasak", _words(dwelling, "cooking_fuel")),
        _Fact("Jamban", latrine),
        _Fact("Barang", _owned(dwelling, ("kulkas", "ac"))),
    ]
    return _finish(
        "Rumah dari dalam", parts, facts, f"Sekat dan {furniture} hanya melengkapi gambar."
    )


def _finish(title: str, parts: Sequence[str], facts: Sequence[_Fact], extras: str) -> Drawing:
    height = _SCENE + 12 + _LINE * len(facts)
    lines = "".join(
        f'<text x="10" y="{_SCENE + 16 + _LINE * number}">{escape(fact.label)}: '
        f'<tspan class="l">{escape(fact.words)}</tspan></text>'
        for number, fact in enumerate(facts)
    )
    text = f"Gambar contoh. {title}. {' '.join(fact.text for fact in facts)} {extras}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="r" viewBox="0 0 {_WIDTH} {height}" '
        f'role="img" aria-label="{escape(text)}"><style>{_STYLE}</style>'
        f'<rect width="{_WIDTH}" height="{height}" fill="var(--p)"/>'
        f'<text x="10" y="20">{title}</text>'
        '<rect class="o" x="276" y="4" width="78" height="22"/>'
        '<text x="315" y="20" text-anchor="middle">CONTOH</text>'
        f"{''.join(parts)}{lines}</svg>"
    )
    return Drawing(svg, text)


# Cells into words --------------------------------------------------------------------------------


def _code(dwelling: Mapping[str, Any], column: str) -> str:
    return str(dwelling.get(column) or "")


def _words(dwelling: Mapping[str, Any], column: str) -> str:
    code = _code(dwelling, column)
    if code == "lainnya":
        return "bahan atau cara lain"
    return running(show("family", column, code)) if code else UNSEEN


def _size(dwelling: Mapping[str, Any]) -> str:
    area = dwelling.get("floor_area_m2")
    if not area:
        return ""
    return "kecil" if area <= SMALL_M2 else "sedang" if area <= MIDDLING_M2 else "besar"


def _power_words(dwelling: Mapping[str, Any]) -> str:
    code, power = _code(dwelling, "lighting"), dwelling.get("power_va")
    if code == "pln_meteran":
        return f"meteran PLN {number_id(power)} VA" if power else "meteran PLN, daya tidak terbaca"
    return {
        "": UNSEEN,
        "pln_tanpa_meteran": "kabel PLN tanpa meteran",
        "listrik_non_pln": "kabel bukan dari PLN",
        "bukan_listrik": "tidak ada kabel listrik",
    }.get(code, code)


def _light_words(dwelling: Mapping[str, Any]) -> str:
    code = _code(dwelling, "lighting")
    if not code:
        return UNSEEN
    return "lampu minyak, bukan listrik" if code == "bukan_listrik" else "lampu listrik"


def _assets(dwelling: Mapping[str, Any]) -> frozenset[str] | None:
    owned = dwelling.get("assets")
    return None if owned is None else frozenset(filter(None, str(owned).split(";")))


def _owned(dwelling: Mapping[str, Any], visible: Sequence[str]) -> str:
    owned = _assets(dwelling)
    if owned is None:
        return UNSEEN
    words = [running(show("family", "assets", code)) for code in visible]
    seen = [word for code, word in zip(visible, words, strict=True) if code in owned]
    return ", ".join(seen) or f"tanpa {', '.join(words)}"


# The front ---------------------------------------------------------------------------------------


def _tile(name: str, material: str) -> str:
    width, height, strokes = _TILES.get(material, _TILES["lainnya"])
    return (
        f'<pattern id="{name}" width="{width}" height="{height}" patternUnits="userSpaceOnUse">'
        f'<path class="k" d="{strokes}"/></pattern>'
    )


def _area(path: str, tile: str, material: str) -> tuple[str, ...]:
    """A face filled with its material; broken outline and a question mark where unknown."""
    edge = "e" if material else "e u"
    return (
        f'<path d="{path}" fill="var(--p)"/><path d="{path}" fill="url(#{tile})"/>',
        f'<path class="{edge}" d="{path}"/>',
    )


def _box(x: int, y: int, width: int, height: int, tile: str, material: str) -> tuple[str, ...]:
    return _area(f"M{x} {y}h{width}v{height}h{-width}z", tile, material)


def _roof(roof: str, left: int, width: int, top: int) -> str:
    if roof == "beton":
        return "".join(_box(left - 10, top - 16, width + 20, 16, "b", roof))
    ragged = "l6 6 6-6" * ((width + 28) // 12)
    rest = (width + 28) % 12
    eave = f"{ragged}h{rest}" if roof == "ijuk_rumbia" else f"h{width + 28}"
    ridge = f"M{left - 14} {top}{eave}l-34-54H{left + 20}z"
    return "".join(_area(ridge, "b", roof))


def _openings(rng: Random, left: int, top: int, width: int, size: str) -> str:
    """A door and one, two or three windows; on which side is left to chance."""
    windows = {"kecil": 1, "besar": 3}.get(size, 2)
    slots = windows + 1
    door = rng.choice((0, slots - 1)) if windows < 3 else rng.choice((1, 2))
    drawn = []
    for slot in range(slots):
        x = round(left + 4 + (width - 24) * (slot + 0.5) / slots)
        if slot == door:
            drawn.append(
                f'<path class="s" d="M{x - 15} {_GROUND}v-58h30v58"/>'
                f'<circle class="d" cx="{x + 9}" cy="{_GROUND - 27}" r="2"/>'
            )
        else:
            drawn.append(
                f'<path class="s" d="M{x - 14} {top + 22}h28v26h-28z"/>'
                f'<path class="e" d="M{x} {top + 22}v26M{x - 14} {top + 35}h28"/>'
            )
    return "".join(drawn)


def _plant(rng: Random, left: int) -> str:
    """A tree behind the house, for no two houses look alike; it means nothing."""
    x, y = left + rng.choice((6, 30, 60)), 44 + rng.randint(0, 8)
    return (
        f'<path class="e" d="M{x} 120V{y + 10}"/><path class="s" d="M{x} {y + 12}'
        f'q-20-4-18-18 6-14 18-10 14-6 19 8 2 16-19 20z"/>'
    )


def _power(dwelling: Mapping[str, Any], left: int, width: int, top: int) -> str:
    code, right = _code(dwelling, "lighting"), left + width
    pole = '<path class="e" d="M344 196V40M332 48h22"/>'
    if code == "pln_meteran":
        x, y = right - 20, top + 6
        return (
            f'{pole}<path class="e" d="M336 48Q{right + 26} {top - 4} {x + 8} {y}"/>'
            f'<path class="o" d="M{x} {y}h15v20h-15z"/><circle class="d" cx="{x + 7.5}" '
            f'cy="{y + 8}" r="4.5"/><path class="e" d="M{x + 4} {y + 16}h7"/>'
        )
    if code == "pln_tanpa_meteran":
        return f'{pole}<path class="e" d="M336 48Q{right + 26} {top - 4} {right - 10} {top + 10}"/>'
    if code == "listrik_non_pln":
        return (
            f'<path class="e" d="M{right - 10} {top + 10}q26 6 30-28"/>'
            f'<path class="o" d="M{right + 4} {top - 42}h34v22h-34z"/><path class="e" '
            f'd="M{right + 23} {top - 39}l-6 9h8l-6 8"/>'
        )
    if code == "bukan_listrik":
        return ""
    return _unseen(334, 62)


def _unseen(x: int, y: int) -> str:
    return (
        f'<circle class="o u" cx="{x}" cy="{y}" r="13"/>'
        f'<text x="{x}" y="{y + 5}" text-anchor="middle">?</text>'
    )


#: Where the water comes from, drawn round (0, 0) on the ground, some 50 wide.
_SOURCES: Mapping[str, str] = {
    "kemasan": '<path class="s" d="M-11-1v-27q0-5 6-7v-7H5v7q6 2 6 7v27z"/>'
    '<path class="e" d="M-11-13h22M-11-22h22"/>',
    "leding": '<path class="e" d="M-3 0v-40H13v9M-3-34H-12M-12-39v10"/>'
    '<path class="s" d="M5-12h17l-3 12H8z"/><path class="e" d="M13-27v3M13-20v3"/>',
    "sumur_bor": '<path class="s" d="M-12 0v-14H10V0z"/><path class="e" d="M-1-14v-30h9q5 0 5 6'
    'v4M-1-36-18-50M-18-50h5"/><path class="e" d="M13-28v3M13-20v3"/>',
    "sumur_terlindung": '<path class="s" d="M-20 0v-20h40V0z"/><path class="d" d="M-23-20h46v-6h'
    '-46z"/><path class="e" d="M-16-26v-28h32v28M-20-54h40M0-54v10M-20-10h40"/>'
    '<path class="o" d="M-5-44H5l-2 9h-6z"/>',
    "sumur_tak_terlindung": '<path class="d" d="M-22-2q22-12 44 0-22 8-44 0z"/>'
    '<path class="e" d="M-26 1l4-6M-14-7l3-6M2-9l1-7M15-7l6-6M24-2l4-5"/>',
    "mata_air_terlindung": '<path class="s" d="M-22 0v-22H12V0z"/><path class="d" d="M-25-22h40v-6'
    'h-40z"/><path class="e" d="M12-9h10v5M20-1v3M24-1v3M-12-8q4-5 8 0t8 0"/>',
    "mata_air_tak_terlindung": '<path class="s" d="M-24 0q2-16 14-15 4-12 14-4 14-2 16 19z"/>'
    '<path class="e" d="M-2-10q-5 4 0 8t0 8M6-11q-5 4 0 8t0 9"/>',
    "sungai": '<path class="s" d="M-28 0q10-9 30-7 18 2 24-4v20q-30 10-54 2z"/>'
    '<path class="e" d="M-22 4q5-4 10 0t10 0 10 0M-16 10q5-4 10 0t10 0 10 0"/>',
    "hujan": '<path class="s" d="M-11 0v-26H13V0z"/><path class="e" d="M-11-18h24M-11-8h24M-14-40l'
    '-3 7M-4-44l-3 7M6-44l-3 7M14-40l-3 7M1-36l-2 6"/>',
    "lainnya": '<path class="s" d="M-12 0v-20H12V0z"/><path class="e" d="M-6-10H6M0-16v12"/>',
}


def _water(code: str, x: int) -> str:
    if not code:
        return _unseen(x, _GROUND - 18)
    drawn = _SOURCES.get(code, _SOURCES["lainnya"])
    return f'<g transform="translate({x} {_GROUND})">{drawn}</g>'


_MOTORCYCLE = (
    '<circle class="o" cx="-16" cy="-7" r="8"/><circle class="o" cx="17" cy="-7" r="8"/>'
    '<path class="s" d="M-18-20h17l5 6 6-2-4 9H-10z"/><path class="e" d="M17-7 9-28h-6"/>'
)
_CAR = (
    '<path class="s" d="M-40-8v-12l10-3 9-14h29l11 14 17 3v12z"/>'
    '<path class="o" d="M-24-23l6-10h9v10zM-4-23v-10h10l8 10z"/>'
    '<circle class="d" cx="-22" cy="-8" r="8"/><circle class="d" cx="20" cy="-8" r="8"/>'
)
_GOAT = (
    '<path class="s" d="M-14-10q0-9 8-9h12l6-8 7 3-1 6-5 1v7q-1 4-6 4H-9q-5 0-5-4z"/>'
    '<path class="e" d="M-10-6V0M-4-6V0M5-6V0M10-7V0M13-27q-4-3-5-6M-14-14l-4 4"/>'
)


def _yard(owned: frozenset[str] | None, right: int) -> str:
    """What stands before the house, nearer than its wall: drawn over it, below its windows."""
    if owned is None:
        return _unseen(right + 22, _GROUND - 18)
    places = {"mobil": (right - 46, 13, _CAR), "motor": (right + 30, 3, _MOTORCYCLE)}
    places["ternak"] = (right - 114 if "mobil" in owned else right - 60, 12, _GOAT)
    return "".join(
        f'<g transform="translate({x} {_GROUND + down})">{drawn}</g>'
        for code, (x, down, drawn) in places.items()
        if code in owned
    )


# Inside ------------------------------------------------------------------------------------------


#: What stands on the floor of the room; it means nothing.
_SEATS = (
    ("tikar", '<path class="o" d="M22 186l14-22h62l-8 22z"/><path class="k" d="M29 175h64"/>'),
    ("meja", '<path class="o" d="M24 158h60v7H24z"/><path class="e" d="M30 165v28M78 165v28"/>'),
)


def _lamp(code: str) -> str:
    if not code:
        return _unseen(60, 64)
    if code == "bukan_listrik":
        return (
            '<path class="o" d="M52 158q-3-9 3-12h10q6 3 3 12z"/><path class="s" d="M55 146q-6-14 '
            '5-26 11 12 5 26z"/><path class="d" d="M60 142q-4-6 0-12 4 6 0 12z"/>'
        )
    return (
        '<path class="e" d="M60 34v18"/><path class="d" d="M55 52h10v7H55z"/>'
        '<circle class="o" cx="60" cy="68" r="10"/>'
        '<path class="e" d="M43 68h-6M83 68h-6M48 82l-4 4M72 82l4 4M60 85v6"/>'
    )


def _comforts(owned: frozenset[str] | None) -> str:
    if owned is None:
        return _unseen(124, 120)
    fridge = (
        '<path class="o" d="M106 104h36v88h-36z"/><path class="e" d="M106 132h36M112 114v10M112 '
        '140v18"/>'
    )
    cooler = (
        '<path class="o" d="M88 42h54v20H88z"/><path class="e" d="M93 56h44M98 68q3 4 0 8M115 68'
        'q3 4 0 8M132 68q3 4 0 8"/><text class="t" x="94" y="52">AC</text>'
    )
    return ("" if "kulkas" not in owned else fridge) + ("" if "ac" not in owned else cooler)


_TABLE = '<path class="o" d="M160 146h62v7h-62z"/><path class="e" d="M166 153v38M216 153v38"/>'
_STOVE = (
    '<path class="s" d="M166 134h50v12h-50z"/>'
    '<path class="e" d="M174 134v-4h12v4M196 134v-4h12v4"/>'
)
_POT = (
    '<path class="o" d="M176 128h28v-14h-28z"/>'
    '<path class="e" d="M172 118h4M204 118h4M176 114q14-8 28 0"/>'
)
_FIRE = '<path class="e" d="M184 158q-5-8 2-14 1 6 5 4 0-6 4-9 6 10 1 19"/>'
#: The hearth, some 90 wide from x 160, standing on the floor.
_HEARTHS: Mapping[str, str] = {
    "gas_3kg": f"{_TABLE}{_STOVE}{_POT}"
    '<path class="e" d="M216 140q22 2 18 22"/><path class="d" d="M224 190v-16q0-8 10-8t10 8v16z"/>'
    '<path class="o" d="M229 166v-6h10v6"/><text class="t" x="226" y="186">3kg</text>',
    "gas_lain": f"{_TABLE}{_STOVE}{_POT}"
    '<path class="e" d="M216 140q20 0 20-6"/>'
    '<path class="d" d="M222 192v-44q0-10 14-10t14 10v44z"/>'
    '<path class="o" d="M230 138v-7h12v7"/>',
    "listrik": f"{_TABLE}{_POT}"
    '<path class="s" d="M164 138h54v8h-54z"/>'
    '<path class="e" d="M170 131h40v7h-40zM218 142h16v-24"/>'
    '<path class="o" d="M228 106h13v13h-13z"/><path class="e" d="M232 111v3M237 111v3"/>',
    "minyak_tanah": f"{_TABLE}{_POT}"
    '<path class="s" d="M174 146l4-16h24l4 16z"/>'
    '<path class="e" d="M182 136v5M190 136v5M198 136v5"/>'
    '<path class="s" d="M226 192v-24h8v-6h8v6h6v24z"/><path class="e" d="M230 176h14v10h-14z"/>',
    "arang": '<g transform="translate(0 34)">'
    f"{_POT}"
    '<path class="s" d="M168 130h44l-8 18h-28zM180 148h20l4 10h-28z"/>'
    '<path class="d" d="M186 138h8v6h'
    '-8z"/></g><path class="d" d="M222 190l4-8 7 3 5-6 8 6 3 7z"/>',
    "kayu_bakar": '<g transform="translate(0 30)">'
    f"{_POT}{_FIRE}"
    '<path class="s" d="M168 160l2-24 8-6 4 8-2 22zM212 160l-2-24-8-6-4 8 2 22z"/></g>'
    '<path class="o" d="M214 190l34-10 2 5-34 10zM216 180l32 4v5l-32-4z"/>',
    "lainnya": f"{_POT}"
    '<path class="s" d="M168 130h44v60h-44z"/><path class="e" d="M184 158h12M190 152v12"/>',
    "tidak_memasak": _TABLE,
}


def _hearth(code: str) -> str:
    return _HEARTHS.get(code, _HEARTHS["lainnya"]) if code else _unseen(204, 150)


_PANS: Mapping[str, str] = {
    "leher_angsa": '<path class="o" d="M286 186q0-13 20-13t20 13-20 9-20-9z"/>'
    '<path class="d" d="M297 '
    '185q0-6 9-6t9 6-9 4-9-4z"/><path class="e" d="M290 178h8M314 178h8"/>',
    "plengsengan": '<path class="o" d="M284 176h44l-8 18h-28z"/>'
    '<path class="d" d="M298 182h16l10-6h-36z"/>'
    '<path class="e" d="M306 182v10"/>',
    "cemplung": '<path class="o" d="M282 174h48v20h-48z"/>'
    '<path class="e" d="M282 179h48M282 189h48"/>'
    '<path class="d" d="M300 179h12v10h-12z"/>',
}
_SIGNS: Mapping[str, str] = {
    "sendiri": "sendiri",
    "bersama": "bersama",
    "mck_komunal": "MCK komunal",
    "mck_umum": "MCK umum",
}


def _toilet(code: str, kind: str) -> str:
    """The toilet behind the last wall: one door if it is one's own, two if it is others' too."""
    if not code:
        return _unseen(306, 150)
    if code == "tidak_ada":
        return (
            '<path class="o u" d="M274 92h66v44h-66z"/>'
            '<text class="t" x="307" y="111" text-anchor="middle">tidak ada</text>'
            '<text class="t" x="307" y="126" text-anchor="middle">jamban</text>'
        )
    pan = _PANS.get(kind) or _unseen(306, 184)
    leaves = "M294 138V92h26v46" if code == "sendiri" else "M280 138V92h26v46M308 138V92h26v46"
    return (
        '<path class="o" d="M263 66h88v18h-88z"/>'
        f'<text class="t" x="307" y="79" text-anchor="middle">{escape(_SIGNS.get(code, code))}'
        f'</text><path class="s" d="{leaves}"/>{pan}'
    )
