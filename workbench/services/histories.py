"""The same family in the other lists of the shelf: where it stood, what changed since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.access import Actor, Permission, require
from workbench.domain.ages import unlike_words
from workbench.domain.register import Row
from workbench.services import keys
from workbench.services.families import NUMBERS
from workbench.services.office import Office
from workbench.services.shelves import newest_judgement
from workbench.store import snapshots
from workbench.training.labels import column_label, show

_FAMILY = (
    *("address", "rt", "rw", "kelurahan_kode_kemendagri", "head_name", "desil"),
    *("members_stated", "floor", "wall", "roof", "lighting", "power_va", "assets"),
)
_PERSON = ("name", "nik", "sex", "birth_date", "shdk", "marital_status", "occupation")


@dataclass(frozen=True)
class Standing:
    """A family in one list, and what is different from the list before it in time.

    ``members`` counts people; ``changes`` are sentences; ``came`` and ``gone`` are rule codes of
    findings that were not there before, or no longer are. Not listed: ``is_listed`` false.
    """

    list_id: str
    list_name: str
    as_of: str
    is_listed: bool
    members: int = 0
    findings: int = 0
    changes: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def family_history(office: Office, actor: Actor, family_key: str) -> tuple[Standing, ...]:
    """The family of this key in every list of the actor's workspace, oldest reference date first.

    Lists in which it lies outside the actor's areas count as not listing it. An empty key (no
    usable KK number) is found nowhere.
    """
    require(actor, Permission.READ_LIST)
    if not family_key:
        return ()
    home = office.snapshots_dir(actor.workspace)
    known = snapshots.list_snapshots(office.store_for(actor))
    told: list[Standing] = []
    before: _Seen | None = None
    for snapshot in sorted(known, key=lambda one: (str(one.manifest["as_of"]), one.at)):
        seen = _seen(office.root, home / snapshot.folder, family_key, actor)
        named = (snapshot.id, snapshot.name, str(snapshot.manifest["as_of"]))
        if seen is None:
            told.append(Standing(*named, False))
            continue
        rules = {row["rule"] for row in seen.findings}
        earlier = {row["rule"] for row in before.findings} if before else rules
        told.append(
            Standing(
                *named,
                True,
                len(seen.people),
                len(seen.findings),
                tuple(_changes(before, seen)) if before else (),
                tuple(sorted(rules - earlier)),
                tuple(sorted(earlier - rules)),
            )
        )
        before = seen
    return tuple(told)


@dataclass(frozen=True)
class _Seen:
    family: Row
    people: list[Row]
    findings: list[Row]


def _seen(root: Path, folder: Path, family_key: str, actor: Actor) -> _Seen | None:
    """The family in one list's files, reading no more of them than its rows."""
    judged = (newest_judgement(folder) / "findings.parquet").relative_to(folder)
    wanted = {"family.parquet", "person.parquet", judged.as_posix()}
    with keys.opened(root, folder, wanted.__contains__) as plain:
        return _rows(plain, plain / judged, family_key, actor)


def _rows(folder: Path, judged: Path, family_key: str, actor: Actor) -> _Seen | None:
    families = _read(folder / "family.parquet", "family_key", [family_key])
    families = [row for row in families if actor.covers(row["kelurahan_kode_kemendagri"])]
    if not families:
        return None
    ids = [row["family_id"] for row in families]
    people = _read(folder / "person.parquet", "family_id", ids)
    findings = _read(judged, "family_id", ids)
    return _Seen(families[0], people, findings)


def _read(path: Path, column: str, values: list[str]) -> list[Row]:
    try:
        rows: list[Row] = pq.read_table(path, filters=[(column, "in", values)]).to_pylist()
    except (OSError, pa.ArrowException):
        return []  # a damaged list says so where it is opened
    return rows


def _changes(before: _Seen, now: _Seen) -> Iterable[str]:
    pairs, gone, came = _match(before.people, now.people)
    for person in came:
        yield f"Masuk: {_name(person)}."
    for person in gone:
        yield f"Tidak ada lagi: {_name(person)}."
    yield from _cells("family", before.family, now.family, _FAMILY, "")
    for old, new in pairs:
        yield from _cells("person", old, new, _PERSON, f" {_name(new)}")


def _match(before: list[Row], now: list[Row]) -> tuple[list[tuple[Row, Row]], list[Row], list[Row]]:
    """The same people in two lists, and who is in one of them only.

    A key can stand on two people (a NIK given twice), so the name has the first word.
    """
    pairs: list[tuple[Row, Row]] = []
    old, new = list(before), list(now)
    for columns in (("person_key", "name"), ("person_key",), ("name", "birth_date")):
        for person in list(new):
            mark = [person[column] for column in columns]
            same = [one for one in old if [one[column] for column in columns] == mark]
            if same and mark[0]:
                pairs.append((same[0], person))
                old.remove(same[0])
                new.remove(person)
    return pairs, old, new


def _name(person: Row) -> str:
    return str(person["name"] or "(tanpa nama)")


def _cells(table: str, before: Row, now: Row, columns: Iterable[str], whose: str) -> Iterable[str]:
    for column in columns:
        old, new = before[column], now[column]
        if old == new:
            continue
        label = f"{column_label(table, column)}{whose}"
        if column in NUMBERS or column == "birth_date":
            unlike = unlike_words(new, old) if column == "birth_date" and new and old else ""
            yield f"{label} berubah{f': {unlike}' if unlike else ''}."
        else:
            yield f"{label}: {show(table, column, old)} menjadi {show(table, column, new)}."
