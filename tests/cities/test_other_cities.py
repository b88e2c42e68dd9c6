"""Another city from a recipe alone: what is laid down for it runs in a process that works for it.

The lists hold codes and names as Kepmendagri publishes them, and nothing else.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.domain.cities import VARIABLE

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("recipe", "laws"), [("grobogan.yaml", "of_a_regency.py"), ("salatiga.yaml", "of_a_city.py")]
)
def test_everything_follows_from_the_recipe(recipe, laws):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--noconftest", "-p", "no:cacheprovider"),
            *("-c", os.devnull, "--rootdir", HERE, HERE / "inside" / laws),
        ],
        cwd=HERE.parent.parent,
        env={**os.environ, VARIABLE: str(HERE / recipe)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
