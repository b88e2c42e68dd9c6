"""The signed note: who may read it, and what ``current_actor`` makes of it."""

from __future__ import annotations

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import workbench.serve as serve
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, StoreFault
from workbench.serve import handover

KERNEL = "0f9d0f3e-6c43-4f3e-9a55-0a4b1f1f6a11"
OTHER = "1f9d0f3e-6c43-4f3e-9a55-0a4b1f1f6a12"
KEY = bytes(range(32))
ACTOR = Actor("K1.7", "Ibu Contoh", Role.PESERTA, Workspace.LATIHAN, ("36.73.01",), "K1", 7)


def test_a_note_gives_back_the_actor_it_was_written_for():
    note = handover.sign_handover(KEY, ACTOR, KERNEL, "latihan")
    assert handover.read_handover(KEY, note, KERNEL) == ACTOR


def test_a_note_says_from_which_sheet_the_visitor_came():
    note = handover.sign_handover(KEY, ACTOR, KERNEL, "lapangan", "ABCDEFGH2345")
    assert handover.read_record(KEY, note, KERNEL) == "ABCDEFGH2345"
    bare = handover.sign_handover(KEY, ACTOR, KERNEL, "lapangan")
    assert handover.read_record(KEY, bare, KERNEL) == ""
    with pytest.raises(Forbidden):
        handover.read_record(KEY, note, OTHER)


def _altered(note: str) -> str:
    body, _, signature = note.partition(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    said["role"] = "pelatih"
    forged = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"{forged}.{signature}"


@pytest.mark.parametrize(
    ("key", "change", "kernel"),
    [
        pytest.param(KEY, _altered, KERNEL, id="another role"),
        pytest.param(bytes(32), lambda note: note, KERNEL, id="another office's key"),
        pytest.param(KEY, lambda note: note, OTHER, id="another kernel"),
        pytest.param(KEY, lambda note: note, "", id="no kernel at all"),
        pytest.param(KEY, lambda note: note.partition(".")[0], KERNEL, id="no signature"),
        pytest.param(KEY, lambda note: "", KERNEL, id="nothing"),
        pytest.param(KEY, lambda note: "é.é", KERNEL, id="not even base64"),
    ],
)
def test_any_other_note_is_refused(key, change, kernel):
    note = change(handover.sign_handover(KEY, ACTOR, KERNEL, "latihan"))
    with pytest.raises(Forbidden):
        handover.read_handover(key, note, kernel)


def test_a_signature_for_another_purpose_does_not_fit():
    body, _, _ = handover.sign_handover(KEY, ACTOR, KERNEL, "latihan").partition(".")
    other = handover.sign_handover(handover.derive_key(KEY, "cookie"), ACTOR, KERNEL, "latihan")
    with pytest.raises(Forbidden):
        handover.read_handover(KEY, f"{body}.{other.partition('.')[2]}", KERNEL)


def test_servers_that_start_together_agree_on_one_private_key(tmp_path: Path):
    with ThreadPoolExecutor(8) as many:
        keys = set(many.map(lambda _: handover.server_key(tmp_path), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    files = list(tmp_path.iterdir())
    assert [file.name for file in files] == [handover.KEY_FILE]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_a_key_cut_short_is_a_fault_with_a_sentence(tmp_path: Path):
    (tmp_path / handover.KEY_FILE).write_bytes(b"pendek")
    with pytest.raises(StoreFault, match="rusak"):
        handover.server_key(tmp_path)


def _environment(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name in (handover.NOTES_VARIABLE, handover.OFFICE_VARIABLE, "SERVER_SOFTWARE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_in_the_lab_one_is_a_practice_trainer_and_is_told_so(monkeypatch, capsys):
    _environment(monkeypatch)
    monkeypatch.setattr(serve, "_banner_shown", False)
    actor = serve.current_actor()
    assert (actor.role, actor.workspace) == (Role.PELATIH, Workspace.LATIHAN)
    assert serve.LAB_BANNER in capsys.readouterr().out


def test_in_a_kernel_of_the_server_one_is_whom_the_note_names(monkeypatch, tmp_path):
    note = handover.sign_handover(handover.server_key(tmp_path), ACTOR, KERNEL, "latihan")
    handover.lay_note(tmp_path, KERNEL, note)
    _environment(monkeypatch, VERVAL_NOTES=str(tmp_path), VERVAL_OFFICE=str(tmp_path))
    monkeypatch.setattr(handover, "own_kernel_id", lambda: KERNEL)
    assert serve.current_actor() == ACTOR
    assert serve.current_record() == ""


def test_a_note_copied_into_another_kernel_is_worth_nothing(monkeypatch, tmp_path):
    note = handover.sign_handover(handover.server_key(tmp_path), ACTOR, KERNEL, "latihan")
    handover.lay_note(tmp_path, OTHER, note)
    _environment(monkeypatch, VERVAL_NOTES=str(tmp_path), VERVAL_OFFICE=str(tmp_path))
    monkeypatch.setattr(handover, "own_kernel_id", lambda: OTHER)
    with pytest.raises(Forbidden):
        serve.current_actor()


def test_a_kernel_that_nobody_has_taken_serves_nobody(monkeypatch, tmp_path):
    _environment(monkeypatch, VERVAL_NOTES=str(tmp_path), VERVAL_OFFICE=str(tmp_path))
    monkeypatch.setattr(handover, "own_kernel_id", lambda: KERNEL)
    with pytest.raises(Forbidden):
        serve.current_actor()


def test_voila_without_our_server_makes_nobody_a_trainer(monkeypatch):
    _environment(monkeypatch, SERVER_SOFTWARE="voila/0.5.13")
    with pytest.raises(Forbidden):
        serve.current_actor()
