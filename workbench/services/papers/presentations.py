"""The slide show as PPTX, for a trainer who wants other words: the pages of ``slides``, with notes.

Titles stand in the title's place, so that the outline of the program shows them. The same pages
make the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from workbench.services.papers.slides import PLAIN, Slide, Table

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_TEAL, _DEEP, _SOFT, _GREY, _MARK = "0F766E", "0B5C55", "E3F2EF", "5F5F5F", "ECECEC"
#: The page and what lies in it, in centimetres.
_WIDE, _HIGH, _EDGE = 33.867, 19.05, 2.0
_TOP, _BOTTOM = 4.0, 17.4
_FULL: Final = _WIDE - 2 * _EDGE
#: Centimetres of a letter and a line, by the size of letters in points.
_LETTER, _LINE = 0.0185, 0.0478
#: Above and below the words of a cell.
_CELL: Final = 0.1
_TITLE_ONLY: Final = 5
#: A font every office has: the PDF's own would be replaced by a wider one.
_FONT: Final = "Arial"


def write_presentation(slides: Sequence[Slide], title: str, office: str, day: date) -> bytes:
    """The pages as a PPTX file dated ``day``."""
    from pptx import Presentation
    from pptx.util import Cm

    book = Presentation()
    book.slide_width, book.slide_height = Cm(_WIDE), Cm(_HIGH)
    _keep_one_layout(book)
    for number, slide in enumerate(slides, start=1):
        _draw(book, slide, f"{number} / {len(slides)}")
    core = book.core_properties
    core.title, core.author, core.language = title, office, "id"
    core.last_modified_by, core.revision = office, 1
    core.created = core.modified = datetime.combine(day, time())
    content = io.BytesIO()
    book.save(content)
    return _dated_alike(content)


def _keep_one_layout(book: Any) -> None:
    """Only the layout that is used stays, under an Indonesian name."""
    layouts = list(book.slide_layouts)
    for place, layout in enumerate(layouts):
        if place != _TITLE_ONLY:
            book.slide_layouts.remove(layout)
    kept = layouts[_TITLE_ONLY]
    kept._element.cSld.set("name", "Judul dan isi")
    for master in (book.slide_master, kept):
        for shape in list(master.placeholders):
            # Title is 1; date, foot and number would lie where the page is no longer.
            if shape.placeholder_format.type != 1:
                shape._element.getparent().remove(shape._element)
            else:
                shape.text_frame.text = "Judul"


def _draw(book: Any, slide: Slide, number: str) -> None:
    drawn = book.slides.add_slide(book.slide_layouts[0])
    is_plain = slide.kind == PLAIN
    _bar(drawn, is_plain)
    if slide.is_case:
        _mark(drawn)
    kicker_at = 1.1 if is_plain else 5.0
    if slide.kicker:
        _text(drawn, [slide.kicker], 14 if is_plain else 18, kicker_at, color=_TEAL, bold=True)
    _title(drawn, slide, kicker_at + (0.8 if slide.kicker else 0))
    at = _TOP if is_plain else 9.6
    size = _size(slide)
    if slide.lead:
        at = _text(drawn, [slide.lead], size + 2, at) + 0.4
    wide = _FULL - (8 if slide.link else 0)
    if slide.points:
        at = _text(drawn, slide.points, size, at, wide=wide, bullets=is_plain) + 0.3
    if slide.pairs:
        at = _grid(drawn, Table((), _beside(slide.pairs), _pair_widths(slide.pairs)), size - 2, at)
    if slide.table:
        _grid(drawn, slide.table, size - 3, at)
    if slide.link:
        _picture(drawn, slide)
    _text(drawn, [slide.foot], 12, 17.6, wide=_FULL - 8, color=_GREY)
    _text(drawn, [f"LATIHAN    {number}"], 12, 17.6, left=_WIDE - 9, wide=7, color=_DEEP, end=True)
    drawn.notes_slide.notes_text_frame.text = "\n".join(slide.notes)


def _size(slide: Slide) -> int:
    """The largest size at which the page holds its words; nobody reads less than twelve points."""
    for size in range(28, 12, -1):
        is_whole = not slide.table or _keeps_words(slide.table, size - 3)
        if is_whole and _needed(slide, size) <= _BOTTOM - _TOP:
            return size
    return 12


def _keeps_words(table: Table, size: int) -> bool:
    """Whether every word of a table stands in one line: a number in two lines is misread."""
    rows = ([table.columns] if table.columns else []) + list(table.rows)
    return all(
        max(map(len, cell.split()), default=0) * size * _LETTER * 1.15
        <= share / sum(table.widths) * _FULL - 0.5
        for row in rows
        for cell, share in zip(row, table.widths, strict=True)
    )


def _needed(slide: Slide, size: int) -> float:
    """Centimetres the body takes at a size."""
    wide = _FULL - (8 if slide.link else 0)
    high = _height([slide.lead], size + 2, _FULL) + 0.4 if slide.lead else 0.0
    high += _height(slide.points, size, wide) + 0.3 if slide.points else 0.0
    if slide.pairs:
        high += _table_height(Table((), _beside(slide.pairs), _pair_widths(slide.pairs)), size - 2)
    return high + (_table_height(slide.table, size - 3) if slide.table else 0.0)


def _height(lines: Iterable[str], size: float, wide: float, gap: float = 0.22) -> float:
    per_line = max(wide / (size * _LETTER), 1)
    return sum(-(-len(line) // per_line) * size * _LINE + gap for line in lines)


def _table_height(table: Table, size: float) -> float:
    total = sum(table.widths)
    rows = ([table.columns] if table.columns else []) + list(table.rows)
    return sum(
        max(
            _height([cell], size, share / total * _FULL - 0.5, gap=2 * _CELL)
            for cell, share in zip(row, table.widths, strict=True)
        )
        for row in rows
    )


def _beside(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Pairs as rows; many of them two in a row."""
    if len(pairs) <= 6:
        return tuple(pairs)
    half = -(-len(pairs) // 2)
    right = [*pairs[half:], ("", "")]
    return tuple((*pairs[n], *right[min(n, len(right) - 1)]) for n in range(half))


def _pair_widths(pairs: Sequence[tuple[str, str]]) -> tuple[float, ...]:
    return (1.5, 4) if len(pairs) <= 6 else (1.15, 1.3, 1.15, 1.3)


def _bar(drawn: Any, is_plain: bool) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Cm

    if not is_plain:
        drawn.background.fill.solid()
        drawn.background.fill.fore_color.rgb = RGBColor.from_string(_SOFT)
    bar = drawn.shapes.add_shape(1, 0, 0, Cm(_WIDE), Cm(0.5))
    bar.fill.solid()
    bar.fill.fore_color.rgb = RGBColor.from_string(_TEAL)
    bar.line.fill.background()


def _mark(drawn: Any) -> None:
    """LATIHAN across the page, behind everything that follows."""
    _text(drawn, ["LATIHAN"], 110, 7, left=5.5, wide=24, color=_MARK, bold=True)
    box = drawn.shapes[-1]
    box.rotation, box.text_frame.word_wrap = -24, False


def _title(drawn: Any, slide: Slide, at: float) -> None:
    from pptx.util import Cm

    title = drawn.shapes.title
    title.left, title.top = Cm(_EDGE), Cm(at)
    title.width, title.height = Cm(_FULL), Cm(2 if slide.kind == PLAIN else 3.4)
    longest = 50 if slide.kind == PLAIN else 45
    large = 28 if slide.kind == PLAIN else 38
    _write(title.text_frame, [slide.title], large if len(slide.title) < longest else 22, bold=True)


def _text(
    drawn: Any,
    lines: Sequence[str],
    size: float,
    at: float,
    *,
    left: float = _EDGE,
    wide: float = _FULL,
    color: str = "",
    bold: bool = False,
    bullets: bool = False,
    end: bool = False,
) -> float:
    """Some paragraphs from ``at`` on; returns where they end."""
    from pptx.util import Cm

    high = _height(lines, size, wide)
    box = drawn.shapes.add_textbox(Cm(left), Cm(at), Cm(wide), Cm(high))
    _write(box.text_frame, lines, size, color=color, bold=bold, end=end)
    if bullets:
        _list(box.text_frame)
    return at + high


def _list(frame: Any) -> None:
    """Paragraphs as a list the program goes on with when a line is added."""
    from pptx.oxml.ns import qn
    from pptx.util import Cm

    for paragraph in frame.paragraphs:
        properties = paragraph._p.get_or_add_pPr()
        properties.set("marL", str(Cm(0.9)))
        properties.set("indent", str(-Cm(0.9)))
        properties.append(properties.makeelement(qn("a:buChar"), {"char": "•"}))


def _write(
    frame: Any,
    lines: Sequence[str],
    size: float,
    color: str = "",
    bold: bool = False,
    end: bool = False,
    gap: float = 0.25,
) -> None:
    """Paragraphs of one size; ``gap`` is what follows each, in lines."""
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Cm, Pt

    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Cm(0.05)
    for place, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if end else PP_ALIGN.LEFT
        paragraph.space_after = Pt(size * gap)
        run = paragraph.add_run()
        run.text, run.font.size, run.font.bold = line, Pt(size), bold
        run.font.name = _FONT
        run.font.color.rgb = RGBColor.from_string(color or "1A1A1A")


def _grid(drawn: Any, table: Table, size: float, at: float) -> float:
    """A table over the width of the page; returns where it ends."""
    from pptx.dml.color import RGBColor
    from pptx.util import Cm

    rows = ([table.columns] if table.columns else []) + list(table.rows)
    high = _table_height(table, size)
    shape = drawn.shapes.add_table(
        len(rows), len(table.widths), Cm(_EDGE), Cm(at), Cm(_FULL), Cm(high)
    )
    grid = shape.table
    grid.first_row, grid.horz_banding = bool(table.columns), False
    for column, share in zip(grid.columns, table.widths, strict=True):
        column.width = Cm(share / sum(table.widths) * _FULL)
    for y, row in enumerate(rows):
        is_head = bool(table.columns) and y == 0
        for x, value in enumerate(row):
            cell = grid.cell(y, x)
            is_label = x == 0 or (not table.columns and len(row) == 4 and x == 2)
            _write(
                cell.text_frame,
                [value],
                size,
                color=_DEEP if is_label or is_head else "",
                bold=is_label or is_head,
                gap=0,
            )
            cell.margin_top = cell.margin_bottom = Cm(_CELL)
            if not is_head:
                cell.fill.background()
                continue
            cell.fill.solid()
            cell.fill.fore_color.rgb = RGBColor.from_string(_SOFT)
    return at + high + 0.3


def _picture(drawn: Any, slide: Slide) -> None:
    import segno
    from pptx.util import Cm

    content = io.BytesIO()
    segno.make(slide.link, error="m").save(content, kind="png", scale=10, border=2)
    drawn.shapes.add_picture(content, Cm(_WIDE - _EDGE - 7), Cm(_TOP + 1), Cm(7), Cm(7))


def _dated_alike(content: io.BytesIO) -> bytes:
    """The same archive with one date for all its parts."""
    renewed = io.BytesIO()
    with zipfile.ZipFile(content) as read, zipfile.ZipFile(renewed, "w") as written:
        for name in read.namelist():
            written.writestr(zipfile.ZipInfo(name, _EPOCH), read.read(name), zipfile.ZIP_DEFLATED)
    return renewed.getvalue()
