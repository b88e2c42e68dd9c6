"""Pieces that every panel of the room Daftar draws with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ipywidgets as w

from workbench.domain.wilayah import PLACE_KINDS, kelurahan_by_code
from workbench.domain.words import date_id
from workbench.errors import WorkbenchError
from workbench.store import clock

WIDE = w.Layout(width="100%")
#: Says one sentence above everything; "" takes it away. ``wrong=True`` for a refusal.
Say = Callable[..., None]


def button(label: str, act: Callable[[], None], primary: bool = False) -> w.Button:
    """A button that does ``act``."""
    made = w.Button(description=label, button_style="primary" if primary else "")
    made.on_click(lambda _button: act())
    return made


def did(act: Callable[[], object], say: Say) -> bool:
    """Do something; a sentence instead of a fault. Returns whether it was done."""
    try:
        act()
    except WorkbenchError as error:
        say(str(error), wrong=True)
        return False
    return True


def place_name(code: str) -> str:
    """A kelurahan with its kecamatan."""
    place = kelurahan_by_code().get(code)
    return f"{place.name}, Kec. {place.kecamatan}" if place else f"{PLACE_KINDS} belum dikenali"


def day_words(text: str) -> str:
    """The day of a stamp or an ISO date in words."""
    try:
        return date_id(clock.day_of(text))
    except ValueError:
        return text


#: An icon and a tone of each level; the word always stands beside them.
GRADES: Mapping[str, tuple[str, str]] = {
    "KRITIS": ("▲", "vv-badge-bad"),
    "TINGGI": ("●", "vv-badge-warn"),
    "SEDANG": ("◆", "vv-badge-accent"),
    "INFO": ("○", ""),
}


def grade_words(severity: str) -> str:
    """A level as a word."""
    return severity.capitalize()


def badge(severity: str) -> str:
    """A level as it stands in HTML."""
    icon, tone = GRADES[severity]
    return f"<span class='vv-badge {tone}'>{icon} {grade_words(severity)}</span>"
