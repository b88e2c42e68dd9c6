"""Every notebook runs from top to bottom, as JupyterLab would run it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent.parent / "notebooks"


def _run(path, monkeypatch, tmp_path):
    monkeypatch.setenv("VERVAL_OFFICE", str(tmp_path / "kantor"))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    return [
        output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
    ]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs(path, monkeypatch, tmp_path):
    outputs = _run(path, monkeypatch, tmp_path)
    assert outputs
    assert all(output.output_type != "error" for output in outputs)


def test_the_worked_example_finds_all_that_was_planted(monkeypatch, tmp_path):
    outputs = _run(FOLDER / "contoh_daftar.ipynb", monkeypatch, tmp_path)
    texts = [output.data.get("text/plain", "") for output in outputs if "data" in output]
    planted, found = next(eval(text) for text in texts if text.count(",") == 1 and "(" in text[:1])
    assert planted == found > 0
    assert any("'dibaca': 3" in text and "'ditolak': 1" in text for text in texts)
    maps = [output.data.get("text/html", "") for output in outputs if "data" in output]
    assert any("leaflet" in html.lower() for html in maps)
