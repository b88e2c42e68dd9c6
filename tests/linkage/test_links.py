"""Linking two lists of which the truth is known."""

from datetime import date
from threading import Event

import duckdb
import pyarrow as pa
import pytest

from workbench.domain.register import Register, conform
from workbench.errors import Cancelled, StoreFault, WrongUse
from workbench.linkage import (
    NO_SPLINK,
    Thresholds,
    likeness,
    link,
    named_in,
    people,
    prepare,
)


def pairs(links, *bands):
    rows = links.pairs.to_pylist()
    return {(row["left_id"], row["right_id"]) for row in rows if row["band"] in bands}


def test_the_hard_lists_are_linked_rightly_and_nearly_all(hard, linked):
    truth, found = set(hard.truth.items()), pairs(linked, "sama")
    assert len(found & truth) / len(truth) >= 0.97
    assert len(found & truth) / len(found) >= 0.995
    # Twins of whom each list has the other one are planted ten times as often as in life.
    assert len(found - truth - hard.apart["kembar"]) / len(found) <= 0.001


def test_most_of_what_the_machine_did_not_decide_lies_on_the_desk(hard, linked):
    open_ = set(hard.truth.items()) - pairs(linked, "sama")
    assert len(open_ & pairs(linked, "meja", "bentrok")) >= 0.6 * len(open_)


def test_father_and_son_of_one_name_are_never_linked_to_each_other(hard, linked):
    assert len(hard.apart["ayah dan anak"]) >= 20
    assert not hard.apart["ayah dan anak"] & pairs(linked, "sama")


def test_twins_who_stand_in_both_lists_are_never_taken_for_each_other(hard, linked):
    here = set(hard.truth)
    twins = {(ours, theirs) for ours, theirs in hard.apart["kembar"] if ours in here}
    assert len(twins) >= 10
    assert not twins & pairs(linked, "sama")


def test_of_twins_of_whom_each_list_has_the_other_one_few_are_taken_for_each_other(hard, linked):
    assert len(hard.apart["kembar"] & pairs(linked, "sama")) <= 0.15 * len(hard.apart["kembar"])


def test_nobody_is_linked_twice(linked):
    found = pairs(linked, "sama")
    assert len({left for left, _ in found}) == len({right for _, right in found}) == len(found)


def test_rows_are_linked_at_the_desk_or_alone(hard, linked):
    for side, register in (("left", hard.left), ("right", hard.right)):
        counts = linked.counts(side)
        assert counts["rows"] == register["person"].num_rows
        assert counts["rows"] == counts["sama"] + counts["meja"] + counts["sendiri"]


def test_the_same_lists_give_the_same_links(hard, linked):
    again = link(people(hard.left), people(hard.right))
    assert again.pairs.equals(linked.pairs)


@pytest.fixture
def without_splink(monkeypatch):
    monkeypatch.setattr(likeness, "is_available", lambda: False)


def test_without_splink_the_exact_joins_stand_alone_and_it_is_said(hard, without_splink):
    links = link(people(hard.left), people(hard.right))
    truth, found = set(hard.truth.items()), pairs(links, "sama")
    assert links.notes == (NO_SPLINK,)
    assert len(found & truth) / len(found) >= 0.998
    assert len(found & truth) / len(truth) >= 0.75


@pytest.fixture
def lists(person):
    """Makes the table of a list from rows; ids are given where they are missing."""

    def make(*rows):
        made = [
            person(**{"person_id": f"P{n}", "family_id": f"F{n}", **row})
            for n, row in enumerate(rows, start=1)
        ]
        schema = people(Register({})).schema
        return pa.Table.from_pylist(made, schema=schema)

    return make


day = date.fromisoformat


ANI = {"nik": "9973014101900001", "name": "ANI ROHAYATI", "birth_date": day("1990-01-01")}


def test_one_nik_on_two_different_people_is_a_conflict_and_no_link(lists):
    other = {"nik": ANI["nik"], "name": "DARMA WIJAYA", "birth_date": day("1961-07-30")}
    links = link(lists(ANI), lists(other))
    assert [row["band"] for row in links.pairs.to_pylist()] == ["bentrok"]
    assert links.counts("left") == {"rows": 1, "sama": 0, "meja": 1, "sendiri": 0}


def test_one_nik_and_one_name_with_a_turned_date_is_a_link(lists):
    links = link(
        lists({**ANI, "birth_date": day("1990-12-01")}),
        lists({**ANI, "name": "HJ. ANI ROCHAYATI", "birth_date": day("1990-01-12")}),
    )
    assert [(row["band"], row["step"]) for row in links.pairs.to_pylist()] == [("sama", "nik")]


def test_a_nik_that_stands_twice_in_a_list_links_nobody(lists):
    links = link(lists(ANI, {**ANI, "person_id": "P9"}), lists(ANI))
    assert {row["band"] for row in links.pairs.to_pylist()} == {"bentrok"}


def test_what_people_decided_is_followed(lists):
    left, right = lists(ANI), lists(ANI)
    apart = link(left, right, decided={("P1", "P1"): "beda"})
    assert apart.pairs.num_rows == 0
    other = lists({"name": "ENTIN", "birth_date": day("1971-02-03")})
    (row,) = link(left, other, decided={("P1", "P1"): "sama"}).pairs.to_pylist()
    assert (row["band"], row["step"]) == ("sama", "putusan")


def test_an_empty_list_links_nobody(lists):
    assert link(lists(), lists(ANI)).pairs.num_rows == 0
    assert link(lists(ANI), lists()).counts("left")["sendiri"] == 1


def test_thresholds_out_of_order_are_refused_with_a_sentence():
    with pytest.raises(WrongUse, match="Batas pemadanan harus berurutan"):
        Thresholds(link=0.5, show=0.9)


KK = "9973010101150001"


def test_a_payee_without_nik_and_birth_date_is_found_in_the_card(lists, without_splink):
    payee = {"no_kk": KK, "name": "NY. SITI ROCHMAH"}
    card = (
        {"no_kk": KK, "name": "ROHMAH", "birth_date": day("1980-02-03")},
        {"no_kk": KK, "name": "SUKRA", "birth_date": day("1978-02-03")},
    )
    (row,) = link(lists(payee), lists(*card)).pairs.to_pylist()
    assert (row["right_id"], row["band"]) == ("P1", "sama")


def test_a_payee_whose_name_two_of_a_card_bear_is_linked_to_neither(lists, without_splink):
    card = (
        {"no_kk": KK, "name": "H. SUKRA", "birth_date": day("1950-02-03")},
        {"no_kk": KK, "name": "SUKRA", "birth_date": day("1978-02-03")},
    )
    assert link(lists({"no_kk": KK, "name": "SUKRA"}), lists(*card)).pairs.num_rows == 0


def test_rows_without_any_number_are_people_of_their_own():
    rows = [
        {"aid_id": "A1", "nik": ANI["nik"], "name": "ANI", "no_kk": ""},
        {"aid_id": "A2", "nik": ANI["nik"], "name": "ANI", "no_kk": KK},
        {"aid_id": "A3", "nik": "", "name": "SUKRA", "no_kk": KK},
        {"aid_id": "A4", "nik": "", "name": "SUKRA", "no_kk": KK},
        {"aid_id": "A5", "nik": "", "name": "SUKRA", "no_kk": ""},
        {"aid_id": "A6", "nik": "", "name": "SUKRA", "no_kk": ""},
    ]
    table = conform("aid", pa.Table.from_pylist(rows))
    people_, whose = named_in(Register({"aid": table}), "aid")
    assert whose == {"A1": "A1", "A2": "A1", "A3": "A3", "A4": "A3", "A5": "A5", "A6": "A6"}
    assert people_.num_rows == 4


def test_a_computer_without_room_says_so(lists, monkeypatch):
    def full(_connection):
        raise duckdb.OutOfMemoryException("no room")

    monkeypatch.setattr(likeness, "is_available", lambda: True)
    monkeypatch.setattr(likeness, "_shares", full)
    with pytest.raises(StoreFault, match="memori atau disk"):
        link(lists(ANI), lists(ANI))


def test_how_far_it_is_grows_from_step_to_step(lists):
    told = []
    link(lists(ANI), lists(ANI), progress=lambda share, words: told.append((share, words)))
    shares = [share for share, _words in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert len({words for _share, words in told}) == len(told) >= 8


def test_a_step_under_way_is_broken_off(lists, monkeypatch):
    is_asked, broken = Event(), []

    def endless(connection):
        is_asked.set()
        try:
            connection.execute("SELECT max(sin(range)) FROM range(4_000_000_000)").fetchall()
        except duckdb.InterruptException:
            broken.append(True)
            raise

    monkeypatch.setattr(likeness, "is_available", lambda: True)
    monkeypatch.setattr(likeness, "_shares", endless)
    with pytest.raises(Cancelled, match="Tidak ada yang disimpan"):
        link(lists(ANI), lists(ANI), cancelled=is_asked.is_set)
    assert broken


def test_the_names_need_not_be_read_to_their_end(lists, monkeypatch):
    is_asked, read = Event(), []

    def words(name):
        read.append(name)
        is_asked.set()
        return (name,)

    monkeypatch.setattr(prepare, "name_words", words)
    with pytest.raises(Cancelled):
        link(lists(ANI), lists({**ANI, "name": "ENTIN"}), cancelled=is_asked.is_set)
    assert set(read) == {ANI["name"]}
