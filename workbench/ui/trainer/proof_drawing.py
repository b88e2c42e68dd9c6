"""The proof of a class as HTML: figures to strings, nothing asked and nothing kept.

Every value that came from a person or a file is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from workbench.domain.estimates import Estimate
from workbench.domain.words import number_id
from workbench.services.proofs import AFTER, BEFORE, TESTS, Proof, TaskReading, method_lines
from workbench.training.measures.detection import Detection
from workbench.training.measures.estimates import hint
from workbench.training.measures.items import OptionReading
from workbench.ui.rule_words import rule_title
from workbench.ui.trainer.drawing import explained

#: The chart in its own units: where 0 and 100 % lie, and the two tests.
_TOP, _BOTTOM, _LEFT, _RIGHT = 16, 236, 120, 280


def proof_page(found: Proof) -> str:
    """Everything of the proof, the sentence for the head of office first."""
    parts = (gain(found), missed(found), detection(found), places(found), items(found))
    return f'<div class="vvk vvb">{"".join(parts)}</div>'


def gain(found: Proof) -> str:
    """The class before and after: a chart, a sentence to read aloud, and the same as a table."""
    sentence = found.gain.words or found.gain.refusal
    words = [f'<p class="vvb-said" role="status">{escape(sentence)}</p>']
    words.append(f"<p>{escape(found.attendance)}</p>")
    words += [f'<p class="vvb-flag">! {escape(note)}</p>' for note in found.notes]
    if found.before and found.after:
        drawn = chart(found.before, found.after)
        words.append(_means(found.before, found.after, found.matched))
    else:
        drawn = ""
    words.append(_unmatched(found))
    lines = "".join(f"<li>{escape(line)}</li>" for line in method_lines(found))
    words.append(
        f"<details><summary>Angka di balik kalimat ini</summary><ul>{lines}</ul>"
        '<p class="vvk-muted">Nilai tes adalah rata-rata nilai kasus, 0 sampai 100 %. Selang '
        "menunjukkan sejauh mana angka dapat bergeser pada kelas lain yang serupa (95 %). "
        "g adalah bagian kekurangan yang tertutup; d adalah kenaikan dibagi sebaran nilai.</p>"
        "</details>"
    )
    return _box(
        "Sebelum dan sesudah", f'<div class="vvb-gain">{drawn}<div>{"".join(words)}</div></div>'
    )


def chart(before: Estimate, after: Estimate) -> str:
    """Two dots, each in its interval, and a line; readable in grey."""
    said = (
        f"Grafik. Tes awal {before.percents()}, tes akhir {after.percents()}. "
        "Angka yang sama ada di tabel."
    )
    grid = "".join(
        f'<line class="vvb-grid" x1="56" x2="340" y1="{_y(share)}" y2="{_y(share)}"/>'
        f'<text x="48" y="{_y(share) + 5}" text-anchor="end">{round(100 * share)} %</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    dots = "".join(
        _dot(one, x, kind, words)
        for one, x, kind, words in (
            (before, _LEFT, "before", TESTS[BEFORE]),
            (after, _RIGHT, "after", TESTS[AFTER]),
        )
    )
    return (
        f'<svg class="vvb-chart" viewBox="0 0 360 276" role="img" aria-label="{escape(said)}">'
        f'{grid}<line class="vvb-line" x1="{_LEFT}" y1="{_y(before.value)}" x2="{_RIGHT}" '
        f'y2="{_y(after.value)}"/>{dots}</svg>'
    )


def _dot(one: Estimate, x: int, kind: str, words: str) -> str:
    low, high, at = _y(one.low), _y(one.high), _y(one.value)
    # The figure stands outside, where the line does not run.
    side, anchor = (-16, "end") if kind == "before" else (16, "start")
    return (
        f'<path class="vvb-reach" d="M{x - 8} {low}H{x + 8}M{x} {low}V{high}M{x - 8} {high}'
        f'H{x + 8}"/><circle class="vvb-{kind}" cx="{x}" cy="{at}" r="6"/>'
        f'<text class="vvb-value" x="{x + side}" y="{at + 6}" text-anchor="{anchor}">'
        f"{number_id(100 * one.value, 0)}</text>"
        f'<text x="{x}" y="266" text-anchor="middle">{words}</text>'
    )


def _y(share: float) -> int:
    return round(_BOTTOM - share * (_BOTTOM - _TOP))


def _means(before: Estimate, after: Estimate, n: int) -> str:
    rows = [
        [words, number_id(100 * one.value, 0) + " %", _reach(one), number_id(n)]
        for words, one in zip(TESTS.values(), (before, after), strict=True)
    ]
    head = ("Tes", "Nilai rata-rata", "Selang 95 %", "Orang")
    return _table("Nilai rata-rata kelas", head, rows)


def _reach(one: Estimate) -> str:
    return f"{number_id(100 * one.low, 0)} sampai {number_id(100 * one.high, 0)} %"


def _unmatched(found: Proof) -> str:
    if not found.unmatched:
        return ""
    rows = [
        [one.name, one.area, "ada" if one.has_before else "-", "ada" if one.has_after else "-"]
        for one in found.unmatched
    ]
    table = _table(
        "Tanpa kedua tes, jadi tidak ikut dibandingkan",
        ("Nama", "Wilayah", "Tes awal", "Tes akhir"),
        rows,
    )
    return (
        f"<details><summary>Siapa yang belum lengkap ({len(rows)} orang)</summary>"
        f"{_scroll('Peserta tanpa kedua tes', table)}</details>"
    )


def missed(found: Proof) -> str:
    """What was missed in the closing test, the most missed first, each with its explanation."""
    if not found.still_missed:
        none = "Belum ada jawaban tes akhir."
        if any(item.facility(AFTER) for item in found.items):
            none = "Tidak ada kesalahan yang terlewat pada tes akhir."
        return _box("Masih terlewat", f'<p class="vvk-muted">{none}</p>')
    lines = []
    for row in found.still_missed:
        before = f", sebelumnya {row.before.percents()}" if row.before else ""
        note = f" ({row.note})" if row.note else ""
        lines.append(
            f"<li><strong>{escape(row.rule)}</strong> {escape(rule_title(row.rule))}<br>"
            f'<span class="vvk-muted">Terlewat {row.missed} dari {row.asked}: '
            f"{row.after.percents()}{before}{note}</span>"
            f'<i><b style="width:{round(100 * row.after.value)}%"></b></i>'
            f"<details><summary>Jelaskan</summary>{explained(row.rule)}</details></li>"
        )
    return _box("Masih terlewat", f'<ul class="vvb-missed">{"".join(lines)}</ul>')


def detection(found: Proof) -> str:
    """Who finds and who flags too much: first all cases, then each rule that has enough."""
    whole = found.whole
    if whole.refusal:
        said = f'<p class="vvk-muted">{escape(whole.refusal)}</p>'
    else:
        said = f"<p>Kelas ini <strong>{escape(whole.words)}</strong>. {_shares(whole)}</p>"
    rows = [
        [
            f"{one.rule} {rule_title(one.rule)}",
            one.detection.words.capitalize(),
            one.detection.found.percents(),
            one.detection.flagged.percents(),
            one.detection.d_prime.words(),
            one.detection.caution.words(),
        ]
        for one in found.by_rule
        if one.detection.found
        and one.detection.flagged
        and one.detection.d_prime
        and one.detection.caution
    ]
    if rows:
        table = _table(
            "Dari tes dan latihan tanpa bantuan",
            (
                "Aturan",
                "Dengan kata",
                "Salah ditemukan",
                "Benar ditandai",
                "Ketelitian (d')",
                "Kehati-hatian (c)",
            ),
            rows,
            "vvb-wide",
        )
        said += (
            f"<details><summary>Tiap aturan ({len(rows)})</summary>"
            f"{_scroll('Ketelitian tiap aturan', table)}"
            '<p class="vvk-muted">d\' nol berarti menebak; makin besar makin teliti. c di atas nol '
            "berarti terlalu jarang menandai, di bawah nol terlalu mudah menandai. Dalam kurung "
            "selang 95 %. Jawaban satu orang dihitung seolah berdiri sendiri, jadi selang yang "
            "sebenarnya sedikit lebih lebar.</p></details>"
        )
    refused = [one.rule for one in found.by_rule if one.detection.refusal]
    if refused:
        said += (
            f'<p class="vvk-muted">Belum cukup jawaban untuk {", ".join(map(escape, refused))}: '
            "perlu sedikitnya 10 kasus salah dan 10 kasus benar.</p>"
        )
    return _box("Ketelitian dan kehati-hatian", said)


def _shares(whole: Detection) -> str:
    found, flagged = whole.found, whole.flagged
    if not (found and flagged):
        return ""
    return (
        f"Kasus yang memuat kesalahan ditemukan {found.percents()}; kasus yang benar ditandai "
        f"keliru {flagged.percents()}."
    )


def places(found: Proof) -> str:
    """The kelurahan by name, never by gain."""
    rows = [
        [
            place.name,
            number_id(place.n),
            place.before.percents(),
            place.after.percents(),
            hint(place.n),
        ]
        for place in found.places
    ]
    body = '<p class="vvk-muted">Belum ada wilayah dengan tiga orang yang lengkap kedua tesnya.</p>'
    if rows:
        head = ("Wilayah", "Orang", "Tes awal", "Tes akhir", "")
        body = _scroll("Nilai per wilayah", _table("Urut menurut nama wilayah", head, rows))
    if found.places_hidden and rows:
        body += (
            '<p class="vvk-muted">Wilayah dengan kurang dari tiga orang tidak ditampilkan '
            "sendiri.</p>"
        )
    return _box("Menurut wilayah", body)


def items(found: Proof) -> str:
    """The tasks of the tests behind a fold: figures first, then who chose what."""
    if not found.items:
        return _box("Soal tes", '<p class="vvk-muted">Belum ada soal tes yang dijawab.</p>')
    flagged = [item for item in found.items if item.flags]
    words = "".join(
        f'<li><strong>{escape(item.name)}</strong> {escape(item.holds)}<br><span class="vvb-flag">'
        f"! {escape(' '.join(item.flags))}</span></li>"
        for item in flagged
    )
    said = f"<ul>{words}</ul>" if words else "<p>Tidak ada soal yang perlu diperiksa.</p>"
    few = hint(max(item.reading.n for item in found.items))
    if few:
        said += f'<p class="vvk-muted">Kurang dari 30 orang: semua angka soal {few}.</p>'
    head = ("Soal", "Dijawab", "Nilai", "Tes awal", "Tes akhir", "Daya beda", "Waktu tengah")
    table = _table(
        "Nilai rata-rata tiap soal, dalam kurung selang 95 %",
        head,
        map(_item_row, found.items),
        "vvb-wide",
    )
    options = "".join(map(_options, found.items))
    said += (
        f"<details><summary>Semua soal ({len(found.items)})</summary>"
        f"{_scroll('Angka tiap soal', table)}"
        '<p class="vvk-muted">Daya beda adalah hubungan nilai soal ini dengan nilai soal lain '
        "dalam tes yang sama: mendekati 0 tidak membedakan, di bawah 0 terbalik. Soal diganti oleh "
        "orang, bukan oleh angka.</p></details>"
        f"<details><summary>Pilihan tiap soal</summary>"
        f'<div class="vvb-options">{options}</div></details>'
    )
    return _box("Soal tes", said)


def _item_row(item: TaskReading) -> list[str]:
    reading = item.reading
    return [
        f"{item.name} {item.holds}",
        number_id(reading.n),
        reading.facility.percents(),
        _or_none(item.facility(BEFORE)),
        _or_none(item.facility(AFTER)),
        reading.discrimination.words() if reading.discrimination else "belum ada",
        _time(reading.seconds),
    ]


def _or_none(one: Estimate | None) -> str:
    return one.percents() if one else "belum ada"


def _time(seconds: Estimate | None) -> str:
    if seconds is None:
        return "belum ada"
    value, low, high = (number_id(x / 60, 1) for x in (seconds.value, seconds.low, seconds.high))
    return f"{value} menit ({low} sampai {high})"


def _options(item: TaskReading) -> str:
    tables = "".join(
        _table(f"{item.name}, {what}", ("Pilihan", "Dipilih", "Bagian"), map(_option_row, options))
        for what, options in (
            ("status", item.reading.options),
            ("tindak lanjut", item.follow_ups),
        )
        if options
    )
    return f"<div>{tables}</div>"


def _option_row(option: OptionReading) -> list[str]:
    words = f"{option.option} (kunci)" if option.is_key else option.option
    return [words, number_id(option.taken), option.share.percents()]


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Any]], kind: str = "") -> str:
    """A table whose first column names its row."""
    heads = "".join(f'<th scope="col">{escape(word)}</th>' for word in head)
    lines = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<table class="{kind}"><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )


def _scroll(name: str, table: str) -> str:
    """What is wide scrolls inside its own box, by key too."""
    label = escape(name)
    return f'<div class="vvk-scroll" tabindex="0" role="region" aria-label="{label}">{table}</div>'


def _box(title: str, body: str) -> str:
    return f'<section class="vvk-box"><h3>{escape(title)}</h3>{body}</section>'
