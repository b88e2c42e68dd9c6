"""The settings an office decides about: well declared, and no value outside what is declared."""

import pathlib

import pytest

from workbench.domain import office_settings
from workbench.domain.office_settings import CHOICE, KINDS, NUMBER, YES_NO, Declared, check
from workbench.errors import WrongUse

NUMBERED = Declared("a", "Hari", "Berapa hari.", NUMBER, 10, "", "tidak", 3, 30, "hari")
SHARED = Declared("b", "Bagian", "Berapa bagian.", NUMBER, 0.5, "", "tidak", 0, 1)
ASKED = Declared("c", "Terang", "Ya atau tidak.", YES_NO, False, "", "tidak")


@pytest.mark.parametrize("name", office_settings.declared())
def test_every_setting_says_what_it_means_and_its_default_is_allowed(name):
    known = office_settings.declared()[name]
    assert known.kind in KINDS
    assert known.title.strip()
    assert known.meaning.strip().endswith(".")
    assert known.konfirmasi in {"ya", "sebagian", "tidak"}
    assert known.source.strip() or known.konfirmasi == "tidak"
    assert check(name, known.default) == known.default
    assert known.words(known.default)
    assert bool(known.choices) is (known.kind == CHOICE)


@pytest.mark.parametrize("name", office_settings.declared())
def test_every_setting_is_read_somewhere(name):
    home = pathlib.Path(office_settings.__file__).parents[1]
    assert any(f'"{name}"' in path.read_text("utf-8") for path in home.rglob("*.py"))


@pytest.mark.parametrize("value", [2, 31, "10", True, None, 10.5, float("nan")])
def test_a_number_out_of_bounds_or_of_another_kind_is_refused(value):
    with pytest.raises(WrongUse, match="Hari: isi angka"):
        NUMBERED.read(value)


def test_numbers_are_kept_as_they_are_declared():
    assert type(NUMBERED.read(7.0)) is int
    assert type(SHARED.read(1)) is float
    assert NUMBERED.words(10) == "10 hari"


@pytest.mark.parametrize("value", [1, "ya", None])
def test_yes_or_no_takes_nothing_else(value):
    with pytest.raises(WrongUse, match="pilih ya atau tidak"):
        ASKED.read(value)
    assert ASKED.read(True) is True
    assert ASKED.words(True) == "ya"


def test_a_choice_outside_the_list_and_an_unknown_name_are_refused():
    with pytest.raises(WrongUse, match="pilih salah satu"):
        check("nik_on_paper", "semua")
    with pytest.raises(WrongUse, match="tidak dikenal"):
        check("lain", 1)
