"""Recipes of cities: one file says which city or regency this workbench works in, and its places.

A recipe is YAML. Its ``city`` is what is needed here; shares and weights of the practice city
(``workbench.synthesis.recipe``) may stand beside it. ``areas`` names the list of kelurahan and
desa: a CSV or XLSX beside the recipe, rows written out, or a table of ``domain/reference``.

    city: {kode_kemendagri: "33.15", name: Kabupaten Grobogan}
    areas: desa.csv

Columns of a list: ``kode`` and ``nama``; where known ``kecamatan``, ``lat``, ``lon`` (degrees),
``luas_km2``, ``kode_bps``, ``ejaan_lain`` (spellings between slashes). A code table that holds
provinces, cities and kecamatan as well may be given as it is.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

from workbench.domain.reference import reference
from workbench.errors import UnusableInput

#: Environment variable with the path of the recipe in force.
VARIABLE: Final = "VERVAL_KOTA"
DEFAULT_RECIPE: Final = "training_data/kota_serang.yaml"
#: A recipe as an office keeps it, its list of places, the map drawn from them, a sample to read.
RECIPE_FILE, LIST_FILE = "resep.yaml", "wilayah.csv"
MAP_FILE, SAMPLE_FILE = "peta_skematik.geojson", "contoh_daftar.csv"
#: Zones of time and their hours before UTC, and the provinces that are not in WIB.
ZONES: Final = {"WIB": 7, "WITA": 8, "WIT": 9}
_ZONE_OF: Final = {
    "WITA": ("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"),
    "WIT": ("81", "82", "91", "92", "93", "94", "95", "96", "97"),
}
KOTA, KABUPATEN = "kota", "kabupaten"
#: Says that cells are drawn for want of centroids and areas.
CELLS_NOT_PLACES: Final = "petak, bukan letak"

#: Columns of a list of places; the first two are needed.
COLUMNS: Final = (
    *("kode", "nama", "kecamatan", "lat", "lon", "luas_km2", "kode_bps", "ejaan_lain"),
)
_NEIGHBOURS: Final = 6
#: From this second half on, a Kemendagri code is a kota's.
_FIRST_KOTA: Final = 71
#: What a place may have: degrees and km2.
PLACE_LIMITS: Final = {"lat": (-11.1, 6.1), "lon": (95.0, 141.1), "luas_km2": (0.0, 100_000.0)}
_LEAST_AREAS: Final = 3
_MOST_AREAS: Final = 2_000
_MOST_BYTES: Final = 20_000_000
_MOST_TOLD: Final = 5
#: What a file that is no recipe makes the loader raise: a date, a number or a truth written as
#: none, a word YAML itself should have made into a value, brackets in brackets without end.
_NO_YAML: Final = (
    yaml.YAMLError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
#: Loads the same as the plain loader, in a tenth of the time where libyaml is there.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class City:
    """A city or regency: dotted Kemendagri code, name and ``kind`` (``kota``, ``kabupaten``).

    ``zone`` is a key of ``ZONES``. ``old_kecamatan_codes`` (six digits) are lawful in a NIK and
    belong to no kecamatan of today.
    ``centre``, ``urban`` and ``coastal`` are dotted kecamatan codes and ``neighbours`` the names of
    six cities and regencies near by, for the practice city.
    ``is_placed``: centroids and areas are facts; otherwise the places lie in cells
    (``CELLS_NOT_PLACES``).
    """

    kode_kemendagri: str
    name: str
    kind: str
    province_name: str
    zone: str = "WIB"
    old_kecamatan_codes: frozenset[str] = frozenset()
    centre: frozenset[str] = frozenset()
    urban: frozenset[str] = frozenset()
    coastal: frozenset[str] = frozenset()
    neighbours: tuple[str, ...] = ()
    is_placed: bool = True

    @property
    def province(self) -> str:
        """The two digits of its province."""
        return self.kode_kemendagri[:2]

    @property
    def short_name(self) -> str:
        """The name without what kind it is: ``Serang``."""
        return bare_name(self.name)


@dataclass(frozen=True)
class Kelurahan:
    """One kelurahan or desa with its kecamatan, centroid (degrees), area (km2), other spellings.

    ``kode_bps`` is "" where the list does not tell.
    """

    kode_kemendagri: str
    name: str
    kecamatan_kode: str
    kecamatan: str
    lat: float
    lon: float
    luas_km2: float
    kode_bps: str
    aliases: tuple[str, ...]

    @property
    def is_desa(self) -> bool:
        """Whether it is a desa, by its code: the last four digits of a kelurahan begin with 1."""
        return self.kode_kemendagri[9:10] != "1"

    @property
    def kind(self) -> str:
        """``Kelurahan`` or ``Desa``."""
        return "Desa" if self.is_desa else "Kelurahan"


def bare_name(name: str) -> str:
    """The name of a city or regency without what kind it is."""
    return re.sub(r"^(Kota|Kabupaten)( Administrasi)? ", "", name)


def read_city(path: Path) -> tuple[City, tuple[Kelurahan, ...]]:
    """The city of a recipe, and its kelurahan and desa in code order.

    Raises ``UnusableInput`` with what is wrong and where.
    """
    raw = read_yaml(path)
    told = raw.get("city")
    if not isinstance(told, dict):
        raise UnusableInput(
            f"Resep {path.name} tidak menyebut kotanya. Tulis bagian city dengan kode_kemendagri "
            f"dan name; contohnya {DEFAULT_RECIPE}."
        )
    city = _city(told, path.name)
    rows, source = _rows(raw.get("areas"), path)
    places = _places(rows, city, source)
    if any(math.isnan(place.lat) or math.isnan(place.luas_km2) for place in places):
        city, places = replace(city, is_placed=False), _in_cells(places)
    return city, places


def write_recipe(folder: Path, recipe: Path, city: City, places: Sequence[Kelurahan]) -> None:
    """Keep a recipe that was read in a folder, with the list of places as it was understood."""
    raw = read_yaml(recipe) | {"areas": LIST_FILE}
    text = yaml.safe_dump(raw, allow_unicode=True, sort_keys=False)
    (folder / RECIPE_FILE).write_text(text, encoding="utf-8")
    with (folder / LIST_FILE).open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(COLUMNS)
        for place in places:
            point = (place.lat, place.lon, place.luas_km2) if city.is_placed else ("", "", "")
            lines.writerow(
                [
                    place.kode_kemendagri,
                    place.name,
                    place.kecamatan,
                    *point,
                    place.kode_bps,
                    "/".join(place.aliases),
                ]
            )


def read_yaml(path: Path) -> dict[str, Any]:
    """The keys of a recipe; raises ``UnusableInput`` when the file is none."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_LOADER)
    except FileNotFoundError as error:
        raise UnusableInput(
            f"Resep {path.name} tidak ditemukan. Periksa nama dan letaknya."
        ) from error
    except _NO_YAML as error:
        raise UnusableInput(f"Resep {path.name} tidak dapat dibaca sebagai YAML.") from error
    if not isinstance(raw, dict):
        raise UnusableInput(f"Resep {path.name} tidak dapat dibaca sebagai YAML.")
    return raw


def _city(told: Mapping[str, Any], file: str) -> City:
    code = _dotted(told.get("kode_kemendagri"))
    if len(code) != 5:
        raise UnusableInput(
            f"Kode kota pada resep {file} tidak sesuai. Tulis kode Kemendagri di antara tanda "
            'kutip, misalnya kode_kemendagri: "33.15".'
        )
    if code.startswith("99"):
        raise UnusableInput(
            f"Kode kota pada resep {file} diawali 99, yang dipakai nomor latihan. Tulis kode "
            "provinsi yang sebenarnya."
        )
    name = " ".join(str(told.get("name") or _known_name(code)).split())
    kind = str(told.get("kind") or (KOTA if int(code[3:]) >= _FIRST_KOTA else KABUPATEN))
    if not name:
        raise UnusableInput(f"Resep {file} tidak menyebut nama kotanya. Isi name pada bagian city.")
    if kind not in (KOTA, KABUPATEN):
        raise UnusableInput(f"Jenis pada resep {file} tidak sesuai. Isi kind: kota atau kabupaten.")
    if not re.match(r"(Kota|Kabupaten) ", name):
        name = f"{kind.title()} {name}"
    return City(
        code,
        name,
        kind,
        str(told.get("province") or ""),
        _zone(told.get("zone"), code, file),
        _codes(told, "old_kecamatan_codes", file, dotted=False),
        centre=_codes(told, "centre", file),
        urban=_codes(told, "urban", file),
        coastal=_codes(told, "coastal", file),
        neighbours=_neighbours(told.get("neighbours") or [], code, name, file),
    )


def _zone(told: object, code: str, file: str) -> str:
    """The zone of time a recipe names, else that of the province (Keppres 41 Tahun 1987)."""
    named = str(told or "") or next(
        (zone for zone, provinces in _ZONE_OF.items() if code[:2] in provinces), "WIB"
    )
    if named not in ZONES:
        raise UnusableInput(f"Zona waktu pada resep {file} tidak sesuai. Isi zone: WIB, WITA, WIT.")
    return named


def _codes(told: Mapping[str, Any], key: str, file: str, dotted: bool = True) -> frozenset[str]:
    """Kecamatan codes under a key, dotted or as six digits."""
    written = told.get(key) or []
    codes = [_dotted(one) for one in written] if isinstance(written, list) else [""]
    if any(len(code) != 8 for code in codes):
        raise UnusableInput(
            f"Isi {key} pada resep {file} bukan daftar kode kecamatan enam angka di antara tanda "
            "kutip."
        )
    return frozenset(codes if dotted else (code.replace(".", "") for code in codes))


def _neighbours(written: object, code: str, name: str, file: str) -> tuple[str, ...]:
    """The names under ``neighbours``, then those whose codes are nearest, one province first."""
    if not isinstance(written, list):
        raise UnusableInput(f"Isi neighbours pada resep {file} bukan daftar nama kabupaten/kota.")
    digits = int(code.replace(".", ""))
    others = {int(row["kode6"][:4]): row["kabkota"] for row in reference("kecamatan_kode")}
    near = sorted(others, key=lambda one: (one // 100 != digits // 100, abs(one - digits)))
    names = [*map(str, written), *(others[one] for one in near if others[one] != name)]
    return tuple(dict.fromkeys(names))[:_NEIGHBOURS]


def _known_name(code: str) -> str:
    digits = code.replace(".", "")
    names = (row["kabkota"] for row in reference("kecamatan_kode") if row["kode6"][:4] == digits)
    return next(names, "")


def _dotted(written: object) -> str:
    """A region code of any level with its dots; "" when it is none.

    Spreadsheets store bare codes as numbers too: ``3315012001.0`` is read.
    """
    digits = re.sub(r"\.0$|[.\s]", "", str(written if written is not None else "").strip())
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (2, 4, 6, 10):
        return ""
    return ".".join(part for part in (digits[:2], digits[2:4], digits[4:6], digits[6:]) if part)


# --- lists of places --------------------------------------------------------------------------


def _rows(told: object, recipe: Path) -> tuple[list[dict[str, str]], str]:
    """The rows of the list a recipe names, and what to call it."""
    if isinstance(told, str) and Path(told).suffix:
        path = recipe.parent / told
        return _read_list(path), path.name
    if isinstance(told, str) and told:
        return _of_reference(told), told
    if isinstance(told, list) and all(isinstance(row, dict) for row in told):
        return [{str(k): _text(v) for k, v in row.items()} for row in told], recipe.name
    raise UnusableInput(
        f"Resep {recipe.name} tidak menyebut daftar kelurahan atau desanya. Isi areas dengan nama "
        "berkas CSV atau XLSX di folder yang sama."
    )


def _of_reference(name: str) -> list[dict[str, str]]:
    spellings: dict[str, list[str]] = {}
    for row in reference(f"{name}_alias"):
        spellings.setdefault(row["kode"], []).append(row["ejaan_lain"])
    return [
        row | {"ejaan_lain": "/".join(spellings.get(row["kode"], ()))} for row in reference(name)
    ]


def _read_list(path: Path) -> list[dict[str, str]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UnusableInput(f"Berkas {path.name} terlalu besar untuk sebuah daftar wilayah.")
        if path.suffix.lower() == ".xlsx":
            table = _read_workbook(path)
        else:
            text = path.read_text(encoding="utf-8-sig")
            head = text.partition("\n")[0]
            table = _read_csv(text, max(",;\t", key=head.count), path.name)
    except FileNotFoundError as error:
        raise UnusableInput(
            f"Daftar wilayah {path.name} tidak ditemukan. Letakkan di folder yang sama dengan "
            "resepnya."
        ) from error
    except (OSError, ValueError) as error:
        raise UnusableInput(
            f"Daftar wilayah {path.name} tidak dapat dibaca. Simpan sebagai CSV UTF-8 atau XLSX."
        ) from error
    heads = [cell.strip().lower().replace(" ", "_") for cell in table[0]] if table else []
    lacking = [column for column in ("kode", "nama") if column not in heads]
    if lacking:
        raise UnusableInput(
            f"Daftar wilayah {path.name} tidak memuat kolom {' dan '.join(lacking)} pada baris "
            "pertamanya."
        )
    return [dict(zip(heads, (cell.strip() for cell in cells), strict=False)) for cells in table[1:]]


def _read_csv(text: str, between: str, file: str) -> list[list[str]]:
    """Strict: a quotation mark that is never closed would make all places below it one cell."""
    rows: list[list[str]] = []
    try:
        rows += csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    except csv.Error as error:
        raise UnusableInput(
            f"Daftar wilayah {file} tidak dapat dibaca mulai baris {len(rows) + 1}. Periksa tanda "
            "kutip di baris itu, lalu ulangi."
        ) from error
    return rows


def _read_workbook(path: Path) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    except CalamineError as error:
        raise UnusableInput(
            f"Daftar wilayah {path.name} tidak dapat dibaca. Simpan sebagai CSV UTF-8 atau XLSX."
        ) from error
    return [[_text(cell) for cell in row] for row in cells]


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _places(rows: Sequence[Mapping[str, str]], city: City, source: str) -> tuple[Kelurahan, ...]:
    """The rows that are kelurahan or desa of the city, checked; unknown numbers are NaN."""
    districts = {
        f"{row['kode6'][:2]}.{row['kode6'][2:4]}.{row['kode6'][4:]}": row["nama"]
        for row in reference("kecamatan_kode")
    }
    districts |= {code: row["nama"] for row in rows if len(code := _dotted(row.get("kode"))) == 8}
    faults: list[str] = []
    found: dict[str, Kelurahan] = {}
    for line, row in enumerate(rows, start=2):
        code, name = _dotted(row.get("kode")), " ".join(row.get("nama", "").split())
        if not any(row.values()):
            continue
        numbers = {column: place_number(row.get(column, ""), column) for column in PLACE_LIMITS}
        wrong = [column for column, number in numbers.items() if number is None]
        if not code:
            faults.append(f"baris {line}: kode bukan kode Kemendagri")
        elif len(code) < 13 or not code.startswith(city.kode_kemendagri):
            # A code table holds other levels and other cities; they are not ours to judge.
            continue
        elif code in found:
            faults.append(f"baris {line}: kode {code} sudah ada")
        elif not name:
            faults.append(f"baris {line}: nama kosong")
        elif wrong:
            faults.append(f"baris {line}: {', '.join(wrong)} tidak sesuai")
        else:
            spellings = {one.strip() for one in row.get("ejaan_lain", "").split("/")}
            lat, lon, size = (numbers[column] or 0.0 for column in ("lat", "lon", "luas_km2"))
            found[code] = Kelurahan(
                code,
                name,
                code[:8],
                row.get("kecamatan") or districts.get(code[:8], code[:8]),
                lat,
                lon,
                size,
                row.get("kode_bps", ""),
                tuple(sorted(spellings - {""})),
            )
    if not faults and not _LEAST_AREAS <= len(found) <= _MOST_AREAS:
        faults.append(
            f"{len(found)} kelurahan atau desa berkode {city.kode_kemendagri}; yang dapat dipakai "
            f"{_LEAST_AREAS} sampai {_MOST_AREAS}"
        )
    if faults:
        more = f"; dan {len(faults) - _MOST_TOLD} lainnya" if len(faults) > _MOST_TOLD else ""
        raise UnusableInput(
            f"Daftar wilayah {source} belum dapat dipakai: {'; '.join(faults[:_MOST_TOLD])}{more}."
        )
    return tuple(found[code] for code in sorted(found))


def place_number(text: str, column: str) -> float | None:
    """A number within the column's limits, NaN for an empty cell, None for anything else."""
    if not text:
        return math.nan
    low, high = PLACE_LIMITS[column]
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    if column == "luas_km2" and number <= 0:
        return None
    return number if math.isfinite(number) and low <= number <= high else None


# --- cells where nobody knows the places ------------------------------------------------------

#: Side of a cell, and the lane between kecamatan, in km.
CELL_KM: Final = 2.0
_LANE_KM: Final = 1.0
_KM_A_DEGREE: Final = 111.2
#: Where cells are laid out: the middle of the country, where nobody looks for their house.
_ORIGIN: Final = (-2.5, 118.0)


def _in_cells(places: Sequence[Kelurahan]) -> tuple[Kelurahan, ...]:
    """The places in equal cells, a block a kecamatan, blocks in rows about as wide as high."""
    blocks: dict[str, list[Kelurahan]] = {}
    for place in places:
        blocks.setdefault(place.kecamatan_kode, []).append(place)
    width = 1.3 * CELL_KM * math.sqrt(len(places)) + _LANE_KM
    x = y = deepest = 0.0
    found = []
    for block in blocks.values():
        across = math.ceil(math.sqrt(len(block)))
        if x and x + across * CELL_KM > width:
            x, y, deepest = 0.0, y + deepest + _LANE_KM, 0.0
        for number, place in enumerate(block):
            down, right = divmod(number, across)
            found.append(
                replace(
                    place,
                    lat=round(_ORIGIN[0] - (y + (down + 0.5) * CELL_KM) / _KM_A_DEGREE, 6),
                    lon=round(_ORIGIN[1] + (x + (right + 0.5) * CELL_KM) / _KM_A_DEGREE, 6),
                    luas_km2=CELL_KM**2,
                )
            )
        x += across * CELL_KM + _LANE_KM
        deepest = max(deepest, math.ceil(len(block) / across) * CELL_KM)
    return tuple(found)


def kecamatan_of(places: Iterable[Kelurahan]) -> dict[str, str]:
    """Names of the kecamatan by dotted code, in code order."""
    return {place.kecamatan_kode: place.kecamatan for place in places}
