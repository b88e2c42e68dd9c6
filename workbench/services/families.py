"""One family of an open list on one page: what the list says, what others say, what is asked.

Everything is in words already. NIK, KK and account numbers are masked and a birth date is told as
an age, unless somebody asked to see them for a purpose (``services.privacy``); mother's names are
never given out; of sensitive PPKS categories only that there is an entry.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.domain.ages import age_words, beside
from workbench.domain.nik import Nik, is_filler
from workbench.domain.reference import reference
from workbench.domain.register import Register, Row, key_column
from workbench.domain.wilayah import CITY, OLD_CITY_CODES, known_kecamatan_codes, say_locally
from workbench.domain.words import mask_nik
from workbench.errors import NotFound
from workbench.rules import Rule, Severity, catalogue
from workbench.services.findings import NOTE, sensitive_subjects
from workbench.services.lists import OpenList
from workbench.training.labels import EMPTY, area_words, column_label, desil_words, show

#: Columns that hold a number of a person, a card or an account.
NUMBERS = frozenset({"nik", "no_kk", "account"})
SPECIAL = "Kategori khusus"

_PERSON = (
    *("shdk", "name", "nik", "sex", "birth_date", "marital_status", "occupation"),
    *("education", "birth_place", "age_stated", "disability", "disability_degree"),
    *("is_pregnant", "has_chronic_illness", "is_in_school", "is_ktp_recorded", "existence"),
    *("dukcapil_match", "flags", "eligibility", "ineligibility_reason", "no_kk"),
    "id_record",
)
_FAMILY = (
    *("no_kk", "head_name", "address", "rt", "rw", "kelurahan_kode_kemendagri", "sls"),
    *("members_stated", "desil", "source_list", "existence", "domicile", "house_tenure"),
    *("floor_area_m2", "floor", "wall", "roof", "water", "lighting", "power_va", "cooking_fuel"),
    *("toilet", "toilet_kind", "assets", "has_savings", "income_rp", "expenditure_rp"),
    *("food_expenditure_rp", "latitude", "longitude", "kk_issued_on", "p3ke_flag"),
)
_AID = (
    *("program", "source", "period", "status", "amount_rp", "name", "nik", "no_kk"),
    *("account", "account_name", "program_text", "is_emergency"),
)
_EVENT = ("kind", "date", "name", "destination", "evidence", "program")
_PPKS = ("category", "year", "assessed_on", "served_by", "in_institution", "is_telantar")
_COLUMNS = {"person": _PERSON, "family": _FAMILY, "aid": _AID, "event": _EVENT, "ppks": _PPKS}
_OF_FAMILY = ("no_kk", "kelurahan_kode_kemendagri")
_REGISTRY = ("name", "sex", "birth_date", *_OF_FAMILY)

#: What another row shares with the one that is asked about, by rule; other rules that join rows
#: are looked at by the first number among their fields.
_SHARED: Mapping[str, tuple[str, ...]] = {
    "IDN-12": ("nik", "family_id"),
    "IDN-14": ("name", "birth_date"),
    "BAN-09": ("family_id", "program"),
    "BAN-13": ("nik", "program", "period"),
    "BAN-16": ("nik", "program"),
    "BAN-63": ("family_id", "program"),
    "PPK-42": ("family_id", "category"),
    "PPK-83": ("person_id",),
    "PPK-85": ("person_id", "category"),
}
_MOST_PARTNERS = 20
#: Below this two texts have letters in common by chance only.
_ALIKE = 0.5

#: What reading did to a cell, in words.
CLEANED: Mapping[str, str] = {
    "karakter_dibuang": "karakter yang bukan angka dibuang",
    "rt_rw": "RT/RW ditulis tiga angka",
    "tanggal": "dibaca sebagai tanggal",
    "tanggal_ambigu": "hari dan bulan dapat tertukar",
    "alias_wilayah": "ejaan nama wilayah disamakan",
    "kode_wilayah": "kode wilayah diganti namanya",
    "alias_kategori": "sebutan kategori disamakan",
    "alias_program": "sebutan program disamakan",
    "kode_label": "kode diganti kata",
    "tidak_terbaca": "tidak dapat dibaca",
}


@dataclass(frozen=True)
class Cell:
    """One value in words.

    ``asked`` are the rules that ask about it; ``stood`` is what the file said before reading
    changed it, with what was done, both "" where nothing was.
    """

    column: str
    label: str
    words: str
    asked: tuple[str, ...] = ()
    stood: str = ""
    done: str = ""


@dataclass(frozen=True)
class Record:
    """One row of a list: ``cells`` are what is known or asked about, ``source`` its place."""

    table: str
    subject: str
    heading: str
    cells: tuple[Cell, ...]
    source: str

    def cell(self, column: str) -> Cell | None:
        """The cell of a column, or None where nothing is known."""
        return next((cell for cell in self.cells if cell.column == column), None)


@dataclass(frozen=True)
class Said:
    """One value twice: as the list has it, and as each other source does.

    ``others`` are source, words, and whether they agree; None where they are not the same kind
    of thing, such as a day of death beside a state.
    """

    label: str
    listed: str
    others: tuple[tuple[str, str, bool | None], ...]


@dataclass(frozen=True)
class Question:
    """A finding as it is asked. ``has_pair``: another row is to be seen beside this one."""

    rule: str
    severity: str
    kind: str
    subject: str
    who: str
    sentence: str
    question: str
    documents: tuple[str, ...]
    why: str
    basis: str
    confirmed: str
    said: tuple[Said, ...]
    has_pair: bool

    @property
    def is_note(self) -> bool:
        """Whether it sends nobody out."""
        return self.severity == NOTE


@dataclass(frozen=True)
class FamilyPage:
    """Everything a list knows of one family. ``withheld`` counts findings that are not shown."""

    family_id: str
    family_key: str
    title: str
    place: str
    has_numbers: bool
    questions: tuple[Question, ...] = ()
    withheld: int = 0
    members: tuple[Record, ...] = ()
    families: tuple[Record, ...] = ()
    aid: tuple[Record, ...] = ()
    events: tuple[Record, ...] = ()
    ppks: tuple[Record, ...] = ()
    answers: tuple[Record, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class PairLine:
    """One field of two rows; each text in pieces with whether the other row has them too."""

    label: str
    one: tuple[tuple[str, bool], ...]
    other: tuple[tuple[str, bool], ...]
    is_same: bool


@dataclass(frozen=True)
class Pair:
    """Two rows side by side, partner ``place`` of ``of``.

    ``shared`` are labels of what made them a pair, ``different`` of what is not alike. Lines that
    differ come first.
    """

    rule: str
    sentence: str
    sources: tuple[str, str]
    lines: tuple[PairLine, ...]
    shared: tuple[str, ...]
    different: tuple[str, ...]
    place: int
    of: int


def family_page(opened: OpenList, family_id: str, has_numbers: bool = False) -> FamilyPage:
    """A family of the list. Raises ``NotFound`` outside the actor's areas.

    Whole numbers and birth dates only through ``privacy.unmask``, which keeps who asked.
    """
    return _Reader(opened, has_numbers).family(family_id)


def subject_page(
    opened: OpenList, kind: str, subject: str, has_numbers: bool = False
) -> FamilyPage:
    """A row that belongs to no family of the list, such as aid paid to somebody not on it."""
    return _Reader(opened, has_numbers).alone(kind, subject)


def pair(
    opened: OpenList, rule: str, kind: str, subject: str, place: int = 0, has_numbers: bool = False
) -> Pair:
    """The row a finding is about beside another one it shares a number or a name with.

    ``has_numbers`` of its own family: another family's row stays masked. Raises ``NotFound`` when
    there is none among the rows the actor may see.
    """
    return _Reader(opened, has_numbers).pair(rule, kind, subject, place)


class _Reader:
    """Reads rows of one open list into words."""

    def __init__(self, opened: OpenList, has_numbers: bool) -> None:
        self.opened = opened
        self.register: Register = opened.register
        self.has_numbers = has_numbers
        stated = self.register.manifest.get("as_of") or opened.summary.as_of
        self.as_of = date.fromisoformat(str(stated)[:10])
        self.special = set(sensitive_subjects(self.register["ppks"]).to_pylist())

    # -- pages ---------------------------------------------------------------------------------

    def family(self, family_id: str) -> FamilyPage:
        rows = {
            table: self._rows(table, "family_id", [family_id])
            for table in ("family", "person", "aid", "event", "ppks")
        }
        if not family_id or not rows["family"]:
            raise NotFound("Keluarga itu tidak ada pada bagian daftar yang menjadi tugas Anda.")
        family = rows["family"][0]
        found = self._findings("family_id", family_id)
        page = self._page(rows, found)
        head = family["head_name"] or next((row["name"] for row in rows["person"]), "")
        where = [f"RT {family['rt'] or '-'} RW {family['rw'] or '-'}"]
        where.append(_area(family["kelurahan_kode_kemendagri"]))
        return replace(
            page,
            family_id=family_id,
            family_key=family["family_key"],
            title=f"Keluarga {head or '(tanpa nama)'}",
            place=", ".join([family["address"] or "Alamat kosong", *where]),
            facts=tuple(self._facts(rows)),
        )

    def alone(self, kind: str, subject: str) -> FamilyPage:
        if kind not in _COLUMNS:
            raise NotFound("Baris itu tidak ada pada daftar ini.")
        rows = {kind: self._rows(kind, key_column(kind), [subject])}
        found = self._findings("subject", subject)
        if not rows[kind] and not found:
            raise NotFound("Baris itu tidak ada pada bagian daftar yang menjadi tugas Anda.")
        if subject in self.special:
            return FamilyPage("", "", SPECIAL, "Nama dan alamat tidak ditampilkan.", False, (), 1)
        page = self._page(rows, found)
        name = str(rows[kind][0].get("name") or "(tanpa nama)") if rows[kind] else "(tanpa nama)"
        return replace(page, title=name, place="Tidak tercatat pada keluarga mana pun.")

    def _page(self, rows: Mapping[str, list[Row]], found: list[Row]) -> FamilyPage:
        people = rows.get("person", [])
        numbers = [row["nik"] for row in people if row["nik"]]
        registry = self._rows("dukcapil", "nik", numbers)
        shown = [row for row in found if row["subject"] not in self.special]
        asked = _asked([row for row in shown if row["severity"] != NOTE])
        self.rows, self.registry = rows, {row["nik"]: row for row in registry}
        self.cleaned = self._cleaned(rows)
        names = {row["person_id"]: row["name"] for row in people}

        def records(table: str) -> tuple[Record, ...]:
            return tuple(self._record(table, row, asked) for row in rows.get(table, ()))

        questions = [self._question(row, names) for row in shown]
        order = [str(severity) for severity in Severity]
        questions.sort(key=lambda question: (order.index(question.severity), question.rule))
        return FamilyPage(
            "",
            "",
            "",
            "",
            self.has_numbers,
            tuple(questions),
            len(found) - len(shown),
            records("person"),
            records("family"),
            records("aid"),
            records("event"),
            records("ppks"),
            tuple(self._answer(row) for row in registry),
        )

    # -- rows ----------------------------------------------------------------------------------

    def _rows(self, table: str, column: str, values: Iterable[str]) -> list[Row]:
        data = self.register[table]
        wanted = pa.array(list(values), pa.string())
        found: list[Row] = data.filter(pc.is_in(data[column], wanted)).to_pylist()
        return found

    def _findings(self, column: str, value: str) -> list[Row]:
        findings = self.opened.findings
        table = findings.table.filter(pc.equal(findings.table[column], value))
        found: list[Row] = replace(findings, table=table).with_titles().to_pylist()
        return found

    def words(self, table: str, column: str, value: Any, other: Any = None) -> str:
        """A cell in words; numbers and birth dates masked unless they were asked for.

        ``other`` is a birth date this one stands beside.
        """
        return self._masked(table, column, value, self.has_numbers, other)

    def _masked(self, table: str, column: str, value: Any, is_whole: bool, other: Any) -> str:
        if value and not is_whole:
            if column in NUMBERS:
                return mask_nik(str(value))
            if column == "birth_date":
                return beside(value, other or value, self.as_of)
        return show(table, column, value)

    def _record(
        self, table: str, row: Row, asked: Mapping[tuple[str, str], dict[str, list[str]]]
    ) -> Record:
        subject = row[key_column(table)]
        if subject in self.special:
            cells = [Cell("category", "Kategori", SPECIAL)]
            if row["year"]:
                cells.append(Cell("year", "Tahun", str(row["year"])))
            return Record(table, subject, SPECIAL, tuple(cells), "")
        codes = {column: [*more] for column, more in asked.get((table, ""), {}).items()}
        for column, more in asked.get((table, subject), {}).items():
            codes.setdefault(column, []).extend(more)
        cells = []
        for column in _COLUMNS[table]:
            value, stood = row[column], self.cleaned.get((table, subject, column), ("", ""))
            if value in (None, "") and not stood[0] and column not in codes:
                continue
            words = self.words(table, column, value)
            if _is_birth(table, column, row) and value and not self.has_numbers:
                words = age_words(value, self.as_of)
            elif column == "birth_date" and value:
                words = f"{words} ({age_words(value, self.as_of)})"
            elif column == "desil":
                words = desil_words(row)
            cells.append(
                Cell(
                    column, column_label(table, column), words, tuple(codes.get(column, ())), *stood
                )
            )
        return Record(table, subject, self._heading(table, row), tuple(cells), _source(row))

    def _heading(self, table: str, row: Row) -> str:
        if table == "person":
            return str(row["name"] or "(tanpa nama)")
        if table == "aid":
            return show("aid", "program", row["program"] or row["program_text"])
        if table == "event":
            return show("event", "kind", row["kind"])
        if table == "ppks":
            return show("ppks", "category", row["category"] or row["category_text"])
        return "Rumah dan keterangan keluarga"

    def _answer(self, row: Row) -> Record:
        """Dukcapil's answer for one NIK, cell by cell."""
        cells = [Cell("status", "Status", show("dukcapil", "status", row["status"]))]
        for column in ("nik", *_REGISTRY):
            if row[column] not in (None, ""):
                label = column_label("family" if column in _OF_FAMILY else "person", column)
                cells.append(Cell(column, label, self.words("person", column, row[column])))
        day = show("dukcapil", "answered_on", row["answered_on"])
        source = "" if day == EMPTY else f"Dijawab {day}"
        return Record("dukcapil", "", row["name"] or "(tanpa nama)", tuple(cells), source)

    def _cleaned(
        self, rows: Mapping[str, list[Row]]
    ) -> dict[tuple[str, str, str], tuple[str, str]]:
        """What stood in each cell of these rows that reading changed, and what was done."""
        subjects = [row[key_column(table)] for table, found in rows.items() for row in found]
        changed = {}
        for line in self._rows("cleaned", "subject", subjects):
            if line["column"] == "mother_name" or line["subject"] in self.special:
                continue
            stood = line["before"]
            if line["column"] in NUMBERS and not self.has_numbers:
                stood = mask_digits(stood)
            elif line["column"] == "birth_date" and not self.has_numbers:
                stood = re.sub(r"\w", "*", stood)
            place = (line["table"], line["subject"], line["column"])
            changed[place] = (stood, CLEANED.get(line["code"], line["code"].replace("_", " ")))
        return changed

    # -- findings ------------------------------------------------------------------------------

    def _question(self, row: Row, names: Mapping[str, str]) -> Question:
        rule = self.opened.findings.rules[row["rule"]]
        who = "Seluruh keluarga" if rule.subject_kind == "family" else row["name"]
        if rule.subject_kind == "person":
            who = names.get(row["subject"], who)
        return Question(
            rule.code,
            row["severity"],
            row["subject_kind"],
            row["subject"],
            who or "(tanpa nama)",
            row["title"],
            rule.question,
            rule.documents,
            rule.why,
            rule.basis.words,
            rule.basis.confirmed,
            tuple(self._said(rule, row)),
            self._partners(rule, row["subject_kind"], row["subject"]).num_rows > 0,
        )

    def _said(self, rule: Rule, finding: Row) -> Iterable[Said]:
        kind, subject = finding["subject_kind"], finding["subject"]
        own = next((r for r in self.rows.get(kind, ()) if r[key_column(kind)] == subject), None)
        for field in rule.fields:
            table, column = field.split(".") if "." in field else (kind, field)
            if column == "mother_name":
                continue
            rows = [own] if table == kind and own else self.rows.get(table, [])
            for row in rows:
                if column not in row or row[key_column(table)] in self.special:
                    continue
                label = column_label(table, column)
                if table == "person" and table != kind:
                    label = f"{label}, {row['name'] or '(tanpa nama)'}"
                source = own if kind == "person" and table == "family" and own else row
                listed = self.words(table, column, row[column])
                others = tuple(
                    self._others(table, column, source, show(table, column, row[column]))
                )
                yield Said(label, listed, others)

    def _others(
        self, table: str, column: str, row: Row, listed: str
    ) -> Iterable[tuple[str, str, bool | None]]:
        """What other sources say of a cell: the NIK itself, Dukcapil, events, the other rows."""
        if table == "family" and column == "members_stated":
            count = show("family", "members_stated", len(self.rows.get("person", ())))
            yield "Baris yang tercatat", count, count == listed
        if column == "age_stated" and row["birth_date"]:
            age = age_words(row["birth_date"], self.as_of)
            yield "Menurut tanggal lahir", age, age == listed
        if column == "account_name" and row["name"]:
            yield "Nama penerima", row["name"], row["name"] == listed
        if "person_id" not in row:
            return
        if table == "aid" and column == "nik":
            for person in self.rows.get("person", ()):
                if person["name"] == row["name"] and person["nik"]:
                    words = self.words("person", "nik", person["nik"])
                    yield "Anggota bernama sama", words, person["nik"] == listed
        if table == "person" and column in ("birth_date", "sex"):
            for value in self._by_nik(column, row["nik"]):
                words = self.words("person", column, value, row[column])
                yield "Menurut NIK", words, show("person", column, value) == listed
        answer = self.registry.get(row["nik"])
        if answer and column in _REGISTRY and answer[column] not in (None, ""):
            is_same = show("person", column, answer[column]) == listed
            words = self.words("person", column, answer[column], row.get(column))
            yield "Dukcapil", words, is_same
        if answer and column in ("dukcapil_match", "existence"):
            yield "Dukcapil", show("dukcapil", "status", answer["status"]), None
        if column in ("existence", "marital_status", "status", "kelurahan_kode_kemendagri"):
            for event in self.rows.get("event", ()):
                if event["person_id"] == row["person_id"]:
                    day = "" if _is_birth("event", "date", event) else f", {_day(event)}"
                    yield "Catatan kejadian", f"{show('event', 'kind', event['kind'])}{day}", None

    def _by_nik(self, column: str, text: str) -> Iterable[Any]:
        nik = Nik.parse(text)
        if nik is None or is_filler(text):
            return
        if column == "sex":
            yield nik.sex
        elif born := nik.birth_date(self.as_of):
            yield born

    # -- facts that are no findings ------------------------------------------------------------

    def _facts(self, rows: Mapping[str, list[Row]]) -> Iterable[str]:
        family = rows["family"][0]
        home = family["kelurahan_kode_kemendagri"].replace(".", "")[:6]
        for person in rows["person"]:
            nik = Nik.parse(person["nik"])
            if nik is None or not home or is_filler(person["nik"]) or nik.region6 == home:
                continue
            if nik.region6 in known_kecamatan_codes():
                yield (
                    f"NIK {person['name'] or 'seorang anggota'} terbit di "
                    f"{_region(nik.region6)}. NIK tidak berubah saat pindah; ini wajar."
                )
        yield from self._other_lists(family)
        received = {row["program"] for row in rows["aid"] if row["status"] in ("", "aktif")}
        for line in reference("aturan_kombinasi"):
            if line["hubungan"] != "boleh bersama" or line["program_a"] not in received:
                continue
            for program in line["program_b"].split("/"):
                if program in received:
                    names = [show("aid", "program", code) for code in (line["program_a"], program)]
                    yield f"{names[0]} dan {names[1]} diterima bersama; ini boleh."

    def _other_lists(self, family: Row) -> Iterable[str]:
        if not family["no_kk"] or not family["source_list"]:
            return
        same = self._rows("family", "no_kk", [family["no_kk"]])
        lists = {row["source_list"] for row in same} - {"", family["source_list"]}
        if lists:
            names = [show("family", "source_list", name) for name in sorted(lists)]
            yield f"Keluarga ini juga tercatat pada {', '.join(names)}; dua daftar boleh memuatnya."

    # -- pairs ---------------------------------------------------------------------------------

    def _shared(self, rule: Rule) -> tuple[str, ...]:
        """Columns in which another row must be alike to be a partner."""
        if rule.code in _SHARED or rule.form != "table":
            return _SHARED.get(rule.code, ())
        return tuple(name for name in rule.fields if name in NUMBERS)[:1]

    def _partners(self, rule: Rule, kind: str, subject: str) -> pa.Table:
        """Other rows of the same kind that share what the rule looks at."""
        data = self.register[kind]
        nobody = data.slice(0, 0)
        columns = self._shared(rule)
        if not columns or rule.subject_kind != kind or subject in self.special:
            return nobody
        key = data[key_column(kind)]
        own = data.filter(pc.equal(key, subject)).to_pylist()
        if not own or any(own[0][column] in (None, "") for column in columns):
            return nobody
        same = pc.not_equal(key, subject)
        for column in columns:
            same = pc.and_(
                same, pc.equal(data[column], pa.scalar(own[0][column], data[column].type))
            )
        return data.filter(same).slice(0, _MOST_PARTNERS)

    def pair(self, code: str, kind: str, subject: str, place: int) -> Pair:
        rule = self.opened.findings.rules.get(code) or catalogue().get(code)
        if rule is None or kind not in _COLUMNS:
            raise NotFound("Aturan itu tidak ada. Muat ulang halaman.")
        partners = self._partners(rule, kind, subject).to_pylist()
        if not partners:
            raise NotFound(
                "Baris yang lain berada di luar wilayah tugas Anda atau sudah tidak ada."
            )
        place = min(max(0, place), len(partners) - 1)
        (own,) = self._rows(kind, key_column(kind), [subject])
        rows = (own, partners[place])
        lines = list(self._lines(kind, rows))
        if kind != "family":
            homes = [self._rows("family", "family_id", [row["family_id"]]) for row in rows]
            if homes[0] and homes[1]:
                lines += self._lines("family", (homes[0][0], homes[1][0]), _HOME)
        found = [row for row in self._findings("subject", subject) if row["rule"] == code]
        return Pair(
            code,
            found[0]["title"] if found else rule.question,
            (_source(rows[0]), _source(rows[1])),
            tuple(sorted(lines, key=lambda line: line.is_same)),
            tuple(column_label(kind, c) for c in self._shared(rule) if not c.endswith("_id")),
            tuple(line.label for line in lines if not line.is_same),
            place,
            len(partners),
        )

    def _lines(
        self, table: str, rows: tuple[Row, Row], columns: Iterable[str] = ()
    ) -> Iterable[PairLine]:
        for column in columns or _COLUMNS[table]:
            one, other = (row[column] for row in rows)
            if one in (None, "") and other in (None, ""):
                continue
            label = column_label(table, column)
            if column in NUMBERS or (column == "birth_date" and not self.has_numbers):
                # Whole numbers were asked for of one family, and the other row may be another's.
                is_own = rows[0].get("family_id") == rows[1].get("family_id") != ""
                words = (
                    self.words(table, column, one, other),
                    self._masked(table, column, other, self.has_numbers and is_own, one),
                )
                # Letter by letter over the whole numbers: a mask has as many characters.
                texts = (str(one), str(other)) if column in NUMBERS else words
            else:
                texts = words = (show(table, column, one), show(table, column, other))
            yield PairLine(label, *_pieces(texts, words), one == other)


_HOME = ("head_name", "address", "rt", "rw", "kelurahan_kode_kemendagri", "desil", "source_list")


def mask_digits(text: str) -> str:
    """A cell with its digits hidden as ``mask_nik`` does and all else as it stood."""
    shown = iter(mask_nik(re.sub(r"\D", "", text)))
    return re.sub(r"\d", lambda _digit: next(shown), text)


def _pieces(
    texts: tuple[str, str], words: tuple[str, str]
) -> tuple[tuple[tuple[str, bool], ...], tuple[tuple[str, bool], ...]]:
    """Both texts cut where they begin and cease to be alike, written as ``words``."""
    if (len(texts[0]), len(texts[1])) != (len(words[0]), len(words[1])):
        same = texts[0] == texts[1]
        return ((words[0], same),), ((words[1], same),)
    one: list[tuple[str, bool]] = []
    other: list[tuple[str, bool]] = []
    matcher = difflib.SequenceMatcher(None, *texts, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return ((words[0], False),), ((words[1], False),)
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if a1 > a0:
            one.append((words[0][a0:a1], tag == "equal"))
        if b1 > b0:
            other.append((words[1][b0:b1], tag == "equal"))
    return tuple(one), tuple(other)


@cache
def _region_names() -> dict[str, str]:
    return {
        row["kode6"]: f"Kec. {row['nama']}, {row['kabkota']}" for row in reference("kecamatan_kode")
    }


def _region(code: str) -> str:
    if code in OLD_CITY_CODES:
        return f"wilayah {CITY.short_name} sebelum kota berdiri (kode lama)"
    return _region_names().get(code, "wilayah lain")


def _asked(found: list[Row]) -> dict[tuple[str, str], dict[str, list[str]]]:
    """Rules that ask about a cell: by table and subject, "" for every row of the table."""
    asked: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in found:
        for field in catalogue()[row["rule"]].fields:
            table, _, column = field.rpartition(".")
            place = (table, "") if table else (row["subject_kind"], row["subject"])
            asked.setdefault(place, {}).setdefault(column, []).append(row["rule"])
    return asked


def _is_birth(table: str, column: str, row: Row) -> bool:
    """Whether a cell is somebody's birth date: that of a person, or of an event of birth."""
    return column == "birth_date" or (table, column, row.get("kind")) == ("event", "date", "lahir")


def _day(event: Row) -> str:
    return show("event", "date", event["date"])


def _area(code: str) -> str:
    return area_words(code) if code else say_locally("kelurahan belum dikenali")


def _source(row: Row) -> str:
    """Where a row was read: file, sheet and row."""
    parts = [row.get("file") or "", f"lembar {row['sheet']}" if row.get("sheet") else ""]
    parts.append(f"baris {row['row']}" if row.get("row") else "")
    return ", ".join(part for part in parts if part)
