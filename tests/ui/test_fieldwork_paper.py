"""Typing in paper sheets as plain objects: found by their code, asked as on paper, kept."""

from __future__ import annotations

from datetime import date

import ipywidgets as w
import pytest

from tests.ui.widgets import walk
from workbench.access import Actor, Role, Workspace
from workbench.errors import NotFound, WrongUse
from workbench.services import field_papers, fieldwork, imports, returns_in
from workbench.services.field_papers import Order
from workbench.services.office import Office
from workbench.ui.fieldwork import sheets
from workbench.ui.fieldwork.form import OutcomeForm
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.paper import CodeField
from workbench.ui.fieldwork.paper_model import PURPOSE, PaperDesk

CLERK = Actor("A-juru", "Juru ketik", Role.STAF, Workspace.NYATA, ("36.73",))
VISITOR = Actor("A-datang", "Petugas", Role.STAF, Workspace.NYATA, ("36.73",))
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"


def line(serial):
    """A family of one; the number says a man, so that P is asked about."""
    return (
        f"3673010504819{serial:03d};3673010607159{serial:03d};RUSDI <b>{serial}</b>;P;"
        f"05/04/1981;KEPALA KELUARGA;JL. CONTOH {serial};001;002;CIPARE;SERANG"
    )


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path / "kantor")
    yield made
    made.real.close()


@pytest.fixture
def list_id(office, tmp_path):
    path = tmp_path / "Maret.csv"
    path.write_text("\n".join((HEADER, line(1), line(2), "")), encoding="utf-8")
    made = imports.bring_in(office, CLERK, path, "Maret", as_of=date(2026, 3, 1)).id
    fieldwork.advance(office, CLERK, made)
    return made


@pytest.fixture
def stack(office, list_id):
    """Key of each printed family with the family it is of."""
    made, names = field_papers.packets_and_names(office, CLERK, list_id, Order(everyone=True))
    return {visit.key: names[visit.key][0] for packet in made for visit in packet.visits}


@pytest.fixture
def room(office, list_id):
    made = FieldRoom(office, CLERK)
    made.refresh()
    return made


def desk_at(room, key):
    made = PaperDesk(room)
    made.open(key)
    return made


def tick(form, **answers):
    for key, value in answers.items():
        assert form.answer("keluarga", "", key, value), key


def questions(form):
    return [one["key"] for block in form.page()["blocks"] for one in block["questions"]]


#: As an officer who met the family writes it; nothing of members, as on paper.
MET = {
    "visited_on": "2026-03-20",
    "visit_number": "1",
    "presence": "KB1",
    "domicile": "DM1",
    "eligibility": "LY1",
    "proposal": "TETAP",
}


def fill(form):
    tick(form, **MET)
    for one in form.home.asked:
        assert form.answer("temuan", one.key, "answer", "benar")


def test_a_sheet_is_one_screen_in_the_order_of_the_paper(room, stack):
    form = desk_at(room, next(iter(stack))).form()
    assert len(form.page()["steps"]) == 1
    assert form.page()["stop"].startswith('"Tanggal kunjungan" belum diisi.')
    tick(form, presence="KB1")
    asked = questions(form)
    assert asked[:3] == ["visited_on", "visit_number", "presence"]
    assert asked.index("proposal") < asked.index("answer") < asked.index("member_presence")
    assert asked[-1] == "note"
    fill(form)
    assert form.page()["stop"] == ""


def test_what_stands_as_a_code_on_paper_is_found_by_its_code(room, stack):
    form = desk_at(room, next(iter(stack))).form()
    tick(form, **{**MET, "eligibility": "LY2"})
    asked = {one["key"]: one for block in form.page()["blocks"] for one in block["questions"]}
    assert all(one["label"].startswith(f"{one['code']} ") for one in asked["reason"]["choices"])
    assert not any(one["label"].startswith("KB") for one in asked["presence"]["choices"])
    # Needed now, so it is not folded away.
    assert not asked["evidence"]["folded"]
    assert asked["ppks_added"]["folded"]


def test_members_the_paper_does_not_speak_of_are_left_out(office, room, list_id, stack):
    key, family = next(iter(stack.items()))
    desk = desk_at(room, key)
    form = desk.form()
    fill(form)
    assert form.finish(), form.wrong
    (one,) = fieldwork.outcomes(office, CLERK, list_id, family)
    assert (one.way, one.outcome.persons, one.outcome.family) == ("kertas", {}, MET)
    desk.open(key)
    again = desk.form()
    fill(again)
    member = again.home.members[0]
    assert again.answer("orang", member.key, "member_presence", "KB9")
    assert again.page()["stop"].startswith(f'{member.name}: "Padan Dukcapil" belum diisi.')


def test_a_sheet_that_was_begun_goes_on_where_it_was_left(room, list_id, stack):
    key, family = next(iter(stack.items()))
    tick(desk_at(room, key).form(), presence="KB4")
    # A reload: nothing of the page is left.
    later = desk_at(room, key)
    assert later.form().given().family == {"presence": "KB4"}
    # What is typed at the desk is not taken for what is filled in at the door.
    assert fieldwork.drafts(room.office, CLERK, list_id) == ()
    later.forget()
    assert fieldwork.draft(room.office, CLERK, list_id, family, PURPOSE) is None
    assert later.sheet is None


def test_a_correction_that_was_begun_stays_one_after_a_reload(room, list_id, stack):
    key, family = next(iter(stack.items()))
    desk = desk_at(room, key)
    form = desk.form()
    fill(form)
    assert form.finish()
    desk.open(key)
    ((_, source),) = desk.choices()
    desk.source = source
    tick(desk.form(), proposal="PERBAIKI")
    later = desk_at(room, key)
    assert later.choices() == []
    assert later.form().finish()
    (one,) = returns_in.typed(room.office, CLERK, list_id, family)
    assert one.outcome.family["proposal"] == "PERBAIKI"
    assert later.answer.differences == ()


# --- the page ------------------------------------------------------------------------------------


class Said(list):
    def __call__(self, sentence, wrong=False):
        self.append((sentence, wrong))


@pytest.fixture
def said():
    return Said()


@pytest.fixture
def tab(room, said):
    made = sheets.panel(room, said)
    press(made, "Ketik dari kertas")
    return made


def one_of(root, kind):
    return next(one for one in walk(root) if isinstance(one, kind))


def press(root, label):
    next(one for one in walk(root) if getattr(one, "description", "") == label).click()


def words_of(root):
    return " ".join(one.value for one in walk(root) if isinstance(one, w.HTML))


def forms(root):
    return [one for one in walk(root) if isinstance(one, OutcomeForm)]


def type_code(tab, text):
    one_of(tab, CodeField)._handle_custom_msg({"kind": "kode", "text": text}, [])


def test_one_sheet_after_the_other(tab, said, stack, office, list_id):
    for nth, key in enumerate(stack, start=1):
        type_code(tab, f"http://10.0.0.2:8866/berkas/{key}")
        (form,) = forms(tab)
        fill(form.form)
        form.hear({"kind": "simpan", "n": 9})
        assert f"{nth} lembar diketik sejauh ini" in words_of(tab)
        assert "<b>" not in words_of(tab).split("✓")[1], "a name of the list as markup"
        assert one_of(tab, CodeField).turn == nth, "the next code is not asked for"
        assert forms(tab) == []
    for family in stack.values():
        assert len(fieldwork.outcomes(office, CLERK, list_id, family)) == 1
    press(tab, "Kembali ke Lembar")
    assert "Cetak dan bagikan" in words_of(tab)


def test_a_wrong_code_is_a_sentence_and_leaves_no_sheet_of_before(tab, said, stack):
    type_code(tab, next(iter(stack)))
    assert forms(tab)
    type_code(tab, "A" * 12)
    assert said[-1][0].startswith("Berkas itu tidak dikenali")
    assert said[-1][1]
    assert forms(tab) == [], "answers would go to another family"


def test_a_sheet_that_disagrees_with_the_phone_waits_for_somebody_else(
    tab, office, list_id, stack, said
):
    key, family = next(iter(stack.items()))
    type_code(tab, key)
    (form,) = forms(tab)
    fill(form.form)
    phone = form.form.outcome()
    other = {**phone.family, "domicile": "DM2"}
    fieldwork.record_outcome(
        office, VISITOR, list_id, family, type(phone)(other, {}, phone.findings)
    )
    form.hear({"kind": "simpan", "n": 9})
    assert "berbeda dengan hasil lain" in words_of(tab)
    press(tab, "Kembali ke Lembar")
    assert "Hasil yang berbeda (1 keluarga)" in words_of(tab)


def test_a_second_sheet_of_a_family_is_asked_about(tab, stack, office, list_id):
    key, family = next(iter(stack.items()))
    for choose in ("", "Ketik lembar lain"):
        type_code(tab, key)
        if choose:
            assert forms(tab) == []
            assert "sudah pernah Anda ketik" in words_of(tab)
            press(tab, choose)
        (form,) = forms(tab)
        fill(form.form)
        form.hear({"kind": "simpan", "n": 9})
    assert len(returns_in.typed(office, CLERK, list_id, family)) == 2


def test_nothing_is_typed_without_a_sheet(room, stack):
    desk = PaperDesk(room)
    with pytest.raises(WrongUse):
        desk.form()
    with pytest.raises(NotFound):
        desk.open("B" * 12)
