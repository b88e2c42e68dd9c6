"""Aid, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from tests.rules.second_engine.frames import EMPTY, Frames, either, findings, sixteen, subjects
from tests.rules.second_engine.living import OVER, flag
from tests.rules.second_engine.names import alike, holds
from tests.rules.second_engine.registry import by_hand
from workbench.domain.wilayah import kelurahan

#: Paid to a family through the one who holds its card.
_ONE_PAYEE = ("PKH", "SEMBAKO", "BERAS", "BLTDD", "BLTKESRA")
#: From the state's purse outwards.
_PURSES = ("apbn", "apbd_provinsi", "apbd_kabkota", "desa", "csr", "lain")


def _meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two payments are for a common day."""
    return bool(one["first"] <= other["last"] and other["first"] <= one["last"])


def _running(frames: Frames) -> pl.DataFrame:
    """What families are paid, no help after a disaster; without a period it is today's."""
    today = pl.col("first", "last").fill_null(frames.as_of)
    return _of_families(frames).filter("is_active", ~pl.col("is_emergency")).with_columns(today)


def _of_families(frames: Frames) -> pl.DataFrame:
    return frames.aid.filter(pl.col("family_id") != "")


@by_hand("BAN-09")
def house_repaired_once(frames: Frames) -> pl.DataFrame:
    repairs = _of_families(frames).filter(
        pl.col("program") == "RUTILAHU",
        pl.col("status") != "gagal_salur",
        pl.col("year").is_not_null(),
    )
    found = []
    for rows in repairs.partition_by("family_id"):
        sources = rows.filter(pl.col("source") != "")["source"].n_unique()
        times = max(rows["year"].n_unique(), sources)
        if times > 1:
            latest = rows.sort("first", "aid_id").row(-1, named=True)
            found.append({"subject": latest["aid_id"], "times": times})
    return findings(found)


@by_hand("BAN-13")
def one_account(frames: Frames) -> pl.DataFrame:
    paid = frames.aid.filter(
        "is_active", "is_number", pl.col("program") != "", ~pl.col("account").is_in(EMPTY)
    )
    found = []
    for rows in paid.sort("aid_id").partition_by("nik", "program", "period"):
        others = rows.filter(pl.col("account") != rows["account"][0])
        accounts = rows["account"].n_unique()
        found += [{"subject": aid_id, "accounts": accounts} for aid_id in others["aid_id"]]
    return findings(found)


@by_hand("BAN-15")
def account_of_one_family(frames: Frames) -> pl.DataFrame:
    real = pl.col("account").str.contains("[1-9]")
    paid = _of_families(frames).filter("is_active", real)
    holders = paid.group_by("account").agg(families=pl.col("family_id").n_unique())
    shared = paid.join(holders.filter(pl.col("families") > 1), on="account")
    return shared.select("families", subject="aid_id")


@by_hand("BAN-56")
def graduated_is_not_paid(frames: Frames) -> pl.DataFrame:
    of_pkh = frames.event.filter(
        pl.col("program").is_in(["", "PKH"]), pl.col("date").is_not_null()
    ).to_dicts()
    found = []
    for row in _of_families(frames).filter("is_active", program="PKH").to_dicts():
        events = [event for event in of_pkh if event["family_id"] == row["family_id"]]
        taken_in = [event["date"] for event in events if event["kind"] == "masuk_kembali"]
        left = [
            event["date"]
            for event in events
            if event["kind"] == "graduasi"
            and event["date"] < (row["first"] or frames.as_of)
            and not any(day >= event["date"] for day in taken_in)
        ]
        if left:
            graduated = max(left).isoformat()
            found.append(
                {"subject": row["aid_id"], "graduated": graduated, "program": row["called"]}
            )
    return findings(found)


@by_hand("BAN-61")
def village_cash_and_pkh(frames: Frames) -> pl.DataFrame:
    paid = _of_families(frames).filter("is_active", ~pl.col("is_emergency"))
    dated = paid.with_columns(pl.col("year").fill_null(frames.as_of.year))
    pkh = dated.filter(program="PKH").select("family_id", "year")
    both = dated.filter(program="BLTDD").join(pkh, on=["family_id", "year"], how="semi")
    return both.select(subject="aid_id")


def _loose(frames: Frames) -> pl.DataFrame:
    """Payments that run, no help after a disaster, to somebody who is not among the people."""
    over = pl.col("status").is_in(["nonaktif", "graduasi"])
    return frames.aid.filter(~pl.col("stands"), ~over, ~pl.col("is_emergency"))


def _not_found(frames: Frames) -> pl.Expr:
    """Whether the registry was asked for this number and did not find it."""
    answers = frames.raw("dukcapil").filter(status="tidak_ditemukan")
    return pl.col("nik").is_in(answers["nik"].to_list())


@by_hand("BAN-62")
def payee_is_listed(frames: Frames) -> pl.DataFrame:
    where = pl.col("is_sound") & ~_not_found(frames)
    return subjects(_loose(frames), "aid_id", where, program="called")


@by_hand("BAN-71")
def broken_nik(frames: Frames) -> pl.DataFrame:
    state = either(
        (pl.col("nik").str.contains("[A-Za-z]"), "memuat huruf"),
        (~pl.col("is_number"), "bukan 16 angka"),
        otherwise="memuat tanggal yang tidak ada atau tampak seperti isian sementara",
    )
    written = pl.col("nik").str.contains("[1-9]")
    where = written & ~pl.col("is_sound")
    what = pl.format("{}, {}", "called", state)
    return subjects(_loose(frames), "aid_id", where, what=what)


@by_hand("BAN-72")
def unknown_nik(frames: Frames) -> pl.DataFrame:
    where = pl.col("is_sound") & _not_found(frames)
    return subjects(_loose(frames), "aid_id", where, program="called")


@by_hand("BAN-63")
def one_payee(frames: Frames) -> pl.DataFrame:
    with_card = frames.family.filter(sixteen("no_kk")).select("family_id")
    paid = frames.aid.filter(
        "is_active", "is_number", ~pl.col("is_emergency"), pl.col("program").is_in(_ONE_PAYEE)
    ).join(with_card, on="family_id", how="semi")
    found = []
    for rows in paid.sort("aid_id").partition_by("family_id", "program", "period"):
        payees = rows["nik"].n_unique()
        others = rows.filter(pl.col("nik") != rows["nik"][0])
        found += [
            {"subject": row["aid_id"], "payees": payees, "program": row["called"]}
            for row in others.to_dicts()
        ]
    return findings(found)


@by_hand("BAN-64")
def one_source_of_a_kind(frames: Frames) -> pl.DataFrame:
    food = pl.col("kind").str.contains("pangan", literal=True)
    cash = pl.col("kind").str.contains("tunai", literal=True)
    paid = (
        _of_families(frames)
        .filter(
            "is_active",
            ~pl.col("is_emergency"),
            pl.col("unit").str.starts_with("keluarga"),
            pl.col("source").is_in(_PURSES),
            food | cash,
        )
        .with_columns(
            pl.col("first", "last").fill_null(frames.as_of),
            kind=either((food, "pangan"), otherwise="tunai"),
        )
    )
    found = []
    for rows in paid.partition_by("family_id", "kind"):
        entries = rows.to_dicts()
        for far in entries:
            near = [
                row["called"]
                for row in entries
                if _PURSES.index(row["source"]) < _PURSES.index(far["source"])
                and _meet(row, far)
                and (row["program"], far["program"]) != ("PKH", "BLTDD")
            ]
            if near:
                found.append(
                    {
                        "subject": far["aid_id"],
                        "kind": far["kind"],
                        "other": min(near),
                        "program": far["called"],
                    }
                )
    return findings(found)


@by_hand("BAN-65")
def contribution_kept(frames: Frames) -> pl.DataFrame:
    pbi = frames.aid.filter(program="PBIJK")
    covered = pbi.filter("is_active")
    still = [
        pl.col(column).is_in(covered.filter(pl.col(column) != "")[column].to_list())
        for column in ("person_id", "nik")
    ]
    ended = (
        pbi.filter(pl.col("status") == "nonaktif", ~pl.any_horizontal(*still))
        .join(frames.family.select("family_id", "desil"), on="family_id", how="left")
        .join(
            frames.raw("person").select("person_id", "has_chronic_illness"),
            on="person_id",
            how="left",
        )
    )
    poor = pl.col("desil").is_between(1, frames.settings["pbi_desil_max"]).fill_null(False)
    ill = pl.col("has_chronic_illness").fill_null(False)
    why = either((poor, pl.format("desil {}", "desil")), otherwise="sakit menahun")
    return subjects(ended, "aid_id", poor | ill, why=why)


@by_hand("BAN-66")
def ended_programme(frames: Frames) -> pl.DataFrame:
    past = pl.col("last").fill_null(date(2022, 12, 31)) < frames.as_of
    where = pl.col("program").is_in(OVER) & pl.col("is_active") & past
    return subjects(frames.aid, "aid_id", where, program="called")


@by_hand("BAN-67")
def account_of_payee(frames: Frames) -> pl.DataFrame:
    found = []
    for row in frames.aid.to_dicts():
        payee, holder = row["name"], row["account_name"]
        if row["status"] == "gagal_salur":
            what = "bantuan gagal disalurkan"
        elif (
            row["is_active"]
            and row["program"] in _ONE_PAYEE
            and not {payee, holder} & {"", "-"}
            and alike(holder, payee) < frames.settings["name_similarity_min"]
            and not holds(holder, payee)
        ):
            what = "nama pemegang berbeda dari nama penerima"
        else:
            continue
        found.append({"subject": row["aid_id"], "program": row["called"], "what": what})
    return findings(found)


def _beside(rows: pl.DataFrame, program: str) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Rows of one programme, each with what its family is paid for a common day."""
    for family in rows.partition_by("family_id"):
        entries = family.to_dicts()
        for row in entries:
            if row["program"] == program:
                yield row, [other for other in entries if _meet(row, other)]


@by_hand("BAN-05")
def village_cash_and_food(frames: Frames) -> pl.DataFrame:
    paid = _running(frames)
    with_pkh = {
        (row["family_id"], row["first"].year) for row in paid.filter(program="PKH").to_dicts()
    }
    return findings(
        {"subject": row["aid_id"]}
        for row, beside in _beside(paid, "BLTDD")
        if any(other["program"] == "SEMBAKO" for other in beside)
        and (row["family_id"], row["first"].year) not in with_pkh
    )


@by_hand("BAN-06")
def pandemic_cash_and_pkh(frames: Frames) -> pl.DataFrame:
    history = _of_families(frames).filter(
        pl.col("first").is_not_null(),
        pl.col("status") != "gagal_salur",
        pl.col("program").is_in(["BST", "PKH", "SEMBAKO"]),
        ~pl.col("is_emergency"),
    )
    found = []
    for row, beside in _beside(history, "BST"):
        others = {other["called"] for other in beside if other["program"] != "BST"}
        counted_as_current = row["is_active"] and row["last"] < frames.as_of
        if others and not counted_as_current:
            other = " dan ".join(sorted(others))
            found.append({"subject": row["aid_id"], "year": str(row["year"]), "other": other})
    return findings(found)


@by_hand("BAN-07")
def wage_subsidy_and_pkh(frames: Frames) -> pl.DataFrame:
    return findings(
        {"subject": row["aid_id"]}
        for row, beside in _beside(_running(frames), "BSU")
        if any(other["program"] == "PKH" for other in beside)
    )


@by_hand("BAN-10")
def capital_once(frames: Frames) -> pl.DataFrame:
    capital = _of_families(frames).filter(
        pl.col("program").is_in(["PENA", "KUBE"]),
        pl.col("status") != "gagal_salur",
        ~pl.col("is_emergency"),
    )
    found = []
    for rows in capital.partition_by("family_id"):
        entries = rows.sort("first", "aid_id", nulls_last=False).to_dicts()
        # A KUBE is paid in parts, PENA at one time.
        times = {(row["program"], row["program"] == "PENA" and row["year"]) for row in entries}
        if len(times) > 1:
            programs = " dan ".join(sorted({row["called"] for row in entries}))
            found.append(
                {"subject": entries[-1]["aid_id"], "times": len(times), "programs": programs}
            )
    return findings(found)


@by_hand("BAN-11")
def few_trainees(frames: Frames) -> pl.DataFrame:
    most = frames.settings["prakerja_per_kk_max"]
    with_card = frames.family.filter(sixteen("no_kk")).select("family_id")
    trainees = frames.aid.filter(
        "is_number", pl.col("program") == "PRAKERJA", pl.col("status") != "gagal_salur"
    ).join(with_card, on="family_id", how="semi")
    families = trainees.group_by("family_id").agg(people=pl.col("nik").n_unique())
    return subjects(
        families, "family_id", pl.col("people") > most, people="people", most=pl.lit(most)
    )


@by_hand("BAN-12")
def one_contribution(frames: Frames) -> pl.DataFrame:
    covered = frames.aid.filter("is_active", program="PBIJK")
    ids, numbers = (
        covered.filter(pl.col(column) != "")[column].to_list() for column in ("person_id", "nik")
    )
    insured = pl.col("person_id").is_in(ids) | pl.col("nik").is_in(numbers)
    return subjects(frames.person, "person_id", flag("ppu") & insured)


@by_hand("BAN-16")
def one_source_for_a_person(frames: Frames) -> pl.DataFrame:
    paid = frames.aid.filter(
        "is_active",
        "is_number",
        ~pl.col("is_emergency"),
        pl.col("unit").is_in(["perorangan", "anak", "siswa", "mahasiswa"]),
        pl.col("source").is_in(_PURSES),
    ).with_columns(pl.col("first", "last").fill_null(frames.as_of))
    found = []
    for rows in paid.partition_by("nik", "program"):
        entries = rows.to_dicts()
        found += [
            {"subject": far["aid_id"], "program": far["called"]}
            for far in entries
            if any(
                _PURSES.index(near["source"]) < _PURSES.index(far["source"]) and _meet(near, far)
                for near in entries
            )
        ]
    return findings(found)


@by_hand("BAN-17")
def village_cash_in_town(frames: Frames) -> pl.DataFrame:
    paid = _running(frames)
    towns = {place.kode_kemendagri for place in kelurahan() if not place.is_desa}
    homes = dict(frames.family.select("family_id", "kelurahan_kode_kemendagri").iter_rows())
    years = {(row["family_id"], row["first"].year) for row in paid.filter(program="PKH").to_dicts()}
    lately = frames.as_of.replace(year=frames.as_of.year - 1)
    return findings(
        {"subject": row["aid_id"]}
        for row, beside in _beside(paid, "BLTDD")
        if homes.get(row["family_id"]) in towns
        and row["last"] >= lately
        and (row["family_id"], row["first"].year) not in years
        and all(other["program"] != "SEMBAKO" for other in beside)
    )
