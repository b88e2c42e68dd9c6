"""The room Daftar as a plain object, and what it draws of a hostile list."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select

from workbench.access import Actor, Role, Workspace
from workbench.services import lists
from workbench.services.office import Office
from workbench.store.tables import event
from workbench.ui.maps import view as maps_view
from workbench.ui.maps.model import MapRoom
from workbench.ui.staff.findings import FindingsView
from workbench.ui.staff.model import ListsRoom
from workbench.ui.staff.view import RoomView

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELURAHAN;KECAMATAN;DESIL\n"
#: One family with a wrong sex, and one NIK on two people of two families.
ROWS = (
    "3673010504819001;3673010607159001;<img src=x onerror=alert(1)>;P;05/04/1981;"
    "KEPALA KELUARGA;-;001;002;CIPARE;SERANG;2\n"
    "3673014101839002;3673010607159001;NENG CONTOH;P;01/01/1983;ISTRI;-;001;002;CIPARE;SERANG;2\n"
    "3673010504819001;3673010607159003;ASEP LAIN;L;05/04/1981;KEPALA KELUARGA;"
    "JL. CONTOH 3;001;002;UNYUR;SERANG;4\n"
)


@pytest.fixture
def empty_room(tmp_path):
    found = ListsRoom(Office(tmp_path / "kantor"), STAFF)
    found.refresh()
    return found


@pytest.fixture
def room(empty_room, tmp_path):
    path = tmp_path / "d.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    lists.bring_in(empty_room.office, STAFF, path, "Uji <i>Maret</i>")
    empty_room.refresh()
    return empty_room


def _texts(widget):
    """All HTML below a widget."""
    found = [widget.value] if type(widget).__name__ == "HTML" else []
    for child in getattr(widget, "children", ()):
        found += _texts(child)
    return found


def _find(widget, words):
    """The control below a widget that is called so; None when there is none."""
    if getattr(widget, "description", "") == words:
        return widget
    children = getattr(widget, "children", ())
    return next((found for child in children if (found := _find(child, words))), None)


def _press(widget, words):
    _find(widget, words).click()


def _choose(widget, label, value):
    if getattr(widget, "description", None) == label and hasattr(widget, "options"):
        widget.value = value
    for child in getattr(widget, "children", ()):
        _choose(child, label, value)


def _open(view, rule):
    place = [row["rule"] for row in view.rows.state["rows"]].index(rule)
    view.hear({"kind": "buka", "place": place})


def _kinds(room):
    with room.office.real.reading() as connection:
        told = select(event.c.kind, event.c.subject).order_by(event.c.seq)
        return list(connection.execute(told).all())


def test_the_first_visit_says_what_to_do(empty_room):
    texts = " ".join(_texts(RoomView(empty_room).widget))
    assert "Belum ada daftar di ruang data nyata" in texts


def test_markup_in_a_list_is_drawn_as_text(room):
    view = FindingsView(room, print)
    assert "<IMG" in json.dumps(view.rows.state)  # set as text by the page
    _open(view, "IDN-10")
    shown = " ".join(_texts(view.widget))
    assert "&lt;IMG" in shown
    assert "<img" not in shown.lower()
    _press(view.widget, "Lihat kedua baris berdampingan")
    assert "<img" not in " ".join(_texts(view.widget)).lower()
    whole = RoomView(room)
    tabs = whole.body.children[-1]
    for place in range(len(tabs.children)):
        tabs.selected_index = place
    assert not re.search("<img|<i>Maret", " ".join(_texts(whole.widget)))


def test_deleting_asks_twice(room):
    view = RoomView(room)
    tabs = view.body.children[-1]
    tabs.selected_index = len(tabs.children) - 1
    _press(view.widget, "Hapus daftar")
    assert "Centang dulu" in view.said.value
    _find(view.widget, "Saya yakin menghapus daftar ini").value = True
    _press(view.widget, "Hapus daftar")
    assert "alasan" in view.said.value
    assert room.shelf
    _find(view.widget, "Alasan").value = "salah berkas"
    _press(view.widget, "Hapus daftar")
    assert not room.shelf


def test_a_panel_is_drawn_when_it_is_first_looked_at(room):
    tabs = RoomView(room).body.children[-1]
    assert [bool(place.children) for place in tabs.children][:2] == [True, False]
    tabs.selected_index = 1
    drawn = tabs.children[1].children
    tabs.selected_index = 0
    tabs.selected_index = 1
    assert tabs.children[1].children == drawn != ()


def test_ticking_narrows_and_the_counts_follow(room):
    view = FindingsView(room, print)
    everything = view.rows.state["total"]
    view.hear({"kind": "pilih", "facet": "kelurahan", "value": "36.73.01.1001"})
    view.hear({"kind": "pilih", "facet": "kelurahan", "value": "36.73.01.1001"})
    assert view.rows.state["total"] == everything
    view.hear({"kind": "pilih", "facet": "rule", "value": "IDN-10"})
    assert [row["rule"] for row in view.rows.state["rows"]] == ["IDN-10"]
    facets = {facet["key"]: facet["values"] for facet in view.facets.state["facets"]}
    assert [(v["value"], v["count"]) for v in facets["desil"]] == [("2", 1)]
    assert {v["value"] for v in facets["rule"]} > {"IDN-10", "IDN-13"}
    view.hear({"kind": "kosongkan"})
    assert view.rows.state["total"] == everything


def test_a_whole_number_typed_into_the_search_is_cut_and_found_by_its_end(room):
    view = FindingsView(room, print)
    view.hear({"kind": "cari", "words": "3673010504819001"})
    assert view.facets.state["search"] == "9001"
    assert view.rows.state["total"] > 0
    assert "3673010504819001" not in json.dumps([view.rows.state, view.facets.state])


def test_forged_messages_come_to_nothing(room):
    said = []
    view = FindingsView(room, lambda sentence, wrong=False: said.append(sentence))
    before = view.rows.state
    for message in (
        {"kind": "buka", "place": 999},
        {"kind": "buka", "place": -1},
        {"kind": "buka", "place": "0"},
        {"kind": "pilih", "facet": "mother_name", "value": "x"},
        {"kind": "pilih", "facet": "rule", "value": ["x"]},
        {"kind": "urut", "value": "__class__"},
        {"kind": "halaman", "start": "x"},
        {},
    ):
        view.hear(message)
    assert view.rows.state == before
    assert room.family is None
    assert any("Urutan" in sentence for sentence in said)
    view.hear({"kind": "halaman", "start": 0})
    assert view.rows.state == before


def test_numbers_are_masked_until_asked_for_and_the_asking_is_on_record(room):
    view = FindingsView(room, print)
    _open(view, "IDN-10")
    assert "3673010504819001" not in " ".join(_texts(view.widget))
    assert "lihat_nik" not in [kind for kind, _ in _kinds(room)]
    said = []
    view.family.say = lambda sentence, wrong=False: said.append(sentence)
    _press(view.widget, "Tampilkan NIK dan tanggal lahir")
    _press(view.widget, "Tampilkan")
    assert any("untuk apa" in sentence for sentence in said)
    assert "3673010504819001" not in " ".join(_texts(view.widget))
    _choose(view.family.widget, "Keperluan", "kunjungan")
    _press(view.widget, "Tampilkan")
    assert "3673010504819001" in " ".join(_texts(view.widget))
    family = room.family.family_id
    assert _kinds(room)[-1] == ("lihat_nik", f"daftar:{room.chosen.summary.id}:{family}")
    # For this page only.
    view.close()
    _open(view, "IDN-10")
    assert "3673010504819001" not in " ".join(_texts(view.widget))


def test_the_pair_is_shown_and_left_again(room):
    view = FindingsView(room, print)
    _open(view, "IDN-13")
    _press(view.widget, "Lihat kedua baris berdampingan")
    shown = " ".join(_texts(view.widget))
    assert "Dua baris berdampingan" in shown
    assert "<mark>" in shown
    assert "3673010504819001" not in shown
    _press(view.widget, "Kembali ke keluarga")
    assert "Anggota keluarga" in " ".join(_texts(view.widget))
    _press(view.widget, "Kembali ke tabel")
    assert "vv-open" not in view.widget._dom_classes


def test_whole_numbers_leave_only_for_a_purpose(room):
    view = FindingsView(room, print)
    said = []
    download = view.widget.children[1].children[1].children[1].children[-1]
    download.send = lambda content, buffers=None: said.append(content)
    download._answer(None, {"kind": "minta"}, [])
    assert said[0]["kind"] == "gagal"
    _find(view.widget, "Keperluan").value = "dukcapil"
    download._answer(None, {"kind": "minta"}, [])
    assert said[1]["kind"] == "berkas"
    assert _kinds(room)[-1][0] == "ekspor_nik"


def test_the_page_of_the_list_says_what_judged_it(room):
    view = RoomView(room)
    tabs = view.body.children[-1]
    tabs.selected_index = len(tabs.children) - 1
    shown = " ".join(_texts(tabs.children[-1]))
    assert "3 baris dibaca = 3 disimpan + 0 ditolak" in shown
    assert room.chosen.findings.ruleset in shown
    assert "nilai pengaturan yang dipakai" in shown
    assert "aturan tidak dapat berbicara" in shown
    assert not re.search(r"(person|family|ppks|aid)\.[a-z]", shown)


def test_silent_rules_stand_together_by_what_the_list_lacks(room):
    view = RoomView(room)
    tabs = view.body.children[-1]
    tabs.selected_index = len(tabs.children) - 1
    shown = " ".join(_texts(tabs.children[-1]))
    reasons = re.findall(r"<summary>([^<]*): (\d+) aturan diam \((.*?)\)</summary>", shown)
    told = [code for _why, _n, codes in reasons for code in codes.split(", ")]
    assert sorted(told) == sorted(room.chosen.findings.silent)
    assert len({why for why, _n, _codes in reasons}) == len(reasons) < len(told)
    counts = [int(n) for _why, n, _codes in reasons]
    assert counts == sorted(counts, reverse=True)
    assert [len(codes.split(", ")) for _why, _n, codes in reasons] == counts


@pytest.fixture
def messy_room(empty_room, tmp_path):
    """A list whose NIK column carries apostrophes, with nothing to be found in one kelurahan."""
    more = (
        "3673014101839005;3673010607159005;NENG LAIN;P;01/01/1983;KEPALA KELUARGA;"
        "JL. CONTOH 5;001;002;KILASAH;KASEMEN;4\n"
    )
    path = tmp_path / "kotor.csv"
    path.write_text(HEADER + (ROWS + more).replace("36730", "'36730"), encoding="utf-8")
    lists.bring_in(empty_room.office, STAFF, path, "Kotor")
    empty_room.refresh()
    return empty_room


def test_what_is_said_of_a_whole_column_is_one_line_that_opens(messy_room):
    view = FindingsView(messy_room, print)
    state = view.rows.state
    (note,) = [note for note in state["notes"] if note["rule"] == "IDN-04"]
    assert note["count"] == 4
    assert note["title"].startswith("NIK dan nomor KK ditulis dengan apostrof")
    assert note["ask"]
    assert "IDN-04" not in {row["rule"] for row in state["rows"]}
    assert state["shown"] + state["folded"] == state["total"] == len(messy_room.index)
    assert state["shown"] == len(state["rows"])
    view.hear({"kind": "pilih", "facet": "rule", "value": "IDN-04"})
    assert [row["rule"] for row in view.rows.state["rows"]] == ["IDN-04"] * 4
    assert view.rows.state["notes"] == []
    assert view.rows.state["only_notes"]
    assert not state["only_notes"]
    # The notes of others stay below the questions of a family; what was pressed comes first.
    _open(view, "IDN-04")
    shown = " ".join(_texts(view.family.widget))
    assert shown.index("Aturan IDN-04.") < shown.index("Catatan, tanpa kunjungan")
    assert shown.count("Aturan IDN-04.") == 1
    assert "sudah dibersihkan saat dibaca (IDN-04): 1 baris" in shown
    assert "IDN-04" not in re.findall(r"perlu dicek \((.*?)\)", shown)


def test_the_counts_of_the_list_add_up(messy_room):
    view = RoomView(messy_room)
    line = next(text for text in _texts(view.widget) if " baris dibaca = " in text)
    found = re.search(r"(\d+) temuan = (\d+) perlu dicek \+ (\d+) catatan", line)
    everything, asked, noted = map(int, found.groups())
    assert everything == asked + noted == len(messy_room.index)
    assert noted >= 4
    tabs = view.body.children[-1]
    tabs.selected_index = 1
    table = " ".join(_texts(tabs.children[1]))
    cells = [list(map(int, row)) for row in re.findall(r"<td class='n'>(\d+)</td>" * 3, table)]
    assert [sum(column) for column in zip(*cells, strict=True)][1:] == [asked, noted]


def test_every_kelurahan_can_be_checked_again_also_one_without_a_question(messy_room):
    view = RoomView(messy_room)
    tabs = view.body.children[-1]
    tabs.selected_index = 1
    choose = _find(tabs.children[1], "Kelurahan")
    (place,) = [words for words, code in choose.options if words.startswith("Kilasah")]
    assert place.endswith(": 0 perlu dicek")
    choose.value = dict(choose.options)[place]
    _press(tabs.children[1], "Periksa ulang kelurahan ini")
    assert "Kilasah, Kec. Kasemen diperiksa ulang" in view.said.value
    assert "jumlah temuan tetap" in view.said.value
    assert _kinds(messy_room)[-1][0] == "periksa"


def test_the_map_room_draws_once_there_is_a_list(empty_room, room, monkeypatch, tmp_path):
    monkeypatch.setenv("VERVAL_OFFICE", str(tmp_path / "lain"))
    assert "Belum ada daftar" in maps_view.show(STAFF).value
    desk = maps_view.link(MapRoom(room.office, STAFF))
    if desk.work:
        desk.work.join()
    assert "DATA NYATA" in desk.map.page


def test_a_tab_pressed_while_another_list_opens_shows_that_list(room, tmp_path):
    path = tmp_path / "d.csv"
    path.write_text(HEADER + ROWS.split("\n")[1] + "\n", encoding="utf-8")
    later = lists.bring_in(room.office, STAFF, path, "Uji April")
    room.refresh()
    view = RoomView(room)
    pressed = view.panels.tabs
    assert room.chosen.summary.id != later.id
    _choose(view.widget, "Daftar", later.id)
    pressed.selected_index = 4
    assert pressed in view.body.children
    (about,) = pressed.children[4].children
    assert "<dd>Uji April</dd>" in "".join(_texts(about))
    assert "1 baris dibaca" in view.panels.counts.value
