"""A process that is somebody else's child, seen through its pidfd."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from workbench.forkserver import process
from workbench.forkserver.process import ForkedProcess


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen]:
    running = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with running:
        yield running
        running.kill()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code of a process that has ended is soon given up."""
    monkeypatch.setattr(process, "_PATIENCE", 0.1)


@pytest.fixture
def forked(sleeper) -> ForkedProcess:
    return ForkedProcess(sleeper.pid, os.pidfd_open(sleeper.pid))


def test_a_running_process_has_no_code_and_waiting_for_it_ends_in_time(forked):
    assert forked.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        forked.wait(timeout=0.01)
    assert forked.returncode is None


def test_the_code_that_was_told_is_the_code(forked, sleeper):
    forked.tell(3)
    assert forked.poll() is None
    sleeper.kill()
    assert forked.wait(timeout=300) == 3
    assert forked.poll() == 3


def test_only_the_first_word_about_its_end_counts(forked, sleeper):
    forked.tell(3)
    forked.tell(-9)
    sleeper.kill()
    assert forked.wait() == 3


def test_a_code_that_is_late_is_the_code(forked, sleeper, monkeypatch):
    sleeper.kill()
    sleeper.wait(300)
    assert forked.poll() is None
    later = time.monotonic() + 20
    monkeypatch.setattr(process, "time", SimpleNamespace(monotonic=lambda: later))
    assert forked.poll() is None
    forked.tell(3)
    assert forked.poll() == 3


@pytest.mark.usefixtures("impatient")
def test_an_end_nobody_tells_of_counts_as_killed(forked, sleeper):
    sleeper.terminate()
    assert forked.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("send", "expected"),
    [
        (ForkedProcess.kill, signal.SIGKILL),
        (ForkedProcess.terminate, signal.SIGTERM),
        (lambda process: process.send_signal(signal.SIGUSR1), signal.SIGUSR1),
    ],
    ids=["kill", "terminate", "signal"],
)
def test_signals_reach_it(forked, sleeper, send, expected):
    send(forked)
    assert sleeper.wait(300) == -expected


@pytest.mark.usefixtures("impatient")
def test_a_signal_to_an_ended_process_reaches_nobody(forked, sleeper):
    forked.kill()
    sleeper.wait(300)
    forked.kill()
    assert forked.wait() == -signal.SIGKILL
    forked.terminate()


def test_its_descriptor_is_closed_at_the_end_and_only_once(sleeper):
    pidfd = os.pidfd_open(sleeper.pid)
    forked = ForkedProcess(sleeper.pid, pidfd)
    forked.tell(0)
    forked.kill()
    forked.wait()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(pidfd)
    reused = os.open(os.devnull, os.O_RDONLY)
    del forked
    os.fstat(reused)
    os.close(reused)
