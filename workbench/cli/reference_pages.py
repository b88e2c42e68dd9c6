"""The reference pages in ``workbench/guides/reference``, written from the catalogue.

``make docs`` renews them; a test holds them equal to what the code says today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from workbench.domain.schema import TABLES
from workbench.domain.words import date_id
from workbench.rules import GROUPS, catalogue
from workbench.rules.parameters import parameters
from workbench.ui.catalogue import model

FOLDER = Path(__file__).parent.parent / "guides" / "reference"
_NOTE = "Halaman ini ditulis dari katalog dengan `make docs`; jangan disunting dengan tangan."
_NO_SOURCE = "praktik umum, belum ada dasar tertulis"


def reference_pages() -> dict[str, str]:
    """File name -> Markdown of every page."""
    pages = {
        "aturan.md": ("Aturan", _rules()),
        "cakupan.md": ("Cakupan katalog", _coverage()),
        "pengaturan.md": ("Pengaturan aturan", _settings()),
        "tabel.md": ("Tabel dan kolom", _tables()),
    }
    return {
        name: "\n".join([f"# {title}", "", _NOTE, "", *lines]).rstrip() + "\n"
        for name, (title, lines) in pages.items()
    }


def write_pages(folder: Path = FOLDER) -> None:
    """Write all pages into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in reference_pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _rules() -> Iterator[str]:
    yield (
        f"{len(catalogue())} aturan. Temuan adalah pertanyaan untuk kunjungan, bukan putusan "
        "tentang sebuah keluarga."
    )
    for group, words in GROUPS.items():
        yield from ("", f"## {words}")
        for code, rule in catalogue().items():
            if rule.group != group:
                continue
            page = model.rule_page(code)
            yield from ("", f"### {code}: {page.title}", "")
            yield from (
                f"- Tingkat: {page.severity}",
                f"- Pertanyaan: {page.question}",
                f"- Mengapa: {page.why}",
                f"- Dokumen: {', '.join(page.documents) or 'tidak ada'}",
                f"- Isian yang ditandai: {', '.join(page.marks)}",
                f"- Putusan di meja: {page.status}; tindak lanjut: {', '.join(page.follow_up)}",
                f"- Kolom yang diperlukan: {', '.join(page.needs)}",
                f"- Pengaturan: {', '.join(page.settings) or 'tidak ada'}",
                f"- Dasar: {page.source} ({page.confirmed}); baris {', '.join(page.covers)}",
            )


def _coverage() -> Iterator[str]:
    yield model.coverage_sentence()
    for name, words in model.CATALOGUE_WORDS.items():
        yield from ("", f"## {words}", "")
        yield from _table(
            ("Baris", "Isi", "Dijaga oleh"),
            (
                (line.code, line.name, ", ".join(line.rules) or line.instead)
                for line in model.coverage_of(name)
            ),
        )


def _settings() -> Iterator[str]:
    yield (
        "Nilai yang berubah karena keputusan. Kantor dapat mengubahnya di ruang Aturan; tiap "
        "temuan menyebut versi aturan dan nilai yang menilainya."
    )
    yield ""
    yield from _table(
        ("Nama", "Arti", "Nilai", "Berlaku sejak", "Batas", "Dasar"),
        (
            (
                f"`{name}`",
                parameter.words,
                model.value_words(dated.value, parameter.unit),
                date_id(dated.since),
                f"{model.value_words(parameter.lowest, '')} sampai "
                f"{model.value_words(parameter.highest, '')}",
                dated.source or _NO_SOURCE,
            )
            for name, parameter in parameters().items()
            for dated in parameter.values
        ),
    )


def _tables() -> Iterator[str]:
    yield "Tables and columns of every file written by Meja Verval, as `register.csv` has them."
    for name, columns in TABLES.items():
        yield from ("", f"## {name}", "")
        yield from _table(
            ("Column", "Type", "Meaning", "Values"),
            ((f"`{c.name}`", c.type, c.meaning, c.values) for c in columns),
        )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(head)
    yield "| " + " | ".join(titles) + " |"
    yield "|" + " --- |" * len(titles)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


if __name__ == "__main__":
    write_pages()
