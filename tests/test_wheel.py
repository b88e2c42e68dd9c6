"""The built wheel carries all it needs and works from any directory."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("roda")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder, ROOT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return next(folder.glob("*.whl"))


def test_everything_that_is_not_python_travels_along(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    kept = ("workbench", "notebooks", "training_data", "maps")
    tracked = subprocess.run(
        ["git", "ls-files", *kept], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for path in filter(None, tracked):
        inside = path if path.startswith("workbench/") else f"workbench/_bundled/{path}"
        assert inside in names, path


def test_an_installed_wheel_works_from_any_directory(wheel, tmp_path):
    home = tmp_path / "pasang"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", home, wheel]
    subprocess.run(install, check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(home)}

    def run(code):
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    assert str(home) in run("import workbench; print(workbench.__file__)")
    for name in (
        "notebooks/latihan.ipynb",
        "maps/kota_serang_skematik.geojson",
        "training_data/kota_serang.yaml",
    ):
        found = run(f"from workbench.resources import resource; print(resource({name!r}))")
        assert found.startswith(str(home))
    main = "from workbench.cli import main; main({!r})"
    city = ["generate", "--families", "60", "--seed", "1", "--error-rate", "0.3", "--out", "kota"]
    run(main.format(city))
    said = run(main.format(["check", "kota", "--out", "temuan.xlsx"]))
    assert said.splitlines()[-1].startswith("dibaca=")
    run(main.format(["map", "kota", "--indicator", "families", "--out", "peta.html"]))
    assert (tmp_path / "peta.html").stat().st_size > 100_000
    served = run("from workbench.serve import server; print(server.__file__)")
    assert served.startswith(str(home))
