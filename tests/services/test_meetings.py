"""A musyawarah from the agenda to signed minutes, by people with areas."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import docx
import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, UnusableInput, WrongUse
from workbench.services import (
    assignments,
    fieldwork,
    imports,
    meetings,
    objections,
    office_settings,
    proposals,
    retention,
    shelves,
)
from workbench.services.accounts import machine_operator
from workbench.services.office import Office
from workbench.store import clock
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.meetings.content import Decision
from workbench.verification.meetings.objections import Clock
from workbench.verification.meetings.warnings import Attendee

CIPARE, KASEMEN = "36.73.01.1002", "36.73.02.1001"
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
PDF = b"%PDF-1.7 pindaian"
DAY = clock.today() - timedelta(days=1)
PEOPLE = (
    Attendee("LURAH", "Ibu Sariah", True),
    Attendee("OPERATOR", "Bapak Kusnadi", True),
    Attendee("RT_RW", "Bapak Jaenudin", True),
    Attendee("PENDAMPING", "Ibu Rukoyah", True),
    Attendee("TOKOH", "Bapak Asnawi", False),
)


def staff(name, *areas):
    return Actor(f"A-{name}", name, Role.STAF, Workspace.NYATA, areas or ("36.73",))


FIELD, LURAH, DATA = staff("petugas"), staff("lurah"), staff("data")
OF_KASEMEN = staff("kasemen", "36.73.02")


def row(serial, place="CIPARE;SERANG", rt="001"):
    return (
        f"3673010504819{serial:03d};3673010607159{serial:03d};RUSDI {serial};L;05/04/1981;"
        f"KEPALA KELUARGA;JL. CONTOH {serial};{rt};002;{place}"
    )


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "kantor")


def bring_in(office, folder):
    path = folder / "Maret.csv"
    rows = [row(n) for n in range(1, 6)] + [row(9, "KASEMEN;KASEMEN")]
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    found = imports.bring_in(office, LURAH, path, "Maret", as_of=date(2026, 3, 1)).id
    fieldwork.advance(office, LURAH, found)
    return found


@pytest.fixture
def listed(office, begin_as):
    """The working list: five families of Cipare, one of Kasemen."""
    return begin_as(bring_in, office)


@pytest.fixture
def family(office, listed):
    table = shelves.open_list(office, LURAH, listed).register["family"].to_pylist()
    by_serial = {int(one["no_kk"][-3:]): one["family_id"] for one in table}
    return lambda serial: by_serial[serial]


@pytest.fixture
def visit(office, listed, family):
    def go(serial, proposal="MUSYAWARAH", actor=FIELD, evidence=("KK", "KTP"), **more):
        family_id = family(serial)
        people = shelves.open_list(office, LURAH, listed).register["person"].to_pylist()
        found = shelves.open_list(office, LURAH, listed).findings.table.to_pylist()
        said = {
            "visited_on": DAY.isoformat(),
            "visit_number": "1",
            "presence": "KB1",
            "domicile": "DM1",
            "eligibility": "LY1",
            "proposal": proposal,
            "evidence": evidence,
            **more,
        }
        members = {
            one["person_id"]: {"member_presence": "KB1", "civil_match": "PD1"}
            for one in people
            if one["family_id"] == family_id
        }
        answers = {
            f"{one['rule']}:{one['subject_kind']}:{one['subject']}": {"answer": "benar"}
            for one in found
            if one["family_id"] == family_id
        }
        outcome = Outcome(said, members, answers)
        fieldwork.record_outcome(office, actor, listed, family_id, outcome)
        return family_id

    return go


@pytest.fixture
def held(office, listed, visit, family):
    """A musyawarah over families 1 and 2, which wait for it, planned for yesterday."""
    for serial in (1, 2):
        visit(serial)
        fieldwork.move_forward(office, FIELD, listed, family(serial))
    return meetings.plan(
        office, LURAH, listed, CIPARE, DAY, DAY - timedelta(days=5), "Aula kelurahan"
    )


def decide(office, listed, held, family_id, said=None, actor=LURAH):
    meetings.decide(office, actor, listed, held, family_id, said or Decision("layak"))


def closed(office, listed, held, family):
    meetings.record_attendance(office, LURAH, listed, held, PEOPLE)
    decide(office, listed, held, family(1))
    decide(office, listed, held, family(2), Decision("tidak_layak", "TL17", "Punya toko"))
    return meetings.close(office, LURAH, listed, held)


# --- agenda --------------------------------------------------------------------------------------


def test_the_agenda_is_drawn_from_open_cases_of_the_kelurahan(office, listed, visit, family):
    visit(1, "MUSYAWARAH")
    visit(2, "USUL_BARU")
    visit(3, "PERBAIKI")
    visit(9, "MUSYAWARAH")
    visit(4, "TETAP")
    fieldwork.move_forward(office, FIELD, listed, family(4))
    waiting = meetings.candidates(office, LURAH, listed)
    assert waiting[CIPARE] == {family(1): "usulan", family(2): "usulan", family(4): "tahap"}
    assert list(waiting) == [CIPARE, KASEMEN]
    assert list(meetings.candidates(office, OF_KASEMEN, listed)) == [KASEMEN]
    held = meetings.plan(office, LURAH, listed, CIPARE, DAY, None, "Aula")
    sheet = meetings.sheet(office, LURAH, listed, held)
    assert {one.family.family_id for one in sheet.talked} == set(waiting[CIPARE])


def test_a_family_is_added_or_taken_off_with_a_reason(office, listed, held, family):
    (found,) = meetings.addable(office, LURAH, listed, held, "rusdi 3")
    assert found.family_id == family(3)
    with pytest.raises(WrongUse, match="alasan menambah"):
        meetings.add_family(office, LURAH, listed, held, family(3), " ")
    meetings.add_family(office, LURAH, listed, held, family(3), "Usul ketua RT")
    meetings.drop_family(office, LURAH, listed, held, family(2), "Keluarga berduka")
    sheet = meetings.sheet(office, LURAH, listed, held)
    assert [(one.family.family_id, one.note) for one in sheet.talked] == [
        (family(1), ""),
        (family(3), "Usul ketua RT"),
    ]
    with pytest.raises(NotFound, match="tidak ada di kelurahan"):
        meetings.add_family(office, LURAH, listed, held, family(9), "Tetangga")


def test_who_came_to_wait_later_is_taken_in(office, listed, held, visit, family):
    visit(3, "USUL_BARU")
    assert meetings.renew_agenda(office, LURAH, listed, held) == 1
    assert meetings.renew_agenda(office, LURAH, listed, held) == 0


def test_who_was_decided_is_not_asked_again_until_sent_back(office, listed, held, visit, family):
    closed(office, listed, held, family)
    assert meetings.candidates(office, LURAH, listed)[CIPARE] == {}
    fieldwork.send_back(office, DATA, listed, family(1), "Ada keberatan baru")
    assert meetings.candidates(office, LURAH, listed)[CIPARE] == {family(1): "tahap"}


def test_who_is_to_be_visited_again_waits_for_that_visit(office, listed, visit, family):
    visit(1, "USUL_BARU")
    held = meetings.plan(office, LURAH, listed, CIPARE, DAY, None, "Aula")
    decide(office, listed, held, family(1), Decision("butuh_kunjungan", note="Lihat dapur"))
    meetings.close(office, LURAH, listed, held)
    assert meetings.candidates(office, LURAH, listed)[CIPARE] == {}
    visit(1, "USUL_BARU", visit_number="2")
    assert meetings.candidates(office, LURAH, listed)[CIPARE] == {family(1): "usulan"}


def test_a_musyawarah_is_held_over_the_working_list_only(office, listed, tmp_path):
    path = tmp_path / "April.csv"
    path.write_text("\n".join((HEADER, row(1), "")), encoding="utf-8")
    other = imports.bring_in(office, LURAH, path, "April", as_of=date(2026, 4, 1)).id
    with pytest.raises(WrongUse, match="bukan daftar kerja"):
        meetings.plan(office, LURAH, other, CIPARE, DAY, None, "Aula")
    with pytest.raises(WrongUse, match="Tulis tempat"):
        meetings.plan(office, LURAH, listed, CIPARE, DAY, None, "  ")


# --- who, and where ------------------------------------------------------------------------------


def test_nobody_works_on_the_musyawarah_of_another_area(office, listed, held, family):
    assert meetings.meetings(office, OF_KASEMEN, listed) == ()
    for act in (
        lambda who: meetings.sheet(office, who, listed, held),
        lambda who: meetings.plan(office, who, listed, CIPARE, DAY, None, "Aula"),
        lambda who: meetings.decide(office, who, listed, held, family(1), Decision("layak")),
        lambda who: meetings.close(office, who, listed, held),
        lambda who: meetings.minutes_paper(office, who, listed, held),
        lambda who: meetings.record_scan(office, who, listed, held, "x", PDF, ["LURAH"]),
    ):
        with pytest.raises(Forbidden, match="di luar tugas"):
            act(OF_KASEMEN)


def test_where_the_stage_is_assigned_nobody_else_decides(office, listed, held, family):
    from workbench.services import accounts

    admin = accounts.machine_operator(Workspace.NYATA)
    accounts.add_account(office, admin, "lurah2", "Lurah", Role.STAF, ("36.73",))
    found = next(one for one in accounts.list_accounts(office, admin) if one.username == "lurah2")
    assignments.assign(office, LURAH, found.id, CIPARE, stage="musyawarah")
    with pytest.raises(Forbidden, match="ditugaskan kepada petugas lain"):
        decide(office, listed, held, family(1))
    decide(office, listed, held, family(1), actor=replace(LURAH, id=found.id))


# --- warnings ------------------------------------------------------------------------------------


def test_what_misses_the_local_rules_is_told_and_never_in_the_way(office, listed, visit, family):
    visit(1)
    held = meetings.plan(office, LURAH, listed, CIPARE, DAY, DAY - timedelta(days=1), "Aula")
    said = meetings.record_attendance(
        office,
        LURAH,
        listed,
        held,
        [replace(one, is_present=one.role == "RT_RW") for one in PEOPLE],
    )
    assert len(said) == 3
    assert all(one.startswith("Belum memenuhi ketentuan setempat") for one in said)
    assert "hanya 1 hari" in said[0]
    assert "hadir 1 dari 5 undangan (20%), kuorum 50%" in said[1]
    office_settings.put(office, LURAH, "meeting_quorum", 10, "SK Lurah 1")
    office_settings.put(office, LURAH, "meeting_notice_days", 1, "SK Lurah 1")
    # What held on the day counts: the office's own values begin today.
    assert len(meetings.sheet(office, LURAH, listed, held).warnings) == 3
    decide(office, listed, held, family(1))
    meetings.close(office, LURAH, listed, held)
    content = meetings.meetings(office, LURAH, listed)[0].versions[0].content
    assert content["warnings"] == list(said)


@pytest.mark.parametrize(
    ("person", "sentence"),
    [(Attendee("RAJA", "A", True), "Pilih peran"), (Attendee("LURAH", " ", True), "Tulis nama")],
)
def test_an_attendee_has_a_role_and_a_name(office, listed, held, person, sentence):
    with pytest.raises(WrongUse, match=sentence):
        meetings.record_attendance(office, LURAH, listed, held, [person])


# --- closing -------------------------------------------------------------------------------------


def test_closing_moves_the_records_and_says_how_many(office, listed, held, visit, family):
    visit(3, "USUL_BARU")
    meetings.renew_agenda(office, LURAH, listed, held)
    decide(office, listed, held, family(3))
    assert closed(office, listed, held, family) == meetings.Closed(2, 0, 1)
    assert fieldwork.stages_of(office, LURAH, listed)[family(1)] == "operator"
    with pytest.raises(WrongUse, match="sudah ditutup"):
        decide(office, listed, held, family(1), Decision("tunda"))


def test_who_visited_does_not_decide(office, listed, held, family):
    with pytest.raises(Forbidden, match="orang lain"):
        decide(office, listed, held, family(1), actor=FIELD)


def test_minutes_are_not_closed_before_the_day(office, listed, visit, family):
    visit(1)
    held = meetings.plan(
        office, LURAH, listed, CIPARE, clock.today() + timedelta(days=7), clock.today(), "Aula"
    )
    decide(office, listed, held, family(1))
    with pytest.raises(WrongUse, match="belum berlangsung"):
        meetings.close(office, LURAH, listed, held)
    meetings.change_plan(office, LURAH, listed, held, DAY, clock.today(), "Balai RW")
    assert "sesudah musyawarah" in meetings.sheet(office, LURAH, listed, held).warnings[0]
    meetings.cancel(office, LURAH, listed, held)
    assert meetings.meetings(office, LURAH, listed)[0].meeting.cancelled_at


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Decision("mungkin"), "Pilih keputusan"),
        (Decision("tidak_layak"), "Pilih alasan"),
        (Decision("layak", "TL01"), "hanya untuk"),
        (Decision("tidak_layak", "TL99"), "tidak dikenal"),
        (Decision("layak", answer="Ya"), "tanpa keberatan"),
        (Decision("butuh_kunjungan"), "perlu dilihat"),
        (Decision("layak", note="x" * 501), "terlalu panjang"),
    ],
)
def test_a_decision_that_does_not_hold_together_is_refused(
    office, listed, held, family, said, sentence
):
    with pytest.raises(WrongUse, match=sentence):
        decide(office, listed, held, family(1), said)


# --- minutes -------------------------------------------------------------------------------------


def test_minutes_with_letters_that_no_docx_holds_are_written_all_the_same(
    office, listed, held, family
):
    decide(office, listed, held, family(1), Decision("layak", note="tempel\x02an\ufffe dari PDF"))
    name, content = meetings.minutes_paper(office, LURAH, listed, held, "docx")
    assert name.endswith(".docx")
    assert "tempelan dari PDF" in words_of(content)


def test_minutes_whose_words_were_deleted_by_age_are_a_sentence(office, listed, held, family):
    closed(office, listed, held, family)
    admin, later = machine_operator(Workspace.NYATA), clock.today() + timedelta(days=366 * 11)
    retention.erase(office, admin, retention.due(office, admin, later), later)
    for act in (
        lambda: meetings.minutes_paper(office, LURAH, listed, held),
        lambda: meetings.draft_pages(office, LURAH, listed, held),
        lambda: meetings.correct(office, LURAH, listed, held, "Seharusnya RT 002"),
    ):
        with pytest.raises(WrongUse, match="masa simpannya berakhir"):
            act()
    assert meetings.sheet(office, LURAH, listed, held).state.is_closed


def words_of(content):
    """Everything a DOCX says, tables included."""
    paper = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in paper.tables for line in table.rows for cell in line.cells]
    head = [part.text for part in paper.sections[0].header.paragraphs]
    return "\n".join([one.text for one in paper.paragraphs] + cells + head)


def test_the_paper_of_closed_minutes_is_the_same_bytes_for_ever(office, listed, held, family):
    closed(office, listed, held, family)
    for form in ("pdf", "docx"):
        name, first = meetings.minutes_paper(office, LURAH, listed, held, form)
        assert name == f"berita-acara-{held}-v1.{form}"
        assert meetings.minutes_paper(office, DATA, listed, held, form)[1] == first
    with pytest.raises(WrongUse, match="PDF atau DOCX"):
        meetings.minutes_paper(office, LURAH, listed, held, "exe")


def test_a_docx_keeps_no_time_of_its_making(office, listed, held, family):
    closed(office, listed, held, family)
    _, content = meetings.minutes_paper(office, LURAH, listed, held, "docx")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    told = docx.Document(io.BytesIO(content)).core_properties
    assert told.created.date() == told.modified.date() == DAY
    assert told.author == "Dinas Sosial Kota Serang"


def test_the_minutes_say_what_was_decided_and_mask_every_number(office, listed, held, family):
    meetings.drop_family(office, LURAH, listed, held, family(2), "Keluarga berduka")
    meetings.add_family(office, LURAH, listed, held, family(3), "Usul ketua RT")
    said = Decision("tidak_layak", "TL13", "Pindah ke Lebak", "Masih ada", "Suratnya ada")
    decide(office, listed, held, family(3), said)
    decide(office, listed, held, family(1))
    meetings.record_attendance(office, LURAH, listed, held, PEOPLE)
    meetings.close(office, LURAH, listed, held)
    content = meetings.meetings(office, LURAH, listed)[0].versions[0].content
    assert content["totals"] == {"before": "5", "added": "0", "removed": "1", "after": "4"}
    assert content["counts"][0] == ["Layak, tetap atau diusulkan", 1]
    _, paper = meetings.minutes_paper(office, LURAH, listed, held, "docx")
    told = words_of(paper)
    for words in (
        "RUSDI 3",
        "Pindah keluar wilayah",
        "Pindah ke Lebak",
        "Masih ada",
        "Suratnya ada",
        "Keluarga berduka",
        "Usul ketua RT",
        "Ibu Sariah",
        "Lurah atau sekretaris lurah",
        "TERBATAS",
        "3673**********03",
    ):
        assert words in told, words
    assert "3673010504819" not in told


def test_a_proposal_that_was_agreed_joins_the_list(office, listed, visit, family):
    visit(1, "USUL_BARU")
    visit(2, "USUL_BARU")
    held = meetings.plan(office, LURAH, listed, CIPARE, DAY, None, "Aula")
    decide(office, listed, held, family(1))
    decide(office, listed, held, family(2), Decision("tidak_layak", "TL17"))
    meetings.close(office, LURAH, listed, held)
    content = meetings.meetings(office, LURAH, listed)[0].versions[0].content
    assert content["totals"] == {"before": "3", "added": "1", "removed": "0", "after": "4"}
    assert len(content["declined"]) == 1


def test_a_draft_says_that_it_is_one(office, listed, held, family):
    name, paper = meetings.minutes_paper(office, LURAH, listed, held, "docx")
    assert name.endswith("-konsep.docx")
    assert "Konsep. Berita acara ini belum ditutup" in words_of(paper)
    assert meetings.draft_pages(office, LURAH, listed, held)[0].startswith(b"\x89PNG")


def test_a_correction_stands_beside_the_first_version(office, listed, held, family):
    closed(office, listed, held, family)
    first = meetings.minutes_paper(office, LURAH, listed, held, "docx")
    with pytest.raises(WrongUse, match="Tulis apa yang keliru"):
        meetings.correct(office, LURAH, listed, held, " ")
    assert meetings.correct(office, DATA, listed, held, "RT 001 seharusnya RT 002") == 2
    assert meetings.minutes_paper(office, LURAH, listed, held, "docx", 1) == first
    name, second = meetings.minutes_paper(office, LURAH, listed, held, "docx")
    assert name.endswith("-v2.docx")
    assert "RT 001 seharusnya RT 002" in words_of(second)
    with pytest.raises(NotFound):
        meetings.minutes_paper(office, LURAH, listed, held, "docx", 7)


# --- signatures and proposals --------------------------------------------------------------------


def test_a_proposal_goes_on_once_its_minutes_are_signed(office, listed, held, family):
    closed(office, listed, held, family)
    with pytest.raises(WrongUse, match="belum ditandatangani"):
        fieldwork.move_forward(office, DATA, listed, family(1))
    unsigned = meetings.record_scan(office, LURAH, listed, held, "ba.pdf", PDF, ["OPERATOR"])
    assert not unsigned.is_signed
    with pytest.raises(WrongUse, match="belum ditandatangani"):
        fieldwork.move_forward(office, DATA, listed, family(1))
    meetings.record_scan(office, LURAH, listed, held, "ba.pdf", PDF + b"2", ["LURAH"])
    assert proposals.proposal(office, DATA, listed, family(1)).standing.lacking == ()
    assert fieldwork.move_forward(office, DATA, listed, family(1)).stage_to == "petugas_data"


def test_the_scan_lies_in_the_workspace_and_only_its_name_and_hash_in_the_store(
    office, listed, held, family
):
    closed(office, listed, held, family)
    with pytest.raises(UnusableInput, match="bukan PDF"):
        meetings.record_scan(office, LURAH, listed, held, "ba.exe", b"MZ", ["LURAH"])
    with pytest.raises(WrongUse, match="siapa yang menandatangani"):
        meetings.record_scan(office, LURAH, listed, held, "ba.pdf", PDF, ["RAJA"])
    scan = meetings.record_scan(office, LURAH, listed, held, "ba.pdf", PDF, ["LURAH"])
    (file,) = (office.folder(Workspace.NYATA) / "pindaian").iterdir()
    assert file.name == f"{scan.sha256}.pdf"
    assert file.read_bytes() == PDF
    assert file.stat().st_mode & 0o077 == 0


def test_an_sptjm_takes_the_place_of_minutes_with_its_reason(office, listed, visit, family):
    visit(1)
    fieldwork.move_forward(office, FIELD, listed, family(1))
    fieldwork.move_forward(office, LURAH, listed, family(1))
    with pytest.raises(WrongUse, match="Tulis alasan memakai SPTJM"):
        proposals.show_paper(office, FIELD, listed, family(1), "SPTJM", content=PDF)
    assert not (office.folder(Workspace.NYATA) / "pindaian").exists()
    proposals.show_paper(office, FIELD, listed, family(1), "SPTJM", "Banjir", "s.pdf", PDF)
    found = proposals.proposal(office, FIELD, listed, family(1)).standing
    assert [(one.paper, one.note, one.file_name) for one in found.papers] == [
        ("SPTJM", "Banjir", "s.pdf")
    ]
    proposals.withdraw_paper(office, FIELD, listed, family(1), 1)
    proposals.choose_route(office, FIELD, listed, family(1), "usul_mandiri")
    lacking = proposals.proposal(office, FIELD, listed, family(1)).standing.lacking
    assert lacking == ("Permohonan warga atau bukti usul Cek Bansos belum ada. Lampirkan dahulu.",)


def test_the_papers_of_another_area_stay_there(office, listed, visit, family):
    visit(1)
    for act in (
        lambda: proposals.proposal(office, OF_KASEMEN, listed, family(1)),
        lambda: proposals.choose_route(office, OF_KASEMEN, listed, family(1), "usul_mandiri"),
        lambda: proposals.show_paper(office, OF_KASEMEN, listed, family(1), "KTP_KK"),
        lambda: proposals.withdraw_paper(office, OF_KASEMEN, listed, family(1), 1),
        lambda: objections.object_to(
            office, OF_KASEMEN, listed, family(1), "warga", "Salah", clock.today()
        ),
        lambda: objections.answer(office, OF_KASEMEN, listed, family(1), 1, "ditolak", "x"),
    ):
        with pytest.raises(Forbidden):
            act()


# --- objections ----------------------------------------------------------------------------------


def object_to(office, listed, family_id, days_ago):
    return objections.object_to(
        office,
        FIELD,
        listed,
        family_id,
        "warga",
        "Masih layak",
        clock.today() - timedelta(days_ago),
    )


def test_late_objections_stand_first_and_soon_ones_next(office, listed, family):
    assert object_to(office, listed, family(1), 0) == clock.today() + timedelta(14)
    object_to(office, listed, family(2), 16)
    object_to(office, listed, family(3), 11)
    object_to(office, listed, family(4), 14)
    found = objections.objections(office, LURAH, listed)
    assert [(one.head_name, one.standing.words) for one in found] == [
        ("RUSDI 2", "lewat 2 hari"),
        ("RUSDI 4", "hari ini terakhir"),
        ("RUSDI 3", "3 hari lagi"),
        ("RUSDI 1", "14 hari lagi"),
    ]
    assert [one.standing.clock for one in found] == [
        Clock.LATE,
        Clock.SOON,
        Clock.SOON,
        Clock.RUNNING,
    ]
    assert objections.objections(office, OF_KASEMEN, listed) == ()
    assert len(objections.objections(office, LURAH, listed, family(1))) == 1


def test_the_deadline_is_what_the_office_set_when_it_came_in(office, listed, family):
    object_to(office, listed, family(1), 0)
    office_settings.put(office, LURAH, "objection_days", 30, "Perwal 1")
    assert object_to(office, listed, family(1), 0) == clock.today() + timedelta(30)
    first, second = objections.objections(office, LURAH, listed)
    assert (first.objection.due_on, second.objection.due_on) == (
        (clock.today() + timedelta(14)).isoformat(),
        (clock.today() + timedelta(30)).isoformat(),
    )


def test_an_objection_is_answered_with_a_reason_and_late_ones_say_so(office, listed, family):
    object_to(office, listed, family(1), 16)
    with pytest.raises(WrongUse, match="Tulis alasan"):
        objections.answer(office, LURAH, listed, family(1), 1, "diterima", " ")
    with pytest.raises(WrongUse, match="Pilih jawaban"):
        objections.answer(office, LURAH, listed, family(1), 1, "entah", "Ya")
    with pytest.raises(Forbidden, match="orang lain"):
        objections.answer(office, FIELD, listed, family(1), 1, "diterima", "Benar")
    said = objections.answer(office, LURAH, listed, family(1), 1, "diterima", "Data diperbaiki")
    assert said.words == "dijawab, terlambat 2 hari"
    assert not said.is_open


@pytest.mark.parametrize(
    ("who", "words", "ahead", "sentence"),
    [
        ("tetangga", "Salah", 0, "siapa yang menyanggah"),
        ("warga", " ", 0, "apa yang disanggah"),
        ("warga", "Salah", 1, "belum terjadi"),
    ],
)
def test_an_objection_needs_somebody_words_and_a_day(
    office, listed, family, who, words, ahead, sentence
):
    with pytest.raises(WrongUse, match=sentence):
        objections.object_to(
            office, FIELD, listed, family(1), who, words, clock.today() + timedelta(ahead)
        )
