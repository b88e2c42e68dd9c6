"""The trainer's room as HTML: boards to strings, nothing asked and nothing kept.

Every value that came from a person or a file is escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

import segno

from workbench.domain.wilayah import CITY, PLACES, say_locally
from workbench.domain.words import date_id, number_id
from workbench.store import clock
from workbench.training.answers import word_for
from workbench.ui.rule_words import WRONGLY_FLAGGED, rule_title, rule_words
from workbench.ui.trainer.model import (
    DONE,
    NOT_BEGUN,
    STUCK,
    WAITS,
    WORKING,
    ClassForm,
    Stream,
    Watch,
    empty_places,
    minutes_idle,
    outcome_of,
    people_by_place,
    person_state,
    weak_rules,
    who_needs_help,
)

_STATE_WORDS = {
    DONE: "selesai",
    WORKING: "bekerja",
    NOT_BEGUN: "belum mulai",
    WAITS: "menunggu kasus",
}
#: People of whom the list of those who need help tells.
_HELPED = 8
#: Words for the states of a part.
PART_STATES = {"waiting": "belum dibuka", "open": "dibuka", "closed": "ditutup"}
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
        # Who is on no list, or joined twice, makes more than all of them.
        here += f" dari {number_id(total.expected)}"
    present = "peserta hadir"
    if total.joined > total.expected > 0:
        here, present = number_id(total.joined), f"hadir, {number_id(total.expected)} diundang"
    score = "belum ada" if total.score is None else number_id(int(total.score * 100 + 0.5))
    numbers = [
        (here, present),
        (
            f"{total.kelurahan_present} dari {total.kelurahan_of}",
            say_locally("kelurahan terwakili"),
        ),
        (_sent(board), "kasus dikirim"),
        (score, "nilai rata-rata"),
    ]
    lines = "".join(f"<li><strong>{escape(n)}</strong>{word}</li>" for n, word in numbers)
    return f'<div class="vvk"><ul class="vvk-totals">{lines}</ul></div>'


def _sent(board: Any) -> str:
    done = number_id(board.totals.cases_done)
    # On a ladder nobody knows beforehand how many cases it takes.
    return done if board.info.rules else f"{done} dari {number_id(board.totals.cases_of)}"


def people(board: Any, now: datetime, watch: Watch) -> str:
    """The room as a grid of people by kelurahan, with progress and who is stuck."""
    if not board.people:
        return _box(
            "Peserta", '<p class="vvk-muted">Belum ada yang masuk. Buka Layar masuk di dinding.</p>'
        )
    drawn, kecamatan = [], None
    for place, those in people_by_place(board):
        if place.kecamatan != kecamatan:
            kecamatan = place.kecamatan
            heading = f"Kecamatan {kecamatan}" if kecamatan else f"Seluruh {CITY.kind}"
            drawn.append(f'<h4 class="vvk-place">{escape(heading)}</h4>')
        drawn += [_person(person, place.name, now, watch) for person in those]
    return _box(
        "Peserta",
        f'<div class="vvk-people" tabindex="0" role="region" '
        f'aria-label="Peserta per kecamatan"><div class="vvk-places">{"".join(drawn)}</div></div>',
    )


def _person(person: Any, place: str, now: datetime, watch: Watch) -> str:
    state = person_state(person, now, watch)
    words = _STATE_WORDS.get(state) or f"! diam {minutes_idle(person, now)} menit"
    alike = [one for one in watch.alike if one.seat == person.seat and state != DONE]
    if alike:
        words = f"! {_alike_words(alike[0].rule)}"
    if watch.rules:
        mastered = watch.mastered.get(person.seat, 0)
        done, share = f"{person.done} kasus", round(100 * mastered / watch.rules)
        words = f"{words} · {mastered}/{watch.rules} aturan"
    else:
        done = f"{person.done}/{person.of}"
        share = round(100 * person.done / person.of) if person.of else 0
    kind = STUCK if alike else state
    return (
        f'<div class="vvk-person vvk-{kind}"><span title="{escape(person.name)}">'
        f"{escape(person.name)}</span><strong>{done}</strong>"
        f'<i><b style="width:{share}%"></b></i><small title="{escape(words)}">{escape(words)} · '
        f"{escape(place)}, kursi&nbsp;{person.seat}</small></div>"
    )


def _alike_words(rule: str) -> str:
    return f"3 kali melewatkan {rule}" if rule else "3 kasus dengan tuduhan keliru"


def needs_help(board: Any, now: datetime, watch: Watch) -> str:
    """Whom to go to, and why: the same error three times, then who is idle the longest."""
    if watch.is_resting:
        return _box("Perlu dibantu", '<p class="vvk-muted">Kelas sedang menunggu Anda.</p>')
    found = who_needs_help(board, now, watch)
    if not found:
        return _box("Perlu dibantu", '<p class="vvk-muted">Belum ada. Semua bergerak.</p>')
    lines = []
    for one in found[:_HELPED]:
        if one.rule is None:
            why = f"diam {one.minutes} menit"
        elif one.rule:
            why = f"{_alike_words(one.rule)}: {rule_title(one.rule)}"
        else:
            why = "3 kasus berturut-turut menandai isian yang sesuai"
        lines.append(
            f"<li><strong>{escape(one.person.name)}</strong> <span>{escape(one.person.area)}, "
            f"kursi {one.person.seat}</span><br>{escape(why)}</li>"
        )
    more = len(found) - _HELPED
    rest = f'<p class="vvk-muted">dan {more} orang lagi</p>' if more > 0 else ""
    return _box("Perlu dibantu", f'<ul class="vvk-stream">{"".join(lines)}</ul>{rest}')


def twice(board: Any) -> str:
    """Who seems to have joined twice, and which seats do not count; "" where all is single."""
    lines = [
        f"<li><strong>{escape(those[0].name)}</strong> masuk "
        f"{len(those)} kali: {_seats(those)}</li>"
        for those in board.twice
    ]
    lines += [f"<li>{_aside_words(one)}</li>" for one in board.aside]
    if not lines:
        return ""
    where = '<p class="vvk-muted">Satukan di Bantu peserta.</p>' if board.twice else ""
    return _box("Masuk dua kali", f'<ul class="vvk-stream">{"".join(lines)}</ul>{where}')


def twice_line(those: Sequence[Any]) -> str:
    """People of one name and place, to choose the seat that counts."""
    first = those[0]
    return (
        f'<div class="vvk"><strong>{escape(first.name)}</strong> ({escape(first.area)}): '
        f'{_seats(those)}. <span class="vvk-muted">Bila memang orang yang berbeda, biarkan.'
        "</span></div>"
    )


def aside_line(one: Any) -> str:
    """A seat that does not count."""
    return f'<div class="vvk">{_aside_words(one)}</div>'


def _aside_words(one: Any) -> str:
    return (
        f"<strong>{escape(one.name)}</strong>, kursi {one.seat}: <strong>tidak dihitung</strong>, "
        f"{number_id(one.done)} kasus tersimpan. Dihitung di kursi {one.counted}."
    )


def _seats(those: Sequence[Any]) -> str:
    told = [f"kursi {one.seat} ({number_id(one.done)} kasus)" for one in those]
    return f"{', '.join(told[:-1])} dan {told[-1]}"


def missed_rule(rule: Any) -> str:
    """One of the rules missed most, as a bar of missed against all."""
    of = rule.missed + rule.found
    share = round(100 * rule.missed / of)
    return (
        f'<div class="vvk vvk-bar"><strong>{escape(rule.rule)}</strong> '
        f'{escape(rule_title(rule.rule))}<br><span class="vvk-muted">terlewat {rule.missed} dari '
        f'{of}, oleh {rule.people} orang</span><i><b style="width:{share}%"></b></i></div>'
    )


def worst_case(case: Any) -> str:
    """A case behind a rule, in one line."""
    words = f"terlewat {case.missed} dari {case.sent}"
    if case.false_alarms:
        words += f", {case.false_alarms} tuduhan keliru"
    return f"{case.title}: {words}"


def solution(case: Any, is_large: bool = False) -> str:
    """What is wrong in a case, why it matters, what settles it, who says so."""
    listed = "".join(_mistake(one) for one in case.solutions)
    listed = listed or "<li>Kasus ini tidak memuat kesalahan.</li>"
    status = word_for("status", case.answer["status"])
    follow_up = word_for("follow_up", case.answer["follow_up"])
    kind = "vvk-solution vvk-large" if is_large else "vvk-solution"
    return (
        f'<div class="vvk {kind}"><ul>{listed}</ul><p>Status: <strong>{escape(status)}</strong>. '
        f"Tindak lanjut: <strong>{escape(follow_up)}</strong>.</p></div>"
    )


def _mistake(one: Any) -> str:
    documents = "; ".join(one.documents) or "tidak ada"
    return (
        f"<li><strong>{escape(one.rule)} {escape(one.title)}</strong><br>{escape(one.why)}<br>"
        f'<span class="vvk-muted">Yang memastikan: {escape(documents)}. '
        f"Sumber: {escape(one.source)}</span></li>"
    )


def wall_head(title: str, is_solved: bool) -> str:
    """The question over a case on the wall."""
    asked = "Inilah yang salah" if is_solved else "Apa yang salah di sini?"
    return f'<div class="vvk vvk-wall-head"><h2>{asked}</h2><span>{escape(title)}</span></div>'


def live_state(live: Any) -> str:
    """What the class is being told now."""
    if live is None or not (live.paused or live.message):
        return ""
    told = []
    if live.paused:
        told.append("<strong>Kelas dijeda.</strong> Peserta melihat layar jeda, isiannya utuh.")
    if live.message:
        told.append(f"Pesan yang tampil: <strong>{escape(live.message)}</strong>")
    return f'<p class="vvk vvk-live" role="status">{" ".join(told)}</p>'


def part_line(place: int, part: Any) -> str:
    """The part at a place of the class: how it stands, who began it, who finished it."""
    state = PART_STATES.get(part.state, part.state)
    sign = {"open": "▶", "closed": "■"}.get(part.state, "○")
    done = "selesai" if part.kind != "latihan" else "menguasai semua"
    counts = f"{part.given} mulai, {part.done} {done}" if part.given else "belum ada yang mulai"
    return (
        f'<div class="vvk vvk-part vvk-part-{escape(part.state)}"><strong>{place}. '
        f"{escape(part.title)}</strong> <span>{sign} {state}</span>"
        f'<small class="vvk-muted">{counts}</small></div>'
    )


def sheet(shown: Any, marks: dict[str, str]) -> str:
    """The sheet that is being typed in: whose case, and the rows that were marked."""
    words = {"tidak_sesuai": "tidak sesuai", "perlu_kunjungan": "perlu kunjungan"}
    rows = "".join(
        f"<li>Baris {line.number}: {escape(line.section)}, {escape(line.label)} "
        f"<strong>{escape(line.value or '(kosong)')}</strong>: {words[marks[line.cell]]}</li>"
        for line in shown.lines
        if line.cell in marks
    )
    return (
        f'<div class="vvk vvk-box"><h3>Lembar {escape(shown.code)}: {escape(shown.title)}</h3>'
        f'<p class="vvk-muted">{len(shown.lines)} baris.</p><ul>{rows}</ul></div>'
    )


def archive_line(archive: Any) -> str:
    """One archive in words."""
    size = number_id(max(1, round(archive.size / 1024)))
    people_, cases = archive.rows.get("peserta", 0), archive.rows.get("nilai", 0)
    return (
        f'<div class="vvk"><strong>{escape(archive.class_name)}</strong> '
        f'<span class="vvk-muted">{escape(archive.name)}: {number_id(people_)} peserta, '
        f"{number_id(cases)} kasus dijawab, {size} kB</span></div>"
    )


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
        f"<li><time>{happening.at.astimezone(clock.zone()):%H.%M}</time>{escape(happening.sentence)}</li>"
        for happening in told.happenings
    )
    return _box("Terbaru", f'<ul class="vvk-stream">{lines}</ul>')


def drills_played(told: Sequence[Any]) -> str:
    """Each drill somebody played, a line each, with its hardest card; nothing while none did."""
    lines = []
    for drill in told:
        if drill.share is None:
            continue
        hard = ""
        if drill.hardest:
            first = drill.hardest[0]
            hard = (
                f'<br><small class="vvk-muted">Paling sering keliru ({first.wrong} dari '
                f"{first.answered}): {escape(first.words)}</small>"
            )
        lines.append(
            f"<li><strong>{escape(drill.title)}</strong>: {number_id(drill.players)} orang, "
            f"{number_id(drill.answered)} kartu, tepat {drill.share.percents()}{hard}</li>"
        )
    return _box("Latihan singkat", f"<ul>{''.join(lines)}</ul>") if lines else ""


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
            f"<p>{count} dari {board.totals.kelurahan_of} {PLACES} belum terwakili.</p>"
            f'<ul class="vvk-empty-places">{lines}</ul>'
        )
    else:
        parts.append(f"<p>Semua {board.totals.kelurahan_of} {PLACES} terwakili.</p>")
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
    done = person.done if board.info.rules else f"{person.done} dari {person.of}"
    return (
        f'<div class="vvk vvk-box"><h3>{escape(person.name)}</h3><p>{escape(person.area)}, kursi '
        f"{person.seat}. {done} kasus dikirim.</p>{talk}</div>"
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
