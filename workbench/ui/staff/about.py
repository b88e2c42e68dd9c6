"""The list's own page: where it comes from, what reading did, what judged it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

import ipywidgets as w

from workbench.domain.words import date_id, number_id
from workbench.services.families import CLEANED
from workbench.services.lists import ListSummary
from workbench.services.origins import REFUSED, Origin, UsedValue, origin_of
from workbench.store import clock
from workbench.training.labels import period_words
from workbench.ui.catalogue.model import value_words
from workbench.ui.rule_words import rule_title
from workbench.ui.staff.drawing import WIDE, Say, button, day_words, did
from workbench.ui.staff.model import ListsRoom, column_choices, name_columns

#: The lines of the catalogue of mistakes that reading itself takes care of.
_NOTED: Mapping[str, str] = {
    "karakter_dibuang": "E04",
    "rt_rw": "E37",
    "tanggal": "E68",
    "tanggal_ambigu": "E68",
    "kode_label": "E73",
}


def panel(room: ListsRoom, say: Say, removed: Callable[[], None]) -> w.Widget:
    """Facts of the list, and taking it out again; ``removed`` is called after that."""
    assert room.chosen is not None
    summary = room.chosen.summary
    origin = origin_of(room.office, room.actor, room.chosen)
    reason = w.Text(description="Alasan", placeholder="alasan menghapus", layout=WIDE)
    sure = w.Checkbox(value=False, description="Saya yakin menghapus daftar ini", indent=False)

    def erase_list() -> None:
        if not sure.value:
            say("Centang dulu bahwa Anda yakin.", wrong=True)
        elif did(lambda: room.remove(reason.value), say):
            removed()

    erase = button("Hapus daftar", erase_list)
    erase.add_class("vv-danger")
    return w.VBox(
        [
            w.HTML(_facts(summary, origin), layout=WIDE),
            w.HTML(_read(summary, origin), layout=WIDE),
            w.HTML(_judged(origin), layout=WIDE),
            w.HTML("<h2>Salah memasukkan?</h2>"),
            reason,
            sure,
            erase,
        ],
        layout=WIDE,
    )


def _facts(summary: ListSummary, origin: Origin) -> str:
    whose = "Anda" if origin.is_own else origin.imported_by or "akun lain"
    at = clock.moment_id(clock.moment(summary.at))
    facts = [
        ("Nama daftar", summary.name),
        ("Tanggal rujukan", day_words(summary.as_of)),
        ("Periode", period_words(summary.period) or "tidak disebut"),
        ("Dimasukkan oleh", whose),
        ("Dimasukkan pada", at),
        ("Versi aturan", origin.ruleset),
    ]
    lines = "".join(
        f"<div><dt>{label}</dt><dd>{escape(words)}</dd></div>" for label, words in facts
    )
    return f"<dl class='vv-facts'>{lines}</dl>"


def _read(summary: ListSummary, origin: Origin) -> str:
    parts = [
        "<h2>Yang dibaca</h2>"
        f"<p><b>{number_id(summary.read)} baris dibaca = {number_id(summary.kept)} disimpan + "
        f"{number_id(summary.refused)} ditolak.</b></p>"
    ]
    lines = [
        f"{number_id(n)} baris ditolak: {REFUSED.get(code, code)}."
        for code, n in origin.refused.items()
    ]
    if origin.hidden_rows:
        lines.append(f"{number_id(origin.hidden_rows)} baris tersembunyi ikut dibaca.")
    if origin.hidden_sheets:
        lines.append(f"{number_id(origin.hidden_sheets)} lembar tersembunyi tidak dibaca.")
    parts.append(_listed(lines))
    parts += [_file(file) for file in origin.files]
    if origin.notes:
        parts.append(f"<h2>Catatan pembacaan</h2>{_listed(origin.notes)}")
    parts.append(_cleaned(origin))
    parts.append(_mapping(origin.mapping))
    return "".join(parts)


def _file(file: Mapping[str, Any]) -> str:
    sheets = ", ".join(str(sheet) for sheet in file.get("sheets") or () if sheet)
    read = f" Lembar dibaca: {escape(sheets)}." if sheets else ""
    left = [
        f"Lembar {entry.get('sheet') or ''} tidak dibaca: {entry.get('why') or ''}."
        for entry in file.get("left_out") or ()
    ]
    name = escape(str(file.get("name") or ""))
    return f"<p>Berkas <b>{name}</b>.{read}</p>{_listed(left)}"


def _cleaned(origin: Origin) -> str:
    if not origin.cleaned:
        return "<p class='vv-muted'>Tidak ada isian yang diubah saat dibaca.</p>"
    lines = []
    for code, n in origin.cleaned:
        mark = f" ({_NOTED[code]})" if code in _NOTED else ""
        lines.append(f"{number_id(n)} isian: {CLEANED.get(code, code.replace('_', ' '))}{mark}.")
    return (
        "<h2>Isian yang diubah saat dibaca</h2>"
        f"<p class='vv-muted'>Isian asalnya tampil pada halaman keluarga.</p>{_listed(lines)}"
    )


def _mapping(mapping: Iterable[Mapping[str, str]]) -> str:
    words = {target: words for words, target in column_choices()}
    rows = dict.fromkeys(
        (entry["header"], words.get(f"{entry['table']}.{entry['column']}", entry["column"]))
        for entry in mapping
        if entry.get("column")
    )
    if not rows:
        return ""
    body = "".join(
        f"<tr><td>{escape(header)}</td><td>{escape(meaning)}</td></tr>" for header, meaning in rows
    )
    return (
        f"<details><summary>{number_id(len(rows))} judul kolom dan artinya (E72)</summary>"
        "<div class='vv-scroll' tabindex='0' role='region' aria-label='Judul kolom'>"
        "<table class='vv-table'><thead><tr><th>Judul di berkas</th>"
        f"<th>Dibaca sebagai</th></tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _judged(origin: Origin) -> str:
    return f"<h2>Yang menilai</h2>{_silent(origin.silent)}{_values(origin.values)}"


def _silent(silent: Iterable[tuple[str, str]]) -> str:
    """Rules that could not speak by what kept them silent, the reason of most rules first."""
    reasons: dict[str, list[str]] = {}
    for code, why in silent:
        reasons.setdefault(name_columns(why).rstrip("."), []).append(code)
    if not reasons:
        return "<p>Semua aturan dapat berbicara.</p>"
    ordered = sorted(reasons.items(), key=lambda reason: (-len(reason[1]), reason[0]))
    many = "".join(_reason(why, codes) for why, codes in ordered if len(codes) > 1)
    single = [_reason(why, codes) for why, codes in ordered if len(codes) == 1]
    rest = (
        f"<details><summary>{number_id(len(single))} sebab lain, masing-masing satu aturan"
        f"</summary>{''.join(single)}</details>"
        if single
        else ""
    )
    return (
        f"<p><b>{number_id(sum(map(len, reasons.values())))} aturan tidak dapat berbicara pada "
        "daftar ini.</b> Mintalah kolom berikut dari pengirim daftar agar lebih banyak hal dapat "
        f"dicek.</p><div class='vv-reasons'>{many}{rest}</div>"
    )


def _reason(why: str, codes: list[str]) -> str:
    rules = "".join(f"<li>{escape(code)}: {escape(rule_title(code))}</li>" for code in codes)
    return (
        f"<details><summary>{escape(why)}: {number_id(len(codes))} aturan diam "
        f"({escape(', '.join(codes))})</summary><ul>{rules}</ul></details>"
    )


def _values(values: tuple[UsedValue, ...]) -> str:
    if not values:
        return "<p class='vv-muted'>Nilai pengaturan tidak tercatat pada daftar lama ini.</p>"
    body = "".join(
        f"<tr><td>{escape(used.parameter.words)}</td>"
        f"<td>{escape(value_words(used.value, used.parameter.unit))}</td>"
        f"<td>{escape(_source(used))}</td></tr>"
        for used in values
    )
    return (
        f"<details><summary>{number_id(len(values))} nilai pengaturan yang dipakai</summary>"
        "<div class='vv-scroll' tabindex='0' role='region' aria-label='Nilai pengaturan'>"
        "<table class='vv-table'><thead><tr><th>Pengaturan</th>"
        f"<th>Nilai</th><th>Sejak dan dasar</th></tr></thead><tbody>{body}</tbody></table></div>"
        "</details>"
    )


def _source(used: UsedValue) -> str:
    if used.since is None:
        return "ditetapkan kantor ini; lihat ruang Aturan"
    source = used.source or "praktik umum, belum ada dasar tertulis"
    return f"sejak {date_id(used.since)}: {source}"


def _listed(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""
