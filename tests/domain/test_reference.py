"""Each code list carries its source and says whether it is confirmed."""

import re
from pathlib import Path

import pytest

import workbench
from workbench.domain.reference import by_code, reference
from workbench.domain.words import date_id, mask_nik, number_id
from workbench.errors import NotFound

CONFIRMED = {"ya", "sekunder", "sebagian", "tidak", "usulan"}


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("pmks_kategori", 26),
        ("psks_jenis", 12),
        ("spm_layanan", 5),
        ("kesalahan_data", 79),
        ("alasan_tidak_layak", 22),
        ("program_bantuan", 24),
        ("aturan_kombinasi", 16),
        ("status_verval", 39),
    ],
)
def test_lists_are_whole_and_sourced(name, rows):
    entries = reference(name)
    assert len(entries) == rows == len(by_code(name))
    for entry in entries:
        assert entry["sumber"], entry
        assert entry["konfirmasi"] in CONFIRMED, entry


def test_twelve_kinds_are_sensitive():
    sensitive = [row for row in reference("pmks_kategori") if row["sensitif"] == "ya"]
    assert len(sensitive) == 12


def test_an_unknown_list_is_said():
    with pytest.raises(NotFound):
        reference("tidak_ada")


def test_words():
    from datetime import date

    assert number_id(1234.5) == "1.234,5"
    assert number_id(1234567) == "1.234.567"
    assert date_id(date(2026, 11, 21)) == "21 Nov 2026"
    assert date_id(date(2026, 5, 1), long=True) == "1 Mei 2026"
    assert mask_nik("9973012312850017") == "9973**********17"
    assert mask_nik("12345") == "*****"


def test_no_code_list_lies_there_unread():
    package = Path(workbench.__file__).parent
    code = "".join(
        path.read_text("utf-8") for end in ("py", "yaml") for path in package.rglob(f"*.{end}")
    )
    lists = [path.stem for path in (package / "domain" / "reference").glob("*.csv")]
    # Lists of a city's places and of their other names are opened by one name.
    names = {name: name.removesuffix("_alias") for name in lists}
    assert [name for name, word in names.items() if not re.search(rf"\b{word}\b", code)] == []
