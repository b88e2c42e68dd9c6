"""IDN-11: the NIK was typed to fill the cell."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import people_with_sound_numbers


@row_rule(
    table="person",
    code="IDN-11",
    severity=Severity.TINGGI,
    title="NIK tampak seperti isian sementara: {kind}",
    question="Minta KTP-el atau KK: berapa NIK yang sebenarnya?",
    documents=["KTP-el", "KK"],
    why="Isian sementara bukan milik siapa pun, jadi hak orang ini tidak dapat dicari.",
    fields=["nik"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E11",), "Dukcapil Klaten: nomor urut NIK dimulai dari 0001", "sekunder"),
    needs=["person.nik"],
    evidence={
        "kind": "CASE WHEN nik_number % 1111111111111111 = 0 THEN 'satu angka diulang-ulang' "
        "WHEN nik_number = 1234567890123456 THEN 'angka berurutan' "
        "ELSE 'empat angka terakhir nol' END"
    },
    when="nik_is_filler",
)
class NikFiller:
    """Serial numbers begin at 0001; a row of noughts or of one digit was never issued.

    Bad: the last four digits are 0000 until somebody finds the card.
    Good: an empty cell while the number is not known.
    """


@plants(NikFiller)
def serial_of_noughts(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Region and birth date were known, the serial was not, and the clerk wrote noughts."""
    people = people_with_sound_numbers(draft, family_id)
    if not people:
        return None
    person = rng.choice(people)
    draft.change("person", person, nik=person["nik"][:12] + "0000")
    return Planted("person", person["person_id"], ("nik",))
