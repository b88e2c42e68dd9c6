"""IDN-13: two people bear one NIK."""

from random import Random

from workbench.domain.nik import Nik
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.doubles import compared_sql, is_another_person
from workbench.rules.identity.slips import people_with_sound_numbers, setting
from workbench.rules.names import likeness


@table_rule(
    table="person",
    code="IDN-13",
    severity=Severity.KRITIS,
    title="NIK ini tercatat pada {rows} baris dengan nama atau tanggal lahir yang berbeda",
    question="Lihat KTP-el kedua orang: siapa pemilik NIK ini?",
    documents=["KTP-el kedua orang", "KK"],
    why="Selama satu NIK dipakai dua orang, bantuan salah satunya dapat jatuh ke yang lain.",
    fields=["nik"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "rujuk_dukcapil", "kunjungan"],
    basis=Basis(
        ("E13", "S01", "S14"),
        "Penanda verifikasi P3KE: NIK duplikat; galat SIKS-NG: NIK ganda",
        "ya",
    ),
    needs=["person.nik", "person.name"],
    evidence=("rows",),
    select=compared_sql("source_list, nik_number")
    + """
SELECT person_id AS subject,
    count(*) OVER (PARTITION BY source_list, nik_number) AS rows
FROM compared
QUALIFY bool_or(is_other) OVER (PARTITION BY source_list, nik_number)
""",
)
class SharedNik:
    """A NIK belongs to one person; both rows are asked about, since either may be the wrong one.

    Bad: two names that are nothing alike, or two birth dates, under one number.
    Good: a slightly different spelling of one name, or twins with a number each.
    """


@plants(SharedNik)
def copy_from_the_line_above(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk's eye slipped a line, and one member got another's NIK."""
    people = people_with_sound_numbers(draft, family_id)
    pairs = [
        (owner, person)
        for owner in people
        for person in people
        if owner is not person and is_another_person(draft, owner, person)
    ]
    if not pairs:
        return None
    owner, person = rng.choice(pairs)
    companions = [f"IDN-13:{owner['person_id']}", *_also_seen(draft, owner["nik"], person)]
    draft.change("person", person, nik=owner["nik"])
    return Planted("person", person["person_id"], ("nik",), tuple(companions))


def _also_seen(draft: Draft, text: str, person: Row) -> list[str]:
    """What else a stranger's number shows: his birth date, his sex, his name."""
    nik = Nik(text)
    day = person["birth_date"]
    answer = draft.registry(text)
    seen = []
    if day and (nik.day, nik.month, nik.year2) != (day.day, day.month, day.year % 100):
        seen.append("IDN-09")
    if person["sex"] in ("L", "P") and nik.sex != person["sex"]:
        seen.append("IDN-10")
    match = person["dukcapil_match"]
    if answer is not None and answer["name"] and match != "tidak_padan":
        alike = likeness(person["name"], answer["name"])
        if match == "padan_mirip" or alike >= setting(draft, "name_similarity_min"):
            seen += ["IDN-71"] if alike < 1 else []
        else:
            seen.append("IDN-19")
    return [f"{code}:{person['person_id']}" for code in seen]
