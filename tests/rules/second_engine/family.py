"""The composition of families, by hand."""

from __future__ import annotations

from datetime import date

import polars as pl

from tests.rules.second_engine.frames import Frames, either, findings, subjects
from tests.rules.second_engine.identity import of_one_number
from tests.rules.second_engine.registry import by_hand

HEAD = "kepala_keluarga"
SPOUSES = ("istri", "suami")


def whole(frames: Frames) -> pl.DataFrame:
    """The people of families that are read whole and have a card."""
    return frames.person.filter("is_usable")


@by_hand("KEL-01")
def one_head(frames: Frames) -> pl.DataFrame:
    heads = (pl.col("shdk") == HEAD).sum()
    families = whole(frames).group_by("family_id").agg(heads=heads)
    return subjects(families, "family_id", pl.col("heads") != 1, heads="heads")


@by_hand("KEL-23")
def two_cards(frames: Frames) -> pl.DataFrame:
    found = []
    for _people, same in of_one_number(frames, "source_list"):
        on_a_card = [row for row in same if row["has_card"]]
        cards = len({row["no_kk"] for row in on_a_card})
        if cards > 1:
            found += [{"subject": row["person_id"], "cards": cards} for row in on_a_card]
    return findings(found)


@by_hand("KEL-24")
def married_child(frames: Frames) -> pl.DataFrame:
    has_left = pl.col("existence") == "KB6"
    grown = frames.plausible_age & (pl.col("age") >= frames.settings["split_family_age_min"])
    married = (pl.col("shdk") == "anak") & (pl.col("marital_status") == "kawin") & grown
    state = either((has_left, "sudah pisah KK"), otherwise="sudah kawin")
    return subjects(whole(frames), "person_id", has_left | married.fill_null(False), state=state)


@by_hand("KEL-25")
def child_age_gap(frames: Frames) -> pl.DataFrame:
    sound = frames.person.filter(frames.plausible_age)
    parents = sound.filter(pl.col("shdk").is_in([HEAD, *SPOUSES])).sort("person_id").to_dicts()
    found = []
    for child in whole(frames).filter(frames.plausible_age, shdk="anak").to_dicts():
        gaps = [
            (_years_between(parent["birth_date"], child["birth_date"]), parent["shdk"])
            for parent in parents
            if parent["family_id"] == child["family_id"]
        ]
        if not gaps:
            continue
        gap, parent = min(gaps, key=lambda pair: pair[0])
        if gap < frames.settings["parent_child_gap_min"]:
            words = f"hanya {gap} tahun lebih muda daripada" if gap >= 0 else "lebih tua daripada"
            parent = parent.replace("_", " ")
            found.append({"subject": child["person_id"], "difference": words, "parent": parent})
    return findings(found)


def _years_between(earlier: date, later: date) -> int:
    """Birthdays of the one before the other was born."""
    years = later.year - earlier.year
    return years - ((later.month, later.day) < (earlier.month, earlier.day))


@by_hand("KEL-26")
def couple_same_sex(frames: Frames) -> pl.DataFrame:
    found = []
    for people in whole(frames).partition_by("family_id"):
        heads = people.filter(shdk=HEAD)["sex"].to_list()
        spouses = people.filter(pl.col("shdk").is_in(SPOUSES))["sex"].to_list()
        if len(heads) == 1 and heads[0] in ("L", "P") and heads[0] in spouses:
            sex = {"L": "laki-laki", "P": "perempuan"}[heads[0]]
            found.append({"subject": people["family_id"][0], "sex_of_head": sex})
    return findings(found)


@by_hand("KEL-27")
def marital_status(frames: Frames) -> pl.DataFrame:
    spouse = pl.col("shdk").is_in(SPOUSES) & (pl.col("marital_status") == "belum_kawin")
    child = (pl.col("age") >= 0) & (pl.col("age") < frames.settings["marriage_age_min"])
    married_child = child & ~pl.col("marital_status").is_in(["", "belum_kawin"])
    state = either(
        (spouse, pl.format("{} tercatat belum kawin", pl.col("shdk").str.to_titlecase())),
        otherwise=pl.format("Anak umur {} tahun tercatat pernah kawin", "age"),
    )
    return subjects(frames.person, "person_id", spouse | married_child, state=state)


@by_hand("KEL-28")
def member_count(frames: Frames) -> pl.DataFrame:
    differs = pl.col("members_stated") != pl.col("rows")
    where = pl.col("is_usable") & (pl.col("rows") > 0) & differs
    return subjects(frames.family, "family_id", where, stated="members_stated", rows="rows")


@by_hand("KEL-29")
def no_adult(frames: Frames) -> pl.DataFrame:
    families = (
        whole(frames)
        .group_by("family_id")
        .agg(oldest=pl.col("age").max(), known=(pl.col("age") >= 0).fill_null(False).all())
    )
    young = pl.col("known") & (pl.col("oldest") < frames.settings["adult_age"])
    return subjects(families, "family_id", young, oldest="oldest")


@by_hand("KEL-73")
def code_and_word(frames: Frames) -> pl.DataFrame:
    noted = frames.cleaned("kode_label", "person").filter(held_a_code())
    return noted.group_by(subject="subject").agg(cells=pl.col("column").n_unique())


def held_a_code() -> pl.Expr:
    """The cell held one or two digits (a spreadsheet's 3.0 too) instead of a word."""
    return pl.col("before").str.strip_chars(" ").str.contains(r"^[0-9]{1,2}(\.0)?$")
