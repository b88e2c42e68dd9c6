"""The first two steps: equal NIK, then exact joins, each link with its reason plain to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workbench.linkage.prepare import row

#: Two rows as SQL sees them: names that may be one name in two spellings ...
ALIKE: Final = (
    "(l.sound = r.sound OR list_has_all(l.words, r.words) OR list_has_all(r.words, l.words) "
    "OR jaro_winkler_similarity(l.plain, r.plain) >= 0.9 "
    "OR jaro_winkler_similarity(l.compact, r.compact) >= 0.93 "
    "OR (list_has_any(l.sounds, r.sounds) AND l.born = r.born))"
)
#: ... and dates that one slip of the pen explains.
NEAR: Final = (
    "(l.born IS NULL OR r.born IS NULL OR l.born = r.born OR (l.m = r.m AND l.d = r.d) "
    "OR (l.y = r.y AND ((l.m = r.d AND l.d = r.m) OR l.m = r.m OR l.d = r.d)) "
    "OR abs(l.y - r.y) <= 5)"
)
_SAME_SEX: Final = "coalesce(l.sex = r.sex, true)"

#: Names that differ in words which many people bear: two names rather than two spellings.
TWO_NAMES: Final = (
    "(len(list_filter(l.usual, lambda w: NOT list_contains(r.words, w))) > 0 "
    "AND len(list_filter(r.usual, lambda w: NOT list_contains(l.words, w))) > 0)"
)
_ONE_NAME: Final = f"jaro_winkler_similarity(l.plain, r.plain) >= 0.9 AND NOT {TWO_NAMES}"
_ONE_PLACE: Final = "coalesce(l.kelurahan = r.kelurahan, true)"
_TWO_WORDS: Final = "len(l.words) > 1"
#: Keys that must be equal and belong to one person only in either list, and what else must hold.
_KEYS: Final = (
    (("no_kk", "plain", "born"), "true"),
    (("plain", "born", "kelurahan"), "true"),
    (("plain", "born"), _ONE_PLACE),
    (("no_kk", "plain", "y"), "true"),
    # Lists of aid and of deaths bear no birth date; a father's namesake in one card is not alone.
    (("no_kk", "plain"), "l.born IS NULL"),
    (("no_kk", "sound", "born"), _ONE_NAME),
    (("sound", "born", "kelurahan"), _ONE_NAME),
    (("plain", "y", "m", "kelurahan"), _TWO_WORDS),
    (("plain", "y", "d", "kelurahan"), _TWO_WORDS),
)
#: The same inside families whose other members are linked already.
_FAMILY_KEYS: Final = (
    (("mark", "plain", "born"), "true"),
    (("mark", "plain", "y"), "true"),
    (("mark", "plain", "m", "d"), "true"),
    (("mark", "sound", "born"), _ONE_NAME),
)


def follow_decisions(connection: Any, decided: Mapping[tuple[str, str], str]) -> None:
    """Link what people called the same, and keep apart what they called different."""
    for (left_id, right_id), decision in sorted(decided.items()):
        into = "pair" if decision == "sama" else "apart"
        more = ", 'sama', 'putusan', 1.0, 0" if decision == "sama" else ""
        connection.execute(
            f"INSERT INTO {into} SELECT l.id, r.id{more} FROM l, r "
            "WHERE l.person_id = ? AND r.person_id = ?",
            [left_id, right_id],
        )
    mark_families(connection)


def link_by_nik(connection: Any) -> None:
    """An equal NIK links where name and date agree and nobody else shares it; else a conflict."""
    connection.execute(
        f"""
        CREATE TEMP TABLE same_nik AS
        SELECT l.id AS l, r.id AS r, coalesce({ALIKE}, false) AND {NEAR} AS agree,
          count(*) OVER (PARTITION BY l.id) AS of_l, count(*) OVER (PARTITION BY r.id) AS of_r
        FROM l JOIN r USING (nik)
        WHERE {rest("l.id", "l")} AND {rest("r.id", "r")} AND {_not_apart("l.id", "r.id")}"""
    )
    connection.execute(
        "INSERT INTO pair SELECT l, r, CASE WHEN agree AND of_l = 1 AND of_r = 1 THEN 'sama' "
        "ELSE 'bentrok' END, 'nik', CASE WHEN agree THEN 0.999 ELSE 0.5 END, 0 FROM same_nik"
    )
    mark_families(connection)


def link_by_exact_joins(connection: Any) -> None:
    """Run the cascade, then again through families, until families lead to nobody new."""
    for key in _KEYS:
        _join(connection, *key)
    found = 1
    while found:
        mark_families(connection)
        found = sum(_join(connection, *key) for key in _FAMILY_KEYS)


def mark_families(connection: Any) -> None:
    """Write to which right family each left family leads, and by how many others than oneself."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE member AS
        SELECT l.id, l.family, r.family AS mark
        FROM pair JOIN l ON l.id = pair.l JOIN r ON r.id = pair.r WHERE band = 'sama';
        CREATE OR REPLACE TEMP TABLE lead AS
        SELECT family, mark, count(*) AS n FROM member GROUP BY family, mark
        QUALIFY row_number() OVER (PARTITION BY family ORDER BY n DESC, mark) = 1;
        CREATE OR REPLACE TEMP TABLE led AS
        SELECT l.id, lead.mark, lead.n - (member.id IS NOT NULL)::INTEGER AS others
        FROM l JOIN lead USING (family)
        LEFT JOIN member ON member.id = l.id AND member.mark = lead.mark;
        UPDATE l SET mark = led.mark, relatives = led.others
        FROM led WHERE led.id = l.id AND led.others > 0"""
    )


def _join(connection: Any, key: tuple[str, ...], condition: str) -> int:
    columns = ", ".join(key)
    known = " AND ".join(f"{column} IS NOT NULL" for column in key)
    alone = "SELECT {columns} FROM {side} WHERE {known} GROUP BY ALL HAVING count(*) = 1"
    both = " JOIN ".join(
        f"({alone.format(columns=columns, side=side, known=known)}) AS only_{side} "
        + ("" if side == "l" else f"USING ({columns})")
        for side in "lr"
    )
    (found,) = row(
        connection,
        f"""
        INSERT INTO pair SELECT l.id, r.id, 'sama', 'nama', 0.99, l.relatives
        FROM l JOIN r USING ({columns}) JOIN (SELECT {columns} FROM {both}) USING ({columns})
        WHERE {rest("l.id", "l")} AND {rest("r.id", "r")} AND {_SAME_SEX} AND {condition}
          AND coalesce(l.nik = r.nik, true) AND {_not_apart("l.id", "r.id")}""",
    )
    return int(found)


def rest(person: str, side: str) -> str:
    """SQL: the person with this id, of that side (l, r), is not linked yet."""
    return f"NOT EXISTS (FROM pair WHERE pair.{side} = {person} AND pair.band = 'sama')"


def _not_apart(left: str, right: str) -> str:
    return f"NOT EXISTS (FROM apart WHERE apart.l = {left} AND apart.r = {right})"
