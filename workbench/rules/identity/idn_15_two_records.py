"""IDN-15: one NIK was registered under two ids."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.doubles import compared_sql
from workbench.rules.identity.slips import people_with_sound_numbers


@table_rule(
    table="person",
    code="IDN-15",
    severity=Severity.TINGGI,
    title="Satu NIK tercatat dengan {records} ID DTKS",
    question="ID mana yang dipakai riwayat bantuan yang masih aktif? Usulkan yang lain dihapus.",
    documents=["KTP-el", "KK"],
    why="Dengan dua ID, riwayat bantuan orang ini terpecah dan penilaiannya dapat keliru.",
    fields=["id_record", "nik"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E15",), "rstka.id tentang data ganda DTKS", "ya"),
    needs=["person.nik", "person.name", "person.id_record"],
    evidence=("records",),
    # Two people under one number (IDN-13) and one person on two cards (KEL-23) come first; two
    # lists have ids of their own.
    select=compared_sql("source_list, nik_number")
    + """
SELECT person_id AS subject, records FROM (
    SELECT *, count(DISTINCT nullif(id_record, '')) OVER same AS records,
        count(DISTINCT kk_number) OVER same AS cards, bool_or(is_other) OVER same AS has_other
    FROM compared WINDOW same AS (PARTITION BY source_list, nik_number)
) WHERE records > 1 AND cards < 2 AND NOT has_other AND person_id <> first_id
    AND id_record NOT IN ('', first_record)
""",
)
class TwoRecords:
    """Who is proposed anew while on the list gets a second id; the later rows are asked about.

    Bad: one NIK and one name, on one card, with two ids.
    Good: one id; the same row twice (another question); an id in DTKS and another in P3KE.
    """


@plants(TwoRecords)
def proposed_anew(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """No aid had come, so the member was proposed once more and got a second id."""
    people = [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if row["shdk"] not in ("kepala_keluarga", "istri", "suami") and row["id_record"].isdigit()
    ]
    if not people:
        return None
    person = rng.choice(people)
    number = person["id_record"]
    other = f"{number[:-6]}9{rng.randrange(100_000):05d}"
    if draft.bearing("person", "id_record", other):
        return None
    copy = {
        **person,
        "person_id": draft.new_id("person"),
        "id_record": other,
        "row": draft.next_row("person"),
    }
    draft.add("person", copy)
    family = draft.family(family_id)
    if family["members_stated"] is not None:
        draft.change("family", family, members_stated=family["members_stated"] + 1)
    return Planted("person", copy["person_id"], ("id_record", "nik"))
