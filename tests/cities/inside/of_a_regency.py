"""Kabupaten Grobogan, of which the repository knows nothing: 280 desa and kelurahan by code alone.

Run by ``tests/cities/test_other_cities.py`` in a process that works for that city.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date

import pytest
import shapely

from tests.cities.bare_words import bare
from workbench.domain import Draft, nik
from workbench.domain.cities import CELL_KM
from workbench.domain.schema import SNAPSHOT_TABLES
from workbench.domain.wilayah import (
    CITY,
    PLACE_KINDS,
    area_name,
    find_kelurahan,
    kecamatan,
    kelurahan,
    kelurahan_by_code,
    known_kecamatan_codes,
    say_locally,
    told_apart,
    village_head,
)
from workbench.errors import UnusableInput
from workbench.geo.areas import city_areas, schematic_words
from workbench.geo.boundaries import kecamatan_outlines, schematic_frame
from workbench.geo.page.shapes import shape_data
from workbench.rules import catalogue, check
from workbench.rules.coverage import coverage
from workbench.rules.parameters import parameters
from workbench.serve.sign_in_pages import area_choices
from workbench.services.accounts import known_areas
from workbench.services.bimteks import Invited
from workbench.synthesis import default_recipe, generate
from workbench.synthesis.sheets import write_sheet
from workbench.training import Plan, labels
from workbench.training.agenda import VARIANTS, usual_agenda
from workbench.training.drawing import draw_seats
from workbench.training.drills import meeting, rounds
from workbench.training.facilitation.notes import topic_notes
from workbench.verification import columns, read_list
from workbench.verification.checklists import checklist
from workbench.verification.fieldwork.outcomes import Level
from workbench.verification.fieldwork.outcomes import fields as outcome_fields
from workbench.verification.fieldwork.routes import routes
from workbench.verification.fieldwork.stages import default_plan
from workbench.verification.happenings.kinds import kinds
from workbench.verification.meetings.content import roles

_DAY = date(2026, 11, 1)


@pytest.fixture(scope="module")
def clean():
    return generate(families=700, seed=3, error_rate=0.0)


def test_the_recipe_gives_the_city_its_places_and_their_kecamatan():
    assert (CITY.name, CITY.kind, CITY.province, CITY.is_placed) == (
        "Kabupaten Grobogan",
        "kabupaten",
        "33",
        False,
    )
    assert (len(kelurahan()), len(kecamatan())) == (280, 19)
    assert Counter(place.kind for place in kelurahan()) == {"Desa": 273, "Kelurahan": 7}
    assert kecamatan()["33.15.13"] == "Purwodadi"


def test_every_place_is_called_what_it_is():
    assert area_name("33.15.05.2007") == "Desa Karanganyar, Kecamatan Geyer"
    assert area_name("33.15.12.1001") == "Kelurahan Grobogan, Kecamatan Grobogan"
    assert village_head("33.15.05.2007") == "Kepala desa"
    assert village_head("33.15.12.1001") == "Lurah"
    assert PLACE_KINDS == "Desa/Kelurahan"
    for words, here in (
        ("Semua kelurahan", "Semua desa/kelurahan"),
        ("Lurah atau sekretaris lurah", "Kepala desa/lurah atau sekretaris desa/kelurahan"),
        ("musyawarah desa atau kelurahan", "musyawarah desa atau kelurahan"),
        ("Muskel, nama_kelurahan", "Musdes/muskel, nama_kelurahan"),
        ("SK Wali Kota; kota ini", "SK Bupati; kabupaten ini"),
    ):
        assert say_locally(words) == here
    assert roles()["LURAH"].called("Desa") == "Kepala desa atau sekretaris desa"
    assert roles()["LURAH"].called("Kelurahan") == "Lurah atau sekretaris lurah"


def test_namesakes_are_told_apart_by_their_kecamatan():
    assert find_kelurahan("Karanganyar") is None
    for name in ("Karangrayung", "Geyer", "Purwodadi"):
        found = find_kelurahan("Ds. Karanganyar", f"Kec. {name}")
        assert found is not None
        assert found.kecamatan == name
        assert told_apart(found) == f"Karanganyar (Kec. {name})"
    assert told_apart(kelurahan_by_code()["33.15.01.2001"]) == "Karanglangu"
    assert Invited("Siti", area_kode="33.15.05.2007").area == "Karanganyar (Kec. Geyer)"


def test_accounts_and_the_door_offer_its_areas_and_no_other():
    assert known_areas() == {*kelurahan_by_code(), *kecamatan(), "33.15"}
    choices = [choice for _, group in area_choices() for choice in group]
    assert choices[0] == ("33.15", "Kabupaten Grobogan (seluruh kabupaten)")
    assert ("33.15.10.1006", "Kelurahan Wirosari, Kecamatan Wirosari") in choices
    assert len(choices) == 280 + 19 + 1


def test_a_practice_number_is_read_as_one_of_its_province():
    number = nik.Nik.parse("9915051205800001")
    assert number is not None
    assert number.region6 == "331505"
    assert "331505" in known_kecamatan_codes()


def test_the_clean_city_raises_nothing_and_speaks_of_no_other(clean):
    assert len(check(clean)) == 0
    words = "\n".join(
        str(value).upper()
        for table in ("family", "person", "aid", "event", "psks")
        for row in clean[table].to_pylist()
        for value in row.values()
        if isinstance(value, str)
    )
    assert "GROBOGAN" in words
    for elsewhere in ("SERANG", "CIPARE", "KASEMEN", "BANTEN", "36.73", "993673"):
        assert elsewhere not in words, elsewhere


def test_village_cash_is_paid_in_desa_alone(clean):
    homes = {row["family_id"]: row for row in clean["family"].to_pylist()}
    paid = [row for row in clean["aid"].to_pylist() if row["program"] == "BLTDD"]
    assert len(paid) > 5
    for row in paid:
        place = kelurahan_by_code()[homes[row["family_id"]]["kelurahan_kode_kemendagri"]]
        assert place.is_desa
        assert row["source"] == "desa"


def test_what_is_planted_is_found():
    city = generate(families=500, seed=4, error_rate=0.5)
    planted = {(row["rule"], row["subject"]) for row in city["truth"].to_pylist() if row["rule"]}
    found = {(row["rule"], row["subject"]) for row in check(city).table.to_pylist()}
    assert len(planted) > 200
    assert planted <= found


def test_its_lists_are_read_and_checked_by_kecamatan(clean, tmp_path):
    write_sheet(clean, tmp_path / "daftar.csv")
    opened = read_list([tmp_path / "daftar.csv"], practice=True, as_of=_DAY)
    read = Counter(opened.register["family"].column("kelurahan_kode_kemendagri").to_pylist())
    told = Counter(clean["family"].column("kelurahan_kode_kemendagri").to_pylist())
    assert read == told
    assert opened.register.manifest["city_kode_kemendagri"] == "33.15"


@pytest.mark.parametrize("told", ["KAB. GROBOGAN", "Kabupaten Grobogan", "Grobogan", "3315", ""])
def test_a_list_may_name_the_regency_in_many_ways(told, tmp_path):
    assert _kept(tmp_path, told) == 1


def test_a_list_of_another_city_is_refused_by_name(tmp_path):
    with pytest.raises(UnusableInput, match="di luar Kabupaten Grobogan"):
        _kept(tmp_path, "KOTA SERANG")


def _kept(folder, city):
    rows = [
        "NIK,NOKK,NAMA,TANGGAL LAHIR,JENIS KELAMIN,KABUPATEN/KOTA,KECAMATAN,DESA/KELURAHAN",
        f"3315050105859001,3315050101209001,SITI CONTOH,01-05-1985,L,{city},GEYER,KARANGANYAR",
    ]
    path = folder / "daftar.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    register = read_list([path], practice=False, as_of=_DAY).register
    assert set(register["family"].column("kelurahan_kode_kemendagri").to_pylist()) == {
        "33.15.05.2007"
    }
    return register["person"].num_rows


def test_village_cash_in_a_kelurahan_is_asked_about(clean):
    paid = next(row for row in clean["aid"].to_pylist() if row["program"] == "BLTDD")
    town = {"kelurahan_kode_kemendagri": "33.15.12.1001"}
    found = check(_changed(clean, "family", paid["family_id"], town)).table.to_pylist()
    assert [row["subject"] for row in found if row["rule"] == "BAN-17"] == [paid["aid_id"]]


def _changed(register, table, key, cells):
    """The register with other cells in the row of that id, or in all rows where it is ""."""
    draft = Draft(dict(register.manifest))
    for name in SNAPSHOT_TABLES:
        for row in register[name].to_pylist():
            is_it = name == table and key in ("", row[f"{table}_id"])
            draft.add(name, {**row, **cells} if is_it else row)
    return draft.to_register()


def test_points_of_cells_accuse_no_house():
    """Nobody knows where the places lie, so no house can lie too far from one."""
    far = {"latitude": -7.05, "longitude": 110.9}
    city = generate(families=30, seed=1, error_rate=0.0)
    assert len(check(_changed(city, "family", "", far))) == 0


def test_the_map_is_of_equal_cells_that_say_so():
    frame = schematic_frame()
    assert list(frame["kode_kemendagri"]) == [place.kode_kemendagri for place in kelurahan()]
    assert schematic_words(frame.attrs["source"]) == "Petak, bukan letak"
    shapes = list(frame.geometry)
    assert max(one.area for one in shapes) == pytest.approx(
        min(one.area for one in shapes), rel=1e-3
    )
    tree = shapely.STRtree(shapes)
    near = tree.query(shapes, predicate="intersects")
    assert near.shape[1] == len(shapes), "a cell touches another"
    side = CELL_KM / 111.2
    for code in kecamatan():
        mine = [s for s, k in zip(shapes, frame["kecamatan_kode"], strict=True) if k == code]
        joined = shapely.union_all([one.buffer(0.04 * side) for one in mine])
        assert joined.geom_type == "Polygon", f"{code} lies in pieces"


def test_the_blocks_of_a_map_of_cells_are_its_kecamatan():
    """A name stands in the middle of its block, and no cell has a border of kecamatan."""
    outlines = kecamatan_outlines(schematic_frame())
    assert set(outlines.geometry.geom_type) == {"Polygon"}
    assert list(outlines["kecamatan"]) == list(kecamatan().values())
    assert shape_data(schematic_frame(), city_areas())["luar"] == ""


def test_a_class_has_its_cases_here():
    for _seat, cases in draw_seats(Plan("grobogan", n_cases=8, seed=5), range(1, 2)):
        assert len(cases) == 8
        for case in cases:
            for row in case.listed.tables["family"]:
                code = row["kelurahan_kode_kemendagri"]
                # A mistake may lie in the code itself.
                assert code.startswith("33.15.") or code not in kelurahan_by_code()
            shown = json.dumps(case.to_public()).upper()
            assert not any(name in shown for name in ("SERANG", "BANTEN", "CIPARE"))


def test_the_sheet_is_signed_by_who_leads_there(tmp_path):
    from openpyxl import load_workbook

    from workbench.verification.checklist_workbook import write_checklists

    city = generate(families=60, seed=2, error_rate=0.6)
    paths = write_checklists(city, check(city), tmp_path)
    sheets = {one.kelurahan_kode_kemendagri: one for one in checklist(city, check(city))}
    assert sheets
    words = [
        str(cell.value)
        for path in paths
        for row in load_workbook(path).worksheets[0].iter_rows()
        for cell in row
        if cell.value
    ]
    assert any("Kepala desa atau yang mewakili" in word for word in words)
    assert any("Kabupaten Grobogan" in word for word in words)
    assert not any("Serang" in word for word in words)


def _plain(told):
    """Every text within what is told, whatever it is made of."""
    if isinstance(told, str):
        return [told]
    if isinstance(told, Mapping):
        return [text for value in told.values() for text in _plain(value)]
    if isinstance(told, (list, tuple, frozenset, Iterator)):
        return [text for value in told for text in _plain(value)]
    if is_dataclass(told):
        parts = [field.name for field in fields(told) if field.name not in ("source", "sumber")]
        return [text for part in parts for text in _plain(getattr(told, part))]
    return []


def _drills():
    """Every card of every drill, and the minutes of a meeting."""
    for drill in rounds.DRILLS.values():
        if drill.name in (rounds.OWN, rounds.RARE):
            continue
        size = meeting.FAMILIES if drill.name == rounds.MEETING else drill.size
        for number in range(1, 2 + len(rounds.pool(drill)) // size):
            answers = {}
            for place in range(1, drill.size + 1):
                card = rounds.card_at(drill, "siti", number, place, {}, answers)
                answers[place] = card.choices[0][0]
                yield card
            if drill.name == rounds.MEETING:
                yield meeting.minutes(rounds.meeting_order("siti", number), answers)
        if drill.name != rounds.MEETING:
            yield [rounds.item_words(drill, item) for item in rounds.pool(drill)]


def _rules():
    for code, rule in catalogue().items():
        if code != "BAN-17":  # the law: BLT Dana Desa is for desa, not for kelurahan
            yield (rule.title, rule.question, rule.documents, rule.why)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        (_drills, "Anda memimpin musyawarah desa/kelurahan"),
        (_rules, "Desa/kelurahan pada daftar tidak dikenali"),
        (default_plan, "Musyawarah desa/kelurahan"),
        (routes, "Musyawarah desa/kelurahan"),
        (kinds, "Desa/kelurahan lain di kabupaten ini"),
        (lambda: outcome_fields(Level.FAMILY), "Diputuskan bersama di desa/kelurahan"),
        (parameters, "di luar desa/kelurahan yang masih wajar"),
        (lambda: [one.words for one in columns.fields().values()], "Kode desa/kelurahan (BPS)"),
        (labels.VALUES, "APBD kabupaten"),
        (lambda: [usual_agenda(one) for one in VARIANTS], "Pendamping/kepala desa/lurah"),
        (lambda: [one.name for one in coverage()], "di luar desa/kelurahan"),
        (topic_notes, "Tiap desa/kelurahan menulis tiga"),
    ],
)
def test_what_is_read_from_tables_speaks_of_desa_too(told, known):
    texts = _plain(told() if callable(told) else told)
    assert any(known in text for text in texts)
    # Its seven kelurahan are called by their names.
    named = re.compile(rf"Kelurahan ({'|'.join(one.name for one in kelurahan())})\b")
    assert [text for text in texts if bare(named.sub("", text))] == []


def test_the_recipe_takes_what_it_does_not_say_from_the_shipped_one():
    recipe = default_recipe()
    assert recipe.name == "kabupaten_grobogan"
    assert set(recipe.origins) == {"jawa", "sunda", "tionghoa"}
    assert recipe.families == 5000
    assert set(recipe.kecamatan_weights) == set(kecamatan())
