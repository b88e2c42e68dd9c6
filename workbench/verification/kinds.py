"""Programmes and kinds of people in need, by the many names lists give them.

A name is taken for an official one when it is a known spelling, or so close to one that no
other is near; else the list's own word is kept and the code stays empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from workbench.domain.reference import reference
from workbench.verification.cells import tidy
from workbench.verification.dates import read_period
from workbench.verification.values import (
    CATEGORY_ALIAS,
    NOT_WORD,
    PROGRAM_ALIAS,
    UNREADABLE,
    is_nothing,
    is_unknown,
    is_yes,
    read_number,
    word_key,
)

#: Names closer than this are the same name misspelt, where no second name is near.
NAME_CLOSE = 90.0
NAME_CLEARLY_CLOSER = 6.0


def _name_key(text: str) -> str:
    """A name of a kind of people or a programme: no remarks, ``terlantar`` as ``telantar``."""
    plain = re.sub(r"\([^)]*\)", " ", text.upper()).replace("TERLANTAR", "TELANTAR")
    return NOT_WORD.sub("", plain)


@cache
def _categories() -> tuple[dict[str, str], dict[str, str]]:
    """Official names, and other spellings that stand for one kind only."""
    official: dict[str, str] = {}
    aliases: dict[str, set[str]] = {}
    for row in reference("pmks_kategori"):
        for name in (row["kode"], row["nama"], row["nama_singkat"]):
            official[_name_key(name)] = row["kode"]
        for spelling in row["varian_penulisan"].split(";"):
            for part in (spelling, *spelling.split("/")):
                if len(_name_key(part)) >= 2 and "HIV" not in spelling.upper():
                    aliases.setdefault(_name_key(part), set()).add(row["kode"])
            aliases.setdefault(_name_key(spelling), set()).add(row["kode"])
    single = {key: codes.pop() for key, codes in aliases.items() if len(codes) == 1 and key}
    return official, single


@cache
def _official_spellings() -> frozenset[str]:
    return frozenset(
        " ".join(name.upper().split())
        for row in reference("pmks_kategori")
        for name in (row["kode"], row["nama"], row["nama_singkat"])
    )


def _find_category(text: str) -> str:
    official, aliases = _categories()
    key = _name_key(text)
    if key in official:
        return official[key]
    if key in aliases:
        return aliases[key]
    bare = re.sub(r"^(PMKS|PPKS|KATEGORI|JENIS)", "", re.sub(r"^\d{1,2}", "", key))
    if bare != key and (bare in official or bare in aliases):
        return official.get(bare) or aliases[bare]
    return _nearest(key, {**aliases, **official})


def _nearest(key: str, known: dict[str, str]) -> str:
    """The code of the one name that is clearly meant by a misspelt one, or ""."""
    if len(key) < 8:
        return ""
    near = process.extract(
        key, [k for k in known if len(k) >= 8], scorer=fuzz.ratio, limit=8, score_cutoff=80
    )
    if not near or near[0][1] < NAME_CLOSE:
        return ""
    code = known[near[0][0]]
    others = [score for name, score, _ in near if known[name] != code]
    return "" if others and near[0][1] - max(others) < NAME_CLEARLY_CLOSER else code


@lru_cache(maxsize=20_000)
def read_categories(text: str) -> tuple[tuple[str, str, str], ...]:
    """(category, the list's own word, code) for each kind named in a cell; one at least.

    A cell may name several, separated by comma, semicolon, stroke or line; a separator inside a
    known name ("HIV/AIDS") separates nothing.
    """
    if is_nothing(tidy(text)):
        return (("", "", ""),)
    whole = tidy(text)
    official, aliases = _categories()
    if _name_key(whole) in official or _name_key(whole) in aliases:
        return (_categorised(whole),)
    found: list[tuple[str, str, str]] = []
    for line in re.split(r"[,;\n\r|+•]+|(?<=\s)(?:&)(?=\s)", text):
        part = tidy(line).strip(" -.*")
        if not part or is_nothing(part):
            continue
        pieces = [tidy(piece) for piece in re.split(r"\s*/\s*|\s+-\s+", part) if tidy(piece)]
        if not _find_category(part) and len(pieces) > 1 and all(map(_find_category, pieces)):
            found.extend(_categorised(piece) for piece in pieces)
        else:
            found.append(_categorised(part))
    unique = tuple(dict.fromkeys(found))
    seen: set[str] = set()
    kept = []
    for item in unique:
        if item[0] and item[0] in seen:
            continue
        seen.add(item[0])
        kept.append(item)
    return tuple(kept) or (("", whole.upper(), UNREADABLE),)


def _categorised(text: str) -> tuple[str, str, str]:
    plain = text.upper()
    code = _find_category(text)
    if not code:
        return "", plain, UNREADABLE
    return code, plain, "" if plain in _official_spellings() else CATEGORY_ALIAS


@cache
def _programs() -> tuple[dict[str, str], dict[str, str]]:
    """Plain spellings, and spellings that needed a remark taken off; each of one programme only."""
    plain: dict[str, set[str]] = {}
    remarked: dict[str, set[str]] = {}
    for row in reference("program_bantuan"):
        for spelling in (row["kode"], row["program"], *row["varian_penulisan"].split(";")):
            target = remarked if "(" in spelling else plain
            target.setdefault(_name_key(spelling), set()).add(row["kode"])
        for part in row["program"].split("/"):
            plain.setdefault(_name_key(part), set()).add(row["kode"])
    more = {
        "BNPT": "SEMBAKO",
        "PROGRAMSEMBAKO": "SEMBAKO",
        "BPNTSEMBAKO": "SEMBAKO",
        "SEMBAKOBPNT": "SEMBAKO",
        "BANTUANPANGANNONTUNAI": "SEMBAKO",
        "PBIJKN": "PBIJK",
        "PBIBPJS": "PBIJK",
        "BPJSPBI": "PBIJK",
        "PBIAPBN": "PBIJK",
        "PBIAPBD": "PBIJK",
        "BANTUANBERAS": "BERAS",
        "BERAS": "BERAS",
        "BLTDANADESA": "BLTDD",
    }
    for key, code in more.items():
        plain.setdefault(key, set()).add(code)
    known = {row["kode"] for row in reference("program_bantuan")}
    return (
        {
            key: next(iter(codes))
            for key, codes in plain.items()
            if len(codes) == 1 and codes <= known
        },
        {key: next(iter(codes)) for key, codes in remarked.items() if len(codes) == 1},
    )


@cache
def _program_words() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Spellings as words, the longest first, to find a programme inside a longer text."""
    found: dict[tuple[str, ...], set[str]] = {}
    for row in reference("program_bantuan"):
        for spelling in (row["kode"], row["program"], *row["varian_penulisan"].split(";")):
            words = tuple(NOT_WORD.sub(" ", re.sub(r"\([^)]*\)", " ", spelling.upper())).split())
            if words and len("".join(words)) >= 3:
                found.setdefault(words, set()).add(row["kode"])
    found.setdefault(("BNPT",), set()).add("SEMBAKO")
    single = [(words, next(iter(codes))) for words, codes in found.items() if len(codes) == 1]
    return tuple(sorted(single, key=lambda item: -len(item[0])))


def find_programs(text: str) -> list[str]:
    """Codes of the programmes a text speaks of, in its order; a longer name hides a shorter."""
    return list(dict.fromkeys(code for _, code in sorted(_place_programs(text)[1])))


def without_programs(text: str) -> str:
    """The words of a text that belong to no programme's name."""
    words, hits = _place_programs(text)
    taken = {place for span, _ in hits for place in span}
    return " ".join(word for place, word in enumerate(words) if place not in taken)


def _place_programs(text: str) -> tuple[list[str], list[tuple[tuple[int, ...], str]]]:
    """The words of a text, and the places each programme's name takes among them."""
    words = NOT_WORD.sub(" ", text.upper()).split()
    taken: set[int] = set()
    hits: list[tuple[tuple[int, ...], str]] = []
    for name, code in _program_words():
        for start in range(len(words) - len(name) + 1):
            span = tuple(range(start, start + len(name)))
            if tuple(words[start : start + len(name)]) == name and not taken & set(span):
                taken.update(span)
                hits.append((span, code))
    return words, hits


@lru_cache(maxsize=20_000)
def read_program(text: str) -> tuple[str, str]:
    """(programme, code) for one name of a programme; "" when it is not in the list."""
    plain, remarked = _programs()
    key = _name_key(text)
    upper = tidy(text).upper()
    if upper in {row["kode"] for row in reference("program_bantuan")}:
        return upper, ""
    found = plain.get(key) or remarked.get(key) or ""
    if not found:
        bare = re.sub(r"^(PROGRAM|BANSOS|BANTUAN|PENERIMA|KPM|STATUS)+", "", key)
        found = plain.get(bare, "")
    if not found:
        inside = find_programs(text)
        found = inside[0] if len(inside) == 1 else ""
    found = found or _nearest(key, plain)
    return (found, PROGRAM_ALIAS) if found else ("", UNREADABLE)


@lru_cache(maxsize=20_000)
def read_programs(text: str) -> tuple[tuple[str, str, str], ...]:
    """(programme, the list's own word, code) for each programme named in a cell."""
    whole = tidy(text)
    if is_nothing(whole) or is_yes(whole) is False:
        return ()
    plain, remarked = _programs()
    pieces = [
        tidy(p).strip(" -.")
        for p in re.split(r"[,;\n\r|+&•]+|\s+DAN\s+", text, flags=re.IGNORECASE)
    ]
    pieces = [piece for piece in pieces if piece and not is_nothing(piece)]
    if _name_key(whole) in plain or _name_key(whole) in remarked or len(pieces) <= 1:
        pieces = [whole]
        strokes = [tidy(p) for p in whole.split("/") if tidy(p)]
        if (
            _name_key(whole) not in plain
            and len(strokes) > 1
            and len({read_program(s)[0] for s in strokes} - {""}) == len(strokes)
        ):
            pieces = strokes
    found: dict[str, tuple[str, str, str]] = {}
    for piece in pieces:
        code, logged = read_program(piece)
        found.setdefault(code or piece.upper(), (code, piece.upper(), logged))
    return tuple(found.values())


@dataclass(frozen=True)
class Flag:
    """What a yes/no cell of a programme says beside yes."""

    period: str = ""
    amount_rp: int | None = None
    source: str = ""
    status: str = ""


@lru_cache(maxsize=20_000)
def read_flag(text: str) -> tuple[bool | None, Flag]:
    """Whether a cell of a programme's column says yes; None when it cannot be read."""
    if is_nothing(text) or is_unknown(text):
        return False, Flag()
    key = word_key(text)
    if key in ("NONAKTIF", "TIDAKAKTIF"):
        return True, Flag(status="nonaktif")
    answer = is_yes(text)
    if answer is not None:
        return answer, Flag()
    if key in ("NASIONAL", "PUSAT", "APBN", "PBINASIONAL", "PBIAPBN", "PBIPUSAT"):
        return True, Flag(source="apbn")
    if key in ("PEMDA", "APBD", "PBIPEMDA", "PBIAPBD", "DAERAH"):
        return True, Flag(source="apbd_kabkota")
    if key.startswith("GRADUASI"):
        return True, Flag(status="graduasi")
    period, code = read_period(text)
    if period and not code:
        return True, Flag(period=period)
    value = read_number(text)
    if value is not None and 10_000 <= value < 1e9:
        return True, Flag(amount_rp=round(value))
    if read_program(text)[0]:
        return True, Flag()
    return None, Flag()
