"""The twenty rules that everybody runs, and the values they share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from tests.bench.data import AS_OF
from workbench.domain.reference import reference
from workbench.domain.wilayah import CITY, OLD_CITY_CODES
from workbench.rules.parameters import parameters_on

#: What is asked, and the rule of the catalogue that asks it.
SHARED = {
    "IDN-01": "NIK empty",
    "IDN-02": "NIK not of 16 digits",
    "IDN-06": "region of the NIK unknown",
    "IDN-09": "birth date differs from the NIK",
    "IDN-10": "sex differs from the NIK",
    "IDN-11": "NIK a filler (serial 0000, one digit repeated)",
    "IDN-17": "KK number in the place of the NIK",
    "ALM-69": "birth date in the future, or older than anybody",
    "KEL-24": "married child still on the card",
    "KEL-27": "marital status against age and relation",
    "ALM-37": "RT or RW not of three digits",
    "KEL-28": "number of members differs from the rows",
    "IDN-16": "KK number not of 16 digits",
    "KEL-01": "no head of the family, or two",
    "KEL-26": "couple of one sex",
    "IDN-13": "one NIK, two people",
    "KEL-25": "child hardly younger than a parent",
    "ALM-31": "dead, yet on the list",
    "BAN-62": "aid for a NIK that is not on the list",
    "BAN-61": "two programmes that exclude each other",
}
#: Columns that the twenty rules read and that name what they find.
COLUMNS = {
    "person": (
        *("person_id", "family_id", "nik", "no_kk", "name", "sex", "birth_date", "shdk"),
        *("marital_status", "existence", "dukcapil_match", "eligibility", "ineligibility_reason"),
        *("file", "sheet", "row"),
    ),
    "family": ("family_id", "no_kk", "rt", "rw", "members_stated", "source_list"),
    "aid": (
        *("aid_id", "person_id", "family_id", "nik", "program", "status", "period"),
        "is_emergency",
    ),
    "event": ("person_id", "nik", "kind", "date"),
    "dukcapil": ("nik", "status", "answered_on"),
    "ppks": ("family_id", "category", "in_institution"),
}
KEYS = {"person": "person_id", "family": "family_id", "aid": "aid_id"}
VALUES: dict[str, Any] = parameters_on(AS_OF)
PROVINCE = int(CITY.province)
REGIONS = {int(row["kode6"]) for row in reference("kecamatan_kode")} | {
    int(code) for code in OLD_CITY_CODES
}


def register_of(folder: Path) -> Path:
    """Where the register of the bench lies."""
    return folder / "register"


def hash_everything(folder: Path) -> None:
    """Hash every value of those columns, and nothing else."""
    for table, columns in COLUMNS.items():
        duckdb.execute(
            f"SELECT bit_xor(hash({', '.join(columns)})) "
            f"FROM '{register_of(folder) / table}.parquet'"
        ).fetchone()
