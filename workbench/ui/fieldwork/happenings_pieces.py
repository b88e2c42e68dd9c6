"""Small pieces that the tab Peristiwa draws with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape

import ipywidgets as w

from workbench.services.happenings import FamilyLine
from workbench.ui.staff.drawing import WIDE, place_name
from workbench.verification.happenings.kinds import CERTAINTY, Consequence, table_words


def html(text: str) -> w.HTML:
    """Something that is read only."""
    return w.HTML(text, layout=WIDE)


def titled(label: str, widget: w.Widget) -> w.Widget:
    """A control with its name, or several below a common one."""
    if isinstance(widget, w.Box):
        return w.VBox([html(f'<p class="vv-lap-label">{escape(label)}</p>'), widget], layout=WIDE)
    widget.description = label
    widget.add_class("vv-lap-named")
    return widget


def dropdown(options: Iterable[tuple[str, str]], value: str | None = None) -> w.Dropdown:
    """A choice of one, the first unless ``value`` is given."""
    offered = list(options)
    chosen = offered[0][1] if value is None and offered else value
    return w.Dropdown(options=offered, value=chosen, layout=WIDE)


def day_field(value: date | None = None) -> w.DatePicker:
    """A day."""
    return w.DatePicker(value=value, layout=WIDE, tooltip="")


def ticks(options: Mapping[str, str]) -> dict[str, w.Checkbox]:
    """A box to tick for each choice, by its code."""
    return {
        code: w.Checkbox(value=False, description=words, indent=False, layout=WIDE)
        for code, words in options.items()
    }


def ticked(boxes: Mapping[str, w.Checkbox]) -> tuple[str, ...]:
    """The codes whose box is ticked."""
    return tuple(code for code, box in boxes.items() if box.value)


def block(*parts: w.Widget) -> w.VBox:
    """What belongs together, with a border."""
    box = w.VBox(list(parts), layout=WIDE)
    box.add_class("vv-lap-block")
    return box


def family_words(one: FamilyLine) -> str:
    """A family in one line, without a number of anybody."""
    name = one.head_name or "Tanpa nama kepala"
    return f"{name}, RT {one.rt or '-'} RW {one.rw or '-'}, {place_name(one.kelurahan_kode)}"


def consequence_html(one: Consequence, program: str) -> str:
    """What is to be done, by whom, and how sure that is."""
    sure = CERTAINTY[one.konfirmasi]
    mark = f' <span class="vv-badge vv-badge-warn">◆ {escape(sure)}</span>' if sure else ""
    who = f"Oleh: {one.who}. " if one.who else ""
    return (
        f"{escape(one.words(program))}{mark}"
        f'<br><span class="vv-muted">{escape(who)}Dasar: {escape(one.source)}.</span>'
    )


def by_table(rows: Iterable[tuple[str, str]]) -> str:
    """Lines below the table they are for: (code of the table, HTML)."""
    grouped: dict[str, list[str]] = {}
    for table, line in rows:
        grouped.setdefault(table, []).append(f"<li>{line}</li>")
    words = table_words()
    return "".join(
        f"<h3>{escape(words[table])}</h3><ul>{''.join(lines)}</ul>"
        for table, lines in grouped.items()
    )
