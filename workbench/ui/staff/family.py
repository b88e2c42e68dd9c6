"""One family on one page: what is asked, who lives there, what they receive, what others say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

import ipywidgets as w

from workbench.domain.words import number_id
from workbench.services.families import Cell, FamilyPage, Pair, Question, Record, Said
from workbench.services.findings import NOTE
from workbench.services.histories import Standing
from workbench.services.privacy import PURPOSES
from workbench.ui.catalogue.model import CONFIRMED_WORDS
from workbench.ui.rule_words import rule_title
from workbench.ui.staff.drawing import WIDE, Say, badge, button, day_words, did
from workbench.ui.staff.model import ListsRoom

_ROW = w.Layout(flex_flow="row wrap", width="100%")
#: What stands in the head of a record and is not told again below it.
_TOLD = {"person": ("name", "shdk"), "aid": ("program",), "event": ("kind",), "ppks": ("category",)}

#: What is told at once; the rest of a record is folded away unless it is asked about.
_FIRST = {
    "person": ("nik", "sex", "birth_date", "marital_status", "occupation", "flags"),
    "family": (
        *("no_kk", "address", "rt", "rw", "kelurahan_kode_kemendagri", "members_stated", "desil"),
        *("source_list", "house_tenure", "floor", "wall", "power_va", "assets"),
    ),
}
_MARKS = {
    True: "<span role='img' aria-label='sama'>=</span> ",
    False: "<span role='img' aria-label='berbeda'>≠</span> ",
}


class FamilyView:
    """Draws the open family of ``ListsRoom``, or two rows of it side by side."""

    def __init__(self, room: ListsRoom, say: Say, close: Callable[[], None]) -> None:
        self.room, self.say, self.close = room, say, close
        self.widget = w.VBox(layout=w.Layout(width="100%", display="none"))
        self.widget.add_class("vv-family")

    def draw(self) -> None:
        """The family, the pair, or nothing."""
        page, pair = self.room.family, self.room.pair
        self.widget.layout.display = "" if page else "none"
        if page is None:
            self.widget.children = ()
        elif pair is not None:
            self.widget.children = tuple(self._pair(pair))
        else:
            self.widget.children = tuple(self._family(page))

    def _family(self, page: FamilyPage) -> Iterable[w.Widget]:
        head = [button("Kembali ke tabel", self.close)]
        if not page.has_numbers and (page.members or page.aid or page.events):
            head.append(button("Tampilkan NIK dan tanggal lahir", self._turn_asking))
        yield w.HBox(head, layout=_ROW)
        self._asking = self._purpose()
        yield self._asking
        yield _html(_head(page))
        for question in sorted(page.questions, key=self._is_elsewhere):
            if question.is_note and self._is_elsewhere(question):
                continue
            yield _html(_question(question))
            if question.has_pair:
                yield button("Lihat kedua baris berdampingan", self._opener(question))
        yield _html(_notes([q for q in page.questions if q.is_note and self._is_elsewhere(q)]))
        yield _html(_rest(page))
        if page.family_key:
            yield self._history()

    def _is_elsewhere(self, question: Question) -> bool:
        """What was pressed in the table comes first."""
        return (question.rule, question.subject) != self.room.asked

    def _opener(self, question: Question, place: int = 0) -> Callable[[], None]:
        def open_pair() -> None:
            if did(lambda: self.room.open_pair(question, place), self.say):
                self._asked = question
                self.draw()

        return open_pair

    def _pair(self, pair: Pair) -> Iterable[w.Widget]:
        def back() -> None:
            self.room.pair = None
            self.draw()

        row = [button("Kembali ke keluarga", back)]
        if pair.of > 1:
            following = (pair.place + 1) % pair.of
            row.append(button("Baris pasangan berikutnya", self._opener(self._asked, following)))
        yield w.HBox(row, layout=_ROW)
        yield _html(_beside(pair))

    def _purpose(self) -> w.Widget:
        """Asks what whole numbers are needed for; folded away until somebody wants them."""
        choices = [("Pilih keperluan", ""), *((words, code) for code, words in PURPOSES.items())]
        chosen = w.Dropdown(options=choices, value="", description="Keperluan", layout=WIDE)

        def reveal() -> None:
            if did(lambda: self.room.reveal_numbers(str(chosen.value)), self.say):
                self.say("")
                self.draw()

        why = _html(
            "<p class='vv-muted'>Hanya untuk keluarga ini. Siapa, kapan dan untuk apa tercatat "
            "di jejak; nomornya sendiri tidak.</p>"
        )
        folded = w.Layout(width="100%", display="none")
        inside = w.VBox([why, chosen, button("Tampilkan", reveal, primary=True)], layout=folded)
        inside.add_class("vv-card")
        return inside

    def _turn_asking(self) -> None:
        layout = self._asking.layout
        layout.display = "" if layout.display == "none" else "none"

    def _history(self) -> w.Widget:
        told = w.HTML(layout=WIDE)

        def tell() -> None:
            found: list[Standing] = []
            if did(lambda: found.extend(self.room.history()), self.say):
                told.value = _told(found)

        return w.VBox([button("Lihat riwayat di semua daftar", tell), told], layout=WIDE)


def _html(text: str) -> w.HTML:
    return w.HTML(text, layout=WIDE)


def _head(page: FamilyPage) -> str:
    asked = sum(not question.is_note for question in page.questions)
    noted = len(page.questions) - asked
    count = f"{number_id(asked)} hal perlu dicek" if asked else "Tidak ada yang perlu dicek"
    if noted:
        count += f", {number_id(noted)} catatan"
    hidden = (
        f"<p class='vv-note'>{number_id(page.withheld)} temuan tentang kategori khusus tidak "
        "ditampilkan. Hubungi pekerja sosial.</p>"
        if page.withheld
        else ""
    )
    numbers = (
        "NIK dan tanggal lahir tampil lengkap untuk keluarga ini saja." if page.has_numbers else ""
    )
    return (
        f"<h2 class='vv-family-title' tabindex='-1'>{escape(page.title)}</h2>"
        f"<p>{escape(page.place)}</p><p><b>{count}.</b> {numbers}</p>{hidden}"
    )


def _question(question: Question) -> str:
    documents = ", ".join(question.documents)
    # Where the other value stands in another row, the pair shows it.
    said = "".join(_said(one) for one in question.said if one.others or not question.has_pair)
    sure = CONFIRMED_WORDS.get(question.confirmed, question.confirmed)
    return (
        f"<section class='vv-card vv-asks'><p>{badge(question.severity)} "
        f"<span class='vv-muted'>{escape(question.who)}</span></p>"
        f"<p><b>{escape(question.sentence)}</b></p>{said}"
        f"<p><span class='vv-muted'>Tanyakan:</span> {escape(question.question)}</p>"
        f"<p><span class='vv-muted'>Dokumen:</span> {escape(documents)}</p>"
        f"<details><summary>Mengapa penting, dan dasarnya</summary><p>{escape(question.why)}</p>"
        f"<p class='vv-muted'>Aturan {escape(question.rule)}. Dasar: {escape(question.basis)} "
        f"({escape(sure)}).</p></details></section>"
    )


def _notes(notes: list[Question]) -> str:
    """What needs no visit: a line for each rule, and of whom it is said."""
    lines = []
    for code in dict.fromkeys(note.rule for note in notes):
        ours = [note for note in notes if note.rule == code]
        sentences = {note.sentence for note in ours}
        title = f"{sentences.pop()} ({code})" if len(sentences) == 1 else _rule(code)
        said = "".join(f"<li>{escape(note.who)}: {escape(note.sentence)}</li>" for note in ours)
        lines.append(
            f"<details><summary>{badge(NOTE)} {escape(title)}: {number_id(len(ours))} baris"
            f"</summary><ul>{said}</ul><p><span class='vv-muted'>Yang dilakukan:</span> "
            f"{escape(ours[0].question)}</p><p class='vv-muted'>{escape(ours[0].why)}</p></details>"
        )
    if not lines:
        return ""
    return f"<h3>Catatan, tanpa kunjungan</h3><div class='vv-notes'>{''.join(lines)}</div>"


def _said(said: Said) -> str:
    boxes = [f"<div><small>{escape(said.label)} menurut daftar</small>{escape(said.listed)}</div>"]
    for source, words, is_same in said.others:
        kind = " class='vv-differs'" if is_same is False else ""
        mark = "" if is_same is None else _MARKS[is_same]
        boxes.append(f"<div{kind}><small>{escape(source)}</small>{mark}{escape(words)}</div>")
    return f"<div class='vv-said'>{''.join(boxes)}</div>"


def _rest(page: FamilyPage) -> str:
    parts = []
    if page.facts:
        lines = "".join(f"<li>{escape(fact)}</li>" for fact in page.facts)
        parts.append(f"<h3>Keterangan, bukan temuan</h3><ul>{lines}</ul>")
    parts.append(_records("Anggota keluarga", page.members))
    parts.append(_records("Rumah dan keterangan keluarga", page.families, is_named=False))
    parts.append(_records("Bantuan", page.aid))
    parts.append(_records("Peristiwa", page.events))
    parts.append(_records("PPKS (dahulu PMKS)", page.ppks))
    parts.append(_records("Jawaban Dukcapil", page.answers))
    return "".join(parts)


def _records(title: str, records: tuple[Record, ...], is_named: bool = True) -> str:
    if not records:
        return ""
    count = f" ({number_id(len(records))})" if is_named else ""
    return f"<h3>{title}{count}</h3>" + "".join(_record(record, is_named) for record in records)


def _record(record: Record, is_named: bool) -> str:
    told = _TOLD.get(record.table, ())
    relation = record.cell("shdk")
    head = ""
    if is_named:
        more = f" <span class='vv-muted'>{escape(relation.words)}</span>" if relation else ""
        asked = "".join(_asks(record.cell(column)) for column in told)
        head = f"<p><b>{escape(record.heading)}</b>{more}{asked}</p>"
    first = _FIRST.get(record.table)
    cells = [cell for cell in record.cells if cell.column not in told]
    shown = [c for c in cells if first is None or c.column in first or c.asked or c.done]
    folded = [cell for cell in cells if cell not in shown]
    source = f"<p class='vv-muted vv-small'>{escape(record.source)}</p>" if record.source else ""
    more = (
        f"<details><summary>{len(folded)} isian lain</summary>"
        f"<dl>{''.join(map(_cell, folded))}</dl></details>"
        if folded
        else ""
    )
    return f"<div class='vv-record'>{head}<dl>{''.join(map(_cell, shown))}</dl>{more}{source}</div>"


def _cell(cell: Cell) -> str:
    stood = ""
    if cell.done:
        stood = (
            f"<small class='vv-muted'>tertulis “{escape(cell.stood)}”, {escape(cell.done)}</small>"
        )
    kind = " class='vv-lit'" if cell.asked else ""
    return (
        f"<div{kind}><dt>{escape(cell.label)}</dt><dd>{escape(cell.words)}{_asks(cell)}{stood}</dd>"
        "</div>"
    )


def _asks(cell: Cell | None) -> str:
    if cell is None or not cell.asked:
        return ""
    codes = ", ".join(dict.fromkeys(cell.asked))
    return f" <small class='vv-asked'>▲ perlu dicek ({escape(codes)})</small>"


def _beside(pair: Pair) -> str:
    rows = "".join(
        f"<tr{' class=vv-alike' if line.is_same else ''}><th scope='row'>{escape(line.label)}</th>"
        f"<td>{_pieces(line.one)}</td><td>{_pieces(line.other)}</td></tr>"
        for line in pair.lines
    )
    number = f" Pasangan {pair.place + 1} dari {pair.of}." if pair.of > 1 else ""
    shared = " dan ".join(pair.shared) or "orangnya"
    alike = sum(line.is_same for line in pair.lines)
    unlike = ", ".join(pair.different) or "tidak ada"
    one, other = (escape(source or "tanpa nomor baris") for source in pair.sources)
    return (
        "<h2 class='vv-family-title' tabindex='-1'>Dua baris berdampingan</h2>"
        f"<p><b>{escape(pair.sentence)}</b>{number}</p>"
        f"<p>Kedua baris disandingkan karena {escape(shared)} sama.<br>"
        f"<span class='vv-muted'>Berbeda:</span> {escape(unlike)}.<br>"
        f"<span class='vv-muted'>Sama:</span> {alike} dari {len(pair.lines)} isian.</p>"
        "<table class='vv-table vv-beside'><thead><tr><th scope='col'>Isian</th>"
        f"<th scope='col'>Baris ini<small>{one}</small></th>"
        f"<th scope='col'>Baris lain<small>{other}</small></th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        "<p class='vv-muted vv-small'>Huruf yang berbeda digarisbawahi dan diberi warna.</p>"
    )


def _pieces(pieces: tuple[tuple[str, bool], ...]) -> str:
    return "".join(
        escape(text) if is_same else f"<mark>{escape(text)}</mark>" for text, is_same in pieces
    )


def _told(standings: list[Standing]) -> str:
    return f"<h3>Riwayat</h3><ol class='vv-history'>{''.join(map(_standing, standings))}</ol>"


def _standing(one: Standing) -> str:
    head = f"<b>{escape(one.list_name)}</b> per {escape(day_words(one.as_of))}"
    if not one.is_listed:
        return f"<li>{head}: keluarga ini tidak ada di daftar ini.</li>"
    lines = [
        *(escape(change) for change in one.changes),
        *(f"Temuan baru: {escape(_rule(code))}." for code in one.came),
        *(f"Tidak muncul lagi: {escape(_rule(code))}." for code in one.gone),
    ]
    more = "".join(f"<li>{line}</li>" for line in lines)
    return (
        f"<li>{head}: {number_id(one.members)} anggota, {number_id(one.findings)} temuan."
        f"{f'<ul>{more}</ul>' if more else ''}</li>"
    )


def _rule(code: str) -> str:
    return f"{rule_title(code)} ({code})"
