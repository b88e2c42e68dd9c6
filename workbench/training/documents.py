"""The documents of a case, each marked CONTOH: cards, the house, slips, letter, registry, note.

Cards, the house, aid slips, the RT's letter and the officer's note are drawn from the family as
it truly is, before anything was planted; the civil registry answers from the draft afterwards,
because some mistakes are facts only the registry knows (a death). Each value carries the cells of
the record it speaks of, so that a page can light them up and a test can hold the two against each
other. Where a plant has the officer note something, no other paper speaks of those cells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from workbench.domain.ages import age_on
from workbench.domain.reference import label
from workbench.domain.register import Draft, Row, key_column
from workbench.domain.wilayah import PLACE_KINDS, kelurahan_by_code
from workbench.domain.words import date_id, number_id
from workbench.training.houses import FRONT, INSIDE, draw_front, draw_inside
from workbench.training.labels import EMPTY, column_label, desil_words, running, show
from workbench.training.records import goes_to_family

WATERMARK = "CONTOH"
ADULT = 17
_ON_THE_AID_CARD = ("program", "name", "account", "account_name", "status")
_ABSENT = ("meninggal", "pindah")


@dataclass(frozen=True)
class Field:
    """One labelled value on a card, and the cells of the record it speaks of."""

    label: str
    value: str
    cells: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"label": self.label, "value": self.value, "cells": list(self.cells)}


@dataclass(frozen=True)
class Grid:
    """A table on a card; ``cells`` has the shape of ``rows``, "" where no cell is meant."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[str, ...], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "cells": [list(row) for row in self.cells],
        }


@dataclass(frozen=True)
class Paragraph:
    """A sentence of the officer's note and the cells it speaks of."""

    text: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A drawing: SVG, what it shows in words, the line below it, the cells it speaks of."""

    svg: str
    text: str
    caption: str
    cells: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "svg": self.svg,
            "text": self.text,
            "caption": self.caption,
            "cells": list(self.cells),
        }


@dataclass(frozen=True)
class Document:
    """One card or sheet; ``kind`` is one word, and its look is ``.vvc-doc-<kind>``."""

    kind: str
    tab: str
    title: str
    subtitle: str
    fields: tuple[Field, ...] = ()
    table: Grid | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    picture: Picture | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "tab": self.tab,
            "title": self.title,
            "subtitle": self.subtitle,
            "watermark": WATERMARK,
            "fields": [field.to_json() for field in self.fields],
            "table": self.table.to_json() if self.table else None,
            "paragraphs": [paragraph.text for paragraph in self.paragraphs],
            "paragraph_cells": [list(paragraph.cells) for paragraph in self.paragraphs],
            "picture": self.picture.to_json() if self.picture else None,
        }


def draw_family_card(truth: Draft, family_id: str, tab: str = "KK") -> Document:
    """The family card as issued: head, address, and a line a member. No mother's name."""
    family = truth.family(family_id)
    members = truth.members(family_id)
    place = kelurahan_by_code().get(family["kelurahan_kode_kemendagri"])
    numbers = (f"{family_id}.no_kk", *(f"{m['person_id']}.no_kk" for m in members))
    fields = (
        Field("Nomor KK", show("family", "no_kk", family["no_kk"]), numbers),
        _of("family", family, "head_name", "Kepala keluarga"),
        *_address(family),
        Field("Kecamatan", place.kecamatan if place else EMPTY),
        _of("family", family, "members_stated", "Jumlah anggota"),
        _of("family", family, "kk_issued_on", "Diterbitkan"),
    )
    columns = {
        "name": "Nama",
        "nik": "NIK",
        "sex": "Jenis kelamin",
        "birth_place": "Tempat lahir",
        "birth_date": "Tanggal lahir",
        "education": "Pendidikan",
        "occupation": "Pekerjaan",
        "marital_status": "Status perkawinan",
        "shdk": "Hubungan keluarga",
    }
    rows, cells = [], []
    for number, member in enumerate(members, start=1):
        rows.append((str(number), *(show("person", c, member[c]) for c in columns)))
        cells.append(("", *(f"{member['person_id']}.{c}" for c in columns)))
    grid = Grid(("No", *columns.values()), tuple(rows), tuple(cells))
    return Document("kk", tab, "Kartu Keluarga", f"No. {family['no_kk']}", fields, grid)


def draw_identity_cards(
    truth: Draft,
    family_id: str,
    as_of: date,
    only: Collection[str] | None = None,
    taken: Collection[str] = (),
) -> list[Document]:
    """An identity card for every member of 17 or more who has had one made.

    ``only`` limits them to some persons; ``taken`` are tabs in use already.
    """
    family = truth.family(family_id)
    drawn: list[Document] = []
    for member in truth.members(family_id):
        age = age_on(member["birth_date"], as_of)
        if age is None or age < ADULT or member["is_ktp_recorded"] is False:
            continue
        if only is not None and member["person_id"] not in only:
            continue
        fields = (
            _of("person", member, "nik", "NIK"),
            _of("person", member, "name", "Nama"),
            _of("person", member, "birth_place", "Tempat lahir"),
            _of("person", member, "birth_date", "Tanggal lahir"),
            _of("person", member, "sex", "Jenis kelamin"),
            *_address(family),
            _of("person", member, "marital_status", "Status perkawinan"),
            _of("person", member, "occupation", "Pekerjaan"),
            Field("Berlaku hingga", "Seumur hidup"),
        )
        tab = _distinct(f"KTP {_first_name(member['name'])}", [*taken, *(d.tab for d in drawn)])
        drawn.append(Document("ktp", tab, "Kartu Tanda Penduduk", member["name"], fields))
    return drawn


#: What is seen or missed together; of one case in four one of these is not in the picture, so
#: that being unseen says nothing of a mistake.
_SEEN_TOGETHER = (("lighting", "power_va"), ("toilet", "toilet_kind"), ("water",), ("assets",))
_UNSEEN_BY_CHANCE = 0.25


def draw_house(truth: Draft, family_id: str, noted_cells: Collection[str] = ()) -> list[Document]:
    """The house from the front and from inside, as the officer found it."""
    family = truth.family(family_id)
    rng = Random(f"rumah:{family['no_kk']}")
    hidden = {column for column in {*FRONT, *INSIDE} if f"{family_id}.{column}" in noted_cells}
    for group in _SEEN_TOGETHER:
        if hidden & set(group):
            hidden |= set(group)
    by_chance = rng.choice(_SEEN_TOGETHER)
    if rng.random() < _UNSEEN_BY_CHANCE:
        hidden |= set(by_chance)
    dwelling = {c: None if c in hidden else family[c] for c in {*FRONT, *INSIDE}}
    drawn = []
    for columns, draw, where in ((FRONT, draw_front, "depan"), (INSIDE, draw_inside, "dalam")):
        house = draw(dwelling, family["no_kk"])
        cells = tuple(f"{family_id}.{column}" for column in columns if column not in hidden)
        caption = "Digambar saat kunjungan. Luas, harga, dan pemilik tidak terbaca dari gambar."
        picture = Picture(house.svg, house.text, caption, cells)
        drawn.append(Document("rumah", "Rumah", f"Rumah dari {where}", "", picture=picture))
    return drawn


def draw_aid_slips(
    truth: Draft, family_id: str, shown: Collection[str], noted_cells: Collection[str] = ()
) -> list[Document]:
    """A slip for each programme the family receives; card numbers only where the record has them.

    A programme paid to persons has one slip with a line a person.
    """
    noted = {cell.split(".")[0] for cell in noted_cells}
    by_program: dict[str, list[Row]] = {}
    for row in _running(truth, family_id):
        if row["aid_id"] not in noted:
            by_program.setdefault(row["program"], []).append(row)
    drawn = []
    for program, rows in by_program.items():
        columns = [
            column
            for column in ("name", "period", "amount_rp", "account", "account_name")
            if any(row[column] for row in rows)
            and (column != "account" or any(f"{r['aid_id']}.account" in shown for r in rows))
        ]
        words = show("aid", "program", program)
        fields = [Field("Program", words, tuple(f"{row['aid_id']}.program" for row in rows))]
        grid = None
        if len(rows) == 1:
            fields += [_of("aid", rows[0], c, column_label("aid", c)) for c in columns]
        else:
            grid = Grid(
                tuple(column_label("aid", column) for column in columns),
                tuple(tuple(show("aid", c, row[c]) for c in columns) for row in rows),
                tuple(tuple(f"{row['aid_id']}.{c}" for c in columns) for row in rows),
            )
        title = "Bukti penyaluran bantuan" if goes_to_family(program) else "Bukti kepesertaan"
        drawn.append(Document("bantuan", "Bantuan", title, "", tuple(fields), grid))
    return drawn


_PLACE = ("address", "rt", "rw", "kelurahan_kode_kemendagri")


def draw_neighbourhood_letter(
    truth: Draft,
    listed: Draft,
    family_id: str,
    as_of: date,
    noted_cells: Collection[str] = (),
    absent: Collection[str] = (),
) -> Document:
    """The RT's letter on who lives where.

    It vouches for no more than the RT knows: where the officer notes otherwise, or nobody of the
    family is left, only the address on the papers stands there.
    """
    family = truth.family(family_id)
    noted = {f"{family_id}.{c}" for c in (*_PLACE, "domicile", "existence")} & set(noted_cells)
    rng = Random(f"surat:{family['no_kk']}")
    day = as_of - timedelta(days=rng.randint(25, 60))
    fields = (_of("family", family, "head_name", "Kepala keluarga"), *_address(family))
    if noted or not _at_home(truth, listed, family_id, absent):
        statement = Paragraph(
            "Surat ini hanya menyebut alamat pada KK. Tempat tinggal sekarang tidak diterangkan."
        )
    else:
        statement = Paragraph(
            "Ketua RT menerangkan: keluarga ini warga RT kami dan tinggal di alamat tersebut.",
            (f"{family_id}.existence", f"{family_id}.domicile"),
        )
    purpose = Paragraph("Untuk pengecekan data, bukan penetapan berhak atau tidak.")
    return Document(
        "rt",
        "RT",
        "Surat keterangan RT",
        f"RT {family['rt']} RW {family['rw']}, {date_id(day, long=True)}",
        tuple(field for field in fields if not set(field.cells) & set(noted_cells)),
        paragraphs=(statement, purpose),
    )


def draw_registry_reply(truth: Draft, listed: Draft, asked: Sequence[Row]) -> Document:
    """The civil registry's reply, one line per NIK asked, in the order of the record.

    ``asked`` are person rows of the record. The reply speaks of whoever bears that NIK, so it is
    tied to the cells of a person only where the record has that person's own NIK.
    """
    columns = {
        "name": "Nama",
        "sex": "Jenis kelamin",
        "birth_date": "Tanggal lahir",
        "no_kk": "Nomor KK",
        "kelurahan_kode_kemendagri": PLACE_KINDS,
    }
    own_nik = {row["person_id"]: row["nik"] for row in truth.tables["person"]}
    cards = {row["family_id"]: row["no_kk"] for row in truth.tables["family"]}
    lines: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    unasked, days = [], []
    for person in asked:
        nik, subject = person["nik"], person["person_id"]
        if not nik.strip("-0 "):
            unasked.append(person["name"] or "seorang anggota")
            continue
        answer = listed.registry(nik)
        status = answer["status"] if answer else "tidak_ditemukan"
        if answer is None or status == "tidak_ditemukan":
            words = (nik, show("dukcapil", "status", "tidak_ditemukan"), *("-" for _ in columns))
            lines.setdefault(nik, (words, ("",) * len(words)))
            continue
        if answer["answered_on"]:
            days.append(answer["answered_on"])
        words = (
            nik,
            show("dukcapil", "status", status),
            *(show("dukcapil", column, answer[column]) for column in columns),
        )
        cells: tuple[str, ...] = ("",) * len(words)
        if own_nik.get(subject) == nik:
            family = person["family_id"]
            cells = (
                f"{subject}.nik",
                "",
                *(f"{subject}.{column}" for column in ("name", "sex", "birth_date")),
                f"{family}.no_kk" if answer["no_kk"] == cards.get(family) else f"{subject}.no_kk",
                f"{family}.kelurahan_kode_kemendagri",
            )
        if nik not in lines or any(cells):
            lines[nik] = (words, cells)
    grid = Grid(
        ("NIK yang ditanyakan", "Status", *columns.values()),
        tuple(words for words, _ in lines.values()),
        tuple(cells for _, cells in lines.values()),
    )
    paragraphs = tuple(
        Paragraph(f"NIK {name} kosong pada daftar, jadi tidak dapat ditanyakan.")
        for name in unasked
    )
    subtitle = f"Dijawab {date_id(max(days), long=True)}" if days else "Tidak ada yang ditemukan"
    return Document(
        "dukcapil", "Dukcapil", "Jawaban Dukcapil", subtitle, table=grid, paragraphs=paragraphs
    )


def draw_officer_note(
    truth: Draft,
    listed: Draft,
    family_id: str,
    as_of: date,
    rng: Random,
    shown: Collection[str],
    notes: Sequence[str] = (),
    noted_cells: Collection[str] = (),
    absent: Collection[str] = (),
) -> Document:
    """What the officer saw at the door, in plain sentences.

    ``shown`` are the cells of the record. ``notes`` are what the plants have the officer see; a
    sentence of our own that speaks of one of ``noted_cells`` is left out, and so is everybody
    ``absent``, so that the note never contradicts itself.
    """
    sentences = _sentences(truth, listed, family_id, rng, shown, absent)
    taken = set(noted_cells)
    kept = [sentence for sentence in sentences if not taken & set(sentence.cells)]
    for note in notes:
        kept.insert(rng.randint(1, len(kept)), Paragraph(note))
    day = as_of - timedelta(days=rng.randint(4, 24))
    return Document(
        "petugas",
        "Petugas",
        "Catatan petugas",
        f"Kunjungan {date_id(day, long=True)}",
        paragraphs=tuple(kept),
    )


def _sentences(
    truth: Draft,
    listed: Draft,
    family_id: str,
    rng: Random,
    shown: Collection[str],
    absent: Collection[str],
) -> Iterable[Paragraph]:
    family = truth.family(family_id)
    at_home = _at_home(truth, listed, family_id, absent)
    adults = [m for m in at_home if m["shdk"] in ("kepala_keluarga", "istri", "suami")] or at_home
    if adults:
        met = rng.choice(adults)
        yield Paragraph(f"Di rumah petugas ditemui {met['name']}, {_relation(met)}.")
        yield Paragraph(
            f"Yang dikenal tinggal di rumah ini: {_and(m['name'] for m in at_home)}.",
            tuple(f"{m['person_id']}.existence" for m in at_home),
        )
    else:
        yield Paragraph("Petugas datang dan berbicara dengan ketua RT.")

    def cells(*columns: str) -> tuple[str, ...]:
        return tuple(f"{family_id}.{column}" for column in columns)

    def words(column: str) -> str:
        return running(show("family", column, family[column]))

    def is_shown(*columns: str) -> bool:
        return not set(cells(*columns)).isdisjoint(shown)

    building = [f"rumah {words('house_tenure')}"] if family["house_tenure"] else []
    for column, name in (("floor", "lantai"), ("wall", "dinding"), ("roof", "atap")):
        if family[column]:
            building.append(f"{name} {words(column)}")
    if family["floor_area_m2"]:
        building.append(f"luas {number_id(family['floor_area_m2'])} m²")
    if building:
        yield Paragraph(
            _sentence(building), cells("house_tenure", "floor", "wall", "roof", "floor_area_m2")
        )
    if family["lighting"]:
        power = f" {number_id(family['power_va'])} VA" if family["power_va"] else ""
        lighting = show("family", "lighting", family["lighting"])
        yield Paragraph(f"Penerangan: {lighting}{power}.", cells("lighting", "power_va"))
    services = []
    if family["water"]:
        services.append(f"air minum dari {words('water')}")
    if family["cooking_fuel"]:
        services.append(f"memasak dengan {words('cooking_fuel')}")
    if services:
        yield Paragraph(_sentence(services), cells("water", "cooking_fuel"))
    if family["toilet"]:
        kind = (
            f", kloset {words('toilet_kind')}"
            if family["toilet_kind"] not in ("", "tidak_ada")
            else ""
        )
        yield Paragraph(
            f"Tempat buang air: {words('toilet')}{kind}.", cells("toilet", "toilet_kind")
        )
    if family["assets"]:
        yield Paragraph(f"Aset yang terlihat: {words('assets')}.", cells("assets"))
    else:
        yield Paragraph("Tidak terlihat mobil, motor, AC, kulkas, atau ternak.", cells("assets"))
    if is_shown("latitude", "longitude"):
        point = f"lintang {words('latitude')}, bujur {words('longitude')}"
        yield Paragraph(f"Titik rumah: {point}.", cells("latitude", "longitude"))
    money = ("income_rp", "expenditure_rp", "food_expenditure_rp")
    if is_shown(*money) and all(family[column] for column in money):
        yield Paragraph(
            f"Menurut pengakuan, sebulan penghasilan {words('income_rp')}, pengeluaran "
            f"{words('expenditure_rp')}, untuk makan {words('food_expenditure_rp')}.",
            cells(*money),
        )
    if family["desil"] is not None:
        yield Paragraph(
            f"Cek di SIKS-NG: desil {desil_words(family)}.", cells("desil", "desil_version")
        )
    yield from _work(at_home)
    yield from _conditions(at_home)
    yield from _aid(truth, family_id, shown)
    yield from _ppks(truth, family_id)
    if is_shown("domicile"):
        yield Paragraph("Keluarga ini tinggal di alamat KK.", cells("domicile", "address"))
    if adults and rng.random() < 0.5:
        yield Paragraph(
            "Ketua RT membenarkan keluarga ini warganya.", cells("existence", "domicile")
        )


def _work(members: Iterable[Row]) -> Iterable[Paragraph]:
    for member in members:
        if member["occupation"] and member["shdk"] in ("kepala_keluarga", "istri", "suami"):
            yield Paragraph(
                f"Pekerjaan {member['name']}: {member['occupation'].lower()}.",
                (f"{member['person_id']}.occupation", f"{member['person_id']}.flags"),
            )


def _conditions(members: Iterable[Row]) -> Iterable[Paragraph]:
    for member in members:
        cell = member["person_id"]
        if member["disability"]:
            kind = running(show("person", "disability", member["disability"]))
            yield Paragraph(
                f"{member['name']} penyandang disabilitas ({kind}).",
                (f"{cell}.disability", f"{cell}.disability_degree"),
            )
        if member["is_pregnant"]:
            yield Paragraph(f"{member['name']} sedang hamil.", (f"{cell}.is_pregnant",))
        if member["has_chronic_illness"]:
            yield Paragraph(f"{member['name']} sakit menahun.", (f"{cell}.has_chronic_illness",))


def _aid(truth: Draft, family_id: str, shown: Collection[str]) -> Iterable[Paragraph]:
    running = _running(truth, family_id)
    shared = [row for row in running if goes_to_family(row["program"])]
    for row in shared:
        number = f" {row['account']}" if f"{row['aid_id']}.account" in shown else ""
        holder = f"{number} atas nama {row['account_name']}" if row["account_name"] else number
        card = f": kartu{holder}" if holder else ""
        whom = f"; penerimanya {row['name']}" if row["name"] else ""
        yield Paragraph(
            f"Bukti {show('aid', 'program', row['program'])} ditunjukkan{card}{whom}.",
            tuple(f"{row['aid_id']}.{column}" for column in _ON_THE_AID_CARD),
        )
    by_program: dict[str, list[Row]] = {}
    for row in running:
        if row not in shared:
            by_program.setdefault(row["program"], []).append(row)
    for program, rows in by_program.items():
        yield Paragraph(
            f"Kartu {show('aid', 'program', program)} ditunjukkan "
            f"untuk {_and(row['name'] for row in rows)}.",
            tuple(f"{row['aid_id']}.{c}" for row in rows for c in ("program", "name", "status")),
        )
    if not running:
        yield Paragraph("Keluarga menyatakan tidak sedang menerima bantuan.")


def _ppks(truth: Draft, family_id: str) -> Iterable[Paragraph]:
    names = {m["person_id"]: m["name"] for m in truth.members(family_id)}
    for row in truth.rows("ppks", family_id):
        whom = names.get(row["person_id"], "keluarga ini")
        assessed = (
            f", diases {date_id(row['assessed_on'], long=True)}" if row["assessed_on"] else ""
        )
        yield Paragraph(
            f"Menurut pendamping, {whom} didampingi sebagai "
            f"{label('pmks_kategori', row['category'], 'nama')}{assessed}.",
            tuple(f"{row['ppks_id']}.{c}" for c in ("category", "category_text", "assessed_on")),
        )


def _of(table: str, row: Row, column: str, words: str) -> Field:
    subject = row[key_column(table)]
    return Field(words, show(table, column, row[column]), (f"{subject}.{column}",))


def _running(truth: Draft, family_id: str) -> list[Row]:
    return [row for row in truth.rows("aid", family_id) if row["status"] in ("", "aktif")]


def _at_home(truth: Draft, listed: Draft, family_id: str, absent: Collection[str]) -> list[Row]:
    members = truth.members(family_id)
    return [m for m in members if m["person_id"] not in absent and not _is_gone(listed, m)]


def _address(family: Row) -> tuple[Field, ...]:
    return (
        _of("family", family, "address", "Alamat"),
        _of("family", family, "rt", "RT"),
        _of("family", family, "rw", "RW"),
        _of("family", family, "kelurahan_kode_kemendagri", PLACE_KINDS),
    )


def _is_gone(listed: Draft, person: Row) -> bool:
    answer = listed.registry(person["nik"])
    return answer is not None and answer["status"] in _ABSENT


def _relation(person: Row) -> str:
    return running(show("person", "shdk", person["shdk"]))


def _first_name(name: str) -> str:
    """The word people are called by, in the case of a tab: titles and initials are passed over."""
    words = [w for w in name.replace(",", " ").split() if len(w.strip(".")) > 2]
    return (words or name.split() or ["?"])[0].capitalize()


def _distinct(tab: str, taken: Collection[str]) -> str:
    if tab not in taken:
        return tab
    number = 2
    while f"{tab} {number}" in taken:
        number += 1
    return f"{tab} {number}"


def _sentence(parts: Sequence[str]) -> str:
    text = ", ".join(parts)
    return text[0].upper() + text[1:] + "."


def _and(words: Iterable[str]) -> str:
    listed = [word for word in words if word]
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} dan {listed[-1]}"
