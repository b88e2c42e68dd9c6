"""Real kernels, started through jupyter_client from specifications in a folder of their own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from workbench.forkserver import shut_down, spawner

PATIENCE = 300.0


class Kernel:
    """A started kernel and its connected client."""

    def __init__(self, manager: AsyncKernelManager, client: Any) -> None:
        self.manager = manager
        self.client = client

    @property
    def pid(self) -> int:
        return self.manager.provisioner.pid

    @property
    def is_forked(self) -> bool:
        return type(self.manager.provisioner.process).__name__ == "ForkedProcess"

    async def run(self, code: str) -> str:
        """What the code printed; an error in it is raised here."""
        texts: list[str] = []

        def take(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                texts.append(message["content"]["text"])

        reply = await self.client.execute_interactive(code, output_hook=take, timeout=PATIENCE)
        content = reply["content"]
        assert content["status"] == "ok", content
        return "".join(texts)

    async def exit_code(self) -> int:
        """The code the provisioner reports once the process has ended."""
        deadline = time.monotonic() + PATIENCE
        while (code := await self.manager.provisioner.poll()) is None:
            assert time.monotonic() < deadline, "the kernel lives on"
            await asyncio.sleep(0.01)
        return code


class Bench:
    """A folder with modules to preload and sockets to talk by."""

    def __init__(self, folder: Path) -> None:
        self.modules = folder / "modules"
        self.modules.mkdir()
        self._folder = folder
        self._started = 0

    def write_module(self, name: str, text: str) -> Path:
        """A module that zygotes and kernels can import."""
        path = self.modules / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        return path

    def environment(self) -> dict[str, str]:
        """All a kernel gets."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.environ["PYTHONPATH"],
            "IPYTHONDIR": str(self._folder / "ipython"),
        }

    def manager(self, config: dict[str, Any], command: list[str] | None = None) -> Any:
        """A manager for one kernel of this provisioner config."""
        self._started += 1
        folder = self._folder / f"specs{self._started}"
        (folder / "forked").mkdir(parents=True)
        spec = {
            "argv": command or [sys.executable, "-m", "ipykernel_launcher"],
            "display_name": "Forked",
            "language": "python",
            "metadata": {
                "kernel_provisioner": {"provisioner_name": "fork-server", "config": config}
            },
        }
        spec["argv"] += ["-f", "{connection_file}"]
        (folder / "forked" / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        return AsyncKernelManager(
            kernel_name="forked",
            kernel_spec_manager=KernelSpecManager(
                kernel_dirs=[str(folder)], ensure_native_kernel=False
            ),
            transport="ipc",
            ip=str(self._folder / f"s{self._started}"),
        )

    @asynccontextmanager
    async def kernel(
        self, config: dict[str, Any] | None = None, command: list[str] | None = None, **options: Any
    ) -> AsyncIterator[Kernel]:
        """A running kernel; it is ended afterwards."""
        manager = self.manager(config or {"preload": ["ipywidgets"]}, command)
        await manager.start_kernel(
            **{"env": self.environment(), "cwd": str(self._folder)} | options
        )
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=PATIENCE)
            yield Kernel(manager, client)
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A bench with no zygote yet; all are gone afterwards. Its path is short, as sockets need.

    The zygotes of a server that other tests run in this process stay out of sight.
    """
    folder = Path(tempfile.mkdtemp(prefix="fork"))
    monkeypatch.setenv("PYTHONPATH", str(folder / "modules"))
    monkeypatch.setattr(spawner, "_standings", {})
    monkeypatch.setattr(spawner, "_retired", [])
    try:
        yield Bench(folder)
    finally:
        shut_down()
        shutil.rmtree(folder)


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds, or fail saying what never came true."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether no process of this number runs; a zombie of another parent counts as gone."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[[Callable[[], bool], str], None]:
    return wait_until


@pytest.fixture(name="is_gone")
def _is_gone() -> Callable[[int], bool]:
    return is_gone
