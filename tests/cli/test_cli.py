"""The command line as scripts use it: words, files, last lines, exit codes."""

from __future__ import annotations

import json
import re

import openpyxl
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from typer.main import get_command

from workbench.cli import main
from workbench.cli.commands import app, load_mapping
from workbench.domain.schema import SNAPSHOT_TABLES, arrow_schema, columns
from workbench.errors import WrongUse
from workbench.rules import catalogue

HEADER = ["NO", "NIK", "NO KK", "NAMA", "JK", "TGL LAHIR", "HUB KELUARGA", "ALAMAT"]
PLACE = ["RT", "RW", "DESA/KELUARAHAN", "KECAMATAN"]
TOTALS = re.compile(r"dibaca=(\d+) disimpan=(\d+) ditolak=(\d+) temuan=(\d+)")


@pytest.fixture
def run(capsys):
    """Run the command line; returns exit code, standard output and standard error."""

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return ended.value.code or 0, said.out, said.err

    return run


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kota") / "a"
    with pytest.raises(SystemExit):
        main(["generate", "--families", "120", "--seed", "5", "--error-rate", "0.5",
              "--out", str(folder)])  # fmt: skip
    return folder


def _workbook(path, rows, header=(*HEADER, *PLACE)):
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Data")
    page.write_string(0, 0, "DAFTAR DTKS KELURAHAN")
    page.write_row(2, 0, header)
    for place, row in enumerate(rows):
        page.write_row(3 + place, 0, row)
    page.write_row(3 + len(rows), 0, ["", "JUMLAH", len(rows)])
    book.close()
    return path


def _row(number, nik, kk, name, sex="L", born="05/04/1981", shdk="KEPALA KELUARGA", place="CIPARE"):
    return [number, nik, kk, name, sex, born, shdk, "LINK. CONTOH NO. 1", "001", "002", place,
            "SERANG"]  # fmt: skip


REAL = [
    _row(1, "3673010504819001", "3673010607159001", "RUSDI CONTOH"),
    _row(2, "", "3673010607159002", "SARI CONTOH", "P"),
]


def test_generate_writes_every_table_as_declared(city):
    for table in (*SNAPSHOT_TABLES, "truth"):
        assert pq.read_schema(city / f"{table}.parquet").equals(arrow_schema(table))
    manifest = json.loads((city / "manifest.json").read_text())
    assert (manifest["workspace"], manifest["seed"]) == ("latihan", 5)
    truth = pq.read_table(city / "truth.parquet").to_pylist()
    assert len({row["family_id"] for row in truth if row["rule"]}) == 60


def test_check_on_a_directory_finds_what_was_planted(run, city, tmp_path):
    code, out, _ = run("check", city, "--out", tmp_path / "f.parquet")
    assert code == 0
    read, kept, refused, found = map(int, TOTALS.fullmatch(out.splitlines()[-1]).groups())
    table = pq.read_table(tmp_path / "f.parquet")
    assert table.column_names == list(columns("findings"))
    assert (read, refused, found) == (kept, 0, table.num_rows)
    assert read == pq.read_metadata(city / "person.parquet").num_rows
    truth = pq.read_table(city / "truth.parquet").to_pylist()
    planted = {(row["rule"], row["subject"]) for row in truth if row["rule"]}
    found_pairs = set(zip(table["rule"].to_pylist(), table["subject"].to_pylist(), strict=True))
    assert planted <= found_pairs
    assert all(title and "{" not in title for title in table["title"].to_pylist())


def test_a_payment_list_is_held_against_a_directory(run, city, tmp_path):
    paid = tmp_path / "penerima.csv"
    paid.write_text(
        "No;Program;NIK;Nama Penerima;No KK;Periode;Status\n"
        "1;PKH;9973010101909999;TAK TERDAFTAR;9973010101159999;2026-T4;aktif\n"
    )
    code, out, _ = run("check", city, paid, "--out", tmp_path / "f.csv")
    assert code == 0
    people = pq.read_metadata(city / "person.parquet").num_rows
    assert out.splitlines()[-1].startswith(f"dibaca={people + 1} disimpan={people + 1} ditolak=0 ")
    lines = (tmp_path / "f.csv").read_text(encoding="utf-8").splitlines()
    assert any("BAN-62" in line and "9973010101909999" in line for line in lines)
    assert run("check", city, city, "--out", tmp_path / "g.csv")[0] == 2


def test_findings_as_csv_and_xlsx_say_the_same(run, city, tmp_path):
    for name in ("f.csv", "f.xlsx"):
        assert run("check", city, "--out", tmp_path / name)[0] == 0
    page = openpyxl.load_workbook(tmp_path / "f.xlsx")["findings"]
    rows = list(page.iter_rows(values_only=True))
    assert list(rows[0]) == list(columns("findings"))
    lines = (tmp_path / "f.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(rows)
    evidence = rows[0].index("evidence")
    assert all(isinstance(json.loads(row[evidence]), dict) for row in rows[1:])


def test_a_real_list_is_read_and_reconciled(run, tmp_path):
    rows = [*REAL, _row(3, 3673010504810000, "3673010607159003", "ANGKA CONTOH")]
    source = _workbook(tmp_path / "daftar.xlsx", rows)
    code, out, err = run("read", source, "--out", tmp_path / "r", "--as-of", "2026-11-01")
    assert (code, out.splitlines()[-1]) == (0, "dibaca=3 disimpan=2 ditolak=1")
    assert "NIK -> person.nik" in out
    refused = (tmp_path / "r" / "refused.csv").read_text(encoding="utf-8")
    assert "nik_rusak_spreadsheet" in refused
    assert "367301050481" not in refused + err
    code, out, _ = run("check", tmp_path / "r", "--out", tmp_path / "f.csv")
    assert code == 0
    assert out.splitlines()[-1].startswith("dibaca=2 disimpan=2 ditolak=0 temuan=")
    assert "IDN-01" in (tmp_path / "f.csv").read_text(encoding="utf-8")


def test_the_wall_stands_on_both_sides(run, city, tmp_path):
    code, _, err = run("check", _workbook(tmp_path / "n.xlsx", REAL), "--practice",
                       "--out", tmp_path / "f.csv")  # fmt: skip
    assert code == 2
    assert "99" in err
    practice = [[1, "99" + row[1][2:] if row[1] else "", "99" + row[2][2:], *row[3:]]
                for row in REAL]  # fmt: skip
    code, _, err = run("check", _workbook(tmp_path / "l.xlsx", practice),
                       "--out", tmp_path / "f.csv")  # fmt: skip
    assert code == 2
    assert "99" in err
    assert not (tmp_path / "f.csv").exists()
    assert run("check", _workbook(tmp_path / "l.xlsx", practice), "--practice",
               "--out", tmp_path / "f.csv")[0] == 0  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kosong.csv", b""),
        ("bukan.xlsx", b"PK\x03\x04 rusak"),
        ("tanpa_judul.csv", b"a,b\n1,2\n3,4\n"),
        ("sandi.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512),
    ],
)
def test_an_unusable_list_ends_with_one_sentence(run, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    code, _, err = run("check", path, "--out", tmp_path / "f.csv")
    assert code == 2
    assert name in err
    assert err.strip().endswith(".")
    assert not (tmp_path / "f.csv").exists()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["check"],
        ["periksa"],
        ["check", "daftar.csv", "--out", "f.doc"],
        ["check", "tidak-ada.csv", "--out", "f.csv"],
        ["generate", "--families", "nol", "--seed", "1", "--error-rate", "0", "--out", "d"],
        ["rules", "--format", "xml"],
        ["map", "x.csv", "--indicator", "ppks:PMKS16", "--out", "p.html"],
        ["map", "x.csv", "--indicator", "apa", "--out", "p.html"],
        ["check", "x.csv", "--out", "f.csv", "--as-of", "kemarin"],
    ],
)
def test_wrong_use_ends_with_an_indonesian_sentence(run, words):
    code, _, err = run(*words)
    assert code == 2
    assert err.strip()
    assert not re.search(r"\b(Missing|No such|Invalid|Usage|Error)\b", err)


def test_rules_as_json_hold_what_was_promised(run):
    rules = json.loads(run("rules", "--format", "json")[1])
    assert [rule["code"] for rule in rules] == list(catalogue())
    keys = (
        "code title question documents severity why basis source confirmed subject_kind "
        "fields status reason follow_up plants catalogue"
    )
    assert all(set(keys.split()) <= set(rule) for rule in rules)


def test_checklists_name_no_number_and_print_in_order(run, city, tmp_path):
    code, out, _ = run("checklist", city, "--out", tmp_path / "c")
    assert code == 0
    assert TOTALS.fullmatch(out.splitlines()[-1])
    books = sorted((tmp_path / "c").glob("*.xlsx"))
    assert books
    people = pq.read_table(city / "person.parquet")
    niks = {nik for nik in people["nik"].to_pylist() if len(nik) == 16}
    for path in books[:5]:
        page = openpyxl.load_workbook(path)["Daftar periksa"]
        text = " ".join(str(v) for row in page.iter_rows(values_only=True) for v in row if v)
        assert "LATIHAN" in page.oddHeader.left.text
        assert not any(nik in text for nik in niks)
        assert "Pertanyaan kepada keluarga" in text


def test_a_map_asks_nobody_for_anything(run, city, tmp_path):
    page = tmp_path / "peta.html"
    code, out, _ = run("map", city, "--indicator", "families", "--out", page)
    assert code == 0
    assert TOTALS.fullmatch(out.splitlines()[-1])
    html = page.read_text(encoding="utf-8")
    assert "LATIHAN" in html
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", html)


def _commands(command, words=()):
    """The words of every command and group."""
    yield words
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, (*words, name))


@pytest.mark.parametrize("words", _commands(get_command(app)), ids=lambda words: "-".join(words))
def test_help_is_in_indonesian(run, words):
    code, out, _ = run(*words, "--help")
    assert code == 0
    assert "Pemakaian: verval" in out
    assert not re.search(
        r"\b(Usage|Options|Commands|Arguments|Show this|required|default|int|path|float|str)\b", out
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["tidakada"], "Perintah itu tidak dikenal. Lihat verval --help."),
        (["users", "tidakada"], "Perintah itu tidak dikenal. Lihat verval users --help."),
        (["rules", "--format"], "Sesudah --format harus ada isiannya. Lihat verval --help."),
        (["rules", "lebih"], "Ada isian yang berlebih. Lihat verval rules --help."),
        (["rules", "--bukan"], "Pilihan --bukan tidak dikenal. Lihat verval rules --help."),
        (["generate"], "--families belum diisi. Lihat verval generate --help."),
        (["serve", "--port", "abc"], "Isian --port tidak sesuai. Lihat verval serve --help."),
        (["audit", "recheck"], "FOLDER belum diisi. Lihat verval audit recheck --help."),
    ],
)
def test_what_was_typed_wrongly_is_said_in_one_sentence(run, words, told):
    assert run(*words) == (2, "", f"{told}\n")


@pytest.mark.parametrize("words", [[], ["users"], ["audit"]])
def test_a_group_without_a_command_shows_what_there_is(run, words):
    code, out, said = run(*words)
    assert (code, out) == (2, "")
    assert said.startswith(f"Pemakaian: {' '.join(['verval', *words])} [PILIHAN]")
    assert "Perintah:" in said


@pytest.mark.parametrize(
    ("name", "told"),
    [("tidakada.json", "tidak ditemukan. Periksa namanya."), ("", "tidak terbaca sebagai JSON.")],
)
def test_a_mapping_that_is_not_there_or_no_file_is_said(tmp_path, name, told):
    with pytest.raises(WrongUse, match=told):
        load_mapping(tmp_path / name)
