"""Which column of a list is which column of ours: header variants, fuzzy matches, proposals.

A header is mapped when it is a known spelling, or so close to one that no second reading is
near. A weak match is left to a person: a wrong column harms more than a missing one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from workbench.domain.reference import reference
from workbench.domain.wilayah import say_locally
from workbench.errors import WrongUse
from workbench.verification import kinds
from workbench.verification.dates import MONTHS
from workbench.verification.values import read_spellings

#: A fuzzy header must be this close, and this much closer than to any other field.
CLOSE_ENOUGH = 88.0
CLEARLY_CLOSER = 4.0
#: Shorter headers (NIK, JK, RT) differ from each other by one letter: only exact ones count.
SHORTEST_FUZZY = 6


@dataclass(frozen=True)
class Field:
    """Something a column of a list can be.

    ``key`` is unique; ``table`` and ``column`` say where it goes (``+`` joins two columns,
    ``program:PKH`` is a yes/no column of one programme); an empty table is recognised and not
    stored. ``reads`` names the reader in ``values``; ``words`` is Indonesian for a screen.
    """

    key: str
    table: str
    column: str
    reads: str
    words: str
    headers: tuple[str, ...] = ()


#: Rows of ``reference/columns.csv`` and the field each one's spellings belong to.
_OF_REFERENCE = {
    "id_keluarga_p3ke": "family.id_record",
    "id_individu_p3ke": "id_record",
    "kab_kota": "kabupaten_kota",
    "kecamatan": "kecamatan",
    "kelurahan": "kelurahan",
    "alamat": "address",
    "dusun_sls": "sls",
    "no_kk": "no_kk",
    "nik": "nik",
    "nama": "name",
    "nama_kepala_keluarga": "head_name",
    "nama_ibu_kandung": "mother_name",
    "tanggal_lahir": "birth_date",
    "umur": "age_stated",
    "jenis_kelamin": "sex",
    "status_kawin": "marital_status",
    "hubungan_keluarga": "shdk",
    "pendidikan": "education",
    "pekerjaan": "occupation",
    "desil_p3ke": "desil",
    "desil_nasional": "desil",
    "status_rumah": "house_tenure",
    "luas_lantai": "floor_area_m2",
    "lantai": "floor",
    "dinding": "wall",
    "atap": "roof",
    "sumber_air": "water",
    "penerangan": "lighting",
    "daya": "power_va",
    "bahan_bakar": "cooking_fuel",
    "fasilitas_bab": "toilet",
    "simpanan": "has_savings",
    "jenis_pmks": "category_text",
    "prioritas_verval": "p3ke_flag",
    "hamil": "is_pregnant",
}


@cache
def fields() -> dict[str, Field]:
    """All fields by key, the yes/no columns of programmes among them.

    Spellings are those of ``spellings/headers.csv`` and of ``reference/columns.csv``.
    """
    found: dict[str, Field] = {}
    extra: dict[str, list[str]] = {}
    for row in reference("columns"):
        key = _OF_REFERENCE.get(row["field"])
        if key:
            extra.setdefault(key, []).extend(_spellings(row["header_variants"]))
    for row in read_spellings("headers"):
        key = row["key"]
        own = [part.strip() for part in row["spellings"].split(";") if part.strip()]
        named = [] if row["column"] == "status" else [row["column"]]
        headers = tuple([*own, *extra.get(key, ()), *named])
        words = say_locally(row["words"])
        found[key] = Field(key, row["table"], row["column"], row["reads"], words, headers)
    for row in reference("program_bantuan"):
        key = f"program:{row['kode']}"
        more = found[key].headers if key in found else ()
        words = row["program"] if row["program"].startswith("Pen") else f"Penerima {row['program']}"
        found[key] = Field(key, "aid", key, "flag", words, (*more, *_program_spellings(row)))
    return found


def field_of(key: str) -> Field:
    """The field of a key; ``program:PKH@PKH TAHAP 1`` is one period's column of a programme."""
    base, mark, _ = key.partition("@")
    field = fields()[base]
    return replace(field, key=key, column=key) if mark else field


def _program_spellings(row: Mapping[str, str]) -> list[str]:
    """A programme's code, name and variants, which stand over its yes/no column as they are."""
    names = [row["kode"], row["program"], *row["varian_penulisan"].split(";")]
    plain = [name.strip() for name in names if "(" not in name and len(name.strip()) >= 3]
    return [*plain, *(f"bansos {name}" for name in plain), *(f"penerima {name}" for name in plain)]


def _spellings(cell: str) -> list[str]:
    """Header variants of one reference row, without its remarks and patterns."""
    parts = [part.strip() for part in cell.split(";")]
    return [
        part
        for part in parts
        if part
        and "..." not in part
        and "*" not in part
        and "<" not in part
        and not part.startswith("DUSUN 3")
        and part not in ("tahun_data",)
    ]


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_REMARK = re.compile(r"\([^)]*\)?|\[[^\]]*\]?")
_QUESTION = re.compile(r"^\d+[a-z]?\s*[.)]?\s+(?=[a-z])")
_REST = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=20_000)
def squash(header: str) -> str:
    """A header reduced to what is compared: letters and digits, remarks and numbering gone.

    ``402 Nama``, ``Desa/Kelurahan (9)`` and ``DesaKelurahan`` lose what only numbers them.
    """
    words = _CAMEL.sub(" ", header.strip())
    words = _REMARK.sub(" ", words).lower()
    words = _QUESTION.sub("", words.strip())
    squashed = _REST.sub("", words)
    return squashed or _REST.sub("", header.lower())


@cache
def _known() -> dict[str, tuple[str, int]]:
    """Field key and rank of every squashed spelling; the first to claim one keeps it."""
    found: dict[str, tuple[str, int]] = {}
    for key, field in fields().items():
        for rank, spelling in enumerate(field.headers):
            found.setdefault(squash(spelling), (key, rank))
    return found


@cache
def _long_known() -> tuple[str, ...]:
    return tuple(s for s in _known() if len(s) >= SHORTEST_FUZZY)


@dataclass(frozen=True)
class Match:
    """What a header was taken for: ``score`` 100 for a known spelling; ``why`` in Indonesian."""

    key: str
    score: float
    rank: int
    why: str


@lru_cache(maxsize=20_000)
def match_header(header: str) -> Match | None:
    """The field a header stands for, or None when no reading is strong enough."""
    name = squash(header)
    if not name or not re.search("[a-z]", name):
        return None
    exact = _known().get(name)
    if exact:
        key, rank = exact
        return Match(key, 100.0, rank, f"Judul ini ejaan yang dikenal untuk {field_of(key).words}.")
    dated = _match_program_period(header)
    if dated is not None or len(name) < SHORTEST_FUZZY:
        return dated
    near = process.extract(name, _long_known(), scorer=fuzz.ratio, limit=12, score_cutoff=75)
    if not near or near[0][1] < CLOSE_ENOUGH:
        return None
    key = _known()[near[0][0]][0]
    others = [score for spelling, score, _ in near if _known()[spelling][0] != key]
    if others and near[0][1] - max(others) < CLEARLY_CLOSER:
        return None
    words = field_of(key).words
    return Match(key, near[0][1], 99, f"Judul mirip ejaan {words} ({near[0][1]:.0f} dari 100).")


#: Words that may stand beside a programme and its period over a yes/no column.
_AROUND_PROGRAM = re.compile(
    r"\b(PENERIMA|TERIMA|MENERIMA|DAPAT|BANSOS|BANTUAN|PROGRAM|STATUS|SALUR|PENYALURAN|NOMINAL"
    r"|JUMLAH|JML|BESARAN|KPM|PERIODE|TAHUN|THN|TA|BULAN|BLN|RP|KE)\b"
)
_PERIOD_WORDS = re.compile(
    r"\b(TAHAP|TAHAPAN|TRIWULAN|TW|TRW|SEMESTER|SMT|KUARTAL|Q)\b|\b(IV|III|II|I|[1-4]|1[0-2]|[5-9])\b"
    r"|\b(19|20)\d\d\b"
)


@cache
def _month_words() -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(MONTHS)})\b", re.IGNORECASE)


def _match_program_period(header: str) -> Match | None:
    """One period of one programme, as in ``PKH TAHAP 1 2026``, where nothing else is said."""
    plain = " ".join(re.sub(r"[^A-Z0-9]+", " ", header.upper()).split())
    codes = kinds.find_programs(plain)
    if len(codes) != 1:
        return None
    rest = kinds.without_programs(plain)
    rest = _AROUND_PROGRAM.sub(" ", _month_words().sub(" ", _PERIOD_WORDS.sub(" ", rest)))
    if rest.strip():
        return None
    key = f"program:{codes[0]}@{' '.join(header.split())}"
    return Match(key, 100.0, 60, f"Judul ini menyebut {field_of(key).words} dan periodenya.")


@cache
def _question_codes() -> dict[str, str]:
    """Question numbers that stand alone as headers in survey files, by field key."""
    found = {}
    for key, field in fields().items():
        for spelling in field.headers:
            if re.fullmatch(r"\d{3}[a-z]?", spelling):
                found[spelling] = key
    return found


def match_headers(headers: Sequence[str]) -> list[Match | None]:
    """Matches of a whole header row; question numbers count only where several stand together."""
    codes = [_question_codes().get(header.strip().lower()) for header in headers]
    several = sum(code is not None for code in codes) >= 3
    matches: list[Match | None] = []
    for header, code in zip(headers, codes, strict=True):
        match = match_header(header)
        if match is None and code and several:
            match = Match(
                code, 100.0, 50, f"Nomor pertanyaan ini dikenal untuk {fields()[code].words}."
            )
        matches.append(match)
    return matches


#: Columns a list of people is known by.
IDENTITY = frozenset(
    {"nik", "no_kk", "name", "head_name", "kelurahan", "kelurahan_kode_kemendagri"}
)


def rate_header(cells: Sequence[str], wanted: Iterable[str] = ()) -> float:
    """How much a row of texts looks like the header of a list; 0 when it cannot be one.

    ``wanted`` are squashed headers a person has mapped by hand. A row with a long number is data.
    """
    texts = [cell.strip() for cell in cells]
    filled = [text for text in texts if text]
    if not filled or any(_LONG_NUMBER.search(text) for text in filled):
        return 0.0
    by_hand = set(wanted)
    rated = 0.0
    seen: set[str] = set()
    for text, match in zip(texts, match_headers(texts), strict=True):
        if text and squash(text) in by_hand:
            rated += 1.0
            seen.add(f"by hand {squash(text)}")
        elif match is None or match.key in seen:
            continue
        elif match.key in ("number", "ignored", "status"):
            rated += 0.2
        else:
            seen.add(match.key)
            rated += 1.0 if match.score == 100.0 else 0.8
    if len(seen) < 2 and len(filled) > 2:
        return 0.0
    is_list = bool(seen & IDENTITY) or any(key.startswith("by hand") for key in seen)
    return rated if is_list else min(rated, 0.9) * 0.5 if len(seen) >= 2 else 0.0


_LONG_NUMBER = re.compile(r"\d{9,}")


# --- targets named by a person --------------------------------------------------------------


def choices() -> list[dict[str, str]]:
    """What a column can be mapped to, for an import screen: table, column, words."""
    seen: set[tuple[str, str]] = set()
    found = []
    for field in fields().values():
        if field.table and (field.table, field.column) not in seen:
            seen.add((field.table, field.column))
            found.append({"table": field.table, "column": field.column, "words": field.words})
    return found


def find_field(table: str, column: str) -> Field:
    """The field a mapping names; ``table`` may be empty. Raises ``WrongUse`` when unknown."""
    column = column.strip()
    table = table.strip()
    if "@" in column and column.partition("@")[0] in fields():
        return field_of(column)
    alias = {
        "program_text": "program",
        "category": "category_text",
        "kode_bps": "kelurahan_kode_bps",
    }
    wanted = alias.get(column, column)
    candidates = [field for field in fields().values() if field.column == wanted]
    same_table = [field for field in candidates if field.table == table]
    # NIK, KK number and name stand in several tables; one column of a list feeds them all.
    chosen = same_table or (candidates if not table or wanted in ("nik", "no_kk", "name") else [])
    if not chosen:
        target = f"{table}.{column}" if table else column
        raise WrongUse(
            f"Pemetaan menyebut kolom {target} yang tidak dikenal; pilih dari daftar kolom kami."
        )
    return chosen[0]


def read_mapping(items: Sequence[Mapping[str, object]] | None) -> list[dict[str, str]]:
    """Check a mapping given by a person or a file; every item needs a header.

    An item without table and column leaves that header out. Raises ``WrongUse``.
    """
    checked = []
    if items is not None and not isinstance(items, (list, tuple)):
        raise WrongUse(
            "Pemetaan kolom harus berupa daftar; pakai berkas pemetaan dari verval read."
        )
    for item in items or ():
        if not isinstance(item, Mapping) or not str(item.get("header", "")).strip():
            raise WrongUse(
                "Setiap baris pemetaan kolom memerlukan header, table dan column; perbaiki "
                "berkas pemetaannya."
            )
        part = {
            name: str(item.get(name) or "")
            for name in ("file", "sheet", "header", "table", "column")
        }
        if part["column"]:
            find_field(part["table"], part["column"])
        checked.append(part)
    return checked
