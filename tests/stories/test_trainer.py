"""A trainer: opens a class, has people join, watches the board, helps somebody back in."""

from __future__ import annotations

import re

import pytest
import segno
import xlsxwriter
from playwright.sync_api import expect

from workbench.access import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]

CIPARE = "36.73.01.1002"
#: The board is asked for again every 1.5 seconds.
SOON_MS = 60_000


@pytest.fixture
def participants(tmp_path):
    """The office's list of participants, with a letterhead above and a number beside."""
    path = tmp_path / "peserta bimtek.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Peserta")
    rows = [
        ("PEMERINTAH KOTA SERANG", "", "", ""),
        ("DAFTAR PESERTA BIMTEK", "", "", ""),
        ("", "", "", ""),
        ("NO", "NAMA", "KELURAHAN", "JABATAN"),
        ("1", "Ani Contoh", "Cipare", "Operator"),
        ("2", "Budi <i>Contoh</i>", "Unyur", "PSM"),
        ("3", "Cici Contoh", "Kasemen", "Pendamping"),
    ]
    for r, row in enumerate(rows):
        page.write_row(r, 0, row)
    book.close()
    return path


def open_class(one, name, participants):
    page = one.page
    one.sees("Kelompok aturan")
    expect(page.get_by_role("button", name="Buka kelas", exact=True)).to_be_disabled()
    one.says("Isi nama kelas dulu.")
    one.looks_right("kelas-formulir")
    page.get_by_label("Nama kelas").fill(name)
    page.get_by_label("Tempat").fill("Aula Dinsos")
    page.get_by_label("Tanggal").fill("2026-11-24")
    page.get_by_label("Jumlah kasus").fill("3")
    page.get_by_label("Kasus berisi salah (%)").fill("100")
    page.get_by_role("checkbox", name="Bantuan").uncheck()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=re.compile("^Daftar peserta")).click()
    chooser.value.set_files(participants)
    one.sees("3 nama terbaca.")
    page.get_by_label("Jumlah kursi").fill("150")
    page.get_by_label("Jumlah kursi").press("Tab")
    said = "Kelas tanggal 24 November 2026. Kasus untuk {} kursi, 3 kasus tiap kursi"
    one.says(said.format(150))
    one.looks_right("kelas-formulir-terisi")
    page.get_by_label("Jumlah kursi").fill("15")
    one.press_slowly("Buka kelas", lambda: one.says(said.format(15)))


def test_a_trainer_runs_a_class(visit, served, device, participants):
    username, first, trainer = served.new_account(Role.PELATIH, device)
    one = visit(served, device)
    page = one.page
    one.sign_in(username, first)
    one.sees("Ganti kata sandi")
    one.looks_right("ganti-sandi")
    # Nothing else opens before the first password is changed.
    one.open("/kelas")
    one.change_first_password(first, "lampu hijau di aula")
    one.sees(f"Selamat datang, {trainer}.")
    one.looks_right("beranda-pelatih")

    one.room("/kelas")
    page.get_by_role("tab", name="Kelas", exact=True).click()
    one.press("Buka kelas baru")
    name = f"Bimtek <i>{device}</i>"
    open_class(one, name, participants)
    expect(page.get_by_role("img", name="Kode QR masuk kelas")).to_be_visible(timeout=60_000)

    # The wall: address, code, and a QR of both.
    code = page.locator(".vvk-big").inner_text()
    assert re.fullmatch(r"[A-Z0-9]{6}", code)
    hall = next((a for a in served.facts["urls"] if "127.0.0.1" not in a), served.url)
    expect(page.locator(".vvk-address")).to_have_text(f"{hall.removeprefix('http://')}/masuk")
    expected = segno.make(f"{hall}/masuk?kode={code}", error="m").svg_inline(scale=8, border=2)
    drawn = page.locator(".vvk-join svg path[stroke]").get_attribute("d")
    assert drawn == re.search(r'stroke="#000" d="([^"]+)"', expected)[1]
    one.looks_right("layar-masuk")
    one.press("Tampilkan sebesar layar")
    one.looks_right("layar-masuk-besar")
    one.press("Kecilkan")
    page.get_by_role("tab", name="Papan", exact=True).click()
    one.sees("67 dari 67 kelurahan belum terwakili.")
    one.sees("Belum ada yang masuk.")
    one.sees("Belum hadir dari daftar peserta: 3")

    # Somebody joins: within seconds the board says so, without a reload.
    trainee = visit(served, "phone")
    old_code = trainee.join(code, "Ani Contoh", area=CIPARE)
    person = page.locator(".vvk-person", has_text="Ani Contoh")
    expect(person).to_contain_text("0/3", timeout=SOON_MS)
    one.sees("66 dari 67 kelurahan belum terwakili.")
    absent = page.locator(".vvk-empty-places").first
    expect(absent).to_contain_text("Unyur")
    expect(absent).not_to_contain_text("Cipare")
    one.sees("Belum hadir dari daftar peserta: 2")
    one.sees("Budi <i>Contoh</i>")

    trainee.begin_training()
    trainee.decide("Layak", "Tidak ada")
    trainee.press("Kirim")
    trainee.explained()
    expect(person).to_contain_text("1/3", timeout=SOON_MS)
    # Every case has a mistake and nothing was marked, so something was missed.
    missed = page.locator(".vvk-bar").first
    expect(missed).to_contain_text("terlewat 1 dari 1, oleh 1 orang")
    rule = missed.locator("strong").inner_text()
    assert rule in [mistake.rule for mistake in served.keys("Ani Contoh")[1].mistakes]
    page.get_by_role("button", name="Jelaskan", exact=True).first.click()
    explained = page.locator(".vvk-box", has=page.get_by_role("heading", name=re.compile(rule)))
    expect(explained).to_contain_text("Sumber:")
    expect(page.locator(".vvk-matrix td.vvk-missed").first).to_have_text("✗")
    one.looks_right("papan")

    # The case behind it goes on the wall, first as a question, and nobody's name with it.
    page.locator(".vvk-worst:visible").first.click()
    one.press("Tampilkan di dinding")
    wall = page.locator(".vvk-wall")
    expect(wall).to_contain_text("Apa yang salah di sini?")
    expect(wall.locator(".vvc-doc").first).to_be_visible()
    expect(wall.locator(".vvc-given")).to_have_count(0)
    one.looks_right("dinding")
    one.press("Tunjukkan jawabannya")
    expect(wall.locator(".vvc-given").first).to_be_visible()
    expect(wall).to_contain_text(rule)
    expect(wall).not_to_contain_text("Ani Contoh")
    one.looks_right("dinding-terjawab")
    wall.get_by_role("button", name="Tutup", exact=True).click()
    expect(wall).to_be_hidden()

    one.press("Jeda kelas")
    one.sees("Kelas dijeda.")
    page.get_by_label("Pesan", exact=True).fill("Istirahat <b>10</b> menit")
    one.press("Kirim pesan")
    expect(page.locator(".vvk-live")).to_contain_text("Istirahat <b>10</b> menit")
    one.looks_right("papan-dijeda")
    one.press("Lanjutkan kelas")
    one.press("Hapus pesan")
    expect(page.locator(".vvk-live")).to_have_count(0)

    # The phone is lost: a new code leads to the same seat, the old one to nothing.
    page.get_by_role("tab", name="Bantu peserta", exact=True).click()
    choice = page.get_by_label("Peserta", exact=True)
    choice.select_option(choice.locator("option", has_text="Ani Contoh").inner_text())
    one.sees("1 dari 3 kasus dikirim.")
    one.press("Buat kode kembali")
    new_code = page.locator(".vvk-return").inner_text()
    assert new_code != old_code
    one.looks_right("bantu-peserta")
    second = visit(served, "phone")
    second.expected.append("status of 400")
    second.come_back(old_code)
    second.says("Kode kembali tidak dikenal.")
    second.page.get_by_label("Kode kembali").fill(new_code)
    second.press("Lanjutkan")
    second.connected()
    second.case_open(2)
    trainee.was_replaced()

    # What Ani wrote on paper counts like an answer of the screen.
    page.get_by_label("Nama di lembar").select_option(
        page.get_by_label("Nama di lembar").locator("option", has_text="Ani").inner_text()
    )
    page.get_by_label("Kode lembar").fill("K-01")
    page.get_by_label("Kode lembar").press("Tab")
    one.says("Kasus di lembar K-01 sudah dijawab orang ini")
    page.get_by_label("Kode lembar").fill("k3")
    page.get_by_label("Kode lembar").press("Tab")
    page.get_by_label("Baris ditandai").fill("3 7k")
    page.get_by_label("Baris ditandai").press("Tab")
    one.sees("Lembar K-03:")
    page.get_by_label("Status").select_option("Layak")
    page.get_by_label("Tindak lanjut").select_option("Tidak ada")
    page.get_by_label("Keyakinan").select_option("Yakin")
    one.looks_right("jawaban-kertas")
    one.press("Simpan jawaban")
    one.says("Lembar K-03 milik Ani Contoh disimpan.")

    page.get_by_role("tab", name="Kelas", exact=True).click()
    one.press("Tutup kelas")
    expect(page.locator(".vvk-head")).to_contain_text("ditutup untuk peserta baru")
    one.looks_right("kelas-ditutup")
    late = visit(served, "phone")
    late.expected.append("status of 400")
    late.open(f"/masuk?kode={code}")
    late.fill_join_form("Terlambat Contoh")
    late.press("Gabung")
    late.says("Kelas ini sudah ditutup untuk peserta baru.")
    # Who is in goes on.
    second.decide("Layak", "Tidak ada")
    second.press("Kirim")
    second.explained()

    # Emptied for the next class: an archive first, then the form of the next one. The sessions of
    # those who were in it end, and their pages are told so.
    for gone in (trainee, second):
        gone.expected += ["status of 401", "status of 403"]
    page.get_by_role("tab", name="Kelas", exact=True).click()
    one.press("Kosongkan untuk kelas berikutnya")
    one.looks_right("kelas-kosongkan")
    one.press("Ya, arsipkan dan kosongkan")
    one.says("terbaca utuh")

    # The map of the invented city is the trainer's too.
    one.room("/peta")
    shapes = page.frame_locator("iframe.vv-map").locator("path.leaflet-interactive")
    expect(shapes).to_have_count(67, timeout=60_000)
    one.looks_right("peta-latihan")
