"""Who did what, in words; whether the chain is whole; and a sheet that proves it later."""

import ast
import pathlib
from datetime import date

import pytest

from tests.database import by_hand
from tests.services.test_papers import text_of
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, WrongUse
from workbench.services import accounts, audits
from workbench.services.audits import LogFilter
from workbench.store import Event, append, clock, record, snapshots

AUDITOR = Actor("A-1", "Auditor", Role.STAF, Workspace.NYATA, ("36.73",))
PRACTICE = accounts.machine_operator(Workspace.LATIHAN)
NIK = "3673010504819001"


@pytest.fixture
def say(office):
    def say(kind="akun", field="masuk", actor="A-1", subject="akun:A-1", value=None):
        with office.real.writing() as connection:
            record(connection, actor, kind, subject, field, {} if value is None else value)

    return say


def words(page):
    return [entry.words for entry in page.entries]


def test_the_newest_stands_first_and_pages_follow_each_other_without_a_gap(office, say):
    for number in range(1, 8):
        say(value=number)
    first = audits.log_page(office, AUDITOR, size=3)
    assert [entry.seq for entry in first.entries] == [7, 6, 5]
    assert (first.before_seq, first.events) == (5, 7)
    second = audits.log_page(office, AUDITOR, first.before_seq, size=3)
    say()
    third = audits.log_page(office, AUDITOR, second.before_seq, size=3)
    assert [entry.seq for entry in (*second.entries, *third.entries)] == [4, 3, 2, 1]
    assert third.before_seq is None


def test_a_page_is_narrowed_by_kind_person_subject_and_day(office, say, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: "2026-11-21T16:59:59.000000Z")
    say("impor", "impor", subject="daftar:D1")
    monkeypatch.setattr(clock, "now", lambda: "2026-11-21T17:00:00.000000Z")
    say("lihat_nik", "lihat_nik", actor="A-2", subject="daftar:D1")
    say()

    def seqs(**narrowed):
        page = audits.log_page(office, AUDITOR, None, LogFilter(**narrowed))
        return [entry.seq for entry in page.entries]

    assert seqs(kind="impor") == [1]
    assert seqs(actor_id="A-2") == [2]
    assert seqs(subject="daftar:D1") == [2, 1]
    # Midnight in Serang is five in the afternoon of UTC.
    assert seqs(day=date(2026, 11, 21)) == [1]
    assert seqs(day=date(2026, 11, 22)) == [3, 2]
    assert seqs(day=date(2026, 11, 22), kind="impor") == []


def test_it_speaks_indonesian_and_names_who_it_was(office, say):
    accounts.add_account(
        office, accounts.machine_operator(Workspace.NYATA), "ani", "Ani Rekaan", Role.STAF
    )
    ani = accounts.list_accounts(office, accounts.machine_operator(Workspace.NYATA))[0].id
    say("impor", "impor", actor=ani, subject="daftar:D1")
    say("ekspor_nik", "ekspor_nik", actor=ani, value={"baris": 12, "keperluan": "dukcapil"})
    say("jawaban", "P1.nik", actor="K7QX4M.12", value="sesuai")
    say("hal_baru", "langkah_1", value=[True, None])
    page = audits.log_page(office, AUDITOR)
    assert words(page) == [
        "hal_baru: langkah 1",
        "Jawaban latihan: P1.nik",
        "Ekspor dengan NIK lengkap",
        "Impor daftar",
        "Akun dibuat",
    ]
    assert [entry.actor_name for entry in page.entries][1:] == [
        "Kursi 12, kelas K7QX4M",
        "Ani Rekaan",
        "Ani Rekaan",
        "Pengelola mesin",
    ]
    assert page.entries[2].detail == "baris: 12; keperluan: dukcapil"
    assert page.entries[0].detail == "ya, tidak ada"


def test_each_event_is_a_sentence_with_names_of_people_and_lists(office, say):
    machine = accounts.machine_operator(Workspace.NYATA)
    accounts.add_account(office, machine, "ani", "Ani Rekaan", Role.STAF)
    ani = accounts.list_accounts(office, machine)[0].id
    snapshots.add_snapshot(office.real, ani, "D1", f"Maret {NIK}", "D1", {})
    say("hasil_kunjungan", ani, actor=ani, subject="kunjungan:D1.F-7")
    say("akun", "nonaktif", subject=f"akun:{ani}", value=True)
    say("akun", "masuk", actor=ani, subject=f"akun:{ani}")
    say("akun", "wilayah", actor=ani, subject=f"akun:{ani}")
    say("pengaturan", "nilai", subject="pengaturan:kantor.nik_on_paper")
    say("pengaturan", "nilai", subject="pengaturan:low_desil_max")
    say("hal_baru", "hal_baru", actor="mesin", subject="hal:1")
    say("kirim", "kirim", actor="K7QX4M.12", subject="kasus:K7QX4M.12.3")
    told = [entry.sentence for entry in audits.log_page(office, AUDITOR).entries]
    assert NIK not in repr(told)
    assert told == [
        "Kursi 12, kelas K7QX4M mengirim kasus 3, kursi 12 kelas K7QX4M.",
        "Pengelola mesin: hal_baru, hal 1.",
        "A-1 mengubah pengaturan aturan: Desil tertinggi yang disebut desil rendah.",
        "A-1 mengubah pengaturan kantor: NIK di lembar kertas.",
        "Ani Rekaan mengganti wilayah akunnya sendiri.",
        "Ani Rekaan masuk.",
        "A-1 menonaktifkan akun Ani Rekaan.",
        "Ani Rekaan mencatat hasil kunjungan keluarga F-7 pada daftar Maret 3673**********01.",
        "Ani Rekaan memasukkan daftar Maret 3673**********01.",
        "Pengelola mesin membuat akun Ani Rekaan.",
    ]


def test_what_is_sealed_shows_its_beginning_and_a_pack_its_whole_sum(office, say):
    digest = "0a" * 32
    say("musyawarah", "berita_acara", value={"isi": digest, "hadir": {"LURAH": 1, "OPERATOR": 2}})
    say("paket_bukti", "paket_bukti", value={"sha256": digest})
    pack, minutes = audits.log_page(office, AUDITOR).entries
    assert minutes.detail == "hadir: LURAH 1, OPERATOR 2; isi: 0a0a0a0a0a0a…"
    assert pack.detail == f"sidik: {digest}"


def test_a_number_that_got_into_an_event_is_masked(office, say):
    say(subject=f"orang:{NIK}", field=f"f {NIK}", value={"nik": NIK, "lagi": [NIK]})
    assert NIK not in repr(audits.log_page(office, AUDITOR))


def test_every_kind_of_event_the_package_writes_has_its_words():
    """A new kind is given its words in ``audits.KINDS``."""
    home = pathlib.Path(audits.__file__).parents[1]
    written = set()
    for path in (*home.glob("services/**/*.py"), *home.glob("store/*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            place = {"record": 2, "Event": 1}.get(name)
            if place is None or len(call.args) < 5:
                continue
            if isinstance(call.args[place], ast.Constant):
                written.add(call.args[place].value)
    assert len(written) > 20
    assert written <= set(audits.KINDS)


def test_only_who_looks_after_the_whole_office_may_read_it(office, say):
    say()
    part = Actor("A-3", "Staf", Role.STAF, Workspace.NYATA, ("36.73.01",))
    trainer = Actor("A-4", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
    for actor in (part, trainer):
        for act in (audits.verify, audits.anchors, audits.take_anchor):
            with pytest.raises(Forbidden):
                act(office, actor)
        with pytest.raises(Forbidden):
            audits.anchor_sheet(office, actor, None)
    with pytest.raises(Forbidden):
        audits.log_page(office, trainer)


def test_of_a_part_of_the_city_one_reads_ones_own_acts_alone(office, say):
    """Events do not say where they are about, so nobody else's can be told apart by place."""
    part = Actor("A-3", "Staf", Role.STAF, Workspace.NYATA, ("36.73.01",))
    say()
    say(actor="A-3", subject="akun:A-3")
    for narrowed in (None, LogFilter(actor_id="A-1"), LogFilter(kind="akun")):
        page = audits.log_page(office, part, None, narrowed)
        assert [entry.seq for entry in page.entries] == [2]
    assert audits.people(office, part) == (("A-3", "Staf"),)


def test_an_anchor_on_paper_finds_what_was_written_anew(office, say):
    for _ in range(3):
        say()
    anchor = audits.take_anchor(office, AUDITOR)
    assert audits.anchors(office, AUDITOR) == (anchor,)
    assert audits.verify(office, AUDITOR, [anchor.code]).is_whole
    (office.folder(Workspace.NYATA) / "jangkar.txt").unlink()
    with by_hand(office.real) as raw:
        raw.exec_driver_sql("delete from event")
        raw.exec_driver_sql(f"update ledger_head set seq = 0, hash = '{'0' * 64}'")
    for _ in range(3):
        with office.real.writing() as connection:
            append(connection, Event("lain", "akun", "akun:A-1", "masuk", 1, {}))
    assert audits.verify(office, AUDITOR).is_whole
    report = audits.verify(office, AUDITOR, [anchor.code.lower()])
    assert (report.is_whole, report.fault_at) == (False, 2)
    with pytest.raises(WrongUse, match="bukan milik ruang latihan"):
        audits.verify(office, PRACTICE, [anchor.code])


def test_the_sheet_is_one_page_with_the_code_and_always_the_same(office, say):
    say()
    anchor = audits.take_anchor(office, AUDITOR)
    name, content = audits.anchor_sheet(office, AUDITOR, anchor)
    assert name == f"jangkar-nyata-{anchor.date}-1.pdf"
    assert content.count(b"/Type/Page/") == 1
    assert anchor.code in text_of(content)
    assert "LATIHAN" not in text_of(content)
    assert audits.anchor_sheet(office, AUDITOR, anchor)[1] == content
    with office.practice.writing() as connection:
        record(connection, "a", "akun", "akun:a", "masuk", {})
    practice = audits.take_anchor(office, PRACTICE)
    assert "LATIHAN" in text_of(audits.anchor_sheet(office, PRACTICE, practice)[1])
