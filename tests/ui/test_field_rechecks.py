"""The tab Periksa ulang: what a coordinator and a second checker meet, without a browser."""

from __future__ import annotations

from types import SimpleNamespace

import ipywidgets as w
import pytest

from tests.services.recheck_world import (
    HEAD,
    SECRET,
    add_officer,
    check_all,
    outcome,
    put_list,
    row,
    visit_all,
)
from tests.ui.widgets import walk
from workbench.errors import WrongUse
from workbench.services import rechecks
from workbench.services.office import Office
from workbench.ui.fieldwork import rechecks as tab
from workbench.ui.fieldwork.form import OutcomeForm
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.fieldwork.rechecks_model import Asked, RecheckDesk
from workbench.verification.sampling.lots import plan_lot


@pytest.fixture
def world(tmp_path):
    office = Office(tmp_path / "kantor")
    list_id = put_list(office, tmp_path, [row(n) for n in range(1, 9)])
    siti, tono = add_officer(office, "siti"), add_officer(office, "tono")
    visit_all(office, list_id, [siti])
    yield office, list_id, siti, tono
    office.practice.close()
    office.real.close()


def room_of(office, actor):
    room = FieldRoom(office, actor)
    room.refresh()
    return room


def words(widget):
    texts = [str(getattr(one, "value", "")) for one in walk(widget)]
    texts += [str(getattr(one, "description", "")) for one in walk(widget)]
    texts += [str(getattr(one, "options", "")) for one in walk(widget)]
    return " ".join([*texts, *(str(one.state) for one in walk(widget) if hasattr(one, "state"))])


def press(widget, label):
    (found,) = [
        one
        for one in walk(widget)
        if isinstance(one, w.Button) and one.description.startswith(label)
    ]
    assert not found.disabled
    found.click()


def labelled(widget, label):
    return next(one for one in walk(widget) if getattr(one, "description", "").startswith(label))


@pytest.mark.parametrize(("size", "begins"), [(8, ""), (300, "<svg")])
def test_a_plan_that_leaves_something_to_chance_has_its_curve(world, size, begins):
    desk = RecheckDesk(room_of(world[0], HEAD))
    desk.planned = SimpleNamespace(plan=plan_lot(size))
    assert desk.curve()[:4] == begins


def test_a_check_is_drawn_given_visited_locked_and_decided(world):
    office, _list_id, siti, tono = world
    said = []
    head = tab.panel(room_of(office, HEAD), lambda text, wrong=False: said.append((text, wrong)))
    labelled(head, "Angka undian").value = "41"
    press(head, "Hitung dahulu")
    assert "8 keluarga dapat diundi" in words(head)
    # Where every family is checked nothing is left to chance: no curve.
    assert "periksa semua 8 keluarga" in words(head)
    assert "<svg" not in words(head)
    press(head, "Undi")
    assert "terundi dengan angka undian 41" in said[-1][0]
    labelled(head, "tono").value = True
    press(head, "Bagikan keluarga")
    assert said[-1] == ("8 keluarga dibagikan.", False)
    press(head, "Kunci kedua hasil")
    assert said[-1][1], "locked although nobody was visited again"

    theirs = tab.panel(room_of(office, tono), lambda *a, **k: None)
    next(one for one in walk(theirs) if "RT " in getattr(one, "description", "")).click()
    (form,) = [one for one in walk(theirs) if isinstance(one, OutcomeForm)]
    assert SECRET not in words(theirs)
    assert siti.name not in words(theirs)
    assert "RUSDI" in str(form.state)
    (sample_id,) = {one.sample_id for one in rechecks.my_errands(office, tono)}
    check_all(office, sample_id, lambda family: "tidak_benar" if family.endswith("3") else "benar")

    head = tab.panel(room_of(office, HEAD), lambda text, wrong=False: said.append((text, wrong)))
    press(head, "Kunci kedua hasil")
    assert "menunggu diputus" in words(head)
    assert "Jawaban atas temuan" in words(head)
    press(head, "Simpan putusan")
    assert said[-1] == ("Tulis alasan putusan ini, misalnya dokumen yang dilihat.", True)
    while "● belum diputus" in words(head):
        labelled(head, "Siapa yang benar").value = "kedua"
        labelled(head, "Alasan (wajib)").value = "KK asli"
        press(head, "Simpan putusan")
        assert said[-1] == ("Putusan tersimpan.", False)
    assert "Daftar ditolak" in words(head)
    assert "Pemeriksa kedua benar. Alasan: KK asli (Anda)" in words(head)
    press(head, "Pakai hasil pemeriksa kedua")
    assert said[-1][0].startswith("Hasil pemeriksa kedua sekarang berlaku, sebagai putusan Anda.")
    press(head, "Pakai hasil pemeriksa kedua")
    assert said[-1][0].startswith("Putusan ini sudah dipakai.")


def test_one_family_goes_to_another_checker_and_refusals_are_sentences(world):
    office, list_id, siti, tono = world
    lina = add_officer(office, "lina")
    far = add_officer(office, "jauh", ("36.73.05",))
    desk = RecheckDesk(room_of(office, HEAD))
    desk.refresh()
    desk.draw()
    said = []
    head = tab.panel(room_of(office, HEAD), lambda text, wrong=False: said.append((text, wrong)))
    act = labelled(head, "Berikan keluarga ini")
    assert act.disabled, "given to nobody"
    assert len(labelled(head, "Keluarga").options) == 8
    assert all(words.endswith(": belum ada") for words, _ in labelled(head, "Keluarga").options)

    def give(family, officer):
        labelled(head, "Keluarga").value = family
        labelled(head, "Diberikan kepada").value = officer.id
        press(head, "Berikan keluarga ini")

    family = labelled(head, "Keluarga").options[0][1]
    give(family, siti)
    assert said[-1] == (
        "Petugas itu sudah mengerjakan keluarga ini. Pemeriksa kedua harus orang lain.",
        True,
    )
    give(family, far)
    assert said[-1] == (
        "Petugas itu tidak bertugas di wilayah keluarga ini. Pilih yang lain.",
        True,
    )
    assert rechecks.my_errands(office, siti) == rechecks.my_errands(office, tono) == ()
    for officer in (tono, lina):
        give(family, officer)
        assert said[-1] == (f"Pemeriksa kedua keluarga itu sekarang {officer.name}.", False)
        assert {family: f": {officer.name}"}.items() <= {
            code: words[words.rindex(":") :] for words, code in labelled(head, "Keluarga").options
        }.items()
    assert rechecks.my_errands(office, tono) == ()
    (errand,) = rechecks.my_errands(office, lina)
    assert errand.family_id == family
    said_of_it = outcome(office, list_id, family)
    rechecks.record_second(office, lina, errand.sample_id, family, said_of_it)
    head = tab.panel(room_of(office, HEAD), lambda *a, **k: None)
    assert family not in {code for _, code in labelled(head, "Keluarga").options}


def test_what_the_second_checker_sends_is_looked_over_before_it_is_locked(world):
    office, list_id, _, tono = world
    desk = RecheckDesk(room_of(office, HEAD))
    desk.refresh()
    desk.draw()
    desk.share_out([tono.id])
    own = RecheckDesk(room_of(office, tono))
    own.refresh()
    own.errand = own.errands[0]
    home = own.home()
    form = own.form(home)
    form.keep(outcome(office, list_id, own.errand.family_id), "usulan")
    assert own.form(home).step
    form.send(outcome(office, list_id, own.errand.family_id))
    assert own.sent() is not None
    assert any(
        "Keberadaan keluarga: Ditemukan" in line for line in own.sent_lines(own.sent(), home)
    )
    assert "terkunci" in own.close_errand()
    own.refresh()
    assert sum(one.is_closed for one in own.errands) == 1


@pytest.mark.parametrize(
    "asked", [Asked(good="dua"), Asked(seed="12a"), Asked(kind="taksiran", margin="")]
)
def test_what_is_no_number_is_a_sentence(asked):
    with pytest.raises(WrongUse, match="angka"):
        asked.order(), asked.seed_number()
