"""Two lists made one: every row of both accounted for, every choice between them on record.

Where the same person or family stands in both, the cells of the list that is *preferred* hold;
those it leaves empty come from the other one. Cells that belong together (a place, a desil with
its source and date) come from one list as a whole, so that nothing is mixed that was never true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from workbench.domain.register import Register, Row, key_column
from workbench.domain.schema import SNAPSHOT_TABLES, arrow_schema, columns

if TYPE_CHECKING:
    import pyarrow as pa

LEFT, RIGHT = "kiri", "kanan"
#: What became of a row of a list.
MERGED, ALONE = "digabung", "sendiri"

#: Cells that are taken from one list as a whole: from the one that has the first of them.
TOGETHER: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "person": (
        ("nik", "dukcapil_match", "dukcapil_matched_on"),
        ("disability", "disability_degree"),
        ("is_pregnant", "pregnancy_noted_on"),
        ("eligibility", "ineligibility_reason"),
    ),
    "family": (
        ("kelurahan_kode_kemendagri", "rw", "rt", "address", "sls"),
        ("latitude", "longitude"),
        ("desil", "desil_version", "desil_source", "desil_checked_on"),
        ("income_rp", "expenditure_rp", "food_expenditure_rp"),
        ("toilet", "toilet_kind"),
    ),
}
#: Cells that say where a row stands, not what is true of it.
_OWN: Final = frozenset(
    ("person_id", "family_id", "person_key", "family_key", "file", "sheet", "row", "id_record")
)
#: What makes two rows of one person the same aid, event or category.
_SAME_ROW: Final = {
    "aid": ("person_id", "family_id", "nik", "program", "program_text", "period", "source"),
    "event": ("person_id", "family_id", "nik", "kind", "date"),
    "ppks": ("person_id", "family_id", "nik", "category", "category_text", "year"),
}


@dataclass(frozen=True)
class Merged:
    """``register`` is the list made of both.

    ``provenance``: table, subject, column, source, value, other, is_conflict: one row a cell that
    is not simply the preferred list's; ``other`` is what the other list says. ``accounts``: table,
    source, source_id, subject, fate: one row a row of either list. ``sums``: table to
    ``kiri``, ``kanan``, ``gabungan``, ``ganda``, with kiri + kanan = gabungan + ganda.
    """

    register: Register
    provenance: pa.Table
    accounts: pa.Table
    sums: Mapping[str, Mapping[str, int]]


def merge(
    left: Register, right: Register, same: Mapping[str, str], preferred: str = RIGHT
) -> Merged:
    """Make one register of two; ``same`` leads from left to right ``person_id``, one to one.

    The right list keeps its ids. A left family goes into the right family that most of its
    members were found in, with those members of it who stand in the left list only.
    """
    return _Merger(left, right, preferred).merge(same)


def attach(
    left: Register, right: Register, table: str, whose: Mapping[str, str], same: Mapping[str, str]
) -> Merged:
    """The right register with the left list's rows of ``aid`` or ``event``, tied to its people.

    ``whose`` leads from the row's id to whom it speaks of (``named_in``), ``same`` from there to
    the right ``person_id``; a row of nobody known is kept without a person.
    """
    merger = _Merger(Register({table: left[table]}, left.manifest), right, RIGHT)
    return merger.attach(table, {row: same.get(first, "") for row, first in whose.items()})


class _Merger:
    def __init__(self, left: Register, right: Register, preferred: str) -> None:
        self._left, self._right, self._preferred = left, right, preferred
        self._tables: dict[str, pa.Table] = {name: right[name] for name in SNAPSHOT_TABLES}
        self._provenance: list[Row] = []
        self._accounts: list[Row] = []
        self._persons: dict[str, str] = {}
        self._families: dict[str, str] = {}
        self._cards = _column_by(right["family"], "family_id", "no_kk")

    def merge(self, same: Mapping[str, str]) -> Merged:
        self._families = self._home_families(same)
        self._persons = dict(same)
        self._join("family", self._families)
        self._join("person", same)
        for name in ("aid", "event", "ppks"):
            self._append_rows(name)
        self._append_rest()
        return self._done()

    def attach(self, table: str, person_of_row: Mapping[str, str]) -> Merged:
        families = _column_by(self._right["person"], "person_id", "family_id")
        key = key_column(table)
        rows = self._left[table].to_pylist()
        for row in rows:
            row["person_id"] = person_of_row[row[key]]
            row["family_id"] = families.get(row["person_id"], "")
        self._append(table, rows)
        return self._done()

    def _home_families(self, same: Mapping[str, str]) -> dict[str, str]:
        """Left family to the right family that most of its members stand in."""
        ours = _column_by(self._left["person"], "person_id", "family_id")
        theirs = _column_by(self._right["person"], "person_id", "family_id")
        seen: dict[str, Counter[str]] = {}
        for left_id, right_id in same.items():
            seen.setdefault(ours[left_id], Counter())[theirs[right_id]] += 1
        return {
            family: min(found, key=lambda home: (-found[home], home))
            for family, found in sorted(seen.items())
        }

    def _join(self, table: str, same: Mapping[str, str]) -> None:
        """Rows of persons or families: those in both made one, the left list's own added."""
        import pyarrow as pa
        import pyarrow.compute as pc

        key = key_column(table)
        right = self._right[table]
        is_met = pc.is_in(right[key], pa.array(sorted(set(same.values())), pa.string()))
        met = {row[key]: row for row in right.filter(is_met).to_pylist()}
        taken = set(right[key].to_pylist())
        added: list[Row] = []
        for row in self._left[table].to_pylist():
            source_id = row[key]
            home = same.get(source_id, "")
            if not home:
                row[key] = _fresh(source_id, taken)
                self._name(table, source_id, row)
                added.append(row)
                self._account(table, LEFT, source_id, row[key], ALONE)
            else:
                met[home] = self._one(table, row, met[home])
                self._account(table, LEFT, source_id, home, MERGED)
        for subject in right[key].to_pylist():
            fate = MERGED if subject in met else ALONE
            self._account(table, RIGHT, subject, subject, fate)
        self._tables[table] = pa.concat_tables(
            [
                right.filter(pc.invert(is_met)),
                pa.Table.from_pylist([*met.values(), *added], schema=arrow_schema(table)),
            ]
        )

    def _name(self, table: str, source_id: str, row: Row) -> None:
        """Remember the id of an added row; an added person goes to the family's new home."""
        if table == "family":
            self._families[source_id] = row["family_id"]
            return
        self._persons[source_id] = row["person_id"]
        own = str(row["family_id"])
        home = self._families.get(own, own)
        row["no_kk"] = row["no_kk"] or self._cards.get(home, "")
        row["family_id"] = home

    def _one(self, table: str, left: Row, right: Row) -> Row:
        """One row of two; what is not simply the preferred list's goes on record."""
        first, second = (right, left) if self._preferred == RIGHT else (left, right)
        other_side = LEFT if self._preferred == RIGHT else RIGHT
        made = dict(right)
        subject = right[key_column(table)]
        for group in _groups(table):
            lead = group[0]
            takes_first = _is_known(first[lead]) or not _is_known(second[lead])
            winner, loser = (first, second) if takes_first else (second, first)
            source = self._preferred if takes_first else other_side
            for column in group:
                made[column] = winner[column]
                is_conflict = (
                    _is_known(winner[column])
                    and _is_known(loser[column])
                    and winner[column] != loser[column]
                )
                if is_conflict or (not takes_first and _is_known(winner[column])):
                    self._provenance.append(
                        _origin(table, subject, column, source, winner, loser, is_conflict)
                    )
        return made

    def _append_rows(self, table: str) -> None:
        """The left list's aid, events or categories, tied to the people of the merged list."""
        rows = self._left[table].to_pylist()
        for row in rows:
            row["person_id"] = self._persons.get(row["person_id"], row["person_id"])
            row["family_id"] = self._families.get(row["family_id"], row["family_id"])
        self._append(table, rows)

    def _append(self, table: str, rows: Iterable[Row]) -> None:
        import pyarrow as pa

        key, right = key_column(table), self._right[table]
        taken = set(right[key].to_pylist())
        marks = right.select(list(_SAME_ROW[table])).to_pylist()
        known = {
            tuple(mark.values()): subject
            for mark, subject in zip(marks, right[key].to_pylist(), strict=True)
        }
        met: set[str] = set()
        added = []
        for row in rows:
            source_id = row[key]
            twin = known.get(tuple(row[column] for column in _SAME_ROW[table]))
            if twin is not None and twin not in met and row["person_id"]:
                met.add(twin)
                self._account(table, LEFT, source_id, twin, MERGED)
                continue
            row[key] = _fresh(source_id, taken)
            added.append(row)
            self._account(table, LEFT, source_id, row[key], ALONE)
        for subject in right[key].to_pylist():
            self._account(table, RIGHT, subject, subject, MERGED if subject in met else ALONE)
        self._tables[table] = pa.concat_tables(
            [right, pa.Table.from_pylist(added, schema=arrow_schema(table))]
        )

    def _append_rest(self) -> None:
        """Registry answers, RT and institutions the right list does not have yet."""
        import pyarrow as pa
        import pyarrow.compute as pc

        answered = pc.is_in(self._left["dukcapil"]["nik"], self._right["dukcapil"]["nik"])
        new = self._left["dukcapil"].filter(pc.invert(answered))
        self._tables["dukcapil"] = pa.concat_tables([self._right["dukcapil"], new])
        for name, keys in (
            ("rt_rw", columns("rt_rw")),
            ("psks", ("kind", "name", "kelurahan_kode_kemendagri", "year")),
        ):
            held = {tuple(r.values()) for r in self._right[name].select(list(keys)).to_pylist()}
            rows = self._left[name].to_pylist()
            missing = [row for row in rows if tuple(row[key] for key in keys) not in held]
            taken = set(self._right[name]["psks_id"].to_pylist()) if name == "psks" else set()
            for row in missing if name == "psks" else ():
                row["psks_id"] = _fresh(row["psks_id"], taken)
            self._tables[name] = pa.concat_tables(
                [self._right[name], pa.Table.from_pylist(missing, schema=arrow_schema(name))]
            )

    def _account(self, table: str, source: str, source_id: str, subject: str, fate: str) -> None:
        self._accounts.append(
            {
                "table": table,
                "source": source,
                "source_id": source_id,
                "subject": subject,
                "fate": fate,
            }
        )

    def _done(self) -> Merged:
        import pyarrow as pa

        text = pa.string()
        provenance = pa.schema(
            [
                *((name, text) for name in ("table", "subject", "column", "source")),
                *(("value", text), ("other", text), ("is_conflict", pa.bool_())),
            ]
        )
        accounts = pa.schema(
            [(name, text) for name in ("table", "source", "source_id", "subject", "fate")]
        )
        return Merged(
            Register(self._tables, self._manifest()),
            pa.Table.from_pylist(self._provenance, schema=provenance),
            pa.Table.from_pylist(self._accounts, schema=accounts),
            self._sums(),
        )

    def _sums(self) -> dict[str, dict[str, int]]:
        counted = Counter((row["table"], row["source"], row["fate"]) for row in self._accounts)
        sums = {}
        for table in dict.fromkeys(row["table"] for row in self._accounts):
            ours, theirs = (
                sum(counted[table, side, fate] for fate in (MERGED, ALONE))
                for side in (LEFT, RIGHT)
            )
            sums[table] = {
                LEFT: ours,
                RIGHT: theirs,
                "gabungan": self._tables[table].num_rows,
                "ganda": counted[table, LEFT, MERGED],
            }
        return sums

    def _manifest(self) -> dict[str, Any]:
        manifest = dict(self._right.manifest)
        rows = self._tables["person"].num_rows
        manifest["counts"] = {"dibaca": rows, "disimpan": rows}
        if manifest.get("carried") is not None and self._left.manifest.get("carried") is not None:
            manifest["carried"] = {
                name: [
                    column
                    for column in columns(name)
                    if self._right.carries(name, column) or self._left.carries(name, column)
                ]
                for name in SNAPSHOT_TABLES
            }
        else:
            manifest.pop("carried", None)
        manifest["as_of"] = max(
            str(side.manifest.get("as_of", "")) for side in (self._left, self._right)
        )
        refused = self._left.manifest.get("families_with_refused") or ()
        manifest["families_with_refused"] = [
            *(self._right.manifest.get("families_with_refused") or ()),
            *(self._families.get(family, family) for family in refused),
        ]
        return manifest


def _groups(table: str) -> list[tuple[str, ...]]:
    together = TOGETHER[table]
    grouped = {column for group in together for column in group}
    alone = [(c,) for c in columns(table) if c not in grouped and c not in _OWN]
    return [*together, *alone]


def _origin(
    table: str, subject: str, column: str, source: str, winner: Row, loser: Row, conflict: bool
) -> Row:
    # A mother's name is never shown; that the lists differ on it is all that is kept.
    hidden = column == "mother_name"
    return {
        "table": table,
        "subject": subject,
        "column": column,
        "source": source,
        "value": "" if hidden else _text(winner[column]),
        "other": "" if hidden else _text(loser[column]),
        "is_conflict": conflict,
    }


def _is_known(value: object) -> bool:
    return value is not None and value != ""


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _fresh(own: str, taken: set[str]) -> str:
    """The id itself, or the nearest one that is free (``P000001`` becomes ``P2-000001``)."""
    made, number = own, 1
    while made in taken:
        number += 1
        made = f"{own[:1]}{number}-{own[1:]}"
    taken.add(made)
    return made


def _column_by(table: pa.Table, key: str, column: str) -> dict[str, str]:
    return dict(zip(table[key].to_pylist(), table[column].to_pylist(), strict=True))
