"""The typed copy of a register that rules are written against (DuckDB).

Every typed table has all columns of its table in ``register.csv``, and beside them:

``person``
    ``nik_number`` (BIGINT, null unless sixteen digits), ``nik_region`` (first six digits as an
    integer, 99 read as the city's province), ``nik_day`` ``nik_month`` ``nik_yy`` ``nik_sex``
    ``nik_serial`` ``nik_has_date`` ``nik_is_filler``, ``nik_is_doubled`` (another row of the
    list has the same sixteen digits), ``kk_number``, ``nik_is_kk`` (its NIK
    is the card number, or the two stand in each other's place), ``age`` (years at ``as_of``),
    ``kelurahan_kode_kemendagri``, ``desil`` and ``source_list`` of its family,
    ``family_usable`` (its family has a KK number, no refused member, and the list is not one row
    a family), ``registry_*`` (the civil registry's answer for its NIK: status, name, sex,
    birth_date, kelurahan; null when never asked), ``registry_likeness`` (of the two names, 0 to
    1; null where one is unknown).
``family``
    ``head_name`` (the head's, else the first member's, where the list states none),
    ``kk_number``, ``usable`` (as above), ``member_rows``, ``receives`` (list of programmes with
    active aid), ``lat0`` ``lon0`` ``area_km2`` (centroid and area of its kelurahan).
``aid``
    ``nik_number``, ``nik_is_sound`` (sixteen digits with a date, no filler), ``is_active``
    (status active or not said), ``listed`` (its NIK or its person stands among the persons),
    ``per_family`` (the programme pays families), ``kind`` (jenis of the programme),
    ``program_name`` (its short name, else the list's own word), ``period_start`` and
    ``period_end`` (dates; null when the list gives no period).
``ppks``
    of its person ``age`` ``sex`` ``disability`` ``disability_degree``; of its category
    ``category_name`` ``age_min`` ``age_max`` ``age_basis`` ``category_sex`` ``unit`` ``spm``
    ``is_sensitive``.
``event``
    as it is.
``psks``, ``dukcapil``, ``rt_rw``, ``cleaned``
    as they are; of ``cleaned`` the columns ``"table"`` and ``"column"`` want quotes.

The first five also have ``place`` (of the row in its table, an integer) and
``kelurahan_of_finding`` (where a finding of the row belongs); ``person``, ``aid`` and ``ppks``
have ``family_place``, the place of their family (null where they have none: joins by it are far
cheaper than by ``family_id``); ``ppks`` has ``subject_name``.
``workbench.rules.copies`` makes and keeps them.

``doubled`` holds the persons with ``nik_is_doubled``, but for fillers and card numbers.

A rule that compares people within families asks for ``family_place BETWEEN
getvariable('first_family') AND getvariable('last_family')``: it is then run for so many families
at once as the memory holds.

Also there: ``region_code(code)`` (every kecamatan code ever valid, as integer), ``kelurahan``,
``reason(kode, alasan)``, ``program(kode, jenis, satuan)``; ``getvariable('as_of')`` is the
reference date and every parameter is a variable of its own name.
"""

from __future__ import annotations

from workbench.domain.wilayah import CITY, OLD_CITY_CODES, Kelurahan, kecamatan, kelurahan
from workbench.rules.names import likeness_sql

_NUMBER = "CASE WHEN regexp_full_match({0}, '[0-9]{{16}}') THEN CAST({0} AS BIGINT) END"

#: Whether a day, a month and a year of two digits stand in the calendar.
_IS_DATE = """({0} BETWEEN 1 AND CASE WHEN {1} = 2 THEN CASE WHEN {2} % 4 = 0 THEN 29 ELSE 28 END
                               WHEN {1} IN (4, 6, 9, 11) THEN 30 ELSE 31 END
        AND {1} BETWEEN 1 AND 12)"""

_PERSON = f"""
WITH numbered AS (
    SELECT *, {_NUMBER.format("nik")} AS nik_number, {_NUMBER.format("no_kk")} AS kk_number
    FROM raw_person
),
parts AS (
    SELECT *,
        CAST(nik_number // 10000000000 AS INTEGER) AS region_as_written,
        CAST((nik_number // 100000000) % 100 AS INTEGER) AS nik_dd,
        CAST((nik_number // 1000000) % 100 AS INTEGER) AS nik_month,
        CAST((nik_number // 10000) % 100 AS INTEGER) AS nik_yy,
        CAST(nik_number % 10000 AS INTEGER) AS nik_serial,
        -- The digits seven to twelve that a NIK of this person bears.
        (day(birth_date) + CASE sex WHEN 'P' THEN 40 ELSE 0 END) * 10000
            + month(birth_date) * 100 + year(birth_date) % 100 AS born
    FROM numbered
),
doubled AS (
    SELECT nik_number, true AS is_doubled FROM numbered WHERE nik_number IS NOT NULL
    GROUP BY nik_number HAVING count(*) > 1
),
dated AS (
    SELECT *,
        CASE WHEN region_as_written // 10000 = 99
             THEN {CITY.province}0000 + region_as_written % 10000
             ELSE region_as_written END AS nik_region,
        CASE WHEN nik_dd > 40 THEN nik_dd - 40 ELSE nik_dd END AS nik_day,
        CASE WHEN nik_number IS NULL THEN NULL WHEN nik_dd > 40 THEN 'P' ELSE 'L' END AS nik_sex
    FROM parts
)
SELECT d.* EXCLUDE (region_as_written, nik_dd, born),
    {_IS_DATE.format("nik_day", "nik_month", "nik_yy")} AS nik_has_date,
    nik_serial = 0 OR nik_number % 1111111111111111 = 0 OR nik_number = 1234567890123456
        AS nik_is_filler,
    -- A card may have been issued on the day a member was born, with the same serial even.
    coalesce((nik_number = d.kk_number OR (d.kk_number // 10000) % 1000000 = born)
        AND (nik_number // 10000) % 1000000 IS DISTINCT FROM born, false) AS nik_is_kk,
    CAST(date_diff('year', d.birth_date, getvariable('as_of')) - CASE WHEN
        (month(d.birth_date), day(d.birth_date))
        > (month(getvariable('as_of')), day(getvariable('as_of'))) THEN 1 ELSE 0 END AS INTEGER)
        AS age,
    coalesce(is_doubled, false) AS nik_is_doubled,
    f.place AS family_place, f.kelurahan_kode_kemendagri, f.desil,
    coalesce(f.source_list, '') AS source_list,
    coalesce(f.usable, false) AS family_usable,
    r.status AS registry_status, r.name AS registry_name,
    CASE WHEN d.name <> '' AND r.name <> '' THEN {likeness_sql("d.name", "r.name")} END
        AS registry_likeness, r.sex AS registry_sex,
    r.birth_date AS registry_birth_date, r.kelurahan_kode_kemendagri AS registry_kelurahan,
    r.answered_on AS registry_answered_on
FROM dated d
LEFT JOIN family f USING (family_id)
LEFT JOIN registry r ON d.nik = r.nik AND d.nik <> ''
LEFT JOIN doubled USING (nik_number)
"""

_FAMILY = f"""
WITH sizes AS (SELECT family_id, count(*) AS member_rows FROM raw_person GROUP BY family_id),
heads AS (
    SELECT family_id,
        coalesce(min(name) FILTER (shdk = 'kepala_keluarga'), arg_min(name, row)) AS name
    FROM raw_person WHERE name <> '' AND family_id IN (
        SELECT family_id FROM raw_family WHERE head_name = '')
    GROUP BY family_id
),
-- One bit a programme: lists of names, millions of them, would fill the memory.
programs AS (SELECT list(kode ORDER BY kode) AS codes FROM program),
paid AS (
    SELECT family_id,
        bit_or(1::BIGINT << list_position((SELECT codes FROM programs), program)) AS bits
    FROM raw_aid
    WHERE family_id <> '' AND status IN ('', 'aktif') AND program IN (SELECT kode FROM program)
    GROUP BY family_id
)
SELECT f.* REPLACE (
        CASE WHEN f.head_name = '' THEN coalesce(h.name, '') ELSE f.head_name END AS head_name),
    {_NUMBER.format("f.no_kk")} AS kk_number,
    kk_number IS NOT NULL AND incomplete.family_id IS NULL
        AND NOT getvariable('one_row_a_family') AS usable,
    coalesce(s.member_rows, 0) AS member_rows,
    list_filter((SELECT codes FROM programs), lambda code, place: p.bits >> place & 1 = 1)
        AS receives,
    k.lat AS lat0, k.lon AS lon0, k.luas_km2 AS area_km2
FROM raw_family f
LEFT JOIN sizes s USING (family_id)
LEFT JOIN heads h USING (family_id)
LEFT JOIN paid p USING (family_id)
LEFT JOIN incomplete USING (family_id)
LEFT JOIN kelurahan k ON k.kode = f.kelurahan_kode_kemendagri
"""

_AID = f"""
WITH numbered AS (
    SELECT *, {_NUMBER.format("nik")} AS nik_number,
        CAST((nik_number // 100000000) % 100 AS INTEGER) AS dd,
        CAST((nik_number // 1000000) % 100 AS INTEGER) AS mm,
        CAST((nik_number // 10000) % 100 AS INTEGER) AS yy
    FROM raw_aid
)
SELECT a.* EXCLUDE (dd, mm, yy),
    coalesce({_IS_DATE.format("(dd - CASE WHEN dd > 40 THEN 40 ELSE 0 END)", "mm", "yy")}
        AND nik_number % 10000 <> 0 AND nik_number % 1111111111111111 <> 0
        AND nik_number <> 1234567890123456, false) AS nik_is_sound,
    a.status IN ('', 'aktif') AS is_active,
    a.person_id IN (SELECT person_id FROM raw_person)
        OR (a.nik <> '' AND a.nik IN (SELECT nik FROM raw_person)) AS listed,
    coalesce(g.satuan LIKE 'keluarga%', false) AS per_family, coalesce(g.jenis, '') AS kind,
    CASE WHEN g.kode IS NOT NULL THEN split_part(g.varian_penulisan, ';', 1)
        WHEN a.program_text <> '' THEN a.program_text ELSE a.program END AS program_name,
    TRY_CAST(left(a.period, 4) AS INTEGER) AS year_,
    CASE substr(a.period, 6)
        WHEN '' THEN 1 WHEN 'S1' THEN 1 WHEN 'S2' THEN 7 WHEN 'T1' THEN 1 WHEN 'T2' THEN 4
        WHEN 'T3' THEN 7 WHEN 'T4' THEN 10 ELSE TRY_CAST(substr(a.period, 6) AS INTEGER) END
        AS first_month,
    CASE WHEN length(a.period) = 4 THEN 12 WHEN substr(a.period, 6, 1) = 'S' THEN 6
        WHEN substr(a.period, 6, 1) = 'T' THEN 3 ELSE 1 END AS months,
    CASE WHEN year_ BETWEEN 1900 AND 2999 AND first_month BETWEEN 1 AND 12
        THEN make_date(year_, first_month, 1) END AS period_start,
    CAST(period_start + to_months(months) - INTERVAL 1 DAY AS DATE) AS period_end
FROM numbered a LEFT JOIN program g ON g.kode = a.program
"""

_PPKS = """
SELECT k.*, p.name AS person_name, p.age, p.sex, p.disability, p.disability_degree,
    c.nama AS category_name,
    TRY_CAST(c.usia_min AS INTEGER) AS age_min, TRY_CAST(c.usia_maks AS INTEGER) AS age_max,
    split_part(c.dasar_usia, ':', 1) AS age_basis, c.jenis_kelamin AS category_sex, c.unit,
    c.spm, c.sensitif = 'ya' AS is_sensitive
FROM raw_ppks k
LEFT JOIN person p ON p.person_id = k.person_id AND k.person_id <> ''
LEFT JOIN pmks_kategori c ON c.kode = k.category
"""

#: Tables that hold subjects of findings, and the SQL of each over the ``raw_`` tables. The order
#: is that in which they are made: a later one may read an earlier one.
DEFINITIONS = {
    "family": f"SELECT *, kelurahan_kode_kemendagri AS kelurahan_of_finding FROM ({_FAMILY})",
    "person": "SELECT *, coalesce(kelurahan_kode_kemendagri, '') AS kelurahan_of_finding "
    f"FROM ({_PERSON})",
    "aid": "SELECT a.*, f.place AS family_place, "
    "coalesce(f.kelurahan_kode_kemendagri, '') AS kelurahan_of_finding "
    f"FROM ({_AID}) a LEFT JOIN family f USING (family_id)",
    "ppks": "SELECT k.* EXCLUDE (person_name), f.place AS family_place, "
    "coalesce(k.person_name, f.head_name, '') AS subject_name, "
    "coalesce(f.kelurahan_kode_kemendagri, '') AS kelurahan_of_finding "
    f"FROM ({_PPKS}) k LEFT JOIN family f USING (family_id)",
    "event": "SELECT e.*, coalesce(nullif(e.kelurahan_kode_kemendagri, ''), "
    "f.kelurahan_kode_kemendagri, '') AS kelurahan_of_finding "
    "FROM raw_event e LEFT JOIN family f USING (family_id)",
}
SUBJECT_TABLES = tuple(DEFINITIONS)
PLAIN = ("psks", "dukcapil", "rt_rw", "cleaned")


#: Few rows that several rules look at, gathered once for all of them; later ones may stand on
#: earlier ones.
GATHERED = {
    "doubled": """
SELECT person_id, family_id, nik_number, kk_number, name, birth_date, id_record, source_list,
    file, sheet, "row"
FROM person WHERE nik_is_doubled AND NOT nik_is_filler AND NOT nik_is_kk
""",
    # Each event joined to its person by id, or by NIK where the list of events knew no more.
    "happened": """
SELECT person_id, kind, date FROM event WHERE person_id <> ''
UNION ALL
SELECT p.person_id, e.kind, e.date FROM event e JOIN person p ON p.nik = e.nik
WHERE e.person_id = '' AND e.nik <> ''
""",
    # Who was reported dead by the reference date and not taken back since, as when the report was
    # a mistake.
    "dead": """
SELECT person_id FROM happened
WHERE kind IN ('meninggal', 'masuk_kembali') AND coalesce(date <= getvariable('as_of'), true)
GROUP BY person_id
HAVING max(coalesce(date, DATE '1900-01-01')) FILTER (kind = 'meninggal')
    > coalesce(max(date) FILTER (kind = 'masuk_kembali'), DATE '-infinity')
""",
}


def _kelurahan_values(place: Kelurahan) -> str:
    """One row of the table ``kelurahan``; points of cells are no points, so no rule sees them."""
    texts = (place.kode_kemendagri, place.kode_bps, place.name, place.kecamatan_kode)
    # Braces are doubled, for the statement is filled in once more.
    plain = (text.replace("'", "''").replace("{", "{{").replace("}", "}}") for text in texts)
    quoted = ", ".join(f"'{text}'" for text in plain)
    point = (
        f"{place.lat!r}::DOUBLE, {place.lon!r}::DOUBLE, {place.luas_km2!r}::DOUBLE"
        if CITY.is_placed
        else "NULL::DOUBLE, NULL::DOUBLE, NULL::DOUBLE"
    )
    return f"({quoted}, {point}, {str(place.is_desa).lower()})"


#: Code lists that rules may join, read by DuckDB itself: making Arrow tables of Python values
#: would load pandas first, which takes longer than checking a kelurahan.
REFERENCE = {
    "pmks_kategori": "SELECT * FROM {pmks_kategori}",
    "program": "SELECT * FROM {program_bantuan}",
    "reason": "SELECT * FROM {alasan_tidak_layak}",
    "region_code": "SELECT CAST(kode6 AS INTEGER) AS code FROM {kecamatan_kode} UNION VALUES "
    + ", ".join(
        f"({code})"
        for code in sorted({*OLD_CITY_CODES, *(c.replace(".", "") for c in kecamatan())})
    ),
    "kelurahan": "SELECT * FROM (VALUES "
    + ", ".join(map(_kelurahan_values, kelurahan()))
    + ") k(kode, kode_bps, name, kecamatan_kode, lat, lon, luas_km2, is_desa)",
}
