"""Kernels that belong to somebody: taken by the server for one person in one room.

There is no way to start one by a request. Kernels are forked and connected before anybody comes
(``Pool``), so they know nobody until the server lays a signed note for them. They get a short list
of harmless environment variables, and are never restarted empty when they die, because a page that
looks alive and is not is worse than one that says so.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import site
import sys
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.kernelmanager import (
    AsyncMappingKernelManager,
    ServerKernelManager,
)
from traitlets import Integer, Unicode

from workbench.access import Actor, Role
from workbench.domain.cities import VARIABLE as CITY_VARIABLE
from workbench.errors import Forbidden
from workbench.serve import handover
from workbench.serve.doors import LENGKAP, RINGAN

#: What a kernel keeps of the server's environment. Everything else stays with the server:
#: passwords and tokens come under names nobody can list. Each kernel opens the office's data for
#: itself, so it is told where they lie.
KEPT_VARIABLES = frozenset(
    {
        "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "PYTHONHOME",
        "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "USER", "USERPROFILE",
        "VERVAL_DATABASE", "VERVAL_KEY", "VERVAL_KOTA", "VIRTUAL_ENV",
    }
)  # fmt: skip
KEPT_PREFIX = "LC_"

#: Where a room's page finds the code of its widgets; see ``ui.card``.
ASSETS_VARIABLE = "VERVAL_ASSETS"

#: What the fork server loads once and all kernels of a name share. Polars starts threads, and a
#: process with threads cannot be forked safely.
PRELOAD = {
    RINGAN: {"preload": ["workbench.ui.warm"], "warm": "workbench.ui.warm:warm_light"},
    LENGKAP: {"preload": ["workbench.ui.warm"], "warm": "workbench.ui.warm:warm_full"},
}

#: Why a kernel ended, when its page may still ask.
REPLACED = "diganti"
_REMEMBERED = 2_000
#: Seconds a new kernel may take until it answers.
_READY_S = 60.0


@dataclass(frozen=True)
class Visit:
    """One person in one room. ``owner`` and ``session`` are the visitor's, see ``identity``.

    ``record`` is the key of a printed sheet they come from. ``token`` is kept to ask again whether
    the session still stands; it goes nowhere else.
    """

    owner: str
    session: str
    room: str
    actor: Actor = field(repr=False)
    token: str = field(default="", repr=False)
    record: str = ""


@dataclass(frozen=True)
class ReadyKernel:
    """A kernel that answers: its id and a client whose shell and iopub channels are open."""

    id: str
    client: AsyncKernelClient

    def let_go(self) -> None:
        """Close the client; its own way out would first open the channels it never had."""
        self.client.shell_channel.stop()
        self.client.iopub_channel.stop()


class OwnKernelSpecs(KernelSpecManager):
    """The two kernels of this server, on the Python it runs on; nothing installed for the user."""

    def _kernel_dirs_default(self) -> list[str]:
        return []

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The spec of ``ringan`` or ``lengkap``; raises ``NoSuchKernel`` for any other name."""
        if kernel_name not in PRELOAD:
            raise NoSuchKernel(kernel_name)
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name=kernel_name,
            language="python",
            metadata={
                "kernel_provisioner": {
                    "provisioner_name": "fork-server",
                    "config": fork_config(kernel_name),
                }
            },
        )

    def find_kernel_specs(self) -> dict[str, str]:
        return dict.fromkeys(PRELOAD, "")


def fork_config(kernel_name: str) -> dict[str, Any]:
    """What the fork server is told of a kernel's name."""
    return {**PRELOAD[kernel_name], "forbid": ["polars"], "inherit": [CITY_VARIABLE]}


class RoomKernelManager(ServerKernelManager):
    """One kernel. What Jupyter would write to its event log for each, nobody reads here."""

    def emit(self, schema_id: str, data: dict[str, Any]) -> None:
        pass


class RoomKernels(AsyncMappingKernelManager):
    """The kernels of all rooms, by owner."""

    office_root = Unicode(help="Root folder of the office whose data the kernels work on.")
    ipython_dir = Unicode(help="Settings of the kernels' IPython; the user's own do not apply.")
    notes_dir = Unicode(help="Where the notes lie that tell kernels whom they serve.")
    windows = Integer(
        3,
        config=True,
        help="Live kernels a trainer or an official may have in one room: the wall stands beside "
        "the board. A trainee has one; then the oldest ends.",
    )
    unseen_timeout = Integer(
        180, config=True, help="Seconds after which a kernel ends whose page never connected."
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._visits: dict[str, Visit] = {}
        self._ended: dict[str, str] = {}
        self._expected: set[str] = set()
        self._alone_since: dict[str, float] = {}
        self._endings: set[asyncio.Task[None]] = set()
        #: Whether the session of a token still stands; set by the application.
        self.still_signed_in: Callable[[str], Awaitable[bool]] | None = None
        self._seen: set[str] = set()

    # --- starting

    async def prepare(self, kernel_name: str) -> ReadyKernel:
        """Start a kernel that serves nobody yet and wait until it answers."""
        kernel_id = str(uuid.uuid4())
        self._expected.add(kernel_id)
        try:
            await self.start_kernel(
                kernel_id=kernel_id,
                kernel_name=kernel_name,
                cwd=self.office_root,
                env=self.environment(),
            )
            return await self._greet(kernel_id)
        except BaseException:
            await self.end(kernel_id)
            raise
        finally:
            self._expected.discard(kernel_id)

    async def _greet(self, kernel_id: str) -> ReadyKernel:
        """A client whose subscription stands: Jupyter's own waits for a silence of 0.2 s."""
        # In the server's own context: each of its own would come with a thread or two.
        client = self.get_kernel(kernel_id).client(context=self.context)
        client.start_channels(stdin=False, hb=False, control=False)
        client.allow_stdin = False
        kernel = ReadyKernel(kernel_id, client)
        try:
            asked = client.kernel_info()
            # The kernel welcomes each new subscriber, so the first message says that it stands.
            await client.get_iopub_msg(timeout=_READY_S)
            while (await client.get_shell_msg(timeout=_READY_S))["parent_header"].get(
                "msg_id"
            ) != asked:
                pass
        except BaseException:
            kernel.let_go()
            raise
        return kernel

    def hand_over(self, kernel_id: str, visit: Visit) -> None:
        """Give a kernel that serves nobody to a visitor.

        A trainee's second page of a room is a reload or another phone: the older one ends. So
        does the oldest of too many windows of anybody else.
        """
        key = handover.server_key(Path(self.office_root))
        note = handover.sign_handover(key, visit.actor, kernel_id, visit.room, visit.record)
        handover.lay_note(Path(self.notes_dir), kernel_id, note)
        mine = [
            other_id
            for other_id, other in self._visits.items()
            if (other.owner, other.room) == (visit.owner, visit.room)
        ]
        allowed = 1 if visit.actor.role is Role.PESERTA else self.windows
        for other_id in mine[: max(0, len(mine) - allowed + 1)]:
            self.end_soon(other_id, REPLACED)
        self._visits[kernel_id] = visit
        self._alone_since[kernel_id] = self.clock()

    async def _async_start_kernel(self, **kwargs: Any) -> str:
        if kwargs.get("kernel_id") not in self._expected:
            raise Forbidden("Hanya server yang membuka halaman. Muat ulang halaman ini.")
        return await super()._async_start_kernel(**kwargs)

    start_kernel = _async_start_kernel  # type: ignore[assignment]

    def environment(self) -> dict[str, str]:
        """The whole environment of a kernel. It names no person."""
        return {
            **kept_environment(),
            "IPYTHONDIR": self.ipython_dir,
            # One visitor, one core: a hall shares the few there are.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            ASSETS_VARIABLE: "/aset/",
            handover.OFFICE_VARIABLE: self.office_root,
            handover.NOTES_VARIABLE: self.notes_dir,
        }

    def start_watching_activity(self, kernel_id: str) -> None:
        """Jupyter reads every message to know a kernel's last one; ours end by another measure."""
        self._kernels[kernel_id].execution_state = "idle"

    # --- asking

    def owner_of(self, kernel_id: str) -> str:
        """The owner of a live kernel, "" when it has none or is gone."""
        visit = self._visits.get(kernel_id)
        return visit.owner if visit else ""

    def room_of(self, kernel_id: str) -> str:
        """The room a live kernel serves, "" when it serves nobody or is gone."""
        visit = self._visits.get(kernel_id)
        return visit.room if visit else ""

    def why_ended(self, kernel_id: str) -> str:
        """Why a kernel is gone, "" when nothing special is remembered."""
        return self._ended.get(kernel_id, "")

    def of_person(self, owner: str, room: str) -> bool:
        """Whether a person has a live kernel in a room."""
        return any((one.owner, one.room) == (owner, room) for one in self._visits.values())

    @property
    def taken(self) -> int:
        """How many kernels serve somebody."""
        return len(self._visits)

    # --- ending

    def end_soon(self, kernel_id: str, reason: str = "") -> None:
        """End a kernel without waiting for it."""
        task = asyncio.ensure_future(self.end(kernel_id, reason))
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    async def end(self, kernel_id: str, reason: str = "") -> None:
        """End a kernel; no error when it is gone already."""
        if reason:
            self._ended[kernel_id] = reason
            while len(self._ended) > _REMEMBERED:
                del self._ended[next(iter(self._ended))]
        if kernel_id in self:
            try:
                await self.shutdown_kernel(kernel_id, now=True)
            except Exception as error:
                # Its process may have died in between; what is left of it is dropped below.
                self.log.warning("Kernel %s ended badly: %s", kernel_id, type(error).__name__)
        self.remove_kernel(kernel_id)

    async def end_session(self, session: str) -> None:
        """End all kernels of one signed-in session."""
        mine = [key for key, visit in self._visits.items() if visit.session == session]
        await asyncio.gather(*(self.end(kernel_id) for kernel_id in mine))

    async def end_all(self) -> None:
        """End every kernel, those that stand ready too."""
        await asyncio.gather(*self._endings, return_exceptions=True)
        await asyncio.gather(*(self.end(kernel_id) for kernel_id in self.list_kernel_ids()))

    def remove_kernel(self, kernel_id: str) -> Any:
        self._visits.pop(kernel_id, None)
        self._alone_since.pop(kernel_id, None)
        handover.drop_note(Path(self.notes_dir), kernel_id)
        self._seen.discard(kernel_id)
        removed = super().remove_kernel(kernel_id)
        self._hang_up(kernel_id)
        return removed

    def _handle_kernel_died(self, kernel_id: str) -> None:
        dead = self._kernels.get(kernel_id)
        super()._handle_kernel_died(kernel_id)
        if dead is not None:
            dead.cleanup_connection_file()
            dead.cleanup_ipc_files()

    async def is_living(self, kernel_id: str) -> bool:
        """Whether a kernel's process lives now; the regular look may be seconds old."""
        return kernel_id in self and bool(await self.get_kernel(kernel_id).is_alive())

    # --- culling: by the page that has gone, not by silence. A board that refreshes itself is
    # --- never silent, and a person who reads for half an hour is still there.

    @staticmethod
    def clock() -> float:
        """Seconds that only go forward; tests put their own in its place."""
        return time.monotonic()

    def notify_connect(self, kernel_id: str) -> None:
        super().notify_connect(kernel_id)
        self._seen.add(kernel_id)
        self._alone_since.pop(kernel_id, None)

    def notify_disconnect(self, kernel_id: str) -> None:
        super().notify_disconnect(kernel_id)
        if kernel_id in self and self._kernel_connections.get(kernel_id, 0) <= 0:
            self._alone_since.setdefault(kernel_id, self.clock())

    async def cull_kernels(self) -> None:
        await self.end_signed_out()
        await super().cull_kernels()

    async def end_signed_out(self) -> None:
        """End the kernels of sessions that were ended elsewhere: a disabled account, say."""
        if self.still_signed_in is None:
            return
        for kernel_id, visit in list(self._visits.items()):
            if not await self.still_signed_in(visit.token):
                await self.end(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        since = self._alone_since.get(kernel_id)
        if since is None:
            return
        allowed = self.cull_idle_timeout if kernel_id in self._seen else self.unseen_timeout
        if self.clock() - since > allowed:
            self.log.info("Kernel %s ends: nobody is looking at it.", kernel_id)
            await self.end(kernel_id)

    def _hang_up(self, kernel_id: str) -> None:
        """Close the pages' sockets to a kernel that is gone: that is how a page learns of it."""
        for connection in list(ZMQChannelsWebsocketConnection._open_sockets):
            if getattr(connection, "kernel_id", None) == kernel_id:
                connection.websocket_handler.close(4404, "berakhir")


class Pool:
    """Keeps kernels ready, so that who comes finds one that only has to learn their name.

    ``wanted`` says how many of each name are to stand ready now. They are made one at a time, and
    only while ``is_quiet``: who is waiting comes first.
    """

    def __init__(
        self,
        kernels: RoomKernels,
        wanted: Callable[[], dict[str, int]],
        is_quiet: Callable[[], bool],
    ) -> None:
        self._kernels = kernels
        self._wanted = wanted
        self._is_quiet = is_quiet
        self._ready: dict[str, deque[ReadyKernel]] = {name: deque() for name in PRELOAD}
        self._filling: asyncio.Task[None] | None = None

    def count(self, kernel_name: str) -> int:
        """How many of a name stand ready."""
        return len(self._ready[kernel_name])

    async def take(self, kernel_name: str) -> ReadyKernel:
        """A ready kernel, or a new one when none stands there."""
        ready = self._ready[kernel_name]
        while ready:
            kernel = ready.popleft()
            if await self._kernels.is_living(kernel.id):
                return kernel
            kernel.let_go()  # it died while it waited
            await self._kernels.end(kernel.id)
        return await self._kernels.prepare(kernel_name)

    def drop_dead(self) -> None:
        """Forget those that are known to have died, so that others are made for them."""
        for ready in self._ready.values():
            for kernel in [one for one in ready if one.id not in self._kernels]:
                ready.remove(kernel)
                kernel.let_go()

    def fill(self) -> None:
        """Make what is wanted, in the background; returns at once."""
        self.drop_dead()
        if self._filling is None or self._filling.done():
            self._filling = asyncio.ensure_future(self._fill())

    async def close(self) -> None:
        """Stop making; what stands ready ends with all other kernels."""
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
        for ready in self._ready.values():
            while ready:
                ready.popleft().let_go()

    async def _fill(self) -> None:
        while self._is_quiet() and (name := self._next()):
            try:
                self._ready[name].append(await self._kernels.prepare(name))
            except Exception as error:
                # Who comes will try again, and is told; here it is tried at the next occasion.
                self._kernels.log.error("No kernel to keep ready: %s", type(error).__name__)
                return

    def _next(self) -> str:
        wanted = self._wanted()
        return next((name for name, ready in self._ready.items() if len(ready) < wanted[name]), "")


def kept_environment() -> dict[str, str]:
    """The kept names of this process's environment, and the way to an uninstalled tree of ours."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in KEPT_VARIABLES or name.startswith(KEPT_PREFIX)
    }
    parent = str(Path(__file__).resolve().parents[2])
    installed = {str(Path(folder).resolve()) for folder in site.getsitepackages()}
    if parent in installed:
        return environment
    paths = [parent, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    return {**environment, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


def write_ipython_settings(folder: Path) -> None:
    """Settings for the kernels' IPython: no shared history database, no colours, no startup."""
    settings = {
        "HistoryManager": {"enabled": False},
        # What libraries write past Python is nobody's to read; listening costs two threads.
        "IPKernelApp": {"log_level": logging.ERROR, "capture_fd_output": False},
    }
    profile = folder / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_kernel_config.json").write_text(json.dumps(settings), encoding="utf-8")


def socket_folder_fits(folder: Path) -> bool:
    """Whether kernels' socket files there keep below the system's limit for their paths."""
    longest = folder / f"kernel-{uuid.UUID(int=0)}-ipc-5"
    return sys.platform != "win32" and len(os.fsencode(longest)) < 104
