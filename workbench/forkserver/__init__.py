"""A kernel provisioner that forks IPython kernels off a warm process instead of starting each.

A kernel specification names it and says what is worth having ready::

    "metadata": {"kernel_provisioner": {
        "provisioner_name": "fork-server",
        "config": {"preload": ["ipywidgets"], "warm": "package.module:function", "forbid": []}}}

``preload`` lists modules to import, ``warm`` names a function to call after them, ``forbid`` lists
modules that must not have come along; ``inherit``, if there, names environment variables that the
imports read. One process per distinct config (the *zygote*) does this
once; each kernel is then a fork of it, shares its memory and is up in a few hundredths of a
second. Everything a manager does with a kernel (interrupt, restart, exit codes, IPC transport)
works as with the stock provisioner.

Forking needs Linux and a zygote with one thread. Where that fails the kernel is started the stock
way, a warning says why once, and :func:`status` keeps saying it.

The warm function runs before any visitor exists: it may load reference data and templates, it must
not open a database, read a secret, start a thread, or leave a widget behind.
"""

from __future__ import annotations

from typing import Any

__all__ = ["ForkProvisioner", "shut_down", "start_ahead", "status"]

_HOMES = {
    "ForkProvisioner": "provisioner",
    "shut_down": "spawner",
    "start_ahead": "spawner",
    "status": "spawner",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
