"""Codes of the register as words for a screen: columns, values, rows.

Only what a case shows is named here; an unknown code is shown as it stands, because a wrong code
may be the very thing to be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from workbench.domain.reference import by_code
from workbench.domain.wilayah import CITY, PLACE_KINDS, kelurahan_by_code, say_locally
from workbench.domain.words import MONTHS, date_id, number_id

EMPTY = "(kosong)"

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "family": {
        "no_kk": "Nomor KK",
        "head_name": "Kepala keluarga",
        "address": "Alamat",
        "rt": "RT",
        "rw": "RW",
        "kelurahan_kode_kemendagri": PLACE_KINDS,
        "members_stated": "Jumlah anggota",
        "desil": "Desil",
        "desil_version": "Versi desil",
        "desil_source": "Sumber desil",
        "desil_checked_on": "Desil dicek",
        "source_list": "Daftar asal",
        "entry_route": "Jalur masuk",
        "house_tenure": "Status rumah",
        "floor_area_m2": "Luas lantai",
        "floor": "Lantai",
        "wall": "Dinding",
        "roof": "Atap",
        "water": "Air minum",
        "lighting": "Penerangan",
        "power_va": "Daya listrik",
        "cooking_fuel": "Bahan bakar masak",
        "toilet": "Tempat buang air",
        "toilet_kind": "Jenis kloset",
        "assets": "Aset",
        "has_savings": "Punya tabungan",
        "latitude": "Lintang",
        "longitude": "Bujur",
        "existence": "Keberadaan keluarga",
        "domicile": "Domisili",
        "sls": "Lingkungan",
        "kk_issued_on": "KK diterbitkan",
        "income_rp": "Penghasilan sebulan",
        "expenditure_rp": "Pengeluaran sebulan",
        "food_expenditure_rp": "Belanja makan sebulan",
        "has_shelter": "Punya tempat berteduh",
        "shares_dwelling": "Serumah dengan KK lain",
        "has_food_worry": "Khawatir kurang makan",
        "bought_clothes": "Membeli pakaian setahun ini",
        "p3ke_flag": "Prioritas verval P3KE",
        "proposal_status": "Status usulan",
        "id_record": "ID keluarga",
    },
    "person": {
        "nik": "NIK",
        "no_kk": "Nomor KK anggota",
        "name": "Nama",
        "sex": "Jenis kelamin",
        "birth_place": "Tempat lahir",
        "birth_date": "Tanggal lahir",
        "shdk": "Hubungan keluarga",
        "marital_status": "Status perkawinan",
        "education": "Pendidikan",
        "occupation": "Pekerjaan",
        "disability": "Disabilitas",
        "disability_degree": "Derajat disabilitas",
        "is_pregnant": "Sedang hamil",
        "pregnancy_noted_on": "Kehamilan dicatat",
        "dukcapil_match": "Padan Dukcapil",
        "dukcapil_matched_on": "Tanggal padan",
        "existence": "Keberadaan",
        "flags": "Tanda padan data",
        "age_stated": "Umur tercatat",
        "is_ktp_recorded": "Rekam KTP-el",
        "is_in_school": "Masih sekolah",
        "has_chronic_illness": "Sakit menahun",
        "eligibility": "Kelayakan tercatat",
        "ineligibility_reason": "Alasan tidak layak",
        "id_record": "ID DTKS",
        "family_id": "Keluarga",
    },
    "aid": {
        "program": "Program",
        "program_text": "Program (tertulis)",
        "nik": "NIK penerima",
        "no_kk": "Nomor KK penerima",
        "name": "Penerima",
        "source": "Sumber dana",
        "period": "Periode",
        "amount_rp": "Jumlah",
        "account": "Nomor kartu",
        "account_name": "Nama pemegang kartu",
        "status": "Status bantuan",
        "is_emergency": "Bantuan darurat",
        "family_id": "Keluarga penerima",
        "person_id": "Anggota penerima",
    },
    "event": {
        "kind": "Peristiwa",
        "date": "Tanggal",
        "name": "Nama",
        "nik": "NIK",
        "no_kk": "Nomor KK",
        "destination": "Tujuan",
        "evidence": "Bukti",
        "kelurahan_kode_kemendagri": "Dicatat di",
        "program": "Program",
    },
    "ppks": {
        "category": "Kategori",
        "category_text": "Kategori (tertulis)",
        "nik": "NIK",
        "no_kk": "Nomor KK",
        "assessed_on": "Tanggal asesmen",
        "found_kelurahan_kode_kemendagri": "Ditemukan di",
        "in_institution": "Tinggal di panti",
        "served_by": "Layanan SPM",
        "year": "Tahun",
        "is_telantar": "Telantar menurut asesmen",
        "is_service_fulfilled": "Kebutuhan dasar terpenuhi",
    },
}

_SHDK = {
    "kepala_keluarga": "Kepala keluarga",
    "suami": "Suami",
    "istri": "Istri",
    "anak": "Anak",
    "menantu": "Menantu",
    "cucu": "Cucu",
    "orang_tua": "Orang tua",
    "mertua": "Mertua",
    "famili_lain": "Famili lain",
    "pembantu": "Pembantu",
    "lainnya": "Lainnya",
}
_MATERIALS = {
    "tanah": "Tanah",
    "bambu": "Bambu",
    "kayu_papan": "Kayu/papan",
    "plesteran": "Plesteran semen",
    "ubin_tegel": "Ubin/tegel",
    "keramik": "Keramik",
    "marmer_granit": "Marmer/granit",
    "tembok": "Tembok",
    "tembok_tanpa_plester": "Tembok tanpa plester",
    "seng": "Seng",
    "kawat": "Anyaman kawat",
    "terpal_kardus": "Terpal/kardus",
    "beton": "Beton",
    "genteng": "Genteng",
    "asbes": "Asbes",
    "kayu_sirap": "Kayu/sirap",
    "ijuk_rumbia": "Ijuk/rumbia",
    "lainnya": "Lainnya",
}

#: Words for the values of coded columns, whatever table the column stands in.
VALUES: Mapping[str, Mapping[str, str]] = {
    "sex": {"L": "Laki-laki", "P": "Perempuan"},
    "shdk": _SHDK,
    "marital_status": {
        "belum_kawin": "Belum kawin",
        "kawin": "Kawin",
        "cerai_hidup": "Cerai hidup",
        "cerai_mati": "Cerai mati",
    },
    "dukcapil_match": {
        "padan": "Padan",
        "padan_mirip": "Padan, nama mirip",
        "padan_beda_nama": "Padan, nama berbeda",
        "tidak_padan": "Tidak padan",
        "meninggal": "Meninggal",
        "nonaktif": "NIK nonaktif",
        "belum": "Belum dipadankan",
    },
    "eligibility": {
        "layak": "Layak",
        "tidak_layak": "Tidak layak",
        "perlu_verval": "Perlu verval lanjutan",
    },
    "house_tenure": {
        "milik_sendiri": "Milik sendiri",
        "kontrak_sewa": "Kontrak/sewa",
        "bebas_sewa": "Bebas sewa/menumpang",
        "dinas": "Rumah dinas",
        "lainnya": "Lainnya",
    },
    "floor": _MATERIALS,
    "wall": _MATERIALS,
    "roof": _MATERIALS,
    "water": {
        "kemasan": "Air kemasan",
        "leding": "Leding",
        "sumur_bor": "Sumur bor",
        "sumur_terlindung": "Sumur terlindung",
        "sumur_tak_terlindung": "Sumur tak terlindung",
        "mata_air_terlindung": "Mata air terlindung",
        "mata_air_tak_terlindung": "Mata air tak terlindung",
        "sungai": "Sungai",
        "hujan": "Air hujan",
        "lainnya": "Lainnya",
    },
    "lighting": {
        "pln_meteran": "PLN dengan meteran",
        "pln_tanpa_meteran": "PLN tanpa meteran",
        "listrik_non_pln": "Listrik bukan PLN",
        "bukan_listrik": "Bukan listrik",
    },
    "cooking_fuel": {
        "listrik": "Listrik",
        "gas_3kg": "Gas 3 kg",
        "gas_lain": "Gas 5,5 atau 12 kg",
        "minyak_tanah": "Minyak tanah",
        "arang": "Arang",
        "kayu_bakar": "Kayu bakar",
        "lainnya": "Lainnya",
        "tidak_memasak": "Tidak memasak",
    },
    "toilet": {
        "sendiri": "Sendiri",
        "bersama": "Bersama keluarga lain",
        "mck_komunal": "MCK komunal",
        "mck_umum": "MCK umum",
        "tidak_ada": "Tidak ada",
    },
    "toilet_kind": {
        "leher_angsa": "Leher angsa",
        "plengsengan": "Plengsengan",
        "cemplung": "Cemplung",
        "tidak_ada": "Tidak ada",
    },
    "assets": {
        "mobil": "Mobil",
        "motor": "Motor",
        "ac": "AC",
        "kulkas": "Kulkas",
        "emas": "Emas",
        "lahan": "Lahan",
        "ternak": "Ternak",
    },
    "flags": {
        "asn": "ASN",
        "tni_polri": "TNI/Polri",
        "upah": "Upah di atas UMK",
        "ahu": "Pengurus badan usaha (AHU)",
        "bumn": "Pegawai BUMN/BUMD",
        "pensiun": "Pensiunan",
        "perangkat": say_locally("Perangkat kelurahan"),
        "ppu": "Peserta BPJS pekerja (PPU)",
    },
    "source_list": {
        "dtks": "DTKS",
        "dtsen": "DTSEN (eks-DTKS)",
        "p3ke": "P3KE",
        "ppks": "PPKS (dahulu PMKS)",
        "lain": "Lain",
    },
    "desil_source": {"dtsen": "DTSEN", "p3ke": "P3KE", "lain": "Lain"},
    "entry_route": {
        "musyawarah": say_locally("Musyawarah kelurahan"),
        "penetapan_kemensos": "Penetapan Kemensos",
        "usul_mandiri": "Usul mandiri",
    },
    "source": {
        "apbn": "APBN",
        "apbd_provinsi": "APBD provinsi",
        "apbd_kabkota": f"APBD {CITY.kind}",
        "desa": "Dana Desa",
        "csr": "CSR perusahaan",
        "lain": "Lain",
    },
    "kind": {
        "lahir": "Lahir",
        "meninggal": "Meninggal",
        "pindah_keluar": "Pindah keluar",
        "pindah_masuk": "Pindah masuk",
        "pisah_kk": "Pisah KK",
        "kawin": "Kawin",
        "cerai": "Cerai",
        "graduasi": "Graduasi",
        "masuk_kembali": "Masuk kembali",
    },
    "registry_status": {
        "hidup": "Hidup",
        "meninggal": "Meninggal",
        "pindah": "Pindah",
        "nonaktif": "NIK nonaktif",
        "tidak_ditemukan": "Tidak ditemukan",
    },
    "aid_status": {
        "aktif": "Aktif",
        "nonaktif": "Nonaktif",
        "graduasi": "Graduasi",
        "gagal_salur": "Gagal salur",
    },
    "disability": {
        "fisik": "Fisik",
        "netra": "Netra",
        "rungu": "Rungu",
        "wicara": "Wicara",
        "mental": "Mental",
        "intelektual": "Intelektual",
        "ganda": "Ganda",
    },
    "disability_degree": {
        "1": "1 (ringan)",
        "2": "2 (sedang)",
        "3": "3 (berat)",
        "4": "4 (sangat berat)",
    },
}

_LISTS = ("assets", "flags")
_MONEY = ("income_rp", "expenditure_rp", "food_expenditure_rp", "amount_rp")
_AREAS = ("kelurahan_kode_kemendagri", "found_kelurahan_kode_kemendagri")
_NONE = {"assets": "Tidak ada", "flags": "Tidak ada"}


def column_label(table: str, column: str) -> str:
    """The words for a column; its own name with spaces where none are given."""
    return COLUMNS.get(table, {}).get(column, column.replace("_", " ").capitalize())


def show(table: str, column: str, value: Any) -> str:
    """A cell as a person reads it: words for codes, long dates, units; ``(kosong)`` if unknown.

    The same value always gives the same text, in the record and on the documents.
    """
    if value is None or value == "":
        return _NONE.get(column, EMPTY)
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    if isinstance(value, date):
        return date_id(value, long=True)
    if column in _MONEY:
        return f"Rp{number_id(value)}"
    if column == "floor_area_m2":
        return f"{number_id(value)} m²"
    if column == "power_va":
        return f"{number_id(value)} VA"
    if column in ("latitude", "longitude"):
        return f"{value:.5f}".replace(".", ",")
    if column == "age_stated":
        return f"{value} tahun"
    if column == "members_stated":
        return f"{value} orang"
    if column == "period":
        return period_words(str(value))
    if column in _AREAS:
        return area_words(str(value))
    if column in _LISTS:
        words = [VALUES[column].get(part, part) for part in str(value).split(";")]
        return ", ".join([words[0], *(running(word) for word in words[1:])])
    coded = _coded(table, column)
    return coded.get(str(value), str(value))


def desil_words(family: Mapping[str, Any]) -> str:
    """``3 (DTSEN, versi 2026-V3)``: a desil without source and version says nothing."""
    value = show("family", "desil", family["desil"])
    if value == EMPTY or not family["desil_version"]:
        return value
    source = show("family", "desil_source", family["desil_source"])
    return f"{value} ({source}, versi {family['desil_version']})"


def running(words: str) -> str:
    """Words for the middle of a sentence: small first letter, but *MCK* and *PLN* stay."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def area_words(code: str) -> str:
    """``Sumurpecung, Kec. Serang`` for a known code, else the code."""
    place = kelurahan_by_code().get(code)
    return f"{place.name}, Kec. {place.kecamatan}" if place else code


def period_words(period: str) -> str:
    """``2026-T3`` as *Triwulan 3 2026*, ``2026-03`` as *Maret 2026*."""
    year, _, part = period.partition("-")
    if part.startswith("S"):
        return f"Semester {part[1:]} {year}"
    if part.startswith("T"):
        return f"Triwulan {part[1:]} {year}"
    if part.isdigit() and 1 <= int(part) <= 12:
        return f"{MONTHS[int(part) - 1]} {year}"
    return period


@cache
def _coded(table: str, column: str) -> Mapping[str, str]:
    if column == "status":
        return VALUES["registry_status" if table == "dukcapil" else "aid_status"]
    if column == "program":
        return {code: row["program"] for code, row in by_code("program_bantuan").items()}
    if column == "category":
        return {code: row["nama"] for code, row in by_code("pmks_kategori").items()}
    if column == "served_by":
        return {code: f"{code} {row['layanan']}" for code, row in by_code("spm_layanan").items()}
    if column in ("existence", "domicile", "p3ke_flag", "proposal_status"):
        return {code: row["label_id"] for code, row in by_code("status_verval").items()}
    if column == "ineligibility_reason":
        return {code: row["alasan"] for code, row in by_code("alasan_tidak_layak").items()}
    return VALUES.get(column, {})
