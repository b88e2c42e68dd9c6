"""What zygotes refuse, how they are replaced, and that nothing outlives its server."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import subprocess
import sys

import psutil
import pytest

from tests.forkserver.conftest import PATIENCE
from workbench.forkserver import shut_down, spawner, start_ahead, status

SERVER = """
import asyncio, os, sys, time
from workbench.forkserver.spawner import Recipe, fork, start_ahead

async def main():
    import json
    connection = sys.argv[1]
    argv = ["-f", connection]
    process = await fork(Recipe(), argv, env=dict(os.environ), cwd=os.getcwd())
    from workbench.forkserver import status
    print(status()["zygotes"][0]["pid"], process.pid, flush=True)
    time.sleep(600)

asyncio.run(main())
"""


def _zygote() -> int:
    (zygote,) = [one for one in status()["zygotes"] if not one["retired"]]
    return zygote["pid"]


def test_a_zygote_has_one_thread_and_no_secret(bench, monkeypatch):
    monkeypatch.setenv("SERVER_TOKEN", "for the server alone")
    start_ahead({"preload": ["ipywidgets", "numpy", "pyarrow"]}).result(PATIENCE)
    process = psutil.Process(_zygote())
    assert process.num_threads() == 1
    assert "SERVER_TOKEN" not in process.environ()


def test_configs_share_a_zygote_only_when_they_are_the_same(bench):
    for preload in (["json"], ["json"], ["csv"]):
        start_ahead({"preload": preload}).result(PATIENCE)
    assert len(status()["zygotes"]) == 2


def test_the_warm_function_runs_once_before_all_kernels(bench):
    bench.write_module("larder", "import os\njars = []\ndef fill(): jars.append(os.getpid())\n")
    config = {"preload": ["larder"], "warm": "larder:fill"}

    async def story():
        async with bench.kernel(config) as one, bench.kernel(config) as other:
            told = [
                await kernel.run("import larder; print(larder.jars)") for kernel in (one, other)
            ]
            assert told == [f"[{_zygote()}]\n"] * 2

    asyncio.run(story())


@pytest.mark.parametrize(
    ("text", "config", "reason"),
    [
        ("import colorsys", {"forbid": ["colorsys"]}, "colorsys is loaded"),
        (
            "import threading, time\n"
            "threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
            {},
            "2 threads run",
        ),
        ("raise ValueError('no flour')", {}, "import of larder failed: ValueError: no flour"),
        ("def fill(): raise KeyError('jam')", {"warm": "larder:fill"}, "larder:fill failed"),
        ("import os; os._exit(7)", {}, "ended early, code 7"),
    ],
    ids=["forbidden module", "thread", "failing import", "failing warm function", "sudden end"],
)
def test_what_cannot_be_forked_starts_the_stock_way_and_says_why_once(
    bench, caplog, text, config, reason
):
    bench.write_module("larder", text)
    config = {"preload": ["larder"], **config}

    async def story():
        for _ in range(2):
            async with bench.kernel(config) as kernel:
                assert not kernel.is_forked
                assert await kernel.run("print(1)") == "1\n"

    with caplog.at_level(logging.WARNING, "workbench.forkserver"):
        asyncio.run(story())
    assert status()["way"] == "stock"
    assert reason in status()["reason"]
    warnings = [record.getMessage() for record in caplog.records if "forked" in record.message]
    assert len(warnings) == 1
    assert reason in warnings[0]


def test_a_start_ahead_that_fails_is_not_silent(bench, wait_until):
    bench.write_module("larder", "raise ValueError")
    assert start_ahead({"preload": ["larder"]}).exception(PATIENCE) is not None
    wait_until(lambda: status()["way"] == "stock", "nobody was told")


def test_a_mended_config_is_forked_again_after_a_while(bench, monkeypatch):
    module = bench.write_module("larder", "raise ValueError")
    config = {"preload": ["larder"]}
    monkeypatch.setattr(spawner, "_TRY_AGAIN_AFTER", math.inf)

    async def story():
        async with bench.kernel(config) as kernel:
            assert not kernel.is_forked
        module.write_text("jam = 'plum'", encoding="utf-8")
        async with bench.kernel(config) as kernel:
            assert not kernel.is_forked
        monkeypatch.setattr(spawner, "_TRY_AGAIN_AFTER", 0.0)
        async with bench.kernel(config) as kernel:
            assert kernel.is_forked

    asyncio.run(story())
    assert status()["way"] == "fork"


def test_an_environment_too_large_for_a_packet_starts_the_stock_way(bench):
    env = {**bench.environment(), **{f"PAD{n}": "x" * 100_000 for n in range(4)}}

    async def story():
        async with bench.kernel(env=env) as kernel:
            assert not kernel.is_forked
            assert await kernel.run("import os; print(len(os.environ['PAD3']))") == "100000\n"

    asyncio.run(story())
    assert "too large" in status()["reason"]


def test_another_command_starts_the_stock_way(bench):
    command = [sys.executable, "-c", "from ipykernel.kernelapp import main; main()"]

    async def story():
        async with bench.kernel(command=command) as kernel:
            assert not kernel.is_forked
            assert await kernel.run("print(1)") == "1\n"

    asyncio.run(story())
    assert "does not start an IPython kernel" in status()["reason"]


def test_kernels_die_with_their_zygote_and_the_next_start_has_a_new_one(bench):
    async def story():
        async with bench.kernel() as kernel:
            first = _zygote()
            os.kill(first, signal.SIGKILL)
            assert await kernel.exit_code() == -signal.SIGKILL
        async with bench.kernel() as kernel:
            assert kernel.is_forked
            assert await kernel.run("print(1)") == "1\n"
            assert _zygote() != first

    asyncio.run(story())


def test_a_changed_file_brings_a_new_zygote_and_old_kernels_live_on(bench, monkeypatch, wait_until):
    config = {"preload": ["larder"]}
    tell = "import larder; print(larder.jam)"
    module = bench.write_module("larder", "jam = 'plum'\n")

    async def story():
        async with bench.kernel(config) as old:
            first = _zygote()
            module.write_text("jam = 'apricot'\n", encoding="utf-8")
            fresh = ""
            for _ in range(600):
                async with bench.kernel(config) as new:
                    fresh = await new.run(tell)
                    if fresh == "apricot\n":
                        break
            assert fresh == "apricot\n"
            assert _zygote() != first
            assert await old.run(tell) == "plum\n"
        await asyncio.to_thread(
            wait_until, lambda: not psutil.pid_exists(first), "the outdated zygote stays"
        )

    asyncio.run(story())


def test_a_zygote_ended_before_it_was_ready_is_no_reason_for_the_next_server(bench):
    # However late this process comes to end it: it is not ready yet.
    bench.write_module("larder", "import time\ntime.sleep(600)\n")
    ready = start_ahead({"preload": ["larder"]})
    shut_down()
    assert isinstance(ready.exception(PATIENCE), spawner.ShutDown)
    assert (status()["way"], status()["reason"]) == ("fork", "")


def test_shut_down_leaves_nothing(bench):
    async def story():
        async with bench.kernel() as kernel:
            zygote = _zygote()
            shut_down()
            assert not psutil.pid_exists(zygote)
            assert await kernel.exit_code() == -signal.SIGKILL

    asyncio.run(story())
    assert status() == {"way": "fork", "reason": "", "zygotes": []}


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_the_server(bench, tmp_path, end, wait_until, is_gone):
    from jupyter_client.connect import write_connection_file

    folder = bench.environment()["HOME"]
    file, _ = write_connection_file(str(tmp_path / "c.json"), transport="ipc", ip=f"{folder}/s")
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, file],
        env={**os.environ, **bench.environment()},
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        pids = [int(word) for word in server.stdout.readline().split()]
        assert len(pids) == 2
        server.send_signal(end)
    for pid in pids:
        wait_until(lambda pid=pid: is_gone(pid), f"process {pid} outlives its server")
