"""Mutated lists by the hundred: each reconciles to the row, or gets one sentence.

``FUZZ=20`` in the environment makes twenty times as many (`make proof`).
"""

from __future__ import annotations

import io
import os
import random
import re
import zipfile
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.domain.schema import SNAPSHOT_TABLES
from workbench.errors import WorkbenchError
from workbench.verification import propose_mapping

TIMES = int(os.environ.get("FUZZ", "1"))
QUICK = settings(
    max_examples=40 * TIMES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

#: Each column under several of its spellings, with a maker of its cells.
COLUMNS = {
    "nik": ("NIK", "No. KTP", "nomor_nik", "NIK "),
    "kk": ("NO KK", "NOKK", "Nomor Kartu Keluarga", "no. kk"),
    "name": ("NAMA", "Nama Lengkap", "402 Nama", "NAMA_LGKP"),
    "born": ("TANGGAL LAHIR", "Tgl. Lahir", "TGL_LHR"),
    "sex": ("JK", "Jenis Kelamin", "L/P"),
    "rt": ("RT/RW", "rt_rw"),
    "place": ("DESA/KELUARAHAN", "Kelurahan", "desa_kelurahan"),
    "district": ("KECAMATAN", "kec"),
    "pkh": ("BANSOS PKH", "PKH", "PKH TAHAP 1 2026"),
    "note": ("KET", "Kolom lain", "Warna pintu"),
}
BAD_NUMBERS = ("3,67301E+15", "3.67E15", "3673014105859001.0", "9973014105850001")
ODD_CELLS = (
    "",
    "-",
    "0",
    "#N/A",
    "NULL",
    "\u200b",
    "=1+1",
    "JUMLAH BIN ADI",
    "Lurah",
    "1.5",
    "KOTA CILEGON",
    "(1)",
    "'",
    "x" * 300,
    "\u202e\u0000\ufffe",
)


def make_rows(rng, count):
    """Data rows as dicts; every row carries a name nobody else has."""
    rows = []
    for n in range(count):
        row = {
            "nik": f"36730141058590{n % 90 + 10}",
            "kk": f"36730101012090{n // 3 % 90 + 10}",
            "name": f"ORANG {n}",
            "born": rng.choice(("01-05-1985", "31/12/1999", "1 Agt 1970", "31168", "1985-05-01")),
            "sex": rng.choice("LP"),
            "rt": rng.choice(("001/002", "RT 1 RW 2", "01-Mar", "-")),
            "place": rng.choice(("Cipare", "Kel. Lopang", "36.73.01.1002", "Sukawana")),
            "district": rng.choice(("Serang", "")),
            "pkh": rng.choice(("YA", "TIDAK", "V", "")),
            "note": rng.choice(("", "baik")),
        }
        if rng.random() < 0.15:
            row[rng.choice(("nik", "kk"))] = rng.choice(BAD_NUMBERS)
        if rng.random() < 0.25:
            row[rng.choice(("born", "sex", "rt", "pkh", "note"))] = rng.choice(ODD_CELLS)
        rows.append(row)
    return rows


def shuffled(rng):
    """A header and its rows: columns left out, renamed and shuffled, NIK and name kept."""
    wanted = [key for key in COLUMNS if key in ("nik", "name") or rng.random() < 0.8]
    rng.shuffle(wanted)
    rows = make_rows(rng, rng.randrange(1, 25))
    rng.shuffle(rows)
    header = [rng.choice(COLUMNS[key]) for key in wanted]
    return header, [[row[key] for key in wanted] for row in rows]


def kept_rows(reading):
    """(file, sheet, row) of everything in the tables that say where a row was read."""
    found = set()
    for table in ("person", "family", "aid", "event", "ppks", "psks"):
        part = reading.register[table].select(["file", "sheet", "row"]).to_pylist()
        found |= {tuple(line.values()) for line in part}
    return found


def check(reading):
    """What holds for every reading, whatever was read."""
    counts = reading.counts
    assert counts["dibaca"] == counts["disimpan"] + counts["ditolak"]
    refused = [
        tuple(line.values())
        for line in reading.refused.select(["file", "sheet", "row"]).to_pylist()
    ]
    assert len(refused) == len(set(refused)) == counts["ditolak"]
    kept = kept_rows(reading)
    assert not kept & set(refused)
    for table in ("person", "family", "aid", "event", "ppks", "psks"):
        ids = Counter(reading.register[table].column(0).to_pylist())
        assert not ids or max(ids.values()) == 1
    assert set(reading.register["person"]["family_id"].to_pylist()) <= set(
        reading.register["family"]["family_id"].to_pylist()
    )
    assert all(name in reading.register.tables for name in SNAPSHOT_TABLES)
    return kept | set(refused)


def read_or_sentence(office, path):
    """The reading, or None where the file got its sentence; anything else is a failure."""
    try:
        reading = office.read(path)
    except WorkbenchError as error:
        sentence = str(error)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert not re.search(r"\d{6}", sentence)
        return None
    check(reading)
    return reading


# --- whole lists, mutated in shape: every row is found again -------------------------------------


@QUICK
@given(
    st.integers(0, 10**9),
    st.sampled_from(",;|\t"),
    st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")),
)
def test_a_text_list_loses_no_row(office, seed, separator, encoding):
    rng = random.Random(seed)
    header, rows = shuffled(rng)
    lines = [["DAFTAR"], header, *rows] if rng.random() < 0.5 else [header, *rows]
    text = "\r\n".join(
        separator.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines
    )
    content = text.encode(encoding, "replace")
    reading = read_or_sentence(office, office.raw(content, "daftar.csv"))
    if reading is None:
        return
    start = len(lines) - len(rows)
    assert {row for _, _, row in check(reading)} == set(range(start + 1, len(lines) + 1))


@QUICK
@given(st.integers(0, 10**9))
def test_a_workbook_loses_no_row_whatever_the_type_of_its_cells(office, seed):
    rng = random.Random(seed)
    header, rows = shuffled(rng)

    def retyped(cell):
        if rng.random() < 0.15 and cell.isdigit():
            return int(cell) if rng.random() < 0.5 else float(cell)
        return cell or None

    cells = [[retyped(cell) for cell in row] for row in rows]
    reading = read_or_sentence(office, office.xlsx([["DAFTAR"], header, *cells]))
    if reading is None:
        return
    assert {row for _, _, row in check(reading)} == set(range(3, len(rows) + 3))
    assert reading.counts["dibaca"] == len(rows)


# --- files mutated in their bytes: a sentence, or a reading that holds together ------------------


@pytest.fixture
def originals(office, small_workbooks, packed):
    """One small list in every kind of file, of the same bytes in every run."""
    header, rows = shuffled(random.Random("fuzz:originals"))
    lines = [header, *rows]
    text = "\n".join(";".join(row) for row in lines)
    book = office.xlsx(lines).read_bytes()
    page = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in lines)
    return {
        "csv": text.encode(),
        "xlsx": book,
        **{ending: make(lines) for ending, make in small_workbooks.items()},
        "html": f"<html><table>{page}</table></html>".encode(),
        "zip": packed({"a/daftar.csv": text, "b.xlsx": book}),
    }


def damaged(rng, content):
    """Bytes changed, cut, doubled or moved."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        place = rng.randrange(len(data))
        size = rng.choice((1, 1, 2, 16, 200))
        act = rng.randrange(5)
        if act == 0:
            data[place : place + size] = rng.randbytes(min(size, len(data) - place))
        elif act == 1:
            del data[place : place + size]
        elif act == 2:
            data[place:place] = data[place : place + size]
        elif act == 3:
            data[place] ^= 1 << rng.randrange(8)
        else:
            data[place:place] = rng.choice((b'"', b"\x00", b";", b"\n", b"<td", b"\xff\xfe"))
        if not data:
            return b"x"
    return bytes(data[: rng.randrange(1, len(data) + 1)] if rng.random() < 0.1 else data)


def damaged_inside(rng, content):
    """An archive whose parts are damaged and packed again, so that the damage is read."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        members = old.namelist()
        hurt = rng.choice(members)
        for member in members:
            part = old.read(member)
            new.writestr(member, damaged(rng, part) if member == hurt and part else part)
    return out.getvalue()


#: How many of each kind; binary workbooks are opened in a process of their own first.
COUNTS = {"csv": 100, "html": 75, "xlsx": 60, "zip": 60, "xls": 12, "xlsb": 12, "ods": 12}


@pytest.mark.parametrize("kind", COUNTS)
def test_damaged_bytes_never_break_the_reading(office, originals, kind):
    rng = random.Random(f"fuzz:{kind}")
    for _ in range(COUNTS[kind] * TIMES):
        path = office.raw(damaged(rng, originals[kind]), f"daftar.{kind}")
        read_or_sentence(office, path)


@pytest.mark.parametrize("kind", ["xlsx", "xlsb", "ods", "zip"])
def test_damaged_parts_never_break_the_reading(office, originals, kind):
    rng = random.Random(f"fuzz:parts:{kind}")
    outcomes = Counter()
    for number in range(COUNTS[kind] * TIMES):
        path = office.raw(damaged_inside(rng, originals[kind]), f"daftar.{kind}")
        outcomes[read_or_sentence(office, path) is not None] += 1
        if number % 10 == 0:
            with suppress(WorkbenchError):
                propose_mapping(path)
    assert min(outcomes[True], outcomes[False]) > 0
