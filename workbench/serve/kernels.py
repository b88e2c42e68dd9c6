"""Kernels that belong to somebody: started by the server for one person in one room.

There is no way to start one by a request. A kernel gets its identity in its environment, which
is written here from nothing but a short list of harmless names; it is never restarted empty when
it dies, because a page that looks alive and is not is worse than one that says so.
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
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets import Integer, Unicode

from workbench.access import Actor
from workbench.errors import Forbidden
from workbench.serve import handover

#: What a kernel keeps of the server's environment. Everything else stays with the server:
#: passwords and tokens come under names nobody can list.
KEPT_VARIABLES = frozenset(
    {
        "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "PYTHONHOME",
        "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "USER", "USERPROFILE",
        "VIRTUAL_ENV",
    }
)  # fmt: skip
KEPT_PREFIX = "LC_"

#: Why a kernel ended, when its page may still ask.
REPLACED = "diganti"
_REMEMBERED = 2_000


@dataclass(frozen=True)
class Visit:
    """One person in one room. ``owner`` and ``session`` are the visitor's, see ``identity``.

    ``token`` is kept to ask again whether the session still stands; it goes nowhere else.
    """

    owner: str
    session: str
    room: str
    actor: Actor = field(repr=False)
    token: str = field(default="", repr=False)


class OwnKernelSpecs(KernelSpecManager):
    """Only the Python this server runs on; no kernel that happens to be installed for the user."""

    def _kernel_dirs_default(self) -> list[str]:
        return []


class RoomKernels(AsyncMappingKernelManager):
    """The kernels of all rooms, by owner."""

    office_root = Unicode(help="Root folder of the office whose data the kernels work on.")
    ipython_dir = Unicode(help="Settings of the kernels' IPython; the user's own do not apply.")
    kernels_per_room = Integer(
        2, config=True, help="Live kernels one person may have in one room; then the oldest ends."
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
        #: Whether the session of a token still stands; set by the application.
        self.still_signed_in: Callable[[str], Awaitable[bool]] | None = None
        self._seen: set[str] = set()

    # --- starting

    async def start_for(self, visit: Visit, kernel_name: str) -> str:
        """Start a kernel for a visit and return its id.

        A person who has as many in this room as allowed loses the oldest one.
        """
        mine = [
            kernel_id
            for kernel_id, other in self._visits.items()
            if (other.owner, other.room) == (visit.owner, visit.room)
        ]
        for kernel_id in mine[: max(0, len(mine) - self.kernels_per_room + 1)]:
            await self.end(kernel_id, REPLACED)
        kernel_id = str(uuid.uuid4())
        self._expected.add(kernel_id)
        self._visits[kernel_id] = visit
        try:
            await self.start_kernel(
                kernel_id=kernel_id,
                kernel_name=kernel_name,
                cwd=self.office_root,
                env=self.environment_for(visit, kernel_id),
            )
        except BaseException:
            self._visits.pop(kernel_id, None)
            raise
        finally:
            self._expected.discard(kernel_id)
        self._alone_since[kernel_id] = self.clock()
        return kernel_id

    async def _async_start_kernel(self, **kwargs: Any) -> str:
        if kwargs.get("kernel_id") not in self._expected:
            raise Forbidden("Hanya server yang membuka halaman. Muat ulang halaman ini.")
        return await super()._async_start_kernel(**kwargs)

    start_kernel = _async_start_kernel  # type: ignore[assignment]

    def environment_for(self, visit: Visit, kernel_id: str) -> dict[str, str]:
        """The whole environment of a kernel: the kept names and the signed note."""
        key = handover.server_key(Path(self.office_root))
        return {
            **kept_environment(),
            "IPYTHONDIR": self.ipython_dir,
            # One visitor, one core: a hall shares the few there are.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            handover.OFFICE_VARIABLE: self.office_root,
            handover.ACTOR_VARIABLE: handover.sign_handover(
                key, visit.actor, kernel_id, visit.room
            ),
        }

    # --- asking

    def owner_of(self, kernel_id: str) -> str:
        """The owner of a live kernel, "" when there is none."""
        visit = self._visits.get(kernel_id)
        return visit.owner if visit else ""

    def why_ended(self, kernel_id: str) -> str:
        """Why a kernel is gone, "" when nothing special is remembered."""
        return self._ended.get(kernel_id, "")

    # --- ending

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

    def remove_kernel(self, kernel_id: str) -> Any:
        self._visits.pop(kernel_id, None)
        self._alone_since.pop(kernel_id, None)
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
        "IPKernelApp": {"log_level": logging.ERROR},
    }
    profile = folder / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_kernel_config.json").write_text(json.dumps(settings), encoding="utf-8")


def socket_folder_fits(folder: Path) -> bool:
    """Whether kernels' socket files there keep below the system's limit for their paths."""
    longest = folder / f"kernel-{uuid.UUID(int=0)}-ipc-5"
    return sys.platform != "win32" and len(os.fsencode(longest)) < 104
