"""How a pack of evidence lies on a disk: its files, their sums, the ZIP of it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pyarrow as pa

from workbench.errors import DAMAGED_ZIP, Cancelled, UnusableInput
from workbench.services import asides
from workbench.store import ledger, store_fault

SUMS: Final = "MANIFES.sha256"
LIST, SNAPSHOT, JUDGED = "daftar.json", "potret.json", "penilaian.json"
FINDINGS, LEDGER, README = "temuan.csv", "jejak.jsonl", "BACA-SAYA.txt"
FIELD, FORMS, SUMMARY = "lapangan", "formulir", "ringkasan.pdf"

COLUMNS = ("rule", "severity", "subject_kind", "subject", "kelurahan_kode_kemendagri")
PLACE = "kelurahan_kode_kemendagri"
#: The kind of the event that says a pack was made; it holds the SHA-256 of ``SUMS``.
KIND: Final = "paket_bukti"

#: How a pack lies in the office's folder while it is made or looked at; hidden, so never backed up.
_ASIDE: Final = ".bukti-"
#: What an uploaded pack may be at most; ours of a whole city stay far below.
_MOST_FILES, _MOST_BYTES = 500, 1 << 30
#: Bytes that every disk takes for the name of a file.
_LONGEST_NAME = 255
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 20

NO_PACK = "Folder ini bukan paket bukti, atau isinya rusak. Pilih folder hasil verval audit pack."
_NO_ZIP = "Berkas ini bukan paket bukti, atau isinya rusak. Pilih berkas zip hasil Kemas bukti."
_STOPPED = "Dihentikan. Tidak ada yang disimpan."

#: Told how much is done (0 to 1), in words.
Tells = Callable[[float, str], None]
#: Asked now and then whether to stop.
Asks = Callable[[], bool]


class Steps:
    """Tells how far a piece of work is, and stops it between two steps."""

    def __init__(self, tell: Tells | None, asks: Asks | None) -> None:
        self._tell, self._asks = tell, asks

    def __call__(self, share: float, words: str) -> None:
        if self._asks is not None and self._asks():
            raise Cancelled(_STOPPED)
        if self._tell is not None:
            self._tell(share, words)


def rows_of(table: pa.Table) -> Iterator[tuple[str, ...]]:
    """Findings as a pack writes them, a row of ``COLUMNS`` each."""
    return zip(*(table[name].to_pylist() for name in COLUMNS), strict=True)


def print_of(table: pa.Table) -> str:
    """SHA-256 over what was found about whom and on which ground, in any order of rows."""
    columns = [table[name].to_pylist() for name in (*COLUMNS, "evidence")]
    digest = hashlib.sha256()
    for line in sorted(ledger.canonical(row) for row in zip(*columns, strict=True)):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def outside(table: pa.Table, local: Iterable[str]) -> pa.Table:
    """The findings outside kelurahan that other rules judged later."""
    import pyarrow.compute as pc

    return table.filter(pc.invert(pc.is_in(table[PLACE], pa.array(sorted(local), pa.string()))))


def sums_of(folder: Path) -> str:
    """What ``SUMS`` says of a folder, as sha256sum reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in digests(folder))


def digests(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and SHA-256 of every file below a folder but ``SUMS``, in order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / SUMS:
            yield path.relative_to(folder).as_posix(), digest_of(path)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def aside(place: Path) -> Iterator[Path]:
    """A hidden folder to work in; raises ``StoreFault`` where the disk refuses."""
    try:
        with asides.aside(place, _ASIDE) as folder:
            yield folder
    except OSError as error:
        raise store_fault(error) from error


def zipped(folder: Path, name: str) -> bytes:
    """A folder as a ZIP of one folder ``name``; times are fixed, so the same files are the same."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(f"{name}/{path.relative_to(folder).as_posix()}", _EPOCH)
                entry.external_attr = 0o600 << 16
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def unzip(content: bytes, folder: Path) -> None:
    """The one folder of a ZIP, unpacked; raises ``UnusableInput`` for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            tops = [PurePosixPath(one.filename).parent for one in entries]
            homes = {
                top
                for one, top in zip(entries, tops, strict=True)
                if PurePosixPath(one.filename).name == SUMS
            }
            if len(homes) != 1 or len(entries) > _MOST_FILES:
                raise UnusableInput(_NO_ZIP)
            (top,) = homes
            left = _MOST_BYTES
            for one in entries:
                left -= _unpack(archive, one, top, folder, left)
    except (*DAMAGED_ZIP, FileExistsError, NotADirectoryError) as error:
        # The latter two: two files of one name, or a file where another has its folder.
        raise UnusableInput(_NO_ZIP) from error


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, top: PurePosixPath, folder: Path, most: int
) -> int:
    """Unpack one file of a pack; returns its bytes."""
    name = PurePosixPath(entry.filename)
    if not name.is_relative_to(top) or {"..", ""} & set(name.parts) or "\\" in entry.filename:
        raise UnusableInput(_NO_ZIP)
    if len(entry.filename.encode()) > _LONGEST_NAME:
        raise UnusableInput(_NO_ZIP)
    target = folder / name.relative_to(top)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    size = 0
    with archive.open(entry) as source, target.open("xb") as file:
        while piece := source.read(_PIECE):
            size += len(piece)
            if size > most:
                raise UnusableInput(_NO_ZIP)
            file.write(piece)
    return size


def write_text(path: Path, text: str) -> None:
    """Write a file that is the same to the byte on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """The same as JSON whose keys stand in order."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    write_text(path, text + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read it back; raises ``UnusableInput`` for what no pack holds."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        # Half a letter, which JSON can name, is no text for a database.
        json.dumps(content, ensure_ascii=False).encode()
    except (OSError, ValueError, RecursionError) as error:
        raise UnusableInput(NO_PACK) from error
    if not isinstance(content, dict):
        raise UnusableInput(NO_PACK)
    return content
