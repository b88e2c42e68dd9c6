"""The guides as pages of the server: no kernel, no sign-in, the same for everybody.

They hold no data. Whoever is signed in keeps their header; the help of a room opens beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from jupyter_server.auth.decorator import allow_unauthenticated
from markupsafe import Markup
from tornado import web

from workbench import guides
from workbench.serve.pages import PageHandler

T = TypeVar("T")


class _Guide(PageHandler):
    """A page of the guides: it needs no help of its own."""

    def frame(self, title: str, room: str = "", place: str = "") -> dict[str, Any]:
        return {**super().frame(title, room, place), "help": ""}

    async def drawn(self, draw: Callable[..., T], *names: str) -> T:
        """What ``draw`` makes, beside the server's loop: the longest takes 0.2 s."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.app.lookups, draw, *names)


class GuideContents(_Guide):
    """/panduan/ and /panduan/untuk/READER: all pages, or those for one kind of reader."""

    @allow_unauthenticated
    async def get(self, reader: str = "") -> None:
        if reader and reader not in guides.READERS:
            raise web.HTTPError(404)
        title = f"Panduan untuk {guides.READERS[reader].lower()}" if reader else "Panduan"
        self.show("panduan.html", title, inside=await self.drawn(_contents, reader))


class GuidePage(_Guide):
    """/panduan/KIND/NAME: one page."""

    @allow_unauthenticated
    async def get(self, key: str) -> None:
        page = guides.pages().get(key)
        if page is None:
            raise web.HTTPError(404)
        self.show("panduan.html", page.title, inside=await self.drawn(_article, key))


class GuideSearch(_Guide):
    """/panduan/cari.js: what the search looks through."""

    @allow_unauthenticated
    async def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.finish(await self.drawn(_search))


class GuideFront(PageHandler):
    """/panduan: the same without its last stroke."""

    @allow_unauthenticated
    def get(self) -> None:
        self.redirect(guides.SERVED.front)


@cache
def _contents(reader: str) -> Markup:
    return guides.contents(guides.SERVED, reader=reader)


@cache
def _article(key: str) -> Markup:
    return guides.article(guides.pages()[key], guides.SERVED)


@cache
def _search() -> str:
    return guides.search_script()


#: The addresses of the guides and who answers them.
ROUTES = [
    (r"/panduan", GuideFront),
    (r"/panduan/", GuideContents),
    (r"/panduan/cari\.js", GuideSearch),
    (r"/panduan/untuk/([a-z]{1,20})", GuideContents),
    (r"/panduan/([a-z]{1,20}/[a-z0-9-]{1,60})", GuidePage),
]
