"""A short storm on each kind of database: nothing acknowledged is lost (`make proof` is longer)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.load.kill_writers import prove

SECONDS = 8.0

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("load")]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_acknowledged_stands_whatever_is_killed(kind: str, tmp_path: Path) -> None:
    made, lines = prove(kind, SECONDS, 1, tmp_path)
    assert made.faults == [], "\n".join(lines)
    killed = {"programs killed", "kernels killed", "servers killed"}
    assert killed | ({"lines cut"} if kind == "postgresql" else set()) <= made.did.keys()
