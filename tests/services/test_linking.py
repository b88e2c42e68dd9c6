"""Linking as staff do it: run, stop, decide, set aside, remember; each in their own areas."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys

import pyarrow as pa
import pytest
from sqlalchemy import func, select

from tests.linkage.two_lists import HARD, two_lists
from workbench.access import Actor, Role, Workspace
from workbench.domain.register import Register
from workbench.errors import Cancelled, Forbidden, NotFound, StoreFault, UnusableInput, WrongUse
from workbench.linkage import likeness
from workbench.services import linking, lists
from workbench.services.office import Office
from workbench.store import ledger
from workbench.store.tables import event

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.LATIHAN, ("36.73",))
OF_SERANG = Actor("serang", "Staf Serang", Role.STAF, Workspace.LATIHAN, ("36.73.01",))
TRAINEE = Actor("K1.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, (), "K1", 1)


@pytest.fixture(autouse=True)
def exact_joins_alone(monkeypatch):
    """Splink is tried in ``tests/linkage``; what is done with pairs needs no weighing."""
    monkeypatch.setattr(likeness, "is_available", lambda: False)


@pytest.fixture(scope="module")
def two():
    """Lists in which some NIK stand on two different people, so that there is a desk."""
    made = two_lists(60, 200, HARD)
    rows = made.left["person"].to_pylist()
    theirs = {row["person_id"]: row for row in made.right["person"].to_pylist()}
    strangers = [row for row in rows if row["person_id"] not in made.truth][:4]
    for row, other in zip(strangers, list(theirs.values())[:4], strict=True):
        row.update(nik=other["nik"], name="TARMIDI SALIM")
    tables = dict(made.left.tables)
    tables["person"] = pa.Table.from_pylist(rows, schema=made.left["person"].schema)
    return dataclasses.replace(made, left=Register(tables, made.left.manifest))


@pytest.fixture(scope="module")
def prepared(two, tmp_path_factory):
    """An office with both lists on the shelf and linked once, in a folder to be copied."""
    made = Office(tmp_path_factory.mktemp("padanan") / "kantor")
    p3ke = lists.shelve_register(made, STAFF, "P3KE latihan", two.left)
    dtsen = lists.shelve_register(made, STAFF, "DTSEN latihan", two.right)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(likeness, "is_available", lambda: False)
        linking.run(made, STAFF, "orang", p3ke.id, dtsen.id)
    made.practice.close()
    return made.root, (p3ke.id, dtsen.id)


@pytest.fixture
def office(prepared, tmp_path):
    shutil.copytree(prepared[0], tmp_path / "kantor")
    made = Office(tmp_path / "kantor")
    yield made
    made.practice.close()


@pytest.fixture
def shelved(prepared):
    return prepared[1]


@pytest.fixture
def linked(office):
    return linking.open_linking(office, STAFF, linking.linkings(office, STAFF)[0].id)


def desk(opened, state="terbuka"):
    return [pair for pair in opened.pairs if pair.state == state and pair.band != "sama"]


def find(opened, pair):
    """The same pair in another linking, or as it stands now."""
    ids = (pair.left_id, pair.right_id)
    (found,) = [each for each in opened.pairs if (each.left_id, each.right_id) == ids]
    return found


def with_row(two, person_id, **cells):
    """The left list with other cells for one person."""
    rows = two.left["person"].to_pylist()
    for row in rows:
        if row["person_id"] == person_id:
            row.update(cells)
    table = pa.Table.from_pylist(rows, schema=two.left["person"].schema)
    return Register({**two.left.tables, "person": table}, two.left.manifest)


def test_a_linking_is_kept_and_its_sums_add_up(office, shelved, linked):
    (summary,) = linking.linkings(office, STAFF)
    assert (summary.left_name, summary.right_name) == ("P3KE latihan", "DTSEN latihan")
    for side in ("left", "right"):
        sums = linked.sums(side)
        assert sums["rows"] == sums["sama"] + sums["meja"] + sums["tunda"] + sums["sendiri"]
    assert linked.sums("left")["meja"] >= 3
    assert ledger.verify_chain(office.practice).is_whole


def test_what_is_kept_names_nobody(office, linked, two):
    folder = office.folder(Workspace.LATIHAN) / "padanan" / linked.summary.id
    text = b"".join(path.read_bytes() for path in folder.iterdir()).decode("latin-1")
    assert "TARMIDI" not in text
    assert two.right["person"]["nik"][0].as_py() not in text


def test_a_decision_is_kept_at_once_and_counts_everywhere(office, shelved, linked):
    pair = desk(linked)[0]
    linking.decide(office, STAFF, linked, pair, "beda", "senama")
    again = linking.open_linking(office, STAFF, linked.summary.id)
    assert (pair.left_id, pair.right_id) in {(p.left_id, p.right_id) for p in desk(again, "beda")}
    # The next linking of the same lists asks nobody again.
    newer = linking.run(office, STAFF, "orang", *shelved)
    assert find(linking.open_linking(office, STAFF, newer.id), pair).state == "beda"


def test_one_person_called_the_same_is_linked_by_every_later_linking(office, shelved, linked):
    pair = desk(linked)[0]
    linking.decide(office, STAFF, linked, pair, "sama", "dokumen")
    newer = linking.run(office, STAFF, "orang", *shelved)
    opened = linking.open_linking(office, STAFF, newer.id)
    assert opened.linked[pair.left_id] == pair.right_id


@pytest.mark.parametrize(
    ("said", "words"),
    [("beda", "diputuskan bukan orang yang sama"), ("tunda", "ditunda")],
)
def test_a_changed_value_brings_the_pair_back_with_what_changed(
    office, shelved, linked, two, said, words
):
    pair = desk(linked)[0]
    if said == "tunda":
        linking.set_aside(office, STAFF, linked, pair)
    else:
        linking.decide(office, STAFF, linked, pair, said, "senama")
    changed = with_row(two, pair.left_id, name="TARMIDI SALIM PUTRA")
    newer = lists.shelve_register(office, STAFF, "P3KE baru", changed)
    summary = linking.run(office, STAFF, "orang", newer.id, shelved[1])
    back = find(linking.open_linking(office, STAFF, summary.id), pair)
    assert back.state == "terbuka"
    assert back.earlier == f"Dulu {words}, tetapi nama berubah sejak itu."


def test_what_was_called_two_people_is_asked_again_even_where_the_machine_is_sure(
    office, shelved, linked, two
):
    pair = desk(linked)[0]
    linking.decide(office, STAFF, linked, pair, "beda", "senama")
    right = linked.right.rows[pair.right_id]
    cells = {name: right[name] for name in ("name", "birth_date", "sex")}
    newer = lists.shelve_register(office, STAFF, "P3KE baru", with_row(two, pair.left_id, **cells))
    summary = linking.run(office, STAFF, "orang", newer.id, shelved[1])
    opened = linking.open_linking(office, STAFF, summary.id)
    assert pair.left_id not in opened.linked
    (back,) = [p for p in opened.pairs if p.left_id == pair.left_id]
    assert (back.right_id, back.state) == (pair.right_id, "terbuka")
    assert "tetapi" in back.earlier


def test_a_pair_is_set_aside_with_a_note_and_the_next_linking_knows(office, shelved, linked):
    pair = desk(linked)[0]
    after = linking.set_aside(office, STAFF, linked, pair, " tanya RT 03 ")
    newer = linking.run(office, STAFF, "orang", *shelved)
    for opened in (after, linking.open_linking(office, STAFF, newer.id)):
        waiting = find(opened, pair)
        assert (waiting.state, waiting.decision.note) == ("tunda", "tanya RT 03")
        for side in ("left", "right"):
            sums = opened.sums(side)
            assert sums["tunda"] == 1
            assert sums["rows"] == sums["sama"] + sums["meja"] + 1 + sums["sendiri"]


def test_a_pair_set_aside_is_decided_or_taken_back_later(office, linked):
    one, other = desk(linked)[:2]
    waiting = linking.set_aside(office, STAFF, linked, one)
    waiting = linking.set_aside(office, STAFF, waiting, other)
    decided = linking.decide(office, STAFF, waiting, find(waiting, one), "sama", "dokumen")
    assert decided.linked[one.left_id] == one.right_id
    after = linking.withdraw(office, STAFF, decided, find(decided, other))
    assert find(after, other).state == "terbuka"


def test_who_is_unsure_of_what_the_machine_linked_has_two_people(office, linked):
    pair = next(pair for pair in linked.pairs if pair.state == "sama")
    after = linking.set_aside(office, STAFF, linked, pair)
    assert find(after, pair).state == "tunda"
    assert pair.left_id not in after.linked


def test_a_pair_set_aside_is_closed_once_one_of_the_two_is_somebody_else(office, linked):
    one = desk(linked)[0]
    other = next(p for p in linked.pairs if p.right_id != one.right_id and p.state == "sama")
    mixed = dataclasses.replace(other, left_id=one.left_id)
    found = ({**linked.found[0], **ids(mixed), "band": "meja"}, *linked.found)
    opened = linking.refresh(office, STAFF, dataclasses.replace(linked, found=found))
    opened = linking.set_aside(office, STAFF, opened, mixed)
    # The machine knows the right one of the two better.
    assert find(opened, mixed).state == "tertutup"
    assert find(opened, mixed).decision.decision == "tunda"


def ids(pair):
    return {"left_id": pair.left_id, "right_id": pair.right_id}


def test_what_was_set_aside_outlives_a_program_that_is_killed(office, linked, tmp_path):
    pair = desk(linked)[0]
    program = f"""
import os, signal
from pathlib import Path
from workbench.access import Actor, Role, Workspace
from workbench.services import linking
from workbench.services.office import Office
office = Office(Path({str(tmp_path / "kantor")!r}))
staff = Actor("staf", "Staf", Role.STAF, Workspace.LATIHAN, ("36.73",))
opened = linking.open_linking(office, staff, {linked.summary.id!r})
ids = {(pair.left_id, pair.right_id)!r}
(pair,) = [each for each in opened.pairs if (each.left_id, each.right_id) == ids]
linking.set_aside(office, staff, opened, pair, "tanya RT 03")
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False)
    assert ended.returncode == -signal.SIGKILL
    opened = linking.open_linking(office, STAFF, linked.summary.id)
    waiting = find(opened, pair)
    assert (waiting.state, waiting.decision.note) == ("tunda", "tanya RT 03")


def test_a_decision_can_be_taken_back(office, linked):
    pair = desk(linked)[0]
    after = linking.decide(office, STAFF, linked, pair, "beda", "senama")
    (decided,) = desk(after, "beda")
    before = linking.withdraw(office, STAFF, after, decided)
    assert len(desk(before)) == len(desk(linked))


def test_what_the_machine_linked_can_be_called_two_people(office, linked):
    pair = next(pair for pair in linked.pairs if pair.state == "sama")
    after = linking.decide(office, STAFF, linked, pair, "beda", "senama")
    assert pair.left_id not in after.linked


def test_nobody_is_called_the_same_as_two_people(office, linked):
    one = desk(linked)[0]
    after = linking.decide(office, STAFF, linked, one, "sama", "dokumen")
    other = dataclasses.replace(
        next(p for p in after.pairs if p.right_id != one.right_id), left_id=one.left_id
    )
    with pytest.raises(WrongUse, match="sudah dinyatakan sama dengan orang lain"):
        linking.decide(office, STAFF, after, other, "sama", "dokumen")


def test_a_person_decided_by_people_is_taken_from_the_machine(office, linked):
    pair = desk(linked)[0]
    after = linking.decide(office, STAFF, linked, pair, "sama", "dokumen")
    assert after.linked[pair.left_id] == pair.right_id
    assert list(after.linked.values()).count(pair.right_id) == 1


@pytest.mark.parametrize(("reason", "note"), [("", ""), ("karangan", ""), ("lain", "  ")])
def test_a_decision_needs_a_reason(office, linked, reason, note):
    with pytest.raises(WrongUse, match=r"[Aa]lasan"):
        linking.decide(office, STAFF, linked, desk(linked)[0], "beda", reason, note)


def test_staff_of_a_part_see_their_part(office, linked):
    opened = linking.open_linking(office, OF_SERANG, linked.summary.id)
    whole = linked.sums("right")["rows"]
    assert 0 < opened.sums("right")["rows"] < whole
    assert all(p.right_id in opened.right.rows for p in opened.pairs)


def test_a_full_disk_keeps_nothing_of_a_linking(office, shelved, monkeypatch):
    def full(*_paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StoreFault, match="tidak tersimpan"):
        linking.run(office, STAFF, "orang", *shelved)
    monkeypatch.undo()
    (standing,) = linking.linkings(office, STAFF)
    folders = (office.folder(Workspace.LATIHAN) / "padanan").iterdir()
    assert [folder.name for folder in folders] == [standing.id]


def test_how_far_it_is_is_told_in_words_and_shares_that_grow(office, shelved):
    told = []
    linking.run(
        office, STAFF, "orang", *shelved, progress=lambda share, words: told.append((share, words))
    )
    shares = [share for share, _words in told]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1
    assert {"Memadankan NIK ...", "Menyimpan hasil ..."} <= {words for _share, words in told}


def test_whoever_stops_it_at_any_step_leaves_nothing_behind(office, shelved):
    steps = []
    linking.run(
        office, STAFF, "orang", *shelved, progress=lambda share, _words: steps.append(share)
    )
    home = office.folder(Workspace.LATIHAN) / "padanan"
    before = sorted(path.name for path in home.iterdir())
    with office.practice.reading() as connection:
        events = connection.execute(select(func.count()).select_from(event)).scalar()
    for place in range(len(steps)):
        told = []
        with pytest.raises(Cancelled, match="Tidak ada yang disimpan"):
            linking.run(
                office,
                STAFF,
                "orang",
                *shelved,
                progress=lambda *step, told=told: told.append(step),
                cancelled=lambda told=told, place=place: len(told) > place - 1,
            )
    assert sorted(path.name for path in home.iterdir()) == before
    with office.practice.reading() as connection:
        assert connection.execute(select(func.count()).select_from(event)).scalar() == events


def test_a_linking_the_ledger_does_not_take_is_not_kept(office, shelved, monkeypatch):
    def refuse(*_arguments):
        raise StoreFault("Disk penuh")

    monkeypatch.setattr(linking.pairs, "record_linking", refuse)
    with pytest.raises(StoreFault, match="penuh"):
        linking.run(office, STAFF, "orang", *shelved)
    assert len(linking.linkings(office, STAFF)) == 1


def test_a_linking_goes_with_its_lists(office, shelved, linked):
    lists.remove(office, STAFF, shelved[0], "salah berkas")
    assert linking.linkings(office, STAFF) == ()
    with pytest.raises(NotFound):
        linking.open_linking(office, STAFF, linked.summary.id)


def test_a_list_with_itself_and_a_list_of_nobody_are_refused(office, shelved):
    with pytest.raises(WrongUse, match="dua daftar yang berbeda"):
        linking.run(office, STAFF, "orang", shelved[0], shelved[0])
    with pytest.raises(UnusableInput, match="tidak memuat baris yang dapat dipadankan"):
        linking.run(office, STAFF, "bantuan", *shelved)


def test_a_damaged_linking_says_so(office, linked):
    folder = office.folder(Workspace.LATIHAN) / "padanan" / linked.summary.id
    (folder / "padanan.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreFault, match="rusak"):
        linking.open_linking(office, STAFF, linked.summary.id)


def test_who_may_not_link_is_refused_everywhere(office, linked):
    pair = desk(linked)[0]
    for act in (
        lambda: linking.linkings(office, TRAINEE),
        lambda: linking.run(office, TRAINEE, "orang", "a", "b"),
        lambda: linking.open_linking(office, TRAINEE, linked.summary.id),
        lambda: linking.refresh(office, TRAINEE, linked),
        lambda: linking.decide(office, TRAINEE, linked, pair, "beda", "senama"),
        lambda: linking.set_aside(office, TRAINEE, linked, pair),
        lambda: linking.withdraw(office, TRAINEE, linked, pair),
    ):
        with pytest.raises(Forbidden):
            act()


def test_the_ledger_holds_no_name_and_no_number(office, linked, two):
    linking.decide(office, STAFF, linked, desk(linked)[0], "beda", "lain", "TARMIDI bukan dia")
    linking.set_aside(office, STAFF, linked, desk(linked)[1], "TARMIDI yang mana")
    with office.practice.reading() as connection:
        text = json.dumps([list(map(str, row)) for row in connection.execute(select(event))])
    assert "TARMIDI" not in text
    assert not any(nik in text for nik in two.right["person"]["nik"].to_pylist() if nik)
