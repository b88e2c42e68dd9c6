"""What this office decided for itself: the declared defaults and its own values, from a day on.

Kept as ``kantor.<name>`` beside the rules' settings. A value is never changed in place but by one
of the same day; every step stands in the ledger, its ground beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from workbench.access import Actor, Permission, require
from workbench.domain import office_settings as declaring
from workbench.domain.office_settings import Declared, Value
from workbench.domain.wilayah import CITY
from workbench.errors import Forbidden, WrongUse
from workbench.services.audits import names_of
from workbench.services.office import Office
from workbench.store import clock
from workbench.store import settings as stored

_PREFIX: Final = "kantor."
_WHOLE_OFFICE = ""
_LONGEST_SOURCE = 300


@dataclass(frozen=True)
class Kept:
    """A value the office set, in force from ``since`` on; ``source`` is its ground.

    ``set_by`` is a name, or an id whose account is gone.
    """

    since: date
    value: Value
    words: str
    source: str
    set_by: str


@dataclass(frozen=True)
class Standing:
    """One setting with what holds today and everything the office ever set, newest day first."""

    declared: Declared
    value: Value
    words: str
    is_own: bool
    history: tuple[Kept, ...]


def value(office: Office, actor: Actor, name: str, on: date | None = None) -> Value:
    """The value in force on a day (today unless told): the office's own, else the default.

    Raises ``WrongUse`` for an unknown name.
    """
    require(actor, Permission.READ_RULES)
    known = _known(name)
    return _in_force(known, _kept(office, actor).get(name, []), on or clock.today())


def put(office: Office, actor: Actor, name: str, value: Any, source: str) -> None:
    """Set a value from today on; ``source`` is the decision it rests on.

    Only somebody who looks after the whole office may. Raises ``WrongUse`` for an unknown name, a
    value out of bounds or a missing source.
    """
    require(actor, Permission.SET_RULES)
    if not actor.covers(_WHOLE_OFFICE):
        raise Forbidden(
            f"Pengaturan kantor berlaku untuk seluruh {CITY.kind}. Mintalah admin mengubahnya."
        )
    kept = declaring.check(name, value)
    ground = " ".join(source.split())[:_LONGEST_SOURCE]
    if not ground:
        raise WrongUse("Tulis dasar perubahan ini, misalnya nomor surat keputusan.")
    stored.put_setting(
        office.store_for(actor), actor.id, _PREFIX + name, clock.today().isoformat(), kept, ground
    )


def listed(office: Office, actor: Actor) -> tuple[Standing, ...]:
    """Every setting of the office as it stands today, in the order they are declared."""
    require(actor, Permission.READ_RULES)
    kept, day = _kept(office, actor), clock.today()
    found = []
    for name, known in declaring.declared().items():
        own = kept.get(name, [])
        now = _in_force(known, own, day)
        is_own = any(one.since <= day for one in own)
        found.append(Standing(known, now, known.words(now), is_own, tuple(reversed(own))))
    return tuple(found)


def _known(name: str) -> Declared:
    found = declaring.declared().get(name)
    if found is None:
        raise WrongUse("Pengaturan itu tidak dikenal. Muat ulang halaman.")
    return found


def _in_force(known: Declared, own: list[Kept], day: date) -> Value:
    in_force = [one.value for one in own if one.since <= day]
    return in_force[-1] if in_force else known.default


def _kept(office: Office, actor: Actor) -> dict[str, list[Kept]]:
    """What the office set by name, oldest day first."""
    store = office.store_for(actor)
    entries = stored.list_settings(store)
    with store.reading() as connection:
        names = names_of(connection, {entry.set_by for entry in entries})
    found: dict[str, list[Kept]] = {}
    for entry in entries:
        name = entry.name.removeprefix(_PREFIX)
        known = declaring.declared().get(name)
        if name == entry.name or known is None:
            continue
        since = date.fromisoformat(entry.since)
        by = names.get(entry.set_by, entry.set_by)
        kept = Kept(since, entry.value, known.words(entry.value), entry.source, by)
        found.setdefault(name, []).append(kept)
    return found
