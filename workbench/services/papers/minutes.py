"""Minutes of a musyawarah on paper: PDF, and DOCX for those who must put them on a letterhead.

Both say what ``verification.meetings.minutes`` composed and nothing else, so the same minutes make
the same bytes: time stamps are those of the day the musyawarah was held.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from workbench.domain.words import writable
from workbench.errors import WrongUse
from workbench.services.papers.press import press, preview

Paper = tuple[str, bytes]

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_GREY: Final = "D9D9D9"
#: A picture of letters across the page, as word processors keep a watermark (VML).
_MARK: Final = """
<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>
<v:shapetype id="tanda" coordsize="21600,21600" o:spt="136" adj="10800"
 path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>
<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>
<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>
<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="tandaruang" type="#tanda" fillcolor="#{grey}" stroked="f" style="position:absolute;
margin-left:0;margin-top:0;width:440pt;height:110pt;rotation:315;z-index:-251658752;
mso-position-horizontal:center;mso-position-horizontal-relative:margin;
mso-position-vertical:center;mso-position-vertical-relative:margin">
<v:textpath style="font-family:&quot;Arial&quot;;font-size:1pt" string="{words}"/></v:shape>
</w:pict></w:r>"""


@dataclass(frozen=True)
class _Held:
    date: date


def press_minutes(content: Mapping[str, Any], form: str, meeting_id: str, version: int) -> Paper:
    """Minutes as ``pdf`` or ``docx``; ``version`` 0 is a draft. File name and content."""
    values = _page(content, version)
    name = f"berita-acara-{meeting_id}-{f'v{version}' if version else 'konsep'}.{form}"
    if form == "pdf":
        return name, press("berita_acara", values, _held(content))
    if form == "docx":
        return name, _docx(_writable(values), _held(content).date)
    raise WrongUse("Berita acara dapat diunduh sebagai PDF atau DOCX.")


def draw_minutes(content: Mapping[str, Any], version: int) -> list[bytes]:
    """The same pages as PNG pictures, one each."""
    return preview("berita_acara", _page(content, version), _held(content))


def _held(content: Mapping[str, Any]) -> _Held:
    return _Held(date.fromisoformat(content["held_on"]))


def _page(content: Mapping[str, Any], version: int) -> dict[str, Any]:
    practice = content["practice"]
    return {
        **content,
        "draft": version == 0,
        "state": f"Versi {version}" if version else "Konsep",
        "mark": "LATIHAN" if practice else "TERBATAS",
        "foot": "NIK disamarkan. "
        + ("Keluarga karangan untuk latihan." if practice else "Hanya untuk petugas yang berhak."),
    }


# --- DOCX ----------------------------------------------------------------------------------------


def _writable(value: Any) -> Any:
    """The same values with texts that a DOCX can hold."""
    match value:
        case str():
            return writable(value)
        case Mapping():
            return {name: _writable(one) for name, one in value.items()}
        case list():
            return [_writable(one) for one in value]
    return value


def _docx(values: Mapping[str, Any], held_on: date) -> bytes:
    import docx
    from docx.enum.text import WD_BREAK

    paper = docx.Document()
    _lay_out(paper, values)
    _open(paper, values)
    _tell_results(paper, values)
    _close(paper, values)
    paper.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    _annex(paper, values)
    _stamp(paper, values, held_on)
    made = io.BytesIO()
    paper.save(made)
    return _fixed(made.getvalue())


def _lay_out(paper: Any, values: Mapping[str, Any]) -> None:
    from docx.shared import Mm, Pt, RGBColor

    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(16)
    section.top_margin, section.bottom_margin = Mm(24), Mm(18)
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(11)
    style.paragraph_format.space_after = Pt(4)
    for heading in (paper.styles["Heading 1"], paper.styles["Heading 2"]):
        heading.font.color.rgb = RGBColor(0, 0, 0)  # a bad copier drops the template's blue
    _frame(section, values)


def _open(paper: Any, values: Mapping[str, Any]) -> None:
    """What meeting it was, and what is to be known of it before its decisions are read."""
    paper.add_heading(values["title"], 1)
    if values["draft"]:
        paper.add_paragraph().add_run(
            "Konsep. Berita acara ini belum ditutup; isinya masih dapat berubah."
        ).bold = True
    for one in values["corrections"]:
        paper.add_paragraph().add_run(f"Perbaikan {one['day']}: {one['words']}").bold = True
    _table(
        paper,
        (),
        [
            (_kind(values), values["kelurahan"]),
            ("Hari, tanggal", values["day"]),
            ("Tempat", values["place"]),
            ("Diumumkan", values["announced"]),
            ("Daftar yang dibahas", values["list"]),
            ("Dasar", values["basis"]),
            ("Hadir", values["present"]),
        ],
        (46, 132),
    )
    for one in values["warnings"]:
        paper.add_paragraph(one, style="List Bullet")


def _tell_results(paper: Any, values: Mapping[str, Any]) -> None:
    paper.add_heading("Hasil", 2)
    totals = values["totals"]
    counts = [tuple(map(str, one)) for one in values["counts"]]
    _table(paper, ("Keputusan", "Keluarga"), counts, (80, 30))
    paper.add_paragraph()
    _table(
        paper,
        ("Daftar", "Keluarga"),
        [
            ("Sebelum musyawarah", totals["before"]),
            ("Dikeluarkan", totals["removed"]),
            ("Ditambahkan", totals["added"]),
            ("Sesudah musyawarah", totals["after"]),
        ],
        (80, 30),
    )
    paper.add_heading("Keputusan per keluarga", 2)
    _table(
        paper,
        ("No.", "Keluarga", "Keputusan", "Keberatan dan jawaban"),
        [_decided(n, one) for n, one in enumerate(values["families"], 1)],
        (10, 52, 60, 56),
    )
    for title, rows, has_reason in (
        ("Tidak jadi dibahas", values["dropped"], True),
        ("Dikeluarkan dari daftar", values["removed"], True),
        ("Ditambahkan ke daftar", values["added"], False),
        ("Usulan baru yang tidak disetujui", values["declined"], True),
    ):
        paper.add_heading(title, 2)
        _people(paper, rows, has_reason)


def _close(paper: Any, values: Mapping[str, Any]) -> None:
    from docx.shared import Pt

    closing = paper.add_paragraph(values["closing"])
    closing.paragraph_format.space_before = Pt(14)
    closing.paragraph_format.keep_with_next = True
    _signatures(paper, values["signers"])


def _annex(paper: Any, values: Mapping[str, Any]) -> None:
    paper.add_heading("Lampiran 1. Daftar hadir", 2)
    _table(
        paper,
        ("No.", "Nama", "Unsur", "Hadir", "Tanda tangan"),
        [
            (str(n), one["name"], one["role"], "ya" if one["present"] else "tidak", "")
            for n, one in enumerate(values["attendees"], 1)
        ],
        (10, 50, 60, 18, 40),
    )
    paper.add_heading("Lampiran 2. Daftar sebelum musyawarah", 2)
    _people(paper, values["before"])
    paper.add_heading("Lampiran 3. Daftar sesudah musyawarah", 2)
    _people(paper, values["after"])


def _kind(values: Mapping[str, Any]) -> str:
    """What the place is; minutes closed before desa were known say nothing."""
    return str(values.get("place_kind", "Kelurahan"))


def _frame(section: Any, values: Mapping[str, Any]) -> None:
    """Header, page numbers and the mark across every page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.shared import Pt

    head = section.header.paragraphs[0]
    where = f"{_kind(values)} {values['kelurahan']}"
    told = f"{values['office']}. Musyawarah ke-{values['number']}, {where}"
    head.add_run(told).font.size = Pt(9)
    mark = head.add_run(f"    {values['mark']}, {values['state']}")
    mark.bold, mark.font.size = True, Pt(9)
    head._p.append(parse_xml(_MARK.format(grey=_GREY, words=values["mark"])))
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    foot.add_run(f"{values['foot']}    Halaman ").font.size = Pt(9)
    _field(foot, "PAGE")
    foot.add_run(" dari ").font.size = Pt(9)
    _field(foot, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:
    """A number the word processor fills in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = paragraph.add_run("1")
    run.font.size = Pt(9)
    field.append(run._r)
    paragraph._p.append(field)


def _people(paper: Any, rows: Sequence[Mapping[str, str]], has_reason: bool = False) -> None:
    head = ("No.", "Kepala keluarga", "RT/RW", "NIK", *(("Alasan",) if has_reason else ()))
    told = [
        (str(n), one["head"], one["where"], one["nik"], *((one["reason"],) if has_reason else ()))
        for n, one in enumerate(rows, 1)
    ]
    widths = (10, 50, 32, 40, 46) if has_reason else (12, 78, 40, 48)
    _table(paper, head, told, widths)


def _decided(number: int, one: Mapping[str, str]) -> tuple[str, str, str, str]:
    reason = f"Alasan: {one['reason']}." if one["reason"] else ""
    added = f"Ditambahkan ke agenda: {one['note_in']}" if one["note_in"] else ""
    decided = [f"{one['decision']}.", reason, one["note"], added]
    heard = [one["objection"], f"Jawaban: {one['answer']}" if one["answer"] else ""]
    return (
        str(number),
        f"{one['head']}, {one['where']}, NIK {one['nik']}",
        "\n".join(word for word in decided if word),
        "\n".join(word for word in heard if word) or "-",
    )


def _table(
    paper: Any,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int] = (),
) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    if not rows:
        paper.add_paragraph("Tidak ada.")
        return
    lines = [*([head] if head else []), *rows]
    table = paper.add_table(len(lines), len(rows[0]), style="Table Grid")
    table.autofit = not widths
    for column, width in zip(table.columns, widths, strict=False):
        column.width = Mm(width)
    for place, (line, row) in enumerate(zip(lines, table.rows, strict=True)):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if head and place == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for column, (cell, words) in enumerate(zip(row.cells, line, strict=True)):
            if widths:
                cell.width = Mm(widths[column])
            run = cell.paragraphs[0].add_run(words)
            run.font.size = Pt(10)
            run.bold = bool(head and place == 0) or bool(not head and column == 0)


def _signatures(paper: Any, signers: Sequence[Mapping[str, str]]) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement

    table = paper.add_table((len(signers) + 1) // 2, 2)
    for place, one in enumerate(signers):
        row = table.rows[place // 2]
        if place % 2 == 0:
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        said = row.cells[place % 2].paragraphs[0]
        said.alignment = WD_ALIGN_PARAGRAPH.CENTER
        name = one["name"] or "Nama jelas dan tanggal"
        said.add_run(f"{one['role']}\n\n\n\n______________________________\n{name}")


def _stamp(paper: Any, values: Mapping[str, Any], held_on: date) -> None:
    told = paper.core_properties
    told.title, told.author = values["title"], values["office"]
    told.last_modified_by, told.comments, told.revision = values["office"], "", 1
    told.created = told.modified = datetime.combine(held_on, time(), UTC).replace(tzinfo=None)


def _fixed(made: bytes) -> bytes:
    """The same parts, each with the same time and in the order of their names."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(made)) as parts,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fixed,
    ):
        # The list of types goes first: readers that stream expect it there.
        for name in sorted(parts.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(entry, parts.read(name))
    return out.getvalue()
