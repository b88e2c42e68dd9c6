"""A long reading says how far it is, and stops where somebody tells it to."""

from __future__ import annotations

import os
import threading
from types import SimpleNamespace

import pytest

from workbench.errors import Cancelled
from workbench.verification import pulse

HEADER = ["NO KK", "NIK", "NAMA", "TANGGAL LAHIR", "JK", "RT", "RW", "KELURAHAN"]
COMMON = ["25-12-1985", "P", "1", "2", "Cipare"]
ROWS = [
    [f"36730101012{n // 3:05d}", f"36730141058{n:05d}", f"ORANG {n}", *COMMON] for n in range(3000)
]


@pytest.fixture
def every_beat(monkeypatch):
    """No pause between two calls: every place that may tell something tells it."""
    monkeypatch.setattr(pulse, "PAUSE", 0.0)


def test_progress_never_goes_back_and_ends_at_the_whole(office, every_beat):
    told = []
    office.read(office.xlsx([HEADER, *ROWS]), progress=lambda share, words: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    assert len(set(told)) > 30


def test_calls_are_no_closer_than_the_pause(monkeypatch):
    clock = iter([0.0, 0.0, 0.1, 0.2, 0.5, 0.5, 0.6])
    monkeypatch.setattr(pulse, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    told = []
    beat = pulse.Pulse(lambda share, words: told.append((round(share, 2), words)))
    beat.enter(0.0, 0.6, "Membuka daftar.xlsx", seconds=1.0)
    for _ in range(3):
        beat()
    assert told == [(0.0, "Membuka daftar.xlsx"), (0.24, "Membuka daftar.xlsx")]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_reading_can_be_stopped_at_any_time_and_leaves_nothing(office, every_beat, kind):
    make = {"xlsx": office.xlsx, "csv": lambda rows: office.text(rows)}[kind]
    path = make([HEADER, *ROWS[:300]])
    calls = []
    office.read(path, progress=lambda *_: calls.append(1))
    before = sorted(os.listdir(office.folder))
    for last in range(0, len(calls), len(calls) // 24):
        left = iter(range(last))

        def stop(*_, left=left):
            if next(left, None) is None:
                raise Cancelled("Dihentikan; tidak ada yang tersimpan.")

        with pytest.raises(Cancelled):
            office.read(path, progress=stop)
    assert sorted(os.listdir(office.folder)) == before
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon:
            thread.join(5)
    assert office.read(path).counts["disimpan"] == 300
