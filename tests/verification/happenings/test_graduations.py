"""Ways out of a programme and back: papers, questions, three things apart."""

from __future__ import annotations

from datetime import date

import pytest

from tests.verification.happenings.test_kinds import house, rusdi
from workbench.domain.reference import by_code
from workbench.errors import WrongUse
from workbench.verification.happenings.graduations import (
    acts,
    doubts,
    find_act,
    lacking,
    register_words,
    state_words,
)
from workbench.verification.happenings.kinds import paper_words

DAY = date(2026, 11, 2)


def asked(act, home, program="PKH", has_left=False):
    return " ".join(doubts(find_act(act), program, home, DAY, has_left))


def test_the_acts_name_states_papers_and_programmes_that_there_are():
    for act in acts().values():
        assert by_code("status_verval")[act.state]["dimensi"] == "status_pkh"
        assert set(act.programs) <= set(by_code("program_bantuan"))
        assert all(set(demand) <= set(paper_words()) for demand in act.demands)
        assert act.ask.endswith("?")
    with pytest.raises(WrongUse, match="alamiah"):
        find_act("otomatis")


def test_natural_graduation_is_for_pkh_alone():
    papers = ("BERITA_ACARA", "KK")
    assert lacking(find_act("alamiah"), "PKH", papers, "") == ()
    (said,) = lacking(find_act("alamiah"), "SEMBAKO", papers, "")
    assert "tidak berlaku" in said
    assert lacking(find_act("mandiri"), "SEMBAKO", ("PERNYATAAN",), "") == ()


def test_each_act_asks_for_its_papers_and_a_forced_one_for_its_reason():
    assert len(lacking(find_act("mandiri"), "PKH", (), "")) == 1
    assert len(lacking(find_act("masuk_kembali"), "PKH", (), "")) == 3
    (said,) = lacking(find_act("paksa"), "PKH", ("BERITA_ACARA",), "  ")
    assert "alasan" in said
    assert lacking(find_act("paksa"), "PKH", ("BERITA_ACARA",), "tidak hadir") == ()


def test_what_the_list_says_against_it_is_asked_and_stops_nobody():
    assert "lansia" in asked("alamiah", house())
    assert asked("alamiah", house(rusdi()[:2], (("PKH", 2),))) == ""
    assert "tidak sedang menerima" in asked("mandiri", house(aid=()))
    assert "sudah tercatat" in asked("mandiri", house(), has_left=True)
    assert "masih menerima" in asked("masuk_kembali", house(), has_left=True)
    assert "Belum ada graduasi" in asked("masuk_kembali", house(aid=()))


def test_the_register_is_quoted_and_never_left():
    assert register_words(4, "2026-V3").startswith("Tetap di register, desil 4")
    assert "tidak mengubah" in register_words(None, "")
    assert state_words("GR3") == "Graduasi mandiri/sejahtera"
    assert state_words("") == "tidak tercatat"
