"""IDN-09: the birth date differs from the one inside the NIK."""

from collections.abc import Iterator
from datetime import date
from random import Random

from workbench.domain.ages import age_on
from workbench.domain.nik import Nik, is_filler
from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.family.kel_25_child_age_gap import children_too_close
from workbench.rules.identity.slips import (
    is_taken,
    people_with_sound_numbers,
    reference_date,
    replace_at,
    setting,
    sound_number,
)


@row_rule(
    table="person",
    code="IDN-09",
    severity=Severity.SEDANG,
    title="Tanggal lahir berbeda dari NIK pada bagian {parts}",
    question="Cocokkan tanggal lahir dengan KTP-el atau akta lahir: mana yang benar?",
    documents=["KTP-el", "Akta lahir"],
    why="Umur menentukan hak anak, lansia, dan ibu; tanggal yang keliru dapat menutup hak itu.",
    fields=["birth_date", "nik"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E09",), "Dukcapil Klaten, arti 16 digit NIK", "ya"),
    needs=["person.nik", "person.birth_date"],
    evidence={
        "parts": """concat_ws(', ',
            CASE WHEN nik_day <> day(birth_date) THEN 'hari' END,
            CASE WHEN nik_month <> month(birth_date) THEN 'bulan' END,
            CASE WHEN nik_yy <> year(birth_date) % 100 THEN 'tahun' END)"""
    },
    when="""nik_has_date AND NOT nik_is_filler AND NOT nik_is_kk
        AND age BETWEEN 0 AND getvariable('age_max')
        AND (nik_day <> day(birth_date) OR nik_month <> month(birth_date)
            OR nik_yy <> year(birth_date) % 100)""",
)
class BirthDateNik:
    """A NIK carries the birth date it was issued with; a later correction leaves it as it was.

    Bad: day and month changed places in the list.
    Good: both say the same, or the card itself differs and a note says so.
    """


@plants(BirthDateNik)
def slip_in_the_date(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk swapped day and month, or two digits of the day, in the birth date."""
    as_of = reference_date(draft)
    members = draft.members(family_id)
    close = _too_close(draft, members)
    born_here = {
        row["person_id"] for row in draft.rows("event", family_id) if row["kind"] == "lahir"
    }
    found = []
    for row in people_with_sound_numbers(draft, family_id):
        day = row["birth_date"]
        nik = sound_number(row)
        if day is None or nik is None or row["person_id"] in born_here or not _agree(nik, day):
            continue
        for other in _slips(day):
            # The same age: whoever reads the list by age sees nothing else amiss.
            if other > as_of or age_on(other, as_of) != age_on(day, as_of):
                continue
            changed = [{**m, "birth_date": other} if m is row else m for m in members]
            if _too_close(draft, changed) == close:
                found.append((row, other))
    if not found:
        return None
    person, other = rng.choice(found)
    draft.change("person", person, birth_date=other)
    return Planted("person", person["person_id"], ("birth_date",))


@plants(BirthDateNik)
def slip_in_the_number(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Two digits of the NIK changed places and made another date."""
    found = []
    for row in people_with_sound_numbers(draft, family_id):
        before = sound_number(row)
        if before is None or row["birth_date"] is None or not _agree(before, row["birth_date"]):
            continue
        for place in range(6, 11):
            text = replace_at(row["nik"], place, row["nik"][place + 1] + row["nik"][place])
            nik = Nik(text)
            if (
                nik.has_date
                and nik.sex == before.sex
                and not is_filler(text)
                and not _agree(nik, row["birth_date"])
                and not is_taken(draft, text)
            ):
                found.append((row, text))
    if not found:
        return None
    person, text = rng.choice(found)
    draft.change("person", person, nik=text)
    return Planted("person", person["person_id"], ("nik",))


def _agree(nik: Nik, day: date) -> bool:
    return (nik.day, nik.month, nik.year2) == (day.day, day.month, day.year % 100)


def _slips(day: date) -> Iterator[date]:
    """Dates a hurried hand writes for ``day``."""
    number = f"{day.day:02d}"
    for d, m in ((day.month, day.day), (int(number[::-1]), day.month)):
        try:
            other = day.replace(day=d, month=m)
        except ValueError:
            continue
        if other != day:
            yield other


def _too_close(draft: Draft, members: list[dict[str, object]]) -> list[str]:
    minimum = setting(draft, "parent_child_gap_min")
    return [str(row["person_id"]) for row in children_too_close(members, minimum)]
