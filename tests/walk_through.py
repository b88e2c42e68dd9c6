"""Walks a newcomer's way through a real office, and draws it as ninety seconds of moving picture.

``python -m tests.walk_through`` (``make pictures``) starts `verval serve` on a new folder, plays a
trainer, three phones and a member of staff in Chromium, says after how many seconds each aim was
reached, and renews the pictures of the README.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Container, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg_plus_jakarta_sans
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import ensure_browser
from tests.stories.conftest import LAPTOP, NAME, PHONE, RunningServer, Visit, serving
from workbench.access import Role, Workspace
from workbench.domain.words import number_id
from workbench.resources import resource
from workbench.training import choices
from workbench.training.keys import Key

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "workbench" / "guides" / "pictures"
MOVING = "sembilan-puluh-detik.webp"
#: Of the moving picture, pixels; a screen is drawn to fit above the line of words.
WIDTH, HEIGHT, WORDS_HEIGHT = 960, 600, 60
GROUND, INK, PAPER = "#e6efee", "#ffffff", "#0f4f4a"
FIRST_PASSWORD = "lampu hijau di aula"
#: Two more who sit in the hall, and who is watched.
SITI, OTHERS = "Siti Contoh", ("Budi Contoh", "Wati Contoh")
_WORDS = {kind: dict(offered) for kind, offered in choices().items()}
AREAS = ("36.73.05.1001", "36.73.01.1002", "36.73.02.1001")


@dataclass
class Film:
    """Frames with their words and seconds; ``reached`` says when an aim was first seen."""

    began: float = field(default_factory=time.monotonic)
    frames: list[tuple[Image.Image, float]] = field(default_factory=list)

    def take(self, page: Page, words: str, seconds: float, still: str = "") -> None:
        """Keep the screen in view; under the name ``still`` also as a picture of its own."""
        screen = Image.open(io.BytesIO(page.screenshot()))
        if still:
            _write_still(screen, PICTURES / f"{still}.png")
        self.add(screen, words, seconds)

    def add(self, screen: Image.Image, words: str, seconds: float) -> None:
        """Keep a screen above its line of words."""
        frame = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
        room = (WIDTH - 20, HEIGHT - WORDS_HEIGHT - 16)
        screen = screen.convert("RGB")
        screen.thumbnail(room, Image.Resampling.LANCZOS)
        frame.paste(screen, ((WIDTH - screen.width) // 2, 8 + (room[1] - screen.height) // 2))
        pen = ImageDraw.Draw(frame)
        pen.rectangle((0, HEIGHT - WORDS_HEIGHT, WIDTH, HEIGHT), fill=PAPER)
        middle = (WIDTH // 2, HEIGHT - WORDS_HEIGHT // 2)
        pen.text(middle, words, fill=INK, font=_font(), anchor="mm")
        self.frames.append((frame, seconds))

    def reached(self, aim: str) -> None:
        """Say after how many seconds since the first command an aim was reached."""
        print(f"{number_id(time.monotonic() - self.began, 0):>6} s  {aim}", flush=True)

    def write(self, path: Path) -> None:
        """All frames as one animated WebP; their seconds must come to ninety."""
        seconds = sum(lasts for _frame, lasts in self.frames)
        assert 85 <= seconds <= 95, seconds
        first, *rest = [frame for frame, _lasts in self.frames]
        durations = [round(lasts * 1000) for _frame, lasts in self.frames]
        first.save(path, save_all=True, append_images=rest, duration=durations, loop=0, quality=72)


def walk(film: Film, browser: Browser, server: RunningServer) -> None:
    """The whole way: hall, phone, board, list, map, door, record."""
    with _visit(browser, server, LAPTOP) as trainer, _visit(browser, server, PHONE) as phone:
        _open_hall(film, trainer, server)
        _solve_case(film, phone, server)
        with _others(browser, server):
            _watch_board(film, trainer)
    staff_password = server.add_account("sita", "Sita Contoh", Role.STAF, Workspace.LATIHAN)
    with _visit(browser, server, LAPTOP) as staff:
        staff.sign_in("sita", staff_password)
        staff.change_first_password(staff_password, FIRST_PASSWORD)
        _bring_list(film, staff)
        _read_map(film, staff)
        _go_to_the_door(film, staff)


def _open_hall(film: Film, trainer: Visit, server: RunningServer) -> None:
    page, facts = trainer.page, server.facts
    trainer.sign_in(facts["trainer_username"], facts["trainer_password"])
    trainer.change_first_password(facts["trainer_password"], FIRST_PASSWORD)
    trainer.room("/kelas")
    expect(page.get_by_role("img", name="Kode QR masuk kelas")).to_be_visible(timeout=60_000)
    film.take(page, "Pelatih membuka kelas: satu kode untuk seluruh aula, tanpa internet.", 6)


def _solve_case(film: Film, phone: Visit, server: RunningServer) -> None:
    page = phone.page
    phone.open(f"/masuk?kode={server.facts['join_code']}")
    phone.fill_join_form(SITI, AREAS[0])
    film.take(page, "Peserta bergabung dari ponsel dengan nama dan wilayahnya.", 5)
    phone.press("Gabung")
    phone.sees("Catat kode ini")
    phone.begin_training()
    _leave_tour(page)
    number, key = next((n, k) for n, k in sorted(server.keys(SITI).items()) if k.mistakes)
    for earlier in range(1, number):
        _answer(phone, server.keys(SITI)[earlier])
        phone.press("Kasus berikutnya")
    phone.case_open(number)
    film.take(page, "Keluarga karangan: dokumen di atas, catatan daftar di bawahnya.", 6)
    cell = key.mistakes[0].fields[0]
    phone.row(cell).scroll_into_view_if_needed()
    phone.mark(cell, "Tidak sesuai")
    film.take(page, "Yang tidak cocok ditandai; isian langsung tersimpan.", 6, "latihan-ponsel")
    _answer(
        phone,
        key,
        marked={cell},
        before_sending=lambda: film.take(page, "Putusan, tindak lanjut, dan seberapa yakin.", 5),
    )
    page.evaluate("scrollTo(0, 0)")
    film.take(page, "Seketika diberi tahu: apa yang ditemukan, terlewat, dan mengapa penting.", 7)
    film.reached("satu kasus selesai dijawab dan dijelaskan")


def _watch_board(film: Film, trainer: Visit) -> None:
    page = trainer.page
    page.get_by_role("tab", name="Papan").click()
    for name in (SITI, *OTHERS):
        expect(page.get_by_text(name).locator("visible=true").first).to_be_visible(timeout=30_000)
    film.reached("kelas dengan tiga ponsel di papan pelatih")
    film.take(page, "Papan kelas: siapa perlu dibantu, aturan apa dijelaskan.", 7, "kelas")


def _bring_list(film: Film, staff: Visit) -> None:
    page = staff.page
    staff.room("/daftar")
    staff.press("Masukkan daftar baru")
    page.locator("input[type=file]").set_input_files(resource("training_data/contoh_daftar.csv"))
    staff.sees("Belum ada yang disimpan.")
    film.take(page, "Staf memasukkan daftar seperti adanya; arti tiap kolom diperiksa sekali.", 7)
    staff.press("Simpan dan periksa")
    staff.says("Selesai. Daftar sudah tersimpan dan diperiksa.", timeout=120_000)
    film.take(page, "Dibaca = disimpan + ditolak; tiap temuan adalah pertanyaan.", 7, "daftar")
    page.locator(".vvr-table tbody tr").first.click()
    expect(page.locator(".vv-family-title")).to_be_visible()
    film.take(page, "Satu keluarga satu halaman: yang ditanyakan, dan dokumen yang menjawabnya.", 6)
    film.reached("daftar periksa dari daftar yang berantakan")


def _read_map(film: Film, staff: Visit) -> None:
    page = staff.page
    staff.room("/peta")
    city = page.get_by_label("Daftar", exact=True).locator("option", has_text="Kota latihan")
    page.get_by_label("Daftar", exact=True).select_option(city.first.inner_text())
    drawn = page.frame_locator("iframe.vv-map")
    expect(drawn.get_by_text("Sumber: Kota latihan")).to_be_visible(timeout=120_000)
    expect(drawn.locator("path.leaflet-interactive")).to_have_count(67, timeout=120_000)
    film.reached("peta kota")
    finder = drawn.get_by_role("combobox", name="Cari kelurahan")
    finder.fill("unyur")
    finder.press("Enter")
    expect(drawn.locator("#kartu").get_by_role("heading", name="Unyur")).to_be_visible()
    film.take(page, "Peta per kelurahan; jumlah kecil disembunyikan.", 7, "peta")


def _go_to_the_door(film: Film, staff: Visit) -> None:
    page = staff.page
    staff.room("/lapangan")
    page.locator("button", has_text="daftar kerja").first.click()
    staff.sees("keluarga menunggu", timeout=120_000)
    film.take(page, "Lapangan: yang paling mendesak dahulu, terbagi menurut petugas.", 6)
    page.get_by_role("tab", name="Lembar").click()
    staff.press("Lihat halaman pertama")
    sheet = page.locator("img.vv-lap-sheet")
    expect(sheet).to_be_visible(timeout=120_000)
    paper = Image.open(io.BytesIO(sheet.screenshot()))
    upper = paper.crop((0, 0, paper.width, round(paper.width * 0.62)))
    _write_still(upper, PICTURES / "lembar.png")
    film.add(upper, "Lembar untuk di depan pintu: pertanyaan, dokumen, hasil.", 6)
    film.reached("lembar kunjungan")
    staff.room("/jejak")
    page.get_by_role("tab", name="Periksa jejak").click()
    staff.press("Periksa jejak sekarang")
    staff.sees("utuh", timeout=60_000)
    film.take(page, "Jejak: setiap kejadian tercatat, rantainya dapat diperiksa siapa pun.", 6)


@contextmanager
def _visit(browser: Browser, server: RunningServer, size: dict[str, Any]) -> Iterator[Visit]:
    scale = 2 if size is PHONE else 1
    context = browser.new_context(**size, locale="id-ID", device_scale_factor=scale)
    context.set_default_timeout(60_000)
    try:
        yield Visit(context, context.new_page(), server.url, "")
    finally:
        context.close()


@contextmanager
def _others(browser: Browser, server: RunningServer) -> Iterator[None]:
    """Two more phones in the class, each with one case sent."""
    with ExitStack() as hall:
        for name, area in zip(OTHERS, AREAS[1:], strict=True):
            phone = hall.enter_context(_visit(browser, server, PHONE))
            phone.join(server.facts["join_code"], name, area)
            phone.begin_training()
            _leave_tour(phone.page)
            # Whoever marks nothing misses what the case holds.
            _answer(phone, server.keys(name)[1], marked=set(server.keys(name)[1].cells))
        yield


def _leave_tour(page: Page) -> None:
    expect(page.get_by_text("Tur singkat, 1 dari 4")).to_be_visible()
    page.get_by_role("button", name="Lewati tur").click()


def _answer(
    phone: Visit,
    key: Key,
    marked: Container[str] = (),
    before_sending: Callable[[], None] = lambda: None,
) -> None:
    """Answer the case in view by its key; cells of ``marked`` are left as they are."""
    for mistake in key.mistakes:
        if mistake.fields[0] not in marked:
            phone.mark(mistake.fields[0], "Tidak sesuai")
    phone.press("Putuskan")
    page = phone.page
    page.get_by_role("radio", name=_WORDS["status"][key.status], exact=True).check()
    if key.status == "tidak_layak":
        page.get_by_label("Alasan tidak layak").select_option(key.reason)
    for words in (_WORDS["follow_up"][key.follow_ups[0]], "Cukup yakin"):
        page.get_by_role("radio", name=words, exact=True).check()
    before_sending()
    phone.press("Kirim")
    phone.explained()


def _write_still(screen: Image.Image, path: Path) -> None:
    """A screen as a small picture: few colours do for what has few."""
    picture = screen.convert("RGB")
    picture.thumbnail((1366, 1366), Image.Resampling.LANCZOS)
    picture.quantize(128).save(path, optimize=True)


@cache
def _font() -> ImageFont.FreeTypeFont:
    folder = Path(fontpkg_plus_jakarta_sans.__file__).parent / "files"
    return ImageFont.truetype(str(folder / "PlusJakartaSans[wght].ttf"), 24)


def main() -> None:
    """Start a server on nothing, walk, and write the pictures."""
    film = Film()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=ensure_browser(),
            args=["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {NAME} 127.0.0.1"],
        )
        with serving(Path(folder) / "kantor", families=5000) as server:
            film.reached("server siap")
            walk(film, browser, server)
        browser.close()
    film.write(PICTURES / MOVING)


if __name__ == "__main__":
    main()
