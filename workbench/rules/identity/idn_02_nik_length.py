"""IDN-02: the NIK does not have sixteen digits."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import people_with_sound_numbers


@row_rule(
    table="person",
    code="IDN-02",
    severity=Severity.KRITIS,
    title="NIK terdiri atas {digits} angka, seharusnya 16",
    question="Salin ulang NIK dari KTP-el atau KK: angka mana yang kurang atau lebih?",
    documents=["KTP-el", "KK"],
    why="NIK yang kurang atau lebih satu angka tidak dikenal, sehingga bantuan keluarga tertahan.",
    fields=["nik"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(
        ("E02", "S02"), "Format impor DTKS OpenSID; galat SIKS-NG: struktur NIK salah", "ya"
    ),
    needs=["person.nik"],
    evidence={"digits": "length(regexp_replace(nik, '[^0-9]', '', 'g'))"},
    # Only where there is no whole number: the patterns are costly on every row of a city.
    when="""CASE WHEN nik_number IS NULL THEN nik <> '0' AND regexp_matches(nik, '[0-9]')
        AND NOT regexp_matches(nik, '[A-Za-z]')
        AND length(regexp_replace(nik, '[^0-9]', '', 'g')) <> 16 END""",
)
class NikLength:
    """A NIK has sixteen digits; none may be added or taken away by guessing.

    Bad: fifteen digits, one was skipped in copying.
    Good: sixteen digits, as on the identity card.
    """


@plants(NikLength)
def drop_digit(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk skipped a digit while copying the card."""
    people = people_with_sound_numbers(draft, family_id)
    if not people:
        return None
    person = rng.choice(people)
    place = rng.randrange(2, 16)
    draft.change("person", person, nik=person["nik"][:place] + person["nik"][place + 1 :])
    return Planted("person", person["person_id"], ("nik",))


@plants(NikLength)
def double_digit(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A key was held too long and one digit stands twice."""
    people = people_with_sound_numbers(draft, family_id)
    if not people:
        return None
    person = rng.choice(people)
    place = rng.randrange(2, 16)
    draft.change("person", person, nik=person["nik"][: place + 1] + person["nik"][place:])
    return Planted("person", person["person_id"], ("nik",))
