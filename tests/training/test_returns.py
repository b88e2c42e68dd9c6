"""What was missed comes back: whose misses, which variants, and a link no one can bend."""

from __future__ import annotations

import base64
import json
import os
import string
import subprocess
import sys
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from workbench.errors import WrongUse
from workbench.rules import catalogue
from workbench.training import Plan, Task, draw_case
from workbench.training import returns as returns_module
from workbench.training.ladder import Course, Seen, Step
from workbench.training.plans import LOOK_ALIKES
from workbench.training.returns import (
    LAST_DAY,
    MAX_TASKS,
    REFRESHER_SEAT,
    Refresher,
    lower_bound,
    make_refresher,
    opening_tasks,
    read_token,
    worst_first,
    write_token,
)

AT = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=7)))
MADE = date(2026, 11, 24)
DUE = date(2026, 12, 24)
COURSE = Course(Plan("kembali", seed=4), ("IDN-09", "KEL-01", "ALM-32", "SOS-52", "BAN-10"))


def answers(rule: str, rights: str, first: int = 1, step: Step = Step.ALONE) -> list[Seen]:
    """Answers to one rule, ``0`` a miss, half an hour apart, by its plants in turn."""
    names = [plant.name for plant in catalogue()[rule].plants]
    return [
        Seen(
            AT + timedelta(minutes=30 * n),
            n,
            step,
            rule,
            names[(n - first) % len(names)],
            "",
            right == "1",
        )
        for n, right in enumerate(rights, start=first)
    ]


def rules_in(tasks: Sequence[Task]) -> list[str]:
    return [code for task in tasks for code in task.rules]


def a_refresher(seed: int = 77) -> Refresher:
    own = [*answers("IDN-09", "00"), *answers("KEL-01", "0", 3), *answers("BAN-10", "01", 4)]
    refresher = make_refresher(COURSE.plan, own, own, MADE, seed)
    assert refresher is not None
    return refresher


# Which rules


def test_own_misses_come_before_those_of_the_class_and_each_worst_first() -> None:
    own = [*answers("IDN-09", "001"), *answers("KEL-01", "000", 4), *answers("SOS-52", "1", 7)]
    of_class = [
        *own,
        *answers("SOS-52", "0" * 30 + "1" * 30, 10),
        *answers("BAN-10", "0", 80),
        *answers("ALM-32", "1", 90),
    ]
    ranked = worst_first(own, of_class)
    assert [missed.rule for missed in ranked] == ["KEL-01", "IDN-09", "SOS-52", "BAN-10"]
    assert (ranked[2].own_misses, ranked[2].own_tries) == (0, 1)
    assert (ranked[2].class_misses, ranked[2].class_tries) == (30, 61)


def test_a_worked_example_is_no_try_and_a_test_is_one() -> None:
    shown = answers("IDN-09", "11", step=Step.EXAMPLE)
    tested = answers("IDN-09", "0", 3, Step.TEST)
    ranked = worst_first([*shown, *tested], [])
    assert [(missed.rule, missed.own_tries) for missed in ranked] == [("IDN-09", 1)]


def test_the_bound_is_wilsons() -> None:
    # 15 of 50: Wilson's interval at 95 % is 0.1910 to 0.4375.
    assert lower_bound(15, 50) == pytest.approx(0.1910, abs=5e-4)
    assert lower_bound(0, 5) == 0.0
    # One miss in one try: 1 / (1 + z^2).
    assert lower_bound(1, 1) == pytest.approx(1 / (1 + 1.959963985**2), abs=1e-9)


# The opening of day two


def test_day_two_opens_with_what_was_missed_by_other_variants() -> None:
    own = [*answers("KEL-01", "0"), *answers("ALM-32", "00", 2), *answers("IDN-09", "1", 4)]
    met = {(seen.rule, seen.plant) for seen in own}
    tasks = opening_tasks(COURSE, 3, own, own, 8)
    assert rules_in(tasks) == ["ALM-32", "KEL-01"]
    assert not met & {(plant.rule, plant.name) for task in tasks for plant in task.plants}
    assert [task.number for task in tasks] == list(range(5, 5 + len(tasks)))
    assert tasks == opening_tasks(COURSE, 3, own, own, 8)


def test_what_is_mastered_by_now_or_not_of_the_course_does_not_open_day_two() -> None:
    own = [*answers("KEL-01", "0111"), *answers("IDN-01", "0", 9), *answers("BAN-10", "011", 10)]
    assert rules_in(opening_tasks(COURSE, 1, own, own, 8)) == ["BAN-10"]


def test_who_missed_nothing_meets_what_the_class_missed() -> None:
    of_class = answers("SOS-52", "0010")
    assert rules_in(opening_tasks(COURSE, 1, answers("KEL-01", "1"), of_class, 8)) == ["SOS-52"]
    assert opening_tasks(COURSE, 1, [], answers("SOS-52", "11"), 8) == ()


def test_cases_without_a_mistake_stand_between_what_was_missed() -> None:
    own = [seen for n, code in enumerate(COURSE.rules) for seen in answers(code, "0", n + 1)]
    half = replace(COURSE, plan=replace(COURSE.plan, error_share=0.5))
    tasks = opening_tasks(half, 1, own, own, 10)
    assert len(tasks) == 10
    assert sum(task.kind == "error" for task in tasks) == 5
    assert sum(task.kind == "look_alike" for task in tasks) == 3
    assert {opening_tasks(half, seat, own, own, 10)[0].kind for seat in range(20)} == {"error"}
    assert len(opening_tasks(half, 1, own, own, 4)) == 4
    assert len(opening_tasks(half, 1, own, own, 1)) == 1
    assert opening_tasks(half, 1, own, own, 0) == ()


# The refresher


def test_a_refresher_holds_what_was_missed_even_when_mastered_since() -> None:
    own = [*answers("KEL-01", "0111"), *answers("BAN-10", "00", 5)]
    refresher = make_refresher(COURSE.plan, own, own, MADE, 5)
    assert refresher is not None
    assert rules_in(refresher.tasks) == ["BAN-10", "KEL-01"]
    assert refresher.due_on == DUE
    assert make_refresher(COURSE.plan, [], [], MADE, 5) is None


def test_a_token_gives_the_same_refresher_back() -> None:
    refresher = a_refresher()
    token = write_token(refresher)
    assert read_token(token, DUE) == refresher
    assert read_token(f"  {token}\n", MADE) == refresher
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    assert "quiet" not in {task.kind for task in refresher.tasks}


def test_the_longest_refresher_still_fits_a_link() -> None:
    longest = sorted(
        (plant for rule in catalogue().values() for plant in rule.plants),
        key=lambda plant: -len(plant.name),
    )
    tasks = tuple(Task(n, (plant,)) for n, plant in enumerate(longest[:MAX_TASKS], start=1))
    refresher = Refresher(MADE, 2**32 - 1, tasks)
    token = write_token(refresher)
    assert len(token) <= 1500
    assert read_token(token, DUE) == refresher


def test_every_plant_and_look_alike_can_travel() -> None:
    plants = [plant for rule in catalogue().values() for plant in rule.plants]
    everything = [Task(1, (plant,)) for plant in plants]
    everything += [Task(1, (), name) for name in (*LOOK_ALIKES, "")]
    for task in everything:
        refresher = Refresher(MADE, 1, (task,))
        assert read_token(write_token(refresher), DUE) == refresher


def test_a_token_says_rules_seed_and_day_and_nothing_else() -> None:
    refresher = a_refresher()
    token = write_token(refresher)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    form, day, seed, *words = zlib.decompress(raw[12:]).decode().split(";")
    assert (form, day, seed) == ("1", "2026-11-24", "77")
    plants = {f"{p.rule}:{p.name}" for rule in catalogue().values() for p in rule.plants}
    assert set(words) <= plants | set(LOOK_ALIKES) | {""}
    assert not any(rule in token for rule in rules_in(refresher.tasks))


DRAW = """
import json, sys
from datetime import date
from workbench.training import draw_case
from workbench.training.returns import REFRESHER_SEAT, read_token
refresher = read_token(sys.argv[1], date(2026, 12, 24))
drawn = [draw_case(refresher.plan, task, REFRESHER_SEAT) for task in refresher.tasks]
print(json.dumps([[case.to_public(), case.key.to_json()] for case in drawn]))
"""


def test_another_machine_turns_the_token_into_the_same_cases() -> None:
    refresher = a_refresher()
    other = subprocess.run(
        [sys.executable, "-c", DRAW, write_token(refresher)],
        env={**os.environ, "PYTHONHASHSEED": "4711", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=True,
    )
    drawn = [draw_case(refresher.plan, task, REFRESHER_SEAT) for task in refresher.tasks]
    here = [[case.to_public(), case.key.to_json()] for case in drawn]
    assert json.loads(other.stdout) == json.loads(json.dumps(here))


def test_two_people_get_other_families_of_the_same_mistakes() -> None:
    one, two = a_refresher(seed=1), a_refresher(seed=2)
    task = one.tasks[0]
    niks = [
        {row["nik"] for row in draw_case(each.plan, task, 1).listed.tables["person"]}
        for each in (one, two)
    ]
    assert not niks[0] & niks[1]


# Tokens that are refused


def test_every_altered_sign_is_noticed() -> None:
    token = write_token(a_refresher())
    for place, sign in enumerate(token):
        for other in set("AB-_8") - {sign}:
            with pytest.raises(WrongUse, match="rusak atau tidak lengkap"):
                read_token(token[:place] + other + token[place + 1 :], DUE)


def test_signs_that_decode_alike_are_not_taken_for_each_other() -> None:
    alphabet = f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}-_"
    for seed in range(10, 40):
        token = write_token(a_refresher(seed))
        for sign in set(alphabet) - {token[-1]}:
            with pytest.raises(WrongUse, match="rusak"):
                read_token(token[:-1] + sign, DUE)


@pytest.mark.parametrize(
    "part", ["", "x", "....", "é" * 20, "A" * 400, "A" * 5000, "a b c", "=" * 9]
)
def test_what_is_no_token_gets_a_sentence(part: str) -> None:
    with pytest.raises(WrongUse, match="rusak atau tidak lengkap"):
        read_token(part, DUE)


def test_a_cut_and_a_doubled_token_are_noticed() -> None:
    token = write_token(a_refresher())
    for wrong in (token[:-1], token[1:], token[: len(token) // 2], token + token):
        with pytest.raises(WrongUse, match="rusak atau tidak lengkap"):
            read_token(wrong, DUE)


def test_a_token_signed_with_another_key_is_forged(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as forged:
        forged.setattr(returns_module, "_KEY", b"kunci orang lain")
        token = write_token(a_refresher())
    with pytest.raises(WrongUse, match="rusak atau tidak lengkap"):
        read_token(token, DUE)


def signed(text: bytes) -> str:
    """A token as write_token would sign it, of any text."""
    body = zlib.compress(text, 9)
    return base64.urlsafe_b64encode(returns_module._sign(body) + body).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"2;2026-11-24;1;KEL-01:promote_spouse", "versi Meja Verval yang lain"),
        (b"1;2026-11-24;1;KEL-99:promote_spouse", "versi Meja Verval yang lain"),
        (b"1;2026-11-24;1;KEL-01:gone", "versi Meja Verval yang lain"),
        (b"1;2026-11-24;1;siluman", "versi Meja Verval yang lain"),
        (b"1;24 November;1;kembar", "rusak"),
        (b"1;2026-11-24;satu;kembar", "rusak"),
        (b"1;2026-11-24", "rusak"),
        (b"1;2026-11-24;1", "1 sampai 30"),
        (b"1;2026-11-24;-1;kembar", "1 sampai 30"),
        (b"1;2026-11-24;1" + b";kembar" * 31, "1 sampai 30"),
        (b"1;2026-11-24;1;" + b"a" * 900_000, "rusak"),
        (b"\xff\xfe", "rusak"),
        (b"1;9999-12-30;1;kembar", "lebih awal"),
    ],
)
def test_what_is_signed_and_still_wrong_gets_a_sentence(text: bytes, sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence):
        read_token(signed(text), DUE)


def test_an_old_token_says_since_when_and_whom_to_ask() -> None:
    refresher = a_refresher()
    token = write_token(refresher)
    last = MADE + timedelta(days=LAST_DAY)
    assert read_token(token, last) == refresher
    with pytest.raises(WrongUse, match=r"tidak berlaku lagi sejak 25 Mar 2027\. Minta"):
        read_token(token, last + timedelta(days=1))


def test_a_computer_that_lives_in_the_past_is_told_so() -> None:
    token = write_token(a_refresher())
    assert read_token(token, MADE - timedelta(days=1))
    with pytest.raises(WrongUse, match="24 Nov 2026, sedangkan tanggal di komputer ini lebih awal"):
        read_token(token, MADE - timedelta(days=2))


def test_two_mistakes_in_one_case_are_no_refresher() -> None:
    plants = (catalogue()["KEL-01"].plants[0], catalogue()["BAN-10"].plants[0])
    with pytest.raises(WrongUse, match="paling banyak satu"):
        Refresher(MADE, 1, (Task(1, plants),))
