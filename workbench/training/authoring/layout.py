"""The sheets of the workbook: their columns, what each asks for, and the examples."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.wilayah import say_locally
from workbench.training.keys import NO_SOURCE

MARK = "CONTOH"
INSTRUCTIONS, CASES, QUESTIONS, CHOICES = "Petunjuk", "Kasus", "Soal", "Pilihan"
MOST_ROWS = 1000
MOST_FAMILIES = 100
#: Feedback beyond sixty words is not read.
MOST_WORDS = 60


@dataclass(frozen=True)
class Column:
    """One column: ``name`` for the machinery, ``header`` on the sheet, ``help`` beside the cell.

    ``most`` is how many characters a cell may hold, ``width`` how wide it is drawn.
    """

    name: str
    header: str
    help: str
    most: int
    width: int
    is_required: bool = True


_TAG = Column(
    "tag",
    "Tanda",
    "Kosongkan. CONTOH berarti baris ini tidak dipakai.",
    10,
    9,
    False,
)
_DIFFICULTY = Column("difficulty", "Tingkat", "Pilih mudah, sedang, atau sulit.", 10, 10)

SHEETS: dict[str, tuple[Column, ...]] = {
    CASES: (
        _TAG,
        Column("rule", "Kode aturan", "Pilih dari daftar. Kodenya saja juga cukup.", 200, 40),
        Column(
            "plant",
            "Cara terjadinya",
            "Boleh kosong. Pilih kode aturan dulu, lalu pilih bagaimana kesalahan terjadi.",
            100,
            40,
            False,
        ),
        Column("families", "Jumlah keluarga", f"Angka 1 sampai {MOST_FAMILIES}.", 10, 12),
        _DIFFICULTY,
        Column(
            "note",
            "Catatan petugas",
            "Boleh kosong. Satu atau dua kalimat tambahan pada catatan petugas kasus itu.",
            300,
            50,
            False,
        ),
        Column(
            "look_alike",
            "Dengan kasus serupa",
            "Tulis ya untuk menambah satu kasus yang tampak salah padahal sah.",
            10,
            14,
            False,
        ),
    ),
    QUESTIONS: (
        _TAG,
        Column("question", "Soal", "Pertanyaannya. Bukan benar atau salah.", 600, 50),
        Column("A", "Pilihan A", "Isi berurutan dari A. Panjangnya kira-kira sama.", 160, 26),
        Column("B", "Pilihan B", "Wajib diisi.", 160, 26),
        Column("C", "Pilihan C", "Wajib diisi: paling sedikit tiga pilihan.", 160, 26),
        Column("D", "Pilihan D", "Boleh kosong.", 160, 26, False),
        Column("E", "Pilihan E", "Boleh kosong.", 160, 26, False),
        Column("key", "Kunci", "Huruf pilihan yang benar, satu saja.", 10, 8),
        Column("why", "Mengapa", f"Alasan kunci benar, paling banyak {MOST_WORDS} kata.", 500, 50),
        Column("source", "Sumber", f"Dari mana. Bila belum ada: {NO_SOURCE}.", 200, 30),
        Column("topic", "Aturan atau topik", "Pilih dari daftar: kode aturan atau topik.", 200, 34),
        _DIFFICULTY,
    ),
}

EXAMPLES: dict[str, tuple[tuple[str, ...], ...]] = {
    CASES: (
        (
            MARK,
            "IDN-09",
            "tanggal lahir salah ketik",
            "5",
            "mudah",
            "Ibu memperlihatkan KTP kepada petugas.",
            "ya",
        ),
        (MARK, "KEL-28", "", "10", "sedang", "", ""),
    ),
    QUESTIONS: (
        (
            MARK,
            "Tanggal lahir pada daftar berbeda dari tanggal pada NIK. Apa langkah pertama?",
            "Membandingkan dengan KK atau KTP asli",
            "Mengubah tanggal lahir menurut NIK",
            "Menandai orang ini tidak layak",
            "Menghapus baris orang ini",
            "",
            "A",
            "Yang salah bisa tanggal lahirnya, bisa NIK-nya. Dokumen asli menunjukkan yang mana.",
            NO_SOURCE,
            "IDN-09",
            "mudah",
        ),
        (
            MARK,
            "Tetangga berkata bahwa sebuah keluarga sudah mampu. Apa yang Anda tulis di daftar?",
            "Keluarga itu tidak layak",
            "Perlu kunjungan ke rumahnya",
            "Keluarga itu sudah lulus",
            "",
            "",
            "B",
            "Kata orang adalah petunjuk, bukan bukti. Keadaan keluarga dilihat lewat kunjungan.",
            NO_SOURCE,
            say_locally("Musyawarah kelurahan"),
            "sedang",
        ),
    ),
}


def letter_of(place: int) -> str:
    """The letters of a column by its place from 0: A, ..., Z, AA, ..."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
