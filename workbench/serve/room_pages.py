"""The rooms as pages, and what an open one asks: its line to the kernel, its pulse, its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from markupsafe import Markup
from nbclient.exceptions import DeadKernelError
from tornado import web
from tornado.iostream import StreamClosedError

from workbench.errors import Forbidden, WorkbenchError
from workbench.serve.doors import DOORS, RECORD_KEY, closed_sentence
from workbench.serve.identity import SessionIdentity, Visitor
from workbench.serve.kernels import RoomKernels, Visit
from workbench.serve.messages import most_bytes
from workbench.serve.pages import ApiHandler, PageHandler, status_of
from workbench.serve.render import BROKEN_ROOM, read_notebook, run_notebook


class RoomPage(PageHandler):
    """A room: its notebook, run for this visitor."""

    def initialize(self, name: str) -> None:
        self.door = DOORS[name]
        self._kernel_id = ""
        self._gone = False
        self._leave: Callable[[], None] = lambda: None

    def on_connection_close(self) -> None:
        self._gone = True

    async def get(self) -> None:
        if await self.must_change_password():
            self.redirect("/sandi")
            return
        if not self.door.opens_for(self.actor):
            raise Forbidden(closed_sentence(self.door, self.actor))
        if place := self.app.place_in_line(self.visitor.username, self.door.name):
            self.set_header("Retry-After", "10")
            self.show("penuh.html", "Semua kursi terpakai", 503, place=place, room=self.door.name)
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        frame = self.frame(self.door.title, self.door.name, await self.app.place_of(self.actor))
        try:
            self._write_part("ruang.html", frame=frame)
            await self.flush()
            self._leave = await self.app.admission.enter(self._tell_place)
            if self._gone:
                # Who waited and left, or loaded the page again, wants no kernel any more.
                raise StreamClosedError()
            await self._send_room()
        except StreamClosedError:
            await self._give_up()
        except Exception as error:
            self.app.log.error("Room %s broke: %s", self.door.name, type(error).__name__)
            self.app.log.debug("details", exc_info=error)
            await self._give_up()
            sentence = str(error) if isinstance(error, WorkbenchError) else BROKEN_ROOM
            self._write_part("putus.html", sentence=sentence)
            self.finish()
        finally:
            self._leave()
            self.app.keep_ready()

    def _write_part(self, template: str, **names: Any) -> None:
        page = self.app.pages.get_template(template)
        self.write(page.render(main_js=self.app.main_js, base_url=self.app.base_url, **names))

    def _tell_place(self, place: int) -> None:
        self.write(f"<script>vv_antre({place})</script>")
        # A visitor who has gone is noticed when it is their turn.
        asyncio.ensure_future(self.flush()).add_done_callback(lambda done: done.exception())

    async def _send_room(self) -> None:
        try:
            cells = await self._run_room()
        except DeadKernelError:
            # It died under our hands; the next one stands ready.
            cells = await self._run_room()
        self._write_part("isi.html", cells=cells, page_config=self.app.page_config(self._kernel_id))
        await self.finish()

    async def _run_room(self) -> list[list[Markup]]:
        """Take a kernel for this visitor, run the room in it; what each cell shows, as JSON."""
        kernel = await self.app.pool.take(self.door.kernel)
        self._kernel_id = kernel.id
        kernels = self.app.kernels
        try:
            kernels.hand_over(
                kernel.id,
                Visit(
                    owner=self.visitor.username,
                    session=self.visitor.session,
                    room=self.door.name,
                    actor=self.actor,
                    token=cast(SessionIdentity, self.identity_provider).token_of(self),
                    record=self._record(),
                ),
            )
            notebook = read_notebook(self.app.notebook_of(self.door))
            process = kernels.get_kernel(kernel.id)
            outputs = run_notebook(notebook, kernel, process, self.app.config)
            return [shown async for shown in outputs]
        finally:
            kernel.let_go()

    def _record(self) -> str:
        """The key of the printed sheet a visitor comes from; anything else is no key."""
        key = self.get_query_argument("berkas", "")
        return key if RECORD_KEY.fullmatch(key) else ""

    async def _give_up(self) -> None:
        if self._kernel_id:
            await self.app.kernels.end(self._kernel_id)


class KernelApi(ApiHandler, KernelHandler):
    """/api/kernels/ID for the owner: is it there, and end it."""


class KernelSocket(KernelWebsocketHandler):
    """The page's line to its kernel: widget messages only, and only the owner's.

    Voila's own handler is left out: it takes a binary frame of the older format for one of the
    newer and would count to 2**60 over it. So are Jupyter's pings, which first look for an answer
    and then ask: Tornado's ask every ``ping_interval`` seconds and wait ``ping_timeout``.
    """

    ping_interval = 30.0
    ping_timeout = 30.0

    async def open(self, kernel_id: str) -> None:
        await self.connection.connect()

    @property
    def max_message_size(self) -> int:
        room = cast(RoomKernels, self.kernel_manager).room_of(self.kernel_id)
        return most_bytes(room, self.settings["websocket_max_message_size"])

    def set_default_headers(self) -> None:
        self.clear_header("Server")

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, WorkbenchError | web.HTTPError):
            return
        super().log_exception(kind, error, trace)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, WorkbenchError):
            self.set_status(status_of(error))
        self.finish()


class EndKernel(ApiHandler):
    """/voila/api/shutdown/ID: a page that is left says so. The owner's only."""

    auth_resource = "kernels"

    @authorized
    async def post(self, kernel_id: str) -> None:
        await cast(RoomKernels, self.kernel_manager).end(kernel_id)
        self.set_status(204)
        self.finish()


class PulsePage(ApiHandler):
    """/detak/ID: does the page's kernel still live? Asked every few seconds, so kept small."""

    @allow_unauthenticated
    def get(self, kernel_id: str) -> None:
        kernels = cast(RoomKernels, self.kernel_manager)
        visitor = cast("Visitor | None", self.current_user)
        owner = kernels.owner_of(kernel_id)
        if visitor is None:
            status, state = 401, "keluar"
        elif owner == visitor.username:
            status, state = 200, "hidup"
        elif owner:
            status, state = 403, "lain"
        elif kernels.why_ended(kernel_id):
            status, state = 409, kernels.why_ended(kernel_id)
        else:
            status, state = 404, "berakhir"
        self.set_status(status)
        self.finish(json.dumps({"keadaan": state}))


__all__ = ["EndKernel", "KernelApi", "KernelSocket", "PulsePage", "RoomPage"]
