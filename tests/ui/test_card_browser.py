"""The case card in a real browser, on a phone and on a laptop, by a name that is not localhost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from workbench.errors import StoreFault

pytestmark = pytest.mark.browser

SCREENS = pytest.mark.parametrize("screen", ["phone", "laptop"])


def begin(opened: Any) -> Any:
    """Leave the worked case; returns the page with case 1 open."""
    opened.page.get_by_role("button", name="Mulai berlatih").click()
    expect(opened.page.get_by_role("heading", name="Kasus 1 dari 3")).to_be_visible()
    return opened.page


def field(page: Any, cell: str) -> Any:
    return page.locator(f"[data-cell='{cell}']")


def mark(page: Any, cell: str, word: str) -> None:
    field(page, cell).get_by_text(word, exact=True).click()


def is_saved(page: Any, cell: str) -> None:
    """Waits for the word itself, which ``belum tersimpan`` ends with as well."""
    expect(field(page, cell).locator(".vvc-state")).to_have_text("tersimpan")


def decide(page: Any) -> None:
    page.get_by_role("button", name="Putuskan").click()
    page.get_by_role("radio", name="Layak", exact=True).check()
    page.get_by_role("radio", name="Perbaiki data").check()
    page.get_by_role("radio", name="Cukup yakin").check()


def has_no_overflow(page: Any) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


@SCREENS
def test_a_case_is_marked_decided_sent_and_explained(
    open_card: Any, training: Any, screen: str
) -> None:
    opened = open_card(screen)
    assert has_no_overflow(opened.page)
    page = begin(opened)
    assert not page.evaluate("window.isSecureContext")
    mark(page, "P3.sex", "Tidak sesuai")
    expect(field(page, "P3.sex").get_by_role("radio", name="Tidak sesuai")).to_be_checked()
    is_saved(page, "P3.sex")
    mark(page, "F1.power_va", "Perlu kunjungan")
    expect(page.get_by_text("2 isian ditandai")).to_be_visible()
    expect(page.get_by_text("Semua tersimpan")).to_be_visible()
    assert has_no_overflow(page)

    page.get_by_role("button", name="Putuskan").click()
    send = page.get_by_role("button", name="Kirim")
    expect(send).to_be_disabled()
    expect(page.get_by_text("Pilih status keluarga dulu.")).to_be_visible()
    expect(page.get_by_label("Alasan tidak layak")).to_be_hidden()
    page.get_by_role("radio", name="Tidak layak").check()
    expect(page.get_by_text("Pilih alasan tidak layak dulu.")).to_be_visible()
    page.get_by_label("Alasan tidak layak").select_option("TL14")
    expect(page.get_by_text("Pilih tindak lanjut dulu.")).to_be_visible()
    page.get_by_role("radio", name="Kunjungan", exact=True).check()
    expect(page.get_by_text("Pilih seberapa yakin Anda dulu.")).to_be_visible()
    page.get_by_role("radio", name="Yakin", exact=True).check()
    expect(send).to_be_enabled()
    send.click()

    expect(
        page.get_by_role("heading", name="1 dari 2 kesalahan ditemukan, 1 tuduhan keliru")
    ).to_be_visible()
    for words in (
        "Ditemukan",
        "Terlewat",
        "Keliru ditandai",
        "KEL-28",
        "Yang tepat: Perlu verval lanjutan",
        "Gugur bila KK membenarkan daftar.",
        "Keyakinan: Yakin",
        "Anda yakin dan keliru",
    ):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(field(page, "F1.members_stated")).to_contain_text("Terlewat")
    assert has_no_overflow(page)
    assert training.ledger[(1, "P3.sex")] == {1: "tidak_sesuai"}
    assert training.ledger[(1, "reason")] == {1: "TL14"}
    assert training.ledger[(1, "confidence")] == {1: "yakin"}
    assert page.locator(".vvc-primary:visible").count() == 1
    page.get_by_role("button", name="Kasus berikutnya").click()
    expect(page.get_by_role("heading", name="Kasus 2 dari 3")).to_be_visible()


@SCREENS
def test_a_reload_returns_to_the_same_case_with_the_same_answers(
    open_card: Any, screen: str
) -> None:
    opened = open_card(screen)
    page = begin(opened)
    mark(page, "F1.rt", "Tidak sesuai")
    is_saved(page, "F1.rt")
    page.reload()
    expect(page.get_by_role("heading", name="Kasus 1 dari 3")).to_be_visible()
    expect(field(page, "F1.rt").get_by_role("radio", name="Tidak sesuai")).to_be_checked()


def test_answers_outlive_a_silent_kernel_and_a_reload(open_card: Any, training: Any) -> None:
    opened = open_card()
    page = begin(opened)
    mark(page, "F1.rw", "Sesuai")
    is_saved(page, "F1.rw")
    opened.kernel.is_silent = True
    mark(page, "F1.rt", "Tidak sesuai")
    mark(page, "F1.rw", "Perlu kunjungan")
    expect(field(page, "F1.rt")).to_contain_text("menyimpan")
    page.get_by_role("button", name="Putuskan").click()
    expect(page.get_by_text("Menunggu 2 jawaban tersimpan.")).to_be_visible()
    page.get_by_role("button", name="Periksa lagi").click()

    page.reload()
    expect(field(page, "F1.rt").get_by_role("radio", name="Tidak sesuai")).to_be_checked()
    expect(field(page, "F1.rw").get_by_role("radio", name="Perlu kunjungan")).to_be_checked()
    assert (1, "F1.rt") not in training.ledger

    opened.kernel.is_silent = False
    page.reload()
    expect(page.get_by_text("Semua tersimpan")).to_be_visible()
    assert training.ledger[(1, "F1.rt")] == {1: "tidak_sesuai"}
    assert training.ledger[(1, "F1.rw")] == {1: "sesuai", 2: "perlu_kunjungan"}
    assert page.evaluate("localStorage.length") == 0


def test_without_an_answer_the_card_says_so_and_asks_again_by_itself(
    open_card: Any, training: Any
) -> None:
    opened = open_card()
    page = begin(opened)
    opened.kernel.is_silent = True
    mark(page, "F1.rt", "Sesuai")
    page.clock.run_for(3_100)
    expect(field(page, "F1.rt")).to_contain_text("belum tersimpan")
    expect(
        page.get_by_text("Sambungan terputus. 1 jawaban disimpan di perangkat ini")
    ).to_be_visible()
    opened.kernel.is_silent = False
    page.clock.run_for(6_100)
    is_saved(page, "F1.rt")
    expect(page.get_by_text("Sambungan terputus")).to_be_hidden()
    assert training.ledger[(1, "F1.rt")] == {1: "sesuai"}


def test_an_answer_of_another_phone_is_shown_and_one_of_the_two_is_chosen(
    open_card: Any, training: Any
) -> None:
    opened = open_card()
    page = begin(opened)
    training.ledger[(1, "F1.rt")] = {1: "sesuai", 2: "perlu_kunjungan"}
    mark(page, "F1.rt", "Tidak sesuai")
    expect(field(page, "F1.rt")).to_contain_text("Tersimpan dari perangkat lain: Perlu kunjungan")
    decide(page)
    expect(page.get_by_text("berbeda dengan perangkat lain. Pilih salah satu")).to_be_visible()
    page.get_by_role("button", name="Periksa lagi").click()
    page.get_by_role("button", name="Pakai: Tidak sesuai").click()
    is_saved(page, "F1.rt")
    assert training.ledger[(1, "F1.rt")][3] == "tidak_sesuai"


def test_a_refused_answer_shows_its_sentence_and_is_kept(open_card: Any, training: Any) -> None:
    opened = open_card()
    page = begin(opened)
    training.fault = StoreFault(
        "Disk penuh, jadi data tidak tersimpan. Kosongkan ruang, lalu ulangi."
    )
    mark(page, "F1.rt", "Tidak sesuai")
    expect(page.get_by_text("Disk penuh, jadi data tidak tersimpan.")).to_be_visible()
    expect(field(page, "F1.rt")).to_contain_text("belum tersimpan")
    training.fault = None
    page.reload()
    expect(page.get_by_text("Semua tersimpan")).to_be_visible()
    assert training.ledger[(1, "F1.rt")] == {1: "tidak_sesuai"}


def test_one_persons_waiting_answers_are_never_sent_as_anothers(
    open_card: Any, training: Any
) -> None:
    opened = open_card()
    page = begin(opened)
    opened.kernel.is_silent = True
    mark(page, "F1.rt", "Tidak sesuai")
    opened.kernel.is_silent = False
    opened.kernel.heard.clear()
    page.evaluate("model.set('page', {...model.get('page'), owner: 'KUJI.8', turn: 99})")
    expect(field(page, "F1.rt").get_by_role("radio", name="Tidak sesuai")).not_to_be_checked()
    assert opened.kernel.heard == []


def test_on_a_laptop_the_keys_mark_and_move(open_card: Any, training: Any) -> None:
    opened = open_card("laptop")
    page = begin(opened)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("2")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("3")
    expect(page.get_by_text("2 isian ditandai")).to_be_visible()
    expect(page.get_by_text("Semua tersimpan")).to_be_visible()
    assert training.ledger == {
        (1, "F1.head_name"): {1: "tidak_sesuai"},
        (1, "F1.address"): {1: "perlu_kunjungan"},
    }
    # Documents and record stand side by side, and the place in the document is lit.
    lit = page.locator(".vvc-doc [data-lit]").first
    expect(lit).to_contain_text("Cinanggung")
    assert lit.bounding_box()["x"] < field(page, "F1.address").bounding_box()["x"]


def test_the_documents_stay_in_sight_while_the_record_scrolls_on_a_phone(open_card: Any) -> None:
    page = begin(open_card())
    field(page, "P4.shdk").scroll_into_view_if_needed()
    expect(page.get_by_role("tab", name="KK")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Putuskan")).to_be_in_viewport()
    page.get_by_role("tab", name="KTP").click()
    expect(page.get_by_role("tabpanel", name="KTP")).to_contain_text("Seumur hidup")
    page.get_by_role("button", name="Ciutkan berkas").click()
    expect(page.get_by_role("tabpanel", name="KTP")).to_be_hidden()


def test_a_document_can_be_enlarged_and_closed(open_card: Any) -> None:
    page = begin(open_card())
    page.get_by_role("button", name="Perbesar Kartu Keluarga").click()
    dialog = page.get_by_role("dialog", name="Kartu Keluarga")
    before = dialog.locator(".vvc-doc").bounding_box()["width"]
    dialog.get_by_role("button", name="Perbesar").click()
    assert dialog.locator(".vvc-doc").bounding_box()["width"] > before
    dialog.get_by_role("button", name="Tutup berkas").click()
    expect(dialog).to_be_hidden()


def test_values_are_drawn_as_text(open_card: Any) -> None:
    page = begin(open_card())
    expect(field(page, "P4.name")).to_contain_text("SITI <b>AISYAH</b>")
    assert page.locator("main b").count() == 0


def test_every_target_is_large_enough_for_a_thumb(open_card: Any) -> None:
    page = begin(open_card())
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main .vvc-choice, main summary")]
            .map((node) => [node.textContent, node.getBoundingClientRect()])
            .filter(([, box]) => box.height > 0 && (box.height < 44 || box.width < 44))
            .map(([words]) => words)"""
    )
    assert small == []


@SCREENS
def test_progress_leads_on_and_back_to_a_read_case(
    open_card: Any, training: Any, screen: str
) -> None:
    training.sent.add(1)
    page = open_card(screen).page
    page.get_by_role("button", name="Kemajuan saya").click()
    expect(page.get_by_text("1 dari 3 kasus sudah dikirim, nilai rata-rata 61.")).to_be_visible()
    assert has_no_overflow(page)
    page.get_by_role("button", name="Baca lagi kasus 1").click()
    expect(page.get_by_role("heading", name="1 dari 2 kesalahan")).to_be_visible()
    page.get_by_role("button", name="Kasus berikutnya").click()
    expect(page.get_by_role("heading", name="Kasus 2 dari 3")).to_be_visible()


def test_every_control_has_a_name(open_card: Any) -> None:
    page = begin(open_card())
    group = page.get_by_role("radiogroup", name="RT: 003")
    expect(group.get_by_role("radio")).to_have_count(3)
    expect(page.get_by_role("progressbar", name="Kasus yang sudah dikirim")).to_have_count(1)
    assert page.locator("[aria-live='polite']").count() >= 1
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("main button")]
            .filter((node) => !node.getAttribute("aria-label") && !node.textContent.trim())
            .length"""
    )
    assert unnamed == 0


@pytest.mark.parametrize(
    "size", [(320, 640), (683, 384)], ids=["small phone", "laptop at 200 percent"]
)
def test_nothing_is_cut_off_where_room_is_short(
    open_card: Any, training: Any, size: tuple[int, int]
) -> None:
    page = begin(open_card())
    page.set_viewport_size({"width": size[0], "height": size[1]})
    assert has_no_overflow(page)
    cut = page.evaluate(
        """() => [...document.querySelectorAll("main button, main .vvc-choice > span")]
            .filter((node) => node.getClientRects().length && !node.closest(".vvc-jumps"))
            .filter((node) => node.scrollWidth > node.clientWidth + 1)
            .map((node) => node.textContent)"""
    )
    assert cut == []
    decide(page)
    send = page.get_by_role("button", name="Kirim")
    expect(send).to_be_enabled()
    send.click()
    expect(page.get_by_role("heading", name="1 dari 2 kesalahan")).to_be_visible()
    assert has_no_overflow(page)


def test_the_whole_case_is_done_with_the_keyboard_alone(open_card: Any, training: Any) -> None:
    page = open_card().page

    def tab_to(name: str) -> None:
        for _ in range(60):
            words = page.evaluate(
                """(() => {
                    const node = document.activeElement;
                    if (node === document.body) return "";
                    return node.getAttribute("aria-label") || node.labels?.[0]?.textContent
                        || node.textContent;
                })()"""
            )
            if words == name:
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{name} is never reached")

    tab_to("Mulai berlatih")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kasus 1 dari 3")).to_be_focused()
    field(page, "P4.marital_status").get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    is_saved(page, "P4.marital_status")
    tab_to("Putuskan")
    page.keyboard.press("Enter")
    tab_to("Layak")
    page.keyboard.press("Space")
    tab_to("Tidak ada")
    page.keyboard.press("Space")
    tab_to("Ragu")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Kirim")).to_be_enabled()
    tab_to("Kirim")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 dari 2 kesalahan")).to_be_focused()
    assert training.ledger[(1, "status")] == {1: "layak"}


def test_a_closed_dialog_gives_the_focus_back(open_card: Any) -> None:
    page = begin(open_card())
    for opener in ("Putuskan", "Perbesar Kartu Keluarga"):
        button = page.get_by_role("button", name=opener)
        button.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(button).to_be_focused()


def test_the_drawn_papers_keep_their_colours_in_the_dark(open_card: Any) -> None:
    page = begin(open_card())
    paper = page.locator(".vvc-doc-kk").first
    colours = "node => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]"
    before = paper.evaluate(colours)
    page.add_style_tag(content=":root { --vv-ink: #e8efed; --vv-paper: #17201e; }")
    page.emulate_media(color_scheme="dark")
    assert paper.evaluate(colours) == before
    assert paper.evaluate("node => getComputedStyle(node).filter") != "none"
    row = field(page, "F1.rt")
    assert row.evaluate("node => getComputedStyle(node).color") == "rgb(232, 239, 237)"


def test_on_paper_every_document_is_there_and_nothing_to_press(open_card: Any) -> None:
    page = begin(open_card())
    page.emulate_media(media="print")
    for title in ("Kartu Keluarga", "Jawaban Dukcapil", "Catatan petugas"):
        expect(page.locator(".vvc-doc-title", has_text=title).first).to_be_visible()
    expect(page.get_by_role("button", name="Putuskan")).to_be_hidden()
