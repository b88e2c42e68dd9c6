"""The pack of no particular bimtek: for the bag, and for whoever wants to read before planning."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from workbench.services.bimteks import Bimtek
from workbench.services.papers.handouts import press_guide, press_handout, press_leaflets
from workbench.services.papers.presentations import write_presentation
from workbench.services.papers.press import press
from workbench.services.papers.slides import Show
from workbench.training.agenda import VARIANTS, usual_agenda
from workbench.training.facilitation.handouts import HANDOUTS

#: The pack is of no day; files need one, the same in every copy.
_UNDATED: Final = date(2026, 1, 1)


def write_kit(folder: Path) -> list[Path]:
    """Write guide and slides of either plan, the hand-outs and a leaflet below ``folder``.

    Existing files of these names are written anew; the same release writes the same bytes.
    Returns the paths in order.
    """
    written = []
    # Before seconds of drawing for a folder nobody may write to.
    folder.mkdir(parents=True, exist_ok=True)

    def put(place: str, content: bytes) -> None:
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)

    for variant in VARIANTS:
        name = variant.replace(" ", "-")
        plan = Bimtek("Bimtek verifikasi dan validasi data", _UNDATED, usual_agenda(variant))
        show = Show(plan, is_dated=False)
        slides = show.slides()
        values = {
            "title": plan.name,
            "office": plan.office_name,
            "slides": [slide.to_json() for slide in slides],
        }
        put(f"pelatih/pedoman-{name}.pdf", press_guide(plan, show.dice, is_dated=False))
        put(f"pelatih/tayangan-{name}.pdf", press("tayangan", values, plan))
        pages = write_presentation(slides, plan.name, plan.office_name, plan.date)
        put(f"pelatih/tayangan-{name}.pptx", pages)
    for name in HANDOUTS:
        put(f"peserta/lembar-{name}.pdf", press_handout(plan, name, is_dated=False))
    leaflet = press_leaflets(plan, [("", ""), ("", "")], "", is_dated=False)
    put("hari-30/selebaran-penyegaran.pdf", leaflet)
    return written
