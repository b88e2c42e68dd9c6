"""The doors: what opens for whom, signing out, and a server that is cut off in the middle."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from workbench.access import Role, Workspace
from workbench.services import accounts, classes, lists
from workbench.services.office import Office
from workbench.synthesis import generate

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]


def test_doors_open_by_role(visit, served, device):
    one = visit(served, device)
    # The last pulse of a page may arrive after its person has signed out.
    one.expected += ["status of 403", "status of 401"]
    page = one.open("/")
    page.wait_for_url("**/masuk*")
    expect(page.get_by_role("heading", name="Masuk")).to_be_visible()
    one.looks_right("pintu-masuk")
    one.open("/daftar")
    page.wait_for_url("**/masuk*")

    one.join(served.facts["join_code"], f"Dewi {device}")
    for door, title in (("kelas", "Kelas"), ("daftar", "Daftar"), ("peta", "Peta")):
        one.open(f"/{door}")
        one.says(f"Ruang {title} hanya untuk ")
        one.says("Anda masuk sebagai peserta.")
        one.looks_right(f"pintu-{door}-tertutup")
    page.get_by_role("link", name="Ke Beranda").click()
    one.connected()
    sign_out(one)
    one.open("/latihan")
    page.wait_for_url("**/masuk?next=*")

    username = f"tamu_{device}"
    first = served.add_account(username, "Bu Tamu", Role.PELATIH, Workspace.LATIHAN)
    one.sign_in(username, first)
    one.change_first_password(first, "kunci lemari arsip")
    one.open("/daftar")
    one.says("Ruang Daftar hanya untuk staf dinas dan admin. Anda masuk sebagai pelatih.")
    # A trainer sees the worked case on the wall, and no case of anybody's.
    one.room("/latihan")
    one.sees("Satu contoh dulu")
    expect(page.get_by_role("button", name="Mulai berlatih")).to_have_count(0)
    one.looks_right("contoh-di-dinding")
    sign_out(one)
    one.open("/kelas")
    page.wait_for_url("**/masuk?next=*")


def sign_out(one):
    """By the menu on a phone, by the button in the header on a laptop."""
    menu = one.page.get_by_role("button", name="Menu")
    if menu.is_visible():
        menu.click()
        one.looks_right("menu")
    one.press("Keluar")
    expect(one.page.get_by_role("heading", name="Masuk")).to_be_visible()


@pytest.fixture
def small_office(tmp_path):
    """An office with a small city and a class of two cases, so that its server starts at once."""
    office = Office(tmp_path / "kantor")
    clerk = accounts.machine_operator(Workspace.LATIHAN)
    register = generate(families=50, seed=1, error_rate=0.2)
    lists.shelve_register(office, clerk, "Kota kecil", register)
    settings = classes.ClassSettings("Kelas kecil", "Aula", "2026-11-24", 2, 0.5, seats=14, seed=5)
    classes.open_class(office, clerk, settings)
    return office.root


def test_a_server_cut_off_and_started_again_loses_nothing(visit, start_server, small_office):
    with start_server(small_office) as server:
        people = {}
        for device in ("phone", "laptop"):
            name = f"Fitri {device}"
            one = visit(server, device)
            # What a cut line looks like in the console is no fault of the page.
            one.expected += ["WebSocket connection", "net::ERR", "status of 404", "Failed to fetch"]
            one.join(server.facts["join_code"], name)
            one.begin_training()
            saved, waiting = [cell for cell in server.keys(name)[1].cells if "." in cell][:2]
            one.mark(saved, "Tidak sesuai")
            people[device] = (one, name, saved, waiting)
        port = server.port
        server.kill()
        for one, _, _, waiting in people.values():
            expect(one.page.locator("#vv-putus")).to_contain_text(
                "Sambungan terputus; jawaban Anda tersimpan di perangkat ini",
                timeout=60_000,
            )
            expect(one.page.locator("#vv-sambungan")).to_have_text("Terputus")
            # What is marked now waits in the browser, and is not called saved.
            one.row(waiting).get_by_text("Perlu kunjungan", exact=True).click()
            expect(one.row(waiting)).to_contain_text("belum tersimpan")
            one.looks_right("terputus")

    with start_server(small_office, port) as server:
        for one, name, saved, waiting in people.values():
            # Nobody touches anything: the page comes back by itself, to the same case.
            one.connected()
            one.case_open(1)
            for cell, word in ((saved, "Tidak sesuai"), (waiting, "Perlu kunjungan")):
                answer = one.row(cell).get_by_role("radio", name=word, exact=True)
                expect(answer).to_be_checked()
                one.saved(cell)
            expect(one.page.get_by_text("Semua tersimpan")).to_be_visible(timeout=60_000)
            one.decide("Layak", "Tidak ada")
            one.press("Kirim")
            one.explained()
            assert saved in server.grades(name)[1][1]
            assert waiting in server.grades(name)[1][1]
