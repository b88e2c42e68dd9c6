"""A clean world: the same for a seed, lawful in every cell, and much like a real city."""

from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from random import Random
from statistics import mean

import pytest

from workbench.domain import TABLES, Register
from workbench.domain.ages import age_on
from workbench.domain.nik import Nik
from workbench.domain.reference import by_code
from workbench.domain.wilayah import kelurahan_by_code, known_kecamatan_codes
from workbench.errors import WrongUse
from workbench.synthesis import Recipe, World, clean_world, draw_family

AS_OF = date(2026, 11, 1)

_HASH = """
import hashlib
from datetime import date
from workbench.synthesis import generate
register = generate(120, {seed}, 0.2, date(2026, 11, 1))
text = repr([(name, table.to_pylist()) for name, table in sorted(register.tables.items())])
print(hashlib.sha256(text.encode()).hexdigest())
"""


def content(register: Register) -> str:
    text = repr([(name, table.to_pylist()) for name, table in sorted(register.tables.items())])
    return hashlib.sha256(text.encode()).hexdigest()


# Determinism -----------------------------------------------------------------------------------


def test_equal_seeds_give_equal_content_and_others_do_not(recipe: Recipe) -> None:
    first = clean_world(recipe, 150, 7, AS_OF)
    again = clean_world(recipe, 150, 7, AS_OF)
    other = clean_world(recipe, 150, 8, AS_OF)
    assert content(first.to_register(first.look_alikes)) == content(
        again.to_register(again.look_alikes)
    )
    assert content(first.to_register()) != content(other.to_register())


def test_content_does_not_depend_on_the_process() -> None:
    """Neither on the salt of ``hash`` nor on the order of sets."""
    seen = set()
    for salt in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", _HASH.format(seed=5)],
            env={**os.environ, "PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
        )
        seen.add(done.stdout.strip())
    assert len(seen) == 1


def test_a_larger_city_begins_with_the_same_families(recipe: Recipe) -> None:
    small = clean_world(recipe, 40, 3, AS_OF).tables["family"]
    large = clean_world(recipe, 80, 3, AS_OF).tables["family"]
    assert small == large[:40]


def test_no_family_is_no_city(recipe: Recipe) -> None:
    with pytest.raises(WrongUse):
        clean_world(recipe, 0, 1, AS_OF)


# Every cell ------------------------------------------------------------------------------------

ALLOWED = {
    "person": {
        "sex": "L P",
        "shdk": "kepala_keluarga suami istri anak menantu cucu orang_tua mertua famili_lain"
        " pembantu lainnya",
        "marital_status": "belum_kawin kawin cerai_hidup cerai_mati",
        "dukcapil_match": "padan",
        "existence": "KB1",
    },
    "family": {
        "source_list": "dtsen",
        "entry_route": "musyawarah penetapan_kemensos usul_mandiri",
        "house_tenure": "milik_sendiri kontrak_sewa bebas_sewa dinas lainnya",
        "floor": "tanah bambu kayu_papan plesteran ubin_tegel keramik marmer_granit lainnya",
        "wall": "tembok tembok_tanpa_plester kayu_papan bambu seng kawat terpal_kardus lainnya",
        "roof": "beton genteng asbes seng kayu_sirap bambu ijuk_rumbia lainnya",
        "water": "kemasan leding sumur_bor sumur_terlindung sumur_tak_terlindung"
        " mata_air_terlindung mata_air_tak_terlindung sungai hujan lainnya",
        "lighting": "pln_meteran pln_tanpa_meteran listrik_non_pln bukan_listrik",
        "cooking_fuel": "listrik gas_3kg gas_lain minyak_tanah arang kayu_bakar lainnya"
        " tidak_memasak",
        "toilet": "sendiri bersama mck_komunal mck_umum tidak_ada",
        "toilet_kind": "leher_angsa plengsengan cemplung tidak_ada",
        "existence": "KB1",
        "domicile": "DM1",
        "desil_source": "dtsen",
    },
    "aid": {
        "source": "apbn apbd_provinsi apbd_kabkota desa csr lain",
        "status": "aktif nonaktif graduasi",
    },
    "event": {
        "kind": "lahir meninggal pindah_keluar pindah_masuk pisah_kk kawin cerai graduasi"
        " masuk_kembali"
    },
    "dukcapil": {"sex": "L P", "status": "hidup"},
}
CODES = {
    ("aid", "program"): "program_bantuan",
    ("ppks", "category"): "pmks_kategori",
    ("psks", "kind"): "psks_jenis",
}


def test_every_table_has_its_columns_and_text_is_never_null(city: World) -> None:
    for table, rows in city.tables.items():
        names = [column.name for column in TABLES[table]]
        texts = [column.name for column in TABLES[table] if column.is_text]
        for row in rows:
            assert sorted(row) == sorted(names)
            assert all(isinstance(row[name], str) for name in texts), table
    assert not city.tables["cleaned"]
    empty = [table for table, rows in city.tables.items() if not rows and table != "cleaned"]
    assert not empty


def test_values_are_those_the_register_knows(city: World) -> None:
    for table, columns in ALLOWED.items():
        for column, values in columns.items():
            assert {row[column] for row in city.tables[table]} <= set(values.split()), column
    for (table, column), name in CODES.items():
        assert {row[column] for row in city.tables[table]} <= set(by_code(name)), column
    assets = {item for row in city.tables["family"] for item in row["assets"].split(";") if item}
    assert assets <= {"mobil", "motor", "ac", "kulkas", "emas", "lahan", "ternak"}


def test_rows_are_numbered_and_ids_are_unique(city: World) -> None:
    for table, key in (
        ("person", "person_id"),
        ("family", "family_id"),
        ("aid", "aid_id"),
        ("event", "event_id"),
        ("ppks", "ppks_id"),
        ("psks", "psks_id"),
    ):
        rows = city.tables[table]
        assert [row["row"] for row in rows] == list(range(1, len(rows) + 1))
        assert len({row[key] for row in rows}) == len(rows)
    people = city.tables["person"]
    for column in ("nik", "id_record"):
        assert len({row[column] for row in people}) == len(people)
    assert len({row["no_kk"] for row in city.tables["family"]}) == len(city.tables["family"])


def test_a_nik_says_birth_date_and_sex_and_never_a_real_province(city: World) -> None:
    for row in city.tables["person"]:
        nik = Nik.parse(row["nik"])
        assert nik is not None
        assert row["nik"].startswith("99")
        assert nik.birth_date(AS_OF) == row["birth_date"]
        assert nik.sex == row["sex"]
        assert nik.region6 in known_kecamatan_codes()
        assert 1 <= nik.serial < 9000
    for row in city.tables["family"]:
        card = Nik.parse(row["no_kk"])
        assert card is not None
        assert row["no_kk"].startswith("99")
        numbered = card.birth_date(AS_OF)
        assert numbered is not None
        assert date(2008, 1, 1) <= numbered <= row["kk_issued_on"] < AS_OF


def test_no_two_people_share_name_birth_date_and_mother(city: World) -> None:
    keys = Counter((r["name"], r["birth_date"], r["mother_name"]) for r in city.tables["person"])
    assert keys.most_common(1)[0][1] == 1


def test_nothing_lies_in_the_future(city: World) -> None:
    for table, rows in city.tables.items():
        days = [column.name for column in TABLES[table] if column.type == "date"]
        for row in rows:
            assert all(row[name] is None or row[name] <= AS_OF for name in days), table


def test_the_registry_answers_for_everyone_and_agrees(city: World) -> None:
    homes = {row["family_id"]: row for row in city.tables["family"]}
    for row in city.tables["person"]:
        answer = city.registry(row["nik"])
        assert answer is not None
        for column in ("no_kk", "name", "sex", "birth_date"):
            assert answer[column] == row[column]
        home = homes[row["family_id"]]
        assert answer["kelurahan_kode_kemendagri"] == home["kelurahan_kode_kemendagri"]
    assert len(city.tables["dukcapil"]) == len(city.tables["person"])


def test_a_house_stands_in_its_kelurahan_in_an_rt_that_exists(city: World) -> None:
    known = {
        (row["kelurahan_kode_kemendagri"], row["rw"], row["rt"]) for row in city.tables["rt_rw"]
    }
    for row in city.tables["family"]:
        kode = row["kelurahan_kode_kemendagri"]
        assert (kode, row["rw"], row["rt"]) in known
        place = kelurahan_by_code()[kode]
        north = (row["latitude"] - place.lat) * 110.9
        east = (row["longitude"] - place.lon) * 110.3
        assert math.hypot(north, east) <= math.sqrt(place.luas_km2 / math.pi)
        assert row["address"] not in ("", "-")


def test_dwellings_do_not_contradict_themselves(city: World) -> None:
    for row in city.tables["family"]:
        assert row["floor_area_m2"] > 0
        assert (row["power_va"] is None) == (row["lighting"] != "pln_meteran")
        assert (row["toilet"] == "tidak_ada") == (row["toilet_kind"] == "tidak_ada")
        assert 0 < row["food_expenditure_rp"] < row["expenditure_rp"]
        assert row["income_rp"] > 0
        if row["desil"] <= 2:
            assert not {"mobil", "ac"} & set(row["assets"].split(";"))
            assert (row["power_va"] or 0) < 2200


# Families --------------------------------------------------------------------------------------


def members_of(world: World) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in world.tables["person"]:
        found[row["family_id"]].append(row)
    return found


def test_cards_are_lawful(city: World) -> None:
    namesakes = {
        row["family_id"] for row in city.look_alikes if row["look_alike"] == "ayah_anak_senama"
    }
    for row in city.tables["family"]:
        members = city.members(row["family_id"])
        heads = [m for m in members if m["shdk"] == "kepala_keluarga"]
        assert len(heads) == 1
        head = heads[0]
        assert members[0] is head
        assert head["name"] == row["head_name"]
        assert head["age_stated"] >= 19
        assert row["members_stated"] == len(members)
        alike = row["family_id"] in namesakes
        assert len({m["name"] for m in members}) >= len(members) - alike
        spouses = [m for m in members if m["shdk"] in ("istri", "suami")]
        assert len(spouses) <= 1
        assert (head["marital_status"] == "kawin") == bool(spouses)
        for spouse in spouses:
            assert {head["sex"], spouse["sex"]} == {"L", "P"}
            assert spouse["marital_status"] == "kawin"
        for member in members:
            assert member["no_kk"] == row["no_kk"]
            assert member["age_stated"] == age_on(member["birth_date"], AS_OF)
            if member["shdk"] == "anak":
                assert member["marital_status"] in ("belum_kawin", "cerai_hidup")
                for parent in (head, *spouses):
                    assert parent["age_stated"] - member["age_stated"] >= 16
            if member["shdk"] in ("orang_tua", "mertua"):
                assert member["age_stated"] - head["age_stated"] >= 11
            if member["shdk"] == "cucu":
                assert head["age_stated"] - member["age_stated"] >= 35
            if member["age_stated"] < 19:
                assert member["marital_status"] == "belum_kawin"


def test_schooling_and_work_fit_the_age(city: World) -> None:
    for row in city.tables["person"]:
        age = row["age_stated"]
        assert row["is_ktp_recorded"] == (age >= 17)
        if row["is_in_school"]:
            assert 6 <= age <= 23
            assert row["occupation"] == "PELAJAR/MAHASISWA"
        else:
            assert row["occupation"] != "PELAJAR/MAHASISWA"
        if age < 17 and not row["is_in_school"]:
            assert row["occupation"] == "BELUM/TIDAK BEKERJA"
        assert (row["disability"] == "") == (row["disability_degree"] is None)
        if row["is_pregnant"]:
            assert row["sex"] == "P"
            assert row["marital_status"] == "kawin"
            assert (AS_OF - row["pregnancy_noted_on"]).days < 9 * 30
        else:
            assert row["pregnancy_noted_on"] is None


def test_mothers_on_the_card_give_their_name(city: World) -> None:
    """Unless the child is adopted, or came from an earlier marriage of the father."""
    adopted = {r["subject"] for r in city.look_alikes if r["look_alike"] == "anak_angkat"}
    for row in city.tables["family"]:
        members = city.members(row["family_id"])
        mothers = {m["name"].removeprefix("HJ. ") for m in members if m["sex"] == "P"}
        for child in members:
            if child["shdk"] == "anak" and members[0]["marital_status"] == "kawin":
                born_here = child["mother_name"] in mothers
                assert born_here != (child["person_id"] in adopted)


# A real city -----------------------------------------------------------------------------------


def test_the_age_pyramid_is_that_of_an_indonesian_city(city: World) -> None:
    ages = [row["age_stated"] for row in city.tables["person"]]
    share = {
        band: sum(low <= age < high for age in ages) / len(ages)
        for band, low, high in (("child", 0, 15), ("grown", 15, 65), ("old", 65, 120))
    }
    assert 0.24 <= share["child"] <= 0.31
    assert 0.62 <= share["grown"] <= 0.72
    assert 0.03 <= share["old"] <= 0.08
    women = mean(row["sex"] == "P" for row in city.tables["person"])
    assert 0.48 <= women <= 0.53
    tens = Counter(age // 10 for age in ages)
    assert all(tens[decade] > tens[decade + 1] for decade in range(4, 8))


def test_families_are_of_many_shapes(city: World) -> None:
    sizes = [row["members_stated"] for row in city.tables["family"]]
    assert 3.3 <= mean(sizes) <= 3.8
    assert 0.05 <= mean(size == 1 for size in sizes) <= 0.14
    kinds = Counter(row["shdk"] for row in city.tables["person"])
    assert {"orang_tua", "mertua", "cucu", "famili_lain", "menantu", "suami"} <= set(kinds)
    widows = [
        row
        for row in city.tables["person"]
        if row["shdk"] == "kepala_keluarga"
        and row["sex"] == "P"
        and row["marital_status"] == "cerai_mati"
    ]
    assert 0.06 <= len(widows) / len(sizes) <= 0.16


def test_houses_get_better_with_desil(city: World) -> None:
    def share(low: int, high: int, column: str, values: set[str]) -> float:
        rows = [r for r in city.tables["family"] if low <= r["desil"] <= high]
        return mean(row[column] in values for row in rows)

    assert share(1, 2, "floor", {"tanah", "plesteran"}) > 0.45
    assert share(8, 10, "floor", {"tanah", "plesteran"}) < 0.05
    assert share(1, 2, "toilet", {"sendiri"}) < share(5, 6, "toilet", {"sendiri"})
    by_desil = defaultdict(list)
    for row in city.tables["family"]:
        by_desil[row["desil"]].append(row["expenditure_rp"] / row["members_stated"])
    means = [mean(by_desil[desil]) for desil in range(1, 11)]
    assert means == sorted(means)


def test_every_kelurahan_has_families_and_the_centre_most(city: World) -> None:
    found = Counter(row["kelurahan_kode_kemendagri"] for row in city.tables["family"])
    assert set(found) == set(kelurahan_by_code())
    centre = sum(n for kode, n in found.items() if kode.startswith("36.73.01"))
    assert 0.28 <= centre / len(city.tables["family"]) <= 0.40


# Aid and categories ----------------------------------------------------------------------------


def test_aid_goes_to_those_it_is_for(city: World) -> None:
    homes = {row["family_id"]: row for row in city.tables["family"]}
    paid = defaultdict(list)
    for row in city.tables["aid"]:
        paid[row["family_id"]].append(row)
        person = next(
            m for m in city.members(row["family_id"]) if m["person_id"] == row["person_id"]
        )
        assert (row["nik"], row["name"]) == (person["nik"], person["name"])
        assert row["account_name"] == (row["name"] if row["account"] else "")
        if row["status"] == "aktif" and row["program"] in ("PKH", "SEMBAKO", "BERAS"):
            assert homes[row["family_id"]]["desil"] <= 4
    officials = {"PEGAWAI NEGERI SIPIL (PNS)", "PENSIUNAN", "KEPOLISIAN RI (POLRI)"}
    for family_id, rows in paid.items():
        programs = Counter(row["program"] for row in rows)
        assert programs["PKH"] <= 1
        assert programs["SEMBAKO"] <= 1
        assert not ("BLTDAERAH" in programs and {"PKH", "SEMBAKO", "BERAS"} & set(programs))
        assert not ("KUBE" in programs and "PENA" in programs)
        assert not officials & {m["occupation"] for m in city.members(family_id)}
    accounts = defaultdict(set)
    for row in city.tables["aid"]:
        if row["account"]:
            accounts[row["account"]].add(row["nik"])
    assert all(len(holders) == 1 for holders in accounts.values())


def test_pkh_has_a_component(city: World) -> None:
    for row in city.tables["aid"]:
        if row["program"] == "PKH":
            assert any(
                m["is_pregnant"]
                or m["age_stated"] <= 6
                or (m["is_in_school"] and m["age_stated"] <= 20)
                or m["age_stated"] >= 60
                or m["disability_degree"] == 4
                for m in city.members(row["family_id"])
            )


def test_most_payees_of_family_aid_are_mothers(city: World) -> None:
    sexes = {row["person_id"]: row["sex"] for row in city.tables["person"]}
    payees = [sexes[r["person_id"]] for r in city.tables["aid"] if r["program"] == "PKH"]
    assert mean(sex == "P" for sex in payees) > 0.9


def test_categories_fit_age_sex_and_unit(city: World) -> None:
    people = {row["person_id"]: row for row in city.tables["person"]}
    kinds = by_code("pmks_kategori")
    once: Counter[tuple[str, str]] = Counter()
    for row in city.tables["ppks"]:
        kind = kinds[row["category"]]
        assert row["category_text"] == kind["nama"]
        assert row["assessed_on"] is not None
        if kind["unit"] in ("keluarga", "kelompok"):
            assert row["person_id"] == ""
            once[(row["family_id"], row["category"])] += 1
            continue
        person = people[row["person_id"]]
        assert int(kind["usia_min"] or 0) <= person["age_stated"] <= int(kind["usia_maks"] or 999)
        assert person["sex"] in kind["jenis_kelamin"]
        if row["category"] in ("PMKS05", "PMKS09"):
            assert person["disability"]
            assert person["disability_degree"] in (1, 2, 3, 4)
        if row["category"] in ("PMKS10", "PMKS15", "PMKS16"):
            assert person["age_stated"] >= 18
    assert set(once.values()) == {1}
    assert len({row["category"] for row in city.tables["ppks"]}) >= 18


def test_every_kelurahan_has_its_helpers(city: World) -> None:
    kinds = defaultdict(set)
    for row in city.tables["psks"]:
        kinds[row["kelurahan_kode_kemendagri"]].add(row["kind"])
    assert set(kinds) == set(kelurahan_by_code())
    assert all({"PSKS02", "PSKS05"} <= found for found in kinds.values())
    assert Counter(row["kind"] for row in city.tables["psks"])["PSKS11"] == 6


def test_events_agree_with_the_people(city: World) -> None:
    people = {row["person_id"]: row for row in city.tables["person"]}
    listed = {row["nik"] for row in city.tables["person"]}
    kinds = Counter(row["kind"] for row in city.tables["event"])
    assert {"lahir", "kawin", "pindah_masuk", "meninggal", "cerai", "graduasi"} <= set(kinds)
    for row in city.tables["event"]:
        if row["kind"] == "meninggal":
            assert row["person_id"] == ""
            assert row["nik"] not in listed
            assert row["name"]
            continue
        person = people[row["person_id"]]
        assert row["nik"] == person["nik"]
        if row["kind"] == "lahir":
            assert row["date"] == person["birth_date"]
        if row["kind"] == "graduasi":
            rows = city.rows("aid", row["family_id"])
            assert not any(r["program"] == "PKH" and r["status"] == "aktif" for r in rows)
    babies = [r for r in city.tables["person"] if r["age_stated"] == 0]
    assert kinds["lahir"] >= len(babies)


# Single families -------------------------------------------------------------------------------


def test_a_single_family_is_as_asked(recipe: Recipe) -> None:
    world = draw_family(
        recipe,
        Random("satu"),
        desil=(2, 3),
        kelurahan_kode="36.73.02.1007",
        first_id=500,
    )
    (family,) = world.tables["family"]
    assert family["family_id"] == "F000500"
    assert family["desil"] in (2, 3)
    assert family["kelurahan_kode_kemendagri"] == "36.73.02.1007"
    assert world.tables["person"][0]["person_id"] == "P000500"
    assert {row["kelurahan_kode_kemendagri"] for row in world.tables["rt_rw"]} == {"36.73.02.1007"}
    again = draw_family(
        recipe, Random("satu"), desil=(2, 3), kelurahan_kode="36.73.02.1007", first_id=500
    )
    assert content(world.to_register()) == content(again.to_register())
    other = draw_family(recipe, Random("dua"), desil=(2, 3))
    assert content(world.to_register()) != content(other.to_register())


def test_an_unknown_look_alike_is_refused(recipe: Recipe) -> None:
    with pytest.raises(WrongUse):
        draw_family(recipe, Random("x"), look_alike="tidak_ada")


def test_drawing_a_case_loads_no_engine() -> None:
    """A trainee's kernel draws nothing with DuckDB or Polars."""
    code = (
        "import sys; from random import Random; import workbench.synthesis as s; "
        "s.draw_family(s.default_recipe(), Random('x')); "
        "print(sorted({'duckdb', 'polars', 'folium', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
