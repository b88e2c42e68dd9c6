"""Berkas in the tab Antrean: records by stage, a search over all families, the way to one."""

from __future__ import annotations

import ipywidgets as w
import pytest

from tests.services.recheck_world import CIPARE, HEAD, add_officer, outcome, put_list, row
from tests.ui.widgets import walk
from workbench.services import assignments, fieldwork
from workbench.services.office import Office
from workbench.ui.fieldwork import queue as tab
from workbench.ui.fieldwork.listing import QueueList
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.queue_model import PAGE_SIZE


@pytest.fixture
def world(tmp_path):
    office = Office(tmp_path / "kantor")
    list_id = put_list(office, tmp_path, [row(n) for n in range(1, PAGE_SIZE + 4)])
    siti = add_officer(office, "siti")
    first = fieldwork.queue(office, HEAD, list_id).families[0].family_id
    said = outcome(office, list_id, first, proposal="USUL_BARU")
    fieldwork.record_outcome(office, siti, list_id, first, said)
    yield office, list_id, siti, first
    office.practice.close()
    office.real.close()


def room_of(office, actor):
    room = FieldRoom(office, actor)
    room.refresh()
    return room


def one_of(widget, kind):
    return next(one for one in walk(widget) if isinstance(one, kind))


def texts(widget):
    return " ".join(one.value for one in walk(widget) if isinstance(one, w.HTML))


def control(widget, label):
    return next(one for one in walk(widget) if getattr(one, "description", "") == label)


def panel(office, actor):
    room = room_of(office, actor)
    made = tab.QueueTab(room, lambda *_, **__: None)
    room.show_family = made.draw
    control(made.widget, "Yang tampil").value = "Berkas menurut tahap"
    return room, made.widget


def test_a_stage_shows_its_records_and_leads_to_one(world):
    office, _, siti, first = world
    room, panel_of_siti = panel(office, siti)
    state = one_of(panel_of_siti, QueueList).state
    (line,) = state["rows"]
    assert (line["title"], line["parts"]) == ("RUSDI 1", ["Tahap: Pemeriksaan RT dan pendamping"])
    assert line["told"] == ["Usulan petugas: Usulkan bantuan atau layanan"]
    one_of(panel_of_siti, QueueList)._handle_custom_msg({"kind": "buka", "id": first}, [])
    assert room.family_id == first
    control(panel_of_siti, "Kembali ke berkas").click()
    control(panel_of_siti, "Tahap").value = "operator"
    assert "Tidak ada berkas di tahap ini" in texts(panel_of_siti)
    control(panel_of_siti, "Yang tampil").value = "Antrean kunjungan"
    assert one_of(panel_of_siti, QueueList).state["order"] == "paling mendesak dahulu"


def test_a_name_is_searched_among_all_families_a_page_at_a_time(world):
    office, _, siti, _ = world
    _, drawn = panel(office, siti)
    control(drawn, "Cari kepala keluarga").value = "rusdi"
    listed = one_of(drawn, QueueList)
    assert (listed.state["total"], len(listed.state["rows"])) == (PAGE_SIZE + 3, PAGE_SIZE)
    listed._handle_custom_msg({"kind": "halaman", "start": PAGE_SIZE}, [])
    rows = one_of(drawn, QueueList).state["rows"]
    assert len(rows) == 3
    assert rows[0]["parts"] == ["Belum dikunjungi"]
    control(drawn, "Cari kepala keluarga").value = "siapa"
    assert "Tidak ada keluarga dengan nama itu" in texts(drawn)


def test_whoever_was_given_a_later_stage_sees_that_one_first(world):
    office, _, _, _ = world
    eko = add_officer(office, "eko")
    assignments.assign(office, HEAD, eko.id, CIPARE, stage="operator")
    _, drawn = panel(office, eko)
    assert control(drawn, "Tahap").value == "operator"


@pytest.mark.parametrize("message", [{}, {"kind": "halaman", "start": "x"}, {"kind": 1}])
def test_a_forged_message_changes_nothing(world, message):
    office, _, siti, _ = world
    room, drawn = panel(office, siti)
    one_of(drawn, QueueList)._handle_custom_msg(message, [])
    assert room.family_id == ""
