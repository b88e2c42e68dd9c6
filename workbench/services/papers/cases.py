"""Cases on paper: worksheets, answer sheets and the trainer's key.

They are the very cases of the class, so what is written by hand can be typed in later and is
judged the same. Codes and line numbers are those of ``services.paper_answers``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from workbench.access import Actor, Permission, require
from workbench.domain.wilayah import PLACE_KINDS
from workbench.errors import NotFound, WrongUse
from workbench.services.bimteks import Bimtek, read_bimtek
from workbench.services.office import Office
from workbench.services.paper_answers import BANK, FORM_A, FORM_B, OWN, code_of, lines_of
from workbench.services.papers.press import frame, press
from workbench.store.tables import bank_case, bank_key, case_key, drawn_case
from workbench.training.answers import choices, word_for

#: What can be printed besides the cases of a seat: the two forms, one practice case a rule.
SOURCES: Final = (FORM_A, FORM_B, BANK)
#: Documents narrow enough to stand two in a row.
_HALF: Final = frozenset({"ktp", "rumah"})
#: Lines of a table beyond which a document may run over a page's end.
_TALL: Final = 14

Paper = tuple[str, bytes]


@dataclass(frozen=True)
class Sheet:
    """One case on paper: its place among the sheets, the code that names it, what it holds."""

    place: int
    code: str
    public: Mapping[str, Any]
    key: Mapping[str, Any]


def worksheets(office: Office, actor: Actor, bimtek_id: str, source: str | int) -> Paper:
    """The cases of a test form ("A", "B") or of a seat (a number), with boxes to tick.

    Raises ``WrongUse`` before the class is open, ``NotFound`` where there is no such case.
    """
    plan, sheets = _plan_and_sheets(office, actor, bimtek_id, source)
    return f"lembar-kasus-{_named(plan, source)}.pdf", press(
        "lembar_kasus", _cases(plan, "Lembar kasus", sheets), plan
    )


def answer_sheets(office: Office, actor: Actor, bimtek_id: str, source: str | int) -> Paper:
    """What is handed in for those cases: a box for each line, then status to confidence."""
    plan, sheets = _plan_and_sheets(office, actor, bimtek_id, source)
    return f"lembar-jawaban-{_named(plan, source)}.pdf", press(
        "lembar_jawab", _cases(plan, "Lembar jawaban", sheets), plan
    )


def key_sheet(office: Office, actor: Actor, bimtek_id: str, source: str | int) -> Paper:
    """The key of those cases with the numbers of their lines, for the trainer."""
    plan, sheets = _plan_and_sheets(office, actor, bimtek_id, source)
    values = {
        **frame(plan, "Kunci pelatih", _FOOT, True),
        "cases": [_solution(sheet) for sheet in sheets],
    }
    return f"kunci-{_named(plan, source)}.pdf", press("kunci", values, plan)


_FOOT: Final = "LATIHAN. Semua orang dan keluarga pada lembar ini rekaan; NIK diawali 99."


def _opened(plan: Bimtek) -> Bimtek:
    if not plan.class_id:
        raise WrongUse("Kasus ada setelah kelas dibuka. Buka kelas dari rencana ini dulu.")
    return plan


def _named(plan: Bimtek, source: str | int) -> str:
    return f"{plan.id}-{source}"


def _plan_and_sheets(
    office: Office, actor: Actor, bimtek_id: str, source: str | int
) -> tuple[Bimtek, list[Sheet]]:
    require(actor, Permission.RUN_CLASS)
    plan = _opened(read_bimtek(office, actor, bimtek_id))
    with office.practice.reading() as connection:
        return plan, _sheets(connection, plan.class_id, source)


def _sheets(connection: Connection, class_id: str, source: str | int) -> list[Sheet]:
    if isinstance(source, int):
        query = (
            select(drawn_case.c.number, drawn_case.c.public, case_key.c.key)
            .add_columns(bank_case.c.form, bank_case.c.place, bank_case.c.item, bank_case.c.word)
            .join(
                case_key,
                (case_key.c.class_id == drawn_case.c.class_id)
                & (case_key.c.seat == drawn_case.c.seat)
                & (case_key.c.number == drawn_case.c.number),
            )
            .outerjoin(
                bank_case,
                (bank_case.c.class_id == drawn_case.c.class_id)
                & (bank_case.c.item == drawn_case.c.item),
            )
            .where(drawn_case.c.class_id == class_id, drawn_case.c.seat == source)
            .order_by(drawn_case.c.number)
        )
    else:
        if source not in SOURCES:
            raise WrongUse("Pilih bentuk tes A atau B, latihan, atau nomor kursi.")
        query = (
            select(bank_case, bank_key.c.key)
            .join(
                bank_key,
                (bank_key.c.class_id == bank_case.c.class_id)
                & (bank_key.c.item == bank_case.c.item),
            )
            .where(
                bank_case.c.class_id == class_id,
                bank_case.c.form == ("" if source == BANK else source),
            )
            .order_by(bank_case.c.place, bank_case.c.item)
        )
    rows: Sequence[Row[Any]] = connection.execute(query).all()
    if source == BANK:
        rows = _one_of_each(rows)
    if not rows:
        raise NotFound("Belum ada kasus untuk pilihan itu. Pilih bentuk tes atau kursi lain.")
    return [
        Sheet(place, _code(row), json.loads(row.public), json.loads(row.key))
        for place, row in enumerate(rows, start=1)
    ]


def _code(row: Row[Any]) -> str:
    """What names the case when its sheet is typed in."""
    if row.item is None:
        return code_of(OWN, row.number)
    return code_of(row.form, row.place) if row.form else code_of(BANK, row.item)


def _one_of_each(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The first case of each rule or look-alike; the rest stays for the screens."""
    first: dict[str, Row[Any]] = {}
    for row in rows:
        first.setdefault(row.word.partition(":")[0], row)
    return list(first.values())


def _cases(plan: Bimtek, title: str, sheets: list[Sheet]) -> dict[str, Any]:
    return {
        **frame(plan, title, _FOOT, True),
        "places": PLACE_KINDS,
        "cases": [_case(sheet) for sheet in sheets],
        "choices": {
            "status": [word for _, word in choices()["status"]],
            "follow_up": [word for _, word in choices()["follow_up"]],
            "confidence": [word for _, word in choices()["confidence"]],
            "reason": choices()["reason"],
        },
    }


def _case(sheet: Sheet) -> dict[str, Any]:
    """The public part with its lines numbered through, as all sheets count them."""
    lines = iter(lines_of(sheet.public))
    record = [
        {
            "title": section["title"],
            "rows": [
                {"number": line.number, "label": str(line.label), "value": str(line.value)}
                for line in islice(lines, len(section["rows"]))
            ],
        }
        for section in sheet.public["record"]
    ]
    return {
        "place": sheet.place,
        "code": sheet.code,
        "as_of": str(sheet.public.get("as_of", "")),
        "record": record,
        "documents": _in_rows([_document(one) for one in sheet.public["documents"]]),
    }


def _document(document: Mapping[str, Any]) -> dict[str, Any]:
    table = document.get("table")
    picture = document.get("picture")
    return {
        "title": document["title"],
        "subtitle": document.get("subtitle", ""),
        "watermark": document.get("watermark", "CONTOH"),
        "fields": [
            {"label": str(field["label"]), "value": str(field["value"])}
            for field in document.get("fields", ())
        ],
        "table": {
            "columns": table["columns"],
            "rows": [[str(value) for value in row] for row in table["rows"]],
        }
        if table
        else None,
        "paragraphs": list(document.get("paragraphs", ())),
        "picture": {
            "svg": draw_for_paper(picture["svg"]),
            "text": picture["text"],
            "caption": picture["caption"],
        }
        if picture
        else None,
        "half": document.get("kind") in _HALF,
        "tall": bool(table and len(table["rows"]) > _TALL),
    }


def _in_rows(documents: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Documents in rows: two narrow ones that follow each other share one."""
    rows: list[list[dict[str, Any]]] = []
    for document in documents:
        pair = rows and len(rows[-1]) == 1 and rows[-1][0]["half"] and document["half"]
        if pair:
            rows[-1].append(document)
        else:
            rows.append([document])
    for row in rows:
        if len(row) == 1:
            row[0]["half"] = False
    return rows


def draw_for_paper(svg: str) -> str:
    """A drawing in its light colours, with its style written out: pages have no variables."""
    style = re.search(r"<style>(.*?)</style>", svg, re.DOTALL)
    if style is None:
        return svg
    light = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", style[1])
    colours = dict(re.findall(r"--([\w-]+):([^;}]+)", light))
    light = re.sub(r"--[\w-]+:[^;}]+;?", "", light)
    plain = svg.replace(style[0], f"<style>{light}</style>")
    plain = re.sub(r"var\(--([\w-]+)\)", lambda name: colours.get(name[1], "#000"), plain)
    return plain.replace("system-ui,sans-serif", "'Plus Jakarta Sans'")


def _solution(sheet: Sheet) -> dict[str, Any]:
    key = sheet.key
    lines = {
        line.cell: f"{line.number} ({line.section}: {line.label})"
        for line in lines_of(sheet.public)
    }
    mistakes = [
        {
            "rule": mistake["rule"],
            "title": mistake["title"],
            "cells": _joined(lines[cell] for cell in mistake["fields"] if cell in lines),
            "documents": _joined(mistake["documents"]),
            "why": mistake["why"],
            "seen": mistake["seen"],
        }
        for mistake in key["mistakes"]
    ]
    look_alike = key["look_alike"]
    return {
        "place": sheet.place,
        "code": sheet.code,
        "title": str(sheet.public.get("title", "")),
        "status": word_for("status", key["status"]),
        "reason": word_for("reason", key["reason"]) if key["reason"] else "",
        "follow_up": " atau ".join(word_for("follow_up", one) for one in key["follow_ups"]),
        "mistakes": mistakes,
        "look_alike": {"title": look_alike["title"], "why": look_alike["why"]}
        if look_alike
        else None,
        "tall": len(mistakes) > 6,
    }


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or "tidak ada"
