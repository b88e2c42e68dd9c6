"""A reader with a machine of their own: an empty home folder, a shell, browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.guides.player import Player
from tests.guides.shell import Shell
from tests.stories.conftest import story_browser, visit

__all__ = ["story_browser", "visit"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the readers of this module keep their files and their office."""
    return tmp_path_factory.mktemp("pembaca")


@pytest.fixture(scope="module")
def shell(home: Path) -> Iterator[Shell]:
    """The command line of the machine that serves; what was started there ends with the module."""
    one = Shell(home)
    yield one
    one.end_servers()


@pytest.fixture
def reader(shell: Shell, visit: Callable[..., Any]) -> Player:
    """Somebody who reads a guide of this module, before its first step."""
    return Player(lambda device: visit(shell.servers[-1], device), shell)
