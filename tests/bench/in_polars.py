"""The twenty rules in Polars: lazy frames with helper columns, and one expression a rule."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from polars import col

from tests.bench.data import AS_OF
from tests.bench.definitions import COLUMNS, PROVINCE, REGIONS, VALUES, register_of
from workbench.rules.names import is_part, likeness

Rules = dict[str, dict[str, pl.Expr]]
_NONE = ["", "-", "0"]


def frames(folder: Path) -> dict[str, pl.LazyFrame]:
    """``person``, ``family`` and ``aid`` with the helper columns that the expressions read."""
    raw = {
        table: pl.scan_parquet(register_of(folder) / f"{table}.parquet").select(columns)
        for table, columns in COLUMNS.items()
    }
    families = raw["family"].with_columns(col("no_kk").str.contains("^[0-9]{16}$").alias("usable"))
    people = _with_numbers(
        raw["person"].join(
            families.select("family_id", "usable", "source_list"), on="family_id", how="left"
        )
    )
    # Everything else reads it several times: worked out once.
    people = _with_registry(people, raw["dukcapil"]).collect().lazy()
    people = _marked(people, "shared", "person_id", _shared(people))
    people = _marked(people, "too_close", "person_id", _too_close(people))
    people = _marked(people, "dead_by_id", "person_id", _died(raw["event"]).select("person_id"))
    by_nik = _died(raw["event"]).filter((col("person_id") == "") & (col("nik") != ""))
    people = _marked(people, "dead_by_nik", "nik", by_nik.select("nik"))
    families = _with_counts(families, people, raw["ppks"])
    return {"person": people, "family": families, "aid": _with_tables(raw, people)}


def rules() -> Rules:
    """By table, one expression a rule: true where it asks."""
    return {"person": _of_people(), "family": _of_families(), "aid": _of_aid()}


def _is_date(day: str, month: str, year: str) -> pl.Expr:
    february = pl.when(col(year) % 4 == 0).then(29).otherwise(28)
    longest = (
        pl.when(col(month) == 2)
        .then(february)
        .when(col(month).is_in([4, 6, 9, 11]))
        .then(30)
        .otherwise(31)
    )
    return col(month).is_between(1, 12) & (col(day) >= 1) & (col(day) <= longest)


def _is_filler() -> pl.Expr:
    n = col("number")
    return (n % 10**4 == 0) | (n % 1111111111111111 == 0) | (n == 1234567890123456)


def _parts(frame: pl.LazyFrame) -> pl.LazyFrame:
    number = pl.when(col("nik").str.contains("^[0-9]{16}$")).then(col("nik")).cast(pl.Int64)
    return (
        frame.with_columns(number.alias("number"))
        .with_columns(
            (col("number") // 10**8 % 100).alias("dd"),
            (col("number") // 10**6 % 100).alias("month"),
            (col("number") // 10**4 % 100).alias("year"),
        )
        .with_columns(
            pl.when(col("dd") > 40).then(col("dd") - 40).otherwise(col("dd")).alias("day")
        )
    )


def _with_numbers(people: pl.LazyFrame) -> pl.LazyFrame:
    card = pl.when(col("no_kk").str.contains("^[0-9]{16}$")).then(col("no_kk")).cast(pl.Int64)
    born = col("birth_date").dt
    later = born.month().cast(pl.Int32) * 100 + born.day() > AS_OF.month * 100 + AS_OF.day
    code = (
        (born.day().cast(pl.Int64) + pl.when(col("sex") == "P").then(40).otherwise(0)) * 10000
        + born.month().cast(pl.Int64) * 100
        + born.year() % 100
    )
    region = col("number") // 10**10
    return (
        _parts(people)
        .with_columns(
            col("usable").fill_null(False),
            card.alias("card"),
            code.alias("code"),
            (AS_OF.year - born.year() - later.cast(pl.Int32)).alias("age"),
            _is_date("day", "month", "year").fill_null(False).alias("has_date"),
            _is_filler().fill_null(False).alias("filler"),
            pl.when(region // 10**4 == 99)
            .then(PROVINCE * 10**4 + region % 10**4)
            .otherwise(region)
            .alias("region"),
        )
        .with_columns(
            (
                (
                    (col("number") == col("card")).fill_null(False)
                    | (col("card") // 10**4 % 10**6 == col("code")).fill_null(False)
                )
                & (col("number") // 10**4 % 10**6).ne_missing(col("code"))
            ).alias("is_kk")
        )
    )


def _with_registry(people: pl.LazyFrame, answers: pl.LazyFrame) -> pl.LazyFrame:
    newest = answers.filter(col("nik") != "").sort(
        "answered_on", "status", descending=[True, False], nulls_last=True
    )
    asked = newest.unique("nik", keep="first", maintain_order=True).select(
        "nik", col("status").alias("registry")
    )
    return people.join(asked, on="nik", how="left").with_columns(col("registry").fill_null(""))


def _marked(frame: pl.LazyFrame, name: str, key: str, members: pl.LazyFrame) -> pl.LazyFrame:
    marks = members.unique().with_columns(pl.lit(True).alias(name))
    return frame.join(marks, on=key, how="left").with_columns(col(name).fill_null(False))


def _died(events: pl.LazyFrame) -> pl.LazyFrame:
    return events.filter(
        (col("kind") == "meninggal") & (col("date").is_null() | (col("date") <= AS_OF))
    )


def _shared(people: pl.LazyFrame) -> pl.LazyFrame:
    """Who bears the NIK of another person: names are compared for the few that are doubled."""
    group = ["source_list", "number"]
    doubled = people.filter(col("number").is_not_null()).filter(pl.len().over("number") > 1)
    doubled = (
        doubled.filter(~col("filler") & ~col("is_kk"))
        .with_columns(col("source_list").fill_null(""))
        .sort("file", "sheet", "row", "person_id", nulls_last=True)
        .with_columns(
            col("name").first().over(group).alias("first_name"),
            col("birth_date").first().over(group).alias("first_birth_date"),
        )
        .select("person_id", *group, "name", "first_name", "birth_date", "first_birth_date")
    )
    unlike = pl.struct("name", "first_name").map_elements(_is_other_name, return_dtype=pl.Boolean)
    other_day = (col("birth_date") != col("first_birth_date")).fill_null(False)
    return doubled.filter((other_day | unlike).any().over(group)).select("person_id")


def _is_other_name(names: dict[str, str]) -> bool:
    one, other = names["name"], names["first_name"]
    if one in ("", other) or other == "":
        return False
    return likeness(one, other) < VALUES["name_similarity_min"] and not is_part(one, other)


def _too_close(people: pl.LazyFrame) -> pl.LazyFrame:
    lived = people.filter(col("age").is_between(0, VALUES["age_max"]))
    children = lived.filter(col("usable") & (col("shdk") == "anak"))
    parents = lived.filter(col("shdk").is_in(["kepala_keluarga", "istri", "suami"]))
    child, parent = col("birth_date").dt, col("birth_date_right").dt
    earlier = child.month().cast(pl.Int32) * 100 + child.day() < (
        parent.month().cast(pl.Int32) * 100 + parent.day()
    )
    gap = child.year() - parent.year() - earlier.cast(pl.Int32)
    pairs = children.select("person_id", "family_id", "birth_date").join(
        parents.select("family_id", "birth_date"), on="family_id"
    )
    return pairs.filter(gap < VALUES["parent_child_gap_min"]).select("person_id")


def _with_counts(families: pl.LazyFrame, people: pl.LazyFrame, ppks: pl.LazyFrame) -> pl.LazyFrame:
    head, spouse = col("shdk") == "kepala_keluarga", col("shdk").is_in(["istri", "suami"])
    man, woman = col("sex") == "L", col("sex") == "P"
    counts = people.group_by("family_id").agg(
        pl.len().alias("rows"),
        head.sum().alias("heads"),
        pl.max_horizontal(
            pl.min_horizontal((head & man).sum(), (spouse & man).sum()),
            pl.min_horizontal((head & woman).sum(), (spouse & woman).sum()),
        ).alias("alike"),
    )
    housed = ppks.filter((col("category") == "PMKS11") | col("in_institution").fill_null(False))
    families = families.join(counts, on="family_id", how="left")
    return _marked(families, "housed", "family_id", housed.select("family_id"))


def _with_tables(raw: dict[str, pl.LazyFrame], people: pl.LazyFrame) -> pl.LazyFrame:
    unknown = raw["dukcapil"].filter(col("status") == "tidak_ditemukan").select("nik")
    year = col("period").str.slice(0, 4).cast(pl.Int32, strict=False).fill_null(AS_OF.year)
    paid = (
        col("status").is_in(["", "aktif"])
        & (col("family_id") != "")
        & ~col("is_emergency").fill_null(False)
    )
    aid = _parts(raw["aid"]).with_columns(
        year.alias("paid_in"),
        paid.alias("paid"),
        (_is_date("day", "month", "year") & ~_is_filler()).fill_null(False).alias("sound"),
    )
    aid = _marked(aid, "listed_id", "person_id", people.select("person_id"))
    aid = _marked(aid, "listed_nik", "nik", people.select("nik").filter(col("nik") != ""))
    aid = _marked(aid, "unknown", "nik", unknown)
    pkh = aid.filter(col("paid") & (col("program") == "PKH")).select("family_id", "paid_in")
    pkh = pkh.unique().with_columns(pl.lit(True).alias("has_pkh"))
    return aid.join(pkh, on=["family_id", "paid_in"], how="left")


def _of_people() -> dict[str, pl.Expr]:
    nik, other = col("nik"), col("number").is_null()
    digits = nik.str.replace_all("[^0-9]", "").str.len_chars()
    sound = col("has_date") & ~col("filler") & ~col("is_kk")
    lived, born = col("age").is_between(0, VALUES["age_max"]), col("birth_date").dt
    differs = (
        (col("day") != born.day())
        | (col("month") != born.month())
        | (col("year") != born.year() % 100)
    )
    in_nik = pl.when(col("dd") > 40).then(pl.lit("P")).otherwise(pl.lit("L"))
    grown = col("age").is_between(VALUES["split_family_age_min"], VALUES["age_max"])
    married = (col("shdk") == "anak") & (col("marital_status") == "kawin") & grown
    young = (col("age") >= 0) & (col("age") < VALUES["marriage_age_min"])
    spouse = col("shdk").is_in(["istri", "suami"]) & (col("marital_status") == "belum_kawin")
    settled = (col("eligibility") == "tidak_layak") & (col("ineligibility_reason") == "TL12")
    dead = (
        (col("registry") == "meninggal")
        | (col("existence") == "KB3")
        | ((col("dukcapil_match") == "meninggal") & (col("registry") == ""))
        | (col("dead_by_id") & (col("person_id") != ""))
        | col("dead_by_nik")
    )
    return {
        "IDN-01": other & (nik.is_in(["", "0"]) | ~nik.str.contains("[0-9]")),
        "IDN-02": other
        & (nik != "0")
        & nik.str.contains("[0-9]")
        & ~nik.str.contains("[A-Za-z]")
        & (digits != 16),
        "IDN-06": sound & ~col("region").is_in(list(REGIONS)),
        "IDN-09": sound & lived & differs,
        "IDN-10": col("sex").is_in(["L", "P"]) & sound & (col("sex") != in_nik),
        "IDN-11": col("filler"),
        "IDN-17": col("is_kk") & col("number").is_not_null() & ~col("filler"),
        "ALM-69": (col("birth_date") > AS_OF) | (col("age") > VALUES["age_max"]),
        "KEL-24": col("usable") & ((col("existence") == "KB6") | married),
        "KEL-27": spouse | (young & ~col("marital_status").is_in(["", "belum_kawin"])),
        "KEL-25": col("too_close"),
        "IDN-13": col("shared"),
        "ALM-31": dead & ~settled,
    }


def _of_families() -> dict[str, pl.Expr]:
    wrong = [
        (col(c) != "") & (~col(c).str.contains("^[0-9]{3}$") | (col(c) == "000"))
        for c in ("rt", "rw")
    ]
    return {
        "ALM-37": wrong[0] | wrong[1],
        "KEL-28": col("usable") & (col("rows") > 0) & (col("members_stated") != col("rows")),
        "IDN-16": ~col("usable") & ~(col("no_kk").is_in(_NONE) & col("housed")),
        "KEL-01": col("usable") & (col("heads") != 1),
        "KEL-26": col("usable") & (col("heads") == 1) & (col("alike") > 0),
    }


def _of_aid() -> dict[str, pl.Expr]:
    listed = (col("listed_id") & (col("person_id") != "")) | col("listed_nik")
    ended = col("status").is_in(["nonaktif", "graduasi"])
    usual = ~col("is_emergency").fill_null(False)
    return {
        "BAN-62": ~listed & col("sound") & ~col("unknown") & ~ended & usual,
        "BAN-61": col("paid") & (col("program") == "BLTDD") & col("has_pkh").fill_null(False),
    }
