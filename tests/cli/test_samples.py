"""``verval sample``: what an auditor types, and the exit codes."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.services.recheck_world import add_officer, put_list, row, visit_all
from workbench.cli import main
from workbench.services.office import Office


@pytest.fixture
def visited(tmp_path):
    office = Office(tmp_path / "kantor")
    list_id = put_list(office, tmp_path, [row(n) for n in range(1, 13)])
    visit_all(office, list_id, [add_officer(office, "siti")])
    yield office, list_id
    office.practice.close()
    office.real.close()


@pytest.fixture
def run(capsys, visited):
    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main([*map(str, words), "--workspace", str(visited[0].root)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return ended.value.code or 0, said.out, said.err

    return run


def test_a_sample_is_drawn_printed_and_drawn_again(run, visited, tmp_path):
    office, list_id = visited
    words = ("sample", "draw", "--list", list_id, "--angka", 41, "--buruk", 40)
    code, out, _ = run(*words, "--out", tmp_path / "undian")
    assert code == 0
    assert "Angka undian: 41" in out
    assert re.search(r"Sidik kerangka \(SHA-256\): [0-9a-f]{64}", out)
    assert "RUSDI" not in out
    sample_id = re.search(r"Cuplikan (U\S+),", out)[1]
    kept = Path(tmp_path / "undian" / f"cuplikan-{sample_id}.txt").read_text(encoding="utf-8")
    assert kept.strip() in out
    code, out, _ = run("sample", "redraw", sample_id)
    assert code == 0
    assert "memberi daftar yang sama, dari kerangka yang sama" in out
    first = re.search(r"^  (\S+)$", kept, re.M)[1]
    with office.real.writing() as connection:
        connection.execute(
            text("update outcome set recorder = 'A-lain' where family_id = :id"), {"id": first}
        )
    code, out, _ = run("sample", "redraw", sample_id)
    assert code == 1
    assert f"keluarga {first}, " in out


@pytest.mark.parametrize(
    "words",
    [
        ("sample", "redraw", "U20261122ffffffff"),
        ("sample", "draw", "--list", "D0"),
        ("sample", "draw", "--list", "D0", "--rencana", "semua"),
    ],
)
def test_what_is_not_there_is_a_sentence(run, words):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
