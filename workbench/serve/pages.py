"""The pages of the server itself: signing in and out, the rooms, and what a page asks of it.

Every form is checked here, whatever the browser checked; an error is a sentence on the same page
with the fields as they were.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import responses
from typing import TYPE_CHECKING, Any, TypeVar, cast

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from markupsafe import Markup
from nbclient.exceptions import DeadKernelError
from tornado import web
from tornado.iostream import StreamClosedError

from workbench.access import Actor, Role, Workspace
from workbench.domain import wilayah
from workbench.errors import Forbidden, NotFound, StoreFault, WorkbenchError
from workbench.serve.doors import DOORS, ROLE_WORDS, closed_sentence, doors_for, safe_next
from workbench.serve.identity import (
    Counter,
    Limit,
    NotHere,
    SessionIdentity,
    Visitor,
    code_limits,
    password_limits,
    refuse_if_remote,
    session_digest,
)
from workbench.serve.kernels import RoomKernels, Visit
from workbench.serve.messages import most_bytes
from workbench.serve.render import BROKEN_ROOM, read_notebook, run_notebook
from workbench.services.accounts import plain_username
from workbench.services.classes import plain_code

if TYPE_CHECKING:
    from workbench.serve.server import VervalApp

T = TypeVar("T")

#: An abbreviation is written out once per screen, and this is that screen.
_LONG_POSITIONS = {
    "operator": "Operator data",
    "pendamping": "Pendamping sosial",
    "psm": "PSM (pekerja sosial masyarakat)",
    "tksk": "TKSK (tenaga kesejahteraan sosial kecamatan)",
}
MAX_FIELD = 200
#: A refresher's link is shorter; see ``training.returns``.
MAX_REFRESHER = 1500

#: Passwords that may wait to be hashed; at some 0.1 s each, more would wait too long.
MAX_WAITING_PASSWORDS = 50

TOO_MANY = (
    "Terlalu banyak percobaan yang salah. "
    "Tunggu {seconds} detik, lalu coba lagi. Periksa dulu kode atau kata sandinya."
)

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


@dataclass
class FrontDesk:
    """What the sign-in pages remember while the server runs.

    ``joins`` lets a form that was sent twice (a double tap, a reload) take one seat only;
    ``return_codes`` holds the code of a session for the page that shows it.
    """

    joins: OrderedDict[str, asyncio.Future[Any]] = field(default_factory=OrderedDict)
    return_codes: OrderedDict[str, str] = field(default_factory=OrderedDict)
    #: A hash takes memory and a core, so there is one at a time, and never in front of a hall
    #: that joins: joining hashes nothing and has the desk's own thread.
    passwords: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="verval-password")
    )
    waiting_passwords: int = 0

    async def with_password(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run what hashes a password, in its turn; raises ``HTTPError`` 503 when too many wait."""
        if self.waiting_passwords >= MAX_WAITING_PASSWORDS:
            raise web.HTTPError(503)
        self.waiting_passwords += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.passwords, function, *arguments)
        finally:
            self.waiting_passwords -= 1

    def remember_code(self, session: str, code: str) -> None:
        """Keep a return code for its page; the oldest of very many are forgotten."""
        self.return_codes[session] = code
        while len(self.return_codes) > 5_000:
            self.return_codes.popitem(last=False)

    async def join_once(self, form: str, join: Callable[[], Any]) -> Any:
        """The outcome of ``join`` for this form, run at most once.

        ``join`` is awaited. A failed one may be tried again with the same form.
        """
        running = self.joins.get(form)
        if running is None:
            running = asyncio.ensure_future(join())
            self.joins[form] = running
            while len(self.joins) > 5_000:
                self.joins.popitem(last=False)
        try:
            return await asyncio.shield(running)
        except Exception:
            self.joins.pop(form, None)
            raise


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
        frame: dict[str, Any] = {"title": title, "room": room, "asset": self.app.asset_urls()}
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
            status_code = _status_of(error)
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


def _status_of(error: WorkbenchError) -> int:
    if isinstance(error, Forbidden):
        return 403
    if isinstance(error, NotFound):
        return 404
    return 503 if isinstance(error, StoreFault) else 400


def _once() -> str:
    """A guess that is like no other: two tries of one password are two tries."""
    return secrets.token_hex(8)


def area_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of (code, words) for the field Wilayah: city, kecamatan, then their kelurahan."""
    city = wilayah.CITY
    names = wilayah.kecamatan()
    groups = [
        (
            "Kota dan kecamatan",
            [(city.kode_kemendagri, f"{city.name} (seluruh kota)")]
            + [(code, f"Kecamatan {name}") for code, name in names.items()],
        )
    ]
    for code, name in names.items():
        places = [
            (place.kode_kemendagri, f"{place.name}, Kecamatan {name}")
            for place in wilayah.kelurahan()
            if place.kecamatan_kode == code
        ]
        groups.append((f"Kelurahan di Kecamatan {name}", places))
    return groups


class SignInPage(PageHandler):
    """/masuk: join a class, come back to a seat, or sign in with an account."""

    @allow_unauthenticated
    def get(self) -> None:
        if self.current_user:
            self.redirect(safe_next(self.get_query_argument("next", "")))
            return
        code = self.get_query_argument("kode", "")[:20]
        self._show_form("gabung", {"kode_kelas": code})

    @allow_unauthenticated
    async def post(self) -> None:
        way = self.field("cara")
        attempt = {"gabung": self._join, "kembali": self._come_back, "akun": self._sign_in}.get(way)
        if attempt is None:
            raise web.HTTPError(400)
        names = ("nama", "peran", "wilayah", "kode_kelas", "kode_kembali", "akun", "formulir")
        fields = {name: self.field(name) for name in names}
        limits, guess = self._guess(way, fields)
        if wait := self.may_try(limits, guess):
            self._show_form(way, fields, TOO_MANY.format(seconds=wait), 429)
            return
        is_wrong = False
        try:
            await attempt(fields)
        except NotHere as error:
            self._show_form(way, fields, str(error), 403)
        except StoreFault as error:
            self._show_form(way, fields, str(error), 503)
        except WorkbenchError as error:
            # A wrong code or password, not a name too long: only guessing is slowed down.
            is_wrong = isinstance(error, Forbidden | NotFound)
            self._show_form(way, fields, str(error), 401 if way == "akun" else 400)
        finally:
            self.app.limiter.settle(limits, guess, was_wrong=is_wrong)

    def _guess(self, way: str, fields: dict[str, str]) -> tuple[dict[Counter, Limit], str]:
        if way == "akun":
            return password_limits(self.request, plain_username(fields["akun"])), _once()
        code = fields["kode_kelas" if way == "gabung" else "kode_kembali"]
        return code_limits(self.request, way), plain_code(code)

    def _show_form(
        self, way: str, fields: dict[str, str], sentence: str = "", status: int = 200
    ) -> None:
        fields = {**fields, "formulir": fields.get("formulir") or secrets.token_urlsafe(16)}
        self.show(
            "masuk.html",
            "Masuk",
            status,
            way=way,
            fields=fields,
            sentence=sentence,
            positions={**self.app.class_service.POSITIONS, **_LONG_POSITIONS},
            areas=area_choices(),
            next=safe_next(self.get_query_argument("next", "")),
        )

    def _incomplete(self, way: str, fields: dict[str, str], missing: str) -> None:
        self._show_form(way, fields, missing, 400)

    async def _join(self, fields: dict[str, str]) -> None:
        known = {code for _, places in area_choices() for code, _ in places}
        missing = ""
        if not fields["nama"]:
            missing = "Isi nama Anda."
        elif fields["peran"] not in self.app.class_service.POSITIONS:
            missing = "Pilih peran Anda."
        elif fields["wilayah"] not in known:
            missing = "Pilih wilayah tugas Anda dari daftar."
        elif not fields["kode_kelas"]:
            missing = "Isi kode kelas. Kode itu ada di layar pelatih."
        if missing:
            self._incomplete("gabung", fields, missing)
            return

        async def join() -> Any:
            return await self.in_turn(
                self.app.class_service.join,
                self.app.office,
                fields["kode_kelas"],
                fields["nama"],
                fields["peran"],
                fields["wilayah"],
            )

        # The same form with another name is another person: a phone is passed on.
        form = "\n".join((fields["formulir"] or secrets.token_hex(), *sorted(fields.values())))
        try:
            joined = await self.app.desk.join_once(form, join)
        finally:
            self.app.seat_keeper.look()
        self.app.desk.remember_code(session_digest(joined.token), joined.return_code)
        await self.let_in(joined.token, "/kode")

    async def _come_back(self, fields: dict[str, str]) -> None:
        if not fields["kode_kembali"]:
            self._incomplete("kembali", fields, "Isi kode kembali Anda.")
            return
        joined = await self.in_turn(
            self.app.class_service.come_back, self.app.office, fields["kode_kembali"]
        )
        await self.let_in(joined.token, "/latihan")

    async def _sign_in(self, fields: dict[str, str]) -> None:
        # Not trimmed: blanks belong to a password.
        password = self.get_body_argument("kata_sandi", "", strip=False)[:1000]
        if not fields["akun"] or not password:
            self._incomplete("akun", fields, "Isi nama akun dan kata sandi.")
            return
        signed = await self.app.desk.with_password(
            self.app.account_service.sign_in, self.app.office, fields["akun"], password
        )
        try:
            refuse_if_remote(signed.actor, self.request)
        except NotHere:
            await self.in_turn(self.app.account_service.sign_out, self.app.office, signed.token)
            raise
        path = safe_next(self.get_query_argument("next", ""))
        await self.let_in(signed.token, "/sandi" if signed.must_change_password else path)


class RefresherPage(PageHandler):
    """/segarkan: what somebody missed at a bimtek, again; the link carries all it needs."""

    @allow_unauthenticated
    def get(self) -> None:
        # A seat is made by pressing, never by a messenger that looks at a link before its reader.
        self._show(self.get_query_argument("tugas", "")[:MAX_REFRESHER])

    @allow_unauthenticated
    async def post(self) -> None:
        link = str(self.get_body_argument("tugas", ""))[:MAX_REFRESHER].strip()
        limits, guess = code_limits(self.request, "segarkan"), link
        if wait := self.may_try(limits, guess):
            self._show(link, TOO_MANY.format(seconds=wait), 429)
            return
        is_wrong = False
        try:
            # Drawing its cases takes seconds; whoever signs in meanwhile does not wait for it.
            joined = await asyncio.get_running_loop().run_in_executor(
                self.app.lookups, self.app.course_service.open_refresher, self.app.office, link
            )
            await self.let_in(joined.token, "/latihan")
        except WorkbenchError as error:
            is_wrong = not isinstance(error, StoreFault)
            self._show(link, str(error), _status_of(error))
        finally:
            self.app.limiter.settle(limits, guess, was_wrong=is_wrong)

    def _show(self, link: str, sentence: str = "", status: int = 200) -> None:
        self.show("segarkan.html", "Penyegaran", status, link=link, sentence=sentence)


class ReturnCodePage(PageHandler):
    """/kode: the code that brings a trainee back to their seat, right after joining."""

    def get(self) -> None:
        code = self.app.desk.return_codes.get(self.visitor.session)
        if code is None:
            self.redirect("/beranda")
            return
        self.show("kode.html", "Kode kembali", code=code)


class PasswordPage(PageHandler):
    """/sandi: change one's password; the first one must be changed before anything else."""

    async def get(self) -> None:
        await self._show_form()

    async def post(self) -> None:
        old, new, again = (
            self.get_body_argument(name, "", strip=False)[:1000]
            for name in ("sandi_lama", "sandi_baru", "sandi_ulang")
        )
        sentence = ""
        if not old or not new:
            sentence = "Isi kata sandi lama dan kata sandi baru."
        elif new != again:
            sentence = "Kata sandi baru tidak sama di kedua isian. Ketik ulang."
        if sentence:
            await self._show_form(sentence, 400)
            return
        limits, guess = password_limits(self.request, self.actor.id), _once()
        if wait := self.may_try(limits, guess):
            await self._show_form(TOO_MANY.format(seconds=wait), 429)
            return
        token = cast(SessionIdentity, self.identity_provider).token_of(self)
        is_wrong = False
        try:
            await self.app.desk.with_password(self._change, old, new, token)
        except WorkbenchError as error:
            is_wrong = isinstance(error, Forbidden)
            await self._show_form(str(error), 400)
            return
        finally:
            self.app.limiter.settle(limits, guess, was_wrong=is_wrong)
        self.redirect("/beranda", status=303)

    def _change(self, old: str, new: str, token: str) -> None:
        self.app.account_service.change_password(self.app.office, self.actor, old, new, keep=token)

    async def _show_form(self, sentence: str = "", status: int = 200) -> None:
        if self.actor.role is Role.PESERTA:
            raise Forbidden("Peserta tidak memakai kata sandi. Simpan kode kembali Anda.")
        self.show(
            "sandi.html",
            "Ganti kata sandi",
            status,
            sentence=sentence,
            first=await self.must_change_password(),
        )


class SignOutPage(PageHandler):
    """/keluar: ends the session and the kernels it started."""

    @allow_unauthenticated
    def get(self) -> None:
        if self.current_user:
            self.show("keluar.html", "Keluar")
        else:
            self.redirect("/masuk")

    @allow_unauthenticated
    async def post(self) -> None:
        identity = cast(SessionIdentity, self.identity_provider)
        token = identity.token_of(self)
        if token:
            await self.end_session(token)
        identity.take_session(self)
        self.redirect("/masuk", status=303)


class FrontDoor(PageHandler):
    """/: on to the home room."""

    def get(self) -> None:
        self.redirect("/beranda")


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
                ),
            )
            notebook = read_notebook(self.app.notebook_of(self.door))
            process = kernels.get_kernel(kernel.id)
            outputs = run_notebook(notebook, kernel, process, self.app.config)
            return [shown async for shown in outputs]
        finally:
            kernel.let_go()

    async def _give_up(self) -> None:
        if self._kernel_id:
            await self.app.kernels.end(self._kernel_id)


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
            status_code = _status_of(error)
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
            self.set_status(_status_of(error))
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
    "EndKernel",
    "FrontDesk",
    "FrontDoor",
    "KernelApi",
    "KernelSocket",
    "NoSuchPage",
    "PageHandler",
    "PasswordPage",
    "PulsePage",
    "RefresherPage",
    "ReturnCodePage",
    "RoomPage",
    "SignInPage",
    "SignOutPage",
    "StatePage",
]
