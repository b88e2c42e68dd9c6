"""The room Lapangan as plain objects: the working list, the queue, one family, its stages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.services import assignments, fieldwork, imports, renewals
from workbench.services.office import Office
from workbench.ui.fieldwork.form import OutcomeForm
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.queue import QueueList
from workbench.ui.fieldwork.queue_model import next_family, read_page, round_lines
from workbench.ui.fieldwork.view import RoomView
from workbench.ui.fieldwork.visit_model import FamilyVisit
from workbench.ui.home.model import home
from workbench.verification.fieldwork.outcomes import Outcome

STAFF = Actor("A-0", "Kepala data", Role.STAF, Workspace.NYATA, ("36.73",))
OTHER = Actor("A-1", "Bu Ani", Role.STAF, Workspace.NYATA, ("36.73",))
OF_KASEMEN = Actor("A-9", "Staf Kasemen", Role.STAF, Workspace.NYATA, ("36.73.02",))
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"


def line(serial, sex="P", place="CIPARE;SERANG", rt="001"):
    """A family of one; the number says a man, so that P is asked about."""
    return (
        f"3673010504819{serial:03d};3673010607159{serial:03d};RUSDI <b>{serial}</b>;{sex};"
        f"05/04/1981;KEPALA KELUARGA;JL. CONTOH {serial};{rt};002;{place}"
    )


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "kantor")


@pytest.fixture
def put(office, tmp_path):
    def shelve(name, rows, as_of=date(2026, 3, 1)):
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
        return imports.bring_in(office, STAFF, path, f"{name} <i>x</i>", as_of=as_of).id

    return shelve


@pytest.fixture
def listed(office, put):
    """The working list: three families that are asked about, one that is not."""
    made = put(
        "Maret", [line(1), line(2, rt="002"), line(3, place="KASEMEN;KASEMEN"), line(4, "L")]
    )
    fieldwork.advance(office, STAFF, made)
    return made


@pytest.fixture
def room(office, listed):
    made = FieldRoom(office, STAFF)
    made.refresh()
    return made


def texts(widget):
    found = [widget.value] if type(widget).__name__ == "HTML" else []
    for child in getattr(widget, "children", ()):
        found += texts(child)
    return found


def find(widget, wanted):
    """The first widget below one that ``wanted`` holds for, or None."""
    if wanted(widget):
        return widget
    children = getattr(widget, "children", ())
    return next((found for child in children if (found := find(child, wanted))), None)


def called(widget, words):
    return find(widget, lambda one: getattr(one, "description", "").startswith(words))


def finish(form: OutcomeForm, **more):
    """Touch everything a visit to a family of one must answer, and send it."""
    said = {"presence": "KB1", "domicile": "DM1", "eligibility": "LY1", "proposal": "TETAP", **more}
    number = 0

    def tell(level, subject, key, value):
        nonlocal number
        number += 1
        form.hear(
            {
                "kind": "isi",
                "n": number,
                "level": level,
                "subject": subject,
                "key": key,
                "value": value,
            }
        )

    tell("keluarga", "", "presence", said.pop("presence"))
    for member in form.form.home.members:
        tell("orang", member.key, "member_presence", "KB1")
        tell("orang", member.key, "civil_match", "PD1")
    for asked in form.form.home.asked:
        tell("temuan", asked.key, "answer", "benar")
    for key, value in said.items():
        tell("keluarga", "", key, value)
    form.hear({"kind": "simpan", "n": number + 1})


def form_of(widget):
    return find(widget, lambda one: isinstance(one, OutcomeForm))


def test_without_a_list_the_room_says_where_to_begin(office):
    assert 'href="/daftar"' in " ".join(texts(RoomView(FieldRoom(office, STAFF)).widget))


def test_a_list_becomes_the_working_list_by_a_button_that_says_what_it_does(office, put):
    made = put("Maret", [line(1)])
    view = RoomView(FieldRoom(office, STAFF))
    assert "tidak dapat dibatalkan" in " ".join(texts(view.widget))
    called(view.widget, "Jadikan daftar kerja").click()
    assert view.room.list_id == made
    assert find(view.widget, lambda one: isinstance(one, QueueList)).state["total"] == 1
    assert "Daftar kerja: <b>Maret &lt;i&gt;x&lt;/i&gt;</b>" in " ".join(texts(view.widget))


def test_who_does_not_look_after_the_whole_list_is_told_so_beside_a_button_that_is_off(office, put):
    put("Maret", [line(1)])
    view = RoomView(FieldRoom(office, OF_KASEMEN))
    assert called(view.widget, "Jadikan daftar kerja").disabled
    assert "di luar tugas Anda" in " ".join(texts(view.widget))


def test_a_tab_pressed_while_the_room_is_drawn_anew_opens(office, listed):
    view = RoomView(FieldRoom(office, STAFF))
    pressed = view.tabs
    view.draw()
    pressed.selected_index = 2
    assert pressed in view.body.children
    assert [bool(place.children) for place in pressed.children[:3]] == [True, False, True]


def test_a_panel_that_changed_something_has_the_others_drawn_again(office, listed):
    view = RoomView(FieldRoom(office, STAFF))
    view.tabs.selected_index = 1
    view.tabs.selected_index = 0
    assert all(place.children for place in view.tabs.children[:2])
    view.room.tell_changed()
    assert [bool(place.children) for place in view.tabs.children[:2]] == [True, False]


def test_the_queue_is_narrowed_by_officer_kelurahan_and_rt(room, office, monkeypatch):
    assert read_page(room).total == 3
    room.narrowed.kelurahan = "36.73.01.1002"
    page = read_page(room)
    assert (page.total, len(page.rts)) == (2, 2)
    room.narrowed.rt = page.rts[1][1]
    (one,) = read_page(room).rows
    assert one["place"].startswith("RT 002 RW 002, Cipare")
    assert sum(float(part.split()[0]) for part in one["parts"]) == float(one["score"])
    room.narrowed = replace(room.narrowed, kelurahan="", rt="")
    monkeypatch.setattr(assignments, "_require_officer", lambda *_: None)
    (kasemen,) = {code for _, code in read_page(room).kelurahan} - {"36.73.01.1002"}
    assignments.assign(office, STAFF, STAFF.id, kasemen)
    fresh = FieldRoom(office, STAFF)
    fresh.refresh()
    assert read_page(fresh).total == 1  # an officer's own part comes first
    fresh.narrowed.officer = ""
    assert read_page(fresh).total == 3


def test_a_page_beyond_the_end_shows_the_last_one(room):
    room.narrowed.start = 600
    page = read_page(room)
    assert (page.start, len(page.rows)) == (0, 3)


def test_a_round_is_told_as_a_sum(office, put, listed):
    fieldwork.advance(
        office, STAFF, put("April", [line(1), line(2, "L", rt="002"), line(5)], date(2026, 4, 1))
    )
    room = FieldRoom(office, STAFF)
    room.refresh()
    before, after = (dict(round_lines(one)[0]) for one in room.rounds)
    lines, standing = round_lines(room.rounds[1])
    assert standing == sum(count for _, count in lines[:-1])
    assert sum(before.values()) + after["baru ditemukan"] == standing + lines[-1][1]


def test_one_family_after_another_is_visited_and_what_came_back_is_told(office, listed):
    view = RoomView(FieldRoom(office, STAFF))
    first = read_page(view.room).rows[0]["id"]
    queue = find(view.widget, lambda one: isinstance(one, QueueList))
    queue._handle_custom_msg({"kind": "buka", "id": first}, [])
    assert view.room.family_id == first
    assert called(view.widget, "Teruskan ke: Musyawarah").disabled
    finish(form_of(view.widget))
    shown = " ".join(texts(view.widget))
    assert "Hasil kunjungan tersimpan" in shown
    assert "Usulan petugas: Pertahankan" in shown
    assert not called(view.widget, "Teruskan ke: Musyawarah").disabled
    called(view.widget, "Keluarga berikutnya").click()
    assert view.room.family_id not in ("", first)
    assert form_of(view.widget) is not None
    called(view.widget, "Kembali ke antrean").click()
    assert find(view.widget, lambda one: isinstance(one, QueueList)).state["total"] == 2


def test_what_was_filled_in_is_there_in_a_new_room(office, listed):
    view = RoomView(FieldRoom(office, STAFF))
    view.room.open_family(read_page(view.room).rows[1]["id"])
    family = view.room.family_id
    form = form_of(view.widget)
    form.hear(
        {
            "kind": "isi",
            "n": 1,
            "level": "keluarga",
            "subject": "",
            "key": "presence",
            "value": "KB1",
        }
    )
    form.hear({"kind": "langkah", "n": 2, "to": "rumah"})
    again = RoomView(FieldRoom(office, STAFF))
    assert "1 isian yang belum dikirim" in " ".join(texts(again.widget))
    called(again.widget, "Lanjutkan isian terakhir").click()
    assert again.room.family_id == family
    shown = form_of(again.widget)
    assert shown.state["steps"][shown.state["at"]]["code"] == "rumah"
    assert shown.form.outcome().family["presence"] == "KB1"
    other = RoomView(FieldRoom(office, OTHER))
    assert "isian yang belum dikirim" not in " ".join(texts(other.widget))
    called(again.widget, "Buang isian").click()
    assert form_of(again.widget).form.outcome().family.get("presence") is None


def test_a_record_moves_on_and_back_with_a_reason_and_says_who_did_it(office, listed):
    view = RoomView(FieldRoom(office, STAFF))
    family = read_page(view.room).rows[0]["id"]
    view.room.open_family(family)
    finish(form_of(view.widget))
    called(view.widget, "Teruskan ke: Musyawarah").click()
    assert "Anda meneruskan dari Pemeriksaan RT" in " ".join(texts(view.widget))
    called(view.widget, "Teruskan").click()
    assert "harus dikerjakan orang lain" in view.said.value
    other = RoomView(FieldRoom(office, OTHER))
    other.room.open_family(family)
    send = find(other.widget, lambda one: getattr(one, "description", "") == "Kembalikan")
    send.click()
    assert "Tulis alasan" in other.said.value
    called(other.widget, "Alasan").value = "foto <b>kurang</b>"
    send.click()
    shown = " ".join(texts(other.widget))
    assert "Alasan: foto &lt;b&gt;kurang&lt;/b&gt;" in shown
    assert "<b>kurang" not in shown


def test_a_return_that_says_otherwise_is_shown_beside_ones_own(office, listed):
    room = FieldRoom(office, STAFF)
    room.refresh()
    room.family_id = read_page(room).rows[0]["id"]
    visit = FamilyVisit(room)
    finish(OutcomeForm(visit.form(), lambda: None))
    other = FieldRoom(office, OTHER, family_id=room.family_id)
    other.refresh()
    other.family_id = room.family_id
    theirs = FamilyVisit(other)
    form = OutcomeForm(theirs.form(), lambda: None)
    finish(form, proposal="PERBAIKI", visit_number="1")
    view = RoomView(FieldRoom(office, STAFF))
    view.room.open_family(room.family_id)
    shown = " ".join(texts(view.widget))
    assert "Hasil yang masuk berbeda pada: Usulan petugas" in shown
    assert shown.count("<section class='vv-card'>") == 2


def test_the_life_of_a_finding_is_told_in_words(office, put, listed):
    room = FieldRoom(office, STAFF)
    room.refresh()
    room.family_id = read_page(room).rows[0]["id"]
    visit = FamilyVisit(room)
    finish(OutcomeForm(visit.form(), lambda: None))
    visit.refresh()
    told = [visit.story_words(story) for story in visit.stories]
    assert any(standing == "Sudah dipastikan: Benar" for _, standing, _ in told)
    (history,) = [lines for _, standing, lines in told if standing.startswith("Sudah dipastikan")][
        :1
    ]
    assert "ditemukan pada daftar Maret" in history[0]
    assert "dijawab petugas (Benar)" in history[1]


def test_markup_of_a_list_is_drawn_as_text_everywhere(office, listed):
    view = RoomView(FieldRoom(office, STAFF))
    view.room.open_family(read_page(view.room).rows[0]["id"])
    finish(form_of(view.widget), note="<img src=x>")
    shown = " ".join(texts(view.widget)).lower()
    assert "rusdi &lt;b&gt;" in shown
    assert "&lt;img" in shown
    assert "<img" not in shown
    assert "<i>x" not in shown


def test_a_family_of_another_area_cannot_be_opened(office, listed, room):
    foreign = next(
        one.family_id
        for one in fieldwork.queue(office, STAFF, listed).families
        if one.kelurahan_kode.startswith("36.73.01")
    )
    view = RoomView(FieldRoom(office, OF_KASEMEN))
    view.room.open_family(foreign)
    assert view.room.family_id == ""
    assert "tidak ada pada bagian daftar" in view.said.value
    assert form_of(view.widget) is None


def test_after_the_last_family_the_button_leads_back(office, listed, room):
    for due in fieldwork.queue(office, STAFF, listed).families:
        room.family_id = due.family_id
        finish(OutcomeForm(FamilyVisit(room).form(), lambda: None))
    assert next_family(room, room.family_id) is None
    assert read_page(room).total == 0


def test_another_visit_counts_on_and_ones_own_answers_can_be_mended(office, listed, room):
    room.family_id = read_page(room).rows[0]["id"]
    finish(OutcomeForm(FamilyVisit(room).form(), lambda: None))
    visit = FamilyVisit(room)
    assert visit.form().outcome().family["proposal"] == "TETAP"
    again = visit.form(again=True)
    assert again.outcome().family == {
        "visited_on": again.today.isoformat(),
        "visit_number": "2",
    }
    assert isinstance(again.outcome(), Outcome)


def test_the_first_page_says_how_many_families_wait(office, put):
    def tile():
        return next(one for one in home(office, STAFF).tiles if one.href == "/lapangan")

    assert tile().state == "Belum ada daftar kerja untuk dikunjungi."
    made = put("Maret", [line(1), line(2), line(3, "L")])
    fieldwork.advance(office, STAFF, made)
    assert (tile().action, tile().state) == ("Lihat antrean", "2 keluarga menunggu kunjungan.")


def test_a_working_list_that_was_judged_again_is_brought_up_to_date_by_a_button(office, listed):
    renewals.recheck_list(office, STAFF, listed)
    view = RoomView(FieldRoom(office, STAFF))
    assert "riwayat temuannya belum mengikuti" in " ".join(texts(view.widget))
    called(view.widget, "Perbarui temuan").click()
    assert len(view.room.rounds) == 2
    assert called(view.widget, "Perbarui temuan") is None
