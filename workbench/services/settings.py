"""The rules' settings as this office has them: the catalogue's values and the office's own.

What an office sets holds from a day on and until it is withdrawn, also when the catalogue gets a
newer value: ``is_overtaken`` says so, a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import CITY
from workbench.errors import Forbidden, WrongUse
from workbench.rules.parameters import Parameter, parameters
from workbench.services.office import Office
from workbench.store import settings as stored

_WHOLE_OFFICE = ""


@dataclass(frozen=True)
class OfficeSetting:
    """One parameter on one day.

    ``value`` is what judges; ``own`` the office's own entry when it is that, ``is_overtaken``
    when the catalogue has a value of a later day than the office's.
    """

    parameter: Parameter
    value: Any
    since: date
    source: str
    own: stored.Setting | None
    is_overtaken: bool


def office_settings(office: Office, actor: Actor, day: date) -> tuple[OfficeSetting, ...]:
    """Every parameter with the value in force on a day."""
    require(actor, Permission.READ_RULES)
    own = _own(office, actor, day)
    return tuple(_setting(known, own.get(name), day) for name, known in parameters().items())


def overrides_on(office: Office, actor: Actor, day: date) -> dict[str, Any]:
    """The office's own values in force on a day, for ``rules.check``."""
    return {name: entry.value for name, entry in _own(office, actor, day).items()}


def set_value(
    office: Office, actor: Actor, name: str, since: date, value: Any, source: str
) -> None:
    """Set a parameter from a day on; ``source`` is the decree or decision it rests on.

    Only somebody who looks after the whole office may. Raises ``WrongUse`` for an unknown name,
    a value outside the limits or a missing source.
    """
    _require_setter(actor)
    parameter = _parameter(name)
    if not source.strip():
        raise WrongUse("Tulis dasar perubahan ini, misalnya nomor surat keputusan.")
    stored.put_setting(
        office.store_for(actor),
        actor.id,
        name,
        since.isoformat(),
        parameter.read(value),
        source.strip()[:300],
    )


def withdraw_value(office: Office, actor: Actor, name: str, since: str) -> None:
    """End the office's own value; the catalogue's holds again."""
    _require_setter(actor)
    stored.withdraw_setting(office.store_for(actor), actor.id, _parameter(name).name, since)


def _require_setter(actor: Actor) -> None:
    require(actor, Permission.SET_RULES)
    if not actor.covers(_WHOLE_OFFICE):
        raise Forbidden(
            f"Pengaturan aturan berlaku untuk seluruh {CITY.kind}. Mintalah admin mengubahnya."
        )


def _parameter(name: str) -> Parameter:
    found = parameters().get(name)
    if found is None:
        raise WrongUse("Pengaturan itu tidak dikenal. Muat ulang halaman.")
    return found


def _own(office: Office, actor: Actor, day: date) -> dict[str, stored.Setting]:
    """The office's newest entry of each parameter that is in force on a day."""
    entries = stored.list_settings(office.store_for(actor))
    # Entries come in the order of their days, so the newest stands last.
    return {
        entry.name: entry
        for entry in entries
        if entry.since <= day.isoformat() and entry.name in parameters()
    }


def _setting(parameter: Parameter, own: stored.Setting | None, day: date) -> OfficeSetting:
    ours = parameter.on(day)
    if own is None:
        return OfficeSetting(parameter, ours.value, ours.since, ours.source, None, False)
    since = date.fromisoformat(own.since)
    return OfficeSetting(parameter, own.value, since, own.source, own, ours.since > since)
