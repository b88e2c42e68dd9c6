"""The package where there is no Unix: nothing of ours may need what only Unix has.

Windows and macOS are played on Linux as far as that goes: modules and functions that those systems
lack are hidden, from our own modules only for the former, in every process that is started. What
other libraries do there is theirs to test.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from tests.cli.bag_offline import reach_first_case
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
#: Every process of these tests begins with this: as ``sitecustomize`` it comes before all else.
HIDING = """
import builtins, os, signal, sys, time, types

ABSENT = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios"}
_import = builtins.__import__

def ours_lacks(name, globals=None, locals=None, fromlist=(), level=0):
    caller = str((globals or {}).get("__name__"))
    if caller == "workbench" or caller.startswith("workbench."):
        if name in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name == "msvcrt":
            return WINDOWS
    return _import(name, globals, locals, fromlist, level)

builtins.__import__ = ours_lacks

def locking(handle, mode, size):
    fcntl.lockf(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if mode else 0), size)

import fcntl
WINDOWS = types.SimpleNamespace(LK_LOCK=0, LK_NBLCK=2, locking=locking)
for module, names in (
    (os, ("O_DIRECTORY", "fork", "forkpty", "nice", "pidfd_open", "register_at_fork",
          "sched_getaffinity", "setsid")),
    (signal, ("pidfd_send_signal", "pthread_sigmask", "SIGUSR1", "SIGUSR2", "SIGHUP")),
    (time, ("tzset",)),
):
    for name in names:
        delattr(module, name)
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """The surroundings of a process that has no Unix."""
    folder = tmp_path_factory.mktemp("lain")
    (folder / "sitecustomize.py").write_text(HIDING)
    path = os.pathsep.join([str(folder), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "HOME": str(folder)}


def verval(elsewhere, folder, *words):
    command = [sys.executable, "-c", "from workbench.cli import main; main()", *words]
    done = subprocess.run(
        command, cwd=folder, env=elsewhere, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_hiding_hides(elsewhere):
    code = "import os, workbench.services.locks as one; print(one.fcntl, hasattr(os, 'fork'))"
    said = subprocess.check_output([sys.executable, "-c", code], env=elsewhere, text=True)
    assert said == "None False\n"


def test_every_module_of_ours_can_be_imported(elsewhere):
    code = (
        "import importlib, pkgutil, workbench\n"
        "for one in pkgutil.walk_packages(workbench.__path__, 'workbench.'):\n"
        "    if not one.name.startswith(('workbench.store.migrations', 'workbench._bundled')) and "
        "one.name != 'workbench.forkserver.zygote':\n"
        "        importlib.import_module(one.name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=elsewhere, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_city_is_made_and_a_workbook_is_read_and_checked(elsewhere, tmp_path):
    assert "serve" in verval(elsewhere, tmp_path, "--help")
    city = ("--families", "60", "--seed", "1", "--error-rate", "0.3", "--out", "kota")
    verval(elsewhere, tmp_path, "generate", *city)
    # A workbook is opened in a process of its own, which limits itself where it can.
    with Workbook(tmp_path / "daftar.xlsx") as book:
        sheet = book.add_worksheet()
        with (ROOT / "training_data" / "contoh_daftar.csv").open(encoding="utf-8") as example:
            for number, row in enumerate(csv.reader(example)):
                sheet.write_row(number, 0, row)
    said = verval(elsewhere, tmp_path, "check", "daftar.xlsx", "--practice", "--out", "temuan.xlsx")
    assert said.splitlines()[-1].startswith("dibaca=")


@pytest.mark.browser
@pytest.mark.slow
def test_a_server_shows_a_case_from_a_kernel_that_was_started_and_not_forked(
    elsewhere, tmp_path, new_browser
):
    port = free_port()
    words = ["serve", "--workspace", "kantor", "--families", "50", "--seats", "2", "--warm", "1"]
    words += ["--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "serve.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", "from workbench.cli import main; main()", *words],
            cwd=tmp_path,
            env=elsewhere,
            stdout=log,
            stderr=log,
        )
    said = tmp_path / "kantor" / "serve.json"
    try:
        while not said.exists():
            assert server.poll() is None, (tmp_path / "serve.log").read_text()[-3000:]
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(0.5)
        facts = json.loads(said.read_text())
        reach_first_case(new_browser(), facts)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(300)
    assert "Kernels are started one by one, not forked" in (tmp_path / "serve.log").read_text()
