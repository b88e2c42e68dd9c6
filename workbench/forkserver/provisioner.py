"""The provisioner: asks a zygote for a fork, or starts the kernel the stock way and says why."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import List, Unicode

from . import spawner
from .spawner import CannotFork, Recipe

#: Launch options a fork honours or can do without. Any other is for the stock way alone.
_HONOURED = frozenset({"cwd", "env", "extra_arguments", "kernel_id"})
_KERNEL_MODULES = frozenset({"ipykernel", "ipykernel_launcher"})


class ForkProvisioner(LocalProvisioner):
    """Forks kernels off a warm process. All but the launch is :class:`LocalProvisioner`'s."""

    preload = List(Unicode(), help="Modules to import once, before the first fork.")
    warm = Unicode(help="'module:function' to call once after the imports.")
    forbid = List(Unicode(), help="Modules that must not be loaded once all that is done.")
    inherit = List(Unicode(), help="Environment variables that the imports read.")

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch a kernel by its stock command line, of which a fork needs only the arguments."""
        recipe = Recipe.of({name: getattr(self, name) for name in Recipe._fields})
        try:
            process = await spawner.fork(
                recipe,
                kernel_arguments(cmd, kwargs),
                env=kwargs["env"],
                cwd=os.fspath(kwargs.get("cwd") or Path.cwd()),
            )
        except CannotFork as error:
            spawner.note_stock(recipe, error)
            return await super().launch_kernel(cmd, **kwargs)
        spawner.note_fork(recipe)
        self.process = process
        # The child leads its own group from its first instruction on; asking the system for it
        # could come too early and name the zygote's.
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        return self.connection_info


def kernel_arguments(cmd: list[str], options: dict[str, Any]) -> list[str]:
    """The arguments for the kernel in a stock command line.

    Raises
    ------
    CannotFork
        When the command is not an IPython kernel on this interpreter, or an option needs Popen.
    """
    unknown = sorted(name for name, value in options.items() if value and name not in _HONOURED)
    if unknown:
        raise CannotFork(f"launch option {', '.join(unknown)}")
    modules = [place for place, word in enumerate(cmd[:-1]) if word == "-m"]
    if not modules or cmd[modules[0] + 1] not in _KERNEL_MODULES:
        raise CannotFork("the command does not start an IPython kernel")
    if cmd[0] != sys.executable:
        raise CannotFork("the command names another Python")
    return cmd[modules[0] + 2 :]
