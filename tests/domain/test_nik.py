"""A NIK read by the plain class and by the typed copy's SQL says the same."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.domain.nik import KkNumber, Nik, is_filler, is_practice, make_kk, make_nik
from workbench.domain.register import Draft
from workbench.rules.copies import Limits, typed_tables

AS_OF = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("text", "region", "day", "sex"),
    [
        ("9973012312850017", "367301", date(1985, 12, 23), "L"),
        ("9973016312850017", "367301", date(1985, 12, 23), "P"),
        ("9904104101260001", "360410", date(2026, 1, 1), "P"),
        ("3673012902000001", "367301", date(2000, 2, 29), "L"),
    ],
)
def test_parts(text, region, day, sex):
    nik = Nik.parse(text)
    assert (nik.region6, nik.birth_date(AS_OF), nik.sex) == (region, day, sex)


def test_a_date_after_the_reference_date_belongs_to_the_century_before():
    assert Nik("9973010212260001").birth_date(AS_OF) == date(1926, 12, 2)


@pytest.mark.parametrize("text", ["", "997301231285001", "99730123128500171", "997301231285001O"])
def test_what_is_not_sixteen_digits_is_no_nik(text):
    assert Nik.parse(text) is None


def test_digits_of_other_scripts_are_no_digits():
    assert Nik.parse("٩" * 16) is None


def test_a_card_knows_no_sex():
    card = KkNumber.parse("9973010607150001")
    assert card.issued_on(AS_OF) == date(2015, 7, 6)
    assert not hasattr(card, "sex")
    assert KkNumber.parse("9973014607150001").issued_on(AS_OF) is None
    assert KkNumber.parse("123") is None


def test_fillers_and_the_wall():
    assert is_filler("9973012312850000")
    assert is_filler("9999999999999999")
    assert not is_practice("9999999999999999")
    assert is_practice("9973")


@given(
    born=st.dates(date(1927, 1, 1), AS_OF),
    sex=st.sampled_from("LP"),
    serial=st.integers(1, 9999),
    region=st.sampled_from(["367301", "360410", "317205"]),
)
def test_what_is_composed_is_read_again(born, sex, serial, region):
    nik = Nik.parse(make_nik(region, born, sex, serial))
    assert nik.text.startswith("99")
    assert nik.region6 == "36" + region[2:]
    assert (nik.birth_date(AS_OF), nik.sex, nik.serial) == (born, sex, serial)
    assert Nik.parse(make_nik(region, born, sex, serial, practice=False)).region6 == region
    card = KkNumber.parse(make_kk(region, born, serial))
    assert (card.issued_on(AS_OF), card.serial, card.region6) == (born, serial, nik.region6)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text("0123456789", min_size=16, max_size=16), min_size=1, max_size=40))
def test_sql_agrees_with_the_class(numbers):
    draft = Draft({"as_of": "2026-11-01"})
    draft.add("family", {"family_id": "F000001"})
    for place, number in enumerate(numbers):
        draft.add("person", {"person_id": f"P{place:06d}", "family_id": "F000001", "nik": number})
    with typed_tables(draft.to_register(), AS_OF, {}, Limits()) as connection:
        rows = connection.execute(
            "SELECT nik, nik_region, nik_day, nik_month, nik_yy, nik_sex, nik_serial, "
            "nik_has_date, nik_is_filler FROM person"
        ).fetchall()
    assert len(rows) == len(numbers)
    for number, region, day, month, year2, sex, serial, has_date, filler in rows:
        nik = Nik(number)
        assert region == int(nik.region6)
        assert (day, month, year2, sex) == (nik.day, nik.month, nik.year2, nik.sex)
        assert (serial, has_date, filler) == (nik.serial, nik.has_date, is_filler(number))
