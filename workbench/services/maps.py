"""What people do with maps of a list."""

from __future__ import annotations

from workbench.access import Actor, Permission, require
from workbench.geo.choropleth import choropleth
from workbench.geo.indicators import indicators
from workbench.services.lists import open_list
from workbench.services.office import Office


def indicator_choices() -> list[tuple[str, str]]:
    """What can be mapped: words for the screen and the indicator's name."""
    return [(indicator.title, indicator.name) for indicator in indicators()]


def map_page(office: Office, actor: Actor, list_id: str, indicator: str) -> str:
    """A whole HTML page with the map of one indicator, over the actor's areas only."""
    require(actor, Permission.READ_MAP)
    opened = open_list(office, actor, list_id)
    drawn = choropleth(opened.register, indicator, findings=opened.findings.table)
    return str(drawn.get_root().render())
