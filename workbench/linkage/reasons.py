"""Why two rows may be one person, and what speaks against it, in words for the desk.

A mother's name is compared but never shown; a NIK is never quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.domain.nik import is_number
from workbench.domain.wilayah import say_locally
from workbench.linkage.names import name_sound, name_words

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Reasons:
    """Sentences, most telling first."""

    speak_for: tuple[str, ...]
    speak_against: tuple[str, ...]


def explain(left: Row, right: Row, relatives: int = 0) -> Reasons:
    """Compare two rows of ``people``; ``relatives`` of theirs are linked to each other."""
    said: tuple[list[str], list[str]] = ([], [])
    for look in (_nik, _name, _birth, _twins, _card, _place, _head, _mother, _sex):
        agrees, sentence = look(left, right)
        if sentence:
            said[not agrees].append(sentence)
    if relatives:
        said[0].insert(1, f"satu keluarga dengan {relatives} orang lain yang sudah cocok")
    return Reasons(tuple(said[0]), tuple(said[1]))


Said = tuple[bool, str]
_SILENT: Said = (True, "")


def _nik(left: Row, right: Row) -> Said:
    one, other = left["nik"], right["nik"]
    if not (is_number(one) and is_number(other)):
        return _SILENT
    differing = sum(a != b for a, b in zip(one, other, strict=True))
    if differing == 0:
        return True, "NIK sama"
    if one[:12] == other[:12]:
        return False, "NIK berbeda hanya pada nomor urut, seperti pada anak kembar"
    if differing == 1:
        return True, "NIK berbeda satu angka saja, mungkin salah ketik"
    return False, f"NIK berbeda {differing} angka"


def _name(left: Row, right: Row) -> Said:
    one, other = left["name"], right["name"]
    if not one or not other:
        return False, "nama kosong pada satu daftar"
    if one == other:
        return True, "nama sama persis"
    words, others = name_words(one), name_words(other)
    both = f"{one} / {other}"
    if sorted(words) == sorted(others):
        return True, f"nama sama setelah gelar dan ejaan dirapikan: {both}"
    if "".join(words) == "".join(others):
        return True, f"nama sama, hanya spasinya berbeda: {both}"
    if set(words) <= set(others) or set(others) <= set(words):
        return True, f"satu nama lebih pendek dari yang lain: {both}"
    if name_sound(words) == name_sound(others):
        return True, f"bunyi nama mirip: {both}"
    if set(words) & set(others):
        return False, f"sebagian nama berbeda: {both}"
    return False, f"nama berbeda: {both}"


def _birth(left: Row, right: Row) -> Said:
    one, other = left["birth_date"], right["birth_date"]
    if one is None or other is None:
        return False, "tanggal lahir kosong pada satu daftar"
    if one == other:
        return True, "tanggal lahir sama"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return True, "tanggal lahir tertukar hari dan bulan"
    parts = [
        name for name in ("day", "month", "year") if getattr(one, name) != getattr(other, name)
    ]
    words = {"day": "hari", "month": "bulan", "year": "tahun"}
    if len(parts) == 1:
        return True, f"tanggal lahir hanya berbeda {words[parts[0]]}"
    if "year" not in parts and (1, 1) in ((one.month, one.day), (other.month, other.day)):
        return True, "tahun lahir sama, yang satu ditulis 1 Januari"
    return False, "tanggal lahir berbeda"


def _twins(left: Row, right: Row) -> Said:
    born = left["birth_date"]
    words, others = name_words(left["name"]), name_words(right["name"])
    if born is None or born != right["birth_date"] or not set(words) ^ set(others):
        return _SILENT
    is_shorter = set(words) <= set(others) or set(others) <= set(words)
    if is_shorter or "".join(words) == "".join(others):
        return _SILENT
    return False, "lahir pada hari yang sama dengan nama yang agak lain: mungkin anak kembar"


def _card(left: Row, right: Row) -> Said:
    one, other = left["no_kk"], right["no_kk"]
    if not (is_number(one) and is_number(other)):
        return _SILENT
    return (True, "nomor KK sama") if one == other else (False, "nomor KK berbeda")


def _place(left: Row, right: Row) -> Said:
    one, other = left["kelurahan_kode_kemendagri"], right["kelurahan_kode_kemendagri"]
    if not one or not other:
        return _SILENT
    if one != other:
        return False, say_locally("kelurahan berbeda")
    if left["rt"] and (left["rt"], left["rw"]) == (right["rt"], right["rw"]):
        return True, say_locally("kelurahan, RW, dan RT sama")
    return True, say_locally("kelurahan sama")


def _head(left: Row, right: Row) -> Said:
    words, others = name_words(left["head_name"]), name_words(right["head_name"])
    is_head = "kepala_keluarga" in (left["shdk"], right["shdk"])
    if not words or not others or is_head:
        return _SILENT
    if name_sound(words) == name_sound(others):
        return True, "nama kepala keluarga sama"
    return False, "nama kepala keluarga berbeda"


def _mother(left: Row, right: Row) -> Said:
    words, others = name_words(left["mother_name"]), name_words(right["mother_name"])
    if not words or not others:
        return _SILENT
    if name_sound(words) == name_sound(others):
        return True, "nama ibu sama"
    return False, "nama ibu berbeda"


def _sex(left: Row, right: Row) -> Said:
    one, other = left["sex"], right["sex"]
    if one and other and one != other:
        return False, "jenis kelamin berbeda"
    return _SILENT
