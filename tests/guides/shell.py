"""Runs the commands of a guide as they are written, in a home folder of their own.

Two things are not as written. ``verval serve`` gets a free port and a small city, and runs beside
the rest until it is stopped; where it runs already it is not started again. What a guide can only
give an example of (the address of a database server, say) is swapped for what is there.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.ports import free_port
from tests.stories.conftest import START_S, RunningServer
from workbench.services.office import Office

#: What a server that answers says last; the code and the first passwords stand above it.
LAST_SAID = "Hentikan dengan Ctrl+C."
SMALL = ("--families", "150", "--seed", "1", "--warm", "3")


@dataclass
class Shell:
    """``said`` is all that was printed; ``servers`` are those that run now.

    ``query`` speaks to the database server, where a guide needs one.
    """

    home: Path
    swapped: dict[str, str] = field(default_factory=dict)
    query: Callable[[str], None] = lambda _statement: None
    said: str = ""
    servers: list[RunningServer] = field(default_factory=list)

    def run(self, block: str) -> str:
        """Run a block line by line; a command that fails raises ``AssertionError``.

        Returns what it printed.
        """
        before = len(self.said)
        for line in block.replace("\\\n", " ").splitlines():
            line = self.swap(line)
            if line.startswith("verval serve"):
                self._serve(shlex.split(line)[2:])
            elif line.strip() and not line.startswith("#"):
                self._run(line)
        return self.said[before:]

    def swap(self, text: str) -> str:
        """This text with what is there in place of the examples."""
        for written, real in self.swapped.items():
            text = text.replace(written, real)
        return text

    def end_servers(self) -> None:
        """Stop what ``verval serve`` began."""
        while self.servers:
            self.servers.pop().stop()

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the machine but its programs, ours first."""
        ours = str(Path(sys.executable).parent)
        return {
            "HOME": str(self.home),
            "PATH": f"{ours}:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
        }

    def _run(self, line: str) -> None:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_S,
        )
        self.said += done.stdout
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    def _serve(self, words: list[str]) -> None:
        words = [word.replace("~", str(self.home)) for word in words]
        root = self.home / "verval"
        if "--workspace" in words:
            root = Path(words[words.index("--workspace") + 1])
        if root in [server.root for server in self.servers]:
            return
        port = free_port()
        words += ["--port", str(port), *SMALL]
        log = self.home / f"server-{port}.log"
        with log.open("wb") as told:
            process = subprocess.Popen(
                ["verval", "serve", *words],
                cwd=self.home,
                env=self.environment,
                stdout=told,
                stderr=told,
            )
        server = RunningServer(root, port, process, {}, Office(root))
        self.servers.append(server)
        limit = time.monotonic() + START_S
        # In bytes: what is being written may end in the middle of a letter.
        while LAST_SAID.encode() not in log.read_bytes():
            try:
                process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                assert time.monotonic() < limit, log.read_text("utf-8", "replace")
            else:
                raise AssertionError(f"the server ended: {log.read_text('utf-8', 'replace')}")
        server.facts = json.loads((root / "serve.json").read_text("utf-8"))
        self.said += log.read_text("utf-8")
