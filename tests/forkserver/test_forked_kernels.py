"""A forked kernel is a kernel: what a manager and a visitor may expect of any holds for it."""

from __future__ import annotations

import asyncio
import json
import os
import resource
from importlib.metadata import entry_points

import psutil
import pytest

from tests.forkserver.conftest import PATIENCE
from workbench.forkserver import spawner, status

SHOW_A_SLIDER = """
import ipywidgets
from IPython.display import display
slider = ipywidgets.IntSlider(value=7)
display(slider)
"""
TELL_ENVIRONMENT = "import os, json; print(json.dumps(dict(os.environ)))"


def test_jupyter_knows_the_provisioner_by_its_name():
    (found,) = entry_points(group="jupyter_client.kernel_provisioners", name="fork-server")
    assert found.load().__name__ == "ForkProvisioner"


def test_code_runs_and_tells_what_it_prints(bench):
    async def story():
        async with bench.kernel() as kernel:
            assert kernel.is_forked
            assert await kernel.run("print(6 * 7)") == "42\n"
            # What comes from below Python is read by a thread, and so perhaps a moment later.
            said = await kernel.run("import os; _ = os.system('echo from below')")
            while not said:
                said = await kernel.run("pass")
            assert said == "from below\n"

    asyncio.run(story())
    assert status()["way"] == "fork"


def test_a_kernel_on_ipc_listens_on_no_port(bench):
    async def story():
        async with bench.kernel() as kernel:
            assert psutil.Process(kernel.pid).net_connections(kind="inet") == []
            assert await kernel.run("print(6 * 7)") == "42\n"

    asyncio.run(story())


def test_widgets_are_shown_and_answer_the_page(bench):
    async def story():
        async with bench.kernel() as kernel:
            opened = []

            def take(message):
                if message["msg_type"] == "comm_open":
                    opened.append(message["content"]["target_name"])

            await kernel.client.execute_interactive(
                SHOW_A_SLIDER, output_hook=take, timeout=PATIENCE
            )
            assert set(opened) == {"jupyter.widget"}

            # What a page does first: it asks for the state of all widgets.
            session = kernel.client.session
            content = {
                "comm_id": "page",
                "target_name": "jupyter.widget.control",
                "data": {},
                "target_module": None,
            }
            kernel.client.shell_channel.send(
                session.msg("comm_open", content, metadata={"version": "1.0.0"})
            )
            ask = {"comm_id": "page", "data": {"method": "request_states"}}
            kernel.client.shell_channel.send(session.msg("comm_msg", ask))
            while True:
                message = await kernel.client.get_iopub_msg(timeout=PATIENCE)
                if message["msg_type"] == "comm_msg":
                    break
            states = message["content"]["data"]["states"]
            assert 7 in [state["state"].get("value") for state in states.values()]

    asyncio.run(story())


def test_an_interrupt_reaches_running_code_and_the_kernel_goes_on(bench):
    async def story():
        async with bench.kernel() as kernel:
            await kernel.run("mark = 'kept'")
            # A request that ends in an error has those after it refused for a moment,
            # unless it says no.
            request = kernel.client.execute(
                "print('begun'); import time; time.sleep(600)", stop_on_error=False
            )
            while (await kernel.client.get_iopub_msg(timeout=PATIENCE))["msg_type"] != "stream":
                pass
            await kernel.manager.interrupt_kernel()
            # On a busy machine a second answer to "are you ready" may come first.
            while True:
                reply = await kernel.client.get_shell_msg(timeout=PATIENCE)
                if reply["parent_header"]["msg_id"] == request:
                    break
            assert reply["content"]["ename"] == "KeyboardInterrupt"
            assert await kernel.run("print(mark)") == "kept\n"

    asyncio.run(story())


def test_a_restart_gives_a_new_and_empty_kernel(bench):
    async def story():
        async with bench.kernel() as kernel:
            await kernel.run("mark = 1")
            before = kernel.pid
            await kernel.manager.restart_kernel()
            await kernel.client.wait_for_ready(timeout=PATIENCE)
            assert kernel.is_forked
            assert kernel.pid != before
            assert await kernel.run("print('mark' in globals())") == "False\n"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("code", "expected"),
    [("import os; os._exit(3)", 3), ("import os; os.kill(os.getpid(), 9)", -9)],
    ids=["exit", "signal"],
)
def test_the_code_of_a_crash_is_known(bench, code, expected):
    async def story():
        async with bench.kernel() as kernel:
            kernel.client.execute(code)
            assert await kernel.exit_code() == expected

    asyncio.run(story())


def test_the_end_of_one_kernel_takes_nothing_from_one_that_is_starting(bench):
    # The second one's descriptors get numbers the first one has given back.
    async def start_another():
        async with bench.kernel() as second:
            assert second.is_forked
            second.client.execute("import os; os._exit(4)")
            assert await second.exit_code() == 4

    async def story():
        async with bench.kernel() as first:
            starting = asyncio.create_task(start_another())
            while sum(zygote["kernels"] for zygote in status()["zygotes"]) < 2:
                await asyncio.sleep(0)
            os.kill(first.pid, 9)
            await starting

    asyncio.run(story())


def test_a_polite_shutdown_ends_with_code_zero(bench, is_gone):
    async def story():
        async with bench.kernel() as kernel:
            process, pid = kernel.manager.provisioner.process, kernel.pid
            await kernel.manager.shutdown_kernel()
            assert process.poll() == 0
            assert is_gone(pid)

    asyncio.run(story())


def test_a_kernel_gets_the_environment_a_stock_one_would_get(bench, monkeypatch):
    monkeypatch.setenv("SERVER_TOKEN", "for the server alone")

    async def story():
        async with bench.kernel() as kernel:
            forked = json.loads(await kernel.run(TELL_ENVIRONMENT))
            initial = psutil.Process(kernel.pid).environ()
        # A launch option only Popen knows makes the second one a stock kernel.
        async with bench.kernel(restore_signals=True) as kernel:
            assert not kernel.is_forked
            stock = json.loads(await kernel.run(TELL_ENVIRONMENT))
        # Said by the stock launcher, and by the debugger a fork does without.
        for name in ("JPY_PARENT_PID", "PYDEVD_USE_FRAME_EVAL"):
            stock.pop(name, None)
        assert forked == stock
        assert "SERVER_TOKEN" not in initial | forked

    asyncio.run(story())


def test_two_kernels_draw_different_numbers(bench):
    draw = "import random, numpy, uuid; print(random.random(), numpy.random.rand(), uuid.uuid4())"

    async def story():
        config = {"preload": ["random", "numpy", "numpy.random"]}
        async with bench.kernel(config) as one, bench.kernel(config) as other:
            first, second = (await one.run(draw)).split(), (await other.run(draw)).split()
            assert all(a != b for a, b in zip(first, second, strict=True)), (first, second)

    asyncio.run(story())


def test_a_kernel_works_in_its_folder_and_leads_its_own_group(bench, tmp_path):
    async def story():
        async with bench.kernel(cwd=str(tmp_path)) as kernel:
            code = "import os; print(os.getcwd(), os.getpgid(0) == os.getsid(0) == os.getpid())"
            assert await kernel.run(code) == f"{tmp_path} True\n"

    asyncio.run(story())


def test_six_at_once_all_come_up(bench):
    async def one():
        async with bench.kernel() as kernel:
            assert await kernel.run("print(sum(range(1000)))") == "499500\n"
            return kernel.pid

    async def story():
        return await asyncio.gather(*(one() for _ in range(6)))

    assert len(set(asyncio.run(story()))) == 6
    assert len(status()["zygotes"]) == 1


def test_many_launches_leave_no_descriptor_and_no_zombie(bench):
    async def story():
        # The first few fill caches of the libraries.
        for _ in range(3):
            await launch()
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(30):
            await launch()
        return before, len(os.listdir("/proc/self/fd"))

    async def launch():
        manager = bench.manager({"preload": ["ipywidgets"]})
        await manager.start_kernel(env=bench.environment())
        await manager.shutdown_kernel(now=True)

    before, after = asyncio.run(story())
    assert after <= before
    (zygote,) = status()["zygotes"]
    assert zygote["kernels"] == 0
    assert psutil.Process(zygote["pid"]).children() == []


def test_descriptors_above_a_thousand_do_no_harm(bench):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]

    async def story():
        async with bench.kernel() as kernel:
            assert kernel.is_forked
            assert await kernel.run("print(1)") == "1\n"
            kernel.client.execute("import os; os._exit(5)")
            assert await kernel.exit_code() == 5

    try:
        asyncio.run(story())
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_launch_that_is_given_up_leaves_no_kernel(bench, wait_until):
    async def story():
        async with bench.kernel():
            (zygote,) = status()["zygotes"]
            for patience in (0.001, 0.01, 0.03):
                manager = bench.manager({"preload": ["ipywidgets"]})
                starting = manager.start_kernel(env=bench.environment())
                try:
                    await asyncio.wait_for(starting, timeout=patience)
                except TimeoutError:
                    # Given up too late to be stopped on the way: it stands, and is ended as usual.
                    if not manager.has_kernel:
                        continue
                await manager.shutdown_kernel(now=True)
            process = psutil.Process(zygote["pid"])
            await asyncio.to_thread(
                wait_until, lambda: len(process.children()) == 1, "a kernel nobody asked for"
            )

    asyncio.run(story())


def test_a_launch_given_up_as_its_kernel_comes_up_leaves_none(bench, wait_until, monkeypatch):
    async def story():
        async with bench.kernel():
            (zygote,) = status()["zygotes"]
            loop, settle = asyncio.get_running_loop(), spawner._Fork.settle
            manager = bench.manager({"preload": ["ipywidgets"]})
            starting = loop.create_task(manager.start_kernel(env=bench.environment()))

            def give_up(asked):
                wait_until(asked.up.done, "the kernel did not come up")
                starting.cancel()

            def settle_and_give_up(asked, error):
                loop.call_soon_threadsafe(give_up, asked)
                settle(asked, error)

            monkeypatch.setattr(spawner._Fork, "settle", settle_and_give_up)
            with pytest.raises(asyncio.CancelledError):
                await starting
            process = psutil.Process(zygote["pid"])
            await asyncio.to_thread(
                wait_until, lambda: len(process.children()) == 1, "a kernel nobody asked for"
            )

    asyncio.run(story())
