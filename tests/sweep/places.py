"""All pages there are: where they are, who goes there, and what is done to see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.sweep.eyes import Eyes
from tests.sweep.stage import HEADER, NEWCOMER, Stage, lines
from workbench import guides
from workbench.serve.doors import doors_for
from workbench.services import lists, maps

Act = Callable[[Eyes], None]
#: One of each role on each side, who goes through all rooms that open.
EVERYBODY = ("peserta0", "tuti", "sita", "adi", "wulan", "ida")


@dataclass(frozen=True)
class Place:
    """A page: ``who`` goes there ("" nobody signed in) and what they do before it is seen.

    Its tabs are opened from this ``level`` on, 0 the outermost; None where what was done is all
    that is to be seen. ``before`` moves the office on first.
    """

    name: str
    who: str
    path: str
    acts: tuple[Act, ...] = ()
    level: int | None = None
    before: Callable[[Stage], None] = lambda _stage: None


# --- what is done on a page ----------------------------------------------------------------------


def press(name: str) -> Act:
    """Press the first button or link whose name holds these words."""

    def act(eyes: Eyes) -> None:
        eyes.seen("button, summary, [role=button], main a", name).click()

    return act


def past(*names: str) -> Act:
    """Press each of these where it stands in the way."""

    def act(eyes: Eyes) -> None:
        for name in names:
            found = eyes.seen("button", name)
            if found.count():
                found.click()
                eyes.rest()

    return act


def turn(tab: str) -> Act:
    """Open a tab."""
    return lambda eyes: eyes.seen("[role=tab]", tab).click()


def click(selector: str) -> Act:
    """Press the first of these that can be seen."""
    return lambda eyes: eyes.seen(selector).click()


def choose(name: str) -> Act:
    """Choose one of several."""
    return lambda eyes: eyes.visit.page.get_by_role("radio", name=name, exact=True).check()


def pick(label: str, words: str = "") -> Act:
    """Choose the first option that holds these words; without words the second one."""

    def act(eyes: Eyes) -> None:
        menu = eyes.labelled(label)
        option = menu.locator("option", has_text=words).first if words else None
        (menu.select_option(option.inner_text()) if option else menu.select_option(index=1))

    return act


def fill(label: str, words: str) -> Act:
    """Type into a field and leave it."""

    def act(eyes: Eyes) -> None:
        eyes.labelled(label).fill(words)
        eyes.visit.page.keyboard.press("Tab")

    return act


def give_list(eyes: Eyes) -> None:
    """Hand in a list as it is."""
    text = "\n".join((HEADER, *lines(4), ""))
    file = {"name": "layar.csv", "mimeType": "text/csv", "buffer": text.encode()}
    eyes.visit.page.locator("input[type=file]").first.set_input_files([file])


# --- the pages -----------------------------------------------------------------------------------


def rooms(stage: Stage) -> Iterator[Place]:
    """Every room of everybody with all its tabs, as it stands when one comes in."""
    for who in EVERYBODY:
        for door in doors_for(stage.actors[who]):
            yield Place(f"{who} /{door.name}", who, f"/{door.name}", level=0)


def doorway() -> Iterator[Place]:
    """What stands before the rooms."""
    yield Place("masuk", "", "/masuk")
    yield Place("keluar", "tuti", "/keluar")
    yield Place("sandi", "tuti", "/sandi")
    yield Place("sandi pertama", NEWCOMER, "/sandi")
    yield Place("segarkan", "", "/segarkan?tugas=x")
    yield Place("tidak ada", "", "/tidak-ada")
    yield Place("tidak boleh", "peserta0", "/daftar")


def guide_pages() -> Iterator[Place]:
    """The guides on the server."""
    for name in ["", *(f"untuk/{reader}" for reader in guides.READERS), *guides.pages()]:
        yield Place(f"panduan/{name}", "", f"/panduan/{name}")


def export(stage: Stage, folder: Path) -> None:
    """All that the project hands out as pages: the guides, and a whole map."""
    guides.export(folder / "panduan")
    actor = stage.actors["sita"]
    listed = next(one for one in lists.shelf(stage.office, actor) if "DTSEN" in one.name)
    name, content = maps.map_page(stage.office, actor, [listed.id])
    (folder / name).write_bytes(content)


def files(folder: Path) -> Iterator[Place]:
    """Pages that are read as files."""
    for path in sorted(folder.rglob("*.html")):
        yield Place(f"berkas {path.relative_to(folder)}", "", path.as_uri())


def training() -> Iterator[Place]:
    """A case as it is asked, decided and explained; the end of a class; a drill."""
    begin = past("Mulai berlatih")
    at_case = past("Mulai berlatih", "Lewati tur")
    decide = (
        at_case,
        press("Putuskan"),
        *map(choose, ("Layak", "Tidak ada", "Ragu")),
    )
    yield Place("kasus, tur", "peserta0", "/latihan", (begin,))
    yield Place("kasus", "peserta0", "/latihan", (at_case,))
    yield Place("kasus, putusan", "peserta0", "/latihan", decide)
    yield Place("kasus, umpan balik", "peserta0", "/latihan", (*decide, press("Kirim")))
    yield Place("kelas selesai", "peserta1", "/latihan")
    yield Place("kemajuan", "peserta2", "/latihan", (press("Kemajuan saya"),))
    drill = (click("main button"),)
    yield Place("singkat, kartu", "peserta2", "/singkat", drill)
    answered = (*drill, click(".vvs-choice"), click(".vvs-go"))
    yield Place("singkat, dijawab", "peserta3", "/singkat", answered)


def class_room() -> Iterator[Place]:
    """What a trainer opens from the tabs of the class."""
    at = ("tuti", "/kelas")
    yield Place("layar masuk besar", *at, (turn("Layar masuk"), press("Tampilkan sebesar layar")))
    plan = (turn("Rencana"), pick("Rencana", "Bimtek"))
    yield Place("rencana", *at, plan, level=1)
    explained = (turn("Papan"), press("Jelaskan"))
    yield Place("papan, dijelaskan", *at, explained)
    wall = (*explained, click(".vvk-worst"), press("Tampilkan di dinding"))
    yield Place("dinding", *at, wall)
    yield Place("dinding, terjawab", *at, (*wall, press("Tunjukkan jawabannya")))
    yield Place("kelas baru", *at, (turn("Kelas"), press("Buka kelas baru")))
    yield Place("soal sendiri", *at, (turn("Kelas"), press("Soal sendiri")))
    helped = (turn("Bantu peserta"), pick("Nama di lembar", "Dedi"), fill("Kode lembar", "K-03"))
    yield Place("jawaban kertas", *at, helped)
    yield Place("aturan, contoh", "tuti", "/aturan", (press("Tampilkan contoh"),))


def list_rooms() -> Iterator[Place]:
    """A list from its file to the family's page, and the map."""
    at = ("wulan", "/daftar")
    given = (press("Masukkan daftar baru"), give_list)
    yield Place("daftar baru", *at, given[:1])
    yield Place("daftar baru, kolom", *at, given)
    yield Place("daftar baru, selesai", *at, (*given, press("Simpan dan periksa")))
    yield Place("keluarga", *at, (click(".vvr-table tbody tr"),))
    yield Place("bandingkan", *at, (turn("Bandingkan"), press("Bandingkan")))
    yield Place("pengaturan peta", "sita", "/peta", (press("Pengaturan peta"),))
    yield Place("padanan baru", "sita", "/padanan", (press("Padankan daftar lain"),))


def field_room(stage: Stage) -> Iterator[Place]:
    """Visits, sheets from paper, second visits, records, and a musyawarah."""
    yield Place("antrean petugas", "darto", "/lapangan", level=0)
    waiting = "RUSDI CONTOH 9041"
    visit = (press(waiting),)
    yield Place("kunjungan", "darto", "/lapangan", visit)
    begun = (*visit, click(".vv-lap-question label:has-text('Ditemukan')"))
    go_on = click(".vv-lap-thumb .vv-button-primary")
    yield Place("kunjungan, temuan", "darto", "/lapangan", (*begun, go_on))
    desk = (turn("Lembar"), press("Ketik dari kertas"))
    yield Place("kertas", "darto", "/lapangan", desk)
    sheet = (*desk, fill("Kode pada lembar", stage.sheet_code()), press("Buka lembar"))
    yield Place("kertas, lembar", "darto", "/lapangan", sheet)
    records = (pick("Yang tampil", "Berkas menurut tahap"),)
    yield Place("berkas", "wulan", "/lapangan", records)
    yield Place("satu berkas", "wulan", "/lapangan", (*records, press("RUSDI CONTOH")))
    met = (turn("Musyawarah"), press("Buka"))
    yield Place("musyawarah", "lurah", "/lapangan", met, level=1)
    yield Place("periksa ulang, kedua", "sari", "/lapangan", (turn("Periksa ulang"),))
    second = (turn("Periksa ulang"), press("RUSDI CONTOH"))
    yield Place("kunjungan kedua", "sari", "/lapangan", second)
    yield Place(
        "periksa ulang, beda",
        "wulan",
        "/lapangan",
        (turn("Periksa ulang"),),
        before=Stage.lock_second_visits,
    )


def trail_room() -> Iterator[Place]:
    """The chain as it is verified, and evidence as it is packed."""
    at = ("wulan", "/jejak")
    yield Place("jejak diperiksa", *at, (turn("Periksa jejak"), press("Periksa jejak sekarang")))
    yield Place("paket bukti", *at, (turn("Paket bukti"), press("Kemas bukti")))


def states(stage: Stage) -> list[Place]:
    """What is seen only when somebody has done something; the office moves on as it goes."""
    return [*training(), *class_room(), *list_rooms(), *trail_room(), *field_room(stage)]


def crowded() -> Iterator[Place]:
    """Where one person takes the only seat."""
    yield Place("kursi terakhir", "peserta2", "/latihan")
    yield Place("penuh", "peserta3", "/latihan")
