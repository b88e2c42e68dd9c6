"""What a page may do to the widgets of its kernel: no more than a person can do with them.

A page is free to send any message to any widget: a click to a button that is disabled or was
never shown, another list of choices, another label. Here such messages come to nothing, and the
page is told again how things stand. Services check every rule once more: this is no door, it
keeps panels from states that nobody thought of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from weakref import WeakSet

import ipywidgets as w

T = TypeVar("T")

#: What using a control changes. A control of another kind cannot be worked until it stands here.
CHANGEABLE: Mapping[type[w.Widget], frozenset[str]] = {
    **dict.fromkeys(
        (w.Text, w.Checkbox, w.DatePicker, w.BoundedIntText, w.FileUpload),
        frozenset({"value"}),
    ),
    w.Dropdown: frozenset({"index"}),
    w.Tab: frozenset({"selected_index"}),
}

_shown: WeakSet[w.Widget] = WeakSet()
_set_state = w.Widget.set_state
_hear = w.Widget._handle_custom_msg


def protect(panel: T) -> T:
    """Guard all widgets of this process; only what is reached from a protected panel works.

    Returns the panel. Something that is no widget is returned as it is.
    """
    w.Widget.set_state = _set_permitted_state
    w.Widget._handle_custom_msg = _hear_if_workable
    if isinstance(panel, w.Widget):
        _shown.add(panel)
    return panel


def is_workable(widget: w.Widget) -> bool:
    """Whether a person could work a widget: it stands on a panel, is not hidden, not disabled."""
    return not getattr(widget, "disabled", False) and any(
        _reaches(panel, widget) for panel in _shown
    )


def _reaches(box: w.Widget, widget: w.Widget) -> bool:
    layout = getattr(box, "layout", None)
    if layout is not None and (layout.display == "none" or layout.visibility == "hidden"):
        return False
    return box is widget or any(_reaches(one, widget) for one in getattr(box, "children", ()))


def _set_permitted_state(widget: w.Widget, state: Mapping[str, Any]) -> None:
    permitted = CHANGEABLE.get(type(widget), frozenset()) if is_workable(widget) else frozenset()
    refused = [name for name in state if name not in permitted]
    if len(refused) < len(state):
        _set_state(widget, {name: state[name] for name in state if name in permitted})
    widget.send_state([name for name in refused if name in widget.keys])


def _hear_if_workable(widget: w.Widget, content: object, buffers: object) -> None:
    if is_workable(widget):
        _hear(widget, content, buffers)


__all__ = ["CHANGEABLE", "is_workable", "protect"]
