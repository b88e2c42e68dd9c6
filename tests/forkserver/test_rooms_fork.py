"""The kernels this server really offers are forked. Red wherever they are not; never skipped."""

from __future__ import annotations

import asyncio

import pytest
from jupyter_client.manager import AsyncKernelManager

from workbench.forkserver import status
from workbench.serve.kernels import OwnKernelSpecs


@pytest.mark.parametrize("name", sorted(OwnKernelSpecs().find_kernel_specs()))
def test_the_kernel_of_a_room_is_forked(bench, name):
    async def story():
        manager = AsyncKernelManager(
            kernel_name=name,
            kernel_spec_manager=OwnKernelSpecs(),
            transport="ipc",
            ip=f"{bench.environment()['HOME']}/s",
        )
        await manager.start_kernel(env=bench.environment())
        try:
            return type(manager.provisioner.process).__name__
        finally:
            await manager.shutdown_kernel(now=True)

    assert asyncio.run(story()) == "ForkedProcess"
    assert (status()["way"], status()["reason"]) == ("fork", "")
