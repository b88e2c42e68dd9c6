"""All papers of a bimtek in one archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from workbench.access import Actor, Permission, require
from workbench.errors import NotFound, WrongUse
from workbench.services.office import Office
from workbench.services.papers.cases import SOURCES, answer_sheets, key_sheet, worksheets
from workbench.services.papers.pack import pack_papers, zipped
from workbench.services.papers.planned import attendance, join_cards, timetable
from workbench.services.papers.reports import report, report_workbook

Paper = tuple[str, bytes]

#: What stands in the archive beside the papers when some cannot be made yet.
MISSING: Final = "belum-ada.txt"


def all_papers(office: Office, actor: Actor, bimtek_id: str, address: str) -> Paper:
    """Every paper that can be made now, as ZIP; why another one cannot stands in ``MISSING``.

    Certificates are left out: printing them gives numbers away.
    """
    require(actor, Permission.RUN_CLASS)
    asked = (office, actor, bimtek_id)
    made, missing = [], []
    for title, make in _makers(asked, address):
        try:
            made.append(make())
        except (WrongUse, NotFound) as error:
            missing.append(f"{title}: {error}")
    made += pack_papers(*asked, address)
    missing.append("Sertifikat: unduh sendiri, karena nomornya diberikan saat dicetak.")
    made.append((MISSING, "\r\n".join([*missing, ""]).encode("utf-8-sig")))
    return f"cetak-{bimtek_id}.zip", zipped(made)


def _makers(
    asked: tuple[Office, Actor, str], address: str
) -> Iterable[tuple[str, Callable[[], Paper]]]:
    yield "Jadwal", lambda: timetable(*asked)
    yield "Daftar hadir", lambda: attendance(*asked)
    yield "Kartu masuk", lambda: join_cards(*asked, address)
    for form in SOURCES:
        yield f"Lembar kasus {form}", lambda form=form: worksheets(*asked, form)
        yield f"Lembar jawaban {form}", lambda form=form: answer_sheets(*asked, form)
        yield f"Kunci pelatih {form}", lambda form=form: key_sheet(*asked, form)
    yield "Laporan", lambda: report(*asked)
    yield "Laporan (lembar kerja)", lambda: report_workbook(*asked)
