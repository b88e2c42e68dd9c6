"""The persons of one list in another: by NIK, by exact joins on names, then by likeness.

Three steps, each on what the ones before left over. (1) An equal NIK links when name and date
agree as far as spelling goes; where they do not, the pair is a *conflict*. (2) A cascade of exact
joins on normalised names, dates and places links who is alone with that key in both lists.
(3) Splink weighs the rest. After every step the families whose members were linked lead to the
members still missing. Who could be confused with somebody else is never linked by the machine:
such pairs, and those in the grey band, go to people.

The same lists and settings give the same links.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

from workbench.errors import Cancelled, StoreFault, WrongUse
from workbench.linkage import cascade, likeness
from workbench.linkage.prepare import open_lists, row

if TYPE_CHECKING:
    import pyarrow as pa

#: Told a share from 0 to 1 and what is being done.
Progress = Callable[[float, str], None]
#: Asked again and again: whether the person wants to stop.
Asks = Callable[[], bool]

#: What became of a pair: linked, for people to look at, or one NIK on two different people.
SAME, DESK, CONFLICT = "sama", "meja", "bentrok"
#: By what: a person's decision, the NIK, an exact join, or likeness.
DECIDED, NIK, EXACT, LIKE = "putusan", "nik", "nama", "kemiripan"

NO_SPLINK: Final = (
    "Pemadanan kemiripan tidak terpasang di komputer ini, jadi hanya NIK dan nama yang persis "
    "setelah dirapikan yang dipadankan. Pasang paket splink untuk menemukan yang lain."
)
STOPPED: Final = "Pemadanan dihentikan. Tidak ada yang disimpan."
#: Seconds between two looks whether somebody wants to stop.
_LOOK_S: Final = 0.2


@dataclass(frozen=True)
class Thresholds:
    """Where the machine decides and where people do; probabilities from 0 to 1.

    ``link``: from here on a pair is linked. ``show``: from here on, up to ``link``, it is shown
    at the desk. ``margin``: how many times likelier than the second candidate a linked pair must
    be; otherwise both are shown.
    """

    link: float = 0.95
    show: float = 0.30
    margin: float = 8.0

    def __post_init__(self) -> None:
        if not 0 < self.show <= self.link < 1 or self.margin < 1:
            raise WrongUse(
                "Batas pemadanan harus berurutan: 0 < batas tampil <= batas padan < 1, "
                "dan selisih dengan calon kedua sekurang-kurangnya 1 kali."
            )

    WORDS = {
        "link": "Mulai peluang ini mesin menyatakan orang yang sama",
        "show": "Mulai peluang ini pasangan ditunjukkan kepada Anda",
        "margin": "Berapa kali lebih mungkin daripada calon kedua",
    }


@dataclass(frozen=True)
class Links:
    """``pairs``: left_id, right_id, band, step, probability, relatives.

    ``relatives`` counts the other members of both families who are linked to each other.
    ``scored``: pairs that were weighed one by one. ``notes``: sentences for the screen.
    Rows of a list = linked + at the desk or in conflict + alone; see ``counts``.
    """

    pairs: pa.Table
    left_rows: int
    right_rows: int
    scored: int
    notes: tuple[str, ...]

    def counts(self, side: str) -> dict[str, int]:
        """Of one side (``left``, ``right``): ``rows`` = ``sama`` + ``meja`` + ``sendiri``."""
        import pyarrow.compute as pc

        ids = self.pairs[f"{side}_id"]
        is_linked = pc.equal(self.pairs["band"], SAME)
        linked = pc.count_distinct(ids.filter(is_linked)).as_py()
        rows = self.left_rows if side == "left" else self.right_rows
        seen = pc.count_distinct(ids).as_py()
        return {"rows": rows, SAME: linked, DESK: seen - linked, "sendiri": rows - seen}


def link(
    left: pa.Table,
    right: pa.Table,
    thresholds: Thresholds | None = None,
    decided: Mapping[tuple[str, str], str] | None = None,
    progress: Progress | None = None,
    cancelled: Asks | None = None,
) -> Links:
    """Find the persons of ``left`` in ``right`` (tables of ``people``).

    ``decided`` holds what people said of a pair of ids before: "sama" or "beda"; it is followed.
    Raises ``Cancelled`` when ``cancelled`` says so, also in the middle of a step, and
    ``StoreFault`` when memory or disk run out.
    """
    import duckdb

    limits, asks = thresholds or Thresholds(), cancelled or (lambda: False)
    tell = telling(progress, asks)
    tell(0, "Merapikan nama di kedua daftar ...")
    connection = open_lists(left, right, lambda: telling(None, asks)(0, ""))
    try:
        with _stoppable(connection, asks):
            return _link(connection, limits, decided or {}, tell)
    except Exception as error:
        if asks():
            # Whatever was broken off complains in its own way.
            raise Cancelled(STOPPED) from error
        if isinstance(error, (duckdb.IOException, duckdb.OutOfMemoryException)):
            raise StoreFault(
                "Pemadanan terhenti karena memori atau disk komputer ini penuh. "
                "Tutup ruang yang lain, lalu ulangi."
            ) from error
        raise
    finally:
        connection.close()


def telling(progress: Progress | None, cancelled: Asks | None) -> Progress:
    """Passes on how far things are, and stops where the person asked to."""

    def tell(share: float, words: str) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled(STOPPED)
        if progress is not None:
            progress(share, words)

    return tell


@contextmanager
def _stoppable(connection: Any, asks: Asks) -> Iterator[None]:
    """Breaks off the query under way once the person wants to stop; some take a minute."""
    is_over = Event()

    def watch() -> None:
        while not is_over.wait(_LOOK_S):
            if asks():
                connection.interrupt()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


def _link(
    connection: Any, limits: Thresholds, decided: Mapping[tuple[str, str], str], tell: Progress
) -> Links:
    cascade.follow_decisions(connection, decided)
    tell(0.25, "Memadankan NIK ...")
    cascade.link_by_nik(connection)
    tell(0.3, "Memadankan nama, tanggal lahir, dan alamat yang persis ...")
    cascade.link_by_exact_joins(connection)
    notes: tuple[str, ...] = ()
    scored = 0
    if likeness.is_available():
        scored = likeness.link_the_rest(
            connection,
            limits.link,
            limits.show,
            limits.margin,
            lambda share, words: tell(0.4 + 0.6 * share, words),
        )
    else:
        notes = (NO_SPLINK,)
    tell(1, "Mengumpulkan hasil ...")
    return _collect(connection, scored, notes)


def _collect(connection: Any, scored: int, notes: tuple[str, ...]) -> Links:
    pairs = connection.sql(
        "SELECT l.person_id AS left_id, r.person_id AS right_id, band, step, probability, "
        "pair.relatives::BIGINT AS relatives FROM pair JOIN l ON l.id = pair.l "
        "JOIN r ON r.id = pair.r ORDER BY l.id, probability DESC, r.id"
    ).to_arrow_table()
    left_rows, right_rows = row(
        connection, "SELECT (SELECT count(*) FROM l), (SELECT count(*) FROM r)"
    )
    return Links(pairs, left_rows, right_rows, scored, notes)
