"""The tab Data pribadi as plain objects: the record, the end of what is old, a breach told."""

from __future__ import annotations

from datetime import date, timedelta

import ipywidgets as w
import pytest

from tests.ui.widgets import walk
from workbench.access import Actor, Role, Workspace
from workbench.errors import WrongUse
from workbench.services import imports
from workbench.services.accounts import machine_operator
from workbench.services.office import Office
from workbench.store import clock, snapshots, tables
from workbench.ui.trail import privacy
from workbench.ui.trail.model import TrailRoom
from workbench.ui.trail.privacy_model import PrivacyTab

STAFF = Actor("A-0", "Kepala data", Role.STAF, Workspace.NYATA, ("36.73",))
PART = Actor("A-9", "Staf", Role.STAF, Workspace.NYATA, ("36.73.01",))
ADMIN = machine_operator(Workspace.NYATA)
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
ROW = (
    "367301050481900{0};367301060715900{0};RUSDI CONTOH;L;05/04/1981;KEPALA KELUARGA;A;001;002;"
    "CIPARE;SERANG"
)


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path / "kantor")
    for serial, name in enumerate(("<b>Januari", "Februari"), start=1):
        path = tmp_path / f"{serial}.csv"
        path.write_text("\n".join((HEADER, ROW.format(serial), "")), encoding="utf-8")
        imports.bring_in(made, STAFF, path, name, as_of=date(2026, 3, serial))
    yield made
    made.real.close()


@pytest.fixture
def said():
    return []


def drawn(office, actor, said):
    room = TrailRoom(office, actor)
    return privacy.panel(room, lambda sentence, wrong=False: said.append((sentence, wrong)))


def texts(widget):
    return " ".join(one.value for one in walk(widget) if isinstance(one, w.HTML))


def find(widget, label):
    return next(
        (
            one
            for one in walk(widget)
            if label in (getattr(one, "description", ""), getattr(one, "label", ""))
        ),
        None,
    )


def make_old(office):
    """Let the first list be nine years old."""
    with office.real.writing() as connection:
        first = tables.snapshot.c.name == "<b>Januari"
        old = (clock.today() - timedelta(days=9 * 366)).isoformat()
        moment = f"{old}T00:00:00.000000Z"
        connection.execute(tables.snapshot.update().where(first).values(at=moment))


def test_staff_see_the_record_and_delete_nothing(office, said):
    panel = drawn(office, STAFF, said)
    assert "2 daftar tersimpan" in texts(panel)
    assert "Masa simpan</h3>" not in texts(panel)
    assert find(panel, "Hapus yang habis masa simpannya") is None


def test_somebody_with_a_part_of_the_city_is_told_whom_to_ask(office, said):
    panel = drawn(office, PART, said)
    assert "Mintalah yang mengurus seluruh kota" in panel.value


def test_an_administrator_deletes_what_is_over_after_a_second_press(office, said):
    assert find(drawn(office, ADMIN, said), "Hapus yang habis masa simpannya") is None
    make_old(office)
    panel = drawn(office, ADMIN, said)
    assert "&lt;b&gt;Januari" in texts(panel)
    assert "<b>Januari" not in texts(panel)
    find(panel, "Hapus yang habis masa simpannya").click()
    assert len(snapshots.list_snapshots(office.real)) == 2
    find(panel, "Batal").click()
    find(panel, "Hapus yang habis masa simpannya").click()
    find(panel, "Ya, hapus sekarang").click()
    assert [one.name for one in snapshots.list_snapshots(office.real)] == ["Februari"]
    assert said[-1] == ("Terhapus dan tercatat di jejak.", False)
    assert "Sudah dihapus" in texts(panel)
    find(panel, "Bersihkan sisa di berkas data").click()
    assert "bersih" in said[-1][0]


def test_a_breach_is_told_with_a_day_and_an_hour_that_are_some(office):
    tab = PrivacyTab(TrailRoom(office, ADMIN))
    tab.happened = "Laptop hilang"
    for hour in ("", "25.00", "9", "sembilan"):
        tab.hour = hour
        with pytest.raises(WrongUse, match="jam diketahui"):
            tab.breach()
    tab.hour = "00.01"
    tab.day = clock.today() + timedelta(days=2)
    with pytest.raises(WrongUse, match="di depan"):
        tab.breach()
    tab.day = clock.today() - timedelta(days=1)
    name, content = tab.breach_paper()
    assert content.startswith(b"%PDF")
    assert name.startswith("pemberitahuan-")
    assert [name for name, _list_id in tab.lists()] == ["Semua daftar", "Februari", "<b>Januari"]
