"""What a trainee chose is never lost and never sent as another's: the card against bad luck."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from workbench.ui.trainee.model import TraineeRoom

pytestmark = pytest.mark.browser

FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"
FORBIDDEN = (
    "Object.defineProperty(window, 'localStorage',"
    " { get() { throw new DOMException('', 'SecurityError'); } });"
)


@pytest.fixture
def begun(training: Any) -> Any:
    """Somebody has begun, so that the card opens on case 1."""
    training.ledger[(1, "F1.desil")] = {1: "sesuai"}
    return training


def field(page: Any, cell: str) -> Any:
    return page.locator(f"[data-cell='{cell}']")


def mark(page: Any, cell: str, word: str) -> None:
    field(page, cell).get_by_text(word, exact=True).click()


def is_marked(page: Any, cell: str, word: str) -> None:
    expect(field(page, cell).get_by_role("radio", name=word, exact=True)).to_be_checked()


def is_saved(page: Any, cell: str) -> None:
    """Waits for the word itself, which ``belum tersimpan`` ends with as well."""
    expect(field(page, cell).locator(".vvc-state")).to_have_text("tersimpan")


def outbox(page: Any) -> dict[str, Any]:
    return page.evaluate(
        "Object.fromEntries(Object.entries(localStorage)"
        ".map(([key, entry]) => [key.split('|').pop(), JSON.parse(entry)]))"
    )


def decide(page: Any) -> None:
    page.get_by_role("button", name="Putuskan").click()
    page.get_by_role("radio", name="Layak", exact=True).check()
    page.get_by_role("radio", name="Perbaiki data").check()
    page.get_by_role("radio", name="Cukup yakin").check()
    expect(page.get_by_role("button", name="Kirim")).to_be_enabled()


def test_a_page_closed_right_after_the_click_loses_nothing(open_card: Any, begun: Any) -> None:
    opened = open_card()
    opened.kernel.is_silent = True
    opened.page.evaluate("document.querySelector(\"[data-cell='F1.rt'] input\").click()")
    opened.page.close()
    again = open_card(beside=opened)
    is_marked(again.page, "F1.rt", "Sesuai")
    is_saved(again.page, "F1.rt")
    assert begun.ledger[(1, "F1.rt")] == {1: "sesuai"}
    assert outbox(again.page) == {}


def test_an_answer_whose_receipt_was_lost_is_saved_once(open_card: Any, begun: Any) -> None:
    opened = open_card()
    page = opened.page
    opened.kernel.is_mute = True
    mark(page, "F1.rt", "Tidak sesuai")
    page.clock.run_for(3_100)
    expect(field(page, "F1.rt")).to_contain_text("belum tersimpan")
    opened.kernel.is_mute = False
    page.clock.run_for(6_100)
    is_saved(page, "F1.rt")
    assert begun.ledger[(1, "F1.rt")] == {1: "tidak_sesuai"}
    assert outbox(page) == {}


def test_a_receipt_that_comes_twice_does_not_settle_a_later_choice(
    open_card: Any, begun: Any
) -> None:
    opened = open_card()
    page = opened.page
    mark(page, "F1.rt", "Sesuai")
    is_saved(page, "F1.rt")
    opened.kernel.is_silent = True
    mark(page, "F1.rt", "Tidak sesuai")
    page.evaluate(
        "model.fire('msg:custom', {kind: 'saved', number: 1, field: 'F1.rt', revision: 1,"
        " asked: 1, given: 'sesuai', value: 'sesuai', blockers: []}, [])"
    )
    expect(field(page, "F1.rt")).to_contain_text("menyimpan")
    is_marked(page, "F1.rt", "Tidak sesuai")
    assert outbox(page) == {"F1.rt": {"value": "tidak_sesuai", "revision": 2}}


def test_of_two_tabs_neither_drops_what_the_other_has_not_saved(open_card: Any, begun: Any) -> None:
    first = open_card()
    second = open_card(beside=first)
    # Both begin from the same revision; the second writes over the first one's place.
    first.kernel.is_mute = second.kernel.is_silent = True
    mark(first.page, "F1.rt", "Sesuai")
    mark(second.page, "F1.rt", "Tidak sesuai")
    # One tab's writing reaches the other when the browser gets to it.
    deadline = time.monotonic() + 60
    while outbox(first.page)["F1.rt"]["value"] != "tidak_sesuai":
        assert time.monotonic() < deadline
        first.page.wait_for_timeout(50)
    first.kernel.is_mute = False
    first.page.clock.run_for(10_000)
    expect(field(first.page, "F1.rt")).to_contain_text("Pilihan di sini: Tidak sesuai")
    assert begun.ledger[(1, "F1.rt")] == {1: "sesuai"}
    assert outbox(second.page) == {"F1.rt": {"value": "tidak_sesuai", "revision": 1}}
    first.page.close()
    second.page.close()
    again = open_card(beside=first)
    expect(field(again.page, "F1.rt")).to_contain_text("Pilihan di sini: Tidak sesuai")
    again.page.get_by_role("button", name="Pakai: Tidak sesuai").click()
    is_saved(again.page, "F1.rt")
    assert begun.ledger[(1, "F1.rt")] == {1: "sesuai", 2: "tidak_sesuai"}


def test_two_phones_that_chose_the_same_are_not_asked(open_card: Any, begun: Any) -> None:
    opened = open_card()
    begun.ledger[(1, "F1.rt")] = {1: "sesuai"}
    mark(opened.page, "F1.rt", "Sesuai")
    is_saved(opened.page, "F1.rt")
    assert outbox(opened.page) == {}


def test_a_choice_another_phone_has_gone_beyond_is_not_turned_silently(
    open_card: Any, begun: Any
) -> None:
    opened = open_card()
    begun.ledger[(1, "F1.rt")] = {1: "sesuai", 2: "perlu_kunjungan"}
    mark(opened.page, "F1.rt", "Sesuai")
    expect(field(opened.page, "F1.rt")).to_contain_text("Pilihan di sini: Sesuai")
    opened.page.get_by_role("button", name="Biarkan: Perlu kunjungan").click()
    is_marked(opened.page, "F1.rt", "Perlu kunjungan")
    assert outbox(opened.page) == {}


@pytest.mark.parametrize("trouble", [FULL, FORBIDDEN], ids=["full", "forbidden"])
def test_without_room_to_keep_it_the_answer_is_saved_and_the_risk_is_said(
    open_card: Any, begun: Any, trouble: str
) -> None:
    opened = open_card()
    page = opened.page
    page.add_init_script(trouble)
    page.reload()
    expect(page.get_by_role("heading", name="Kasus 1 dari 3")).to_be_visible()
    opened.kernel.is_silent = True
    mark(page, "F1.rt", "Tidak sesuai")
    expect(page.get_by_text("Jangan tutup halaman sebelum semua tersimpan.")).to_be_visible()
    assert page.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    opened.kernel.is_silent = False
    page.clock.run_for(3_100)
    is_saved(page, "F1.rt")
    assert page.evaluate("dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    assert begun.ledger[(1, "F1.rt")] == {1: "tidak_sesuai"}


def test_a_long_silence_piles_up_no_questions_and_ends_with_everything_saved(
    open_card: Any, begun: Any
) -> None:
    opened = open_card()
    page = opened.page
    opened.kernel.is_silent = True
    cells = ("F1.rt", "F1.rw", "F1.address", "P1.nik", "P1.name", "P1.sex")
    for cell in cells:
        mark(page, cell, "Sesuai")
    page.clock.run_for(600_000)
    # Each once, and then one at a time: a hall that comes back must not bury the server.
    assert len(opened.kernel.heard) < len(cells) + 20
    opened.kernel.is_silent = False
    page.clock.run_for(46_000)
    expect(page.get_by_text("Semua tersimpan")).to_be_visible()
    assert all(begun.ledger[(1, cell)] == {1: "sesuai"} for cell in cells)


def test_a_case_sent_from_another_phone_opens_its_feedback(open_card: Any, begun: Any) -> None:
    opened = open_card()
    begun.sent.add(1)
    mark(opened.page, "F1.rt", "Tidak sesuai")
    expect(opened.page.get_by_role("heading", name="1 dari 2 kesalahan")).to_be_visible()
    expect(opened.page.get_by_text("1 pilihan di perangkat ini belum tersimpan")).to_be_visible()
    assert outbox(opened.page) == {}


def test_what_waits_for_a_case_that_is_sent_meanwhile_does_not_wait_for_ever(
    open_card: Any, begun: Any
) -> None:
    opened = open_card()
    opened.kernel.is_silent = True
    mark(opened.page, "F1.rt", "Tidak sesuai")
    begun.sent.add(1)
    opened.kernel.is_silent = False
    opened.page.reload()
    expect(opened.page.get_by_role("heading", name="Kasus 2 dari 3")).to_be_visible()
    expect(opened.page.get_by_text("Kasus ini sudah dikirim")).to_be_visible()
    assert outbox(opened.page) == {}
    assert (1, "F1.rt") not in begun.ledger


def test_answers_of_another_case_are_sent_as_that_cases(open_card: Any, begun: Any) -> None:
    opened = open_card()
    opened.kernel.is_silent = True
    mark(opened.page, "F1.rt", "Tidak sesuai")
    opened.kernel.is_silent = False
    opened.kernel.heard.clear()
    page = TraineeRoom(None, opened.actor, begun).page("case", 2)
    opened.page.evaluate("(page) => model.set('page', page)", page)
    expect(opened.page.get_by_role("heading", name="Kasus 2 dari 3")).to_be_visible()
    opened.page.wait_for_function("localStorage.length === 0")
    assert begun.ledger[(1, "F1.rt")] == {1: "tidak_sesuai"}
    assert (2, "F1.rt") not in begun.ledger
    expect(
        field(opened.page, "F1.rt").get_by_role("radio", name="Tidak sesuai")
    ).not_to_be_checked()


def test_a_submission_whose_page_was_lost_is_asked_again_and_graded_once(
    open_card: Any, begun: Any
) -> None:
    opened = open_card()
    page = opened.page
    decide(page)
    opened.kernel.is_mute = True
    page.get_by_role("button", name="Kirim").click()
    page.clock.run_for(6_100)
    dialog = page.get_by_role("dialog", name="Keputusan Anda")
    expect(dialog.get_by_text("Belum ada jawaban dari server.")).to_be_visible()
    opened.kernel.is_mute = False
    page.clock.run_for(12_100)
    expect(page.get_by_role("heading", name="1 dari 2 kesalahan")).to_be_visible()
    assert begun.submissions == 1


def test_the_second_answer_to_a_request_changes_nothing(open_card: Any, begun: Any) -> None:
    opened = open_card()
    page = opened.page
    decide(page)
    page.get_by_role("button", name="Kirim").click()
    expect(page.get_by_role("heading", name="1 dari 2 kesalahan")).to_be_visible()
    page.evaluate("window.late = { ...model.get('page') }")
    page.get_by_role("button", name="Kasus berikutnya").click()
    expect(page.get_by_role("heading", name="Kasus 2 dari 3")).to_be_visible()
    page.evaluate("model.set('page', { ...late, turn: 50 })")
    expect(page.get_by_role("heading", name="Kasus 2 dari 3")).to_be_visible()
    expect(page.get_by_role("heading", name="1 dari 2 kesalahan")).to_have_count(0)


def test_while_a_case_is_being_sent_its_answers_stand_still(open_card: Any, begun: Any) -> None:
    opened = open_card()
    page = opened.page
    decide(page)
    opened.kernel.is_silent = True
    opened.kernel.heard.clear()
    page.get_by_role("button", name="Kirim").click()
    page.get_by_role("radio", name="Tidak layak").click(force=True)
    expect(page.get_by_role("radio", name="Layak", exact=True)).to_be_checked()
    assert [message["kind"] for message in opened.kernel.heard] == ["submit"]


def test_a_refusal_is_seen_in_the_dialog_it_answers(open_card: Any, begun: Any) -> None:
    opened = open_card()
    decide(opened.page)
    # Another phone takes the status back: the card cannot know, so the kernel refuses.
    begun.ledger[(1, "status")][2] = ""
    opened.page.get_by_role("button", name="Kirim").click()
    dialog = opened.page.get_by_role("dialog", name="Keputusan Anda")
    expect(dialog.get_by_text("Pilih status keluarga dulu.")).to_be_visible()
    opened.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opened.page.get_by_role("button", name="Putuskan")).to_be_focused()


def test_one_change_is_read_out_once(open_card: Any, begun: Any) -> None:
    opened = open_card()
    page = opened.page
    page.evaluate(
        """() => {
            window.said = [];
            const live = document.querySelector('[aria-live=polite].vvc-sr');
            new MutationObserver(() => live.textContent && said.push(live.textContent))
                .observe(live, { childList: true });
        }"""
    )
    mark(page, "F1.rt", "Tidak sesuai")
    is_saved(page, "F1.rt")
    page.evaluate(
        "model.fire('msg:custom', {kind: 'saved', number: 1, field: 'F1.rt', revision: 1,"
        " asked: 1, given: 'tidak_sesuai', value: 'tidak_sesuai', blockers: []}, [])"
    )
    assert page.evaluate("said") == ["RT: tersimpan"]
