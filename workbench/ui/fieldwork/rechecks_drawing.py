"""What the tab Periksa ulang writes: numbers in sentences and tables, everything escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from workbench.domain.wilayah import PLACES
from workbench.domain.words import number_id
from workbench.services.doorsteps import Doorstep
from workbench.services.rechecks import BeforeAfter, Compared, Progress
from workbench.services.samples import Planned
from workbench.ui.rule_words import rule_title
from workbench.verification.agreement.attribution import Attribution
from workbench.verification.agreement.measures import Coefficient
from workbench.verification.agreement.visits import FieldReading, answer_words
from workbench.verification.fieldwork.outcomes import Level, fields

INTRODUCTION: Final = (
    "<p>Sebagian keluarga yang sudah dikunjungi diundi dan dikunjungi sekali lagi oleh orang lain. "
    "Pemeriksa kedua tidak melihat hasil yang pertama sampai keduanya dikunci.</p>"
)
_SIGNS: Final = {True: ("✓", "vv-badge-good"), False: ("✗", "vv-badge-bad"), None: ("●", "")}
_WORDS: Final = {True: "Daftar diterima", False: "Daftar ditolak", None: "Belum ada putusan"}


def errands_head(left: int, total: int) -> str:
    """How much of the own second visits is left."""
    if not left:
        return f"<h2>Tugas Anda</h2><p>Semua {number_id(total)} keluarga sudah Anda kunci.</p>"
    return (
        f"<h2>Tugas Anda: {number_id(left)} dari {number_id(total)} keluarga</h2>"
        "<p>Kunjungi dan isi seperti kunjungan biasa. Jangan bertanya kepada petugas pertama.</p>"
    )


def sent(home: Doorstep, lines: Sequence[str]) -> str:
    """What the second checker sent, to look over once more."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return (
        f"<h2 class='vv-family-title'>{escape(home.title)}</h2>"
        f"<p class='vv-muted'>{escape(home.place)}</p>"
        f"<section class='vv-card'><h3>Hasil Anda</h3><ul>{items}</ul></section>"
        "<p>Setelah dikunci, hasil ini tidak dapat diubah lagi.</p>"
    )


def planned(found: Planned, curve: str) -> str:
    """What a draw would be."""
    return (
        f"<p><b>{number_id(found.families)} keluarga dapat diundi</b>, dalam "
        f"{number_id(found.strata)} kelompok {PLACES} dan petugas.</p>"
        f"{_left_out(found.exclusions)}<p>{escape(found.plan.words)}</p>{_figure(curve)}"
    )


def progress(found: Progress, officers: Sequence[tuple[str, int, int]]) -> str:
    """How far the second visits are."""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td class='vv-number'>{number_id(n)}</td>"
        f"<td class='vv-number'>{number_id(closed)}</td></tr>"
        for name, n, closed in officers
    )
    table = (
        "<table class='vv-table'><thead><tr><th>Pemeriksa kedua</th><th class='vv-number'>"
        "Keluarga</th><th class='vv-number'>Terkunci</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        if rows
        else ""
    )
    return (
        f"<p class='vv-lap-sum'><b>{number_id(found.closed)} dari {number_id(found.families)} "
        f"keluarga sudah dikunci pemeriksa kedua</b>, {number_id(found.begun)} sudah diisi.</p>"
        f"<progress class='vv-lap-bar' max='{found.families}' value='{found.closed}'></progress>"
        f"{_scroll('Pemeriksa kedua', table)}"
    )


def locking(found: Progress) -> str:
    """What locking does, and what is still open."""
    left = found.families - found.closed
    open_words = (
        f" {number_id(left)} keluarga belum selesai: tunggu, atau tulis alasannya." if left else ""
    )
    return (
        "<h2>Kunci</h2><p>Setelah dikunci kedua hasil dibandingkan, dan tidak dapat diubah lagi."
        f"{open_words}</p>"
    )


def facts(rows: Sequence[tuple[str, str]], strata: Sequence[tuple[str, str]], curve: str) -> str:
    """How the sample was drawn, folded away, with its operating curve."""
    return (
        f"<details><summary>Cara mengundi dan angka undian</summary>{_rows(rows)}{_figure(curve)}"
        f"</details><details><summary>Kelompok ({number_id(len(strata))})</summary>{_rows(strata)}"
        "</details>"
    )


def verdict(found: Compared) -> str:
    """What follows for the list, in words."""
    icon, tone = _SIGNS[found.verdict.is_accepted]
    is_lot = found.sample.kind == "lot"
    title = _WORDS[found.verdict.is_accepted] if is_lot else "Berapa yang keliru"
    waits = (
        f"<p>{number_id(found.open)} perbedaan belum diputus. Putusan dapat berubah karenanya.</p>"
        if found.open
        else ""
    )
    return (
        f"<section class='vv-card'><h2><span class='vv-badge {tone}'>{icon} {title}</span></h2>"
        f"<p>{escape(found.verdict.words)}</p>{waits}</section>"
    )


def dispute(question: str, rows: Sequence[tuple[str, str]], decided: str) -> str:
    """The two answers side by side, and what was decided."""
    told = f"<p><b>Diputus:</b> {escape(decided)}</p>" if decided else ""
    return f"<p class='vv-lap-pick'>{escape(question)}</p>{_rows(rows)}{told}"


def agreement(found: Compared) -> str:
    """Each question with all coefficients, its table and its reading beneath."""
    apart = [one for one in found.fields if one.table.n_agreed < one.table.n]
    same = [one for one in found.fields if one.table.n_agreed == one.table.n]
    parts = "".join(_field(one) for one in apart)
    if same:
        within = "".join(_field(one) for one in same)
        parts += (
            f"<details class='vv-card'><summary>Sepakat penuh: {number_id(len(same))} pertanyaan "
            f"lain</summary>{within}</details>"
        )
    return (
        f"<h2>Kesepakatan atas {number_id(found.families)} keluarga</h2>"
        "<p>Setiap angka dengan rentang 95 %. Jangan baca satu angka saja: bila kekeliruan jarang, "
        "kappa turun dengan sendirinya.</p>" + parts
    )


def blame(found: Compared) -> str:
    """Whose mistakes the differences were."""
    rows = "".join(
        f"<tr><td>{escape(_topic(topic))}</td>{_counts(one)}</tr>"
        for topic, one in found.topics.items()
        if one.n_first or one.n_second or one.n_open
    )
    table = (
        "<table class='vv-table'><thead><tr><th>Yang ditanyakan</th><th class='vv-number'>Sama "
        "atau diputus</th><th class='vv-number'>Pertama keliru</th><th class='vv-number'>Kedua "
        "keliru</th>"
        f"<th class='vv-number'>Belum diputus</th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else ""
    )
    words = escape(found.attribution.words)
    return f"<h2>Siapa yang keliru</h2><p>{words}</p>{_scroll('Kekeliruan', table)}"


def stories(found: Sequence[BeforeAfter]) -> str:
    """The rules that were practised, before and after."""
    items = "".join(
        f"<li><b>{escape(rule_title(one.rule))}</b><br>{escape(one.words)}</li>" for one in found
    )
    return f"<h2>Sesudah latihan</h2><ul>{items}</ul>"


def _rows(rows: Sequence[tuple[str, str]]) -> str:
    body = "".join(
        f"<tr><th scope='row'>{escape(label)}</th><td>{escape(value)}</td></tr>"
        for label, value in rows
    )
    return f"<table class='vv-table vv-lap-facts'><tbody>{body}</tbody></table>"


def _field(one: FieldReading) -> str:
    reading = one.reading
    told = "".join(f"<p>{escape(text)}</p>" for text in (reading.words, reading.refusal) if text)
    warning = f"<p class='vv-note'>{escape(reading.warning)}</p>" if reading.warning else ""
    rows = "".join(_coefficient(part) for part in one.coefficients)
    measures = (
        "<table class='vv-table'><thead><tr><th>Ukuran</th><th class='vv-number'>Nilai</th>"
        f"<th class='vv-number'>Rentang 95 %</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    raw = next((part.estimate for part in one.coefficients if part.estimate), None)
    short = f": sepakat {raw.percents()} dari {number_id(reading.n)}" if raw else ""
    return (
        f"<details class='vv-card'><summary><b>{escape(one.field.label)}</b>{short}</summary>"
        f"{told}{warning}{_scroll('Ukuran kesepakatan', measures)}"
        f"{_scroll('Tabel kedua pemeriksa', _table(one))}</details>"
    )


def _scroll(label: str, table: str) -> str:
    if not table:
        return ""
    return f"<div class='vv-scroll' tabindex='0' role='region' aria-label='{label}'>{table}</div>"


def _coefficient(one: Coefficient) -> str:
    if one.estimate is None:
        return f"<tr><td>{escape(one.name)}</td><td colspan='2'>{escape(one.refusal)}</td></tr>"
    value, low, high = (
        number_id(number, 2) for number in (one.estimate.value, one.estimate.low, one.estimate.high)
    )
    return (
        f"<tr><td>{escape(one.name)}</td><td class='vv-number'>{value}</td>"
        f"<td class='vv-number'>{low} sampai {high}</td></tr>"
    )


def _table(one: FieldReading) -> str:
    """Families by what the first (rows) and the second (columns) said."""
    labels = [escape(answer_words(one.field, label)) for label in one.table.labels]
    heads = "".join(f"<th class='vv-number'>Kedua: {label}</th>" for label in labels)
    rows = "".join(
        f"<tr><th scope='row'>Pertama: {label}</th>"
        + "".join(f"<td class='vv-number'>{number_id(count)}</td>" for count in counts)
        + "</tr>"
        for label, counts in zip(labels, one.table.counts, strict=True)
    )
    return (
        f"<table class='vv-table'><thead><tr><td></td>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _counts(one: Attribution) -> str:
    numbers = (one.n, one.n_first, one.n_second, one.n_open)
    return "".join(f"<td class='vv-number'>{number_id(number)}</td>" for number in numbers)


def _topic(topic: str) -> str:
    labels = {one.key: one.label for one in fields() if one.level is not Level.FINDING}
    return labels.get(topic) or rule_title(topic)


def _left_out(exclusions: Mapping[str, int]) -> str:
    if not exclusions:
        return ""
    items = "".join(
        f"<li>{number_id(count)} keluarga: {escape(reason)}</li>"
        for reason, count in exclusions.items()
    )
    return f"<p>Tidak ikut diundi:</p><ul>{items}</ul>"


def _figure(curve: str) -> str:
    """The curve is our own drawing: numbers and words of ours alone."""
    return f"<figure class='vv-lap-curve'>{curve}</figure>" if curve else ""
