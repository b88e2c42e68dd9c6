"""IDN-17: the card number stands where the NIK belongs, or the other way round."""

from random import Random

from workbench.domain.nik import KkNumber, Nik, is_filler
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import is_taken, people_with_sound_numbers, sound_number


@row_rule(
    table="person",
    code="IDN-17",
    severity=Severity.TINGGI,
    title="NIK {state} nomor KK",
    question="Cocokkan dengan KK: mana nomor KK di kepala kartu, dan mana NIK orang ini?",
    documents=["KTP-el", "KK"],
    why="Nomor yang tertukar membuat orang ini tidak dikenal dan keluarganya terpecah.",
    fields=["nik", "no_kk"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E17",), "Penjelasan susunan nomor KK: kode wilayah dan tanggal", "ya"),
    needs=["person.nik", "person.no_kk"],
    evidence={
        "state": "CASE WHEN nik_number = kk_number THEN 'sama dengan' "
        "ELSE 'tampak tertukar dengan' END"
    },
    when="nik_is_kk AND NOT nik_is_filler",
)
class NikAndKk:
    """Both have sixteen digits with a region and a date; only a woman's NIK gives itself away.

    Bad: the card number in the cell of the NIK; a card number that bears the person's birthday.
    Good: two different numbers, the NIK with the birthday, also where a card was issued on it.
    """


@plants(NikAndKk)
def card_number_in_the_nik_cell(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk copied the number at the head of the card instead of the one in the line."""
    card = KkNumber.parse(draft.family(family_id)["no_kk"])
    if card is None or is_filler(card.text) or is_taken(draft, card.text):
        return None
    people = [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if row["no_kk"] == card.text and not _is_birthday(card, row)
    ]
    if not people:
        return None
    person = rng.choice(people)
    draft.change("person", person, nik=card.text)
    return Planted("person", person["person_id"], ("nik",))


@plants(NikAndKk)
def columns_swapped(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The form asked for the card number first, and the two were typed in the other order."""
    family, members = draft.family(family_id), draft.members(family_id)
    people = people_with_sound_numbers(draft, family_id)
    card = KkNumber.parse(family["no_kk"])
    if len(members) != 1 or not people or card is None:
        return None
    if is_filler(card.text) or is_taken(draft, card.text):
        return None
    person = people[0]
    nik = sound_number(person)
    if nik is None or person["no_kk"] != card.text or nik.sex != person["sex"]:
        return None
    if not _is_birthday(nik, person) or _is_birthday(card, person):
        return None
    draft.change("family", family, no_kk=nik.text)
    draft.change("person", person, nik=card.text, no_kk=nik.text)
    return Planted("person", person["person_id"], ("nik", f"{family_id}.no_kk"))


def _is_birthday(number: Nik | KkNumber, person: Row) -> bool:
    day = person["birth_date"]
    return day is not None and (number.day, number.month, number.year2) == (
        day.day,
        day.month,
        day.year % 100,
    )
