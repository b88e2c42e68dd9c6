"""The packet as an XLSForm, for KoboToolbox and ODK Collect.

Families, members and findings travel inside the form as choices, so a phone needs no network and
no second file; a NIK stands nowhere unless masked. Questions, when they are asked, when they must
be answered and what does not go together are those of ``fieldwork.outcomes``, said in XPath
(XLSForm and ODK XForms specification).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from workbench.verification.fieldwork.outcomes import (
    Choice,
    Clash,
    Condition,
    Field,
    Kind,
    Level,
    clashes,
    fields,
)
from workbench.verification.forms.packets import Packet
from workbench.verification.forms.tables import rows_of

Line = dict[str, str]

_SURVEY: Final = (
    *("type", "name", "label", "hint", "required", "required_message", "relevant"),
    *("constraint", "constraint_message", "calculation", "choice_filter", "repeat_count"),
    "appearance",
)
_CHOICES: Final = (
    *("list_name", "name", "label", "rt", "keluarga", "urut", "nomor", "segel"),
    *("anggota", "temuan", "tentang", "tanya"),
)
_TYPES: Final = {Kind.DAY: "date", Kind.NUMBER: "integer", Kind.WORDS: "text"}
_REQUIRED: Final = "Wajib diisi."
_FAMILY: Final = "${kunci_keluarga}"


def write_form(packet: Packet) -> bytes:
    """The form as a workbook of three sheets. The same packet gives the same bytes."""
    import xlsxwriter  # only who writes one needs it

    content = io.BytesIO()
    book: Any = xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#D9D9D9"})
    for name, lines in form_sheets(packet).items():
        page = book.add_worksheet(name)
        names = list(dict.fromkeys(key for line in lines for key in line))
        for place, key in enumerate(names):
            page.write_string(0, place, key, head)
        for at, line in enumerate(lines, start=1):
            for place, key in enumerate(names):
                if line.get(key):
                    page.write_string(at, place, line[key])
        page.set_column(0, len(names) - 1, 24)
        page.freeze_panes(1, 0)
    book.set_properties({"title": "XLSForm", "created": datetime(1980, 1, 1)})
    book.close()
    return content.getvalue()


def form_sheets(packet: Packet) -> dict[str, list[Line]]:
    """The lines of the sheets ``survey``, ``choices`` and ``settings`` by column."""
    lists = _lists()
    title = f"Lembar lapangan: {packet.title}"
    survey = [_line(_SURVEY, **line) for line in _survey(packet, lists)]
    choices = [_line(_CHOICES, **line) for line in _choices(packet, lists)]
    settings = {
        "form_title": _harmless(f"{packet.mark} - {title}"),
        "form_id": f"lapangan_{packet.id}",
        "version": f"{packet.as_of.isoformat()} {packet.ruleset}",
        "instance_name": f"concat('Kunjungan ', {_FAMILY})",
    }
    return {"survey": survey, "choices": choices, "settings": [settings]}


def _line(names: Iterable[str], **values: str) -> Line:
    return {name: values.get(name, "") for name in names}


# --- survey --------------------------------------------------------------------------------------


def _survey(packet: Packet, lists: Mapping[tuple[Choice, ...], str]) -> Iterator[Line]:
    officer = f" Petugas: {packet.officer}." if packet.officer else ""
    yield {"type": "start", "name": "mulai"}
    yield {"type": "end", "name": "selesai"}
    yield {
        "type": "note",
        "name": "judul",
        "label": _harmless(
            f"{packet.mark}. {packet.title}. Periode {packet.period or '-'}.{officer} "
            f"{packet.numbers.words}."
        ),
    }
    yield {
        "type": "select_one rt",
        "name": "rt",
        "label": "RT",
        "required": "yes",
        "required_message": _REQUIRED,
        "appearance": "minimal",
    }
    yield {
        "type": "select_one keluarga",
        "name": "kunci_keluarga",
        "label": "Keluarga yang dikunjungi",
        "hint": "Nomornya sama dengan nomor pada lembar cetak.",
        "required": "yes",
        "required_message": _REQUIRED,
        "choice_filter": "rt=${rt}",
        "appearance": "minimal",
    }
    yield _calculate("daftar", f"'{packet.list_id}'")
    for name in ("segel", "anggota", "temuan"):
        yield _calculate(
            name if name == "segel" else f"banyak_{name}",
            f"{_items('keluarga')}[name={_FAMILY}]/{name}",
        )
    yield {"type": "begin group", "name": "keluarga", "label": "Keluarga"}
    yield from _questions(Level.FAMILY, lists)
    yield {"type": "end group", "name": "keluarga"}
    yield from _repeat(
        Level.PERSON,
        "anggota",
        "Anggota",
        {"nama_anggota": "label"},
        "**${nama_anggota}**",
        lists,
    )
    yield from _repeat(
        Level.FINDING,
        "temuan",
        "Temuan",
        {"tentang": "tentang", "isi_temuan": "label", "tanya": "tanya"},
        "**${tentang}** ${tanya} (${isi_temuan})",
        lists,
    )


def _items(choices: str) -> str:
    """Where a form finds the lines of a list of choices."""
    steps = (f"instance('{choices}')", "root", "item")
    return "/".join(steps)


def _repeat(
    level: Level,
    name: str,
    label: str,
    told: Mapping[str, str],
    note: str,
    lists: Mapping[tuple[Choice, ...], str],
) -> Iterator[Line]:
    """A group for each member or finding of the chosen family, in order."""
    order, key = f"urut_{name}", f"kunci_{name}"
    chosen = f"{_items(name)}[keluarga={_FAMILY} and urut=${{{order}}}]"
    shared = [
        condition
        for condition in fields(level)[0].shown
        if all(condition in asked.shown for asked in fields(level))
    ]
    yield {
        "type": "begin repeat",
        "name": name,
        "label": label,
        "repeat_count": f"${{banyak_{name}}}",
        "relevant": _all(shared),
    }
    yield _calculate(order, "position(..)")
    yield _calculate(key, f"{chosen}/name")
    for calculated, column in told.items():
        yield _calculate(calculated, f"{chosen}/{column}")
    yield {"type": "note", "name": f"tentang_{name}", "label": note}
    yield from _questions(level, lists)
    yield {"type": "end repeat", "name": name}


def _calculate(name: str, calculation: str) -> Line:
    return {"type": "calculate", "name": name, "calculation": calculation}


def _questions(level: Level, lists: Mapping[tuple[Choice, ...], str]) -> Iterator[Line]:
    for asked in fields(level):
        constraints = list(_constraints(asked))
        yield {
            "type": _type(asked, lists),
            "name": asked.key,
            "label": asked.label,
            "hint": asked.hint,
            "relevant": _all(asked.shown),
            "required": "" if asked.required is None else _all(asked.required) or "yes",
            "required_message": "" if asked.required is None else _REQUIRED,
            "constraint": " and ".join(rule for rule, _ in constraints),
            "constraint_message": " ".join(sentence for _, sentence in constraints),
            "appearance": "minimal" if len(asked.choices) > 9 else "",
        }
        for place, clash in enumerate(_clashes_at(asked, blocks=False), start=1):
            yield {
                "type": "note",
                "name": f"ingat_{asked.key}_{place}",
                "label": f"Periksa: {clash.sentence}",
                "relevant": _all(clash.when),
            }


def _type(asked: Field, lists: Mapping[tuple[Choice, ...], str]) -> str:
    if not asked.choices:
        return _TYPES[asked.kind]
    kind = "select_multiple" if asked.kind is Kind.CHOICES else "select_one"
    return f"{kind} {lists[asked.choices]}"


def _constraints(asked: Field) -> Iterator[tuple[str, str]]:
    """What an answer must fulfil, in XPath, and the sentence that says so."""
    if asked.kind is Kind.NUMBER:
        yield (
            f"(. >= {asked.least} and . <= {asked.most})",
            f"Isi angka {asked.least} sampai {asked.most}.",
        )
    elif asked.kind is Kind.DAY:
        yield "(. <= today())", "Isi tanggal hari ini atau sebelumnya."
    elif asked.kind is Kind.WORDS:
        yield f"(string-length(.) <= {asked.most})", f"Tulis paling banyak {asked.most} huruf."
    for clash in _clashes_at(asked, blocks=True):
        yield f"not({_all(clash.when, asked.key)})", clash.sentence
    before = _told_before(asked)
    if before:
        both = " or ".join(
            f"(selected(., '{one.code}') and selected(${{{other}}}, '{one.code}'))"
            for other in before
            for one in asked.choices
        )
        yield f"not({both})", "Satu kategori hanya boleh dipilih sekali: benar, tambah, atau hapus."


def _told_before(asked: Field) -> list[str]:
    """Questions about the same categories that come earlier: a category has one answer."""
    if "ppks_" not in asked.key:
        return []
    same = [one.key for one in fields(asked.level) if "ppks_" in one.key]
    return same[: same.index(asked.key)]


def _clashes_at(asked: Field, blocks: bool) -> list[Clash]:
    """What is said at a question: the last one in order of those a clash speaks of."""
    order = [one.key for one in fields()]
    return [
        clash
        for clash in clashes()
        if clash.blocks is blocks
        and asked.key == max((one.field for one in clash.when), key=order.index)
    ]


def _all(conditions: Iterable[Condition], own: str = "") -> str:
    return " and ".join(_met(condition, own) for condition in conditions)


def _met(condition: Condition, own: str) -> str:
    """A condition in XPath; ``own`` is the question it stands at."""
    kind = next(one.kind for one in fields() if one.key == condition.field)
    answer = "." if condition.field == own else f"${{{condition.field}}}"

    def one_of(code: str) -> str:
        if code and kind is Kind.CHOICES:
            return f"selected({answer}, '{code}')"
        return f"{answer} = '{code}'"

    if condition.is_only:
        chosen = " + ".join(f"if({one_of(code)}, 1, 0)" for code in condition.codes)
        return f"(count-selected({answer}) > 0 and count-selected({answer}) = ({chosen}))"
    return f"({' or '.join(one_of(code) for code in condition.codes)})"


# --- choices -------------------------------------------------------------------------------------


def _lists() -> dict[tuple[Choice, ...], str]:
    """A name for every list of choices: the key of the first question that offers it."""
    found: dict[tuple[Choice, ...], str] = {}
    for asked in fields():
        if asked.choices:
            found.setdefault(asked.choices, f"pilihan_{asked.key}")
    return found


def _choices(packet: Packet, lists: Mapping[tuple[Choice, ...], str]) -> Iterator[Line]:
    for choices, name in lists.items():
        for choice in choices:
            yield {"list_name": name, "name": choice.code, "label": choice.label}
    places = {visit.key: _place(visit.rt, visit.rw) for visit in packet.visits}
    for rt in dict.fromkeys(places.values()):
        yield {"list_name": "rt", "name": rt, "label": _rt_words(rt)}
    for visit, row in zip(packet.visits, rows_of(packet, Level.FAMILY), strict=True):
        yield {
            "list_name": "keluarga",
            "name": visit.key,
            "label": _harmless(f"{visit.number}. {row.shown[0]}, {visit.place}"),
            "rt": places[visit.key],
            "nomor": str(visit.number),
            "segel": row.seal(packet.list_id),
            "anggota": str(len(visit.members)),
            "temuan": str(len(visit.asks)),
        }
    for visit in packet.visits:
        for place, member in enumerate(visit.members, start=1):
            yield {
                "list_name": "anggota",
                "name": member.key,
                "label": _harmless(f"{member.name or '(tanpa nama)'} {member.number}".strip()),
                "keluarga": visit.key,
                "urut": str(place),
            }
    for visit in packet.visits:
        for place, ask in enumerate(visit.asks, start=1):
            yield {
                "list_name": "temuan",
                "name": ask.key,
                "label": _harmless(ask.sentence),
                "keluarga": visit.key,
                "urut": str(place),
                "tentang": _harmless(ask.member),
                "tanya": _harmless(ask.question),
            }


def _place(rt: str, rw: str) -> str:
    """A name for an RT that a form takes: digits and letters only."""
    plain = ("".join(letter for letter in part if letter.isalnum()) for part in (rt, rw))
    return "rt{}_rw{}".format(*(part or "0" for part in plain))


def _rt_words(place: str) -> str:
    rt, _, rw = place.partition("_")
    return f"RT {rt[2:]} / RW {rw[2:]}"


def _harmless(text: str) -> str:
    """A text that is no reference and no mark-up where a phone shows it."""
    plain = text.replace("${", "$ {").replace("<", "‹").replace(">", "›")
    return plain.replace("*", "•").replace("_", " ")
