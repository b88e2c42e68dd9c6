"""Who in a family works, is paid by the state or makes a component, and whether it is helped.

The SQL is for rules, the functions are for plants; both say the same.
"""

from __future__ import annotations

import re
from datetime import date

from workbench.domain.ages import age_on
from workbench.domain.register import Draft, Row
from workbench.rules.aid.programmes import ENDED, sql_list
from workbench.rules.identity.slips import reference_date, setting

#: Occupations of the civil service, army, police and elected or village offices.
OFFICIAL = (
    r"\b(PNS|ASN|PPPK|TNI|TENTARA NASIONAL|POLRI|POLISI|KEPOLISIAN|PEGAWAI NEGERI|KADES|"
    r"KEPALA DESA|LURAH|PERANGKAT (DESA|KELURAHAN)|PEJABAT NEGARA|BUPATI|WALI ?KOTA|GUBERNUR|"
    r"ANGGOTA (DPR|DPRD|DPD))\b"
)
#: Who has left such an office.
FORMER = r"PENSIUN|PURNA|MANTAN|\bEKS\b"
#: Whom the state pays a pension.
PENSIONER = "PENSIUN|PURNAWIRAWAN|PURNA TUGAS"
#: Work at a firm of the state or the region, and the professions that are named beside it.
STEADY = r"\b(BUMN|BUMD)\b|^(DOKTER|DIREKTUR|KOMISARIS|EKSEKUTIF)\b"
#: No work of one's own.
IDLE = "TIDAK BEKERJA|BELUM BEKERJA|MENGURUS RUMAH|PELAJAR|MAHASISWA"

#: Families that are paid something now: no history, and no help after a disaster.
HELPED = f"""(SELECT family_place FROM aid WHERE is_active AND family_place IS NOT NULL
            AND NOT coalesce(is_emergency, false) AND program NOT IN {sql_list(ENDED)})"""

#: Not said to have died, moved away or taken a card of their own: each is another question.
IS_HERE = "existence NOT IN ('KB3', 'KB4', 'KB5', 'KB6')"

#: Whether a note of pregnancy still holds: it lapses with the months of a pregnancy.
IS_EXPECTING = (
    "coalesce(is_pregnant, false) AND coalesce(pregnancy_noted_on "
    "+ to_months(CAST(getvariable('pregnancy_months') AS INTEGER)) >= getvariable('as_of'), true)"
)


def age_of(draft: Draft, person: Row) -> int:
    """Age at the reference date; -1 when the birth date is unknown."""
    age = age_on(person["birth_date"], reference_date(draft))
    return -1 if age is None else age


def working_adults(draft: Draft, family_id: str) -> list[Row]:
    """Members of 25 to 55 without any matched indication, none of them paid by the state."""
    return [
        row
        for row in draft.members(family_id)
        if not row["flags"] and 25 <= age_of(draft, row) <= 55 and not is_state_paid(row)
    ]


def is_state_paid(person: Row) -> bool:
    """Whether aid for this person's family would be a question of its own (SOS-52, 55 and 80)."""
    words = person["occupation"].upper()
    return bool(re.search(f"{OFFICIAL}|{PENSIONER}|{STEADY}", words)) or bool(
        {"asn", "tni_polri", "perangkat", "pensiun", "bumn"} & set(person["flags"].split(";"))
    )


def receives(draft: Draft, family_id: str) -> set[str]:
    """Programmes that pay the family today, as the list has it."""
    return {
        row["program"] for row in draft.rows("aid", family_id) if row["status"] in ("", "aktif")
    }


def is_helped(draft: Draft, family_id: str) -> bool:
    """The same as ``HELPED``: something is paid now, beside history and disasters."""
    return any(
        row["status"] in ("", "aktif") and not row["is_emergency"] and row["program"] not in ENDED
        for row in draft.rows("aid", family_id)
    )


def pkh_components(draft: Draft, family_id: str) -> list[tuple[Row, str]]:
    """Members who make the family one of PKH, each with every reason why."""
    found = []
    for row in draft.members(family_id):
        age = age_of(draft, row)
        in_school = row["is_in_school"]
        reasons = {
            "anak usia dini": 0 <= age <= 6,
            "lansia": age >= 60,
            "hamil": bool(row["is_pregnant"]) and _note_holds(draft, row["pregnancy_noted_on"]),
            "sekolah": 7 <= age <= 21 if in_school is None else in_school or age == 7,
            "disabilitas": bool(row["disability"]),
        }
        found += [(row, reason) for reason, holds in reasons.items() if holds]
    return found


def _note_holds(draft: Draft, noted_on: date | None) -> bool:
    if noted_on is None:
        return True
    today = reference_date(draft)
    months = (today.year - noted_on.year) * 12 + today.month - noted_on.month
    return bool(months <= setting(draft, "pregnancy_months"))
