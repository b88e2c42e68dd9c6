"""Laws of the cases: nothing of the key on the page, documents that agree, the same for a seed."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import pytest

from workbench.domain.nik import is_practice
from workbench.rules import catalogue, plants
from workbench.synthesis import WHY_LAWFUL
from workbench.training import Case, Plan, Task, draw_seats, fix_tasks
from workbench.training.cases import RECORD_TABLES, find_row, table_of
from workbench.training.documents import WATERMARK
from workbench.training.drawing import settle
from workbench.training.feedback import places_of, record_rows

every_plant = pytest.mark.parametrize("name", [f"{p.rule}:{p.name}" for p in plants()])


def all_cases(*sources: dict[Any, Any]) -> list[Case]:
    cases: list[Case] = []
    for source in sources:
        for value in source.values():
            cases += value if isinstance(value, list) else [value]
    return cases


@every_plant
def test_every_plant_makes_a_case(bank: dict[str, Case], name: str) -> None:
    """Every cell a rule declares is a row of the record, and the rule speaks a whole sentence."""
    case = bank[name]
    (mistake,) = case.key.mistakes
    rows = record_rows(case.to_public())
    assert f"{mistake.rule}:{mistake.plant}" == name
    assert set(mistake.fields) <= set(rows)
    assert mistake.fields
    assert "{" not in mistake.title
    assert mistake.title


@every_plant
def test_what_a_rule_reads_of_its_subject_is_on_the_record(
    bank: dict[str, Case], name: str
) -> None:
    """Else a mistake inside the record could not be seen."""
    (mistake,) = bank[name].key.mistakes
    rule = catalogue()[mistake.rule]
    hidden = {"no_kk", "family_id", "person_id", "mother_name", "nik", "source_list"}
    shown = set(record_rows(bank[name].to_public()))
    for place in sorted(rule.columns):
        table, column = place.split(".")
        if table == table_of(mistake.subject) and column not in hidden:
            assert f"{mistake.subject}.{column}" in shown


@every_plant
def test_documents_agree_with_the_record_wherever_nothing_is_wrong(
    bank: dict[str, Case], name: str
) -> None:
    assert not disagreements(bank[name])


def test_documents_of_a_clean_case_agree_throughout(
    look_alikes: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    for case in all_cases(look_alikes, seats):
        assert not disagreements(case)


def disagreements(case: Case) -> list[str]:
    public = case.to_public()
    rows = record_rows(public)
    return [
        cell
        for cell in case.key.clean
        for place in places_of(public, cell)
        if place.value != rows[cell]["value"]
    ]


def test_documents_speak_of_most_of_a_person(seats: dict[int, list[Case]]) -> None:
    """The law above would hold for empty documents too."""
    for case in all_cases(seats):
        public = case.to_public()
        kinds = [document["kind"] for document in public["documents"]]
        assert kinds[0] == "kk"
        assert kinds[-2:] == ["dukcapil", "petugas"]
        for person in case.listed.tables["person"]:
            cell = f"{person['person_id']}.birth_date"
            if cell in case.key.clean:
                assert any(place.tab.startswith("KK") for place in places_of(public, cell))


def test_nothing_of_the_key_is_on_the_page(
    bank: dict[str, Case], look_alikes: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    """No rule code, plant, look-alike, nor any word of the explanation."""
    codes = "|".join(re.escape(code) for code in catalogue())
    for case in all_cases(bank, look_alikes, seats):
        public = case.to_public()
        text = json.dumps(public, ensure_ascii=False)
        assert not re.search(rf"\b({codes})\b", text)
        assert not re.search(r'"(key|mistakes|rule|plant|look_alike|touched|title_of_rule)"', text)
        for mistake in case.key.mistakes:
            assert mistake.plant not in text
            assert mistake.why not in text
            assert mistake.title not in text
        assert not any(f'"{name}"' in text for name in WHY_LAWFUL)


def test_the_mothers_name_is_never_shown(seats: dict[int, list[Case]]) -> None:
    for case in all_cases(seats):
        public = case.to_public()
        assert not any(cell.endswith(".mother_name") for cell in record_rows(public))
        text = json.dumps(public, ensure_ascii=False)
        names = {row["name"] for row in case.listed.tables["person"]}
        for row in case.listed.tables["person"]:
            mother = row["mother_name"]
            # A mother on the card, or somebody named like her in part, may be shown.
            if not any(mother in name for name in names):
                assert f'"{mother}"' not in text


def test_every_document_is_marked_and_every_number_is_invented(
    bank: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    for case in all_cases(bank, seats):
        public = case.to_public()
        assert public["practice"] is True
        assert {document["watermark"] for document in public["documents"]} == {WATERMARK}
        for number in re.findall(r"\b[0-9]{16}\b", json.dumps(public)):
            assert is_practice(number)


def test_the_public_shape_is_what_pages_are_built_on(seats: dict[int, list[Case]]) -> None:
    for case in all_cases(seats):
        public = case.to_public()
        assert list(public) == [
            *("number", "of", "title", "practice", "as_of"),
            *("record", "documents", "choices"),
        ]
        assert (public["of"], public["as_of"]) == (12, "1 Nov 2026")
        assert public["title"].startswith("Keluarga ")
        for section in public["record"]:
            assert set(section) == {"title", "subject", "rows"}
            for row in section["rows"]:
                assert set(row) == {"cell", "label", "value"}
                assert all(row.values())
        for document in public["documents"]:
            table = document["table"]
            for values, cells in (
                zip(*(table["rows"], table["cells"]), strict=True) if table else ()
            ):
                assert len(values) == len(cells) == len(table["columns"])
        assert public["number"] == case.number


def test_a_case_is_short_enough_to_read(seats: dict[int, list[Case]]) -> None:
    lengths = sorted(len(case.key.cells) for case in all_cases(seats))
    assert lengths[0] >= 15
    assert lengths[len(lengths) // 2] <= 48
    assert len({tuple(case.key.cells) for case in all_cases(seats)}) > 1


def test_the_rules_find_what_is_planted_and_nothing_else(seats: dict[int, list[Case]]) -> None:
    for cases in seats.values():
        assert settle(cases)[1] == []


def test_two_mistakes_of_a_case_share_no_cell(seats: dict[int, list[Case]]) -> None:
    doubles = [case.key.mistakes for case in all_cases(seats) if len(case.key.mistakes) == 2]
    assert len(doubles) == 6
    for one, other in doubles:
        assert one.rule != other.rule
        assert not {*one.fields, *one.touched} & {*other.fields, *other.touched}


def test_every_seat_has_the_same_kinds_and_other_families(
    seats: dict[int, list[Case]], tasks: tuple[Task, ...]
) -> None:
    for cases in seats.values():
        for task, case in zip(tasks, cases, strict=True):
            assert case.number == task.number
            assert tuple(m.rule for m in case.key.mistakes) == task.rules
            assert (case.key.look_alike.name if case.key.look_alike else "") == task.look_alike
    numbers = {seat: family_numbers(cases) for seat, cases in seats.items()}
    for one, other in combinations(numbers.values(), 2):
        assert not one & other


def family_numbers(cases: list[Case]) -> set[tuple[str, str]]:
    return {
        (str(row["no_kk"]), str(row["head_name"]))
        for case in cases
        for row in case.listed.tables["family"]
    }


def test_a_seat_is_the_same_whenever_and_with_whomever_it_is_drawn(
    seats: dict[int, list[Case]], plan: Plan
) -> None:
    fix_tasks.cache_clear()
    again = dict(draw_seats(plan, range(2, 3)))[2]
    for one, other in zip(seats[2], again, strict=True):
        assert one.to_public() == other.to_public()
        assert one.key.to_json() == other.key.to_json()


def test_another_class_gets_other_cases(seats: dict[int, list[Case]], plan: Plan) -> None:
    other = Plan("kelas-lain", n_cases=3, seed=plan.seed)
    cases = dict(draw_seats(other, range(1, 2)))[1]
    assert not family_numbers(cases) & family_numbers(seats[1])


def test_clean_cases_are_of_families_within_the_desil_limit(
    look_alikes: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    quiet = [case for case in all_cases(seats, look_alikes) if not case.key.mistakes]
    assert len(quiet) > 9
    for case in quiet:
        family = find_row(case.listed, subject_of(case))
        assert family is not None
        assert family["desil"] <= 5
        assert case.key.status == "layak"
        assert case.key.follow_ups == ("tidak_ada",)


def test_the_desil_limit_is_a_parameter() -> None:
    plan = Plan("desil", n_cases=4, error_share=0.0, max_desil=1)
    for case in dict(draw_seats(plan, range(1, 2)))[1]:
        family = find_row(case.listed, subject_of(case))
        assert family is not None
        assert family["desil"] == 1


def subject_of(case: Case) -> str:
    return case.record[0].subject


def test_a_look_alike_is_on_the_record(look_alikes: dict[str, Case]) -> None:
    for name, case in look_alikes.items():
        assert case.key.look_alike is not None
        assert case.key.look_alike.name == name
        assert set(case.key.look_alike.cells) & set(case.key.cells)
        assert not case.key.mistakes


def test_the_first_of_two_like_rows_is_no_false_alarm(bank: dict[str, Case]) -> None:
    """Who reads a doubled row cannot tell which of the two was there before."""
    case = bank["IDN-12:paste_again"]
    (mistake,) = case.key.mistakes
    copy = find_row(case.listed, mistake.subject)
    assert copy is not None
    first = next(
        row
        for row in case.listed.members(copy["family_id"])
        if row["nik"] == copy["nik"] and row is not copy
    )
    assert f"{first['person_id']}.nik" in case.key.mistaken


def test_the_record_shows_only_tables_with_ids(bank: dict[str, Case]) -> None:
    for case in bank.values():
        assert {table_of(cell) for cell in case.key.cells} <= set(RECORD_TABLES)


def test_nobody_is_at_home_of_whom_the_note_says_otherwise(bank: dict[str, Case]) -> None:
    """The dead, the moved and those with a card of their own are not in the list of the house."""
    gone = ("ALM-31:known_to_the_registry", "ALM-32:one_moved", "KEL-24:has_own_card")
    for name in gone:
        case = bank[name]
        (mistake,) = case.key.mistakes
        person = find_row(case.listed, mistake.subject)
        assert person is not None
        (note,) = [d for d in case.to_public()["documents"] if d["kind"] == "petugas"]
        assert mistake.seen in note["paragraphs"]
        home = [text for text in note["paragraphs"] if text.startswith("Yang dikenal tinggal")]
        assert not any(person["name"] in text for text in home)


def test_most_mistakes_can_be_seen_on_a_document(bank: dict[str, Case]) -> None:
    """The others lie inside the record: two of its rows cannot both be true."""
    seen = 0
    for case in bank.values():
        public, rows = case.to_public(), record_rows(case.to_public())
        (mistake,) = case.key.mistakes
        against = any(
            place.value != rows[cell]["value"]
            for cell in mistake.fields
            for place in places_of(public, cell)
        )
        noted = any(
            set(cells) & set(mistake.fields)
            for document in public["documents"]
            for cells in document["paragraph_cells"]
        )
        seen += against or noted or bool(mistake.seen)
    assert seen >= 0.75 * len(bank)
