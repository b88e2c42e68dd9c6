"""A visit on a phone: each answer is kept when it is touched, whatever becomes of the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from workbench.access import Actor, Role, Workspace
from workbench.services import fieldwork, lists
from workbench.store.fieldwork import Record, list_outcomes

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]

CLERK = Actor("A-kota", "Petugas kota", Role.STAF, Workspace.LATIHAN, ("36.73",))
NEW_PASSWORD = "sandi-lapangan-7"


def begin(server: Any) -> str:
    """A working list in the practice city; the family that is visited first."""
    (city,) = lists.shelf(server.office, CLERK)
    fieldwork.advance(server.office, CLERK, city.id)
    return fieldwork.queue(server.office, CLERK, city.id).families[0].head_name


def choose(page: Page, question: str, answer: str) -> None:
    """Touch an answer and wait until the page says that it is kept."""
    asked = page.locator(".vv-lap-question").filter(has_text=question).first
    asked.get_by_text(answer, exact=True).click()
    kept(asked)


def kept(asked: Locator) -> None:
    """Wait until a question says that its answer is; *belum tersimpan* holds the same word."""
    expect(asked.locator(".vv-lap-status")).to_have_text("✓ tersimpan")


def at(page: Page, step: str) -> None:
    expect(page.locator(".vv-lap-count")).to_contain_text(step)


def go_on(page: Page) -> None:
    page.locator(".vv-lap-thumb .vv-button-primary").click()


def test_a_visit_outlives_a_reload_and_a_power_cut_and_is_sent_once(
    tmp_path: Path, start_server: Any, visit: Any
) -> None:
    root = tmp_path / "kantor"
    with start_server(root) as server:
        first = server.add_account("petugas_hp", "Bu Rini", Role.STAF, Workspace.LATIHAN)
        head = begin(server)
        one = visit(server, "phone")
        page = one.page
        one.sign_in("petugas_hp", first)
        one.change_first_password(first, NEW_PASSWORD)
        one.sees("keluarga menunggu kunjungan")
        one.room("/lapangan")
        one.looks_right("lapangan-antrean")
        page.get_by_role("button", name=head).first.click()
        expect(page.get_by_role("button", name="Lanjut", exact=True)).to_be_disabled()
        one.sees("Pilih dahulu keberadaan keluarga.")
        choose(page, "Keberadaan keluarga", "Ditemukan")
        one.looks_right("lapangan-kunjungan")
        go_on(page)
        at(page, "Yang perlu dicek")
        choose(page, "Jawaban atas temuan", "Benar")
        page.locator("textarea").first.fill("Ditanyakan ke istri")
        kept(page.locator(".vv-lap-question").nth(1))

        one.reload()
        one.press("Lanjutkan isian terakhir")
        at(page, "Yang perlu dicek")
        asked = page.locator(".vv-lap-question").first
        expect(asked.get_by_role("radio", name="Benar", exact=False).first).to_be_checked()
        expect(page.locator("textarea").first).to_have_value("Ditanyakan ke istri")
        go_on(page)
        at(page, "Anggota 1")
        choose(page, "Keberadaan anggota", "Ditemukan")
        port = server.port
        one.expected += ["net::ERR", "WebSocket connection", "status of"]
        server.kill()
        # It would come back by itself, in the middle of being opened anew.
        page.goto("about:blank")

    with start_server(root, port) as server:
        one.room("/lapangan")
        one.press("Lanjutkan isian terakhir")
        at(page, "Anggota 1")
        asked = page.locator(".vv-lap-question").filter(has_text="Keberadaan anggota").first
        expect(asked.get_by_role("radio").first).to_be_checked()
        while "Anggota" in page.locator(".vv-lap-count").inner_text():
            here = page.locator(".vv-lap-count").inner_text()
            choose(page, "Keberadaan anggota", "Ditemukan")
            choose(page, "Padan Dukcapil", "Padan")
            go_on(page)
            expect(page.locator(".vv-lap-count")).not_to_have_text(here)
        choose(page, "Alamat tinggal", "Sesuai KK/KTP")
        go_on(page)
        choose(page, "Kelayakan menurut petugas", "Tidak layak")
        page.get_by_label("Alasan tidak layak").select_option(index=1)
        choose(page, "Bukti yang dilihat", "Menurut pengakuan, tanpa bukti")
        go_on(page)
        choose(page, "Usulan petugas", "Pertahankan")
        one.says("Ubah kelayakan atau usulan")
        go_on(page)
        expect(page.get_by_role("button", name="Simpan hasil")).to_be_disabled()
        one.sees("Perlu diingat (boleh disimpan):")
        one.looks_right("lapangan-belum")
        page.get_by_role("button", name="Ke Usulan").click()
        choose(page, "Usulan petugas", "Usulkan nonaktif")
        go_on(page)
        one.press("Simpan hasil")
        one.says("Hasil kunjungan tersimpan")
        one.looks_right("lapangan-hasil")

        (city,) = lists.shelf(server.office, CLERK)
        store = server.office.store_for(CLERK)
        (family,) = fieldwork.stages_of(server.office, CLERK, city.id)
        (outcome,) = list_outcomes(store, Record(city.id, family))
        assert outcome.outcome.family["proposal"] == "USUL_HAPUS"
        (found,) = outcome.outcome.findings.values()
        assert found == {"answer": "benar", "answer_note": "Ditanyakan ke istri"}
        page.get_by_role("button", name="Keluarga berikutnya").first.click()
        at(page, "Kunjungan")
        one.room("/lapangan")
        expect(page.get_by_text("isian yang belum dikirim")).to_have_count(0)
