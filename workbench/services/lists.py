"""What Dinsos staff (and, on invented lists, trainers) look at in a list.

Bringing one in is ``imports``, how it lies on the shelf is ``shelves``; both are called from here
too. Everything read is cut to the actor's areas first.
"""

from __future__ import annotations

import io
import zipfile

import pyarrow as pa

from workbench.access import Actor, Permission, require, require_area
from workbench.domain.wilayah import PLACES, kelurahan, kelurahan_by_code, told_apart
from workbench.errors import NotFound
from workbench.services.imports import Progress, bring_in, propose, shelve_register
from workbench.services.office import Office
from workbench.services.shelves import (
    ListSummary,
    OpenList,
    open_list,
    remove,
    returned_file,
    shelf,
)
from workbench.verification.checklist_workbook import write_checklist
from workbench.verification.checklists import checklist


def checklist_file(
    office: Office,
    actor: Actor,
    list_id: str,
    kelurahan_kode: str,
    everyone: bool = False,
    notes: bool = False,
) -> tuple[str, bytes]:
    """The checklist workbook of one kelurahan: its file name and content.

    ``everyone`` lists families without findings too, with what to see in the house; ``notes``
    prints the findings that need no visit.
    """
    require(actor, Permission.PRINT_CHECKLIST)
    require_area(actor, kelurahan_kode)
    opened = open_list(office, actor, list_id)
    for sheet in checklist(opened.register, opened.findings, kelurahan_kode, everyone, notes):
        content = io.BytesIO()
        write_checklist(sheet, content)
        return sheet.file_name, content.getvalue()
    place = kelurahan_by_code().get(kelurahan_kode)
    raise NotFound(
        f"Tidak ada yang perlu dikunjungi di {told_apart(place) if place else f'{PLACES} itu'}. "
        "Catatan dan keluarga lain dicetak bila Anda menyertakannya."
    )


def checklist_files(
    office: Office, actor: Actor, list_id: str, everyone: bool = False, notes: bool = False
) -> tuple[str, bytes]:
    """All checklists of the actor's areas in one zip file: its name and content."""
    require(actor, Permission.PRINT_CHECKLIST)
    opened = open_list(office, actor, list_id)
    sheets = checklist(opened.register, opened.findings, everyone=everyone, notes=notes)
    if not sheets:
        raise NotFound("Tidak ada yang perlu dikunjungi pada daftar ini.")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bundle:
        for sheet in sheets:
            book = io.BytesIO()
            write_checklist(sheet, book)
            bundle.writestr(sheet.file_name, book.getvalue())
    return f"daftar-periksa-{list_id}.zip", content.getvalue()


def counts_by_kelurahan(opened: OpenList) -> list[tuple[str, int, int]]:
    """Every kelurahan the actor may see: code, families listed, findings; in code order."""
    families = _counts(opened.register["family"]["kelurahan_kode_kemendagri"])
    found = _counts(opened.findings.table["kelurahan_kode_kemendagri"])
    codes = sorted({place.kode_kemendagri for place in kelurahan()} & (set(families) | set(found)))
    if "" in found or "" in families:
        codes.append("")
    return [(code, families.get(code, 0), found.get(code, 0)) for code in codes]


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    return {entry["values"]: entry["counts"] for entry in column.value_counts().to_pylist()}


__all__ = [
    "ListSummary",
    "OpenList",
    "Progress",
    "bring_in",
    "checklist_file",
    "checklist_files",
    "counts_by_kelurahan",
    "open_list",
    "propose",
    "remove",
    "returned_file",
    "shelf",
    "shelve_register",
]
