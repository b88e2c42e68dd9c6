"""The room Aturan: a trainer teaches from a rule, staff set a value that a decree changed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.screens import faults
from workbench.access import Role, Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]


def come_in(one, served, role, side):
    username = f"{role.value}_aturan_{one.device}"
    first = served.add_account(username, "Bu Rini Contoh", role, side)
    one.sign_in(username, first)
    one.change_first_password(first, "sandi-baru-yang-panjang")
    one.room("/aturan")


def test_a_trainer_shows_a_rule_and_an_example_of_it(visit, served, device):
    one = visit(served, device)
    come_in(one, served, Role.PELATIH, Workspace.LATIHAN)
    page = one.page
    page.get_by_label("Cari").fill("kepala keluarga")
    page.get_by_label("Cari").press("Enter")
    offered = page.get_by_label("Aturan", exact=True)
    # Only what is left may be chosen: the place of a choice changes with the others.
    expect(offered.locator("option", has_text="IDN-01 ")).to_have_count(0)
    offered.select_option(label="KEL-01 " + title_of("KEL-01"))
    expect(page.get_by_text("Pertanyaan di depan pintu")).to_be_visible()
    one.press("Tampilkan contoh")
    one.sees("Contoh: Keluarga")
    one.looks_right("aturan-contoh")
    assert faults(page) == []
    one.press("Contoh lain")
    one.press("Aturan berikutnya")
    expect(page.get_by_role("button", name="Tampilkan contoh")).to_be_visible()
    page.get_by_role("tab", name="Cakupan katalog").click()
    one.sees("baris katalog")
    one.looks_right("aturan-cakupan")
    page.get_by_role("tab", name="Pengaturan").click()
    one.sees("Desil tertinggi yang disebut desil rendah")
    expect(page.get_by_role("button", name="Simpan pengaturan")).to_have_count(0)


def test_staff_set_a_value_and_take_it_back(visit, served, device):
    one = visit(served, device)
    come_in(one, served, Role.STAF, Workspace.NYATA)
    page = one.page
    page.get_by_role("tab", name="Pengaturan").click()
    page.get_by_label("Pengaturan", exact=True).select_option(
        "Desil tertinggi yang disebut desil rendah"
    )
    page.get_by_label("Nilai baru").fill("30")
    page.get_by_label("Dasar").fill("SK Wali Kota nomor 1 tahun 2026")
    one.press("Simpan pengaturan")
    one.says("isi angka 1 sampai 10")
    page.get_by_label("Nilai baru").fill("3")
    one.press("Simpan pengaturan")
    one.says("Pengaturan disimpan.")
    one.looks_right("aturan-pengaturan")
    assert faults(page) == []
    page.get_by_label("Pengaturan", exact=True).select_option(
        "Desil tertinggi yang disebut desil rendah"
    )
    one.press("Kembali ke nilai katalog")
    one.says("Nilai katalog berlaku lagi.")


def title_of(code):
    from workbench.ui.rule_words import rule_title

    return rule_title(code)
