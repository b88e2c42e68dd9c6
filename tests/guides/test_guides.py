"""Tutorials and how-tos, done by the letter: the former on an office that nobody has used before.

A how-to presupposes more: an account, a list, a file from somebody else. That is made ready here,
by name, and nothing else is.
"""

from __future__ import annotations

import ast
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.database import ACCOUNT
from tests.guides.player import Player
from tests.guides.shell import Shell
from tests.guides.steps import blocks_of, labels_of, steps_of
from workbench import guides
from workbench.access import Actor, Role, Workspace
from workbench.cli import serving
from workbench.resources import resource
from workbench.services import fieldwork, lists

GUIDES = resource("workbench/guides")
#: Their code blocks are run elsewhere: a bag is built and installed, Python is asked.
ELSEWHERE = {"python", "tas", "pembaruan"}
CLERK = Actor("A-panduan", "Petugas kota", Role.STAF, Workspace.LATIHAN, ("36.73",))
#: The database server a guide speaks of, and its line in the file of passwords.
DATABASE, PASSWORD = "verval@basisdata.kantor/", "basisdata.kantor:5432:*:verval:sandi-basis-data"


def pages(kind: str) -> list[Path]:
    """The guides of a kind in the order in which they are offered."""
    found = sorted((page.order, page.name) for page in guides.pages().values() if page.kind == kind)
    return [GUIDES / kind / f"{name}.md" for _order, name in found]


TUTORIALS = pages("tutorial")
PLAYED = [path for path in pages("langkah") if path.stem not in ELSEWHERE]


def by_name(paths: list[Path]) -> dict[str, Any]:
    return {"argvalues": paths, "ids": [path.stem for path in paths]}


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("path", **by_name(TUTORIALS))
def test_a_newcomer_can_do_every_step(path: Path, reader: Player) -> None:
    reader.play(steps_of(path))


@pytest.fixture
def prepared(shell: Shell, path: Path, request: pytest.FixtureRequest) -> Any:
    """What the guide presupposes; whatever servers it leaves behind are stopped."""
    shell.run("verval serve")
    office = shell.servers[-1].office
    shutil.copy(resource("training_data/contoh_daftar.csv"), shell.home / "daftar.csv")
    shutil.copy(resource("maps/kota_serang_skematik.geojson"), shell.home / "batas.geojson")
    if path.stem == "cetak" and not fieldwork.rounds(office, CLERK):
        city = next(one for one in lists.shelf(office, CLERK) if one.name.startswith("Kota"))
        fieldwork.advance(office, CLERK, city.id)
    if path.stem == "postgresql":
        server = request.getfixturevalue("postgresql")
        shell.swapped = {
            DATABASE: f"{ACCOUNT}@127.0.0.1:{server.port}/",
            PASSWORD: f"127.0.0.1:{server.port}:*:{ACCOUNT}:{server.password}",
        }

        def query(statement: str) -> None:
            with server.owner() as line:
                line.execute(statement)

        shell.query = query
    yield
    if any(step.kind == "halt" for step in steps_of(path)):
        shell.end_servers()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("path", **by_name(PLAYED))
def test_a_how_to_can_be_followed(path: Path, prepared: None, reader: Player) -> None:
    def sign_in(visit: Any, device: str) -> None:
        role = Role.PELATIH if device.endswith("pelatih") else Role.STAF
        username = f"{device}_{path.stem}".replace(" ", "_").replace("-", "_")
        first = reader.shell.servers[-1].add_account(username, "Bu Rini", role, Workspace.LATIHAN)
        visit.sign_in(username, first)
        visit.change_first_password(first, "lampu hijau di aula")

    reader.sign_in = sign_in
    reader.play(steps_of(path))


@pytest.mark.parametrize("path", **by_name([*TUTORIALS, *PLAYED]))
def test_every_command_stands_in_a_step_that_is_run(path: Path) -> None:
    of_steps = [step.block for step in steps_of(path) if step.block]
    assert [block.text for block in blocks_of(path)] == of_steps


@pytest.mark.parametrize("path", **by_name([*TUTORIALS, *pages("langkah")]))
def test_every_label_is_one_of_the_app(path: Path) -> None:
    steps = [] if path.stem in ELSEWHERE else steps_of(path)
    played = {text for step in steps for text in step.texts}
    strange = [
        label
        for label in labels_of(path)
        if label not in played and not all(part in shown() for part in label.split("…"))
    ]
    assert strange == []


@pytest.mark.parametrize("path", **by_name([*TUTORIALS, *PLAYED]))
def test_steps_are_numbered_without_a_gap(path: Path) -> None:
    body = path.read_text("utf-8").split("\n---\n", 1)[1]
    numbers = [int(one) for one in re.findall(r"^(\d+)\. ", body, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_lines_to_a_database_are_counted_as_the_server_counts_them() -> None:
    # PostgreSQL keeps three for itself.
    needed = f"ditambah {serving._LINES_BESIDE_SEATS + 3}"
    assert needed in " ".join((GUIDES / "langkah/postgresql.md").read_text("utf-8").split())


@cache
def shown() -> str:
    """All that the app may say: strings of its code, and its pages and scripts as they are."""
    package = resource("workbench")
    said: list[str] = []
    for path in sorted(package.rglob("*")):
        if GUIDES in path.parents:
            continue
        if path.suffix == ".py":
            tree = ast.parse(path.read_text("utf-8"))
            said += [
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
        elif path.suffix in (".js", ".html", ".j2", ".yaml", ".csv"):
            said.append(path.read_text("utf-8"))
    return "\n".join(said)
