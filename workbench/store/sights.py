"""What whoever reads through a store may see: their areas, less what a blind check closes to them.

The one place that filters. Every reading function about families or kelurahan asks a ``Sight``,
with the kelurahan its row holds, or the row it belongs to:

- a move has none and takes that of the outcomes it rests on, or of a newcomer's proposal: without
  either nobody moves;
- the papers of a proposal may come before any visit, so whoever asks says where the list has the
  family (``fieldwork.proposal_of``);
- a draft needs none: nobody but who wrote it reads it;
- a sample is shown to whoever covers all it was drawn of, its families each by its own kelurahan;
- lives of findings (``finding_lives``) stand outside: one life may be shared by families of two
  kelurahan, holds codes only, and is asked for by a keyed hash from the reader's own list.

A row whose kelurahan is "" belongs to the whole office, as ``Actor.covers`` has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from workbench.access import OUTSIDE
from workbench.errors import Forbidden
from workbench.store.blinds import Withheld, withheld
from workbench.store.workspace import Store


@dataclass(frozen=True)
class Sight:
    """What is shown to whoever reads through ``store``; places are dotted kelurahan codes."""

    store: Store
    closed: Withheld

    def covers(self, kelurahan_kode: str) -> bool:
        """Whether a place lies in the reader's areas."""
        return self.store.covers(kelurahan_kode)

    def shows(
        self, kelurahan_kode: str, list_id: str, family_id: str, family_key: str = ""
    ) -> bool:
        """Whether what is kept of a family of a list, recorded in that place, is shown."""
        is_closed = self.closed.hides(list_id, family_id, family_key)
        return self.covers(kelurahan_kode) and not is_closed

    def require_area(self, kelurahan_kode: str) -> None:
        """Raise ``Forbidden`` for a place outside the reader's areas."""
        if not self.covers(kelurahan_kode):
            raise Forbidden(OUTSIDE)

    def require(
        self, kelurahan_kode: str, list_id: str, family_id: str, family_key: str = ""
    ) -> None:
        """Raise ``Forbidden`` where ``shows`` says no."""
        self.require_area(kelurahan_kode)
        self.closed.require(list_id, family_id, family_key)


def sight(connection: Connection, store: Store) -> Sight:
    """What is shown to whoever reads through the store, as it stands on this connection."""
    return Sight(store, withheld(connection, store.viewer))
