"""Who sends a request, and what of the kernels is theirs.

The only proof of identity is the session cookie: an opaque token that ``services.accounts``
knows. Nothing in an address, a header or a form ever names a person. Real data is opened on
this computer only, unless the server speaks TLS itself: a real session seen from elsewhere in
the clear is refused, whatever it asks for.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import re
import time
from collections.abc import Callable, Mapping
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


class Arrivals(Protocol):
    """What this room asks of ``services.arrivals``."""

    POSITIONS: Mapping[str, str]

    def join(
        self, office: Any, join_code: str, name: str, position: str, area_kode: str
    ) -> Any: ...
    def come_back(self, office: Any, return_code: str) -> Any: ...


class Classes(Protocol):
    """What this room asks of ``services.classes``."""

    def current_class(self, office: Any) -> Any: ...
    def wants_drawing(self, office: Any) -> bool: ...


class Courses(Protocol):
    """What this room asks of ``services.courses``."""

    def open_refresher(self, office: Any, token: str) -> Any: ...


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
    if _is_forwarded(request):
        return False
    try:
        address = ipaddress.ip_address((request.remote_ip or "").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_shielded(request: HTTPServerRequest) -> bool:
    """Whether the request came over our own TLS from the visitor to here, through no proxy."""
    # The socket's own word: no header can say it.
    return request.protocol == "https" and not _is_forwarded(request)


def _is_forwarded(request: HTTPServerRequest) -> bool:
    return any(name in request.headers for name in _FORWARDED)


def refuse_if_remote(actor: Actor, request: HTTPServerRequest) -> None:
    """Raise ``NotHere`` for a real session from another computer that others could read along."""
    if actor.workspace is Workspace.NYATA and not (is_local(request) or is_shielded(request)):
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
        # Browsers do not keep cookies of two ports apart; two servers on one machine must. With
        # the prefix a browser takes no such cookie from a page that came in the clear.
        prefix = "__Host-" if handler.request.protocol == "https" else ""
        return f"{prefix}verval-{_NO_WORD.sub('-', handler.request.host)}"

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
        secure = handler.request.protocol == "https"
        handler.clear_cookie(self.get_cookie_name(handler), path="/", secure=secure)

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


@dataclass(frozen=True)
class Limit:
    """At most ``tries`` wrong attempts within ``window_s`` seconds."""

    tries: int
    window_s: float


#: A whole hall sits behind one address, so what is counted is what was tried, not who is there:
#: the passwords of one account, and *different* wrong codes (a hundred people who all type
#: yesterday's code have guessed once). A join code is one of 25**6 (2.4e8), a return code one of
#: 25**8 (1.5e11); at 300 a minute, day and night, an address finds the code of an open class with
#: 0.2 % a day, and one of 500 seats with 0.15 % a day.
CODES_OF_ADDRESS = Limit(300, 60)
PASSWORDS_OF_ACCOUNT_HERE = Limit(5, 60)
#: From all addresses together, and never counted on this computer itself: nobody in the hall can
#: keep its owner out by mistyping the owner's password.
PASSWORDS_OF_ACCOUNT = Limit(20, 15 * 60)
#: One password tried on many accounts.
PASSWORDS_OF_ADDRESS = Limit(60, 60)

Counter = tuple[str, ...]


def password_limits(request: HTTPServerRequest, account: str) -> dict[Counter, Limit]:
    """What an attempt on the password of ``account`` counts towards."""
    address = _address(request)
    limits = {
        ("akun", address, account): PASSWORDS_OF_ACCOUNT_HERE,
        ("akun", address): PASSWORDS_OF_ADDRESS,
    }
    if not is_local(request):
        limits["akun", "", account] = PASSWORDS_OF_ACCOUNT
    return limits


def code_limits(request: HTTPServerRequest, way: str) -> dict[Counter, Limit]:
    """What an attempt with a code counts towards; ``way`` keeps the kinds of codes apart."""
    return {(way, _address(request)): CODES_OF_ADDRESS}


def _address(request: HTTPServerRequest) -> str:
    """The sender's address; of IPv6 the network, for a device may give itself any address in it.

    Whoever comes through a proxy on this computer is not taken for this computer.
    """
    if is_local(request):
        return "sini"
    try:
        address = ipaddress.ip_address((request.remote_ip or "").partition("%")[0])
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class AttemptLimiter:
    """Counts wrong passwords and codes; too many within the window close the door.

    An attempt is counted before it is made (``take``) and forgotten when it was not wrong
    (``settle``), so that a thousand at the same moment are no way round. ``clock`` gives seconds.
    At most ``counters`` are remembered, those that stood still longest forgotten first.
    """

    def __init__(self, counters: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._counters = counters
        self._clock = clock
        #: Of each counter the guesses: when, and whether it is known to be wrong.
        self._failures: dict[Counter, dict[str, tuple[float, bool]]] = {}

    def take(self, limits: Mapping[Counter, Limit], guess: str) -> int:
        """0 when the attempt may be made, and it is counted; else whole seconds until it may.

        ``guess`` tells attempts apart: the same one again is no further attempt.
        """
        now = self._clock()
        waits = [self._wait(counter, limit, guess, now) for counter, limit in limits.items()]
        if any(waits):
            return max(waits)
        for counter in limits:
            self._guesses(counter).setdefault(guess, (now, False))
        return 0

    def settle(self, limits: Mapping[Counter, Limit], guess: str, *, was_wrong: bool) -> None:
        """How an attempt came out; one that is known to be wrong stays counted whatever follows."""
        for counter in limits:
            guesses = self._guesses(counter)
            if was_wrong:
                guesses[guess] = (self._clock(), True)
            elif guess in guesses and not guesses[guess][1]:
                del guesses[guess]

    def _guesses(self, counter: Counter) -> dict[str, tuple[float, bool]]:
        guesses = self._failures.pop(counter, {})
        self._failures[counter] = guesses
        while len(self._failures) > self._counters:
            del self._failures[next(iter(self._failures))]
        return guesses

    def _wait(self, counter: Counter, limit: Limit, guess: str, now: float) -> int:
        guesses = self._failures.get(counter, {})
        for old in [one for one, (at, _) in guesses.items() if at <= now - limit.window_s]:
            del guesses[old]
        if guess in guesses or len(guesses) < limit.tries:
            return 0
        first = min(at for at, _ in guesses.values())
        return max(1, int(first + limit.window_s - now) + 1)
