"""A small bimtek from its plan to its certificates: a trainer and three trainees at once."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.full_numbers import full_numbers
from tests.screens import LAPTOP, PHONE, faults
from tests.services.test_papers import plain, text_of
from workbench.access import Actor, Role, Workspace
from workbench.services import courses, paper_answers
from workbench.store.tables import bank_case, drawn_case
from workbench.training import choices
from workbench.training.agenda import usual_agenda
from workbench.ui.rule_words import rule_groups

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]

NAME = "Bimtek Uji <i>Satu</i> Hari"
ANI, BUDI = "<b>Ani</b> Contoh", "Budi Contoh"
CIPARE, UNYUR = "36.73.01.1002", "36.73.01.1007"
#: What the usual day calls the parts of the class.
TITLES = {session.part: session.title for session in usual_agenda("1 hari").sessions}
BEFORE, PRACTICE, DRILLS, AFTER = (
    TITLES[kind] for kind in ("tes_awal", "latihan", "kuis", "tes_akhir")
)
#: Cases of either test.
N = 4
#: The board is asked for again every 1.5 s.
SOON_MS = 60_000
#: A phone asks every twenty seconds what is said to all.
PULSE_MS = 120_000

CLERK = Actor("A-uji", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
SIZES = {"phone": PHONE, "laptop": LAPTOP}
WORDS = {kind: dict(offered) for kind, offered in choices().items()}


class Trainee:
    """One phone of the class, and the keys of its seat."""

    def __init__(self, one: Any, served: Any, class_id: str, seat: int) -> None:
        self.one, self.page, self.served = one, one.page, served
        self.class_id, self.seat = class_id, seat
        self.actor = Actor(
            f"{class_id}.{seat}",
            "",
            Role.PESERTA,
            Workspace.LATIHAN,
            class_id=class_id,
            seat=seat,
        )

    def number(self) -> int:
        """The case handed out last."""
        return max(self.served.keys_of_seat(self.class_id, self.seat))

    def key(self) -> Any:
        return self.served.keys_of_seat(self.class_id, self.seat)[self.number()]

    def leave_tour(self) -> None:
        """The first case of a phone comes with a tour."""
        self.one.sees("Tur singkat, 1 dari 4")
        self.one.press("Lewati tur")

    def answer(self, is_right: bool, confidence: str) -> Any:
        """Answer the case in view by its key, or against it; returns the key."""
        key = self.key()
        if is_right:
            for mistake in key.mistakes:
                self.one.mark(mistake.fields[0], "Tidak sesuai")
            status, follow_up = key.status, key.follow_ups[0]
        else:
            clean = next(cell for cell in key.cells if cell in key.clean)
            self.one.mark(clean, "Tidak sesuai")
            status = "perlu_verval" if key.status == "layak" else "layak"
            follow_up = next(one for one in WORDS["follow_up"] if one not in key.follow_ups)
        self.one.press("Putuskan")
        self.page.get_by_role("radio", name=WORDS["status"][status], exact=True).check()
        if status == "tidak_layak":
            self.page.get_by_label("Alasan tidak layak").select_option(key.reason)
        self.page.get_by_role("radio", name=WORDS["follow_up"][follow_up], exact=True).check()
        self.page.get_by_role("radio", name=confidence, exact=True).check()
        self.one.press("Kirim")
        return key

    def heading(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", name=words)).to_be_visible(timeout=PULSE_MS)

    def sit_test(self, rights: list[bool], first: int = 1) -> None:
        """Answer so many cases of the open test, from the page of the first on."""
        for place, is_right in enumerate(rights, start=first):
            self.heading(f"Soal {place} dari {N}")
            if place == 1:
                self.one.forget()
            key = self.answer(is_right, "Cukup yakin")
            self.heading("Jawaban tersimpan")
            # Nothing is told before the test is closed.
            self.one.was_told_nothing_of(key)
            expect(self.page.locator(".vvc-item")).to_have_count(0)
            self.one.looks_right("tersimpan")
            if place < N:
                self.one.press("Soal berikutnya")

    def on_ladder(self, step: str) -> None:
        """Go on until a case with a mistake is in view; examples are read on the way."""
        for _ in range(6):
            heading = self.page.locator("[data-heading]")
            # Where the bank runs low, the server first draws more.
            shown = re.compile(f"^Contoh yang|: {step}$", re.IGNORECASE)
            expect(heading).to_have_text(shown, timeout=PULSE_MS)
            if heading.inner_text().startswith("Contoh yang"):
                self.one.press("Lanjut")
                expect(heading).not_to_have_text("Contoh yang dibahas")
                continue
            if self.key().mistakes:
                return
            self.answer(True, "Yakin")
            self.one.explained()
            self.one.press("Lanjutkan")
        raise AssertionError(f"no case with a mistake: {step}")


def is_fit(one: Any, name: str) -> None:
    """The room in view fits both sizes, for all eyes, thumbs and keys."""
    size, device = one.page.viewport_size, one.device
    for one.device, viewport in SIZES.items():
        one.page.set_viewport_size(viewport)
        one.looks_right(name)
    one.device = device
    one.page.set_viewport_size(size)
    assert faults(one.page, keys=2) == [], name


def turn(trainer: Any, word: str, part: str) -> None:
    """Open or close a part on the board."""
    other = "Tutup" if word == "Buka" else "Buka"
    trainer.page.locator(f"button[title='{word} {part}']").click()
    expect(trainer.page.locator(f"button[title='{other} {part}']")).to_be_visible(timeout=SOON_MS)


def choose(select_: Any, words: str) -> None:
    select_.select_option(select_.locator("option", has_text=words).first.inner_text())


def tab(trainer: Any, name: str) -> None:
    trainer.page.get_by_role("tab", name=name, exact=True).click()


def take(trainer: Any, label: str) -> tuple[str, bytes]:
    """A file of the page in view: its name and content."""
    with trainer.page.expect_download(timeout=60_000) as loading:
        trainer.press(label)
    return loading.value.suggested_filename, Path(loading.value.path()).read_bytes()


def pdf_words(content: bytes) -> str:
    assert content.startswith(b"%PDF")
    return text_of(content)


def plan_bimtek(trainer: Any) -> None:
    """From the template to the class: one session moved, three people, few cases."""
    page = trainer.page
    tab(trainer, "Rencana")
    trainer.press("Rencana baru, satu hari")
    trainer.sees("Rencana baru disimpan.")
    choose(page.get_by_label("Sesi", exact=True), BEFORE)
    expect(page.get_by_label("Mulai (jam)")).to_have_value("08.30")
    # The last field that is filled in for the chosen session.
    expect(page.get_by_label("JP (kosong: dihitung)")).not_to_have_value("")
    page.get_by_label("Selesai (jam)").fill("09.00")
    page.get_by_label("Selesai (jam)").press("Tab")
    trainer.press("Simpan sesi")
    trainer.says("Jadwal disimpan.")
    # What follows moved along.
    trainer.sees("08.30-09.00")
    trainer.sees("09.00-10.30")
    is_fit(trainer, "rencana-jadwal")

    tab(trainer, "Peserta dan kelompok")
    people = page.get_by_role("region", name="Daftar peserta")
    for n, (name, area) in enumerate(((ANI, CIPARE), (BUDI, CIPARE), (BUDI, UNYUR)), start=1):
        page.get_by_label("Nama", exact=True).fill(name)
        page.get_by_label("Jabatan", exact=True).fill("Operator")
        page.get_by_label("Asal").select_option(
            page.get_by_label("Asal").locator("option", has_text=place_of(area)).inner_text()
        )
        trainer.press("Tambah peserta")
        expect(people.locator("tbody tr")).to_have_count(n)
    expect(people).to_contain_text(ANI)
    expect(people.locator("b")).to_have_count(0)
    for place in ("Cipare", "Unyur"):
        expect(people).to_contain_text(f"{BUDI} ({place})")
    trainer.press("Buat kelompok")
    trainer.says("Kelompok disusun.")
    is_fit(trainer, "rencana-peserta")

    tab(trainer, "Kelas dan kantor")
    page.get_by_label("Nama bimtek").fill(NAME)
    page.get_by_label("Tempat").fill("Aula Dinsos")
    page.get_by_label("Kasus tiap tes").fill(str(N))
    page.get_by_label("Aturan yang dilatih").fill("3")
    ticks = page.get_by_role("checkbox").locator("visible=true")
    expect(ticks).to_have_count(len(list(rule_groups())))
    for tick in ticks.all():
        tick.uncheck()
    page.get_by_role("checkbox", name="Identitas").check()
    page.get_by_label("Kepala (penanda tangan)").fill("Hj. Kepala Rekaan")
    page.get_by_label("Kepala (penanda tangan)").press("Tab")
    is_fit(trainer, "rencana-kelas")
    trainer.press("Buka kelas dari rencana ini")
    expect(page.get_by_role("img", name="Kode QR masuk kelas")).to_be_visible(timeout=120_000)


def place_of(kode: str) -> str:
    return {CIPARE: "Cipare (", UNYUR: "Unyur ("}[kode]


def own_link(one: Trainee) -> str:
    token = courses.make_refresher_token(one.served.office, one.actor)
    assert token
    return f"/segarkan?tugas={token}"


def forms_of(one: Trainee) -> dict[str, int]:
    """How many cases of either form a seat was handed."""
    with one.served.office.practice.reading() as connection:
        rows = connection.execute(
            select(bank_case.c.form)
            .join(
                drawn_case,
                (drawn_case.c.class_id == bank_case.c.class_id)
                & (drawn_case.c.item == bank_case.c.item),
            )
            .where(
                drawn_case.c.class_id == one.class_id,
                drawn_case.c.seat == one.seat,
                bank_case.c.form != "",
            )
        ).scalars()
        forms = list(rows)
    return {form: forms.count(form) for form in sorted(set(forms))}


def last_score(one: Trainee) -> float:
    """What the case sent last was worth, 0 to 1."""
    scores = one.served.grades_of_seat(one.class_id, one.seat)
    return float(scores[max(scores)][0])


def type_sheet(trainer: Any, one: Trainee) -> None:
    """The last case of the test before comes in on paper."""
    page, office = trainer.page, one.served.office
    form = next(iter(forms_of(one)))
    code = f"{form}-{N:02d}"
    wrong = f"{'B' if form == 'A' else 'A'}-{N:02d}"
    tab(trainer, "Bantu peserta")
    choose(page.get_by_label("Nama di lembar"), f"kursi {one.seat}")
    page.get_by_label("Kode lembar").fill(wrong)
    page.get_by_label("Kode lembar").press("Tab")
    trainer.says("bukan bentuk untuk orang ini sekarang")
    page.get_by_label("Kode lembar").fill(code)
    page.get_by_label("Kode lembar").press("Tab")
    trainer.sees(f"Lembar {code}:")
    lines = paper_answers.sheet(office, CLERK, one.class_id, one.seat, code).lines
    page.get_by_label("Baris ditandai").fill(f"{lines[0].number} {lines[1].number}k")
    page.get_by_label("Baris ditandai").press("Tab")
    page.get_by_label("Status").select_option("Layak")
    page.get_by_label("Tindak lanjut").select_option("Tidak ada")
    page.get_by_label("Keyakinan").select_option("Ragu")
    is_fit(trainer, "kertas-tes")
    trainer.press("Simpan jawaban")
    trainer.says(f"Lembar {code} milik {BUDI} disimpan.")
    tab(trainer, "Papan")


def test_a_bimtek_from_plan_to_certificate(visit, served):
    password = served.add_account("bu_tuti", "Bu Tuti", Role.PELATIH, Workspace.LATIHAN)
    trainer = visit(served, "laptop")
    page = trainer.page
    trainer.sign_in("bu_tuti", password)
    trainer.change_first_password(password, "lampu hijau di aula")
    trainer.room("/kelas")
    plan_bimtek(trainer)
    code = page.locator(".vvk-big").inner_text()

    tab(trainer, "Cetak")
    expect(page.get_by_label("Rencana", exact=True).locator("visible=true")).not_to_have_value("")
    is_fit(trainer, "cetak")
    name, cards = take(trainer, "Kartu masuk dengan QR")
    assert name.endswith(".pdf")
    words = pdf_words(cards)
    assert code in words
    for printed in (ANI, f"{BUDI} (Cipare)", f"{BUDI} (Unyur)"):
        assert plain(printed) in words

    # Two come in time. One opens the link again, which leads to the same seat, and then joins once
    # more in another browser of that phone: a second seat, and nothing of the first is lost.
    tab(trainer, "Papan")
    trainer.sees("Belum ada yang masuk.")
    phones = [visit(served, "phone") for _ in range(3)]
    phones[0].join(code, ANI, CIPARE)
    ani = Trainee(phones[0], served, *served.participant(ANI))
    phones[1].join(code, BUDI, CIPARE)
    budi = Trainee(phones[1], served, *served.participant(BUDI))
    phones[1].open(f"/masuk?kode={code}")
    expect(phones[1].page).to_have_url(re.compile("/beranda$"))
    elsewhere = visit(served, "phone")
    elsewhere.join(code, BUDI, CIPARE)
    assert served.participant(BUDI)[1] == budi.seat + 1
    phones[1].room("/latihan")
    ani.page.get_by_role("link", name="Mulai").click()
    ani.one.connected()
    for one in (ani, budi):
        one.heading("Jenjang saya")
    ani.one.sees("Belum ada bagian yang dibuka.")
    is_fit(ani.one, "jenjang-awal")
    expect(page.locator(".vvk-person")).to_have_count(3, timeout=SOON_MS)

    # The test before: pages that wait show it by themselves. A third comes when it has begun.
    turn(trainer, "Buka", BEFORE)
    ani.one.press("Lanjutkan")
    ani.leave_tour()
    ani.one.looks_right("soal-tes")
    ani.sit_test([False, False])
    phones[2].join(code, BUDI, UNYUR)
    late = Trainee(phones[2], served, *served.participant(BUDI))
    assert len({ani.seat, budi.seat, late.seat}) == 3
    late.page.get_by_role("link", name="Mulai").click()
    late.one.connected()
    late.one.press("Lanjutkan")
    late.leave_tour()
    late.sit_test([True, True, False, True])
    ani.sit_test([False, False], first=3)
    ani.one.press("Lanjut")
    ani.heading("Tes Anda selesai")
    is_fit(ani.one, "tes-selesai")
    # The same error again and again: the board names who needs a hand.
    helped = page.locator(".vvk-box", has=page.get_by_role("heading", name="Perlu dibantu"))
    expect(helped).to_contain_text(ANI, timeout=SOON_MS)
    expect(helped).to_contain_text("3 kasus berturut-turut menandai isian yang sesuai")
    budi.one.press("Lanjutkan")
    budi.leave_tour()
    budi.sit_test([True, False, True])
    type_sheet(trainer, budi)
    is_fit(trainer, "papan-bagian")

    # Who came in twice counts once; nothing was answered from the other seat.
    expect(page.locator(".vvk-person")).to_have_count(4)
    tab(trainer, "Bantu peserta")
    trainer.press(f"Pakai kursi {budi.seat}")
    trainer.sees("tidak dihitung")
    is_fit(trainer, "masuk-dua-kali")
    tab(trainer, "Papan")
    expect(page.locator(".vvk-person")).to_have_count(3, timeout=SOON_MS)

    turn(trainer, "Tutup", BEFORE)
    # Now it can be read, and the page that waited went on by itself or when asked.
    ani.one.press("Jenjang saya")
    ani.one.press("Kemajuan saya")
    ani.heading("Kemajuan saya")
    ani.one.sees(re.compile(r"nilai \d"))
    ani.one.looks_right("kemajuan-tes")
    ani.one.press("Baca lagi kasus 1")
    ani.one.explained()
    ani.one.looks_right("pembahasan-tes")

    # Practice: a worked example, then with help; who was right before begins alone.
    turn(trainer, "Buka", PRACTICE)
    ani.one.press("Jenjang saya")
    ani.one.press("Lanjutkan")
    ani.heading("Contoh yang dibahas")
    is_fit(ani.one, "contoh-jenjang")
    ani.on_ladder("dengan bantuan")
    expect(ani.page.get_by_role("region", name="Bandingkan ini lebih dulu")).to_be_visible()
    is_fit(ani.one, "soal-dibantu")
    ani.answer(True, "Ragu")
    ani.one.explained()
    ani.one.sees("Keyakinan: Ragu")

    late.one.press("Lanjut")
    late.on_ladder("(sendiri|campuran)")
    expect(late.page.get_by_role("region", name="Bandingkan ini lebih dulu")).to_have_count(0)
    late.answer(True, "Yakin")
    late.one.explained()
    late.one.sees("Keyakinan: Yakin")
    assert last_score(late) == pytest.approx(1.0)
    late.one.looks_right("pembahasan-jenjang")
    late.one.press("Lanjutkan")
    late.on_ladder("(sendiri|campuran)")
    missed = late.answer(False, "Yakin").mistakes[0].rule
    late.one.explained()
    assert last_score(late) < 0.3

    # Paused, with a word to all: it covers what everybody is at, and gives it back.
    trainer.press("Jeda kelas")
    trainer.sees("Kelas dijeda.")
    page.get_by_label("Pesan", exact=True).fill("Kumpul <u>di aula</u>")
    trainer.press("Kirim pesan")
    expect(page.locator(".vvk-live")).to_contain_text("Kumpul <u>di aula</u>")
    for one in (late, ani):
        cover = one.page.get_by_role("dialog", name="Jeda dari pelatih")
        expect(cover).to_contain_text("Kumpul <u>di aula</u>", timeout=PULSE_MS)
    is_fit(late.one, "jeda")
    ani.one.looks_right("pesan")
    trainer.press("Lanjutkan kelas")
    trainer.press("Hapus pesan")
    expect(page.locator(".vvk-live")).to_have_count(0)
    expect(late.page.get_by_role("dialog")).to_have_count(0, timeout=PULSE_MS)
    late.one.press("Lanjutkan")
    late.heading("Contoh yang dibahas")

    # What was missed, explained, and one case of it on the wall with nobody's name.
    page.get_by_role("button", name="Jelaskan", exact=True).first.click()
    # No case of the tests while one of them is to come: half of the class has it then.
    choose(page.get_by_label("Jelaskan", exact=True), missed)
    expect(page.locator(".vvk-box", has_text=missed).last).to_be_visible()
    expect(page.locator(".vvk-worst:visible")).to_have_count(1)
    page.locator(".vvk-worst:visible").first.click()
    is_fit(trainer, "papan-jelaskan")
    trainer.press("Tampilkan di dinding")
    wall = page.locator(".vvk-wall")
    expect(wall).to_contain_text("Apa yang salah di sini?")
    trainer.looks_right("dinding-bimtek")
    trainer.press("Tunjukkan jawabannya")
    expect(wall.locator(".vvc-given").first).to_be_visible()
    for name in ("Ani", BUDI):
        expect(wall).not_to_contain_text(name)
    is_fit(trainer, "dinding-bimtek-terjawab")
    wall.get_by_role("button", name="Tutup", exact=True).click()
    turn(trainer, "Tutup", PRACTICE)

    # A drill card on a phone.
    turn(trainer, "Buka", DRILLS)
    budi.one.press("Jenjang saya")
    budi.heading("Jenjang saya")
    is_fit(budi.one, "jenjang-kuis")
    budi.page.get_by_role("link", name="Buka Latihan singkat").click()
    # The room that is left says that it is connected, too.
    expect(budi.page).to_have_url(re.compile("/singkat$"))
    budi.one.connected()
    is_fit(budi.one, "singkat")
    budi.page.get_by_role("button", name=re.compile("lansia|kategori", re.IGNORECASE)).first.click()
    expect(budi.page.get_by_role("heading", name="Kartu 1 dari")).to_be_visible()
    budi.one.looks_right("singkat-kartu")
    budi.page.locator(".vvs-choice").first.click()
    budi.page.locator(".vvs-go").click()
    expect(budi.page.locator(".vvs-feedback")).to_be_visible()
    budi.one.looks_right("singkat-pembahasan")
    turn(trainer, "Tutup", DRILLS)

    # The test after, with the form each has not sat.
    turn(trainer, "Buka", AFTER)
    for one, rights in ((ani, [True, True, True, False]), (budi, [True] * 4), (late, [True] * 4)):
        one.one.room("/latihan")
        resume = one.page.get_by_role("button", name="Lanjutkan", exact=True)
        asked = one.page.get_by_role("heading", name=f"Soal 1 dari {N}")
        expect(resume.or_(asked).first).to_be_visible(timeout=PULSE_MS)
        if resume.is_visible():
            resume.click()
        one.sit_test(rights)
        assert forms_of(one) == {"A": N, "B": N}
    turn(trainer, "Tutup", AFTER)

    tab(trainer, "Bukti")
    proof = page.locator(".vvb-said")
    expect(proof).to_contain_text(re.compile(r"orang|peserta"), timeout=60_000)
    expect(page.locator(".vvb-chart")).to_be_visible()
    is_fit(trainer, "bukti")
    _, content = take(trainer, "Unduh bukti (XLSX)")
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames

    tab(trainer, "Cetak")
    _, content = take(trainer, "Sertifikat")
    words = pdf_words(content)
    assert plain(ANI) in words
    assert plain("001/BIMTEK-VERVAL/20") in words
    assert not full_numbers(words)
    _, content = take(trainer, "Laporan (PDF)")
    assert plain(NAME) in pdf_words(content)
    _, content = take(trainer, "Laporan (XLSX)")
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert ANI in [cell.value for cell in cells]

    link = own_link(ani)
    # Archived and emptied; the link still works, for it needs no class.
    for one in phones:
        one.expected += ["status of 401", "status of 403"]
    tab(trainer, "Kelas")
    trainer.press("Tutup kelas")
    expect(page.locator(".vvk-head")).to_contain_text("ditutup untuk peserta baru")
    trainer.press("Kosongkan untuk kelas berikutnya")
    trainer.looks_right("kosongkan")
    trainer.press("Ya, arsipkan dan kosongkan")
    trainer.says("terbaca utuh", timeout=60_000)
    tab(trainer, "Kelas")
    row = page.locator(".widget-hbox", has_text=NAME).last
    with page.expect_download() as loading:
        row.get_by_role("button", name="Unduh arsip").click()
    with zipfile.ZipFile(loading.value.path()) as archive:
        assert archive.testzip() is None
        assert archive.namelist()

    again = visit(served, "phone")
    again.open(link)
    again.looks_right("segarkan")
    again.press("Mulai")
    again.connected()
    start = again.page.get_by_role("button", name="Mulai berlatih")
    case = again.page.get_by_role("heading", name=re.compile("^Kasus 1 dari"))
    expect(start.or_(case).first).to_be_visible()
    if start.is_visible():
        start.click()
    again.case_open(1)
    again.looks_right("segarkan-kasus")
