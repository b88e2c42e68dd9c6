"""What people said of two rows: one person, two, or not decided yet; every later linking knows.

A pair is known by keyed hashes of its rows, smaller first; ``compared`` is made of the values the
decision stood on, so that a changed value brings the pair back. The note is free text and stays
beside the ledger, which holds hashes and codes only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from workbench.errors import NotFound
from workbench.store import clock, ledger
from workbench.store.tables import pair_decision as decisions
from workbench.store.workspace import Store

SAME: Final = "sama"
DIFFERENT: Final = "beda"
#: Looked at and set aside: nobody has decided yet.
ASIDE: Final = "tunda"
Pair = tuple[str, str]


@dataclass(frozen=True)
class PairDecision:
    """One decision; ``keys`` are in order, smaller first."""

    keys: Pair
    decision: str
    reason: str
    note: str
    compared: str
    decided_by: str
    at: str


def put_decision(
    store: Store,
    actor_id: str,
    keys: Pair,
    decision: str,
    reason: str,
    note: str,
    compared: str,
    context: Mapping[str, Any],
) -> PairDecision:
    """Remember a decision in the place of an earlier one; ``context`` holds ids for the ledger."""
    said = {
        "decision": decision,
        "reason": reason,
        "note": note,
        "compared": compared,
        "decided_by": actor_id,
        "at": clock.now(),
    }
    with store.writing() as connection:
        connection.execute(decisions.delete().where(*_of(keys)))
        connection.execute(decisions.insert().values(key_a=keys[0], key_b=keys[1], **said))
        value = {**context, "putusan": decision, "alasan": reason, "nilai": compared}
        _record(connection, actor_id, keys, value)
    return PairDecision(keys, **said)


def withdraw_decision(store: Store, actor_id: str, keys: Pair, context: Mapping[str, Any]) -> None:
    """Forget a decision; the ledger keeps that there was one. Raises ``NotFound``."""
    with store.writing() as connection:
        if not connection.execute(decisions.delete().where(*_of(keys))).rowcount:
            raise NotFound("Pasangan ini belum diputuskan, jadi tidak ada yang dibatalkan.")
        _record(connection, actor_id, keys, {**context, "putusan": ""})


def list_decisions(store: Store) -> dict[Pair, PairDecision]:
    """All decisions that stand, by their keys."""
    with store.reading() as connection:
        rows = connection.execute(select(decisions).order_by(decisions.c.key_a, decisions.c.key_b))
        return {found.keys: found for found in map(_decision, rows)}


def record_linking(store: Store, actor_id: str, linking_id: str, value: Mapping[str, Any]) -> None:
    """Note in the ledger that two lists were linked; ``value`` holds ids and counts."""
    with store.writing() as connection:
        ledger.record(
            connection, actor_id, "padankan", f"padanan:{linking_id}", "padankan", dict(value)
        )


def record_merging(store: Store, actor_id: str, linking_id: str, list_id: str) -> None:
    """Note in the ledger that a linking was made one list."""
    with store.writing() as connection:
        value = {"daftar": list_id}
        ledger.record(connection, actor_id, "gabung", f"padanan:{linking_id}", "gabung", value)


def _record(connection: Connection, actor_id: str, keys: Pair, value: Mapping[str, Any]) -> None:
    subject = f"pasangan:{keys[0][:32]}.{keys[1][:32]}"
    ledger.record(connection, actor_id, "putusan_pasangan", subject, "putusan", dict(value))


def _of(keys: Pair) -> tuple[Any, Any]:
    return decisions.c.key_a == keys[0], decisions.c.key_b == keys[1]


def _decision(row: Row[Any]) -> PairDecision:
    return PairDecision(
        (row.key_a, row.key_b),
        row.decision,
        row.reason,
        row.note,
        row.compared,
        row.decided_by,
        row.at,
    )
