"""Every room's screens: fit for all eyes, thumbs and keys, and light enough for a hall's wifi."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.screens import faults
from workbench.access import Role, Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]

LIST = """\
NO;NIK;NO KK;NAMA LENGKAP;JK;TGL LAHIR;HUB KELUARGA;DESA/KELURAHAN;KECAMATAN
1;3673014501809001;3673010101159001;SARI CONTOH;P;05-01-1980;KEPALA KELUARGA;Kaligandu;Serang
2;3673010101789002;3673010101159001;BUDI CONTOH;L;01-01-1978;KEPALA KELUARGA;Kaligandu;Serang
3;36730101;3673010101159002;EKA CONTOH;L;01-01-2001;ANAK;Kaligandu;Serang
"""


def sign_in(one: Any, served: Any, role: Role, side: Workspace) -> None:
    """Sign in as somebody new, past the first password."""
    username = f"{role.value}_layar_{side.value}"
    first = served.add_account(username, "Bu Rini Contoh", role, side)
    one.sign_in(username, first)
    one.change_first_password(first, "sandi-baru-yang-panjang")


def look_at_tabs(one: Any) -> list[str]:
    found = []
    for tab in one.page.get_by_role("tab").all():
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        found += [f"{tab.inner_text()}: {fault}" for fault in faults(one.page, keys=3)]
    return found


def test_a_trainees_rooms_are_fit_for_everybody(visit, served):
    one = visit(served, "laptop")
    name = "Lusi Layar"
    one.join(served.facts["join_code"], name)
    one.room("/beranda")
    assert faults(one.page) == []
    one.room("/latihan")
    one.sees("Satu contoh dulu")
    assert faults(one.page) == []
    one.press("Mulai berlatih")
    one.case_open(1)
    assert faults(one.page) == []
    one.decide("Layak", "Tidak ada")
    assert faults(one.page) == []
    one.press("Kirim")
    one.explained()
    assert faults(one.page) == []


def test_a_trainers_rooms_are_fit_for_everybody(visit, served):
    one = visit(served, "laptop")
    sign_in(one, served, Role.PELATIH, Workspace.LATIHAN)
    assert faults(one.page) == []
    one.room("/kelas")
    assert look_at_tabs(one) == []
    one.room("/peta")
    legend = one.page.frame_locator("iframe").locator("#rincian-legenda")
    expect(legend).to_be_visible(timeout=60_000)  # the first map of a list is made ready first
    assert faults(one.page) == []


def test_the_rooms_of_the_staff_are_fit_for_everybody(visit, served):
    one = visit(served, "laptop")
    sign_in(one, served, Role.STAF, Workspace.NYATA)
    assert faults(one.page) == []
    one.room("/daftar")
    one.press("Masukkan daftar baru")
    one.sees("Pilih daftar dari kantor")
    assert faults(one.page) == []
    one.page.locator("input[type=file]").set_input_files(
        {"name": "layar.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    )
    one.sees("Periksa arti tiap kolom.")
    assert faults(one.page) == []
    one.press("Simpan dan periksa")
    one.sees("Selesai. Daftar sudah tersimpan dan diperiksa.", timeout=60_000)
    assert look_at_tabs(one) == []


def test_an_administrators_home_is_fit_for_everybody(visit, served):
    one = visit(served, "laptop")
    sign_in(one, served, Role.ADMIN, Workspace.LATIHAN)
    assert faults(one.page) == []


def test_a_phone_loads_little_and_the_second_time_next_to_nothing(visit, served):
    one = visit(served, "phone")
    wire = one.context.new_cdp_session(one.page)
    wire.send("Network.enable")
    loaded: list[float] = []
    wire.on("Network.loadingFinished", lambda told: loaded.append(told["encodedDataLength"]))
    for way in ("Received", "Sent"):
        # Frames are counted as they are read; on the wire they are compressed.
        wire.on(
            f"Network.webSocketFrame{way}",
            lambda told: loaded.append(len(told["response"]["payloadData"])),
        )
    one.join(served.facts["join_code"], "Wawan Timbang")
    one.room("/latihan")
    one.sees("Satu contoh dulu")
    first = sum(loaded)
    loaded.clear()
    one.room("/latihan")
    one.sees("Satu contoh dulu")
    second = sum(loaded)
    assert 300_000 < first <= 1_500_000
    assert second <= 150_000
