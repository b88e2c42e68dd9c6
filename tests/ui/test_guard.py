"""A page that sends what nobody could press: it has no effect, and the page is told the truth."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ipywidgets as w
import pytest

from tests.ui.panels import panel_of
from workbench.access import Actor, Role, Workspace
from workbench.serve.doors import DOORS
from workbench.services.office import Office
from workbench.ui import guard, rooms
from workbench.ui.card.card import CaseCard
from workbench.ui.guard import CHANGEABLE, is_workable, protect
from workbench.ui.staff.model import ListsRoom
from workbench.ui.staff.view import RoomView
from workbench.ui.trainer.view import ClassView

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
LIST = (
    b"NOMOR;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;DESA/KELUARAHAN;KECAMATAN\n"
    b"3673010504819001;3673010607159001;SARI CONTOH;P;05/04/1981;KEPALA KELUARGA;-;CIPARE;SERANG\n"
)


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[w.Widget, dict[str, Any]]]]:
    """What pages are told of states, newest last."""
    said: list[tuple[w.Widget, dict[str, Any]]] = []

    def send(widget: w.Widget, message: dict[str, Any], buffers: Any = None) -> None:
        said.append((widget, message.get("state", message)))

    monkeypatch.setattr(w.Widget, "_send", send)
    return said


def _send(widget: w.Widget, **data: Any) -> None:
    """A message of the page, at the place where it reaches a widget."""
    widget._handle_msg({"content": {"data": data}, "buffers": []})


def _click(widget: w.Widget) -> None:
    _send(widget, method="custom", content={"event": "click"})


def _set(widget: w.Widget, **state: Any) -> None:
    _send(widget, method="update", state=state, buffer_paths=[])


def _find(panel: w.Widget, kind: type[w.Widget], words: str = "") -> Any:
    """The one widget of a kind below a panel with these words on it."""

    def below(widget: w.Widget) -> Iterator[w.Widget]:
        yield widget
        for child in getattr(widget, "children", ()):
            yield from below(child)

    found = [
        one
        for one in below(panel)
        if isinstance(one, kind) and words in str(getattr(one, "description", ""))
    ]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def desk() -> SimpleNamespace:
    """A panel with a button, a field and a box that can be hidden."""
    clicks: list[str] = []
    button, field = w.Button(description="Simpan"), w.Text(value="semula")
    menu = w.Dropdown(options=["a", "b"])
    box = w.VBox([button, field, menu])
    button.on_click(lambda one: clicks.append(one.description))
    return SimpleNamespace(
        button=button, field=field, menu=menu, box=box, clicks=clicks, panel=protect(w.VBox([box]))
    )


def test_what_a_person_can_press_works(desk):
    _click(desk.button)
    _set(desk.field, value="baru")
    _set(desk.menu, index=1)
    assert desk.clicks == ["Simpan"]
    assert (desk.field.value, desk.menu.value) == ("baru", "b")


def test_a_disabled_control_stays_as_it_is_and_the_page_is_told(desk, told):
    desk.button.disabled = desk.field.disabled = True
    _click(desk.button)
    _set(desk.field, value="paksa")
    assert desk.clicks == []
    assert desk.field.value == "semula"
    assert told[-1] == (desk.field, {"value": "semula"})


@pytest.mark.parametrize("hide", [{"display": "none"}, {"visibility": "hidden"}])
def test_a_control_in_a_hidden_box_does_not_work_until_it_is_shown(desk, hide):
    for name, value in hide.items():
        setattr(desk.box.layout, name, value)
    _click(desk.button)
    _set(desk.field, value="paksa")
    assert (desk.clicks, desk.field.value) == ([], "semula")
    for name in hide:
        setattr(desk.box.layout, name, None)
    _click(desk.button)
    assert desk.clicks == ["Simpan"]


def test_a_control_that_left_the_panel_does_not_work(desk):
    desk.box.children = (desk.field,)
    _click(desk.button)
    assert desk.clicks == []
    assert not is_workable(desk.button)


@pytest.mark.parametrize(
    "state",
    [
        {"disabled": True},
        {"description": "Hapus"},
        {"layout": "IPY_MODEL_x"},
        {"_view_name": "HTMLView"},
        {"placeholder": "x"},
    ],
    ids=lambda state: next(iter(state)),
)
def test_a_page_changes_nothing_but_what_using_the_control_changes(desk, told, state):
    before = desk.field.get_state()
    _set(desk.field, value="baru", **state)
    assert desk.field.value == "baru"
    assert desk.field.get_state() == {**before, "value": "baru"}
    assert told[-1] == (desk.field, {name: before[name] for name in state})


def test_choices_words_and_boxes_cannot_be_rewritten(desk):
    words = w.HTML("<p>benar</p>")
    desk.panel.children = (desk.box, words)
    _set(desk.menu, _options_labels=["a", "b", "hapus"])
    _set(desk.menu, index=2)
    _set(words, value="<p>palsu</p>")
    _set(desk.panel, children=[])
    _set(desk.panel.layout, display="none")
    assert desk.menu.value == "a"
    assert desk.menu.options == ("a", "b")
    assert words.value == "<p>benar</p>"
    assert desk.panel.children == (desk.box, words)
    assert desk.panel.layout.display is None


def test_the_card_hears_its_page_and_keeps_what_it_shows():
    heard: list[Any] = []
    card = protect(CaseCard({"kind": "case"}, lambda message: heard.append(message) or []))
    _send(card, method="custom", content={"kind": "go", "to": 2})
    _set(card, page={"kind": "palsu"}, _esm="alert(1)")
    assert heard == [{"kind": "go", "to": 2}]
    assert card.page["kind"] == "case"
    assert "alert(1)" not in str(card._esm)
    card.layout.display = "none"
    _send(card, method="custom", content={"kind": "submit", "number": 1})
    assert len(heard) == 1


def test_what_is_no_widget_passes():
    assert protect("<p>halo</p>") == "<p>halo</p>"


def test_a_button_of_an_earlier_step_of_the_staff_panel_does_nothing(tmp_path):
    room = ListsRoom(Office(tmp_path), STAFF)
    room.refresh()
    view = RoomView(room)
    protect(view.widget)
    view.draw_import()
    view.importing.take("daftar.csv", LIST)
    save = _find(view.widget, w.Button, "Simpan dan periksa")
    cancel = _find(view.widget, w.Button, "Batal")
    name = _find(view.widget, w.Text, "Nama daftar")
    _set(name, value="")
    assert save.disabled
    _click(save)
    assert not room.shelf
    _click(cancel)
    # The step is left; its controls live on in the kernel, out of reach.
    _set(name, value="Daftar paksa")
    save.disabled = False
    _click(save)
    assert not room.shelf
    assert view.importing.incoming.name != "Daftar paksa"


def test_a_trainer_panel_gives_no_return_code_while_its_button_is_disabled():
    asked: list[int] = []
    room = SimpleNamespace(
        board=SimpleNamespace(people=[]),
        help_back_in=lambda seat: asked.append(seat) or "KODE",
    )
    view = ClassView.__new__(ClassView)
    view.room, view.said, view.address = room, w.HTML(), ""
    view._draw_help()
    issue = _find(protect(view.help_tab), w.Button, "Buat kode kembali")
    assert issue.disabled
    _click(issue)
    _set(issue, disabled=False)
    _click(issue)
    assert asked == []
    issue.disabled = False
    _click(issue)
    assert asked == [0]


@pytest.mark.parametrize("room", DOORS)
def test_every_room_is_protected(monkeypatch, room):
    panel = w.Button()
    monkeypatch.setattr(import_module(panel_of(room)), "show", lambda actor, *_: panel)
    monkeypatch.setattr(rooms, "display", lambda shown: None)
    assert not is_workable(panel)
    getattr(rooms, room)(STAFF)
    assert is_workable(panel)


def test_every_control_of_our_panels_can_be_worked():
    """A new kind of control has to be thought of in the guard, or it would silently do nothing."""
    plain = {w.Box, w.HBox, w.VBox, w.HTML, w.IntProgress, w.Button, w.Layout, w.Widget}
    used: set[type[w.Widget]] = set()
    for path in set(Path(guard.__file__).parent.rglob("*.py")) - {Path(guard.__file__)}:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found = getattr(w, node.attr, None) if node.value.id == "w" else None
                if isinstance(found, type) and issubclass(found, w.Widget):
                    used.add(found)
    assert used - plain == set(CHANGEABLE)
