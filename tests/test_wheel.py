"""The built wheel carries all it needs and works from any directory."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.ports import free_port

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
    _serves(environment, tmp_path)


def _serves(environment, folder):
    """``verval serve`` runs from a directory that is no checkout, and answers."""
    office = folder / "kantor"
    words = ["serve", "--workspace", str(office), "--families", "50", "--host", "127.0.0.1"]
    words += ["--port", str(free_port())]
    log = (folder / "serve.log").open("w")
    command = [sys.executable, "-c", f"from workbench.cli import main; main({words!r})"]
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        while not (office / "serve.json").exists():
            assert server.poll() is None, (folder / "serve.log").read_text()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(0.5)
        facts = json.loads((office / "serve.json").read_text())
        assert (office / "serve.json").stat().st_mode & 0o777 == 0o600
        assert facts["join_code"]
        assert facts["trainer_password"]
        assert facts["staff_password"]
        with urllib.request.urlopen(facts["url"] + "/masuk") as page:
            assert "Kode kelas" in page.read().decode()
    finally:
        server.terminate()
        server.wait(300)
        log.close()
    assert not (office / "serve.json").exists()
