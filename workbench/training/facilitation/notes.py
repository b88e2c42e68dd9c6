"""Speaking notes of a bimtek: for each session of a timetable, what is said, asked and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml

from workbench.domain.wilayah import say_locally
from workbench.training.agenda import Session

#: Pages of the slide show that are made from data, by the names ``notes.yaml`` calls them.
BLOCKS: Final = (
    *("masuk", "jadwal", "bukan", "cara", "nik", "kategori", "psks", "spm", "istilah"),
    *("aturan", "kasus", "penyegaran"),
)


@dataclass(frozen=True)
class Share:
    """One step of a session; ``weight`` is its share of the time, whatever the session's length."""

    weight: int
    do: str


@dataclass(frozen=True)
class Question:
    """Something to ask the room, and what a good answer holds."""

    question: str
    hear: str


@dataclass(frozen=True)
class Trouble:
    """What goes wrong, and what to do then."""

    sign: str
    do: str


@dataclass(frozen=True)
class Page:
    """A page of the slide show: ``block`` is one of ``BLOCKS``, or "" where points are written."""

    block: str = ""
    title: str = ""
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notes:
    """Notes of a topic, of a kind of part, or of both together."""

    aim: str
    share: tuple[Share, ...] = ()
    say: tuple[str, ...] = ()
    ask: tuple[Question, ...] = ()
    wall: tuple[str, ...] = ()
    wrong: tuple[Trouble, ...] = ()
    slides: tuple[Page, ...] = ()


@dataclass(frozen=True)
class Step:
    """One step with its minutes."""

    minutes: int
    do: str


@dataclass(frozen=True)
class Points:
    """Some sentences under a title."""

    title: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Later:
    """The refresher thirty days later: ``plan`` pairs when with what is done."""

    aim: str
    plan: tuple[tuple[str, str], ...]
    say: tuple[str, ...]
    ask: tuple[Question, ...]
    wrong: tuple[Trouble, ...]


def part_notes() -> Mapping[str, Notes]:
    """Notes by kind of part; "" are those of a session that the class has no part in."""
    return MappingProxyType({kind: _notes(told) for kind, told in _told()["parts"].items()})


def topic_notes() -> Mapping[str, Notes]:
    """Notes by the usual title of a session, as this city says it."""
    return MappingProxyType(
        {title: _notes(told) for told in _told()["topics"] for title in told["titles"]}
    )


def drill_notes() -> Mapping[str, str]:
    """What to talk about after each drill, by its name."""
    return MappingProxyType(dict(_told()["drills"]))


def preparations() -> tuple[Points, ...]:
    """What to have ready before the first session."""
    return tuple(Points(one["title"], tuple(one["points"])) for one in _told()["before"].values())


def refresher_notes() -> Later:
    """How the refresher is led."""
    told = _told()["refresher"]
    return Later(
        told["aim"],
        tuple((one["when"], one["do"]) for one in told["plan"]),
        tuple(told["say"]),
        tuple(Question(**one) for one in told["ask"]),
        tuple(Trouble(**one) for one in told["wrong"]),
    )


def notes_of(session: Session) -> Notes:
    """The notes of a session: those of its topic, then those of its part.

    The aim and the steps are the topic's where it has some. Of a title nobody knows and no part
    in the class, the general ones.
    """
    part = part_notes().get(session.part)
    topics = topic_notes()
    topic = topics.get(session.title) or topics.get(say_locally(session.title))
    if part is None or not session.part:
        return topic or part_notes()[""]
    if topic is None:
        return part
    return replace(
        topic,
        share=topic.share or part.share,
        say=topic.say + part.say,
        ask=topic.ask + part.ask,
        wall=topic.wall + part.wall,
        wrong=topic.wrong + part.wrong,
        slides=topic.slides + part.slides,
    )


def steps_of(session: Session) -> tuple[Step, ...]:
    """The steps of a session with whole minutes that add up to its length, each at least one.

    A session shorter than it has steps keeps the first ones.
    """
    share = notes_of(session).share[: max(session.minutes, 0)]
    # Nobody keeps to 27 minutes; a session long enough is told in steps of five.
    unit = 5 if session.minutes % 5 == 0 and session.minutes >= 10 * len(share) else 1
    given = _divide(session.minutes // unit, [one.weight for one in share])
    return tuple(Step(unit * n, one.do) for n, one in zip(given, share, strict=True))


def _divide(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts by weight, one at least; the largest remainders are rounded up."""
    spare = total - len(weights)
    exact = [spare * weight / sum(weights) for weight in weights]
    given = [int(value) for value in exact]
    late = sorted(range(len(weights)), key=lambda n: given[n] - exact[n])
    for n in late[: spare - sum(given)]:
        given[n] += 1
    return [1 + value for value in given]


def _notes(told: Mapping[str, Any]) -> Notes:
    return Notes(
        told["aim"],
        tuple(Share(**one) for one in told.get("share", ())),
        tuple(told["say"]),
        tuple(Question(**one) for one in told["ask"]),
        tuple(told["wall"]),
        tuple(Trouble(**one) for one in told["wrong"]),
        tuple(
            Page(one.get("block", ""), one.get("title", ""), tuple(one.get("points", ())))
            for one in told.get("slides", ())
        ),
    )


@cache
def _told() -> dict[str, Any]:
    path = files("workbench.training.facilitation").joinpath("notes.yaml")
    told: dict[str, Any] = yaml.safe_load(say_locally(path.read_text(encoding="utf-8")))
    return told
