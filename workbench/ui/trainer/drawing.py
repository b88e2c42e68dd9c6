"""The trainer's room as HTML: boards to strings, nothing asked and nothing kept.

Every value that came from a person or a file is escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

import segno

from workbench.domain.words import date_id, number_id
from workbench.ui.rule_words import WRONGLY_FLAGGED, rule_title, rule_words
from workbench.ui.trainer.model import (
    DONE,
    NOT_BEGUN,
    STUCK,
    WORKING,
    ClassForm,
    Stream,
    empty_places,
    minutes_idle,
    outcome_of,
    people_by_place,
    person_state,
    weak_rules,
)

_STATE_WORDS = {DONE: "selesai", WORKING: "bekerja", NOT_BEGUN: "belum mulai"}
#: Outcome -> (sign in the matrix, its word).
_OUTCOMES = {
    "found": ("✓", "ditemukan"),
    "missed": ("✗", "terlewat"),
    "mixed": ("±", "ditemukan dan terlewat"),
    "wrong": ("!", WRONGLY_FLAGGED.lower()),
}


def blocker(form: ClassForm) -> str:
    """Why the class cannot open yet, or what will happen."""
    reasons = form.blockers()
    if reasons:
        return f'<p class="vvk-blocker" role="status">{escape(reasons[0])}</p>'
    seats, cases = number_id(form.seats), number_id(form.n_cases)
    day = date_id(form.day, long=True)
    return (
        f'<p class="vvk-muted" role="status">Kelas tanggal {day}. Kasus untuk {seats} kursi, '
        f"{cases} kasus tiap kursi, disiapkan saat kelas dibuka.</p>"
    )


def head(info: Any) -> str:
    """The class in one line."""
    state = "terbuka" if info.is_open else "ditutup untuk peserta baru"
    code = f'Kode <span class="vvk-code">{escape(info.join_code)}</span>'
    code = code if info.code_works else "Kode tidak berlaku"
    where = ", ".join(part for part in (info.place, date_id(info.date)) if part)
    return (
        f'<div class="vvk vvk-head"><h2>{escape(info.name)}</h2><span>{escape(where)}</span>'
        f'<span>{code}</span><span class="vvk-muted">{state}</span></div>'
    )


def totals(board: Any) -> str:
    """The numbers over the board."""
    total = board.totals
    here = number_id(total.joined)
    if total.expected:
        here += f" dari {number_id(total.expected)}"
    score = "belum ada" if total.score is None else number_id(int(total.score * 100 + 0.5))
    numbers = [
        (here, "peserta hadir"),
        (f"{total.kelurahan_present} dari {total.kelurahan_of}", "kelurahan terwakili"),
        (f"{number_id(total.cases_done)} dari {number_id(total.cases_of)}", "kasus dikirim"),
        (score, "nilai rata-rata"),
    ]
    lines = "".join(f"<li><strong>{escape(n)}</strong>{word}</li>" for n, word in numbers)
    return f'<div class="vvk"><ul class="vvk-totals">{lines}</ul></div>'


def people(board: Any, now: datetime) -> str:
    """The room as a grid of people by kelurahan, with progress and who is stuck."""
    if not board.people:
        return _box(
            "Peserta", '<p class="vvk-muted">Belum ada yang masuk. Buka Layar masuk di dinding.</p>'
        )
    drawn, kecamatan = [], None
    for place, those in people_by_place(board):
        if place.kecamatan != kecamatan:
            kecamatan = place.kecamatan
            heading = f"Kecamatan {kecamatan}" if kecamatan else "Seluruh kota"
            drawn.append(f'<h4 class="vvk-place">{escape(heading)}</h4>')
        drawn += [_person(person, place.name, now) for person in those]
    stuck = sum(person_state(person, now) == STUCK for person in board.people)
    note = f"{number_id(stuck)} orang diam lima menit atau lebih." if stuck else "Semua bergerak."
    return _box(
        "Peserta",
        f'<p class="vvk-muted">{note}</p><div class="vvk-people" tabindex="0" role="region" '
        f'aria-label="Peserta per kecamatan"><div class="vvk-places">{"".join(drawn)}</div></div>',
    )


def _person(person: Any, place: str, now: datetime) -> str:
    state = person_state(person, now)
    words = _STATE_WORDS.get(state) or f"! diam {minutes_idle(person, now)} menit"
    share = round(100 * person.done / person.of) if person.of else 0
    return (
        f'<div class="vvk-person vvk-{state}"><span title="{escape(person.name)}">'
        f"{escape(person.name)}</span><strong>{person.done}/{person.of}</strong>"
        f'<i><b style="width:{share}%"></b></i><small>{words} · {escape(place)}</small></div>'
    )


def most_missed(board: Any) -> str:
    """The five rules missed most, as bars of missed against all."""
    if not board.most_missed:
        return _box(
            "Paling sering terlewat", '<p class="vvk-muted">Belum ada kasus yang dikirim.</p>'
        )
    lines = []
    for rule in board.most_missed:
        of = rule.missed + rule.found
        lines.append(
            f"<li><strong>{escape(rule.rule)}</strong> {escape(rule_title(rule.rule))}<br>"
            f'<span class="vvk-muted">terlewat {rule.missed} dari {of}, oleh {rule.people} '
            f'orang</span><i><b style="width:{round(100 * rule.missed / of)}%"></b></i></li>'
        )
    return _box("Paling sering terlewat", f'<ul class="vvk-bars">{"".join(lines)}</ul>')


def explained(code: str) -> str:
    """One rule, for saying aloud: what to ask, of which document, why, who says so."""
    words = rule_words(code)
    if words is None:
        return ""
    documents = escape("; ".join(words.documents)) or "tidak ada"
    return (
        f'<div class="vvk vvk-box"><h3>{escape(words.code)} {escape(words.title)}</h3>'
        f"<p><strong>{escape(words.question)}</strong></p><p>{escape(words.why)}</p>"
        f'<p>Berkas: {documents}</p><p class="vvk-muted">Sumber: {escape(words.source)}</p></div>'
    )


def stream(told: Stream) -> str:
    """What happened last."""
    if not told.happenings:
        return _box("Terbaru", '<p class="vvk-muted">Belum ada apa-apa.</p>')
    lines = "".join(
        f"<li><time>{happening.at.astimezone():%H.%M}</time>{escape(happening.sentence)}</li>"
        for happening in told.happenings
    )
    return _box("Terbaru", f'<ul class="vvk-stream">{lines}</ul>')


def absent(board: Any) -> str:
    """The kelurahan without anybody, and who of the list has not come."""
    grouped = empty_places(board)
    parts = []
    if grouped:
        count = sum(len(names) for _, names in grouped)
        lines = "".join(
            f"<li><strong>{escape(kecamatan)}</strong>: {escape(', '.join(names))}</li>"
            for kecamatan, names in grouped
        )
        parts.append(
            f"<p>{count} dari {board.totals.kelurahan_of} kelurahan belum terwakili.</p>"
            f'<ul class="vvk-empty-places">{lines}</ul>'
        )
    else:
        parts.append(f"<p>Semua {board.totals.kelurahan_of} kelurahan terwakili.</p>")
    if board.absent:
        lines = "".join(
            f"<li>{escape(person.name)}"
            + (f" ({escape(person.area)})" if person.area else "")
            + "</li>"
            for person in board.absent
        )
        parts.append(
            f"<h3>Belum hadir dari daftar peserta: {len(board.absent)}</h3>"
            f'<ul class="vvk-empty-places">{lines}</ul>'
        )
    return _box("Belum terwakili", "".join(parts))


def matrix(board: Any) -> str:
    """Rules against people: a sign in words and colour for each."""
    if not board.matrix:
        return _box(
            "Aturan dan peserta", '<p class="vvk-muted">Terisi setelah kasus pertama dikirim.</p>'
        )
    seats = [person.seat for person in board.people]
    names = {person.seat: person.name for person in board.people}
    heads = "".join(f'<th scope="col" title="{escape(names[seat])}">{seat}</th>' for seat in seats)
    rows = []
    for code in [*board.rules, *([""] if "" in board.matrix else [])]:
        cells = "".join(_cell(board.matrix.get(code, {}).get(seat), names[seat]) for seat in seats)
        title = f"{code} {rule_title(code)}" if code else rule_title("")
        rows.append(f'<tr><th scope="row">{escape(title)}</th>{cells}</tr>')
    key = "".join(
        f'<span><b class="vvk-{kind}">{sign}</b>{word}</span>'
        for kind, (sign, word) in _OUTCOMES.items()
    )
    return _box(
        "Aturan dan peserta",
        f'<p class="vvk-muted">Angka di atas adalah nomor kursi.</p><p class="vvk-key">{key}</p>'
        f'<div class="vvk-scroll" tabindex="0" role="region" aria-label="Aturan dan peserta">'
        f'<table class="vvk-matrix"><thead><tr><th scope="col">Aturan</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>",
    )


def _cell(outcome: Any, name: str) -> str:
    kind = outcome_of(outcome)
    if not kind:
        return "<td></td>"
    sign, word = _OUTCOMES[kind]
    return f'<td class="vvk-{kind}" title="{escape(name)}: {word}">{sign}</td>'


def code_state(info: Any) -> str:
    """Whether people can join now, and until when."""
    sentence = info.code_words
    if info.is_open and not info.code_works:
        sentence += " Yang sudah masuk tetap dapat bekerja dan kembali dengan kode kembali."
    return f'<p class="vvk" role="status">{escape(sentence)}</p>'


def join_screen(info: Any, address: str, joined: int) -> str:
    """How to come in, for the wall: QR, address, code; nothing to type where nobody can join."""
    here = f"{number_id(joined)} orang sudah masuk."
    if not info.code_works:
        sentence = (
            "Kode kelas sedang tidak berlaku. Tunggu petunjuk pelatih."
            if info.is_open
            else "Kelas ini ditutup untuk peserta baru. Buka lagi di bagian Kelas."
        )
        return f'<div class="vvk vvk-join"><p class="vvk-bad">{sentence}</p></div>'
    if address:
        link = f"{address}/masuk"
        code = segno.make(f"{link}?kode={info.join_code}", error="m")
        picture = code.svg_inline(scale=8, border=2, dark="#000", light="#fff")
        picture = picture.replace("<svg ", '<svg role="img" aria-label="Kode QR masuk kelas" ', 1)
        where = f'<div class="vvk-address">{escape(link.removeprefix("http://"))}</div>'
    else:
        picture = ""
        where = "<p>Alamat server tertulis di terminal komputer ini.</p>"
    # The picture carries its own size in pixels; the viewBox lets the page size it.
    picture = _scalable(picture)
    return (
        f'<div class="vvk vvk-join">{picture}<div><p>Buka alamat ini di ponsel:</p>{where}'
        f'<p>Kode kelas:</p><div class="vvk-big">{escape(info.join_code)}</div><p>{here}</p>'
        "</div></div>"
    )


def _scalable(svg: str) -> str:
    import re

    size = re.search(r'width="(\d+)" height="(\d+)"', svg)
    if size is None:
        return svg
    return svg.replace(size.group(0), f'viewBox="0 0 {size.group(1)} {size.group(2)}"', 1)


def person_help(board: Any, seat: int) -> str:
    """Where one person stands and what to talk about with them."""
    person = next((person for person in board.people if person.seat == seat), None)
    if person is None:
        return ""
    weak = weak_rules(board, seat)
    if weak:
        lines = "".join(f"<li>{escape(code)} {escape(rule_title(code))}</li>" for code in weak[:5])
        talk = f"<p>Yang terlewat:</p><ul>{lines}</ul>"
    else:
        talk = '<p class="vvk-muted">Belum ada aturan yang terlewat.</p>'
    return (
        f'<div class="vvk vvk-box"><h3>{escape(person.name)}</h3><p>{escape(person.area)}, kursi '
        f"{person.seat}. {person.done} dari {person.of} kasus dikirim.</p>{talk}</div>"
    )


def return_code(code: str, name: str, address: str) -> str:
    """A new return code, to be read out or shown."""
    where = f"{address.removeprefix('http://')}/masuk" if address else "halaman masuk"
    return (
        f'<div class="vvk vvk-good" role="status"><p>Kode kembali untuk {escape(name)}:</p>'
        f'<p class="vvk-return">{escape(code)}</p><p>Isi di {escape(where)}. '
        "Kode yang lama tidak berlaku lagi; jawabannya tetap ada.</p></div>"
    )


def said(sentence: str, is_problem: bool = False) -> str:
    """One sentence for the trainer; "" draws nothing."""
    if not sentence:
        return ""
    kind, role = ("vvk-bad", "alert") if is_problem else ("vvk-good", "status")
    return f'<p class="vvk {kind}" role="{role}">{escape(sentence)}</p>'


def people_options(board: Any) -> list[tuple[str, int]]:
    """The people of a class for a list to choose from, by name."""
    ordered: Sequence[Any] = sorted(board.people, key=lambda person: person.name.casefold())
    return [
        (f"{person.name} ({person.area}), kursi {person.seat}", person.seat) for person in ordered
    ]


def _box(title: str, body: str) -> str:
    return f'<section class="vvk vvk-box"><h3>{escape(title)}</h3>{body}</section>'
