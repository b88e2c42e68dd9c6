"""What a fork does to become a kernel: be nobody's copy, then run ipykernel's own application."""

from __future__ import annotations

import atexit
import logging
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import types
import weakref
from types import SimpleNamespace
from typing import Any, NoReturn

import ipykernel.ipkernel
from ipykernel import kernelapp
from ipykernel.iostream import IOPubThread
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

#: Kernels on one machine share one history database; forks would queue up for it. A config file
#: or an argument can turn it on.
_DEFAULTS = {"HistoryManager": {"enabled": False}}

#: Modules that a starting kernel imports only when it comes to them.
LATE_IMPORTS = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "faulthandler",
    "tornado.platform.asyncio",
    "unicodedata",
)


class ForkedKernelApp(IPKernelApp):
    """The kernel's application, without what costs a fork much, or opens a door, for nothing.

    What a fork only looks at becomes its own: a page is copied as soon as a reference on it is
    counted. Command line and debugger together would copy 3 MB in each kernel.
    """

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read the one usual argument without building a parser for all settings there are."""
        match argv:
            case ["-f", file]:
                self.cli_config = Config({"IPKernelApp": {"connection_file": file}})
                self.update_config(self.cli_config)
            case _:
                super().parse_command_line(argv)

    def init_iopub(self, context: Any) -> None:
        """Open no port by IPC: there, what a kernel's own subprocesses print is nobody's to read.

        ipykernel listens for it on the loopback whatever the transport is.
        """
        threads = kernelapp.IOPubThread
        if self.transport == "ipc":
            kernelapp.IOPubThread = _without_port
        try:
            super().init_iopub(context)
        finally:
            kernelapp.IOPubThread = threads

    def init_kernel(self) -> None:
        """Hide the loaded modules, whose files the kernel would list for the missing debugger."""
        ipykernel.ipkernel.sys = SimpleNamespace(**{**vars(sys), "modules": {}})
        try:
            super().init_kernel()
        finally:
            ipykernel.ipkernel.sys = sys


def _without_port(socket: Any, pipe: bool, session: Any) -> IOPubThread:
    return IOPubThread(socket, pipe=False, session=session)


def run(argv: list[str], env: dict[str, str], cwd: str, up: int) -> NoReturn:
    """Run a kernel in this process and end the process with it.

    ``argv`` are the kernel's arguments, ``up`` a pipe that gets one byte when its sockets are
    bound.
    """
    code = 1
    try:
        reset_process(argv, env, cwd)
        # 1 stands for "init": no thread needs to watch for the parent, the system does.
        app = ForkedKernelApp.instance(parent_handle=1, config=Config(_DEFAULTS))
        app.initialize(argv)
        register_widgets()
        os.write(up, b"1")
        os.close(up)
        app.start()
        # The reply to a shutdown flushes the output thread, which the orderly end below stops:
        # whoever came first decided between 0.1 and 10 s.
        app.control_thread.stop()
        app.control_thread.join(1)
        code = 0
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        # The zygote's frames lie below: leave without going through them.
        try:
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def reset_process(argv: list[str], env: dict[str, str], cwd: str) -> None:
    """Make this process what it would be had it been started: environment, signals, chance."""
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)) or number == signal.SIGINT:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())

    old_path = os.environ.get("PYTHONPATH", "")
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    for place in filter(None, old_path.split(os.pathsep)):
        if place in sys.path and place not in env.get("PYTHONPATH", "").split(os.pathsep):
            sys.path.remove(place)
    for place in reversed(env.get("PYTHONPATH", "").split(os.pathsep)):
        if place and place not in sys.path:
            sys.path.insert(0, place)
    sys.argv = ["ipykernel_launcher", *argv]
    sys.modules["__main__"] = types.ModuleType("__main__")
    tempfile.tempdir = None

    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()

    # What the zygote's libraries wanted done at its end is not ours to do.
    atexit._clear()
    for entry in list(weakref.finalize._registry.values()):
        entry.atexit = False
    atexit.register(weakref.finalize._exitfunc)
    atexit.register(logging.shutdown)


def register_widgets() -> None:
    """Do what ipywidgets does on import when it is imported in a kernel."""
    widgets = sys.modules.get("ipywidgets")
    if widgets is not None:
        widgets.register_comm_target()
