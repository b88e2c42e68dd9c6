"""Which row of a file is which kelurahan: by Kemendagri code, by BPS code, or by name.

The two systems of codes collide as bare digits, so a column that could be either is not guessed.
Of a city that the workbench does not know, the file itself is the list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.reference import reference
from workbench.domain.wilayah import (
    CITY,
    PLACES,
    find_kelurahan,
    kecamatan,
    kelurahan,
    kelurahan_by_code,
    plain_name,
    say_locally,
)
from workbench.errors import UnusableInput, WrongUse
from workbench.geo.boundaries.reading import Layer

#: Column names offices give the Kemendagri code, in lower case (``kdepum``: BIG's own).
CODE_COLUMNS = (
    "kode_kemendagri",
    "kode",
    "kode_kelurahan",
    "kode_desa",
    "kode_wilayah",
    "kode_kel",
    "kdepum",
)
#: Column names of the kelurahan's name, its kecamatan and its city, in lower case, cut to the ten
#: letters of a Shapefile where they are longer.
NAME_COLUMNS = (
    "nama_kelurahan",
    "nama_kelur",
    "nama_desa",
    "kelurahan",
    "desa",
    "wadmkd",
    "namobj",
    "nmdesa",
    "adm4_id",
    "adm4_name",
    "name_4",
    "nama",
    "name",
)
KECAMATAN_COLUMNS = (
    "nama_kecamatan",
    "nama_kecam",
    "kecamatan",
    "wadmkc",
    "nmkec",
    "adm3_id",
    "adm3_name",
    "name_3",
)
CITY_COLUMNS = (
    "wadmkk",
    "kabkota",
    "kab_kota",
    "kabupaten",
    "kota",
    "nmkab",
    "nama_kabko",
    "adm2_id",
    "adm2_name",
    "name_2",
)
#: A file that knows its rows by name only must be mostly of this city, kecamatan or not.
_LEAST_NAMED = 0.5
#: With less than this of our kelurahan a map that is mostly of one other city is that city's.
_LEAST_JOINED = 0.5


class Codes(StrEnum):
    """Whose codes a column holds."""

    KEMENDAGRI = "kemendagri"
    BPS = "bps"


@dataclass(frozen=True)
class Fields:
    """What the person said of the file's columns; "" and None where nothing was said."""

    name: str = ""
    kecamatan: str = ""
    code: str = ""
    codes: Codes | None = None


@dataclass(frozen=True)
class Join:
    """Row number -> dotted code; ``unknown`` are the codes or names of the other rows."""

    rows: Mapping[int, str]
    unknown: tuple[str, ...]
    words: str


def dotted_code(written: object) -> str:
    """A kelurahan code as ``36.73.01.1001``, from dotted or bare digits; "" when it is neither.

    GIS programs store bare codes as numbers too: ``3673011001.0`` is read.
    """
    digits = _bare(written)
    if len(digits) != 10:
        return ""
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"


def join_city(layers: Sequence[Layer], fields: Fields) -> tuple[Layer, Join]:
    """The layer that holds most of our kelurahan, and which of its rows they are.

    Raises ``UnusableInput`` where none does (with what the file seems to be) or where whose codes
    they are must be said.
    """
    joined = [(layer, join) for layer in layers if (join := _join_layer(layer, fields)) is not None]
    if not joined:
        raise UnusableInput(_explain_no_join(layers, fields))
    layer, join = max(joined, key=lambda pair: len(set(pair[1].rows.values())))
    seen = seems_to_be(layer)
    is_other = seen is not None and seen[0] not in ("", CITY.kode_kemendagri)
    if is_other and len(set(join.rows.values())) < _LEAST_JOINED * len(kelurahan()):
        # A regency's map may hold some of its neighbours.
        raise UnusableInput(_explain_no_join([layer], fields))
    return layer, join


def _join_layer(layer: Layer, fields: Fields) -> Join | None:
    if fields.code or fields.codes:
        return _join_by_code(layer, fields)
    if fields.name:
        return _join_by_name(layer, fields)
    coded = _join_by_code(layer, fields)
    if coded is not None and len(coded.rows) >= _LEAST_JOINED * len(kelurahan()):
        return coded
    named = _join_by_name(layer, fields)
    return max(filter(None, (coded, named)), key=lambda join: len(join.rows), default=None)


def _join_by_code(layer: Layer, fields: Fields) -> Join | None:
    fits = []
    for column in _asked(layer, fields.code) or layer.columns:
        by_system = _fits(layer.columns[column])
        for system, rows in by_system.items():
            if fields.codes in (None, system) and rows:
                headed = column.strip().lower() in CODE_COLUMNS
                fits.append((len(set(rows.values())), headed, column, system, rows, by_system))
    if not fits:
        return None
    _, _, column, system, rows, by_system = max(
        fits, key=lambda fit: (fit[0], fit[1], fit[3] is Codes.KEMENDAGRI)
    )
    if fields.codes is None and all(by_system.values()):
        counts = {name: len(set(found.values())) for name, found in by_system.items()}
        raise UnusableInput(
            f"Kolom {column} pada berkas {layer.file} cocok dengan kode Kemendagri "
            f"({counts[Codes.KEMENDAGRI]} {PLACES}) dan dengan kode BPS "
            f"({counts[Codes.BPS]} {PLACES}); tampaknya kode {_system_words(system)}. "
            f"Pastikan, lalu ulangi dengan --codes {system.value}."
        )
    unknown = {text for row, text in enumerate(layer.columns[column]) if text and row not in rows}
    words = f"kode {_system_words(system)} pada kolom {column}"
    return Join(rows, tuple(sorted(unknown)), words)


def _fits(cells: Sequence[str]) -> dict[Codes, dict[int, str]]:
    """Rows whose cell is one of our codes, by whose code it is."""
    bps = {place.kode_bps: place.kode_kemendagri for place in kelurahan() if place.kode_bps}
    known = kelurahan_by_code()
    found: dict[Codes, dict[int, str]] = {Codes.KEMENDAGRI: {}, Codes.BPS: {}}
    for row, text in enumerate(cells):
        code = dotted_code(text)
        if code in known:
            found[Codes.KEMENDAGRI][row] = code
        # Dots are Kemendagri's way of writing.
        if "." not in text.removesuffix(".0") and _bare(text) in bps:
            found[Codes.BPS][row] = bps[_bare(text)]
    return found


def _join_by_name(layer: Layer, fields: Fields) -> Join | None:
    columns = _asked(layer, fields.name) or tuple(layer.columns)
    column = _fullest(layer, columns, _our_names(), NAME_COLUMNS)
    if column is None:
        return None
    city = _headed(layer, CITY_COLUMNS)
    district = _district(layer, column, city, fields)
    rows = _named_rows(layer, column, district, city)
    if not rows or (not district and not city and len(rows) < _LEAST_NAMED * layer.rows):
        return None
    if _is_of_kecamatan(layer.columns[column]):
        return None
    words = f"nama pada kolom {column}"
    if district:
        words += f" dan kecamatan pada kolom {district}"
    else:
        words += say_locally(
            " saja; nama yang dipakai dua kelurahan butuh kolom kecamatan (--kecamatan-field)"
        )
    unknown = {name for row, name in enumerate(layer.columns[column]) if name and row not in rows}
    return Join(rows, tuple(sorted(unknown)), words)


def _named_rows(
    layer: Layer, column: str, district: str | None, city: str | None
) -> dict[int, str]:
    """Rows that are ours by name, within the kecamatan and the city that columns give."""
    here = _our_city(layer.columns[city]) if city else set()
    rows = {}
    for row, name in enumerate(layer.columns[column]):
        within = layer.columns[district][row] if district else ""
        if name and (not city or plain_name(layer.columns[city][row]) in here):
            found = find_kelurahan(name, within)
            if found is not None:
                rows[row] = found.kode_kemendagri
    return rows


def _district(layer: Layer, column: str, city: str | None, fields: Fields) -> str | None:
    """The column of the kecamatan: the one asked for, else the one that lets most names join.

    Kecamatan are called like one of their kelurahan, and one of them like the city, so other
    columns hold their names too; with those next to nothing joins.
    """
    asked = _asked(layer, fields.kecamatan)
    if asked:
        return asked[0]
    names = {plain_name(name) for name in kecamatan().values()}
    joined = {
        other: len(_named_rows(layer, column, other, city))
        for other, cells in layer.columns.items()
        if other not in (column, city) and names & {plain_name(text) for text in set(cells)}
    }
    best = max(
        joined,
        key=lambda other: (joined[other], other.strip().lower() in KECAMATAN_COLUMNS),
        default=None,
    )
    alone = len(_named_rows(layer, column, None, city))
    return best if best is not None and joined[best] > alone / 2 else None


def _our_names() -> set[str]:
    return {name for place in kelurahan() for name in (place.name, *place.aliases)}


def _is_of_kecamatan(names: Collection[str]) -> bool:
    """Whether all names are those of kecamatan, which are called like one of their kelurahan."""
    found = {plain_name(name) for name in names if name}
    return len(found) > 1 and found <= {plain_name(name) for name in kecamatan().values()}


def _is_map_of_kecamatan(layer: Layer) -> bool:
    column = _fullest(layer, layer.columns, _our_names(), NAME_COLUMNS)
    return column is not None and _is_of_kecamatan(layer.columns[column])


def _our_city(cells: Collection[str]) -> set[str]:
    """How the file writes our city: beside ``Kota Serang``, plain ``Serang`` is the regency."""
    whole = plain_name(CITY.name)
    if any(plain_name(text) == whole for text in set(cells)):
        return {whole}
    return {plain_name(CITY.short_name)}


def _fullest(
    layer: Layer, columns: Collection[str], wanted: Collection[str], headed: Collection[str]
) -> str | None:
    """The column that holds most of the wanted names, one with a known heading on a tie."""
    plain = {plain_name(name) for name in wanted}

    def fit(column: str) -> tuple[int, bool]:
        cells = {plain_name(text) for text in set(layer.columns[column])}
        return len(cells & plain), column.strip().lower() in headed

    best = max(columns, key=fit, default=None)
    return best if best is not None and fit(best)[0] else None


def _explain_no_join(layers: Sequence[Layer], fields: Fields) -> str:
    """What the file seems to be instead, and the way out."""
    file = layers[0].file
    for layer in layers:
        found = seems_to_be(layer)
        if found is None:
            continue
        code, name = found
        if code == CITY.kode_kemendagri and (fields.code or fields.codes):
            break
        if code == CITY.kode_kemendagri:
            return (
                f"Kode pada berkas batas {file} berawal {code}, tetapi tidak satu pun {PLACES} "
                f"{CITY.name} yang dikenal. Periksa kolom kodenya, atau sebut dengan --code-field."
            )
        way = f", atau ulangi dengan --kota {code} bila memang wilayah itu" if code else ""
        return (
            f"Berkas batas {file} tampaknya peta {name}{f' (kode {code})' if code else ''}, bukan "
            f"{CITY.name}. Pilih peta {PLACES} {CITY.name}{way}."
        )
    if not (fields.code or fields.codes) and any(map(_is_map_of_kecamatan, layers)):
        return (
            f"Berkas batas {file} tampaknya peta kecamatan. Pilih peta {PLACES} {CITY.name}, satu "
            f"baris untuk setiap {PLACES}."
        )
    what = "kode atau nama"
    if fields.code or fields.codes:
        what = f"kode {_system_words(fields.codes)}" if fields.codes else "kode"
    headings = max(layers, key=lambda layer: layer.rows).headings
    return (
        f"Tidak satu pun {what} {PLACES} {CITY.name} ditemukan pada berkas batas {file}. Kolom "
        f"yang ada: {headings}. Sebut kolomnya dengan --code-field, atau --name-field dan "
        "--kecamatan-field."
    )


def seems_to_be(layer: Layer) -> tuple[str, str] | None:
    """Code ("" if unknown) and name of the city or regency most rows belong to; None if unclear."""
    named = _headed(layer, CITY_COLUMNS)
    names = Counter(layer.columns[named]) if named else Counter[str]()
    names.pop("", None)
    best: Counter[str] = Counter()
    for cells in layer.columns.values():
        codes = (dotted_code(text) for text in cells)
        # A kelurahan's own number begins 1, a desa's 2: what else has ten digits is not theirs.
        prefixes = Counter(code[:5] for code in codes if code and code[9] in "12")
        if sum(prefixes.values()) > max(sum(best.values()), layer.rows // 2):
            best = prefixes
    if best:
        code, count = best.most_common(1)[0]
        if count > sum(best.values()) / 2:
            return code, city_name(code) or (names.most_common(1)[0][0] if names else code)
        return "", f"{len(best)} kabupaten dan kota lain"
    if names:
        return "", names.most_common(1)[0][0]
    return None


def city_name(code: str) -> str:
    """Name of a city or regency by its dotted code; "" when unknown."""
    digits = code.replace(".", "")
    rows = (row for row in reference("kecamatan_kode") if row["kode6"].startswith(digits))
    named = Counter(row["kabkota"] for row in rows)
    return named.most_common(1)[0][0] if named else ""


# --- a city that the workbench does not know ------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """A kelurahan as a file names it."""

    code: str
    name: str
    kecamatan: str


def list_city(layer: Layer, city_code: str, fields: Fields) -> tuple[Join, dict[str, Named]]:
    """The kelurahan and desa of a city or regency as the file itself lists them, by code.

    Raises ``UnusableInput`` where the file has no Kemendagri codes of that city, or no names.
    """
    if fields.codes is Codes.BPS:
        raise UnusableInput(
            f"Untuk wilayah di luar {CITY.name} diperlukan kode Kemendagri; kode BPS tidak dapat "
            "diterjemahkan. Pilih kolom kode Kemendagri dengan --code-field."
        )
    column, rows = "", dict[int, str]()
    for candidate in _asked(layer, fields.code) or layer.columns:
        found = {
            row: code
            for row, text in enumerate(layer.columns[candidate])
            if (code := dotted_code(text)).startswith(f"{city_code}.") and code[9] in "12"
        }
        if len(set(found.values())) > len(set(rows.values())):
            column, rows = candidate, found
    if not rows:
        found_city = seems_to_be(layer)
        hint = f" Isinya tampaknya {found_city[1]}." if found_city else ""
        raise UnusableInput(
            f"Berkas batas {layer.file} tidak memuat kode Kemendagri yang berawal {city_code}."
            f"{hint} Kolom yang ada: {layer.headings}."
        )
    district = next(iter(_asked(layer, fields.kecamatan)), None) or _headed(
        layer, KECAMATAN_COLUMNS
    )
    if fields.codes is None:
        _require_kemendagri(layer, column, rows, district)
    named = next(iter(_asked(layer, fields.name)), None) or _headed(layer, NAME_COLUMNS)
    if named is None:
        raise UnusableInput(
            f"Kolom nama {PLACES} pada berkas batas {layer.file} tidak ditemukan. Kolom yang ada: "
            f"{layer.headings}. Sebut kolomnya dengan --name-field."
        )
    official = _official_kecamatan(city_code)
    places: dict[str, Named] = {}
    for row, code in rows.items():
        within = official.get(code[:8]) or (layer.columns[district][row] if district else "")
        name = _in_capitals(layer.columns[named][row])
        places.setdefault(code, Named(code, name or code, _in_capitals(within) or code[:8]))
    unknown = {text for row, text in enumerate(layer.columns[column]) if text and row not in rows}
    return Join(rows, tuple(sorted(unknown)), f"kode Kemendagri pada kolom {column}"), places


def _require_kemendagri(
    layer: Layer, column: str, rows: Mapping[int, str], district: str | None
) -> None:
    """Bare digits may be BPS's: they are Kemendagri's where the kecamatan's names say so."""
    texts = [layer.columns[column][row] for row in rows]
    if sum("." in text.removesuffix(".0") for text in texts) > len(texts) / 2:
        return
    agreeing = 0
    if district:
        names = _official_kecamatan(next(iter(rows.values()))[:5])
        agreeing = sum(
            plain_name(names.get(code[:8], "")) == plain_name(layer.columns[district][row])
            for row, code in rows.items()
        )
    if agreeing > len(rows) / 2:
        return
    ten = [_bare(text) for text in layer.columns[column] if len(_bare(text)) == 10]
    looks = Codes.KEMENDAGRI if sum(text[6] in "12" for text in ten) > len(ten) / 2 else Codes.BPS
    raise UnusableInput(
        f"Kode pada kolom {column} berkas {layer.file} berupa angka saja dan dapat berarti kode "
        f"Kemendagri maupun kode BPS; tampaknya kode {_system_words(looks)}. Pastikan, lalu ulangi "
        f"dengan --codes {looks.value}."
    )


def _official_kecamatan(city_code: str) -> dict[str, str]:
    digits = city_code.replace(".", "")
    return {
        f"{row['kode6'][:2]}.{row['kode6'][2:4]}.{row['kode6'][4:]}": row["nama"]
        for row in reference("kecamatan_kode")
        if row["kode6"].startswith(digits)
    }


def _in_capitals(name: str) -> str:
    return name.title() if name.isupper() else name


def _system_words(system: Codes) -> str:
    return "Kemendagri" if system is Codes.KEMENDAGRI else "BPS"


def _bare(written: object) -> str:
    text = re.sub(r"\s", "", str(written)).removesuffix(".0")
    digits = text.replace(".", "")
    return digits if digits.isascii() and digits.isdigit() else ""


def _headed(layer: Layer, headings: Collection[str]) -> str | None:
    by_heading = {column.strip().lower(): column for column in layer.columns}
    return next((by_heading[name] for name in headings if name in by_heading), None)


def name_column(layer: Layer, fields: Fields) -> str | None:
    """The column of the kelurahan's names: the one asked for, one with our names, a known one."""
    asked = _asked(layer, fields.name)
    if asked:
        return asked[0]
    headed = _headed(layer, NAME_COLUMNS)
    return headed or _fullest(layer, layer.columns, _our_names(), NAME_COLUMNS)


def _asked(layer: Layer, name: str) -> tuple[str, ...]:
    """The column the person named, if this layer has it."""
    column = layer.column(name) if name else None
    return (column,) if column else ()


def check_fields(layers: Sequence[Layer], fields: Fields) -> None:
    """Raise ``WrongUse`` for a column the person named that no layer has."""
    for name in (fields.name, fields.kecamatan, fields.code):
        if name and not any(layer.column(name) for layer in layers):
            headings = max(layers, key=lambda layer: layer.rows).headings
            raise WrongUse(
                f"Kolom {name} tidak ada pada berkas {layers[0].file}. Kolom yang ada: {headings}."
            )
