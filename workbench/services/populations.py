"""How many people and families live in each kelurahan, from a file of the office.

The kelurahan are those of the map in place. The file lies in the workspace as
``peta/penduduk.csv``, the one before it beside it. A file with a mistake changes nothing: all its
mistakes are told at once, each with its place and its mend.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import CITY, PLACES, find_kelurahan, kelurahan_by_code, plain_name
from workbench.domain.words import number_id
from workbench.errors import Forbidden, StoreFault, UnusableInput, WrongUse
from workbench.geo.areas import Area, AreaSet
from workbench.geo.population import Population, PopulationEntry
from workbench.services import boundaries
from workbench.services.office import Office
from workbench.store import ledger, store_fault

if TYPE_CHECKING:
    from workbench.verification.sources import RawSheet

FOLDER: Final = "peta"
FILE, FORMER = "penduduk.csv", "penduduk.sebelumnya.csv"
_COLUMNS = ("kode", "tahun", "penduduk", "keluarga", "sumber")
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "kode": ("kode", "kodekelurahan", "kodewilayah", "kodekemendagri", "kodedesa", "kodekel"),
    "kelurahan": (
        "kelurahan",
        "namakelurahan",
        "kelurahandesa",
        "desakelurahan",
        "desa",
        "namadesa",
    ),
    "kecamatan": ("kecamatan", "namakecamatan", "kec"),
    "tahun": ("tahun", "thn"),
    "penduduk": ("penduduk", "jumlahpenduduk", "jmlpenduduk", "jiwa", "jumlahjiwa"),
    "keluarga": (
        "kk",
        "jumlahkk",
        "jmlkk",
        "keluarga",
        "jumlahkeluarga",
        "kepalakeluarga",
        "jumlahkepalakeluarga",
    ),
    "sumber": ("sumber", "sumberdata"),
}
#: No kelurahan of the country has as many.
_MOST_PEOPLE = 500_000
_HEADER_ROWS = 20
_MOST_TOLD = 20
_TOTAL = re.compile(r"\s*(JUMLAH|TOTAL|KOTA|KABUPATEN|KECAMATAN)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Report:
    """What a file holds: kelurahan joined, those without an entry, rows of other places.

    ``people`` is the sum over the newest year of each kelurahan, ``former_people`` the same of
    the file before (None where there was none).
    """

    joined: int
    years: tuple[int, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    people: int
    former_people: int | None

    def sentences(self) -> tuple[str, ...]:
        """The report as a person reads it."""
        whole = self.joined + len(self.missing)
        said = [f"{self.joined} dari {whole} {PLACES} punya angka penduduk."]
        if self.years:
            said.append(f"Tahun: {', '.join(map(str, self.years))}.")
        if self.missing:
            said.append(f"Belum ada angkanya: {_some(self.missing)}.")
        if self.unknown:
            said.append(f"Tidak dikenal dan dilewati: {_some(self.unknown)}.")
        said.append(f"Jumlah penduduk: {number_id(self.people)} jiwa.")
        if self.former_people is not None:
            step = self.people - self.former_people
            sign = "bertambah" if step > 0 else "berkurang"
            moved = f"{sign} {number_id(abs(step))}" if step else "sama"
            said.append(f"Berkas sebelumnya: {number_id(self.former_people)} jiwa ({moved}).")
        return tuple(said)


def install(office: Office, actor: Actor, path: Path, year: int = 0, source: str = "") -> Report:
    """Put the figures of a CSV or XLSX in the place of those that are there.

    ``year`` and ``source`` stand in for columns the file does not have. Only somebody who looks
    after the whole office may. Raises ``UnusableInput``, with every mistake of the file.
    """
    _require_setter(actor)
    areas = boundaries.areas(office, actor)
    entries, unknown = _read(path, year, source, areas)
    content = _written(entries)
    folder = _folder(office, actor)
    former = _readable(folder / FILE)
    with office.store_for(actor).writing() as connection:
        _record(connection, actor, "berkas", content)
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if former is not None:
                _put(folder / FORMER, (folder / FILE).read_bytes())
            else:
                (folder / FORMER).unlink(missing_ok=True)
            _put(folder / FILE, content)
        except OSError as error:
            raise store_fault(error) from error
    return _report(Population(entries), unknown, former, areas)


def undo(office: Office, actor: Actor) -> Report:
    """Go back to the figures before; done twice, the newer ones are there again.

    Raises ``WrongUse`` where nothing was ever installed.
    """
    _require_setter(actor)
    folder = _folder(office, actor)
    now, before = folder / FILE, folder / FORMER
    if not was_installed(office, actor):
        raise WrongUse("Belum pernah ada berkas penduduk, jadi tidak ada yang dikembalikan.")
    areas, left = boundaries.areas(office, actor), _readable(now)
    with office.store_for(actor).writing() as connection:
        content = before.read_bytes() if before.exists() else b""
        _record(connection, actor, "kembali", content)
        aside = folder / f".{FILE}.{os.getpid()}"
        try:
            with suppress(FileNotFoundError):
                os.replace(now, aside)
            with suppress(FileNotFoundError):
                os.replace(before, now)
            with suppress(FileNotFoundError):
                os.replace(aside, before)
        except OSError as error:
            raise store_fault(error) from error
    return _report(_readable(now) or Population(), (), left, areas)


def was_installed(office: Office, actor: Actor) -> bool:
    """Whether there ever were figures, so that ``undo`` has something to do."""
    _require_setter(actor)
    folder = _folder(office, actor)
    return any((folder / name).exists() for name in (FILE, FORMER))


def population(office: Office, actor: Actor) -> Population:
    """The figures that are installed; empty where there are none."""
    require(actor, Permission.READ_MAP)
    return _stored(_folder(office, actor) / FILE) or Population()


def _put(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(content)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _require_setter(actor: Actor) -> None:
    require(actor, Permission.SET_RULES)
    if not actor.covers(""):
        raise Forbidden(
            f"Berkas penduduk berlaku untuk seluruh {CITY.kind}. Mintalah admin memasangnya."
        )


def _folder(office: Office, actor: Actor) -> Path:
    return office.folder(actor.workspace) / FOLDER


def _record(connection: Any, actor: Actor, what: str, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest() if content else "kosong"
    ledger.record(connection, actor.id, "penduduk_peta", "peta:penduduk", what, digest)


def _report(
    new: Population, unknown: Sequence[str], former: Population | None, areas: AreaSet
) -> Report:
    missing = [
        f"{area.name} ({area.kecamatan})"
        for area in areas.areas
        if (entry := new.on(area.code)) is None or entry.people is None
    ]
    return Report(
        len(areas.areas) - len(missing),
        tuple(sorted({year for _, year in new.entries})),
        tuple(missing),
        tuple(unknown),
        _people(new, areas),
        None if former is None else _people(former, areas),
    )


def _people(known: Population, areas: AreaSet) -> int:
    entries = (known.on(code) for code in areas.by_code)
    return sum(entry.people or 0 for entry in entries if entry)


def _some(names: Sequence[str]) -> str:
    more = f" dan {len(names) - 10} lainnya" if len(names) > 10 else ""
    return ", ".join(names[:10]) + more


# --- the file we keep ----------------------------------------------------------------------------


def _written(entries: Mapping[tuple[str, int], PopulationEntry]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for (code, year), entry in sorted(entries.items()):
        numbers = ("" if number is None else number for number in (entry.people, entry.families))
        writer.writerow((code, year, *numbers, entry.source))
    return text.getvalue().encode()


def _stored(path: Path) -> Population | None:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        return Population(
            {
                (row["kode"], int(row["tahun"])): PopulationEntry(
                    int(row["penduduk"]) if row["penduduk"] else None,
                    int(row["keluarga"]) if row["keluarga"] else None,
                    row["sumber"],
                )
                for row in rows
            }
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreFault(
            "Berkas penduduk di folder peta rusak. Pasang lagi berkas penduduk Anda."
        ) from error


def _readable(path: Path) -> Population | None:
    """What is stored; a damaged file is as good as none where a new one takes its place."""
    try:
        return _stored(path)
    except StoreFault:
        return None


# --- files of offices ----------------------------------------------------------------------------


@dataclass
class _Reading:
    """What was read so far, and everything that is to be mended."""

    name: str
    year: int
    source: str
    areas: AreaSet
    entries: dict[tuple[str, int], PopulationEntry] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @cached_property
    def by_name(self) -> Mapping[str, list[Area]]:
        """The kelurahan by their plain names; two may have the same."""
        found: dict[str, list[Area]] = {}
        for area in self.areas.areas:
            found.setdefault(plain_name(area.name), []).append(area)
        return found

    @cached_property
    def kecamatan(self) -> frozenset[str]:
        """Plain names of the kecamatan."""
        return frozenset(map(plain_name, self.areas.kecamatan.values()))

    def find(self, name: str, district: str) -> Area | None:
        """The kelurahan of that name, or of a spelling known of it; None if it may be two."""
        known = find_kelurahan(name, district)
        if known is not None and known.kode_kemendagri in self.areas.by_code:
            return self.areas.by_code[known.kode_kemendagri]
        found = [
            area
            for area in self.by_name.get(plain_name(name), ())
            if not district or plain_name(area.kecamatan) == plain_name(district)
        ]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class _Line:
    """A row of a sheet (from 1), its cells by our names, and where each stands."""

    sheet: str
    row: int
    cells: Mapping[str, Any]
    places: Mapping[str, int]

    def text(self, column: str) -> str:
        """A cell as text; a code that became a number has no fraction."""
        value = self.cells.get(column, "")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return " ".join(str(value).split())

    def at(self, column: str = "") -> str:
        """Where it stands, in words."""
        place = f"lembar {self.sheet[:31]}, baris {self.row}" if self.sheet else f"baris {self.row}"
        if column not in self.places:
            return place
        letters, number = "", self.places[column] + 1
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{place}, kolom {letters} ({column})"


def _read(
    path: Path, year: int, source: str, areas: AreaSet
) -> tuple[Mapping[tuple[str, int], PopulationEntry], list[str]]:
    from workbench.verification.workbooks import open_source, unpack

    found = _Reading(path.name, year, source, areas)
    has_header = False
    for name, content in unpack(path):
        for sheet in open_source(name, content, _likeness).sheets:
            lines = _lines(sheet, found)
            if lines is None:
                continue
            has_header = True
            for line in lines:
                _take(line, found)
    if not has_header:
        raise UnusableInput(
            f"Berkas {path.name} tidak memuat baris judul yang dikenal. Beri kolom kode atau "
            f"{PLACES} dan kecamatan, lalu tahun, penduduk, kk, sumber."
        )
    if found.faults:
        told = found.faults[:_MOST_TOLD]
        if len(found.faults) > len(told):
            told.append(f"dan {len(found.faults) - len(told)} kesalahan lain.")
        raise UnusableInput(
            f"Berkas {path.name} belum dapat dipakai dan tidak ada yang disimpan:\n"
            + "\n".join(f"- {fault}" for fault in told)
        )
    if not found.entries:
        raise UnusableInput(
            f"Berkas {path.name} tidak memuat satu pun {PLACES} {areas.city_name}. Pilih berkas "
            f"penduduk {CITY.kind} ini, dengan kode Kemendagri atau nama {PLACES} dan kecamatan."
        )
    return found.entries, found.unknown


def _squash(header: object) -> str:
    return re.sub(r"[^a-z]", "", re.sub(r"\(.*?\)", "", str(header).lower()))


_NAMES = {header: column for column, headers in _HEADERS.items() for header in headers}


def _likeness(cells: Sequence[str]) -> float:
    """The share of cells that are headers of ours; chooses the separator of a text file."""
    return sum(_squash(cell) in _NAMES for cell in cells) / max(1, len(cells))


def _lines(sheet: RawSheet, found: _Reading) -> Iterator[_Line] | None:
    """The rows below the header of a sheet; None where it has no header."""
    for top, cells in enumerate(sheet.first(_HEADER_ROWS)):
        named = [(_NAMES.get(_squash(cell), ""), place) for place, cell in enumerate(cells)]
        columns = {column for column, _ in named if column}
        if not ({"kode", "kelurahan"} & columns and {"penduduk", "keluarga"} & columns):
            continue
        places: dict[str, int] = {}
        for column, place in named:
            if column in places:
                here = _Line(sheet.name, top + 1, {}, {column: place}).at(column)
                found.faults.append(
                    f"{here}: kolom {column} ada dua kali. Sisakan satu dan ubah judul yang lain."
                )
            elif column:
                places[column] = place
        return _below(sheet, top, places)
    return None


def _below(sheet: RawSheet, top: int, places: dict[str, int]) -> Iterator[_Line]:
    numbers = range(top + 1, sheet.height)
    for number, cells in zip(numbers, sheet.take(numbers), strict=True):
        row = {name: cells[place] for name, place in places.items() if place < len(cells)}
        line = _Line(sheet.name, number + 1, row, places)
        if any(line.text(column) for column in places):
            yield line


def _take(line: _Line, found: _Reading) -> None:
    code = _place(line, found)
    if not code:
        return
    number = partial(_number, line, found)
    people, families = number("penduduk"), number("keluarga")
    year = _year(line, found)
    if people is not None and families is not None and families > people:
        found.faults.append(
            f"{line.at('keluarga')}: keluarga lebih banyak daripada penduduk. Periksa apakah "
            "kolomnya tertukar."
        )
    if not year:
        return
    # A text that begins like a formula would be one for whoever opens the kept file.
    source = (line.text("sumber") or found.source).lstrip("=+-@ ")[:120]
    entry = PopulationEntry(people, families, source)
    if found.entries.setdefault((code, year), entry) != entry:
        found.faults.append(
            f"{line.at()}: {PLACES} ini sudah ada untuk tahun {year} dengan angka lain. "
            "Sisakan satu baris."
        )


def _place(line: _Line, found: _Reading) -> str:
    """The kelurahan a row is about; "" for totals, other places and what cannot be told."""
    digits = re.sub(r"[.\s]", "", line.text("kode"))
    name, district = line.text("kelurahan"), line.text("kecamatan")
    named = found.find(name, district) if name else None
    # Kota Baru is a kelurahan; "Kota Serang" below the last one is a sum.
    is_total = named is None and not digits and _TOTAL.match(name)
    if not (digits or name) or is_total or len(digits) in (2, 4, 6):
        return ""
    example = next(iter(found.areas.by_code))
    if digits:
        code = f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"
        if not re.fullmatch(r"[0-9]{10}", digits):
            found.faults.append(
                f"{line.at('kode')}: kode {PLACES} harus 10 angka, misalnya {example}."
            )
            return ""
        if code in found.areas.by_code:
            if named is not None and named.code != code:
                found.faults.append(
                    f"{line.at('kode')}: kode dan nama {PLACES} tidak cocok. Perbaiki salah "
                    "satunya."
                )
                return ""
            return code
        ours = map(kelurahan_by_code().get, found.areas.by_code)
        if any(place and place.kode_bps == digits for place in ours):
            found.faults.append(
                f"{line.at('kode')}: ini kode BPS. Ganti dengan kode Kemendagri, misalnya "
                f"{example}, atau hapus kolom kode dan pakai nama."
            )
            return ""
        found.unknown.append(f"baris {line.row}")
        return ""
    if named is not None:
        return named.code
    same = found.by_name.get(plain_name(name), ())
    if len(same) > 1 and not district:
        places = " dan ".join(place.kecamatan for place in same)
        found.faults.append(
            f"{line.at('kelurahan')}: {same[0].name} ada di Kecamatan {places}. Tambahkan kolom "
            "kecamatan."
        )
    elif not district or plain_name(district) in found.kecamatan:
        found.faults.append(
            f"{line.at('kelurahan')}: nama {PLACES} tidak dikenal. Perbaiki ejaannya atau tulis "
            "kode Kemendagri."
        )
    else:
        found.unknown.append(f"baris {line.row}")
    return ""


def _number(line: _Line, found: _Reading, column: str) -> int | None:
    """A count; None for an empty cell and for one that is complained of."""
    value, text = line.cells.get(column, ""), line.text(column)
    if text in ("", "-"):
        return None
    if (
        isinstance(value, (bool, date))
        or not re.fullmatch(r"[0-9]+|[0-9]{1,3}([. ][0-9]{3})+", text)
        or (isinstance(value, float) and not value.is_integer())
    ):
        found.faults.append(
            f"{line.at(column)}: bukan bilangan bulat. Tulis seperti 12345 atau 12.345; bila "
            "titik ribuan terbaca sebagai koma, jadikan kolom ini teks."
        )
        return None
    number = int(re.sub(r"[. ]", "", text))
    if number > _MOST_PEOPLE:
        found.faults.append(
            f"{line.at(column)}: {number_id(number)} terlalu besar untuk satu {PLACES}. "
            "Periksa angkanya."
        )
        return None
    return number


def _year(line: _Line, found: _Reading) -> int:
    text = line.text("tahun") or (str(found.year) if found.year else "")
    if re.fullmatch(r"20[0-9]{2}", text):
        return int(text)
    found.faults.append(
        f"{line.at('tahun')}: tahun tidak ada atau bukan empat angka. Isi kolom tahun, misalnya "
        "2025."
    )
    return 0
