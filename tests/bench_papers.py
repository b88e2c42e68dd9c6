"""How long an officer's papers take: ``python -m tests.bench_papers [--peers 4]``.

67 kelurahan of 200 invented families each, as PDF and as workbook, by us and by libraries people
take for this: ReportLab and fpdf2, XlsxWriter by itself and openpyxl. Peers draw the same words,
boxes and QR codes, a family a block that does not break; they are run on a few kelurahan
(``--peers``) and their figures multiplied. Printed are seconds by the clock, CPU seconds and
megabytes; a peer that is not installed is said so, and nothing is kept.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from typing import Any

from tests.figures import records
from workbench.domain.words import mask_nik
from workbench.rules import check
from workbench.services.field_papers import Form, _lines, draw
from workbench.synthesis import generate
from workbench.verification.checklists import checklist
from workbench.verification.forms.packets import Packet, Visit, make_packets, record_key
from workbench.verification.forms.tables import NAMES, headers, rows_of

KELURAHAN, FAMILIES = 67, 200
ADDRESS = "http://192.168.1.5:8866/berkas/"


def make_city() -> list[Packet]:
    """The packets: as many families in each as asked, whatever kelurahan they live in."""
    register = generate(families=KELURAHAN * FAMILIES, seed=3, error_rate=0.6)
    sheets = checklist(register, check(register), everyone=True)
    blocks = [block for sheet in sheets for block in sheet.families][: KELURAHAN * FAMILIES]
    members: dict[str, list[tuple[str, str, str]]] = {}
    for row in register["person"].select(["family_id", "person_id", "name", "nik"]).to_pylist():
        one = (row["person_id"], row["name"], mask_nik(row["nik"]))
        members.setdefault(row["family_id"], []).append(one)
    for place, sheet in enumerate(sheets[:KELURAHAN]):
        sheet.families = blocks[place * FAMILIES : (place + 1) * FAMILIES]
    key = partial(record_key, b"bench")
    return make_packets(sheets[:KELURAHAN], members, key, "S1", "2026-T4")


# --- PDF by others -------------------------------------------------------------------------------


def _words(visit: Visit) -> tuple[list[str], list[tuple[str, str, str]]]:
    """The lines and questions of a block, as our sheet has them."""
    lines = [
        "  ".join(
            f"{field['title']} " + " ".join(f"[ ] {word}" for word in field["choices"] or ["____"])
            for field in line
        )
        for line in _lines()
    ]
    lines += [f"[ ] Lihat: {sight}" for sight in visit.sights]
    lines += ["Anggota yang berubah ______", "Catatan ______", "Tanda tangan ______"]
    asks = [
        (f"{ask.member}. {ask.question} {ask.sentence}", ask.documents, "[ ] Benar [ ] Tidak benar")
        for ask in visit.asks
    ]
    return lines, asks


def _code(visit: Visit) -> bytes:
    import segno

    content = io.BytesIO()
    segno.make(ADDRESS + visit.key, error="m", micro=False).save(content, kind="png", scale=2)
    return content.getvalue()


def by_reportlab(packet: Packet) -> bytes:
    from xml.sax.saxutils import escape

    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Image, KeepTogether, Paragraph, SimpleDocTemplate, Table

    style = getSampleStyleSheet()["BodyText"]
    story: list[Any] = []
    for visit in packet.visits:
        lines, asks = _words(visit)
        code = Image(io.BytesIO(_code(visit)), 48, 48)
        head = Paragraph(f"<b>{visit.number}. {escape(visit.head)}</b><br/>{escape(visit.place)}")
        parts: list[Any] = [Table([[head, code]], colWidths=[460, 60])]
        parts += [Paragraph(escape(line), style) for line in lines]
        cells = [[Paragraph(escape(text), style) for text in ask] for ask in asks]
        parts += [Table(cells, colWidths=[300, 90, 130])] if cells else []
        story.append(KeepTogether(parts))
    content = io.BytesIO()
    SimpleDocTemplate(content, pagesize=A4, margin=34).build(story)
    return content.getvalue()


def by_fpdf(packet: Packet) -> bytes:
    from fpdf import FPDF

    def plain(text: str) -> str:
        return text.encode("latin-1", "replace").decode("latin-1")

    page = FPDF(format="A4")
    page.set_font("Helvetica", size=9)
    page.add_page()
    for visit in packet.visits:
        lines, asks = _words(visit)
        with page.unbreakable() as block:
            block.image(io.BytesIO(_code(visit)), x=180, w=17)
            told = [f"{visit.number}. {visit.head}", visit.place, *lines]
            told += [" ".join(ask) for ask in asks]
            for line in told:
                block.multi_cell(0, 5, plain(line), new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())


# --- workbooks by others -------------------------------------------------------------------------


def _rows(packet: Packet) -> list[tuple[str, list[tuple[str, ...]]]]:
    return [
        (
            name,
            [headers(level)]
            + [
                (row.key, packet.list_id, row.seal(packet.list_id), str(row.number), *row.shown)
                for row in rows_of(packet, level)
            ],
        )
        for level, name in NAMES.items()
    ]


def by_xlsxwriter(packet: Packet) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    style = book.add_format({"border": 1, "text_wrap": True, "font_size": 12})
    for name, rows in _rows(packet):
        page = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write_string(at, place, cell, style)
    book.close()
    return content.getvalue()


def by_openpyxl(packet: Packet) -> bytes:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for name, rows in _rows(packet):
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


PEERS: tuple[tuple[str, str, Callable[[Packet], bytes]], ...] = (
    ("ReportLab", "reportlab", by_reportlab),
    ("fpdf2", "fpdf", by_fpdf),
    ("XlsxWriter by itself", "xlsxwriter", by_xlsxwriter),
    ("openpyxl, write only", "openpyxl", by_openpyxl),
)


def measure(
    title: str, make: Callable[[Packet], bytes], packets: Sequence[Packet], workers: int = 1
) -> dict[str, float]:
    clock, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(workers) as pool:
        size = sum(map(len, pool.map(make, packets)))
    share = KELURAHAN / len(packets)
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    found = {"work": clock * share, "cpu": cpu * share, "mb": size * share / 1e6}
    print(
        f"{title:24} {found['work']:8.2f} s {found['cpu']:8.2f} s CPU {found['mb']:8.1f} MB"
        f"   ({len(packets)} of {KELURAHAN} kelurahan)",
        flush=True,
    )
    return {**found, "kelurahan": len(packets)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peers", type=int, default=4, help="kelurahan a peer draws")
    peers = options.parse_args().peers
    packets = make_city()
    few = packets[:peers]
    families = sum(len(packet.visits) for packet in packets)
    print(f"{families} families", flush=True)
    kept = {}
    for form, workers in ((Form.PDF, 2), (Form.WORKBOOK, 1)):
        title = f"ours, {form.value}"
        kept[title] = measure(title, lambda p, f=form: draw(f, ADDRESS, p)[1], packets, workers)
    for title, package, make in PEERS:
        if find_spec(package) is None:
            print(f"{title:24} not installed")
            continue
        kept[title] = measure(title, make, few)
    if all(find_spec(package) for _title, package, _make in PEERS):
        records.keep({"families": families, "makers": kept})


if __name__ == "__main__":
    main()
