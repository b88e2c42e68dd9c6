"""The comparison in the room Daftar: how to begin, the sums, the pages, hostile text."""

from __future__ import annotations

import pytest

from tests.ui.widgets import walk
from workbench.access import Actor, Role, Workspace
from workbench.services import lists
from workbench.services.office import Office
from workbench.ui.staff.comparison import PAGE_SIZE, ComparisonView, panel
from workbench.ui.staff.model import ListsRoom

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;DESA/KELUARAHAN;KECAMATAN"
HOSTILE = "<img src=x onerror=alert(1)>"


def row(serial, name, nik=None, address="-"):
    number = f"3673010504819{serial:03d}" if nik is None else nik
    return (
        f"{number};3673010607159{serial:03d};{name};L;05/04/1981;KEPALA KELUARGA;{address};"
        "CIPARE;SERANG"
    )


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "kantor")


@pytest.fixture
def shelved(office, tmp_path):
    def put(name, rows):
        path = tmp_path / "daftar.csv"
        path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
        return lists.bring_in(office, STAFF, path, name)

    return put


def room_of(office):
    room = ListsRoom(office, STAFF)
    room.refresh()
    return room


def said(*words, **kwargs):
    said.words = (*words, kwargs)


def texts(widget):
    return " ".join(one.value for one in walk(widget) if type(one).__name__ == "HTML")


def named(widget, description):
    return next(one for one in walk(widget) if getattr(one, "description", "") == description)


def test_one_list_alone_says_what_to_do(office, shelved):
    shelved("Maret", [row(1, "RUSDI CONTOH")])
    assert "Baru ada satu daftar" in texts(panel(room_of(office), said))


def test_sums_come_first_and_every_class_is_drawn(office, shelved):
    shelved("Maret", [row(n, f"LAMA {n}", nik="") for n in range(1, 4)] + [row(9, HOSTILE)])
    shelved(
        HOSTILE,
        [row(n, f"LAMA {n}") for n in range(2, 4)]
        + [row(9, HOSTILE, address=HOSTILE)]
        + [row(100 + n, f"BARU {n}", nik="") for n in range(PAGE_SIZE + 5)],
    )
    room = room_of(office)
    view = ComparisonView(room, said)
    assert view.older.options[0][0].startswith("Maret")
    assert texts(view.widget) == ""
    named(view.widget, "Bandingkan").click()
    shown = texts(view.widget)
    assert "Orang: 1 keluar, 2 berubah, 55 masuk." in shown
    assert "Daftar lama 4 = 1 keluar + 2 berubah + 1 tetap" in shown
    assert "Daftar baru 58 = 55 masuk + 2 berubah + 1 tetap" in shown
    kind = named(view.widget, "Lihat")
    assert kind.options[0][0] == "Orang masuk (55)"
    assert "1 sampai 50 dari 55 baris" in shown
    assert named(view.widget, "Sebelumnya").disabled
    named(view.widget, "Berikutnya").click()
    assert "51 sampai 55 dari 55 baris" in texts(view.widget)
    assert named(view.widget, "Berikutnya").disabled
    for words, value in kind.options:
        kind.value = value
        drawn = texts(view.widget)
        assert "1 sampai " in drawn, words
        assert "<img" not in drawn.lower()
        assert "36730105048" not in drawn
    kind.value = next(value for words, value in kind.options if words.startswith("Temuan beres"))
    rule = named(view.widget, "Aturan")
    rule.value = "IDN-01"
    assert "1 sampai 2 dari 2 baris" in texts(view.widget)
    assert "Temuan menurut kelurahan" in shown


def test_notes_are_told_apart_among_the_findings(office, shelved):
    people = [row(n, f"LAMA {n}") for n in range(1, 5)]
    shelved("Maret", [line.replace("36730105", "'36730105") for line in people])
    shelved("April", people)
    view = ComparisonView(room_of(office), said)
    view.compare()
    shown = texts(view.widget)
    assert "Temuan: 4 beres" in shown
    assert "catatan tanpa kunjungan: 4 beres." in shown


def test_another_older_list_takes_the_sums_away(office, shelved):
    for name in ("Januari", "Februari", "Maret"):
        shelved(name, [row(1, name)])
    room = room_of(office)
    view = ComparisonView(room, said)
    assert [words.split()[0] for words, _ in view.older.options] == ["Februari", "Januari"]
    view.compare()
    assert view.result.children
    view.older.value = view.older.options[1][1]
    assert not view.result.children


def test_a_list_that_was_deleted_meanwhile_is_a_sentence(office, shelved):
    first = shelved("Januari", [row(1, "RUSDI")])
    shelved("Maret", [row(1, "RUSDI CONTOH")])
    view = ComparisonView(room_of(office), said)
    lists.remove(office, STAFF, first.id, "salah berkas")
    view.compare()
    assert said.words == ("Daftar itu sudah dihapus. Pilih daftar lain.", {"wrong": True})
    assert not view.result.children


def test_lists_judged_unlike_say_so_and_can_be_judged_again(office, shelved, monkeypatch):
    from workbench.services import imports

    wife = row(2, "SITI CONTOH").replace("3673010607159002", "3673010607159001")
    shelved("Januari", [row(1, "RUSDI CONTOH"), wife])
    monkeypatch.setattr(imports, "parameters_for", lambda *_: {"adult_age": 21})
    shelved("Maret", [row(1, "RUSDI CONTOH"), wife, row(3, "BARU CONTOH")])
    view = ComparisonView(room_of(office), said)
    view.compare()
    assert "tidak diperiksa dengan aturan" in texts(view.widget)
    named(view.widget, "Periksa ulang kedua daftar").click()
    assert "tidak diperiksa dengan aturan" not in texts(view.widget)
    assert said.words[0].startswith("Selesai.")
