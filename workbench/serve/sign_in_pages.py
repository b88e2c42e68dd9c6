"""Signing in and out: joining a class, coming back, accounts, passwords, a refresher's link.

Every form is checked here, whatever the browser checked; an error is a sentence on the same page
with the fields as they were.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from workbench.access import Role
from workbench.domain import wilayah
from workbench.errors import Forbidden, NotFound, StoreFault, WorkbenchError
from workbench.serve.doors import safe_next
from workbench.serve.identity import (
    Counter,
    Limit,
    NotHere,
    SessionIdentity,
    code_limits,
    password_limits,
    refuse_if_remote,
    session_digest,
)
from workbench.serve.pages import PageHandler, status_of
from workbench.services.accounts import plain_username
from workbench.services.codes import plain_code

T = TypeVar("T")

#: An abbreviation is written out once per screen, and this is that screen.
_LONG_POSITIONS = {
    "operator": "Operator data",
    "pendamping": "Pendamping sosial",
    "psm": "PSM (pekerja sosial masyarakat)",
    "tksk": "TKSK (tenaga kesejahteraan sosial kecamatan)",
}
#: A refresher's link is shorter; see ``training.returns``.
MAX_REFRESHER = 1500

#: Passwords that may wait to be hashed; at some 0.1 s each, more would wait too long.
MAX_WAITING_PASSWORDS = 50

TOO_MANY = (
    "Terlalu banyak percobaan yang salah. "
    "Tunggu {seconds} detik, lalu coba lagi. Periksa dulu kode atau kata sandinya."
)


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


def _once() -> str:
    """A guess that is like no other: two tries of one password are two tries."""
    return secrets.token_hex(8)


def area_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of (code, words) for the field Wilayah: city, kecamatan, then their kelurahan."""
    city = wilayah.CITY
    names = wilayah.kecamatan()
    groups = [
        (
            f"{city.kind.title()} dan kecamatan",
            [(city.kode_kemendagri, f"{city.name} (seluruh {city.kind})")]
            + [(code, f"Kecamatan {name}") for code, name in names.items()],
        )
    ]
    for code, name in names.items():
        places = [
            (place.kode_kemendagri, f"{_called(place)}, Kecamatan {name}")
            for place in wilayah.kelurahan()
            if place.kecamatan_kode == code
        ]
        groups.append((f"{wilayah.PLACE_KINDS} di Kecamatan {name}", places))
    return groups


def _called(place: wilayah.Kelurahan) -> str:
    """The name of a place; with what it is, where some are desa and some kelurahan."""
    return f"{place.kind} {place.name}" if "/" in wilayah.PLACE_KINDS else place.name


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
            positions={**self.app.arrival_service.POSITIONS, **_LONG_POSITIONS},
            areas=area_choices(),
            places=wilayah.PLACE_KINDS,
            city_kind=wilayah.CITY.kind,
            next=safe_next(self.get_query_argument("next", "")),
        )

    def _incomplete(self, way: str, fields: dict[str, str], missing: str) -> None:
        self._show_form(way, fields, missing, 400)

    async def _join(self, fields: dict[str, str]) -> None:
        known = {code for _, places in area_choices() for code, _ in places}
        missing = ""
        if not fields["nama"]:
            missing = "Isi nama Anda."
        elif fields["peran"] not in self.app.arrival_service.POSITIONS:
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
                self.app.arrival_service.join,
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
            self.app.arrival_service.come_back, self.app.office, fields["kode_kembali"]
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
            self._show(link, str(error), status_of(error))
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


__all__ = [
    "FrontDesk",
    "PasswordPage",
    "RefresherPage",
    "ReturnCodePage",
    "SignInPage",
    "SignOutPage",
    "area_choices",
]
