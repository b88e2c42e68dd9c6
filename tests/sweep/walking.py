"""From place to place, each person in a browser of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.browser import LastingBrowser
from tests.sweep.eyes import Eyes, Picture, Seen
from tests.sweep.places import Place
from tests.sweep.stage import Stage


@dataclass
class Walk:
    """Goes through an office that is served at ``url``."""

    browser: LastingBrowser
    url: str
    stage: Stage
    picture: Picture = lambda _page, _name, _size: None
    people: dict[str, Eyes] = field(default_factory=dict)

    def visit(self, place: Place) -> Iterator[Seen]:
        """A place and what it opens, each page at both sizes."""
        place.before(self.stage)
        eyes = self._person(place.who)
        eyes.go(place.path)
        for act in place.acts:
            act(eyes)
            eyes.rest()
        if place.level is None:
            yield from eyes.measure(place.name)
        else:
            yield from eyes.look(place.name, place.level)

    def leave(self) -> None:
        """Everybody closes their browser."""
        for eyes in self.people.values():
            eyes.visit.context.close()
        self.people.clear()

    def _person(self, who: str) -> Eyes:
        if who not in self.people:
            context = self.browser.new_context(locale="id-ID", reduced_motion="reduce")
            token = self.stage.tokens[who] if who else ""
            self.people[who] = Eyes.of(context, self.url, token, self.picture)
        return self.people[who]
