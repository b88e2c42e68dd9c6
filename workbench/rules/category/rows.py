"""PPKS rows as a clerk would write them, and whose row can carry a slip."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from workbench.domain.ages import age_on
from workbench.domain.reference import by_code, reference
from workbench.domain.register import Draft, Row
from workbench.rules.identity.slips import reference_date

#: The five minimum services of a city, in the words of a sentence.
SERVICES = {
    "SPM1": "penyandang disabilitas telantar",
    "SPM2": "anak telantar",
    "SPM3": "lanjut usia telantar",
    "SPM4": "gelandangan dan pengemis",
    "SPM5": "korban bencana",
}
#: Service and category that go together.
FITS = frozenset(
    (row["kode"], kind)
    for row in reference("spm_layanan")
    for kind in re.findall(r"PMKS\d\d", row["pmks_terkait"])
)
#: Sensitive categories for adults.
ADULT_SENSITIVE = "('PMKS10', 'PMKS15', 'PMKS16')"

#: Whether a PPKS row is part of a minimum service. "bila": the kind counts only where the
#: assessment says telantar.
COUNTS = """(served_by NOT IN ('', '-', '0') OR coalesce(is_service_fulfilled, false)
                OR (spm LIKE '%bila%' AND coalesce(is_telantar, false))
                OR (spm LIKE 'ya%' AND spm NOT LIKE '%bila%'))"""
SERVICE_NAME = (
    "CASE served_by "
    + " ".join(f"WHEN '{code}' THEN '{name}'" for code, name in SERVICES.items())
    + " END"
)
#: The service a category belongs to, null for most.
KIND_SERVICE = (
    "CASE category "
    + " ".join(f"WHEN '{kind}' THEN '{code}'" for code, kind in sorted(FITS))
    + " END"
)


def age_of(draft: Draft, person: Row) -> int:
    """Age at the reference date; -1 when the birth date is unknown."""
    age = age_on(person["birth_date"], reference_date(draft))
    return -1 if age is None else age


def category_name(code: str) -> str:
    """The name of a category as the regulation has it."""
    return by_code("pmks_kategori")[code]["nama"]


def unlisted(draft: Draft, family_id: str) -> list[Row]:
    """Members of a family without any PPKS row."""
    listed = {row["person_id"] for row in draft.rows("ppks", family_id)}
    return [row for row in draft.members(family_id) if row["person_id"] not in listed]


def listed_once(draft: Draft, family_id: str, *categories: str) -> list[tuple[Row, Row]]:
    """PPKS rows of these categories with their person, where it is the person's only row."""
    people = {row["person_id"]: row for row in draft.members(family_id)}
    rows = draft.rows("ppks", family_id)
    return [
        (row, people[row["person_id"]])
        for row in rows
        if row["category"] in categories
        and row["person_id"] in people
        and sum(other["person_id"] == row["person_id"] for other in rows) == 1
    ]


def counts_for_spm(row: Row) -> bool:
    """Whether a PPKS row is part of a minimum service: by its kind, or as telantar."""
    service = by_code("pmks_kategori")[row["category"]]["spm"]
    if "bila" in service:
        return row["is_telantar"] is True
    return service.startswith("ya")


def add_row(draft: Draft, person: Row, category: str, **cells: Any) -> Row:
    """List a person under a category, assessed this year."""
    family = draft.family(person["family_id"])
    today = reference_date(draft)
    return draft.add(
        "ppks",
        {
            "ppks_id": draft.new_id("ppks"),
            "person_id": person["person_id"],
            "family_id": person["family_id"],
            "nik": person["nik"],
            "no_kk": person["no_kk"],
            "category": category,
            "category_text": category_name(category),
            "assessed_on": max(date(today.year, 1, 1), today - timedelta(days=120)),
            "found_kelurahan_kode_kemendagri": family["kelurahan_kode_kemendagri"],
            "in_institution": False,
            "year": today.year,
            **cells,
        },
    )
