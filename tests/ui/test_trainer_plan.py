"""Rencana and Cetak in the room Kelas: a plan made, changed, kept and printed without a browser."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import ipywidgets as w
import pytest

from tests.ui.widgets import walk
from workbench.access import Actor, Role, Workspace
from workbench.errors import WrongUse
from workbench.services import bimteks as real
from workbench.services.bimteks import Bimtek, Invited
from workbench.services.office import Office
from workbench.store.tables import bimtek, class_
from workbench.training.agenda import Agenda, usual_agenda
from workbench.ui.guard import CHANGEABLE
from workbench.ui.trainer.papers import PapersPanel
from workbench.ui.trainer.plan import PlanPanel
from workbench.ui.trainer.plan_drawing import people_table, timetable
from workbench.ui.trainer.plan_model import PlanRoom, people_words, read_jp

EVIL = "<script>alert(1)</script>"
CLASS = {
    **dict.fromkeys(("id", "name", "place", "opened_by"), "KUJI"),
    **dict.fromkeys(("date", "created_at"), "2026-11-21"),
    **{"settings": "{}", "join_code": "ACDEFG", "state": "open", "seed": 1, "seats_drawn": 1},
}
KALIGANDU = "36.73.01.1010"
TRAINER = Actor("A-p", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path / "kantor")
    yield made
    made.practice.close()


@pytest.fixture
def bimteks():
    """The real service, but the class of a plan opens without being drawn."""

    def open_bimtek(office, actor, bimtek_id, progress=None):
        plan = real.read_bimtek(office, actor, bimtek_id)
        for sentence in plan.blockers():
            raise WrongUse(sentence)
        if progress:
            progress(3, 6)
        return replace(plan, class_id="KUJI")

    kept = {name: getattr(real, name) for name in real.__all__}
    return SimpleNamespace(**{**kept, "open_bimtek": open_bimtek})


@pytest.fixture
def room(office, bimteks):
    begun = PlanRoom(office, TRAINER, bimteks)
    begun.begin("1 hari", date(2026, 11, 21))
    return begun


@pytest.fixture
def panel(office, bimteks):
    opened = []
    made = PlanPanel(office, TRAINER, opened.append, bimteks)
    made.opened = opened
    made.begin[0].click()
    return made


def kept(panel):
    return real.read_bimtek(panel.room.office, TRAINER, panel.room.plan.id)


def typed(**changes):
    plain = {
        "day": 1,
        "begins": "16.00",
        "ends": "16.45",
        "title": "Tanya jawab",
        "content": "",
        "speaker": "",
        "method": "",
        "jp": "",
        "part": "",
    }
    return {**plain, **changes}


def test_a_plan_that_was_begun_is_kept_at_once(room):
    assert [one.id for one in room.plans()] == [room.plan.id]
    assert room.plan.agenda == usual_agenda("1 hari")


def test_a_new_session_stands_where_the_clock_puts_it_and_its_jp_are_counted(room):
    room.save_session(None, typed(), carry=False)
    assert (room.plan.agenda.sessions[-1].title, room.plan.agenda.sessions[-1].jp) == (
        "Tanya jawab",
        1,
    )


def test_a_longer_session_carries_what_follows_only_when_asked(room):
    before = room.plan.agenda.sessions
    longer = typed(begins="07.30", ends="08.15", title="Registrasi", jp="0")
    room.save_session(0, longer, carry=False)
    assert room.plan.agenda.faults()
    room.save_session(0, {**longer, "ends": "08.00"}, carry=False)
    room.save_session(0, longer, carry=True)
    after = room.plan.agenda.sessions
    assert after[1].begins.strftime("%H.%M") == "08.15"
    assert after[-1].minutes == before[-1].minutes
    assert room.plan.agenda.faults() == ()


@pytest.mark.parametrize("changes", [{"begins": "pagi"}, {"jp": "dua"}, {"title": ""}])
def test_what_cannot_be_read_changes_nothing(room, changes):
    before = room.plan
    with pytest.raises(WrongUse):
        room.save_session(0, typed(**changes), carry=True)
    assert room.plan == before


def test_jp_follow_the_length_unless_somebody_wrote_others(room):
    place = next(
        n for n, s in enumerate(room.plan.agenda.sessions) if s.title == "SPM bidang sosial"
    )
    talk = typed(begins="10.30", ends="11.15", title="SPM bidang sosial", jp="2")
    found = room.save_session(place, talk, carry=False)
    assert room.plan.agenda.sessions[found].jp == 1
    room.save_session(found, {**talk, "jp": "1,5"}, carry=False)
    assert room.plan.agenda.sessions[found].jp == 1.5
    assert "1,5 JP" in room.plan.agenda.doubts()[0]


def test_jp_are_read_as_they_are_written_here():
    assert (read_jp("1,7", 75), read_jp("2", 75), read_jp(" ", 75)) == (1.7, 2, 1.7)


def test_a_list_of_people_is_taken_and_told(room):
    words = room.read_people("x.csv", b"Nama,Kelurahan\nSiti,Kaligandu\nSiti,Entah\n")
    assert words == (
        "2 nama terbaca. 1 tanpa kelurahan yang dikenal. "
        "2 orang bernama sama; dibedakan dengan kelurahan dan nomor."
    )
    assert room.shown_names() == ("Siti (Kaligandu)", "Siti (Entah)")


def test_people_words_say_no_more_than_there_is():
    plan = Bimtek("B", date(2026, 11, 21), Agenda(), people=(Invited("A", "", KALIGANDU),))
    assert people_words(plan, 0) == "1 nama terbaca."


def test_only_controls_that_a_page_may_change_stand_on_the_panels(panel, office):
    papers = PapersPanel(office, TRAINER, lambda: "")
    passive = (w.Box, w.HTML, w.Button, w.IntProgress)
    for shown in (panel.widget, papers.widget):
        for widget in walk(shown):
            if isinstance(widget, w.DOMWidget) and type(widget).__module__.startswith("ipywidgets"):
                assert type(widget) in CHANGEABLE or isinstance(widget, passive), type(widget)


def test_a_session_is_chosen_changed_and_kept(panel):
    panel.session.value = 2
    assert (panel.begins.value, panel.title.value, panel.part.value) == (
        "08.30",
        "Pre-test",
        "tes_awal",
    )
    panel.title.value = EVIL
    panel.save.click()
    assert kept(panel).agenda.sessions[2].title == EVIL
    assert "Jadwal disimpan" in panel.said.value
    drawn = timetable(panel.room.plan)
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_a_refusal_is_said_and_what_was_typed_stays(panel):
    panel.session.value = 2
    panel.ends.value = "besok"
    panel.save.click()
    assert "Jam tidak dapat dibaca" in panel.said.value
    assert panel.ends.value == "besok"


def test_sessions_change_places_and_go(panel):
    first = [s.title for s in kept(panel).agenda.sessions]
    panel.session.value = 3
    panel.later.click()
    moved = [s.title for s in kept(panel).agenda.sessions]
    assert moved[3:5] == [first[4], first[3]]
    assert panel.session.value == 4
    panel.drop.click()
    assert len(kept(panel).agenda.sessions) == len(first) - 1


def test_what_does_not_fit_stands_over_the_timetable_and_holds_the_opening_back(panel):
    panel.session.value = 0
    panel.ends.value = "07.00"
    panel.carry.value = False
    panel.save.click()
    assert "selesai sebelum mulai" in timetable(panel.room.plan)
    assert panel.open.disabled
    panel.open.click()
    assert panel.opened == []


def test_people_are_added_grouped_and_removed(panel):
    for name in ("Siti", EVIL):
        panel.name.value, panel.area.value = name, KALIGANDU
        panel.add.click()
    panel.size.value = 2
    panel.group.click()
    assert [one.group for one in kept(panel).people] == [1, 1]
    drawn = people_table(panel.room.plan, panel.room.shown_names())
    assert "<script" not in drawn
    panel.person.value = 0
    panel.remove.click()
    assert [one.name for one in kept(panel).people] == [EVIL]


def test_a_name_of_300_letters_is_refused_in_a_sentence(panel):
    panel.name.value = "x" * 300
    panel.add.click()
    assert "terlalu panjang" in panel.said.value
    assert kept(panel).people == ()


def test_the_class_opens_with_what_stands_in_the_form_and_is_told(panel):
    panel.plan_name.value, panel.head.value, panel.n_test.value = "Bimtek November", "Hj. R", 8
    panel.open.click()
    assert panel.opened == ["KUJI"]
    assert (kept(panel).name, kept(panel).head, kept(panel).course.n_test) == (
        "Bimtek November",
        "Hj. R",
        8,
    )


def test_another_plan_is_opened_from_the_list(panel, office):
    other = real.save_bimtek(
        office, TRAINER, Bimtek("Lain", date(2026, 12, 1), usual_agenda("2 hari"))
    )
    panel.draw()
    panel.which.value = other.id
    assert panel.room.plan.name == "Lain"
    panel.which.value = ""
    assert panel.room.plan is None


def press(widget, label):
    """Press the button that says so."""
    found = [one for one in walk(widget) if isinstance(one, w.Button)]
    next(one for one in found if one.description == label).click()


def test_the_first_plan_is_the_filled_button_and_no_longer_when_there_is_one(office, bimteks):
    panel = PlanPanel(office, TRAINER, bimteks=bimteks)
    assert panel.begin[0].button_style == "primary"
    assert panel.copy.layout.display == panel.delete.layout.display == "none"
    panel.begin[0].click()
    assert panel.begin[0].button_style == ""
    assert panel.copy.layout.display == panel.delete.layout.display == ""


def test_a_plan_is_copied_for_a_day_that_is_asked_for(panel):
    panel.name.value = "Siti"
    panel.add.click()
    first = panel.room.plan
    panel.copy.click()
    press(panel.asked, "Buat salinan")
    assert "Isi hari pertama" in panel.said.value
    assert panel.room.plan == first
    day, people = panel.asked.children[1:3]
    day.value, people.value = date(2026, 12, 1), True
    press(panel.asked, "Buat salinan")
    copy = kept(panel)
    assert (copy.name, copy.date) == ("Bimtek verval (salinan)", date(2026, 12, 1))
    assert [one.name for one in copy.people] == ["Siti"]
    assert panel.which.value == copy.id
    assert panel.asked.layout.display == "none"
    assert "Rencana disalin" in panel.said.value


def test_a_plan_is_thrown_away_only_when_the_trainer_is_sure(panel, office):
    plan = panel.room.plan
    panel.delete.click()
    press(panel.asked, "Batal")
    assert panel.asked.layout.display == "none"
    assert kept(panel).id == plan.id
    panel.delete.click()
    press(panel.asked, "Ya, hapus rencana")
    assert real.list_bimteks(office, TRAINER) == ()
    assert panel.room.plan is None
    assert panel.begin[0].button_style == "primary"


def test_a_tab_pressed_while_the_plan_is_drawn_anew_stays_open(panel):
    pressed = panel.tabs
    panel.draw()
    pressed.selected_index = 2
    assert pressed in panel.body.children
    panel.draw()
    assert pressed in panel.body.children
    assert pressed.selected_index == 2


def test_what_was_done_is_told_no_longer_on_the_next_tab_or_session(panel):
    panel.session.value = 2
    panel.save.click()
    assert "Jadwal disimpan" in panel.said.value
    panel.body.children[-1].selected_index = 1
    assert panel.said.value == ""
    panel.group.click()
    panel.body.children[-1].selected_index = 0
    panel.session.value = 2
    panel.save.click()
    panel.session.value = 3
    assert panel.said.value == ""


def test_a_class_that_lags_behind_its_plan_is_shown_and_brought_up(panel, office, bimteks):
    done = []
    changes = real.ClassChanges((f"“{EVIL}” ditambahkan.",), ("“Pre-test” tetap.",))
    bimteks.class_changes = lambda *asked: real.ClassChanges() if done else changes
    bimteks.renew_class = lambda *asked: done.append(asked[2]) or changes
    panel.room.plan = replace(panel.room.plan, class_id="KUJI")
    panel.draw()
    box = panel.body.children[0]
    drawn = "".join(one.value for one in walk(box) if isinstance(one, w.HTML))
    assert "kelas masih memakai bagian yang lama" in drawn
    assert "Pre-test" in drawn
    assert "<script" not in drawn
    panel.renew.click()
    assert done == [panel.room.plan.id]
    assert "Kelas disesuaikan." in panel.said.value
    assert isinstance(panel.body.children[0], w.Tab)


def test_the_plan_of_the_class_is_open_from_the_start(panel, office, bimteks):
    with office.practice.writing() as connection:
        connection.execute(class_.insert().values(**CLASS))
        connection.execute(bimtek.update().values(class_id="KUJI"))
    again = PlanPanel(office, TRAINER, bimteks=bimteks, class_id="KUJI")
    assert again.room.plan.id == panel.room.plan.id
    assert PlanPanel(office, TRAINER, bimteks=bimteks, class_id="KLAIN").room.plan is None


def asked_of(button):
    """What a page gets that pressed the button."""
    told = []
    button.send = lambda content, buffers=None: told.append(content)
    button._answer(None, {"kind": "minta"}, [])
    return told[0]


def test_every_paper_has_a_button_that_asks_for_it(office, panel):
    asked = []

    def service(name):
        return lambda office, actor, *more: asked.append((name, *more)) or (name, b"x")

    names = ("timetable", "attendance", "join_cards", "worksheets", "answer_sheets", "key_sheet")
    names += ("certificates", "report", "report_workbook", "all_papers")
    names += ("guide", "slide_show", "presentation", "handout", "leaflets", "trainer_pack")
    papers = SimpleNamespace(**{name: service(name) for name in names})
    cetak = PapersPanel(office, TRAINER, lambda: "http://x", papers=papers)
    plan = panel.room.plan.id
    assert cetak.which.value == plan
    cetak.source.value = "kursi"
    cetak.seat.value = 7
    cetak.handout.value = "bukan"
    for button in cetak.buttons.values():
        assert asked_of(button)["kind"] == "berkas"
    assert {name for name, *_ in asked} == set(names)
    assert ("join_cards", plan, "http://x") in asked
    assert ("worksheets", plan, 7) in asked
    assert ("handout", plan, "bukan") in asked
    assert ("slide_show", plan, "http://x") in asked
    cetak.source.value = "B"
    asked_of(cetak.buttons["kunci"])
    assert asked[-1] == ("key_sheet", plan, "B")


def test_the_real_papers_answer_the_buttons(office, panel):
    cetak = PapersPanel(office, TRAINER, lambda: "")
    assert asked_of(cetak.buttons["jadwal"])["name"].endswith(".pdf")
    refused = asked_of(cetak.buttons["sertifikat"])
    assert refused["kind"] == "gagal"
    assert "Buka kelas" in refused["sentence"]


def test_without_a_plan_the_buttons_say_so(office):
    cetak = PapersPanel(office, TRAINER, lambda: "")
    assert "Belum ada rencana" in cetak.said.value
    assert asked_of(cetak.buttons["jadwal"])["sentence"] == "Pilih rencana dulu."
