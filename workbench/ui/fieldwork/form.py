"""The screen of one visit as a widget: it shows ``VisitForm`` and passes on what is touched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.ui.fieldwork.form_model import VisitForm


class OutcomeForm(anywidget.AnyWidget):  # type: ignore[misc]
    """One step of a visit at a time.

    Says ``isi`` (n, level, subject, key, value), ``langkah`` (n, to) and ``simpan`` (n); ``heard``
    of the state is the n it answers, so that the page knows what was kept. ``done`` is called
    once the outcome was sent.
    """

    _esm = Path(__file__).with_name("form.js")
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, form: VisitForm, done: Callable[[], None]) -> None:
        self.form, self.done = form, done
        super().__init__(state={**form.page(), "heard": 0})
        self.add_class("vv-lap-form")
        self.on_msg(lambda _widget, message, _buffers: self.hear(message))

    def hear(self, message: Mapping[str, Any]) -> None:
        """One message of the page; everything in it may be forged."""
        kind, number = message.get("kind"), message.get("n")
        if kind == "isi":
            said = (str(message.get(name, "")) for name in ("level", "subject", "key"))
            self.form.answer(*said, message.get("value"))
        elif kind == "langkah":
            self.form.go(str(message.get("to", "")))
        elif kind == "simpan" and self.form.finish():
            self.done()
            return
        heard = number if type(number) is int else self.state["heard"]
        self.state = {**self.form.page(), "heard": heard}
