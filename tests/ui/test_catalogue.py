"""The room Aturan: every rule has a page and an example, settings are set and withdrawn."""

import ipywidgets as w
import pytest

from tests.ui.widgets import walk
from workbench.access import Actor, Role, Workspace
from workbench.rules import catalogue
from workbench.services import settings
from workbench.services.office import Office
from workbench.store import clock
from workbench.ui.catalogue import model
from workbench.ui.catalogue.view import CatalogueRoom

TRAINER = Actor("T1", "Tono", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
STAFF = Actor("S1", "Sari", Role.STAF, Workspace.NYATA, ("36.73",))


def find(room, kind, description):
    return next(
        one for one in walk(room.widget) if isinstance(one, kind) and one.description == description
    )


def page_text(room):
    return " ".join(one.value for one in walk(room.widget) if isinstance(one, w.HTML))


@pytest.mark.parametrize("code", catalogue())
def test_every_rule_has_a_page_in_words(code):
    page = model.rule_page(code)
    said = [page.title, page.severity, page.question, page.why, page.status, page.source]
    assert all(said)
    assert page.marks
    for words in (*page.marks, *page.needs, *page.follow_up):
        assert "_" not in words, words


@pytest.mark.parametrize("group", ["identity", "family"])
def test_an_example_shows_the_marked_cell_beside_a_document(group):
    codes = [rule.code for rule in model.find_rules(group)]
    examples = [model.example_of(code) for code in codes[:4]]
    shown = [cell for example in examples if example for cell in example.cells]
    assert shown
    assert any(cell.documents for cell in shown)


def test_another_number_gives_another_family():
    families = {model.example_of("IDN-09", number).family for number in (1, 2, 3)}
    assert len(families) > 1


def test_rules_are_found_by_group_level_and_words():
    assert {rule.group for rule in model.find_rules("family")} == {"family"}
    assert {rule.severity for rule in model.find_rules(severity="KRITIS")} == {"KRITIS"}
    assert "KEL-01" in {rule.code for rule in model.find_rules(words="kepala keluarga")}
    assert model.find_rules(words="zzz") == []


def test_the_trainer_reads_and_shows_an_example_but_sets_nothing(tmp_path):
    room = CatalogueRoom(Office(tmp_path), TRAINER)
    find(room, w.Dropdown, "Aturan").value = "IDN-09"
    find(room, w.Button, "Tampilkan contoh").click()
    assert "Daftar menulis" in page_text(room)
    assert "LATIHAN" in page_text(room)
    assert find(room, w.Button, "Contoh lain")
    with pytest.raises(StopIteration):
        find(room, w.Button, "Simpan pengaturan")


def test_narrowing_to_nothing_says_so(tmp_path):
    room = CatalogueRoom(Office(tmp_path), TRAINER)
    find(room, w.Text, "Cari").value = "zzz"
    assert "Tidak ada aturan dengan saringan ini" in page_text(room)
    assert find(room, w.Button, "Tampilkan contoh").disabled
    find(room, w.Text, "Cari").value = "kepala"
    assert not find(room, w.Button, "Tampilkan contoh").disabled


def test_staff_set_a_value_with_its_ground_and_take_it_back(tmp_path):
    office = Office(tmp_path)
    room = CatalogueRoom(office, STAFF)
    find(room, w.Dropdown, "Pengaturan").value = "low_desil_max"
    find(room, w.Text, "Nilai baru").value = "3"
    find(room, w.Button, "Simpan pengaturan").click()
    assert "Tulis dasar perubahan" in room.said.value
    find(room, w.Text, "Dasar").value = "SK <b>1</b>"
    find(room, w.Text, "Nilai baru").value = "3"
    find(room, w.Button, "Simpan pengaturan").click()
    assert settings.overrides_on(office, STAFF, clock.today()) == {"low_desil_max": 3}
    assert "kantor ini" in page_text(room)
    assert "<b>1</b>" not in page_text(room)
    find(room, w.Dropdown, "Pengaturan").value = "low_desil_max"
    find(room, w.Button, "Kembali ke nilai katalog").click()
    assert settings.overrides_on(office, STAFF, clock.today()) == {}
