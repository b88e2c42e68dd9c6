"""Who sends a request, and what of the kernels is theirs.

The only proof of identity is the session cookie: an opaque token that ``services.accounts``
knows. Nothing in an address, a header or a form ever names a person. Real data is opened on
this computer only: a real session seen from elsewhere is refused, whatever it asks for.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import re
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol

from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.identity import IdentityProvider, User
from tornado import web
from tornado.httputil import HTTPServerRequest

from workbench.access import Actor, Workspace
from workbench.errors import Forbidden

REAL_DATA_IS_LOCAL = (
    "Data nyata hanya dapat dibuka di komputer ini, yaitu komputer tempat Meja Verval berjalan. "
    "Bukalah alamat http://localhost{port} di komputer itu."
)

SESSION_DAYS = 7
_TOKEN = re.compile(r"[A-Za-z0-9_\-.]{20,200}")
_NO_WORD = re.compile(r"[^A-Za-z0-9]")
#: A proxy on this machine makes every visitor look local; these say that it did.
_FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded")


class Accounts(Protocol):
    """What this room asks of ``services.accounts``."""

    def sign_in(self, office: Any, username: str, password: str) -> Any: ...
    def sign_out(self, office: Any, token: str) -> Any: ...
    def actor_of_token(self, office: Any, token: str) -> Actor | None: ...
    def current_password_must_change(self, office: Any, actor: Actor) -> bool: ...
    def change_password(
        self, office: Any, actor: Actor, old: str, new: str, *, keep: str | None = None
    ) -> Any: ...


class Classes(Protocol):
    """What this room asks of ``services.classes``."""

    POSITIONS: Mapping[str, str]

    def join(
        self, office: Any, join_code: str, name: str, position: str, area_kode: str
    ) -> Any: ...
    def come_back(self, office: Any, return_code: str) -> Any: ...
    def current_class(self, office: Any) -> Any: ...
    def classes_low_on_seats(self, office: Any) -> Sequence[str]: ...


class NotHere(Forbidden):
    """A real session from another machine."""


@dataclass
class Visitor(User):
    """The signed-in person behind a request. ``session`` is a digest, never the token itself."""

    actor: Actor | None = None
    session: str = ""


def session_digest(token: str) -> str:
    """What the server remembers of a token between requests."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_local(request: HTTPServerRequest) -> bool:
    """Whether the request was made on this computer itself (by a proxy for another: no)."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ipaddress.ip_address((request.remote_ip or "").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def refuse_if_remote(actor: Actor, request: HTTPServerRequest) -> None:
    """Raise ``NotHere`` for a real session that is not on this computer."""
    if actor.workspace is Workspace.NYATA and not is_local(request):
        port = re.search(r":\d+$", request.host)
        raise NotHere(REAL_DATA_IS_LOCAL.format(port=port[0] if port else ""))


class SessionIdentity(IdentityProvider):
    """Finds the visitor by the session cookie.

    ``accounts``, ``office`` and ``threads`` are set by the application. A token in an address or
    in an ``Authorization`` header, Jupyter's own way in, is not looked at.
    """

    accounts: Accounts
    office: Any
    threads: Executor

    async def get_user(self, handler: web.RequestHandler) -> Visitor | None:
        # Error pages ask who is there: until we know, nobody is.
        handler.current_user = None
        handler._jupyter_current_user = None  # type: ignore[attr-defined]
        token = self.token_of(handler)
        if not token:
            return None
        # Beside the loop: the lookup reads a disk, and now and then waits for a writer.
        actor = await asyncio.get_running_loop().run_in_executor(
            self.threads, self.accounts.actor_of_token, self.office, token
        )
        if actor is None:
            return None
        refuse_if_remote(actor, handler.request)
        return Visitor(
            username=f"{actor.workspace}:{actor.id}",
            name=actor.name,
            actor=actor,
            session=session_digest(token),
        )

    def token_of(self, handler: web.RequestHandler) -> str:
        """The session token a request carries, "" when it has none that could be one."""
        token = handler.get_cookie(self.get_cookie_name(handler)) or ""
        return token if _TOKEN.fullmatch(token) else ""

    def get_cookie_name(self, handler: web.RequestHandler) -> str:
        # Browsers do not keep cookies of two ports apart; two servers on one machine must.
        return "verval-" + _NO_WORD.sub("-", handler.request.host)

    def give_session(self, handler: web.RequestHandler, token: str) -> None:
        """Set the session cookie. Lax, so that a link sent by chat finds its person signed in."""
        handler.set_cookie(
            self.get_cookie_name(handler),
            token,
            expires_days=SESSION_DAYS,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=handler.request.protocol == "https",
        )

    def take_session(self, handler: web.RequestHandler) -> None:
        """Clear the session cookie."""
        handler.clear_cookie(self.get_cookie_name(handler), path="/")

    def get_handlers(self) -> list[tuple[str, object]]:
        return []  # no login page of Jupyter's

    def is_token_authenticated(self, handler: web.RequestHandler) -> bool:
        return False  # so the checks of origin and _xsrf are never skipped


class Ownership(Protocol):
    """What the authorizer asks of the kernels."""

    def __contains__(self, kernel_id: str) -> bool: ...
    def owner_of(self, kernel_id: str) -> str: ...


class KernelOwnerAuthorizer(Authorizer):
    """A visitor may reach the kernels the server started for them, and nothing else."""

    kernels: Ownership

    def is_authorized(
        self, handler: web.RequestHandler, user: User, action: str, resource: str
    ) -> bool:
        if resource != "kernels":
            return False
        kernel_id = handler.path_kwargs.get("kernel_id", "")
        if kernel_id not in self.kernels:
            return True  # there is nothing to protect: the handler answers 404
        return self.kernels.owner_of(kernel_id) == user.username


class AttemptLimiter:
    """Counts wrong passwords and codes per address; too many within the window close the door.

    ``clock`` gives seconds. At most ``addresses`` are remembered, the oldest forgotten first.
    """

    def __init__(
        self,
        limit: int = 5,
        window_s: float = 60.0,
        addresses: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = limit
        self.window_s = window_s
        self._addresses = addresses
        self._clock = clock
        self._failures: dict[str, deque[float]] = {}

    def seconds_to_wait(self, address: str) -> int:
        """0 when the address may try; else whole seconds until it may."""
        failures = self._recent(address)
        if len(failures) < self.limit:
            return 0
        return max(1, int(failures[-self.limit] + self.window_s - self._clock()) + 1)

    def count_failure(self, address: str) -> None:
        """Remember one wrong attempt."""
        failures = self._recent(address)
        failures.append(self._clock())
        self._failures.pop(address, None)
        self._failures[address] = failures
        while len(self._failures) > self._addresses:
            del self._failures[next(iter(self._failures))]

    def _recent(self, address: str) -> deque[float]:
        failures = self._failures.get(address, deque())
        oldest = self._clock() - self.window_s
        while failures and failures[0] <= oldest:
            failures.popleft()
        return failures
