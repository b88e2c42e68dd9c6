"""Worlds as no clerk would leave them: cells swapped, blanked, shifted, rows twice, odd words.

What comes out is still a register (every column of its type, every row with an id of its own),
so every rule must have an opinion on it, and both engines the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import pyarrow as pa

from workbench.domain.reference import reference
from workbench.domain.register import Register, Row, key_column
from workbench.domain.schema import SNAPSHOT_TABLES, TABLES, Column, arrow_schema, columns

_ODD = ("", "-", "0", " ", "'", "O'NEIL", "KOSONG", "kosong", "É", "; DROP", "%", "_", "\\", "null")
_NUMBERS = ("9" * 16, "0" * 16, "1234567890123456", "9973010504810000", "997301050481000O", "9973")
#: Words that stand in a column though no list of values says so.
_WORDS = {
    "occupation": (
        *("PNS", "pns", "Pensiunan TNI", "MANTAN LURAH", "EKS PNS", "KELURAHAN", "LURAH", "ASNAWI"),
        *("PURNAWIRAWAN", "PERANGKAT DESA", "WALIKOTA", "WALI KOTA", "ANGGOTA DPRD", "PELAJAR"),
        *("BELUM/TIDAK BEKERJA", "TIDAK BEKERJA", "IBU (MENGURUS RUMAH TANGGA)", "POLISI CEPEK"),
    ),
    "name": (
        *("H. MUHAMAD SIDIK", "MOCH SIDIK", "SIDIK, S.PD", "SITI AMINAH BINTI SARIP", "M", "ANA/"),
        *("SITI AMINAH", "UJANG ALIAS SIDIK", "UJANG ALS ENTONG", "/", "TB. A", "SITI", "AMINAH S"),
    ),
    "period": ("", "2021", "2025", "2026", "2026-S1", "2026-T3", "2026-T4", "2026-10", "2026-11"),
    "flags": ("asn", "upah;ahu", "pensiun", "pensiun;asn", "tni_polri", "perangkat", "ppu", "bumn"),
    "assets": ("mobil", "ac;motor", "motor", "mobil;ac", "kulkas;"),
    "address": ("SAMA", "Sesuai KTP", "sesuai-ktp-el", "...", "IDEM.", "SERANG", "S.D.A", "JL. A"),
    "rt": ("000", "1", "2-Mei", "0001", "011"),
    "rw": ("000", "5", "00A"),
    "account": ("990000000001", "000000", "00-01"),
    "disability": ("-", "netra", "0"),
    "kind": ("meninggal", "pindah_keluar", "pindah_masuk", "graduasi", "masuk_kembali"),
    "category": ("PMKS12", "PMKS21", "PMKS22"),
    "category_text": ("ODGJ", " - ", "Orang Telantar"),
    "ineligibility_reason": ("TL12", "tl13", " Mampu ", "MENINGGAL", "kata tetangga", "TL99"),
    "kelurahan_kode_kemendagri": ("36.73.01.1001", "36.73.99.1001", "3673011001"),
}
_LISTS = {
    "program": "program_bantuan",
    "category": "pmks_kategori",
    "ineligibility_reason": "alasan_tidak_layak",
    "existence": "status_verval",
    "domicile": "status_verval",
    "kelurahan_kode_kemendagri": "kelurahan",
}
_WORDS["account_name"] = _WORDS["head_name"] = _WORDS["name"]
_AMOUNTS = (0, 1, -1, 2, 11, 45, 450, 2200, 9_973_010_504_810_003, 2**62, -(2**63))
_PLACES = (0.0, -0.0, 106.1465, -6.129, -6129000.0, -61290123456.0, 1e300)


def scramble(register: Register, rng: Random, share: float = 0.2) -> Register:
    """The register with ``share`` of its rows spoilt, some twice, some gone."""
    as_of = date.fromisoformat(str(register.manifest["as_of"]))
    spoilt = {}
    for table in SNAPSHOT_TABLES:
        rows = register[table].to_pylist()
        for row in rows:
            if rng.random() < share:
                for column in rng.choices(TABLES[table], k=rng.randint(1, 3)):
                    if not column.name.startswith(table):
                        row[column.name] = _spoil(column, row, rng.choice(rows), as_of, rng)
        kept = [row for row in rows if rng.random() > 0.02]
        if table == "dukcapil":
            # The registry answers once a day.
            kept = list({(row["nik"], row["answered_on"]): row for row in kept}.values())
        spoilt[table] = [*kept, *_copies(table, kept, rng)]
    _leave_gone_families(spoilt)
    spoilt["cleaned"] += _notes(spoilt, rng)
    tables = {name: _closed(name, rows) for name, rows in spoilt.items()}
    families = register["family"]["family_id"].to_pylist()
    refused = rng.sample(families, len(families) // 20)
    return Register(tables, {**register.manifest, "families_with_refused": refused})


def _leave_gone_families(tables: Mapping[str, list[Row]]) -> None:
    """In a register a row has a family that is there, or none."""
    known = {row["family_id"] for row in tables["family"]}
    for rows in tables.values():
        for row in rows:
            if "family_id" in row and row["family_id"] not in known:
                row["family_id"] = ""


def _copies(table: str, rows: list[Row], rng: Random) -> Iterable[Row]:
    """Rows pasted again; each has an id of its own, a NIK is asked once."""
    if table in ("dukcapil", "cleaned", "rt_rw"):
        return
    key = key_column(table)
    share = 6 if table == "ppks" else 25
    for row in rng.sample(rows, len(rows) // share):
        yield {**row, key: row[key] + "-2"}


#: What reading notes of a cell: code, table, column, and what may have stood there.
_NOTED = (
    ("karakter_dibuang", "person", "nik", ("'9973", "99.73", "99 73", "9973\u200b", "99'7.3")),
    ("karakter_dibuang", "person", "no_kk", ("9973-01", "9973 01")),
    ("kode_label", "person", "sex", ("2", "3.0", "120", " 1 ", "wanita")),
    ("tidak_terbaca", "family", "floor", ("3", "3.0", "300", "keramik")),
    ("tidak_terbaca", "family", "wall", ("1", "12", " 2 ")),
    ("kode_label", "person", "marital_status", ("1", "12")),
    ("tanggal_ambigu", "person", "birth_date", ("03/04/1981", "03/04/81", "3-4-81 ")),
    ("tidak_terbaca", "family", "kelurahan_kode_kemendagri", ("3673011", "12", "SUKAWANA 123")),
    ("kode_wilayah", "family", "kelurahan_kode_kemendagri", ("3673011001", "3673040001", "99")),
)


def _notes(tables: Mapping[str, list[Row]], rng: Random) -> Iterable[Row]:
    """Notes of a reading, one a cell, some of rows that were not kept."""
    taken = {(row["table"], row["subject"], row["column"]) for row in tables["cleaned"]}
    for _ in range(len(tables["person"]) // 4):
        code, table, column, stood = rng.choice(_NOTED)
        row = rng.choice([*tables[table], {key_column(table): "P-refused", column: ""}])
        if (table, row[key_column(table)], column) in taken:
            continue
        taken.add((table, row[key_column(table)], column))
        yield {
            "table": table,
            "subject": row[key_column(table)],
            "column": column,
            "before": rng.choice(stood),
            "after": rng.choice((str(row[column] or ""), "", "36.73.01.1001")),
            "code": code,
            "file": "",
            "sheet": "",
            "row": None,
        }


def _spoil(column: Column, row: Row, other: Row, as_of: date, rng: Random) -> Any:
    """Another value for a cell, of the column's own type."""
    value = row[column.name]
    if column.name == "family_id":
        return other["family_id"]
    if column.name == "person_id":
        return rng.choice(("", other["person_id"]))
    ways: list[Callable[[], Any]] = [lambda: other[column.name]]
    if column.type == "date":
        day = value or as_of
        ways += [
            lambda: None,
            lambda: day + timedelta(days=rng.choice((-400, -31, -1, 1, 40, 365))),
            lambda: date(day.year - rng.choice((-27, 1, 12, 20, 60)), 2, 28),
            lambda: rng.choice((as_of, date(1900, 1, 1), date(2053, 2, 28), date(2024, 2, 29))),
        ]
    elif column.type == "bool":
        ways += [lambda: None, lambda: True, lambda: False]
    elif column.type == "int":
        ways += [lambda: None, lambda: rng.choice(_AMOUNTS), lambda: rng.randint(0, 12)]
    elif column.type == "float":
        ways += [lambda: None, lambda: rng.choice(_PLACES), lambda: float("nan")]
    elif column.name in ("nik", "no_kk"):
        digit = str(rng.randrange(10))
        place = rng.randrange(17)
        ways += [
            lambda: other["nik" if "nik" in other else "no_kk"],
            lambda: rng.choice(_NUMBERS + _ODD),
            lambda: value[:place] + digit + value[place + 1 :],
            lambda: value[:place] + value[place + 1 :],
            lambda: value[:place] + rng.choice("OIl .'") + value[place + 1 :],
        ]
    else:
        words = [word.strip() for word in column.values.split(",")]
        ways += [lambda: rng.choice(words), lambda: rng.choice(_ODD), lambda: value.lower()]
        if column.name in _LISTS:
            codes = [entry["kode"] for entry in reference(_LISTS[column.name])]
            ways.append(lambda: rng.choice(codes))
        ways.append(lambda: rng.choice(_WORDS.get(column.name, _ODD)))
    return rng.choice(ways)()


def leave_out(register: Register, rng: Random) -> Register:
    """A list without some columns and some tables; whoever is on a list has a family there."""
    carried = {
        table: [name for name in columns(table) if rng.random() > 0.1] for table in SNAPSHOT_TABLES
    }
    tables = {
        name: _closed(name, []) if rng.random() < 0.2 and name != "family" else register[name]
        for name in SNAPSHOT_TABLES
    }
    return Register(tables, {**register.manifest, "carried": carried})


def one_row_a_family(register: Register) -> Register:
    """The heads alone, as many lists of payees have them."""
    heads = [row for row in register["person"].to_pylist() if row["shdk"] == "kepala_keluarga"]
    first = {row["family_id"]: row for row in reversed(heads)}
    tables = {**register.tables, "person": _closed("person", list(first.values()))}
    return Register(tables, register.manifest)


def as_real(register: Register, rng: Random) -> Register:
    """The same people on the real side, a third of them with a NIK issued in Papua.

    Such numbers lie above 2^53, where a program that takes them for floating point loses the
    last digit; two people get numbers that differ in no other.
    """
    papua = [entry["kode6"] for entry in reference("kecamatan_kode") if entry["kode6"][0] == "9"]
    known: dict[str, str] = {}

    def renamed(number: str) -> str:
        if number[:2] != "99" or not number.isdigit() or len(number) != 16:
            return number
        if number not in known:
            region = rng.choice(papua) if rng.random() < 0.33 else "36" + number[2:6]
            serial = number[12:] if number.endswith("0000") else f"{9001 + len(known) % 999}"
            known[number] = region + number[6:12] + serial
        return known[number]

    tables = {}
    for name in SNAPSHOT_TABLES:
        rows = register[name].to_pylist()
        for row in rows:
            for column in ("nik", "no_kk"):
                if column in row:
                    row[column] = renamed(row[column])
        tables[name] = _closed(name, rows)
    return Register(tables, {**register.manifest, "workspace": "nyata"})


def _closed(table: str, rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=arrow_schema(table))
