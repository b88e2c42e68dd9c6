"""The tabs Bagi tugas and Lembar as plain objects: who goes where, sheets out and back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import ipywidgets as w
import openpyxl
import pytest

from tests.ui.widgets import walk
from tests.verification.forms.made import GONE, column_of, save
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import accounts, assignments, field_papers, fieldwork, imports
from workbench.services.field_papers import Order
from workbench.services.office import Office
from workbench.ui.download import DownloadButton
from workbench.ui.fieldwork import sharing, sheets
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.sharing_model import SharingDesk
from workbench.ui.fieldwork.sheets_model import SheetsDesk, Target
from workbench.ui.fieldwork.view import RoomView
from workbench.ui.upload import UploadButton
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.forms.sheet import TOP

STAFF = Actor("A-0", "Kepala data", Role.STAF, Workspace.NYATA, ("36.73",))
OTHER = replace(STAFF, id="A-1", name="Bu Ani")
THIRD = replace(STAFF, id="A-2", name="Pak Umar")
OF_KASEMEN = Actor("A-9", "Staf Kasemen", Role.STAF, Workspace.NYATA, ("36.73.02",))
ADMIN = accounts.machine_operator(Workspace.NYATA)
CIPARE, KASEMEN = "36.73.01.1002", "36.73.02.1001"
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"


def line(serial, place="CIPARE;SERANG", rt="001"):
    """A family of one; the number says a man, so that P is asked about."""
    return (
        f"3673010504819{serial:03d};3673010607159{serial:03d};RUSDI <b>{serial}</b>;P;"
        f"05/04/1981;KEPALA KELUARGA;JL. CONTOH {serial};{rt};002;{place}"
    )


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path / "kantor")
    yield made
    made.real.close()


@pytest.fixture
def listed(office, tmp_path):
    path = tmp_path / "Maret.csv"
    rows = [line(1), line(2, rt="002"), line(3, "KASEMEN;KASEMEN")]
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    made = imports.bring_in(office, STAFF, path, "Maret", as_of=date(2026, 3, 1)).id
    fieldwork.advance(office, STAFF, made)
    return made


@pytest.fixture
def officers(office):
    for name, areas in (("ani", ("36.73",)), ("badu", ("36.73.01",))):
        accounts.add_account(office, ADMIN, name, f"{name.title()} <i>Rekaan</i>", Role.STAF, areas)
    found = assignments.people(office, STAFF).values()
    return {one.officer.name.split()[0].lower(): one.officer.id for one in found}


def room_of(office, actor=STAFF):
    room = FieldRoom(office, actor)
    room.refresh()
    return room


@pytest.fixture
def desk(office, listed, officers):
    made = SharingDesk(room_of(office))
    made.refresh()
    return made


def widgets(root, kind):
    return [one for one in walk(root) if isinstance(one, kind)]


def page_of(root):
    return " ".join(one.value for one in widgets(root, w.HTML))


def press(root, label):
    next(b for b in widgets(root, w.Button) if b.description == label).click()


class Said:
    """What a panel says, last last."""

    def __init__(self):
        self.heard = []

    def __call__(self, sentence, wrong=False):
        self.heard.append((sentence, wrong))


# --- who goes where ------------------------------------------------------------------------------


def test_what_nobody_has_is_said_by_rt_and_shrinks_as_it_is_given(desk, officers):
    assert [row[1:] for row in desk.open_rows()] == [("RT 1/RW 2, RT 2/RW 2", 2), ("RT 1/RW 2", 1)]
    assert desk.kelurahan()[0] == ("Cipare, Kec. Serang (2 tanpa petugas)", CIPARE)
    said = desk.give(officers["ani"], CIPARE, "2", "1")
    assert said == "Ani <i>Rekaan</i> mendapat tugas Cipare, Kec. Serang, RW 2, RT 1."
    desk.refresh()
    assert [row[1:] for row in desk.open_rows()] == [("RT 2/RW 2", 1), ("RT 1/RW 2", 1)]
    desk.give(officers["badu"], CIPARE, "", "")
    desk.refresh()
    assert [row[2] for row in desk.open_rows()] == [1]
    loads = {row.name[:4]: (row.areas, row.left, row.done) for row in desk.loads()}
    assert loads == {"Ani ": (1, 1, 0), "Badu": (1, 2, 0), "": (0, 1, 0)}


def test_a_withdrawn_area_is_open_again_and_other_stages_have_their_own(desk, officers):
    desk.give(officers["ani"], CIPARE, "", "")
    desk.refresh()
    assert "hasilnya" in desk.withdraw(desk.standing()[0][1]).lower()
    desk.refresh()
    assert sum(row[2] for row in desk.open_rows()) == 3
    desk.stage = desk.stages()[1][1]
    desk.give(officers["ani"], KASEMEN, "", "")
    desk.refresh()
    assert len(desk.standing()) == 1
    assert not list(desk.open_rows())  # no record stands at that stage yet
    room = desk.room
    assert not any(assignments.goers(room.office, room.actor, room.list_id).values())
    desk.stage = desk.plan.first
    desk.refresh()
    assert not desk.standing()


def test_at_a_later_stage_the_records_that_stand_there_wait(office, listed, desk, officers):
    family = fieldwork.queue(office, STAFF, listed).families[0]
    away = {"visited_on": "2026-03-02", "visit_number": "1", "presence": "KB4"}
    outcome = Outcome({**away, "proposal": "ALIHKAN"})
    fieldwork.record_outcome(office, STAFF, listed, family.family_id, outcome)
    fieldwork.move_forward(office, STAFF, listed, family.family_id)
    desk.stage = desk.stages()[1][1]
    desk.refresh()
    (row,) = desk.open_rows()
    assert row[2] == 1
    desk.give(officers["ani"], family.kelurahan_kode, "", "")
    desk.refresh()
    assert not list(desk.open_rows())


def test_only_officers_of_a_place_are_offered_for_it(desk, officers):
    assert [id_ for _, id_ in desk.officers(CIPARE)] == [officers["ani"], officers["badu"]]
    assert [id_ for _, id_ in desk.officers(KASEMEN)] == [officers["ani"]]


def test_the_tab_gives_and_withdraws_and_escapes_names(office, listed, officers):
    said = Said()
    tab = sharing.panel(room_of(office), said)
    press(tab, "Beri tugas")
    assert said.heard[-1][0].endswith("mendapat tugas Cipare, Kec. Serang.")
    assert "&lt;i&gt;Rekaan" in page_of(tab)
    assert "<i>Rekaan" not in page_of(tab)
    assert "1 keluarga menunggu dan belum punya petugas" in page_of(tab)
    press(tab, "Cabut tugas ini")
    assert "dicabut" in said.heard[-1][0]
    assert not assignments.assignments(office, STAFF)


def test_without_a_working_list_both_tabs_say_how_to_begin(office):
    for module in (sharing, sheets):
        assert "Belum ada daftar kerja" in module.panel(room_of(office), Said()).value


# --- sheets out -----------------------------------------------------------------------------------


def test_sheets_are_made_for_a_kelurahan_an_rt_or_an_officer(office, listed, desk, officers):
    desk.give(officers["badu"], CIPARE, "2", "2")
    made = SheetsDesk(room_of(office))
    made.refresh()
    assert made.kelurahan()[0][0] == "Cipare, Kec. Serang (2 menunggu)"
    assert [len(packet.visits) for packet in made.packets()] == [2]
    made.choose(Target.RT, CIPARE, made.rts(CIPARE)[0][1], "")
    (packet,) = made.packets()
    assert (packet.rt, len(packet.visits)) == ("RT 001 RW 002", 1)
    made.choose(Target.OFFICER, CIPARE, "", made.officers()[0][1])
    (packet,) = made.packets()
    assert (packet.officer, packet.visits[0].rt) == ("Badu <i>Rekaan</i>", "002")
    words, page = made.first_page()
    assert words == "1 keluarga, 1 pertanyaan."
    assert page.startswith(b"<svg")
    names = {made.paper(form)[0].rpartition(".")[2] for form in ("pdf", "xlsx", "xlsform")}
    assert names == {"pdf", "xlsx"}
    for target, sentence in ((Target.OFFICER, "Bagi dahulu"), (Target.RT, "Pilih RT")):
        made.choose(target, CIPARE, "", "")
        with pytest.raises(WrongUse, match=sentence):
            made.packets()


def test_a_family_with_nothing_open_is_not_printed_again(office, listed):
    family = fieldwork.queue(office, STAFF, listed).families[0]
    found = fieldwork.family_lives(office, STAFF, listed, family.family_id)
    everyone = field_papers.packets(office, STAFF, listed, Order(everyone=True))
    answers = {one.finding_key: {"answer": "benar"} for one in found}
    met = {"visited_on": "2026-03-02", "visit_number": "1", "presence": "KB1", "domicile": "DM1"}
    met |= {"eligibility": "LY1", "proposal": "TETAP"}
    opened = field_papers.shelves.open_list(office, STAFF, listed).register["person"].to_pylist()
    persons = {
        row["person_id"]: {"member_presence": "KB1", "civil_match": "PD1"}
        for row in opened
        if row["family_id"] == family.family_id
    }
    outcome = Outcome(met, persons, answers)
    fieldwork.record_outcome(office, STAFF, listed, family.family_id, outcome)
    printed = field_papers.packets(office, STAFF, listed, Order())
    assert sum(len(one.visits) for one in printed) == 2
    assert sum(len(one.visits) for one in everyone) == 3


# --- and back -------------------------------------------------------------------------------------


def filled(office, listed, **more):
    """The workbook of Cipare with its first family answered."""
    order = Order(CIPARE, everyone=True)
    _, content = field_papers.papers(office, STAFF, listed, order, field_papers.Form.WORKBOOK)
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book["Keluarga"]
    for header, value in {**GONE, "Tanggal kunjungan": date(2026, 3, 2), **more}.items():
        page.cell(TOP + 2, column_of(page, header)).value = value
    return book


def test_a_return_is_told_row_by_row_and_its_faults_go_back_in_a_workbook(office, listed):
    said = Said()
    tab = sheets.panel(room_of(office), said)
    book = filled(office, listed, **{"Kunjungan ke-": 40})
    page = book["Keluarga"]
    page.cell(TOP + 9, 1).value = "ZZZZZZZZZZZ2"
    page.cell(TOP + 9, column_of(page, "Catatan")).value = "baris siapa"
    (upload,) = widgets(tab, UploadButton)
    upload._take_file("lembar.xlsx", save(book))
    text = page_of(tab)
    assert "0 hasil kunjungan baru disimpan." in text
    assert "Keluarga, baris 5" in text
    assert "Isi angka 1 sampai 9" in text
    assert "Kunci baris ini berubah" in text
    (fetch,) = (b for b in widgets(tab, DownloadButton) if "diperbaiki" in b.label)
    name, content = fetch._make_file()
    assert name.startswith("diperbaiki-")
    assert "Tidak dikenali" in openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    upload._take_file("lembar.xlsx", save(filled(office, listed)))
    assert "1 hasil kunjungan baru disimpan." in page_of(tab)
    upload._take_file("foto.xlsx", b"bukan buku kerja")
    assert said.heard[-1][1]
    assert "Berkas sudah dibaca" not in page_of(tab)


@pytest.fixture
def disputed(office, listed):
    for actor, presence, proposal in (
        (STAFF, "Pindah dalam negeri", "Alihkan ke wilayah tujuan"),
        (OTHER, "Tidak ditemukan", "Kunjungan ulang"),
    ):
        more = {"Keberadaan keluarga": presence, "Usulan petugas": proposal}
        SheetsDesk(room_of(office, actor)).take(
            listed, "lembar.xlsx", save(filled(office, listed, **more))
        )
    return listed


def test_returns_that_differ_stand_side_by_side_and_a_third_person_decides(office, disputed):
    said = Said()
    tab = sheets.panel(room_of(office, THIRD), said)
    text = page_of(tab)
    for words in ("Hasil yang berbeda (1 keluarga)", "Pindah dalam negeri", "Tidak ditemukan"):
        assert words in text
    press(tab, "Simpan putusan")
    assert said.heard[-1] == ("Pilih jawaban yang benar pada setiap baris yang berbeda.", True)
    press(tab, "Semua dari Hasil 2")
    press(tab, "Simpan putusan")
    assert said.heard[-1][0].startswith("Putusan disimpan.")
    assert not fieldwork.conflicts(office, STAFF, disputed)
    assert "Tidak ada hasil yang berbeda." in page_of(tab)
    family = next(iter(fieldwork.stages_of(office, STAFF, disputed)))
    standing = fieldwork.outcomes(office, STAFF, disputed, family)
    assert [one.outcome.family["presence"] for one in standing] == ["KB4", "KB2", "KB2"]
    assert [one.way for one in standing] == ["xlsx", "xlsx", "putusan"]


def test_whoever_recorded_one_of_them_only_looks(office, disputed):
    tab = sheets.panel(room_of(office), Said())
    assert "Orang lain perlu memutuskan" in page_of(tab)
    assert not [b for b in widgets(tab, w.Button) if b.description == "Simpan putusan"]
    desk = SheetsDesk(room_of(office))
    with pytest.raises(Forbidden):
        desk.decide(desk.conflicts()[0], [0, 0])


def test_conflicts_elsewhere_are_not_shown(office, disputed):
    assert not SheetsDesk(room_of(office, OF_KASEMEN)).conflicts()


# --- the code on a sheet -------------------------------------------------------------------------


def test_the_room_opens_at_the_family_of_a_printed_key(office, listed):
    made, names = field_papers.packets_and_names(office, STAFF, listed, Order(CIPARE))
    key = made[0].visits[1].key
    room = FieldRoom(office, STAFF)
    RoomView(room)
    room.open_record(key)
    assert room.family_id == names[key][0]
    with pytest.raises(NotFound, match="di luar wilayah"):
        room_of(office, OF_KASEMEN).open_record(key)
