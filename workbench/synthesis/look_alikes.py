"""What looks wrong on a list and is lawful: twins, namesakes, an old region in a NIK, ...

Such families are part of a clean world, in the shares of the recipe; no rule may raise them,
and a trainee who flags them is over-cautious. Each is written down in ``truth`` with the name
of the look-alike and without a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from workbench.domain.wilayah import CITY, OLD_CITY_CODES, known_kecamatan_codes
from workbench.synthesis.draws import pick
from workbench.synthesis.families import Family, Member
from workbench.synthesis.recipe import Recipe

Row = dict[str, Any]

_WHY_LAWFUL = {
    "kembar": "Anak kembar: tanggal lahir sama dan nama mirip, tetapi orangnya dua.",
    "senama": "Nama, bahkan tanggal lahir, sama dengan warga lain; ibu kandung dan NIK berbeda.",
    "ayah_anak_senama": "Ayah dan anak boleh bernama sama; tanggal lahir, ibu, dan NIK berbeda.",
    "nik_wilayah_lama": f"NIK memakai kode kecamatan sebelum {CITY.name} berdiri; tetap sah.",
    "nik_luar_kota": "NIK terbit di daerah lain; NIK tidak berubah ketika orang pindah.",
    "bantuan_boleh_bersama": "PKH, Sembako, dan PBI JK boleh diterima satu keluarga bersama-sama.",
    "janda_kepala_keluarga": "Seorang janda boleh menjadi kepala keluarga.",
    "kartu_atas_nama_ibu": "Kartu bantuan atas nama ibu sebagai pengurus memang lazim.",
    "kawin_terlambat": "Menikah pada usia lanjut adalah hal yang sah.",
    "anak_angkat": "Anak angkat tercatat sebagai anak; nama ibu kandungnya memang berbeda.",
    "orang_tua_serumah": "Orang tua yang tinggal serumah boleh tercatat dalam KK anaknya.",
}
#: Look-alikes that need a poor family, since they are about aid.
NEEDS_AID = ("bantuan_boleh_bersama", "kartu_atas_nama_ibu")


def _other_regions() -> tuple[str, ...]:
    """Kecamatan of the other cities and regencies of the province.

    A practice NIK cannot name another province: its 99 stands for this one.
    """
    home = CITY.kode_kemendagri.replace(".", "")
    return tuple(
        sorted(
            code
            for code in known_kecamatan_codes() - OLD_CITY_CODES
            if code.startswith(CITY.province) and not code.startswith(home)
        )
    )


#: NIK regions of the look-alikes that are about them; none where a city has no such codes.
_REGIONS = {
    "nik_wilayah_lama": tuple(sorted(OLD_CITY_CODES)),
    "nik_luar_kota": _other_regions(),
}
#: Why each look-alike of this city is no mistake, as a sentence for the feedback.
WHY_LAWFUL: dict[str, str] = {
    name: why for name, why in _WHY_LAWFUL.items() if _REGIONS.get(name, ("any",))
}


def draw_wish(recipe: Recipe, rng: Random) -> str:
    """The look-alike the next family is to show, "" for most."""
    wish = recipe.look_alike_draw.draw(rng)
    return wish if wish in WHY_LAWFUL else ""


def move_regions(family: Family, rng: Random) -> list[Member]:
    """Set the NIK region of the elders of a family that is to show such a NIK.

    Returns the members concerned, empty for other families.
    """
    if family.wish not in _REGIONS:
        return []
    region = pick(rng, _REGIONS[family.wish])
    concerned = [family.head]
    spouse = family.spouse
    if spouse is not None and rng.random() < 0.5:
        concerned.append(spouse)
    for member in concerned:
        member.nik_region = region
    return concerned


def truth_row(look_alike: str, subject_kind: str, subject: str, family_id: str) -> Row:
    """The ``truth`` row of one look-alike."""
    return {
        "rule": "",
        "subject_kind": subject_kind,
        "subject": subject,
        "plant": "",
        "look_alike": look_alike,
        "fields": "",
        "companions": "",
        "before": "",
        "after": "",
        "family_id": family_id,
    }


def describe(
    family: Family, family_id: str, moved: Sequence[Member], aid: Sequence[Row]
) -> list[Row]:
    """The ``truth`` rows of a finished family; ``aid`` are its rows, with ids.

    Namesakes are written down by the world, which knows the other family.
    """
    wish = family.wish
    if wish in ("", "senama"):
        return []
    if wish == "bantuan_boleh_bersama":
        programs = {row["program"] for row in aid}
        if {"PKH", "SEMBAKO", "PBIJK"} <= programs:
            return [truth_row(wish, "family", family_id, family_id)]
        return []
    if wish == "kartu_atas_nama_ibu":
        return [
            truth_row(wish, "aid", row["aid_id"], family_id)
            for row in aid
            if row["program"] in ("PKH", "SEMBAKO") and row["name"] != family.head.name
        ]
    concerned = list(moved)
    if wish == "ayah_anak_senama" and family.subject is not None:
        concerned.append(family.head)
    if family.subject is not None:
        concerned.append(family.subject)
    if wish == "kembar" and family.subject is not None:
        concerned = [
            child for child in family.children() if child.birth_date == family.subject.birth_date
        ]
    return [truth_row(wish, "person", member.person_id, family_id) for member in concerned]
