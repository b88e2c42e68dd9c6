"""The reasons of a pair as people read them."""

from datetime import date

import pytest

from workbench.linkage import explain


def test_reasons_name_what_agrees_and_what_does_not(person):
    left = person(
        name="MUH. ARIF",
        birth_date=date(1980, 3, 5),
        sex="L",
        kelurahan_kode_kemendagri="36.73.01.1001",
    )
    right = person(
        name="MUHAMMAD ARIF",
        birth_date=date(1980, 5, 3),
        sex="P",
        kelurahan_kode_kemendagri="36.73.01.1002",
    )
    said = explain(left, right, relatives=3)
    assert said.speak_for == (
        "nama sama setelah gelar dan ejaan dirapikan: MUH. ARIF / MUHAMMAD ARIF",
        "satu keluarga dengan 3 orang lain yang sudah cocok",
        "tanggal lahir tertukar hari dan bulan",
    )
    assert said.speak_against == ("kelurahan berbeda", "jenis kelamin berbeda")


def test_niks_of_twins_speak_against(person):
    left, right = person(nik="9973010606150001"), person(nik="9973010606150002")
    assert any("anak kembar" in sentence for sentence in explain(left, right).speak_against)


def test_a_mothers_name_and_a_nik_are_never_quoted(hard, linked):
    from workbench.linkage import people

    left = {row["person_id"]: row for row in people(hard.left).to_pylist()}
    right = {row["person_id"]: row for row in people(hard.right).to_pylist()}
    for pair in linked.pairs.to_pylist():
        one = {**left[pair["left_id"]], "mother_name": "IBUNDA RAHASIA"}
        other = {**right[pair["right_id"]], "mother_name": "IBUNDA RAHASYIA"}
        said = explain(one, other, pair["relatives"])
        text = " ".join((*said.speak_for, *said.speak_against))
        assert "RAHAS" not in text
        assert "nama ibu sama" in said.speak_for
        assert not any(len(word.strip(".,:")) == 16 and word.isdigit() for word in text.split())


def test_twins_are_named_where_only_the_names_differ(person):
    born = date(2015, 6, 6)
    left, right = (
        person(name="HASAN ALI", birth_date=born),
        person(name="HUSEN ALI", birth_date=born),
    )
    assert any("anak kembar" in sentence for sentence in explain(left, right).speak_against)
    shorter = person(name="HASAN", birth_date=born)
    assert explain(left, shorter).speak_against == ()


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (date(2000, 5, 3), "tanggal lahir berbeda"),
        (date(2000, 1, 1), "tahun lahir sama, yang satu ditulis 1 Januari"),
    ],
)
def test_somebody_born_on_a_leap_day_is_compared_like_anybody(person, other, words):
    said = explain(person(birth_date=date(2000, 2, 29)), person(birth_date=other))
    assert words in said.speak_for + said.speak_against
