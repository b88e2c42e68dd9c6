"""True numbers per kelurahan, over a whole list; nothing here may be shown before the gate.

Everybody is counted once, where they live: a family with its sound KK number, a person with a
sound NIK, however many rows say so. Where somebody was found or served says nothing of where
they live and is not looked at. Whoever has no home on the list is counted in no kelurahan, and
the table's ``remark`` says so, in round numbers: an exact one would give a hidden cell away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from workbench.domain.reference import Entry, reference
from workbench.domain.register import Register
from workbench.domain.wilayah import CITY, PLACES
from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.geo.areas import AreaSet
from workbench.geo.disclosure.tables import Column, Counts
from workbench.rules.declare import Severity

if TYPE_CHECKING:
    import duckdb

    from workbench.geo.indicators import OwnIndicator

#: Sources of aid as columns: key, title, and the codes of ``aid.source`` it stands for.
FUNDS = (
    ("dana:apbn", "Penerima bantuan APBN", ("apbn",)),
    (
        "dana:apbd",
        f"Penerima bantuan APBD (provinsi, {CITY.kind})",
        ("apbd_provinsi", "apbd_kabkota"),
    ),
    ("dana:desa", "Penerima bantuan Dana Desa", ("desa",)),
    ("dana:lain", "Penerima bantuan lain (CSR, sumber tidak disebut)", ("csr", "lain")),
)
#: Minimum services: code, words, and the categories that count, all or those found telantar.
SPM = (
    ("SPM1", "Penyandang disabilitas telantar", (), ("PMKS05", "PMKS09")),
    ("SPM2", "Anak telantar", ("PMKS01", "PMKS02"), ("PMKS04",)),
    ("SPM3", "Lanjut usia telantar", ("PMKS08",), ()),
    ("SPM4", "Gelandangan dan pengemis", ("PMKS11", "PMKS12"), ()),
    ("SPM5", "Korban bencana", ("PMKS21", "PMKS22"), ()),
)
DESILS = (*(str(number) for number in range(1, 11)), "?")
CHECKS = (
    ("verifikasi:3bulan", "Diverifikasi dalam 3 bulan terakhir"),
    ("verifikasi:12bulan", "Diverifikasi 3 sampai 12 bulan lalu"),
    ("verifikasi:lama", "Diverifikasi lebih dari 12 bulan lalu"),
    ("verifikasi:belum", "Belum pernah diverifikasi"),
)
_SEVERITIES = (Severity.KRITIS, Severity.TINGGI, Severity.SEDANG)
_VISIT = "kunjungan"

_WHO = ["person_id", "family_id", "nik", "no_kk"]
_COLUMNS = {
    "family": ["family_id", "no_kk", "kelurahan_kode_kemendagri", "desil", "desil_checked_on"],
    "person": ["person_id", "family_id", "nik", "name", "dukcapil_matched_on"],
    "aid": [*_WHO, "program", "program_text", "source", "period", "status"],
    "ppks": [
        *_WHO,
        "category",
        "category_text",
        "assessed_on",
        "in_institution",
        "is_telantar",
        "is_service_fulfilled",
    ],
}

#: A NIK or KK number that can tell people apart; fillers cannot.
_SOUND = (
    "(regexp_full_match({0}, '[0-9]{{16}}') AND {0} NOT LIKE '%0000' "
    "AND {0} <> '1234567890123456' AND {0} <> repeat(left({0}, 1), 16))"
)

_HOMES = f"""
CREATE TEMP TABLE numbered AS
SELECT family_id, kelurahan_kode_kemendagri AS code, desil, desil_checked_on, n, no_kk,
    {_SOUND.format("no_kk")} AS is_sound FROM family;
CREATE TEMP TABLE kin AS
SELECT min(n) AS fam, arg_min(code, n) FILTER (code IN (SELECT code FROM place)) AS code,
    arg_min(desil, n) FILTER (desil BETWEEN 1 AND 10) AS desil,
    max(desil_checked_on) FILTER (desil_checked_on <= getvariable('as_of')) AS checked_on,
    CASE WHEN is_sound THEN no_kk ELSE 'id:' || family_id END AS who
FROM numbered GROUP BY who;
CREATE TEMP TABLE home AS
SELECT r.family_id, any_value(k.fam) AS fam, any_value(k.code) AS code
FROM numbered r JOIN kin k
    ON k.who = CASE WHEN is_sound THEN no_kk ELSE 'id:' || family_id END
GROUP BY r.family_id;
CREATE TEMP TABLE card AS
SELECT no_kk, arg_min(family_id, n) AS family_id FROM numbered WHERE is_sound GROUP BY no_kk;
CREATE TEMP TABLE member AS
SELECT p.person_id, p.family_id, p.n, h.fam, h.code, p.dukcapil_matched_on,
    CASE WHEN {_SOUND.format("p.nik")} THEN p.nik ELSE '' END AS nik
FROM person p LEFT JOIN home h ON h.family_id = p.family_id;
"""

#: Rows of LISTED (``ppks`` or ``aid``) with the person and family they speak of: a row's own family
#: comes first, then that of its person (by id or NIK), then that of its KK number.
_TIED = f"""
CREATE TEMP TABLE tied_LISTED AS
WITH told AS (SELECT *, {_SOUND.format("nik")} AS is_sound FROM LISTED),
by_id AS (
    SELECT person_id, any_value(family_id) AS family_id, any_value(nik) AS nik
    FROM member WHERE person_id IN (
        SELECT person_id FROM told WHERE person_id <> '' AND (family_id = '' OR NOT is_sound))
    GROUP BY person_id
),
known AS (
    SELECT r.* EXCLUDE (nik, family_id, is_sound),
        CASE WHEN r.is_sound THEN r.nik ELSE coalesce(i.nik, '') END AS nik,
        coalesce(nullif(r.family_id, ''), i.family_id, '') AS family_id
    FROM told r LEFT JOIN by_id i ON i.person_id = r.person_id AND r.person_id <> ''
),
by_nik AS (
    SELECT nik, arg_min(person_id, n) AS person_id, arg_min(family_id, n) AS family_id
    FROM member WHERE nik <> '' AND nik IN (
        SELECT nik FROM known WHERE person_id = '' OR family_id = '')
    GROUP BY nik
),
placed AS (
    SELECT r.* EXCLUDE (person_id, family_id),
        coalesce(nullif(r.person_id, ''), b.person_id, '') AS person_id,
        coalesce(nullif(r.family_id, ''), nullif(b.family_id, ''), c.family_id, '') AS family_id
    FROM known r
    LEFT JOIN by_nik b ON b.nik = r.nik AND (r.person_id = '' OR r.family_id = '')
    LEFT JOIN card c ON c.no_kk = r.no_kk AND r.family_id = ''
)
SELECT t.*, h.fam, h.code,
    CASE WHEN nik <> '' THEN 'nik:' || nik WHEN person_id <> '' THEN 'p:' || person_id
        ELSE '' END AS own,
    CASE WHEN h.fam IS NOT NULL THEN 'f:' || h.fam WHEN t.family_id <> '' THEN 'id:' || t.family_id
        WHEN t.no_kk <> '' THEN 'kk:' || t.no_kk ELSE '' END AS kindred
FROM placed t LEFT JOIN home h ON h.family_id = t.family_id;
"""

#: Who a PPKS row is about: a person, or a family where the category counts families.
_PPKS = """
CREATE TEMP TABLE ppks_row AS
SELECT n, category, code, assessed_on, coalesce(in_institution, false) AS is_inside,
    coalesce(is_telantar, false) AS is_telantar,
    coalesce(is_service_fulfilled, false) AS is_met, fam,
    coalesce(nullif(CASE WHEN category IN (SELECT unnest($families))
        THEN coalesce(nullif(kindred, ''), own) ELSE coalesce(nullif(own, ''), kindred) END, ''),
        'row:' || n) AS who
FROM tied_ppks WHERE category <> ''
"""

#: The day stands for the event: a victim of two disasters counts twice (see PPK-85). The newest
#: assessment of a person decides whether the service was given.
_SPM = """
WITH counted AS (
    SELECT s.service, who, code, n, assessed_on, is_met,
        CASE WHEN s.service = 'SPM5' THEN assessed_on END AS event
    FROM ppks_row r JOIN (SELECT unnest($kinds, recursive := true)) s USING (category)
    WHERE assessed_on <= getvariable('as_of') AND (NOT s.if_telantar OR is_telantar)
        AND (s.service = 'SPM5' OR NOT is_inside)
),
people AS (
    SELECT service, arg_min(code, n) FILTER (code IS NOT NULL) AS code,
        arg_max(is_met, (assessed_on, n)) AS is_met
    FROM counted GROUP BY service, who, event
)
SELECT code, 'spm:' || service || CASE WHEN is_met THEN ':terpenuhi' ELSE ':belum' END, count(*)
FROM people GROUP BY ALL
"""

#: Aid that counts: active, and of the newest period of its programme, which may be at most a year
#: older than the newest of the list. What has no period counts.
_CURRENT = """
CREATE TEMP TABLE current AS
WITH kinds AS (
    SELECT program, program_text, period, try_cast(left(period, 4) AS INTEGER) AS year,
        CASE substr(period, 6)
            WHEN '' THEN 1 WHEN 'S1' THEN 1 WHEN 'S2' THEN 7 WHEN 'T1' THEN 1 WHEN 'T2' THEN 4
            WHEN 'T3' THEN 7 WHEN 'T4' THEN 10 ELSE try_cast(substr(period, 6) AS INTEGER) END
            AS month,
        CASE WHEN length(period) = 4 THEN 12 WHEN substr(period, 6, 1) = 'S' THEN 6
            WHEN substr(period, 6, 1) = 'T' THEN 3 ELSE 1 END AS months
    FROM aid WHERE status IN ('', 'aktif') GROUP BY program, program_text, period
),
dated AS (
    SELECT program, program_text, period, CASE WHEN year BETWEEN 1900 AND 2999
        AND month BETWEEN 1 AND 12 THEN make_date(year, month, 1) END AS begins,
        begins + to_months(months) AS ends
    FROM kinds
),
newest AS (
    SELECT *, max(ends) OVER (PARTITION BY coalesce(nullif(program, ''), program_text)) AS of_kind,
        max(ends) OVER () AS of_list
    FROM dated WHERE coalesce(begins <= getvariable('as_of'), true)
)
SELECT program, program_text, period, ends, coalesce(k.key, 'program:lain') AS key,
    coalesce(k.fund, 'lain') AS fund
FROM newest LEFT JOIN (SELECT unnest($programs, recursive := true)) k USING (program)
WHERE ends IS NULL OR (ends = of_kind AND ends > of_list - INTERVAL 12 MONTH);
"""
_RECIPIENTS = """
CREATE TEMP TABLE recipients AS
SELECT DISTINCT person_id, family_id, nik, no_kk, key, 0 AS n,
    CASE WHEN source <> '' THEN source ELSE fund END AS source
FROM aid JOIN current USING (program, program_text, period) WHERE status IN ('', 'aktif');
"""


def count(
    register: Register,
    findings: pa.Table | None,
    areas: AreaSet,
    as_of: date,
    own: OwnIndicator | None = None,
) -> tuple[Counts, ...]:
    """The tables keluarga, orang, ppks, spm, sumber, program, temuan, verifikasi, and sendiri.

    ``findings`` is the table of a check, ``own`` makes the last table (none without it). Raises
    ``WrongUse`` when it names families that are not on the list. What the list does not carry
    leaves a table of which nothing is surveyed (of desil: no column); a kelurahan without a
    family is not surveyed. A column with the same key counts the same thing in every table.
    """
    import duckdb

    with duckdb.connect() as connection:
        for name, columns in _COLUMNS.items():
            connection.register(name, _numbered(register[name].select(columns)))
        connection.execute("SET VARIABLE as_of = $1::DATE", [as_of])
        connection.register("place", pa.table({"code": list(areas.by_code)}))
        connection.execute(_HOMES)
        listed = _Listed(connection, register)
        return (
            _families(listed),
            _people(listed),
            *_categories(listed),
            *_aid(listed),
            _findings(listed, findings),
            _verified(listed),
            *([_own(listed, own)] if own else []),
        )


class _Listed:
    """A list laid out in DuckDB, and which kelurahan it speaks of."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, register: Register) -> None:
        self.connection, self.register = connection, register
        self.families = dict(
            connection.execute("SELECT coalesce(code, ''), count(*) FROM kin GROUP BY 1").fetchall()
        )
        self.surveyed = frozenset(self.families) - {""}

    def cells(self, sql: str, **given: object) -> dict[tuple[str, str], int]:
        """Counts by (code, key), code "" for what has no home, of a query that gives the three."""
        rows = self.connection.execute(sql, given or None).fetchall()
        return {(code or "", key): number for code, key, number in rows}

    def totals(self) -> dict[tuple[str, str], int]:
        """All families, as cells of the column ``keluarga``."""
        return {(code, "keluarga"): number for code, number in self.families.items()}

    def says(self, table: str, *columns: str) -> bool:
        """Whether the list speaks of this; an empty table is not a survey that found none."""
        if "carried" in self.register.manifest:
            return any(self.register.carries(table, column) for column in columns)
        return any(
            self.connection.execute(
                f"SELECT count(*) > 0 FROM {table} WHERE coalesce(CAST({column} AS VARCHAR), '') "
                "NOT IN ('', '-')"
            ).fetchall()[0][0]
            for column in columns
        )

    def counts(
        self,
        name: str,
        columns: Iterable[Column],
        cells: dict[tuple[str, str], int],
        *remarks: str,
    ) -> Counts:
        """A table of the surveyed kelurahan; what has no home is left out."""
        placed = {key: number for key, number in cells.items() if key[0]}
        return Counts(name, tuple(columns), placed, self.surveyed, " ".join(filter(None, remarks)))


def _numbered(table: pa.Table) -> pa.Table:
    import numpy as np

    return table.append_column("n", pa.array(np.arange(table.num_rows)))


def _silent(name: str, columns: Iterable[Column], why: str) -> Counts:
    return Counts(name, tuple(columns), {}, frozenset(), why)


def _unplaced(number: int, unit: str) -> str:
    if number <= 0:
        return ""
    about = f"Sekitar {number_id(round(number, -1))}" if number >= 10 else "Beberapa"
    return f"{about} {unit} tidak dapat ditempatkan di {PLACES} mana pun."


def _all_families(children: Sequence[str] = ()) -> Column:
    return Column("keluarga", "Keluarga terdaftar", "keluarga", tuple(children), is_base=True)


def _families(listed: _Listed) -> Counts:
    remark = _unplaced(listed.families.get("", 0), "keluarga")
    if not listed.says("family", "desil"):
        return listed.counts(
            "keluarga", [_all_families()], listed.totals(), remark, "Daftar ini tidak memuat desil."
        )
    keys = [f"desil:{desil}" for desil in DESILS]
    columns = [_all_families(keys)]
    for key, desil in zip(keys, DESILS, strict=True):
        title = "Keluarga tanpa desil" if desil == "?" else f"Keluarga desil {desil}"
        columns.append(Column(key, title, "keluarga"))
    cells = listed.cells(
        "SELECT code, 'desil:' || coalesce(CAST(desil AS VARCHAR), '?'), count(*) FROM kin "
        "GROUP BY ALL"
    )
    return listed.counts("keluarga", columns, cells, remark)


def _people(listed: _Listed) -> Counts:
    columns = [Column("orang", "Orang terdaftar", "orang")]
    if not listed.says("person", "nik", "name", "family_id"):
        return _silent("orang", columns, "Daftar ini tidak memuat anggota keluarga.")
    cells = listed.cells(
        "SELECT code, 'orang', count(*) FROM ("
        "SELECT arg_min(code, n) FILTER (code IS NOT NULL) AS code FROM member "
        "GROUP BY CASE WHEN nik <> '' THEN nik ELSE 'p:' || person_id END) GROUP BY ALL"
    )
    return listed.counts("orang", columns, cells, _unplaced(cells.get(("", "orang"), 0), "orang"))


# --- PPKS ----------------------------------------------------------------------------------------


def unit_of(category: Entry) -> str:
    """What a category of ``pmks_kategori`` counts: orang, keluarga, or either."""
    if category["unit"] == "individu":
        return "orang"
    return "orang atau keluarga" if "individu" in category["unit"] else "keluarga"


def cluster_key(name: str) -> str:
    """``klaster:tuna_sosial`` of a cluster's name."""
    return "klaster:" + re.sub(r"\W+", "_", name.lower())


def open_clusters() -> dict[str, tuple[str, ...]]:
    """The categories that are not sensitive, by the name of their cluster."""
    found: dict[str, tuple[str, ...]] = {}
    for row in reference("pmks_kategori"):
        if row["sensitif"] != "ya":
            found[row["klaster"]] = (*found.get(row["klaster"], ()), row["kode"])
    return found


def _categories(listed: _Listed) -> tuple[Counts, Counts]:
    clusters = open_clusters()
    unit = "catatan"
    columns = [
        Column("semua", "PPKS, semua kategori terbuka", unit, tuple(map(cluster_key, clusters)))
    ]
    columns += [
        Column(cluster_key(name), f"Klaster {name}", unit, kinds)
        for name, kinds in clusters.items()
    ]
    columns += [
        Column(row["kode"], row["nama"], unit_of(row), sensitive=row["sensitif"] == "ya")
        for row in reference("pmks_kategori")
    ]
    services = [column for service in SPM for column in _service_columns(*service)]
    if not listed.says("ppks", "category", "category_text"):
        why = "Daftar ini tidak memuat data PPKS."
        return _silent("ppks", columns, why), _silent("spm", services, why)
    by_family = [row["kode"] for row in reference("pmks_kategori") if unit_of(row) == "keluarga"]
    listed.connection.execute(_TIED.replace("LISTED", "ppks"))
    listed.connection.execute(_PPKS, {"families": by_family})
    cells = listed.cells(
        "SELECT code, category, count(*) FROM (SELECT category, "
        "arg_min(code, n) FILTER (code IS NOT NULL) AS code FROM ppks_row GROUP BY category, who)"
        " GROUP BY ALL"
    )
    is_open = {kind for kinds in clusters.values() for kind in kinds}
    homeless = sum(number for (code, kind), number in cells.items() if not code and kind in is_open)
    table = listed.counts(
        "ppks",
        columns,
        cells,
        "Dihitung menurut tempat tinggal; satu orang dapat masuk dua kategori.",
        _unplaced(homeless, "catatan PPKS"),
    )
    return table, _services(listed, services)


def _service_columns(
    code: str, words: str, always: Sequence[str], if_telantar: Sequence[str]
) -> tuple[Column, Column, Column]:
    key, unit = f"spm:{code}", "orang" if code != "SPM5" else "orang atau keluarga"
    parts = (f"{key}:terpenuhi", f"{key}:belum")
    # Victims are counted by event, so they may be more than the people listed.
    listed = () if code == "SPM5" else (*always, *if_telantar)
    whole = tuple(f"ppks:{kind}" for kind in listed)
    return (
        Column(key, f"{words}: sasaran hasil asesmen", unit, parts, covered_by=whole),
        Column(parts[0], f"{words}: kebutuhan dasar terpenuhi", unit),
        Column(parts[1], f"{words}: belum tercatat terpenuhi", unit),
    )


def _services(listed: _Listed, columns: list[Column]) -> Counts:
    if not listed.says("ppks", "assessed_on"):
        return _silent("spm", columns, "Daftar ini tidak memuat tanggal asesmen PPKS.")
    if not listed.says("ppks", "is_service_fulfilled"):
        return _silent("spm", columns, "Daftar ini tidak memuat terpenuhi tidaknya layanan SPM.")
    kinds = [
        {"service": code, "category": kind, "if_telantar": kind in if_telantar}
        for code, _, always, if_telantar in SPM
        for kind in (*always, *if_telantar)
    ]
    cells = listed.cells(_SPM, kinds=kinds)
    homeless = sum(number for (code, _), number in cells.items() if not code)
    return listed.counts(
        "spm",
        columns,
        cells,
        "Hanya yang sudah diasesmen dan di luar panti, menurut asesmen terakhir tiap orang; "
        "korban bencana menurut kejadian. Kategori sensitif tidak ikut dihitung.",
        _unplaced(homeless, "sasaran SPM"),
    )


# --- aid -----------------------------------------------------------------------------------------


def _fund_of(program: Entry) -> str:
    """The source of a programme that has one only; ``lain`` for those paid from several."""
    alone = {"APBN": "apbn", "Dana Desa": "desa", "APBD": "apbd_kabkota"}
    return alone.get(program["sumber_dana"], "lain")


def _aid(listed: _Listed) -> tuple[Counts, Counts]:
    receive = Column("penerima", "Keluarga penerima bantuan", "keluarga")
    funds = tuple(key for key, _, _ in FUNDS)
    numbers = tuple(f"sumber:{number}" for number in range(1, 4))
    by_number = [
        _all_families(("sumber:0", "penerima")),
        Column("penerima", receive.title, "keluarga", numbers, covered_by=funds),
        Column("sumber:0", "Tanpa bantuan", "keluarga"),
        Column("sumber:1", "Satu sumber bantuan", "keluarga"),
        Column("sumber:2", "Dua sumber bantuan", "keluarga"),
        Column("sumber:3", "Tiga sumber bantuan atau lebih", "keluarga"),
        *(Column(key, title, "keluarga", within="penerima") for key, title, _ in FUNDS),
    ]
    # Who has two sources stands in two of the columns, who has three or more in all at most.
    one, two, three = (("sumber:1",), ("sumber:2",) * 2, ("sumber:3",))
    weights = ((one + two + three * 3, funds), (funds, one + two + three * len(funds)))
    if not listed.says("aid", "program", "program_text"):
        why = "Daftar ini tidak memuat data bantuan."
        return (
            _silent("sumber", by_number, why),
            _silent("program", [_all_families(), receive], why),
        )
    programs = reference("program_bantuan")
    listed.connection.execute(
        _CURRENT,
        {
            "programs": [
                {"program": row["kode"], "key": f"program:{row['kode']}", "fund": _fund_of(row)}
                for row in programs
            ]
        },
    )
    listed.connection.execute(_RECIPIENTS)
    listed.connection.execute(_TIED.replace("LISTED", "recipients"))
    homeless = listed.cells(
        "SELECT '', '', count(DISTINCT coalesce(nullif(kindred, ''), own)) FROM tied_recipients "
        "WHERE code IS NULL"
    )
    remarks = (_period_words(listed), _unplaced(homeless["", ""], "penerima bantuan"))
    named = {
        code
        for (code,) in listed.connection.execute("SELECT program FROM aid GROUP BY 1").fetchall()
    }
    by_program = {
        f"program:{row['kode']}": f"Penerima {row['program']}"
        for row in programs
        if row["kode"] in named
    } | {"program:lain": "Penerima program lain"}
    programs_of = [
        _all_families(),
        Column("penerima", receive.title, "keluarga", (), "keluarga", covered_by=tuple(by_program)),
        *(Column(key, title, "keluarga", within="penerima") for key, title in by_program.items()),
    ]
    cells = listed.totals() | listed.cells(
        "SELECT code, key, count(DISTINCT fam) FROM tied_recipients WHERE fam IS NOT NULL "
        "GROUP BY ALL"
    )
    cells |= listed.cells(
        "SELECT code, 'penerima', count(DISTINCT fam) FROM tied_recipients WHERE fam IS NOT NULL "
        "GROUP BY ALL"
    )
    return (
        replace(listed.counts("sumber", by_number, _fund_cells(listed), *remarks), facts=weights),
        listed.counts("program", programs_of, cells, *remarks),
    )


def _fund_cells(listed: _Listed) -> dict[tuple[str, str], int]:
    funds = [{"source": code, "key": key} for key, _, codes in FUNDS for code in codes]
    listed.connection.execute(
        "CREATE TEMP TABLE funded AS SELECT DISTINCT fam, p.code, coalesce(f.key, $other) AS key "
        "FROM tied_recipients p LEFT JOIN (SELECT unnest($funds, recursive := true)) f "
        "USING (source) WHERE fam IS NOT NULL",
        {"funds": funds, "other": FUNDS[-1][0]},
    )
    numbers = listed.cells(
        "SELECT k.code, 'sumber:' || least(coalesce(p.funds, 0), 3), count(*) FROM kin k "
        "LEFT JOIN (SELECT fam, count(*) AS funds FROM funded GROUP BY fam) p USING (fam) "
        "GROUP BY ALL"
    )
    return numbers | listed.cells("SELECT code, key, count(*) FROM funded GROUP BY ALL")


def _period_words(listed: _Listed) -> str:
    rows = listed.connection.execute(
        "SELECT period FROM current WHERE ends IS NOT NULL GROUP BY period "
        "ORDER BY max(ends) DESC, period LIMIT 5"
    ).fetchall()
    said = "Bantuan yang aktif menurut periode terbaru tiap program"
    if not rows:
        return f"{said}; daftar ini tidak menyebut periode."
    return f"{said} ({', '.join(period for (period,) in rows)})."


# --- findings and verification -------------------------------------------------------------------


def _findings(listed: _Listed, findings: pa.Table | None) -> Counts:
    weights = {severity: f"temuan:{severity.value}" for severity in _SEVERITIES}
    columns = [
        _all_families(),
        Column(
            "bertemuan",
            "Keluarga dengan hal yang perlu dicek",
            "keluarga",
            within="keluarga",
            covered_by=("temuan",),
        ),
        Column("kunjungan", "Keluarga yang perlu dikunjungi", "keluarga", within="bertemuan"),
        Column("temuan", "Temuan", "temuan", tuple(weights.values())),
        *(Column(key, f"Temuan {severity.value}", "temuan") for severity, key in weights.items()),
    ]
    if findings is None:
        return _silent("temuan", columns, "Daftar ini belum diperiksa.")
    from workbench.rules import catalogue

    visits = [code for code, rule in catalogue().items() if _VISIT in rule.follow_up]
    names = ("rule", "severity", "family_id", "kelurahan_kode_kemendagri")
    listed.connection.register("findings", findings.select(names))
    listed.connection.execute(
        "CREATE TEMP TABLE found AS SELECT f.rule, h.fam, h.code AS home, "
        "CASE WHEN severity IN ('KRITIS', 'TINGGI') THEN severity ELSE 'SEDANG' END AS severity, "
        "coalesce(h.code, p.code) AS code FROM findings f "
        "LEFT JOIN home h ON h.family_id = f.family_id AND f.family_id <> '' "
        "LEFT JOIN place p ON p.code = f.kelurahan_kode_kemendagri WHERE severity <> 'INFO'"
    )
    cells = listed.cells("SELECT code, 'temuan:' || severity, count(*) FROM found GROUP BY ALL")
    homeless = sum(number for (code, _), number in cells.items() if not code)
    cells |= listed.cells(
        "SELECT home, 'bertemuan', count(DISTINCT fam) FROM found WHERE fam IS NOT NULL GROUP BY 1"
    )
    cells |= listed.cells(
        "SELECT home, 'kunjungan', count(DISTINCT fam) FROM found WHERE fam IS NOT NULL "
        "AND rule IN (SELECT unnest($visits)) GROUP BY 1",
        visits=visits,
    )
    return listed.counts("temuan", columns, listed.totals() | cells, _unplaced(homeless, "temuan"))


def _verified(listed: _Listed) -> Counts:
    columns = [_all_families([key for key, _ in CHECKS])]
    columns += [Column(key, title, "keluarga") for key, title in CHECKS]
    sources = {
        "kin": ("family", "desil_checked_on"),
        "member": ("person", "dukcapil_matched_on"),
        "ppks_row": ("ppks", "assessed_on"),
    }
    told = {name for name, source in sources.items() if listed.says(*source)}
    if not told:
        return _silent("verifikasi", columns, "Daftar ini tidak memuat tanggal verifikasi.")
    days = ["SELECT fam, checked_on AS day FROM kin"]
    if "member" in told:
        days.append("SELECT fam, dukcapil_matched_on FROM member")
    if "ppks_row" in told and listed.says("ppks", "category", "category_text"):
        days.append("SELECT fam, assessed_on FROM ppks_row")
    cells = listed.cells(
        f"""
        WITH newest AS (
            SELECT fam, max(day) AS day FROM ({" UNION ALL ".join(days)})
            WHERE day <= getvariable('as_of') GROUP BY fam
        )
        SELECT k.code, CASE WHEN day IS NULL THEN 'verifikasi:belum'
            WHEN day >= getvariable('as_of') - INTERVAL 3 MONTH THEN 'verifikasi:3bulan'
            WHEN day >= getvariable('as_of') - INTERVAL 12 MONTH THEN 'verifikasi:12bulan'
            ELSE 'verifikasi:lama' END AS age, count(*)
        FROM kin k LEFT JOIN newest USING (fam) GROUP BY ALL
        """
    )
    return listed.counts(
        "verifikasi",
        columns,
        cells,
        "Tanggal terbaru dari pengecekan desil, pemadanan Dukcapil anggota dan asesmen PPKS.",
        _unplaced(listed.families.get("", 0), "keluarga"),
    )


def _own(listed: _Listed, own: OwnIndicator) -> Counts:
    columns = [_all_families(), Column("sendiri", own.title, "keluarga", within="keluarga")]
    chosen = pa.table({"family_id": pa.array(sorted(own.families), pa.string())})
    listed.connection.register("chosen", chosen)
    placed = listed.connection.execute(
        "SELECT count(*) FROM chosen SEMI JOIN home USING (family_id)"
    ).fetchall()[0][0]
    if placed < chosen.num_rows:
        raise WrongUse(
            f"{chosen.num_rows - placed} dari {chosen.num_rows} family_id pada indikator ini tidak "
            "ada dalam daftar. Ambil family_id dari daftar yang dipetakan."
        )
    cells = listed.cells(
        "SELECT code, 'sendiri', count(DISTINCT fam) FROM home SEMI JOIN chosen USING (family_id) "
        "GROUP BY ALL"
    )
    remark = _unplaced(cells.get(("", "sendiri"), 0), "keluarga")
    return listed.counts("sendiri", columns, listed.totals() | cells, remark)
