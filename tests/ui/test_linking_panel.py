"""The room Padanan as plain objects: what it shows, what it blocks, what stays after a press."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace

import ipywidgets as w
import openpyxl
import pytest

from tests.linkage.two_lists import HARD, two_lists
from tests.ui.widgets import walk
from workbench.access import Actor, Role, Workspace
from workbench.linkage import likeness
from workbench.services import linking, lists
from workbench.services.office import Office
from workbench.ui import guard
from workbench.ui.download import DownloadButton
from workbench.ui.linking import desk, merged, view
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
        room.run(lambda share, words: None, lambda: False)
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
        assert "RAHASIA" not in desk._card(room, room.pair()) + desk._reasons(room, room.pair())


def test_no_whole_nik_stands_on_the_screen(room):
    pair = room.pair()
    left, right = room.rows(pair)
    card = desk._card(room, pair)
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


def test_who_is_unsure_sets_the_pair_aside_with_a_note_and_finds_it_again(room):
    panel = view.RoomView(room).widget
    before, waiting = room.pair(), room.count("terbuka")
    found(panel, w.Text, "Catatan").value = "tanya <RT> 03"
    found(panel, w.Button, "Belum tahu, tunda").click()
    assert "Tersimpan." in text(panel)
    assert (room.pair(), room.note) != (before, "")
    # Somebody who loads the page anew finds it under its own filter.
    again = LinkingRoom(room.office, STAFF)
    again.refresh()
    assert (again.count("terbuka"), again.count("tunda")) == (waiting - 1, 1)
    other = view.RoomView(again).widget
    assert "1 ditunda" in text(other)
    found(other, w.Dropdown, "Tampilkan").value = "tunda"
    assert again.pair().left_id == before.left_id
    assert "tanya &lt;RT&gt; 03" in text(other)
    assert found(other, w.Text, "Catatan").value == "tanya <RT> 03"
    found(other, w.Button, "Batalkan penundaan").click()
    assert (again.count("terbuka"), again.count("tunda")) == (waiting, 0)


def test_every_pair_is_found_under_what_was_said_of_it(room):
    panel = view.RoomView(room).widget
    said = {}
    for words in ("Bukan orang yang sama", "Orang yang sama", "Belum tahu, tunda"):
        found(panel, w.Dropdown, "Alasan").value = "dokumen"
        said[words] = room.pair().left_id
        found(panel, w.Button, words).click()
    for name, words in (
        ("beda", "Bukan orang yang sama"),
        ("sama", "Orang yang sama"),
        ("tunda", "Belum tahu, tunda"),
    ):
        found(panel, w.Dropdown, "Tampilkan").value = name
        assert [left for left, _right in room.queue] == [said[words]]


def test_a_note_is_not_carried_over_to_the_next_pair(room):
    panel = view.RoomView(room).widget
    found(panel, w.Text, "Catatan").value = "hanya untuk yang ini"
    found(panel, w.Button, "Berikutnya").click()
    assert found(panel, w.Text, "Catatan").value == room.note == ""


def test_a_filter_without_pairs_leaves_the_way_back(room, monkeypatch):
    panel = view.RoomView(room).widget
    monkeypatch.setattr(guard, "_shown", {panel})
    choose = found(panel, w.Dropdown, "Tampilkan")
    choose.value = "tunda"
    assert "Tidak ada pasangan dengan saringan ini." in text(panel)
    assert not guard.is_workable(found(panel, w.Dropdown, "Alasan"))
    assert guard.is_workable(choose)
    choose.value = "terbuka"
    assert guard.is_workable(found(panel, w.Dropdown, "Alasan"))


def test_what_the_machine_linked_can_be_looked_at(room):
    panel = view.RoomView(room).widget
    found(panel, w.Dropdown, "Tampilkan").value = "mesin"
    assert "Dipadankan mesin" in text(panel)


def merge(room):
    """The page after both lists have become one."""
    page = view.RoomView(room)
    tabs = next(one for one in walk(page.widget) if isinstance(one, w.Tab))
    tabs.selected_index = 1
    assert "ditulis sebagai orang yang berbeda" in text(page.widget)
    found(page.widget, w.Button, "Gabungkan menjadi").click()
    page.work.thread.join(600)
    assert "Basis data terpadu sudah tersimpan" in text(page.widget)
    return page.widget


def test_both_lists_become_one_from_the_page(room):
    panel = merge(room)
    sums = room.differences.sums["person"]
    assert sums["kiri"] + sums["kanan"] == sums["gabungan"] + sums["ganda"]
    tabs = next(one for one in walk(panel) if isinstance(one, w.Tab))
    tabs.selected_index = 2
    assert "Padan lewat" in text(panel)


def test_differences_are_leafed_through_narrowed_and_found_again(room, monkeypatch):
    monkeypatch.setattr(merged, "_PAGE", 3)
    panel = merge(room)
    total = room.differences.count()
    assert f"1 sampai 3 dari {total} isi berbeda" in text(panel)
    seen = table_rows(panel)
    found(panel, w.Button, "Berikutnya").click()
    assert "4 sampai 6 dari" in text(panel)
    assert table_rows(panel) != seen
    column = found(panel, w.Dropdown, "Isi yang berbeda")
    name, (_words, count) = next(iter(room.differences.columns.items()))
    column.value = name
    assert f"1 sampai {min(3, count)} dari {count} isi berbeda" in text(panel)
    # The sums stay in view whatever is leafed through.
    assert "gabungan +" in text(panel)
    again = LinkingRoom(room.office, STAFF)
    again.refresh()
    other = view.RoomView(again).widget
    next(one for one in walk(other) if isinstance(one, w.Tab)).selected_index = 1
    choose = found(other, w.Dropdown, "Hasil gabungan")
    choose.value = again.merged[0].id
    assert f"dari {total} isi berbeda" in text(other)


def table_rows(panel):
    mark = "class='vv-table vvp-differences'"
    (table,) = [one.value for one in walk(panel) if mark in str(getattr(one, "value", ""))]
    return table


def test_the_differences_in_view_are_taken_out_whole(room):
    panel = merge(room)
    take = next(one for one in walk(panel) if isinstance(one, DownloadButton))
    sent = []
    take.send = lambda message, buffers=None: sent.append((message, buffers))
    take._answer(None, {"kind": "minta"}, [])
    ((message, (content,)),) = sent
    assert message["name"].endswith(".xlsx")
    rows = openpyxl.load_workbook(io.BytesIO(content))["Perbedaan"].max_row - 1
    assert rows == room.differences.count()


def test_a_name_is_needed_to_make_one_list(room):
    panel = view.RoomView(room).widget
    next(one for one in walk(panel) if isinstance(one, w.Tab)).selected_index = 1
    found(panel, w.Text, "Nama daftar").value = "  "
    assert found(panel, w.Button, "Gabungkan menjadi").disabled
    assert "Beri nama" in text(panel)


@pytest.fixture
def page(room):
    """The form with both lists chosen."""
    made = view.RoomView(room)
    made.draw_form()
    found(made.widget, w.Dropdown, "Daftar pertama").value = room.shelf[1].id
    found(made.widget, w.Dropdown, "Daftar kedua").value = room.shelf[0].id
    return made


def test_a_tab_pressed_while_another_linking_opens_shows_that_one(room, monkeypatch):
    chosen = []
    made = view.RoomView(room)
    (one,) = room.known
    monkeypatch.setattr(room, "known", [one, replace(one, id="lain")])
    monkeypatch.setattr(room, "choose", chosen.append)
    made.draw()
    pressed = made.body.children[-1]
    found(made.widget, w.Dropdown, "Pemadanan").value = "lain"
    pressed.selected_index = 2
    assert chosen == ["lain"]
    assert pressed in made.body.children
    assert "Dua daftar orang" in text(pressed.children[2])


@pytest.fixture
def exact_joins_alone(monkeypatch):
    monkeypatch.setattr(likeness, "is_available", lambda: False)


def test_how_far_the_linking_is_stands_on_the_page(page, exact_joins_alone):
    found(page.widget, w.Button, "Padankan").click()
    work = page.work
    work.thread.join(600)
    assert work._bar.value > 90
    assert "Menyimpan hasil" in work._words.value
    assert len(page.room.known) == 2
    assert "Pasangan 1 dari" in text(page.widget)


def test_stopping_a_linking_leaves_nothing_and_the_form_as_it_was(
    page, monkeypatch, exact_joins_alone
):
    run = linking.run

    def halting(*arguments):
        # As if it were pressed while the lists are opened.
        found(page.widget, w.Button, "Hentikan").click()
        assert "Menghentikan" in text(page.widget)
        return run(*arguments)

    monkeypatch.setattr(linking, "run", halting)
    found(page.widget, w.Button, "Padankan").click()
    page.work.thread.join(600)
    assert "Pemadanan dihentikan. Tidak ada yang disimpan." in text(page.widget)
    assert "vv-error" not in page.said.value
    assert found(page.widget, w.Dropdown, "Daftar pertama").value == page.room.shelf[1].id
    assert len(linking.linkings(page.room.office, STAFF)) == 1


def test_a_fault_of_ours_is_a_sentence_and_logs_nothing_of_the_list(page, monkeypatch, caplog):
    def broken(*_arguments):
        raise ValueError("9973014101900001 TARMIDI SALIM")

    monkeypatch.setattr(linking, "run", broken)
    found(page.widget, w.Button, "Padankan").click()
    page.work.thread.join(600)
    assert "Ada gangguan di dalam program. Tidak ada yang disimpan." in text(page.widget)
    assert "vv-error" in page.said.value
    assert "ValueError" in caplog.text
    assert "TARMIDI" not in caplog.text
    assert not found(page.widget, w.Button, "Padankan").disabled


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
    panel.work.thread.join(600)
    assert "tidak memuat baris yang dapat dipadankan" in text(panel.widget)


def test_an_empty_shelf_says_how_to_begin(tmp_path):
    office = Office(tmp_path / "kosong")
    panel = view.RoomView(LinkingRoom(office, STAFF)).widget
    assert "Masukkan dua daftar di ruang Daftar" in text(panel)
    office.practice.close()


def test_equal_letters_are_grey_and_others_are_marked():
    cells = desk._cells("MUH. ARIEF", "MUH. ARIF")
    assert "<mark>E</mark>" in cells
    assert "<span class='vvp-same'>MUH. ARI</span>" in cells
    assert desk._cells("", "<x>") == "<td class='vvp-same'>(kosong)</td><td>&lt;x&gt;</td>"
    unlike = desk._cells("Laki-laki", "Perempuan")
    assert unlike == "<td><mark>Laki-laki</mark></td><td><mark>Perempuan</mark></td>"
