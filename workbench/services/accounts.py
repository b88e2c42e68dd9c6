"""Accounts of trainers, staff and admins: first passwords, signing in and out, sessions.

Trainees have no account; they come by ``classes.join`` and share only the sessions with this
module. Wrong name and wrong password are answered with one sentence and cost the same time.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, func, select

from workbench.access import PERMISSIONS, Actor, Permission, Role, Workspace, require
from workbench.domain.wilayah import CITY, kecamatan, kelurahan_by_code, say_locally
from workbench.errors import Forbidden, NotFound, StoreFault, WrongUse
from workbench.services.office import Office
from workbench.store import Store, clock, ledger
from workbench.store.sessions import (
    hash_secret,
    live_sessions,
    open_session,
    revoke_session,
    revoke_sessions,
    workspace_of_token,
)
from workbench.store.tables import account as accounts
from workbench.store.tables import class_, participant, session

MIN_PASSWORD, MAX_PASSWORD = 8, 200
#: An account's session ends after this long without use; a trainee's is not ended by idleness,
#: for a bimtek goes on after a night.
IDLE_S = 12 * 3600
#: Every session ends this long after it began, used or not, like the cookie that carries it.
MAX_AGE_S = 7 * 24 * 3600
#: How old a session's ``last_seen_at`` may grow before it is written again.
_SEEN_AGAIN_S = 60

_WRONG = "Nama pengguna atau kata sandi keliru. Periksa, lalu coba lagi."
_NO_ACCOUNT = "Akun itu tidak ada. Periksa nama penggunanya."
_USERNAME = re.compile(r"[a-z0-9_]{1,60}")
#: What is tried first, without its digits and signs; "" is a password of digits alone.
_GUESSED_FIRST = frozenset({
    "", "password", "passwrd", "sandi", "katasandi", "rahasia", "qwerty", "abcdef", "abcdefgh",
    "admin", "pelatih", "staf", "verval", "dinsos", "serang", "kotaserang", "banten", "indonesia",
    "merdeka", "bismillah", "sayang",
})  # fmt: skip


@dataclass(frozen=True)
class FirstPasswords:
    """The first passwords, shown once; empty for an account that was there already."""

    trainer_username: str
    trainer_password: str
    staff_username: str
    staff_password: str


@dataclass(frozen=True)
class SignedIn:
    """A new session: its token for the cookie, and who it belongs to."""

    token: str
    actor: Actor
    must_change_password: bool


@dataclass(frozen=True)
class Account:
    """An account as an administrator sees it; ``sessions`` are the live ones, oldest first."""

    id: str
    username: str
    name: str
    role: Role
    workspace: Workspace
    areas: tuple[str, ...]
    has_first_password: bool
    is_disabled: bool
    sessions: tuple[LiveSession, ...]


@dataclass(frozen=True)
class LiveSession:
    """One place an account is signed in from: since when, and when it was last used."""

    since: datetime
    last_seen: datetime


def machine_operator(workspace: Workspace) -> Actor:
    """Whoever types commands on the machine itself: an administrator of that workspace."""
    areas = (CITY.kode_kemendagri,)
    return Actor("mesin", "Pengelola mesin", Role.ADMIN, workspace, areas)


def ensure_first_accounts(office: Office) -> FirstPasswords | None:
    """Make one trainer (practice) and one staff account (real) where a side has no account yet.

    Returns None when both sides have accounts. The passwords are known only from the answer:
    pass them on before anything else.
    """
    trainer = _first_account(office.practice, "pelatih", "Pelatih", Role.PELATIH)
    staff = _first_account(office.real, "staf", "Staf Dinsos", Role.STAF)
    if not (trainer or staff):
        return None
    return FirstPasswords("pelatih" if trainer else "", trainer, "staf" if staff else "", staff)


def add_account(
    office: Office,
    actor: Actor,
    username: str,
    name: str,
    role: Role,
    areas: Sequence[str] = (CITY.kode_kemendagri,),
) -> str:
    """Make an account in the actor's workspace; returns its first password, to be changed.

    ``areas`` are dotted codes of kelurahan, kecamatan or the city. Raises ``WrongUse`` for a name
    that is taken (on either side, for a person signs in without saying which), an unknown area,
    or a role that has no account or no place in this workspace.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    username, name, areas = plain_username(username), name.strip(), checked_areas(areas)
    if not _USERNAME.fullmatch(username):
        raise WrongUse(
            "Nama pengguna hanya boleh berisi huruf a sampai z, angka dan garis bawah, "
            "paling banyak 60."
        )
    if not 1 <= len(name) <= 100 or any(unicodedata.category(c)[0] == "C" for c in name):
        raise WrongUse("Nama orang harus 1 sampai 100 huruf.")
    if role is Role.PESERTA or (role, actor.workspace) not in PERMISSIONS:
        raise WrongUse(f"Peran {role.value} tidak mempunyai akun di ruang {actor.workspace.value}.")
    taken = "Nama pengguna itu sudah dipakai. Pilih nama lain."
    if _account_row(office, username) is not None:
        raise WrongUse(taken)
    password = _new_password()
    hashed = _hasher().hash(password)
    with office.store_for(actor).writing() as connection:
        if _row_in(connection, username) is not None:
            raise WrongUse(taken)
        _insert(connection, actor.id, username, name, role, areas, hashed)
    return password


def list_accounts(office: Office, actor: Actor) -> tuple[Account, ...]:
    """The accounts of the actor's workspace, by user name."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    with office.store_for(actor).reading() as connection:
        rows = connection.execute(select(accounts).order_by(accounts.c.username)).all()
        return tuple(
            Account(
                row.id,
                row.username,
                row.name,
                Role(row.role),
                actor.workspace,
                tuple(json.loads(row.areas)),
                row.must_change,
                row.disabled,
                _live(connection, row.id),
            )
            for row in rows
        )


def reset_password(office: Office, actor: Actor, username: str) -> str:
    """Give an account of the actor's workspace a new first password and end its sessions."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    password = _new_password()
    hashed = _hasher().hash(password)
    with office.store_for(actor).writing() as connection:
        row = _own_row(connection, username)
        _set_password(connection, row.id, hashed, must_change=True)
        revoke_sessions(connection, row.id)
        ledger.record(connection, actor.id, "akun", f"akun:{row.id}", "sandi_baru", {})
    return password


def set_disabled(office: Office, actor: Actor, username: str, disabled: bool) -> None:
    """Turn an account of the actor's workspace off (its sessions end) or on again."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    with office.store_for(actor).writing() as connection:
        row = _own_row(connection, username)
        connection.execute(
            accounts.update().where(accounts.c.id == row.id).values(disabled=disabled)
        )
        if disabled:
            revoke_sessions(connection, row.id)
        ledger.record(connection, actor.id, "akun", f"akun:{row.id}", "nonaktif", disabled)


def set_areas(office: Office, actor: Actor, username: str, areas: Iterable[str]) -> tuple[str, ...]:
    """Give an account of the actor's workspace other areas; returns them as they are kept.

    Its sessions end: a page that is open knows only the areas it was opened with.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    kept = checked_areas(areas)
    with office.store_for(actor).writing() as connection:
        row = _own_row(connection, username)
        connection.execute(
            accounts.update()
            .where(accounts.c.id == row.id)
            .values(areas=ledger.canonical(list(kept)))
        )
        revoke_sessions(connection, row.id)
        ledger.record(connection, actor.id, "akun", f"akun:{row.id}", "wilayah", list(kept))
    return kept


def end_sessions(office: Office, actor: Actor, username: str) -> int:
    """Sign an account of the actor's workspace out everywhere; returns from how many places."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    with office.store_for(actor).writing() as connection:
        row = _own_row(connection, username)
        ended = len(_live(connection, row.id))
        revoke_sessions(connection, row.id)
        ledger.record(connection, actor.id, "akun", f"akun:{row.id}", "sesi_diakhiri", ended)
    return ended


def checked_areas(areas: Iterable[str]) -> tuple[str, ...]:
    """Codes in order, without those that lie in another.

    Raises ``WrongUse`` when one is unknown or there is none.
    """
    wanted = sorted(set(areas))
    if not wanted or not known_areas().issuperset(wanted):
        raise WrongUse(
            say_locally(f"Wilayah itu tidak dikenal. Pilih kelurahan, kecamatan atau {CITY.kind}.")
        )
    return tuple(
        code for code in wanted if not any(code.startswith(f"{wider}.") for wider in wanted)
    )


def known_areas() -> frozenset[str]:
    """Dotted codes of every kelurahan, every kecamatan and the city."""
    return frozenset(kelurahan_by_code()) | frozenset(kecamatan()) | {CITY.kode_kemendagri}


def sign_in(office: Office, username: str, password: str) -> SignedIn:
    """Sign in with name and password, on whichever side the account is.

    Raises ``Forbidden`` with one and the same sentence for an unknown name, a wrong password and
    an account turned off.
    """
    found = _account_row(office, plain_username(username))
    unknown = _unknown_hash()  # made at the first sign-in of all, whoever it is
    stored = found[1].password_hash if found else unknown
    fits = len(password) <= MAX_PASSWORD and _verify(stored, password)
    if found is None or not fits or found[1].disabled:
        raise Forbidden(_WRONG)
    store, row = found
    renewed = _hasher().hash(password) if _hasher().check_needs_rehash(stored) else None
    with store.writing() as connection:
        if renewed:
            _set_password(connection, row.id, renewed, must_change=row.must_change)
        token = open_session(connection, store.workspace, account_id=row.id)
        ledger.record(connection, row.id, "akun", f"akun:{row.id}", "masuk", {})
    return SignedIn(token, _actor(row, store.workspace), row.must_change)


def sign_out(office: Office, token: str) -> None:
    """End the session of a token; a token that is none is left alone."""
    workspace = workspace_of_token(token)
    if workspace is not None:
        with office.store(workspace).writing() as connection:
            revoke_session(connection, token)


def actor_of_token(office: Office, token: str) -> Actor | None:
    """Who a token belongs to; None when it is unknown, ended, too old or turned off."""
    workspace = workspace_of_token(token)
    if workspace is None:
        return None
    store, hashed = office.store(workspace), hash_secret(token)
    with store.reading() as connection:
        row = connection.execute(select(session).where(session.c.token_hash == hashed)).first()
        if row is None or row.revoked_at is not None or row.created_at < _ago(MAX_AGE_S):
            return None
        if row.account_id is not None:
            if row.last_seen_at < _ago(IDLE_S):
                return None
            holder = connection.execute(
                select(accounts).where(accounts.c.id == row.account_id)
            ).one()
            actor = None if holder.disabled else _actor(holder, workspace)
        else:
            actor = trainee_of_seat(connection, row.class_id, row.seat)
    if actor and row.last_seen_at < _ago(_SEEN_AGAIN_S):
        # A page must open also when the disk is full; the time of the last visit can wait.
        with suppress(StoreFault), store.writing() as connection:
            connection.execute(
                session.update()
                .where(session.c.token_hash == hashed)
                .values(last_seen_at=clock.now())
            )
    return actor


def change_password(
    office: Office, actor: Actor, old: str, new: str, *, keep: str | None = None
) -> None:
    """Change one's own password; every session but that of the token ``keep`` ends.

    Without ``keep`` a sole live session stays, for it can only be the caller's own; where there
    are several, nobody can tell which, and all end.

    Raises ``Forbidden`` when ``old`` is wrong or the actor has no account, ``WrongUse`` with what
    to do when ``new`` will not do.
    """
    store = office.store_for(actor)
    with store.reading() as connection:
        row = connection.execute(select(accounts).where(accounts.c.id == actor.id)).first()
    if row is None or row.disabled:
        raise Forbidden("Hanya pelatih dan staf yang mempunyai kata sandi.")
    if len(old) > MAX_PASSWORD or not _verify(row.password_hash, old):
        raise Forbidden("Kata sandi lama keliru. Ketik kata sandi yang sekarang Anda pakai.")
    if len(new) < MIN_PASSWORD:
        raise WrongUse(f"Kata sandi baru terlalu pendek. Pakai sedikitnya {MIN_PASSWORD} huruf.")
    if len(new) > MAX_PASSWORD:
        raise WrongUse(
            f"Kata sandi baru terlalu panjang. Pakai paling banyak {MAX_PASSWORD} huruf."
        )
    if new == old:
        raise WrongUse("Kata sandi baru sama dengan yang lama. Pilih yang lain.")
    if _letters(new) == _letters(row.username):
        raise WrongUse("Kata sandi tidak boleh sama dengan nama pengguna. Pilih yang lain.")
    if len(set(new)) < 4 or _letters(new) in _GUESSED_FIRST:
        raise WrongUse(
            "Kata sandi baru terlalu mudah ditebak. Pakai beberapa kata yang tidak berhubungan."
        )
    hashed = _hasher().hash(new)
    with store.writing() as connection:
        _set_password(connection, row.id, hashed, must_change=False)
        if keep is not None or len(_live(connection, row.id)) != 1:
            revoke_sessions(connection, row.id, keep)
        ledger.record(connection, row.id, "akun", f"akun:{row.id}", "ganti_sandi", {})


def current_password_must_change(office: Office, actor: Actor) -> bool:
    """Whether the actor still uses a first password; never for a trainee, who has none."""
    with office.store_for(actor).reading() as connection:
        must = connection.execute(
            select(accounts.c.must_change).where(accounts.c.id == actor.id)
        ).scalar()
    return bool(must)


def trainee_of_seat(connection: Connection, class_id: str, seat: int) -> Actor | None:
    """The trainee who sits on a seat, as an actor; None when nobody does."""
    row = connection.execute(
        select(participant.c.name, participant.c.area_kode)
        .join(class_, class_.c.id == participant.c.class_id)
        .where(participant.c.class_id == class_id, participant.c.seat == seat)
    ).first()
    if row is None:
        return None
    return Actor(
        f"{class_id}.{seat}",
        row.name,
        Role.PESERTA,
        Workspace.LATIHAN,
        (row.area_kode,),
        class_id,
        seat,
    )


def _first_account(store: Store, username: str, name: str, role: Role) -> str:
    """Make the account when the store has none; returns its password, or '' when it has one."""
    with store.reading() as connection:
        if _count(connection):
            return ""
    password = _new_password()
    # Hashing takes long on purpose, so it is done before the lock is taken.
    hashed = _hasher().hash(password)
    with store.writing() as connection:
        if _count(connection):
            return ""
        operator = machine_operator(store.workspace)
        areas = (CITY.kode_kemendagri,)
        _insert(connection, operator.id, username, name, role, areas, hashed)
    return password


def _count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(accounts)).scalar_one()


def _insert(
    connection: Connection,
    by: str,
    username: str,
    name: str,
    role: Role,
    areas: Sequence[str],
    hashed: str,
) -> None:
    account_id = f"A{secrets.token_hex(6)}"
    connection.execute(
        accounts.insert().values(
            id=account_id,
            username=username,
            name=name,
            role=role.value,
            areas=ledger.canonical(list(areas)),
            password_hash=hashed,
            must_change=True,
            disabled=False,
            created_at=clock.now(),
        )
    )
    value = {"role": role.value, "areas": list(areas)}
    ledger.record(connection, by, "akun", f"akun:{account_id}", "dibuat", value)


def _set_password(
    connection: Connection, account_id: str, hashed: str, *, must_change: bool
) -> None:
    connection.execute(
        accounts.update()
        .where(accounts.c.id == account_id)
        .values(password_hash=hashed, must_change=must_change)
    )


def plain_username(text: str) -> str:
    """A user name as it is compared: however a keyboard wrote it, one form (NFKC, no capitals)."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _letters(text: str) -> str:
    """A word without digits, signs and capitals."""
    return re.sub(r"[\W\d_]+", "", plain_username(text))


def _ago(seconds: float) -> str:
    return clock.seconds_before(clock.now(), seconds)


def _live(connection: Connection, account_id: str) -> tuple[LiveSession, ...]:
    rows = live_sessions(connection, account_id, _ago(IDLE_S), _ago(MAX_AGE_S))
    return tuple(
        LiveSession(clock.moment(row.created_at), clock.moment(row.last_seen_at)) for row in rows
    )


def _own_row(connection: Connection, username: str) -> Row[Any]:
    row = _row_in(connection, plain_username(username))
    if row is None:
        raise NotFound(_NO_ACCOUNT)
    return row


def _row_in(connection: Connection, username: str) -> Row[Any] | None:
    return connection.execute(select(accounts).where(accounts.c.username == username)).first()


def _account_row(office: Office, username: str) -> tuple[Store, Row[Any]] | None:
    found = None
    # Both sides are asked in any case: an early answer would be a quicker one.
    for workspace in Workspace:
        store = office.store(workspace)
        with store.reading() as connection:
            row = _row_in(connection, username)
        if row is not None:
            found = store, row
    return found


def _actor(row: Row[Any], workspace: Workspace) -> Actor:
    return Actor(row.id, row.name, Role(row.role), workspace, tuple(json.loads(row.areas)))


@cache
def _hasher() -> PasswordHasher:
    """Argon2id: 32 MiB, three passes, one lane; above OWASP's floor of 19 MiB and two.

    Some 60 ms on one core of a server, about twice that on an old laptop. More lanes would take
    both cores from a hall at work. A hash made otherwise is renewed when its owner signs in.
    """
    return PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


@cache
def _unknown_hash() -> str:
    """What the password of an unknown name is verified against, so that it takes as long."""
    return _hasher().hash(secrets.token_urlsafe(16))


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _new_password() -> str:
    """Two pronounceable words and four digits: easy to read out, some 2**45 possibilities."""
    digits = "".join(secrets.choice("346789") for _ in range(4))
    return f"{_word()}-{_word()}-{digits}"


def _word() -> str:
    return "".join(secrets.choice("bdgjkmnprstw") + secrets.choice("aeiou") for _ in range(3))
