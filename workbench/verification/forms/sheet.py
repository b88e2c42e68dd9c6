"""The officer's workbook: answers chosen from lists, what the office wrote locked.

Rows follow ``tables``. The same workbook goes back where answers were refused: with what was
typed, the cells in question coloured, and the reason beside them.

Most of a workbook is the same for every packet. It is drawn once by XlsxWriter with one row a
table; for each further packet only the rows are written, as the text of which a sheet consists
(ECMA-376 part 1, 18.3.1: ``row``, ``c``, inline strings).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from workbench.domain.words import date_id, writable
from workbench.verification.fieldwork.outcomes import Choice, Field, Kind, Level
from workbench.verification.forms.packets import Packet
from workbench.verification.forms.tables import NAMES, NUMBER, SHOWN, Row, answers, headers, rows_of

#: Rows above the headers: title, what it is, a line to read.
TOP: Final = 3
#: What comes back without a row of its own.
STRAY: Final = "Tidak dikenali"
#: What came back for a row that the list no longer has.
GONE: Final = "Sudah tidak ada"
_HIDDEN: Final = 3
_LISTS: Final = "Pilihan"
_WIDTHS: Final = {
    **{NUMBER: 6, "Kepala keluarga": 24, "Nomor KK": 19, "NIK": 19, "Alamat": 30},
    **{"RT": 6, "RW": 6, "Nama anggota": 24, "Temuan": 40, "Tentang": 22},
    **{"Pertanyaan": 36, "Dokumen": 20},
}
_ANSWER_WIDTH: Final = {Kind.NUMBER: 11, Kind.DAY: 15, Kind.WORDS: 36}
_CHOICE_WIDTH: Final = 24
_MOST_ROWS: Final = 20_000
_MOST_CELL: Final = 32_767
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Stray:
    """A row that belongs to nothing here: where it stood, why, and its cells by header."""

    where: str
    reason: str
    cells: Texts


@dataclass(frozen=True)
class Marked:
    """What goes back: typed texts and sentences by key of a row and header; rows of nobody.

    ``gone`` are rows that are no longer there, with what became of them.
    """

    typed: Mapping[str, Texts] = field(default_factory=dict)
    said: Mapping[str, Texts] = field(default_factory=dict)
    strays: Sequence[Stray] = ()
    gone: Sequence[Stray] = ()


def write_sheet(packet: Packet) -> bytes:
    """The workbook of a packet, empty. The same packet gives the same bytes."""
    words = _words(packet)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in _blank().items():
            text = content
            level = _SHEETS.get(name)
            if level is not None:
                text = _fill(text, packet, level)
            for token, said in words.items():
                text = text.replace(token, _escape(said))
            book.writestr(zipfile.ZipInfo(name, _EPOCH), text, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def write_marked(packet: Packet, marked: Marked) -> bytes:
    """The workbook of a packet with what came back in it, and what is to be mended marked."""
    return _draw(
        lambda level: [(row.key, _cells(packet, row)) for row in rows_of(packet, level)],
        _words(packet),
        marked,
    )


def _words(packet: Packet) -> dict[str, str]:
    """What differs between two workbooks besides their rows, by the token it stands for."""
    officer = packet.officer or "______________________"
    return {
        "@@judul@@": f"Lembar lapangan: {packet.title}",
        "@@tanda@@": f"{packet.mark}. Kecamatan {packet.kecamatan or '-'}. Periode "
        f"{packet.period or '-'}, data per {date_id(packet.as_of)}. Petugas: {officer}.",
        "@@kaki@@": f"Daftar {packet.list_id}, berkas {packet.id}, aturan {packet.ruleset}. "
        f"{packet.numbers.words}.",
        "@@cap@@": packet.mark,
    }


def _cells(packet: Packet, row: Row) -> tuple[str, ...]:
    return (row.key, packet.list_id, row.seal(packet.list_id), str(row.number), *row.shown)


# --- the blank workbook, and rows as text --------------------------------------------------------

_SHEETS: Final = {
    f"xl/worksheets/sheet{place}.xml": level for place, level in enumerate(NAMES, start=1)
}


@cache
def _blank() -> dict[str, str]:
    """The parts of a workbook with one row a table and tokens for words."""
    tokens = {token: token for token in ("@@judul@@", "@@tanda@@", "@@kaki@@", "@@cap@@")}
    content = _draw(
        lambda level: [("", ("x",) * (_HIDDEN + 1 + len(SHOWN[level])))], tokens, Marked()
    )
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name).decode() for name in book.namelist()}


def _fill(text: str, packet: Packet, level: Level) -> str:
    first = TOP + 2
    found = re.search(rf'<row r="{first}"[^>]*>(.*?)</row>', text)
    assert found is not None  # _draw writes it
    styles = [int(style) for style in re.findall(r'<c r="[A-Z]+\d+" s="(\d+)"', found[1])]
    opening = [
        f'<c r="{_letters(place)}%d" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        for place, style in enumerate(styles)
    ]
    number = f'<c r="{_letters(_HIDDEN)}%d" s="{styles[_HIDDEN]}"><v>%s</v></c>'
    closing = "</t></is></c>"
    lines = []
    for at, row in enumerate(rows_of(packet, level), start=first):
        cells = _cells(packet, row)
        parts = [
            number % (at, cell)
            if place == _HIDDEN
            else f"{opening[place] % at}{_escape(cell)}{closing}"
            for place, cell in enumerate(cells)
        ]
        lines.append(f'<row r="{at}">{"".join(parts)}</row>')
    text = text.replace(found[0], "".join(lines))
    return re.sub(r"<dimension[^>]*/>", "", text)


def _letters(place: int) -> str:
    return (_letters(place // 26 - 1) if place >= 26 else "") + chr(65 + place % 26)


def _escape(text: str) -> str:
    if text.isalnum():
        return text
    plain = writable(text)
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        plain = plain.replace(letter, entity)
    return plain


# --- drawing -------------------------------------------------------------------------------------


def _draw(
    rows: Callable[[Level], Sequence[tuple[str, Sequence[str]]]],
    words: Mapping[str, str],
    marked: Marked,
) -> bytes:
    import xlsxwriter  # only who writes one needs it

    content = io.BytesIO()
    book: Any = xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    about = {"title": words["@@judul@@"], "comments": words["@@cap@@"]}
    book.set_properties({**about, "created": datetime(*_EPOCH)})
    styles = _styles(book)
    pages = {level: book.add_worksheet(name) for level, name in NAMES.items()}
    ranges = _draw_lists(book, styles)
    for level, page in pages.items():
        _draw_page(page, level, words, styles, ranges)
        for at, (key, cells) in enumerate(rows(level), start=TOP + 1):
            _write_row(page, at, level, key, cells, marked, styles)
    for name, rows_of_nobody in ((STRAY, marked.strays), (GONE, marked.gone)):
        if rows_of_nobody:
            _draw_strays(book.add_worksheet(name), rows_of_nobody, styles)
    _draw_guide(book, styles, bool(marked.said or marked.strays))
    pages[Level.FAMILY].activate()
    book.close()
    return content.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    text = {"font_name": "Calibri", "font_size": 12, "valign": "top", "text_wrap": True}
    typed = {**text, "border": 1, "locked": False}
    return {
        "title": book.add_format({**text, "bold": True, "font_size": 16, "text_wrap": False}),
        "plain": book.add_format({**text, "text_wrap": False}),
        "head": book.add_format({**text, "bold": True, "border": 1, "bg_color": "#D9D9D9"}),
        "asked": book.add_format({**text, "bold": True, "border": 1, "bg_color": "#BFBFBF"}),
        "locked": book.add_format({**text, "border": 1, "bg_color": "#F2F2F2"}),
        "open": book.add_format(typed),
        "text": book.add_format({**typed, "num_format": "@"}),
        "day": book.add_format({**typed, "num_format": "yyyy-mm-dd"}),
        "wrong": book.add_format({**typed, "bg_color": "#F8C7C0", "num_format": "@"}),
    }


def _draw_page(
    page: Any,
    level: Level,
    words: Mapping[str, str],
    styles: Mapping[str, Any],
    ranges: Mapping[tuple[Choice, ...], str],
) -> None:
    page.write_string(0, _HIDDEN, words["@@judul@@"], styles["title"])
    page.write_string(1, _HIDDEN, words["@@tanda@@"], styles["plain"])
    page.write_string(2, _HIDDEN, "Isi kolom berjudul gelap. Kolom lain terkunci.", styles["plain"])
    page.set_column(0, _HIDDEN - 1, 14, None, {"hidden": True})
    fixed = _HIDDEN + 1 + len(SHOWN[level])
    for place, header in enumerate(headers(level)):
        page.write_string(TOP, place, header, styles["asked" if place >= fixed else "head"])
        if _HIDDEN <= place < fixed:
            page.set_column(place, place, _WIDTHS[header])
    last = TOP + _MOST_ROWS
    for place, (_header, asked) in enumerate(answers(level), start=fixed):
        style = styles[{Kind.DAY: "day", Kind.WORDS: "text"}.get(asked.kind, "open")]
        width = _ANSWER_WIDTH.get(asked.kind, _CHOICE_WIDTH)
        page.set_column(place, place, width, style)
        page.data_validation(TOP + 1, place, last, place, _validation(asked, ranges))
        note = asked.hint or asked.label
        page.write_comment(TOP, place, f"{note} {_NOTES[asked.kind]}", {"x_scale": 1.6})
    page.set_row(TOP, 52)
    page.freeze_panes(TOP + 1, _HIDDEN + 2)
    page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
    page.autofilter(TOP, _HIDDEN, last, len(headers(level)) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(TOP)
    page.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.7)
    page.set_header(f"&L&B{_safe(words['@@cap@@'])}&C{NAMES[level]}&RHalaman &P dari &N")
    page.set_footer(f"&L{_safe(words['@@kaki@@'])}")


_NOTES: Final = {
    Kind.CHOICE: "Pilih satu dari daftar pada sel.",
    Kind.CHOICES: "Pilih dari daftar; satu pilihan satu kolom.",
    Kind.DAY: "Tulis tanggal, misalnya 2026-11-22.",
    Kind.NUMBER: "Tulis angka.",
    Kind.WORDS: "Tulis singkat.",
}


def _validation(asked: Field, ranges: Mapping[tuple[Choice, ...], str]) -> dict[str, Any]:
    title, message = "Isi ini tidak cocok", "Pilih dari daftar, atau kosongkan selnya."
    if asked.choices:
        rule: dict[str, Any] = {"validate": "list", "source": ranges[asked.choices]}
        if asked.kind is Kind.CHOICES:
            # Several codes may be typed in one cell, so another text is only asked about.
            rule["error_type"] = "warning"
    elif asked.kind is Kind.DAY:
        message = "Tulis tanggal, misalnya 2026-11-22."
        rule = {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1)}
    elif asked.kind is Kind.NUMBER:
        message = f"Tulis angka {asked.least} sampai {asked.most}."
        rule = {
            "validate": "integer",
            "criteria": "between",
            "minimum": asked.least,
            "maximum": asked.most,
        }
    else:
        message = f"Tulis paling banyak {asked.most} huruf."
        rule = {"validate": "length", "criteria": "<=", "value": asked.most}
    return {**rule, "error_title": title, "error_message": message}


def _draw_lists(book: Any, styles: Mapping[str, Any]) -> dict[tuple[Choice, ...], str]:
    """The choices on a sheet of their own: a list written into a cell holds 255 letters only."""
    page = book.add_worksheet(_LISTS)
    ranges: dict[tuple[Choice, ...], str] = {}
    for level in NAMES:
        for _header, asked in answers(level):
            if not asked.choices or asked.choices in ranges:
                continue
            place = 2 * len(ranges)
            page.write_string(0, place, asked.label, styles["head"])
            page.write_string(0, place + 1, "Kode", styles["head"])
            page.set_column(place, place, 44)
            for at, choice in enumerate(asked.choices, start=1):
                page.write_string(at, place, choice.label, styles["locked"])
                page.write_string(at, place + 1, choice.code, styles["locked"])
            letters = _letters(place)
            ranges[asked.choices] = f"={_LISTS}!${letters}$2:${letters}${len(asked.choices) + 1}"
    page.protect()
    return ranges


def _write_row(
    page: Any,
    at: int,
    level: Level,
    key: str,
    cells: Sequence[str],
    marked: Marked,
    styles: Mapping[str, Any],
) -> None:
    for place, cell in enumerate(cells):
        if place == _HIDDEN and cell.isdigit():
            page.write_number(at, place, int(cell), styles["locked"])
        else:
            page.write_string(at, place, _plain(cell), styles["locked"])
    typed, said = marked.typed.get(key, {}), marked.said.get(key, {})
    for place, header in enumerate(headers(level)):
        sentence = said.get(header, "")
        text = typed.get(header, "") if place >= len(cells) else ""
        if text or (sentence and place >= len(cells)):
            style = styles["wrong" if sentence else "text"]
            page.write_string(at, place, _plain(text), style)
        if sentence:
            page.write_comment(at, place, sentence, {"x_scale": 2.2})


def _draw_strays(page: Any, strays: Sequence[Stray], styles: Mapping[str, Any]) -> None:
    names = list(dict.fromkeys(name for stray in strays for name in stray.cells))
    for place, header in enumerate(("Asal", "Sebab", *names)):
        page.write_string(0, place, _plain(header), styles["head"])
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 60)
    for at, stray in enumerate(strays, start=1):
        page.write_string(at, 0, _plain(stray.where), styles["open"])
        page.write_string(at, 1, _plain(stray.reason), styles["wrong"])
        for place, name in enumerate(names, start=2):
            if stray.cells.get(name):
                page.write_string(at, place, _plain(stray.cells[name]), styles["text"])
    page.freeze_panes(1, 2)


def _draw_guide(book: Any, styles: Mapping[str, Any], came_back: bool) -> None:
    page = book.add_worksheet("Petunjuk")
    page.set_column(0, 0, 100)
    lines = [
        "Satu baris satu keluarga pada lembar Keluarga, satu baris satu orang pada Anggota, "
        "satu baris satu pertanyaan pada Temuan.",
        "Isi kolom berjudul gelap saja. Pilih jawaban dari daftar pada sel.",
        "Bila keluarga tidak ditemukan, cukup isi lembar Keluarga.",
        "Jangan menghapus, menyalin, atau menggabungkan baris. Kolom tersembunyi adalah kuncinya.",
        "Simpan sebagai .xlsx, lalu kembalikan. Sel yang belum benar kembali berwarna merah muda "
        "dengan sebabnya.",
    ]
    if came_back:
        lines.insert(
            0,
            "Perbaiki sel berwarna merah muda, lalu kembalikan berkas ini. Arahkan "
            "penunjuk ke sel untuk membaca sebabnya.",
        )
    for at, line in enumerate(lines):
        page.write_string(at, 0, line, styles["open"])


def _plain(text: str) -> str:
    return writable(text)[:_MOST_CELL]


def _safe(text: str) -> str:
    """An ampersand commands in a header; double it."""
    return text.replace("&", "&&")
