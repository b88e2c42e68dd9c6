"""Which row is which kelurahan: by whose code, by name, and what is not guessed."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from workbench.domain.wilayah import kelurahan
from workbench.errors import UnusableInput, WrongUse
from workbench.geo.boundaries import Codes, Fields, read_boundaries

SUKAWANA = {place.kode_kemendagri for place in kelurahan() if place.name == "Sukawana"}


def without(frame, *columns):
    return frame.drop(columns=list(columns))


def codes_of(read):
    return list(read.frame["kode_kemendagri"])


def test_kemendagri_codes_are_preferred_where_both_stand(city, save):
    report = read_boundaries(save(city)).report
    assert report.joined_by == "kode Kemendagri pada kolom kode"


@pytest.mark.parametrize("heading", ["bps", "kode", "gid"])
def test_codes_of_bps_are_joined_and_said(city, save, heading):
    frame = city[["bps", "geometry"]].rename(columns={"bps": heading})
    read = read_boundaries(save(frame))
    assert read.report.joined_by == f"kode BPS pada kolom {heading}"
    by_code = city.set_index("kode").geometry
    assert codes_of(read) == list(city["kode"])
    assert shapely.equals(read.frame.geometry.to_numpy(), by_code[codes_of(read)].to_numpy()).all()


def test_codes_written_as_numbers_are_read(city, save):
    frame = city.assign(kode=city["kode"].str.replace(".", "").astype("int64"))
    assert read_boundaries(save(frame)).report.joined == 67
    halves = frame.assign(kode=frame["kode"].astype(float))
    assert read_boundaries(save(halves, "b.shp")).report.joined == 67


def test_a_column_with_codes_of_both_is_not_guessed(city, save):
    bare = city["kode"].str.replace(".", "")
    path = save(city[["geometry"]].assign(id=bare.where(bare.index > 9, city["bps"])))
    with pytest.raises(UnusableInput, match=r"57 kelurahan\).*BPS \(10.*--codes kemendagri"):
        read_boundaries(path)
    assert read_boundaries(path, Fields(codes=Codes.KEMENDAGRI)).report.joined == 57
    assert read_boundaries(path, Fields(codes=Codes.BPS)).report.joined == 10


def test_the_column_and_the_system_that_were_asked_for_are_used(city, save):
    path = save(city)
    asked = read_boundaries(path, Fields(code="BPS")).report
    assert asked.joined_by == "kode BPS pada kolom bps"
    asked = read_boundaries(path, Fields(codes=Codes.BPS)).report
    assert asked.joined_by == "kode BPS pada kolom bps"
    with pytest.raises(WrongUse, match=r"Kolom tiada tidak ada.*kode, bps, nama, kecamatan"):
        read_boundaries(path, Fields(code="tiada"))


def test_names_with_their_kecamatan_join_the_whole_city(city, save):
    frame = without(city, "kode", "bps")
    frame["nama"] = "Kel. " + frame["nama"].str.upper()
    read = read_boundaries(save(frame))
    assert codes_of(read) == list(city["kode"])
    assert "kecamatan pada kolom kecamatan" in read.report.joined_by


@pytest.mark.parametrize("heading", ["nama_bps", "wilayah"])
def test_a_column_that_only_looks_like_the_kecamatan_s_is_not_taken_for_it(city, save, heading):
    values = city["nama"].str.upper() if heading == "nama_bps" else "Serang"
    frame = city[["nama", "geometry"]].assign(**{heading: values})
    assert read_boundaries(save(frame)).report.joined == 65


def test_names_win_where_hardly_a_code_fits(city, save):
    frame = without(city, "bps").assign(kode=city["kode"].where(city.index < 3, "-"))
    assert read_boundaries(save(frame)).report.is_complete


def test_a_code_column_that_was_asked_for_is_not_passed_over(city, save):
    with pytest.raises(UnusableInput, match="Tidak satu pun kode kelurahan"):
        read_boundaries(save(city), Fields(code="nama"))


def test_other_spellings_of_a_name_are_known(city, save):
    spelled = [place for place in kelurahan() if place.aliases]
    frame = without(city, "kode", "bps")
    for place in spelled:
        frame.loc[city["kode"] == place.kode_kemendagri, "nama"] = place.aliases[0]
    assert spelled
    assert read_boundaries(save(frame)).report.is_complete


def test_the_name_of_two_kelurahan_needs_its_kecamatan(city, save):
    path = save(city[["nama", "geometry"]])
    read = read_boundaries(path)
    assert read.report.joined == 65
    assert {name for name, _ in read.report.missing} == {"Sukawana"}
    assert SUKAWANA.isdisjoint(codes_of(read))
    assert "--kecamatan-field" in read.report.joined_by


def test_the_columns_of_names_may_be_named(city, save):
    frame = without(city, "kode", "bps").rename(columns={"nama": "a", "kecamatan": "b"})
    read = read_boundaries(save(frame), Fields(name="A", kecamatan="B"))
    assert read.report.is_complete


def test_names_of_another_city_in_the_same_file_are_left_out(city, save):
    frame = without(city, "kode", "bps").assign(WADMKK="Kota Serang")
    frame.loc[frame.index < 20, "WADMKK"] = "Serang"  # BIG's name of the regency
    read = read_boundaries(save(frame))
    assert read.report.joined == 47


def test_what_did_not_join_is_told_both_ways(city, save, squares):
    other = squares(30)
    path = save(pd.concat([city.iloc[2:][["kode", "geometry"]], other[["kode", "geometry"]]]))
    report = read_boundaries(path).report
    assert (report.joined, report.others) == (65, 30)
    assert report.missing == (("Serang", "Serang"), ("Cipare", "Serang"))
    said = " ".join(report.sentences())
    assert "65 dari 67 kelurahan punya batas." in said
    assert "Belum ada batasnya: Serang (Serang), Cipare (Serang)." in said
    assert "30 wilayah lain pada berkas itu tidak dipakai, misalnya 36.04.01.2001" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f, r"tampaknya peta Kabupaten Serang \(kode 36\.04\).*--kota 36\.04"),
        (
            lambda f: f.assign(kode=f["kode"].str.replace(".", "").astype("int64")),
            r"tampaknya peta Kabupaten Serang \(kode 36\.04\)",
        ),
        (
            lambda f: f[["nama", "geometry"]].assign(KABKOTA="Kota Cilegon"),
            "tampaknya peta Kota Cilegon, bukan Kota Serang",
        ),
        (lambda f: f[["geometry"]].assign(x="a"), "Kolom yang ada: x"),
    ],
)
def test_another_city_is_refused_by_its_name(squares, save, change, words):
    with pytest.raises(UnusableInput, match=words):
        read_boundaries(save(change(squares(40))))


def test_a_few_names_that_are_ours_too_do_not_make_it_our_city(squares, save):
    frame = without(squares(40), "kode", "kecamatan")
    frame.loc[:4, "nama"] = [place.name for place in kelurahan()[:5]]
    with pytest.raises(UnusableInput, match="Tidak satu pun kode atau nama"):
        read_boundaries(save(frame))


def test_a_regency_that_holds_some_of_our_kelurahan_is_still_the_regency(city, save, squares):
    few = pd.concat([city.iloc[:8][["kode", "geometry"]], squares(60)[["kode", "geometry"]]])
    with pytest.raises(UnusableInput, match="tampaknya peta Kabupaten Serang"):
        read_boundaries(save(few))
    many = pd.concat([city[["kode", "geometry"]], squares(300)[["kode", "geometry"]]])
    assert read_boundaries(save(many, "b.gpkg")).report.joined == 67


def test_a_map_of_the_kecamatan_is_told_apart(city, save):
    frame = city.dissolve("kecamatan").reset_index()[["kecamatan", "geometry"]]
    with pytest.raises(UnusableInput, match="tampaknya peta kecamatan"):
        read_boundaries(save(frame))


def test_codes_of_the_city_that_nobody_knows_are_said(city, save):
    frame = city[["geometry"]].assign(kode="36.73.09.1001")
    with pytest.raises(UnusableInput, match=r"berawal 36\.73, tetapi tidak satu pun"):
        read_boundaries(save(frame))


# --- a city that the workbench does not know ------------------------------------------------------


def test_the_list_of_another_regency_is_made_of_the_file(squares, save):
    read = read_boundaries(save(squares(500)), city_code="36.04")
    areas = read.areas
    assert (areas.city_code, areas.city_name, len(areas.areas)) == (
        "36.04",
        "Kabupaten Serang",
        500,
    )
    first = areas.areas[0]
    assert (first.code, first.name, first.kecamatan_code) == (
        "36.04.01.2001",
        "Desa Contoh 0",
        "36.04.01",
    )
    assert (first.lat, first.lon) == pytest.approx((-6.295, 106.005), abs=1e-6)
    assert first.luas_km2 == pytest.approx(1.2236, abs=0.002)
    assert read.report.of_file
    assert read.report.differences == ()
    assert "500 kelurahan dan desa" in " ".join(read.report.sentences())


def test_bare_codes_of_another_regency_are_not_guessed(squares, save):
    frame = squares(40)
    frame["kode"] = frame["kode"].str.replace(".", "")
    path = save(frame)
    with pytest.raises(UnusableInput, match=r"tampaknya kode Kemendagri.*--codes kemendagri"):
        read_boundaries(path, city_code="36.04")
    read = read_boundaries(path, Fields(codes=Codes.KEMENDAGRI), "36.04")
    assert read.report.joined == 40


def test_bare_codes_are_taken_where_the_names_of_the_kecamatan_say_whose_they_are(squares, save):
    from workbench.domain.reference import reference

    names = {row["kode6"]: row["nama"] for row in reference("kecamatan_kode")}
    frame = squares(40)
    frame["kode"] = frame["kode"].str.replace(".", "")
    known = [code for code in sorted(names) if code.startswith("3604")][:2]
    frame["kode"] = [known[n // 20] + str(2001 + n % 20) for n in range(40)]
    frame["kecamatan"] = [names[known[n // 20]].upper() for n in range(40)]
    read = read_boundaries(save(frame), city_code="36.04")
    assert set(read.areas.kecamatan.values()) == {names[code] for code in known}


@pytest.mark.parametrize(
    ("city_code", "fields", "words"),
    [
        ("36.74", Fields(), r"berawal 36\.74.*tampaknya Kabupaten Serang"),
        ("36.04", Fields(codes=Codes.BPS), "diperlukan kode Kemendagri"),
        ("3604", Fields(), "Tulis seperti 36.04"),
    ],
)
def test_a_city_the_file_does_not_hold_is_refused(squares, save, city_code, fields, words):
    with pytest.raises((UnusableInput, WrongUse), match=words):
        read_boundaries(save(squares(20)), fields, city_code)


def test_our_own_city_named_outright_keeps_our_list(city, save):
    read = read_boundaries(save(city), city_code="36.73")
    assert not read.report.of_file
    assert read.report.city_name == "Kota Serang"


def test_another_regency_without_names_is_refused(squares, save):
    with pytest.raises(UnusableInput, match="--name-field"):
        read_boundaries(save(without(squares(20), "nama")), city_code="36.04")
