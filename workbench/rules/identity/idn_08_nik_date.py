"""IDN-08: the date inside the NIK does not exist."""

from random import Random

from workbench.domain.nik import Nik
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import people_with_sound_numbers, replace_at


@row_rule(
    table="person",
    code="IDN-08",
    severity=Severity.TINGGI,
    title="NIK memuat {part} yang tidak ada",
    question="Salin ulang NIK dari KTP-el: apakah angka ketujuh sampai kedua belas sama?",
    documents=["KTP-el", "KK"],
    why="NIK dengan tanggal mustahil ditolak saat dipadankan, dan bantuan keluarga ikut tertahan.",
    fields=["nik"],
    status="layak",
    follow_up=["perbaiki_data", "rujuk_dukcapil"],
    basis=Basis(("E08", "S02"), "Dukcapil Klaten, arti 16 digit NIK", "ya"),
    needs=["person.nik"],
    evidence={
        "part": "CASE WHEN nik_month NOT BETWEEN 1 AND 12 THEN 'bulan lahir' "
        "ELSE 'tanggal lahir' END"
    },
    when="nik_number IS NOT NULL AND NOT nik_is_filler AND NOT nik_has_date AND NOT nik_is_kk",
)
class NikDate:
    """Digits seven to twelve are the birth date, with forty added to a woman's day.

    Bad: month 31, because day and month were swapped.
    Good: a day that stands in the calendar; rarely the card itself was issued wrongly.
    """


@plants(NikDate)
def swap_day_and_month(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk typed the month before the day."""
    found = [
        (row, replace_at(row["nik"], 6, row["nik"][8:10] + row["nik"][6:8]))
        for row in people_with_sound_numbers(draft, family_id)
    ]
    return _spoil(draft, rng, found)


@plants(NikDate)
def swap_two_digits(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Two neighbouring digits of the date changed places."""
    found = [
        (row, replace_at(row["nik"], place, row["nik"][place + 1] + row["nik"][place]))
        for row in people_with_sound_numbers(draft, family_id)
        for place in range(6, 11)
    ]
    return _spoil(draft, rng, found)


def _spoil(draft: Draft, rng: Random, found: list[tuple[Row, str]]) -> Planted | None:
    impossible = [(row, nik) for row, nik in found if not Nik(nik).has_date]
    if not impossible:
        return None
    person, nik = rng.choice(impossible)
    draft.change("person", person, nik=nik)
    return Planted("person", person["person_id"], ("nik",))
