"""KEL-23: one person stands on two family cards."""

from random import Random

from workbench.domain.ages import age_on
from workbench.domain.nik import is_number
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.doubles import compared_sql
from workbench.rules.identity.slips import people_with_sound_numbers, reference_date, relation


@table_rule(
    table="person",
    code="KEL-23",
    severity=Severity.KRITIS,
    title="Orang yang sama tercatat pada {cards} KK",
    question="Lihat KK lama dan KK baru: pada keluarga mana orang ini tinggal sekarang?",
    documents=["KK lama", "KK baru"],
    why="Bila satu orang dihitung di dua KK, salah satu keluarga dapat kehilangan haknya.",
    fields=["nik", "no_kk"],
    status="perlu_verval",
    follow_up=["rujuk_dukcapil", "kunjungan", "perbaiki_data"],
    basis=Basis(("E23", "S01"), "rstka.id tentang data ganda DTKS", "sekunder"),
    needs=["person.nik", "person.name", "person.no_kk"],
    evidence=("cards",),
    select=compared_sql("source_list, nik_number")
    + """,
same_person AS (SELECT * FROM compared WHERE NOT is_other AND kk_number IS NOT NULL)
SELECT person_id AS subject,
    count(DISTINCT kk_number) OVER (PARTITION BY source_list, nik_number) AS cards
FROM same_person QUALIFY cards > 1
""",
)
class TwoCards:
    """After a wedding, a divorce or a move the old card often keeps the person as well.

    Bad: the same NIK, name and birth date under two card numbers.
    Good: one card, the newest; two people who share a NIK are another question.
    """


@plants(TwoCards)
def stay_on_the_old_card(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A grown member moved to a relative's card, and the old list kept the old row."""
    old = draft.family(family_id)
    people = [
        row
        for row in _grown(draft, family_id)
        if len(draft.bearing("person", "nik", row["nik"])) == 1
        and draft.registry(row["nik"]) is not None
    ]
    cards = _other_cards(draft, old)
    if not people or not cards:
        return None
    person, new = rng.choice(people), rng.choice(cards)
    head = next(iter(draft.members(new["family_id"])))
    copy = draft.add(
        "person",
        {
            **person,
            "person_id": draft.new_id("person"),
            "family_id": new["family_id"],
            "no_kk": new["no_kk"],
            "shdk": "famili_lain",
            "eligibility": head["eligibility"],
            "ineligibility_reason": head["ineligibility_reason"],
            "row": draft.next_row("person"),
        },
    )
    if new["members_stated"] is not None:
        draft.change("family", new, members_stated=new["members_stated"] + 1)
    answer = draft.registry(person["nik"])
    assert answer is not None
    draft.change("dukcapil", answer, no_kk=new["no_kk"])
    return Planted(
        "person",
        person["person_id"],
        ("no_kk", "nik", f"{copy['person_id']}.nik"),
        (f"KEL-23:{copy['person_id']}",),
        f"Anggota yang tercatat sebagai {relation(person)} sudah masuk KK kerabatnya.",
    )


def _grown(draft: Draft, family_id: str) -> list[Row]:
    """Adults who can move to another card without taking more along than themselves."""
    as_of = reference_date(draft)
    tied = {row["person_id"] for table in ("aid", "ppks") for row in draft.rows(table, family_id)}
    return [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if row["shdk"] != "kepala_keluarga"
        and (age_on(row["birth_date"], as_of) or 0) >= 17
        and row["person_id"] not in tied
        and not row["is_pregnant"]
        and not row["flags"]
        and not row["disability"]
    ]


def _other_cards(draft: Draft, old: Row) -> list[Row]:
    """Families of the same kelurahan and list that get no aid, so that theirs is not in doubt."""
    here = old["kelurahan_kode_kemendagri"]
    return [
        row
        for row in draft.bearing("family", "kelurahan_kode_kemendagri", here)
        if row is not old
        and row["source_list"] == old["source_list"]
        and is_number(row["no_kk"])
        and row["no_kk"] != old["no_kk"]
        and draft.members(row["family_id"])
        and not draft.rows("aid", row["family_id"])
    ]
