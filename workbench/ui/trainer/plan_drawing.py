"""The plan of a bimtek as HTML: its timetable, its people, how its open class differs."""

from __future__ import annotations

from html import escape

from workbench.domain.wilayah import say_locally
from workbench.domain.words import date_id, number_id
from workbench.services.bimteks import Bimtek, ClassChanges
from workbench.training.agenda import PARTS

STYLE = (
    "<style>.vvr table{border-collapse:collapse;width:100%}"
    ".vvr.vvr :is(th,td){padding:6px 12px 6px 0;border-bottom:1px solid var(--vv-line);"
    "text-align:left;vertical-align:top}.vvr .w{overflow-wrap:anywhere;width:99%}"
    ".vvr.vvr .n{text-align:right;white-space:nowrap}.vvr .c{white-space:nowrap}"
    ".vvr small{display:block;color:var(--vv-muted)}.vvr.vvr.vvr h3{margin:24px 0 4px}"
    ".vvr.vvr.vvr h3:first-child{margin-top:0}.vvr p + table,.vvr table + p{margin-top:8px}"
    ".vvr-two{display:grid;grid-template-columns:minmax(0,1fr);gap:24px;width:100%}"
    "@media(min-width:1000px){.vvr-two{grid-template-columns:minmax(0,1.35fr) minmax(0,1fr)}}"
    ".vvr-two>*{width:auto!important;margin:0!important;min-width:0;align-self:start!important}"
    ".vvr .vvr-list{max-height:28rem;overflow:auto}</style>"
)


def timetable(plan: Bimtek) -> str:
    """The timetable as a table a day with JP, and what does not fit."""
    drawn = []
    for day in plan.agenda.days:
        rows = "".join(
            f"<tr><td class='c'>{s.clock}</td><td class='w'>{escape(s.title)}"
            f"{_under(s.content, s.speaker)}</td>"
            f"<td>{escape(PARTS[s.part]) if s.part else ''}</td>"
            f"<td class='n'>{number_id(s.jp) if s.jp else ''}</td></tr>"
            for s in plan.agenda.of_day(day)
        )
        drawn.append(
            f"<h3>Hari {day}, {date_id(plan.day(day), long=True)}: "
            f"{number_id(plan.agenda.jp_of_day(day))} JP</h3>"
            "<table><thead><tr><th>Waktu</th><th>Sesi</th><th>Bagian kelas</th>"
            f"<th class='n'>JP</th></tr></thead><tbody>{rows}</tbody></table>"
        )
    total = (
        f"<p class='vvk-muted'>Jumlah {number_id(plan.agenda.jp)} jam pelajaran (JP); "
        "1 JP = 45 menit. Jam adalah usulan.</p>"
    )
    return (
        f'<div class="vvk vvr">{sentence_lines(plan.agenda.faults())}'
        f"{sentence_lines(plan.agenda.doubts(), 'vvk-muted')}{''.join(drawn)}{total}</div>"
    )


def people_table(plan: Bimtek, names: tuple[str, ...]) -> str:
    """The people with kelurahan, position and group."""
    if not plan.people:
        return say_locally(
            '<p class="vvk vvk-muted">Belum ada peserta. Unggah daftar dari kantor (kolom Nama, '
            "Kelurahan, Jabatan), atau tambah satu per satu.</p>"
        )
    rows = "".join(
        f"<tr><td class='n'>{n}</td><td class='w'>{escape(name)}"
        f"{_under(one.area, one.position)}</td><td class='n'>{one.group or ''}</td></tr>"
        for n, (name, one) in enumerate(zip(names, plan.people, strict=True), start=1)
    )
    return (
        f'<div class="vvk vvr"><p>{number_id(len(plan.people))} peserta.</p>'
        '<div class="vvr-list" tabindex="0" role="region" aria-label="Daftar peserta">'
        "<table><thead><tr><th class='n'>No</th><th>Nama, asal, jabatan</th>"
        f"<th class='n'>Kelompok</th></tr></thead><tbody>{rows}</tbody></table></div></div>"
    )


def differences(changes: ClassChanges) -> str:
    """How the open class differs from its plan."""
    will = "".join(f"<li>{escape(one)}</li>" for one in changes.done)
    stays = "".join(f"<li>{escape(one)}</li>" for one in changes.kept)
    head = "Rencana berubah, tetapi kelas masih memakai bagian yang lama."
    drawn = f"<p><strong>{head}</strong> Bila disesuaikan:</p><ul>{will}</ul>" if will else ""
    drawn += f'<p class="vvk-muted">Yang tetap:</p><ul class="vvk-muted">{stays}</ul>' * bool(stays)
    return f'<div class="vvk vvr-changes" role="status">{drawn}</div>'


def _under(*words: str) -> str:
    """Small words below a line; of none, nothing."""
    kept = " · ".join(escape(one) for one in words if one)
    return f"<small>{kept}</small>" if kept else ""


def sentence_lines(sentences: tuple[str, ...], kind: str = "vvk-blocker") -> str:
    """A line each, in the manner of ``kind``."""
    return "".join(f'<p class="{kind}" role="status">{escape(s)}</p>' for s in sentences)


__all__ = ["STYLE", "differences", "people_table", "sentence_lines", "timetable"]
