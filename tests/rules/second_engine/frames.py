"""The tables the rules by hand look at, derived from the raw register.

Numbers are read as text here, digit by digit; periods and dates by plain Python. ``person`` has
beside its own columns

* of its NIK ``is_number`` (sixteen digits), ``nik_day`` (a woman's forty taken off),
  ``nik_month``, ``nik_year`` (two digits), ``nik_sex``, ``nik_region`` (six digits, 99 read as
  the province), ``is_dated``, ``is_filler``, ``is_kk`` (the card number stands in its place),
  ``is_sound`` (dated and neither of these);
* ``has_card`` (its KK number is one) and ``age``;
* of its family ``kelurahan``, ``desil``, ``source_list``, ``kk_issued_on`` and ``is_usable``;
* of the registry's answer ``said_status``, ``said_name``, ``said_sex``, ``said_birth_date``,
  ``said_kelurahan``, ``said_no_kk`` and ``said_on``.

What the other tables have is said where they are made.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import polars as pl

from workbench.domain.register import Register
from workbench.rules.parameters import parameters_on

EMPTY = ("", "-", "0")


@cache
def listed(name: str) -> tuple[dict[str, str], ...]:
    """A code list, row by row."""
    path = files("workbench.domain").joinpath(f"reference/{name}.csv")
    return tuple(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@dataclass(frozen=True)
class Frames:
    """One register as Polars tables, with its reference date and the values of the settings."""

    register: Register
    as_of: date
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, register: Register, parameters: dict[str, Any] | None = None) -> Frames:
        stated = register.manifest["as_of"]
        as_of = stated if isinstance(stated, date) else date.fromisoformat(stated)
        return cls(register, as_of, parameters_on(as_of, parameters))

    def raw(self, table: str) -> pl.DataFrame:
        """A table as it stands in the register."""
        return pl.DataFrame(pl.from_arrow(self.register[table]))

    @cached_property
    def family(self) -> pl.DataFrame:
        """With ``is_usable``, ``rows`` (its people) and ``programs`` (those that pay it now)."""
        people = self.raw("person").group_by("family_id").agg(rows=pl.len())
        paid = (
            self.raw("aid")
            .filter(pl.col("status").is_in(["", "aktif"]), pl.col("family_id") != "")
            .group_by("family_id")
            .agg(programs=pl.col("program").unique())
        )
        refused = list(self.register.manifest.get("families_with_refused", ()))
        return (
            self.raw("family")
            .join(people, on="family_id", how="left")
            .join(paid, on="family_id", how="left")
            .with_columns(
                pl.col("rows").fill_null(0),
                pl.col("programs").fill_null([]),
                is_usable=sixteen("no_kk")
                & ~pl.col("family_id").is_in(refused)
                & (not is_one_row_a_family(self.register)),
            )
        )

    @cached_property
    def person(self) -> pl.DataFrame:
        of_family = self.family.select(
            "family_id",
            "desil",
            "source_list",
            "kk_issued_on",
            "is_usable",
            kelurahan="kelurahan_kode_kemendagri",
        )
        people = (
            self.raw("person")
            .join(of_family, on="family_id", how="left")
            .join(self.registry, on="nik", how="left")
            .with_columns(
                pl.col("is_usable").fill_null(False),
                pl.col("source_list").fill_null(""),
                is_number=sixteen("nik"),
                has_card=sixteen("no_kk"),
                age=self.age("birth_date"),
            )
        )
        written = _day_as_written()
        region = pl.col("nik").str.slice(0, 6)
        # The digits of the birthday, as a NIK of this person bears them.
        women = pl.when(pl.col("sex") == "P").then(40).otherwise(0)
        born = pl.col("birth_date").dt
        birthday = (born.day() + women).cast(pl.String).str.zfill(2) + born.strftime("%m%y")
        in_nik, in_kk = (pl.col(column).str.slice(6, 6) for column in ("nik", "no_kk"))
        # A card may be issued on a member's birthday, with the same serial even.
        own = (in_nik == birthday).fill_null(False)
        of_card = (pl.col("nik") == pl.col("no_kk")) | (in_kk == birthday).fill_null(False)
        both = pl.col("is_number") & pl.col("has_card")
        return people.with_columns(
            nik_day=written.str.slice(0, 2).cast(pl.Int64, strict=False),
            nik_month=pl.col("nik").str.slice(8, 2).cast(pl.Int64, strict=False),
            nik_year=pl.col("nik").str.slice(10, 2).cast(pl.Int64, strict=False),
            nik_sex=pl.when(_is_womans()).then(pl.lit("P")).otherwise(pl.lit("L")),
            nik_region=pl.when(region.str.starts_with("99"))
            .then("36" + region.str.slice(2))
            .otherwise(region),
            is_filler=_is_filler(),
            is_dated=pl.col("is_number") & written.is_in(_days_that_exist()),
            is_kk=both & of_card & ~own,
        ).with_columns(
            is_sound=pl.col("is_dated") & ~pl.col("is_filler") & ~pl.col("is_kk"),
        )

    @cached_property
    def registry(self) -> pl.DataFrame:
        """The civil registry's newest answer for each NIK."""
        return (
            self.raw("dukcapil")
            .filter(pl.col("nik") != "")
            .sort("answered_on", nulls_last=False)
            .unique("nik", keep="last", maintain_order=True)
            .select(
                "nik",
                said_status="status",
                said_name="name",
                said_sex="sex",
                said_birth_date="birth_date",
                said_kelurahan="kelurahan_kode_kemendagri",
                said_no_kk="no_kk",
                said_on="answered_on",
            )
        )

    @cached_property
    def aid(self) -> pl.DataFrame:
        """With ``is_active``, ``is_number``, ``is_sound`` (dated, no filler), ``stands`` (its
        person or NIK is among the people), ``year``, ``first`` and ``last`` day of its period
        (null where none is said), and of its programme ``unit``, ``kind`` and ``called``."""
        aid = self.raw("aid")
        periods = {text: _period(text) for text in aid["period"].unique()}
        programs = {row["kode"]: row for row in listed("program_bantuan")}

        def of_program(column: str) -> pl.Expr:
            words = {code: row[column] for code, row in programs.items()}
            return pl.col("program").replace_strict(words, default=None, return_dtype=pl.String)

        def of_period(place: int, kind: Any) -> pl.Expr:
            values = {text: told[place] for text, told in periods.items() if told}
            if not values:
                return pl.lit(None, dtype=kind)
            return pl.col("period").replace_strict(values, default=None, return_dtype=kind)

        people = self.raw("person")
        own_word = pl.when(pl.col("program_text") != "").then("program_text").otherwise("program")
        return aid.with_columns(
            is_active=pl.col("status").is_in(["", "aktif"]),
            is_number=sixteen("nik"),
            is_sound=sixteen("nik") & ~_is_filler() & _day_as_written().is_in(_days_that_exist()),
            stands=pl.col("person_id").is_in(people["person_id"].to_list())
            | (pl.col("nik").is_in(people["nik"].to_list()) & (pl.col("nik") != "")),
            is_emergency=pl.col("is_emergency").fill_null(False),
            year=of_period(0, pl.Int64),
            first=of_period(1, pl.Date),
            last=of_period(2, pl.Date),
            unit=of_program("satuan").fill_null(""),
            kind=of_program("jenis").fill_null(""),
            called=of_program("varian_penulisan").str.split(";").list.first().fill_null(own_word),
        )

    @cached_property
    def ppks(self) -> pl.DataFrame:
        """With its person's ``age``, ``sex``, ``disability``, and its kind's limits and words."""
        kinds = pl.DataFrame(
            [
                {
                    "category": row["kode"],
                    "called": row["nama"],
                    "least": int(row["usia_min"]) if row["usia_min"] else None,
                    "most": int(row["usia_maks"]) if row["usia_maks"] else None,
                    "limits_from": row["dasar_usia"].split(":")[0],
                    "for_sex": row["jenis_kelamin"],
                    "unit": row["unit"],
                    "service": row["spm"],
                    "is_sensitive": row["sensitif"] == "ya",
                }
                for row in listed("pmks_kategori")
            ],
            infer_schema_length=None,
        )
        people = self.person.filter(pl.col("person_id") != "").select(
            "person_id", "age", "sex", "disability", "disability_degree"
        )
        return (
            self.raw("ppks")
            .join(people, on="person_id", how="left")
            .join(kinds, on="category", how="left")
        )

    @cached_property
    def event(self) -> pl.DataFrame:
        return self.raw("event")

    def cleaned(self, code: str, table: str, *names: str) -> pl.DataFrame:
        """What reading noted under ``code`` of these columns, of rows that are there."""
        subjects = self.register[table][f"{table}_id"].to_pylist()
        return self.raw("cleaned").filter(
            pl.col("subject").is_in(subjects),
            pl.col("column").is_in(names) if names else pl.lit(True),
            code=code,
            table=table,
        )

    @cached_property
    def happened(self) -> pl.DataFrame:
        """Events with the person they befell (``who``): by id, else everybody of that NIK."""
        by_id = self.event.filter(pl.col("person_id") != "").with_columns(who="person_id")
        by_number = self.event.filter(pl.col("person_id") == "", pl.col("nik") != "").join(
            self.raw("person").select("nik", who="person_id"), on="nik"
        )
        return pl.concat([by_id, by_number.select(by_id.columns)])

    def age(self, column: str) -> pl.Expr:
        """Completed years at the reference date; negative for who is not yet born."""
        born = pl.col(column).dt
        month, day = self.as_of.month, self.as_of.day
        waiting = (born.month() > month) | ((born.month() == month) & (born.day() > day))
        return self.as_of.year - born.year().cast(pl.Int64) - waiting.cast(pl.Int64)

    @property
    def plausible_age(self) -> pl.Expr:
        """Born, and no older than anybody."""
        return pl.col("age").is_between(0, self.settings["age_max"])


def sixteen(column: str) -> pl.Expr:
    """Sixteen digits and nothing else."""
    return pl.col(column).str.contains("^[0-9]{16}$")


def is_one_row_a_family(register: Register) -> bool:
    """Whether a list of several families names one person of each."""
    sizes = pl.Series(register["person"]["family_id"].to_pylist(), dtype=pl.String).value_counts()
    return len(sizes) > 1 and sizes["count"].max() == 1


def subjects(frame: pl.DataFrame, key: str, where: pl.Expr, **evidence: Any) -> pl.DataFrame:
    """The rows for which ``where`` is true, as findings."""
    return frame.filter(where).select(subject=pl.col(key), **evidence)


def findings(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Findings that were gathered one by one."""
    gathered = list(rows)
    if not gathered:
        return pl.DataFrame(schema={"subject": pl.String})
    return pl.DataFrame(gathered, infer_schema_length=None)


def either(*cases: tuple[pl.Expr, str | pl.Expr], otherwise: str | pl.Expr | None) -> pl.Expr:
    """The words of the first case that holds."""
    words = otherwise if isinstance(otherwise, pl.Expr) else pl.lit(otherwise)
    for holds, said in reversed(cases):
        words = (
            pl.when(holds)
            .then(said if isinstance(said, pl.Expr) else pl.lit(said))
            .otherwise(words)
        )
    return words


def _is_womans() -> pl.Expr:
    """Forty was added to the day."""
    return pl.col("nik").str.slice(6, 2) > "40"


def _day_as_written() -> pl.Expr:
    """Day, month and year in the NIK, two digits each, a woman's forty taken off."""
    day = pl.col("nik").str.slice(6, 2)
    off = (day.cast(pl.Int64, strict=False) - 40).cast(pl.String).str.zfill(2)
    return pl.when(_is_womans()).then(off).otherwise(day) + pl.col("nik").str.slice(8, 4)


def _is_filler() -> pl.Expr:
    ending = pl.col("nik").str.ends_with("0000")
    return sixteen("nik") & (pl.col("nik").is_in(_FILLERS) | ending)


_FILLERS = [digit * 16 for digit in "0123456789"] + ["1234567890123456"]


@cache
def _days_that_exist() -> list[str]:
    """DDMMYY of every day of two centuries."""
    first, last = date(1900, 1, 1), date(2099, 12, 31)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return sorted({day.strftime("%d%m%y") for day in days})


def _period(text: str) -> tuple[int, date, date] | None:
    """Year, first and last day of 2026, 2026-S1, 2026-T1 or 2026-03; None for anything else."""
    found = re.fullmatch(r"([0-9]{4})(?:-(?:S([12])|T([1-4])|(0[1-9]|1[0-2])))?", text)
    if found is None or not 1900 <= int(found[1]) < 3000:
        return None
    year, half, quarter, month = int(found[1]), found[2], found[3], found[4]
    if half:
        first, length = 6 * int(half) - 5, 6
    elif quarter:
        first, length = 3 * int(quarter) - 2, 3
    elif month:
        first, length = int(month), 1
    else:
        first, length = 1, 12
    after = date(year + (first + length) // 13, (first + length - 1) % 12 + 1, 1)
    return year, date(year, first, 1), after - timedelta(days=1)
