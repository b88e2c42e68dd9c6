"""Several small lists as one, so that the rules judge them in one go."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from workbench.domain.register import Draft, Register

_MARK = "/"
#: Columns that hold an id; ``subject`` is the row a line of ``cleaned`` is about.
_ID_COLUMNS = ("person_id", "family_id", "aid_id", "event_id", "ppks_id", "psks_id", "subject")
_NUMBERS = ("nik", "no_kk", "account")
#: Facts of a whole kelurahan, which several lists may state.
_SHARED = ("rt_rw",)


def keep_apart(drafts: Sequence[Draft]) -> list[list[int]]:
    """The places of ``drafts``, sorted into bundles in which none is a neighbour of another.

    Rules go from family to family by numbers and by births of one mother (see
    ``workbench.rules.copies``): lists that share none are judged together as each would be alone.
    """
    bundles: list[tuple[set[Hashable], list[int]]] = []
    for place, draft in enumerate(drafts):
        own = _links(draft)
        taken, members = next((b for b in bundles if b[0].isdisjoint(own)), (set(), []))
        if not members:
            bundles.append((taken, members))
        taken |= own
        members.append(place)
    return [members for _, members in bundles]


def bundle(drafts: Sequence[Draft]) -> Register:
    """All rows of ``drafts`` as one register, each id with the place of its draft before it.

    The first manifest leads; ``unbundle`` tells whose a subject is.
    """
    merged = Draft(drafts[0].manifest)
    for table, gathered in merged.tables.items():
        if table in _SHARED:
            rows = (row for draft in drafts for row in draft.tables[table])
            gathered += {tuple(row.values()): row for row in rows}.values()
            continue
        for place, draft in enumerate(drafts):
            for row in draft.tables[table]:
                ids = {c: f"{place}{_MARK}{row[c]}" for c in _ID_COLUMNS if row.get(c)}
                gathered.append({**row, **ids})
    return merged.to_register()


def unbundle(subject: str) -> tuple[int, str]:
    """The place of a subject's draft in the bundle, and its id there."""
    place, _, own = subject.partition(_MARK)
    return int(place), own


def _links(draft: Draft) -> set[Hashable]:
    rows = [row for table in draft.tables.values() for row in table]
    numbers = {row[column] for row in rows for column in _NUMBERS if row.get(column)}
    births = {(row["birth_date"], row["mother_name"]) for row in draft.tables["person"]}
    return numbers | {birth for birth in births if all(birth)}
