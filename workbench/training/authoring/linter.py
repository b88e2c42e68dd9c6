"""Looks at each row as a careful colleague would before a class sees it.

Every fault of a row is named, not only the first; a row with a fault is no task. What is quoted
from a cell is short and without its digits, so that no number of a person travels further.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.domain.nik import PRACTICE_PREFIX
from workbench.rules import catalogue
from workbench.training.authoring.layout import (
    CASES,
    EXAMPLES,
    MARK,
    MOST_FAMILIES,
    MOST_WORDS,
    SHEETS,
    Column,
    letter_of,
)
from workbench.training.authoring.tasks import LETTERS, CaseTask, Complaint, QuestionTask, Task
from workbench.training.authoring.vocabulary import (
    DIFFICULTIES,
    NO,
    TOPICS,
    YES,
    code_in,
    nearest,
    nearest_rule,
    plant_words,
    same_word,
    taught_rules,
)
from workbench.training.keys import NO_SOURCE

#: Options that make a question one of true or false.
_OPPOSITES = ({"benar", "salah"}, {"betul", "salah"}, {"ya", "tidak"})
#: An option is far longer when it exceeds twice the next one and this many characters more: the
#: longest option is often taken for the right one. Equal lengths: Haladyna, Downing & Rodriguez
#: 2002, Applied Measurement in Education 15(3).
_LONGER_BY, _LONGER_TIMES = 30, 2
#: Digits of any script, and written in groups.
_SIXTEEN = re.compile(r"(?<!\d)\d(?:[ .,:/_'\-]{0,2}\d){15}(?!\d)")
_MARKUP = re.compile(
    r"<[a-z!/?]|&(?:[a-z]{2,8}|#x?[0-9a-f]{1,6});|\{\{|\{%|\]\(|javascript:", re.IGNORECASE
)
_KEY = re.compile(r"\(?([A-Za-z])[.)]?")


@dataclass(frozen=True)
class Line:
    """A row of a sheet: its texts by column name, and where each stands.

    ``dates`` are columns whose cell is a date; ``strays`` are places of text under no header.
    """

    sheet: str
    number: int
    cells: Mapping[str, str]
    places: Mapping[str, int]
    dates: frozenset[str] = frozenset()
    strays: Sequence[int] = ()

    def complain(self, name: str, found: str, mend: str) -> Complaint:
        column = next(column for column in SHEETS[self.sheet] if column.name == name)
        letter = letter_of(self.places[name])
        return Complaint(self.sheet, self.number, letter, column.header, found, mend)


def lint_lines(lines: Sequence[Line]) -> tuple[list[Task], list[Complaint]]:
    """The tasks of the faultless rows of one sheet, and every fault of the others."""
    tasks: list[Task] = []
    complaints: list[Complaint] = []
    asked: dict[str, int] = {}
    for line in lines:
        faults = list(_faults(line))
        if line.sheet != CASES:
            plain = _plain(line.cells["question"])
            if plain and plain in asked:
                faults.append(
                    line.complain(
                        "question",
                        f"Soal ini sama dengan soal pada baris {asked[plain]}.",
                        "Hapus salah satunya atau ubah pertanyaannya.",
                    )
                )
            asked.setdefault(plain, line.number)
        complaints += faults
        if not faults:
            tasks.append(_case(line) if line.sheet == CASES else _question(line))
    return tasks, complaints


def _faults(line: Line) -> Iterator[Complaint]:
    for place in line.strays:
        yield Complaint(
            line.sheet,
            line.number,
            letter_of(place),
            "",
            "Ada isi di kolom tanpa judul.",
            "Pindahkan ke kolom yang berjudul atau hapus. Pada CSV, apit teks dengan tanda kutip.",
        )
    yield from _tag_faults(line)
    for column in SHEETS[line.sheet]:
        yield from _text_faults(line, column)
    yield from _difficulty_faults(line)
    if line.sheet == CASES:
        yield from _rule_faults(line)
        yield from _plant_faults(line)
        yield from _count_faults(line)
        yield from _look_alike_faults(line)
    else:
        yield from _option_faults(line)
        yield from _key_faults(line)
        yield from _why_faults(line)
        yield from _topic_faults(line)


def _tag_faults(line: Line) -> Iterator[Complaint]:
    tag = line.cells["tag"]
    if not tag:
        return
    if tag.upper() != MARK:
        yield line.complain(
            "tag",
            f"Tertulis {_quote(tag)}, padahal kolom ini hanya untuk kata {MARK}.",
            "Kosongkan kolom ini.",
        )
    elif tuple(line.cells.values())[1:] not in {row[1:] for row in EXAMPLES[line.sheet]}:
        yield line.complain(
            "tag",
            f"Baris bertanda {MARK} sudah Anda ubah, padahal baris contoh tidak dipakai.",
            f"Hapus kata {MARK} bila ini tugas Anda, atau hapus barisnya.",
        )


def _text_faults(line: Line, column: Column) -> Iterator[Complaint]:
    text = line.cells[column.name]
    if column.name in line.dates:
        yield line.complain(
            column.name,
            "Isi sel ini berubah menjadi tanggal.",
            "Ubah format sel menjadi Teks, lalu tulis ulang isinya.",
        )
    elif not text and column.is_required:
        yield line.complain(column.name, "Sel ini kosong.", _WANTED.get(column.name, column.help))
    if _real_number(text):
        yield line.complain(
            column.name,
            "Ada nomor 16 angka yang tidak berawalan 99, seperti NIK atau nomor KK sungguhan.",
            "Hapus nomornya atau pakai nomor karangan yang berawalan 99.",
        )
    if _MARKUP.search(text):
        yield line.complain(
            column.name,
            "Ada kode seperti <b>, &nbsp;, atau {{ }} di dalam teks.",
            "Tulis kalimat biasa tanpa kode.",
        )
    if len(text) > column.most:
        yield line.complain(
            column.name,
            f"Teksnya {len(text)} huruf, paling banyak {column.most}.",
            "Persingkat teksnya.",
        )


_WANTED = {
    "why": "Tulis dalam satu atau dua kalimat mengapa kuncinya benar.",
    "source": f"Tulis dari mana. Bila belum ada, tulis: {NO_SOURCE}.",
    "key": "Tulis huruf pilihan yang benar, satu saja.",
    "question": "Tulis pertanyaannya, atau hapus seluruh baris.",
}


def _difficulty_faults(line: Line) -> Iterator[Complaint]:
    text = line.cells["difficulty"]
    if text and not same_word(text, DIFFICULTIES):
        near = nearest(text, DIFFICULTIES)
        yield line.complain(
            "difficulty",
            f"Tertulis {_quote(text)}.",
            f"Mungkin maksud Anda {near}?" if near else "Pilih mudah, sedang, atau sulit.",
        )


def _rule_faults(line: Line) -> Iterator[Complaint]:
    text = line.cells["rule"]
    code = code_in(text)
    if not text or code in taught_rules():
        return
    if code in catalogue():
        yield line.complain(
            "rule",
            f"Aturan {code} tidak dilatihkan: kesalahannya tidak terlihat di berkas kasus.",
            "Pilih aturan lain dari daftar.",
        )
        return
    yield line.complain(
        "rule",
        f"Aturan {_quote(text)} tidak dikenal.",
        _suggest(nearest_rule(text, taught_rules()), "Pilih aturan dari daftar."),
    )


def _plant_faults(line: Line) -> Iterator[Complaint]:
    text, code = line.cells["plant"], code_in(line.cells["rule"])
    if not text or code not in taught_rules():
        return
    words = plant_words()[code]
    if not same_word(text, words):
        near = nearest(text, words) or next(iter(words), "")
        yield line.complain(
            "plant",
            f"{_quote(text)} bukan cara terjadinya kesalahan {code}.",
            _suggest(near, "Kosongkan sel ini."),
        )


def _count_faults(line: Line) -> Iterator[Complaint]:
    text = line.cells["families"]
    if text and _count(text) is None:
        yield line.complain(
            "families",
            f"Tertulis {_quote(text, keep_digits=len(text) < 6)}.",
            f"Tulis angka bulat dari 1 sampai {MOST_FAMILIES}.",
        )


def _look_alike_faults(line: Line) -> Iterator[Complaint]:
    text = line.cells["look_alike"]
    if text and not same_word(text, (YES, NO)):
        yield line.complain("look_alike", f"Tertulis {_quote(text)}.", "Tulis ya atau tidak.")


def _option_faults(line: Line) -> Iterator[Complaint]:
    options = {letter: line.cells[letter] for letter in LETTERS if line.cells[letter]}
    for before, after in pairwise(LETTERS[2:]):
        if line.cells[after] and not line.cells[before]:
            yield line.complain(
                after,
                f"Pilihan {after} terisi, sedangkan pilihan {before} kosong.",
                f"Isi berurutan: pindahkan isinya ke pilihan {before}, lalu periksa kuncinya.",
            )
    plain = {letter: _plain(text) for letter, text in options.items()}
    for letter, text in plain.items():
        twin = next(other for other in plain if plain[other] == text)
        if twin != letter:
            yield line.complain(
                letter, f"Pilihan {letter} sama dengan pilihan {twin}.", "Ubah salah satunya."
            )
    if any(pair <= set(plain.values()) for pair in _OPPOSITES):
        yield line.complain(
            "A",
            "Pilihannya benar atau salah, ya atau tidak.",
            "Tanyakan apa yang dilakukan petugas, dengan tiga sampai lima pilihan.",
        )
    lengths = sorted((len(text), letter) for letter, text in options.items())
    if len(lengths) > 1:
        (second, _), (longest, letter) = lengths[-2:]
        if longest > second * _LONGER_TIMES and longest > second + _LONGER_BY:
            yield line.complain(
                letter,
                f"Pilihan {letter} jauh lebih panjang ({longest} huruf) daripada yang lain "
                f"(paling panjang {second}), sehingga mudah ditebak.",
                "Samakan panjang pilihannya.",
            )


def _key_faults(line: Line) -> Iterator[Complaint]:
    text = line.cells["key"]
    filled = [letter for letter in LETTERS if line.cells[letter]]
    if not text or _key(text) in filled:
        return
    letters = ", ".join(filled) or "belum ada"
    yield line.complain(
        "key",
        f"Kunci {_quote(text)} tidak ada di antara pilihan yang terisi ({letters}).",
        "Tulis satu huruf dari pilihan yang terisi.",
    )


def _why_faults(line: Line) -> Iterator[Complaint]:
    words = len(line.cells["why"].split())
    if words > MOST_WORDS:
        yield line.complain(
            "why", f"Penjelasannya {words} kata, paling banyak {MOST_WORDS}.", "Persingkat."
        )


def _topic_faults(line: Line) -> Iterator[Complaint]:
    text = line.cells["topic"]
    code = code_in(text)
    if not text or code in catalogue() or same_word(text, TOPICS):
        return
    near = nearest_rule(text, catalogue()) if code else nearest(text, TOPICS)
    yield line.complain(
        "topic",
        f"{_quote(text)} bukan kode aturan dan bukan topik pada daftar.",
        _suggest(near, "Pilih dari daftar."),
    )


def _case(line: Line) -> CaseTask:
    cells = line.cells
    code = code_in(cells["rule"])
    words = plant_words()[code]
    return CaseTask(
        row=line.number,
        rule=code,
        plant=words[same_word(cells["plant"], words)] if cells["plant"] else "",
        families=_count(cells["families"]) or 1,
        difficulty=cells["difficulty"].casefold(),
        note=cells["note"],
        has_look_alike=cells["look_alike"].casefold() == YES,
        is_example=bool(cells["tag"]),
    )


def _question(line: Line) -> QuestionTask:
    cells = line.cells
    return QuestionTask(
        row=line.number,
        question=cells["question"],
        options=tuple(cells[letter] for letter in LETTERS if cells[letter]),
        key=_key(cells["key"]),
        why=cells["why"],
        source=cells["source"],
        topic=same_word(cells["topic"], TOPICS) or code_in(cells["topic"]),
        difficulty=cells["difficulty"].casefold(),
        is_example=bool(cells["tag"]),
    )


def _count(text: str) -> int | None:
    if not re.fullmatch("[0-9]{1,3}", text):
        return None
    return int(text) if 1 <= int(text) <= MOST_FAMILIES else None


def _key(text: str) -> str:
    match = _KEY.fullmatch(text)
    return match[1].upper() if match else ""


def _real_number(text: str) -> bool:
    numbers = (int(re.sub(r"\D", "", found)) for found in _SIXTEEN.findall(text))
    return any(not f"{number:016d}".startswith(PRACTICE_PREFIX) for number in numbers)


def _plain(text: str) -> str:
    """A text as it is compared: small letters and single spaces, no signs."""
    return " ".join(re.sub(r"[^\w+\-<>=/%]+|_", " ", text.casefold()).split())


def _suggest(near: str, otherwise: str) -> str:
    return f"Mungkin maksud Anda: {near}?" if near else otherwise


def _quote(text: str, keep_digits: bool = False) -> str:
    """The beginning of a cell, for a sentence; long runs of digits are covered."""
    short = text if len(text) <= 30 else f"{text[:29]}…"
    if not keep_digits:
        short = re.sub(r"\d{4,}", "••••", short)
    return f"“{short}”"
