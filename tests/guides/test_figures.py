"""Numbers in the explanations are those the program works with."""

from __future__ import annotations

import pytest

from workbench import guides
from workbench.domain.words import number_id
from workbench.geo.disclosure.gate import STEPS
from workbench.linkage.links import Thresholds
from workbench.rules import Severity, catalogue
from workbench.services.maps import THRESHOLD
from workbench.store import ledger
from workbench.training import grades, ladder, returns
from workbench.training.answers import FAIRLY_SURE, SURE, UNSURE
from workbench.ui.catalogue.model import SEVERITY_WORDS

_SHARES = (grades.SEEING, grades.STATUS, grades.FOLLOW_UP, grades.CERTAINTY)
_SURE = {"Ragu": UNSURE, "Cukup yakin": FAIRLY_SURE, "Yakin": SURE}
_WORDS = {2: "Dua", 3: "tiga"}


def said():
    """Per page the pieces that must stand in it, made from the program."""
    points = [
        f"| {words} | {_points(step, True)} | {_points(step, False)} |"
        for words, step in _SURE.items()
    ]
    links = Thresholds()
    few, most = THRESHOLD - 1, STEPS[-1]
    yield "penilaian", *(f"| {round(100 * share)} |" for share in _SHARES)
    yield "penilaian", *points
    yield (
        "penilaian",
        f'satu tuduhan keliru mengurangi bagian "melihat" {_cost(1)} persen',
        f"lima mengurangi {_cost(5)} persen",
        f"{_WORDS[ladder.RIGHTS_TO_RISE]} kali benar berturut-turut menaikkan",
        f"{_WORDS[ladder.RIGHTS_TO_MASTER]} kali benar tanpa bantuan",
    )
    yield (
        "angka-kecil",
        f"jumlah 1 sampai {few} tidak ditampilkan. Batasnya {THRESHOLD}",
        f"{', '.join(map(str, STEPS[:-1]))} atau {most}",
    )
    yield (
        "orang-yang-sama",
        f"{links.link:.0%}".replace("%", " persen ke atas")
        + f", dan {links.margin:.0f} kali lebih mungkin",
        f"{100 * links.show:.0f} sampai {100 * links.link:.0f} persen",
    )
    yield "jejak", f"mundur lebih dari {ledger.SLACK_S / 60:.0f} menit ditolak"
    yield (
        "temuan",
        *("| {} | {} |".format(*_split(SEVERITY_WORDS[one])) for one in Severity),
    )


def _points(step, is_right):
    return number_id(100 * grades.certainty_of(step, is_right), 1).removesuffix(",0")


def _cost(alarms):
    """What false alarms take of the seeing on a case with 35 clean cells, in whole percent."""
    return round(100 * (1 - ((35 - alarms) / 35) ** grades.CAUTION))


def _split(words):
    grade, _, asks = words.partition(": ")
    return grade, asks[0].upper() + asks[1:]


@pytest.mark.parametrize(("name", "pieces"), [(one[0], one[1:]) for one in said()])
def test_an_explanation_says_the_programs_own_numbers(name, pieces):
    body = " ".join(guides.pages()[f"penjelasan/{name}"].body.split("\n"))
    for piece in pieces:
        assert piece in body


def test_a_basis_that_is_not_confirmed_holds_a_rule_at_sedang():
    high = {Severity.KRITIS, Severity.TINGGI}
    assert not [
        rule.code
        for rule in catalogue().values()
        if rule.basis.confirmed == "tidak" and rule.severity in high
    ]


def test_the_refresher_comes_when_the_help_says():
    assert f"sesudah {returns.DUE_DAYS} hari" in guides.pages()["ruang/latihan"].body
