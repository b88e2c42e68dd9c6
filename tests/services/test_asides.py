"""Work in a hidden folder: gone afterwards, and what a kill left goes with the next."""

import os
import signal
import subprocess
import sys

import pytest

from workbench.services.asides import aside

_WORK = """
import sys
from pathlib import Path
from workbench.services.asides import aside
with aside(Path(sys.argv[1]), ".kerja-") as folder:
    (folder / "isi").write_bytes(b"x")
    print(folder.name, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def worker(tmp_path):
    """Somebody at work in another process, until killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WORK, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    process.folder = tmp_path / process.stdout.readline().strip()
    yield process
    process.kill()
    process.communicate()


def test_it_is_the_owners_alone_and_gone_afterwards(tmp_path):
    with aside(tmp_path, ".kerja-") as folder:
        (folder / "isi").write_bytes(b"x")
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.name.startswith(".kerja-")
    assert not list(tmp_path.iterdir())
    with pytest.raises(ZeroDivisionError), aside(tmp_path, ".kerja-"):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_what_a_kill_left_behind_is_swept_by_the_next(tmp_path, worker):
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert (worker.folder / "isi").exists()
    with aside(tmp_path, ".kerja-") as folder:
        assert list(tmp_path.iterdir()) == [folder]


def test_somebody_at_work_and_work_of_another_kind_are_left_alone(tmp_path, worker):
    other = tmp_path / ".lain-1"
    other.mkdir()
    with aside(tmp_path, ".kerja-"):
        pass
    assert (worker.folder / "isi").exists()
    assert other.exists()


def test_a_disk_that_refuses_is_told(tmp_path):
    with pytest.raises(FileNotFoundError), aside(tmp_path / "tidak ada", ".kerja-"):
        pass
    assert os.listdir(tmp_path) == []
