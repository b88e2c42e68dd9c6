"""``verval city``: an office becomes one of another city, or stays whole as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.cli import cities
from workbench.domain.cities import VARIABLE

RECIPES = Path(__file__).parents[1] / "cities"


@pytest.fixture
def run(tmp_path):
    """Run ``verval`` as a person does, in a process of its own."""

    def run(*words, told=""):
        done = subprocess.run(
            [sys.executable, "-c", "from workbench.cli import main; main()", *map(str, words)],
            env={**os.environ, VARIABLE: told, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    return run


def content(root):
    """Every file below a folder."""
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_commands_say_which_office_before_anything_knows_the_city():
    code = "import sys, workbench.cli.commands; print('workbench.domain.wilayah' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False", "a command's module imports what settles the city"


def test_a_city_that_cannot_be_put_in_place_leaves_the_former_one(tmp_path):
    kept = tmp_path / "kota"
    kept.mkdir()
    (kept / "resep.yaml").write_text("city: {}\n", encoding="utf-8")
    with pytest.raises(OSError, match="baru"):
        cities._put_in_place(tmp_path / "baru", kept, tmp_path / "lama")
    assert (kept / "resep.yaml").is_file()


def test_an_office_takes_a_city_and_keeps_it(run, tmp_path):
    office = tmp_path / "kantor"
    code, out, _ = run("city", RECIPES / "grobogan.yaml", "--workspace", office)
    assert code == 0
    assert "Kabupaten Grobogan (kode 33.15): 280 desa/kelurahan di 19 kecamatan." in out
    assert "petak, bukan letak" in out
    kept = office / "latihan" / "kota"
    assert sorted(path.name for path in kept.iterdir()) == [
        "contoh_daftar.csv",
        "resep.yaml",
        "wilayah.csv",
    ]
    sample = (kept / "contoh_daftar.csv").read_text(encoding="utf-8")
    assert "SERANG" not in sample
    assert "9915" in sample
    code, out, _ = run("city", "--workspace", office)
    assert (code, out.split(" (")[0]) == (0, "Kabupaten Grobogan")
    assert run("city", "--workspace", tmp_path / "lain")[1].startswith("Kota Serang (kode 36.73)")


def test_places_with_points_get_a_map_of_their_own(run, tmp_path):
    rows = [
        f"36.04.{5 + n // 4:02d}.{2001 + n % 4},Contoh {n},Kec {n // 4},{-6.05 - n // 4 * 0.02},"
        f"{106.1 + n % 4 * 0.021 + n // 4 * 0.003},3.{n}"
        for n in range(12)
    ]
    (tmp_path / "desa.csv").write_text(
        "\n".join(["kode,nama,kecamatan,lat,lon,luas_km2", *rows]), encoding="utf-8"
    )
    recipe = tmp_path / "kota.yaml"
    recipe.write_text('city: {kode_kemendagri: "36.04"}\nareas: desa.csv\n', encoding="utf-8")
    code, out, _ = run("city", recipe, "--workspace", tmp_path / "kantor")
    assert code == 0
    assert "petak" not in out
    drawn = json.loads(
        (tmp_path / "kantor/latihan/kota/peta_skematik.geojson").read_text(encoding="utf-8")
    )
    assert len(drawn["features"]) == 12
    assert drawn["metadata"]["wilayah"] == "Kabupaten Serang"
    assert drawn["metadata"]["catatan"] == "skematik, bukan batas resmi"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kecamatan_weights: {a: 1}", "tidak lengkap atau isinya tidak sesuai"),
        ("shapes: {asrama: 1}", "tidak lengkap atau isinya tidak sesuai"),
        ("areas: tidak_ada.csv", "tidak ditemukan"),
    ],
)
def test_a_recipe_that_cannot_be_used_changes_nothing(run, tmp_path, text, said):
    office = tmp_path / "kantor"
    assert run("city", RECIPES / "salatiga.yaml", "--workspace", office)[0] == 0
    before = content(office)
    broken = tmp_path / "kota.yaml"
    whole = (RECIPES / "salatiga.yaml").read_text(encoding="utf-8")
    whole = whole.partition("areas:")[0] if text.startswith("areas") else whole
    broken.write_text(f"{whole}\n{text}\n", encoding="utf-8")
    code, out, err = run("city", broken, "--workspace", office)
    assert (code, out) == (2, "")
    assert said in err
    assert content(office) == before


def test_an_office_with_data_keeps_its_city(run, tmp_path):
    office = tmp_path / "kantor"
    (office / "latihan").mkdir(parents=True)
    (office / "latihan" / "verval.sqlite").write_bytes(b"")
    before = content(office)
    code, _, err = run("city", RECIPES / "salatiga.yaml", "--workspace", office)
    assert code == 2
    assert "sudah berisi data Kota Serang" in err
    assert content(office) == before
    told = str(RECIPES / "salatiga.yaml")
    assert run("city", "--workspace", office, told=told)[1].startswith("Kota Serang")


def test_the_environment_names_the_city_where_no_office_does(run, tmp_path):
    told = str(RECIPES / "salatiga.yaml")
    code, out, _ = run(
        *("generate", "--families", 30, "--seed", 1, "--error-rate", 0, "--out", tmp_path / "kota"),
        told=told,
    )
    assert (code, "30 keluarga" in out) == (0, True)
    manifest = json.loads((tmp_path / "kota" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["city_kode_kemendagri"] == "33.73"
    code, _, err = run("rules", told=str(tmp_path / "tidak_ada.yaml"))
    assert code == 2
    assert "tidak ditemukan" in err


def test_every_process_of_a_server_works_for_its_city(monkeypatch):
    from workbench.forkserver.spawner import zygote_environment
    from workbench.serve.kernels import PRELOAD, fork_config, kept_environment

    monkeypatch.setenv(VARIABLE, "/kantor/latihan/kota/resep.yaml")
    assert kept_environment()[VARIABLE] == "/kantor/latihan/kota/resep.yaml"
    for name in PRELOAD:
        assert VARIABLE in zygote_environment(fork_config(name)["inherit"])
    assert VARIABLE not in zygote_environment()
