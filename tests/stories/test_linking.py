"""The room Padanan: a run that is stopped, the doubtful pairs, one that waits, one list of both."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.linkage.two_lists import HARD, two_lists
from tests.screens import faults
from workbench.access import Actor, Role, Workspace
from workbench.services import lists

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]

CLERK = Actor("staf_padan", "Staf", Role.STAF, Workspace.LATIHAN, ("36.73",))


def test_two_lists_become_one_and_what_was_said_of_pairs_stays(visit, served, device):
    # What was said of people on one device is known on the other: these are other people.
    made = two_lists(200, 600, HARD, seed=len(device))
    ours, theirs = f"P3KE <i>{device}</i>", f"DTSEN {device}"
    shelved = {
        name: lists.shelve_register(served.office, CLERK, name, register)
        for name, register in ((ours, made.left), (theirs, made.right))
    }
    username = f"padan_{device}"
    first = served.add_account(username, "Bu Rini Contoh", Role.STAF, Workspace.LATIHAN)
    one = visit(served, device)
    page = one.page
    one.sign_in(username, first)
    one.change_first_password(first, "sandi-baru-yang-panjang")
    one.room("/padanan")
    start = page.get_by_role("button", name="Padankan", exact=True)
    again = page.get_by_role("button", name="Padankan daftar lain")
    expect(start.or_(again).first).to_be_visible()
    if again.is_visible():
        again.click()
    form = page.locator(".vv-padanan")
    expect(start).to_be_visible()
    form.locator("select").nth(1).select_option(label=option_of(form, ours))
    form.locator("select").nth(2).select_option(label=option_of(form, theirs))
    stop_a_run(one)
    one.press("Padankan")
    one.looks_right("padanan-berjalan")
    one.sees("Pasangan 1 dari", timeout=60_000)
    one.looks_right("padanan-meja")
    assert faults(page) == []
    judged = page.locator(".vvp-pair tbody tr").first.inner_text()
    page.get_by_label("Alasan").select_option(index=1)
    one.press("Bukan orang yang sama")
    one.says("Tersimpan.")
    expect(page.locator(".vvp-pair tbody tr").first).not_to_have_text(judged, use_inner_text=True)
    who = page.locator(".vvp-pair tbody tr").first.inner_text()
    page.get_by_label("Catatan").fill("tanya RT 03")
    one.press("Belum tahu, tunda")
    expect(page.locator(".vvp-pair tbody tr").first).not_to_have_text(who, use_inner_text=True)
    one.reload()
    page.get_by_label("Tampilkan").select_option(label="Ditunda (1)")
    one.sees("tanya RT 03")
    expect(page.locator(".vvp-pair tbody tr").first).to_have_text(who, use_inner_text=True)
    expect(page.get_by_label("Catatan")).to_have_value("tanya RT 03")
    one.looks_right("padanan-ditunda")
    assert faults(page) == []
    page.get_by_label("Tampilkan").select_option(label="Bukan orang yang sama (1)")
    one.sees("Diputuskan bukan orang yang sama")
    page.get_by_label("Tampilkan").select_option(index=0)
    page.get_by_role("tab", name="Gabungkan").click()
    one.sees("Kedua daftar menjadi satu daftar baru")
    one.looks_right("padanan-gabung")
    one.press("Gabungkan menjadi basis data terpadu")
    one.says("Basis data terpadu sudah tersimpan.", timeout=60_000)
    expect(page.locator(".vvp-differences")).to_be_visible()
    one.looks_right("padanan-jadi")
    assert faults(page) == []
    names = {summary.name for summary in lists.shelf(served.office, CLERK)}
    assert len(names) > len(shelved)
    with page.expect_download() as taken:
        one.press("Unduh tabel ini (XLSX)")
    assert taken.value.suggested_filename.endswith(".xlsx")


def stop_a_run(one):
    """Begin and stop: the form stands there as it was."""
    one.press("Padankan")
    one.press("Hentikan")
    one.says("Pemadanan dihentikan. Tidak ada yang disimpan.")
    expect(one.page.get_by_role("button", name="Padankan", exact=True)).to_be_enabled()
    expect(one.page.get_by_label("Daftar pertama")).not_to_have_value("")


def option_of(form, name):
    """The words of the option that names a list."""
    options = form.locator("option").all_text_contents()
    return next(words for words in options if words.replace("\xa0", " ").startswith(name))
