"""The room Jejak as plain objects: the auditor's way through it, and what it keeps from others."""

from __future__ import annotations

import io
import sqlite3
import zipfile

import ipywidgets as w
import pytest

from tests.services.test_lists import HEADER, ROWS
from tests.ui.widgets import walk
from workbench.access import Actor, Role, Workspace
from workbench.errors import Cancelled
from workbench.services import accounts, audits, fieldwork, lists, office_settings
from workbench.services.office import DATABASE, Office
from workbench.store import clock, record
from workbench.store.ledger import SAID, chain_hash
from workbench.ui.download import DownloadButton
from workbench.ui.trail import chain, decisions, log, packing, stages, view
from workbench.ui.trail.model import TrailRoom
from workbench.ui.upload import UploadButton

AUDITOR = Actor("A-1", "Auditor <i>", Role.STAF, Workspace.NYATA, ("36.73",))
PART = Actor("A-9", "Staf", Role.STAF, Workspace.NYATA, ("36.73.01",))


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path / "kantor")
    yield made
    made.real.close()


@pytest.fixture
def said():
    return []


@pytest.fixture
def say(said):
    return lambda sentence, wrong=False: said.append((sentence, wrong))


@pytest.fixture
def told(office):
    """Twelve events, three by another person and about another subject."""
    with office.real.writing() as connection:
        for number in range(1, 13):
            who = "A-2" if number % 4 == 0 else "A-1"
            subject = f"daftar:D{number % 4}"
            record(connection, who, "impor", subject, "impor", {"baris": number})
    return office


@pytest.fixture
def room(told):
    return TrailRoom(told, AUDITOR)


def found(panel, kind, label):
    for widget in walk(panel):
        if isinstance(widget, kind) and (
            getattr(widget, "description", "") or getattr(widget, "label", "")
        ).startswith(label):
            return widget
    raise AssertionError(label)


def text(panel):
    return " ".join(one.value for one in walk(panel) if isinstance(one, w.HTML))


# --- the log


def test_the_log_is_read_page_by_page_and_back(told, say, monkeypatch):
    monkeypatch.setattr(audits, "PAGE_SIZE", 5)
    monkeypatch.setattr(audits.log_page, "__defaults__", (None, None, 5))
    panel = log.panel(TrailRoom(told, AUDITOR), say)
    newer, older = found(panel, w.Button, "Lebih baru"), found(panel, w.Button, "Lebih lama")
    assert "Halaman 1: nomor 12 sampai 8" in text(panel)
    assert (newer.disabled, older.disabled) == (True, False)
    older.click()
    older.click()
    assert "Halaman 3: nomor 2 sampai 1" in text(panel)
    assert (newer.disabled, older.disabled) == (False, True)
    newer.click()
    assert "Halaman 2: nomor 7 sampai 3" in text(panel)


def test_the_log_is_narrowed_and_a_subject_in_view_can_be_followed(room, say):
    panel = log.panel(room, say)
    subject = found(panel, w.Dropdown, "Tentang")
    assert ("daftar D3", "daftar:D3") in subject.options
    subject.value = "daftar:D3"
    assert [entry.seq for entry in room.page.entries] == [11, 7, 3]
    subject.value = ""
    assert len(room.page.entries) == 12
    found(panel, w.Dropdown, "Jenis").value = "hapus"
    assert "Tidak ada catatan dengan saringan ini" in text(panel)
    found(panel, w.Dropdown, "Jenis").value = "impor"
    found(panel, w.DatePicker, "Hari").value = clock.today()
    assert len(room.page.entries) == 12


def test_names_that_people_chose_are_drawn_as_text(told, say):
    clerk = accounts.machine_operator(Workspace.NYATA)
    accounts.add_account(told, clerk, "ani", "Bu <u>Ani</u>", Role.STAF)
    panel = log.panel(TrailRoom(told, AUDITOR), say)
    assert "<u>" not in text(panel)
    assert "Bu &lt;u&gt;Ani&lt;/u&gt;" in text(panel)
    assert "Bu <u>Ani</u>" in [words for words, _ in found(panel, w.Dropdown, "Orang").options]


def test_who_looks_after_a_part_reads_ones_own_acts_and_the_settings(told, said):
    with told.real.writing() as connection:
        record(connection, PART.id, "akun", f"akun:{PART.id}", "masuk", {})
    shown = view.RoomView(TrailRoom(told, PART))
    titles = list(shown.tabs.titles)
    assert titles[0] == "Catatan"
    assert titles[-1] == "Pengaturan kantor"
    assert not {"Periksa jejak", "Paket bukti"} & set(titles)
    assert "hanya catatan Anda sendiri" in text(shown.widget)
    assert [entry.seq for entry in shown.room.page.entries] == [13]
    shown.tabs.selected_index = len(titles) - 1
    assert "Yang mengurus seluruh kota dapat mengubahnya" in text(shown.widget)
    assert not [one for one in walk(shown.tabs.children[-1]) if isinstance(one, w.Button)]


def test_the_office_sets_its_own_stages_on_a_ground(room, say, said):
    panel = stages.panel(room, say)
    assert "Pemeriksaan petugas data" in text(panel)
    found(panel, w.Button, "Ubah tahap berkas").click()
    found(panel, w.Button, "Hapus tahap 5").click()
    found(panel, w.Button, "Naikkan tahap 3").click()
    found(panel, w.Button, "Tambah tahap").click()
    names = [one for one in walk(panel) if getattr(one, "description", "") == "Nama tahap"]
    names[-1].value = "Arsip <b>"
    keep = found(panel, w.Button, "Simpan tahap")
    keep.click()
    assert said[-1] == ("Tulis dasar perubahan ini, misalnya nomor surat keputusan.", True)
    found(panel, w.Text, "Dasar").value = "SK 12/2026"
    keep.click()
    assert said[-1][1] is False
    plan = fieldwork.stage_plan(room.office, AUDITOR)
    codes = [one.code for one in plan.stages]
    assert codes == ["lapangan", "operator", "musyawarah", "petugas_data", "kepala", "arsip_b"]
    assert plan.meeting == "musyawarah"
    assert "Arsip &lt;b&gt;" in text(panel)
    assert "SK 12/2026" not in text(panel)


def test_who_looks_after_a_part_of_the_city_reads_the_stages_only(told, say):
    panel = stages.panel(TrailRoom(told, PART), say)
    assert "Musyawarah kelurahan" in text(panel)
    assert not [one for one in walk(panel) if isinstance(one, w.Button)]


@pytest.mark.parametrize(
    ("title", "taken", "code"),
    [
        ("Arsip dinas", (), "arsip_dinas"),
        ("Arsip", ("arsip",), "arsip_a"),
        ("7", (), "tahap"),
        ("Pemeriksaan oleh kepala seksi", (), "pemeriksaan_oleh_k"),
    ],
)
def test_a_new_stage_is_named_by_its_title(title, taken, code):
    assert stages.new_code(title, taken) == code


# --- the chain, as an auditor finds it


def edit(db):
    db.execute("update event set value = '{\"baris\":99}' where seq = 5")


def delete(db):
    db.execute("delete from event where seq = 5")


def delete_and_close_the_gap(db):
    db.execute("delete from event where seq = 5")
    for seq in range(6, 13):
        db.execute("update event set seq = ? where seq = ?", (seq - 1, seq))
    db.execute("update ledger_head set seq = 11")


def insert(db):
    for seq in range(12, 4, -1):
        db.execute("update event set seq = ? where seq = ?", (seq + 1, seq))
    before = db.execute("select hash from event where seq = 4").fetchone()[0]
    forged = (5, before, "A-1", "hapus", "daftar:D1", "hapus", 1, "{}", clock.now())
    row = dict(zip(SAID, forged, strict=True))
    row["hash"] = chain_hash(row)
    marks = ", ".join("?" * len(row))
    db.execute(f"insert into event ({', '.join(row)}) values ({marks})", tuple(row.values()))
    db.execute("update ledger_head set seq = 13")


def swap(db):
    for seq, other in ((5, -1), (6, 5), (-1, 6)):
        db.execute("update event set seq = ? where seq = ?", (other, seq))


def cut_off(db):
    db.execute("delete from event where seq > 9")


def cut_off_with_the_head(db):
    db.execute("delete from event where seq > 9")
    db.execute("update ledger_head set seq = 9, hash = (select hash from event where seq = 9)")


def write_anew(db):
    before = db.execute("select hash from event where seq = 4").fetchone()[0]
    names = ", ".join(SAID)
    for seq in range(5, 13):
        values = db.execute(f"select {names} from event where seq = ?", (seq,)).fetchone()
        row = dict(zip(SAID, values, strict=True))
        row.update(prev_hash=before, value='{"baris":1}')
        before = chain_hash(row)
        db.execute(
            "update event set prev_hash = ?, value = ?, hash = ? where seq = ?",
            (row["prev_hash"], row["value"], before, seq),
        )
    db.execute("update ledger_head set hash = ?", (before,))


@pytest.mark.parametrize(
    ("tamper", "sentence", "last_good"),
    [
        (edit, "Jejak nomor 5 diubah isinya", 4),
        (delete, "Jejak nomor 5 hilang.", 4),
        (delete_and_close_the_gap, "Jejak nomor 5 bukan yang semula", 4),
        (insert, "Jejak nomor 6 bukan yang semula: ditukar atau disisipkan.", 5),
        (swap, "Jejak nomor 5 bukan yang semula: ditukar atau disisipkan.", 4),
        (cut_off, "Jejak terpotong", 9),
        (cut_off_with_the_head, "yang ada 9.", 9),
        (write_anew, "Jejak nomor 1 sampai 12 ditulis ulang: tidak cocok dengan jangkar", 0),
    ],
)
def test_the_auditor_sees_on_the_screen_what_was_tampered_with_and_where(
    told, say, tamper, sentence, last_good
):
    audits.take_anchor(told, AUDITOR)
    room = TrailRoom(told, AUDITOR)
    panel = chain._ChainPanel(room, say)
    press(panel)
    assert "✓ Jejak utuh: 12 catatan, cocok dengan 1 jangkar." in text(panel.widget)
    with sqlite3.connect(told.root / "nyata" / DATABASE) as db:
        tamper(db)
    press(panel)
    drawn = text(panel.widget)
    assert "vv-jejak-bad" in drawn
    assert sentence in drawn
    assert f"Sampai nomor {last_good} jejak masih utuh." in drawn
    assert "✓" not in drawn
    # What stands about that place is shown, if anything still does.
    near = [n for n in range(last_good - 2, last_good + 5) if f"nomor {n}</span>" in drawn]
    assert near


def press(panel):
    found(panel.widget, w.Button, "Periksa jejak sekarang").click()
    panel.work.thread.join(600)
    assert not panel.work.thread.is_alive()


def test_a_code_from_paper_finds_a_chain_written_anew_whose_anchors_were_too(told, say, said):
    code = audits.take_anchor(told, AUDITOR).code
    with sqlite3.connect(told.root / "nyata" / DATABASE) as db:
        write_anew(db)
    (told.root / "nyata" / "jangkar.txt").unlink()
    panel = chain._ChainPanel(TrailRoom(told, AUDITOR), say)
    press(panel)
    assert "✓ Jejak utuh" in text(panel.widget)
    panel.code.value = code.lower().replace("-", " ")
    press(panel)
    assert "ditulis ulang" in text(panel.widget)
    panel.code.value = "salah"
    press(panel)
    assert said[-1][1]
    assert "Kode jangkar tidak terbaca" in said[-1][0]


def test_verifying_can_be_stopped_and_says_how_far_it_is(room):
    told = []
    room.verify("", lambda share, words: told.append((share, words)), lambda: False)
    assert told[-1] == (1, "12 dari 12 catatan diperiksa")
    with pytest.raises(Cancelled):
        room.verify("", lambda *_: None, lambda: True)
    assert room.report is None


def test_an_anchor_is_taken_on_the_screen_and_printed(room, say, said):
    panel = chain.panel(room, say)
    assert "Belum ada jangkar" in text(panel)
    found(panel, w.Button, "Catat jangkar sekarang").click()
    assert said[-1] == ("Jangkar tercatat pada nomor 12.", False)
    (anchor,) = room.anchors()
    assert anchor.code in text(panel).replace("<wbr>", "")
    name, content = found(panel, DownloadButton, "Unduh lembar")._make_file()
    assert name.endswith("-12.pdf")
    assert content.startswith(b"%PDF")


# --- evidence


@pytest.fixture
def listed(office, tmp_path):
    path = tmp_path / "daftar.csv"
    path.write_text("\n".join((HEADER, *ROWS)), encoding="utf-8")
    return lists.bring_in(office, AUDITOR, path, "DTSEN <b>November")


def test_a_pack_is_made_taken_along_and_played_again(office, listed, say, said):
    panel = packing._PackPanel(TrailRoom(office, AUDITOR), say)

    def wait():
        panel.work.thread.join(600)
        assert not panel.work.thread.is_alive()

    found(panel.widget, w.Button, "Kemas bukti").click()
    wait()
    assert said[-1] == ("Paket bukti siap diunduh.", False)
    name, content = found(panel.widget, DownloadButton, "Unduh paket")._make_file()
    assert name == f"bukti-nyata-{listed.id}.zip"
    upload = found(panel.widget, UploadButton, "Pilih paket")
    upload._take_file(name, content)
    wait()
    assert f"✓ Daftar {listed.id}: sama, {listed.findings} temuan." in text(panel.widget)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for one, held in files.items():
            archive.writestr(one, held + b"\n" if one.endswith("temuan.csv") else held)
    upload._take_file(name, changed.getvalue())
    wait()
    drawn = text(panel.widget)
    assert "ada yang berbeda" in drawn
    assert "Berkas paket temuan.csv berubah sejak dikemas." in drawn
    upload._take_file("x.zip", b"x")
    wait()
    assert said[-1][1]
    assert "bukan paket bukti" in said[-1][0]


def test_a_pack_is_written_beside_the_office(office, listed, say, said):
    panel = packing._PackPanel(TrailRoom(office, AUDITOR), say)
    found(panel.widget, w.Button, "Tulis ke komputer server").click()
    panel.work.thread.join(600)
    assert said[-1][0].endswith(f"kantor-bukti/bukti-nyata-{listed.id}")
    assert (office.root.parent / "kantor-bukti" / f"bukti-nyata-{listed.id}").is_dir()


# --- settings


def test_a_setting_is_changed_on_a_ground_and_its_history_shown(room, say, said):
    panel = decisions.panel(room, say)
    found(panel, w.Dropdown, "Pengaturan").value = "nik_on_paper"
    found(panel, w.Dropdown, "Nilai").value = "penuh"
    found(panel, w.Button, "Simpan").click()
    assert said[-1][1]
    assert "Tulis dasar" in said[-1][0]
    found(panel, w.Text, "Dasar").value = "SK <b>7</b>"
    found(panel, w.Button, "Simpan").click()
    assert said[-1] == ("Tersimpan: NIK di lembar kertas. Berlaku mulai hari ini.", False)
    drawn = text(panel)
    assert "SK &lt;b&gt;7&lt;/b&gt;" in drawn
    assert "Riwayat (1)" in drawn
    assert office_settings.value(room.office, AUDITOR, "nik_on_paper") == "penuh"


@pytest.mark.parametrize(
    ("typed", "kept"), [("20", 20), (" 20 ", 20), ("2,5", None), ("x", None), ("", None)]
)
def test_a_number_is_typed_as_people_write_it(room, say, said, typed, kept):
    name = next(
        n
        for n, one in office_settings.declaring.declared().items()
        if one.is_whole and one.kind == "angka" and one.low <= 20 <= one.high and one.default != 20
    )
    panel = decisions.panel(room, say)
    found(panel, w.Dropdown, "Pengaturan").value = name
    found(panel, w.Text, "Nilai").value = typed
    found(panel, w.Text, "Dasar").value = "SK 1"
    found(panel, w.Button, "Simpan").click()
    now = office_settings.value(room.office, AUDITOR, name)
    assert (now == 20) is (kept == 20)
    assert said[-1][1] is (kept is None)
