"""Bukti: figures as a page, without a browser; the panel with a service in memory."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.domain.estimates import Estimate
from workbench.errors import NotFound
from workbench.services import proof_workbooks, proofs
from workbench.services.proofs import PlaceSummary, Proof, RuleDetection, TaskReading, Unmatched
from workbench.training.measures.detection import Counts, read_detection
from workbench.training.measures.gains import Gain, StillMissed
from workbench.training.measures.items import ItemReading, OptionReading
from workbench.ui.trainer import proof_drawing
from workbench.ui.trainer.proof import ProofPanel

EVIL = "<script>alert(1)</script>"
SHARE = Estimate(0.5, 0.4, 0.6)
ACTOR = Actor("A-pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))


def item(**changes: Any) -> TaskReading:
    option = OptionReading(f"Layak {EVIL}", True, 12, SHARE, None)
    before, after = (
        ItemReading("1", name, 10, Estimate(*share), 0.1, None, (), None, "", "indikatif")
        for name, share in (("tes_awal", (0.3, 0.2, 0.4)), ("tes_akhir", (0.7, 0.6, 0.8)))
    )
    reading = ItemReading(
        "1",
        "",
        20,
        SHARE,
        0.1,
        Estimate(0.2, -0.1, 0.5),
        (option,),
        Estimate(90, 60, 120),
        "",
        "indikatif",
        (before, after),
    )
    plain = TaskReading(1, "A", 1, f"KEL-01 {EVIL}", reading, (option,), ())
    return replace(plain, **changes)


def proof(**changes: Any) -> Proof:
    gain = Gain(
        30,
        0.46,
        0.58,
        Estimate(0.22, 0.1, 0.35),
        "rendah",
        Estimate(0.8, 0.4, 1.2),
        True,
        "",
        "Kelas ini meningkat, dari 46 % menjadi 58 %.",
        "",
    )
    plain = Proof(
        class_id="KUJI",
        class_name=f"Bimtek {EVIL}",
        class_place="Aula",
        class_date="2026-11-21",
        joined=31,
        matched=30,
        only_before=1,
        only_after=0,
        neither=0,
        unmatched=(Unmatched(31, f"Siti {EVIL}", "Kelurahan Serang", True, False),),
        gain=gain,
        before=Estimate(0.46, 0.39, 0.53),
        after=Estimate(0.58, 0.54, 0.63),
        notes=(),
        still_missed=(StillMissed("KEL-01", 6, 20, Estimate(0.3, 0.15, 0.5), SHARE, "indikatif"),),
        items=(item(),),
        reliability={},
        places=(PlaceSummary(f"Kelurahan {EVIL}", 4, SHARE, Estimate(0.7, 0.6, 0.8)),),
        places_hidden=1,
        whole=read_detection(Counts(40, 10, 5, 45)),
        by_rule=(
            RuleDetection("KEL-01", read_detection(Counts(14, 6, 4, 40))),
            RuleDetection("IDN-09", read_detection(Counts(1, 1, 4, 40))),
        ),
    )
    return replace(plain, **changes)


def test_the_sentence_stands_first_and_how_many_were_matched_beneath() -> None:
    page = proof_drawing.proof_page(proof())
    assert page.index("Kelas ini meningkat, dari 46 % menjadi 58 %.") < page.index(
        "30 dari 31 peserta mengikuti kedua tes. Tidak ikut dibandingkan: 1 orang hanya tes awal."
    )


def test_the_chart_draws_both_dots_each_within_its_interval() -> None:
    drawn = ElementTree.fromstring(proof_drawing.chart(Estimate(0.2, 0.1, 0.4), Estimate(1, 1, 1)))
    before, after = drawn.iter("circle")
    # 0 % lies at 236 and 100 % at 16.
    assert (float(before.get("cy")), float(after.get("cy"))) == (192, 16)
    low, high = (236 - share * 220 for share in (0.1, 0.4))
    reach = next(iter(drawn.iter("path"))).get("d")
    assert f"V{high:g}" in reach
    assert f"{low:g}H" in reach
    line = next(one for one in drawn.iter("line") if one.get("class") == "vvb-line")
    assert (float(line.get("y1")), float(line.get("y2"))) == (192, 16)
    # Told apart without colour, and spoken: one dot is hollow, and the label has every figure.
    assert [dot.get("class") for dot in (before, after)] == ["vvb-before", "vvb-after"]
    assert drawn.get("role") == "img"
    assert "20\u00a0% (10 sampai 40\u00a0%)" in drawn.get("aria-label")


def test_the_same_figures_stand_in_a_table_with_their_intervals() -> None:
    page = proof_drawing.gain(proof())
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page)
    assert cells[4:12] == [
        *("Tes awal", "46 %", "39 sampai 53 %", "30"),
        *("Tes akhir", "58 %", "54 sampai 63 %", "30"),
    ]


def test_every_share_of_the_page_carries_an_interval() -> None:
    page = proof_drawing.missed(proof()) + proof_drawing.places(proof())
    page += proof_drawing.items(proof()) + proof_drawing.detection(proof())
    text = re.sub(r"<[^>]+>", " ", page)
    bare = re.findall(r"\d+ %(?! \()(?!\))(?! sampai)(?!,)", text.replace("95 %", ""))
    assert bare == []
    assert "0,20 (-0,10 sampai 0,50)" in text
    assert "1,5 menit (1,0 sampai 2,0)" in text


def test_too_few_get_a_sentence_and_no_chart() -> None:
    few = Gain(2, 0.4, 0.6, None, "", None, False, "Kenaikan belum dapat dihitung.", "", "")
    page = proof_drawing.gain(proof(gain=few, before=None, after=None, matched=2))
    assert "Kenaikan belum dapat dihitung." in page
    assert "<svg" not in page
    assert "46 %" not in page


def test_a_missed_rule_can_be_explained_aloud() -> None:
    page = proof_drawing.missed(proof())
    told = "Terlewat 6 dari 20: 30 % (15 sampai 50 %), sebelumnya 50 % (40 sampai 60 %)"
    assert told.replace(" %", "\u00a0%") in page
    assert "<summary>Jelaskan</summary>" in page
    assert "Lihat KK asli" in page


def test_nothing_missed_is_told_apart_from_nothing_answered() -> None:
    none = proof(still_missed=())
    assert "Tidak ada kesalahan yang terlewat" in proof_drawing.missed(none)
    empty = proof(still_missed=(), items=())
    assert "Belum ada jawaban tes akhir" in proof_drawing.missed(empty)
    assert "Belum ada soal tes yang dijawab" in proof_drawing.items(empty)


def test_a_doubtful_key_is_said_outside_the_fold() -> None:
    doubt = 'Status: Periksa kunci soal ini: peserta terbaik lebih banyak memilih "Layak".'
    page = proof_drawing.items(proof(items=(item(doubts=(doubt,)),)))
    assert page.index("Periksa kunci soal ini") < page.index("<details>")
    assert "Tidak ada soal yang perlu diperiksa" in proof_drawing.items(proof())


def test_rules_with_too_few_cases_are_named_and_carry_no_figure() -> None:
    page = proof_drawing.detection(proof())
    assert "Belum cukup jawaban untuk IDN-09" in page
    assert page.count("<tr><th") == 2  # the head and KEL-01


def test_nothing_of_people_or_files_becomes_markup() -> None:
    page = proof_drawing.proof_page(proof())
    assert EVIL not in page
    assert page.count("&lt;script&gt;") >= 4


class Proofs:
    """``services.proofs`` and its workbook in memory."""

    def __init__(self) -> None:
        self.found: Any = proof()

    def proof(self, _office: Any, _actor: Any, class_id: str) -> Proof:
        if isinstance(self.found, Exception):
            raise self.found
        assert class_id == "KUJI"
        return self.found

    def proof_workbook(self, _office: Any, _actor: Any, _class_id: str) -> bytes:
        return b"PK"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Proofs:
    service = Proofs()
    monkeypatch.setattr(proofs, "proof", service.proof)
    monkeypatch.setattr(proof_workbooks, "proof_workbook", service.proof_workbook)
    return service


def test_the_panel_works_nothing_out_before_it_is_asked(service: Proofs) -> None:
    panel = ProofPanel(None, ACTOR, "KUJI")
    assert panel.page.value == ""
    panel.refresh()
    assert "Kelas ini meningkat" in panel.page.value


def test_a_refusal_is_said_and_the_old_figures_go(service: Proofs) -> None:
    panel = ProofPanel(None, ACTOR, "KUJI")
    panel.refresh()
    service.found = NotFound("Kelas itu tidak ada.")
    panel.refresh()
    assert panel.page.value == ""
    assert "Kelas itu tidak ada." in panel.said.value
    service.found = proof()
    panel.refresh()
    assert panel.said.value == ""


def test_the_workbook_is_named_by_the_class_alone(service: Proofs) -> None:
    panel = ProofPanel(None, ACTOR, "KUJI")
    assert panel._workbook() == ("bukti-KUJI.xlsx", b"PK")
