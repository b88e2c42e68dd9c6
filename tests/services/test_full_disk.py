"""A disk that is really full: files may not grow, as the operating system has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_WORK = """
import hashlib, resource, signal, sys
from pathlib import Path
from tests.services.test_lists import HEADER, ROWS, STAFF, later
from workbench.errors import StoreFault
from workbench.services import lists, renewals
from workbench.services.office import Office

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
office = Office(Path(sys.argv[1]) / "kantor")
source = Path(sys.argv[1]) / "daftar.csv"
source.write_text("\\n".join((HEADER, *ROWS)), encoding="utf-8")
standing = lists.bring_in(office, STAFF, source, "DTSEN November")
following, part = later(source), later(source, ROWS[:2], "cipare.csv")

def state():
    return {
        str(path.relative_to(office.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in office.root.rglob("*")
        if path.is_file() and not path.name.startswith("verval.sqlite")
    }

before, shelf = state(), lists.shelf(office, STAFF)
acts = {
    "import": lambda: lists.bring_in(office, STAFF, following, "DTSEN Desember"),
    "recheck": lambda: renewals.recheck_kelurahan(office, STAFF, standing.id, "36.73.01.1002"),
    "replace": lambda: renewals.replace_kelurahan(
        office, STAFF, standing.id, "36.73.01.1002", part
    ),
}
try:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    acts[sys.argv[2]]()
except StoreFault as error:
    print(error)
finally:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert state() == before
assert lists.shelf(office, STAFF) == shelf
"""


@pytest.mark.parametrize("size", [0, 10_000, 20_000])
@pytest.mark.parametrize("act", ["import", "recheck", "replace"])
def test_a_full_disk_gets_a_sentence_and_changes_nothing(tmp_path, act, size):
    done = subprocess.run(
        [sys.executable, "-c", _WORK, str(tmp_path), act, str(size)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "disk" in done.stdout.lower()
    assert done.stdout.strip().endswith(".")
