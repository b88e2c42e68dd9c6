"""Events of the ledger as sentences a person reads: who did what, to what.

What is called here knows nothing of the database: names of people and of lists are handed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from workbench.domain import office_settings
from workbench.rules.parameters import parameters

#: What somebody did, by kind and field, else by kind; ``{about}`` is what it was done to.
_DID: Final[Mapping[str | tuple[str, str], str]] = {
    ("akun", "dibuat"): "membuat {about}",
    ("akun", "ganti_sandi"): "mengganti kata sandi {about}",
    ("akun", "masuk"): "masuk",
    ("akun", "sandi_baru"): "memberi kata sandi pertama lagi untuk {about}",
    ("akun", "sesi_diakhiri"): "mengakhiri semua sesi {about}",
    ("akun", "wilayah"): "mengganti wilayah {about}",
    ("batas", "kembalikan"): "mengembalikan peta batas sebelumnya",
    ("batas", "pasang"): "memasang peta batas",
    ("bimtek", "hapus"): "menghapus {about}",
    ("bimtek", "kelas"): "membuka kelas dari {about}",
    ("bimtek", "simpan"): "menyimpan {about}",
    ("cadangan", "dibuat"): "membuat cadangan data",
    ("cadangan", "dipulihkan"): "memulihkan data dari cadangan",
    ("kelas", "arsip"): "mengarsipkan {about}",
    ("kelas", "daftar_peserta"): "mengganti daftar undangan {about}",
    ("kelas", "kode"): "mengatur kode {about}",
    ("kelas", "kode_kembali"): "memberi kode kembali untuk {about}",
    ("musyawarah", "agenda"): "mengubah agenda {about}",
    ("musyawarah", "berita_acara"): "menutup berita acara {about}",
    ("musyawarah", "hadir"): "mencatat daftar hadir {about}",
    ("musyawarah", "putusan"): "mencatat keputusan pada {about}",
    ("musyawarah", "rencana"): "merencanakan {about}",
    ("musyawarah", "tanda_tangan"): "menyimpan pindaian berita acara {about}",
    ("ekspor_nik", "berkas_asal"): "mengunduh berkas asal bertanda {about}",
    ("kunci", "dibuat"): "membuat kunci data",
    ("kunci", "diganti"): "mengganti kunci data",
    ("kunci", "disambungkan"): "menyambungkan berkas kunci data",
    ("penduduk_peta", "berkas"): "memasang angka penduduk",
    ("sanggah", "jawaban"): "menjawab sanggah {about}",
    ("sanggah", "sanggah"): "mencatat sanggah {about}",
    ("usulan", "baru"): "mengusulkan keluarga baru, {about}",
    ("usulan", "berkas"): "mengubah berkas usulan {about}",
    ("usulan", "jalur"): "memilih jalur usulan {about}",
    ("penduduk_peta", "kembali"): "mengembalikan angka penduduk sebelumnya",
    ("periksa_ulang", "hasil"): "mengisi kunjungan kedua pada {about}",
    ("periksa_ulang", "petugas_kedua"): "menunjuk pemeriksa kedua pada {about}",
    ("periksa_ulang", "tutup"): "mengunci hasil kunjungan keduanya pada {about}",
    ("graduasi", "diajukan"): "mengajukan {about}",
    ("graduasi", "diperiksa"): "memeriksa {about}",
    ("peristiwa", "batal"): "membatalkan {about}",
    ("peristiwa", "dicatat"): "mencatat {about}",
    "akibat": "mengisi tugas dari {about}",
    "ambang_peta": "mengubah batas angka kecil peta",
    "cuplikan": "mengundi {about}",
    "ekspor_nik": "mengekspor {about} dengan NIK lengkap",
    "ekspor_peta": "mengekspor peta {about}",
    "gabung": "menggabungkan {about}",
    "hapus": "menghapus {about}",
    "hasil_kunjungan": "mencatat hasil kunjungan {about}",
    "impor": "memasukkan {about}",
    "jam": "menyatakan jam komputer benar, jadi tanggal catatan ini lebih awal daripada sebelumnya",
    "jawaban": "menjawab {about}",
    "ketik": "mengetik jawaban kertas {about}",
    "kirim": "mengirim {about}",
    "kunci_periksa_ulang": "mengunci {about}",
    "latihan_periksa_ulang": "membuat latihan dari {about}",
    "lihat_nik": "membuka NIK lengkap {about}",
    "padankan": "memadankan {about}",
    "paket_bukti": "mengemas bukti {about}",
    "pemetaan": "menetapkan {about}",
    "pengaturan": "mengubah {about}",
    "penugasan": "mengatur penugasan {about}",
    "periksa": "memeriksa ulang {about}",
    "putusan_kunjungan": "memutuskan hasil kunjungan {about}",
    "putusan_pasangan": "memutuskan {about}",
    "putusan_periksa_ulang": "memutuskan perbedaan pada {about}",
    "sertifikat": "membuat sertifikat {about}",
    "soal_sendiri": "mengubah {about}",
    "tahap": "memindahkan tahap {about}",
    "retensi": "menghapus yang habis masa simpannya",
    "temuan_maju": "membawa temuan ke {about}",
    "titik_rumah": "membuka titik rumah {about}",
}

#: What stands in an event of settings before the name of one that is the office's own.
_OFFICE = "kantor."
#: Kinds of subjects that begin with the id of a list.
_OF_LIST: Final = frozenset({"daftar", "kunjungan", "temuan", "periksa", "peristiwa", "graduasi"})
_WHOLE: Final[Mapping[str, str]] = {
    "kantor": "kantor",
    "peta:ambang": "batas angka kecil peta",
    "peta:batas": "peta batas",
    "peta:penduduk": "angka penduduk",
    "pengaturan:tahapan": "pengaturan tahap verval",
}


def sentence(
    kind: str, field: str, value: Any, who: str, about: str, called: str, is_own: bool
) -> str:
    """``Sari memasukkan daftar Maret.``

    ``value`` is what the event holds, ``called`` the words of a kind without a sentence here,
    ``is_own`` whether somebody's own account is what it is about.
    """
    about = "akunnya sendiri" if is_own else about
    did = _DID.get((kind, field)) or _DID.get(kind)
    if (kind, field) == ("akun", "nonaktif"):
        did = "menonaktifkan {about}" if value else "mengaktifkan lagi {about}"
    if (kind, field) == ("kelas", "keadaan"):
        did = "membuka {about}" if value == "open" else "menutup {about}"
    if did is None:
        return f"{who}: {called}, {about}." if about else f"{who}: {called}."
    return f"{who} {did.format(about=about)}".rstrip() + "."


def deeds(kind: str) -> list[str]:
    """All that is said of a kind, with ``...`` for what it was done to; empty without words."""
    return [
        did.format(about="...")
        for key, did in _DID.items()
        if kind == (key if isinstance(key, str) else key[0])
    ]


def subject_words(subject: str, lists: Mapping[str, str], people: Mapping[str, str]) -> str:
    """What an event is about: ``daftar Maret``, ``keluarga F-12 pada daftar Maret``.

    ``lists`` and ``people`` name lists and accounts by id; an id that is gone stands as it is.
    """
    if subject in _WHOLE:
        return _WHOLE[subject]
    kind, _, rest = subject.partition(":")
    match kind:
        case "daftar" | "kunjungan" | "temuan":
            list_id, row = _list_of(rest)
            of_list = f"daftar {lists.get(list_id, list_id)}"
            return f"keluarga {row} pada {of_list}" if row else of_list
        case "periksa":
            list_id, sample = _list_of(rest)
            return f"cuplikan {sample} daftar {lists.get(list_id, list_id)}"
        case "peristiwa" | "graduasi":
            list_id, number = _list_of(rest)
            return f"{kind} {number} pada daftar {lists.get(list_id, list_id)}"
        case "musyawarah":
            list_id, meeting = _list_of(rest)
            number = meeting.removeprefix("M")
            return f"musyawarah ke-{number} daftar {lists.get(list_id, list_id)}"
        case "paket":
            return f"daftar {lists.get(rest, rest)}"
        case "akun":
            return f"akun {people.get(rest, rest)}"
        case "penugasan":
            return f"petugas {people.get(rest, rest)}"
        case "pengaturan":
            return f"pengaturan {_setting_words(rest)}"
        case "peserta" | "kasus":
            return _seat_words(kind, rest)
        case "pasangan":
            return "sepasang orang di dua daftar"
        case "pemetaan":
            return "arti kolom"
        case "padanan":
            return f"pemadanan {rest}"
        case "bimtek":
            return f"rencana bimtek {rest}"
        case "tugas":
            return f"soal {rest}"
    return f"{kind.replace('_', ' ')} {rest}".strip()


def list_of(subject: str) -> str:
    """The id of the list an event is about; "" where it is about none."""
    kind, _, rest = subject.partition(":")
    if kind == "paket":
        return rest
    return _list_of(rest)[0] if kind in _OF_LIST else ""


def person_of(subject: str) -> str:
    """The id of the account an event is about; "" where it is about none."""
    kind, _, rest = subject.partition(":")
    return rest if kind in {"akun", "penugasan"} else ""


def _list_of(rest: str) -> tuple[str, str]:
    list_id, *row = re.split("[:.]", rest, maxsplit=1)
    return list_id, "".join(row)


def _setting_words(name: str) -> str:
    if name.startswith(_OFFICE):
        known = office_settings.declared().get(name.removeprefix(_OFFICE))
        return f"kantor: {known.title if known else name}"
    rule = parameters().get(name)
    return f"aturan: {rule.words}" if rule else name.replace("_", " ")


def _seat_words(kind: str, rest: str) -> str:
    parts = rest.split(".")
    if kind == "kasus" and len(parts) == 3:
        return f"kasus {parts[2]}, kursi {parts[1]} kelas {parts[0]}"
    return f"kursi {parts[1]} kelas {parts[0]}" if len(parts) == 2 else f"{kind} {rest}"
