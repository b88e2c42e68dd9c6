"""The room Jejak as an auditor walks it: the log, the chain, evidence, and a chain that broke."""

from __future__ import annotations

import sqlite3

import pytest
from playwright.sync_api import expect

from tests.screens import faults
from workbench.access import Role, Workspace
from workbench.services.office import DATABASE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]


def test_an_auditor_reads_verifies_takes_evidence_and_finds_what_was_changed(
    visit, served, device, tmp_path
):
    username = f"periksa_{device}"
    first = served.add_account(username, "Bu Rini Contoh", Role.STAF, Workspace.LATIHAN)
    one = visit(served, device)
    page = one.page
    one.sign_in(username, first)
    one.change_first_password(first, "sandi-baru-yang-panjang")

    one.room("/jejak")
    one.sees("Bu Rini Contoh mengganti kata sandi akunnya sendiri.")
    page.get_by_label("Jenis").select_option(label="Impor daftar")
    one.sees("memasukkan daftar Kota latihan (karangan).")
    one.looks_right("jejak-catatan")
    assert faults(page) == []

    page.get_by_role("tab", name="Periksa jejak").click()
    one.press("Catat jangkar sekarang")
    one.says("Jangkar tercatat pada nomor")
    one.press("Periksa jejak sekarang")
    one.sees("Jejak utuh:")
    one.looks_right("jejak-utuh")
    assert faults(page) == []

    page.get_by_role("tab", name="Paket bukti").click()
    one.press("Kemas bukti")
    one.sees("Paket siap:", timeout=60_000)
    with page.expect_download() as coming:
        one.press("Unduh paket (zip)")
    coming.value.save_as(tmp_path / "paket.zip")
    page.locator("input[type=file]").set_input_files(tmp_path / "paket.zip")
    one.sees(": sama,", timeout=60_000)
    one.looks_right("jejak-paket")

    database = served.office.root / "latihan" / DATABASE
    with sqlite3.connect(database, timeout=30) as db:
        before = db.execute("select value from event where seq = 2").fetchone()[0]
        db.execute("update event set value = '{\"x\":1}' where seq = 2")
    try:
        page.get_by_role("tab", name="Periksa jejak").click()
        one.press("Periksa jejak sekarang")
        one.sees("Jejak nomor 2 diubah isinya")
        expect(page.locator(".vv-jejak-broken")).to_contain_text("nomor 2")
        one.looks_right("jejak-rusak")
        assert faults(page) == []
    finally:
        with sqlite3.connect(database, timeout=30) as db:
            db.execute("update event set value = ? where seq = 2", (before,))
