"""IDN-14: one person bears two NIK."""

from random import Random

from workbench.domain.nik import PRACTICE_PREFIX, Nik, is_filler
from workbench.domain.register import Draft, Row
from workbench.domain.wilayah import OLD_CITY_CODES
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import is_taken, people_with_sound_numbers, replace_at
from workbench.rules.names import plain_sql


@table_rule(
    table="person",
    code="IDN-14",
    severity=Severity.SEDANG,
    title="Orang yang sama tampak tercatat dengan {numbers} NIK",
    question="Bandingkan KTP-el dan KK: apakah ini satu orang, dan NIK mana yang aktif?",
    documents=["KTP-el", "KK", "Surat keterangan Dukcapil"],
    why="Selama NIK-nya dua, hak orang ini terpecah dan salah satu bantuannya dapat gugur.",
    fields=["nik", "name", "birth_date"],
    status="perlu_verval",
    follow_up=["rujuk_dukcapil", "perbaiki_data"],
    basis=Basis(("E14",), "", "tidak"),
    needs=["person.nik", "person.name", "person.birth_date", "person.mother_name"],
    evidence=("numbers",),
    # Children of one mother born on one day are few; only their names are taken apart.
    select=f"""
WITH sound AS NOT MATERIALIZED (
    SELECT person_id, nik_number, name, source_list, birth_date, mother_name,
        hash(source_list, birth_date, mother_name) AS birth
    FROM person
    WHERE nik_has_date AND NOT nik_is_filler AND NOT nik_is_kk
        AND name <> '' AND length(mother_name) > 2
        AND age BETWEEN 0 AND getvariable('age_max')
)
SELECT person_id AS subject, numbers FROM (
    SELECT person_id, count(DISTINCT nik_number) OVER (
        PARTITION BY source_list, birth_date, mother_name, {plain_sql("name")}) AS numbers
    FROM sound WHERE birth IN (
        SELECT birth FROM sound GROUP BY birth HAVING count(*) > 1)
) WHERE numbers > 1
""",
)
class TwoNiks:
    """Name, birth date and mother are the same, and only the number differs: ask about both rows.

    Bad: an old paper card and the KTP-el, each with its number, both typed in.
    Good: twins, whose names differ; a namesake with another mother; two lists side by side.
    """


@plants(TwoNiks)
def old_number_beside_the_new(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The number of an old paper card was entered beside that of the KTP-el."""
    people = _known(draft, family_id)
    if not people or not OLD_CITY_CODES:
        return None
    person = rng.choice(people)
    region = PRACTICE_PREFIX + rng.choice(sorted(OLD_CITY_CODES))[2:]
    return _enter_again(draft, person, replace_at(person["nik"], 0, region))


@plants(TwoNiks)
def entered_again_with_a_slip(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A member was entered anew, and a digit of the serial was mistyped."""
    people = _known(draft, family_id)
    if not people:
        return None
    person = rng.choice(people)
    place = rng.choice((13, 14, 15))
    digit = rng.choice([d for d in "123456789" if d != person["nik"][place]])
    return _enter_again(draft, person, replace_at(person["nik"], place, digit))


def _known(draft: Draft, family_id: str) -> list[Row]:
    """Members whose row can stand twice and change nothing else that is asked of a family."""
    return [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if row["shdk"] not in ("kepala_keluarga", "istri", "suami")
        and row["name"]
        and len(row["mother_name"]) > 2
        and row["birth_date"]
        and not row["flags"]
        and not row["is_pregnant"]
    ]


def _enter_again(draft: Draft, person: Row, number: str) -> Planted | None:
    if number == person["nik"] or is_filler(number) or is_taken(draft, number):
        return None
    assert Nik(number).has_date
    copy = {
        **person,
        "person_id": draft.new_id("person"),
        "nik": number,
        "id_record": "",
        "dukcapil_match": "belum",
        "dukcapil_matched_on": None,
        "row": draft.next_row("person"),
    }
    draft.add("person", copy)
    family = draft.family(person["family_id"])
    if family["members_stated"] is not None:
        draft.change("family", family, members_stated=family["members_stated"] + 1)
    return Planted("person", copy["person_id"], ("nik", "name"), (f"IDN-14:{person['person_id']}",))
