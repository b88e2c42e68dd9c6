"""Counting, and what is not shown: small counts, sensitive categories, the unsurveyed."""

from __future__ import annotations

import pytest

from workbench.domain.reference import reference
from workbench.domain.wilayah import kelurahan
from workbench.errors import WrongUse
from workbench.geo.indicators import State, find_indicator, indicator, indicators

A, B, C, D, E = (place.kode_kemendagri for place in kelurahan()[:5])
SENSITIVE = [row["kode"] for row in reference("pmks_kategori") if row["sensitif"] == "ya"]


def cells(table):
    return {row.kode_kemendagri: (row.state, row.value) for row in table.rows}


def finding_rows(counts):
    return [
        {"rule": "X", "kelurahan_kode_kemendagri": code}
        for code, n in counts.items()
        for _ in range(n)
    ]


def elderly(family, n, **more):
    return (
        {"ppks_id": f"K{family}{n}", "person_id": f"P{family}-{n}", "family_id": family}
        | {"category": "PMKS08"}
        | more
    )


def test_families_are_counted_and_small_counts_hidden(register_of):
    got = cells(indicator(register_of({A: 1200, B: 4, C: 5, D: 1}), None, "families"))
    assert got[A] == (State.ANGKA, 1200)
    assert got[B] == got[D] == (State.DISEMBUNYIKAN, None)
    assert got[C] == (State.ANGKA, 5)
    assert got[E] == (State.BELUM_DIDATA, None)
    assert len(got) == 67


def test_findings_are_a_rate_hidden_on_either_small_count(register_of, table_of):
    register = register_of({A: 200, B: 200, C: 4, D: 200, E: 3})
    findings = table_of("findings", finding_rows({A: 31, B: 4, C: 40}))
    got = cells(indicator(register, findings, "findings"))
    assert got[A] == (State.ANGKA, 15.5)
    assert got[B] == (State.DISEMBUNYIKAN, None)
    assert got[C] == (State.DISEMBUNYIKAN, None)
    assert got[D] == (State.NOL, 0)
    assert got[E] == (State.DISEMBUNYIKAN, None)


def test_a_note_is_no_finding_of_the_map(register_of, table_of):
    notes = [row | {"severity": "INFO"} for row in finding_rows({A: 90})]
    findings = table_of("findings", finding_rows({A: 10}) + notes)
    assert cells(indicator(register_of({A: 100}), findings, "findings"))[A] == (State.ANGKA, 10)


def test_a_finding_without_a_code_is_placed_by_its_family(register_of, table_of):
    register = register_of({A: 100})
    family = register["family"]["family_id"][0].as_py()
    rows = [{"rule": "X", "family_id": family}] * 5 + [{"rule": "X", "family_id": "F-lain"}] * 6
    table = indicator(register, table_of("findings", rows), "findings")
    assert cells(table)[A] == (State.ANGKA, 5.0)
    assert table.remark == "6 temuan tidak dapat ditempatkan di kelurahan mana pun."


def test_findings_need_a_checked_list(register_of):
    with pytest.raises(WrongUse, match="tabel temuan"):
        indicator(register_of({A: 10}), None, "findings")


def test_the_result_of_a_check_may_be_given_whole(register_of, table_of):
    class Checked:
        table = table_of("findings", finding_rows({A: 10}))

    assert cells(indicator(register_of({A: 100}), Checked(), "findings"))[A] == (State.ANGKA, 10)


def test_a_person_listed_twice_counts_once(register_of):
    register = register_of({A: 50})
    families = register["family"]["family_id"].to_pylist()
    rows = [elderly(family, 1) for family in families[:6]]
    rows += [elderly(family, 1, ppks_id=f"K2{family}", year=2025) for family in families[:6]]
    register = register_of({A: 50}, ppks=rows)
    assert cells(indicator(register, None, "ppks:PMKS08"))[A] == (State.ANGKA, 6)


def test_one_nik_in_two_rows_is_one_person(register_of):
    niks = [f"99730150015500{n:02d}" for n in range(1, 7)]
    register = register_of({A: 50})
    families = register["family"]["family_id"].to_pylist()
    people = [
        {"person_id": f"P{n}", "family_id": families[n], "nik": nik} for n, nik in enumerate(niks)
    ]
    by_id = [{"ppks_id": f"K{n}", "person_id": f"P{n}", "category": "PMKS08"} for n in range(6)]
    by_nik = [{"ppks_id": f"L{n}", "nik": nik, "category": "PMKS08"} for n, nik in enumerate(niks)]
    register = register_of({A: 50}, person=people, ppks=by_id + by_nik)
    assert cells(indicator(register, None, "ppks:PMKS08"))[A] == (State.ANGKA, 6)


def test_a_filler_number_does_not_merge_people(register_of):
    register = register_of({A: 50})
    families = register["family"]["family_id"].to_pylist()
    rows = [elderly(family, 1, nik="9" * 16) for family in families[:7]]
    register = register_of({A: 50}, ppks=rows)
    assert cells(indicator(register, None, "ppks:PMKS08"))[A] == (State.ANGKA, 7)


@pytest.mark.parametrize("category", ["PMKS24", "PMKS26"])
def test_family_and_group_kinds_count_families(register_of, category):
    register = register_of({A: 50})
    families = register["family"]["family_id"].to_pylist()
    rows = [elderly(family, n, category=category) for family in families[:8] for n in range(3)]
    table = indicator(register_of({A: 50}, ppks=rows), None, f"ppks:{category}")
    assert cells(table)[A] == (State.ANGKA, 8)
    assert table.indicator.unit == "keluarga"


def test_residence_counts_not_the_place_found(register_of):
    register = register_of({A: 50, B: 50})
    families = register["family"]["family_id"].to_pylist()
    rows = [elderly(f, 1, found_kelurahan_kode_kemendagri=B) for f in families[:9]]
    rows += [
        {"ppks_id": f"Kx{n}", "category": "PMKS08", "found_kelurahan_kode_kemendagri": B}
        for n in range(3)
    ]
    table = indicator(register_of({A: 50, B: 50}, ppks=rows), None, "ppks:PMKS08")
    assert cells(table)[A] == (State.ANGKA, 9)
    assert cells(table)[B] == (State.NOL, 0)
    assert table.remark == "Beberapa orang tidak dapat ditempatkan di kelurahan mana pun."


def test_hidden_zero_and_unsurveyed_differ_in_word(register_of):
    register = register_of({A: 50, B: 50})
    family = register["family"]["family_id"][0].as_py()
    table = indicator(register_of({A: 50, B: 50}, ppks=[elderly(family, 1)]), None, "ppks:PMKS08")
    words = {row.kode_kemendagri: table.words(row) for row in table.rows}
    assert words[A] == "disembunyikan (jumlah kecil, 1 sampai 4)"
    assert words[B] == "nol"
    assert words[C] == "belum didata"


def test_a_list_without_ppks_is_not_a_survey_that_found_none(register_of):
    table = indicator(register_of({A: 50}), None, "ppks:PMKS08")
    assert {row.state for row in table.rows} == {State.BELUM_DIDATA}
    carried = register_of({A: 50}, manifest={"carried": {"ppks": ["category"]}})
    assert cells(indicator(carried, None, "ppks:PMKS08"))[A] == (State.NOL, 0)
    other = register_of({A: 50}, ppks=[{"ppks_id": "K1", "category": "PMKS09"}])
    assert cells(indicator(other, None, "ppks:PMKS08"))[A] == (State.NOL, 0)


def test_the_table_holds_no_small_count(register_of):
    one, four = (indicator(register_of({A: 50, B: n}), None, "families") for n in (1, 4))
    assert one == four
    assert one.to_arrow().column("value").null_count == 66


@pytest.mark.parametrize("code", SENSITIVE)
@pytest.mark.parametrize("spelling", ["ppks:{}", "PPKS:{} "])
def test_sensitive_categories_are_refused_without_their_name(register_of, code, spelling):
    name = next(row["nama"] for row in reference("pmks_kategori") if row["kode"] == code)
    with pytest.raises(WrongUse, match="sensitif") as refusal:
        indicator(register_of({A: 50}), None, spelling.format(code))
    assert name.lower() not in str(refusal.value).lower()


def test_there_are_twelve_sensitive_and_fourteen_open_categories():
    assert len(SENSITIVE) == 12
    assert len([one for one in indicators() if one.name.startswith("ppks:")]) == 14


@pytest.mark.parametrize("name", ["", "desil", "ppks:", "ppks:PMKS27", "ppks:PMKS99", "ppks:PMKS8"])
def test_an_unknown_name_is_told_what_exists(name):
    with pytest.raises(WrongUse, match="families, findings, ppks:PMKS01"):
        find_indicator(name)


def test_capitals_do_not_matter():
    assert find_indicator("PPKS:pmks08 ").name == "ppks:PMKS08"
    assert find_indicator("Families").unit == "keluarga"


def test_families_nobody_can_place_are_said(register_of):
    table = indicator(register_of({A: 50, "": 1200, "36.04.05.2001": 1}), None, "families")
    assert table.remark == "1.201 keluarga tidak dapat ditempatkan di kelurahan mana pun."
