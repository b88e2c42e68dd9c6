"""The life of a finding across lists: open, confirmed at the door, opened again, resolved.

A life belongs to a rule and a subject, by the keyed hash under which a person or family is known in
every list. What is the same finding in two lists is told by
``verification.comparison``, which also follows a row whose number was put right; nothing of that
is repeated here. A finding that no key can follow is counted and left out.

With each new list every life makes exactly one transition, so that the sums reconcile::

    standing before (not resolved) = stayed + changed + reopened by a new value + held + resolved
    standing after                 = stayed + changed + reopened + held + opened
    findings of the list           = findings of the lives seen in it + untracked
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from workbench.domain.register import key_column

if TYPE_CHECKING:
    from workbench.verification.comparison import Comparison, Judged

#: What is written under a former key when the row is recognised under another one.
FOLLOWED: Final = "diteruskan"
#: Answers at the door that settle a finding, as long as its value stays the same.
SETTLING: Final = frozenset({"benar", "tidak_benar"})


class State(StrEnum):
    """Where a finding stands."""

    OPEN = "terbuka"
    CONFIRMED = "dikonfirmasi"
    REOPENED = "dibuka_lagi"
    RESOLVED = "selesai"


class Change(StrEnum):
    """What a list, or an answer, did to a life."""

    OPENED = "baru"
    STAYED = "tetap"
    CHANGED = "berubah"
    REOPENED = "dibuka_lagi"
    RESOLVED = "selesai"
    HELD = "ditahan"
    ANSWERED = "dijawab"


#: Why a life made its transition; "" where nothing needs saying.
REASONS: Mapping[str, str] = {
    "nilai_berubah": "Nilainya berubah sejak dikonfirmasi.",
    "muncul_lagi": "Sudah selesai, tetapi muncul lagi.",
    "beres": "Tidak ditemukan lagi pada daftar baru.",
    "pergi": "Barisnya tidak ada lagi pada daftar baru.",
    "tidak_dapat_dibandingkan": "Tidak dapat dibandingkan, jadi tetap seperti semula.",
    "aturan_diam": "Aturannya tidak memeriksa daftar baru, jadi tetap seperti semula.",
    "di_luar_daftar": "Kelurahannya tidak ada pada daftar baru, jadi tetap seperti semula.",
    "jawaban_berbeda": "Jawaban petugas berbeda, jadi belum dapat dipastikan.",
}


class LifeKey(NamedTuple):
    """What makes a finding the same one in every list."""

    rule: str
    subject_kind: str
    subject_key: str


@dataclass(frozen=True)
class Life:
    """A finding as it stands after the last list.

    ``value`` is a keyed hash of what it says, ``answer`` what was said at the door about that value
    ("" for nothing settling), ``rows`` how many findings of the list it stands for (a number
    given twice makes one life of two rows), ``kelurahan`` a dotted Kemendagri code.
    """

    key: LifeKey
    state: State
    value: str
    answer: str = ""
    rows: int = 1
    kelurahan: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look."""
        return self.state in (State.OPEN, State.REOPENED)


@dataclass(frozen=True)
class Seen:
    """A finding as a new list has it."""

    value: str
    rows: int = 1
    kelurahan: str = ""


@dataclass(frozen=True)
class Sightings:
    """What a new list says of findings.

    ``present`` are those it has. ``followed`` maps a former key to the present one where the
    comparison recognised the row under another key. ``silent`` says of keys that are missing why
    that means nothing; ``gone`` are keys whose row left. ``quiet_rules`` did not speak at all;
    ``places`` are the kelurahan the list covers (None: whatever a list covers is unknown).
    ``untracked`` counts findings without a key.
    """

    present: Mapping[LifeKey, Seen]
    followed: Mapping[LifeKey, LifeKey] = field(default_factory=dict)
    silent: Mapping[LifeKey, str] = field(default_factory=dict)
    gone: frozenset[LifeKey] = frozenset()
    quiet_rules: Collection[str] = ()
    places: frozenset[str] | None = None
    untracked: int = 0


@dataclass(frozen=True)
class Transition:
    """What happened to one life: as it stood (None: not known before) and as it stands."""

    before: Life | None
    after: Life
    change: Change
    reason: str = ""


def finding_key(rule: str, subject_kind: str, subject: str) -> str:
    """The key of a finding inside one list, where ``subject`` is the id of its row."""
    return f"{rule}:{subject_kind}:{subject}"


def advance(standing: Mapping[LifeKey, Life], new: Sightings) -> tuple[Transition, ...]:
    """What a new list does to the standing lives: one transition each, new ones last.

    A resolved life that is not seen again makes none.
    """
    made: list[Transition] = []
    met: set[LifeKey] = set()
    for key, life in standing.items():
        now = _present_key(key, standing, new)
        if now is not None and now not in met:
            met.add(now)
            made.append(_meet(replace(life, key=now), life, new.present[now]))
        elif life.state is not State.RESOLVED:
            made.append(_miss(life, new))
    for key, seen in new.present.items():
        if key not in met:
            born = Life(key, State.OPEN, seen.value, "", seen.rows, seen.kelurahan)
            made.append(Transition(None, born, Change.OPENED))
    return tuple(made)


def settle(life: Life, answers: Iterable[str]) -> Transition:
    """What the answers of all visits say together, each standing for the life's present value.

    It is confirmed when all that settle it agree; otherwise it is open, as it was before.
    """
    told = set(answers) & SETTLING
    if len(told) == 1:
        after = replace(life, state=State.CONFIRMED, answer=told.pop())
        return Transition(life, after, Change.ANSWERED)
    state = State.OPEN if life.state is State.CONFIRMED else life.state
    reason = "jawaban_berbeda" if told else ""
    return Transition(life, replace(life, state=state, answer=""), Change.ANSWERED, reason)


def totals(transitions: Iterable[Transition]) -> dict[Change, int]:
    """How many lives made each transition."""
    counted = Counter(one.change for one in transitions)
    return {change: counted[change] for change in Change if counted[change]}


def _present_key(key: LifeKey, standing: Mapping[LifeKey, Life], new: Sightings) -> LifeKey | None:
    if key in new.present:
        return key
    other = new.followed.get(key)
    # A life that stands under that key already has its own history: theirs are not mixed.
    return other if other in new.present and other not in standing else None


def _meet(moved: Life, before: Life, seen: Seen) -> Transition:
    now = replace(moved, value=seen.value, rows=seen.rows, kelurahan=seen.kelurahan)
    is_same = seen.value == before.value
    if before.state is State.RESOLVED:
        again = replace(now, state=State.REOPENED, answer="")
        return Transition(before, again, Change.REOPENED, "muncul_lagi")
    if is_same:
        return Transition(before, now, Change.STAYED)
    if before.state is State.CONFIRMED:
        again = replace(now, state=State.REOPENED, answer="")
        return Transition(before, again, Change.REOPENED, "nilai_berubah")
    return Transition(before, now, Change.CHANGED)


def _miss(life: Life, new: Sightings) -> Transition:
    if new.places is not None and life.kelurahan not in new.places:
        return Transition(life, life, Change.HELD, "di_luar_daftar")
    if life.key.rule in new.quiet_rules:
        return Transition(life, life, Change.HELD, "aturan_diam")
    if life.key in new.silent:
        return Transition(life, life, Change.HELD, new.silent[life.key])
    reason = "pergi" if life.key in new.gone else "beres"
    return Transition(life, replace(life, state=State.RESOLVED), Change.RESOLVED, reason)


# --- from lists ----------------------------------------------------------------------------------


class Identified(NamedTuple):
    """One finding of a list: its row there, the key it is followed by, and what it says."""

    rule: str
    subject_kind: str
    subject: str
    family_id: str
    key: LifeKey | None
    said: str
    kelurahan: str


def sightings(
    new: Judged, secret: bytes, former: Judged | None = None, comparison: Comparison | None = None
) -> Sightings:
    """What a list says of findings; ``comparison`` is of the ``former`` list and this one.

    ``secret`` is the workspace's key: the hash of a value must not give the value away.
    """
    found = list(identify(new))
    said: dict[LifeKey, list[str]] = {}
    places: dict[LifeKey, str] = {}
    for one in found:
        if one.key is not None:
            said.setdefault(one.key, []).append(one.said)
            places[one.key] = min(one.kelurahan, places.get(one.key, one.kelurahan))
    present = {
        key: Seen(value_of(parts, secret), len(parts), places[key]) for key, parts in said.items()
    }
    followed, silent, gone = (
        _fates(list(identify(former)), found, comparison)
        if former is not None and comparison is not None
        else ({}, {}, frozenset())
    )
    return Sightings(
        present,
        followed,
        silent,
        gone,
        frozenset(new.findings.silent),
        frozenset(new.register["family"]["kelurahan_kode_kemendagri"].to_pylist()),
        sum(one.key is None for one in found),
    )


def value_of(said: Iterable[str], secret: bytes) -> str:
    """The keyed hash of what all findings of one life say, in any order."""
    return hmac.new(secret, "\n".join(sorted(said)).encode(), hashlib.sha256).hexdigest()


def identify(judged: Judged) -> Iterator[Identified]:
    """The findings of a list.

    A finding whose subject has no key of its own (aid, an event, a person without number and
    name) is followed by its family. What it says is its evidence and the cells its rule speaks of.
    """
    families = judged.register["family"]
    family_keys = dict(
        zip(families["family_id"].to_pylist(), families["family_key"].to_pylist(), strict=True)
    )
    cells = {
        code: _cells(judged, code) for code in judged.findings.table["rule"].unique().to_pylist()
    }
    names = (
        *("rule", "subject_kind", "subject", "subject_key", "family_id", "evidence"),
        "kelurahan_kode_kemendagri",
    )
    for rule, kind, subject, subject_key, family_id, evidence, place in zip(
        *(judged.findings.table[name].to_pylist() for name in names), strict=True
    ):
        known = subject_key or family_keys.get(family_id, "")
        said = json.dumps(
            [json.loads(evidence or "{}"), cells[rule].get(subject)],
            sort_keys=True,
            default=str,
        )
        key = LifeKey(rule, kind, known) if known else None
        yield Identified(rule, kind, subject, family_id, key, said, place)


def _cells(judged: Judged, code: str) -> dict[str, tuple[Any, ...]]:
    """By row id, the cells of its own table that a rule speaks of; rows with a finding only."""
    import pyarrow.compute as pc

    rule = judged.findings.rules[code]
    table = judged.register[rule.table]
    columns = [name for name in rule.fields if name in table.column_names]
    if not columns:
        return {}
    found = judged.findings.table
    subjects = found["subject"].filter(pc.equal(found["rule"], code))
    key = key_column(rule.table)
    rows = table.select([key, *columns]).filter(pc.is_in(table[key], subjects.combine_chunks()))
    return dict(
        zip(
            rows[key].to_pylist(),
            zip(*(rows[name].to_pylist() for name in columns), strict=True),
            strict=True,
        )
    )


def _fates(
    former: list[Identified], found: list[Identified], comparison: Comparison
) -> tuple[dict[LifeKey, LifeKey], dict[LifeKey, str], frozenset[LifeKey]]:
    """What the comparison knows of each former finding, by key instead of by row."""
    from workbench.verification.comparison import Fate

    before, after = (
        {(one.rule, one.subject_kind, one.subject): one.key for one in side}
        for side in (former, found)
    )
    followed: dict[LifeKey, LifeKey] = {}
    silent: dict[LifeKey, str] = {}
    gone: set[LifeKey] = set()
    columns = ("rule", "subject_kind", "fate", "reason", "subject_before", "subject_after")
    for rule, kind, fate, reason, old, new in zip(
        *(comparison.findings[name].to_pylist() for name in columns), strict=True
    ):
        key = before.get((rule, kind, old))
        if key is None:
            continue
        if fate == Fate.STILL:
            here = after.get((rule, kind, new))
            if here is not None and here != key:
                followed[key] = here
        elif fate == Fate.GONE:
            gone.add(key)
        elif fate == Fate.INCOMPARABLE:
            is_quiet = reason == "aturan_diam"
            silent[key] = "aturan_diam" if is_quiet else "tidak_dapat_dibandingkan"
    return followed, silent, frozenset(gone)
