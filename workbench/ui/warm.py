"""What every visitor's kernel needs, done once before anybody comes.

A kernel forked from a process that has run this shares its modules, its tables and its warmed
code with all others. So nothing here knows a person, an office or a class: the rooms are played
through once by invented people in a database that is thrown away.

Afterwards no thread runs, no database is open and no panel lives: that is what makes a fork
safe, and ``tests/ui/test_warm.py`` holds it so.
"""

from __future__ import annotations

import json
import os
import tempfile
from importlib import import_module
from typing import Any

from workbench.domain.wilayah import CITY

#: What the rooms Beranda, Latihan and Kelas load, early or late.
LIGHT = (
    "workbench.ui.rooms",
    "workbench.ui.home.view",
    "workbench.ui.trainee.view",
    "workbench.ui.trainer.view",
    "workbench.ui.catalogue.view",
    "workbench.ui.drills.view",
    "workbench.services.drills",
    "workbench.services.classes",
    "workbench.services.courses",
    "workbench.services.training",
)
#: What Daftar, Padanan, Peta and Lapangan load beyond that.
FULL = (
    "workbench.ui.staff.view",
    "workbench.ui.linking.view",
    "workbench.ui.maps.view",
    "workbench.ui.trail.view",
    "workbench.ui.trail.log",
    "workbench.ui.trail.chain",
    "workbench.ui.trail.packing",
    "workbench.ui.trail.decisions",
    "workbench.ui.trail.privacy",
    "workbench.ui.fieldwork.view",
    "workbench.ui.fieldwork.digest",
    "workbench.ui.fieldwork.happenings",
    "workbench.ui.fieldwork.queue",
    "workbench.ui.fieldwork.sharing",
    "workbench.ui.fieldwork.sheets",
    "workbench.ui.fieldwork.rechecks",
    "workbench.ui.fieldwork.candidates",
    "workbench.ui.fieldwork.meetings",
    "workbench.ui.fieldwork.proposals",
    "pandas",
    "pyproj",
)
#: Libraries that start a thread of their own while they are loaded, unless they are told.
_NO_THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
_CLASS = "GLADI"  # the rehearsal's own


def warm_light() -> None:
    """Load the rooms of a trainee and a trainer, and play them through once."""
    for name in LIGHT:
        import_module(name)
    _rehearse()


def warm_full() -> None:
    """``warm_light``, and what lists and maps stand on; the rules' engine is loaded, never run."""
    for name, value in _NO_THREADS.items():
        os.environ.setdefault(name, value)
    warm_light()
    for name in FULL:
        import_module(name)
    from workbench.geo.choropleth import choropleth
    from workbench.synthesis import generate

    choropleth(generate(families=20), "families").get_root().render()


def _rehearse() -> None:
    """One seat and one case: looked at, marked, sent, read again, watched from the board."""
    from ipywidgets import Widget

    from workbench.access import Actor, Role, Workspace
    from workbench.rules import catalogue
    from workbench.services import classes, training
    from workbench.services.office import Office
    from workbench.ui.home import view as home_view
    from workbench.ui.home.model import home
    from workbench.ui.rule_words import rule_title
    from workbench.ui.trainee.model import TraineeRoom
    from workbench.ui.trainee.view import link
    from workbench.ui.trainer.model import ClassRoom
    from workbench.ui.trainer.view import BOARD, ClassView

    trainee = Actor(
        f"{_CLASS}.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, class_id=_CLASS, seat=1
    )
    trainer = Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, (CITY.kode_kemendagri,))
    for code in catalogue():
        rule_title(code)
    made: list[Widget] = []
    with tempfile.TemporaryDirectory() as folder:
        office = Office(folder)
        _stage(office)
        # The layouts that panels share were made with their modules and stay: only these close.
        Widget.on_widget_constructed(made.append)
        try:
            for actor in (trainee, trainer):
                home_view.draw(home(office, actor))
                card = link(TraineeRoom(office, actor, training))
                card._repr_mimebundle_()
                if actor is trainee:
                    _play(card)
            board = ClassView(ClassRoom(office, trainer, classes))
            board.draw_form()
            board.draw_class(BOARD)
        finally:
            Widget.on_widget_constructed(None)
            for widget in made:
                widget.close()
            office.practice.close()


def _stage(office: Any) -> None:
    """The tables and one open class in them; Alembic, which no kernel needs, stays out of it."""
    from sqlalchemy import create_engine, text

    from workbench.rules import plants
    from workbench.store import clock, ledger, tables
    from workbench.store.workspace import NEWEST_SCHEMA
    from workbench.training import Plan, Task, draw_case

    case = draw_case(Plan(_CLASS, n_cases=1), Task(1, plants()[:1]), seat=1)
    now = clock.now()
    settings = json.dumps({"n_cases": 1, "seats": 1, "error_share": 1.0, "groups": []})
    seat = {"class_id": _CLASS, "seat": 1}
    seen = {"joined_at": now, "last_seen_at": now}
    days = {"date": now[:10], "created_at": now}
    rows: tuple[tuple[Any, dict[str, Any]], ...] = (
        (
            tables.class_,
            {"id": _CLASS, "state": "open", "opened_by": "pelatih", "settings": settings, **days},
        ),
        (
            tables.participant,
            {**seat, **seen, "position": "operator", "area_kode": CITY.kode_kemendagri},
        ),
        (tables.drawn_case, {**seat, "number": 1, "public": json.dumps(case.to_public())}),
        (tables.case_key, {**seat, "number": 1, "key": json.dumps(case.key.to_json())}),
        (tables.ledger_head, {"id": 1, "hash": ledger.GENESIS}),
    )
    engine = create_engine(office.practice.url)
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        connection.execute(text("create table alembic_version (version_num varchar(32))"))
        connection.execute(text("insert into alembic_version values (:v)"), {"v": NEWEST_SCHEMA})
        for table, known in rows:
            blank = {c.name: c.type.python_type() for c in table.columns if not c.nullable}
            values = {name: known.get(name, value) for name, value in blank.items()}
            connection.execute(table.insert().values(values))
    engine.dispose()


def _play(card: Any) -> None:
    """What a trainee's browser says in a case, from the first look to the last page."""
    card._receive(None, {"kind": "go", "to": "case", "number": 1}, [])
    cell = card.page["case"]["record"][0]["rows"][0]["cell"]
    choices = {cell: "sesuai", "status": "layak", "follow_up": "tidak_ada", "confidence": "yakin"}
    for field, value in choices.items():
        said = {"kind": "save", "number": 1, "field": field, "value": value, "revision": 1}
        card._receive(None, said, [])
    for said in (
        {"kind": "submit", "number": 1},
        {"kind": "again"},
        {"kind": "go", "to": "worked"},
    ):
        card._receive(None, said, [])
