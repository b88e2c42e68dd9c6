"""How the house is kept: rooms, style, types, doors, what is loaded when."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import house_pictures

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def _run(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return done.stdout


def test_rooms_import_one_way():
    assert "0 broken" in _run(BIN / "lint-imports", "--no-cache")


def test_the_pictures_of_the_house_are_what_the_imports_say():
    page = house_pictures.PAGE.read_text(encoding="utf-8")
    assert house_pictures.page_with_pictures(page) == page, "jalankan make docs"
    assert house_pictures.untrue_steps() == []


def test_style():
    _run(BIN / "ruff", "check", ".")
    _run(BIN / "ruff", "format", "--check", ".")


@pytest.mark.slow
def test_types():
    _run(BIN / "mypy")


def _loaded(statement):
    code = f"import sys; {statement}; print(' '.join(sys.modules))"
    return set(_run(sys.executable, "-c", code).split())


def test_the_rules_bring_no_engine_and_no_map_along():
    loaded = _loaded("import workbench; import workbench.rules as r; r.catalogue()")
    assert not loaded & {"folium", "geopandas", "ipywidgets", "sqlalchemy", "duckdb", "polars"}


def test_a_trainees_kernel_loads_neither_engine():
    loaded = _loaded(
        "from workbench.ui import rooms; import workbench.ui.trainee.view, "
        "workbench.services.training, workbench.services.office"
    )
    assert not loaded & {"duckdb", "polars", "pandas", "folium", "geopandas"}


def test_the_front_names_are_found():
    import workbench

    for name in workbench.__all__:
        assert callable(getattr(workbench, name))


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_notebooks_are_doors(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    lines = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            source = "".join(cell["source"])
            lines += sum(bool(line.strip()) for line in source.splitlines())
    if not path.stem.startswith("contoh_"):
        assert 0 < lines < 15


def test_the_lock_pins_everything_and_names_no_address():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").split()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+", line) for line in lines)
    pinned = {re.sub(r"[-_.]+", "-", line.split("==")[0]).lower() for line in lines}
    declared = re.findall(r'^\s+"([A-Za-z0-9._-]+)', (ROOT / "pyproject.toml").read_text(), re.M)
    for name in ("duckdb", "voila", "folium", "geopandas", "pytest", "hatchling", "pip"):
        assert name in pinned
    wanted = {re.sub(r"[-_.]+", "-", name).lower() for name in declared if "=" not in name}
    dependencies = wanted & {"anywidget", "rapidfuzz", "segno", "polars", "xlsxwriter", "typer"}
    assert dependencies <= pinned


def test_no_geometry_of_others_is_in_the_tree():
    allowed = {"maps/kota_serang_skematik.geojson"}
    found = set()
    # Unlike a glob this goes past a folder of a cache that is taken away while it is looked at.
    for folder, inside, files in os.walk(ROOT):
        inside[:] = [name for name in inside if name != ".venv"]
        found |= {
            (Path(folder) / name).relative_to(ROOT).as_posix()
            for name in files
            if name.endswith((".geojson", ".shp", ".gpkg", ".kml"))
        }
    assert found <= allowed
