"""IDN-05: the NIK holds a letter that looks like a digit."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import people_with_sound_numbers, replace_at


@row_rule(
    table="person",
    code="IDN-05",
    severity=Severity.SEDANG,
    title="NIK memuat {letters} huruf, seharusnya angka semua",
    question="Lihat KTP-el: angka apa yang tertulis di tempat huruf itu?",
    documents=["KTP-el"],
    why="Sebuah huruf di tengah NIK membuat orang ini tidak terbaca oleh Dukcapil dan bank.",
    fields=["nik"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E05",), "", "tidak"),
    needs=["person.nik"],
    evidence={"letters": "length(regexp_replace(nik, '[^A-Za-z]', '', 'g'))"},
    # Words without any digit stand for an empty cell (IDN-01).
    when="CASE WHEN nik_number IS NULL THEN regexp_matches(nik, '[A-Za-z]') "
    "AND regexp_matches(nik, '[0-9]') END",
)
class NikLetters:
    """Letters that look like digits come in by typing, or by reading a scan.

    Bad: the letter O where a nought belongs.
    Good: sixteen digits; the nought and the one taken from the card.
    """


@plants(NikLetters)
def type_letter_o(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk typed the letter O for a nought."""
    return _put_letter(draft, family_id, rng, {"0": "O"})


@plants(NikLetters)
def read_from_scan(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The number was read from a scanned card, and a one became a letter."""
    return _put_letter(draft, family_id, rng, {"1": rng.choice("Il")})


def _put_letter(
    draft: Draft, family_id: str, rng: Random, letters: dict[str, str]
) -> Planted | None:
    places: list[tuple[Row, int]] = [
        (row, place)
        for row in people_with_sound_numbers(draft, family_id)
        for place in range(2, 16)
        if row["nik"][place] in letters
    ]
    if not places:
        return None
    person, place = rng.choice(places)
    letter = letters[person["nik"][place]]
    draft.change("person", person, nik=replace_at(person["nik"], place, letter))
    return Planted("person", person["person_id"], ("nik",))
