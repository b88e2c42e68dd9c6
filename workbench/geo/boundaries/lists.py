"""Lists of areas as CSV: code, name, kecamatan, centroid and size of each kelurahan or desa.

What ``verval maps schematic`` reads, and how the list of another city is kept.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from workbench.domain.cities import PLACE_LIMITS, place_number
from workbench.domain.wilayah import CITY
from workbench.errors import UnusableInput
from workbench.geo.areas import Area, AreaSet
from workbench.geo.boundaries.joining import city_name, dotted_code

COLUMNS = ("kode", "nama", "kode_kecamatan", "kecamatan", "lat", "lon", "luas_km2")
_NEEDED = ("kode", "nama", "kecamatan", "lat", "lon", "luas_km2")
_MOST_BYTES = 20_000_000
_MOST_TOLD = 5


def read_areas(path: Path) -> AreaSet:
    """The areas of one city or regency from a CSV with the columns ``COLUMNS``.

    ``kode_kecamatan`` may be left out. Commas or semicolons between cells, decimal commas too.
    Raises ``UnusableInput`` with every fault, row by row.
    """
    name = path.name
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UnusableInput(f"Berkas {name} terlalu besar untuk sebuah daftar wilayah.")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UnusableInput(f"Berkas {name} tidak ditemukan. Periksa nama dan letaknya.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableInput(
            f"Berkas {name} tidak dapat dibaca sebagai CSV. Simpan daftar wilayahnya sebagai CSV "
            "UTF-8, lalu ulangi."
        ) from error
    head = text.partition("\n")[0]
    between = ";" if head.count(";") > head.count(",") else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=between)
    try:
        headings = {(heading or "").strip().lower(): heading for heading in rows.fieldnames or ()}
        lacking = [column for column in _NEEDED if column not in headings]
        if lacking:
            raise UnusableInput(
                f"Berkas {name} tidak memuat kolom {', '.join(lacking)}. Yang diperlukan: "
                f"{', '.join(_NEEDED)}."
            )
        listed = [
            {column: (row.get(heading) or "").strip() for column, heading in headings.items()}
            for row in rows
        ]
    except csv.Error as error:
        raise UnusableInput(f"Berkas {name} bukan CSV yang utuh. Simpan ulang.") from error
    return _checked(name, listed)


def write_areas(path: Path, areas: AreaSet) -> None:
    """Write a list that ``read_areas`` reads."""
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(COLUMNS)
        for area in areas.areas:
            lines.writerow(
                [
                    area.code,
                    area.name,
                    area.kecamatan_code,
                    area.kecamatan,
                    area.lat,
                    area.lon,
                    area.luas_km2,
                ]
            )


def _checked(name: str, listed: list[dict[str, str]]) -> AreaSet:
    faults: list[str] = []
    areas: dict[str, Area] = {}
    for line, row in enumerate(listed, start=2):
        code = dotted_code(row["kode"])
        numbers = {column: _number(row[column], column) for column in PLACE_LIMITS}
        wrong = [column for column, number in numbers.items() if number is None]
        if not code:
            faults.append(f"baris {line}: kode bukan kode Kemendagri sepuluh angka")
        elif code in areas:
            faults.append(f"baris {line}: kode {code} sudah ada")
        elif not row["nama"]:
            faults.append(f"baris {line}: nama kosong")
        elif wrong:
            faults.append(f"baris {line}: {', '.join(wrong)} tidak sesuai")
        else:
            lat, lon, size = (numbers[column] or 0.0 for column in PLACE_LIMITS)
            areas[code] = Area(
                code, row["nama"], code[:8], row["kecamatan"] or code[:8], lat, lon, size
            )
    cities = {code[:5] for code in areas}
    if len(cities) > 1:
        faults.append(f"isinya beberapa kabupaten atau kota: {', '.join(sorted(cities)[:5])}")
    if not listed:
        faults.append("tidak ada satu wilayah pun")
    if faults:
        more = f"; dan {len(faults) - _MOST_TOLD} lainnya" if len(faults) > _MOST_TOLD else ""
        raise UnusableInput(
            f"Daftar wilayah {name} belum dapat dipakai: {'; '.join(faults[:_MOST_TOLD])}{more}."
        )
    city = cities.pop()
    known = CITY.name if city == CITY.kode_kemendagri else city_name(city)
    return AreaSet(city, known or city, tuple(areas[code] for code in sorted(areas)))


def _number(text: str, column: str) -> float | None:
    """As of a city's own places, but no cell may be empty."""
    return place_number(text, column) if text else None
