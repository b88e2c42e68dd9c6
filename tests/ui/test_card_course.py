"""The card in a class with parts: steps, a test without feedback, waiting, the trainer's words."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PULSE_MS = 10_000
SCREENS = pytest.mark.parametrize("screen", ["phone", "laptop"])


def has_no_overflow(page: Any) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def decide(page: Any) -> None:
    page.get_by_role("button", name="Putuskan").click()
    page.get_by_role("radio", name="Layak", exact=True).check()
    page.get_by_role("radio", name="Tidak ada", exact=True).check()
    page.get_by_role("radio", name="Ragu", exact=True).check()
    page.get_by_role("button", name="Kirim").click()


@SCREENS
def test_the_steps_show_what_is_mastered_and_one_button_leads_on(
    open_card: Any, courses: Any, screen: str
) -> None:
    page = open_card(screen).page
    expect(page.get_by_role("heading", name="Jenjang saya")).to_be_visible()
    expect(page.get_by_text("2 dari 6 aturan dikuasai, 1 perlu diulang.")).to_be_visible()
    page.get_by_text("Identitas", exact=True).click()
    for word in ("Dikuasai", "Ulangi", "Dilatih"):
        expect(page.get_by_text(word, exact=True).first).to_be_visible()
    assert has_no_overflow(page)
    assert page.locator(".vvc-primary:visible").count() == 1
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_role("heading", name="Soal 1 dari 3")).to_be_visible()


def test_a_test_tells_nothing_until_it_is_closed(
    open_card: Any, courses: Any, training: Any, come: Any
) -> None:
    page = open_card().page
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_role("progressbar", name="Soal yang sudah dikirim")).to_have_count(1)
    courses.upcoming[:] = [come("kasus", 2)]
    decide(page)
    expect(page.get_by_role("heading", name="Jawaban tersimpan")).to_be_focused()
    expect(page.get_by_text("Pembahasan dibuka setelah tes ditutup.")).to_be_visible()
    expect(page.locator(".vvc-item")).to_have_count(0)
    page.get_by_role("button", name="Soal berikutnya").click()
    expect(page.get_by_role("heading", name="Soal 2 dari 3")).to_be_visible()
    page.get_by_role("button", name="Jenjang saya").click()
    page.get_by_role("button", name="Kemajuan saya").click()
    expect(page.get_by_text("nilai dibuka setelah tes ditutup")).to_be_visible()


def test_on_the_step_with_help_the_hints_light_their_place(
    open_card: Any, courses: Any, training: Any
) -> None:
    training.place = {
        "part": 2,
        "kind": "latihan",
        "step": "dibantu",
        "hints": ({"text": "Jenis kelamin pada <b>KTP</b>.", "cells": ["P3.sex"]},),
        "is_test": False,
    }
    page = open_card("laptop").page
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_role("heading", name="Latihan berjenjang: dengan bantuan")).to_be_visible()
    hints = page.get_by_role("region", name="Bandingkan ini lebih dulu")
    expect(hints).to_contain_text("Jenis kelamin pada <b>KTP</b>.")
    hints.get_by_role("button", name="Tunjukkan tempatnya").click()
    expect(page.locator("[data-cell='P3.sex']")).to_have_attribute("data-shown", "")
    expect(page.locator(".vvc-doc [data-lit]").first).to_contain_text("Laki-laki")
    page.get_by_role("button", name="Lewati tur").click()
    decide(page)
    expect(page.get_by_role("heading", name="1 dari 2 kesalahan")).to_be_visible()
    expect(page.get_by_role("button", name="Lanjutkan")).to_be_visible()


def test_a_worked_example_is_read_and_leads_to_the_next_case(
    open_card: Any, courses: Any, come: Any
) -> None:
    courses.upcoming[:] = [come("contoh", 4), come("kasus", 1)]
    page = open_card().page
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_role("heading", name="Contoh yang dibahas")).to_be_visible()
    expect(page.get_by_text("Kartu memuat empat orang.")).to_be_visible()
    page.get_by_role("button", name="Lanjut", exact=True).click()
    expect(page.get_by_role("heading", name="Soal 1 dari 3")).to_be_visible()
    assert courses.finished == [4]


def test_a_waiting_page_goes_on_by_itself(open_card: Any, courses: Any, come: Any) -> None:
    courses.upcoming[:] = [come("tunggu", 0, "Lanjut pukul 10.30.")]
    page = open_card().page
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_text("Lanjut pukul 10.30.")).to_be_visible()
    page.clock.run_for(PULSE_MS)
    expect(page.get_by_text("Lanjut pukul 10.30.")).to_be_visible()
    courses.upcoming[:] = [come("kasus", 1)]
    page.clock.run_for(PULSE_MS)
    expect(page.get_by_role("heading", name="Soal 1 dari 3")).to_be_visible()


def test_what_the_trainer_says_stands_on_any_page_until_it_is_closed(
    open_card: Any, courses: Any
) -> None:
    page = open_card().page
    expect(page.get_by_role("heading", name="Jenjang saya")).to_be_visible()
    said = page.get_by_role("status").filter(has_text="Pesan pelatih")
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    courses.said = SimpleNamespace(paused=False, message="Kumpul di <i>aula</i>.", message_at=at)
    page.clock.run_for(PULSE_MS)
    expect(said).to_contain_text("Kumpul di <i>aula</i>.")
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_role("heading", name="Soal 1 dari 3")).to_be_visible()
    expect(said).to_be_visible()
    page.get_by_role("button", name="Tutup pesan pelatih").click()
    expect(said).to_have_count(0)
    page.clock.run_for(PULSE_MS)
    expect(said).to_have_count(0)
    later = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
    courses.said = SimpleNamespace(paused=False, message="Lanjut.", message_at=later)
    page.clock.run_for(PULSE_MS)
    expect(said).to_contain_text("Lanjut.")


def paused(message: str = "") -> SimpleNamespace:
    return SimpleNamespace(paused=True, message=message, message_at=None)


@SCREENS
def test_a_pause_covers_a_case_and_gives_it_back_as_it_was(
    open_card: Any, courses: Any, training: Any, screen: str
) -> None:
    page = open_card(screen).page
    page.get_by_role("button", name="Lanjutkan").click()
    page.get_by_role("button", name="Lewati tur").click()
    page.locator("[data-cell='F1.rt']").get_by_text("Tidak sesuai", exact=True).click()
    page.get_by_role("button", name="Putuskan").click()
    page.get_by_role("radio", name="Layak", exact=True).check()
    going, courses.said = courses.said, paused("Lihat <b>layar</b> depan.")
    page.clock.run_for(PULSE_MS)
    cover = page.get_by_role("dialog", name="Jeda dari pelatih")
    expect(cover).to_contain_text("Lihat <b>layar</b> depan.")
    assert has_no_overflow(page)
    before = dict(training.ledger)
    for key in ("Escape", "Escape", "ArrowDown", "3", "Enter"):
        page.keyboard.press(key)
    expect(cover).to_be_visible()
    assert training.ledger == before
    courses.said = going
    page.clock.run_for(PULSE_MS)
    expect(cover).to_be_hidden()
    expect(page.get_by_role("dialog", name="Keputusan Anda")).to_be_visible()
    expect(page.get_by_role("radio", name="Layak", exact=True)).to_be_checked()
    expect(page.get_by_text("Anda menandai: RT (Keluarga).")).to_be_visible()


def test_who_marks_in_a_pause_learns_of_it_at_once_and_loses_nothing(
    open_card: Any, courses: Any, training: Any
) -> None:
    page = open_card().page
    page.get_by_role("button", name="Lanjutkan").click()
    going, courses.said = courses.said, paused()
    page.locator("[data-cell='F1.rt']").get_by_text("Tidak sesuai", exact=True).click()
    cover = page.get_by_role("dialog", name="Jeda dari pelatih")
    expect(cover).to_be_visible()
    assert training.ledger[(1, "F1.rt")] == {1: "tidak_sesuai"}
    page.reload()
    expect(cover).to_be_visible()
    courses.said = going
    page.reload()
    expect(page.get_by_role("heading", name="Soal 1 dari 3")).to_be_visible()
    expect(cover).to_be_hidden()


@SCREENS
def test_an_open_part_of_drills_leads_to_their_room(
    open_card: Any, courses: Any, come: Any, screen: str
) -> None:
    courses.quiz = "open"
    courses.upcoming[:] = [come("kuis", 0, "Kerjakan di Latihan singkat: Graduasi.")]
    page = open_card(screen).page
    quiz = page.get_by_role("listitem").filter(has_text="Kuis pagi")
    expect(quiz).to_contain_text("5 kartu")
    expect(quiz.get_by_role("link", name="Latihan singkat")).to_have_attribute("href", "/singkat")
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_text("Kerjakan di Latihan singkat: Graduasi.")).to_be_visible()
    way = page.get_by_role("link", name="Buka Latihan singkat")
    expect(way).to_have_attribute("href", "/singkat")
    assert page.locator(".vvc-primary:visible").count() == 1
    courses.states[1] = "closed"
    page.get_by_role("button", name="Jenjang saya").click()
    expect(page.get_by_role("button", name="Lanjutkan")).to_have_count(0)
    expect(way).to_be_visible()
    assert page.locator(".vvc-primary:visible").count() == 1
    assert has_no_overflow(page)


@SCREENS
def test_the_link_to_a_refresher_can_be_read_scanned_and_selected(
    open_card: Any, courses: Any, come: Any, screen: str
) -> None:
    courses.token = "AbC-d_9" * 30
    courses.upcoming[:] = [come("selesai")]
    page = open_card(screen).page
    page.get_by_role("button", name="Lanjutkan").click()
    section = page.locator(".vvc-refresher")
    link = f"http://192.168.1.7:8866/segarkan?tugas={courses.token}"
    for _ in range(2):
        expect(section).to_contain_text("30 hari lagi")
        expect(section).to_contain_text("tidak memuat nama")
        expect(section.get_by_role("img", name="Kode QR tautan penyegaran")).to_be_visible()
        section.get_by_text(link).click()
        assert page.evaluate("getSelection().toString()") == link
        assert has_no_overflow(page)
        if page.get_by_role("button", name="Kemajuan saya").count():
            page.get_by_role("button", name="Kemajuan saya").click()
            expect(page.get_by_role("heading", name="Kemajuan saya")).to_be_visible()
            section.get_by_text("Tautan penyegaran 30 hari").click()


def test_a_class_without_parts_asks_for_nothing_by_itself(open_card: Any) -> None:
    opened = open_card()
    expect(opened.page.get_by_role("heading", name="Satu contoh dulu")).to_be_visible()
    opened.kernel.heard.clear()
    opened.page.clock.run_for(3 * PULSE_MS)
    assert opened.kernel.heard == []


@SCREENS
def test_the_tour_shows_four_things_can_be_left_and_does_not_come_back(
    open_card: Any, screen: str
) -> None:
    page = open_card(screen).page
    page.get_by_role("button", name="Mulai berlatih").click()
    tour = page.get_by_role("region", name="Tur singkat")
    for place in range(1, 5):
        expect(tour).to_contain_text(f"Tur singkat, {place} dari 4")
        expect(page.locator("[data-pointed]")).to_be_in_viewport()
        expect(tour).to_be_in_viewport()
        if place < 4:
            tour.get_by_role("button", name="Berikutnya").click()
    assert has_no_overflow(page)
    tour.get_by_role("button", name="Mengerti").click()
    expect(tour).to_have_count(0)
    expect(page.locator("[data-pointed]")).to_have_count(0)
    page.reload()
    page.get_by_role("button", name="Mulai berlatih").click()
    expect(page.get_by_role("heading", name="Kasus 1 dari 3")).to_be_visible()
    expect(tour).to_have_count(0)
