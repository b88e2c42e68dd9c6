"""The reference pages in ``workbench/guides/reference``, written from code and its tables.

``make docs`` renews them; a test holds them equal to what the code says today.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.cli import reference_contents as contents

FOLDER = Path(__file__).parent.parent / "guides" / "reference"
_NOTE = "# Ditulis dari katalog dengan `make docs`; jangan disunting dengan tangan."


@dataclass(frozen=True)
class _Page:
    """A page: its front matter (see ``guides.reading.Page``) and what writes its lines."""

    name: str
    title: str
    summary: str
    readers: str
    rooms: str
    lines: Callable[[], Iterable[str]]


_PAGES = (
    _Page(
        "aturan",
        "Aturan",
        "Semua aturan: apa yang ditanyakan, mengapa, dokumen yang menjawabnya, dan dasarnya.",
        "peserta, pelatih, staf, petugas",
        "aturan, aturan/Aturan, latihan",
        contents.rules,
    ),
    _Page(
        "pengaturan-aturan",
        "Pengaturan aturan",
        "Ambang yang berubah karena keputusan, dengan tanggal berlaku dan dasarnya.",
        "pelatih, staf, admin",
        "aturan/Pengaturan",
        contents.rule_settings,
    ),
    _Page(
        "pengaturan-kantor",
        "Pengaturan kantor",
        "Hal yang diputuskan kantor sendiri, dengan nilai bawaan, batas dan dasarnya.",
        "staf, admin",
        "jejak/Pengaturan kantor",
        contents.office_settings_lines,
    ),
    _Page(
        "cakupan",
        "Cakupan katalog",
        "Tiap baris katalog kesalahan dan aturan yang menjaganya.",
        "pelatih, staf, auditor",
        "aturan/Cakupan katalog",
        contents.coverage_lines,
    ),
    _Page(
        "peran",
        "Peran dan hak",
        "Siapa boleh melakukan apa, di ruang data mana, dan pintu mana yang terbuka baginya.",
        "pelatih, staf, admin, auditor",
        "beranda",
        contents.roles,
    ),
    _Page(
        "kolom",
        "Kolom pada daftar di lapangan",
        "Judul kolom yang dikenali pada daftar yang beredar, artinya, dan cara membacanya.",
        "staf, pengembang",
        "daftar",
        contents.columns_in_the_wild,
    ),
    _Page(
        "tabel",
        "Tabel dan kolom baku",
        "Tabel dan kolom dalam berkas yang ditulis Meja Verval.",
        "staf, pengembang",
        "",
        contents.tables,
    ),
    _Page(
        "format",
        "Bentuk berkas",
        "Berkas apa yang dapat dimasukkan dan apa yang dihasilkan, pekerjaan demi pekerjaan.",
        "staf, pelatih, admin",
        "daftar, peta",
        contents.formats,
    ),
    _Page(
        "perintah",
        "Perintah verval",
        "Semua perintah di komputer server dengan isian dan pilihannya.",
        "admin, pengembang",
        "",
        contents.commands,
    ),
    _Page(
        "jejak",
        "Kejadian dalam jejak",
        "Semua jenis kejadian yang dicatat, dan kalimat yang dibaca pemeriksa.",
        "auditor, staf, admin",
        "jejak/Catatan",
        contents.events,
    ),
    _Page(
        "indikator",
        "Indikator peta",
        "Apa yang dapat dipetakan, satuannya, dan terhadap apa dihitung.",
        "staf, pelatih, lurah",
        "peta",
        contents.indicators,
    ),
    _Page(
        "kategori-ppks",
        "Kategori PPKS",
        "26 kategori PPKS (dahulu PMKS): kriteria, usia, dan layanan SPM-nya.",
        "peserta, pelatih, staf, petugas",
        "singkat",
        contents.categories,
    ),
    _Page(
        "kriteria-miskin",
        "Kriteria miskin",
        "Kriteria miskin tiap rezim, cara mengamatinya, buktinya, dan seberapa pasti sumbernya.",
        "peserta, pelatih, staf, petugas",
        "lapangan/Antrean, aturan/Aturan",
        contents.poverty_criteria,
    ),
    _Page(
        "program",
        "Program bantuan",
        "Program bantuan yang dikenali, sasarannya, dan sumber dananya.",
        "peserta, pelatih, staf, petugas",
        "singkat",
        contents.programmes,
    ),
    _Page(
        "status",
        "Kode hasil verval",
        "Kode keberadaan, domisili, kelayakan dan lainnya beserta dokumen yang diminta.",
        "peserta, pelatih, staf, petugas",
        "lapangan/Antrean, singkat",
        contents.statuses,
    ),
    _Page(
        "istilah",
        "Istilah",
        "Istilah dan singkatan yang dipakai di layar, dengan kepanjangan dan artinya.",
        "peserta, pelatih, staf, petugas, lurah",
        "latihan",
        contents.glossary,
    ),
)


def reference_pages() -> dict[str, str]:
    """File name -> Markdown of every page, with its front matter."""
    return {f"{page.name}.md": _written(page, 10 * n) for n, page in enumerate(_PAGES, 1)}


def write_pages(folder: Path = FOLDER) -> None:
    """Write all pages into ``folder``; pages that are no more are taken away."""
    folder.mkdir(parents=True, exist_ok=True)
    written = reference_pages()
    for path in folder.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")


def _written(page: _Page, order: int) -> str:
    front = (
        "---",
        _NOTE,
        f"title: {page.title}",
        f'summary: "{page.summary}"',
        f"for: [{page.readers}]",
        f"rooms: [{page.rooms}]",
        f"order: {order}",
        "---",
        "",
    )
    return "\n".join((*front, *page.lines())).rstrip() + "\n"


if __name__ == "__main__":
    write_pages()
