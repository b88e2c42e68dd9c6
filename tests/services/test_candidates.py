"""Families that stand on no list: proposed by name, held apart, decided like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import (
    candidates,
    digests,
    doorsteps,
    evidence,
    fieldwork,
    imports,
    meetings,
    objections,
    privacy,
    proposals,
    records,
    shelves,
)
from workbench.services.candidates import Entry
from workbench.store import clock
from workbench.store.ledger import verify_chain
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.meetings.content import Decision
from workbench.verification.meetings.warnings import Attendee

CIPARE, KASEMEN = "36.73.01.1002", "36.73.02.1001"
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
DAY = clock.today() - timedelta(days=1)
PDF = b"%PDF-1.7 pindaian"


def staff(name, *areas):
    return Actor(f"A-{name}", name, Role.STAF, Workspace.NYATA, areas or ("36.73",))


FIELD, LURAH, OPERATOR, DATA = staff("rt"), staff("lurah"), staff("operator"), staff("data")
OF_KASEMEN = staff("kasemen", "36.73.02")

NEW = Entry(
    CIPARE,
    "2",
    "1",
    "Jl. Contoh 77",
    "Wasekun Contoh",
    "3673 0105 0481 9777",
    "",
    4,
    "rt_rw",
    "musyawarah",
)


def row(serial, place="CIPARE;SERANG", nik=None):
    return (
        f"{nik or f'3673010504819{serial:03d}'};3673010607159{serial:03d};RUSDI {serial};L;"
        f"05/04/1981;KEPALA KELUARGA;JL. CONTOH {serial};001;002;{place}"
    )


def bring_in(office, tmp_path, name, rows, as_of):
    path = tmp_path / f"{name}.csv"
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    found = imports.bring_in(office, LURAH, path, name, as_of=as_of).id
    fieldwork.advance(office, LURAH, found)
    return found


def bring_in_march(office, folder):
    rows = [row(1), row(2), row(9, "KASEMEN;KASEMEN")]
    return bring_in(office, folder, "Maret", rows, date(2026, 3, 1))


@pytest.fixture
def listed(office, begin_as):
    return begin_as(bring_in_march, office)


@pytest.fixture
def made(office, listed):
    return candidates.propose(office, FIELD, listed, NEW)


def held(office, listed, families, decision, actor=LURAH):
    """A musyawarah of yesterday that decides of these families and is closed and signed."""
    found = meetings.plan(office, actor, listed, CIPARE, DAY, DAY - timedelta(days=5), "Aula")
    there = {one.family.family_id for one in meetings.sheet(office, actor, listed, found).talked}
    assert families <= there
    meetings.record_attendance(office, actor, listed, found, [Attendee("LURAH", "Sariah", True)])
    for one in there:
        meetings.decide(office, actor, listed, found, one, decision)
    became = meetings.close(office, actor, listed, found)
    meetings.record_scan(office, actor, listed, found, "ba.pdf", PDF, ["LURAH"])
    return found, became


# --- proposing -----------------------------------------------------------------------------------


def test_a_family_on_no_list_is_proposed_and_waits_for_its_musyawarah(office, listed, made):
    assert made == "B-0001"
    (one,) = candidates.proposed(office, FIELD)
    assert (one.candidate.rt, one.candidate.rw) == ("001", "002")
    assert (one.candidate.head_name, one.stage, one.listed) == ("WASEKUN CONTOH", "musyawarah", "")
    assert meetings.candidates(office, LURAH, listed)[CIPARE] == {made: "tahap"}
    assert fieldwork.stages_of(office, FIELD, listed) == {made: "musyawarah"}
    (line,) = (one for one in records.records(office, DATA, listed) if one.family_id == made)
    assert (line.head_name, line.stage) == ("WASEKUN CONTOH", "musyawarah")
    home = doorsteps.doorstep(office, FIELD, listed, made)
    assert home.title == "WASEKUN CONTOH"
    assert "belum ada di daftar" in home.place


def test_what_was_begun_of_a_proposed_family_is_found_again(office, listed, made):
    half = Outcome({"visited_on": DAY.isoformat()}, {}, {})
    fieldwork.keep_draft(office, FIELD, listed, made, half, "keluarga")
    assert [one.record.family_id for one in fieldwork.drafts(office, FIELD, listed)] == [made]
    assert fieldwork.drafts(office, OF_KASEMEN, listed) == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"head_name": " "}, "nama kepala keluarga"),
        ({"head_name": "12"}, "nama kepala keluarga"),
        ({"address": ""}, "alamat"),
        ({"rt": "satu"}, "RT dan RW"),
        ({"people": 0}, "jumlah anggota"),
        ({"proposer": "dukun"}, "siapa yang mengusulkan"),
        ({"route": "belakang"}, "Jalur usulan"),
        ({"nik": "36730105048197"}, "NIK kepala keluarga harus 16 angka"),
        ({"nik": "3333333333333333"}, "angka pengisi"),
        ({"nik": "3673014504819777"[:6] + "991381" + "9777"}, "tanggal yang tidak ada"),
        ({"nik": "9973010504819777"}, "nomor latihan"),
        ({"no_kk": "x"}, "Nomor KK harus 16 angka"),
        ({"no_kk": "3673010504819777"}, "tidak mungkin sama"),
    ],
)
def test_each_fault_is_said_and_nothing_is_kept(office, listed, wrong, said):
    with pytest.raises(WrongUse, match=said):
        candidates.propose(office, FIELD, listed, replace(NEW, **wrong))
    assert candidates.proposed(office, FIELD) == ()


def test_the_practice_side_takes_practice_numbers_only():
    real, practice = "3673010504819777", "9973010504819777"
    assert any("99" in one for one in candidates.faults(Workspace.LATIHAN, replace(NEW, nik=real)))
    other = replace(NEW, nik=practice, rt="001", rw="002")
    assert list(candidates.faults(Workspace.LATIHAN, other)) == []


def test_a_family_without_any_number_can_be_proposed(office, listed):
    assert candidates.propose(office, FIELD, listed, replace(NEW, nik="", no_kk="")) == "B-0001"
    assert candidates.propose(office, FIELD, listed, replace(NEW, nik="", no_kk="")) == "B-0002"


def test_who_stands_on_the_list_is_not_proposed(office, listed):
    with pytest.raises(WrongUse, match=r"NIK ini sudah ada di daftar, pada keluarga RUSDI 1, RT"):
        candidates.propose(office, FIELD, listed, replace(NEW, nik="3673010504819001"))
    with pytest.raises(WrongUse, match="KK ini sudah ada di daftar"):
        candidates.propose(office, FIELD, listed, replace(NEW, no_kk="3673010607159002"))


def test_of_a_family_of_other_areas_nothing_is_told_but_that_it_is_listed(office, listed):
    own = replace(NEW, kelurahan_kode=KASEMEN, nik="3673010504819001")
    with pytest.raises(WrongUse) as refused:
        candidates.propose(office, OF_KASEMEN, listed, own)
    assert str(refused.value) == (
        "Keluarga ini sudah terdaftar di wilayah lain, hubungi Dinas Sosial."
    )


def test_nobody_is_proposed_twice_or_in_other_areas(office, listed, made):
    with pytest.raises(WrongUse, match="sudah diusulkan di kelurahan ini"):
        candidates.propose(office, LURAH, listed, NEW)
    with pytest.raises(WrongUse, match="sudah diusulkan di wilayah lain"):
        candidates.propose(office, OF_KASEMEN, listed, replace(NEW, kelurahan_kode=KASEMEN))
    with pytest.raises(Forbidden):
        candidates.propose(office, OF_KASEMEN, listed, NEW)
    assert candidates.proposed(office, OF_KASEMEN) == ()
    with pytest.raises(Forbidden):
        fieldwork.family_row(office, OF_KASEMEN, listed, made)
    with pytest.raises(NotFound):
        fieldwork.family_row(office, FIELD, listed, "B-0002")


def test_whole_numbers_are_given_out_for_a_purpose_and_that_is_on_record(office, listed, made):
    purpose = next(iter(privacy.PURPOSES))
    with pytest.raises(WrongUse, match="untuk apa"):
        candidates.numbers(office, FIELD, listed, made, "")
    with pytest.raises(Forbidden):
        candidates.numbers(office, OF_KASEMEN, listed, made, purpose)
    assert candidates.numbers(office, FIELD, listed, made, purpose) == ("3673010504819777", "")
    with office.real.reading() as connection:
        looks = "select subject, actor from event where kind = 'lihat_nik'"
        assert connection.execute(text(looks)).all() == [(f"daftar:{listed}:{made}", FIELD.id)]


# --- deciding ------------------------------------------------------------------------------------


def test_a_proposed_family_is_decided_stands_under_additions_and_needs_its_papers(
    office, listed, made
):
    with pytest.raises(Forbidden, match="orang lain"):
        held(office, listed, {made}, Decision("layak"), FIELD)
    found = meetings.meetings(office, LURAH, listed)[0].meeting.id
    meetings.cancel(office, LURAH, listed, found)
    found, became = held(office, listed, {made}, Decision("layak"))
    assert became.moved == 1
    content = meetings.meetings(office, LURAH, listed)[0].versions[-1].content
    assert [one["head"] for one in content["added"]] == ["WASEKUN CONTOH"]
    assert content["totals"] == {"before": "2", "added": "1", "removed": "0", "after": "3"}
    assert "3673010504819777" not in str(content)
    with pytest.raises(WrongUse, match="KTP-el dan KK belum ada"):
        fieldwork.move_forward(office, OPERATOR, listed, made)
    proposals.show_paper(office, OPERATOR, listed, made, "KTP_KK")
    step = fieldwork.move_forward(office, OPERATOR, listed, made)
    assert step.stage_to == "petugas_data"
    with pytest.raises(Forbidden):
        fieldwork.move_forward(office, OPERATOR, listed, made)
    fieldwork.move_forward(office, DATA, listed, made)
    assert meetings.candidates(office, LURAH, listed)[CIPARE] == {}


def test_the_ledger_and_the_evidence_know_the_family_by_key_only(office, listed, made, tmp_path):
    with office.real.reading() as connection:
        told = str(connection.execute(text("select * from event")).all())
    for secret in ("WASEKUN", "Contoh 77", "3673010504819777"):
        assert secret not in told
    assert "B-0001" in told
    assert verify_chain(office.real).is_whole
    pack = evidence.pack(office, LURAH, listed, tmp_path / "bukti")
    kept = {
        path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "bukti").rglob("*.csv")
    }
    assert pack is not None
    assert "B-0001" in kept["candidate.csv"]
    assert not any("WASEKUN" in one or "Contoh 77" in one for one in kept.values())


def test_a_later_list_that_holds_the_family_says_so(office, listed, made, tmp_path):
    other = candidates.propose(
        office, FIELD, listed, replace(NEW, nik="", no_kk="", head_name="Rukoyah")
    )
    rows = [row(1), row(2), row(3, nik="3673010504819777"), row(9, "KASEMEN;KASEMEN")]
    april = bring_in(office, tmp_path, "April", rows, date(2026, 4, 1))
    said = {one.candidate.family_id: one.listed for one in candidates.proposed(office, FIELD)}
    assert said == {made: "Sudah masuk daftar April.", other: "Belum masuk daftar April."}
    told = digests.digest(office, LURAH, listed, april, CIPARE)
    assert (told.proposed, told.proposed_listed) == (2, 1)
    facts = dict(digests.fact_lines(told))
    assert facts["Keluarga baru diusulkan, sudah masuk daftar"] == "1"
    assert facts["Keluarga baru diusulkan, belum masuk daftar"] == "1"
    assert digests.digest(office, LURAH, listed, april, KASEMEN).proposed == 0


# --- objections ----------------------------------------------------------------------------------


def object_to(office, listed, family_id):
    objections.object_to(office, FIELD, listed, family_id, "warga", "Masih layak", clock.today())


def test_an_accepted_objection_sends_the_record_back_to_the_musyawarah(office, listed, made):
    held(office, listed, {made}, Decision("tidak_layak", "TL17"))
    assert meetings.candidates(office, LURAH, listed)[CIPARE] == {}
    object_to(office, listed, made)
    objections.answer(office, OPERATOR, listed, made, 1, "diterima", "Data keliru")
    *_, step = fieldwork.steps(office, OPERATOR, listed, made)
    assert (step.stage_from, step.stage_to) == ("operator", "musyawarah")
    assert step.reason == "Sanggah diterima: Data keliru"
    (told,) = objections.objections(office, OPERATOR, listed)
    assert (told.objection.sequel, told.head_name) == ("dikembalikan", "WASEKUN CONTOH")
    assert meetings.candidates(office, LURAH, listed)[CIPARE] == {made: "tahap"}


def test_a_declined_objection_moves_nothing(office, listed, made):
    held(office, listed, {made}, Decision("layak"))
    object_to(office, listed, made)
    before = fieldwork.steps(office, OPERATOR, listed, made)
    objections.answer(office, OPERATOR, listed, made, 1, "ditolak", "Data benar")
    assert fieldwork.steps(office, OPERATOR, listed, made) == before


def test_who_may_not_send_it_back_leaves_a_task_in_the_queue(office, listed):
    families = shelves.open_list(office, LURAH, listed).register["family"].to_pylist()
    family_id = next(one["family_id"] for one in families if one["no_kk"].endswith("001"))
    object_to(office, listed, family_id)
    objections.answer(office, LURAH, listed, family_id, 1, "diterima", "Datangi lagi")
    assert fieldwork.steps(office, LURAH, listed, family_id) == ()
    (told,) = objections.objections(office, LURAH, listed)
    assert told.objection.sequel == "tugas"
    due = {one.family_id: one.again for one in fieldwork.queue(office, LURAH, listed).families}
    assert due[family_id].startswith("Sanggah diterima")
