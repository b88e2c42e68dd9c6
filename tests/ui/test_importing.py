"""Bringing a list in, played as a plain object: files, meanings, progress, stopping, faults."""

from __future__ import annotations

from threading import Event

import ipywidgets as w
import pytest

from tests.ui.widgets import walk
from workbench.access import Actor, Role, Workspace
from workbench.errors import Cancelled, UnusableInput
from workbench.services import imports, lists
from workbench.services.office import Office
from workbench.ui.staff.import_model import Import
from workbench.ui.staff.importing import ImportView
from workbench.ui.staff.model import ListsRoom
from workbench.ui.staff.view import RoomView
from workbench.ui.upload import UploadButton

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
HEAD = "NOMOR;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;DESA/KELUARAHAN;KECAMATAN\n"


def row(serial, name="SARI CONTOH", village="CIPARE", card=9001):
    return (
        f"367301050481{serial};367301060715{card};{name};P;05/04/1981;KEPALA KELUARGA;-;{village};"
        "SERANG\n"
    )


LIST = (HEAD + row(9001)).encode()


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "kantor")


@pytest.fixture
def incoming(office):
    return Import(office, STAFF)


@pytest.fixture
def view(office):
    room = ListsRoom(office, STAFF)
    room.refresh()
    said = []
    steps = ImportView(
        room, lambda sentence, wrong=False: said.append((sentence, wrong)), said.append
    )
    steps.said = said
    return steps


def mark_of(incoming, header):
    return next(kind.mark for kind in incoming.kinds if kind.first.header == header)


def press(view, words):
    next(
        one for one in walk(view.widget) if isinstance(one, w.Button) and one.description == words
    ).click()


def text(view):
    return " ".join(one.value for one in walk(view.widget) if isinstance(one, w.HTML))


def test_meanings_are_settled_once_and_found_with_the_next_file(office, incoming):
    incoming.take("Maret.csv", LIST)
    assert incoming.meanings[mark_of(incoming, "NOMOR")] == ""
    incoming.meanings[mark_of(incoming, "NOMOR")] = "person.nik"
    incoming.bring_in(lambda share, words: None, lambda: False)
    again = Import(office, STAFF)
    again.take("April.csv", (HEAD + row(9002)).encode())
    assert again.known.name == "Maret"
    assert again.meanings[mark_of(again, "NOMOR")] == "person.nik"
    again.use_proposal()
    assert again.meanings[mark_of(again, "NOMOR")] == ""


def test_a_list_in_two_files_becomes_one(office, incoming):
    incoming.take("Cipare.csv", LIST)
    incoming.take("Cipare.csv", (HEAD + row(9002, "BUDI CONTOH")).encode())
    assert [path.name for path in incoming.files] == ["Cipare.csv", "Cipare (2).csv"]
    # Columns of one shape are shown once, whatever file they stand in.
    assert len(incoming.kinds) == 9
    incoming.meanings[mark_of(incoming, "NOMOR")] = "person.nik"
    summary = incoming.bring_in(lambda share, words: None, lambda: False)
    assert (summary.read, summary.kept, summary.refused) == (2, 2, 0)


def test_a_column_per_programme_and_period_is_offered_and_read(view):
    wide = (
        "NIK;NAMA;DESA/KELURAHAN;PKH TAHAP 1 2026;PKH TAHAP 2 2026;SEMBAKO\n"
        "3673010504819001;SARI CONTOH;CIPARE;YA;YA;TIDAK\n"
    )
    view.take("lebar.csv", wide.encode())
    menus = [one for one in walk(view.widget) if isinstance(one, w.Dropdown)]
    assert len([menu for menu in menus if "PKH" in menu.label]) == 2
    press(view, "Simpan dan periksa")
    view.work.join(600)
    aid = view.room.chosen.register["aid"].to_pylist()
    periods = {row["period"] for row in aid if row["program"] == "PKH"}
    assert periods == {"2026-T1", "2026-T2"}
    again = Import(view.room.office, STAFF)
    again.take("lagi.csv", wide.replace("9001", "9002").encode())
    assert again.known is not None
    assert again.blocker() == ""


def test_two_columns_of_one_meaning_say_so(incoming):
    incoming.take("Maret.csv", LIST)
    incoming.meanings[mark_of(incoming, "NOMOR")] = "person.no_kk"
    assert "Dua kolom diberi arti" in incoming.blocker()
    incoming.meanings[mark_of(incoming, "NOMOR")] = "person.nik"
    assert incoming.blocker() == ""


def test_a_damaged_second_file_leaves_the_first_as_it_was(incoming):
    incoming.take("Maret.csv", LIST)
    with pytest.raises(UnusableInput):
        incoming.take("rusak.xlsx", b"PK\x03\x04 rusak")
    assert [path.name for path in incoming.files] == ["Maret.csv"]
    assert incoming.files[0].exists()
    folder = incoming.files[0].parent
    assert [path.name for path in folder.iterdir()] == ["Maret.csv"]
    incoming.drop()
    assert not folder.exists()


def test_progress_is_told_and_the_end_shelves_the_list(view, monkeypatch):
    view.take("Maret.csv", LIST)
    assert "Periksa arti tiap kolom" in text(view)
    is_seen = Event()

    def waiting(*arguments):
        # Not before the bar was found: at the end it is taken off the page.
        assert is_seen.wait(600)
        return imports.bring_in(*arguments)

    monkeypatch.setattr(lists, "bring_in", waiting)
    press(view, "Simpan dan periksa")
    bar = next(one for one in walk(view.widget) if isinstance(one, w.IntProgress))
    is_seen.set()
    view.work.join(600)
    assert bar.value > 50
    assert view.said[-1] == "Selesai. Daftar sudah tersimpan dan diperiksa."
    assert view.room.chosen.summary.name == "Maret"


def test_stopping_leaves_nothing_and_keeps_the_files(office, view, monkeypatch):
    view.take("Maret.csv", LIST)
    told = []

    def halting(*arguments):
        # As if it were pressed while the file is read.
        press(view, "Hentikan")
        told.append(True)
        return imports.bring_in(*arguments)

    monkeypatch.setattr(lists, "bring_in", halting)
    press(view, "Simpan dan periksa")
    view.work.join(600)
    assert told
    assert "dihentikan" in view.said[-1][0]
    assert "Periksa arti tiap kolom" in text(view)
    assert lists.shelf(office, STAFF) == ()
    assert [path.name for path in view.incoming.files] == ["Maret.csv"]


def test_a_fault_of_ours_is_a_sentence_and_logs_nothing_of_the_list(view, monkeypatch, caplog):
    view.take("Maret.csv", LIST)
    broken = ValueError("3673010504819001 SARI CONTOH")
    monkeypatch.setattr(lists, "bring_in", lambda *arguments: (_ for _ in ()).throw(broken))
    press(view, "Simpan dan periksa")
    view.work.join(600)
    assert view.said[-1][1]
    assert "Tidak ada yang disimpan" in view.said[-1][0]
    assert "ValueError" in caplog.text
    assert "SARI" not in caplog.text


def test_a_kelurahan_is_judged_again_and_replaced_by_what_it_corrected(office):
    incoming = Import(office, STAFF)
    incoming.take("Maret.csv", (HEAD + row(9001) + row(9002, "", "UNYUR", 9002)).encode())
    incoming.meanings[mark_of(incoming, "NOMOR")] = "person.nik"
    incoming.bring_in(lambda share, words: None, lambda: False)
    room = ListsRoom(office, STAFF)
    room.refresh()
    view = RoomView(room)
    tabs = next(one for one in walk(view.widget) if isinstance(one, w.Tab))
    tabs.selected_index = 1
    press(view, "Periksa ulang kelurahan ini")
    assert "diperiksa ulang dengan aturan sekarang" in view.said.value
    tabs = next(one for one in walk(view.widget) if isinstance(one, w.Tab))
    tabs.selected_index = 1
    upload = next(one for one in walk(view.widget) if isinstance(one, UploadButton))
    before = room.chosen
    place = next(one for one in walk(view.widget) if getattr(one, "description", "") == "Kelurahan")
    place.value = "36.73.01.1002"
    upload._take_file("elsewhere.csv", (HEAD + row(9003, "ADA", "UNYUR")).encode())
    assert "alert" in view.said.value
    upload._take_file("Cipare.csv", (HEAD + row(9003, "ADA CONTOH")).encode())
    assert "1 baris tetap; 1 baris lama" in view.said.value, view.said.value
    assert "diganti 1 baris = 1 disimpan + 0 ditolak" in view.said.value
    assert room.chosen.summary.id != before.summary.id
    niks = room.chosen.register["person"]["nik"].to_pylist()
    assert sorted(niks) == ["3673010504819002", "3673010504819003"]
    assert len(lists.shelf(office, STAFF)) == 2


def test_cancelled_is_one_of_our_errors(incoming):
    incoming.take("Maret.csv", LIST)
    with pytest.raises(Cancelled):
        incoming.bring_in(lambda share, words: None, lambda: True)
    assert incoming.files[0].exists()
