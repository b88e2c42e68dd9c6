"""An office in a temporary folder, and cases drawn without rules or invented cities.

The drawing is a stand-in; keys, answers, grades and feedback are the real ones.
"""

import shutil
from dataclasses import dataclass
from datetime import date

import pytest

from workbench import training
from workbench.access import Actor, Role, Workspace
from workbench.services import arrivals, classes
from workbench.services.office import DATABASE_VARIABLE, Office
from workbench.training import answers, feedback, grades, keys

#: Stands in every key and nowhere else, so that a key that leaks can be seen.
SECRET = "RAHASIA-KUNCI"


@dataclass(frozen=True)
class Plan:
    class_id: str
    n_cases: int
    error_share: float
    groups: tuple[str, ...]
    seed: int


@dataclass(frozen=True)
class Case:
    public: dict
    key: keys.Key

    def to_public(self):
        return self.public


def draw_case(plan, seat, number):
    """Odd cases hold two mistakes, even ones none; every one has five cells."""
    cells = ["P1.nik", "P1.name", "P1.birth_date", "F1.rt", "F1.desil"]
    rows = [{"cell": cell, "label": cell[3:], "value": f"{cell} {seat}"} for cell in cells]
    mistakes = ()
    if number % 2:
        mistakes = tuple(
            keys.Mistake(
                rule,
                "tanam",
                "P1",
                (cell,),
                f"{SECRET} {rule}",
                "perlu_verval",
                ("perbaiki_data",),
                why="sebab",
                documents=("KK",),
                source="sumber",
            )
            for rule, cell in (("IDN-01", "P1.nik"), ("KEL-01", "P1.birth_date"))
        )
    public = {
        "number": number,
        "of": plan.n_cases,
        "title": f"Kasus {number} kursi {seat}",
        "record": [{"title": "Keluarga", "rows": rows}],
        "documents": [],
        "choices": answers.choices(),
    }
    return Case(public, keys.Key(mistakes, tuple(cells)))


def draw_seats(plan, seats):
    for seat in seats:
        yield seat, [draw_case(plan, seat, number) for number in range(1, plan.n_cases + 1)]


@pytest.fixture
def drawn_cases(monkeypatch):
    """Put the stand-in in the place of the drawing."""
    stand_ins = {
        "Plan": Plan,
        "draw_seats": draw_seats,
        "worked_case": lambda: {"title": "Contoh"},
        "Key": keys.Key,
        "Answer": answers.Answer,
        "grade": grades.grade,
        "explain": feedback.explain,
    }
    for name, stand_in in stand_ins.items():
        monkeypatch.setattr(training, name, stand_in, raising=False)


@pytest.fixture
def secret():
    """Words that stand in keys only."""
    return SECRET


@pytest.fixture
def office(tmp_path, database, monkeypatch):
    made = Office(tmp_path / "kantor")
    if database:
        monkeypatch.setenv(DATABASE_VARIABLE, database)
        made.use_database(database)
    yield made
    made.practice.close()
    made.real.close()


@pytest.fixture(scope="module")
def begin_as(tmp_path_factory):
    """``begin_as(make, office)``: the office begins as ``make(one, folder)`` left another one.

    Made once for a module and copied, for a list takes long to bring in. Returns what ``make``
    returned. For offices in files.
    """
    patterns = {}

    def begin(make, office):
        if make not in patterns:
            folder = tmp_path_factory.mktemp("pola")
            one = Office(folder / "kantor")
            patterns[make] = one.root, make(one, folder)
            one.practice.close()
            one.real.close()
        root, told = patterns[make]
        shutil.copytree(root, office.root)
        return told

    return begin


@pytest.fixture
def trainer():
    return Actor("A-pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))


@pytest.fixture
def class_settings(drawn_cases):
    return classes.ClassSettings(
        "Bimtek", "Aula", date(2026, 11, 21), n_cases=4, groups=("identity",), seats=5, seed=7
    )


@pytest.fixture
def opened(office, trainer, class_settings):
    """An open class of five seats and four cases each."""
    return classes.open_class(office, trainer, class_settings)


@pytest.fixture
def join(office, opened):
    """Takes the next seat: ``join("Siti").actor``."""

    def take(name="Siti", area="36.73.01.1001"):
        return arrivals.join(office, opened.join_code, name, "operator", area)

    return take


@pytest.fixture
def statements(office):
    """Collects every SQL statement the practice store is sent from now on."""
    from sqlalchemy import event

    said = []
    event.listen(
        office.practice.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: said.append(statement),
    )
    return said
