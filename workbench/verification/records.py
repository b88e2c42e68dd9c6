"""One sheet read into columns of ours: persons and families with all that is said of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workbench.domain.nik import Nik
from workbench.domain.wilayah import kelurahan_by_code, place_kind, told_apart
from workbench.domain.words import number_id
from workbench.verification import values
from workbench.verification.blocks import (
    AID,
    FAMILY,
    PERSON,
    RT_RW,
    SIDE_LISTS,
    Block,
    Log,
    Reader,
    words_of,
)
from workbench.verification.cells import Cells
from workbench.verification.claims import PAID_KEYS, read_aid, read_flags, read_ppks
from workbench.verification.columns import fields
from workbench.verification.dates import Dates, find_year, read_dates, split_place_date
from workbench.verification.eaten import find_eaten, restore_eaten
from workbench.verification.places import PLACE_COLUMNS, find_places
from workbench.verification.side_lists import read_side_list
from workbench.verification.sieve import Sieve

#: Person columns a list of payees has too; any other makes it a list of persons.
_PAYEE = frozenset({"nik", "no_kk", "name", "id_record"})
#: Family columns a list of payees has too.
_PAYEE_PLACE = frozenset(
    {
        "address",
        "rt",
        "rw",
        "rt+rw",
        "rw+rt",
        "kelurahan",
        "kelurahan_kode_kemendagri",
        "kelurahan_kode_bps",
        "kecamatan",
        "kabupaten_kota",
        "sls",
        "head_name",
        "family.id_record",
        "latitude",
        "longitude",
        "latitude+longitude",
        "members_stated",
    }
)


def choose_kind(keys: set[str], every_row_flagged: bool) -> str:
    """Whether a sheet lists persons, families only, or payees only."""
    flags = any(key.startswith("program:") for key in keys)
    person_keys = {key for key in keys if key in fields() and fields()[key].table == "person"}
    family_keys = {key for key in keys if key in fields() and fields()[key].table == "family"}
    has_aid = bool(keys & PAID_KEYS)
    is_plain = person_keys <= _PAYEE and family_keys <= _PAYEE_PLACE
    if "category_text" not in keys and is_plain and (has_aid or (flags and every_row_flagged)):
        return AID
    if keys & {"nik", "name", "head_name"}:
        return PERSON
    return FAMILY


def read_block(
    sieve: Sieve,
    file: str,
    source_list: str,
    base: int,
    as_of: date,
    beat: Callable[[], None],
    kind: str = "",
    headings: Sequence[str] = (),
    heading_place: str = "",
    heading_program: str = "",
) -> Block:
    """The kept rows of a sheet as typed columns, with a log of every cell that was changed.

    ``kind`` is "" where the columns decide between persons, families and payees;
    ``heading_place`` and ``heading_program`` are what the titles say where no column does.
    ``beat`` is called between columns.
    """
    keys = sieve.field_keys()
    block = Block(
        file,
        sieve.grid.sheet.name,
        kind or PERSON,
        source_list,
        base,
        sieve.grid.numbers[sieve.kept],
    )
    reader = Reader(sieve, block, as_of, beat, find_year(" ".join(headings)))
    if kind in SIDE_LISTS:
        _read_identity(reader)
        if kind == RT_RW:
            _read_rt_rw(reader)
        _read_places(reader, keys, heading_place)
        read_side_list(reader, headings, heading_program)
        return block
    flags = read_flags(reader, keys)
    every_row = bool(len(block)) and len(set(flags.rows.tolist())) == len(block)
    block.kind = kind or choose_kind(keys, every_row)
    _read_identity(reader)
    _read_person(reader)
    _read_family(reader)
    _read_places(reader, keys, heading_place)
    read_aid(reader, keys, flags, heading_program)
    if "category_text" in keys:
        read_ppks(reader)
    return block


def _read_identity(reader: Reader) -> None:
    block, sieve = reader.block, reader.sieve
    for key, numbers in (("nik", sieve.nik), ("no_kk", sieve.kk)):
        cells = reader.cells(key)
        if cells is None or numbers is None:
            continue
        block.person[key] = cells.take(numbers.found, pa.string())
        reader.log("person", key, cells, numbers.found, numbers.codes)
    block.has_kk = "no_kk" in block.person
    if block.has_kk:
        block.family["no_kk"] = block.person["no_kk"]
    reader.put_text("name", values.read_names)
    reader.put_text("head_name", values.read_names)
    if "name" not in block.person and "head_name" in block.family:
        # One row a family, named by its head.
        block.person["name"] = block.family["head_name"]
    reader.put_text("mother_name", values.read_names)
    for key in ("id_record", "family.id_record"):
        reader.put_text(key, values.read_upper)


def _read_person(reader: Reader) -> None:
    block, sieve = reader.block, reader.sieve
    reader.put_text("birth_place", values.read_upper)
    for key in ("birth_date", "dukcapil_matched_on", "pregnancy_noted_on"):
        if reader.cells(key) is not None:
            _put_dates(reader, key, "person", key)
    combined = reader.cells("birth_place+birth_date")
    if combined is not None:
        places, days = split_place_date(combined.text)
        if "birth_place" not in block.person:
            block.person["birth_place"] = combined.take(values.read_upper(places), pa.string())
        if "birth_date" not in block.person:
            split = Cells(combined.place, combined.raw, days, None)
            _put_dates(reader, "birth_date", "person", "birth_date", split)
    reader.put("age_stated", pa.int64(), values.read_ints)
    reader.put_labels("sex")
    _read_sex_marks(reader)
    reader.put_labels("marital_status")
    reader.put_labels("shdk")
    _settle_spouses(block)
    reader.put_text("education", values.read_upper)
    reader.put_text("occupation", values.read_upper)
    reader.put_text("disability", values.read_disability)
    reader.put_text("flags", values.read_flags)
    reader.put("disability_degree", pa.int64(), values.read_ints)
    for key in ("is_pregnant", "is_ktp_recorded", "is_in_school", "has_chronic_illness"):
        reader.put(key, pa.bool_(), values.read_bools)
    for key in ("dukcapil_match", "existence", "eligibility"):
        reader.put_labels(key)
    match = sieve.column("dukcapil_match")
    if match is not None and "dukcapil_match" in block.person:
        # An empty cell of this column says that nobody has asked the registry yet.
        waiting = pa.array(~match.filled())
        block.person["dukcapil_match"] = pc.if_else(
            waiting, "belum", block.person["dukcapil_match"]
        )
    reader.put("ineligibility_reason", pa.string(), _read_reasons)


def _read_reasons(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    found, codes, _ = values.read_labels("ineligibility_reason", texts)
    kept = [
        code or ("" if values.is_nothing(text) else text.upper())
        for code, text in zip(found, texts, strict=True)
    ]
    return kept, ["" if code == values.UNREADABLE else code for code in codes]


def _put_dates(
    reader: Reader, key: str, table: str, column: str, cells: Cells | None = None
) -> None:
    cells = cells if cells is not None else reader.cells(key)
    if cells is None:
        return
    dates = read_dates(cells.text, reader.as_of)
    codes = dates.codes
    part = reader.block.person if table == "person" else reader.block.family
    part[column] = cells.take(dates.found, pa.date32())
    if dates.unsettled and key == "birth_date":
        _log_unsettled(reader, cells, dates)
        codes = ["" if place in dates.unsettled else code for place, code in enumerate(codes)]
    reader.log(table, column, cells, dates.found, codes)


def _log_unsettled(reader: Reader, cells: Cells, dates: Dates) -> None:
    """Log birth dates whose day and month may be turned, unless the NIK says they are right."""
    niks = reader.cells("nik")
    numbers = reader.sieve.nik
    is_open = np.zeros(len(cells.text), np.bool_)
    is_open[list(dates.unsettled)] = True
    rows = np.flatnonzero(is_open[cells.place])
    doubted = []
    for row in rows.tolist():
        day = dates.found[cells.place[row]]
        nik = None
        if niks is not None and numbers is not None:
            nik = Nik.parse(numbers.found[niks.place[row]])
        if day is None or nik is None or (nik.day, nik.month) != (day.day, day.month):
            doubted.append(row)
    places = [int(cells.place[row]) for row in doubted]
    if doubted:
        reader.block.logs.append(
            Log(
                "person",
                "birth_date",
                np.array(doubted, np.int64),
                [cells.raw[p] for p in places],
                [words_of(dates.found[p]) for p in places],
                [dates.codes[p] or values.UNREADABLE for p in places],
            )
        )


def _read_sex_marks(reader: Reader) -> None:
    """Two columns L and P with a mark in one of them."""
    male, female = reader.cells("sex:L"), reader.cells("sex:P")
    if male is None or female is None or "sex" in reader.block.person:
        return
    is_male = male.where(lambda t: not values.is_nothing(t))
    is_female = female.where(lambda t: not values.is_nothing(t))
    marks = np.where(is_male & ~is_female, "L", np.where(is_female & ~is_male, "P", ""))
    reader.block.person["sex"] = pa.array(marks.tolist(), pa.string())


def _settle_spouses(block: Block) -> None:
    """ "Istri/suami" becomes the one that fits the sex."""
    shdk = block.person.get("shdk")
    if shdk is None:
        return
    spouse = pc.equal(shdk, "pasangan")
    if not pc.any(spouse).as_py():
        return
    sex = block.person.get("sex", pa.array([""] * len(block), pa.string()))
    settled = pc.if_else(
        pc.equal(sex, "P"), "istri", pc.if_else(pc.equal(sex, "L"), "suami", "lainnya")
    )
    block.person["shdk"] = pc.if_else(spouse, settled, shdk)


def _read_family(reader: Reader) -> None:
    block = reader.block
    reader.put_text("address", lambda texts: [text.upper() for text in texts])
    _read_rt_rw(reader)
    for key in ("sls", "desil_version"):
        reader.put_text(key, values.read_upper)
    reader.put("members_stated", pa.int64(), values.read_ints)
    reader.put("desil", pa.int64(), values.read_ints)
    if "desil" in block.family:
        header = reader.sieve.header("desil").lower()
        is_p3ke = "p3ke" in header or "kesejahteraan" in header or block.source_list == "p3ke"
        block.family["desil_source"] = pa.array(
            [
                "" if v is None else "p3ke" if is_p3ke else "dtsen"
                for v in block.family["desil"].to_pylist()
            ],
            pa.string(),
        )
    for key in ("desil_checked_on", "kk_issued_on"):
        if reader.cells(key) is not None:
            _put_dates(reader, key, "family", key)
    for key in (
        "entry_route",
        "house_tenure",
        "floor",
        "wall",
        "roof",
        "water",
        "lighting",
        "cooking_fuel",
        "toilet",
        "toilet_kind",
        "domicile",
        "p3ke_flag",
        "proposal_status",
        "family.existence",
    ):
        reader.put_labels(key)
    reader.put("floor_area_m2", pa.float64(), values.read_floats)
    reader.put("power_va", pa.int64(), values.read_power)
    for key in (
        "has_savings",
        "has_shelter",
        "shares_dwelling",
        "has_food_worry",
        "bought_clothes",
    ):
        reader.put(key, pa.bool_(), values.read_bools)
    for key in ("income_rp", "expenditure_rp", "food_expenditure_rp"):
        reader.put(key, pa.int64(), values.read_money)
    for key in ("latitude", "longitude"):
        reader.put(key, pa.float64(), values.read_floats)
    _read_lat_lon(reader)
    _read_assets(reader)


def _read_lat_lon(reader: Reader) -> None:
    cells = reader.cells("latitude+longitude")
    if cells is None:
        return
    latitudes, longitudes, codes = values.read_lat_lon(cells.text)
    reader.block.family["latitude"] = cells.take(latitudes, pa.float64())
    reader.block.family["longitude"] = cells.take(longitudes, pa.float64())
    reader.log("family", "latitude", cells, latitudes, codes)


def _read_rt_rw(reader: Reader) -> None:
    block = reader.block
    for key, turned in (("rt+rw", False), ("rw+rt", True)):
        cells = reader.cells(key)
        if cells is not None:
            _put_rt_rw(reader, cells, _read_joined(reader, cells, turned), True)
    for key, other in (("rt", "rw"), ("rw", "rt")):
        cells = reader.cells(key)
        if cells is None or key in block.family:
            continue
        samples = [text for text in cells.samples(40) if not values.is_nothing(text)]
        joined = sum(values.is_rt_rw(text) or bool(find_eaten(text)) for text in samples)
        if reader.cells(other) is None and samples and joined > len(samples) / 2:
            _put_rt_rw(reader, cells, _read_joined(reader, cells, False), True)
            return
        reader.put(key, pa.string(), values.read_rt)
    if "rt" in block.family or "rw" in block.family:
        return
    for key in ("sls", "address"):
        cells = reader.cells(key)
        if cells is None:
            continue
        found = values.find_rt_rw(cells.text)
        if any(found[2]):
            _put_rt_rw(reader, cells, found, False)
            return


def _read_joined(
    reader: Reader, cells: Cells, turned: bool
) -> tuple[list[str], list[str], list[str]]:
    """RT and RW out of one column, those a spreadsheet has made dates of among them."""
    texts, eaten = restore_eaten(cells.text)
    used = int(cells.spread(np.array(eaten, np.bool_)).sum())
    if used:
        reader.block.notes.append(
            f"{number_id(used)} isian RT/RW sudah diubah lembar kerja menjadi tanggal; harinya "
            "dibaca sebagai angka pertama, bulannya sebagai angka kedua, jadi periksa isian itu."
        )
    return values.read_rt_rw(texts, turned)


def _put_rt_rw(
    reader: Reader,
    cells: Cells,
    found: tuple[list[str], list[str], list[str]],
    is_carried: bool,
) -> None:
    """RT and RW from one column; what was only found inside an address is not "carried"."""
    rts, rws, codes = found
    mark = "" if is_carried else "?"
    reader.block.family[f"rt{mark}"] = cells.take(rts, pa.string())
    reader.block.family[f"rw{mark}"] = cells.take(rws, pa.string())
    reader.log("family", "rt", cells, rts, codes)
    reader.log("family", "rw", cells, rws, [c if c == values.RT_RW else "" for c in codes])


def _read_assets(reader: Reader) -> None:
    block = reader.block
    asked = sorted(key for key in reader.sieve.field_keys() if key.startswith("assets:"))
    if asked:
        owned: list[set[str]] = [set() for _ in range(len(block))]
        for key in asked:
            cells = reader.cells(key)
            if cells is None:
                continue
            counted = reader.sieve.header(key).lower().startswith(("jumlah", "jml"))
            has = cells.where(partial(values.read_asset, counted=counted))
            for row in np.flatnonzero(has).tolist():
                owned[row].add(key.split(":")[1])
        order = ("mobil", "motor", "ac", "kulkas", "emas", "lahan", "ternak")
        joined = [";".join(name for name in order if name in names) for names in owned]
        block.family["assets"] = pa.array(joined, pa.string())
        return
    cells = reader.cells("assets")
    if cells is not None:
        known = ("mobil", "motor", "ac", "kulkas", "emas", "lahan", "ternak")
        found = []
        for text in cells.text:
            words = set(re.findall(r"[a-z]+", text.lower()))
            found.append(";".join(name for name in known if name in words))
        block.family["assets"] = cells.take(found, pa.string())


def _read_places(reader: Reader, keys: set[str], heading_place: str) -> None:
    block, sieve = reader.block, reader.sieve
    columns = {}
    for key in PLACE_COLUMNS:
        cells = reader.cells(key)
        if cells is not None:
            columns[key] = cells
    kode_column = "kelurahan_kode_kemendagri"
    named = {"kelurahan", kode_column, "kelurahan_kode_bps"} & set(columns)
    if not named:
        if heading_place:
            block.family[kode_column] = pa.array([heading_place] * len(block), pa.string())
            name = told_apart(kelurahan_by_code()[heading_place])
            block.notes.append(
                f"{place_kind(heading_place)} dibaca dari judul atau nama lembar: {name}."
            )
        return
    headers = {key: sieve.header(key) for key in columns}
    placed = find_places(columns, headers, len(block))
    block.family[kode_column] = pa.array(placed.kode(), pa.string())
    logged = np.array([bool(place.code) for place in placed.places] or [False], np.bool_)
    rows = np.flatnonzero(logged[placed.of]).astype(np.int64)
    if len(rows):
        places = [placed.places[i] for i in placed.of[rows].tolist()]
        block.logs.append(
            Log(
                "family",
                kode_column,
                rows,
                [place.before for place in places],
                [place.kode_kemendagri for place in places],
                [place.code for place in places],
            )
        )
