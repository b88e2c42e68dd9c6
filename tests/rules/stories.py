"""The stories of ``cases/<CODE>.yaml`` as lists, and many of them judged in one go.

Opening the engine takes long and judging a few families does not. A story whose numbers are all
of the plain form gets a shelf of its own for them, a serial ``00..`` becoming ``07..`` throughout,
and then stands in one list with others: no number of one is that of another, and rules reach from
family to family by numbers only (``copies.py``; ``test_cases.py`` tries it). All other stories
are judged alone.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from workbench.domain.register import Draft, Register, key_column
from workbench.domain.schema import SNAPSHOT_TABLES, columns
from workbench.errors import RuleBroken
from workbench.rules import Rule, catalogue, check
from workbench.synthesis.bundles import bundle, unbundle

CASES = Path(__file__).parent / "cases"


def read(path: Path) -> dict:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


BASE = read(CASES / "_base.yaml")

#: Twins have one mother and one birthday; two numbers of one birth are this rule's question, and
#: every story has the same people.
KNOWS_PEOPLE = {"IDN-14"}
#: Shelves of numbers: the first two digits of a serial, and two of an account.
SHELVES = [f"{shelf:02d}" for shelf in range(1, 100)]
_SERIAL = re.compile(r"([0-9]{12})00((?!00)[0-9]{2})")
_ACCOUNT = re.compile(r"(99)00([0-9]{8})")


def draft_of(story: dict) -> Draft:
    """The two base families with what the story changes."""
    draft = Draft({**BASE["manifest"], **story.get("manifest", {})})
    for table in SNAPSHOT_TABLES:
        for row in BASE.get(table, ()):
            draft.add(table, row)
    by_id = {}
    for table in ("person", "family", "aid", "event", "ppks"):
        for row in draft.tables[table]:
            by_id[row[key_column(table)]] = (table, row)
    for row in draft.tables["dukcapil"]:
        by_id["dukcapil:" + row["nik"]] = ("dukcapil", row)
    for name in story.get("remove", ()):
        draft.remove(*by_id[name])
    for cell, value in story.get("set", {}).items():
        subject, column = cell.rsplit(".", 1)
        table, row = by_id[subject]
        assert column in columns(table), cell
        draft.change(table, row, **{column: value})
    for table, rows in story.get("add", {}).items():
        for row in rows:
            assert set(row) <= set(columns(table)), row
            draft.add(table, row)
    if "lacks" in story:
        draft.manifest["carried"] = _carried(story["lacks"])
    return draft


def _carried(lacks) -> dict[str, list[str]]:
    return {
        table: [c for c in columns(table) if f"{table}.{c}" not in lacks]
        for table in SNAPSHOT_TABLES
    }


def build(story: dict) -> Register:
    return draft_of(story).to_register()


@dataclass(frozen=True)
class Verdict:
    """What one rule said of one story: findings with ids as the story has them, or silence."""

    findings: list[dict]
    silent: str


@dataclass(frozen=True, eq=False)
class Case:
    """A story, and the rule it is about."""

    code: str
    story: dict

    @property
    def rule(self) -> Rule:
        return catalogue()[self.code]

    def judged_alone(self) -> Verdict:
        findings = check(build(self.story), [self.rule], self.story.get("parameters"))
        return Verdict(findings.with_titles().to_pylist(), findings.silent.get(self.code, ""))


def stands_alone(case: Case, draft: Draft) -> bool:
    """Whether a list of several stories would not be to this one what its own list is."""
    if case.code in KNOWS_PEOPLE or {"parameters", "manifest"} & set(case.story):
        return True
    if any(draft.tables[t] != BASE_DRAFT.tables[t] for t in ("rt_rw", "psks")):
        return True
    if any(BASE_DRAFT.tables[table] and not rows for table, rows in draft.tables.items()):
        return True
    if max(Counter(row["family_id"] for row in draft.tables["person"]).values()) == 1:
        return True
    return any(
        row.get(column) and not form.fullmatch(row[column])
        for rows in draft.tables.values()
        for row in rows
        for column, form in (("nik", _SERIAL), ("no_kk", _SERIAL), ("account", _ACCOUNT))
    )


def on_shelf(draft: Draft, shelf: str) -> Draft:
    """The same list with numbers of this shelf; how they differ among themselves stays."""
    moved = Draft(draft.manifest)
    for table, rows in draft.tables.items():
        for row in rows:
            moved.add(table, {column: _moved(cell, shelf) for column, cell in row.items()})
    return moved


def _moved(cell, shelf: str):
    if not isinstance(cell, str):
        return cell
    return _ACCOUNT.sub(rf"\g<1>{shelf}\2", _SERIAL.sub(rf"\g<1>{shelf}\2", cell))


@dataclass
class SharedList:
    """Stories that are judged together: none lacks a column that the rule of another needs."""

    cases: dict[Case, Draft] = field(default_factory=dict)
    lacks: set[str] = field(default_factory=set)
    needs: set[str] = field(default_factory=set)

    def takes(self, case: Case) -> bool:
        return (
            len(self.cases) < len(SHELVES)
            and self.needs.isdisjoint(case.story.get("lacks", ()))
            and self.lacks.isdisjoint(case.rule.columns)
        )

    def add(self, case: Case, draft: Draft) -> None:
        self.cases[case] = draft
        self.lacks |= set(case.story.get("lacks", ()))
        self.needs |= case.rule.columns

    def judge(self) -> dict[Case, Verdict]:
        """The verdict on each; alone when a rule breaks, so that it breaks its own cases only."""
        places = list(self.cases)
        drafts = [on_shelf(d, s) for d, s in zip(self.cases.values(), SHELVES, strict=False)]
        drafts[0].manifest["carried"] = _carried(self.lacks)
        rules = {case.code: case.rule for case in places}
        try:
            findings = check(bundle(drafts), rules.values())
        except RuleBroken:
            return {}
        verdicts = {c: Verdict([], findings.silent.get(c.code, "")) for c in places}
        for row in findings.with_titles().to_pylist():
            place, subject = unbundle(row["subject"])
            if row["rule"] == places[place].code:
                verdicts[places[place]].findings.append({**row, "subject": subject})
        return verdicts


class Judgement:
    """The verdict on each of some cases, reached when the first of its list is asked for."""

    def __init__(self, cases: list[Case]) -> None:
        self._lists: dict[Case, SharedList] = {}
        self._verdicts: dict[Case, Verdict] = {}
        shared: list[SharedList] = []
        for case in cases:
            draft = draft_of(case.story)
            if stands_alone(case, draft):
                continue
            place = next((s for s in shared if s.takes(case)), None)
            if place is None:
                shared.append(place := SharedList())
            place.add(case, draft)
            self._lists[case] = place

    def of(self, case: Case) -> Verdict:
        shared = self._lists.get(case)
        if shared is not None:
            self._verdicts |= shared.judge()
            for judged in shared.cases:
                del self._lists[judged]
        return self._verdicts.get(case) or case.judged_alone()


BASE_DRAFT = draft_of({})
