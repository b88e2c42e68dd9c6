"""A disk that is full and a folder that may only be read: one sentence, and nothing half-saved."""

from __future__ import annotations

import codecs
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from workbench.access import Workspace
from workbench.cli import main, serving
from workbench.serve import server  # noqa: F401  nobody in particular may not load it later
from workbench.services import accounts
from workbench.services.office import Office

ROOT = Path(__file__).parents[2]
NOBODY = 65534

#: Every file may grow to so many bytes and no further, as on a disk that fills up.
_FULL = """
import json, resource, signal, sys
from pathlib import Path
from workbench.cli.outputs import findings_writer
from workbench.errors import StoreFault
from workbench.geo.choropleth import choropleth, save_map
from workbench.rules import check
from workbench.synthesis import generate
from workbench.verification.checklist_workbook import write_checklists

out = Path(sys.argv[1])
city = generate(families=50, seed=1, error_rate=0.3)
findings, drawn = check(city), choropleth(city, "families")
acts = {
    name: lambda path: findings_writer(path)(findings, path)
    for name in ("temuan.csv", "temuan.xlsx", "temuan.parquet")
}
acts["lembar"] = lambda path: write_checklists(city, findings, path)
acts["tabel"] = city.write
acts["peta.html"] = lambda path: save_map(drawn, path)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))
told = {}
for name, act in acts.items():
    try:
        told[name] = act(out / name) and ""
    except StoreFault as error:
        told[name] = str(error)
print(json.dumps(told))
"""


def test_a_full_disk_is_a_sentence_and_leaves_no_broken_file(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    told = json.loads(done.stdout)
    assert len(told) == 6
    for name, said in told.items():
        assert said, name
        assert said.endswith("."), said
        assert "ruang" in said, said
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.fixture
def read_only():
    """An office that everybody may read and nobody may write."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "kantor")
        accounts.ensure_first_accounts(office)
        for side in Workspace:
            office.store(side).close()
        everything = [Path(folder), *Path(folder).rglob("*")]
        for path in everything:
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield office.root
        for path in filter(Path.is_dir, everything):
            path.chmod(0o755)


def digests(root):
    found = (path for path in root.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def as_nobody(act):
    """What an act tells when an ordinary account does it: an administrator may write anywhere."""
    ours, theirs = os.pipe()
    for name in ("ascii", "idna"):
        codecs.lookup(name)  # nor these
    child = os.fork()
    if not child:
        said = io.StringIO()
        try:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            with redirect_stderr(said), redirect_stdout(io.StringIO()):
                act()
        except SystemExit as ended:
            os.write(theirs, f"{ended.code} {said.getvalue().strip()}".encode())
        except BaseException as error:
            os.write(theirs, repr(error).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with open(ours, encoding="utf-8") as file:
        told = file.read()
    os.waitpid(child, 0)
    return told


@pytest.mark.parametrize(
    "words",
    [
        ["audit", "verify"],
        ["users", "list"],
        ["serve", "--host", "127.0.0.1"],
    ],
    ids=["audit", "users", "serve"],
)
def test_a_folder_that_may_only_be_read_is_a_sentence(read_only, words, monkeypatch):
    monkeypatch.setattr(serving, "check_port", lambda *_: None)
    before = digests(read_only)
    told = as_nobody(lambda: main([*words, "--workspace", str(read_only)]))
    assert told.startswith("2 Folder data tidak dapat ditulisi"), told
    assert told.endswith("hanya dapat dibaca.")
    assert digests(read_only) == before
