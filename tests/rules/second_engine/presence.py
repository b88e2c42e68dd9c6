"""Presence and address, by hand."""

from __future__ import annotations

import re
from datetime import date
from math import cos, isfinite, pi, radians, sqrt

import polars as pl

from tests.rules.second_engine.frames import Frames, either, findings, listed, subjects
from tests.rules.second_engine.identity import birth_date_nik
from tests.rules.second_engine.registry import by_hand

_KELURAHAN = {row["kode"] for row in listed("kelurahan")}


def _dead(frames: Frames) -> pl.Expr:
    """Reported dead, and not entered again since; a day that nobody wrote down is long ago."""
    died: dict[str, date] = {}
    back: dict[str, date] = {}
    for event in frames.happened.to_dicts():
        who, day = event["who"], event["date"]
        if day is not None and day > frames.as_of:
            continue
        if event["kind"] == "meninggal":
            died[who] = max(day or date(1900, 1, 1), died.get(who, date.min))
        elif event["kind"] == "masuk_kembali" and day is not None:
            back[who] = max(day, back.get(who, date.min))
    return pl.col("person_id").is_in([who for who in died if died[who] > back.get(who, date.min)])


def _crossed_out(reason: str) -> pl.Expr:
    return (pl.col("eligibility") == "tidak_layak") & (pl.col("ineligibility_reason") == reason)


@by_hand("ALM-31")
def died(frames: Frames) -> pl.DataFrame:
    said = pl.col("said_status").fill_null("")
    registry, reported = said == "meninggal", _dead(frames)
    listed_so = pl.col("existence") == "KB3"
    matched_so = (pl.col("dukcapil_match") == "meninggal") & (said == "")
    source = either(
        (registry, "Dukcapil"),
        (reported, "laporan kematian"),
        (listed_so, "keterangan pada daftar"),
        otherwise="hasil padan",
    )
    where = (registry | reported | listed_so | matched_so) & ~_crossed_out("TL12")
    return subjects(frames.person, "person_id", where, source=source)


@by_hand("ALM-32")
def moved_out(frames: Frames) -> pl.DataFrame:
    moves = frames.happened.filter(
        pl.col("kind").is_in(["pindah_keluar", "pindah_masuk", "masuk_kembali"]),
        pl.col("date") <= frames.as_of,
    )
    # Out of one RT and into another on one day is no farewell.
    latest = moves.sort("date", pl.col("kind") != "pindah_keluar").unique(
        "who", keep="last", maintain_order=True
    )
    gone = latest.filter(kind="pindah_keluar")["who"].to_list()
    said = pl.col("said_status").fill_null("")
    registry = said == "pindah"
    there, here = pl.col("said_kelurahan").fill_null(""), pl.col("kelurahan").fill_null("")
    elsewhere = (there != "") & here.is_in(sorted(_KELURAHAN)) & (there != here)
    reported = pl.col("person_id").is_in(gone)
    listed_so = pl.col("existence").is_in(["KB4", "KB5"])
    dead = (
        (said == "meninggal")
        | (pl.col("existence") == "KB3")
        | ((pl.col("dukcapil_match") == "meninggal") & (said == ""))
        | _dead(frames)
    )
    source = either(
        (registry, "Dukcapil"),
        (elsewhere, "alamat di Dukcapil"),
        (reported, "laporan pindah"),
        otherwise="keterangan pada daftar",
    )
    where = (registry | elsewhere | reported | listed_so) & ~dead & ~_crossed_out("TL13")
    return subjects(frames.person, "person_id", where, source=source)


def _three_digits(column: str) -> pl.Expr:
    return pl.col(column).str.contains("^[0-9]{3}$") & (pl.col(column) != "000")


@by_hand("ALM-35")
def rt_rw_unknown(frames: Frames) -> pl.DataFrame:
    existing = frames.raw("rt_rw")
    where = ["kelurahan_kode_kemendagri", "rw", "rt"]
    known = existing.group_by(where[0]).agg(known=pl.len())
    families = frames.family.filter(_three_digits("rt"), _three_digits("rw"))
    odd = families.join(existing, on=where, how="anti").join(known, on=where[0])
    return odd.select("known", subject="family_id")


_NO_PLACE = [
    *("SAMA", "SAMA DENGAN KTP", "SAMA DENGAN KK", "SAMA SEPERTI DI ATAS", "SAMA DENGAN DI ATAS"),
    *("SESUAI KTP", "SESUAI KK", "SESUAI KTP EL", "SESUAI KTP ELEKTRONIK", "SESUAI DOMISILI"),
    *("IDEM", "SDA", "S D A", "DITTO", "ALAMAT", "ALAMAT SAMA", "ALAMAT KTP", "ADA", "TIDAK ADA"),
    *("TIDAK TAHU", "BELUM ADA", "KOSONG", "NIHIL", "SERANG", "KOTA SERANG", "BANTEN", "0", ""),
]


@by_hand("ALM-36")
def address_empty(frames: Frames) -> pl.DataFrame:
    words = pl.col("address").str.to_uppercase().str.extract_all("[A-Z0-9]+").list.join(" ")
    state = either((words == "", "tidak diisi"), otherwise="tidak menunjukkan tempat mana pun")
    where = words.is_in(_NO_PLACE)
    return subjects(frames.family, "family_id", where, state=state)


@by_hand("ALM-37")
def rt_rw_format(frames: Frames) -> pl.DataFrame:
    rt, rw = ((pl.col(column) != "") & ~_three_digits(column) for column in ("rt", "rw"))
    which = either((rt & rw, "RT dan RW"), (rt, "RT"), otherwise="RW")
    return subjects(frames.family, "family_id", rt | rw, which=which)


@by_hand("ALM-38")
def coordinates(frames: Frames) -> pl.DataFrame:
    places = {row["kode"]: row for row in listed("kelurahan")}
    found = []
    for row in frames.family.to_dicts():
        latitude, longitude = row["latitude"], row["longitude"]
        if latitude is None or longitude is None:
            continue
        place = places.get(row["kelurahan_kode_kemendagri"])
        if latitude == longitude == 0:
            state = "berada pada titik nol"
        elif 95 <= latitude <= 141 and -11 <= longitude <= 6:
            state = "tertukar antara lintang dan bujur"
        elif place is not None:
            north = float(place["lat"])
            up = 111.32 * (latitude - north)
            across = 111.32 * (longitude - float(place["lon"])) * cos(radians(north))
            away = sqrt(up * up + across * across)
            radius = sqrt(float(place["luas_km2"]) / pi)
            if away <= 2 * radius + frames.settings["coordinate_slack_km"]:
                continue
            far = isfinite(away) and away < 99_999
            state = f"berada {away if far else 99_999:.0f} km dari pusat kelurahan"
        else:
            continue
        found.append({"subject": row["family_id"], "state": state})
    return findings(found)


@by_hand("ALM-39")
def domicile(frames: Frames) -> pl.DataFrame:
    return subjects(frames.family, "family_id", pl.col("domicile") == "DM2")


@by_hand("ALM-69")
def birth_date_impossible(frames: Frames) -> pl.DataFrame:
    future = pl.col("birth_date") > frames.as_of
    state = either(
        (future, "lebih baru daripada tanggal data"),
        (pl.col("birth_date") == date(1900, 1, 1), "tampak seperti bawaan program (1-1-1900)"),
        otherwise=pl.format("menghasilkan umur {} tahun", "age"),
    )
    too_old = pl.col("age") > frames.settings["age_max"]
    return subjects(frames.person, "person_id", future | too_old, state=state)


@by_hand("ALM-71")
def kelurahan_unknown(frames: Frames) -> pl.DataFrame:
    nowhere = pl.col("kelurahan_kode_kemendagri") == ""
    unread = pl.col("family_id").is_in(_of_unread_code(frames))
    return subjects(frames.family, "family_id", nowhere & ~unread)


def _of_unread_code(frames: Frames) -> list[str]:
    """Families whose cell held three digits or more in a row, no letter, and led nowhere."""
    stood = pl.col("before").str
    lines = frames.cleaned("tidak_terbaca", "family", "kelurahan_kode_kemendagri")
    codes = lines.filter(stood.contains("[0-9]{3}"), ~stood.contains("[A-Za-z]"))
    return codes["subject"].to_list()


@by_hand("ALM-70")
def region_code(frames: Frames) -> pl.DataFrame:
    unread = set(_of_unread_code(frames))
    leads_to: dict[str, set[str]] = {}
    for place in listed("kelurahan"):
        for code in (place["kode"].replace(".", ""), place["kode_bps"]):
            leads_to.setdefault(code, set()).add(place["kode"])
    agrees: dict[str, bool] = {}
    for line in frames.cleaned("kode_wilayah", "family", "kelurahan_kode_kemendagri").to_dicts():
        places = leads_to.get("".join(re.findall("[0-9]", line["before"])))
        if places:
            known = agrees.get(line["subject"], False)
            agrees[line["subject"]] = known or line["after"] in places
    found = []
    for row in frames.family.to_dicts():
        subject, code = row["family_id"], row["kelurahan_kode_kemendagri"]
        elsewhere = agrees.get(subject) is False
        if code and code not in _KELURAHAN:
            state = "tidak ada pada daftar kelurahan"
        elif not code and (subject in unread or elsewhere):
            state = "tidak dapat dibaca"
        elif elsewhere:
            state = "menunjuk kelurahan lain daripada namanya"
        else:
            continue
        found.append({"subject": subject, "state": state})
    return findings(found)


@by_hand("ALM-33")
def not_listed(frames: Frames) -> pl.DataFrame:
    people = frames.person.to_dicts()
    numbers = {row["nik"] for row in people}
    ids = {row["person_id"] for row in people}
    on_card = {(row["no_kk"], row["name"]) for row in people if row["no_kk"] and row["name"]}
    events = frames.event.to_dicts()
    latest: dict[str, tuple[date, str]] = {}
    for event in sorted(events, key=lambda event: event["event_id"], reverse=True):
        nik, day = event["nik"], event["date"]
        if event["kind"] != "pindah_masuk" or not re.fullmatch("[0-9]{16}", nik):
            continue
        if day is not None and day > frames.as_of:
            continue
        if nik in numbers or event["person_id"] in ids:
            continue
        if (event["no_kk"], event["name"]) in on_card:
            continue
        gone = any(
            other["nik"] == nik
            and other["kind"] in ("pindah_keluar", "meninggal")
            and (day is None or other["date"] is None or other["date"] >= day)
            for other in events
        )
        if not gone and (day or date.min) >= latest.get(nik, (date.min, ""))[0]:
            latest[nik] = (day or date.min, event["event_id"])
    return findings({"subject": event_id} for _day, event_id in latest.values())


@by_hand("ALM-68")
def ambiguous_date(frames: Frames) -> pl.DataFrame:
    lines = frames.cleaned("tanggal_ambigu", "person", "birth_date")
    told_apart = birth_date_nik(frames)["subject"].to_list()
    people = frames.person.filter(
        frames.plausible_age, ~pl.col("person_id").is_in(told_apart)
    ).select(subject="person_id")
    short = pl.col("before").str.contains("(^|[^0-9])[0-9]{2}$")
    doubt = either((short, "tahunnya hanya dua angka"), otherwise="hari dan bulan bisa tertukar")
    return lines.join(people, on="subject").select("subject", doubt=doubt).unique()
