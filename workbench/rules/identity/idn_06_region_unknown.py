"""IDN-06: no kecamatan ever had the code in the NIK."""

from random import Random

from workbench.domain.nik import Nik, is_filler
from workbench.domain.register import Draft, Row
from workbench.domain.wilayah import known_kecamatan_codes
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import is_taken, people_with_sound_numbers, replace_at


@row_rule(
    table="person",
    code="IDN-06",
    severity=Severity.INFO,
    title="Enam angka pertama NIK bukan kode kecamatan yang dikenal",
    question="Lihat KTP-el: apakah enam angka pertamanya sama? Di mana NIK pertama terbit?",
    documents=["KTP-el", "KK"],
    why="Salah ketik di awal NIK membuat bantuan tertahan, tetapi kode lama yang sah juga ada.",
    fields=["nik"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E06",), "Dukcapil Klaten, arti 16 digit NIK", "sekunder"),
    needs=["person.nik"],
    # The list of codes is long and still has holes: never more than a note.
    when="nik_has_date AND NOT nik_is_filler AND NOT nik_is_kk "
    "AND nik_region NOT IN (SELECT code FROM region_code)",
)
class RegionUnknown:
    """The first six digits are the kecamatan where the number was first issued.

    Bad: 3637.., a regency that never was, because two digits changed places.
    Good: a kecamatan anywhere in the country, today's or one of before the city was founded.
    """


@plants(RegionUnknown)
def swap_two_digits(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Two neighbouring digits of the region changed places."""
    return _write(
        draft,
        rng,
        [
            (row, replace_at(row["nik"], place, row["nik"][place + 1] + row["nik"][place]))
            for row in people_with_sound_numbers(draft, family_id)
            for place in (2, 3, 4)
        ],
    )


@plants(RegionUnknown)
def one_digit_wrong(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """One digit of the region was read wrongly from a worn card."""
    alike = {"0": "8", "1": "7", "3": "8", "6": "0", "7": "1", "9": "4"}
    return _write(
        draft,
        rng,
        [
            (row, replace_at(row["nik"], place, alike[row["nik"][place]]))
            for row in people_with_sound_numbers(draft, family_id)
            for place in (2, 3, 4, 5)
            if row["nik"][place] in alike
        ],
    )


def _write(draft: Draft, rng: Random, found: list[tuple[Row, str]]) -> Planted | None:
    wrong = [
        (row, text)
        for row, text in found
        if Nik(text).region6 not in known_kecamatan_codes()
        and not is_filler(text)
        and not is_taken(draft, text)
    ]
    if not wrong:
        return None
    person, text = rng.choice(wrong)
    draft.change("person", person, nik=text)
    return Planted("person", person["person_id"], ("nik",))
