"""IDN-10: the sex differs from the one inside the NIK."""

from random import Random

from workbench.domain.nik import Nik, is_filler
from workbench.domain.reference import by_code
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import (
    is_taken,
    people_with_sound_numbers,
    replace_at,
    sound_number,
)


@row_rule(
    table="person",
    code="IDN-10",
    severity=Severity.SEDANG,
    title="Tercatat {sex_listed}, sedangkan menurut NIK {sex_in_nik}",
    question="Lihat KTP-el: jenis kelamin atau NIK-nya yang salah ketik?",
    documents=["KTP-el"],
    why="Jenis kelamin yang keliru menutup hak ibu hamil dan perempuan rawan sosial ekonomi.",
    fields=["sex", "nik"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E10",), "Dukcapil Klaten, arti 16 digit NIK", "ya"),
    needs=["person.nik", "person.sex"],
    evidence={
        "sex_listed": "CASE sex WHEN 'L' THEN 'laki-laki' ELSE 'perempuan' END",
        "sex_in_nik": "CASE nik_sex WHEN 'L' THEN 'laki-laki' ELSE 'perempuan' END",
    },
    when="sex IN ('L', 'P') AND nik_has_date AND NOT nik_is_filler AND NOT nik_is_kk "
    "AND sex <> nik_sex",
)
class SexNik:
    """A woman's day of birth stands in her NIK with forty added.

    Bad: the column says L while the day in the NIK is 63.
    Good: both say the same; rarely the NIK itself was issued wrongly.
    """


@plants(SexNik)
def flip_sex(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk guessed the sex from the name."""
    members = draft.members(family_id)
    couple = any(row["shdk"] in ("istri", "suami") for row in members)
    people = [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if may_change_sex(draft, row)
        and row["shdk"] not in ("istri", "suami")
        and not (couple and row["shdk"] == "kepala_keluarga")
    ]
    if not people:
        return None
    person = rng.choice(people)
    draft.change("person", person, sex="L" if person["sex"] == "P" else "P")
    return Planted("person", person["person_id"], ("sex",))


@plants(SexNik)
def forget_forty(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk put a woman's real birthday into her NIK, or added forty to a man's."""
    found = []
    for row in people_with_sound_numbers(draft, family_id):
        nik = sound_number(row)
        if nik is None or nik.sex != row["sex"]:
            continue
        day = nik.day if nik.sex == "P" else nik.day + 40
        text = replace_at(row["nik"], 6, f"{day:02d}")
        if not is_filler(text) and not is_taken(draft, text):
            found.append((row, text))
    if not found:
        return None
    person, text = rng.choice(found)
    draft.change("person", person, nik=text)
    return Planted("person", person["person_id"], ("nik",))


def may_change_sex(draft: Draft, row: Row) -> bool:
    """Whether nothing but the NIK and a marriage speaks of this person's sex."""
    nik = Nik.parse(row["nik"])
    if nik is None or not nik.has_date or nik.sex != row["sex"] or row["is_pregnant"]:
        return False
    kinds = by_code("pmks_kategori")
    return all(
        kinds[ppks["category"]]["jenis_kelamin"] == "L/P"
        for ppks in draft.rows("ppks", row["family_id"])
        if ppks["person_id"] == row["person_id"] and ppks["category"] in kinds
    )
