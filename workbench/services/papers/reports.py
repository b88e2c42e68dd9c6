"""The report of a bimtek to the head of the office: PDF to sign, workbook to work with.

Its figures are those of ``services.proofs``; no score stands beside a name.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import PLACE_KINDS, PLACES, area_name, kelurahan_by_code, say_locally
from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.services import arrivals, boards
from workbench.services.bimteks import Bimtek, read_bimtek
from workbench.services.boards import Board
from workbench.services.office import Office
from workbench.services.papers.press import frame, press
from workbench.services.proofs import Proof, method_lines, proof
from workbench.services.sheets import add_sheet

Paper = tuple[str, bytes]

#: Rules in the table of what is still missed.
_MOST_RULES: Final = 12
_METHOD: Final = (
    "Tes awal dan tes akhir memakai dua bentuk soal yang setara; urutan bentuk ditukar pada "
    "separuh kelas. Nilai seorang peserta adalah rata-rata nilai kasusnya.",
    "Kelas dinyatakan meningkat hanya bila seluruh selang kepercayaan 95 % dari besar pengaruh "
    "(Cohen d, ulang ambil 2.000 kali) di atas nol. Di bawah 30 orang angkanya indikatif.",
    "Yang diukur adalah ketelitian membaca berkas rekaan, belum hasil kerja di lapangan. Peserta "
    "tidak diurutkan menurut nilai maupun kenaikan.",
)


@dataclass(frozen=True)
class _PlaceLine:
    area: str
    invited: int
    joined: int


@dataclass(frozen=True)
class _Found:
    """All a report needs."""

    plan: Bimtek
    board: Board
    proof: Proof

    @property
    def places(self) -> list[_PlaceLine]:
        invited = Counter(one.area_kode for one in self.plan.people)
        joined = Counter(person.area_kode for person in self.board.people)
        codes = sorted(invited.keys() | joined.keys(), key=lambda code: (not code, code))
        return [
            _PlaceLine(
                _place_name(code),
                invited[code],
                joined[code],
            )
            for code in codes
        ]


def _place_name(code: str) -> str:
    place = kelurahan_by_code().get(code)
    if place:
        return f"{place.name} (Kec. {place.kecamatan})"
    return area_name(code) if code else say_locally("Kelurahan tidak dikenal")


def report(office: Office, actor: Actor, bimtek_id: str) -> Paper:
    """The report as PDF; raises ``WrongUse`` before the class is open."""
    require(actor, Permission.RUN_CLASS)
    found = _find(office, actor, bimtek_id)
    values = {
        **frame(found.plan, "Laporan bimtek", "Hasil latihan dengan keluarga rekaan.", False),
        **_values(found),
    }
    return f"laporan-{found.plan.id}.pdf", press("laporan", values, found.plan)


def report_workbook(office: Office, actor: Actor, bimtek_id: str) -> Paper:
    """The same report as XLSX, with those who came and those who did not."""
    require(actor, Permission.RUN_CLASS)
    found = _find(office, actor, bimtek_id)
    import xlsxwriter

    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(content, options) as book:
        values = _values(found)
        lines = [
            (line,)
            for line in (*values["summary"], values["gain"], values["attendance"], *values["notes"])
        ]
        lines += [(line,) for line in (*values["method"], *values["figures"])]
        _table(book, "Ringkasan", (("Laporan", 110),), lines)
        _table(
            book,
            PLACE_KINDS.replace("/", " dan "),
            (("Asal", 50), ("Diundang", 10), ("Hadir", 10)),
            [(line.area, line.invited, line.joined) for line in found.places],
        )
        _table(
            book,
            "Peserta",
            (("Nama", 40), ("Asal", 50), ("Jabatan", 20), ("Hadir", 10)),
            _people(found),
        )
        _table(
            book,
            "Sering terlewat",
            (("Aturan", 70), ("Terlewat", 10), ("Dari", 10), ("Orang", 10)),
            [
                (_rule(one.rule), one.missed, one.missed + one.found, one.people)
                for one in found.board.most_missed
            ],
        )
        _table(
            book,
            "Masih terlewat",
            (("Aturan", 70), ("Terlewat", 10), ("Dari", 10), ("Tes akhir", 26), ("Tes awal", 26)),
            [
                (
                    _rule(one.rule),
                    one.missed,
                    one.asked,
                    one.after.percents(),
                    one.before.percents() if one.before else "belum ditanyakan",
                )
                for one in found.proof.still_missed
            ],
        )
    return f"laporan-{found.plan.id}.xlsx", content.getvalue()


def _find(office: Office, actor: Actor, bimtek_id: str) -> _Found:
    plan = read_bimtek(office, actor, bimtek_id)
    if not plan.class_id:
        raise WrongUse("Laporan dibuat setelah kelas berjalan. Buka kelasnya dulu.")
    board = boards.board(office, actor, plan.class_id)
    return _Found(plan, board, proof(office, actor, plan.class_id))


def _values(found: _Found) -> dict[str, Any]:
    plan, board, shown = found.plan, found.board, found.proof
    total = board.totals
    gain = shown.gain
    came = f"{number_id(total.joined)} orang hadir"
    if total.expected:
        came += f", {number_id(total.expected)} orang diundang"
        if board.absent:
            came += f"; {number_id(len(board.absent))} nama pada daftar belum hadir"
    return {
        "head_title": plan.head_title,
        "head": plan.head,
        "summary": [
            f"{came}.",
            f"{total.kelurahan_present} dari {total.kelurahan_of} {PLACES} terwakili.",
            f"{number_id(plan.agenda.jp)} jam pelajaran (JP) dalam {len(plan.agenda.days)} hari; "
            f"{number_id(total.cases_done)} kasus latihan dan tes dikirim.",
        ],
        "gain": gain.words or gain.refusal,
        "attendance": shown.attendance,
        "figures": list(method_lines(shown)),
        "means": [
            {"words": words, "value": mean.value, "low": mean.low, "high": mean.high}
            for words, mean in (("Tes awal", shown.before), ("Tes akhir", shown.after))
            if mean
        ],
        "notes": list(shown.notes),
        "places": [
            {"area": line.area, "invited": str(line.invited), "joined": str(line.joined)}
            for line in found.places
        ],
        "most_missed": [
            {
                "rule": _rule(one.rule),
                "missed": one.missed,
                "asked": one.missed + one.found,
                "people": one.people,
            }
            for one in board.most_missed
        ],
        "still_missed": [
            {
                "rule": _rule(one.rule),
                "after": one.after.percents(),
                "before": one.before.percents() if one.before else "belum ditanyakan",
                "note": one.note,
            }
            for one in shown.still_missed[:_MOST_RULES]
        ],
        "method": list(_METHOD),
    }


def _people(found: _Found) -> Iterable[Sequence[str]]:
    for person in found.board.people:
        position = arrivals.POSITIONS.get(person.position, person.position)
        yield person.name, person.area, position, "ya"
    for absent in found.board.absent:
        yield absent.name, absent.area, absent.position, "belum"


def _rule(code: str) -> str:
    from workbench.rules import catalogue
    from workbench.training.authoring.vocabulary import rule_choice

    return rule_choice(catalogue()[code]) if code in catalogue() else code


def _table(
    book: Any, name: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]
) -> None:
    sheet = add_sheet(book, name, [width for _, width in columns], "LATIHAN")
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True})
    plain = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    for place, (title, _) in enumerate(columns):
        sheet.write_string(0, place, title, head)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, place, value, plain)
            else:
                sheet.write_number(line, place, value, plain)
