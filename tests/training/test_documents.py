"""The house, the aid slip and the RT's letter: true papers that never contradict the note."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest

from workbench.rules import plants
from workbench.synthesis import World, default_recipe, draw_family
from workbench.training import Case, Plan, Task, cases, draw_case
from workbench.training.documents import draw_house
from workbench.training.houses import FRONT, INSIDE, UNSEEN
from workbench.training.labels import running, show


def cases_of(*sources: dict[Any, Any]) -> list[Case]:
    found: list[Case] = []
    for source in sources:
        for value in source.values():
            found += value if isinstance(value, list) else [value]
    return found


def papers(case: Case, kind: str) -> list[dict[str, Any]]:
    return [paper for paper in case.to_public()["documents"] if paper["kind"] == kind]


def family_of(case: Case) -> str:
    return case.record[0].subject


def noted_cells(case: Case) -> set[str]:
    return {cell for mistake in case.key.mistakes if mistake.seen for cell in mistake.fields}


def test_every_case_shows_its_house_from_the_front_and_from_inside(
    bank: dict[str, Case], look_alikes: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    for case in cases_of(bank, look_alikes, seats):
        pictures = [paper["picture"] for paper in papers(case, "rumah")]
        assert [re.search(r"Rumah dari \w+", p["text"])[0] for p in pictures] == [
            *("Rumah dari depan", "Rumah dari dalam")
        ]
        for picture, columns in zip(pictures, (FRONT, INSIDE), strict=True):
            ElementTree.fromstring(picture["svg"])
            assert set(picture["cells"]) <= {f"{family_of(case)}.{c}" for c in columns}
            assert picture["caption"]


def test_the_house_shows_the_truth_unless_the_officer_could_not_see_it() -> None:
    """Each value in turn; those seen together go together."""
    seen = 0
    for number in range(30):
        truth = draw_family(default_recipe(), Random(f"kertas:{number}"))
        (family,) = truth.tables["family"]
        front, inside = texts(truth)
        for view, column, label in (
            *((front, "wall", "Dinding"), (front, "roof", "Atap"), (inside, "floor", "Lantai")),
            *((inside, "cooking_fuel", "Memasak"), (inside, "wall", "Dinding")),
        ):
            words = running(show("family", column, family[column]))
            assert f"{label}: {words}." in view
            hidden = texts(truth, {f"{family['family_id']}.{column}"})
            assert f"{label}: {words}." not in "".join(hidden)
            assert f"{label}: {UNSEEN}." in "".join(hidden)
        seen += f"Listrik: {UNSEEN}." not in front
        front, inside = texts(truth, {f"{family['family_id']}.power_va"})
        assert f"Listrik: {UNSEEN}." in front
        assert f"Penerangan: {UNSEEN}." in inside
    assert seen > 20


def texts(truth: World, noted: Collection[str] = ()) -> list[str]:
    (family,) = truth.tables["family"]
    papers = draw_house(truth, family["family_id"], noted)
    return [paper.picture.text for paper in papers if paper.picture]


def test_what_the_officer_could_not_see_is_not_in_the_picture(bank: dict[str, Case]) -> None:
    held = 0
    for case in bank.values():
        noted = noted_cells(case)
        for paper in papers(case, "rumah"):
            assert not noted & set(paper["picture"]["cells"])
        held += bool(noted & {f"{family_of(case)}.{c}" for c in (*FRONT, *INSIDE)})
    assert held >= 4
    for name, line in (
        ("SOS-50:tick_wrong_light", f"Listrik: {UNSEEN}."),
        ("SOS-50:tick_no_toilet", f"Jamban: {UNSEEN}."),
        ("SOS-50:leave_area_at_nought", f"Ukuran rumah: {UNSEEN}."),
        ("SOS-51:count_employers_car", f"Halaman: {UNSEEN}."),
    ):
        assert line in " ".join(p["picture"]["text"] for p in papers(bank[name], "rumah"))


def test_something_is_unseen_in_houses_without_a_mistake_too(
    bank: dict[str, Case], look_alikes: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    """Else the word would point at the key."""
    calm = [case for case in cases_of(bank, look_alikes, seats) if not noted_cells(case)]
    unseen = sum(
        any(UNSEEN in paper["picture"]["text"] for paper in papers(case, "rumah")) for case in calm
    )
    assert 0.1 * len(calm) < unseen < 0.45 * len(calm)


def test_a_slip_is_there_for_every_programme_the_list_and_the_truth_share(
    look_alikes: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    slips = 0
    for case in cases_of(look_alikes, seats):
        if case.key.mistakes:
            continue
        running = {
            row["aid_id"]
            for row in case.listed.rows("aid", family_of(case))
            if row["status"] in ("", "aktif")
        }
        drawn = papers(case, "bantuan")
        slips += len(drawn)
        assert {
            cell.split(".")[0] for paper in drawn for cell in paper["fields"][0]["cells"]
        } == running
        titles = {paper["title"] for paper in drawn}
        assert titles <= {"Bukti penyaluran bantuan", "Bukti kepesertaan"}
    assert slips > 10


def test_no_slip_speaks_of_aid_the_officer_noted_otherwise(bank: dict[str, Case]) -> None:
    held = 0
    for case in bank.values():
        noted = {cell.split(".")[0] for cell in noted_cells(case)}
        for paper in papers(case, "bantuan"):
            assert not any(cell.split(".")[0] in noted for cell in cells_of(paper))
        held += any(subject.startswith("A") for subject in noted)
    assert held >= 4


def test_a_card_number_is_on_a_slip_only_where_the_record_has_one(
    bank: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    with_number = 0
    for case in cases_of(bank, seats):
        spoken = {cell for paper in papers(case, "bantuan") for cell in cells_of(paper)}
        numbers = {cell for cell in spoken if cell.endswith(".account")}
        shown = {cell for cell in case.key.cells if cell.endswith(".account")}
        assert not numbers or shown
        with_number += bool(numbers)
    assert with_number


def cells_of(paper: dict[str, Any]) -> set[str]:
    found = {cell for field in paper["fields"] for cell in field["cells"]}
    if paper["table"]:
        found |= {cell for line in paper["table"]["cells"] for cell in line}
    found |= {cell for cells in paper["paragraph_cells"] for cell in cells}
    return found | set(paper["picture"]["cells"] if paper["picture"] else ())


def test_what_the_officer_notes_stands_on_no_other_paper_but_the_cards(
    bank: dict[str, Case],
) -> None:
    """A card says what it said when it was issued, and the registry what it knows."""
    held = 0
    for case in bank.values():
        for paper in case.to_public()["documents"]:
            if paper["kind"] not in ("kk", "ktp", "dukcapil", "petugas"):
                assert not noted_cells(case) & cells_of(paper), paper["title"]
                held += bool(noted_cells(case))
    assert held > 100


def test_the_letter_comes_with_what_is_shown_and_not_with_what_is_wrong(
    bank: dict[str, Case], look_alikes: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    letters = {True: 0, False: 0}
    for case in cases_of(bank, look_alikes, seats):
        family = family_of(case)
        wanted = {f"{family}.domicile", f"{family}.existence"} & set(case.key.cells)
        assert len(papers(case, "rt")) == bool(wanted)
        declared = {cell for mistake in case.key.mistakes for cell in mistake.fields}
        letters[bool(declared & wanted)] += bool(wanted)
    assert all(letters.values())


def test_the_letter_vouches_for_nothing_the_officer_denies(bank: dict[str, Case]) -> None:
    (letter,) = papers(bank["ALM-39:papers_left_behind"], "rt")
    assert "hanya menyebut alamat pada KK" in letter["paragraphs"][0]
    assert letter["paragraph_cells"][0] == []
    vouched = 0
    for case in bank.values():
        for letter in papers(case, "rt"):
            if not noted_cells(case):
                assert "tinggal di alamat tersebut" in letter["paragraphs"][0]
                vouched += 1
    assert vouched


def test_the_papers_of_the_family_tell_no_income_and_no_rank(
    bank: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    for case in cases_of(bank, seats):
        for paper in case.to_public()["documents"]:
            if paper["kind"] != "petugas":
                text = json.dumps(paper, ensure_ascii=False)
                assert not re.search(r"penghasilan|pengeluaran|tabungan|desil", text, re.IGNORECASE)
            if paper["kind"] in ("rumah", "bantuan", "rt"):
                assert {cell[0] for cell in cells_of(paper)} <= {"F", "A"}


def test_the_familys_papers_know_nothing_of_the_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A paper drawn from the list would repeat the mistake; one that comes with it would tell it.

    The registry answers of the list, and what an officer notes stands on no other paper.
    """
    given: list[tuple[Any, ...]] = []
    draw = cases._documents
    monkeypatch.setattr(cases, "_documents", lambda *told: given.append(told) or draw(*told))
    plan = Plan("uji-berkas", n_cases=1, error_share=1.0, seed=3)
    # Three families for each: whom a mistake meets differs from family to family.
    for seat, plant in enumerate([*plants()] * 3, start=1):
        draw_case(plan, Task(1, (plant,)), seat)
    compared = 0
    for truth, listed, family_id, others, plantings, shown, as_of, _rng in given:
        if others or any(planting.planted.note for planting in plantings):
            continue
        papers, as_if_clean = (
            [
                paper
                for paper in draw(truth, rows, family_id, {}, planted, shown, as_of, Random(1))
                if paper.kind not in ("dukcapil", "petugas")
            ]
            for rows, planted in ((listed, plantings), (truth, ()))
        )
        assert papers == as_if_clean, plantings[0].plant
        compared += 1
    assert compared > 250


def test_a_case_stays_light_enough_for_a_poor_line(
    bank: dict[str, Case], seats: dict[int, list[Case]]
) -> None:
    sizes = sorted(len(json.dumps(case.to_public()).encode()) for case in cases_of(bank, seats))
    assert sizes[len(sizes) // 2] < 28_000
    assert sizes[-1] < 40_000
