"""Linking as staff do it: run, decide, remember, merge; each in their own areas."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil

import pytest

from tests.linkage.two_lists import AS_OF, HARD, two_lists
from workbench.access import Actor, Role, Workspace
from workbench.domain.register import Register
from workbench.errors import Forbidden, NotFound, StoreFault, UnusableInput, WrongUse
from workbench.linkage import likeness
from workbench.services import linking, lists
from workbench.services.office import Office
from workbench.store import ledger
from workbench.synthesis import clean_world, default_recipe

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
    import pyarrow as pa

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


def test_a_linking_is_kept_and_its_sums_add_up(office, shelved, linked):
    (summary,) = linking.linkings(office, STAFF)
    assert (summary.left_name, summary.right_name) == ("P3KE latihan", "DTSEN latihan")
    for side in ("left", "right"):
        sums = linked.sums(side)
        assert sums["rows"] == sums["sama"] + sums["meja"] + sums["sendiri"]
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
    pairs = linking.open_linking(office, STAFF, newer.id).pairs
    assert (pair.left_id, pair.right_id) not in {(p.left_id, p.right_id) for p in pairs}


def test_one_person_called_the_same_is_linked_by_every_later_linking(office, shelved, linked):
    pair = desk(linked)[0]
    linking.decide(office, STAFF, linked, pair, "sama", "dokumen")
    newer = linking.run(office, STAFF, "orang", *shelved)
    opened = linking.open_linking(office, STAFF, newer.id)
    assert opened.linked[pair.left_id] == pair.right_id


def test_a_changed_value_brings_the_pair_back_with_what_changed(office, shelved, linked, two):
    import pyarrow as pa

    pair = desk(linked)[0]
    linking.decide(office, STAFF, linked, pair, "beda", "senama")
    rows = two.left["person"].to_pylist()
    for row in rows:
        if row["person_id"] == pair.left_id:
            row["name"] = "TARMIDI SALIM PUTRA"
    table = pa.Table.from_pylist(rows, schema=two.left["person"].schema)
    changed = Register({**two.left.tables, "person": table}, two.left.manifest)
    newer = lists.shelve_register(office, STAFF, "P3KE baru", changed)
    summary = linking.run(office, STAFF, "orang", newer.id, shelved[1])
    opened = linking.open_linking(office, STAFF, summary.id)
    (back,) = [p for p in opened.pairs if (p.left_id, p.right_id) == (pair.left_id, pair.right_id)]
    assert back.state == "terbuka"
    assert back.earlier == ("Dulu diputuskan bukan orang yang sama, tetapi nama berubah sejak itu.")


def test_what_was_called_two_people_is_asked_again_even_where_the_machine_is_sure(
    office, shelved, linked, two
):
    import pyarrow as pa

    pair = desk(linked)[0]
    linking.decide(office, STAFF, linked, pair, "beda", "senama")
    right = linked.right.rows[pair.right_id]
    rows = two.left["person"].to_pylist()
    for row in rows:
        if row["person_id"] == pair.left_id:
            row.update(name=right["name"], birth_date=right["birth_date"], sex=right["sex"])
    table = pa.Table.from_pylist(rows, schema=two.left["person"].schema)
    changed = Register({**two.left.tables, "person": table}, two.left.manifest)
    newer = lists.shelve_register(office, STAFF, "P3KE baru", changed)
    summary = linking.run(office, STAFF, "orang", newer.id, shelved[1])
    opened = linking.open_linking(office, STAFF, summary.id)
    assert pair.left_id not in opened.linked
    (back,) = [p for p in opened.pairs if p.left_id == pair.left_id]
    assert (back.right_id, back.state) == (pair.right_id, "terbuka")
    assert "tetapi" in back.earlier


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


def test_both_lists_become_one_with_sums_and_provenance(office, linked, two):
    joined = linking.join(office, STAFF, linked.summary.id, "Terpadu")
    assert joined.sums["person"]["ganda"] == len(linked.linked)
    assert joined.summary.kept == joined.sums["person"]["gabungan"]
    assert joined.summary.refused == 0
    cells, rows = linking.provenance(office, STAFF, joined.summary.id)
    assert cells.num_rows == joined.provenance.num_rows > 0
    people = two.left["person"].num_rows + two.right["person"].num_rows
    assert [r["table"] for r in rows.to_pylist()].count("person") == people


def test_a_list_of_one_source_has_no_provenance(office, shelved):
    with pytest.raises(NotFound, match="bukan basis data terpadu"):
        linking.provenance(office, STAFF, shelved[0])


def test_staff_of_a_part_see_their_part_and_merge_nothing(office, linked):
    opened = linking.open_linking(office, OF_SERANG, linked.summary.id)
    whole = linked.sums("right")["rows"]
    assert 0 < opened.sums("right")["rows"] < whole
    assert all(p.right_id in opened.right.rows for p in opened.pairs)
    with pytest.raises(WrongUse, match="wilayah di luar tugas"):
        linking.join(office, OF_SERANG, linked.summary.id, "Terpadu")


def test_events_find_their_people_in_the_register(office):
    city = clean_world(default_recipe(), 150, 5, AS_OF).to_register()
    names = ("person", "family")
    bare = Register({name: city[name] for name in names}, city.manifest)
    events = Register({"event": city["event"]}, city.manifest)
    shelf = lists.shelve_register(office, STAFF, "Induk", bare)
    deaths = lists.shelve_register(office, STAFF, "Meninggal", events)
    summary = linking.run(office, STAFF, "kejadian", deaths.id, shelf.id)
    joined = linking.join(office, STAFF, summary.id, "Induk dengan kejadian")
    made = linking.shelves.open_list(office, STAFF, joined.summary.id).register
    niks = set(bare["person"]["nik"].to_pylist())
    rows = [row for row in made["event"].to_pylist() if row["nik"] in niks]
    assert rows
    assert all(row["person_id"] and row["family_id"] for row in rows)


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
        lambda: linking.withdraw(office, TRAINEE, linked, pair),
        lambda: linking.join(office, TRAINEE, linked.summary.id, "x"),
        lambda: linking.provenance(office, TRAINEE, linked.summary.left_id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_the_ledger_holds_no_name_and_no_number(office, linked, two):
    from sqlalchemy import select

    from workbench.store.tables import event

    linking.decide(office, STAFF, linked, desk(linked)[0], "beda", "lain", "TARMIDI bukan dia")
    with office.practice.reading() as connection:
        text = json.dumps([list(map(str, row)) for row in connection.execute(select(event))])
    assert "TARMIDI" not in text
    assert not any(nik in text for nik in two.right["person"]["nik"].to_pylist() if nik)
