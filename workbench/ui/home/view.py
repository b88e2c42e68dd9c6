"""The room Beranda on a page: links only, so no widget and nothing to wait for."""

from __future__ import annotations

from html import escape
from pathlib import Path

from IPython.display import HTML

from workbench.access import Actor
from workbench.ui.home.model import Home, Tile, home

_STYLE = (Path(__file__).parent / "home.css").read_text("utf-8")


def show(actor: Actor) -> HTML:
    """The first page for this actor."""
    from workbench.services.office import Office

    return HTML(draw(home(Office.from_environment(), actor)))


def draw(page: Home) -> str:
    """The page as HTML; whatever came from people is escaped."""
    tiles = "".join(_tile(tile, is_first=not place) for place, tile in enumerate(page.tiles))
    links = "".join(f'<a href="{escape(href)}">{escape(word)}</a>' for word, href in page.links)
    body = f'<ul class="vvh-tiles">{tiles}</ul>' if tiles else ""
    body += "".join(f"<p>{escape(note)}</p>" for note in page.notes)
    foot = f'<p class="vvh-links">{links}</p>' if links else ""
    return (
        f'<style>{_STYLE}</style><div class="vvh"><p>{escape(page.greeting)}</p>{body}{foot}</div>'
    )


def _tile(tile: Tile, is_first: bool) -> str:
    kind = ' class="vvh-first"' if is_first else ""
    return (
        f'<li class="vvh-tile"><h2>{escape(tile.title)}</h2><p>{escape(tile.state)}</p>'
        f'<a{kind} href="{escape(tile.href)}">{escape(tile.action)}</a></li>'
    )
