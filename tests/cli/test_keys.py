"""``verval key``: the key is made, changed and asked about at the machine, and never shown."""

from __future__ import annotations

import json

import pytest

from tests.services.test_keys import STAFF, bring_in
from workbench.cli import main
from workbench.services import lists
from workbench.services.office import Office


@pytest.fixture
def run(tmp_path, capsys):
    home = tmp_path / "kantor"

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main([*words, *(() if "--workspace" in words else ("--workspace", str(home)))])
        told = capsys.readouterr()
        return ended.value.code or 0, told.out + told.err

    return run


def test_a_key_is_made_asked_about_and_changed(run, tmp_path):
    office = Office(tmp_path / "kantor")
    list_id = bring_in(office, tmp_path)
    code, told = run("key", "status")
    assert code == 0
    assert "tanpa enkripsi" in told
    file = tmp_path / "usb" / "kunci"
    code, told = run("key", "make", "--berkas", str(file))
    assert code == 0
    assert "Tanpa kunci, data tidak terbuka" in told
    (first,) = json.loads(file.read_text())["kunci"]
    assert f"Kunci {first['id']}" in told
    assert first["rahasia"] not in told
    code, told = run("key", "rotate")
    assert code == 0
    newest = json.loads(file.read_text())["kunci"][-1]
    assert f"terkunci dengan {newest['id']}" in told
    assert lists.open_list(office, STAFF, list_id).summary.id == list_id
    assert run("key", "status")[0] == 0


def test_a_lost_key_is_told_with_code_one_and_a_sentence(run, tmp_path):
    bring_in(Office(tmp_path / "kantor"), tmp_path)
    file = tmp_path / "usb" / "kunci"
    run("key", "make", "--berkas", str(file))
    file.unlink()
    code, told = run("key", "status")
    assert code == 1
    assert "tidak hilang" in told
    code, told = run("key", "rotate")
    assert code == 2
    assert "Traceback" not in told


def test_a_sealed_backup_goes_out_and_comes_back(run, tmp_path):
    office = Office(tmp_path / "kantor")
    list_id = bring_in(office, tmp_path)
    file, out = tmp_path / "usb" / "kunci", tmp_path / "cadangan"
    run("key", "make", "--berkas", str(file))
    code, told = run("backup", "--out", str(out))
    assert code == 0
    assert "perlu kunci" in told
    home = tmp_path / "baru"
    code, told = run("restore", str(out), "--workspace", str(home))
    assert code == 2
    assert "--kunci" in told
    code, told = run("restore", str(out), "--workspace", str(home), "--kunci", str(file))
    assert code == 0
    assert "perlu kunci" in told
    assert lists.open_list(Office(home), STAFF, list_id).summary.id == list_id
