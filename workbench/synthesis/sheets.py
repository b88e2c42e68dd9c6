"""An invented register written as the one wide sheet offices pass around.

One row a member, headers as in the DTKS export, dates DD/MM/YYYY, aid as YA and TIDAK: what the
reading of lists is shown and taught with. ``training_data/contoh_daftar.csv`` is such a sheet.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workbench.domain.register import Register
from workbench.domain.wilayah import kelurahan_by_code
from workbench.synthesis.planting import plant_errors
from workbench.synthesis.recipe import default_recipe
from workbench.synthesis.world import clean_world

Row = Mapping[str, Any]

_SHDK = {
    "kepala_keluarga": "KEPALA KELUARGA",
    "orang_tua": "ORANG TUA",
    "famili_lain": "FAMILI LAIN",
}
_MARITAL = {
    "belum_kawin": "BELUM KAWIN",
    "kawin": "KAWIN",
    "cerai_hidup": "CERAI HIDUP",
    "cerai_mati": "CERAI MATI",
}
_MATCH = {"padan": "PADAN", "tidak_padan": "TIDAK PADAN", "belum": "KOSONG"}


def _date(value: Any) -> str:
    return value.strftime("%d/%m/%Y") if value is not None else ""


def _number(value: Any) -> str:
    return "" if value is None else str(value)


#: Header, and the cell from the person's and the family's row.
_COLUMNS: tuple[tuple[str, Callable[[Row, Row], str]], ...] = (
    ("KECAMATAN", lambda p, f: _place(f, "kecamatan")),
    ("DESA/KELURAHAN", lambda p, f: _place(f, "name")),
    ("ALAMAT", lambda p, f: str(f["address"])),
    ("RT", lambda p, f: str(f["rt"])),
    ("RW", lambda p, f: str(f["rw"])),
    ("NOKK", lambda p, f: str(p["no_kk"])),
    ("NIK", lambda p, f: str(p["nik"])),
    ("NAMA", lambda p, f: str(p["name"])),
    ("TEMPAT LAHIR", lambda p, f: str(p["birth_place"])),
    ("TANGGAL LAHIR", lambda p, f: _date(p["birth_date"])),
    ("JENIS KELAMIN", lambda p, f: str(p["sex"])),
    ("HUB KELUARGA", lambda p, f: _SHDK.get(p["shdk"], p["shdk"].upper())),
    ("STATUS KAWIN", lambda p, f: _MARITAL.get(p["marital_status"], "")),
    ("PENDIDIKAN", lambda p, f: str(p["education"])),
    ("PEKERJAAN", lambda p, f: str(p["occupation"])),
    ("KETERANGAN PADAN", lambda p, f: _MATCH.get(p["dukcapil_match"], "TIDAK PADAN")),
    ("DESIL", lambda p, f: _number(f["desil"])),
)
_PROGRAMS = (("BANSOS PKH", "PKH"), ("BANSOS BPNT", "SEMBAKO"), ("PBI JKN", "PBIJK"))


def _place(family: Row, part: str) -> str:
    place = kelurahan_by_code().get(family["kelurahan_kode_kemendagri"])
    return str(getattr(place, part)).upper() if place is not None else ""


def sheet_rows(register: Register) -> list[list[str]]:
    """The sheet of a register, its header first; all cells are text."""
    families = {row["family_id"]: row for row in register["family"].to_pylist()}
    paid = {
        (row["person_id"], row["program"])
        for row in register["aid"].to_pylist()
        if row["status"] == "aktif"
    }
    found = [[*(header for header, _ in _COLUMNS), *(header for header, _ in _PROGRAMS)]]
    for person in register["person"].to_pylist():
        family = families[person["family_id"]]
        cells = [cell(person, family) for _, cell in _COLUMNS]
        cells += [
            "YA" if (person["person_id"], program) in paid else "TIDAK" for _, program in _PROGRAMS
        ]
        found.append(cells)
    return found


def write_sheet(register: Register, path: Path) -> None:
    """Write the sheet as CSV (UTF-8 with commas); numbers stay whole since all cells are text."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(sheet_rows(register))


#: Mistakes that such a sheet can show.
SAMPLE_RULES = (
    "IDN-01",
    "IDN-02",
    "IDN-08",
    "IDN-09",
    "IDN-10",
    "IDN-16",
    "IDN-18",
    "KEL-01",
    "KEL-24",
    "KEL-26",
    "ALM-36",
    "ALM-37",
    "ALM-69",
    "SOS-58",
)


def write_sample(path: Path) -> None:
    """Write the sample that ships: forty families of the default recipe, every third with a slip.

    The stored copy stays as it is when the generator changes; it is renewed by hand.
    """
    recipe = default_recipe()
    world = clean_world(recipe, 40, 7, recipe.as_of)
    plant_errors(world, 0.35, 7, rules=SAMPLE_RULES)
    write_sheet(world.to_register(), path)
