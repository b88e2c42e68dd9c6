"""Sessions: an opaque token in the visitor's hands, its hash in the database.

A token begins with the letter of its workspace (``l.`` or ``n.``), so that a trainee's token is
never looked up where real people's data lie.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from workbench.access import Workspace
from workbench.store import clock
from workbench.store.tables import session as sessions


def hash_secret(secret: str) -> str:
    """SHA-256 of a token or code that is random by itself (never of a chosen password)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_session(
    connection: Connection,
    workspace: Workspace,
    *,
    account_id: str | None = None,
    class_id: str | None = None,
    seat: int | None = None,
) -> str:
    """Store a new session for an account or a seat and return its token."""
    token = f"{workspace.value[0]}.{secrets.token_urlsafe(32)}"
    at = clock.now()
    connection.execute(
        sessions.insert().values(
            token_hash=hash_secret(token),
            account_id=account_id,
            class_id=class_id,
            seat=seat,
            created_at=at,
            last_seen_at=at,
        )
    )
    return token


def workspace_of_token(token: str) -> Workspace | None:
    """The workspace a token belongs to; None for what is no token of ours."""
    for workspace in Workspace:
        if token.startswith(f"{workspace.value[0]}."):
            return workspace
    return None


def live_sessions(
    connection: Connection, account_id: str, used_since: str, made_since: str
) -> Sequence[Row[Any]]:
    """The sessions of an account that are not ended, used and made at or after these moments."""
    return connection.execute(
        select(sessions.c.created_at, sessions.c.last_seen_at)
        .where(
            sessions.c.account_id == account_id,
            sessions.c.revoked_at.is_(None),
            sessions.c.last_seen_at >= used_since,
            sessions.c.created_at >= made_since,
        )
        .order_by(sessions.c.created_at)
    ).all()


def revoke_sessions(connection: Connection, account_id: str, keep: str | None = None) -> None:
    """End all sessions of an account but the one of the token ``keep``."""
    connection.execute(
        sessions.update()
        .where(
            sessions.c.account_id == account_id,
            sessions.c.revoked_at.is_(None),
            sessions.c.token_hash != hash_secret(keep or ""),
        )
        .values(revoked_at=clock.now())
    )


def revoke_session(connection: Connection, token: str) -> None:
    """End one session; an unknown or ended one is left alone."""
    connection.execute(
        sessions.update()
        .where(sessions.c.token_hash == hash_secret(token), sessions.c.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
