"""Living conditions and eligibility, by hand."""

from __future__ import annotations

import polars as pl

from tests.rules.second_engine.family import held_a_code
from tests.rules.second_engine.frames import EMPTY, Frames, either, listed, subjects
from tests.rules.second_engine.registry import by_hand

#: History: paid for the last time in 2022 at the latest.
OVER = ("BST", "BPNTPPKM", "BLTBBM", "BPUM", "BLTMINYAK")


def helped(frames: Frames) -> pl.Expr:
    """The family is paid something now that is no history and no help after a disaster."""
    paid = frames.aid.filter("is_active", ~pl.col("is_emergency"), ~pl.col("program").is_in(OVER))
    families = paid.filter(pl.col("family_id") != "")["family_id"].to_list()
    return pl.col("family_id").is_in(families)


def flag(*names: str) -> pl.Expr:
    """One of these indications was matched."""
    flags = pl.col("flags").str.split(";")
    return pl.any_horizontal(flags.list.contains(name) for name in names)


def is_here() -> pl.Expr:
    """Not said to have died, moved away or taken a card of their own."""
    return ~pl.col("existence").is_in(["KB3", "KB4", "KB5", "KB6"])


def works_as(*words: str) -> pl.Expr:
    """One of these words, or rows of words, stands whole in the occupation."""
    pattern = rf"(?-u:\b)(?:{'|'.join(words)})(?-u:\b)"
    return pl.col("occupation").str.to_uppercase().str.contains(pattern)


def told(*parts: str) -> pl.Expr:
    """One of these pieces stands somewhere in the occupation."""
    return pl.col("occupation").str.to_uppercase().str.contains_any(list(parts))


OFFICIAL = works_as(
    *("PNS", "ASN", "PPPK", "PEGAWAI NEGERI", "PEJABAT NEGARA"),
    *("TNI", "TENTARA NASIONAL", "POLRI", "POLISI", "KEPOLISIAN"),
    *("KADES", "KEPALA DESA", "LURAH", "PERANGKAT DESA", "PERANGKAT KELURAHAN"),
    *("BUPATI", "WALIKOTA", "WALI KOTA", "GUBERNUR"),
    *("ANGGOTA DPR", "ANGGOTA DPRD", "ANGGOTA DPD"),
)
FORMERLY = told("PENSIUN", "PURNA", "MANTAN") | works_as("EKS")
#: Without work of one's own.
IDLE = told("TIDAK BEKERJA", "BELUM BEKERJA", "MENGURUS RUMAH", "PELAJAR", "MAHASISWA")


def _numbered(frames: Frames) -> pl.DataFrame:
    """Cells of a house that held a number and were left empty, beside others in words."""
    parts = ["house_tenure", "floor", "wall", "roof", "water", "lighting"]
    parts += ["cooking_fuel", "toilet"]
    in_words = pl.any_horizontal(pl.col(part) != "" for part in parts)
    houses = frames.family.filter(in_words)["family_id"].to_list()
    unread = frames.cleaned("tidak_terbaca", "family", *parts)
    return unread.filter(held_a_code(), pl.col("subject").is_in(houses))


@by_hand("SOS-49")
def dwelling_blank(frames: Frames) -> pl.DataFrame:
    parts = {
        "floor": "lantai",
        "wall": "dinding",
        "roof": "atap",
        "water": "air minum",
        "lighting": "penerangan",
    }
    blank = {
        word: pl.col(column).str.to_uppercase().is_in(["", "-", "KOSONG"])
        for column, word in parts.items()
    }
    words = [pl.when(is_blank).then(pl.lit(word)) for word, is_blank in blank.items()]
    blanks = pl.concat_str(words, separator=", ", ignore_nulls=True)
    # Families of P3KE have an official "kosong".
    numbered = pl.col("family_id").is_in(_numbered(frames)["subject"].to_list())
    where = pl.any_horizontal(*blank.values()) & (pl.col("source_list") != "p3ke") & ~numbered
    return subjects(frames.family, "family_id", where, blanks=blanks)


@by_hand("SOS-50")
def dwelling_contradiction(frames: Frames) -> pl.DataFrame:
    dark = (pl.col("lighting") == "bukan_listrik") & (pl.col("power_va") > 0)
    no_floor = pl.col("floor_area_m2") == 0
    kind = pl.col("toilet_kind")
    no_toilet = (pl.col("toilet") == "tidak_ada") & (kind != "") & (kind != "tidak_ada")
    said = (
        (dark, "bukan listrik tetapi dayanya terisi"),
        (no_floor, "luas lantai 0"),
        (no_toilet, "tanpa jamban tetapi jenis kloset terisi"),
    )
    words = [pl.when(holds).then(pl.lit(word)) for holds, word in said]
    what = pl.concat_str(words, separator="; ", ignore_nulls=True)
    return subjects(frames.family, "family_id", dark | no_floor | no_toilet, what=what)


@by_hand("SOS-51")
def assets_at_low_desil(frames: Frames) -> pl.DataFrame:
    owned = pl.col("assets").str.split(";").list
    car, cooling = owned.contains("mobil"), owned.contains("ac")
    power = (pl.col("power_va") >= frames.settings["power_va_outstanding"]).fill_null(False)
    words = [
        pl.when(car).then(pl.lit("mobil")),
        pl.when(cooling).then(pl.lit("AC")),
        pl.when(power).then(pl.format("daya {} VA", "power_va")),
    ]
    poor = pl.col("desil").is_between(1, frames.settings["low_desil_max"])
    what = pl.concat_str(words, separator=", ", ignore_nulls=True)
    where = poor & (car | cooling | power)
    return subjects(frames.family, "family_id", where, desil="desil", what=what)


@by_hand("SOS-52")
def official_in_receiving_family(frames: Frames) -> pl.DataFrame:
    what = either(
        (flag("asn"), "sebagai ASN menurut padanan data"),
        (flag("tni_polri"), "sebagai TNI/Polri menurut padanan data"),
        (flag("perangkat"), "sebagai perangkat desa atau kelurahan menurut padanan data"),
        otherwise=pl.format("bekerja sebagai {}", "occupation"),
    )
    official = (OFFICIAL & ~FORMERLY) | flag("asn", "tni_polri", "perangkat")
    where = official & ~flag("pensiun") & helped(frames) & is_here()
    return subjects(frames.person, "person_id", where, what=what)


@by_hand("SOS-53")
def wage_above_minimum(frames: Frames) -> pl.DataFrame:
    return subjects(frames.person, "person_id", flag("upah"))


@by_hand("SOS-54")
def company_record(frames: Frames) -> pl.DataFrame:
    return subjects(frames.person, "person_id", flag("ahu"))


@by_hand("SOS-55")
def pensioner_in_receiving_family(frames: Frames) -> pl.DataFrame:
    pensioner = flag("pensiun") | told("PENSIUN", "PURNAWIRAWAN", "PURNA TUGAS")
    return subjects(frames.person, "person_id", pensioner & helped(frames) & is_here())


@by_hand("SOS-80")
def steady_pay(frames: Frames) -> pl.DataFrame:
    work = pl.col("occupation").str.to_uppercase()
    first_word = work.str.extract(r"^(\w+)").is_in(["DOKTER", "DIREKTUR", "KOMISARIS", "EKSEKUTIF"])
    by_work = (works_as("BUMN", "BUMD") | first_word.fill_null(False)) & ~FORMERLY & ~OFFICIAL
    asked_elsewhere = flag("asn", "tni_polri", "perangkat", "pensiun", "upah")
    what = either(
        (flag("bumn"), "sebagai pegawai BUMN atau BUMD menurut padanan data"),
        otherwise=pl.format("bekerja sebagai {}", "occupation"),
    )
    where = (by_work | flag("bumn")) & ~asked_elsewhere & helped(frames) & is_here()
    return subjects(frames.person, "person_id", where, what=what)


@by_hand("SOS-81")
def income_of_workers(frames: Frames) -> pl.DataFrame:
    unsaid = pl.col("occupation").is_in(["", "-", "LAINNYA"])
    heads = frames.person.filter(~unsaid, ~IDLE, shdk="kepala_keluarga")
    works = heads.group_by("family_id").agg(work=pl.col("occupation").min())
    families = frames.family.join(works, on="family_id")
    return subjects(families, "family_id", pl.col("income_rp") == 0, work="work")


@by_hand("SOS-57")
def component_of_pkh(frames: Frames) -> pl.DataFrame:
    age = pl.col("age")
    lapses = pl.col("pregnancy_noted_on").dt.offset_by(f"{frames.settings['pregnancy_months']}mo")
    expecting = pl.col("is_pregnant") & (lapses >= frames.as_of).fill_null(True)
    pupil = pl.col("is_in_school").fill_null(age.is_between(7, 21))
    component = (
        (age <= 6)
        | (age >= 60)
        | expecting.fill_null(False)
        | pupil
        | (age == 7)  # who has just started school
        | ~pl.col("disability").is_in(EMPTY)
    )
    families = (
        frames.person.filter("is_usable")
        .group_by("family_id")
        .agg(
            members=pl.len(),
            has_component=component.fill_null(False).any(),
            is_known=age.is_not_null().all(),
        )
        .join(frames.family.select("family_id", "programs"), on="family_id")
    )
    on_pkh = pl.col("programs").list.contains("PKH")
    where = on_pkh & pl.col("is_known") & ~pl.col("has_component")
    return subjects(families, "family_id", where, members="members")


@by_hand("SOS-58")
def desil_known(frames: Frames) -> pl.DataFrame:
    ranked = pl.col("desil").is_between(1, 10).fill_null(False)
    waits = pl.col("desil").is_null() & pl.col("proposal_status").is_in(["US0", "US1"])
    return subjects(frames.family, "family_id", ~ranked & ~waits, desil="desil")


@by_hand("SOS-59")
def poor_dwelling_high_desil(frames: Frames) -> pl.DataFrame:
    heads = frames.person.filter(shdk="kepala_keluarga").group_by("family_id")
    families = frames.family.join(heads.agg(idle=IDLE.any()), on="family_id", how="left")
    food = pl.col("food_expenditure_rp").cast(pl.Float64)
    total = pl.col("expenditure_rp").cast(pl.Float64)
    walls = ["bambu", "kayu_papan", "seng", "kawat", "terpal_kardus", "tembok_tanpa_plester"]
    signs = [
        pl.col("idle"),
        pl.col("has_food_worry"),
        (total > 0) & (food * 100 > total * frames.settings["food_share_percent"]),
        ~pl.col("bought_clothes"),
        pl.col("floor").is_in(["tanah", "plesteran"]),
        pl.col("wall").is_in(walls),
        (pl.col("toilet") != "") & (pl.col("toilet") != "sendiri"),
        (pl.col("lighting") == "bukan_listrik") | (pl.col("power_va") == 450).fill_null(False),
    ]
    score = pl.sum_horizontal(sign.fill_null(False).cast(pl.Int64) for sign in signs)
    homeless = ~pl.col("has_shelter").fill_null(True)
    ranked_high = pl.col("desil").is_between(frames.settings["high_desil_min"], 10)
    what = either(
        (homeless, "tidak punya tempat tinggal"),
        otherwise=pl.format("tampak {} dari 8 tanda kemiskinan", score),
    )
    where = ranked_high & (homeless | (score >= frames.settings["poor_dwelling_score_min"]))
    return subjects(families, "family_id", where, desil="desil", what=what)


@by_hand("SOS-60")
def food_within_expenditure(frames: Frames) -> pl.DataFrame:
    food, total = pl.col("food_expenditure_rp"), pl.col("expenditure_rp")
    return subjects(frames.family, "family_id", food > total, food=food, total=total)


@by_hand("SOS-76")
def stale_age(frames: Frames) -> pl.DataFrame:
    lag = (pl.col("age_stated").cast(pl.Float64) - pl.col("age")).abs()
    where = frames.plausible_age & (lag > frames.settings["age_stated_slack"])
    return subjects(frames.person, "person_id", where, stated="age_stated", age="age")


@by_hand("SOS-79")
def standard_reason(frames: Frames) -> pl.DataFrame:
    reasons = [
        word for row in listed("alasan_tidak_layak") for word in (row["kode"], row["alasan"])
    ]
    reasons += ["MAMPU", "MENINGGAL", "PINDAH", "TIDAK DITEMUKAN", "GANDA"]
    given = pl.col("ineligibility_reason").str.strip_chars(" ").str.to_uppercase()
    standard = given.is_in([reason.upper() for reason in reasons])
    what = either((given.is_in(["", "-"]), "kosong"), otherwise="di luar daftar alasan baku")
    where = (pl.col("eligibility") == "tidak_layak") & ~standard
    return subjects(frames.person, "person_id", where, what=what)


@by_hand("SOS-73")
def code_and_word(frames: Frames) -> pl.DataFrame:
    return _numbered(frames).group_by(subject="subject").agg(cells=pl.col("column").n_unique())
