"""What can be mapped, what is refused, and that a map of it shows no small count."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from workbench.domain.reference import by_code, reference
from workbench.domain.wilayah import kelurahan
from workbench.errors import WrongUse
from workbench.geo.areas import city_areas
from workbench.geo.counting import count
from workbench.geo.disclosure.gate import disclose
from workbench.geo.disclosure.tables import State
from workbench.geo.indicators import catalogue, find_indicator
from workbench.geo.measures import KINDS, Population, PopulationEntry, measure
from workbench.geo.schematic import true_neighbours

AREAS = city_areas()
A, B, C, D, E = (place.kode_kemendagri for place in kelurahan()[:5])
DAY = date(2026, 11, 1)
SENSITIVE = [row["kode"] for row in reference("pmks_kategori") if row["sensitif"] == "ya"]


def published(register, findings=None, areas=AREAS):
    return disclose(count(register, findings, areas, DAY), areas)


def test_every_group_of_the_menu_has_its_indicators():
    groups = Counter(one.group for one in catalogue())
    assert list(groups) == ["Kesejahteraan", "PPKS", "Klaster", "SPM", "Bantuan", "Mutu data"]
    assert groups["PPKS"] == 15
    assert groups["SPM"] == 5
    assert len({one.name.lower() for one in catalogue()}) == len(catalogue())
    assert len({one.title for one in catalogue()}) == len(catalogue())


def test_every_indicator_has_its_column_in_the_counted_tables(register_of, table_of):
    aid = [{"aid_id": code, "program": code} for code in by_code("program_bantuan")]
    rows = register_of(
        {A: 9}, family=[{"family_id": "F1", "kelurahan_kode_kemendagri": A, "desil": 1}], aid=aid
    )
    tables = {table.name: table for table in count(rows, table_of("findings", []), AREAS, DAY)}
    for one in catalogue():
        columns = {column.key: column for column in tables[one.table].columns}
        assert one.column in columns, one.name
        assert columns[one.column].unit == one.unit, one.name
        assert not columns[one.column].sensitive, one.name
        assert one.denominator in {"penduduk", "keluarga", *columns}, one.name


def test_every_indicator_can_be_measured_in_every_way_it_names(register_of, varied_families):
    release = published(register_of(varied_families))
    people = Population({(code, 2025): PopulationEntry(9000, 2000) for code in AREAS.by_code})
    for one in catalogue():
        assert "jumlah" in one.measures
        assert set(one.measures) <= set(KINDS)
        for kind in one.measures:
            try:
                made = measure(release, one, kind, people, true_neighbours())
            except WrongUse:
                assert kind == "kelompok", one.name
                continue
            assert set(made.figures) == set(AREAS.codes)
            assert all(made.words)


@pytest.mark.parametrize("code", SENSITIVE)
@pytest.mark.parametrize("spelling", ["ppks:{}", "PPKS:{} "])
def test_sensitive_categories_are_refused_without_their_name(code, spelling):
    name = next(row["nama"] for row in reference("pmks_kategori") if row["kode"] == code)
    with pytest.raises(WrongUse, match="sensitif") as refusal:
        find_indicator(spelling.format(code))
    assert name.lower() not in str(refusal.value).lower()


def test_there_are_twelve_sensitive_and_fourteen_open_categories():
    assert len(SENSITIVE) == 12
    assert len([one for one in catalogue() if one.name.startswith("ppks:PMKS")]) == 14


def test_no_sensitive_category_is_named_by_any_indicator():
    names = [row["nama"] for row in reference("pmks_kategori") if row["kode"] in SENSITIVE]
    for one in catalogue():
        assert not any(name in f"{one.title} {one.note}" for name in names), one.name


@pytest.mark.parametrize("name", ["", "desil", "ppks:", "ppks:PMKS27", "ppks:PMKS99", "ppks:PMKS8"])
def test_an_unknown_name_is_told_what_exists(name):
    with pytest.raises(WrongUse, match="families, findings, ppks:PMKS01"):
        find_indicator(name)


def test_the_names_told_exist():
    with pytest.raises(WrongUse) as refusal:
        find_indicator("apa")
    told = str(refusal.value).split("Yang ada: ")[1].rstrip(".").replace("; juga", ",")
    assert len([find_indicator(name) for name in told.split(",")]) > 20


def test_capitals_do_not_matter():
    assert find_indicator("PPKS:pmks08 ").name == "ppks:PMKS08"
    assert find_indicator("Families").unit == "keluarga"
    assert find_indicator("spm:spm3").denominator == "spm:SPM3"


def test_a_map_shows_no_small_count_and_tells_the_states_apart(register_of):
    shown = [
        measure(
            published(register_of({A: 1200, B: small, C: 50, D: 60})),
            find_indicator("families"),
            "jumlah",
        )
        for small in (1, 4, 5)
    ]
    assert shown[0].figures[B] == shown[1].figures[B]
    assert shown[0].say(B) == "disembunyikan"
    assert shown[2].say(B) == "5 keluarga"
    assert shown[0].say(A) == "1.200 keluarga"
    assert shown[0].say(E) == "belum didata"


def test_a_list_without_ppks_is_not_a_survey_that_found_none(register_of):
    elderly = find_indicator("ppks:PMKS08")
    silent = measure(published(register_of({A: 50})), elderly, "jumlah")
    assert {figure.state for figure in silent.figures.values()} == {State.BELUM_DIDATA}
    carried = register_of({A: 50}, manifest={"carried": {"ppks": ["category"]}})
    asked = measure(published(carried), elderly, "jumlah")
    assert asked.figures[A].state is State.NOL
    assert asked.figures[B].state is State.BELUM_DIDATA
