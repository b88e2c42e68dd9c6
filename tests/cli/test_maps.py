"""``verval maps``: what a file holds is shown before anything is replaced."""

from __future__ import annotations

import json
import sys

import geopandas as gpd
import pytest
import shapely

from workbench.access import Workspace
from workbench.cli import main
from workbench.domain.wilayah import kelurahan
from workbench.geo.boundaries import load_boundaries
from workbench.services import boundaries
from workbench.services.accounts import machine_operator
from workbench.services.office import Office


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path / "kantor")
    for side in Workspace:
        made.folder(side)
    yield made
    made.practice.close()
    made.real.close()


@pytest.fixture
def run(capsys, office):
    """Run a command on the office; returns exit code, standard output and standard error."""

    def run(*words, anywhere=False):
        place = [] if anywhere else ["--workspace", str(office.root)]
        with pytest.raises(SystemExit) as ended:
            main(["maps", *map(str, words), *place])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return ended.value.code or 0, said.out, said.err

    return run


@pytest.fixture
def batas(tmp_path):
    """A file of 66 kelurahan."""
    frame = load_boundaries()[["kode_kemendagri", "geometry"]].iloc[1:]
    path = tmp_path / "batas.gpkg"
    frame.to_file(path, engine="pyogrio")
    return path


@pytest.fixture
def answer(monkeypatch):
    """Somebody sits at a terminal and types an answer; what was asked is kept."""

    def answer(word):
        asked = []
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda words: asked.append(words) or word)
        return asked

    return answer


def in_place(office):
    found = (boundaries.installed(office, machine_operator(side)) for side in Workspace)
    return [one and one.report.file for one in found]


def test_the_report_stands_before_the_question_and_no_means_no(run, office, batas, answer):
    asked = answer("tidak")
    code, out, _ = run("install", batas)
    assert code == 0
    assert len(asked) == 1
    assert "66 dari 67 kelurahan punya batas." in out
    assert "Belum ada batasnya: Serang (Serang)." in out
    assert "Tidak ada yang diubah." in out
    assert in_place(office) == [None, None]


def test_yes_puts_it_in_place_on_both_sides(run, office, batas, answer):
    answer("ya")
    code, out, _ = run("install", batas)
    assert code == 0
    assert "Peta dipasang di ruang latihan." in out
    assert "Peta dipasang di ruang nyata." in out
    assert in_place(office) == ["batas.gpkg", "batas.gpkg"]
    assert "Ruang nyata: batas.gpkg (Kota Serang), dipasang" in run("status")[1]


def test_without_a_terminal_it_wants_to_be_told(run, office, batas):
    code, out, err = run("install", batas)
    assert (code, in_place(office)) == (2, [None, None])
    assert "66 dari 67" in out
    assert "--ya" in err
    assert run("install", batas, "--ya", "--ruang", "nyata")[0] == 0
    assert in_place(office) == [None, "batas.gpkg"]


def test_undo_brings_back_the_one_before(run, office, batas):
    run("install", batas, "--ya", "--ruang", "nyata")
    code, out, _ = run("undo")
    assert code == 0
    assert "Sekarang di ruang nyata: peta skematik bawaan." in out
    assert in_place(office) == [None, None]
    code, _, err = run("undo")
    assert code == 2
    assert "Belum ada peta yang dipasang" in err


def test_a_file_of_bps_codes_under_odd_headings(run, office, tmp_path):
    frame = load_boundaries()
    codes = {place.kode_kemendagri: place.kode_bps for place in kelurahan()}
    odd = frame[["geometry"]].assign(a1=frame["kode_kemendagri"].map(codes))
    path = tmp_path / "b.gpkg"
    odd.to_file(path, engine="pyogrio")
    code, out, _ = run("install", path, "--code-field", "A1", "--codes", "bps", "--ya")
    assert code == 0
    assert "kode BPS pada kolom a1" in out


def test_another_regency_is_named_and_may_be_meant(run, office, tmp_path):
    squares = [shapely.box(106 + x / 100, -6.3, 106.01 + x / 100, -6.29) for x in range(30)]
    codes = [f"36.04.01.{2001 + n}" for n in range(30)]
    frame = gpd.GeoDataFrame({"kode": codes, "nama": codes}, geometry=squares, crs=4326)
    path = tmp_path / "lain.gpkg"
    frame.to_file(path, engine="pyogrio")
    code, _, err = run("install", path, "--ya")
    assert code == 2
    assert "tampaknya peta Kabupaten Serang" in err
    code, out, _ = run("install", path, "--ya", "--kota", "36.04")
    assert code == 0
    assert "30 kelurahan dan desa" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["install", "tiada.gpkg", "--ya"], "tidak ditemukan"),
        (["install", "tiada.gpkg", "--codes", "lain"], "kemendagri atau bps"),
        (["install"], "belum diisi"),
        (["install", "https://contoh.id/batas.zip"], "Alamat internet tidak dibaca"),
    ],
)
def test_wrong_words_are_answered_with_a_sentence(run, words, said):
    code, _, err = run(*words)
    assert code == 2
    assert said in err


def test_people_of_the_kelurahan_are_installed_and_taken_back(run, office, tmp_path):
    listed = tmp_path / "penduduk.csv"
    rows = [f"{place.kode_kemendagri},{1000 + n},300" for n, place in enumerate(kelurahan())]
    listed.write_text("\n".join(["kode,penduduk,kk", *rows]))
    code, out, _ = run("population", listed, "--tahun", "2025", "--sumber", "Disdukcapil")
    assert code == 0
    assert out.count("67 dari 67 kelurahan punya angka penduduk.") == 2
    assert run("population", "--undo")[0] == 0
    for words in ((), (listed, "--undo")):
        code, _, err = run("population", *words)
        assert code == 2
        assert "--undo" in err


def test_taking_people_back_passes_over_a_side_without_figures(run, office, tmp_path):
    listed = tmp_path / "penduduk.csv"
    listed.write_text(f"kode,tahun,penduduk\n{kelurahan()[0].kode_kemendagri},2025,900\n")
    assert run("population", listed, "--ruang", "nyata")[0] == 0
    code, out, _ = run("population", "--undo")
    assert code == 0
    assert "ruang nyata" in out
    assert "ruang latihan" not in out
    code, _, err = run("population", "--undo", "--ruang", "latihan")
    assert code == 2
    assert "Belum pernah ada" in err


def test_a_folder_that_is_no_office_is_refused(run, batas, tmp_path):
    code, _, err = run("install", batas, "--workspace", tmp_path / "lain", anywhere=True)
    assert code == 2
    assert "bukan folder kerja" in err


def test_a_schematic_map_of_any_list(run, tmp_path):
    listed = tmp_path / "daftar.csv"
    rows = [
        f"36.04.01.{2001 + n};Desa {n};Contoh;-6,{3 + n // 4:03d};106,0{n % 4:02d};1,5"
        for n in range(12)
    ]
    listed.write_text("\n".join(["kode;nama;kecamatan;lat;lon;luas_km2", *rows]))
    out = tmp_path / "peta.geojson"
    assert run("schematic", listed, out, anywhere=True)[0] == 0
    drawn = json.loads(out.read_text())
    assert len(drawn["features"]) == 12
    assert drawn["metadata"]["wilayah"] == "Kabupaten Serang"
    assert drawn["metadata"]["jenis"] == "skematik"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kode,nama\n1,2\n", "tidak memuat kolom kecamatan, lat, lon, luas_km2"),
        ("kode,nama,kecamatan,lat,lon,luas_km2\n", "tidak ada satu wilayah pun"),
        (
            "kode,nama,kecamatan,lat,lon,luas_km2\n36.04.01.2001,A,B,-6,106,0\nx,A,B,-6,106,1\n"
            "36.04.01.2002,,B,-6,106,1\n36.04.01.2003,A,B,60,106,nan\n",
            "baris 2: luas_km2 tidak sesuai; baris 3: kode bukan kode Kemendagri sepuluh angka; "
            "baris 4: nama kosong; baris 5: lat, luas_km2 tidak sesuai",
        ),
        (
            "kode,nama,kecamatan,lat,lon,luas_km2\n"
            + "".join(f"36.04.01.200{n},A,B,-6,106,1\n" for n in range(4)),
            "titik tengahnya sama",
        ),
    ],
)
def test_a_list_that_cannot_be_drawn_is_refused_row_by_row(run, tmp_path, text, said):
    listed = tmp_path / "daftar.csv"
    listed.write_text(text)
    code, _, err = run("schematic", listed, tmp_path / "peta.geojson", anywhere=True)
    assert code == 2
    assert said in err
    assert not (tmp_path / "peta.geojson").exists()


def test_a_list_that_is_not_there_and_a_place_one_cannot_write(run, tmp_path):
    code, _, err = run("schematic", tmp_path / "tiada.csv", tmp_path / "p.geojson", anywhere=True)
    assert code == 2
    assert "tidak ditemukan" in err
    listed = tmp_path / "daftar.csv"
    rows = [f"36.04.01.{2001 + n},D,K,-6.{n % 2},106.{n},100" for n in range(6)]
    listed.write_text("\n".join(["kode,nama,kecamatan,lat,lon,luas_km2", *rows]))
    code, _, err = run("schematic", listed, tmp_path / "tiada" / "p.geojson", anywhere=True)
    assert code == 2
    assert "tidak dapat ditulis" in err
