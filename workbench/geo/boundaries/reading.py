"""Files with boundaries as offices have them, opened so that nothing else is opened with them.

GDAL reads many formats by looking at what is inside, and some of those are orders to fetch a page
or to read another file. So each file is first recognised here, by its name and its first bytes,
and what is in a ZIP is taken out under names of our own. Cells are read as text first; lines are
read only of the rows that are wanted, so that a file of the whole country costs no more than the
city in it.
"""

from __future__ import annotations

import math
import mmap
import re
import shutil
import sqlite3
import tempfile
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from workbench.errors import UnusableInput

#: Beyond these a file is refused: the desa of the whole country stay below.
MOST_BYTES = 300_000_000
MOST_UNPACKED_BYTES = 1_000_000_000
MOST_ROWS = 200_000
MOST_MEMBERS = 1000
#: A member that unpacks into more than so many times its size holds nothing but size.
MOST_RATIO = 200
LEAST_JUDGED_BYTES = 50_000_000

_KINDS = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GeoPackage",
    ".shp": "Shapefile",
    ".kml": "KML",
}
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
FORMATS = "GeoJSON, GeoPackage (.gpkg), Shapefile (.zip) atau KML/KMZ"
_LINK = re.compile(
    rb"""["'](?:link|url)["'](?!\s*:)|\\u00(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])""", re.IGNORECASE
)
_MOST_TEXT = 200
_CHUNK = 1 << 20

Shapes = npt.NDArray[Any]


@dataclass(frozen=True)
class Layer:
    """One layer of a file: its cells as text by column, its lines on demand.

    ``parts`` are (GDAL's name of the layer, feature ids); the folders of a KML are one layer.
    ``crs`` is None where the file does not say it.
    """

    file: str
    kind: str
    source: str
    parts: tuple[tuple[str, npt.NDArray[np.int64]], ...]
    crs: pyproj.CRS | None
    columns: Mapping[str, tuple[str, ...]]

    @cached_property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(len(fids) for _, fids in self.parts)

    @property
    def headings(self) -> str:
        """Names of the first columns, for a sentence."""
        return ", ".join(name[:30] for name in list(self.columns)[:8]) or "tidak ada"

    def column(self, name: str) -> str | None:
        """The column of that name, whatever its capitals; None when there is none."""
        wanted = name.strip().casefold()
        return next((one for one in self.columns if one.strip().casefold() == wanted), None)

    def shapes(self, rows: Sequence[int]) -> Shapes:
        """The geometry of some rows, in the order asked for; None where a row has none."""
        wanted = np.asarray(rows, dtype=np.int64)
        found = np.full(len(wanted), None, dtype=object)
        start = 0
        for name, fids in self.parts:
            here = np.flatnonzero((wanted >= start) & (wanted < start + len(fids)))
            if len(here):
                asked = fids[wanted[here] - start]
                found[here] = _read_shapes(self, name, asked)
            start += len(fids)
        return found


@contextmanager
def opened(path: Path) -> Iterator[list[Layer]]:
    """The layers of a file that may hold areas; they can be read inside the block only.

    Raises ``UnusableInput`` with a sentence for what is no map, is too large, or is a trap.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(path)) or str(path).startswith("/vsi"):
        raise UnusableInput(
            "Alamat internet tidak dibaca. Unduh dulu petanya, lalu sebut berkas di komputer ini."
        )
    path = Path(path).expanduser().absolute()
    name = path.name
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UnusableInput(
            f"Berkas batas {name} tidak ditemukan. Periksa nama dan letaknya."
        ) from error
    if not path.is_file():
        raise UnusableInput(f"{name} adalah folder, bukan berkas. Sebut berkas petanya.")
    if size == 0:
        raise UnusableInput(f"Berkas batas {name} kosong. Unduh atau simpan ulang petanya.")
    if size > MOST_BYTES:
        raise UnusableInput(
            f"Berkas batas {name} berukuran {size // 1_000_000} MB, paling besar "
            f"{MOST_BYTES // 1_000_000} MB. Simpan hanya wilayah Anda dari program GIS."
        )
    with tempfile.TemporaryDirectory(prefix="batas-") as folder, warnings.catch_warnings():
        # GDAL's remarks are English; what matters of them is said by the report.
        warnings.simplefilter("ignore", RuntimeWarning)
        is_packed = path.suffix.lower() in (".zip", ".kmz")
        sources = _unpack(path, Path(folder)) if is_packed else [path]
        layers = [layer for source in sources for layer in _layers(source, name) if layer.rows]
        if not layers:
            raise UnusableInput(
                f"Berkas batas {name} tidak memuat satu wilayah pun. "
                "Periksa isinya di program GIS, lalu simpan ulang."
            )
        yield layers


def is_schematic(path: Path) -> bool:
    """Whether a GeoJSON file says of itself that it is a schematic map of ours."""
    with path.open("rb") as lines:
        return re.search(rb'"jenis"\s*:\s*"skematik"', lines.read(4096)) is not None


def _unpack(path: Path, folder: Path) -> list[Path]:
    """Take the maps of a ZIP out into ``folder`` under names of our own."""
    name = path.name
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir() and one.file_size]
            _check_archive(name, entries)
            groups: dict[str, dict[str, zipfile.ZipInfo]] = {}
            for entry in entries:
                stem, dot, suffix = entry.filename.replace("\\", "/").rpartition(".")
                suffix = f".{suffix.lower()}"
                parts = stem.split("/")
                hidden = "__MACOSX" in parts or parts[-1].startswith(".")
                if dot and not hidden and (suffix in _KINDS or suffix in _SHAPEFILE_PARTS):
                    groups.setdefault(stem.casefold(), {})[suffix] = entry
            sources = []
            for number, members in enumerate(groups.values()):
                for suffix, entry in members.items():
                    target = folder / f"{number}{suffix}"
                    with archive.open(entry) as packed, target.open("wb") as out:
                        shutil.copyfileobj(packed, out, _CHUNK)
                    if suffix in _KINDS:
                        sources.append(target)
    except UnusableInput:
        raise
    except Exception as error:  # zipfile, zlib and lzma each raise errors of their own
        raise UnusableInput(
            f"Arsip {name} rusak atau bukan ZIP. Unduh atau kemas ulang, lalu ulangi."
        ) from error
    if not sources:
        raise UnusableInput(f"Arsip {name} tidak memuat peta. Isi dengan {FORMATS}.")
    return sources


def _check_archive(name: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnusableInput(
            f"Arsip {name} dikunci dengan kata sandi. Kemas ulang tanpa kata sandi, lalu ulangi."
        )
    if len(entries) > MOST_MEMBERS:
        raise UnusableInput(f"Arsip {name} memuat lebih dari {MOST_MEMBERS} berkas. Sisakan peta.")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES or any(
        entry.file_size > max(LEAST_JUDGED_BYTES, MOST_RATIO * entry.compress_size)
        for entry in entries
    ):
        raise UnusableInput(
            f"Isi arsip {name} terlalu besar setelah dibuka. Simpan hanya wilayah Anda dari "
            "program GIS, lalu ulangi."
        )


def _layers(source: Path, name: str) -> list[Layer]:
    """The layers of one file on disk; ``name`` is what the office calls it."""
    kind = _KINDS.get(source.suffix.lower())
    if kind is None:
        raise UnusableInput(f"Berkas {name} bukan peta yang dikenal. Pilih {FORMATS}.")
    address = _checked_address(source, kind, name)
    encoding = _encoding(source) if kind == "Shapefile" else None
    from pyogrio import list_layers
    from pyogrio.errors import DataSourceError

    try:
        listed = list_layers(address)
        # Layers without a kind of geometry are tables beside the map.
        names = [str(layer) for layer, geometry in listed if geometry is not None]
        read = [_read_cells(address, layer, encoding, name) for layer in names]
    except UnusableInput:
        raise
    except (DataSourceError, ValueError, RuntimeError, OSError, NameError) as error:
        # The last where a .prj names its system in letters that are no UTF-8.
        raise UnusableInput(_unreadable(name, kind)) from error
    if kind == "KML":
        return [_merge(name, kind, address, names, read)] if read else []
    return [
        Layer(name, kind, address, ((layer, fids),), crs, cells)
        for layer, (fids, crs, cells) in zip(names, read, strict=True)
    ]


def _unreadable(name: str, kind: str) -> str:
    return (
        f"Berkas batas {name} tidak dapat dibaca sebagai {kind}: isinya rusak atau bukan peta. "
        "Simpan ulang petanya dari program GIS."
    )


def _checked_address(source: Path, kind: str, name: str) -> str:
    """What GDAL is told to open, once the file is what its name says."""
    with source.open("rb") as stream:
        head = stream.read(4096)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    match kind:
        case "GeoJSON":
            if not text.startswith(b"{") or b"\0" in head:
                raise UnusableInput(_unreadable(name, kind))
            if _names_a_page(source):
                raise UnusableInput(
                    f"Berkas batas {name} menunjuk sistem koordinat di internet, dan itu tidak "
                    "diambil. Simpan ulang sebagai EPSG:4326 (WGS 84) dari program GIS."
                )
            # The prefix lets no other driver look at the file.
            return f"GeoJSON:{source}"
        case "KML":
            if not text.startswith(b"<") or b"<kml" not in text or _holds_entities(source):
                raise UnusableInput(_unreadable(name, kind))
        case "GeoPackage":
            if not head.startswith(b"SQLite format 3\0") or _holds_virtual_tables(source):
                raise UnusableInput(_unreadable(name, kind))
        case "Shapefile":
            if not head.startswith(b"\x00\x00\x27\x0a"):
                raise UnusableInput(_unreadable(name, kind))
            lacking = [one for one in (".shx", ".dbf") if _beside(source, one) is None]
            if lacking:
                raise UnusableInput(
                    f"Shapefile {name} tidak lengkap: berkas {' dan '.join(lacking)} tidak ada. "
                    "Kemas .shp, .shx, .dbf dan .prj bersama dalam satu ZIP."
                )
    return str(source)


def _names_a_page(source: Path) -> bool:
    """Whether a GeoJSON may have GDAL fetch its system: a ``crs`` of the type link or url.

    GDAL takes quotes of both kinds, comments and letters written as numbers; no map needs those.
    """
    with (
        source.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text,
    ):
        return _LINK.search(text) is not None


def _holds_entities(source: Path) -> bool:
    """Whether an XML declares something that could unfold, or is written so that one cannot see."""
    tail = b""
    with source.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            text = tail + chunk
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"OGRVRT" in text or b"\0" in text:
                return True
            tail = chunk[-16:]
    return False


def _holds_virtual_tables(source: Path) -> bool:
    """Whether tables of a GeoPackage are orders to read something else."""
    try:
        with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            made = base.execute("SELECT lower(sql) FROM sqlite_master WHERE sql IS NOT NULL")
            return any(
                re.search(r"create\s+virtual\s+table", sql) and not re.search(r"using\s+rtree", sql)
                for (sql,) in made
            )
    except sqlite3.Error:
        return True


def _beside(source: Path, suffix: str) -> Path | None:
    for written in (suffix, suffix.upper()):
        if source.with_suffix(written).is_file():
            return source.with_suffix(written)
    return None


def _encoding(source: Path) -> str | None:
    """The encoding of a Shapefile's cells where it does not say it: UTF-8, else CP1252."""
    table = _beside(source, ".dbf")
    if table is None or _beside(source, ".cpg") is not None:
        return None
    with table.open("rb") as stream:
        head = stream.read(32)
        # Byte 29 is the language of the table; 0 where its writer left it out.
        if len(head) < 32 or head[29]:
            return None
        tail = b""
        while chunk := stream.read(_CHUNK):
            text = tail + chunk
            # A letter may lie across the border of two pieces.
            cut = len(text) - 3 if len(chunk) == _CHUNK else len(text)
            while 0 < cut < len(text) and text[cut] & 0xC0 == 0x80:
                cut -= 1
            try:
                text[:cut].decode("utf-8")
            except UnicodeDecodeError:
                return "CP1252"
            tail = text[cut:]
    return "UTF-8"


Cells = tuple[npt.NDArray[np.int64], pyproj.CRS | None, dict[str, tuple[str, ...]]]


def _read_cells(address: str, layer: str, encoding: str | None, name: str) -> Cells:
    from pyogrio import read_info
    from pyogrio.raw import read

    info = read_info(address, layer=layer, encoding=encoding)
    if info["features"] > MOST_ROWS:
        raise UnusableInput(
            f"Berkas batas {name} memuat lebih dari {MOST_ROWS} baris. "
            "Simpan hanya wilayah Anda dari program GIS, lalu ulangi."
        )
    about, fids, _, data = read(
        address,
        layer=layer,
        encoding=encoding,
        read_geometry=False,
        return_fids=True,
        max_features=MOST_ROWS,
        datetime_as_string=True,
    )
    columns = {
        str(field): tuple(map(_text, cells))
        for field, cells in zip(about["fields"], data, strict=True)
    }
    return np.asarray(fids, dtype=np.int64), _crs(about["crs"]), columns


def _merge(name: str, kind: str, address: str, names: list[str], read: list[Cells]) -> Layer:
    """The folders of a KML as one layer."""
    fields = dict.fromkeys(field for _, _, cells in read for field in cells)
    columns = {
        field: tuple(
            text for fids, _, cells in read for text in cells.get(field, ("",) * len(fids))
        )
        for field in fields
    }
    parts = tuple((layer, fids) for layer, (fids, _, _) in zip(names, read, strict=True))
    return Layer(name, kind, address, parts, pyproj.CRS.from_epsg(4326), columns)


def _crs(written: str | None) -> pyproj.CRS | None:
    if not written:
        return None
    try:
        found = pyproj.CRS.from_user_input(written)
    except pyproj.exceptions.CRSError:
        return None
    # A local grid of an engineer's drawing says nothing of where on earth it lies.
    return found if found.is_geographic or found.is_projected or found.is_bound else None


def _text(cell: object) -> str:
    """A cell as one short line of plain text; whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, float | np.floating):
        number = float(cell)
        return "" if math.isnan(number) else f"{number:.15g}"
    if isinstance(cell, bytes | bytearray | memoryview | list | dict | np.ndarray):
        return ""
    line = str(cell)[: 4 * _MOST_TEXT]
    line = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in line)
    return " ".join(line.split())[:_MOST_TEXT]


def _read_shapes(layer: Layer, name: str, fids: npt.NDArray[np.int64]) -> Shapes:
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
    from pyogrio.raw import read

    found = np.full(len(fids), None, dtype=object)
    unique, places = np.unique(fids, return_inverse=True)
    try:
        _, read_fids, packed, _ = read(
            layer.source, layer=name, columns=[], fids=unique, return_fids=True
        )
        drawn = dict(
            zip(
                read_fids.tolist(),
                shapely.from_wkb(packed, on_invalid="fix"),
                strict=True,
            )
        )
    except (
        DataSourceError,
        DataLayerError,
        FeatureError,
        ValueError,
        RuntimeError,
        shapely.errors.ShapelyError,
    ) as error:
        raise UnusableInput(
            f"Berkas batas {layer.file} memuat bentuk wilayah yang rusak. "
            "Periksa dan simpan ulang petanya dari program GIS."
        ) from error
    found[:] = [drawn.get(int(unique[place])) for place in places]
    return found
