"""The room Padanan as plain objects: what it shows, what it blocks, what stays after a press."""

from __future__ import annotations

import shutil

import ipywidgets as w
import pytest

from tests.linkage.two_lists import HARD, two_lists
from workbench.access import Actor, Role, Workspace
from workbench.linkage import likeness
from workbench.services import lists
from workbench.services.office import Office
from workbench.ui.linking import view
from workbench.ui.linking.model import LinkingRoom

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.LATIHAN, ("36.73",))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """An office with two lists and one linking of them, in a folder to be copied."""
    folder = tmp_path_factory.mktemp("padanan")
    office = Office(folder / "kantor")
    made = two_lists(60, 200, HARD)
    rows = made.left["person"].to_pylist()
    theirs = made.right["person"].to_pylist()
    strangers = [row for row in rows if row["person_id"] not in made.truth][:3]
    for row, other in zip(strangers, theirs, strict=False):
        row.update(nik=other["nik"], name="<b>TARMIDI</b> SALIM", mother_name="IBU RAHASIA")
    import pyarrow as pa

    from workbench.domain.register import Register

    table = pa.Table.from_pylist(rows, schema=made.left["person"].schema)
    left = Register({**made.left.tables, "person": table}, made.left.manifest)
    lists.shelve_register(office, STAFF, "P3KE <i>", left)
    lists.shelve_register(office, STAFF, "DTSEN", made.right)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(likeness, "is_available", lambda: False)
        room = LinkingRoom(office, STAFF)
        room.refresh()
        room.left_id, room.right_id = room.shelf[1].id, room.shelf[0].id
        room.run(lambda sentence: None)
    office.practice.close()
    return folder / "kantor"


@pytest.fixture
def room(prepared, tmp_path):
    shutil.copytree(prepared, tmp_path / "kantor")
    office = Office(tmp_path / "kantor")
    made = LinkingRoom(office, STAFF)
    made.refresh()
    yield made
    office.practice.close()


def found(panel, kind, label):
    for widget in walk(panel):
        if isinstance(widget, kind) and widget.description.startswith(label):
            return widget
    raise AssertionError(label)


def walk(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def text(panel):
    return " ".join(one.value for one in walk(panel) if isinstance(one, w.HTML))


def test_the_desk_opens_at_the_first_open_pair_with_sums_that_add_up(room):
    panel = view.RoomView(room).widget
    assert room.pair().state == "terbuka"
    assert "Pasangan 1 dari" in text(panel)
    assert "perlu dilihat" in text(panel)


def test_nothing_of_a_list_is_drawn_unescaped_and_no_mothers_name(room):
    panel = view.RoomView(room).widget
    drawn = text(panel)
    assert "<b>TARMIDI" not in drawn
    assert "<i>" not in drawn
    assert "TARMIDI" in drawn
    for place in range(len(room.queue)):
        room.place = place
        assert "RAHASIA" not in view._card(room, room.pair()) + view._reasons(room, room.pair())


def test_no_whole_nik_stands_on_the_screen(room):
    pair = room.pair()
    left, right = room.rows(pair)
    card = view._card(room, pair)
    assert left["nik"]
    assert left["nik"] not in card
    assert right["no_kk"] not in card


def test_a_reason_must_be_chosen_before_anything_is_decided(room):
    panel = view.RoomView(room).widget
    other = found(panel, w.Button, "Bukan orang yang sama")
    assert other.disabled
    assert "Pilih alasannya dulu" in text(panel)
    found(panel, w.Dropdown, "Alasan").value = "senama"
    assert not other.disabled


def test_a_decision_is_stored_when_pressed_and_the_next_pair_stands_there(room):
    panel = view.RoomView(room).widget
    before, waiting = room.pair(), room.count("terbuka")
    found(panel, w.Dropdown, "Alasan").value = "senama"
    found(panel, w.Button, "Bukan orang yang sama").click()
    assert "Tersimpan." in text(panel)
    assert room.pair() != before
    # Somebody who loads the page anew finds it decided.
    again = LinkingRoom(room.office, STAFF)
    again.refresh()
    assert again.count("terbuka") == waiting - 1
    assert again.progress()[0] == 1


def test_who_is_unsure_goes_on_and_nothing_is_decided(room):
    panel = view.RoomView(room).widget
    before, waiting = room.pair(), room.count("terbuka")
    found(panel, w.Button, "Belum tahu").click()
    assert room.pair() != before
    assert room.count("terbuka") == waiting
    room.step(-1)
    assert room.pair() == before


def test_a_decision_is_taken_back(room):
    panel = view.RoomView(room).widget
    waiting = room.count("terbuka")
    found(panel, w.Dropdown, "Alasan").value = "senama"
    found(panel, w.Button, "Bukan orang yang sama").click()
    found(panel, w.Dropdown, "Tampilkan").value = "putusan"
    assert "Diputuskan bukan orang yang sama" in text(panel)
    found(panel, w.Button, "Batalkan putusan").click()
    assert room.count("terbuka") == waiting


def test_what_the_machine_linked_can_be_looked_at(room):
    panel = view.RoomView(room).widget
    found(panel, w.Dropdown, "Tampilkan").value = "mesin"
    assert "Dipadankan mesin" in text(panel)


def test_both_lists_become_one_from_the_page(room):
    panel = view.RoomView(room).widget
    tabs = next(one for one in walk(panel) if isinstance(one, w.Tab))
    tabs.selected_index = 1
    assert "ditulis sebagai orang yang berbeda" in text(panel)
    found(panel, w.Button, "Gabungkan menjadi").click()
    assert "Basis data terpadu sudah tersimpan" in text(panel)
    sums = room.joined.sums["person"]
    assert sums["kiri"] + sums["kanan"] == sums["gabungan"] + sums["ganda"]
    tabs.selected_index = 2
    assert "Padan lewat" in text(panel)


def test_the_form_says_what_is_missing(room):
    panel = view.RoomView(room)
    panel.draw_form()
    start = found(panel.widget, w.Button, "Padankan")
    found(panel.widget, w.Dropdown, "Daftar pertama").value = room.shelf[0].id
    found(panel.widget, w.Dropdown, "Daftar kedua").value = room.shelf[0].id
    assert start.disabled
    assert "Pilih dua daftar yang berbeda" in text(panel.widget)
    found(panel.widget, w.Dropdown, "Jenis").value = "bantuan"
    assert found(panel.widget, w.Dropdown, "Daftar induk")
    start.click()
    assert "tidak memuat baris yang dapat dipadankan" in text(panel.widget)


def test_an_empty_shelf_says_how_to_begin(tmp_path):
    office = Office(tmp_path / "kosong")
    panel = view.RoomView(LinkingRoom(office, STAFF)).widget
    assert "Masukkan dua daftar di ruang Daftar" in text(panel)
    office.practice.close()


def test_equal_letters_are_grey_and_others_are_marked():
    cells = view._cells("MUH. ARIEF", "MUH. ARIF")
    assert "<mark>E</mark>" in cells
    assert "<span class='vvp-same'>MUH. ARI</span>" in cells
    assert view._cells("", "<x>") == "<td class='vvp-same'>(kosong)</td><td>&lt;x&gt;</td>"
