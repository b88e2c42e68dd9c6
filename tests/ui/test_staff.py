"""The room Daftar as a plain object, and what it draws of a hostile list."""

from __future__ import annotations

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import UnusableInput
from workbench.services.office import Office
from workbench.ui.maps import view as maps_view
from workbench.ui.staff.model import ListsRoom, column_choices
from workbench.ui.staff.view import RoomView

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
LIST = (
    b"NOMOR;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;DESA/KELUARAHAN;KECAMATAN\n"
    b"3673010504819001;3673010607159001;<img src=x onerror=alert(1)>;P;05/04/1981;"
    b"KEPALA KELUARGA;-;CIPARE;SERANG\n"
)


@pytest.fixture
def room(tmp_path):
    found = ListsRoom(Office(tmp_path), STAFF)
    found.refresh()
    return found


def _texts(widget):
    """All HTML below a widget."""
    found = [widget.value] if type(widget).__name__ == "HTML" else []
    for child in getattr(widget, "children", ()):
        found += _texts(child)
    return found


def test_the_first_visit_says_what_to_do(room):
    texts = " ".join(_texts(RoomView(room).widget))
    assert "Belum ada daftar di ruang data nyata" in texts
    assert room.import_blocker() == "Pilih berkas daftar lebih dulu."


def test_a_column_nobody_recognised_is_corrected_by_hand(room):
    room.take_file("Daftar Maret.csv", LIST)
    headers = [column.header for column in room.proposal.columns]
    place = headers.index("NOMOR")
    assert room.targets[place] == ""
    assert room.name == "Daftar Maret"
    room.targets[place] = "person.nik"
    assert room.import_blocker() == ""
    assert "person.nik" in dict(column_choices()).values()
    said = []
    room.bring_in(said.append)
    assert said
    assert room.upload is None
    assert room.chosen.register["person"]["nik"].to_pylist() == ["3673010504819001"]


def test_without_number_and_name_the_button_says_why(room):
    room.take_file("d.csv", LIST)
    room.targets = dict.fromkeys(room.targets, "")
    assert "NIK atau nama" in room.import_blocker()
    room.name = ""
    assert "nama untuk daftar" in room.import_blocker()


def test_markup_in_a_list_is_drawn_as_text(room):
    room.take_file("d.csv", LIST)
    view = RoomView(room)
    view.draw_columns()
    assert "<img" not in " ".join(_texts(view.widget))
    room.bring_in(lambda sentence: None)
    view.draw()
    texts = " ".join(_texts(view.widget))
    assert "&lt;IMG" in texts
    assert "<img" not in texts.lower()


def test_a_damaged_file_is_a_sentence_and_leaves_nothing(room):
    with pytest.raises(UnusableInput):
        room.take_file("rusak.xlsx", b"PK\x03\x04 rusak")
    assert room.upload is None
    view = RoomView(room)
    view._take("rusak.xlsx", b"PK\x03\x04 rusak")
    assert 'role="alert"' in view.said.value


def test_deleting_asks_twice(room):
    room.take_file("d.csv", LIST)
    room.bring_in(lambda sentence: None)
    view = RoomView(room)
    view._remove("salah", sure=False)
    assert room.shelf
    view._remove("", sure=True)
    assert "alasan" in view.said.value
    assert room.shelf
    view._remove("salah berkas", sure=True)
    assert not room.shelf


def test_the_map_room_draws_and_names_its_file(room, monkeypatch):
    monkeypatch.setenv("VERVAL_OFFICE", str(room.office.root))
    assert "Belum ada daftar" in maps_view.show(STAFF).value
    room.take_file("d.csv", LIST)
    room.bring_in(lambda sentence: None)
    texts = " ".join(_texts(maps_view.show(STAFF)))
    assert "srcdoc=" in texts
    assert "DATA NYATA" in texts
