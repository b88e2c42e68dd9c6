"""The reference pages say what the catalogue says today."""

import pytest

from workbench.cli.reference_pages import FOLDER, reference_pages, write_pages


@pytest.mark.parametrize("name", sorted(reference_pages()))
def test_a_stored_page_is_what_the_catalogue_gives(name):
    assert (FOLDER / name).read_text("utf-8") == reference_pages()[name], "run: make docs"


def test_no_stored_page_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == set(reference_pages())


def test_pages_are_written_where_they_are_asked_for(tmp_path):
    write_pages(tmp_path / "reference")
    assert (tmp_path / "reference" / "aturan.md").read_text("utf-8").startswith("# Aturan\n")
