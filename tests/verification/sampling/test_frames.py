"""Frames, allocation, draws that can be repeated, and what a repetition finds."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import UnusableInput, WrongUse
from workbench.verification.sampling.frames import (
    Drawn,
    Frame,
    FrameRow,
    Redraw,
    allocate,
    draw,
    read_drawn,
    redraw,
)

PLACES = [("Sukaasri", "op-1"), ("Sukaasri", "op-2"), ("Mekarsari", "op-1")]


def _rows(*sizes: int) -> list[FrameRow]:
    return [
        FrameRow(f"{place}-{number:03d}", *PLACES[place], content="isi")
        for place, size in enumerate(sizes)
        for number in range(size)
    ]


def _draw(rows: list[FrameRow], n: int = 20, seed: int = 41) -> Drawn:
    frame = Frame(rows)
    return draw(frame, allocate(frame.sizes, n, 2), seed, "Periksa 20 keluarga.")


def _keys(found: Drawn) -> list[str]:
    return [row.key for row in found.rows]


def _change(rows: list[FrameRow], key: str, **changes: str) -> list[FrameRow]:
    return [replace(row, **changes) if row.key == key else row for row in rows]


# The frame


def test_exclusions_come_before_the_size_each_with_reason_and_count() -> None:
    rows = _rows(10, 10, 10)
    rows[0] = replace(rows[0], exclusion="sudah pindah")
    rows[1] = replace(rows[1], exclusion="sudah pindah")
    rows[12] = replace(rows[12], exclusion="alamat tidak ada")
    frame = Frame(rows)
    assert frame.exclusions == {"sudah pindah": 2, "alamat tidak ada": 1}
    assert frame.sizes == dict(zip(sorted(PLACES), (10, 8, 9), strict=True))
    found = draw(frame, allocate(frame.sizes, 27), 1, "Periksa semua.")
    assert not {row.key for row in found.rows} & {"0-000", "0-001", "1-002"}


def test_the_digest_knows_every_field_and_no_order() -> None:
    rows = _rows(5, 5, 5)
    digest = Frame(rows).digest
    random.Random("frames:order").shuffle(rows)
    assert Frame(rows).digest == digest
    for field in ("kelurahan", "operator", "content", "exclusion"):
        assert Frame(_change(rows, "0-001", **{field: "lain"})).digest != digest
    assert Frame(rows[1:]).digest != digest


def test_the_digest_is_the_one_described() -> None:
    lines = b'["a","Suka\\u00e9","op","",""]\n["b","X","op","c","pindah"]\n'
    rows = [FrameRow("b", "X", "op", "c", "pindah"), FrameRow("a", "Sukaé", "op")]
    assert Frame(rows).digest == hashlib.sha256(lines).hexdigest()


def test_keys_that_are_missing_or_doubled_are_refused_and_not_told() -> None:
    with pytest.raises(WrongUse, match="2 baris memakai kunci") as refused:
        Frame([*_rows(3), *_rows(2)])
    assert "0-000" not in str(refused.value)
    with pytest.raises(WrongUse, match="tanpa kunci"):
        Frame([FrameRow("", "Sukaasri", "op-1")])


# Allocation


def test_visits_are_shared_out_by_largest_remainder() -> None:
    sizes = dict(zip(PLACES, (50, 30, 20), strict=True))
    # 7 * 0.5 = 3.5, 7 * 0.3 = 2.1, 7 * 0.2 = 1.4: the half gets the seventh visit.
    assert allocate(sizes, 7) == dict(zip(PLACES, (4, 2, 1), strict=True))


def test_no_stratum_falls_below_the_least_and_small_ones_are_taken_whole() -> None:
    sizes = dict(zip(PLACES, (900, 10, 2), strict=True))
    assert allocate(sizes, 40, 5) == dict(zip(PLACES, (33, 5, 2), strict=True))


@given(
    sizes=st.lists(st.integers(0, 400), min_size=1, max_size=12),
    share=st.floats(0, 1),
    at_least=st.integers(0, 6),
)
def test_allocations_sum_to_n_and_fit_the_strata(
    sizes: list[int], share: float, at_least: int
) -> None:
    strata = {(f"K{place}", "op"): size for place, size in enumerate(sizes)}
    floors = {place: min(at_least, size) for place, size in strata.items()}
    n = max(round(share * sum(sizes)), sum(floors.values()))
    found = allocate(strata, n, at_least)
    assert sum(found.values()) == n
    assert all(floors[place] <= found[place] <= size for place, size in strata.items())
    free = [place for place in strata if found[place] > floors[place]]
    # Among those not held up by the least, nobody is more than one visit from the common rate.
    if sum(strata[place] for place in free):
        rate = sum(found[place] for place in free) / sum(strata[place] for place in free)
        assert all(abs(found[place] - rate * strata[place]) < 1 + 1e-9 for place in free)


def test_what_cannot_be_shared_out_is_refused_with_the_number_needed() -> None:
    sizes = dict(zip(PLACES, (50, 30, 20), strict=True))
    with pytest.raises(WrongUse, match="Diminta 101 keluarga, kerangka berisi 100"):
        allocate(sizes, 101)
    with pytest.raises(WrongUse, match=r"tidak cukup untuk sedikitnya 4 .* perlu 12"):
        allocate(sizes, 10, 4)


# The draw


def test_the_draw_depends_on_seed_and_keys_alone() -> None:
    rows = _rows(60, 30, 10)
    found = _draw(rows)
    random.Random("frames:shuffle").shuffle(rows)
    assert _draw(rows) == found
    renamed = [replace(row, content="lain") for row in rows]
    assert _keys(_draw(renamed)) == _keys(found)
    assert _keys(_draw(rows, seed=42)) != _keys(found)


def test_the_order_is_the_one_an_auditor_can_work_out_by_hand() -> None:
    frame = Frame(_rows(9))
    found = draw(frame, {PLACES[0]: 4}, 41, "uji")
    order = sorted(
        (row.key for row in frame.rows),
        key=lambda k: hashlib.sha256(f"41:{k}".encode()).hexdigest(),
    )
    assert _keys(found) == order[:4]


def test_every_family_has_the_same_chance() -> None:
    frame = Frame(_rows(12))
    met = Counter(
        row.key for seed in range(4000) for row in draw(frame, {PLACES[0]: 3}, seed, "").rows
    )
    # 1,000 times each, give or take four standard errors of 27.
    assert len(met) == 12
    assert all(abs(times - 1000) < 110 for times in met.values())


def test_a_larger_sample_holds_the_smaller_one() -> None:
    frame = Frame(_rows(50))
    small, large = (draw(frame, {PLACES[0]: n}, 9, "uji") for n in (10, 25))
    assert _keys(large)[:10] == _keys(small)


def test_an_allocation_of_another_frame_is_refused() -> None:
    with pytest.raises(WrongUse, match="Hitung ulang pembagian"):
        draw(Frame(_rows(3)), {PLACES[0]: 4}, 1, "uji")
    with pytest.raises(WrongUse, match="Hitung ulang pembagian"):
        draw(Frame(_rows(3)), {PLACES[1]: 1}, 1, "uji")


def test_seed_digest_counts_and_plan_are_printed() -> None:
    rows = _change(_rows(60, 30, 10), "0-003", exclusion="sudah pindah")
    found = _draw(rows)
    facts = dict(found.facts)
    assert facts["Rencana"] == "Periksa 20 keluarga."
    assert facts["Dikeluarkan: sudah pindah"] == "1"
    assert facts["Keluarga dalam kerangka"] == "99"
    assert facts["Keluarga terundi"] == "20"
    assert facts["Angka undian"] == "41"
    assert facts["Sidik kerangka (SHA-256)"] == Frame(rows).digest


def test_a_sample_survives_its_record() -> None:
    found = _draw(_change(_rows(60, 30, 10), "0-003", exclusion="sudah pindah"))
    assert read_drawn(json.loads(json.dumps(found.record()))) == found


@pytest.mark.parametrize(
    "damage",
    [
        lambda record: record.pop("seed"),
        lambda record: record.update(strata=[1]),
        lambda record: record.update(strata=None),
        lambda record: record["strata"][0].pop("n"),
        lambda record: record.update(extra=1),
    ],
)
def test_a_damaged_record_is_refused_in_a_sentence(damage) -> None:
    record = json.loads(json.dumps(_draw(_rows(20, 20, 20)).record()))
    damage(record)
    with pytest.raises(UnusableInput, match="tidak lengkap atau rusak"):
        read_drawn(record)


# The draw repeated


def _again(rows: list[FrameRow], found: Drawn) -> Redraw:
    return redraw(Frame(rows), found)


def test_the_same_frame_gives_the_same_list() -> None:
    rows = _rows(60, 30, 10)
    again = _again(rows[::-1], _draw(rows))
    assert again.is_same
    assert again.is_same_frame
    assert again.words == "Undian ulang memberi daftar yang sama, dari kerangka yang sama."


def test_a_new_row_changes_no_other_stratum_and_at_most_one_place_of_its_own() -> None:
    rows = _rows(60, 30, 10)
    found = _draw(rows)
    outcomes = set()
    for number in range(40):
        again = _again([*rows, FrameRow(f"baru-{number}", *PLACES[0])], found)
        assert again.strata == (PLACES[0],)
        assert not again.changed
        assert {moved.key for moved in again.entered} <= {f"baru-{number}"}
        assert len(again.left) == len(again.entered) <= 1
        assert all(moved.place == PLACES[0] for moved in again.left)
        outcomes.add(len(again.entered))
    assert outcomes == {0, 1}


def test_a_row_that_vanished_is_replaced_by_the_next_of_its_stratum() -> None:
    rows = _rows(60, 30, 10)
    found = _draw(rows)
    gone = found.strata[1].rows[0]
    again = _again([row for row in rows if row.key != gone.key], found)
    assert [(moved.key, moved.why) for moved in again.left] == [
        (gone.key, "tidak ada lagi dalam daftar")
    ]
    assert [moved.place for moved in again.entered] == [gone.place]
    assert again.words == (
        "Undian ulang tidak sama: 1 keluarga masuk, 1 keluar, 0 berubah isinya; "
        "1 kelompok kerangka berubah sejak diundi."
    )


def test_why_a_family_left_is_said() -> None:
    rows = _rows(60, 30, 10)
    found = _draw(rows)
    key = next(row.key for row in found.rows if row.place == PLACES[0])
    excluded = _again(_change(rows, key, exclusion="sudah pindah"), found)
    assert [moved.why for moved in excluded.left] == ["kini dikeluarkan: sudah pindah"]
    moved = _again(_change(rows, key, operator="op-9"), found)
    assert "pindah ke Sukaasri / op-9" in {one.why for one in moved.left}
    assert ("Sukaasri", "op-9") in moved.strata


def test_a_changed_row_is_named_whether_drawn_or_not() -> None:
    rows = _rows(60, 30, 10)
    found = _draw(rows)
    drawn_key = found.strata[0].rows[0].key
    changed = _again(_change(rows, drawn_key, content="lain"), found)
    assert [(one.key, one.why) for one in changed.changed] == [(drawn_key, "isi barisnya berubah")]
    assert not changed.is_same
    other = next(row.key for row in rows if row.key not in set(_keys(found)))
    unseen = _again(_change(rows, other, content="lain"), found)
    assert unseen.is_same
    assert not unseen.is_same_frame
    assert "daftar yang sama, tetapi 1 kelompok kerangka berubah" in unseen.words


def test_a_change_among_the_excluded_is_said() -> None:
    rows = _change(_rows(60, 30, 10), "0-003", exclusion="sudah pindah")
    again = _again(_change(rows, "0-003", exclusion="alamat tidak ada"), _draw(rows))
    assert again.is_same
    assert "keluarga yang dikeluarkan dari kerangka tidak lagi sama" in again.words


def test_a_sample_swapped_by_hand_is_found_out() -> None:
    rows = _rows(60, 30, 10)
    found = _draw(rows)
    part = found.strata[0]
    wanted = next(row for row in rows if row.place == part.place and row not in part.rows)
    swapped = replace(part, rows=(wanted, *part.rows[1:]))
    again = _again(rows, replace(found, strata=(swapped, *found.strata[1:])))
    assert [one.key for one in again.left] == [wanted.key]
    assert [one.key for one in again.entered] == [part.rows[0].key]
    assert "catatan undiannya yang tidak cocok" in again.words


def test_a_family_struck_off_the_sample_is_missed() -> None:
    rows = _rows(60, 30, 10)
    found = _draw(rows)
    part = found.strata[0]
    struck = replace(found, strata=(replace(part, rows=part.rows[:-1]), *found.strata[1:]))
    again = _again(rows, struck)
    assert [one.key for one in again.entered] == [part.rows[-1].key]
    assert not again.left


def test_a_stratum_that_shrank_below_its_visits_gives_what_it_has() -> None:
    rows = _rows(60, 30, 10)
    found = _draw(rows)
    kept = [row for row in rows if row.place != PLACES[2] or row.key == "2-000"]
    again = _again(kept, found)
    assert {moved.place for moved in (*again.left, *again.entered)} == {PLACES[2]}
    assert len(again.left) - len(again.entered) == len(found.strata[0].rows) - 1
