"""The twenty rules in pandas, without loops: helper columns first, then one flag a rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.bench.data import AS_OF
from tests.bench.definitions import COLUMNS, PROVINCE, REGIONS, VALUES, register_of
from workbench.rules.names import is_part, likeness

Frames = dict[str, pd.DataFrame]
_NONE = ("", "-", "0")


def read(folder: Path) -> Frames:
    """The tables, with only the columns that are needed."""
    return {
        table: pd.read_parquet(register_of(folder) / f"{table}.parquet", columns=list(columns))
        for table, columns in COLUMNS.items()
    }


def with_flags(frames: Frames) -> Frames:
    """``person``, ``family`` and ``aid`` with one Boolean column a rule."""
    people, families = frames["person"], frames["family"].copy()
    families["usable"] = families["no_kk"].str.fullmatch("[0-9]{16}")
    people = people.merge(
        families[["family_id", "usable", "source_list"]], on="family_id", how="left"
    )
    people = _with_numbers(people)
    people["usable"] = people["usable"].fillna(False).astype(bool)
    _flag_people(people)
    _flag_children(people)
    _flag_shared(people)
    _flag_dead(people, frames["event"], frames["dukcapil"])
    _flag_families(families, people, frames["ppks"])
    aid = frames["aid"].copy()
    _flag_aid(aid, people, frames["dukcapil"])
    return {"person": people, "family": families, "aid": aid}


def _with_numbers(people: pd.DataFrame) -> pd.DataFrame:
    people["is_number"] = people["nik"].str.fullmatch("[0-9]{16}")
    number = people["nik"].where(people["is_number"], "0").astype("int64")
    is_card = people["no_kk"].str.fullmatch("[0-9]{16}")
    card = people["no_kk"].where(is_card, "0").astype("int64")
    day, month, year = number // 10**8 % 100, number // 10**6 % 100, number // 10**4 % 100
    people["number"], people["dd"] = number, day
    people["day"] = day.where(day <= 40, day - 40)
    people["month"], people["year"] = month, year
    people["has_date"] = people["is_number"] & _is_date(people["day"], month, year)
    people["filler"] = people["is_number"] & _is_filler(number)
    born = pd.to_datetime(people["birth_date"])
    people["birth_date"], people["known"] = born, born.notna()
    later = born.dt.month * 100 + born.dt.day > AS_OF.month * 100 + AS_OF.day
    people["age"] = AS_OF.year - born.dt.year - later.astype(int)
    code = (born.dt.day + 40 * (people["sex"] == "P")) * 10000
    code = code + born.dt.month * 100 + born.dt.year % 100
    mine = number // 10**4 % 10**6
    differs = np.where(people["is_number"], ~people["known"] | (mine != code), people["known"])
    same = (people["is_number"] & is_card & (number == card)) | (
        is_card & people["known"] & (card // 10**4 % 10**6 == code)
    )
    people["is_kk"] = same & differs
    region = number // 10**10
    people["region"] = region.where(region // 10**4 != 99, PROVINCE * 10**4 + region % 10**4)
    return people


def _is_date(day: pd.Series, month: pd.Series, year: pd.Series) -> pd.Series:
    longest = pd.Series(31, index=day.index)
    longest[month.isin([4, 6, 9, 11])] = 30
    longest[month == 2] = 28
    longest[(month == 2) & (year % 4 == 0)] = 29
    return month.between(1, 12) & (day >= 1) & (day <= longest)


def _is_filler(number: pd.Series) -> pd.Series:
    repeated = number % 1111111111111111 == 0
    return (number % 10**4 == 0) | repeated | (number == 1234567890123456)


def _flag_people(p: pd.DataFrame) -> None:
    nik, other = p["nik"], ~p["is_number"]
    digits = nik[other].str.replace("[^0-9]", "", regex=True).str.len().reindex(p.index)
    letters = nik[other].str.contains("[A-Za-z]").reindex(p.index, fill_value=False).astype(bool)
    p["IDN-01"] = other & (nik.isin(["", "0"]) | (digits == 0))
    p["IDN-02"] = other & (nik != "0") & (digits > 0) & ~letters & (digits != 16)
    sound = p["has_date"] & ~p["filler"] & ~p["is_kk"]
    p["IDN-06"] = sound & ~p["region"].isin(REGIONS)
    lived = p["age"].between(0, VALUES["age_max"])
    born = p["birth_date"].dt
    differs = (p["day"] != born.day) | (p["month"] != born.month) | (p["year"] != born.year % 100)
    p["IDN-09"] = sound & lived & differs
    in_nik = (p["dd"] > 40).map({True: "P", False: "L"})
    p["IDN-10"] = p["sex"].isin(["L", "P"]) & sound & (p["sex"] != in_nik)
    p["IDN-11"] = p["filler"]
    p["IDN-17"] = p["is_kk"] & p["is_number"] & ~p["filler"]
    p["ALM-69"] = (p["birth_date"] > pd.Timestamp(AS_OF)) | (p["age"] > VALUES["age_max"])
    grown = p["age"].between(VALUES["split_family_age_min"], VALUES["age_max"])
    married = (p["shdk"] == "anak") & (p["marital_status"] == "kawin") & grown
    p["KEL-24"] = p["usable"] & ((p["existence"] == "KB6") | married)
    young = (p["age"] >= 0) & (p["age"] < VALUES["marriage_age_min"])
    spouse = p["shdk"].isin(["istri", "suami"]) & (p["marital_status"] == "belum_kawin")
    p["KEL-27"] = spouse | (young & ~p["marital_status"].isin(["", "belum_kawin"]))


def _flag_children(p: pd.DataFrame) -> None:
    lived = p[p["age"].between(0, VALUES["age_max"])]
    children = lived[lived["usable"] & (lived["shdk"] == "anak")]
    parents = lived[lived["shdk"].isin(["kepala_keluarga", "istri", "suami"])]
    columns = ["family_id", "birth_date"]
    pairs = children[["person_id", *columns]].merge(parents[columns], on="family_id")
    child, parent = pairs["birth_date_x"].dt, pairs["birth_date_y"].dt
    earlier = child.month * 100 + child.day < parent.month * 100 + parent.day
    gap = child.year - parent.year - earlier.astype(int)
    p["KEL-25"] = p["person_id"].isin(pairs["person_id"][gap < VALUES["parent_child_gap_min"]])


def _flag_shared(p: pd.DataFrame) -> None:
    numbers = p["number"][p["is_number"]]
    doubled = p.loc[numbers.index[numbers.duplicated(keep=False)]]
    doubled = doubled[~doubled["filler"] & ~doubled["is_kk"]]
    doubled = doubled.sort_values(["file", "sheet", "row", "person_id"], na_position="last")
    doubled["source_list"] = doubled["source_list"].fillna("")
    group = doubled.groupby(["source_list", "number"])
    name, first = doubled["name"], group["name"].transform(lambda names: names.iloc[0])
    day, day_of_first = doubled["birth_date"], group["birth_date"].transform(lambda d: d.iloc[0])
    other_day = day.notna() & day_of_first.notna() & (day != day_of_first)
    open_names = (name != "") & (first != "") & (name != first)
    least = VALUES["name_similarity_min"]
    other_name = pd.Series(False, index=doubled.index)
    other_name[open_names] = [
        likeness(a, b) < least and not is_part(a, b)
        for a, b in zip(name[open_names], first[open_names], strict=True)
    ]
    is_other = (other_day | other_name).groupby([doubled["source_list"], doubled["number"]])
    p["IDN-13"] = p["person_id"].isin(doubled["person_id"][is_other.transform("any")])


def _flag_dead(p: pd.DataFrame, events: pd.DataFrame, answers: pd.DataFrame) -> None:
    day = pd.to_datetime(events["date"])
    died = events[(events["kind"] == "meninggal") & (day.isna() | (day <= pd.Timestamp(AS_OF)))]
    by_nik = died["nik"][(died["person_id"] == "") & (died["nik"] != "")]
    reported = p["person_id"].isin(died["person_id"][died["person_id"] != ""])
    reported |= p["nik"].isin(by_nik)
    newest = answers[answers["nik"] != ""].sort_values(
        ["answered_on", "status"], ascending=[False, True], na_position="last"
    )
    newest = newest.drop_duplicates("nik").set_index("nik")
    status = p["nik"].map(newest["status"]).fillna("")
    matched = (p["dukcapil_match"] == "meninggal") & (status == "")
    settled = (p["eligibility"] == "tidak_layak") & (p["ineligibility_reason"] == "TL12")
    dead = (status == "meninggal") | (p["existence"] == "KB3") | matched | reported
    p["ALM-31"] = dead & ~settled


def _flag_families(f: pd.DataFrame, people: pd.DataFrame, ppks: pd.DataFrame) -> None:
    wrong = {}
    for column in ("rt", "rw"):
        cell = f[column]
        wrong[column] = (cell != "") & (~cell.str.fullmatch("[0-9]{3}") | (cell == "000"))
    f["ALM-37"] = wrong["rt"] | wrong["rw"]
    rows = f["family_id"].map(people["family_id"].value_counts()).fillna(0)
    told = f["members_stated"]
    f["KEL-28"] = f["usable"] & (rows > 0) & told.notna() & (told != rows)
    housed = ppks["in_institution"].fillna(False).astype(bool) | (ppks["category"] == "PMKS11")
    without = f["no_kk"].isin(_NONE) & f["family_id"].isin(ppks["family_id"][housed])
    f["IDN-16"] = ~f["usable"] & ~without
    of_card = people[people["usable"]]
    head = of_card["shdk"] == "kepala_keluarga"
    spouse = of_card["shdk"].isin(["istri", "suami"])
    man, woman = of_card["sex"] == "L", of_card["sex"] == "P"
    counts = (
        pd.DataFrame(
            {
                "family_id": of_card["family_id"],
                "heads": head,
                "men": head & man,
                "women": head & woman,
                "husbands": spouse & man,
                "wives": spouse & woman,
            }
        )
        .groupby("family_id")
        .sum()
    )
    alike = np.maximum(
        np.minimum(counts["men"], counts["husbands"]), np.minimum(counts["women"], counts["wives"])
    )
    f["KEL-01"] = f["family_id"].isin(counts.index[counts["heads"] != 1])
    f["KEL-26"] = f["family_id"].isin(counts.index[(counts["heads"] == 1) & (alike > 0)])


def _flag_aid(a: pd.DataFrame, people: pd.DataFrame, answers: pd.DataFrame) -> None:
    is_number = a["nik"].str.fullmatch("[0-9]{16}")
    number = a["nik"].where(is_number, "0").astype("int64")
    day = number // 10**8 % 100
    day = day.where(day <= 40, day - 40)
    sound = is_number & _is_date(day, number // 10**6 % 100, number // 10**4 % 100)
    sound &= ~_is_filler(number)
    listed = a["person_id"].isin(people["person_id"])
    listed |= (a["nik"] != "") & a["nik"].isin(people["nik"])
    unknown = a["nik"].isin(answers["nik"][answers["status"] == "tidak_ditemukan"])
    usual = ~a["is_emergency"].fillna(False).astype(bool)
    ended = a["status"].isin(["nonaktif", "graduasi"])
    a["BAN-62"] = ~listed & sound & ~unknown & ~ended & usual
    year = pd.to_numeric(a["period"].str[:4], errors="coerce").fillna(AS_OF.year).astype("int64")
    paid = a["status"].isin(["", "aktif"]) & (a["family_id"] != "") & usual
    pkh = paid & (a["program"] == "PKH")
    blt = paid & (a["program"] == "BLTDD")
    both = pd.MultiIndex.from_arrays([a["family_id"][blt], year[blt]]).isin(
        pd.MultiIndex.from_arrays([a["family_id"][pkh], year[pkh]])
    )
    a["BAN-61"] = False
    a.loc[blt[blt].index[both], "BAN-61"] = True
