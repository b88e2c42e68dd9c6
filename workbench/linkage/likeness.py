"""The third step: what NIK and exact joins left over, weighed pair by pair with Splink.

Candidates come from many blocks (``BLOCKS``), each too narrow to be slow. How often true pairs
agree is learned from the pairs of these two lists that share a NIK, how often strangers agree
from a sample; nothing is drawn at random, so equal lists give equal weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

from workbench.linkage.cascade import TWO_NAMES, mark_families, rest
from workbench.linkage.prepare import row

#: Blocks with more pairs than this lead to nobody in particular and are left out.
_WIDEST: Final = 400
#: True pairs needed before they are believed instead of the shares written below.
_ENOUGH: Final = 200

#: The columns of a key as the left and as the right list has them.
Block = tuple[tuple[str, ...], tuple[str, ...]]

_DATE, _TURNED = "y || '-' || m || '-' || d", "y || '-' || d || '-' || m"
_WORD = "unnest(sounds)"
#: Keys, each as both lists write it: pairs in which one of them is equal are weighed.
BLOCKS: Final[tuple[Block, ...]] = (
    *(
        (key, key)
        for key in (
            ("no_kk",),
            ("mark",),
            ("nik",),
            ("sound", "y"),
            ("sound", "kelurahan"),
            ("sound", "head"),
            ("sound", "mother"),
            ("skeleton", "y"),
            ("skeleton", "kelurahan"),
            ("born", "kelurahan"),
            (_WORD, "born"),
            (_WORD, "y", "kelurahan"),
            (_WORD, "m", "d", "sex"),
            (_WORD, "kelurahan", "rw", "rt"),
            ("head", "kelurahan", "y"),
            ("head", "born"),
        )
    ),
    ((_WORD, _TURNED), (_WORD, _DATE)),
)


@dataclass(frozen=True)
class Level:
    """How alike two values are: SQL over ``x_l`` and ``x_r``, the share of true pairs at this
    level where the lists cannot tell, and the column whose frequency counts."""

    label: str
    sql: str
    share: float
    frequency: str = ""
    is_family: bool = False


@dataclass(frozen=True)
class Comparison:
    """``levels`` from like to unlike; the last is all others. ``unknown`` says nothing."""

    name: str
    columns: tuple[str, ...]
    unknown: str
    levels: tuple[Level, ...]


_HOME = "kelurahan_l = kelurahan_r"
_YEARS = "abs(y_l - y_r)"
COMPARISONS: Final = (
    Comparison(
        "name",
        ("plain", "words", "compact", "sound", "usual"),
        "plain_l IS NULL OR plain_r IS NULL",
        (
            Level("sama", "plain_l = plain_r", 0.70, "plain"),
            Level(
                "sebagian",
                "list_has_all(words_l, words_r) OR list_has_all(words_r, words_l) "
                "OR compact_l = compact_r",
                0.09,
            ),
            Level(
                "dua nama",
                "len(list_filter(usual_l, lambda w: NOT list_contains(words_r, w))) > 0 AND "
                "len(list_filter(usual_r, lambda w: NOT list_contains(words_l, w))) > 0",
                0.01,
            ),
            Level("bunyi", "sound_l = sound_r", 0.09, "sound"),
            Level(
                "ejaan",
                "greatest(jaro_winkler_similarity(plain_l, plain_r), "
                "jaro_winkler_similarity(compact_l, compact_r)) >= 0.92",
                0.07,
            ),
            Level("mirip", "jaro_winkler_similarity(plain_l, plain_r) >= 0.82", 0.02),
            Level("lain", "", 0.02),
        ),
    ),
    Comparison(
        "birth",
        ("born", "y", "m", "d"),
        "born_l IS NULL OR born_r IS NULL",
        (
            Level("sama", "born_l = born_r", 0.75),
            Level("tertukar", "y_l = y_r AND m_l = d_r AND d_l = m_r", 0.04),
            Level(
                "satu bagian",
                "(y_l = y_r AND (m_l = m_r OR d_l = d_r)) "
                f"OR (m_l = m_r AND d_l = d_r AND {_YEARS} IN (1, 2, 10))",
                0.13,
            ),
            Level("tahun", "y_l = y_r", 0.03),
            Level("berdekatan", f"{_YEARS} <= 4", 0.03),
            Level("lain", "", 0.02),
        ),
    ),
    Comparison(
        "sex",
        ("sex",),
        "sex_l IS NULL OR sex_r IS NULL",
        (Level("sama", "sex_l = sex_r", 0.99), Level("lain", "", 0.01)),
    ),
    Comparison(
        "household",
        ("mark", "relatives", "no_kk", "kelurahan", "rw", "rt", "head"),
        "mark_l IS NULL AND (no_kk_l IS NULL OR no_kk_r IS NULL) "
        "AND (kelurahan_l IS NULL OR kelurahan_r IS NULL) AND (head_l IS NULL OR head_r IS NULL)",
        (
            Level("keluarga", "mark_l = mark_r AND relatives_l >= 2", 0.4, is_family=True),
            Level("satu kerabat", "mark_l = mark_r", 0.2, is_family=True),
            Level("kk", "no_kk_l = no_kk_r", 0.1, is_family=True),
            Level("kepala dan tempat", f"head_l = head_r AND {_HOME}", 0.08),
            Level("rt", f"{_HOME} AND rw_l = rw_r AND rt_l = rt_r", 0.08),
            Level("kepala", "head_l = head_r", 0.02),
            Level("kelurahan", _HOME, 0.06),
            Level("lain", "", 0.06),
        ),
    ),
    Comparison(
        "role",
        ("role",),
        "role_l IS NULL OR role_r IS NULL",
        (Level("sama", "role_l = role_r", 0.9), Level("lain", "", 0.1)),
    ),
    Comparison(
        "mother",
        ("mother",),
        "mother_l IS NULL OR mother_r IS NULL",
        (Level("sama", "mother_l = mother_r", 0.85, "mother"), Level("lain", "", 0.15)),
    ),
)
_COLUMNS: Final = tuple(dict.fromkeys(c for one in COMPARISONS for c in one.columns))


def is_available() -> bool:
    """Whether Splink is installed."""
    return find_spec("splink") is not None


def block(connection: Any, blocks: Sequence[Block], widest: int = _WIDEST) -> int:
    """Make the table ``candidate`` (l, r) of the pairs worth weighing; returns how many."""
    for side in "lr":
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE rest_{side} AS FROM {side} "
            f"WHERE {rest(f'{side}.id', side)}"
        )
    connection.execute("CREATE OR REPLACE TEMP TABLE candidate (l INTEGER, r INTEGER)")
    for left, right in blocks:
        connection.execute(
            f"""
            INSERT INTO candidate
            WITH lk AS (SELECT id, {_key(left)} AS key FROM rest_l),
              rk AS (SELECT id, {_key(right)} AS key FROM rest_r),
              narrow AS (
                SELECT key FROM (SELECT key, count(*) AS n FROM lk GROUP BY key)
                JOIN (SELECT key, count(*) AS k FROM rk GROUP BY key) USING (key)
                WHERE n * k <= {widest})
            SELECT lk.id, rk.id FROM narrow JOIN lk USING (key) JOIN rk USING (key)
            EXCEPT (FROM candidate UNION ALL FROM apart
              UNION ALL SELECT l, r FROM pair)"""
        )
    return int(row(connection, "SELECT count(*) FROM candidate")[0])


def _key(columns: tuple[str, ...]) -> str:
    return " || '|' || ".join(f"({column})::TEXT" for column in columns)


def link_the_rest(
    connection: Any,
    certain: float,
    shown: float,
    margin: float,
    tell: Callable[[float, str], None] = lambda share, words: None,
) -> int:
    """Weigh and assign what is left, twice: families found first lead to members still missing.

    ``tell`` is told a share from 0 to 1 and what is being done. Returns how many pairs were
    weighed.
    """
    tell(0, "Belajar dari pasangan yang NIK-nya sama ...")
    shares = _shares(connection)
    weighed = 0
    for start, whom in ((0.3, "orang"), (0.7, "anggota keluarga")):
        tell(start, f"Mencari {whom} yang mirip ...")
        mark_families(connection)
        weighed += block(connection, BLOCKS)
        tell(start + 0.15, f"Menimbang {whom} yang mirip ...")
        _weigh(connection, shares)
        _assign(connection, certain, margin)
    _show(connection, certain, shown)
    return weighed


def _shares(connection: Any) -> dict[str, list[tuple[float, float]]]:
    """Per comparison and level: the share of true pairs and of strangers' pairs (m and u)."""
    taught = "SELECT l, r FROM pair WHERE band = 'sama' AND step = 'nik'"
    # Every so-manieth of either list against each other: a sample that is always the same.
    strangers = (
        "SELECT l.id AS l, r.id AS r FROM "
        "(FROM l WHERE hash(id) % greatest(1, (SELECT count(*) FROM l) // 1500) = 0) AS l, "
        "(FROM r WHERE hash(id) % greatest(1, (SELECT count(*) FROM r) // 1500) = 0) AS r"
    )
    (families,) = row(connection, "SELECT count(DISTINCT family) FROM r")
    true_pairs, random_pairs = _tally(connection, taught), _tally(connection, strangers)
    found = {}
    for one in COMPARISONS:
        true, other = true_pairs[one.name], random_pairs[one.name]
        seen, drawn = sum(true), sum(other)
        shares = []
        for place, level in enumerate(one.levels):
            m = level.share
            if seen >= _ENOUGH:
                # A pair is taught by its NIK only where the rest agrees: never trust a zero.
                m = max(true[place] / seen, m / 2)
            u = (other[place] + 0.5) / (drawn + 0.5 * len(one.levels))
            if level.is_family:
                u = 1 / max(families, 2)
            shares.append((m, u))
        found[one.name] = shares
    return found


def _tally(connection: Any, pairs: str) -> dict[str, list[int]]:
    columns = ", ".join(f"l.{c} AS {c}_l, r.{c} AS {c}_r" for c in _COLUMNS)
    gammas = ", ".join(f"{_level_sql(one)} AS {one.name}" for one in COMPARISONS)
    counts = ", ".join(
        "[" + ", ".join(f"count(*) FILTER ({one.name} = {n})" for n in range(len(one.levels))) + "]"
        for one in COMPARISONS
    )
    found = row(
        connection,
        f"SELECT {counts} FROM (SELECT {gammas} FROM (SELECT {columns} FROM ({pairs}) AS p "
        "JOIN l ON l.id = p.l JOIN r ON r.id = p.r))",
    )
    return dict(zip((one.name for one in COMPARISONS), found, strict=True))


def _level_sql(one: Comparison) -> str:
    whens = " ".join(
        f"WHEN {level.sql} THEN {place}" for place, level in enumerate(one.levels[:-1])
    )
    return f"CASE WHEN {one.unknown} THEN NULL {whens} ELSE {len(one.levels) - 1} END"


def _weigh(connection: Any, shares: dict[str, list[tuple[float, float]]]) -> None:
    """Make the table ``weighed`` (l, r, probability) of the candidates."""
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection)
    columns = ", ".join(_COLUMNS)
    for side in "lr":
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE in_{side} AS SELECT id, {columns} FROM rest_{side}"
        )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE blocked AS SELECT 'l-__-' || l AS join_key_l, "
        "'r-__-' || r AS join_key_r, '0' AS match_key FROM candidate"
    )
    lefts, rights = row(
        connection, "SELECT (SELECT count(*) FROM in_l), (SELECT count(*) FROM in_r)"
    )
    if not lefts or not rights:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE weighed AS "
            "SELECT l, r, 0.0 AS probability FROM candidate LIMIT 0"
        )
        return
    tables = [api.register(f"in_{side}", dataset_display_name=side) for side in "lr"]
    linker = Linker(tables, _settings(shares, 0.5 / rights), log_level=None)
    linker.table_management.register_blocked_pairs_for_predict(api.register("blocked"))
    found = linker.inference.predict(warning_mode="never")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE weighed AS SELECT id_l AS l, id_r AS r, "
        f"match_probability AS probability FROM {found.physical_name}"
    )
    linker.table_management.delete_tables_created_by_splink_from_db()


def _settings(shares: dict[str, list[tuple[float, float]]], prior: float) -> dict[str, Any]:
    comparisons = []
    for one in COMPARISONS:
        levels: list[dict[str, Any]] = [{"sql_condition": one.unknown, "is_null_level": True}]
        for level, (m, u) in zip(one.levels, shares[one.name], strict=True):
            entry: dict[str, Any] = {"m_probability": m, "u_probability": u}
            entry["sql_condition"] = level.sql or "ELSE"
            if level.frequency:
                entry |= {"tf_adjustment_column": level.frequency}
            levels.append(entry)
        comparisons.append({"output_column_name": one.name, "comparison_levels": levels})
    return {
        "link_type": "link_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": prior,
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [],
        "retain_matching_columns": False,
    }


def _assign(connection: Any, certain: float, margin: float) -> None:
    """Link who are each other's likeliest, and ``margin`` times likelier than the next."""
    connection.execute(
        f"""
        INSERT INTO pair SELECT w.l, w.r, 'sama', 'kemiripan', w.probability, l.relatives
        FROM (SELECT *, {_ODDS} AS odds, {_next("l")} AS next_l, {_next("r")} AS next_r
              FROM weighed WHERE probability > 0.01) AS w
        JOIN l ON l.id = w.l JOIN r ON r.id = w.r
        WHERE NOT {LOOK_ALIKE} AND probability >= {certain}
          AND odds >= {margin} * coalesce(next_l, 0)
          AND odds >= {margin} * coalesce(next_r, 0)"""
    )


def _show(connection: Any, certain: float, shown: float) -> None:
    """What was not linked and is likely enough goes to the desk, three a person at most."""
    connection.execute(
        f"""
        INSERT INTO pair SELECT w.l, w.r, 'meja', 'kemiripan', w.probability, l.relatives
        FROM weighed AS w JOIN l ON l.id = w.l
        WHERE probability >= {shown} AND {rest("w.l", "l")} AND {rest("w.r", "r")}
        QUALIFY row_number() OVER (PARTITION BY w.l ORDER BY probability DESC, w.r) <= 3"""
    )


#: Pairs that only a person may call the same: names that differ in usual words, as those of
#: twins; NIKs that differ in more than a digit, or in the serial (twins and namesakes) unless
#: the name is the same and relatives are linked.
LOOK_ALIKE: Final = (
    f"({TWO_NAMES} OR coalesce(hamming(l.nik, r.nik) > 1, false) OR coalesce("
    "l.nik <> r.nik AND left(l.nik, 12) = left(r.nik, 12) "
    "AND NOT (l.plain = r.plain AND coalesce(l.mark = r.mark, false)), false))"
)
_ODDS: Final = "probability / greatest(1 - probability, 1e-12)"


def _next(side: str) -> str:
    """The odds of the next likeliest pair of the same person."""
    return (
        f"max({_ODDS}) OVER (PARTITION BY {side} ORDER BY probability DESC, l, r "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)"
    )
