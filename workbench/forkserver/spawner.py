"""The server's side: which zygotes there are, and how they are asked.

One reader thread per zygote takes in what it tells; nothing here depends on an event loop, so
managers on several loops, or on none, share the same zygotes.
"""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from .process import ForkedProcess

#: Seconds a zygote may take over its imports, and a fork until its sockets are bound.
_READY_WITHIN = 120.0
_UP_WITHIN = 60.0
#: Seconds until a config that could not fork is tried again.
_TRY_AGAIN_AFTER = 60.0

#: What a zygote keeps of the server's environment: nothing that could hold a secret.
_KEPT = frozenset(
    {
        "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "PYTHONHOME",
        "PYTHONPATH", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV",
    }
)  # fmt: skip
#: No thread may come with an import, one heap arena is enough for sleepers, no window system.
_SET = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MALLOC_ARENA_MAX": "1",
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

_log = logging.getLogger(__name__)


class CannotFork(Exception):
    """This kernel cannot be forked; the text says why. The stock way remains."""


class ShutDown(CannotFork):
    """The fork server was ended by its own server: nothing to be remembered."""


class _Gone(Exception):
    """The zygote asked is outdated or dead; another one will do."""


class Recipe(NamedTuple):
    """What a zygote has ready. See the package's docstring."""

    preload: tuple[str, ...] = ()
    warm: str = ""
    forbid: tuple[str, ...] = ()
    inherit: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Recipe:
        """The recipe of a kernel specification's provisioner config."""
        preload, forbid, inherit = (
            tuple(config.get(name, ())) for name in ("preload", "forbid", "inherit")
        )
        return cls(preload, config.get("warm", ""), forbid, inherit)


@dataclass
class _Standing:
    """How the kernels of one recipe are started."""

    zygote: Zygote | None = None
    stock_because: str = ""
    warned: set[str] = field(default_factory=set)


_standings: dict[Recipe, _Standing] = {}
_retired: list[Zygote] = []
_lock = threading.Lock()


# --- what others call


def start_ahead(config: Mapping[str, Any]) -> Future[None]:
    """Start the zygote of a kernel specification's provisioner config without waiting for it.

    The future ends when forks can be asked for, with :class:`CannotFork` when they never will.
    """
    recipe = Recipe.of(config)
    try:
        ready = _current(recipe).ready
    except CannotFork as error:
        note_stock(recipe, error)
        ready = Future()
        ready.set_exception(error)
    else:
        ready.add_done_callback(lambda done: _note_start(recipe, done))
    return ready


def status() -> dict[str, Any]:
    """How kernels are started: ``way`` "fork" or "stock", ``reason`` for the latter, ``zygotes``.

    "stock" as soon as one config in use cannot be forked. Each zygote gives ``pid``, the number
    of its ``kernels``, and whether it is ``retired`` (outdated, living on for these alone).
    """
    with _lock:
        standings, retired = list(_standings.values()), list(_retired)
    reasons = [standing.stock_because for standing in standings if standing.stock_because]
    if not reasons and (unable := _system_cannot()):
        reasons = [unable]
    zygotes = [standing.zygote for standing in standings if standing.zygote] + retired
    return {
        "way": "stock" if reasons else "fork",
        "reason": reasons[0] if reasons else "",
        "zygotes": [
            {"pid": zygote.pid, "kernels": zygote.kernels(), "retired": zygote.retired}
            for zygote in zygotes
            if zygote.is_alive()
        ],
    }


def shut_down() -> None:
    """End all zygotes and their kernels, and wait for the zygotes to be gone."""
    with _lock:
        zygotes = [*_retired, *(s.zygote for s in _standings.values() if s.zygote)]
        _standings.clear()
        _retired.clear()
    for zygote in zygotes:
        zygote.hang_up()
    for zygote in zygotes:
        zygote.join()


async def fork(recipe: Recipe, argv: list[str], *, env: dict[str, str], cwd: str) -> ForkedProcess:
    """Fork a kernel with these arguments and return it once its sockets are bound.

    Raises
    ------
    CannotFork
        When there is no way to; the reason is remembered for a minute.
    """
    for _ in range(3):
        zygote = _current(recipe)
        await asyncio.wrap_future(zygote.ready)
        try:
            return await zygote.fork(argv, env, cwd)
        except _Gone:
            _replace(recipe, zygote)
    raise CannotFork("the fork server keeps ending")


def note_stock(recipe: Recipe, error: CannotFork) -> None:
    """Note that kernels of this recipe start the stock way; warn once for each reason."""
    if isinstance(error, ShutDown):
        return
    reason = str(error)
    with _lock:
        standing = _standings.setdefault(recipe, _Standing())
        standing.stock_because = reason
        new = reason not in standing.warned
        standing.warned.add(reason)
    if new:
        _log.warning("Kernels are started one by one, not forked: %s", reason)


def note_fork(recipe: Recipe) -> None:
    """Note that kernels of this recipe are forked."""
    with _lock:
        _standings.setdefault(recipe, _Standing()).stock_because = ""


def _note_start(recipe: Recipe, ready: Future[None]) -> None:
    error = ready.exception()
    if isinstance(error, CannotFork):
        note_stock(recipe, error)


# --- the zygotes


def _system_cannot() -> str:
    if not sys.platform.startswith("linux"):
        return "this system is not Linux"
    if not hasattr(os, "pidfd_open") or not hasattr(signal, "pidfd_send_signal"):
        return "this Python knows no pidfd"
    return ""


def _current(recipe: Recipe) -> Zygote:
    """The zygote of a recipe, started when there is none or its refusal is old."""
    if unable := _system_cannot():
        raise CannotFork(unable)
    with _lock:
        standing = _standings.setdefault(recipe, _Standing())
        if standing.zygote is None or standing.zygote.is_spent():
            try:
                standing.zygote = Zygote(recipe)
            except OSError as error:
                raise CannotFork(f"the fork server does not start: {error.strerror}") from error
        return standing.zygote


def _replace(recipe: Recipe, zygote: Zygote) -> None:
    """Let the next launch start another one; this one lives until its kernels have ended."""
    with _lock:
        standing = _standings.setdefault(recipe, _Standing())
        if standing.zygote is zygote:
            standing.zygote = None
            zygote.retired = True
            _retired[:] = [old for old in (*_retired, zygote) if old.is_alive()]


class Zygote:
    """One zygote as the server sees it. ``ready`` ends with :class:`CannotFork` on refusal."""

    def __init__(self, recipe: Recipe) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # PDEATHSIG follows the thread that starts a process, so only the main thread may set it.
        parent = os.getpid() if threading.current_thread() is threading.main_thread() else 0
        order = json.dumps({**recipe._asdict(), "socket": theirs.fileno(), "parent": parent})
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", f"{__package__}.zygote", order],
                    stdin=subprocess.DEVNULL,
                    env=zygote_environment(recipe.inherit),
                    cwd="/",
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            except OSError:
                ours.close()
                raise
        self.pid = self._process.pid
        self.retired = False
        self.ready: Future[None] = _uncancellable()
        self._socket = ours
        self._lock = threading.Lock()
        self._asked = 0
        self._forks: dict[int, _Fork] = {}
        self._kernels: dict[int, ForkedProcess] = {}
        self._refused_at: float | None = None
        self._alive = True
        self._is_hung_up = False
        self._impatience = threading.Timer(_READY_WITHIN, self._process.kill)
        self._impatience.daemon = True
        self._impatience.start()
        self._reader = threading.Thread(target=self._read, name="fork-server", daemon=True)
        self._reader.start()

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self._alive

    def is_spent(self) -> bool:
        """Whether another should be tried: it died after serving, or refused a while ago."""
        if self._refused_at is not None:
            return time.monotonic() - self._refused_at > _TRY_AGAIN_AFTER
        return not self._alive

    def kernels(self) -> int:
        """How many of its kernels live."""
        return len(self._kernels)

    async def fork(self, argv: list[str], env: dict[str, str], cwd: str) -> ForkedProcess:
        """Ask for one fork; returns when its sockets are bound, or it has died trying."""
        with self._lock:
            self._asked += 1
            number, asked = self._asked, _Fork()
            self._forks[number] = asked
        try:
            await self._send({"fork": number, "argv": argv, "env": env, "cwd": cwd})
        except BaseException:
            self._forks.pop(number, None)
            raise
        try:
            async with asyncio.timeout(_UP_WITHIN):
                return await asyncio.wrap_future(asked.up)
        except BaseException as error:
            # A launch that was given up must not leave its kernel behind, not even one that came
            # up in the very moment.
            asked.abandon()
            if isinstance(error, TimeoutError):
                raise CannotFork("a forked kernel did not come up") from None
            raise

    def hang_up(self) -> None:
        """End it and its kernels: a zygote does not outlive the other end of its socket."""
        self._is_hung_up = True
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            self._process.kill()

    def join(self) -> None:
        """Wait until it is gone."""
        self._reader.join(60)

    async def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        while True:
            try:
                self._socket.send(data, socket.MSG_DONTWAIT)
                return
            except BlockingIOError:
                await asyncio.sleep(0.005)
            except OSError as error:
                if error.errno == errno.EMSGSIZE:
                    raise CannotFork("the environment is too large to hand over") from None
                raise _Gone from None

    # --- in the reader thread

    def _read(self) -> None:
        try:
            while True:
                data, fds, _, _ = socket.recv_fds(self._socket, 65536, 1, socket.MSG_CMSG_CLOEXEC)
                if not data:
                    break
                self._take(json.loads(data), fds)
        except OSError:
            pass
        finally:
            self._end()

    def _take(self, message: dict[str, Any], fds: list[int]) -> None:
        match message:
            case {"ready": _}:
                self._impatience.cancel()
                self.ready.set_result(None)
            case {"refused": reason}:
                self._refused_at = time.monotonic()
                self.ready.set_exception(CannotFork(reason))
            case {"forked": number, "pid": pid}:
                self._take_fork(number, pid, fds)
            case {"up": number}:
                self._settle(number)
            case {"exit": pid, "code": code, "of": number}:
                if process := self._kernels.pop(pid, None):
                    process.tell(code)
                if number in self._forks:
                    _log.warning("A forked kernel ended with code %s before it was up", code)
                self._settle(number)
            case {"gone": number}:
                self._settle(number, _Gone())
            case {"failed": number, "why": reason}:
                self._settle(number, CannotFork(reason))

    def _take_fork(self, number: int, pid: int, fds: list[int]) -> None:
        asked = self._forks[number]
        if not fds:
            self._settle(number, CannotFork("no file descriptor is left"))
            self._socket.send(json.dumps({"kill": pid}).encode())
            return
        self._kernels[pid] = process = ForkedProcess(pid, fds[0])
        asked.forked(process)

    def _settle(self, number: int, error: Exception | None = None) -> None:
        with self._lock:
            asked = self._forks.pop(number, None)
        if asked is not None:
            asked.settle(error)

    def _end(self) -> None:
        self._impatience.cancel()
        self._process.kill()
        code = self._process.wait()
        self._alive = False
        if not self.ready.done():
            self._refused_at = time.monotonic()
            self.ready.set_exception(
                ShutDown("the fork server was ended")
                if self._is_hung_up
                else CannotFork(f"the fork server ended early, code {code}")
            )
        with self._lock:
            forks, self._forks = list(self._forks.values()), {}
        for asked in forks:
            asked.settle(_Gone())
        for process in self._kernels.values():
            process.tell(-int(signal.SIGKILL))
        self._kernels.clear()
        self._socket.close()


class _Fork:
    """One fork that was asked for. ``up`` ends with its process."""

    def __init__(self) -> None:
        self.up: Future[ForkedProcess] = Future()
        self._process: ForkedProcess | None = None
        self._abandoned = False
        self._lock = threading.Lock()

    def forked(self, process: ForkedProcess) -> None:
        with self._lock:
            self._process = process
            if self._abandoned:
                process.kill()

    def settle(self, error: Exception | None) -> None:
        with self._lock:
            if not self.up.set_running_or_notify_cancel():
                if self._process is not None:
                    self._process.kill()
            elif error is not None:
                self.up.set_exception(error)
            else:
                assert self._process is not None
                self.up.set_result(self._process)

    def abandon(self) -> None:
        with self._lock:
            self._abandoned = True
            if self._process is not None:
                self._process.kill()


def zygote_environment(inherit: Iterable[str] = ()) -> dict[str, str]:
    """A zygote's environment: harmless names, those to ``inherit``, the way to this package."""
    kept = _KEPT.union(inherit)
    environment = {
        name: value for name, value in os.environ.items() if name in kept or name.startswith("LC_")
    }
    root = Path(__file__).resolve().parents[(__package__ or "").count(".") + 1]
    if str(root) not in map(str, _site_folders()):
        paths = [str(root), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
        environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    return {**environment, **_SET}


def _site_folders() -> list[Path]:
    import site

    return [Path(folder).resolve() for folder in site.getsitepackages()]


def _uncancellable() -> Future[None]:
    """A future many wait for: one of them giving up must not take it from the others."""
    future: Future[None] = Future()
    future.set_running_or_notify_cancel()
    return future
