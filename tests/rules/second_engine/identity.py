"""Identity, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from tests.rules.second_engine.frames import EMPTY, Frames, either, findings, listed, subjects
from tests.rules.second_engine.names import alike, holds, spoken
from tests.rules.second_engine.registry import by_hand

LETTER = "[A-Za-z]"


@by_hand("IDN-01")
def nik_empty(frames: Frames) -> pl.DataFrame:
    says_nothing = ~pl.col("nik").str.contains("[0-9]") | pl.col("nik").is_in(EMPTY)
    return subjects(frames.person, "person_id", says_nothing)


@by_hand("IDN-02")
def nik_length(frames: Frames) -> pl.DataFrame:
    digits = pl.col("nik").str.count_matches("[0-9]")
    without_letters = ~pl.col("nik").str.contains(LETTER)
    wrong = without_letters & (digits > 0) & (digits != 16) & (pl.col("nik") != "0")
    return subjects(frames.person, "person_id", wrong, digits=digits)


@by_hand("IDN-05")
def nik_letters(frames: Frames) -> pl.DataFrame:
    letters = pl.col("nik").str.count_matches(LETTER)
    among_digits = (letters > 0) & pl.col("nik").str.contains("[0-9]")
    return subjects(frames.person, "person_id", among_digits, letters=letters)


@by_hand("IDN-08")
def nik_date(frames: Frames) -> pl.DataFrame:
    number = pl.col("is_number") & ~pl.col("is_filler") & ~pl.col("is_kk")
    month = pl.col("nik_month").is_between(1, 12)
    part = either((month, "tanggal lahir"), otherwise="bulan lahir")
    return subjects(frames.person, "person_id", number & ~pl.col("is_dated"), part=part)


@by_hand("IDN-09")
def birth_date_nik(frames: Frames) -> pl.DataFrame:
    born = pl.col("birth_date").dt
    day = pl.col("nik_day") != born.day()
    month = pl.col("nik_month") != born.month()
    year = pl.col("nik_year") != born.year() % 100
    parts = [
        pl.when(differs).then(pl.lit(word))
        for differs, word in ((day, "hari"), (month, "bulan"), (year, "tahun"))
    ]
    readable = pl.col("is_sound") & frames.plausible_age
    return subjects(
        frames.person,
        "person_id",
        readable & (day | month | year),
        parts=pl.concat_str(parts, separator=", ", ignore_nulls=True),
    )


@by_hand("IDN-10")
def sex_nik(frames: Frames) -> pl.DataFrame:
    words = {"L": "laki-laki", "P": "perempuan"}
    readable = pl.col("is_sound") & pl.col("sex").is_in(["L", "P"])
    return subjects(
        frames.person,
        "person_id",
        readable & (pl.col("sex") != pl.col("nik_sex")),
        sex_listed=pl.col("sex").replace(words),
        sex_in_nik=pl.col("nik_sex").replace(words),
    )


@by_hand("IDN-11")
def nik_filler(frames: Frames) -> pl.DataFrame:
    one_digit = pl.col("nik").is_in([digit * 16 for digit in "0123456789"])
    run = pl.col("nik") == "1234567890123456"
    kind = either(
        (one_digit, "satu angka diulang-ulang"),
        (run, "angka berurutan"),
        otherwise="empat angka terakhir nol",
    )
    return subjects(frames.person, "person_id", pl.col("is_filler"), kind=kind)


Rows = list[dict[str, Any]]


def of_one_number(frames: Frames, *beside: str) -> Iterator[tuple[Rows, Rows]]:
    """Rows that share a NIK (and the columns ``beside``), and which name the first one's person.

    The first row of the file leads. Another person has another birth date, or a name that is
    neither like the leader's nor a part of it; what is unknown tells nothing.
    """
    readable = frames.person.filter("is_number", ~pl.col("is_filler"), ~pl.col("is_kk"))
    order = ["file", "sheet", "row", "person_id"]
    for rows in readable.sort(order, nulls_last=True).partition_by("nik", *beside):
        if len(rows) > 1:
            people = rows.to_dicts()
            same = [row for row in people if not _is_another(frames, people[0], row)]
            yield people, same


def _is_another(frames: Frames, leader: dict[str, Any], row: dict[str, Any]) -> bool:
    dates = {leader["birth_date"], row["birth_date"]} - {None}
    if len(dates) == 2:
        return True
    one, other = leader["name"], row["name"]
    if not one or not other or alike(one, other) >= frames.settings["name_similarity_min"]:
        return False
    return not holds(one, other)


@by_hand("IDN-12")
def double_row(frames: Frames) -> pl.DataFrame:
    kinds: dict[str, set[str]] = {}
    for row in frames.ppks.to_dicts():
        kinds.setdefault(row["person_id"], set()).add(row["category"])
    found = []
    for people, same in of_one_number(frames, "family_id"):
        known = kinds.get(people[0]["person_id"], set())
        for row in same[1:]:
            two_ids = row["id_record"] and people[0]["id_record"]
            if two_ids and row["id_record"] != people[0]["id_record"]:
                continue
            if kinds.get(row["person_id"], set()) <= known:
                found.append({"subject": row["person_id"], "rows": len(same)})
    return findings(found)


@by_hand("IDN-13")
def shared_nik(frames: Frames) -> pl.DataFrame:
    return findings(
        {"subject": row["person_id"], "rows": len(people)}
        for people, same in of_one_number(frames, "source_list")
        if len(same) < len(people)
        for row in people
    )


@by_hand("IDN-16")
def kk_number(frames: Frames) -> pl.DataFrame:
    without_card = frames.ppks.filter(
        (pl.col("category") == "PMKS11") | pl.col("in_institution").fill_null(False)
    )
    excused = pl.col("family_id").is_in(without_card["family_id"].to_list())
    blank = pl.col("no_kk").is_in(EMPTY)
    digits = pl.col("no_kk").str.count_matches("[0-9]")
    sound = pl.col("no_kk").str.contains("^[0-9]{16}$")
    state = either(
        (blank, "tidak diisi"),
        (pl.col("no_kk").str.contains(LETTER), "memuat huruf"),
        otherwise=pl.format("terdiri atas {} angka, seharusnya 16", digits),
    )
    return subjects(frames.family, "family_id", ~sound & ~(blank & excused), state=state)


@by_hand("IDN-18")
def not_matched(frames: Frames) -> pl.DataFrame:
    said = pl.col("said_status").fill_null("")
    unmatched = pl.col("dukcapil_match") == "tidak_padan"
    unknown = said == "tidak_ditemukan"
    newer_card = (pl.col("kk_issued_on") > pl.col("dukcapil_matched_on")).fill_null(False)
    asked_elsewhere = ~pl.col("is_sound") | said.is_in(["meninggal", "nonaktif"])
    outcome = either((unknown, "NIK tidak ditemukan"), otherwise="hasil padan terakhir tidak padan")
    where = (unmatched | unknown) & ~(unmatched & newer_card) & ~asked_elsewhere
    return subjects(frames.person, "person_id", where, outcome=outcome)


@by_hand("IDN-19")
def name_differs(frames: Frames) -> pl.DataFrame:
    found = []
    for row in frames.person.to_dicts():
        listed, official, match = row["name"], row["said_name"] or "", row["dukcapil_match"]
        if not listed or match in ("padan_mirip", "tidak_padan"):
            continue
        if official:
            differs = alike(listed, official) < frames.settings["name_similarity_min"]
        else:
            differs = match == "padan_beda_nama"
        if differs:
            found.append({"subject": row["person_id"]})
    return findings(found)


@by_hand("IDN-77")
def nik_deactivated(frames: Frames) -> pl.DataFrame:
    said = pl.col("said_status").fill_null("")
    latest = pl.when(said == "").then("dukcapil_match").otherwise(said)
    gone = pl.col("existence").is_in(["KB3", "KB4", "KB5"])
    return subjects(frames.person, "person_id", (latest == "nonaktif") & ~gone)


@by_hand("IDN-04")
def cleaned_characters(frames: Frames) -> pl.DataFrame:
    found = []
    kinds = {"apostrof": "'’‘`´", "tanda baca": ".,;:/_–—-", "spasi": " "}
    for lines in frames.cleaned("karakter_dibuang", "person", "nik", "no_kk").partition_by(
        "subject"
    ):
        which = [
            word
            for column, word in (("nik", "NIK"), ("no_kk", "nomor KK"))
            if column in lines["column"].to_list()
        ]
        stood = "".join(lines["before"])
        marks = [word for word, signs in kinds.items() if any(sign in stood for sign in signs)]
        found.append(
            {
                "subject": lines["subject"][0],
                "which": " dan ".join(which),
                "marks": [*marks, "karakter yang tidak terlihat"][0],
            }
        )
    return findings(found)


@by_hand("IDN-06")
def region_unknown(frames: Frames) -> pl.DataFrame:
    known = [row["kode6"] for row in listed("kecamatan_kode")]
    # Of the city's kecamatan while they were the regency's, before 2007.
    known += ["360401", "360402", "360403", "360404", "360410", "360421"]
    where = pl.col("is_sound") & ~pl.col("nik_region").is_in(known)
    return subjects(frames.person, "person_id", where)


@by_hand("IDN-14")
def two_niks(frames: Frames) -> pl.DataFrame:
    known = frames.person.filter(
        "is_sound",
        frames.plausible_age,
        pl.col("name") != "",
        pl.col("mother_name").str.len_chars() > 2,
    )
    groups: dict[tuple[Any, ...], Rows] = {}
    for row in known.to_dicts():
        who = (row["source_list"], row["birth_date"], row["mother_name"], spoken(row["name"]))
        groups.setdefault(who, []).append(row)
    found = []
    for rows in groups.values():
        numbers = len({row["nik"] for row in rows})
        if numbers > 1:
            found += [{"subject": row["person_id"], "numbers": numbers} for row in rows]
    return findings(found)


@by_hand("IDN-15")
def two_records(frames: Frames) -> pl.DataFrame:
    found = []
    for people, same in of_one_number(frames, "source_list"):
        records = {row["id_record"] for row in people} - {""}
        cards = {row["no_kk"] for row in people if row["has_card"]}
        if len(same) < len(people) or len(records) < 2 or len(cards) > 1:
            continue
        found += [
            {"subject": row["person_id"], "records": len(records)}
            for row in people
            if row["id_record"] not in ("", people[0]["id_record"])
        ]
    return findings(found)


@by_hand("IDN-17")
def nik_and_kk(frames: Frames) -> pl.DataFrame:
    same = pl.col("nik") == pl.col("no_kk")
    state = either((same, "sama dengan"), otherwise="tampak tertukar dengan")
    where = pl.col("is_kk") & ~pl.col("is_filler")
    return subjects(frames.person, "person_id", where, state=state)


@by_hand("IDN-20")
def ktp_not_recorded(frames: Frames) -> pl.DataFrame:
    of_age = frames.plausible_age & (pl.col("age") >= frames.settings["ktp_age_min"])
    asked_elsewhere = (
        ~pl.col("nik").str.contains("[1-9]")
        | pl.col("existence").is_in(["KB3", "KB4", "KB5"])
        | pl.col("said_status").fill_null("").is_in(["meninggal", "pindah"])
    )
    where = ~pl.col("is_ktp_recorded") & of_age & ~asked_elsewhere
    return subjects(frames.person, "person_id", where, age="age")


@by_hand("IDN-71")
def name_alike(frames: Frames) -> pl.DataFrame:
    found = []
    for row in frames.person.to_dicts():
        name, official, match = row["name"], row["said_name"] or "", row["dukcapil_match"]
        if not name or match == "tidak_padan":
            continue
        matched_so = match == "padan_mirip"
        if official:
            likeness = alike(name, official)
            nearly = matched_so or likeness >= frames.settings["name_similarity_min"]
            if likeness < 1 and nearly:
                found.append({"subject": row["person_id"]})
        elif matched_so:
            found.append({"subject": row["person_id"]})
    return findings(found)


@by_hand("IDN-78")
def waits_for_sync(frames: Frames) -> pl.DataFrame:
    issued, matched = pl.col("kk_issued_on"), pl.col("dukcapil_matched_on")
    said = pl.col("said_status").fill_null("")
    caught_up = ((said == "hidup") & (pl.col("said_on") >= issued)).fill_null(False)
    asked_elsewhere = ~pl.col("is_sound") | said.is_in(["meninggal", "nonaktif"])
    where = (
        (pl.col("dukcapil_match") == "tidak_padan")
        & (issued > matched)
        & (issued <= frames.as_of)
        & ~caught_up
        & ~asked_elsewhere
    )
    days = (issued - matched).dt.total_days()
    return subjects(frames.person, "person_id", where, days=days)
