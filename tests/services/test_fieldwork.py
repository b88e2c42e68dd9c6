"""From the list to the door and back, by people with areas: lists, queues, returns, stages."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pyarrow.compute as pc
import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import accounts, assignments, doorsteps, fieldwork, imports, shelves
from workbench.services.findings import sensitive_subjects
from workbench.store import clock
from workbench.synthesis import generate
from workbench.verification.fieldwork.lives import finding_key
from workbench.verification.fieldwork.outcomes import Outcome

STAFF = Actor("A-0", "Kepala data", Role.STAF, Workspace.NYATA, ("36.73",))
OF_KASEMEN = Actor("A-9", "Staf Kasemen", Role.STAF, Workspace.NYATA, ("36.73.02",))
CIPARE, KASEMEN = "36.73.01.1002", "36.73.02.1004"
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
TODAY = clock.today()


def row(serial, sex="L", place="CIPARE;SERANG", rt="001", name=None):
    return (
        f"3673010504819{serial:03d};3673010607159{serial:03d};{name or f'RUSDI {serial}'};{sex};"
        f"05/04/1981;KEPALA KELUARGA;JL. CONTOH {serial};{rt};002;{place}"
    )


@pytest.fixture
def put(office, tmp_path):
    def shelve(name, rows, as_of=date(2026, 3, 1)):
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
        return imports.bring_in(office, STAFF, path, name, as_of=as_of).id

    return shelve


@pytest.fixture
def officer(office):
    def add(username, areas=("36.73",)):
        admin = accounts.machine_operator(Workspace.NYATA)
        accounts.add_account(office, admin, username, username, Role.STAF, areas)
        (found,) = [
            one for one in accounts.list_accounts(office, admin) if one.username == username
        ]
        return Actor(found.id, found.name, found.role, Workspace.NYATA, found.areas)

    return add


def graves(office, list_id):
    """Findings of a list by family, notes aside."""
    found = {}
    for one in shelves.open_list(office, STAFF, list_id).findings.table.to_pylist():
        if one["severity"] != "INFO":
            found.setdefault(one["family_id"], []).append(one)
    return found


def key_of(finding):
    return finding_key(finding["rule"], finding["subject_kind"], finding["subject"])


def visit(office, actor, list_id, family_id, answer="benar", way="layar", **more):
    """A visit to a family that answers each of its findings."""
    opened = shelves.open_list(office, STAFF, list_id)
    people = [
        one["person_id"]
        for one in opened.register["person"].to_pylist()
        if one["family_id"] == family_id
    ]
    found = [
        key_of(one) for one in opened.findings.table.to_pylist() if one["family_id"] == family_id
    ]
    source = more.pop("source", "")
    said = Outcome(
        {
            "visited_on": TODAY.isoformat(),
            "visit_number": "1",
            "presence": "KB1",
            "domicile": "DM1",
            "eligibility": "LY1",
            "proposal": "PERBAIKI",
            **more,
        },
        {person: {"member_presence": "KB1", "civil_match": "PD1"} for person in people},
        {key: {"answer": answer} for key in found},
    )
    return fieldwork.record_outcome(office, actor, list_id, family_id, said, way=way, source=source)


def family_of(office, list_id, serial):
    table = shelves.open_list(office, STAFF, list_id).register["family"].to_pylist()
    (found,) = [one["family_id"] for one in table if one["no_kk"].endswith(f"9{serial:03d}")]
    return found


def test_a_list_goes_to_the_door_and_the_next_two_lists_know_what_was_said(office, put):
    first = put("Maret", [row(1, "P"), row(2, "P"), row(3, "P"), row(4)])
    told = fieldwork.advance(office, STAFF, first)
    assert set(told.totals) == {"baru"}
    wrong = [one["rule"] for found in graves(office, first).values() for one in found]
    assert len(wrong) == 3
    assert len(fieldwork.queue(office, STAFF, first).families) == 3
    for serial in (1, 2):
        visit(office, STAFF, first, family_of(office, first, serial))
    queue = fieldwork.queue(office, STAFF, first)
    assert [one.family_id for one in queue.families] == [family_of(office, first, 3)]
    assert queue.done == 2

    second = put("April", [row(1, "P"), row(2), row(3, "P"), row(4)], date(2026, 4, 1))
    fieldwork.advance(office, STAFF, second)
    left = fieldwork.queue(office, STAFF, second).families
    assert [one.family_id for one in left] == [family_of(office, second, 3)]

    third = put("Mei", [row(1), row(2, "P"), row(3, "P"), row(4)], date(2026, 5, 1))
    fieldwork.advance(office, STAFF, third)
    stories = fieldwork.family_lives(office, STAFF, third, family_of(office, third, 2))
    story = next(one for one in stories if one.life.key.rule == wrong[0])
    assert [(step.list_id, step.change) for step in story.history] == [
        (first, "baru"),
        (first, "dijawab"),
        (second, "selesai"),
        (third, "dibuka_lagi"),
    ]
    assert [one.list_id for one in fieldwork.rounds(office, STAFF)] == [first, second, third]


def test_a_list_that_is_older_or_went_through_is_refused(office, put):
    newer = put("April", [row(1)], date(2026, 4, 1))
    older = put("Maret", [row(2)])
    fieldwork.advance(office, STAFF, newer)
    with pytest.raises(WrongUse, match="lebih lama"):
        fieldwork.advance(office, STAFF, older)
    with pytest.raises(WrongUse, match="sudah diteruskan"):
        fieldwork.advance(office, STAFF, newer)
    with pytest.raises(WrongUse, match="bukan daftar kerja"):
        fieldwork.queue(office, STAFF, older)


def test_a_working_list_that_was_deleted_does_not_stop_the_next(office, put):
    first = put("Maret", [row(1, "P")])
    fieldwork.advance(office, STAFF, first)
    shelves.remove(office, STAFF, first, "salah berkas")
    second = put("April", [row(1, "P"), row(2)], date(2026, 4, 1))
    assert "tetap" in fieldwork.advance(office, STAFF, second).totals


def test_only_who_covers_the_list_makes_it_the_working_list(office, put):
    listed = put("Maret", [row(1)])
    with pytest.raises(Forbidden):
        fieldwork.advance(office, OF_KASEMEN, listed)


def test_an_outcome_outside_ones_areas_or_of_another_family_is_refused(office, put):
    listed = put("Maret", [row(1, "P"), row(2, "P")])
    one, other = (family_of(office, listed, serial) for serial in (1, 2))
    with pytest.raises(Forbidden):
        visit(office, OF_KASEMEN, listed, one)
    with pytest.raises(NotFound):
        fieldwork.record_outcome(office, STAFF, listed, "F999999", Outcome({}))
    said = {"visited_on": TODAY.isoformat(), "visit_number": "1", "presence": "KB2"}
    for foreign in (
        Outcome({**said, "proposal": "TETAP"}, {"P999999": {}}),
        Outcome({**said, "proposal": "TETAP"}, {}, {key_of(graves(office, listed)[other][0]): {}}),
    ):
        with pytest.raises(WrongUse, match="bukan dari keluarga ini"):
            fieldwork.record_outcome(office, STAFF, listed, one, foreign)
    with pytest.raises(WrongUse, match="belum diisi"):
        fieldwork.record_outcome(office, STAFF, listed, one, Outcome({}))
    with pytest.raises(WrongUse, match="tidak dikenal"):
        visit(office, STAFF, listed, one, way="putusan")
    assert fieldwork.outcomes(office, STAFF, listed, one) == ()


def test_returns_that_disagree_are_shown_to_who_looks_after_the_place_and_decided(
    office, put, officer
):
    listed = put("Maret", [row(1, "P"), row(2, "P", "KASEMEN;KASEMEN")])
    fieldwork.advance(office, STAFF, listed)
    one = family_of(office, listed, 1)
    ani, udin, siti = (officer(name) for name in ("ani", "udin", "siti"))
    visit(office, ani, listed, one, way="xlsx", source="lembar-7")
    kept = visit(office, udin, listed, one, "tidak_benar", "xlsform", source="lembar-8")
    assert {said.field for said in kept.differences} == {"answer"}
    (conflict,) = fieldwork.conflicts(office, STAFF, listed)
    assert [said.recorder for said in conflict.returns] == [ani.id, udin.id]
    assert fieldwork.conflicts(office, OF_KASEMEN, listed) == ()
    assert one in {due.family_id for due in fieldwork.queue(office, STAFF, listed).families}
    with pytest.raises(Forbidden):
        fieldwork.decide(office, ani, listed, one, conflict.returns[0].outcome)
    fieldwork.decide(office, siti, listed, one, conflict.returns[1].outcome)
    assert fieldwork.conflicts(office, STAFF, listed) == ()
    assert one not in {due.family_id for due in fieldwork.queue(office, STAFF, listed).families}
    assert len(fieldwork.outcomes(office, STAFF, listed, one)) == 3


def test_the_maker_is_never_the_checker_and_a_named_stage_is_his_who_was_named(
    office, put, officer
):
    listed = put("Maret", [row(1, "P")])
    one = family_of(office, listed, 1)
    ani, lurah, siti = (officer(name) for name in ("ani", "lurah", "siti"))
    visit(office, ani, listed, one)
    fieldwork.move_forward(office, ani, listed, one)
    with pytest.raises(Forbidden, match="orang lain"):
        fieldwork.move_forward(office, ani, listed, one)
    assignments.assign(office, STAFF, lurah.id, CIPARE, stage="musyawarah")
    with pytest.raises(Forbidden, match="ditugaskan kepada petugas lain"):
        fieldwork.move_forward(office, siti, listed, one)
    step = fieldwork.send_back(office, lurah, listed, one, "Tanda tangan RT belum ada")
    assert (step.stage_to, step.reason) == ("lapangan", "Tanda tangan RT belum ada")
    assert fieldwork.steps(office, STAFF, listed, one)[-1] == step
    assert fieldwork.stages_of(office, STAFF, listed) == {one: "lapangan"}
    with pytest.raises(Forbidden):
        fieldwork.move_forward(office, OF_KASEMEN, listed, one)


def test_the_office_sets_its_own_stages(office, put):
    entries = [{"code": "lapangan", "title": "Lapangan"}, {"code": "dinas", "title": "Dinas"}]
    with pytest.raises(WrongUse, match="dasar"):
        fieldwork.set_stages(office, STAFF, entries, " ")
    with pytest.raises(Forbidden):
        fieldwork.set_stages(office, OF_KASEMEN, entries, "SK 1")
    fieldwork.set_stages(office, STAFF, entries, "SK 1/2026")
    listed = put("Maret", [row(1, "P")])
    one = family_of(office, listed, 1)
    visit(office, STAFF, listed, one)
    assert fieldwork.stage_plan(office, STAFF).title("dinas") == "Dinas"
    assert fieldwork.move_forward(office, STAFF, listed, one).stage_to == "dinas"


def test_a_queue_is_an_officer_s_areas_the_gravest_first_with_its_forecast(office, put, officer):
    rows = [row(n, "P", rt="001" if n < 20 else "002") for n in range(1, 31)]
    listed = put("Maret", [*rows, row(40, "P", "KASEMEN;KASEMEN")])
    fieldwork.advance(office, STAFF, listed)
    ani, udin = officer("ani"), officer("udin")
    assignments.assign(office, STAFF, ani.id, CIPARE, "2", "1")
    assignments.assign(office, STAFF, udin.id, CIPARE)
    tasks = fieldwork.queue(office, ani, listed, ani.id)
    assert {one.rt for one in tasks.families} == {"001"}
    scores = [one.priority.score for one in tasks.families]
    assert scores == sorted(scores, reverse=True)
    assert tasks.forecast.pace is None
    for serial in range(1, 7):
        day = (TODAY - timedelta(serial % 3)).isoformat()
        visit(office, ani, listed, family_of(office, listed, serial), visited_on=day)
    tasks = fieldwork.queue(office, ani, listed, ani.id, TODAY + timedelta(1), TODAY)
    assert (len(tasks.families), tasks.done) == (13, 6)
    assert (tasks.forecast.pace, tasks.forecast.is_late) == (2, True)
    told = {one.officer: (one.left, one.done) for one in fieldwork.loads(office, STAFF, listed)}
    assert told == {udin.id: (24, 6), ani.id: (13, 6), "": (1, 0)}
    assert len(fieldwork.queue(office, OF_KASEMEN, listed).families) == 1
    assert fieldwork.queue(office, OF_KASEMEN, listed, udin.id).families == ()


def test_findings_on_sensitive_categories_send_nobody_out_by_name(office):
    trainer = Actor("A-1", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
    city = generate(families=120, seed=2, error_rate=0.9)
    listed = imports.shelve_register(office, trainer, "Kota karangan", city).id
    fieldwork.advance(office, trainer, listed)
    opened = shelves.open_list(office, trainer, listed)
    hidden = set(sensitive_subjects(opened.register["ppks"]).to_pylist())
    found = [one for one in opened.findings.table.to_pylist() if one["severity"] != "INFO"]
    secret = [one for one in found if one["subject"] in hidden]
    assert secret
    due = {one.family_id: one.findings for one in fieldwork.queue(office, trainer, listed).families}
    assert due == Counter(one["family_id"] for one in found if one not in secret)
    for one in secret:
        stories = fieldwork.family_lives(office, trainer, listed, one["family_id"])
        assert key_of(one) not in {story.finding_key for story in stories}


@pytest.mark.parametrize(
    ("place", "rw", "rt", "stage", "said"),
    [
        ("36.73.01.9999", "", "", "", "tidak dikenal"),
        (CIPARE, "", "1", "", "Isi RW juga"),
        (CIPARE, "satu", "", "", "angka"),
        (CIPARE, "", "", "gudang", "Tahap itu tidak ada"),
    ],
)
def test_an_assignment_that_cannot_be_is_refused(office, officer, place, rw, rt, stage, said):
    with pytest.raises(WrongUse, match=said):
        assignments.assign(office, STAFF, officer("ani").id, place, rw, rt, stage)


def test_an_officer_without_account_or_area_gets_nothing_and_all_can_be_withdrawn(office, officer):
    with pytest.raises(NotFound):
        assignments.assign(office, STAFF, "A-tidak-ada", CIPARE)
    ani = officer("ani", (KASEMEN,))
    with pytest.raises(WrongUse, match="tidak bertugas"):
        assignments.assign(office, STAFF, ani.id, CIPARE)
    assignments.assign(office, STAFF, ani.id, KASEMEN, "02", "001")
    (found,) = assignments.assignments(office, OF_KASEMEN)
    assert (found.officer, found.area_kode, found.rw, found.rt) == (ani.id, KASEMEN, "2", "1")
    of_serang = Actor("A-8", "Staf", Role.STAF, Workspace.NYATA, ("36.73.01",))
    assert assignments.assignments(office, of_serang) == ()
    with pytest.raises(Forbidden):
        assignments.withdraw(office, of_serang, ani.id, KASEMEN, "2", "1")
    assignments.withdraw(office, OF_KASEMEN, ani.id, KASEMEN, "2", "1")
    assert assignments.assignments(office, OF_KASEMEN) == ()


# --- judged again, not met, filled in ------------------------------------------------------------


def judge_again(office, listed, family_id):
    """A newer judgement in which this family's findings are gone, as a changed rule leaves it."""
    snapshot, whole = shelves.standing(office, STAFF, listed)
    table = whole.findings.table
    others = replace(
        whole.findings, table=table.filter(pc.not_equal(table["family_id"], family_id))
    )
    folder = shelves.folder_of(office, STAFF, snapshot)
    shelves.add_judgement(office, STAFF, folder, others, whole.marks, whole.local)


def test_a_working_list_that_is_judged_again_goes_through_once_more(office, put):
    listed = put("Maret", [row(1, "P"), row(2, "P")])
    fieldwork.advance(office, STAFF, listed)
    assert not fieldwork.is_judged_again(office, STAFF)
    one, other = (family_of(office, listed, serial) for serial in (1, 2))
    visit(office, STAFF, listed, other)
    standing = len(graves(office, listed)[one]), len(graves(office, listed)[other])
    judge_again(office, listed, one)
    assert fieldwork.is_judged_again(office, STAFF)
    told = fieldwork.advance(office, STAFF, listed)
    assert (told.number, told.judgement) == (2, 2)
    before = fieldwork.rounds(office, STAFF)[0].totals
    assert sum(told.totals.values()) == sum(before.values())
    assert told.totals["selesai"] >= standing[0]
    assert told.totals["tetap"] >= standing[1]  # confirmed stays confirmed
    assert fieldwork.queue(office, STAFF, listed).families == ()
    with pytest.raises(WrongUse, match="sudah diteruskan"):
        fieldwork.advance(office, STAFF, listed)


def test_a_former_working_list_that_is_judged_again_does_not_come_back(office, put):
    first = put("Maret", [row(1, "P")])
    fieldwork.advance(office, STAFF, first)
    fieldwork.advance(office, STAFF, put("Juga Maret", [row(2)]))
    judge_again(office, first, family_of(office, first, 1))
    with pytest.raises(WrongUse, match="sudah diteruskan"):
        fieldwork.advance(office, STAFF, first)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"presence": "KB8", "proposal": "TETAP"}, "Belum dapat ditemui"),
        ({"presence": "KB2", "proposal": "KUNJUNGAN_ULANG"}, "kunjungan ulang"),
    ],
)
def test_a_family_without_a_question_that_was_not_met_is_visited_again(office, put, said, why):
    listed = put("Maret", [row(1)])
    fieldwork.advance(office, STAFF, listed)
    family = family_of(office, listed, 1)
    assert family not in graves(office, listed)
    assert fieldwork.queue(office, STAFF, listed).families == ()
    day = {"visited_on": TODAY.isoformat(), "visit_number": "1"}
    fieldwork.record_outcome(office, STAFF, listed, family, Outcome({**day, **said}))
    (due,) = fieldwork.queue(office, STAFF, listed).families
    assert (due.family_id, due.findings, due.returns) == (family, 0, 1)
    assert why in due.again
    visit(office, STAFF, listed, family, visit_number="2")
    queue = fieldwork.queue(office, STAFF, listed)
    assert (queue.families, queue.done) == ((), 1)


def test_what_is_filled_in_is_ones_own_survives_and_goes_when_it_is_sent(office, put, officer):
    listed = put("Maret", [row(1, "P"), row(2, "P", "KASEMEN;KASEMEN")])
    fieldwork.advance(office, STAFF, listed)
    family, other = (family_of(office, listed, serial) for serial in (1, 2))
    ani = officer("ani")
    half = Outcome({"presence": "KB1", "note": "tutup"}, {}, {})
    fieldwork.keep_draft(office, ani, listed, family, half, "kunjungan")
    fieldwork.keep_draft(office, ani, listed, other, Outcome({"presence": "KB2"}), "kunjungan")
    fieldwork.keep_draft(office, ani, listed, family, half, "rumah")
    assert [one.record.family_id for one in fieldwork.drafts(office, ani, listed)] == [
        family,
        other,
    ]
    draft = fieldwork.draft(office, ani, listed, family)
    assert (draft.outcome, draft.step) == (half, "rumah")
    assert fieldwork.draft(office, STAFF, listed, family) is None
    assert fieldwork.drafts(office, STAFF, listed) == ()
    assert fieldwork.draft(office, ani, listed, family, "periksa:1") is None
    assert fieldwork.outcomes(office, ani, listed, family) == ()
    visit(office, ani, listed, family, way="xlsx", source="lembar-7")
    assert fieldwork.draft(office, ani, listed, family) is not None
    visit(office, ani, listed, family)
    assert fieldwork.draft(office, ani, listed, family) is None
    fieldwork.drop_draft(office, ani, listed, other)
    assert fieldwork.drafts(office, ani, listed) == ()


def test_nothing_of_another_area_or_family_is_filled_in(office, put):
    listed = put("Maret", [row(1, "P"), row(2, "P", "KASEMEN;KASEMEN")])
    family, other = (family_of(office, listed, serial) for serial in (1, 2))
    with pytest.raises(Forbidden):
        fieldwork.keep_draft(office, OF_KASEMEN, listed, family, Outcome({}), "kunjungan")
    for foreign in (Outcome({}, {"P999999": {}}), Outcome({"note": "x" * 70_000})):
        with pytest.raises(WrongUse):
            fieldwork.keep_draft(office, OF_KASEMEN, listed, other, foreign, "kunjungan")
    assert fieldwork.drafts(office, OF_KASEMEN, listed) == ()


def test_at_the_door_numbers_are_masked_and_nothing_sensitive_is_told(office, put):
    listed = put("Maret", [row(1, "P", name="SITI CONTOH")])
    fieldwork.advance(office, STAFF, listed)
    family = family_of(office, listed, 1)
    home = doorsteps.doorstep(office, STAFF, listed, family)
    (member,) = home.members
    assert member.name == "SITI CONTOH"
    assert "NIK 3673**********01" in member.words
    assert "tahun" in member.words
    assert "1981" not in str(home)
    assert "3673010504819001" not in str(home)
    assert {one.key for one in home.asked} == {
        key_of(one) for one in graves(office, listed)[family]
    }
    assert all(one.is_open for one in home.asked)
    visit(office, STAFF, listed, family)
    assert not any(one.is_open for one in doorsteps.doorstep(office, STAFF, listed, family).asked)
    blind = doorsteps.doorstep(office, STAFF, listed, family, is_blind=True)
    assert blind == home
    with pytest.raises(NotFound):
        doorsteps.doorstep(office, OF_KASEMEN, listed, family)
