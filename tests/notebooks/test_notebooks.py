"""Every notebook runs from top to bottom in a fresh kernel, as JupyterLab would run it."""

from __future__ import annotations

import json
import re
from ast import literal_eval
from html import unescape
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.services.test_proofs import CLASS, Played, both_tests
from workbench.services.office import Office
from workbench.store.tables import class_

FOLDER = Path(__file__).parent.parent.parent / "notebooks"
BOOKS = sorted(FOLDER.glob("*.ipynb"))
#: What these show of themselves; anything else of ours that ends a cell would be a dump.
SHOWN = "Catalogue|Checklist|Findings|Gain|Grade|Menu|OfflineMap|Plan|Proof|Register|Rule|Trial"


@pytest.fixture(scope="module")
def outputs_of(tmp_path_factory):
    """The outputs of a notebook by its name, each run once, in an office with one class."""
    home = tmp_path_factory.mktemp("buku")
    office = Office(home / "kantor")
    both_tests(Played(office, name="Bimtek <b>"), range(1, 17))
    settings = json.dumps({"n_cases": 10, "error_share": 0.75, "groups": []})
    with office.practice.writing() as connection:
        connection.execute(class_.update().where(class_.c.id == CLASS).values(settings=settings))
    run = {}

    def outputs(name):
        if name not in run:
            book = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
            # The worked ones open a class that is there; a door finds an office that is new.
            own = home / ("kantor" if name.startswith("contoh_") else f"kantor-{name}")
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("VERVAL_OFFICE", str(own))
                place = {"metadata": {"path": home}}
                client = NotebookClient(book, timeout=300, startup_timeout=300, resources=place)
                client.execute()
            run[name] = [out for cell in book.cells for out in cell.get("outputs", ())]
        return run[name]

    return outputs


def _texts(outputs):
    return [out.data.get("text/plain", "") for out in outputs if "data" in out]


def _html(outputs, begin):
    """The HTML of the one output whose plain text begins so."""
    return next(
        unescape(out.data["text/html"])
        for out in outputs
        if "data" in out and out.data["text/plain"].startswith(begin)
    )


def _last_dict(outputs):
    return literal_eval([text for text in _texts(outputs) if text.startswith("{")][-1])


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, outputs_of):
    outputs = outputs_of(path.stem)
    assert outputs
    assert all(output.output_type != "error" for output in outputs)


@pytest.mark.parametrize("path", [path for path in BOOKS if "contoh_" in path.stem], ids=str)
def test_what_a_worked_notebook_shows_is_a_card_and_no_dump(path, outputs_of):
    outputs = outputs_of(path.stem)
    ours = [
        out
        for out in outputs
        if "data" in out and re.match(rf"(workbench\.|{SHOWN})\b", out.data["text/plain"])
    ]
    assert all("text/html" in out.data for out in ours)
    for text in _texts(outputs):
        assert len(text) < 3000
        assert " object at 0x" not in text
        assert "pyarrow" not in text
    assert not [out for out in outputs if out.output_type == "stream" and out.name == "stderr"]


def test_the_worked_list_finds_all_that_was_planted(outputs_of):
    outputs = outputs_of("contoh_daftar")
    texts = _texts(outputs)
    planted, found = next(literal_eval(t) for t in texts if re.fullmatch(r"\(\d+, \d+\)", t))
    assert planted == found > 0
    assert any("'dibaca': 3" in text and "'ditolak': 1" in text for text in texts)
    assert "leaflet" in _html(outputs, "OfflineMap").lower()


def test_the_worked_findings_find_what_was_planted_and_blame_no_look_alike(outputs_of):
    outputs = outputs_of("contoh_temuan")
    told = _last_dict(outputs)
    assert told["ditanam"] == told["ditemukan"] > 100
    assert told["mirip kesalahan"] > 100
    assert told["tertuduh keliru"] == 0
    assert "Pertanyaan" in _html(outputs, "Rule(")


def test_the_worked_indicator_is_the_first_thing_on_its_map(outputs_of):
    outputs = outputs_of("contoh_indikator")
    page = _html(outputs, "OfflineMap(sendiri")
    assert "Keluarga dengan balita tanpa jamban sendiri" in page
    assert "leaflet" in page.lower()
    states = next(text for text in _texts(outputs) if "disembunyikan" in text)
    assert "angka" in states
    assert "balita-tanpa-jamban.html" in _texts(outputs)[-1]


def test_the_worked_class_improves_and_shows_the_classes_of_the_office(outputs_of):
    outputs = outputs_of("contoh_kelas")
    assert "Kelas ini meningkat" in _html(outputs, "Gain(")
    proof = next(
        out.data["text/html"]
        for out in outputs
        if "data" in out and out.data["text/plain"].startswith("Proof(")
    )
    assert "Bimtek &lt;b&gt;" in proof
    assert "16 dari 16 peserta" in proof
    assert "Peserta 1" not in proof


def test_the_worked_rule_holds_both_laws(outputs_of):
    outputs = outputs_of("contoh_aturan")
    assert "Kedua hukum terpenuhi" in _html(outputs, "Trial(")
    told = next(literal_eval(text) for text in _texts(outputs) if text.startswith("{"))
    assert told["ditanam"] == told["ditemukan"] > 30
    assert told["terlewat"] == told["tertuduh keliru"] == 0
