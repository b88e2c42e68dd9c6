"""What each reference page says: lines of Markdown made from code and from the field's tables.

Nothing is said twice: a page is a table of the program in the reader's words. Cells come from our
own lists; a stroke in one is escaped, and nothing else of Markdown stands in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from workbench.access import PERMISSIONS, Actor, Permission, Workspace
from workbench.domain import office_settings
from workbench.domain.reference import reference
from workbench.domain.schema import TABLES
from workbench.domain.words import date_id, number_id
from workbench.rules import GROUPS, catalogue
from workbench.rules.parameters import parameters
from workbench.ui.catalogue import model

_NO_SOURCE: Final = "praktik umum, belum ada dasar tertulis"
_CODES = re.compile(r"[A-Za-z0-9_.]+(, [A-Za-z0-9_.]+)*")
_TYPES: Final[Mapping[str, str]] = {
    "text": "teks",
    "json": "JSON",
    "date": "tanggal",
    "int": "bilangan bulat",
    "float": "pecahan",
    "bool": "ya atau tidak",
}
_DIMENSIONS: Final[Mapping[str, str]] = {
    "keberadaan": "Keberadaan",
    "domisili": "Domisili",
    "padan_dukcapil": "Padan Dukcapil",
    "kelayakan": "Kelayakan",
    "usulan": "Usulan",
    "prioritas_verval_p3ke": "Prioritas verval P3KE",
    "status_dasar_penduduk": "Status dasar penduduk",
    "status_pkh": "Status PKH",
}
_WORKSPACES: Final[Mapping[Workspace, str]] = {
    Workspace.LATIHAN: "Ruang latihan",
    Workspace.NYATA: "Ruang data nyata",
}


# --- the catalogue of rules ------------------------------------------------------------------


def rules() -> Iterator[str]:
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


def coverage_lines() -> Iterator[str]:
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


# --- settings --------------------------------------------------------------------------------


def rule_settings() -> Iterator[str]:
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


def office_settings_lines() -> Iterator[str]:
    yield (
        "Diubah di ruang Jejak, bagian Pengaturan kantor; tiap perubahan tercatat dengan nama dan "
        "waktunya. Sebelum diubah, nilai bawaan berlaku."
    )
    yield ""
    yield from _table(
        ("Pengaturan", "Arti", "Bawaan", "Boleh", "Dasar"),
        (
            (
                one.title,
                one.meaning,
                one.words(one.default),
                _allowed(one),
                f"{one.source or _NO_SOURCE} ({model.CONFIRMED_WORDS[one.konfirmasi]})",
            )
            for one in office_settings.declared().values()
        ),
    )


def _allowed(one: office_settings.Declared) -> str:
    if one.kind == office_settings.NUMBER:
        return f"{number_id(one.low)} sampai {number_id(one.high)} {one.unit}".strip()
    return "; ".join(words for _, words in one.choices) or "ya atau tidak"


# --- people ----------------------------------------------------------------------------------


def roles() -> Iterator[str]:
    from workbench.serve.doors import ROLE_WORDS, doors_for

    yield (
        "Satu akun satu peran dan satu ruang data. Yang tidak disebut berarti tidak boleh. Di "
        "dalam haknya, orang hanya melihat wilayah tugasnya."
    )
    for (role, workspace), allowed in PERMISSIONS.items():
        actor = Actor("", "", role, workspace)
        yield from ("", f"## {ROLE_WORDS[role]}, {_WORKSPACES[workspace].lower()}", "")
        yield f"- Ruang yang terbuka: {', '.join(door.title for door in doors_for(actor))}"
        yield f"- Boleh: {'; '.join(one.value for one in Permission if one in allowed)}"


# --- files and columns -----------------------------------------------------------------------


def columns_in_the_wild() -> Iterator[str]:
    yield (
        "Judul kolom dikenali tanpa membedakan huruf besar dan kecil. Yang tidak dikenali dapat "
        "ditetapkan sendiri saat memasukkan daftar. Contoh isi memakai nomor karangan."
    )
    yield ""
    yield from _table(
        ("Arti", "Judul yang dikenali", "Terdapat pada", "Isi", "Contoh", "Cara membaca"),
        (
            (
                row["meaning"],
                row["header_variants"],
                row["dataset"],
                row["allowed_values_or_format"],
                row["fake_example"],
                row["cleaning_note"],
            )
            for row in reference("columns")
        ),
    )


def tables() -> Iterator[str]:
    yield (
        "Nama tabel dan kolom berbahasa Inggris karena dibaca program; isinya memakai kode yang "
        "tertulis di kolom terakhir. Teks yang tidak diketahui kosong, yang lain tidak terisi."
    )
    for name, columns in TABLES.items():
        yield from ("", f"## {name}", "")
        yield from _table(
            ("Kolom", "Jenis", "Arti", "Kode"),
            ((f"`{one.name}`", _TYPES[one.type], one.words, _codes(one.values)) for one in columns),
        )


def _codes(values: str) -> str:
    return values if _CODES.fullmatch(values) else ""


def formats() -> Iterator[str]:
    from workbench.geo.boundaries.reading import FORMATS
    from workbench.services.map_exports import KINDS

    yield from ("## Yang dapat dimasukkan", "")
    yield from _table(
        ("Apa", "Bentuk", "Di mana"),
        (
            ("Daftar keluarga, orang atau bantuan", _LISTS, "Daftar"),
            ("Data pembanding (meninggal, P3KE, bantuan)", _LISTS, "Padanan"),
            ("Hasil kunjungan", "XLSX; CSV atau ZIP dari KoboToolbox atau ODK", _SHEETS),
            ("Berita acara bertanda tangan", "PDF, JPG, PNG", "Lapangan, Musyawarah"),
            ("Peta batas", FORMATS, "`verval maps install`"),
            ("Angka penduduk", "XLSX, CSV", "`verval maps population`"),
            ("Daftar peserta bimtek", "XLSX, CSV", "Kelas, Rencana"),
            ("Soal buatan kantor", "XLSX dari templat, CSV", "Kelas"),
            ("Cadangan", "VV, satu berkas", "`verval restore`"),
        ),
    )
    yield from ("", "## Yang dihasilkan", "")
    yield from _table(
        ("Apa", "Bentuk", "Di mana"),
        (
            ("Temuan", "XLSX, CSV; lewat perintah juga Parquet", "Daftar, Temuan"),
            ("Daftar periksa per kelurahan", "XLSX, ZIP", "Daftar, Kelurahan dan cetak"),
            ("Berkas asal dengan baris ditolak ditandai", "XLSX, CSV", "Daftar, Baris ditolak"),
            ("Hasil gabungan dua daftar", "XLSX", "Padanan, Gabungkan"),
            ("Lembar kunjungan", "PDF, XLSX, XLSForm", _SHEETS),
            ("Berita acara", "PDF, DOCX", "Lapangan, Musyawarah"),
            ("Ringkasan triwulan", "PDF", "Lapangan, Ringkasan"),
            *((words, _ending(words), "Peta") for words in KINDS.values()),
            ("Peta, satu berkas yang dibuka di peramban", "HTML", "Peta, `verval map`"),
            ("Kartu, lembar kasus, sertifikat, laporan", "PDF, ZIP", "Kelas, Cetak"),
            ("Bukti belajar", "XLSX", "Kelas, Bukti"),
            ("Paket bukti", "ZIP, folder", "Jejak, `verval audit pack`"),
            ("Cadangan", "VV, satu berkas", "`verval backup`"),
        ),
    )


_LISTS: Final = "XLSX, XLS, XLSB, ODS, CSV, atau ZIP berisi itu"
_SHEETS: Final = "Lapangan, Lembar"


def _ending(words: str) -> str:
    """``PNG`` of ``Gambar (PNG, A4)``."""
    inside = words.rpartition("(")[2].rstrip(")")
    return next((word for word in re.findall(r"\w+", inside) if word.isupper()), inside)


# --- the program -----------------------------------------------------------------------------


def commands() -> Iterator[str]:
    from typer.main import get_command

    from workbench.cli.commands import app

    yield (
        "Dijalankan di komputer server. Berhasil bila berakhir dengan 0; 2 berarti isian atau "
        "berkasnya tidak dapat dipakai, dan sebabnya tertulis dalam satu kalimat."
    )
    for name, command in _walk(get_command(app), "verval"):
        shown = [one for one in command.params if not one.hidden]
        fields = [one for one in shown if one.param_type_name == "argument"]
        usage = " ".join((name, *(one.metavar or one.name.upper() for one in fields)))
        yield from ("", f"## {name}", "", command.help, "", "```", usage, "```")
        if shown:
            yield ""
            yield from _table(
                ("Isian", "Arti", "Wajib", "Bawaan"),
                (
                    (
                        " ".join(f"`{word}`" for word in _spelled(one)),
                        one.help or "",
                        "ya" if one.required else "",
                        _default(one.default),
                    )
                    for one in shown
                ),
            )


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The commands that do something, below a group in the order they were declared."""
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for word, one in below.items():
        yield from _walk(one, f"{name} {word}")


def _spelled(one: Any) -> list[str]:
    if one.param_type_name == "argument":
        return [one.metavar or one.name.upper()]
    return [*one.opts, *one.secondary_opts]


def _default(value: Any) -> str:
    if callable(value) or value in (None, False, "", [], ()):
        return ""
    return "ya" if value is True else str(value)


def events() -> Iterator[str]:
    from workbench.services.audits import KINDS
    from workbench.services.log_words import deeds

    yield (
        "Tiap kejadian menyebut siapa, kapan, dan terhadap apa. NIK, nama warga dan kata-kata "
        "kunjungan tidak tertulis di dalamnya; yang disimpan hanya sidiknya."
    )
    yield ""
    yield from _table(
        ("Jenis", "Nama", "Kalimatnya"),
        (
            (f"`{kind}`", words, "; ".join(f"Siti {did}" for did in deeds(kind)) or words)
            for kind, words in sorted(KINDS.items())
        ),
    )


def indicators() -> Iterator[str]:
    from workbench.geo.indicators import catalogue as all_indicators
    from workbench.geo.measures import KINDS

    yield (
        "Nama di kolom pertama dipakai `verval map --indicator`. Kategori sensitif tidak dipetakan "
        "per kelurahan. Jumlah kecil disembunyikan pada semua indikator."
    )
    groups: dict[str, list[Iterable[str]]] = {}
    for one in all_indicators():
        measures = ", ".join(KINDS[name].lower() for name in one.measures)
        groups.setdefault(one.group, []).append(
            (f"`{one.name}`", one.title, one.unit, measures, one.denominator, one.note)
        )
    for group, rows in groups.items():
        yield from ("", f"## {group}", "")
        yield from _table(("Nama", "Judul", "Satuan", "Ukuran", "Terhadap", "Keterangan"), rows)


# --- the field -------------------------------------------------------------------------------


def categories() -> Iterator[str]:
    yield (
        "Kriteria menurut Permensos 8/2012; sebutannya PPKS sejak Permensos 5/2019. Kategori yang "
        "bertanda sensitif tidak dipetakan per kelurahan. Apa saja yang pernah disebut miskin: "
        "[kriteria miskin](kriteria-miskin.md)."
    )
    yield ""
    yield from _table(
        ("Kode", "Kategori", "Klaster", "Usia", "Kriteria ringkas", "SPM", "Sensitif"),
        (
            (
                row["kode"],
                f"{row['nama']} ({row['nama_singkat']})",
                row["klaster"],
                _ages(row),
                row["kriteria_ringkas"],
                row["spm"],
                row["sensitif"],
            )
            for row in reference("pmks_kategori")
        ),
    )


def _ages(row: Mapping[str, str]) -> str:
    least, most = row["usia_min"], row["usia_maks"]
    if least and most:
        return f"{least} sampai {most} tahun"
    return f"{least} tahun ke atas" if least else f"sampai {most} tahun" if most else "semua"


def poverty_criteria() -> Iterator[str]:
    yield (
        "Kriteria tiap rezim apa adanya, berdampingan. Tidak satu pun dipakai Meja Verval untuk "
        "menentukan siapa miskin: ini pegangan untuk mengamati dan bertanya di depan pintu. Daftar "
        "14 butir yang sering disebut Kepmensos 146 sebenarnya daftar BPS; Kepmensos 146 memuat 11 "
        "butir. Ambang belanja makanan pun berbeda: 50 % pada Kepmensos 262, 70 % pada formulir "
        "usulan. Sebutkan rezimnya bila mengutip angka."
    )
    for regime, rows in groupby(reference("kriteria_miskin"), key=lambda row: row["rezim"]):
        criteria = list(rows)
        valid = " dan ".join(dict.fromkeys(row["berlaku"] for row in criteria))
        yield from ("", f"## {regime}", "", f"Berlaku: {valid}.", "")
        yield from _table(
            ("No", "Kriteria", "Cara mengamati", "Bukti", "Catatan", "Kepastian"),
            (
                (
                    row["no"],
                    row["kriteria"],
                    row["cara_amati"],
                    row["bukti"],
                    row["catatan"],
                    model.CONFIRMED_WORDS[row["konfirmasi"]],
                )
                for row in criteria
            ),
        )
        notes = dict.fromkeys(row["catatan_konfirmasi"] for row in criteria)
        for note in filter(None, notes):
            yield from ("", f"Catatan: {note[0].upper()}{note[1:]}.")
        sources = dict.fromkeys(source for row in criteria for source in row["sumber"].split(" | "))
        yield from ("", "Dibaca pada:", "", *(f"- {_source(one)}" for one in sources))


def _source(text: str) -> str:
    """A source as it is cited; an address is shown, not linked: pages ask the internet nothing."""
    return f"`{text.removeprefix('https://')}`" if text.startswith("https://") else text


def programmes() -> Iterator[str]:
    yield (
        "Besaran dan sasaran berubah karena keputusan; kolom terakhir menyebut seberapa pasti "
        "keterangannya. Pegang surat keputusan terbaru bila berbeda."
    )
    yield ""
    yield from _table(
        ("Kode", "Program", "Dana", "Sasaran", "Desil", "Besaran", "Keadaan 2026", "Kepastian"),
        (
            (
                row["kode"],
                row["program"],
                row["sumber_dana"],
                row["sasaran"],
                row["desil_umum"],
                row["besaran"],
                row["status_2026"],
                model.CONFIRMED_WORDS[row["konfirmasi"]],
            )
            for row in reference("program_bantuan")
        ),
    )


def statuses() -> Iterator[str]:
    by_dimension: dict[str, list[Mapping[str, str]]] = {}
    for row in reference("status_verval"):
        by_dimension.setdefault(row["dimensi"], []).append(row)
    for dimension, rows in by_dimension.items():
        yield from (f"## {_DIMENSIONS[dimension]}", "")
        yield from _table(
            ("Kode", "Sebutan", "Arti", "Dokumen", "Langkah berikut"),
            (
                (
                    row["kode"],
                    row["label_id"],
                    row["arti"],
                    row["dokumen_minimum"],
                    row["langkah_berikut"],
                )
                for row in rows
            ),
        )
        yield ""


def glossary() -> Iterator[str]:
    yield from _table(
        ("Istilah", "Kepanjangan", "Arti", "Di layar tertulis", "Hindari"),
        (
            (
                row["istilah"],
                row["kepanjangan"],
                row["arti_ringkas"],
                row["dipakai_di_layar"],
                row["hindari"].replace('"', "").strip("-"),
            )
            for row in sorted(reference("istilah"), key=lambda one: one["istilah"].lower())
        ),
    )


# --- Markdown --------------------------------------------------------------------------------


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(head)
    yield "| " + " | ".join(titles) + " |"
    yield "|" + " --- |" * len(titles)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
