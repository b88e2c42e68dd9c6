"""The map room without widgets: which lists, what is chosen on the map, what can be taken along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench.access import Actor, Permission, may
from workbench.domain.wilayah import say_locally
from workbench.domain.words import date_id
from workbench.errors import WrongUse
from workbench.services import lists, maps
from workbench.services.office import Office

if TYPE_CHECKING:
    from workbench.geo.atlas import Atlas
    from workbench.geo.exports.selections import Selection

#: Files to take along beside those of ``services.map_exports``.
PAGE = "html"
#: The choice of all older lists at once, as far as a map holds them.
ALL_OLDER = "semua"
#: What a page says in words about a choice on the map.
_NAMED = ("indicator", "period", "measure", "scheme")
#: No number of a map is as large; infinity and what is no number are not smaller either.
_NO_LIMIT = 1e15


class MapRoom:
    """What one person looks at. ``atlas`` is None until ``open`` has run."""

    def __init__(self, office: Office, actor: Actor) -> None:
        self.office, self.actor = office, actor
        self.shelf = lists.shelf(office, actor)
        self.list_id = self.shelf[0].id if self.shelf else ""
        self.older = ""
        self.atlas: Atlas | None = None
        self.selection: Selection | None = None
        self.code = ""
        #: On what terms open data goes out, and whether the office's own boundaries go along.
        self.licence, self.with_boundaries = "CC-BY-4.0", False

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why there is no map."""
        return () if self.shelf else ("Belum ada daftar untuk dipetakan.",)

    def list_choices(self) -> list[tuple[str, str]]:
        """Words and id of each list, newest first."""
        return [
            (f"{one.name} ({date_id(date.fromisoformat(one.as_of[:10]))})", one.id)
            for one in self.shelf
        ]

    def older_choices(self) -> list[tuple[str, str]]:
        """What may stand beside the list as earlier periods."""
        others = [choice for choice in self.list_choices() if choice[1] != self.list_id]
        choices = [("tanpa periode lain", ""), *others]
        if len(others) > 1:
            most = min(len(others), maps.MOST_PERIODS - 1)
            choices.insert(1, (f"{most} daftar lain yang terbaru", ALL_OLDER))
        return choices

    @property
    def list_ids(self) -> tuple[str, ...]:
        """The lists of the map as they were chosen."""
        if self.older == ALL_OLDER:
            others = [one.id for one in self.shelf if one.id != self.list_id]
            return (self.list_id, *others[: maps.MOST_PERIODS - 1])
        return tuple(filter(None, (self.list_id, self.older)))

    def choose(self, list_id: str, older: str = "") -> None:
        """Take another list, and another beside it."""
        self.list_id = list_id
        self.older = older if older != list_id else ""

    @property
    def is_ready(self) -> bool:
        """Whether the map can be drawn at once."""
        return maps.is_published(self.office, self.actor, self.list_ids)

    def open(self) -> str:
        """Build the atlas of the chosen lists; gives the page that shows it."""
        from workbench.geo.exports.selections import Selection
        from workbench.geo.page.contents import Choice

        self.atlas = maps.atlas(self.office, self.actor, self.list_ids)
        newest = self.atlas.periods[0].list_id
        now = self.selection or Selection("families", newest)
        held = {period.list_id for period in self.atlas.periods}
        self.selection = Selection(
            now.indicator,
            now.period if now.period in held else newest,
            now.measure,
            now.scheme,
            now.k,
            now.own,
        )
        self.code = ""
        return maps.room_page(self.actor, self.atlas, Choice(**vars(self.selection)))

    def hear(self, said: Mapping[str, Any]) -> bool:
        """Take over what was chosen on the map; False, and no change, for what makes no sense."""
        from workbench.geo.classes import MOST, SCHEMES
        from workbench.geo.exports.selections import Selection
        from workbench.geo.indicators import catalogue
        from workbench.geo.page.contents import KINDS

        own, k, code = said.get("own"), said.get("k"), said.get("code", "")
        words = (code, *(said.get(name) for name in _NAMED))
        if (
            self.atlas is None
            or not all(isinstance(word, str) for word in words)
            or said.get("indicator") not in {one.name for one in catalogue()}
            or said.get("period") not in {period.list_id for period in self.atlas.periods}
            or said.get("measure") not in KINDS
            or said.get("scheme") not in SCHEMES
            or not isinstance(k, int)
            or not 2 <= k <= MOST
            or not isinstance(own, list)
            or len(own) >= MOST
            or not all(isinstance(one, (int, float)) and abs(one) < _NO_LIMIT for one in own)
            or (code and code not in self.atlas.areas.by_code)
        ):
            return False
        self.selection = Selection(
            said["indicator"], said["period"], said["measure"], said["scheme"], k, tuple(own)
        )
        self.code = code
        return True

    def late(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """The measure a page asks for, with what names it."""
        if self.atlas is None:
            raise WrongUse("Peta belum dibuka.")
        name, period, kind = (str(said.get(key, "")) for key in ("indicator", "period", "need"))
        packed = maps.late_measure(self.actor, self.atlas, name, period, kind)
        return {**packed, "indicator": name, "period": period, "measure": kind}

    def chart_choices(self) -> list[tuple[str, str]]:
        """Words and kind of the charts that make sense now."""
        from workbench.services.map_exports import CHARTS

        several = self.atlas is not None and len(self.atlas.periods) > 1
        return [(words, kind) for kind, words in CHARTS.items() if several or kind != "tren"]

    def chart(self, kind: str) -> tuple[str, str]:
        """A chart of what is on the map: SVG and the same in words."""
        from workbench.services import map_exports

        atlas, selection = self._drawn()
        return map_exports.chart(self.actor, atlas, selection, kind, self._places())

    def _places(self) -> Sequence[str]:
        atlas, _ = self._drawn()
        return (self.code,) if self.code else (atlas.areas.city_code,)

    def file_choices(self) -> list[tuple[str, str]]:
        """Words and kind of what can be taken along."""
        from workbench.services.map_exports import KINDS

        whole = ("Peta lengkap dalam satu berkas (HTML)", PAGE)
        return [whole, *((words, kind) for kind, words in KINDS.items())]

    def file(self, kind: str) -> tuple[str, bytes]:
        """A file to take along: its name and content."""
        from workbench.geo.page.contents import Choice
        from workbench.services import map_exports

        atlas, selection = self._drawn()
        if kind == PAGE:
            first = Choice(**vars(selection))
            return maps.map_page(self.office, self.actor, self.list_ids, first)
        return map_exports.export(
            self.office,
            self.actor,
            atlas,
            selection,
            kind,
            with_boundaries=self.with_boundaries,
            licence=self.licence,
        )

    def checklist(self, said: Mapping[str, Any]) -> tuple[str, bytes]:
        """The checklist of a kelurahan on the map: its name and content."""
        atlas, _ = self._drawn()
        code, period = str(said.get("checklist")), str(said.get("period"))
        if code not in atlas.areas.by_code or period not in {p.list_id for p in atlas.periods}:
            raise WrongUse(say_locally("Kelurahan atau periode itu tidak ada pada peta ini."))
        return lists.checklist_file(self.office, self.actor, period, code)

    def purposes(self) -> list[tuple[str, str]]:
        """What houses may be looked at for: name and words; none for who may not."""
        from workbench.services.house_points import PURPOSES

        return list(PURPOSES.items()) if may(self.actor, Permission.READ_LIST) else []

    def houses(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """The houses of the kelurahan that is chosen, for the page alone."""
        from workbench.services.house_points import house_points

        atlas, selection = self._drawn()
        code, period = str(said.get("houses")), str(said.get("period"))
        if code != self.code or period != selection.period or code not in atlas.areas.by_code:
            raise WrongUse("Pilih dulu kelurahannya pada peta.")
        found = house_points(
            self.office, self.actor, selection.period, self.code, str(said.get("purpose", ""))
        )
        words = found.words
        if atlas.boundary_facts.get("schematic"):
            words += " Petanya skematik: titik dapat jatuh di luar garis kelurahannya."
        rows = [
            {"lat": one.lat, "lon": one.lon, "rt": one.rt, "rw": one.rw, "remark": one.remark}
            for one in found.rows
        ]
        return {"houses": code, "period": period, "rows": rows, "words": words}

    def _drawn(self) -> tuple[Atlas, Selection]:
        if self.atlas is None or self.selection is None:
            raise WrongUse("Buka petanya lebih dahulu.")
        return self.atlas, self.selection
