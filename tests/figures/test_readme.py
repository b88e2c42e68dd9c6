"""No number in the README is written by hand, and what it tells people to do can be done."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from importlib.util import find_spec

import pytest
from typer.main import get_command

from tests.cli import bag_offline
from tests.figures import readme, records
from workbench.cli.bag import building, installing
from workbench.cli.commands import app, serve
from workbench.domain.nik import PRACTICE_PREFIX
from workbench.domain.wilayah import kelurahan
from workbench.domain.words import number_id
from workbench.geo import measures

ROOT = readme.PAGE.parent
TEXT = readme.PAGE.read_text(encoding="utf-8")
#: What stands in the README outside the section that is rendered, and outside code.
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_SPANS = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", TEXT)


def facts():
    """Pieces with the numbers outside what was measured, made from the program."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    city = inspect.signature(serve).parameters
    families, port = number_id(city["families"].default), city["port"].default
    pythons, gigabytes = building.PYTHONS, records.read("bag").figures["gb"]
    yield f"Python {project['requires-python'].removeprefix('>=')} ke atas"
    yield f"(Kota Serang, {len(kelurahan())} kelurahan, {families} keluarga karangan)"
    yield f"menyalakan server di port {port}"
    yield f"({number_id(gigabytes, 1)} GB: Linux, Windows, macOS Apple;"
    yield f"Python {pythons[0]} sampai {pythons[-1]})"
    yield f"nomor latihan diawali {PRACTICE_PREFIX}"
    yield f"tidak ada {measures.KINDS['per1000'].lower()}."


def test_what_was_measured_is_what_the_benches_kept():
    assert readme.page_with_figures(TEXT) == TEXT, "jalankan make docs"


def test_every_other_number_comes_from_the_program():
    before, _start, rest = TEXT.partition(readme.START)
    words = " ".join(_CODE.sub(" ", before + rest.partition(readme.END)[2]).split())
    for piece in facts():
        assert piece in words
        words = words.replace(piece, "")
    assert re.findall(r"(?<![A-Za-z])\d\S*", words) == []


def test_contributing_quotes_what_was_kept():
    words = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    ratios = records.read("rules-12-million").figures["ratios"]
    again, whole = (ratios[one] for one in ("again", "catalogue"))
    single = records.read("linkage-single").figures["single"]["ways"]
    weighed = single["ours"]["weighed"] / single["Splink, six rules"]["weighed"]
    for piece in (
        f"costs {again['cpu_x']:.1g} of the whole check at 12 million persons",
        f"The country takes {records.read('country').figures['work']:.0f} s",
        f"the whole catalogue at a 1 GB limit is {whole['mib'] / 1024:.2f} GiB",
        f"recall {single['ours']['recall']:.2f}".replace("0.", "."),
        f"pairs {weighed:.1f} times the six rules",
    ):
        assert piece in words


@pytest.mark.parametrize("name", records.COMMANDS)
def test_a_record_is_of_its_command_and_tells_nothing_of_the_place(name):
    record, text = records.read(name), (records.KEPT / f"{name}.json").read_text(encoding="utf-8")
    assert record.command == records.COMMANDS[name]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record.date)
    assert find_spec(record.command.split()[2])
    assert not re.search(r"/(home|tmp|root|work|Users)/", text)
    assert all(json.loads(text)["figures"].values())


def test_only_a_command_that_is_quoted_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "KEPT", tmp_path)
    records.keep({"work": 1.23456, "found": 123456}, "python -m tests.bench --runs 1")
    assert list(tmp_path.iterdir()) == []
    command = records.typed(["-m", "tests.bench", "--folder", "di mana saja"])
    records.keep({"work": 1.23456, "found": 123456}, command)
    assert records.read("rules").figures == {"work": 1.235, "found": 123456}


def test_only_a_bag_for_every_computer_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "KEPT", tmp_path)
    said = {
        **{"format": installing.FORMAT, "version": "1", "made": "", "schema": "", "room": 0},
        "pythons": building.PYTHONS,
        "files": [{"path": "roda/satu.whl", "size": 1_234_567_890, "sha256": ""}],
    }
    for platforms, is_kept in ((building.PLATFORMS[:1], False), (building.PLATFORMS, True)):
        listing = json.dumps({**said, "platforms": platforms})
        (tmp_path / installing.BAG_FILE).write_text(listing, encoding="utf-8")
        bag_offline.keep(tmp_path, {"pasang": 1.5})
        assert (tmp_path / "bag.json").exists() == is_kept
    assert records.read("bag").figures == {"gb": 1.235, "seconds": {"pasang": 1.5}}


def test_make_bench_and_make_proof_run_what_they_are_said_to():
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in ("rules", "reading", "linkage", "maps", "papers", "serving", "board", "bag"):
        assert f"@$(BIN)/{records.COMMANDS[name]}\n" in made


def test_a_link_leads_to_a_file():
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    places = [one for one in _SPANS if re.fullmatch(r"[\w/]+\.md|\w+/[\w/]*", one)]
    assert len(links) > 5
    assert "CONTRIBUTING.md" in places
    assert [one for one in (*links, *places) if not (ROOT / one).exists()] == []


def test_a_command_is_one_of_ours():
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = [one.split()[1] for one in (*_SPANS, *_blocks("")) if one.startswith("make ")]
    assert {"run", "test", "bag", "lab"} <= set(targets)
    assert [one for one in targets if f"\n{one}: " not in made] == []
    ours = [one.split("verval ")[1] for one in _SPANS if re.match(r"(\S*/)?verval ", one)]
    assert len(ours) > 5
    for told in ours:
        _parsed(told.split())
    for module in re.findall(r"python -m ([\w.]+)", TEXT):
        assert find_spec(module)


@pytest.mark.slow
def test_the_lines_for_python_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (code,) = _blocks("python")
    exec(compile(code, "README.md", "exec"), {})


def _blocks(kind):
    return [code.strip() for code in re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.M | re.S)]


def _parsed(words):
    """Walk down to the command; each option must be one that it has."""
    command = get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    known = {name for one in command.params for name in one.opts} | {"--help"}
    assert not hasattr(command, "commands") or words == ["--help"]
    assert {word for word in words if word.startswith("--")} <= known
