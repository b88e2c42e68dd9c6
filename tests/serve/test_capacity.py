"""What a machine can hold: made machines, and this one."""

from __future__ import annotations

import math
import re
import tempfile
from pathlib import Path

import pytest

from workbench.serve import capacity
from workbench.serve.capacity import Machine, refusal, seats_for, usual_seats

HALL_LAPTOP = {
    "cores": 2,
    "memory_mb": 8_000,
    "available_mb": 5_500,
    "files": 524_288,
    "forks": True,
    "has_short_folder": True,
    "disk_mb": 20_000,
    "python": "3.11.7",
    "sqlite": "3.40.1",
}


def machine(**differences) -> Machine:
    return Machine(**{**HALL_LAPTOP, **differences})


def memory_for(seats: int, seat_mb: int) -> int:
    return math.ceil((capacity.SERVER_MB + seats * seat_mb) / (1 - capacity.SPARE_SHARE))


def test_a_hall_laptop_holds_a_hall():
    assert seats_for(machine()) >= 100


@pytest.mark.parametrize(
    ("forks", "seat_mb"), [(True, capacity.SEAT_MB), (False, capacity.UNFORKED_SEAT_MB)]
)
def test_memory_bounds_the_seats_and_a_part_of_it_stays_free(forks, seat_mb):
    enough = memory_for(60, seat_mb)
    assert seats_for(machine(available_mb=enough, forks=forks)) == 60
    assert seats_for(machine(available_mb=enough - seat_mb, forks=forks)) < 60


def test_open_files_bound_the_seats():
    few = machine(files=1_024)
    assert seats_for(few) == (1_024 - capacity.SERVER_FILES) // capacity.FILES_PER_SEAT
    assert seats_for(machine()) == seats_for(machine(files=None))


def test_what_fits_is_not_refused():
    assert refusal(machine(), seats_for(machine())) == ""


def test_a_refusal_names_all_that_is_short_and_a_number_that_fits():
    small = machine(available_mb=1_500, files=600)
    sentence = refusal(small, 100)
    assert "tidak cukup untuk 100 kursi" in sentence
    assert "Memori: 1,5 GB bebas dari 7,8 GB" in sentence
    assert "Berkas terbuka: batas sistem 600 berkas" in sentence
    offered = int(re.search(r"--seats (\d+)\.$", sentence)[1])
    assert offered == seats_for(small) > 0
    assert refusal(small, offered) == ""
    assert refusal(small, offered + 1) != ""


def test_a_refusal_speaks_only_of_what_is_short():
    assert "Memori" not in refusal(machine(files=600), 100)
    assert "Berkas" not in refusal(machine(available_mb=1_500), 100)


def test_a_machine_that_holds_nobody_is_offered_no_number():
    sentence = refusal(machine(available_mb=200), 1)
    assert "cukup untuk 0 kursi" in sentence
    assert "--seats" not in sentence


@pytest.mark.parametrize(("available_mb", "offered"), [(100, 1), (64_000, 150)])
def test_without_a_number_asked_from_one_to_150_seats_are_offered(available_mb, offered):
    assert usual_seats(machine(available_mb=available_mb)) == offered


def test_this_machine_is_looked_at_without_leaving_a_trace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    found = Machine.look(tmp_path / "belum" / "ada")
    assert found.cores > 0
    assert 0 < found.available_mb <= found.memory_mb
    assert found.disk_mb > 0
    assert list(tmp_path.iterdir()) == []


def test_a_deep_folder_for_sockets_is_not_called_short(tmp_path, monkeypatch):
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr("workbench.serve.server.make_run_folder",
                        lambda: Path(tempfile.mkdtemp(dir=deep)))  # fmt: skip
    assert not Machine.look(tmp_path).has_short_folder
    assert list(deep.iterdir()) == []


# --- a container sees its host's memory; its own limit stands elsewhere


def _group(folder: Path, names: tuple[str, str, str], limit: str, used: int, cached: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\n{names[2]} {cached}\n")


@pytest.mark.parametrize(
    ("line", "mounted", "names"),
    [
        ("0::/a/b", "", ("memory.max", "memory.current", "inactive_file")),
        (
            "4:memory:/a/b",
            "memory",
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ),
    ],
    ids=["v2", "v1"],
)
def test_every_control_group_round_the_process_counts(tmp_path, line, mounted, names):
    own = tmp_path / "own"
    own.write_text(f"9:pids:/a\n{line}\n")
    mount = tmp_path / "mount"
    _group(mount / mounted / "a" / "b", names, "max", 0, 0)
    _group(mount / mounted / "a", names, "1000", 700, 200)
    _group(mount / mounted, names, "9000", 700, 0)
    assert list(capacity._memory_groups(mount, own)) == [(1000, 500), (9000, 8300)]


def test_a_system_without_control_groups_has_no_such_limit(tmp_path):
    assert list(capacity._memory_groups(tmp_path, tmp_path / "none")) == []


def test_a_control_group_narrower_than_the_machine_is_what_counts(tmp_path, monkeypatch):
    limit, free = 600 * 2**20, 400 * 2**20
    monkeypatch.setattr(capacity, "_memory_groups", lambda: [(limit, free)])
    found = Machine.look(tmp_path)
    assert (found.memory_mb, found.available_mb) == (600, 400)
