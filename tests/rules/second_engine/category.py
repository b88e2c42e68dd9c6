"""PPKS categories, by hand."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import polars as pl

from tests.rules.second_engine.frames import EMPTY, Frames, either, findings, listed, subjects
from tests.rules.second_engine.registry import by_hand

#: Adult kinds under which no child's name belongs.
_NOT_FOR_CHILDREN = ("PMKS10", "PMKS15", "PMKS16")
#: Sensitive kinds are not called by name.
_CALLED = either((pl.col("is_sensitive"), "ini"), otherwise=pl.col("called"))


def _minor_among_adults() -> pl.Expr:
    return pl.col("age").is_between(0, 17) & pl.col("category").is_in(_NOT_FOR_CHILDREN)


@by_hand("PPK-40")
def age_of_category(frames: Frames) -> pl.DataFrame:
    least, most = pl.col("least"), pl.col("most")
    outside = (pl.col("age") < least.fill_null(0)) | (pl.col("age") > most.fill_null(999))
    limits = either(
        (most.is_null(), pl.format("{} tahun ke atas", least)),
        (least == 0, pl.format("sampai {} tahun", most)),
        otherwise=pl.format("{} sampai {} tahun", least, most),
    )
    where = (
        (pl.col("limits_from") == "regulasi")
        & frames.plausible_age
        & outside
        & ~_minor_among_adults()
    )
    return subjects(frames.ppks, "ppks_id", where, age="age", kind=_CALLED, limits=limits)


@by_hand("PPK-41")
def sex_of_category(frames: Frames) -> pl.DataFrame:
    where = (pl.col("for_sex") == "P") & (pl.col("sex") == "L")
    return subjects(frames.ppks, "ppks_id", where, kind="called")


@by_hand("PPK-42")
def once_per_family(frames: Frames) -> pl.DataFrame:
    rows = frames.ppks.filter(
        pl.col("unit").is_in(["keluarga", "kelompok"]), pl.col("family_id") != ""
    ).with_columns(kind=_CALLED)
    found = []
    for same in rows.partition_by("family_id", "category", "year"):
        # The row of the family itself leads, else the first.
        in_order = same.sort(pl.col("person_id") != "", "ppks_id").to_dicts()
        found += [
            {"subject": row["ppks_id"], "times": len(in_order), "kind": row["kind"]}
            for row in in_order[1:]
        ]
    return findings(found)


@by_hand("PPK-43")
def contradictory_kinds(frames: Frames) -> pl.DataFrame:
    rows = frames.ppks.filter(
        pl.col("person_id") != "",
        ~pl.col("is_sensitive"),
        pl.col("limits_from").is_in(["regulasi", "turunan"]),
    )
    found = []
    for kinds in rows.sort("category").partition_by("person_id"):
        contrary = [
            (one["called"], other["called"])
            for one, other in product(kinds.to_dicts(), repeat=2)
            if one["year"] is None or other["year"] is None or one["year"] == other["year"]
            if (None not in (one["most"], other["least"]) and one["most"] < other["least"])
            or (one["category"], other["category"]) == ("PMKS02", "PMKS23")
        ]
        if contrary:
            one, other = contrary[0]
            found.append({"subject": kinds["person_id"][0], "one": one, "other": other})
    return findings(found)


@by_hand("PPK-44")
def minor_in_adult_kind(frames: Frames) -> pl.DataFrame:
    return subjects(frames.ppks, "ppks_id", _minor_among_adults(), age="age")


@by_hand("PPK-46")
def disability_kind(frames: Frames) -> pl.DataFrame:
    of_disability = pl.col("category").is_in(["PMKS05", "PMKS09"])
    blank = pl.col("disability").is_in(EMPTY)
    return subjects(frames.ppks, "ppks_id", of_disability & blank, kind="called")


@by_hand("PPK-47")
def unknown_kind(frames: Frames) -> pl.DataFrame:
    said = ~pl.col("category_text").str.strip_chars(" ").is_in(EMPTY)
    return subjects(frames.ppks, "ppks_id", (pl.col("category") == "") & said, text="category_text")


def _counted() -> pl.Expr:
    """Part of a minimum service: served, fulfilled, of such a kind, or telantar where that asks."""
    service = pl.col("service").fill_null("")
    if_telantar = service.str.contains("bila", literal=True)
    by_kind = pl.when(if_telantar).then("is_telantar").otherwise(service.str.starts_with("ya"))
    served = ~pl.col("served_by").is_in(EMPTY) | pl.col("is_service_fulfilled").fill_null(False)
    return served | by_kind.fill_null(False)


@by_hand("PPK-48")
def assessed_before_counted(frames: Frames) -> pl.DataFrame:
    return subjects(frames.ppks, "ppks_id", pl.col("assessed_on").is_null() & _counted())


def _plain(text: str) -> str:
    letters = "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())
    return letters.replace("TERLANTAR", "TELANTAR")


@by_hand("PPK-45")
def name_in_use(frames: Frames) -> pl.DataFrame:
    in_use = {""}
    for kind in listed("pmks_kategori"):
        names = [kind["nama"], kind["nama_singkat"], kind["kode"]]
        for variant in kind["varian_penulisan"].split(";"):
            # Some are listed with a warning: "(salah)", "(tidak sama)", "(jangan dipakai)".
            name, _, remark = variant.partition("(")
            if not remark.startswith(("jangan", "salah", "tidak")):
                names.append(name + remark.partition(")")[2])
        in_use |= {_plain(part) for name in names for part in (name, *name.split("/"))}
    found = []
    for row in frames.ppks.filter(pl.col("category") != "").to_dicts():
        if _plain(row["category_text"]) not in in_use:
            found.append({"subject": row["ppks_id"]})
    return findings(found)


#: The service for which a kind may be counted.
_SERVICE_OF = {
    kind: row["kode"]
    for row in listed("spm_layanan")
    for kind in re.findall("PMKS[0-9]{2}", row["pmks_terkait"])
}
_SERVICES = {
    "SPM1": "penyandang disabilitas telantar",
    "SPM2": "anak telantar",
    "SPM3": "lanjut usia telantar",
    "SPM4": "gelandangan dan pengemis",
    "SPM5": "korban bencana",
}
_OF_KIND = pl.col("category").replace_strict(_SERVICE_OF, default=None, return_dtype=pl.String)
_CALLED_SERVICE = pl.col("served_by").replace(_SERVICES)


@by_hand("PPK-81")
def service_of_kind(frames: Frames) -> pl.DataFrame:
    served = pl.col("served_by").is_in(list(_SERVICES)) & (pl.col("category") != "")
    misfit = pl.col("served_by") != _OF_KIND.fill_null("")
    only_telantar = pl.col("service").str.contains("bila", literal=True)
    not_neglected = (only_telantar & ~pl.col("is_telantar")).fill_null(False)
    called = either((pl.col("is_sensitive"), "lain"), otherwise=pl.col("called"))
    what = either(
        (misfit, pl.format("kategorinya {}", called)), otherwise="hasil asesmennya tidak telantar"
    )
    too_young = (pl.col("age") < pl.col("least")).fill_null(False)
    too_old = (pl.col("age") > pl.col("most")).fill_null(False)
    wrong_age = (pl.col("limits_from") == "regulasi") & (too_young | too_old)
    where = served & (misfit | not_neglected) & ~wrong_age.fill_null(False)
    return subjects(frames.ppks, "ppks_id", where, service=_CALLED_SERVICE, what=what)


@by_hand("PPK-82")
def outside_institutions(frames: Frames) -> pl.DataFrame:
    by_the_city = pl.col("served_by").is_in(["SPM1", "SPM2", "SPM3", "SPM4"])
    where = by_the_city & pl.col("in_institution")
    return subjects(frames.ppks, "ppks_id", where, service=_CALLED_SERVICE)


#: Whom a row is about: the person, else the number; nobody where it says neither.
_WHO = either(
    (pl.col("person_id") != "", pl.col("person_id")),
    (pl.col("nik") != "", pl.col("nik")),
    otherwise=None,
)


@by_hand("PPK-83")
def once_per_service(frames: Frames) -> pl.DataFrame:
    named = ~pl.col("served_by").is_in(EMPTY)
    rows = frames.ppks.filter(pl.col("assessed_on").is_not_null(), _counted()).with_columns(
        who=_WHO, counts_for=pl.when(named).then("served_by").otherwise(_OF_KIND)
    )
    rows = rows.drop_nulls(["who", "counts_for", "year"]).filter(pl.col("counts_for") != "SPM5")
    found = []
    for same in rows.sort("ppks_id").partition_by("who", "year", "counts_for"):
        entries = same.to_dicts()
        for place, row in enumerate(entries):
            if any(_ages_meet(earlier, row) for earlier in entries[:place]):
                found.append({"subject": row["ppks_id"], "year": str(row["year"])})
    return findings(found)


def _ages_meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    least = max(one["least"] or 0, other["least"] or 0)
    return least <= min(one["most"] or 999, other["most"] or 999)


@by_hand("PPK-84")
def fulfilled_by_service(frames: Frames) -> pl.DataFrame:
    where = pl.col("is_service_fulfilled") & pl.col("served_by").is_in(EMPTY)
    return subjects(frames.ppks, "ppks_id", where)


@by_hand("PPK-85")
def once_per_event(frames: Frames) -> pl.DataFrame:
    struck = frames.ppks.filter(
        pl.col("category").is_in(["PMKS21", "PMKS22"]), pl.col("assessed_on").is_not_null()
    ).with_columns(who=_WHO, day=pl.col("assessed_on").cast(pl.String))
    found = []
    for same in struck.sort("ppks_id").partition_by("category", "day"):
        counted: set[str] = set()
        families = set(same.filter(pl.col("who").is_not_null())["family_id"]) - {""}
        for row in same.to_dicts():
            if row["who"] is None and row["family_id"] in families:
                what = "keluarga dan anggotanya"
            elif row["who"] in counted:
                what = "orang yang sama"
            else:
                counted |= {row["who"]} - {None}
                continue
            found.append({"subject": row["ppks_id"], "day": row["day"], "what": what})
    return findings(found)


@by_hand("PPK-86")
def referred_not_suspected(frames: Frames) -> pl.DataFrame:
    child = (pl.col("age") < 18) & pl.col("category").is_in(_NOT_FOR_CHILDREN)
    where = (
        pl.col("is_sensitive")
        & pl.col("assessed_on").is_null()
        & _WHO.is_not_null()
        & ~_counted()
        & ~child.fill_null(False)
    )
    return subjects(frames.ppks, "ppks_id", where)
