"""The Monday after the bimtek: from the list to the door and back, through every hand, to proof.

Six people of an office on the real side. One family goes by clicks all the way; what the other
families need is put there by the services, so that there is something to draw and to compare.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from tests.full_numbers import full_numbers
from tests.screens import faults
from tests.services.recheck_world import HEADER, outcome
from tests.stories.test_fieldwork import at, choose, go_on, kept
from workbench.access import Actor, Role, Workspace
from workbench.domain.nik import make_kk, make_nik
from workbench.services import accounts, fieldwork, imports, rechecks, shelves
from workbench.services.office import Office
from workbench.store import clock
from workbench.store.tables import event, own_task

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]

CIPARE = "36.73.01.1002"
#: User name, name and areas of everybody in the story.
PEOPLE = {
    "wulan": ("Bu Wulan", ("36.73",)),
    "darto": ("Pak Darto", (CIPARE,)),
    "sari": ("Bu Sari", ("36.73.01",)),
    "lurah": ("Pak Hasan", (CIPARE,)),
    "eko": ("Mas Eko", (CIPARE,)),
    "nina": ("Bu Nina", ("36.73",)),
}
#: Kinds of events the story leaves in the ledger.
DONE_BY_ALL = {
    *("temuan_maju", "penugasan", "hasil_kunjungan", "tahap", "cuplikan", "periksa_ulang"),
    *("kunci_periksa_ulang", "putusan_periksa_ulang", "latihan_periksa_ulang", "musyawarah"),
    *("usulan", "paket_bukti"),
}
PASSWORD = "sandi-lapangan-7"
FAMILIES = 5
#: Typed by the first officer and by nobody else.
SECRETS = ("Akta kelahiran asli dilihat", "Atap bocor sejak tahun lalu")
PROPOSAL = "Usulkan bantuan atau layanan"
BA_LACKING = "Berita acara musyawarah atau Surat Pernyataan Tanggung Jawab Mutlak (SPTJM) belum ada"
#: A question of the form as a page is told it, with what is answered there.
TOLD = re.compile(
    rb'"id":\s*"([a-z]+\|[^|"]*\|[a-z_]+)".*?"value":\s*("(?:[^"\\]|\\.)*"|\[[^\]]*\])', re.DOTALL
)
THE_MOMENT = {"visited_on", "visit_number"}


@dataclass
class Story:
    """The office, its working list, and who does what in it."""

    server: Any
    list_id: str
    actors: dict[str, Actor]

    @property
    def office(self) -> Office:
        return self.server.office


def lines() -> list[str]:
    """Couples whose wife was born in another month than her number says."""
    found = []
    for family in range(FAMILIES):
        kk = make_kk("367301", date(2019, 3, 1 + family), 9001 + 10 * family, practice=False)
        members = (("KEPALA KELUARGA", "L", 1980, "RUSDI"), ("ISTRI", "P", 1983, "NENG"))
        for place, (relation, sex, year, name) in enumerate(members):
            serial = 9001 + 10 * family + place
            born = date(year + family, 5, 4)
            nik = make_nik("367301", born, sex, serial, practice=False)
            written = born.replace(month=6) if sex == "P" else born
            found.append(
                f"{nik};{kk};{name} CONTOH {serial};{sex};{written:%d/%m/%Y};{relation};"
                f"JL. CONTOH NO. {family + 1};001;002;CIPARE;SERANG"
            )
    return found


def set_the_stage(server: Any, folder: Path) -> Story:
    """Accounts past their first password, and a list that came in as the room Daftar takes it."""
    office = server.office
    clerk = accounts.machine_operator(Workspace.NYATA)
    for username, (name, areas) in PEOPLE.items():
        first = accounts.add_account(office, clerk, username, name, Role.STAF, areas)
        actor = accounts.sign_in(office, username, first).actor
        accounts.change_password(office, actor, first, PASSWORD)
    known = {one.username: one for one in accounts.list_accounts(office, clerk)}
    actors = {
        username: Actor(known[username].id, name, Role.STAF, Workspace.NYATA, areas)
        for username, (name, areas) in PEOPLE.items()
    }
    path = folder / "DTSEN Maret.csv"
    path.write_text("\n".join((HEADER, *lines(), "")), encoding="utf-8")
    made = imports.bring_in(office, actors["wulan"], path, "DTSEN Maret", as_of=date(2026, 3, 1))
    return Story(server, made.id, actors)


def pick(control: Locator, words: str) -> None:
    """Choose the option that holds these words."""
    control.select_option(control.locator("option", has_text=words).first.inner_text())


def seen(page: Page, label: str) -> Locator:
    """The control of this label in the tab that is open."""
    return page.get_by_label(label, exact=True).locator("visible=true").first


def turn(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab, exact=True).click()


def look_at_records(page: Page) -> None:
    """In Antrean, the records of every stage instead of the visits to come."""
    seen(page, "Yang tampil").select_option("Berkas menurut tahap")
    expect(seen(page, "Cari kepala keluarga")).to_be_visible()


def fill_in(page: Page, finding: str, note: str, proposal: str, house: str = "") -> None:
    """From the findings to the summary of a visit to a couple that was met."""
    at(page, "Yang perlu dicek")
    choose(page, "Jawaban atas temuan", finding)
    if note:
        page.locator("textarea").first.fill(note)
        kept(page.locator(".vv-lap-question").nth(1))
    go_on(page)
    for number in (1, 2):
        at(page, f"Anggota {number}")
        choose(page, "Keberadaan anggota", "Ditemukan")
        choose(page, "Padan Dukcapil", "Padan")
        go_on(page)
    at(page, "Tempat tinggal")
    choose(page, "Alamat tinggal", "Sesuai KK/KTP")
    go_on(page)
    choose(page, "Kelayakan menurut petugas", "Layak")
    choose(page, "Bukti yang dilihat", "Dilihat sendiri oleh petugas")
    go_on(page)
    choose(page, "Usulan petugas", proposal)
    if house:
        page.locator("textarea").first.fill(house)
        kept(page.locator(".vv-lap-question").nth(1))
    go_on(page)
    at(page, "Periksa dan simpan")


def share_the_work(one: Any) -> None:
    """The coordinator makes the list the working list and gives Cipare to the officer."""
    page = one.page
    one.sign_in("wulan", PASSWORD)
    one.sees("Selamat datang, Bu Wulan.")
    one.room("/lapangan")
    one.sees("Belum ada daftar kerja")
    one.press("Jadikan daftar kerja")
    one.says("Daftar dijadikan daftar kerja.")
    one.sees("RUSDI CONTOH 9001")
    one.looks_right("1-antrean")
    turn(page, "Bagi tugas")
    one.sees("5 keluarga menunggu dan belum punya petugas.")
    pick(seen(page, "Kelurahan"), "Cipare")
    pick(seen(page, "Petugas"), "Pak Darto")
    one.press("Beri tugas")
    one.says("Pak Darto mendapat tugas Cipare, Kec. Serang.")
    one.sees("Tidak ada keluarga tanpa petugas pada tahap ini.")
    one.looks_right("2-bagi-tugas")
    assert faults(page) == []
    seen(page, "Tahap").select_option("Pengisian oleh operator")
    expect(page.get_by_text("Beban petugas")).to_have_count(0)
    pick(seen(page, "Petugas"), "Mas Eko")
    one.press("Beri tugas")
    one.says("Mas Eko mendapat tugas Cipare, Kec. Serang.")


def visit_the_family(story: Story, one: Any) -> str:
    """The officer on a phone: half a visit, a reload, the other half; returns the family's id."""
    page = one.page
    one.sign_in("darto", PASSWORD)
    one.room("/lapangan")
    page.get_by_role("button", name="RUSDI CONTOH 9001").first.click()
    choose(page, "Keberadaan keluarga", "Ditemukan")
    one.looks_right("3-kunjungan")
    assert faults(page) == []
    go_on(page)
    at(page, "Yang perlu dicek")
    one.looks_right("4-temuan")
    choose(page, "Jawaban atas temuan", "Tidak benar")
    one.reload()
    one.press("Lanjutkan isian terakhir")
    at(page, "Yang perlu dicek")
    expect(page.get_by_role("radio", name="Tidak benar", exact=False)).to_be_checked()
    fill_in(page, "Tidak benar", SECRETS[0], PROPOSAL, SECRETS[1])
    one.looks_right("5-sebelum-simpan")
    one.press("Simpan hasil")
    one.says("Hasil kunjungan tersimpan")
    one.press("Teruskan ke: Musyawarah kelurahan")
    one.says("Berkas diteruskan.")
    one.sees("Anda meneruskan dari Pemeriksaan RT dan pendamping ke Musyawarah kelurahan.")
    one.looks_right("6-diteruskan")
    (family_id,) = fieldwork.stages_of(story.office, story.actors["wulan"], story.list_id)
    return str(family_id)


def visit_the_others(story: Story, family_id: str) -> list[str]:
    """Three more families are visited by the same officer; one stays in the queue."""
    ids = shelves.open_list(story.office, story.actors["wulan"], story.list_id).register["family"]
    others = [one for one in ids["family_id"].to_pylist() if one != family_id][:3]
    for one in others:
        said = outcome(story.office, story.list_id, one)
        fieldwork.record_outcome(story.office, story.actors["darto"], story.list_id, one, said)
    return others


def draw_the_sample(one: Any) -> None:
    """The coordinator draws with a number thrown in public and names the second checker."""
    page = one.page
    one.room("/lapangan")
    turn(page, "Periksa ulang")
    seen(page, "Angka undian").fill("4107")
    one.press("Hitung dahulu")
    one.sees("4 keluarga dapat diundi")
    one.looks_right("7-undian")
    assert faults(page) == []
    one.press("Undi")
    one.says("4 keluarga terundi dengan angka undian 4107.")
    page.get_by_label("Bu Sari").check()
    one.press("Bagikan keluarga")
    one.says("4 keluarga dibagikan.")
    one.looks_right("8-pemeriksa-kedua")
    one.press("Kunci kedua hasil")
    one.says("4 keluarga belum selesai diperiksa ulang.")


def check_blindly(one: Any) -> None:
    """The second checker on another phone fills the same form and is told nothing of the first."""
    page = one.page
    one.sign_in("sari", PASSWORD)
    one.forget()
    one.room("/lapangan")
    look_at_records(page)
    for tab in ("Lembar", "Musyawarah", "Ringkasan", "Periksa ulang"):
        turn(page, tab)
        expect(page.locator(".widget-tab-contents > :not(.lm-mod-hidden)")).not_to_be_empty()
    one.sees("Tugas Anda: 4 dari 4 keluarga")
    # The form to come holds these words among its choices; until then nobody may say them.
    assert not one.was_told(PROPOSAL)
    one.looks_right("9-tugas-kedua")
    page.get_by_role("button", name="RUSDI CONTOH 9001").click()
    one.sees("Keluarga RUSDI CONTOH 9001")
    at(page, "Kunjungan")
    one.looks_right("10-kunjungan-kedua")
    choose(page, "Keberadaan keluarga", "Ditemukan")
    go_on(page)
    fill_in(page, "Benar", "", "Perbaiki data")
    one.press("Simpan hasil")
    one.says("Hasil Anda tersimpan.")
    one.looks_right("11-hasil-kedua")
    assert faults(page) == []
    one.press("Kunci hasil saya")
    one.says("Hasil Anda terkunci.")
    one.sees("Tugas Anda: 3 dari 4 keluarga")

    # Everybody else finds the family among the records; for this person it is not there.
    turn(page, "Antrean")
    seen(page, "Cari kepala keluarga").fill("9001")
    one.sees("Tidak ada keluarga dengan nama itu.")
    one.room("/jejak")
    one.sees("Anda mengurus sebagian kota")
    told_nothing_of_the_first(one)


def told_nothing_of_the_first(one: Any) -> None:
    """No word of the first visit, and no answer that is not the second checker's own."""
    assert [words for words in SECRETS if one.was_told(words)] == []
    assert not one.was_told("Pak Darto meneruskan")
    assert not one.was_told("hasil sudah masuk")
    told: dict[str, set[str]] = {}
    for frame in one.heard:
        for question, value in TOLD.findall(frame):
            level, _, key = question.decode().split("|")
            told.setdefault(f"{level}.{key}", set()).add(value.decode())
    own = {
        "keluarga.presence": '"KB1"',
        "keluarga.domicile": '"DM1"',
        "keluarga.eligibility": '"LY1"',
        "keluarga.evidence": '["LIHAT"]',
        "keluarga.proposal": '"PERBAIKI"',
        "orang.member_presence": '"KB1"',
        "orang.civil_match": '"PD1"',
        "temuan.answer": '"benar"',
    }
    for question, values in told.items():
        if question.split(".")[1] not in THE_MOMENT:
            assert values <= {'""', "[]", own.get(question, "")}, question
    assert {'""', own["temuan.answer"]} == told["temuan.answer"]
    assert {'""', own["keluarga.proposal"]} == told["keluarga.proposal"]


def check_the_others(story: Story, others: list[str]) -> None:
    """The rest of the second visits, which say what the first said."""
    sari = story.actors["sari"]
    (sample_id,) = {one.sample_id for one in rechecks.my_errands(story.office, sari)}
    for family_id in others:
        said = outcome(story.office, story.list_id, family_id)
        rechecks.record_second(story.office, sari, sample_id, family_id, said)
        rechecks.close_second(story.office, sari, sample_id, family_id)


def lock_compare_and_decide(one: Any) -> None:
    """Both sides are locked, set side by side, decided with a reason, and practised."""
    page = one.page
    one.room("/lapangan")
    turn(page, "Periksa ulang")
    one.sees("4 dari 4 keluarga sudah dikunci pemeriksa kedua")
    one.press("Kunci kedua hasil")
    one.says("Kedua hasil dikunci.")
    one.sees("2 perbedaan belum diputus.")
    one.looks_right("12-perbedaan")
    disputes = seen(page, "Perbedaan (2 belum diputus)")
    pick(disputes, "Tanggal lahir")
    expect(page.locator(".vv-lap-pick").locator("visible=true")).to_contain_text("Tanggal lahir")
    one.sees("Pertama, Pak Darto")
    one.sees("Kedua, Bu Sari")
    expect(page.get_by_role("button", name="Jadikan soal latihan")).to_be_disabled()
    one.press("Simpan putusan")
    one.says("Tulis alasan putusan ini")
    seen(page, "Siapa yang benar").select_option("Pemeriksa kedua benar")
    seen(page, "Alasan (wajib)").fill("Akta kelahiran dari Dukcapil")
    one.press("Simpan putusan")
    one.says("Putusan tersimpan.")
    seen(page, "Siapa yang benar").select_option("Pemeriksa pertama benar")
    seen(page, "Alasan (wajib)").fill("Rumah dilihat bersama ketua RT")
    one.press("Simpan putusan")
    one.says("Putusan tersimpan.")
    one.sees("Daftar ditolak")
    pick(seen(page, "Perbedaan (0 belum diputus)"), "Tanggal lahir")
    one.sees("Alasan: Akta kelahiran dari Dukcapil (Anda)")
    one.press("Jadikan soal latihan")
    one.says("Soal latihan dibuat di ruang latihan")
    one.sees("Sesudah latihan")
    one.looks_right("13-putusan")
    assert faults(page) == []


def hold_the_meeting(one: Any, folder: Path) -> None:
    """The lurah plans, notes who came, decides, closes the minutes; they are not signed yet."""
    page = one.page
    one.sign_in("lurah", PASSWORD)
    one.room("/lapangan")
    turn(page, "Musyawarah")
    pick(seen(page, "Kelurahan"), "Cipare, Kec. Serang: 1 keluarga menunggu")
    seen(page, "Tanggal").fill(clock.today().isoformat())
    seen(page, "Diumumkan").fill((clock.today() - timedelta(4)).isoformat())
    seen(page, "Tempat").fill("Aula Kelurahan Cipare")
    one.looks_right("14-rencana")
    one.press("Rencanakan musyawarah")
    one.says("Musyawarah direncanakan dengan 1 keluarga di agenda.")

    turn(page, "Daftar hadir")
    one.sees("daftar hadir masih kosong")
    came = (
        ("Lurah atau sekretaris lurah", "Pak Hasan Contoh"),
        ("Operator data", "Mas Eko Contoh"),
        ("Ketua RT atau RW", "Pak Rukun Contoh"),
        ("Pendamping PKH atau TKSK", "Bu Damping Contoh"),
    )
    for count, (role, name) in enumerate(came, start=1):
        seen(page, "Unsur").select_option(role)
        seen(page, "Nama").fill(name)
        one.press("Tambah ke daftar")
        one.says(f"Daftar hadir tersimpan: {count} dari {count} undangan.")
    expect(page.get_by_text("Belum memenuhi ketentuan setempat")).to_have_count(0)
    one.looks_right("15-daftar-hadir")
    assert faults(page) == []

    turn(page, "Keputusan")
    one.sees(f"Usulan petugas: {PROPOSAL}.")
    seen(page, "Keputusan").select_option("Layak, tetap atau diusulkan")
    seen(page, "Catatan").fill("Disepakati semua yang hadir")
    one.looks_right("16-keputusan")
    one.press("Simpan keputusan")
    one.says("Semua diputuskan.")

    turn(page, "Berita acara")
    expect(page.get_by_role("button", name="Tutup berita acara")).to_be_disabled()
    seen(page, "Sudah diperiksa. Setelah ditutup, isinya tidak dapat diubah.").check()
    one.press("Tutup berita acara")
    one.says("Berita acara ditutup. 1 berkas diteruskan.")
    one.sees("belum ditandatangani lurah")
    for form, begins in (("PDF", b"%PDF-"), ("DOCX", b"PK")):
        content = download(page, f"Unduh {form} versi 1", folder / f"berita-acara.{form.lower()}")
        assert content.startswith(begins)
    with zipfile.ZipFile(folder / "berita-acara.docx") as book:
        assert "RUSDI CONTOH 9001" in book.read("word/document.xml").decode()
    one.looks_right("17-berita-acara")
    assert faults(page) == []


def download(page: Page, label: str, path: Path) -> bytes:
    """Press a button that fetches a file, and read what came."""
    with page.expect_download() as coming:
        page.get_by_role("button", name=label).click()
    coming.value.save_as(path)
    return path.read_bytes()


def refuse_the_proposal(one: Any) -> None:
    """The operator cannot send what lacks papers; one is shown, one waits for the lurah."""
    page = one.page
    one.sign_in("eko", PASSWORD)
    one.room("/lapangan")
    look_at_records(page)
    expect(seen(page, "Tahap").locator("option:checked")).to_have_text(
        "Pengisian oleh operator (1)"
    )
    assert faults(page) == []
    open_the_record(one, "Pengisian oleh operator")
    one.sees("Belum lengkap")
    one.press("Teruskan ke: Pemeriksaan petugas data")
    one.says(BA_LACKING)
    one.looks_right("18-ditolak")
    seen(page, "Berkas").select_option("KTP-el dan KK")
    one.press("Catat tanpa pindaian")
    one.says("Berkas tersimpan.")
    one.press("Teruskan ke: Pemeriksaan petugas data")
    one.says(BA_LACKING)


def open_the_record(one: Any, stage: str) -> None:
    """The family of the story, which waits for no visit any more, among those of a stage."""
    look_at_records(one.page)
    pick(seen(one.page, "Tahap"), f"{stage} (1)")
    one.looks_right("17-berkas")
    one.page.get_by_role("button", name="RUSDI CONTOH 9001").locator("visible=true").click()
    one.sees("Tahap berkas")


def sign_the_minutes(one: Any, scan: Path) -> None:
    """The lurah uploads the scan and says who signed."""
    page = one.page
    page.get_by_label("Lurah atau sekretaris lurah").check()
    page.locator("input[type=file]").set_input_files(scan)
    one.says("Berita acara ini sekarang menjadi bukti usulan.")
    one.sees("Ditutup dan ditandatangani")
    one.looks_right("19-ditandatangani")


def send_the_proposal(one: Any) -> None:
    """What was refused goes through, and whoever sent it does not check it."""
    one.press("Teruskan ke: Pemeriksaan petugas data")
    one.says("Berkas diteruskan.")
    one.sees("Lengkap")
    one.press("Teruskan ke: Verifikasi")
    one.says("harus dikerjakan orang lain")
    one.looks_right("20-usulan")


def verify_the_data(one: Any) -> None:
    """The data officer, a fifth hand, sends it on."""
    one.sign_in("nina", PASSWORD)
    one.room("/lapangan")
    open_the_record(one, "Pemeriksaan petugas data")
    one.press("Teruskan ke: Verifikasi")
    one.says("Berkas diteruskan.")


def pack_the_evidence(one: Any, folder: Path) -> None:
    """The whole of it as one file, without a name or number of anybody."""
    page = one.page
    one.room("/jejak")
    one.sees("Bu Nina")
    one.looks_right("21-jejak")
    turn(page, "Paket bukti")
    one.press("Kemas bukti")
    one.sees("Paket siap:", timeout=60_000)
    download(page, "Unduh paket (zip)", folder / "paket.zip")
    one.looks_right("22-paket")
    with zipfile.ZipFile(folder / "paket.zip") as pack:
        everything = b"\n".join(pack.read(name) for name in pack.namelist())
        names = pack.namelist()
    assert b"RUSDI CONTOH" not in everything
    assert not [row for row in lines() if row.split(";")[0].encode() in everything]
    assert [name for name in names if "recheck" in name]
    assert [name for name in names if "musyawarah" in name or "meeting" in name]


def ledger_kinds(office: Office) -> set[str]:
    with office.real.reading() as connection:
        return set(connection.execute(select(event.c.kind)).scalars())


def practised(office: Office) -> list[str]:
    """What the practice side keeps of tasks that came from the real side."""
    with office.practice.reading() as connection:
        return list(connection.execute(select(own_task.c.content)).scalars())


def verify_by_command(root: Path) -> str:
    """``verval audit verify`` as the person at the server types it."""
    command = [sys.executable, "-c", "from workbench.cli import main; main()", "audit", "verify"]
    done = subprocess.run(
        [*command, "--workspace", str(root)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_one_family_goes_from_the_list_to_the_door_and_back_with_proof(
    tmp_path: Path, start_server: Any, visit: Callable[..., Any]
) -> None:
    root = tmp_path / "kantor"
    with start_server(root) as server:
        story = set_the_stage(server, tmp_path)
        wulan, darto, sari = (visit(server, one) for one in ("laptop", "phone", "phone"))
        lurah, eko, nina = (visit(server, one) for one in ("laptop", "phone", "laptop"))
        share_the_work(wulan)
        family_id = visit_the_family(story, darto)
        others = visit_the_others(story, family_id)
        draw_the_sample(wulan)
        check_blindly(sari)
        check_the_others(story, others)
        lock_compare_and_decide(wulan)
        (task,) = practised(story.office)
        assert not full_numbers(task)
        assert not re.search(r"CONTOH|3673\d{4}", task)
        hold_the_meeting(lurah, tmp_path)
        refuse_the_proposal(eko)
        sign_the_minutes(lurah, tmp_path / "berita-acara.pdf")
        send_the_proposal(eko)
        verify_the_data(nina)
        pack_the_evidence(wulan, tmp_path)
        assert "Ruang nyata: Jejak utuh" in verify_by_command(root)
        assert ledger_kinds(story.office) >= DONE_BY_ALL
        for one in (wulan, darto, sari, lurah, eko, nina):
            one.page.close()
