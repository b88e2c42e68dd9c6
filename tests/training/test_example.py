"""The worked case says only what is true of it, and needs no engine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter

from workbench.training import grade, worked_case
from workbench.training.answers import word_for
from workbench.training.example import HINTED, hints, solved_answer, solved_steps
from workbench.training.feedback import places_of, record_rows


def test_the_worked_case_is_answered_in_full() -> None:
    told = worked_case()
    assert told["feedback"]["score"] == 1.0
    assert told["feedback"]["verdict"] == "1 dari 1 kesalahan ditemukan, tanpa tuduhan keliru"
    assert told["feedback"]["items"][0]["title"].startswith("Tanggal lahir berbeda dari NIK")
    assert json.loads(json.dumps(told)) == told


def test_every_step_points_at_the_record() -> None:
    told = worked_case()
    rows = record_rows(told["public"])
    assert len(told["steps"]) >= 5
    for step in told["steps"]:
        assert step["look"]
        assert len(step["say"].split()) <= 60
        assert set(step["cells"]) <= set(rows)


def test_what_the_steps_say_is_so() -> None:
    told = worked_case()
    (cell,) = told["answer"]["marks"]
    rows = record_rows(told["public"])
    against = {place.value for place in places_of(told["public"], cell)}
    assert len(against) == 1
    assert rows[cell]["value"] not in against
    assert {"KK", "Dukcapil"} <= {place.tab for place in places_of(told["public"], cell)}
    (day,) = against
    said = " ".join(step["say"] for step in told["steps"])
    assert " ".join(day.split()[:2]) in said
    for other, row in rows.items():
        if other.endswith(".nik"):
            assert {place.value for place in places_of(told["public"], other)} == {row["value"]}


def test_a_trainees_kernel_loads_no_engine() -> None:
    """Grading, explaining and the worked case must not bring in DuckDB or Polars."""
    code = (
        "import sys; from workbench.training import *; told = worked_case(); "
        "heavy = {'duckdb', 'polars', 'sqlalchemy', 'ipywidgets', 'workbench.rules.engine'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_any_case_is_solved_step_by_step_ending_in_the_verdict(bank, look_alikes) -> None:
    for word, case in {**bank, **look_alikes}.items():
        public = case.to_public()
        steps = solved_steps(public, case.key)
        pointed = {cell for step in steps for cell in step["cells"]}
        assert pointed <= set(record_rows(public)), word
        assert steps[-1]["look"] == "Putusan", word
        assert word_for("status", case.key.status) in steps[-1]["say"], word
        said = " ".join(step["say"] for step in steps)
        for mistake in case.key.mistakes:
            assert mistake.title in said, word
            assert not pointed.isdisjoint(mistake.fields), word
        if case.key.look_alike:
            assert "tetapi sah" in said, word
        clean = [step for step in steps if "Tidak ada yang berbeda" in step["say"]]
        wrong = {cell for mistake in case.key.mistakes for cell in mistake.fields}
        assert not wrong & {cell for step in clean for cell in step["cells"]}, word
        assert grade(case.key, solved_answer(case.key)).score == 1.0, word


def test_a_hint_names_four_cells_of_which_one_is_wrong_anywhere_among_them(bank) -> None:
    places = Counter()
    for word, case in bank.items():
        public = case.to_public()
        order = list(record_rows(public))
        (hint,) = hints(public, case.key, word)
        assert hints(public, case.key, word) == (hint,)
        assert len(hint["cells"]) == HINTED, word
        assert hint["cells"] == sorted(hint["cells"], key=order.index), word
        wrong = [n for n, cell in enumerate(hint["cells"]) if cell in case.key.mistaken]
        assert len(wrong) == 1, word
        places[wrong[0]] += 1
        for mistake in case.key.mistakes:
            assert mistake.title not in hint["text"], word
        labels = [record_rows(public)[cell]["label"] for cell in hint["cells"]]
        assert all(label in hint["text"] for label in labels), word
    assert set(places) == set(range(HINTED))
    assert max(places.values()) < 0.6 * places.total()


def test_a_hint_says_whose_cell_it_is_and_how_each_is_compared(bank) -> None:
    for word, case in bank.items():
        (hint,) = hints(case.to_public(), case.key, word)
        ways = hint["text"].partition(". ")[2].removesuffix(".").split(". ")
        labels = [way.partition(": ") for way in ways]
        assert all(named and how for named, _, how in labels), word
        named = " ".join(label for label, _, _ in labels)
        people = {cell.split(".")[0] for cell in hint["cells"] if cell.startswith("P")}
        assert len(set(re.findall(r"anggota \d+", named))) == len(people), word
        assert len(hint["text"].split()) <= 60, word


def test_a_case_without_a_mistake_gets_a_hint_like_any_other(look_alikes) -> None:
    for name, case in look_alikes.items():
        (hint,) = hints(case.to_public(), case.key, 1)
        assert len(hint["cells"]) == HINTED, name
        assert set(hint["cells"]) <= case.key.clean, name
