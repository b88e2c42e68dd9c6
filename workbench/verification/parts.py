"""Files as the sheets that can be used: which they are, what they hold, which are left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.domain.wilayah import CITY, PLACE_KINDS, PLACES
from workbench.errors import UnusableInput
from workbench.verification import columns, layout
from workbench.verification.cells import tidy
from workbench.verification.opening import text_of
from workbench.verification.places import find_heading_place
from workbench.verification.side_lists import choose_side_list, names_event
from workbench.verification.sieve import Sieve
from workbench.verification.sources import NotAList, RawSheet, Source


@dataclass
class Part:
    """One usable sheet on its way."""

    source: Source
    sheet: RawSheet
    grid: layout.Grid
    assigned: list[layout.Assigned]
    base: int
    titles: list[str]
    kinds: npt.NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))
    kind: str = ""
    sieve: Sieve | None = None
    source_list: str = "lain"

    def field_keys(self) -> set[str]:
        """Fields this sheet has."""
        return {item.key for item in self.assigned if item.key} - {"number", "ignored"}

    def headings(self) -> list[str]:
        """What is written over the list: its titles and the name of its sheet."""
        return [*self.titles, self.sheet.name]

    def stem(self) -> str:
        """The name of its file as words."""
        return re.sub(r"[_\W]+", " ", Path(self.source.name).stem).strip()

    def place(self) -> str:
        """The kelurahan the headings name, or the file where they name none; "" for none."""
        return find_heading_place(self.headings()) or find_heading_place([self.stem()])


def rater(by_hand: Sequence[Mapping[str, str]]) -> Callable[[Sequence[str]], float]:
    """What says how much a row is like a header, headers mapped by hand included."""
    wanted = [columns.squash(item["header"]) for item in by_hand]
    return lambda cells: columns.rate_header(cells, wanted)


def refuse_twice(source: Source, others: Sequence[Source]) -> None:
    """Raise ``UnusableInput`` for a file whose content came in before."""
    for other in others:
        if other.sha256 == source.sha256:
            raise UnusableInput(
                f"Berkas {source.name} dan {other.name} isinya sama persis; pilih salah satu saja."
            )


def no_header(name: str) -> str:
    """That no row of a file names its columns."""
    return (
        f"Berkas {name} tidak memuat baris judul kolom pada {layout.ROWS_SEARCHED} baris "
        f"pertamanya; tambahkan baris judul seperti NIK, Nama, {PLACE_KINDS} di atas datanya."
    )


def has_field(keys: set[str], wanted: str) -> bool:
    """Whether one of the three fields a list is known by is among ``keys``."""
    if wanted == "name":
        return bool(keys & {"name", "head_name"})
    if wanted == "kelurahan":
        return bool(keys & {"kelurahan", "kelurahan_kode_kemendagri", "kelurahan_kode_bps"})
    return wanted in keys


def open_parts(
    source: Source, by_hand: Sequence[Mapping[str, str]], base: int, beat: Callable[[], None]
) -> tuple[list[Part], list[tuple[str, str]], int]:
    """The usable sheets of a file, the sheets left out with why, and the next free position."""
    wanted = [
        item["header"] for item in by_hand if item["file"] in ("", source.name) and item["column"]
    ]
    found: list[Part] = []
    left_out = list(source.left_out)
    headless = nameless = 0
    for sheet in source.sheets:
        start, base = base, base + sheet.height
        header = layout.find_header(sheet.first(layout.TOP_ROWS), wanted)
        if header is None:
            headless += 1
            left_out.append((sheet.name, "tidak ada baris judul kolom"))
            continue
        titles = titles_of(sheet, header)
        grid = layout.open_grid(sheet, header, beat)
        assigned = layout.assign_columns(grid, source.name, by_hand)
        part = Part(source, sheet, grid, assigned, start, titles)
        part.kinds = layout.sort_rows(grid, assigned, beat)
        part.kind = choose_kind(part)
        keys = {item.key for item in assigned}
        if not part.kind and not any(has_field(keys, key) for key in ("nik", "name", "kelurahan")):
            nameless += 1
            left_out.append((sheet.name, f"tidak ada kolom NIK, nama, atau {PLACES}"))
            continue
        sheet.let_go()
        if not (part.kinds == layout.DATA).any():
            left_out.append((sheet.name, "tidak ada baris data di bawah judul kolom"))
            continue
        found.append(part)
    people = [
        part
        for part in found
        if part.kind or part.field_keys() & {"nik", "no_kk", "name", "head_name"}
    ]
    if people and len(people) < len(found):
        # A recapitulation beside the list: figures per kelurahan, nobody in it.
        for part in found:
            if part not in people:
                left_out.append((part.sheet.name, "rekapitulasi tanpa NIK, nomor KK, atau nama"))
        found = people
    if not found:
        raise NotAList(_why_unusable(source, headless, nameless))
    return found, left_out, base


def titles_of(sheet: RawSheet, header: layout.Header) -> list[str]:
    """What stands in the cells above the header."""
    return [
        text for row in sheet.first(header.row) for cell in row if (text := tidy(text_of(cell)))
    ]


def choose_kind(part: Part) -> str:
    """The kind of a list beside the register, or "" for one of persons, families or payees."""
    keys = part.field_keys()
    is_row = part.kinds == layout.DATA
    dated = 0.0
    for item in part.assigned:
        if item.key == "event.date" and is_row.any() and names_event(item.header):
            dated = float(part.grid.columns[item.place].filled()[is_row].mean())
    return choose_side_list(keys, [*part.headings(), part.stem()], part.place(), dated)


def _why_unusable(source: Source, headless: int, nameless: int) -> str:
    name = source.name
    if nameless:
        return (
            f"Berkas {name} punya judul kolom, tetapi tidak ada kolom NIK, nama, atau {PLACES}; "
            "perbaiki judul kolomnya atau petakan kolomnya dengan tangan."
        )
    if headless == len(source.sheets):
        return no_header(name)
    return (
        f"Berkas {name} hanya berisi judul kolom tanpa baris data; isi daftarnya atau pilih "
        "berkas lain."
    )


def refuse_whole_file(name: str, parts: Sequence[Part], practice: bool) -> None:
    """Raise ``UnusableInput`` where all of a file is of the other side, or of another city."""
    sieves = [part.sieve for part in parts if part.sieve]
    judged = sum(sieve.judged for sieve in sieves)
    if judged and judged == sum(sieve.wrong for sieve in sieves):
        if practice:
            raise UnusableInput(
                f"Berkas {name} seluruhnya bernomor tanpa awalan 99, jadi bukan data latihan; "
                "buka di ruang data nyata, jangan di ruang latihan."
            )
        raise UnusableInput(
            f"Berkas {name} seluruhnya bernomor awalan 99, tanda data latihan; buka di ruang "
            "latihan, jangan di ruang data nyata."
        )
    rows = sum(int(sieve.data.sum()) for sieve in sieves)
    elsewhere = sum(sieve.elsewhere for sieve in sieves)
    if elsewhere and not sum(sieve.here for sieve in sieves) and elsewhere * 2 >= rows:
        raise UnusableInput(
            f"Berkas {name} seluruhnya menyebut wilayah di luar {CITY.name}; pilih daftar "
            f"{CITY.name}."
        )
