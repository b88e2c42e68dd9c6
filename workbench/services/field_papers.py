"""What an officer takes along: the packets of a list as PDF, workbook or phone's form."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from workbench.access import Actor, Permission, require
from workbench.domain.register import Register
from workbench.domain.wilayah import say_locally, village_head
from workbench.domain.words import date_id, mask_nik
from workbench.errors import NotFound, UnusableInput, WrongUse
from workbench.services import assignments, fieldwork, office_settings, shelves
from workbench.services.office import Office
from workbench.store import ledger
from workbench.verification.checklists import checklist
from workbench.verification.fieldwork.outcomes import Choice, Field, Kind, Level, fields
from workbench.verification.fieldwork.queues import is_within
from workbench.verification.forms.codes import draw_codes
from workbench.verification.forms.packets import (
    Ask,
    Numbers,
    Packet,
    Sharing,
    Visit,
    make_packets,
    record_key,
)

Paper = tuple[str, bytes]

_PAGES: Final = Path(__file__).parent / "papers" / "pages"
#: Sheets are set in threads of their own: the setter lets go of the interpreter.
_WORKERS: Final = 2
#: Answers that stand as boxes; a longer choice is written as a code from the list at the end.
_MOST_BOXES: Final = 10
#: Letters of a line of a block in capitals, and millimetres of its parts, with some to spare.
_LETTERS, _LINE, _HEAD, _END, _ASK, _PAGE = 90, 4.2, 66.0, 26.0, 9.0, 250.0
#: Letters of a line of boxes, which are smaller ones.
_BOXES: Final = 110
_MOST_NAME, _MOST_PLACE = 100, 160
_ROOM: Final = {Kind.DAY: 30, Kind.NUMBER: 12}
_CODES_ROOM: Final = 16
_CODE_TITLES: Final = {"ppks_confirmed": "PPKS keluarga"}
#: Paper is narrow: these questions are asked there in fewer words.
_SHORT: Final = {
    "presence": "Keberadaan",
    "domicile": "Domisili",
    "eligibility": "Kelayakan",
    "reason": "Alasan",
    "evidence": "Bukti",
    "ppks_confirmed": "PPKS benar",
    "ppks_added": "PPKS tambah",
    "ppks_removed": "PPKS hapus",
    "proposal": "Usulan",
}
_EPOCH: Final = date(1980, 1, 1)


class Form(StrEnum):
    """What a packet can become."""

    PDF = "pdf"
    WORKBOOK = "xlsx"
    PHONE = "xlsform"


@dataclass(frozen=True)
class Order:
    """Which families of a list go out, and how they are divided.

    ``kelurahan``, ``rw`` and ``rt`` narrow to a place, ``officer`` (id of an account) to the
    families somebody was given; ``everyone`` takes along families without a question too.
    ``numbers`` None is as the office has set it. ``address`` begins the QR codes (the server's,
    as phones see it).
    """

    kelurahan: str = ""
    rw: str = ""
    rt: str = ""
    officer: str = ""
    sharing: Sharing = Sharing.KELURAHAN
    everyone: bool = False
    numbers: Numbers | None = None
    address: str = ""


def packets(office: Office, actor: Actor, list_id: str, order: Order) -> list[Packet]:
    """What goes out of a list, cut to the actor's areas. Raises ``NotFound`` when it is nothing.

    Whole numbers, where the office wants them on paper, are on record.
    """
    made = packets_and_names(office, actor, list_id, order)[0]
    if made[0].numbers is Numbers.WHOLE:
        _note_numbers(office, actor, list_id, made)
    return made


def packets_and_names(
    office: Office, actor: Actor, list_id: str, order: Order
) -> tuple[list[Packet], dict[str, tuple[str, ...]]]:
    """The same, with what each key stands for: the ids of the list it was made from."""
    require(actor, Permission.PRINT_CHECKLIST)
    opened = shelves.open_list(office, actor, list_id)
    secret = shelves.key_of(office.folder(actor.workspace))
    names: dict[str, tuple[str, ...]] = {}

    def key(kind: str, *parts: str) -> str:
        made = record_key(secret, kind, list_id, *parts)
        names[made] = parts
        return made

    going = assignments.goers(office, actor, list_id)
    if order.officer:
        going = {
            family_id: (officer,)
            for family_id, team in going.items()
            for officer in team
            if officer.id == order.officer
        }
    due = None if order.everyone else _due(office, actor, list_id)
    sheets = checklist(opened.register, opened.findings, order.kelurahan, order.everyone)
    for sheet in sheets:
        sheet.families = [
            block
            for block in sheet.families
            if is_within(("", block.rw, block.rt), [("", order.rw, order.rt)])
            and (not order.officer or block.family_id in going)
            and (due is None or block.family_id in due or not block.questions)
        ]
    wanted = {block.family_id for sheet in sheets for block in sheet.families}
    numbers = order.numbers or _numbers_of(office, actor)
    made = make_packets(
        sheets,
        _members(opened.register, wanted, numbers),
        key,
        list_id,
        opened.summary.period,
        order.sharing,
        going,
        numbers,
        _cards(opened.register, wanted) if numbers is Numbers.WHOLE else None,
    )
    made = [packet for packet in made if packet.visits]
    if not made:
        raise NotFound(
            say_locally("Tidak ada keluarga yang perlu dikunjungi di sini. Pilih kelurahan lain.")
        )
    return made, names


def papers(
    office: Office,
    actor: Actor,
    list_id: str,
    order: Order,
    form: Form,
    progress: Callable[[int, int], None] | None = None,
) -> Paper:
    """All packets in one form: the file of the only one, or an archive of them."""
    if form is Form.PHONE:
        # A form goes through other people's servers: no whole number leaves with it.
        order = replace(order, numbers=Numbers.MASKED)
    made = packets(office, actor, list_id, order)
    drawn = []
    with ThreadPoolExecutor(_WORKERS) as pool:
        for done, paper in enumerate(pool.map(partial(draw, form, order.address), made), start=1):
            drawn.append(paper)
            if progress:
                progress(done, len(made))
    if len(drawn) == 1:
        return drawn[0]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, data in dict(drawn).items():
            archive.writestr(zipfile.ZipInfo(name, (*_EPOCH.timetuple()[:3], 0, 0, 0)), data)
    return f"lembar-lapangan-{list_id}.zip", content.getvalue()


def draw(form: Form, address: str, packet: Packet) -> Paper:
    """One packet in one form: file name and content."""
    if form is Form.WORKBOOK:
        from workbench.verification.forms.sheet import write_sheet

        return f"{packet.file_stem}.xlsx", write_sheet(packet)
    if form is Form.PHONE:
        from workbench.verification.forms.xlsform import write_form

        return f"{packet.file_stem}-xlsform.xlsx", write_form(packet)
    return f"{packet.file_stem}.pdf", _press(packet, address, format="pdf", pdf_tags=False)


def first_page(packet: Packet, address: str = "") -> bytes:
    """The first page of the PDF as an SVG picture."""
    drawn = _press(packet, address, format="svg")
    page: bytes = drawn[0] if isinstance(drawn, list) else drawn
    return page


def preview(packet: Packet, address: str = "", ppi: int = 70) -> list[bytes]:
    """The pages of the PDF as PNG pictures."""
    drawn = _press(packet, address, format="png", ppi=ppi)
    return drawn if isinstance(drawn, list) else [drawn]


def family_of_key(office: Office, actor: Actor, key: str) -> tuple[str, str]:
    """List and family_id a printed key stands for, as the family stands in the working list.

    A sheet of a former list leads to the same family of the working list. Raises ``NotFound`` in
    a sentence: for a key of nobody or of somebody outside the actor's areas, for a family that
    has left the list, and where there is no working list.
    """
    require(actor, Permission.READ_LIST)
    rounds = fieldwork.rounds(office, actor)
    shelf = {one.id: one for one in shelves.shelf(office, actor)}
    if not rounds or rounds[-1].list_id not in shelf:
        raise NotFound("Belum ada daftar kerja. Jadikan sebuah daftar sebagai daftar kerja dahulu.")
    now = rounds[-1].list_id
    secret = shelves.key_of(office.folder(actor.workspace))
    for list_id in dict.fromkeys([now, *(one.list_id for one in reversed(rounds)), *shelf]):
        if list_id not in shelf:
            continue
        families = shelves.open_list(office, actor, list_id).register["family"]
        ids = families["family_id"].to_pylist()
        found = next((i for i in ids if record_key(secret, "keluarga", list_id, i) == key), "")
        if found and list_id == now:
            return now, found
        if found:
            standing = same_family(office, actor, list_id, now).get(found, "")
            if standing:
                return now, standing
            raise NotFound(
                f"Lembar itu dari daftar {shelf[list_id].name}. Keluarganya tidak ada lagi pada "
                f"daftar kerja ({shelf[now].name})."
            )
    raise NotFound(
        "Berkas itu tidak dikenali: daftarnya sudah dihapus, atau keluarganya di luar wilayah Anda."
    )


def same_family(office: Office, actor: Actor, list_id: str, now: str) -> dict[str, str]:
    """By family_id of one list, the family_id of the same card in another list."""
    require(actor, Permission.READ_LIST)
    was, standing = (
        shelves.open_list(office, actor, one).register["family"].select(["family_id", "family_key"])
        for one in (list_id, now)
    )
    by_key = {row["family_key"]: row["family_id"] for row in standing.to_pylist()}
    return {
        row["family_id"]: by_key[row["family_key"]]
        for row in was.to_pylist()
        if row["family_key"] and row["family_key"] in by_key
    }


def _due(office: Office, actor: Actor, list_id: str) -> frozenset[str] | None:
    """The families of the working list that wait for a visit; None for any other list.

    Whoever was visited and has nothing open is not printed again.
    """
    rounds = fieldwork.rounds(office, actor)
    if not rounds or rounds[-1].list_id != list_id:
        return None
    waiting = fieldwork.queue(office, actor, list_id).families
    return frozenset(one.family_id for one in waiting)


def _numbers_of(office: Office, actor: Actor) -> Numbers:
    chosen = office_settings.value(office, actor, "nik_on_paper")
    return Numbers.WHOLE if chosen == "penuh" else Numbers.MASKED


def _note_numbers(office: Office, actor: Actor, list_id: str, made: list[Packet]) -> None:
    value = {"baris": sum(len(packet.visits) for packet in made), "keperluan": "kunjungan"}
    with office.store_for(actor).writing() as connection:
        about = f"daftar:{list_id}"
        ledger.record(connection, actor.id, "ekspor_nik", about, "ekspor_nik", value)


def _members(
    register: Register, family_ids: Collection[str], numbers: Numbers
) -> dict[str, list[tuple[str, str, str]]]:
    people = register["person"]
    inside = pc.is_in(people["family_id"], pa.array(sorted(family_ids), pa.string()))
    members: dict[str, list[tuple[str, str, str]]] = {}
    columns = people.filter(inside).select(["family_id", "person_id", "name", "nik"])
    for row in columns.to_pylist():
        nik = row["nik"] if numbers is Numbers.WHOLE else mask_nik(row["nik"])
        members.setdefault(row["family_id"], []).append((row["person_id"], row["name"], nik))
    return members


def _cards(register: Register, family_ids: Collection[str]) -> dict[str, str]:
    rows = register["family"].select(["family_id", "no_kk"]).to_pylist()
    return {row["family_id"]: row["no_kk"] for row in rows if row["family_id"] in family_ids}


# --- the PDF -------------------------------------------------------------------------------------


@cache
def _fonts() -> Any:
    import fontpkg_plus_jakarta_sans as typeface
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(Path(typeface.ROOT) / "files")])


def _press(packet: Packet, address: str, **how: Any) -> Any:
    if not packet.visits:
        raise WrongUse("Paket ini tidak memuat keluarga. Buat ulang dari daftarnya.")
    values = _values(packet, address)
    values |= {"parts": list(_parts()), "frame": list(_frame(packet))}
    return _set("lembar_lapangan", values, packet.as_of, **how)


def _frame(packet: Packet) -> bytes:
    """What is the same on every page, set once: laid out anew for each it takes a fifth of all."""
    values = {
        "title": f"Lembar lapangan: {packet.title}",
        "practice": packet.practice,
        "head": f"Kecamatan {packet.kecamatan or '-'}. Petugas: {packet.officer or '_' * 24}",
        "period": f"Periode {packet.period or '-'}, data per {date_id(packet.as_of)}",
        "foot": f"{packet.mark}. Daftar {packet.list_id}, berkas {packet.id}, aturan "
        f"{packet.ruleset}. {packet.numbers.words}.",
    }
    drawn: bytes = _set("bingkai_lapangan", values, packet.as_of, format="pdf", pdf_tags=False)
    return drawn


@cache
def _parts() -> bytes:
    """What every sheet asks and explains, set once: it would take most of the time otherwise."""
    answers = next(field for field in fields(Level.FINDING) if field.kind is Kind.CHOICE)
    values = {
        "fields": _lines(),
        "answers": [choice.label for choice in answers.choices],
        "lists": _lists(),
        "practice": False,
    }
    drawn: bytes = _set("potongan_lapangan", values, _EPOCH, format="pdf", pdf_tags=False)
    return drawn


def _set(page: str, values: Mapping[str, Any], day: date, **how: Any) -> Any:
    import typst

    try:
        return typst.compile(
            _PAGES / f"{page}.typ",
            root=_PAGES,
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(values, ensure_ascii=False)},
            timestamp=datetime.combine(day, time(), UTC),
            **how,
        )
    except typst.TypstError as error:
        raise UnusableInput(
            "Lembar lapangan ini tidak dapat dicetak. Sampaikan nama kelurahannya kepada admin."
        ) from error


def _values(packet: Packet, address: str) -> dict[str, Any]:
    codes = draw_codes([address + visit.key for visit in packet.visits])
    return {
        "title": f"Lembar lapangan: {packet.title}",
        "office": "",
        "practice": packet.practice,
        "families": [
            part for nth, visit in enumerate(packet.visits) for part in _family(visit, nth)
        ],
        "codes": {"png": list(codes.png), "columns": codes.columns},
        "closing": f"{len(packet.visits)} keluarga. Temuan adalah pertanyaan, bukan putusan.",
        "signers": [
            "Petugas",
            "Ketua RT",
            f"{village_head(packet.kelurahan_kode_kemendagri)} atau yang mewakili",
        ],
        "lists": len(_lists()),
    }


def _family(visit: Visit, nth: int) -> Iterator[dict[str, Any]]:
    """The blocks of a family: one, or more where its questions fill more than a page."""
    card = f" · KK {visit.no_kk}" if visit.no_kk else ""
    pages = _pages(visit)
    for place, (asks, sights) in enumerate(pages):
        yield {
            "number": visit.number,
            "nth": nth,
            "key": visit.key,
            "head": _breakable(_short(visit.head, _MOST_NAME) or "(tanpa nama)"),
            "place": _breakable(_short(visit.place, _MOST_PLACE) + card),
            "again": place > 0,
            "ends": place == len(pages) - 1,
            "asks": [
                {
                    "member": _breakable(ask.member),
                    "question": ask.question,
                    "sentence": _breakable(ask.sentence),
                    "documents": ask.documents,
                }
                for ask in asks
            ],
            "sights": list(sights),
        }


def _pages(visit: Visit) -> list[tuple[list[Ask], list[str]]]:
    """Questions and sights in parts that each fit on a page with what stands around them."""
    pages: list[tuple[list[Ask], list[str]]] = [([], [])]
    used = _HEAD + _END
    things: list[Ask | str] = [*visit.asks, *visit.sights]
    for thing in things:
        if isinstance(thing, str):
            needed = _LINE * _rows(thing) + 3
        else:
            words = f"{thing.member} {thing.question} {thing.sentence}"
            needed = _LINE * (_rows(words) + _rows(thing.documents)) + _ASK
        if used + needed > _PAGE:
            pages.append(([], []))
            used = _END + 16
        used += needed
        pages[-1][isinstance(thing, str)].append(thing)  # type: ignore[arg-type]
    return pages


def _rows(text: str) -> int:
    return -(-len(text) // _LETTERS)


def _short(text: str, most: int) -> str:
    """A text that leaves room for the rest of its block."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _breakable(text: str) -> str:
    """A text whose words of many letters may break somewhere."""
    return " ".join(
        "\u200b".join(word[at : at + 12] for at in range(0, len(word), 12))
        if len(word) > 24
        else word
        for word in text.split()
    )


@cache
def _lines() -> list[list[dict[str, Any]]]:
    """The questions of the family line by line: what is short shares one, boxes come alone."""
    lines: list[list[dict[str, Any]]] = []
    used, had_boxes = 0, True
    for field in fields(Level.FAMILY):
        if field.kind is Kind.WORDS:
            continue
        boxes = has_boxes(field)
        title = _title(field)
        entry = {
            "title": title,
            "choices": [choice.label for choice in field.choices] if boxes else [],
            "room": _ROOM.get(field.kind, _CODES_ROOM),
        }
        needed = len(title) + sum(len(word) + 4 for word in entry["choices"])
        if boxes is not had_boxes or (boxes and used + needed > _BOXES):
            lines.append([])
            used = 0
        lines[-1].append(entry)
        used, had_boxes = used + needed, boxes
    return lines


def _title(field: Field) -> str:
    return _SHORT.get(field.key, field.label)


def has_boxes(field: Field) -> bool:
    """Whether a question's answers stand on the sheet to be ticked, not as codes to be written."""
    return field.kind is Kind.CHOICE and len(field.choices) <= _MOST_BOXES


@cache
def _lists() -> list[dict[str, Any]]:
    """The codes that are written by hand, each list once."""
    found: dict[tuple[Choice, ...], str] = {}
    for field in fields(Level.FAMILY):
        if field.choices and not has_boxes(field):
            found.setdefault(field.choices, _CODE_TITLES.get(field.key, field.label))
    return [
        {"title": f"Kode: {title}", "codes": [[one.code, one.label] for one in choices]}
        for choices, title in found.items()
    ]
