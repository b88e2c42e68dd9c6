"""Feedback explains: why it matters, which document settles it, who says so."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

import pytest

from workbench.rules import catalogue, plants
from workbench.training import Answer, Case, explain, grade, verdict
from workbench.training.answers import CONFIDENCES, DIFFERS, NEEDS_VISIT, SURE
from workbench.training.feedback import FOUND, FULL, LINE, MISSED, SHORT, WRONG
from workbench.training.keys import NO_SOURCE
from workbench.training.ladder import Length

#: What one item may hold; the numbers are those of the course, not of the code.
MOST_WORDS = 60
TEXTS = ("title", "why", "document", "change", "source")

every_plant = pytest.mark.parametrize("name", [f"{p.rule}:{p.name}" for p in plants()])


def perfect(case: Case, mark: str = DIFFERS) -> Answer:
    key = case.key
    return Answer(
        {m.fields[0]: mark for m in key.mistakes}, key.status, key.reason, key.follow_ups[0], SURE
    )


def words_of(item: dict[str, object]) -> list[str]:
    return " ".join(str(item[name]) for name in TEXTS if name in item).split()


@every_plant
def test_every_verdict_is_explained(bank: dict[str, Case], name: str) -> None:
    case = bank[name]
    public = case.to_public()
    for answer, outcome in ((perfect(case), FOUND), (Answer(), MISSED)):
        graded = grade(case.key, answer)
        told = explain(public, case.key, answer, graded)
        (item,) = told["items"]
        assert item["outcome"] == outcome
        assert item["rule"] == case.key.mistakes[0].rule
        assert item["why"]
        assert item["document"]
        assert item["source"]
        assert item["change"]
        assert item["cells"]
        assert len(item["labels"]) == len(item["cells"])
        assert item["length"] == FULL
        assert len(words_of(item)) <= MOST_WORDS
        for name in ("why", "document", "change"):
            assert item[name].endswith((".", "?", "!")), item[name]
        assert told["status"]["why"]
        assert told["follow_up"]["why"]
        assert json.loads(json.dumps(told)) == told
    assert told["score"] == 0.0


def test_every_taught_rule_is_counted() -> None:
    taught = {rule.code for rule in catalogue().values() if rule.taught}
    assert taught <= {plant.rule for plant in plants()}
    assert {length.value for length in Length} == {FULL, SHORT, LINE}


def test_no_wrong_flag_and_no_mistake_of_a_class_takes_more_words(
    seats: dict[int, list[Case]], look_alikes: dict[str, Case]
) -> None:
    counted = 0
    cases = [case for seat in seats.values() for case in seat]
    for case, mark in product((*cases, *look_alikes.values()), (DIFFERS, NEEDS_VISIT)):
        for marks in ({}, dict.fromkeys(case.key.cells, mark)):
            answer = Answer(marks, "layak", "", "tidak_ada")
            for item in explain(case.to_public(), case.key, answer, grade(case.key, answer))[
                "items"
            ]:
                counted += 1
                assert len(words_of(item)) <= MOST_WORDS, item
                assert item["change"]
    assert counted > 1000


@every_plant
def test_what_is_known_is_said_shorter(bank: dict[str, Case], name: str) -> None:
    case = bank[name]
    rule = case.key.mistakes[0].rule
    told = {}
    for length in Length:
        answer = perfect(case)
        (item,) = explain(
            case.to_public(), case.key, answer, grade(case.key, answer), {rule: length.value}
        )["items"]
        told[length] = item
        assert item["title"] == case.key.mistakes[0].title
        assert item["cells"]
    counts = [len(words_of(item)) for item in told.values()]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[1] > counts[2]
    assert told[Length.SHORT]["source"]
    assert told[Length.SHORT]["document"]
    assert not told[Length.SHORT]["why"]
    assert [name for name in TEXTS if told[Length.LINE].get(name)] == ["title"]


def test_a_rule_without_a_length_is_explained_in_full(bank: dict[str, Case]) -> None:
    case = next(iter(bank.values()))
    graded = grade(case.key, perfect(case))
    told = explain(case.to_public(), case.key, perfect(case), graded, {"KEL-99": LINE})
    assert told == explain(case.to_public(), case.key, perfect(case), graded)


def test_how_sure_one_was_is_answered_in_words(bank: dict[str, Case]) -> None:
    case = next(iter(bank.values()))
    said = {}
    for (sure, word), is_right in product(CONFIDENCES, (True, False)):
        answer = replace(perfect(case), confidence=sure)
        if not is_right:
            answer = replace(answer, marks={})
        told = explain(case.to_public(), case.key, answer, grade(case.key, answer))["confidence"]
        assert (told["given"], told["right"]) == (word, is_right)
        assert told["why"].startswith(f"Anda {word.lower()}")
        said[sure, is_right] = told["why"]
    assert len(set(said.values())) == 6
    assert said[SURE, False].startswith("Anda yakin dan keliru: ")
    silent = replace(perfect(case), confidence="")
    told = explain(case.to_public(), case.key, silent, grade(case.key, silent))
    assert told["confidence"] is None


@every_plant
def test_the_key_scores_full_and_flagging_all_does_not_pay(
    bank: dict[str, Case], name: str
) -> None:
    case = bank[name]
    key = case.key
    right = perfect(case, NEEDS_VISIT)
    assert grade(key, right).score == 1.0
    everything = Answer(
        dict.fromkeys(key.cells, DIFFERS), key.status, key.reason, key.follow_ups[0]
    )
    half = Answer(dict.fromkeys(sorted(key.clean)[::2], DIFFERS), "", "", key.follow_ups[0])
    assert grade(key, everything).score < grade(key, half).score


def test_a_false_alarm_names_the_document_that_agrees(seats: dict[int, list[Case]]) -> None:
    for case in seats[1]:
        public = case.to_public()
        cell = next(
            cell for cell in case.key.cells if cell in case.key.clean and "birth_date" in cell
        )
        answer = Answer({cell: DIFFERS}, "layak", "", "tidak_ada")
        items = explain(public, case.key, answer, grade(case.key, answer))["items"]
        (wrong,) = [item for item in items if item["outcome"] == WRONG]
        assert wrong["cells"] == [cell]
        assert wrong["document"].startswith("KK")
        assert wrong["document"].count("menulis hal yang sama") == 1
        assert wrong["why"]
        assert wrong["source"]


def test_a_look_alike_is_explained_whether_or_not_it_fooled(look_alikes: dict[str, Case]) -> None:
    for case in look_alikes.values():
        public, key = case.to_public(), case.key
        assert key.look_alike is not None
        cell = next(cell for cell in key.look_alike.cells if cell in key.cells)
        fooled = Answer({cell: DIFFERS}, "perlu_verval", "", "kunjungan")
        told = explain(public, key, fooled, grade(key, fooled))
        assert told["look_alike"]["outcome"] == "tertipu"
        assert told["look_alike"]["why"] == key.look_alike.why
        assert told["items"][0]["why"] == key.look_alike.why
        right = explain(public, key, perfect(case), grade(key, perfect(case)))
        assert right["look_alike"]["outcome"] == "dikenali"
        assert right["items"] == []
        assert right["score"] == 1.0


def test_a_case_without_a_look_alike_says_nothing_of_one(bank: dict[str, Case]) -> None:
    case = next(iter(bank.values()))
    assert (
        explain(case.to_public(), case.key, Answer(), grade(case.key, Answer()))["look_alike"]
        is None
    )


def test_the_verdict_counts_in_words(seats: dict[int, list[Case]]) -> None:
    double = next(case for case in seats[1] if len(case.key.mistakes) == 2)
    clean = next(case for case in seats[1] if not case.key.mistakes)
    one = {double.key.mistakes[0].fields[0]: DIFFERS}
    extra = next(cell for cell in double.key.cells if cell in double.key.clean)

    def say(case: Case, marks: dict[str, str]) -> str:
        return verdict(case.key, grade(case.key, Answer(marks)))

    assert say(double, one) == "1 dari 2 kesalahan ditemukan, tanpa tuduhan keliru"
    assert say(double, {**one, extra: DIFFERS}) == "1 dari 2 kesalahan ditemukan, 1 tuduhan keliru"
    assert say(clean, {}) == "Kasus ini tidak memuat kesalahan, dan tidak ada tuduhan keliru"
    marks = dict.fromkeys(clean.key.cells[:2], NEEDS_VISIT)
    assert say(clean, marks) == "Kasus ini tidak memuat kesalahan, 2 kunjungan tidak perlu"
    marks[clean.key.cells[2]] = DIFFERS
    assert say(clean, marks).endswith(", 1 tuduhan keliru, 2 kunjungan tidak perlu")


def test_a_needless_visit_is_told_apart_from_an_accusation(seats: dict[int, list[Case]]) -> None:
    clean = next(case for case in seats[1] if not case.key.mistakes)
    accused, visited = clean.key.cells[:2]
    answer = Answer({accused: DIFFERS, visited: NEEDS_VISIT}, "layak", "", "tidak_ada")
    told = explain(clean.to_public(), clean.key, answer, grade(clean.key, answer))
    titles = {item["cells"][0]: item["title"] for item in told["items"]}
    assert titles[accused].endswith("bukan kesalahan")
    assert titles[visited].endswith("tidak perlu dikunjungi")


def test_a_source_is_always_said(bank: dict[str, Case]) -> None:
    sources = set()
    for case in bank.values():
        told = explain(case.to_public(), case.key, Answer(), grade(case.key, Answer()))
        sources.add(told["items"][0]["source"])
    assert NO_SOURCE in sources
    assert len(sources) > 10


def test_words_of_the_field(bank: dict[str, Case], look_alikes: dict[str, Case]) -> None:
    """A finding is a question: nobody violates anything and no family is a problem."""
    for case in (*bank.values(), *look_alikes.values()):
        marks = dict.fromkeys(case.key.cells, DIFFERS)
        for answer in (Answer(), perfect(case), Answer(marks, "tidak_layak", "TL01", "musyawarah")):
            told = explain(case.to_public(), case.key, answer, grade(case.key, answer))
            text = json.dumps([told, case.to_public()], ensure_ascii=False).lower()
            for kind in (
                "keluarga bermasalah sosial psikologis",
                "pekerja migran bermasalah sosial",
            ):
                text = text.replace(kind, "")
            for word in ("pelanggaran", "bermasalah", "cacat", "terlantar", "gagal verifikasi"):
                assert word not in text
