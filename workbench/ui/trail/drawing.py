"""Pieces that the tabs of the room Jejak draw with."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby

from workbench.domain.words import date_id, number_id
from workbench.services.audits import LogEntry


def log_html(entries: Iterable[LogEntry], broken: int | None = None) -> str:
    """Events day by day; the one at ``broken`` is marked."""
    parts = []
    for day, group in groupby(entries, lambda entry: entry.at.date()):
        lines = "".join(_line(entry, entry.seq == broken) for entry in group)
        parts.append(
            f'<h2 class="vv-jejak-day">{date_id(day, long=True)}</h2>'
            f'<ol class="vv-jejak-log">{lines}</ol>'
        )
    return "".join(parts)


def _line(entry: LogEntry, is_broken: bool) -> str:
    mark = ' class="vv-jejak-broken"' if is_broken else ""
    detail = f"<small>{escape(entry.detail)}</small>" if entry.detail else ""
    return (
        f"<li{mark}><time>{entry.at:%H.%M}</time><span>{escape(entry.sentence)}</span>"
        f'<span class="vv-jejak-seq">nomor {number_id(entry.seq)}</span>{detail}</li>'
    )


def verdict_html(is_good: bool, head: str, more: Iterable[str] = ()) -> str:
    """A boxed outcome: a sign, a head, and sentences beneath."""
    tone, sign = ("good", "✓") if is_good else ("bad", "✗")
    lines = "".join(f"<li>{escape(one)}</li>" for one in more)
    return (
        f'<div class="vv-jejak-verdict vv-jejak-{tone}" role="status">'
        f"<p>{sign} {escape(head)}</p>{f'<ul>{lines}</ul>' if lines else ''}</div>"
    )
