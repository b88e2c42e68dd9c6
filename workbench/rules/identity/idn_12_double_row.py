"""IDN-12: the same person stands twice on one card."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.doubles import compared_sql
from workbench.rules.identity.slips import people_with_sound_numbers


@table_rule(
    table="person",
    code="IDN-12",
    severity=Severity.TINGGI,
    title="Orang yang sama tercatat {rows} kali dalam satu KK",
    question="Bandingkan kedua baris: apakah ini orang yang sama, dan baris mana yang lengkap?",
    documents=["KK"],
    why="Satu orang yang terhitung dua kali mengaburkan jumlah anggota dan besar bantuan keluarga.",
    fields=["nik", "name"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E12",), "Penanda verifikasi P3KE: keluarga duplikat (NIK dan nama)", "ya"),
    needs=["person.nik", "person.name", "person.no_kk"],
    evidence=("rows",),
    # Someone in two kinds of PPKS rightly has two rows in such a list; who was registered twice,
    # under two ids, is another question (IDN-15).
    select=compared_sql("nik_number, family_id")
    + """
SELECT person_id AS subject,
    count(*) OVER (PARTITION BY nik_number, family_id) AS rows
FROM compared c
WHERE NOT is_other
QUALIFY person_id <> first_id
    AND (id_record IN ('', first_record) OR first_record = '') AND NOT EXISTS (
    SELECT 1 FROM ppks k WHERE k.person_id = c.person_id AND NOT EXISTS (
        SELECT 1 FROM ppks j WHERE j.person_id = c.first_id AND j.category = k.category))
""",
)
class DoubleRow:
    """One NIK, one person, one card, yet more than one row: the later rows are asked about.

    Bad: a row was pasted again at the foot of the sheet.
    Good: one row a person; in a PPKS list one row for each kind the person belongs to.
    """


@plants(DoubleRow)
def paste_again(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A row was pasted twice, and the sheet counted it as a member."""
    people = [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if row["shdk"] != "kepala_keluarga"
    ]
    if not people:
        return None
    person = rng.choice(people)
    copy = {**person, "person_id": draft.new_id("person"), "row": draft.next_row("person")}
    draft.add("person", copy)
    family = draft.family(family_id)
    if family["members_stated"] is not None:
        draft.change("family", family, members_stated=family["members_stated"] + 1)
    return Planted("person", copy["person_id"], ("nik", "name"))
