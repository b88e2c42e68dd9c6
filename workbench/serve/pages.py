"""What every page of the server begins with, its errors, and the pages that need no room.

Signing in and out is in ``sign_in_pages``, the rooms in ``room_pages``, the guides in
``guide_pages``.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from http.client import responses
from typing import TYPE_CHECKING, Any, TypeVar, cast

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web
from tornado.iostream import StreamClosedError

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, StoreFault, WorkbenchError
from workbench.serve.doors import ROLE_WORDS, doors_for, help_path
from workbench.serve.identity import Counter, Limit, SessionIdentity, Visitor, session_digest

if TYPE_CHECKING:
    from workbench.serve.server import VervalApp

T = TypeVar("T")

MAX_FIELD = 200

_ERROR_SENTENCES = {
    400: "Permintaan ini tidak dapat dibaca. Kembali, lalu coba lagi.",
    403: "Anda tidak boleh membuka halaman ini.",
    404: "Halaman ini tidak ada. Periksa alamatnya, atau kembali ke Beranda.",
    405: "Halaman ini tidak dapat dipakai dengan cara itu. Kembali ke Beranda.",
    503: "Server sedang penuh atau sibuk. Tunggu sebentar, lalu muat ulang.",
}
_ERROR_TITLES = {
    400: "Tidak dapat dibaca",
    403: "Tidak boleh dibuka",
    404: "Halaman tidak ada",
    503: "Server sedang sibuk",
}
_ANY_TITLE = "Ada kesalahan"
_ANY_ERROR = "Ada kesalahan pada server. Muat ulang halaman; bila tetap begitu, beri tahu admin."
_HOST = re.compile(r"[A-Za-z0-9.\-:\[\]]+")


class PageHandler(JupyterHandler):
    """A page of ours: our template, our errors, nothing kept by the browser."""

    @property
    def app(self) -> VervalApp:
        """The application."""
        return cast("VervalApp", self.settings["verval_app"])

    @property
    def visitor(self) -> Visitor:
        """The signed-in person; only where the page requires one."""
        return cast(Visitor, self.current_user)

    @property
    def actor(self) -> Actor:
        """The actor of the signed-in person."""
        return cast(Actor, self.visitor.actor)

    @property
    def content_security_policy(self) -> str:
        host = self.request.host if _HOST.fullmatch(self.request.host) else ""
        sockets = f" ws://{host} wss://{host}" if host else ""
        return (
            "default-src 'self'; script-src 'self' 'unsafe-inline' blob:; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
            f"font-src 'self' data:; connect-src 'self' data: blob:{sockets}; "
            "frame-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; "
            "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
        )

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "same-origin")
        self.clear_header("Server")

    def frame(self, title: str, room: str = "", place: str = "") -> dict[str, Any]:
        """What the header shows."""
        # Not ``current_user``: an error page may come before anybody was looked up.
        visitor = cast("Visitor | None", getattr(self, "_current_user", None))
        actor = visitor.actor if visitor else None
        frame: dict[str, Any] = {
            "title": title,
            "room": room,
            "asset": self.app.asset_urls(),
            "help": help_path(room),
        }
        if actor is None:
            return frame
        real = actor.workspace is Workspace.NYATA
        return {
            **frame,
            "theme": "vv-nyata" if real else "vv-latihan",
            "mark": "DATA NYATA" if real else "LATIHAN",
            "place": place,
            "person": actor.name,
            "role": ROLE_WORDS[actor.role],
            "doors": [
                {"path": f"/{door.name}", "title": door.title, "here": door.name == room}
                for door in doors_for(actor)
            ],
            "xsrf": self.xsrf_token.decode("ascii"),
            "is_slow": actor.role is not Role.PESERTA and not self.app.forks,
        }

    def show(self, template: str, title: str, status: int = 200, **names: Any) -> None:
        """Send a page."""
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        names.setdefault("xsrf", self.xsrf_token.decode("ascii"))
        page = self.app.pages.get_template(template)
        self.finish(page.render(frame=self.frame(title), **names))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        sentence = _ERROR_SENTENCES.get(status_code, _ANY_ERROR)
        if isinstance(error, WorkbenchError):
            sentence = str(error)
            status_code = status_of(error)
        elif isinstance(error, web.HTTPError) and "_xsrf" in (error.log_message or ""):
            sentence = "Formulir ini sudah lama terbuka. Muat ulang halaman, lalu kirim lagi."
        title = _ERROR_TITLES.get(status_code, _ANY_TITLE)
        again = status_code >= 500
        self.show("galat.html", title, status_code, sentence=sentence, again=again)

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        # Said on the page; our own sentences need no trace, and no trace may carry a form.
        if isinstance(error, WorkbenchError | StreamClosedError):
            return
        if isinstance(error, web.HTTPError):
            self.app.log.info(
                "%s %s: %s", self.request.method, self.request.path, error.status_code
            )
            return
        self.app.log.error(
            "%s %s: %s", self.request.method, self.request.path, kind.__name__, exc_info=error
        )

    async def in_turn(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run what waits for a disk beside the server's loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.app.desk_thread, function, *arguments)

    async def must_change_password(self) -> bool:
        """Whether the visitor still has a first password; a trainee has none."""
        if self.actor.role is Role.PESERTA:
            return False
        return await self.in_turn(
            self.app.account_service.current_password_must_change, self.app.office, self.actor
        )

    async def end_session(self, token: str) -> None:
        """End a session, its kernels and what the desk remembers of it."""
        session = session_digest(token)
        await self.in_turn(self.app.account_service.sign_out, self.app.office, token)
        self.app.desk.return_codes.pop(session, None)
        await self.app.kernels.end_session(session)

    async def let_in(self, token: str, path: str) -> None:
        """Give a session to this browser and go on to ``path``."""
        identity = cast(SessionIdentity, self.identity_provider)
        # Whoever was signed in here before has passed the phone on; a form sent twice has not.
        before = identity.token_of(self)
        if before and before != token:
            await self.end_session(before)
        identity.give_session(self, token)
        self.redirect(path, status=303)

    def may_try(self, limits: Mapping[Counter, Limit], guess: str) -> int:
        """0 when the attempt may be made; else seconds to wait, which the header says too."""
        wait: int = self.app.limiter.take(limits, guess)
        if wait:
            self.set_header("Retry-After", str(wait))
        return wait

    def field(self, name: str) -> str:
        """A field of the form, trimmed and never endless."""
        return str(self.get_body_argument(name, ""))[:MAX_FIELD].strip()


def status_of(error: WorkbenchError) -> int:
    """The status an error of ours is told with."""
    if isinstance(error, Forbidden):
        return 403
    if isinstance(error, NotFound):
        return 404
    return 503 if isinstance(error, StoreFault) else 400


class FrontDoor(PageHandler):
    """/: on to the home room."""

    def get(self) -> None:
        self.redirect("/beranda")


class RecordPage(PageHandler):
    """/berkas/KEY: what the code on a printed sheet opens, the family's record in Lapangan."""

    def get(self, key: str) -> None:
        self.redirect(f"/lapangan?berkas={key}")


class StatePage(PageHandler):
    """/keadaan: how full the server is and how it starts kernels, for those who run it."""

    def get(self) -> None:
        if self.actor.role is Role.PESERTA:
            raise Forbidden("Keadaan server hanya untuk pelatih, staf dan admin.")
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(self.app.state()))


class ApiHandler(APIHandler):
    """A question a page asks; errors are one Indonesian sentence in JSON."""

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
        self.clear_header("Server")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, WorkbenchError):
            status_code = status_of(error)
            self.set_status(status_code)
            sentence = str(error)
        else:
            sentence = _ERROR_SENTENCES.get(status_code, _ANY_ERROR)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"message": sentence, "reason": responses.get(status_code, "")}))

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, WorkbenchError | web.HTTPError):
            return
        super().log_exception(kind, error, trace)

    def update_api_activity(self) -> None:
        """Jupyter counts idle time by this; our kernels end by another measure."""


class NoSuchPage(PageHandler):
    """Every other address."""

    @allow_unauthenticated
    def get(self) -> None:
        raise web.HTTPError(404)

    @allow_unauthenticated
    def post(self) -> None:
        raise web.HTTPError(404)

    delete = put = patch = post

    def check_xsrf_cookie(self) -> None:
        """There is nothing here to protect."""


__all__ = [
    "ApiHandler",
    "FrontDoor",
    "NoSuchPage",
    "PageHandler",
    "RecordPage",
    "StatePage",
    "status_of",
]
