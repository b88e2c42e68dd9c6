"""Two lists laid out for comparing: tables ``l`` and ``r`` in a database of their own.

Both have: id, person_id, family (a number), nik and no_kk (null unless usable), plain (the
words of the name in order, null when empty), words, compact (the words run together), sounds,
sound, skeleton (the sound of ``compact``), usual (the words that many bear), sex, born, y, m, d,
role, kelurahan, rw, rt, head (sound of the head's name; null for heads), mother (sound).
``mark`` is the right family that members of this family were linked to (on the right: the own
family) and ``relatives`` how many of them, the person apart. ``pair`` takes what becomes of pairs
of ids, ``apart`` what people said are two persons.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.domain.nik import is_filler, is_number
from workbench.linkage.names import name_sound, name_words, word_sound

if TYPE_CHECKING:
    import pyarrow as pa

_TABLE = """
CREATE TABLE {side} AS SELECT id, person_id, family, nik, no_kk, plain, words, compact, sounds,
  sound, skeleton,
  nullif(sex, '') AS sex, birth_date AS born, year(birth_date) AS y, month(birth_date) AS m,
  day(birth_date) AS d, nullif(shdk, '') AS role,
  nullif(kelurahan_kode_kemendagri, '') AS kelurahan, nullif(rw, '') AS rw, nullif(rt, '') AS rt,
  CASE WHEN shdk = 'kepala_keluarga' THEN NULL ELSE head END AS head, mother,
  {mark} AS mark, 0 AS relatives, cast([] AS TEXT[]) AS usual
FROM {side}_raw"""
# A misspelt word is rare; a word that several bear is a name of its own, and so are those that
# twins are given everywhere.
_USUAL_WORDS = """
CREATE TABLE usual AS SELECT unnest(words) AS word FROM r GROUP BY word
  HAVING count(*) >= greatest(2, (SELECT count(*) FROM r) / 30000)
  UNION SELECT unnest(['HASAN', 'HUSEN', 'HUSIN', 'HUSAIN', 'HUSEIN'])"""
_USUAL = """
UPDATE {side} SET usual = found.words FROM (
  SELECT id, list(word) AS words FROM (SELECT id, unnest(words) AS word FROM {side})
  SEMI JOIN usual USING (word) GROUP BY id) AS found WHERE found.id = {side}.id"""
_PAIRS = """
CREATE TABLE pair (l INTEGER, r INTEGER, band TEXT, step TEXT, probability DOUBLE,
  relatives INTEGER);
CREATE TABLE apart (l INTEGER, r INTEGER)"""


def open_lists(left: pa.Table, right: pa.Table, look: Callable[[], None] = lambda: None) -> Any:
    """A DuckDB connection with both lists (tables of ``people``) laid out.

    ``look`` is called before every column of names and may raise, so that it can be stopped.
    """
    import duckdb

    # One thread: sums are then made in one order, and equal lists give equal links to the bit.
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for side, table, mark in (("l", left, "cast(NULL AS INTEGER)"), ("r", right, "family")):
        connection.register(f"{side}_raw", _prepared(table, look))
        connection.execute(_TABLE.format(side=side, mark=mark))
        connection.unregister(f"{side}_raw")
    connection.execute(_USUAL_WORDS)
    for side in "lr":
        connection.execute(_USUAL.format(side=side))
    connection.execute(_PAIRS)
    return connection


def row(connection: Any, sql: str) -> tuple[Any, ...]:
    """The one row a query gives, read to its end: the connection is free again."""
    found: tuple[Any, ...] = connection.execute(sql).fetchall()[0]
    return found


def _prepared(table: pa.Table, look: Callable[[], None]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    look()
    words = [name_words(name) for name in table["name"].to_pylist()]
    text, texts = pa.string(), pa.list_(pa.string())
    makers: dict[str, Callable[[], pa.Array]] = {
        "id": lambda: pa.array(range(table.num_rows), pa.int32()),
        "family": lambda: pc.dictionary_encode(table["family_id"]).combine_chunks().indices,
        "nik": lambda: _numbers(table["nik"]),
        "no_kk": lambda: _numbers(table["no_kk"]),
        "plain": lambda: pa.array([" ".join(sorted(w)) or None for w in words], text),
        "compact": lambda: pa.array(["".join(w) or None for w in words], text),
        "skeleton": lambda: pa.array([word_sound("".join(w)) if w else None for w in words], text),
        "words": lambda: pa.array([list(w) for w in words], texts),
        "sounds": lambda: pa.array([_sounds(w) for w in words], texts),
        "sound": lambda: pa.array([name_sound(w) or None for w in words], text),
        "head": lambda: _sound_column(table["head_name"]),
        "mother": lambda: _sound_column(table["mother_name"]),
    }
    columns = {}
    for name, make in makers.items():
        look()
        columns[name] = make()
    kept = ("person_id", "sex", "birth_date", "shdk", "kelurahan_kode_kemendagri", "rt", "rw")
    return pa.table(columns | {name: table[name] for name in kept})


def _sounds(words: tuple[str, ...]) -> list[str]:
    return sorted({word_sound(word) for word in words if word != "ABD"})


def _sound_column(names: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return pa.array([name_sound(name_words(name)) or None for name in names.to_pylist()])


def _numbers(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return pa.array(
        [n if is_number(n) and not is_filler(n) else None for n in column.to_pylist()],
        pa.string(),
    )
