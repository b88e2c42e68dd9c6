"""Linking two lists of one workspace: run it, look at what is left for people, decide.

A linking lies in ``padanan/<id>/`` of the workspace: ``pairs.parquet`` (ids only) and
``padanan.json``, there whole or not at all, and never changes. What people decide is kept apart
(``store.pairs``), follows the persons into every later linking, and is laid over the pairs each
time they are read. Everything is cut to the actor's areas.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.access import Actor, Permission, require
from workbench.domain.nik import is_filler, is_number
from workbench.domain.register import Register, Row
from workbench.domain.words import number_id
from workbench.errors import NotFound, StoreFault, UnusableInput, WrongUse
from workbench.linkage import (
    CONFLICT,
    DESK,
    SAME,
    Asks,
    Links,
    Progress,
    Reasons,
    Thresholds,
    explain,
    link,
    named_in,
    people,
    telling,
)
from workbench.linkage.links import DECIDED
from workbench.services import shelves
from workbench.services.office import Office
from workbench.store import clock, pairs
from workbench.store.pairs import ASIDE, DIFFERENT, PairDecision

_PAIRS = "pairs.parquet"
_FACTS = "padanan.json"


@dataclass(frozen=True)
class Kind:
    """What is linked: persons, or whom the rows of ``table`` speak of."""

    words: str
    left: str
    table: str


KINDS: Final[Mapping[str, Kind]] = {
    "orang": Kind("Dua daftar orang (P3KE dengan DTSEN/eks-DTKS)", "Daftar pertama", ""),
    "bantuan": Kind("Daftar bantuan ke daftar induk", "Daftar bantuan", "aid"),
    "kejadian": Kind("Daftar meninggal atau pindah ke daftar induk", "Daftar kejadian", "event"),
}
#: Why two rows are one person or two; the note says more.
REASONS: Final[Mapping[str, str]] = {
    "dokumen": "Dilihat pada KTP atau KK",
    "tanya": "Ditanyakan kepada RT, RW, atau keluarga",
    "ejaan": "Hanya ejaan atau salah ketik",
    "kembar": "Anak kembar atau saudara kandung",
    "senama": "Orang lain yang senama",
    "lain": "Lainnya (tulis di catatan)",
}
#: Values whose change brings a decided pair back, eight at most: each is eight hex digits.
COMPARED: Final[Mapping[str, str]] = {
    "nik": "NIK",
    "no_kk": "nomor KK",
    "name": "nama",
    "sex": "jenis kelamin",
    "birth_date": "tanggal lahir",
    "kelurahan_kode_kemendagri": "kelurahan",
    "head_name": "nama kepala keluarga",
    "mother_name": "nama ibu",
}
#: What was done with a pair, in words.
SAID: Final[Mapping[str, str]] = {
    SAME: "diputuskan orang yang sama",
    DIFFERENT: "diputuskan bukan orang yang sama",
    ASIDE: "ditunda",
}
#: State of a pair: open, decided, or closed because one of the two is linked to somebody else.
OPEN, CLOSED = "terbuka", "tertutup"


@dataclass(frozen=True)
class LinkingSummary:
    """One linking as its file says; ``counts`` are those of the machine, of both sides."""

    id: str
    kind: str
    left_id: str
    right_id: str
    left_name: str
    right_name: str
    at: str
    by: str
    scored: int
    notes: tuple[str, ...]
    thresholds: Mapping[str, float]


@dataclass(frozen=True)
class DeskPair:
    """A pair as it stands now; ``state`` is terbuka, tertutup, sama, beda or tunda.

    ``earlier`` is a sentence about a decision that no longer holds, "" where there is none.
    """

    left_id: str
    right_id: str
    band: str
    step: str
    probability: float
    relatives: int
    state: str
    decision: PairDecision | None
    earlier: str


@dataclass(frozen=True)
class Side:
    """Those of one list who are linked: ``table`` as ``people`` lays it out.

    ``whose`` leads from an aid or event row to whom it speaks of; ``key`` is the workspace's.
    """

    table: pa.Table
    whose: Mapping[str, str]
    key: bytes = field(repr=False)

    @cached_property
    def rows(self) -> Mapping[str, Row]:
        """The rows by ``person_id``."""
        return {row["person_id"]: row for row in self.table.to_pylist()}

    @cached_property
    def marks(self) -> Mapping[str, str]:
        """The keyed hash each row is remembered by."""
        return _keys(self.rows.values(), self.key)

    @cached_property
    def by_mark(self) -> Mapping[str, str]:
        """The row that is remembered by a keyed hash."""
        return {mark: person_id for person_id, mark in self.marks.items()}


@dataclass(frozen=True)
class OpenLinking:
    """A linking with what people decided laid over it, cut to the actor's areas.

    ``found`` is what the machine said, ``pairs`` how things stand: one person's pairs together,
    likeliest first.
    """

    summary: LinkingSummary
    left: Side
    right: Side
    found: tuple[Row, ...]
    pairs: tuple[DeskPair, ...]

    @cached_property
    def linked(self) -> Mapping[str, str]:
        """Left to right id of those who are one person, one to one."""
        return {pair.left_id: pair.right_id for pair in self.pairs if pair.state == SAME}

    def sums(self, side: str) -> Mapping[str, int]:
        """Of one side (``left``, ``right``), in persons.

        ``rows`` = ``sama`` + ``meja`` (still open) + ``tunda`` + ``sendiri``.
        """
        rows = (self.left if side == "left" else self.right).table.num_rows
        counted: set[str] = set()
        sums = {"rows": rows}
        for name, state in ((SAME, SAME), (DESK, OPEN), (ASIDE, ASIDE)):
            those = {getattr(p, f"{side}_id") for p in self.pairs if p.state == state} - counted
            counted |= those
            sums[name] = len(those)
        return {**sums, "sendiri": rows - len(counted)}

    def reasons(self, pair: DeskPair) -> Reasons:
        """Why the two may be one person, and what speaks against it."""
        left, right = self.left.rows[pair.left_id], self.right.rows[pair.right_id]
        return explain(left, right, pair.relatives)


def run(
    office: Office,
    actor: Actor,
    kind: str,
    left_id: str,
    right_id: str,
    thresholds: Thresholds | None = None,
    progress: Progress | None = None,
    cancelled: Asks | None = None,
) -> LinkingSummary:
    """Link the list ``left_id`` to ``right_id``; kept whole or not at all.

    Raises ``Cancelled`` when ``cancelled`` says so: then nothing is kept.
    """
    require(actor, Permission.LINK_LISTS)
    if kind not in KINDS:
        raise WrongUse("Pilih jenis pemadanan dari yang tampil.")
    if left_id == right_id and kind == "orang":
        raise WrongUse("Pilih dua daftar yang berbeda.")
    tell = telling(progress, cancelled)
    tell(0, "Membuka kedua daftar ...")
    ours, theirs = (shelves.open_list(office, actor, each) for each in (left_id, right_id))
    key = shelves.key_of(office.folder(actor.workspace))
    left, right = _side(ours.register, KINDS[kind].table, key), _side(theirs.register, "", key)
    for side, summary in ((left, ours.summary), (right, theirs.summary)):
        if not side.table.num_rows:
            raise UnusableInput(
                f"Daftar {summary.name} tidak memuat baris yang dapat dipadankan di wilayah "
                "tugas Anda. Pilih daftar atau jenis pemadanan lain."
            )
    decided, reopened = _remembered(office, actor, left, right)
    limits = thresholds or Thresholds()
    links = link(
        left.table,
        right.table,
        limits,
        decided,
        lambda share, words: tell(0.1 + 0.8 * share, words),
        cancelled,
    )
    links = _bring_back(links, reopened)
    tell(0.95, "Menyimpan hasil ...")
    linking_id = (
        f"J{clock.now()[:19].translate(str.maketrans('', '', '-:T'))}-{secrets.token_hex(3)}"
    )
    facts = {
        "kind": kind,
        "left_id": left_id,
        "right_id": right_id,
        "left_name": ours.summary.name,
        "right_name": theirs.summary.name,
        "at": clock.now(),
        "by": actor.id,
        "scored": links.scored,
        "notes": list(links.notes),
        "thresholds": {name: getattr(limits, name) for name in Thresholds.WORDS},
    }
    home = _home(office, actor)
    _write(home, linking_id, links.pairs, facts)
    counts = {side: links.counts(side) for side in ("left", "right")}
    try:
        pairs.record_linking(
            office.store_for(actor),
            actor.id,
            linking_id,
            {"jenis": kind, "kiri": left_id, "kanan": right_id, "jumlah": counts},
        )
    except BaseException:
        shutil.rmtree(home / linking_id, ignore_errors=True)
        raise
    return _summary(linking_id, facts)


def linkings(office: Office, actor: Actor) -> tuple[LinkingSummary, ...]:
    """The linkings of the workspace whose lists still stand, newest first."""
    require(actor, Permission.LINK_LISTS)
    standing = {summary.id for summary in shelves.shelf(office, actor)}
    found = [
        _summary(path.parent.name, _facts(path))
        for path in _home(office, actor).glob(f"[!.]*/{_FACTS}")
    ]
    found = [one for one in found if {one.left_id, one.right_id} <= standing]
    return tuple(sorted(found, key=lambda one: (one.at, one.id), reverse=True))


def open_linking(office: Office, actor: Actor, linking_id: str) -> OpenLinking:
    """A linking with all decisions laid over it; raises ``NotFound``."""
    require(actor, Permission.LINK_LISTS)
    folder = _folder(office, actor, linking_id)
    summary = _summary(linking_id, _facts(folder / _FACTS))
    ours, theirs = (
        shelves.open_list(office, actor, each) for each in (summary.left_id, summary.right_id)
    )
    key = shelves.key_of(office.folder(actor.workspace))
    left = _side(ours.register, KINDS[summary.kind].table, key)
    right = _side(theirs.register, "", key)
    try:
        rows = pq.read_table(folder / _PAIRS).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise StoreFault("Berkas pemadanan ini rusak atau hilang. Padankan ulang.") from error
    seen = tuple(r for r in rows if r["left_id"] in left.rows and r["right_id"] in right.rows)
    return refresh(office, actor, OpenLinking(summary, left, right, seen, ()))


def refresh(office: Office, actor: Actor, opened: OpenLinking) -> OpenLinking:
    """The same linking with the decisions as they stand now, of whoever made them."""
    require(actor, Permission.LINK_LISTS)
    decisions = pairs.list_decisions(office.store_for(actor))
    left, right = opened.left, opened.right
    rows = (*opened.found, *_unnamed(opened.found, left, right, decisions))
    return replace(opened, pairs=_lay_decisions(rows, left, right, decisions))


def decide(
    office: Office,
    actor: Actor,
    opened: OpenLinking,
    pair: DeskPair,
    decision: str,
    reason: str,
    note: str = "",
) -> OpenLinking:
    """Remember that a pair is one person ("sama") or two ("beda"); gives the linking anew.

    Raises ``WrongUse`` when the reason is missing or one of the two is linked to somebody else.
    """
    require(actor, Permission.LINK_LISTS)
    if reason not in REASONS:
        raise WrongUse("Pilih alasan putusan ini dari daftar.")
    if reason == "lain" and not note.strip():
        raise WrongUse("Tulis alasannya di catatan, atau pilih alasan dari daftar.")
    if decision == SAME:
        _refuse_second(refresh(office, actor, opened), pair)
    said = SAME if decision == SAME else DIFFERENT
    return _keep(office, actor, opened, pair, said, reason, note)


def set_aside(
    office: Office, actor: Actor, opened: OpenLinking, pair: DeskPair, note: str = ""
) -> OpenLinking:
    """Remember that a pair was looked at and not decided; gives the linking anew.

    Both count as two people until somebody decides, also where the machine was sure.
    """
    require(actor, Permission.LINK_LISTS)
    return _keep(office, actor, opened, pair, ASIDE, "", note)


def withdraw(office: Office, actor: Actor, opened: OpenLinking, pair: DeskPair) -> OpenLinking:
    """Take a decision back; gives the linking anew."""
    require(actor, Permission.LINK_LISTS)
    context = {"padanan": opened.summary.id}
    keys = _known_by(opened, pair)
    pairs.withdraw_decision(office.store_for(actor), actor.id, keys, context)
    return refresh(office, actor, opened)


# --- sides and what is kept ----------------------------------------------------------------------


def _side(register: Register, table: str, key: bytes) -> Side:
    if table:
        return Side(*named_in(register, table), key)
    return Side(people(register), {}, key)


def _home(office: Office, actor: Actor) -> Path:
    home = office.folder(actor.workspace) / "padanan"
    try:
        home.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreFault(_NOT_KEPT) from error
    return home


_NOT_KEPT = (
    "Hasil pemadanan tidak tersimpan: disk penuh atau folder tidak dapat ditulis. "
    "Kosongkan ruang, lalu ulangi."
)


def _folder(office: Office, actor: Actor, linking_id: str) -> Path:
    for folder in _home(office, actor).iterdir():
        if folder.name == linking_id and (folder / _FACTS).is_file():
            return folder
    raise NotFound("Pemadanan itu tidak ada. Muat ulang halaman, lalu pilih dari yang tampil.")


def _write(home: Path, linking_id: str, table: pa.Table, facts: Mapping[str, Any]) -> None:
    aside = home / f".{linking_id}"
    try:
        aside.mkdir(mode=0o700)
        pq.write_table(table, aside / _PAIRS, compression="zstd")
        text = json.dumps(facts, ensure_ascii=False, indent=1)
        (aside / _FACTS).write_text(text + "\n", encoding="utf-8")
        os.replace(aside, home / linking_id)
    except OSError as error:
        raise StoreFault(_NOT_KEPT) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreFault("Berkas pemadanan ini rusak atau hilang. Padankan ulang.") from error
    return facts


def _summary(linking_id: str, facts: Mapping[str, Any]) -> LinkingSummary:
    return LinkingSummary(linking_id, **{**facts, "notes": tuple(facts["notes"])})


# --- decisions -----------------------------------------------------------------------------------


def _keys(rows: Iterable[Row], key: bytes) -> dict[str, str]:
    """Id to keyed hash of the NIK, else of KK, name and date; doubled rows are numbered."""
    found: dict[str, str] = {}
    seen: dict[str, int] = {}
    for row in sorted(rows, key=lambda r: (r["name"], str(r["birth_date"]), r["person_id"])):
        nik = row["nik"]
        parts = (nik,) if is_number(nik) and not is_filler(nik) else _parts(row)
        mark = "\x1f".join(parts)
        seen[mark] = seen.get(mark, 0) + 1
        found[row["person_id"]] = _hash(key, "padan", mark, str(seen[mark]))[:64]
    return found


def _parts(row: Row) -> tuple[str, ...]:
    return (row["no_kk"], row["name"], str(row["birth_date"]), row["kelurahan_kode_kemendagri"])


def _compared(left: Row, right: Row, key: bytes) -> str:
    """Eight hex digits a compared value, in their order: which one changed can be told."""
    return "".join(
        _hash(key, name, *sorted((str(left[name]), str(right[name]))))[:8] for name in COMPARED
    )


def _hash(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def _keep(
    office: Office,
    actor: Actor,
    opened: OpenLinking,
    pair: DeskPair,
    decision: str,
    reason: str,
    note: str,
) -> OpenLinking:
    left, right = opened.left.rows[pair.left_id], opened.right.rows[pair.right_id]
    pairs.put_decision(
        office.store_for(actor),
        actor.id,
        _known_by(opened, pair),
        decision,
        reason,
        note.strip()[:500],
        _compared(left, right, opened.left.key),
        {"padanan": opened.summary.id},
    )
    return refresh(office, actor, opened)


def _pair_keys(one: str, other: str) -> pairs.Pair:
    return (one, other) if one <= other else (other, one)


def _known_by(opened: OpenLinking, pair: DeskPair) -> pairs.Pair:
    return _pair_keys(opened.left.marks[pair.left_id], opened.right.marks[pair.right_id])


def _remembered(
    office: Office, actor: Actor, left: Side, right: Side
) -> tuple[dict[tuple[str, str], str], list[tuple[str, str]]]:
    """Decisions on pairs of these lists: those that hold, and pairs whose values changed since.

    Who set a pair aside decided nothing: the machine may look at both as at anybody else.
    """
    held: dict[tuple[str, str], str] = {}
    changed: list[tuple[str, str]] = []
    for pair, found, holds in _of_these(left, right, pairs.list_decisions(office.store_for(actor))):
        if not holds:
            changed.append(pair)
        elif found.decision != ASIDE:
            held[pair] = found.decision
    return _one_to_one(held), changed


def _of_these(
    left: Side, right: Side, decisions: Mapping[pairs.Pair, PairDecision]
) -> Iterator[tuple[tuple[str, str], PairDecision, bool]]:
    """Left and right id, what was said of the two, and whether it still holds."""
    for found in decisions.values():
        for one, other in {found.keys, found.keys[::-1]}:
            if one in left.by_mark and other in right.by_mark:
                pair = (left.by_mark[one], right.by_mark[other])
                now = _compared(left.rows[pair[0]], right.rows[pair[1]], left.key)
                yield pair, found, now == found.compared


def _unnamed(
    rows: Sequence[Row], left: Side, right: Side, decisions: Mapping[pairs.Pair, PairDecision]
) -> list[Row]:
    """Pairs called two people or set aside that no step came upon: they are to be found again."""
    named = {(row["left_id"], row["right_id"]) for row in rows}
    return [
        _by_people(*pair)
        for pair, found, holds in _of_these(left, right, decisions)
        if holds and found.decision != SAME and pair not in named
    ]


def _by_people(left_id: str, right_id: str) -> Row:
    """A pair that stands at the desk because people spoke of it."""
    cells = {"left_id": left_id, "right_id": right_id, "band": DESK, "step": DECIDED}
    return cells | {"probability": 0.5, "relatives": 0}


def _one_to_one(held: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Without a second "sama" of one person, which two other lists may have brought about."""
    seen: set[tuple[str, str]] = set()
    kept = {}
    for (left, right), decision in sorted(held.items()):
        ends = {("l", left), ("r", right)}
        if decision == SAME and ends & seen:
            continue
        if decision == SAME:
            seen |= ends
        kept[left, right] = decision
    return kept


def _bring_back(links: Links, reopened: Sequence[tuple[str, str]]) -> Links:
    """Pairs decided on other values go to the desk, whatever the machine says of them."""
    if not reopened:
        return links
    again = set(reopened)
    rows = []
    for row in links.pairs.to_pylist():
        pair = (row["left_id"], row["right_id"])
        again.discard(pair)
        rows.append({**row, "band": DESK} if pair in reopened else row)
    rows += [_by_people(*pair) for pair in sorted(again)]
    table = pa.Table.from_pylist(rows, schema=links.pairs.schema)
    return Links(table, links.left_rows, links.right_rows, links.scored, links.notes)


def _lay_decisions(
    rows: Sequence[Row],
    left: Side,
    right: Side,
    decisions: Mapping[pairs.Pair, PairDecision],
) -> tuple[DeskPair, ...]:
    found: list[tuple[Row, str, PairDecision | None, str]] = []
    for row in rows:
        by_machine = row["band"] == SAME and row["step"] != DECIDED
        state, earlier = SAME if by_machine else OPEN, ""
        said, holds = None, False
        if decisions:
            keys = _pair_keys(left.marks[row["left_id"]], right.marks[row["right_id"]])
            said = decisions.get(keys)
        if said is not None:
            one, other = left.rows[row["left_id"]], right.rows[row["right_id"]]
            now = _compared(one, other, left.key)
            holds = now == said.compared
            state, earlier = (said.decision, "") if holds else (state, _earlier(said, now))
        found.append((row, state, said if holds else None, earlier))
    # A person called one with somebody is not linked to anybody else by the machine.
    ends = {
        end
        for row, state, decision, _ in found
        if decision is not None and state == SAME
        for end in _ends(row)
    }
    taken = ends | {
        end
        for row, state, decision, _ in found
        if state == SAME and decision is None and not _ends(row) & ends
        for end in _ends(row)
    }
    laid = []
    for row, state, decision, earlier in found:
        is_decided = decision is not None and state != ASIDE
        if not is_decided and _ends(row) & (ends if state == SAME else taken):
            state = CLOSED
        laid.append(
            DeskPair(
                row["left_id"],
                row["right_id"],
                row["band"],
                row["step"],
                row["probability"],
                row["relatives"],
                state,
                decision,
                earlier,
            )
        )
    return tuple(laid)


def _ends(row: Row) -> set[tuple[str, str]]:
    return {("l", row["left_id"]), ("r", row["right_id"])}


def _earlier(decision: PairDecision, now: str) -> str:
    before = decision.compared
    changed = [
        words
        for place, words in enumerate(COMPARED.values())
        if before[8 * place : 8 * place + 8] != now[8 * place : 8 * place + 8]
    ]
    return f"Dulu {SAID[decision.decision]}, tetapi {', '.join(changed)} berubah sejak itu."


def _refuse_second(opened: OpenLinking, pair: DeskPair) -> None:
    for other in opened.pairs:
        is_same_pair = (other.left_id, other.right_id) == (pair.left_id, pair.right_id)
        shares = other.left_id == pair.left_id or other.right_id == pair.right_id
        if other.decision is not None and other.state == SAME and shares and not is_same_pair:
            raise WrongUse(
                "Salah satu dari keduanya sudah dinyatakan sama dengan orang lain. "
                "Batalkan putusan itu lebih dulu."
            )


def sums_sentence(sums: Mapping[str, int]) -> str:
    """The sums of one side, which add up to its rows."""
    return (
        f"{number_id(sums['rows'])} orang = {number_id(sums[SAME])} padan + "
        f"{number_id(sums[DESK])} perlu dilihat + {number_id(sums[ASIDE])} ditunda + "
        f"{number_id(sums['sendiri'])} hanya di daftar ini"
    )


__all__ = [
    "ASIDE",
    "CLOSED",
    "CONFLICT",
    "DESK",
    "KINDS",
    "OPEN",
    "REASONS",
    "SAID",
    "SAME",
    "DeskPair",
    "Kind",
    "LinkingSummary",
    "OpenLinking",
    "Side",
    "decide",
    "linkings",
    "open_linking",
    "refresh",
    "run",
    "set_aside",
    "sums_sentence",
    "withdraw",
]
