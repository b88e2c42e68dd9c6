"""How our things show themselves in a notebook: a title, facts, tables; every value escaped.

The HTML is small and carries its own styles, takes text and ground of the page around it (light or
dark), and needs no script. What identifies a person is left to the caller: nothing here masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from workbench.domain.words import number_id

Cell = str | float | None

_LINE = "1px solid rgba(128,128,128,.35)"
_TEXT = f"text-align:left;vertical-align:top;padding:3px 12px 3px 0;border-bottom:{_LINE}"
_NUMBER = f"text-align:right;vertical-align:top;padding:3px 12px 3px 0;border-bottom:{_LINE}"
_FACT = "text-align:left;vertical-align:top;padding:1px 16px 1px 0;border:0"
_NAME = f"{_FACT};opacity:.75;white-space:nowrap"


def card(title: str, *parts: str, mark: str = "") -> str:
    """A titled block; ``parts`` are HTML made here, ``mark`` is LATIHAN or DATA NYATA."""
    flag = (
        f'<span style="border:1px solid currentColor;border-radius:3px;padding:0 6px;'
        f'margin-left:10px;font-size:11px;letter-spacing:.05em">{escape(mark)}</span>'
        if mark
        else ""
    )
    head = f'<div style="font-weight:600;font-size:15px;margin:4px 0">{escape(title)}{flag}</div>'
    inside = "".join(part for part in parts if part)
    return f'<div style="max-width:960px;line-height:1.45">{head}{inside}</div>'


def mark_of(workspace: str) -> str:
    """The mark of a workspace, "" for one that is not known."""
    return {"latihan": "LATIHAN", "nyata": "DATA NYATA"}.get(workspace, "")


def facts(pairs: Iterable[tuple[str, Cell]]) -> str:
    """A name and a value a line; values that are None or "" are left out."""
    rows = "".join(
        f'<tr style="background:none"><td style="{_NAME}">{escape(name)}</td>'
        f'<td style="{_FACT}">{_written(value)}</td></tr>'
        for name, value in pairs
        if value not in (None, "")
    )
    return f'<table style="border-collapse:collapse;margin:4px 0">{rows}</table>' if rows else ""


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], more: str = "") -> str:
    """A table; numbers stand right, in Indonesian writing; ``more`` is a line below it."""
    rows = list(rows)
    if not rows:
        return note(more)
    styles = [
        _TEXT if any(isinstance(cell, str) for cell in column) else _NUMBER
        for column in zip(*rows, strict=True)
    ]
    head = "".join(
        f'<th scope="col" style="{style};font-weight:600">{escape(heading)}</th>'
        for heading, style in zip(headings, styles, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="{style}">{_written(cell)}</td>'
            for cell, style in zip(row, styles, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table style="border-collapse:collapse;margin:6px 0"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>{note(more)}"
    )


def line(text: str) -> str:
    """A sentence on a line of its own; nothing for ""."""
    return f"<div>{escape(text)}</div>" if text else ""


def note(text: str) -> str:
    """A line of small print; nothing for ""."""
    if not text:
        return ""
    return f'<div style="opacity:.8;font-size:12px;margin:3px 0">{escape(text)}</div>'


def folded(title: str, inside: str) -> str:
    """Something that is opened by a click; ``inside`` is HTML made here."""
    return f'<details style="margin:4px 0"><summary>{escape(title)}</summary>{inside}</details>'


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    return escape(cell) if isinstance(cell, str) else number_id(cell)
