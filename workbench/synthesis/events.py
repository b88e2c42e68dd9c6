"""What happened to an invented family of late, as registry and programmes noted it."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from workbench.domain.wilayah import CITY, say_locally
from workbench.synthesis.draws import day_between, pick
from workbench.synthesis.families import Family, Member
from workbench.synthesis.numbers import Numbers

Row = dict[str, Any]

_LAST_MONTHS = timedelta(days=365)
_ORIGINS = (
    *(name.upper().replace("KABUPATEN", "KAB.") for name in CITY.neighbours),
    *("JAKARTA BARAT", "KAB. BOGOR", "KAB. BREBES", "KAB. LAMPUNG SELATAN"),
)


def draw_events(
    family: Family, rng: Random, numbers: Numbers, region6: str, graduated: Member | None
) -> list[Row]:
    """The ``event`` rows of one family without ids, NIK and KK number.

    Each holds the person on the card it concerns under ``member``; a spouse who died is on no
    card any more and has a name and a NIK of their own there.
    """
    rows: list[Row] = []
    lately = family.as_of - _LAST_MONTHS
    for member in family.members:
        if member.birth_date >= lately:
            rows.append(_row("lahir", member, member.birth_date, "akta kelahiran"))
    if family.moved_in_on is not None:
        row = _row("pindah_masuk", family.head, family.moved_in_on, "SKPWNI")
        row["destination"] = f"dari {pick(rng, _ORIGINS)}"
        rows.append(row)
    wed = family.married_on
    if wed is not None and wed >= family.as_of - 2 * _LAST_MONTHS:
        rows.append(_row("kawin", family.head, wed, "buku nikah"))
    parted = family.parted_on
    if parted is not None and parted >= family.as_of - 3 * _LAST_MONTHS:
        if family.head.marital_status == "cerai_hidup":
            rows.append(_row("cerai", family.head, parted, "akta cerai"))
        else:
            rows.append(_death(family, rng, numbers, region6, parted))
    if graduated is not None:
        first = date(family.as_of.year, 1, 10)
        row = _row(
            "graduasi",
            graduated,
            day_between(rng, first, family.as_of - timedelta(days=20)),
            "surat graduasi",
        )
        row["program"] = "PKH"
        rows.append(row)
    return rows


def _row(kind: str, member: Member | None, day: date, evidence: str) -> Row:
    return {
        "member": member,
        "kind": kind,
        "date": day,
        "destination": "",
        "evidence": evidence,
        "name": member.name if member is not None else "",
        "nik": member.nik if member is not None else "",
        "program": "",
    }


def _death(family: Family, rng: Random, numbers: Numbers, region6: str, day: date) -> Row:
    head = family.head
    sex = "L" if head.sex == "P" else "P"
    years = 3 if sex == "L" else -3
    birth = head.birth_date.replace(day=1) - timedelta(days=365 * years + int(rng.random() * 900))
    row = _row(
        "meninggal",
        None,
        day,
        pick(rng, ("akta kematian", say_locally("surat keterangan kelurahan"))),
    )
    row["name"] = family.late_spouse_name
    row["nik"] = numbers.nik(region6, birth, sex, rng)
    return row
