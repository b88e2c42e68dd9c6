"""A sheet of a workbook that goes out: how it is printed, and what every page says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def add_sheet(book: Any, name: str, widths: Sequence[int], mark: str) -> Any:
    """Add a sheet to an XlsxWriter workbook: A4 across, a page wide, ``mark`` on every page.

    ``widths`` are those of its columns, in characters; ``mark`` is LATIHAN or DATA NYATA.
    """
    # A sheet's name holds 31 characters.
    sheet = book.add_worksheet(name[:31].capitalize())
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{mark}&RNIK disamarkan")
    sheet.set_footer("&CHalaman &P dari &N")
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    return sheet
