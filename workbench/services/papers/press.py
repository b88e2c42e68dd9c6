"""Turns a page template and plain values into a PDF, the same bytes for the same values.

Templates lie in ``pages``. Values travel as JSON and are shown as text, so a name can never
become markup. Nothing is fetched and no font of the machine is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Protocol

from workbench.errors import UnusableInput
from workbench.services.bimteks import Bimtek

PAGES = Path(__file__).with_name("pages")


class Dated(Protocol):
    """What a paper is of: a plan, or anything else that has its day."""

    @property
    def date(self) -> date: ...


def frame(plan: Bimtek, title: str, foot: str, practice: bool) -> dict[str, Any]:
    """What every page says: office, bimtek, when and where; LATIHAN across where ``practice``."""
    return {
        "title": title,
        "office": plan.office_name,
        "bimtek": plan.name,
        "dates": plan.dates,
        "place": plan.place,
        "foot": foot,
        "practice": practice,
    }


def press(page: str, values: Mapping[str, Any], of: Dated) -> bytes:
    """The PDF of ``pages/<page>.typ``; its creation date is the (first) day of what it is of."""
    pages: bytes = _compile(page, values, of, format="pdf", pdf_tags=True)
    return pages


def preview(page: str, values: Mapping[str, Any], of: Dated, ppi: int = 70) -> list[bytes]:
    """The same pages as PNG pictures, one each."""
    drawn = _compile(page, values, of, format="png", ppi=ppi)
    return drawn if isinstance(drawn, list) else [drawn]


def _compile(page: str, values: Mapping[str, Any], of: Dated, **how: Any) -> Any:
    import fontpkg_plus_jakarta_sans as typeface
    import typst

    begun = datetime.combine(of.date, time(), UTC)
    try:
        return typst.compile(
            PAGES / f"{page}.typ",
            root=PAGES,
            font_paths=[str(Path(typeface.ROOT) / "files")],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(values, ensure_ascii=False)},
            timestamp=begun,
            **how,
        )
    except typst.TypstError as error:
        raise UnusableInput(
            "Lembar ini tidak dapat dicetak. Periksa isi rencananya, lalu ulangi; "
            "bila tetap gagal, sampaikan nama lembarnya kepada admin."
        ) from error
