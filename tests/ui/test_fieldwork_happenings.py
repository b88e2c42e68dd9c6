"""The tabs Peristiwa and Ringkasan as plain objects: what is shown, blocked, kept and said."""

from __future__ import annotations

from datetime import date

import ipywidgets as w
import pytest

from tests.small_city import JUNE, MARCH, RUSDI_AID, City, rusdi
from tests.ui.widgets import walk
from workbench.access import Actor, Role, Workspace
from workbench.services import fieldwork, graduations, happenings, imports
from workbench.services.office import Office
from workbench.ui.fieldwork import digest
from workbench.ui.fieldwork.happenings import HappeningTab, RecordPart, panel
from workbench.ui.fieldwork.happenings_graduations import GraduationPart
from workbench.ui.fieldwork.happenings_tasks import TaskPart
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.guard import CHANGEABLE

STAFF = Actor("A-0", "Staf", Role.STAF, Workspace.LATIHAN, ("36.73",))
OTHER = Actor("A-1", "Staf Dua", Role.STAF, Workspace.LATIHAN, ("36.73",))
EVIL = "<b>RUSDI</b> CONTOH"


@pytest.fixture
def room(tmp_path):
    office = Office(tmp_path / "kantor")
    for name, day in (("Maret", MARCH), ("Juni", JUNE)):
        city = City(day)
        people = rusdi()
        people[0] = (1, EVIL, *people[0][2:])
        city.family(1, people, aid=RUSDI_AID)
        listed = imports.shelve_register(office, STAFF, name, city.register()).id
        if name == "Maret":
            fieldwork.advance(office, STAFF, listed)
    made = FieldRoom(office, STAFF)
    made.refresh()
    return made


@pytest.fixture
def said():
    lines: list[str] = []

    def say(text: str, wrong: bool = False) -> None:
        lines.append(f"{'SALAH: ' if wrong else ''}{text}")

    say.lines = lines
    return say


def shown(widget):
    return "\n".join(one.value for one in walk(widget) if isinstance(one, w.HTML))


def press(widget, label):
    (one,) = [one for one in walk(widget) if isinstance(one, w.Button) and one.description == label]
    assert not one.disabled, label
    one.click()


def the(widget, label):
    (one,) = [one for one in walk(widget) if getattr(one, "description", None) == label]
    return one


def pick(widget):
    the(widget, "Nama kepala keluarga").value = "rusdi"
    press(widget, "Cari")
    found = the(widget, "Keluarga yang ditemukan")
    found.index = 1


def record_a_death(tab):
    the(tab.widget, "Apa yang terjadi?").value = "meninggal"
    pick(tab.widget)
    (siti,) = [
        one
        for one in walk(tab.widget)
        if isinstance(one, w.Checkbox) and one.description.startswith("SITI")
    ]
    siti.value = True
    the(tab.widget, "Tanggal kejadian").value = date(2026, 4, 5)
    the(tab.widget, "Akta atau surat keterangan kematian").value = True
    the(tab.widget, "Dilaporkan oleh").value = "rt_rw"


def test_an_event_is_blocked_until_it_is_whole_and_what_follows_is_shown_before(room, said):
    tab = HappeningTab(room, said)
    keep = the(tab.widget, "Simpan peristiwa")
    assert keep.disabled
    assert "Cari dan pilih keluarganya dahulu." in shown(tab.widget)
    record_a_death(tab)
    assert not the(tab.widget, "Simpan peristiwa").disabled
    text = shown(tab.widget)
    assert "Pengurus Program Keluarga Harapan meninggal." in text
    assert "belum pasti" in text
    assert "Pada daftar berikutnya" in text
    assert happenings.listed(room.office, STAFF) == ()
    press(tab.widget, "Simpan peristiwa")
    assert "Kematian dicatat" in said.lines[-1]
    assert len(happenings.listed(room.office, STAFF)) == 1


def test_a_task_is_ticked_and_opened_again_with_a_reason(room, said):
    tab = HappeningTab(room, said)
    record_a_death(tab)
    press(tab.widget, "Simpan peristiwa")
    the(tab.widget, "Yang dikerjakan").value = "tugas"
    (before,) = happenings.listed(room.office, STAFF)
    buttons = [one for one in walk(tab.widget) if getattr(one, "description", "") == "Tidak perlu"]
    buttons[0].click()
    assert "SALAH: Tulis alasannya" in said.lines[-1]
    the(tab.widget, "Alasan").value = "Sudah diurus anaknya"
    buttons[0].click()
    (after,) = happenings.listed(room.office, STAFF)
    assert after.open_tasks == before.open_tasks - 1
    assert "oleh Anda: Sudah diurus anaknya" in shown(tab.widget)
    the(tab.widget, "Alasan").value = "Ternyata belum"
    press(tab.widget, "Buka lagi")
    assert happenings.listed(room.office, STAFF)[0].open_tasks == before.open_tasks


def test_names_from_a_list_are_never_markup(room, said):
    tab = HappeningTab(room, said)
    record_a_death(tab)
    press(tab.widget, "Simpan peristiwa")
    for part in ("catat", "tugas", "graduasi"):
        the(tab.widget, "Yang dikerjakan").value = part
        if part == "graduasi":
            propose(tab)
        assert "<b>RUSDI" not in shown(tab.widget)
    assert "&lt;b&gt;RUSDI" in shown(tab.widget)


def propose(tab):
    if not [one for one in walk(tab.widget) if getattr(one, "description", "") == "Jenis"]:
        pick(tab.widget)
    the(tab.widget, "Jenis").value = "mandiri"
    the(tab.widget, "Surat pernyataan warga").value = True
    press(tab.widget, "Ajukan untuk diperiksa")


def test_a_graduation_waits_for_somebody_else(room, said):
    tab = HappeningTab(room, said)
    the(tab.widget, "Yang dikerjakan").value = "graduasi"
    pick(tab.widget)
    assert "Keadaan graduasi" in shown(tab.widget)
    assert the(tab.widget, "Ajukan untuk diperiksa").disabled
    propose(tab)
    assert "orang lain" in said.lines[-1]
    assert "Anda yang mengajukan." in shown(tab.widget)
    assert not [one for one in walk(tab.widget) if getattr(one, "description", "") == "Setuju"]
    theirs = FieldRoom(room.office, OTHER)
    theirs.refresh()
    second = HappeningTab(theirs, said)
    the(second.widget, "Yang dikerjakan").value = "graduasi"
    press(second.widget, "Setuju")
    (one,) = graduations.listed(room.office, STAFF)
    assert one.kept.counts
    assert "berlaku" in shown(second.widget)


def test_the_digest_is_told_and_printed(room, said):
    tab = digest.DigestTab(room, said)
    the(tab.widget, "Kelurahan").value = "36.73.01.1002"
    press(tab.widget, "Buat ringkasan")
    text = shown(tab.widget)
    assert "keluarga yang terdaftar 1 menjadi 1" in text
    assert "Jumlah cocok" in text
    assert "Keluarga, daftar lama: 1 = 1 tetap." in text
    the(tab.widget, "Daftar lama").value = room.shelf[0].id
    assert "Jumlah cocok" not in shown(tab.widget)


def test_without_lists_both_tabs_say_how_to_begin(tmp_path, said):
    empty = FieldRoom(Office(tmp_path / "kantor"), STAFF)
    empty.refresh()
    assert "Belum ada daftar kerja" in shown(panel(empty, said))
    assert "Masukkan daftar" in shown(digest.panel(empty, said))


def test_every_control_can_be_worked_by_a_page(room, said):
    tab = HappeningTab(room, said)
    desk = tab.desk
    record_a_death(tab)
    press(tab.widget, "Simpan peristiwa")
    desk.choose(desk.events[0].kept.place.family_id)
    parts = [part(desk, said, said).widget for part in (RecordPart, TaskPart, GraduationPart)]
    for widget in (tab.widget, *parts, digest.panel(room, said)):
        for one in walk(widget):
            if isinstance(one, (w.Box, w.HTML, w.Button)) or "value" not in one.traits():
                continue
            assert type(one) in CHANGEABLE, one
            assert one.description, one
