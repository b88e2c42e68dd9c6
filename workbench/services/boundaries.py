"""The boundaries of an office: proposed, looked at, put in place, taken back.

Each map that was put in place lies in a folder of its own below ``peta`` and is written whole
before ``peta/batas.json`` names it, so a machine that stops at any moment leaves either the map
that was there or the new one. That file also names the map before, for taking back; with none left
the schematic map is drawn again.

The ledger is committed after the file is in place, so the file also keeps the step that made it: a
step the ledger does not know of, because the machine stopped between the two, is entered later.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbench.access import Actor, Permission, may, require
from workbench.domain.wilayah import CITY
from workbench.errors import Forbidden, StoreFault, WrongUse
from workbench.geo.areas import AreaSet, city_areas
from workbench.services.office import Office
from workbench.store import clock, ledger, store_fault

if TYPE_CHECKING:
    import geopandas as gpd
    from sqlalchemy import Connection

    from workbench.geo.boundaries import BoundaryReport, Codes, Read

FOLDER: Final = "peta"
_RECORD: Final = "batas.json"
_LINES: Final = "batas.gpkg"
_LIST: Final = "wilayah.csv"
_PREFIX: Final = "batas-"
_WHOLE_OFFICE: Final = ""
_SUBJECT: Final = "peta:batas"
_DAMAGED = "Peta batas kantor ini tidak terbaca. Pasang lagi petanya: verval maps install."


@dataclass(frozen=True)
class Proposal:
    """A file that was read and may be put in place; nothing of it is kept yet."""

    read: Read

    @property
    def report(self) -> BoundaryReport:
        """What is shown before anything is replaced."""
        return self.read.report


@dataclass(frozen=True)
class Installed:
    """A map in place: its report, when (UTC stamp) and by whom (account id) it was put there."""

    report: BoundaryReport
    at: str
    by: str


@dataclass(frozen=True)
class _Kept:
    folder: str
    at: str
    by: str
    report: Mapping[str, Any]


def propose(
    office: Office,
    actor: Actor,
    path: Path,
    *,
    name_field: str = "",
    kecamatan_field: str = "",
    code_field: str = "",
    codes: Codes | None = None,
    city_code: str = "",
) -> Proposal:
    """Read a boundary file and join it; nothing is replaced.

    ``city_code`` (``36.04``) of another city or regency takes the list of kelurahan from the file.
    Raises ``UnusableInput`` and ``WrongUse`` with what is wrong and the way out.
    """
    _require_setter(actor)
    from workbench.geo.boundaries import Fields, read_boundaries

    fields = Fields(name_field, kecamatan_field, code_field, codes)
    return Proposal(read_boundaries(path, fields, city_code))


def confirm(office: Office, actor: Actor, proposal: Proposal) -> None:
    """Put a proposed map in place of the one that is there, which can be taken back."""
    _require_setter(actor)
    home = _home(office, actor)
    name = f"{_PREFIX}{secrets.token_hex(6)}"
    report = proposal.report
    try:
        # The lines are written under the lock too: whoever sweeps holds it as well.
        with office.store_for(actor).writing() as connection:
            _write_map(home / name, proposal.read)
            former = _kept(home, damaged_is_none=True)[:1]
            kept = _Kept(name, clock.now(), actor.id, report.to_json())
            about = {
                "berkas": report.file,
                "sha256": report.sha256,
                "kota": report.city_code,
                "wilayah": report.joined,
            }
            _enter_forgotten(connection, home)
            _name(home, (kept, *former), _enter(connection, actor.id, "pasang", about))
            _sweep(home)
    except OSError as error:
        shutil.rmtree(home / name, ignore_errors=True)
        raise store_fault(error) from error


def undo(office: Office, actor: Actor) -> Installed | None:
    """Take the map in place away; returns the one that is drawn now, None for the schematic one.

    Raises ``WrongUse`` when the schematic map is drawn already.
    """
    _require_setter(actor)
    home = _home(office, actor)
    try:
        with office.store_for(actor).writing() as connection:
            kept = _kept(home)
            if not kept:
                raise WrongUse("Belum ada peta yang dipasang; yang dipakai peta skematik bawaan.")
            about = {"sha256": kept[0].report["sha256"]}
            _enter_forgotten(connection, home)
            _name(home, kept[1:], _enter(connection, actor.id, "kembalikan", about))
            _sweep(home)
    except OSError as error:
        raise store_fault(error) from error
    return installed(office, actor)


def installed(office: Office, actor: Actor) -> Installed | None:
    """The map in place and its report; None while the schematic one is drawn."""
    _require_reader(actor)
    from workbench.geo.boundaries import BoundaryReport

    home = _home(office, actor)
    _complete_ledger(office, actor, home)
    kept = _kept(home)
    if not kept:
        return None
    try:
        report = BoundaryReport.from_json(kept[0].report)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreFault(_DAMAGED) from error
    return Installed(report, kept[0].at, kept[0].by)


def areas(office: Office, actor: Actor) -> AreaSet:
    """The kelurahan of this office: those of its map where that is of another city."""
    _require_reader(actor)
    home = _home(office, actor)
    kept = _kept(home)
    return _areas(home, kept[0]) if kept else city_areas()


def frame(office: Office, actor: Actor) -> gpd.GeoDataFrame:
    """The office's boundaries in full (EPSG:4326), the schematic ones when there are none.

    Columns and ``attrs`` as of ``geo.boundaries.load_boundaries``; ``attrs["date"]`` is the ISO day
    on which the map was put in place.
    """
    require(actor, Permission.READ_MAP)
    from workbench.geo.boundaries import JoinReport, schematic_frame

    home = _home(office, actor)
    _complete_ledger(office, actor, home)
    kept = _kept(home)
    if not kept:
        return schematic_frame()
    listed = _areas(home, kept[0])
    drawn = _read_map(home / kept[0].folder, listed)
    here = set(drawn["kode_kemendagri"])
    missing = tuple(one for one in listed.areas if one.code not in here)
    drawn.attrs["schematic"] = False
    drawn.attrs["source"] = f"berkas {kept[0].report['file']}"
    drawn.attrs["date"] = clock.day_of(kept[0].at).isoformat()
    drawn.attrs["join"] = JoinReport(len(drawn), missing, ())
    return drawn


def _require_setter(actor: Actor) -> None:
    require(actor, Permission.SET_RULES)
    if not actor.covers(_WHOLE_OFFICE):
        raise Forbidden(
            f"Peta batas berlaku untuk seluruh {CITY.kind}. Mintalah admin menggantinya."
        )


def _require_reader(actor: Actor) -> None:
    """Whoever replaces the map sees what it is of, and nothing that is drawn on it."""
    if not may(actor, Permission.SET_RULES):
        require(actor, Permission.READ_MAP)


def _home(office: Office, actor: Actor) -> Path:
    return office.folder(actor.workspace) / FOLDER


def _kept(home: Path, damaged_is_none: bool = False) -> tuple[_Kept, ...]:
    """The map in place and the one before it, as far as there are.

    A damaged record raises ``StoreFault``, or counts as none where it is about to be replaced.
    """
    try:
        written = json.loads((home / _RECORD).read_text(encoding="utf-8"))
        return tuple(_Kept(**one) for one in written["maps"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        if damaged_is_none:
            return ()
        raise StoreFault(_DAMAGED) from error


def _enter(
    connection: Connection, by: str, what: str, about: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Enter a step in the ledger; gives it as it is kept beside the maps."""
    said = {**about, "langkah": secrets.token_hex(6)}
    ledger.record(connection, by, "batas", _SUBJECT, what, said)
    return {"by": by, "what": what, "said": said}


def _enter_forgotten(connection: Connection, home: Path) -> None:
    """Enter the step that made what stands, unless the ledger has it."""
    step = _last_step(home)
    if step and not _is_entered(connection, step):
        ledger.record(connection, step["by"], "batas", _SUBJECT, step["what"], step["said"])


def _complete_ledger(office: Office, actor: Actor, home: Path) -> None:
    step = _last_step(home)
    if not step:
        return
    store = office.store_for(actor)
    with store.reading() as connection:
        if _is_entered(connection, step):
            return
    # Under the lock it is looked at again: the step may just be on its way into the ledger.
    with store.writing() as connection:
        _enter_forgotten(connection, home)


def _is_entered(connection: Connection, step: Mapping[str, Any]) -> bool:
    last = ledger.newest(connection, step["by"], _SUBJECT).get(step["what"])
    return last is not None and last.value == step["said"]


def _last_step(home: Path) -> Mapping[str, Any] | None:
    try:
        step = json.loads((home / _RECORD).read_text(encoding="utf-8"))["step"]
        return {"by": str(step["by"]), "what": str(step["what"]), "said": dict(step["said"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _name(home: Path, kept: tuple[_Kept, ...], step: Mapping[str, Any]) -> None:
    """Say which maps there are, in one step: before it the old ones stand, after it the new."""
    aside = home / f".{_RECORD}.{secrets.token_hex(4)}"
    text = json.dumps({"maps": [vars(one) for one in kept], "step": step}, ensure_ascii=False)
    try:
        with aside.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(aside, home / _RECORD)
    finally:
        aside.unlink(missing_ok=True)
    _settle(home)


def _write_map(folder: Path, read: Read) -> None:
    folder.mkdir(mode=0o700, parents=True)
    from pyogrio import write_dataframe

    from workbench.geo.boundaries.lists import write_areas

    write_dataframe(read.frame, folder / _LINES, driver="GPKG", layer="batas")
    if read.report.of_file:
        write_areas(folder / _LIST, read.areas)
    for path in (*folder.iterdir(), folder):
        _settle(path)


def _settle(path: Path) -> None:
    """What was written of a file or a folder is on the disk; Windows opens no folder for it."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(home: Path) -> None:
    """Remove maps that nothing names any more: taken back, or left by a machine that stopped."""
    named = {one.folder for one in _kept(home)}
    for aside in home.glob(f".{_RECORD}.*"):
        aside.unlink(missing_ok=True)
    for folder in home.glob(f"{_PREFIX}*"):
        if folder.name not in named:
            shutil.rmtree(folder, ignore_errors=True)


def _areas(home: Path, kept: _Kept) -> AreaSet:
    if not kept.report["of_file"]:
        return city_areas()
    from workbench.errors import UnusableInput
    from workbench.geo.boundaries.lists import read_areas

    try:
        return replace(
            read_areas(home / kept.folder / _LIST), city_name=str(kept.report["city_name"])
        )
    except UnusableInput as error:
        raise StoreFault(_DAMAGED) from error


def _read_map(folder: Path, listed: AreaSet) -> gpd.GeoDataFrame:
    from pyogrio import read_dataframe
    from pyogrio.errors import DataLayerError, DataSourceError
    from shapely.errors import ShapelyError

    from workbench.geo.boundaries import boundary_frame

    broken = (DataSourceError, DataLayerError, ShapelyError, KeyError, ValueError, OSError)

    try:
        read = read_dataframe(folder / _LINES)
        shapes = dict(zip(read["kode_kemendagri"], read["geometry"], strict=True))
    except broken as error:
        raise StoreFault(_DAMAGED) from error
    return boundary_frame(listed, shapes)
