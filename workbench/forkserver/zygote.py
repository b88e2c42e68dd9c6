"""The zygote: a process with one thread that has everything ready and forks kernels on demand.

Run as ``python -m <package>.zygote ORDER``, ORDER being JSON: ``preload``, ``warm``, ``forbid``,
``socket`` (the descriptor it is asked by) and ``parent`` (the process it dies with, 0 for none).
Messages are JSON, one packet each. It takes::

    {"fork": n, "argv": [...], "env": {...}, "cwd": "..."}    {"kill": pid}

and tells::

    {"ready": stamp}  or  {"refused": why}, then ends
    {"forked": n, "pid": pid} with a pidfd, {"up": n} when that kernel's sockets are bound
    {"gone": n} when its files have changed and it forks no more, {"failed": n, "why": why}
    {"exit": pid, "code": code, "of": n}, negative codes for signals

Kernels are watched by pidfds in the same poll(2), so there is no signal handler to get wrong.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import hashlib
import importlib
import json
import os
import select
import signal
import socket
import sys
import sysconfig
import time
import traceback
from dataclasses import dataclass
from typing import Any, NoReturn

#: Seconds for which a look at the preloaded files is believed.
_STAMP_AGE = 2.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Refused(Exception):
    """This process is not fit to be forked; the text says why."""


@dataclass
class _Kernel:
    number: int
    pid: int
    pidfd: int
    up: int


class Zygote:
    """The loop. ``files`` are what was loaded; their change ends the forking."""

    def __init__(self, channel: socket.socket, files: list[str]) -> None:
        self._channel = channel
        self._files = files
        self._stamp = stamp_of(files)
        self._looked_at = time.monotonic()
        self._retired = False
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._by_fd: dict[int, _Kernel] = {}
        self._umask = os.umask(0o077)
        os.umask(self._umask)

    def run(self) -> None:
        """Serve until the other end hangs up, or until retired and alone."""
        self._tell({"ready": self._stamp})
        while not self._retired or self._by_fd:
            for fd, _ in self._poll.poll():
                if fd != self._channel.fileno():
                    self._look_at(fd)
                elif data := self._channel.recv(1 << 20):
                    self._take(json.loads(data))
                else:
                    return

    def end_kernels(self) -> None:
        """Kill what is left, with whatever the kernels have started themselves."""
        for kernel in self._kernels():
            kill_group(kernel.pid)

    def _kernels(self) -> list[_Kernel]:
        return [kernel for fd, kernel in self._by_fd.items() if fd == kernel.pidfd]

    def _take(self, message: dict[str, Any]) -> None:
        match message:
            case {"fork": number}:
                try:
                    self._fork(number, message)
                except (Refused, OSError) as error:
                    self._tell({"failed": number, "why": str(error)})
            case {"kill": pid}:
                if any(kernel.pid == pid for kernel in self._kernels()):
                    kill_group(pid)

    def _fork(self, number: int, order: dict[str, Any]) -> None:
        if self._retired or self._is_outdated():
            self._tell({"gone": number})
            return
        check_threads()
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        try:
            zygote, pid = os.getpid(), os.fork()
            if pid == 0:
                self._become_kernel(zygote, writer, order)
            pidfd = watch(pid)
        except OSError:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        kernel = _Kernel(number, pid, pidfd, reader)
        for fd in (kernel.pidfd, kernel.up):
            self._by_fd[fd] = kernel
            self._poll.register(fd, select.POLLIN)
        self._tell({"forked": number, "pid": pid}, kernel.pidfd)

    def _become_kernel(self, zygote: int, writer: int, order: dict[str, Any]) -> NoReturn:
        try:
            die_with(zygote)
            os.setsid()
            self._channel.close()
            for fd in self._by_fd:
                os.close(fd)
            os.umask(self._umask)
            from . import kernel

            kernel.run(order["argv"], order["env"], order["cwd"], writer)
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(1)

    def _look_at(self, fd: int) -> None:
        # The system gives numbers away again at once: an event of this round may speak of a
        # descriptor closed since, under a number that is another kernel's by now. So nothing here
        # may wait, and a kernel closes only what is still its own.
        kernel = self._by_fd.get(fd)
        if kernel is None:
            return
        if fd == kernel.up:
            with contextlib.suppress(BlockingIOError):
                # An end of file means that it died trying; its exit tells that.
                if os.read(fd, 1):
                    self._tell({"up": kernel.number})
                self._forget(fd)
            return
        result = os.waitid(os.P_PIDFD, fd, os.WEXITED | os.WNOHANG)
        if result is None:
            return
        killed = result.si_code != os.CLD_EXITED
        if self._by_fd.get(kernel.up) is kernel:
            self._forget(kernel.up)
        self._forget(fd)
        code = -result.si_status if killed else result.si_status
        self._tell({"exit": kernel.pid, "code": code, "of": kernel.number})

    def _forget(self, fd: int) -> None:
        self._poll.unregister(fd)
        del self._by_fd[fd]
        os.close(fd)

    def _is_outdated(self) -> bool:
        if time.monotonic() - self._looked_at > _STAMP_AGE:
            self._looked_at = time.monotonic()
            self._retired = stamp_of(self._files) != self._stamp
        return self._retired

    def _tell(self, message: dict[str, Any], *fds: int) -> None:
        data = json.dumps(message).encode()
        try:
            if fds:
                socket.send_fds(self._channel, [data], list(fds))
            else:
                self._channel.send(data)
        except OSError:
            # Nobody listens any more; the next poll sees the end of file.
            pass


# --- getting ready


def prepare(preload: list[str], warm: str, forbid: list[str]) -> None:
    """Import and warm everything a kernel needs.

    Raises
    ------
    Refused
        When an import or the warm function fails, a forbidden module came along, or a thread runs.
    """
    import_kernel()
    for name in preload:
        try:
            importlib.import_module(name)
        except BaseException as error:
            raise Refused(f"import of {name} failed: {type(error).__name__}: {error}") from error
    if warm:
        try:
            module, _, function = warm.partition(":")
            getattr(importlib.import_module(module), function)()
        except BaseException as error:
            raise Refused(f"{warm} failed: {type(error).__name__}: {error}") from error
    for name in forbid:
        if name in sys.modules:
            raise Refused(f"{name} is loaded, which is forbidden here")
    check_threads()


def import_kernel() -> None:
    """Import the kernel's own modules, without the debugger: half its start, and nobody's need.

    ipykernel finds out on import whether there is one and does without; user code may still
    import debugpy later.
    """
    blocked = "debugpy" not in sys.modules
    if blocked:
        sys.modules["debugpy"] = None  # type: ignore[assignment]
    importlib.import_module("ipykernel.debugger")
    for name in importlib.import_module(f"{__package__}.kernel").LATE_IMPORTS:
        # Which they are changes with IPython's releases; a missing one costs time, nothing else.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if blocked:
        del sys.modules["debugpy"]


def check_threads() -> None:
    """Raise :class:`Refused` unless this process has one thread: a fork copies only the caller."""
    tasks = os.listdir("/proc/self/task")
    if len(tasks) > 1:
        names = []
        for task in sorted(tasks, key=int)[1:]:
            with open(f"/proc/self/task/{task}/comm", encoding="utf-8") as comm:
                names.append(comm.read().strip())
        raise Refused(f"{len(tasks)} threads run after the imports: {', '.join(names)}")


def loaded_files() -> list[str]:
    """The files of all loaded modules that are not Python's own."""
    standard = sysconfig.get_path("stdlib") + os.sep
    paths = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    return sorted(
        path
        for path in paths
        if isinstance(path, str)
        and (not path.startswith(standard) or f"{os.sep}site-packages{os.sep}" in path)
    )


def stamp_of(files: list[str]) -> str:
    """A hash over paths, sizes and times of change; a missing file counts as one of size -1."""
    digest = hashlib.blake2b(digest_size=16)
    for path in files:
        try:
            found = os.stat(path)
            line = f"{path} {found.st_size} {found.st_mtime_ns}\n"
        except OSError:
            line = f"{path} -1\n"
        digest.update(os.fsencode(line))
    return digest.hexdigest()


# --- the system


def die_with(parent: int) -> None:
    """Have the system kill this process when its parent ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def watch(child: int) -> int:
    """A pidfd of a child not yet waited for; the child is killed when there can be none."""
    try:
        return os.pidfd_open(child)
    except OSError:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise


def kill_group(leader: int) -> None:
    """Kill a process and its group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        # It has not come to lead a group yet.
        os.kill(leader, signal.SIGKILL)


def main(order: dict[str, Any]) -> None:
    """Prepare, then fork on demand until the server is gone."""
    if order["parent"]:
        die_with(order["parent"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=order["socket"])
    channel.set_inheritable(False)
    try:
        prepare(order["preload"], order["warm"], order["forbid"])
    except Refused as error:
        channel.send(json.dumps({"refused": str(error)}).encode())
        return
    zygote = Zygote(channel, loaded_files())
    gc.collect()
    gc.freeze()
    try:
        zygote.run()
    finally:
        zygote.end_kernels()
        # Nothing of what was preloaded gets to run at the end: it was only ever kept ready.
        os._exit(0)


if __name__ == "__main__":
    # One copy of this module: as ``__main__`` it would be shadowed by the kernel's own.
    importlib.import_module(f"{__package__}.zygote").main(json.loads(sys.argv[1]))
