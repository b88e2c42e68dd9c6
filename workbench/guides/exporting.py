"""The guides as a folder of files: read from a stick or a disk, without a server."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from workbench.guides import drawing
from workbench.guides.drawing import FRAME, Places
from workbench.guides.reading import PICTURES, READERS, Page, pages
from workbench.resources import resource

_STYLE = "workbench/serve/share/jupyter/voila/templates/verval/static/frame.css"
_FONT = re.compile(r'url\("plus-jakarta-sans\.ttf[^"]*"\)')


def export(folder: Path, shelf: Mapping[str, Page] | None = None) -> list[Path]:
    """Write all pages as HTML into ``folder``: open ``index.html``. Gives the files written.

    What lies there under other names is left alone. Nothing in them asks a network for anything.
    """
    known = pages() if shelf is None else shelf
    written = []

    def put(name: str, text: str) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)

    put("index.html", _page("Panduan", drawing.contents(_places(""), known), ""))
    for reader, words in READERS.items():
        inside = drawing.contents(_places("../"), known, reader)
        put(f"untuk/{reader}.html", _page(f"Panduan untuk {words.lower()}", inside, "../"))
    for page in known.values():
        inside = drawing.article(page, _places("../"), known)
        put(f"{page.key}.html", _page(page.title, inside, "../"))
    put("panduan.css", _style())
    put("panduan.js", (FRAME / "panduan.js").read_text(encoding="utf-8"))
    put("cari.js", drawing.search_script(known))
    for picture in sorted(PICTURES.glob("*.png")):
        (folder / "gambar").mkdir(exist_ok=True)
        written.append(Path(shutil.copyfile(picture, folder / "gambar" / picture.name)))
    return written


def _places(up: str) -> Places:
    return Places(up, ".html", f"{up}index.html", f"{up}gambar/")


def _page(title: str, inside: Markup, up: str) -> str:
    return drawing.standing(title, inside, up)


def _style() -> str:
    """The look of our pages in one file; a browser loads no typeface beside a file it opened."""
    import fontpkg_plus_jakarta_sans as typeface

    font = Path(typeface.ROOT) / "files" / "PlusJakartaSans[wght].ttf"
    packed = base64.b64encode(font.read_bytes()).decode("ascii")
    frame = resource(_STYLE).read_text(encoding="utf-8")
    style = _FONT.sub(f'url("data:font/ttf;base64,{packed}")', frame)
    return style + (FRAME / "panduan.css").read_text(encoding="utf-8")
