"""How Matplotlib draws here: our typeface, our colours, equal input to equal file.

Matplotlib is used through its objects alone, so nothing is kept between two drawings. Its fonts
are its own and ours, never the machine's: reading those takes long and looks different
everywhere.
"""

from __future__ import annotations

import io
import logging
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from workbench.geo.disclosure.tables import State

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK = "#0f172a"
QUIET = "#475569"
LINE = "#cbd5e1"
#: Teal for invented people, indigo for real ones, as on every screen.
MARKS = {True: "#0f766e", False: "#312e81"}
#: Ground, colour of the pattern, and pattern of each state without a colour of its own.
PATTERNS: dict[State, tuple[str, str, str]] = {
    State.NOL: ("#ffffff", "#334155", ".."),
    State.DISEMBUNYIKAN: ("#e2e8f0", "#64748b", "////"),
    State.BELUM_DIDATA: ("#ffffff", "#94a3b8", "++"),
    State.TANPA_PENYEBUT: ("#f1f5f9", "#64748b", "---"),
}
#: Words of the legend.
PATTERN_WORDS = {
    State.NOL: "Nol: sudah didata, tidak ada",
    State.DISEMBUNYIKAN: "Disembunyikan: jumlah kecil",
    State.BELUM_DIDATA: "Belum didata: bukan nol",
    State.TANPA_PENYEBUT: "Tanpa penyebut (penduduk)",
}
_FONT = "Plus Jakarta Sans"
_SETTINGS: dict[str, Any] = {
    "font.family": [_FONT, "DejaVu Sans"],
    # A name from a file is a name: a dollar sign in it begins no formula.
    "text.parse_math": False,
    "svg.fonttype": "none",
    "text.hinting": "none",
    "hatch.linewidth": 0.7,
    "axes.edgecolor": LINE,
    "axes.labelcolor": QUIET,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
}
#: Settings are Matplotlib's own and of the whole process: two threads that draw take turns.
_TURN = threading.RLock()


@contextmanager
def pen(salt: str = "verval") -> Iterator[None]:
    """Draw and save inside: typeface and settings hold here only.

    ``salt`` names the drawing, so that ids in two SVG on one page differ.
    """
    with _TURN:
        _prepare()
        import matplotlib

        with matplotlib.rc_context({**_SETTINGS, "svg.hashsalt": salt}):
            yield


def svg_text(figure: Figure, alternative: str) -> str:
    """A drawn figure as an ``<svg>`` element that takes the width it is given.

    Text stays text. The units are CSS pixels of a figure made at 72 dots an inch.
    """
    from html import escape

    target = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(target, format="svg", metadata=nothing, transparent=True)
    text = target.getvalue()
    text = text[text.index("<svg") :]
    words = escape(alternative, quote=True)
    width, height = (round(inches * 72) for inches in figure.get_size_inches())
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{words}" '
        f'style="width:100%;max-width:{round(width * 1.5)}px;height:auto;'
        'stroke-linejoin:round;stroke-linecap:butt">'
    )
    text = re.sub(r"<svg[^>]*>", lambda _: head, text, count=1)
    # Its style sheet would reach out of the drawing into the page.
    return re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", text, count=1, flags=re.S)


def raster(figure: Figure, dots: int) -> bytes:
    """The figure as PNG of ``dots`` an inch, without a word about when or by what."""
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=dots, metadata={"Software": None})
    return target.getvalue()


def page(figure: Figure, title: str) -> bytes:
    """The figure as one page of PDF whose text can be selected; ``title`` is its metadata."""
    target = io.BytesIO()
    about = {"Title": title, "Creator": "Meja Verval", "Producer": None, "CreationDate": None}
    figure.savefig(target, format="pdf", metadata=about)
    return target.getvalue()


@cache
def _prepare() -> None:
    """Import Matplotlib with its fonts and ours alone, and without a trace in the home folder."""
    with tempfile.TemporaryDirectory(prefix="verval-") as folder:
        set_for_import = {"MPLCONFIGDIR": folder, "MPL_IGNORE_SYSTEM_FONTS": "1"}
        before = {name: os.environ.get(name) for name in set_for_import}
        os.environ.update(set_for_import)
        # On a busy machine it would say in English that reading the fonts takes a moment.
        remarks = logging.getLogger("matplotlib.font_manager")
        level = remarks.level
        remarks.setLevel(logging.ERROR)
        try:
            from matplotlib import font_manager
        finally:
            remarks.setLevel(level)
            # Left standing, the second would leave out our typeface too.
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value
    found = files("fontpkg_plus_jakarta_sans") / "files/PlusJakartaSans[wght].ttf"
    font_manager.fontManager.addfont(str(found))
