"""Every service that takes an actor x who asks x where: allowed or refused."""

import io
import json
import pkgutil
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from importlib import import_module

import openpyxl
import pytest

from tests.geo.exports.worlds import make_world
from workbench import services
from workbench.access import Actor, Role, Workspace
from workbench.domain.register import Register
from workbench.errors import Forbidden, NotFound, UnusableInput, WrongUse
from workbench.geo.boundaries import schematic_path
from workbench.geo.exports.selections import Selection
from workbench.services import (
    accounts,
    arrivals,
    assignments,
    audits,
    backups,
    bimteks,
    boards,
    boundaries,
    candidates,
    class_archives,
    classes,
    comparisons,
    courses,
    digests,
    doorsteps,
    drills,
    evidence,
    evidence_checks,
    exports,
    field_papers,
    fieldwork,
    graduations,
    happenings,
    histories,
    house_points,
    imports,
    keys,
    linking,
    lists,
    map_exports,
    mappings,
    maps,
    meetings,
    merging,
    objections,
    office_settings,
    origins,
    own_tasks,
    paper_answers,
    papers,
    populations,
    privacy,
    processing,
    proof_workbooks,
    proofs,
    proposals,
    rechecks,
    records,
    renewals,
    retention,
    returns_in,
    samples,
    scans,
    settings,
    shelves,
    training,
    walls,
)
from workbench.services.findings import FindingsIndex, Query
from workbench.services.office import Office
from workbench.store import clock, tables
from workbench.store import fieldwork as kept
from workbench.store import meetings as meeting_store
from workbench.store import proposals as proposal_store
from workbench.store.anchors import Anchor
from workbench.store.records import Record
from workbench.training.agenda import Agenda
from workbench.training.authoring import QuestionTask
from workbench.training.drawing import draw_case
from workbench.training.plans import Plan, Task
from workbench.verification.fieldwork.outcomes import Level, Outcome
from workbench.verification.happenings.kinds import Entry
from workbench.verification.meetings.content import Decision

REFUSED = (Forbidden, NotFound)

#: Who asks. *own* is the trainee on seat 1, *other* the one on seat 2 of the same class,
#: *foreign* one of another class; the trainer and the rest have no seat.
WHO = (
    "own",
    "other",
    "foreign",
    "trainer",
    "staff, real",
    "staff, practice",
    "admin, real",
    "admin, practice",
    "trainer, real",
    "trainee, real",
)
TRAINEES = {"own", "other", "foreign"}
TRAINERS = {"trainer", "admin, practice"}
ADMINS = {"admin, real", "admin, practice"}
LISTERS = {"trainer", "staff, real", "staff, practice", "admin, practice"}
READERS = LISTERS | {"admin, real"}
AUDITORS = {"staff, real", "staff, practice"} | ADMINS
SETTERS = READERS - {"trainer"}
DAY = date(2026, 11, 1)
EVERYONE = field_papers.Order(everyone=True)

#: use case -> (what is done, who may). Done by seat 1's trainee it touches seat 1's case.
USES = {
    "my progress": (lambda s: training.my_progress(s.office, s.actor), TRAINEES),
    "my case": (lambda s: training.my_case(s.office, s.actor, 1), TRAINEES),
    "save a mark": (
        lambda s: training.save_mark(s.office, s.actor, 1, "P1.nik", "sesuai", 1),
        TRAINEES,
    ),
    "send a case": (lambda s: s.send(), TRAINEES),
    "read a sent case again": (
        lambda s: s.send() and training.review(s.office, s.actor, 1),
        TRAINEES,
    ),
    "my results": (lambda s: training.results_by_rule(s.office, s.actor), TRAINEES),
    "seat 1 from outside": (
        lambda s: training.my_case(s.office, replace(s.actor, class_id=s.opened.id, seat=1), 1),
        {"own"},
    ),
    "worked case": (lambda s: training.worked_case(s.office, s.actor), TRAINEES | TRAINERS),
    "see the drills": (lambda s: drills.drills(s.office, s.actor), TRAINEES | TRAINERS),
    "open a drill": (lambda s: drills.open_round(s.office, s.actor, "jalur"), TRAINEES | TRAINERS),
    "see a card of a drill": (
        lambda s: drills.card(s.office, s.actor, "jalur"),
        TRAINEES | TRAINERS,
    ),
    "answer a card of a drill": (
        lambda s: s.reaches(lambda: drills.answer(s.office, s.actor, "jalur", 1, 1, "")),
        TRAINEES | TRAINERS,
    ),
    "read how a drill went": (
        lambda s: s.reaches(lambda: drills.report(s.office, s.actor, "jalur")),
        TRAINEES | TRAINERS,
    ),
    "see the drills of a class": (
        lambda s: drills.class_drills(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "see the parts of a class": (
        lambda s: courses.parts(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "open a part": (lambda s: courses.open_part(s.office, s.actor, s.a_course(), 1), TRAINERS),
    "close a part": (lambda s: courses.close_part(s.office, s.actor, s.a_course(), 1), TRAINERS),
    "pause a class": (
        lambda s: courses.pause(s.office, s.actor, s.opened.id, True),
        TRAINERS,
    ),
    "say something to a class": (
        lambda s: courses.say_to_all(s.office, s.actor, s.opened.id, "Halo"),
        TRAINERS,
    ),
    "see what every seat has seen": (
        lambda s: courses.histories(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "hear what is said to a class": (
        lambda s: courses.live(s.office, s.actor, s.opened.id),
        TRAINEES | TRAINERS,
    ),
    "see my parts": (lambda s: courses.my_parts(s.office, s.actor), TRAINEES),
    "see where I stand": (lambda s: courses.my_standing(s.office, s.actor), TRAINEES),
    "be given the next case": (lambda s: courses.next_of(s.office, s.actor), TRAINEES),
    "get a link to a refresher": (
        lambda s: courses.make_refresher_token(s.office, s.actor),
        TRAINEES,
    ),
    "read a worked example of seat 1": (
        lambda s: s.a_course() and courses.solved_case(s.office, s.actor, 9),
        {"own"},
    ),
    "finish a worked example of seat 1": (
        lambda s: s.a_course() and courses.finish_example(s.office, s.actor, 9),
        {"own"},
    ),
    "open a class": (lambda s: classes.open_class(s.office, s.actor, s.settings), TRAINERS),
    "list classes": (lambda s: classes.list_classes(s.office, s.actor), TRAINERS),
    "see a class": (lambda s: classes.class_info(s.office, s.actor, s.opened.id), TRAINERS),
    "close a class": (lambda s: classes.close_class(s.office, s.actor, s.opened.id), TRAINERS),
    "reopen a class": (lambda s: classes.reopen_class(s.office, s.actor, s.opened.id), TRAINERS),
    "turn the code off": (
        lambda s: classes.turn_code_off(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "turn the code on": (
        lambda s: classes.turn_code_on(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "make a new code": (
        lambda s: classes.renew_code(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "watch the board": (lambda s: boards.board(s.office, s.actor, s.opened.id), TRAINERS),
    "see what a class learned": (
        lambda s: proofs.proof(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "take out what a class learned": (
        lambda s: proof_workbooks.proof_workbook(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "take out the template of own tasks": (
        lambda s: own_tasks.template(s.office, s.actor),
        TRAINERS,
    ),
    "read own tasks": (
        lambda s: s.reaches(lambda: own_tasks.read_upload(s.office, s.actor, "tugas.csv", b"")),
        TRAINERS,
    ),
    "keep own tasks": (
        lambda s: s.reaches(lambda: own_tasks.save_tasks(s.office, s.actor, ())),
        TRAINERS,
    ),
    "list own tasks": (lambda s: own_tasks.stored_tasks(s.office, s.actor), TRAINERS),
    "look at an own task": (
        lambda s: own_tasks.preview_task(s.office, s.actor, s.a_question()),
        TRAINERS,
    ),
    "withdraw an own task": (
        lambda s: own_tasks.withdraw(s.office, s.actor, s.a_kept_question()),
        TRAINERS,
    ),
    "name the expected": (
        lambda s: classes.set_expected(s.office, s.actor, s.opened.id, []),
        TRAINERS,
    ),
    "keep the plan of a bimtek": (
        lambda s: bimteks.save_bimtek(s.office, s.actor, s.a_plan()),
        TRAINERS,
    ),
    "list the plans": (lambda s: bimteks.list_bimteks(s.office, s.actor), TRAINERS),
    "read a plan": (lambda s: bimteks.read_bimtek(s.office, s.actor, s.a_plan().id), TRAINERS),
    "find the plan of a class": (
        lambda s: bimteks.bimtek_of_class(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "open the class of a plan": (
        lambda s: s.reaches(lambda: bimteks.open_bimtek(s.office, s.actor, s.a_plan().id)),
        TRAINERS,
    ),
    "print a timetable": (
        lambda s: papers.timetable(s.office, s.actor, s.a_plan().id),
        TRAINERS,
    ),
    "print an attendance sheet": (
        lambda s: papers.attendance(s.office, s.actor, s.a_plan().id),
        TRAINERS,
    ),
    "print join cards": (
        lambda s: s.reaches(lambda: papers.join_cards(s.office, s.actor, s.a_plan().id, "")),
        TRAINERS,
    ),
    "print worksheets": (
        lambda s: s.reaches(lambda: papers.worksheets(s.office, s.actor, s.a_plan().id, "A")),
        TRAINERS,
    ),
    "print answer sheets": (
        lambda s: s.reaches(lambda: papers.answer_sheets(s.office, s.actor, s.a_plan().id, "A")),
        TRAINERS,
    ),
    "print a key": (
        lambda s: s.reaches(lambda: papers.key_sheet(s.office, s.actor, s.a_plan().id, "A")),
        TRAINERS,
    ),
    "print certificates": (
        lambda s: s.reaches(lambda: papers.certificates(s.office, s.actor, s.a_plan().id)),
        TRAINERS,
    ),
    "print a report": (
        lambda s: s.reaches(lambda: papers.report(s.office, s.actor, s.a_plan().id)),
        TRAINERS,
    ),
    "take a report out": (
        lambda s: s.reaches(lambda: papers.report_workbook(s.office, s.actor, s.a_plan().id)),
        TRAINERS,
    ),
    "print the trainer's guide": (
        lambda s: papers.guide(s.office, s.actor, s.a_plan().id),
        TRAINERS,
    ),
    "print the slides": (
        lambda s: papers.slide_show(s.office, s.actor, s.a_plan().id),
        TRAINERS,
    ),
    "take the slides out": (
        lambda s: papers.presentation(s.office, s.actor, s.a_plan().id),
        TRAINERS,
    ),
    "print a hand-out": (
        lambda s: papers.handout(s.office, s.actor, s.a_plan().id, "cara"),
        TRAINERS,
    ),
    "print the refresher's leaflets": (
        lambda s: papers.leaflets(s.office, s.actor, s.a_plan().id, ""),
        TRAINERS,
    ),
    "take the trainer's pack": (
        lambda s: papers.trainer_pack(s.office, s.actor, s.a_plan().id),
        TRAINERS,
    ),
    "make the pack's papers": (
        lambda s: papers.pack_papers(s.office, s.actor, s.a_plan().id),
        TRAINERS,
    ),
    "make the links of the refresher": (
        lambda s: courses.refresher_tokens(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "print everything": (
        lambda s: papers.all_papers(s.office, s.actor, s.a_plan().id, ""),
        TRAINERS,
    ),
    "help back in": (
        lambda s: arrivals.issue_return_code(s.office, s.actor, s.opened.id, 1),
        TRAINERS,
    ),
    "see whether anything moved": (
        lambda s: walls.pulse(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "see who did something last": (
        lambda s: walls.last_actions(s.office, s.actor, s.opened.id),
        TRAINERS,
    ),
    "see who errs alike": (
        lambda s: walls.alike_errors(s.office, s.actor, s.opened.id, {1}),
        TRAINERS,
    ),
    "see how many rules are mastered": (
        lambda s: walls.rules_mastered(s.office, s.actor, s.opened.id, {1}),
        TRAINERS,
    ),
    "see the worst cases of a rule": (
        lambda s: walls.worst_cases(s.office, s.actor, s.opened.id, "IDN-01"),
        TRAINERS,
    ),
    "put a case on the wall": (
        lambda s: walls.wall_case(s.office, s.actor, s.opened.id, 1, 1),
        TRAINERS,
    ),
    "note a case as shown on the wall": (
        lambda s: walls.put_on_wall(s.office, s.actor, s.opened.id, 1, 1),
        TRAINERS,
    ),
    "set a second seat aside": (
        lambda s: boards.set_aside(s.office, s.actor, s.opened.id, 2, 1),
        TRAINERS,
    ),
    "count a seat again": (
        lambda s: boards.count_again(s.office, s.actor, s.opened.id, 2),
        TRAINERS,
    ),
    "copy a plan": (
        lambda s: bimteks.copy_bimtek(s.office, s.actor, s.a_plan().id, DAY),
        TRAINERS,
    ),
    "throw a plan away": (
        lambda s: bimteks.delete_bimtek(s.office, s.actor, s.a_plan().id),
        TRAINERS,
    ),
    "see what a plan changes in its class": (
        lambda s: bimteks.class_changes(s.office, s.actor, s.a_plan().id),
        TRAINERS,
    ),
    "bring a class up to its plan": (
        lambda s: s.reaches(lambda: bimteks.renew_class(s.office, s.actor, s.a_plan().id)),
        TRAINERS,
    ),
    "see a printed sheet": (
        lambda s: s.reaches(lambda: paper_answers.sheet(s.office, s.actor, s.opened.id, 1, "X-01")),
        TRAINERS,
    ),
    "type in an answer from paper": (
        lambda s: s.reaches(
            lambda: paper_answers.type_in(
                s.office, s.actor, s.opened.id, 1, "X-01", paper_answers.TypedAnswer()
            )
        ),
        TRAINERS,
    ),
    "archive a class": (
        lambda s: s.reaches(lambda: class_archives.archive_class(s.office, s.actor, s.opened.id)),
        TRAINERS,
    ),
    "list the archives": (lambda s: class_archives.archives(s.office, s.actor), TRAINERS),
    "take an archive away": (
        lambda s: class_archives.archive_file(s.office, s.actor, s.an_archive()),
        TRAINERS,
    ),
    "add an account": (
        lambda s: accounts.add_account(s.office, s.actor, "baru", "Orang Baru", Role.STAF),
        ADMINS,
    ),
    "list accounts": (lambda s: accounts.list_accounts(s.office, s.actor), ADMINS),
    "give other areas": (
        lambda s: accounts.set_areas(s.office, s.actor, s.account_beside(), ["36.73"]),
        ADMINS,
    ),
    "end the sessions of an account": (
        lambda s: accounts.end_sessions(s.office, s.actor, s.account_beside()),
        ADMINS,
    ),
    "reset a password": (
        lambda s: accounts.reset_password(s.office, s.actor, s.account_beside()),
        ADMINS,
    ),
    "turn an account off": (
        lambda s: accounts.set_disabled(s.office, s.actor, s.account_beside(), True),
        ADMINS,
    ),
    "reset a password of the other side": (
        lambda s: accounts.reset_password(s.office, s.actor, s.account_beside(other_side=True)),
        set(),
    ),
    "see the shelf": (lambda s: shelves.shelf(s.shelved, s.actor), LISTERS),
    "open a list": (lambda s: shelves.open_list(s.shelved, s.actor, s.a_list()), LISTERS),
    "open a list of the other side": (
        lambda s: shelves.open_list(s.shelved, s.actor, s.a_list(other_side=True)),
        set(),
    ),
    "see a family in all lists": (
        lambda s: histories.family_history(s.shelved, s.actor, "kunci"),
        LISTERS,
    ),
    "see what a column meant before": (
        lambda s: mappings.known_meanings(s.shelved, s.actor, ()),
        LISTERS,
    ),
    "settle what a column means": (
        lambda s: mappings.settle_meanings(s.shelved, s.actor, (), {}, "Maret"),
        LISTERS,
    ),
    "see the rules' settings": (
        lambda s: settings.office_settings(s.shelved, s.actor, DAY),
        READERS,
    ),
    "set a value of the rules": (
        lambda s: s.reaches(lambda: settings.set_value(s.shelved, s.actor, "", DAY, 1, "SK")),
        SETTERS,
    ),
    "withdraw a value of the rules": (
        lambda s: s.reaches(lambda: settings.withdraw_value(s.shelved, s.actor, "", "")),
        SETTERS,
    ),
    "see what the office decided": (
        lambda s: office_settings.listed(s.shelved, s.actor),
        READERS,
    ),
    "read one of the office's settings": (
        lambda s: office_settings.value(s.shelved, s.actor, "nik_on_paper"),
        READERS,
    ),
    "decide for the office": (
        lambda s: s.reaches(
            lambda: office_settings.put(s.shelved, s.actor, "nik_on_paper", "x", "SK")
        ),
        SETTERS,
    ),
    "fetch the files a list came from": (
        lambda s: s.reaches(lambda: shelves.returned_file(s.shelved, s.actor, s.a_list())),
        LISTERS,
    ),
    "take a list out": (
        lambda s: s.reaches(lambda: shelves.remove(s.shelved, s.actor, s.a_list(), " ")),
        LISTERS,
    ),
    "have columns proposed": (
        lambda s: s.reaches(lambda: imports.propose(s.shelved, s.actor, s.no_file)),
        LISTERS,
    ),
    "bring a list in": (
        lambda s: s.reaches(lambda: imports.bring_in(s.shelved, s.actor, s.no_file, "Maret")),
        LISTERS,
    ),
    "shelve an invented city": (
        lambda s: imports.shelve_register(s.shelved, s.actor, "Kota", s.register()),
        LISTERS - {"staff, real"},
    ),
    "print a checklist": (
        lambda s: lists.checklist_file(s.shelved, s.actor, s.a_list(), s.place()),
        LISTERS,
    ),
    "print all checklists": (
        lambda s: lists.checklist_files(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "compare two lists": (
        lambda s: comparisons.compare_lists(s.shelved, s.actor, s.a_list(), s.a_list(1)),
        LISTERS,
    ),
    "fetch a comparison": (
        lambda s: comparisons.comparison_file(s.shelved, s.actor, s.a_list(), s.a_list(1)),
        LISTERS,
    ),
    "check a list again": (
        lambda s: renewals.recheck_list(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "check a kelurahan again": (
        lambda s: renewals.recheck_kelurahan(s.shelved, s.actor, s.a_list(), s.place()),
        LISTERS,
    ),
    "replace a kelurahan": (
        lambda s: s.reaches(
            lambda: renewals.replace_kelurahan(s.shelved, s.actor, s.a_list(), s.place(), s.no_file)
        ),
        LISTERS,
    ),
    "read the log": (lambda s: audits.log_page(s.shelved, s.actor), AUDITORS),
    "see whose acts are in the log": (lambda s: audits.people(s.shelved, s.actor), AUDITORS),
    "verify the ledger": (lambda s: audits.verify(s.shelved, s.actor), AUDITORS),
    "see the anchors": (lambda s: audits.anchors(s.shelved, s.actor), AUDITORS),
    "take an anchor": (lambda s: audits.take_anchor(s.shelved, s.actor), AUDITORS),
    "accept the clock": (lambda s: audits.accept_clock(s.shelved, s.actor), ADMINS),
    "print an anchor": (
        lambda s: audits.anchor_sheet(s.shelved, s.actor, s.an_anchor()),
        AUDITORS,
    ),
    "pack evidence": (
        lambda s: s.reaches(lambda: evidence.pack(s.shelved, s.actor, s.a_list(), s.shelved.root)),
        AUDITORS,
    ),
    "see what can be packed": (lambda s: evidence.packable(s.shelved, s.actor), AUDITORS),
    "pack evidence to take along": (
        lambda s: s.reaches(
            lambda: evidence.pack_zipped(s.shelved, s.actor, s.a_list(), asks=s.stops)
        ),
        AUDITORS,
    ),
    "pack evidence beside the office": (
        lambda s: s.reaches(
            lambda: evidence.pack_beside(s.shelved, s.actor, s.a_list(), asks=s.stops)
        ),
        AUDITORS,
    ),
    "play an uploaded pack again": (
        lambda s: s.reaches(lambda: evidence_checks.recheck_zipped(s.shelved, s.actor, b"")),
        AUDITORS,
    ),
    "play evidence again": (
        lambda s: s.reaches(lambda: evidence_checks.recheck(s.shelved, s.actor, s.no_file)),
        AUDITORS,
    ),
    "back the office up": (
        lambda s: s.reaches(lambda: backups.back_up(s.shelved, s.actor, s.shelved.root)),
        {"admin, real"},
    ),
    "see the key and what lies under it": (
        lambda s: keys.status(s.shelved, s.actor),
        {"admin, real"},
    ),
    "give the office a key": (
        lambda s: s.reaches(lambda: keys.make(s.shelved, s.actor, s.shelved.root / "kunci")),
        {"admin, real"},
    ),
    "change the key": (
        lambda s: s.reaches(lambda: keys.rotate(s.shelved, s.actor)),
        {"admin, real"},
    ),
    "see what is kept too long": (lambda s: retention.due(s.shelved, s.actor), ADMINS),
    "see what was deleted by age": (lambda s: retention.runs(s.shelved, s.actor), ADMINS),
    "delete what is kept too long": (
        lambda s: s.reaches(lambda: retention.erase(s.shelved, s.actor, ())),
        ADMINS,
    ),
    "clear what deleting left": (lambda s: retention.sweep(s.shelved, s.actor), ADMINS),
    "see the record of processing": (
        lambda s: processing.record(s.shelved, s.actor),
        AUDITORS,
    ),
    "print the record of processing": (
        lambda s: processing.record_paper(s.shelved, s.actor),
        AUDITORS,
    ),
    "print the notice of a breach": (
        lambda s: processing.breach_paper(s.shelved, s.actor, a_breach()),
        AUDITORS,
    ),
    "draw a map": (
        lambda s: maps.atlas(s.shelved, s.actor, [s.a_list()]),
        LISTERS,
    ),
    "ask whether a map is ready": (
        lambda s: maps.is_published(s.shelved, s.actor, [s.a_list()]),
        LISTERS,
    ),
    "take the whole map along": (
        lambda s: maps.map_page(s.shelved, s.actor, [s.a_list()]),
        LISTERS,
    ),
    "see a map in the room": (
        lambda s: maps.room_page(s.actor, s.an_atlas()),
        LISTERS,
    ),
    "ask for a measure": (
        lambda s: maps.late_measure(
            s.actor, s.an_atlas(), "families", s.an_atlas().periods[0].list_id, "jumlah"
        ),
        LISTERS,
    ),
    "read the least count shown": (lambda s: maps.threshold(s.shelved, s.actor), LISTERS),
    "set the least count shown": (lambda s: maps.set_threshold(s.shelved, s.actor, 5), SETTERS),
    "take a map out": (
        lambda s: map_exports.export(s.shelved, s.actor, s.an_atlas(), s.a_selection(), "csv"),
        LISTERS,
    ),
    "take out a map of the other side": (
        lambda s: map_exports.export(s.shelved, s.actor, s.an_atlas(True), s.a_selection(), "csv"),
        set(),
    ),
    "draw a chart": (
        lambda s: map_exports.chart(s.actor, s.an_atlas(), s.a_selection(), "batang"),
        LISTERS,
    ),
    "see where the houses stand": (
        lambda s: house_points.house_points(s.shelved, s.actor, s.a_list(), s.place(), "kunjungan"),
        LISTERS,
    ),
    "read a file of boundaries": (
        lambda s: s.reaches(lambda: boundaries.propose(s.shelved, s.actor, s.no_file)),
        SETTERS,
    ),
    "put boundaries in place": (
        lambda s: boundaries.confirm(s.office, s.actor, s.a_proposal()),
        SETTERS,
    ),
    "take boundaries back": (
        lambda s: s.reaches(lambda: boundaries.undo(s.shelved, s.actor)),
        SETTERS,
    ),
    "see which boundaries are in place": (
        lambda s: boundaries.installed(s.shelved, s.actor) is None,
        READERS,
    ),
    "see the list of areas": (lambda s: boundaries.areas(s.shelved, s.actor), READERS),
    "draw on the boundaries": (lambda s: boundaries.frame(s.shelved, s.actor), LISTERS),
    "make a map ready": (
        lambda s: maps.make_ready(s.shelved, s.actor, s.a_list(), lambda share, words: None),
        LISTERS,
    ),
    "ask whether there were figures of people": (
        lambda s: populations.was_installed(s.shelved, s.actor),
        SETTERS,
    ),
    "put in how many people live where": (
        lambda s: s.reaches(lambda: populations.install(s.shelved, s.actor, s.no_file)),
        SETTERS,
    ),
    "go back to the people counted before": (
        lambda s: s.reaches(lambda: populations.undo(s.shelved, s.actor)),
        SETTERS,
    ),
    "read how many people live where": (
        lambda s: populations.population(s.shelved, s.actor),
        LISTERS,
    ),
    "see where a list comes from": (
        lambda s: origins.origin_of(s.shelved, s.actor, s.opened_list()),
        LISTERS,
    ),
    "see whole numbers": (
        lambda s: privacy.unmask(
            s.shelved, s.actor, s.opened_list().summary.id, s.a_family(), "kunjungan"
        ),
        LISTERS,
    ),
    "take findings out": (
        lambda s: exports.findings_workbook(s.shelved, s.actor, *s.findings()),
        LISTERS,
    ),
    "take findings out as text": (
        lambda s: exports.findings_csv(s.shelved, s.actor, *s.findings()),
        LISTERS,
    ),
    "take findings out with whole numbers": (
        lambda s: exports.findings_workbook_with_numbers(
            s.shelved, s.actor, *s.findings(), "kunjungan"
        ),
        LISTERS,
    ),
    "link two lists": (
        lambda s: s.reaches(
            lambda: linking.run(s.shelved, s.actor, "orang", s.a_list(), s.a_list())
        ),
        LISTERS,
    ),
    "see the linkings": (lambda s: linking.linkings(s.shelved, s.actor), LISTERS),
    "open a linking": (
        lambda s: linking.open_linking(s.shelved, s.actor, s.a_linking()),
        LISTERS,
    ),
    "open a linking of the other side": (
        lambda s: linking.open_linking(s.shelved, s.actor, s.a_linking(other_side=True)),
        set(),
    ),
    "see what people decided since": (
        lambda s: linking.refresh(s.shelved, s.actor, s.opened_linking()),
        LISTERS,
    ),
    "call a pair one person or two": (
        lambda s: s.reaches(lambda: linking.decide(s.shelved, s.actor, *s.a_pair(), "beda", "")),
        LISTERS,
    ),
    "set a pair aside": (
        lambda s: linking.set_aside(s.shelved, s.actor, *s.a_pair()),
        LISTERS,
    ),
    "take back what was said of a pair": (
        lambda s: linking.withdraw(s.shelved, s.actor, *s.a_pair(is_aside=True)),
        LISTERS,
    ),
    "make one list of two": (
        lambda s: s.reaches(lambda: merging.join(s.shelved, s.actor, s.a_linking(), " ")),
        LISTERS,
    ),
    "see what was made of a linking": (
        lambda s: merging.merged_lists(s.shelved, s.actor, s.a_linking()),
        LISTERS,
    ),
    "see where cells come from": (
        lambda s: merging.provenance(s.shelved, s.actor, s.a_list(MERGED)),
        LISTERS,
    ),
    "see where two lists differ": (
        lambda s: merging.differences(s.shelved, s.actor, s.a_list(MERGED)),
        LISTERS,
    ),
    "take out where two lists differ": (
        lambda s: merging.differences_file(s.shelved, s.actor, s.a_list(MERGED)),
        LISTERS,
    ),
    "make a list the working list": (
        lambda s: s.reaches(lambda: fieldwork.advance(s.shelved, s.actor, s.a_list())),
        LISTERS,
    ),
    "see which lists were the working list": (
        lambda s: fieldwork.rounds(s.shelved, s.actor),
        LISTERS,
    ),
    "see how a family's findings stand": (
        lambda s: fieldwork.family_lives(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "see whom to visit": (
        lambda s: s.reaches(lambda: fieldwork.queue(s.shelved, s.actor, s.a_list())),
        LISTERS,
    ),
    "see who has how much to visit": (
        lambda s: s.reaches(lambda: fieldwork.loads(s.shelved, s.actor, s.a_list())),
        LISTERS,
    ),
    "record an outcome": (
        lambda s: s.reaches(
            lambda: fieldwork.record_outcome(s.shelved, s.actor, *s.a_record(), Outcome({}))
        ),
        LISTERS,
    ),
    "decide between returns": (
        lambda s: s.reaches(
            lambda: fieldwork.decide(s.shelved, s.actor, *s.a_record(), Outcome({}))
        ),
        LISTERS,
    ),
    "see a family's outcomes": (
        lambda s: fieldwork.outcomes(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "see what goes out to officers": (
        lambda s: field_papers.packets(s.shelved, s.actor, s.a_list(), EVERYONE),
        LISTERS,
    ),
    "know what stands behind keys on paper": (
        lambda s: field_papers.packets_and_names(s.shelved, s.actor, s.a_list(), EVERYONE),
        LISTERS,
    ),
    "print what officers take along": (
        lambda s: field_papers.papers(
            s.shelved, s.actor, s.a_list(), EVERYONE, field_papers.Form.WORKBOOK
        ),
        LISTERS,
    ),
    "take in what officers bring back": (
        lambda s: s.reaches(lambda: returns_in.take_in(s.shelved, s.actor, s.a_list(), [])),
        LISTERS,
    ),
    "type in what officers wrote": (
        lambda s: s.reaches(
            lambda: returns_in.type_in(s.shelved, s.actor, *s.a_record(), Outcome({}))
        ),
        LISTERS,
    ),
    "find whom a paper sheet is about": (
        lambda s: s.looks_up(lambda: returns_in.sheet_of(s.shelved, s.actor, "A" * 12)),
        LISTERS,
    ),
    "see what one typed from paper": (
        lambda s: returns_in.typed(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "see returns that disagree": (
        lambda s: fieldwork.conflicts(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "see the stages": (lambda s: fieldwork.stage_plan(s.shelved, s.actor), LISTERS | ADMINS),
    "set the stages": (
        lambda s: s.reaches(lambda: fieldwork.set_stages(s.shelved, s.actor, [], "SK 1")),
        SETTERS,
    ),
    "move a record on": (
        lambda s: s.reaches(lambda: fieldwork.move_forward(s.shelved, s.actor, *s.a_record())),
        LISTERS,
    ),
    "send a record back": (
        lambda s: s.reaches(lambda: fieldwork.send_back(s.shelved, s.actor, *s.a_record(), "x")),
        LISTERS,
    ),
    "see how a record moved": (
        lambda s: fieldwork.steps(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "see a family's row": (
        lambda s: fieldwork.family_row(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "see who waits for a musyawarah": (
        lambda s: meetings.candidates(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "plan a musyawarah": (
        lambda s: s.reaches(
            lambda: meetings.plan(s.shelved, s.actor, s.a_list(), s.place(), DAY, None, "")
        ),
        LISTERS,
    ),
    "see the musyawarah": (
        lambda s: meetings.meetings(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "open a musyawarah": (
        lambda s: meetings.sheet(s.shelved, s.actor, *s.a_meeting()),
        LISTERS,
    ),
    "change a musyawarah": (
        lambda s: s.reaches(
            lambda: meetings.change_plan(s.shelved, s.actor, *s.a_meeting(), DAY, None, "")
        ),
        LISTERS,
    ),
    "call a musyawarah off": (
        lambda s: s.reaches(lambda: meetings.cancel(s.shelved, s.actor, *s.a_meeting())),
        LISTERS,
    ),
    "see whom a musyawarah could add": (
        lambda s: meetings.addable(s.shelved, s.actor, *s.a_meeting()),
        LISTERS,
    ),
    "renew an agenda": (
        lambda s: s.reaches(lambda: meetings.renew_agenda(s.shelved, s.actor, *s.a_meeting())),
        LISTERS,
    ),
    "put a family on an agenda": (
        lambda s: s.reaches(
            lambda: meetings.add_family(s.shelved, s.actor, *s.a_meeting(), s.a_family(), "")
        ),
        LISTERS,
    ),
    "take a family from an agenda": (
        lambda s: s.reaches(
            lambda: meetings.drop_family(s.shelved, s.actor, *s.a_meeting(), s.a_family(), "")
        ),
        LISTERS,
    ),
    "record who came": (
        lambda s: s.reaches(
            lambda: meetings.record_attendance(s.shelved, s.actor, *s.a_meeting(), [])
        ),
        LISTERS,
    ),
    "decide at a musyawarah": (
        lambda s: s.reaches(
            lambda: meetings.decide(s.shelved, s.actor, *s.a_meeting(), "", Decision(""))
        ),
        LISTERS,
    ),
    "close minutes": (
        lambda s: s.reaches(lambda: meetings.close(s.shelved, s.actor, *s.a_meeting())),
        LISTERS,
    ),
    "correct minutes": (
        lambda s: s.reaches(lambda: meetings.correct(s.shelved, s.actor, *s.a_meeting(), "x")),
        LISTERS,
    ),
    "record signed minutes": (
        lambda s: s.reaches(
            lambda: meetings.record_scan(s.shelved, s.actor, *s.a_meeting(), "", b"", [])
        ),
        LISTERS,
    ),
    "print minutes": (
        lambda s: meetings.minutes_paper(s.shelved, s.actor, *s.a_meeting(), "docx"),
        LISTERS,
    ),
    "look at minutes": (
        lambda s: meetings.draft_pages(s.shelved, s.actor, *s.a_meeting()),
        LISTERS,
    ),
    "keep a scan": (
        lambda s: s.reaches(lambda: scans.keep_scan(s.shelved, s.actor, b"")),
        LISTERS,
    ),
    "see how a proposal stands": (
        lambda s: proposals.proposal(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "choose a proposal's route": (
        lambda s: s.reaches(
            lambda: proposals.choose_route(s.shelved, s.actor, *s.a_record(), "lain")
        ),
        LISTERS,
    ),
    "show a proposal's paper": (
        lambda s: s.reaches(
            lambda: proposals.show_paper(s.shelved, s.actor, *s.a_record(), "LAIN")
        ),
        LISTERS,
    ),
    "withdraw a proposal's paper": (
        lambda s: s.reaches(
            lambda: proposals.withdraw_paper(s.shelved, s.actor, *s.a_record(), s.a_paper())
        ),
        LISTERS,
    ),
    "propose a family that stands on no list": (
        lambda s: s.reaches(
            lambda: candidates.propose(s.shelved, s.actor, s.a_list(), s.an_entry())
        ),
        LISTERS,
    ),
    "see the families proposed so": (lambda s: candidates.proposed(s.shelved, s.actor), LISTERS),
    "see their whole numbers": (
        lambda s: s.reaches(
            lambda: candidates.numbers(s.shelved, s.actor, s.a_list(), "B-0001", "verifikasi")
        ),
        LISTERS,
    ),
    "see them as rows": (
        lambda s: fieldwork.candidate_rows(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "see whether a record's stage is one's own": (
        lambda s: fieldwork.is_meant(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "ask whether a list is the working list": (
        lambda s: s.reaches(lambda: fieldwork.require_working(s.shelved, s.actor, s.a_list())),
        LISTERS,
    ),
    "make a second visit count": (
        lambda s: s.reaches(lambda: rechecks.make_counting(s.shelved, s.actor, s.a_sample(), "x")),
        LISTERS,
    ),
    "see objections": (
        lambda s: objections.objections(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "record an objection": (
        lambda s: s.reaches(
            lambda: objections.object_to(s.shelved, s.actor, *s.a_record(), "warga", "", DAY)
        ),
        LISTERS,
    ),
    "answer an objection": (
        lambda s: s.reaches(
            lambda: objections.answer(s.shelved, s.actor, *s.a_record(), 1, "", "x")
        ),
        LISTERS,
    ),
    "see whether the working list was judged again": (
        lambda s: fieldwork.is_judged_again(s.shelved, s.actor),
        LISTERS,
    ),
    "stand at a family's door": (
        lambda s: doorsteps.doorstep(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "fill in an outcome": (
        lambda s: fieldwork.keep_draft(s.shelved, s.actor, *s.a_record(), Outcome({}), "rumah"),
        LISTERS,
    ),
    "see what one has filled in": (
        lambda s: fieldwork.draft(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "see all one has filled in": (
        lambda s: fieldwork.drafts(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "forget what one has filled in": (
        lambda s: fieldwork.drop_draft(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "see where the records stand": (
        lambda s: fieldwork.stages_of(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "see which records wait at which stage": (
        lambda s: records.records(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "give an officer an area": (
        lambda s: s.reaches(lambda: assignments.assign(s.shelved, s.actor, "A-x", "36.73.01.9999")),
        LISTERS,
    ),
    "take an area from an officer": (
        lambda s: s.reaches(
            lambda: assignments.withdraw(s.shelved, s.actor, "A-x", "36.73.01.9999")
        ),
        LISTERS,
    ),
    "plan a sample": (
        lambda s: s.reaches(
            lambda: samples.plan_sample(s.shelved, s.actor, s.a_list(1), samples.Order())
        ),
        LISTERS | AUDITORS,
    ),
    "draw a sample": (
        lambda s: s.reaches(
            lambda: samples.draw_sample(s.shelved, s.actor, s.a_list(1), samples.Order("x"))
        ),
        LISTERS | AUDITORS,
    ),
    "draw a sample again": (
        lambda s: samples.redraw_sample(s.shelved, s.actor, s.a_sample()),
        LISTERS | AUDITORS,
    ),
    "see the samples": (lambda s: samples.samples(s.shelved, s.actor), LISTERS | AUDITORS),
    "see a sample": (
        lambda s: samples.find_sample(s.shelved, s.actor, s.a_sample()),
        LISTERS | AUDITORS,
    ),
    "take a sample out": (
        lambda s: samples.sample_file(s.shelved, s.actor, s.a_sample()),
        LISTERS | AUDITORS,
    ),
    "choose second checkers": (
        lambda s: s.reaches(
            lambda: rechecks.choose_second(s.shelved, s.actor, s.a_sample(), {"F-x": "A-x"})
        ),
        LISTERS,
    ),
    "share second visits out": (
        lambda s: rechecks.share_out(s.shelved, s.actor, s.a_sample(), ()),
        LISTERS,
    ),
    "see how far second visits are": (
        lambda s: rechecks.progress(s.shelved, s.actor, s.a_sample()),
        LISTERS | AUDITORS,
    ),
    "see which second visits have not begun": (
        lambda s: rechecks.waiting(s.shelved, s.actor, s.a_sample()),
        LISTERS,
    ),
    "lock second visits": (
        lambda s: s.reaches(lambda: rechecks.lock(s.shelved, s.actor, s.a_sample())),
        LISTERS,
    ),
    "see one's second visits": (lambda s: rechecks.my_errands(s.shelved, s.actor), LISTERS),
    "see one's second outcome": (
        lambda s: rechecks.my_outcome(s.shelved, s.actor, *s.an_errand()),
        LISTERS,
    ),
    "record a second outcome": (
        lambda s: s.reaches(
            lambda: rechecks.record_second(s.shelved, s.actor, *s.an_errand(), Outcome({}))
        ),
        LISTERS,
    ),
    "close a second outcome": (
        lambda s: s.reaches(lambda: rechecks.close_second(s.shelved, s.actor, *s.an_errand())),
        LISTERS,
    ),
    "compare both visits": (
        lambda s: s.reaches(lambda: rechecks.compare(s.shelved, s.actor, s.a_sample())),
        LISTERS,
    ),
    "decide between both visits": (
        lambda s: s.reaches(
            lambda: rechecks.adjudicate(
                s.shelved,
                s.actor,
                s.a_sample(),
                ("F-x", Level.FAMILY, "", "presence"),
                "kedua",
                "x",
            )
        ),
        LISTERS,
    ),
    "make a practice task of a dispute": (
        lambda s: s.reaches(
            lambda: rechecks.make_task(
                s.shelved, s.actor, s.a_sample(), ("F-x", Level.FAMILY, "", "presence")
            )
        ),
        LISTERS,
    ),
    "see what became practice": (lambda s: rechecks.lessons(s.shelved, s.actor), LISTERS),
    "see rules before and after practice": (
        lambda s: rechecks.before_after(s.shelved, s.actor),
        LISTERS,
    ),
    "see who looks after what": (
        lambda s: assignments.assignments(s.shelved, s.actor),
        LISTERS,
    ),
    "see who can be given work": (lambda s: assignments.people(s.shelved, s.actor), LISTERS),
    "see the RT of a list": (
        lambda s: assignments.places(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "see where nobody goes": (
        lambda s: s.reaches(lambda: assignments.uncovered(s.shelved, s.actor, s.a_list())),
        LISTERS,
    ),
    "see who goes to which family": (
        lambda s: assignments.goers(s.shelved, s.actor, s.a_list()),
        LISTERS,
    ),
    "open the record behind a printed key": (
        lambda s: s.looks_up(lambda: field_papers.family_of_key(s.shelved, s.actor, "Z")),
        LISTERS,
    ),
    "find a family in another list": (
        lambda s: field_papers.same_family(s.shelved, s.actor, s.a_list(), s.a_list()),
        LISTERS,
    ),
    "look a family up": (
        lambda s: happenings.find_families(s.shelved, s.actor, s.a_list(), "Maret"),
        LISTERS,
    ),
    "name a family": (lambda s: happenings.family_of(s.shelved, s.actor, *s.a_record()), LISTERS),
    "open a household": (
        lambda s: happenings.household(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "see who lives in a family": (
        lambda s: happenings.members(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "see what follows from an event": (
        lambda s: happenings.preview(s.shelved, s.actor, *s.a_record(), Entry("lahir")),
        LISTERS,
    ),
    "record an event": (
        lambda s: s.reaches(
            lambda: happenings.record(s.shelved, s.actor, *s.a_record(), Entry("lahir"))
        ),
        LISTERS,
    ),
    "tick what follows from an event": (
        lambda s: happenings.tick(s.shelved, s.actor, s.an_event(), 1, "selesai", DAY),
        LISTERS,
    ),
    "take an event back": (
        lambda s: happenings.end(s.shelved, s.actor, s.an_event(), "keliru"),
        LISTERS,
    ),
    "see the events": (lambda s: happenings.listed(s.shelved, s.actor), LISTERS),
    "see what a list shows of events": (
        lambda s: happenings.sequels(s.shelved, s.actor, s.a_list(1), s.events()),
        LISTERS,
    ),
    "see a family's programmes": (
        lambda s: graduations.threefold(s.shelved, s.actor, *s.a_record()),
        LISTERS,
    ),
    "ask what does not fit a graduation": (
        lambda s: graduations.questions(s.shelved, s.actor, *s.a_record(), s.a_graduation()),
        LISTERS,
    ),
    "enter a graduation": (
        lambda s: s.reaches(
            lambda: graduations.propose(s.shelved, s.actor, *s.a_record(), s.a_graduation())
        ),
        LISTERS,
    ),
    "check a graduation": (
        lambda s: s.reaches(
            lambda: graduations.check(s.shelved, s.actor, s.a_kept_graduation(), "setuju")
        ),
        LISTERS,
    ),
    "see the graduations": (lambda s: graduations.listed(s.shelved, s.actor), LISTERS),
    "have the quarter told": (
        lambda s: digests.digest(s.shelved, s.actor, s.a_list(), s.a_list(1), s.place()),
        LISTERS,
    ),
    "print the quarter": (
        lambda s: digests.digest_page(s.shelved, s.actor, s.a_list(), s.a_list(1), s.place()),
        LISTERS,
    ),
}

#: The list made of the other two.
MERGED = 2

#: What staff of another kecamatan get to see of a list that lies outside their areas: nothing
#: (the count of what they see), or a refusal.
OUTSIDE = {
    "open a list": lambda s: (
        shelves.open_list(s.shelved, s.actor, s.a_list()).register["person"].num_rows
    ),
    "fetch the files a list came from": lambda s: shelves.returned_file(
        s.shelved, s.actor, s.a_list()
    ),
    "take a list out": lambda s: shelves.remove(s.shelved, s.actor, s.a_list(), "salah"),
    "print a checklist": lambda s: lists.checklist_file(s.shelved, s.actor, s.a_list(), s.place()),
    "see whole numbers": lambda s: privacy.unmask(
        s.shelved, s.actor, s.a_list(), s.a_family(), "kunjungan"
    ),
    "take findings out": lambda s: rows_of(
        exports.findings_workbook(s.shelved, s.actor, *s.findings(s.actor))
    ),
    "see a family in all lists": lambda s: sum(
        one.is_listed for one in histories.family_history(s.shelved, s.actor, s.family_key())
    ),
    "link two lists": lambda s: linking.run(s.shelved, s.actor, "orang", s.a_list(), s.a_list(1)),
    "open a linking": lambda s: sum(
        side.table.num_rows
        for side in s.both_sides(linking.open_linking(s.shelved, s.actor, s.a_linking()))
    ),
    "make one list of two": lambda s: merging.join(s.shelved, s.actor, s.a_linking(), "Satu"),
    "see where cells come from": lambda s: merging.provenance(s.shelved, s.actor, s.a_list(MERGED)),
    "see where two lists differ": lambda s: merging.differences(
        s.shelved, s.actor, s.a_list(MERGED)
    ),
    "take out where two lists differ": lambda s: merging.differences_file(
        s.shelved, s.actor, s.a_list(MERGED)
    ),
    "check a kelurahan again": lambda s: renewals.recheck_kelurahan(
        s.shelved, s.actor, s.a_list(), s.place()
    ),
    "see where the houses stand": lambda s: house_points.house_points(
        s.shelved, s.actor, s.a_list(), s.place(), "kunjungan"
    ),
    "see how a family's findings stand": lambda s: (
        1 + len(fieldwork.family_lives(s.shelved, s.actor, *s.a_record()))
    ),
    "see a family's outcomes": lambda s: (
        1 + len(fieldwork.outcomes(s.shelved, s.actor, *s.a_record()))
    ),
    "see how a record moved": lambda s: 1 + len(fieldwork.steps(s.shelved, s.actor, *s.a_record())),
    "stand at a family's door": lambda s: doorsteps.doorstep(s.shelved, s.actor, *s.a_record()),
    "fill in an outcome": lambda s: (
        fieldwork.keep_draft(s.shelved, s.actor, *s.a_record(), Outcome({}), "rumah") is None
    ),
    "record an outcome": lambda s: fieldwork.record_outcome(
        s.shelved, s.actor, *s.a_record(), Outcome({})
    ),
    "move a record on": lambda s: fieldwork.move_forward(s.shelved, s.actor, *s.a_record()),
    "see a family's row": lambda s: fieldwork.family_row(s.shelved, s.actor, *s.a_record()),
    "see who waits for a musyawarah": lambda s: len(
        meetings.candidates(s.shelved, s.actor, s.a_list())
    ),
    "see the musyawarah": lambda s: len(meetings.meetings(s.shelved, s.actor, s.a_meeting()[0])),
    "open a musyawarah": lambda s: meetings.sheet(s.shelved, s.actor, *s.a_meeting()),
    "print minutes": lambda s: meetings.minutes_paper(s.shelved, s.actor, *s.a_meeting(), "docx"),
    "see how a proposal stands": lambda s: proposals.proposal(s.shelved, s.actor, *s.a_record()),
    "give an officer an area": lambda s: assignments.assign(s.shelved, s.actor, "A-x", s.place()),
    "see the RT of a list": lambda s: len(assignments.places(s.shelved, s.actor, s.a_list())),
    "see who goes to which family": lambda s: len(
        assignments.goers(s.shelved, s.actor, s.a_list())
    ),
    "see what goes out to officers": lambda s: len(
        field_papers.packets(s.shelved, s.actor, s.a_list(), EVERYONE)
    ),
    "find a family in another list": lambda s: len(
        field_papers.same_family(s.shelved, s.actor, s.a_list(), s.a_list())
    ),
    "draw a sample": lambda s: samples.draw_sample(
        s.shelved, s.actor, s.a_list(1), samples.Order(areas=(s.place(),))
    ),
    "take a sample out": lambda s: samples.sample_file(s.shelved, s.actor, s.a_sample()),
    "see the samples": lambda s: s.a_sample() and len(samples.samples(s.shelved, s.actor)),
    "look a family up": lambda s: len(
        happenings.find_families(s.shelved, s.actor, s.a_list(), "Maret")
    ),
    "name a family": lambda s: happenings.family_of(s.shelved, s.actor, *s.a_record()),
    "open a household": lambda s: happenings.household(s.shelved, s.actor, *s.a_record()),
    "see who lives in a family": lambda s: len(
        happenings.members(s.shelved, s.actor, *s.a_record())
    ),
    "see what follows from an event": lambda s: happenings.preview(
        s.shelved, s.actor, *s.a_record(), Entry("lahir")
    ),
    "record an event": lambda s: happenings.record(
        s.shelved, s.actor, *s.a_record(), Entry("lahir")
    ),
    "tick what follows from an event": lambda s: happenings.tick(
        s.shelved, s.actor, s.an_event(), 1, "selesai", DAY
    ),
    "see the events": lambda s: s.an_event() and len(happenings.listed(s.shelved, s.actor)),
    "see what a list shows of events": lambda s: len(
        happenings.sequels(s.shelved, s.actor, s.a_list(1), s.events())
    ),
    "see a family's programmes": lambda s: graduations.threefold(s.shelved, s.actor, *s.a_record()),
    "enter a graduation": lambda s: graduations.propose(
        s.shelved, s.actor, *s.a_record(), s.a_graduation()
    ),
    "check a graduation": lambda s: graduations.check(
        s.shelved, s.actor, s.a_kept_graduation(), "setuju"
    ),
    "see the graduations": lambda s: (
        s.a_kept_graduation() and len(graduations.listed(s.shelved, s.actor))
    ),
    "have the quarter told": lambda s: digests.digest(
        s.shelved, s.actor, s.a_list(), s.a_list(1), s.place()
    ),
    "print the quarter": lambda s: digests.digest_page(
        s.shelved, s.actor, s.a_list(), s.a_list(1), s.place()
    ),
}
#: Those of them that would leave the lists other than they were.
CHANGING = {"take a list out", "link two lists", "make one list of two", "check a kelurahan again"}
CHANGING |= {"draw a sample"}
CHANGING |= {"record an outcome", "move a record on", "give an officer an area"}


CHANGING |= {"record an event", "tick what follows from an event", "enter a graduation"}
CHANGING |= {"check a graduation"}


def rows_of(file):
    """Rows below the head of the findings' workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(file[1])).active
    return sum(row[1].value is not None for row in sheet.iter_rows()) - 1


class Listed:
    """An office with lists on both sides and somebody who asks."""

    def __init__(self, shelved, actor):
        self.shelved, self.actor = shelved, actor
        self.no_file = shelved.root / "tidak ada.csv"

    def a_list(self, number=0, other_side=False):
        """One of the lists of the asking person's workspace, or of the other one."""
        side = self.actor.workspace
        if other_side:
            side = next(one for one in Workspace if one is not side)
        return self.shelved.ids[side][number]

    def clerk(self):
        """Who looks after the whole city on the asking person's side."""
        return Actor("A-x", "Orang", Role.STAF, self.actor.workspace, ("36.73",))

    def opened_list(self):
        """A list as somebody else opened it: what is done with it is asked again."""
        return shelves.open_list(self.shelved, self.clerk(), self.a_list())

    def a_family(self):
        return self.opened_list().register["family"]["family_id"][0].as_py()

    def a_record(self):
        """A family of a list."""
        return self.a_list(), self.a_family()

    def a_meeting(self):
        """A musyawarah over a list, planned by somebody else."""
        store, list_id = self.shelved.store_for(self.clerk()), self.a_list()
        standing = [
            one.meeting.id
            for one in meeting_store.list_meetings(store, list_id)
            if not one.meeting.cancelled_at
        ]
        plan = (list_id, self.place(), "2026-11-01", "", "Aula", {})
        return list_id, (standing or [meeting_store.plan_meeting(store, "A-x", *plan)])[0]

    def an_entry(self):
        """A family nobody could take for one: it has no name."""
        return candidates.Entry(self.place(), "1", "1", "A", "", "", "", 1, "rt_rw", "musyawarah")

    def a_paper(self):
        """The number of a paper somebody else has shown for a family."""
        store, record = self.shelved.store_for(self.clerk()), Record(*self.a_record())
        proposal_store.put_paper(store, "A-x", record, "KTP_KK")
        return max(one.number for one in kept.proposal_of(store, record, self.place()).papers)

    def an_event(self):
        """An event of that family that somebody recorded."""
        listed, family_id = self.a_record()
        entry = Entry("lahir", DAY, "kader", ("AKTA_LAHIR",))
        return happenings.record(self.shelved, self.clerk(), listed, family_id, entry)

    def events(self):
        """Everything that was recorded, as somebody else reads it."""
        self.an_event()
        return [one.kept for one in happenings.listed(self.shelved, self.clerk())]

    def a_graduation(self, program="SEMBAKO"):
        return graduations.Proposal("mandiri", program, DAY, DAY, ("PERNYATAAN",))

    def a_kept_graduation(self):
        """A graduation that waits for its second check, entered by a third person."""
        maker = replace(self.clerk(), id="A-y")
        with suppress(WrongUse):
            graduations.propose(self.shelved, maker, *self.a_record(), self.a_graduation("PKH"))
        found = graduations.listed(self.shelved, maker)
        return next(one.kept.id for one in found if one.kept.maker == maker.id)

    def a_sample(self, second="A-lain"):
        """A sample of the one family of the second list, with somebody to visit it again."""
        store, clerk = self.shelved.store(self.actor.workspace), self.clerk()
        list_id = self.a_list(1)
        made = rechecks.kept.list_samples(store, list_id)
        if not made:
            table = shelves.open_list(self.shelved, clerk, list_id).register["family"]
            answers = {
                "visited_on": DAY.isoformat(),
                "visit_number": "1",
                "presence": "KB2",
                "proposal": "KUNJUNGAN_ULANG",
            }
            first = replace(clerk, id="A-pertama")
            family_id = table["family_id"][0].as_py()
            fieldwork.record_outcome(self.shelved, first, list_id, family_id, Outcome(answers))
            made = (samples.draw_sample(self.shelved, clerk, list_id, samples.Order(), 1),)
        (check,) = rechecks.kept.list_checks(store, made[0].id)
        rechecks.kept.put_second(store, "mesin", made[0].id, {check.family_id: second})
        return made[0].id

    def an_errand(self):
        """A second visit that is the asking person's."""
        sample_id = self.a_sample(self.actor.id)
        (check,) = rechecks.kept.list_checks(self.shelved.store(self.actor.workspace), sample_id)
        return sample_id, check.family_id

    def family_key(self):
        return self.opened_list().register["family"]["family_key"][0].as_py()

    def findings(self, actor=None):
        """A list, its findings and what of them is taken out."""
        opened = shelves.open_list(self.shelved, actor or self.clerk(), self.a_list())
        return opened, FindingsIndex(opened), exports.Export(Query(), "")

    def an_anchor(self):
        return Anchor(self.actor.workspace, DAY, 1, "0" * 64)

    def a_proposal(self):
        """Boundaries that somebody who may has read from a file."""
        clerk = Actor("A-x", "Orang", Role.STAF, Workspace.NYATA, ("36.73",))
        return boundaries.propose(self.shelved, clerk, schematic_path())

    def an_atlas(self, other_side=False):
        """A map of invented figures, of the asking person's side or of the other."""
        return make_world((self.actor.workspace is Workspace.LATIHAN) is not other_side).atlas

    def a_selection(self):
        return Selection("ppks:PMKS04", "L2")

    def a_linking(self, other_side=False):
        side = self.actor.workspace
        if other_side:
            side = next(one for one in Workspace if one is not side)
        return self.shelved.linkings[side]

    def opened_linking(self):
        return linking.open_linking(self.shelved, self.clerk(), self.a_linking())

    def both_sides(self, opened):
        return opened.left, opened.right

    def a_pair(self, is_aside=False):
        """A linking and a pair of it, which somebody has set aside."""
        opened = self.opened_linking()
        ids = (next(iter(side.rows)) for side in (opened.left, opened.right))
        pair = linking.DeskPair(*ids, "meja", "kemiripan", 0.5, 0, linking.OPEN, None, "")
        if is_aside:
            opened = linking.set_aside(self.shelved, self.clerk(), opened, pair)
        return opened, pair

    def place(self):
        """A kelurahan of those lists with a finding."""
        return "36.73.01.1002"

    def register(self):
        """An invented city of nobody."""
        return Register({}, {"workspace": "latihan", "as_of": "2026-11-01"})

    def stops(self):
        """Long work ends here, as soon as it has begun."""
        raise WrongUse("Cukup.")

    def reaches(self, act):
        """Whoever gets as far as being told that the input is no good was allowed."""
        with suppress(WrongUse, UnusableInput):
            act()

    def looks_up(self, act):
        """Whoever is told that there is no such thing was allowed to ask."""
        with suppress(NotFound):
            act()


class Scene(Listed):
    """An office with two classes and somebody who asks."""

    def an_archive(self):
        """The name of an archive that lies there."""
        folder = self.office.folder(Workspace.LATIHAN) / class_archives.FOLDER
        folder.mkdir(exist_ok=True)
        (folder / "KLAMA-2026-01-01.zip").write_bytes(b"PK")
        return "KLAMA-2026-01-01.zip"

    def __init__(self, office, trainer, opened, trainees, settings, shelved):
        super().__init__(shelved, trainer)
        self.office, self.opened, self.settings = office, opened, settings
        case = draw_case(Plan("contoh", n_cases=1), Task(1), 1)
        texts = {"public": case.to_public(), "key": case.key.to_json()}
        self.worked = {name: json.dumps(text) for name, text in texts.items()}
        people = {**trainees, "trainer": trainer}
        people["trainer, real"] = replace(trainer, workspace=Workspace.NYATA)
        people["trainee, real"] = replace(people["own"], workspace=Workspace.NYATA)
        for role, word in ((Role.STAF, "staff"), (Role.ADMIN, "admin")):
            for workspace, side in ((Workspace.NYATA, "real"), (Workspace.LATIHAN, "practice")):
                people[f"{word}, {side}"] = Actor("A-x", "Orang", role, workspace, ("36.73",))
        self.people = people

    def a_plan(self):
        """The plan of a bimtek without a session, as a trainer left it."""
        plan = bimteks.Bimtek("Bimtek", DAY, Agenda())
        return bimteks.save_bimtek(self.office, self.people["trainer"], plan)

    def a_question(self):
        return QuestionTask(2, "Apa?", ("Ini", "Itu", "Anu"), "A", "Sebab.", "-", "IDN-01", "mudah")

    def a_kept_question(self):
        """The id of a task that is in use."""
        task = self.a_question()
        draft = own_tasks.Draft(own_tasks.task_id(task), 2, task, False, False)
        own_tasks.save_tasks(self.office, self.people["trainer"], (draft,))
        return draft.id

    def a_course(self):
        """The class of seat 1, with a part, and a worked example handed out on seat 1."""
        place = {"class_id": self.opened.id}
        case = {"public": self.worked["public"], "word": ""}
        rows = (
            (tables.class_part, {"number": 1, "kind": "latihan", "title": "", "state": "open"}),
            (tables.bank_case, {"item": 1, "form": "", "place": 0, **case}),
            (tables.bank_key, {"item": 1, "key": self.worked["key"]}),
            (tables.drawn_case, {"seat": 1, "number": 9, "step": "contoh", "item": 1, **case}),
        )
        with self.office.practice.writing() as connection:
            if not connection.execute(tables.class_part.select()).first():
                for table, values in rows:
                    settings = {"settings": '{"n":0}'} if "settings" in table.c else {}
                    connection.execute(table.insert().values(**place, **values, **settings))
        return self.opened.id

    def send(self):
        training.save_mark(self.office, self.actor, 1, "status", "layak", 1)
        return training.submit(self.office, self.actor, 1)

    def account_beside(self, other_side=False):
        """Name of an account in the asking person's workspace, or in the other one."""
        in_practice = (self.actor.workspace is Workspace.LATIHAN) is not other_side
        side = Workspace.LATIHAN if in_practice else Workspace.NYATA
        accounts.add_account(
            self.office, accounts.machine_operator(side), "sasaran", "Orang", Role.STAF
        )
        return "sasaran"


@pytest.fixture(scope="module")
def shelved(tmp_path_factory):
    """An office with two lists on each side and what was made of them, once for all.

    ``ids`` names the lists, the merged one last, ``linkings`` how the two were linked.
    """
    home = tmp_path_factory.mktemp("daftar")
    made = Office(home / "kantor")
    made.ids, made.linkings = {}, {}
    header = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;DESA/KELUARAHAN;KECAMATAN"
    for side in Workspace:
        clerk = Actor("A-x", "Orang", Role.STAF, side, ("36.73",))
        for month in ("Maret", "April"):
            path = home / f"{side.value}-{month}.csv"
            kk = "9973010607159001" if side is Workspace.LATIHAN else "3673010607159001"
            line = f";{kk};{month};L;05/04/1981;KEPALA KELUARGA;-;CIPARE;SERANG"
            path.write_text(f"{header}\n{line}\n", encoding="utf-8")
            summary = imports.bring_in(made, clerk, path, month)
            made.ids.setdefault(side, []).append(summary.id)
        linked = linking.run(made, clerk, "orang", *made.ids[side])
        made.linkings[side] = linked.id
        merged = merging.join(made, clerk, linked.id, "Terpadu")
        made.ids[side].append(merged.summary.id)
    return made


@pytest.fixture(scope="module")
def open_classes():
    """Opens two classes, one with two trainees and one with one; made once, then copied."""
    asked = {}

    def make(office, _folder):
        opened, other = (classes.open_class(office, *asked["how"]) for _ in range(2))
        seats = {"own": (opened, "Siti"), "other": (opened, "Udin"), "foreign": (other, "Ani")}
        return opened, {
            who: arrivals.join(office, one.join_code, name, "operator", "36.73").actor
            for who, (one, name) in seats.items()
        }

    def ready(trainer, settings):
        asked["how"] = trainer, settings
        return make

    return ready


@pytest.fixture
def scene(office, begin_as, open_classes, trainer, class_settings, shelved):
    opened, trainees = begin_as(open_classes(trainer, class_settings), office)
    return Scene(office, trainer, opened, trainees, class_settings, shelved)


@pytest.mark.parametrize("use", USES)
def test_each_use_is_allowed_to_these_and_refused_to_all_others(scene, use):
    act, allowed = USES[use]
    outcome = {}
    for who in WHO:
        scene.actor = scene.people[who]
        try:
            act(scene)
            outcome[who] = True
        except REFUSED:
            outcome[who] = False
        _forget_accounts(scene)
    assert outcome == {who: who in allowed for who in WHO}


@pytest.mark.parametrize("side", Workspace)
@pytest.mark.parametrize("use", OUTSIDE)
def test_outside_ones_areas_there_is_nothing_to_see(shelved, use, side):
    listed = Listed(shelved, Actor("A-lain", "Orang", Role.STAF, side, ("36.73.05",)))
    try:
        seen = OUTSIDE[use](listed)
    except (*REFUSED, WrongUse, UnusableInput):
        seen = 0
    assert seen == 0
    if use not in CHANGING:
        listed.actor = listed.clerk()
        assert OUTSIDE[use](listed)


def a_breach():
    noticed = datetime(2026, 11, 20, 9, tzinfo=clock.zone())
    return processing.Breach(noticed, "", "Laptop hilang", "", "")


def _forget_accounts(scene):
    from workbench.store.tables import account

    for store in (scene.office.practice, scene.office.real):
        with store.writing() as connection:
            connection.execute(account.delete())


def test_every_service_with_an_actor_is_in_the_table():
    """A new service that takes an actor must be given its line."""
    import inspect

    source = inspect.getsource(inspect.getmodule(test_every_service_with_an_actor_is_in_the_table))
    for found in pkgutil.iter_modules(services.__path__):
        module = import_module(f"{services.__name__}.{found.name}")
        for name, function in vars(module).items():
            if not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            takes_actor = "actor" in inspect.signature(function).parameters
            if takes_actor and not name.startswith("_") and name not in OWN_ACCOUNT | INSIDE:
                assert f"{found.name}.{name}(" in source, name


#: Asked about oneself only; who may not is tested with the accounts.
OWN_ACCOUNT = {"change_password", "current_password_must_change"}
#: What services ask one another after they have asked whether the person may.
INSIDE = {"covers_all", "folder_of", "overrides_on", "parameters_for", "shelve", "standing"}
INSIDE |= {"add_judgement", "files_of", "judgements", "require_auditor", "require_seat"}
INSIDE |= {"about_files", "grade_case", "hand_out", "handed_case", "head_names"}
INSIDE |= {"next_in", "reading", "writing"}
