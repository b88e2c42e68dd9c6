"""The guides: Markdown pages of four kinds and a page of help for each room, as HTML.

A folder is a kind, a file is a page; its front matter says for whom it is and which rooms it
helps. The server shows them at ``/panduan/``, ``export`` writes them as files that need no server.
What the pages say is nothing to this package: it reads, draws and connects them.
"""

from __future__ import annotations

from workbench.guides.drawing import SERVED, Places, article, contents, search_script
from workbench.guides.exporting import export
from workbench.guides.reading import KINDS, READERS, Kind, Page, pages, read_page, read_pages

__all__ = [
    "KINDS",
    "READERS",
    "SERVED",
    "Kind",
    "Page",
    "Places",
    "article",
    "contents",
    "export",
    "pages",
    "read_page",
    "read_pages",
    "search_script",
]
