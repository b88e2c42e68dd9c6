"""The slide show of a bimtek: what stands on each page, before it is drawn.

It follows the timetable: a page for each session, then the pages its notes name, made from the
catalogue, the reference lists and families drawn for it (``training.facilitation``). ``press``
draws it as PDF, ``presentations`` as a file a trainer can change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from workbench.domain.reference import reference
from workbench.domain.wilayah import say_locally
from workbench.domain.words import date_id, number_id
from workbench.services.bimteks import Bimtek
from workbench.training.agenda import Session
from workbench.training.answers import word_for
from workbench.training.facilitation.handouts import (
    categories_by_cluster,
    handout_words,
    rule_name,
    services,
)
from workbench.training.facilitation.notes import Page, notes_of
from workbench.training.facilitation.worked import (
    RuleOfDay,
    WorkedCase,
    rules_of_days,
    shown_rules,
    worked_cases,
)
from workbench.training.keys import NO_SOURCE
from workbench.training.plans import Plan
from workbench.training.returns import DUE_DAYS

TITLE, SESSION, PLAIN = "judul", "sesi", "isi"
#: Rows of a table that fit on a page, and pairs of label and value.
_MOST_ROWS: Final = 9
_MOST_PAIRS: Final = 20
_MOST_KINDS: Final = 6
#: Rows of a document that are easier to read as columns.
_FEW_ROWS: Final = 4
#: Words everybody mixes up, from ``istilah``.
_TERMS: Final = ("DTSEN", "DTKS", "P3KE", "Desil", "Padan", "Usul-sanggah", "KPM", "SPTJM")
#: Kinds of documents that are shown otherwise than the rest.
_NOTE, _IDENTITY = "petugas", "ktp"
#: Pages made anew every day; the others are shown once.
_DAILY: Final = ("aturan", "kasus")
_ASK_FIRST: Final = "Bacakan pertanyaannya. Tunggu tiga jawaban, baru bahas dokumennya."


@dataclass(frozen=True)
class Table:
    """A table with its columns' widths as shares."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Slide:
    """One page. ``kind`` is TITLE, SESSION or PLAIN; ``kicker`` stands small above the title,
    ``foot`` below; ``link`` is shown as QR; ``notes`` are for the trainer; ``is_case`` marks a page
    with an invented family.
    """

    title: str
    kind: str = PLAIN
    kicker: str = ""
    lead: str = ""
    points: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    foot: str = ""
    link: str = ""
    notes: tuple[str, ...] = ()
    is_case: bool = False

    def to_json(self) -> dict[str, Any]:
        """For the page that draws it; the link becomes a QR code."""
        return {**asdict(self), "qr": _qr(self.link) if self.link else ""}


@dataclass(frozen=True)
class Show:
    """All pages of one bimtek.

    ``taken`` are the families its class holds; ``code`` and ``link`` lead into the class once it
    is open. ``is_dated`` is false for the general pack, which is of no day.
    """

    plan: Bimtek
    taken: Collection[tuple[str, str]] = ()
    code: str = ""
    link: str = ""
    is_dated: bool = True
    _shown: set[tuple[str, int]] = field(default_factory=set, compare=False, repr=False)

    @cached_property
    def dice(self) -> Plan:
        """What the families of the show are drawn with."""
        name = f"tayangan:{self.plan.id or len(self.plan.agenda.days)}"
        return Plan(name, n_cases=1, error_share=1.0, groups=self.plan.course.groups)

    def slides(self) -> tuple[Slide, ...]:
        """Every page in order."""
        self._shown.clear()
        return tuple(self._all())

    def _all(self) -> Iterator[Slide]:
        yield self._title()
        sessions = self.plan.agenda.sessions
        for place, session in enumerate(sessions):
            later = sessions[place + 1] if place + 1 < len(sessions) else None
            yield _session(session, later)
            for page in notes_of(session).slides:
                yield from self._page(page, session.day)
        yield self._closing()

    def _page(self, page: Page, day: int) -> Iterable[Slide]:
        if not page.block:
            return [Slide(page.title, points=page.points)]
        once = (page.block, day if page.block in _DAILY else 0)
        if once in self._shown:
            return []
        self._shown.add(once)
        return _BLOCKS[page.block](self, day)

    def _title(self) -> Slide:
        days = f"{len(self.plan.agenda.days)} hari, {number_id(self.plan.agenda.jp)} JP"
        when = [self.plan.dates, self.plan.place] if self.is_dated else []
        return Slide(
            self.plan.name,
            TITLE,
            kicker=self.plan.office_name,
            points=tuple(part for part in (*when, days) if part),
        )

    def _closing(self) -> Slide:
        return Slide(
            "Terima kasih",
            TITLE,
            kicker=self.plan.office_name,
            points=tuple(handout_words("segar")["remember"]),
        )


def _session(session: Session, later: Session | None) -> Slide:
    notes = notes_of(session)
    following = f"Sesudah ini: {later.title}, pukul {later.begins:%H.%M}" if later else ""
    same_day = later is not None and later.day == session.day
    return Slide(
        session.title,
        SESSION,
        kicker=f"Hari {session.day} · {session.clock}",
        lead=notes.ask[0].question if notes.ask else "",
        foot=following if same_day else "",
        notes=(
            notes.aim,
            *notes.say,
            *(f"Tanyakan: {one.question} Dengarkan: {one.hear}" for one in notes.ask),
        ),
    )


def _joining(show: Show, day: int) -> Iterable[Slide]:
    steps = (
        "Sambungkan ponsel ke Wi-Fi ruang ini. Internet tidak diperlukan.",
        "Pindai kode di kartu Anda, atau ketik alamat yang tertulis di sana.",
        say_locally("Isi nama, peran dan kelurahan. NIK tidak pernah diminta."),
    )
    code = f"Kode kelas: {show.code}" if show.code else ""
    foot = show.link.split("://")[-1].partition("?")[0]
    yield Slide("Masuk ke kelas", lead=code, points=steps, foot=foot, link=show.link)


def _agenda(show: Show, day: int) -> Iterable[Slide]:
    for number in show.plan.agenda.days:
        rows = tuple((one.clock, one.title) for one in show.plan.agenda.of_day(number))
        when = f", {date_id(show.plan.day(number), long=True)}" if show.is_dated else ""
        table = Table(("Waktu", "Sesi"), rows, (1.6, 5))
        yield from _tables(f"Jadwal hari {number}{when}", table, rows=11)


def _no_verdict(show: Show, day: int) -> Iterable[Slide]:
    words = handout_words("bukan")
    pairs = tuple((one["not"], one["but"]) for one in words["pairs"][:5])
    yield Slide(words["title"], lead=words["lead"], table=Table((), pairs, (2, 5)))


def _how_to(show: Show, day: int) -> Iterable[Slide]:
    words = handout_words("cara")
    rows = tuple(
        (str(number), one["head"], one["text"]) for number, one in enumerate(words["steps"], 1)
    )
    yield Slide(words["title"], lead=words["lead"], table=Table((), rows, (0.4, 2.4, 6)))


def _number(show: Show, day: int) -> Iterable[Slide]:
    """How a NIK is read (Dukcapil Klaten, arti 16 digit NIK)."""
    rows = (
        ("1-6", "Wilayah saat NIK pertama terbit", "Tidak berubah karena pindah"),
        ("7-8", "Hari lahir", "Perempuan: ditambah 40"),
        ("9-10", "Bulan lahir", "01 sampai 12"),
        ("11-12", "Tahun lahir", "Dua angka terakhir"),
        ("13-16", "Nomor urut", "Bila lahir pada hari dan wilayah yang sama"),
    )
    yield Slide(
        "Enam belas angka NIK",
        lead="Perempuan lahir 5 Mei 1991: angka ke-7 sampai ke-12 adalah 450591.",
        table=Table(("Angka ke-", "Artinya", "Ingat"), rows, (1, 3, 3)),
        foot="Dukcapil Klaten, arti 16 digit NIK",
    )


def _categories(show: Show, day: int) -> Iterable[Slide]:
    for clusters, kinds in _pages_of_kinds():
        rows = tuple((one["code"], _kind_name(one), one["age"], one["what"]) for one in kinds)
        yield Slide(
            f"PPKS: {', '.join(clusters)}",
            table=Table(("No", "Kategori", "Umur", "Keadaan"), rows, (0.5, 3, 1.6, 5)),
            foot="* Batas umur dari praktik, bukan peraturan.",
            notes=("Peka: hanya dari rujukan, laporan resmi atau asesmen.",),
        )


def _pages_of_kinds() -> Iterator[tuple[list[str], list[Mapping[str, str]]]]:
    """Clusters and their kinds; small clusters share a page."""
    names: list[str] = []
    kinds: list[Mapping[str, str]] = []
    for cluster, own in categories_by_cluster().items():
        if kinds and len(kinds) + len(own) > _MOST_KINDS:
            yield names, kinds
            names, kinds = [], []
        names.append(cluster)
        kinds += own
    yield names, kinds


def _kind_name(kind: Mapping[str, str]) -> str:
    marks = ", ".join(mark for mark in (kind["who"], kind["sensitive"]) if mark)
    return f"{kind['name']} [{marks}]" if marks else kind["name"]


def _helpers(show: Show, day: int) -> Iterable[Slide]:
    rows = tuple(
        (f"{row['nama']} ({row['nama_singkat']})", row["peran_dalam_verval"])
        for row in reference("psks_jenis")
    )
    yield from _tables("12 PSKS: siapa yang membantu", Table(("Jenis", "Peran"), rows, (2, 3)), 6)


def _services(show: Show, day: int) -> Iterable[Slide]:
    rows = tuple((one["name"], one["kinds"].replace(";", ",")) for one in services())
    table = Table(("Layanan", "Kategori PPKS terkait"), rows, (3, 2))
    yield from _tables("Lima layanan SPM bidang sosial", table)


def _terms(show: Show, day: int) -> Iterable[Slide]:
    told = {row["istilah"]: row for row in reference("istilah")}
    rows = tuple((name, told[name]["arti_ringkas"]) for name in _TERMS if name in told)
    yield from _tables("Istilah yang sering tertukar", Table(("Istilah", "Arti"), rows, (1, 4)))


def _rules(show: Show, day: int) -> Iterable[Slide]:
    days = show.plan.agenda.days
    dealt = rules_of_days(show.dice, len(days))[days.index(day)]
    for one in shown_rules(show.dice, dealt, show.taken):
        yield _rule(one)


def _rule(one: RuleOfDay) -> Slide:
    from workbench.rules import GROUPS

    pairs = [("Mengapa penting", one.rule.why), ("Dokumen", ", ".join(one.rule.documents))]
    if one.example:
        pairs.append(("Contoh", f"{one.example}. {one.document}".strip()))
    return Slide(
        rule_name(one.rule),
        kicker=f"Aturan hari ini · {GROUPS[one.rule.group]} · {one.rule.code}",
        lead=one.rule.question,
        pairs=tuple(pairs),
        foot=f"Sumber: {one.rule.basis.words}",
        notes=(_ASK_FIRST, f"Tindak lanjut: {_follow_ups(one.rule.follow_up)}."),
        is_case=bool(one.example),
    )


def _cases(show: Show, day: int) -> Iterable[Slide]:
    for number, case in enumerate(worked_cases(show.dice, day, show.taken), start=1):
        for slide in (*_asked(case), *_solved(case)):
            kicker = f"Kasus contoh {day}.{number}"
            kicker = f"{kicker} · {slide.kicker}" if slide.kicker else kicker
            yield replace(slide, kicker=kicker, is_case=True)


def _asked(case: WorkedCase) -> Iterator[Slide]:
    """The list and its papers, then the question."""
    public = case.public
    title = str(public["title"])
    sections = public["record"]
    people = [one for one in sections if one["title"].startswith("Anggota")]
    for section in sections:
        if section in people:
            if section is people[0]:
                table = _side_by_side(
                    [one["title"].partition(": ")[2] for one in people],
                    [[(row["label"], row["value"]) for row in one["rows"]] for one in people],
                )
                yield Slide(title, kicker="di daftar: anggota", table=table)
            continue
        pairs = tuple((row["label"], row["value"]) for row in section["rows"])[:_MOST_PAIRS]
        yield Slide(title, kicker=f"di daftar: {section['title'].lower()}", pairs=pairs)
    yield from _papers(public["documents"])
    yield Slide(
        "Apa yang perlu dicek pada keluarga ini?",
        points=(
            "Bandingkan daftar dengan berkasnya, baris demi baris.",
            "Tulis isian yang berbeda, dan dokumen yang memastikannya.",
            "Bila tidak ada, katakan: sesuai.",
        ),
        notes=("Beri dua menit. Minta tiga jawaban dari meja yang berbeda sebelum lanjut.",),
    )


def _papers(documents: Sequence[Mapping[str, Any]]) -> Iterator[Slide]:
    cards = [one for one in documents if one["kind"] == _IDENTITY]
    for document in documents:
        kind = document["kind"]
        if kind == _IDENTITY:
            if document is cards[0]:
                yield Slide(
                    "KTP-el",
                    kicker="berkas",
                    table=_side_by_side(
                        [one["tab"].removeprefix("KTP ") for one in cards],
                        [
                            [(line["label"], line["value"]) for line in one["fields"]]
                            for one in cards
                        ],
                    ),
                )
        elif document.get("table"):
            yield Slide(
                document["title"],
                kicker="berkas",
                lead=document.get("subtitle", ""),
                table=_turned(document["table"]),
            )
        elif kind == _NOTE:
            yield Slide(document["title"], kicker="berkas", points=tuple(document["paragraphs"]))
        elif document["fields"]:
            pairs = tuple((line["label"], line["value"]) for line in document["fields"])
            yield Slide(document["title"], kicker="berkas", pairs=pairs[:_MOST_PAIRS])


def _turned(drawn: Mapping[str, Any]) -> Table:
    """A table of a document, with its few rows as columns: a number stays in one piece."""
    columns = [str(name) for name in drawn["columns"]]
    rows = [[str(value) for value in row] for row in drawn["rows"]]
    if len(rows) > _FEW_ROWS:
        return Table(tuple(columns), tuple(map(tuple, rows)), tuple(1.0 for _ in columns))
    return _side_by_side(
        [row[0] for row in rows],
        [list(zip(columns[1:], row[1:], strict=True)) for row in rows],
        columns[0],
    )


def _side_by_side(
    names: Sequence[str], told: Sequence[Sequence[tuple[str, str]]], corner: str = ""
) -> Table:
    """People in columns, what is said of them in rows; "" where nothing is."""
    lines = [dict(one) for one in told]
    labels = list(dict.fromkeys(label for one in lines for label in one))
    return Table(
        (corner, *names),
        tuple((label, *(one.get(label, "") for one in lines)) for label in labels),
        (1.2, *(2.0 for _ in names)),
    )


def _solved(case: WorkedCase) -> Iterator[Slide]:
    """The expert's steps one by one, and the key."""
    wrong = {cell for mistake in case.key.mistakes for cell in mistake.fields}
    is_compared = False
    # The last one is the verdict, which the key says too.
    steps = case.steps[:-1]
    for number, step in enumerate(steps, start=1):
        told = set(step["cells"]) & wrong
        table = None
        if told and not is_compared:
            is_compared = True
            table = Table(("Isian", "Di daftar", "Di berkas"), case.compared, (1.4, 2, 4))
        yield Slide(
            step["look"],
            kicker=f"langkah {number} dari {len(steps)}",
            lead=step["say"],
            table=table,
        )
    alike = case.key.look_alike
    pairs = [
        ("Status", word_for("status", case.key.status)),
        *([("Alasan", word_for("reason", case.key.reason))] if case.key.reason else []),
        ("Tindak lanjut", _follow_ups(case.key.follow_ups)),
        *(
            pair
            for one in case.key.mistakes
            for pair in (("Perlu dicek", f"{one.title} ({one.rule})"), ("Mengapa", one.why))
        ),
        *([("Tampak janggal, tetapi sah", f"{alike.title}. {alike.why}")] if alike else []),
    ]
    sources = dict.fromkeys(one.source or NO_SOURCE for one in case.key.mistakes)
    if alike:
        sources[alike.source or NO_SOURCE] = None
    yield Slide("Kunci", kicker="jawaban", pairs=tuple(pairs), foot=f"Sumber: {'; '.join(sources)}")


def _refresher(show: Show, day: int) -> Iterable[Slide]:
    words = handout_words("segar")
    last = show.plan.day(max(show.plan.agenda.days, default=1))
    due = date_id(last + timedelta(days=DUE_DAYS), long=True)
    yield Slide(
        words["title"],
        kicker=due if show.is_dated else "",
        lead=words["lead"],
        points=tuple(words["general"]),
        foot=words["note"],
    )


_BLOCKS: Final[Mapping[str, Callable[[Show, int], Iterable[Slide]]]] = {
    "masuk": _joining,
    "jadwal": _agenda,
    "bukan": _no_verdict,
    "cara": _how_to,
    "nik": _number,
    "kategori": _categories,
    "psks": _helpers,
    "spm": _services,
    "istilah": _terms,
    "aturan": _rules,
    "kasus": _cases,
    "penyegaran": _refresher,
}


def _tables(title: str, table: Table, rows: int = _MOST_ROWS) -> Iterator[Slide]:
    """A table on as many pages as it needs, about as long each."""
    pages = -(-len(table.rows) // rows)
    size = -(-len(table.rows) // max(pages, 1))
    for place in range(pages):
        part = replace(table, rows=table.rows[place * size : (place + 1) * size])
        yield Slide(f"{title} ({place + 1}/{pages})" if pages > 1 else title, table=part)


def _follow_ups(steps: Iterable[str]) -> str:
    return " atau ".join(word_for("follow_up", one) for one in steps)


def _qr(link: str) -> str:
    import segno

    return str(segno.make(link, error="m").svg_inline(border=2, dark="#000", light="#fff"))
