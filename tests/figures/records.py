"""What the benches printed, kept for the pages that quote it: a file a command in ``kept``.

A run whose command stands in ``COMMANDS`` is kept, any other only prints. ``tests.figures.readme``
writes the README's section from what is kept.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parent / "kept"
COMMANDS = {
    "rules": "python -m tests.bench",
    "rules-3-million": "python -m tests.bench --persons 3000000",
    "rules-12-million": "python -m tests.bench --persons 12000000",
    "country": "python -m tests.bench --country",
    "country-small": "python -m tests.bench --country 60000000 --memory 1GB",
    "reading": "python -m tests.bench_reading",
    "reading-large": "python -m tests.bench_reading --families 85000",
    "linkage": "python -m tests.bench_linkage hard",
    "linkage-single": "python -m tests.bench_linkage single",
    "maps": "python -m tests.bench_maps",
    "papers": "python -m tests.bench_papers",
    "serving": "python -m tests.load.bench_serving --full",
    "board": "python -m tests.load.bench_board --full",
    "bag": "python -m tests.cli.bag_offline dist/MejaVerval-*",
}
#: Options that say where a run has its files, and nothing of what it does.
_PLACES = ("--folder", "--out")
_BEGAN = time.monotonic()


@dataclass(frozen=True)
class Record:
    """What one run printed: when, on what machine, and how many minutes the whole of it took."""

    command: str
    date: str
    processor: str
    cores: int
    python: str
    minutes: float | None
    figures: dict[str, Any]


def keep(figures: dict[str, Any], command: str = "") -> None:
    """Keep what this run printed if its command is one of those that are quoted."""
    command = command or typed(sys.orig_argv[1:])
    names = [name for name, known in COMMANDS.items() if known == command]
    if not names:
        return
    record = {
        "command": command,
        "date": date.today().isoformat(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "minutes": round((time.monotonic() - _BEGAN) / 60, 1),
        "figures": _rounded(figures),
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    (KEPT / f"{names[0]}.json").write_text(text + "\n", encoding="utf-8")
    print(f"Kept as {names[0]}; make docs writes it into the README.", file=sys.stderr)


def read(name: str) -> Record:
    """The last run of a command."""
    return Record(**json.loads((KEPT / f"{name}.json").read_text(encoding="utf-8")))


def typed(words: Sequence[str]) -> str:
    """A command as it stands in ``COMMANDS``, from what was typed behind the interpreter."""
    told = list(words)
    for option in _PLACES:
        if option in told:
            at = told.index(option)
            del told[at : at + 2]
    return " ".join(["python", *told])


def _rounded(value: Any) -> Any:
    """Four digits of whatever was measured; counts stay as they are."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
