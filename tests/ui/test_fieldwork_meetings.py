"""The tab Musyawarah and the papers of a family's proposal, as plain objects."""

from __future__ import annotations

from datetime import date, timedelta

import ipywidgets as w
import pytest

from tests.ui.widgets import walk
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden
from workbench.services import fieldwork, imports, meetings, shelves
from workbench.services.office import Office
from workbench.store import clock
from workbench.ui.fieldwork import meetings as tab
from workbench.ui.fieldwork import proposals as papers
from workbench.ui.fieldwork.meetings_model import MeetingDesk
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.upload import UploadButton
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.meetings.content import Decision

FIELD = Actor("A-1", "Bu Ani", Role.STAF, Workspace.NYATA, ("36.73",))
LURAH = Actor("A-2", "Lurah", Role.STAF, Workspace.NYATA, ("36.73",))
DATA = Actor("A-3", "Data", Role.STAF, Workspace.NYATA, ("36.73",))
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"


def line(serial):
    return (
        f"3673010504819{serial:03d};3673010607159{serial:03d};RUSDI <b>{serial}</b>;L;05/04/1981;"
        f"KEPALA KELUARGA;JL. CONTOH {serial};001;002;CIPARE;SERANG"
    )


@pytest.fixture
def office(tmp_path):
    """The working list: two families that wait for a musyawarah, and one that does not."""
    made = Office(tmp_path / "kantor")
    path = tmp_path / "Maret.csv"
    path.write_text("\n".join((HEADER, line(1), line(2), line(3), "")), encoding="utf-8")
    listed = imports.bring_in(made, LURAH, path, "Maret", as_of=date(2026, 3, 1)).id
    fieldwork.advance(made, LURAH, listed)
    register = shelves.open_list(made, LURAH, listed).register
    for number, row in enumerate(register["person"].to_pylist()):
        said = {
            "visited_on": (clock.today() - timedelta(2)).isoformat(),
            "visit_number": "1",
            "presence": "KB1",
            "domicile": "DM1",
            "eligibility": "LY1",
            "proposal": "MUSYAWARAH" if number < 2 else "TETAP",
        }
        member = {row["person_id"]: {"member_presence": "KB1", "civil_match": "PD1"}}
        outcome = Outcome(said, member, {})
        fieldwork.record_outcome(made, FIELD, listed, row["family_id"], outcome)
        if number < 2:
            fieldwork.move_forward(made, FIELD, listed, row["family_id"])
    return made


class Said:
    """What stands above the room."""

    def __init__(self):
        self.words, self.wrong = "", False

    def __call__(self, words, wrong=False):
        self.words, self.wrong = words, wrong


def room_of(office, actor):
    made = FieldRoom(office, actor)
    made.refresh()
    return made


def called(widget, words, last=False):
    found = [one for one in walk(widget) if getattr(one, "description", "").startswith(words)]
    return found[-1 if last else 0]


def told(widget):
    return " ".join(one.value for one in walk(widget) if isinstance(one, w.HTML))


@pytest.fixture
def said():
    return Said()


@pytest.fixture
def drawn(office, said):
    """The tab, with a musyawarah planned on the page and opened by it."""
    made = tab.MeetingsTab(MeetingDesk(room_of(office, LURAH)), said)
    called(made.widget, "Tanggal").value = clock.today()
    called(made.widget, "Diumumkan").value = clock.today() - timedelta(1)
    called(made.widget, "Tempat").value = "Aula <i>kelurahan</i>"
    called(made.widget, "Rencanakan").click()
    assert said.words == "Musyawarah direncanakan dengan 2 keluarga di agenda."
    return made


def look(drawn, place):
    tabs = next(one for one in walk(drawn.widget) if isinstance(one, w.Tab))
    tabs.selected_index = place
    return tabs.children[place]


def decide(drawn, said, decision, **more):
    page = look(drawn, 0)
    called(page, "Keputusan").value = decision
    for label, value in more.items():
        called(page, label).value = value
    called(page, "Simpan keputusan").click()
    assert not said.wrong, said.words


def test_without_a_working_list_the_tab_says_how_to_begin(tmp_path, said):
    page = tab.panel(room_of(Office(tmp_path / "kosong"), LURAH), said)
    assert "Belum ada daftar kerja" in page.value


def test_a_musyawarah_needs_a_day_and_a_place(office, said):
    made = tab.MeetingsTab(MeetingDesk(room_of(office, LURAH)), said)
    called(made.widget, "Rencanakan").click()
    assert (said.words, said.wrong) == ("Pilih tanggal musyawarah.", True)
    called(made.widget, "Tanggal").value = clock.today()
    called(made.widget, "Rencanakan").click()
    assert said.words.startswith("Tulis tempat")


def test_what_was_typed_or_imported_never_becomes_markup(drawn):
    for place in range(4):
        page = look(drawn, place)
        assert "<b>1</b>" not in told(page)
    assert "<i>kelurahan</i>" not in told(drawn.widget)
    assert "&lt;i&gt;" in told(drawn.widget)


def test_one_family_after_the_other_is_decided_and_the_reason_asked_where_it_is_due(drawn, said):
    page = look(drawn, 0)
    assert called(page, "Alasan").layout.display == "none"
    called(page, "Keputusan").value = "tidak_layak"
    assert called(page, "Alasan").layout.display is None
    called(page, "Simpan keputusan").click()
    assert (said.words, said.wrong) == ("Pilih alasan tidak layak.", True)
    decide(drawn, said, "tidak_layak", Alasan="TL17", Catatan="Punya toko")
    assert said.words.endswith("1 keluarga lagi.")
    decide(drawn, said, "layak")
    assert said.words.endswith("Semua diputuskan.")
    decisions = [one.decision.decision for one in drawn.desk.talked]
    assert sorted(decisions) == ["layak", "tidak_layak"]


def test_who_came_is_ticked_and_what_is_missing_told(drawn, said):
    page = look(drawn, 2)
    assert "daftar hadir masih kosong" in told(page)
    called(page, "Unsur").value = "LURAH"
    called(page, "Nama").value = "Ibu Sariah"
    called(page, "Tambah ke daftar").click()
    assert said.words == "Daftar hadir tersimpan: 1 dari 1 undangan."
    called(look(drawn, 2), "Ibu Sariah").value = False
    assert said.words == "Daftar hadir tersimpan: 0 dari 1 undangan."
    assert "kuorum 50%" in told(look(drawn, 2))
    called(look(drawn, 2), "Hapus").click()
    assert drawn.desk.state.attendees == ()


def test_a_family_is_added_and_taken_off_with_a_reason(drawn, said):
    page = look(drawn, 1)
    called(page, "Cari nama").value = "rusdi"
    called(page, "Tambahkan").click()
    assert said.words == "Tulis alasan menambah keluarga ini ke agenda."
    called(page, "Alasan").value = "Usul ketua RT"
    called(page, "Tambahkan").click()
    assert len(drawn.desk.talked) == 3
    page = look(drawn, 1)
    called(page, "Alasan", last=True).value = "Berduka"
    called(page, "Keluarkan").click()
    assert len(drawn.desk.talked) == 2


def test_minutes_are_closed_only_when_all_is_decided_and_one_is_sure(drawn, said):
    page = look(drawn, 3)
    sure, close = called(page, "Sudah diperiksa"), called(page, "Tutup berita acara")
    sure.value = True
    assert close.disabled
    assert "2 keluarga belum diputuskan" in told(page)
    decide(drawn, said, "layak")
    decide(drawn, said, "tunda")
    page = look(drawn, 3)
    sure, close = called(page, "Sudah diperiksa"), called(page, "Tutup berita acara")
    assert close.disabled
    sure.value = True
    assert not close.disabled
    close.click()
    assert said.words.startswith("Berita acara ditutup. 1 berkas diteruskan; 1 tetap")
    assert "belum ditandatangani lurah" in told(look(drawn, 3))


@pytest.fixture
def closed(drawn, said):
    decide(drawn, said, "layak")
    decide(drawn, said, "layak")
    page = look(drawn, 3)
    called(page, "Sudah diperiksa").value = True
    called(page, "Tutup berita acara").click()
    return drawn


def upload(page, content):
    button = [one for one in walk(page) if isinstance(one, UploadButton)][-1]
    button._receive(None, {"kind": "berkas", "name": "ba.pdf"}, [content])


def test_a_scan_without_the_lurah_s_signature_is_kept_and_does_not_count(closed, said):
    upload(look(closed, 3), b"bukan pdf")
    assert (said.words.startswith("Berkas ini bukan PDF"), said.wrong) == (True, True)
    upload(look(closed, 3), b"%PDF-1")
    assert "tanda tangan lurah belum ada" in said.words
    page = look(closed, 3)
    called(page, "Lurah").value = True
    upload(page, b"%PDF-2")
    assert said.words.endswith("menjadi bukti usulan.")
    assert "belum ditandatangani" not in told(look(closed, 3))
    called(look(closed, 3), "Perbaikan").value = "RT 001 seharusnya RT 002"
    called(look(closed, 3), "Simpan perbaikan").click()
    assert "Versi 2 belum ditandatangani" in told(look(closed, 3))


def test_all_of_them_stand_in_a_list_with_how_they_stand(closed):
    called(closed.widget, "Kembali").click()
    assert "Ditutup, belum ditandatangani" in told(closed.widget)
    called(closed.widget, "Buka").click()
    assert "Layak, tetap atau diusulkan" in told(look(closed, 0))


# --- one family ----------------------------------------------------------------------------------


def test_a_family_s_papers_are_shown_with_what_is_lacking(office, closed, said):
    room = room_of(office, DATA)
    family_id = closed.desk.talked[0].family.family_id
    page = papers.family_panel(room, said, family_id)
    assert "Belum lengkap" in told(page)
    assert "belum ditandatangani" in told(page)
    called(page, "Berkas").value = "SPTJM"
    called(page, "Catat tanpa").click()
    assert said.words.startswith("Tulis alasan memakai SPTJM")
    called(page, "Catatan").value = "Banjir <b>besar</b>"
    called(page, "Catat tanpa").click()
    called(page, "Berkas").value = "KTP_KK"
    called(page, "Catat tanpa").click()
    assert "Lengkap" in told(page)
    assert "Banjir &lt;b&gt;" in told(page)
    assert fieldwork.move_forward(office, DATA, room.list_id, family_id).stage_to == "petugas_data"
    called(page, "Cabut").click()
    assert "Belum lengkap" in told(page)


def test_a_family_that_proposes_nothing_needs_no_papers_until_a_route_is_chosen(office, said):
    room = room_of(office, DATA)
    rows = shelves.open_list(office, DATA, room.list_id).register["family"].to_pylist()
    page = papers.family_panel(room, said, rows[2]["family_id"])
    assert "tidak perlu berkas" in told(page)
    called(page, "Jalur").value = "penetapan_kemensos"
    called(page, "Pakai jalur").click()
    assert "penetapan Kemensos belum ada" in told(page)


def test_an_objection_is_recorded_at_the_family_and_answered_at_the_tab(office, said):
    room = room_of(office, FIELD)
    rows = shelves.open_list(office, FIELD, room.list_id).register["family"].to_pylist()
    page = papers.family_panel(room, said, rows[0]["family_id"])
    called(page, "Isi").value = "Rumahnya <b>bukan</b> miliknya"
    called(page, "Diterima").value = clock.today() - timedelta(15)
    called(page, "Catat sanggah").click()
    assert said.words.startswith("Sanggah tersimpan. Jawab paling lambat")
    made = tab.MeetingsTab(MeetingDesk(room_of(office, LURAH)), said)
    assert "1 sanggah lewat batas jawab" in told(made.widget)
    assert "lewat 1 hari" in told(made.widget)
    assert "<b>bukan</b>" not in told(made.widget)
    called(made.widget, "Alasan").value = "Surat tanah sudah dilihat"
    called(made.widget, "Simpan jawaban").click()
    assert said.words == (
        "Sanggah dijawab, terlambat 1 hari: sanggah diterima, putusan diperbaiki. Berkas "
        "dikembalikan dengan sanggah ini sebagai alasannya."
    )
    assert "lewat batas jawab" not in told(made.widget)
    assert meetings.meetings(office, LURAH, room.list_id) == ()


# --- families on no list -------------------------------------------------------------------------


def fill(made, label, value):
    called(made.widget, label).value = value


def propose(made, head="Wasekun <i>Contoh</i>"):
    called(made.widget, "Usulkan keluarga baru").click()
    fill(made, "RT", "1")
    fill(made, "RW", "2")
    fill(made, "Alamat", "Gang Contoh 7")
    fill(made, "Nama kepala keluarga", head)
    called(made.widget, "Simpan usulan").click()


def test_a_family_on_no_list_is_proposed_from_the_tab(office, said):
    made = tab.MeetingsTab(MeetingDesk(room_of(office, FIELD)), said)
    propose(made)
    assert "Isi NIK, atau centang belum punya." in told(made.widget)
    fill(made, "NIK kepala keluarga", "3673010504819777")
    fill(made, "KK belum punya", True)
    called(made.widget, "Simpan usulan").click()
    assert said.wrong is False
    assert said.words.startswith("Usulan tersimpan dan masuk musyawarah berikutnya")
    shown = told(made.widget)
    assert "WASEKUN &lt;I&gt;CONTOH&lt;/I&gt;" in shown
    assert "3673010504819777" not in shown
    assert "Tahap: Musyawarah kelurahan" in shown
    called(made.widget, "Tampilkan NIK").click()
    assert said.wrong
    fill(made, "Keperluan", "perbaikan")
    called(made.widget, "Tampilkan NIK").click()
    assert "NIK 3673010504819777, KK belum punya." in told(made.widget)
    propose(made)
    fill(made, "NIK kepala keluarga", "3673010504819777")
    fill(made, "KK belum punya", True)
    called(made.widget, "Simpan usulan").click()
    assert said.wrong
    assert "sudah diusulkan" in said.words


def test_a_tab_pressed_while_an_act_is_under_way_opens(office, said):
    planned = meetings.plan(
        *(office, LURAH, room_of(office, LURAH).list_id, "36.73.01.1002"),
        clock.today(),
        None,
        "Aula",
    )
    made = tab.MeetingsTab(MeetingDesk(room_of(office, LURAH)), said)
    made.desk.open(planned)
    made.draw()
    pressed = made.tabs
    made.draw()
    pressed.selected_index = 2
    assert pressed in made.widget.children
    assert "Tambah undangan" in told(pressed.children[2])
    made.draw()
    assert pressed.selected_index == 2
    assert [bool(place.children) for place in pressed.children] == [False, False, True, False]


def test_a_family_proposed_at_a_musyawarah_comes_to_its_agenda(office, said):
    planned = meetings.plan(
        *(office, LURAH, room_of(office, LURAH).list_id, "36.73.01.1002"),
        clock.today(),
        None,
        "Aula",
    )
    made = tab.MeetingsTab(MeetingDesk(room_of(office, FIELD)), said)
    made.desk.open(planned)
    made.tab = 1
    made.draw()
    propose(made)
    fill(made, "NIK belum punya", True)
    fill(made, "KK belum punya", True)
    called(made.widget, "Simpan usulan").click()
    assert said.words.startswith("Usulan tersimpan dan masuk agenda")
    assert "WASEKUN" in str(made.desk.talked)
    # Whoever proposed does not decide.
    family_id = next(one.family.family_id for one in made.desk.talked if "B-" in str(one))
    with pytest.raises(Forbidden, match="orang lain"):
        made.desk.decide(family_id, Decision("layak"))
