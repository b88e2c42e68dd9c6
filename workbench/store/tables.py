"""The tables of one workspace's database, as SQLAlchemy Core sees them.

Both workspaces have all tables. What stands here must equal what the migrations build; a test
compares them. Times are text in UTC (see ``clock``), JSON is text with sorted keys, so that a
hash over a row is the same on every database.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

account = Table(
    "account",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("username", String(60), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("areas", Text, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", String(27), nullable=False),
)

#: ``class`` in the database; the trailing letter only keeps it apart from Python's word.
class_ = Table(
    "class",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("place", String(100), nullable=False),
    Column("date", String(10), nullable=False),
    Column("settings", Text, nullable=False),
    Column("join_code", String(20), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("seed", BigInteger, nullable=False),
    #: Seats 1 to this one have their cases; written together with the cases of a seat.
    Column("seats_drawn", Integer, nullable=False),
    Column("opened_by", String(40), nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("closed_at", String(27)),
    #: Until when the join code lets somebody in; null while it is turned off.
    Column("code_until", String(27)),
    #: When it was put into an archive and left the trainer's lists; null while it stands there.
    Column("archived_at", String(27)),
    CheckConstraint("state in ('preparing', 'open', 'closed')", name="state"),
)

participant = Table(
    "participant",
    metadata,
    Column("class_id", String(20), ForeignKey("class.id"), primary_key=True),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("name", String(100), nullable=False),
    Column("position", String(20), nullable=False),
    Column("area_kode", String(13), nullable=False),
    Column("return_code_hash", String(64), nullable=False, unique=True),
    Column("joined_at", String(27), nullable=False),
    Column("last_seen_at", String(27), nullable=False),
)

session = Table(
    "session",
    metadata,
    #: SHA-256 of the token; the token itself is only in the visitor's cookie.
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", String(40), ForeignKey("account.id")),
    Column("class_id", String(20)),
    Column("seat", Integer),
    Column("created_at", String(27), nullable=False),
    Column("last_seen_at", String(27), nullable=False),
    Column("revoked_at", String(27)),
    ForeignKeyConstraint(["class_id", "seat"], ["participant.class_id", "participant.seat"]),
    CheckConstraint("(account_id is null) <> (class_id is null)", name="one_holder"),
    Index(None, "account_id"),
)

event = Table(
    "event",
    metadata,
    #: BIGINT would not become SQLite's rowid, so the variant; the values are the same.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    #: Place in the chain: 1, 2, 3 ... without a gap.
    Column("seq", BigInteger, nullable=False, unique=True),
    Column("actor", String(40), nullable=False),
    Column("kind", String(30), nullable=False),
    #: The case or record the event is about, e.g. ``kasus:K7QX4M.12.3``.
    Column("subject", String(120), nullable=False),
    Column("field", String(120), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("value", Text, nullable=False),
    Column("at", String(27), nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("actor", "subject", "field", "revision"),
    Index(None, "subject", "field"),
    #: For the log's pages, which filter by kind, by actor or by day.
    Index(None, "kind", "seq"),
    Index(None, "actor", "seq"),
    Index(None, "at"),
)

#: One row: where the chain ends. It is locked first by every append, so appends queue on every
#: database, and a chain that was cut off at its end no longer agrees with it.
ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

expected_participant = Table(
    "expected_participant",
    metadata,
    Column("class_id", String(20), ForeignKey("class.id"), primary_key=True),
    Column("position_in_list", Integer, primary_key=True, autoincrement=False),
    Column("name", String(100), nullable=False),
    Column("position", String(100), nullable=False),
    Column("area_kode", String(13), nullable=False),
    Column("area_text", String(100), nullable=False),
)

drawn_case = Table(
    "drawn_case",
    metadata,
    Column("class_id", String(20), ForeignKey("class.id"), primary_key=True),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("public", Text, nullable=False),
    #: The part of the class it belongs to; 0 in a class without parts.
    Column("part", Integer, nullable=False, server_default="0"),
    #: The case of the bank it was taken from; null when it was drawn for this seat alone.
    Column("item", Integer),
    #: Where on the ladder it stood when it was handed out; empty where there is no ladder.
    Column("step", String(10), nullable=False, server_default=""),
    #: What it holds, as ``training.bank`` writes it.
    Column("word", String(240), nullable=False, server_default=""),
    #: When it was handed out, and when it was read to its end or sent; null: drawn beforehand.
    Column("given_at", String(27)),
    Column("done_at", String(27)),
    #: All that a course asks of its cases but what they look like, which lies behind 20 kB.
    Index(
        "ix_drawn_case_course",
        *("class_id", "seat", "number", "part", "step", "word", "item", "given_at", "done_at"),
    ),
)

#: Keys lie apart so that no query for a page can carry one by mistake.
case_key = Table(
    "case_key",
    metadata,
    Column("class_id", String(20), primary_key=True),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    ForeignKeyConstraint(
        ["class_id", "seat", "number"],
        ["drawn_case.class_id", "drawn_case.seat", "drawn_case.number"],
    ),
)

grade = Table(
    "grade",
    metadata,
    Column("class_id", String(20), primary_key=True),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("answer", Text, nullable=False),
    Column("grade", Text, nullable=False),
    #: As first shown: a second submission answers with these very words.
    Column("feedback", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(["class_id", "seat"], ["participant.class_id", "participant.seat"]),
)

#: One row per planted mistake and per wrongly marked cell: what the board and the item
#: statistics count. ``outcome`` is ditemukan, terlewat or keliru (then ``rule`` is empty).
grade_item = Table(
    "grade_item",
    metadata,
    Column("class_id", String(20), primary_key=True),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("rule", String(20), nullable=False),
    Column("cell", String(120), nullable=False),
    Column("outcome", String(12), nullable=False),
    ForeignKeyConstraint(
        ["class_id", "seat", "number"], ["grade.class_id", "grade.seat", "grade.number"]
    ),
    CheckConstraint("outcome in ('ditemukan', 'terlewat', 'keliru')", name="outcome"),
)

#: The cases that all seats of a class share: nobody gets the same one twice.
bank_case = Table(
    "bank_case",
    metadata,
    Column("class_id", String(20), ForeignKey("class.id"), primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    #: A or B for a form of the test, with the place in it; empty for practice.
    Column("form", String(1), nullable=False),
    Column("place", Integer, nullable=False),
    Column("word", String(240), nullable=False),
    Column("public", Text, nullable=False),
    Index(None, "class_id", "word"),
)

bank_key = Table(
    "bank_key",
    metadata,
    Column("class_id", String(20), primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    ForeignKeyConstraint(["class_id", "item"], ["bank_case.class_id", "bank_case.item"]),
)

#: What a class does one after another: tests, practice, drills. A trainer opens and closes them.
class_part = Table(
    "class_part",
    metadata,
    Column("class_id", String(20), ForeignKey("class.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("title", String(100), nullable=False),
    Column("settings", Text, nullable=False),
    Column("state", String(10), nullable=False),
    CheckConstraint("state in ('waiting', 'open', 'closed')", name="state"),
)

#: What a trainer says to the whole class at this moment. One row a class.
class_live = Table(
    "class_live",
    metadata,
    Column("class_id", String(20), ForeignKey("class.id"), primary_key=True),
    Column("paused", Boolean, nullable=False),
    #: The message to all, empty for none, and when it was sent.
    Column("message", Text, nullable=False),
    Column("message_at", String(27)),
)

#: A bimtek as it is planned, before and after its class opens: timetable, people, groups.
bimtek = Table(
    "bimtek",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("place", String(100), nullable=False),
    Column("date", String(10), nullable=False),
    Column("content", Text, nullable=False),
    Column("class_id", String(20), ForeignKey("class.id")),
    Column("created_by", String(40), nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("changed_at", String(27), nullable=False),
)

#: One card of a drill, answered; the first answer stands.
drill_answer = Table(
    "drill_answer",
    metadata,
    Column("class_id", String(20), primary_key=True),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("drill", String(20), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("item", String(120), nullable=False),
    Column("answer", String(200), nullable=False),
    Column("is_right", Boolean, nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(["class_id", "seat"], ["participant.class_id", "participant.seat"]),
)

#: Papers that carry a number, with what stood on them.
certificate = Table(
    "certificate",
    metadata,
    Column("class_id", String(20), primary_key=True),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("number", String(60), nullable=False, unique=True),
    Column("content", Text, nullable=False),
    Column("issued_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(["class_id", "seat"], ["participant.class_id", "participant.seat"]),
)

#: Tasks the office wrote itself; withdrawn, they stay on record.
own_task = Table(
    "own_task",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("content", Text, nullable=False),
    Column("saved_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    Column("withdrawn_at", String(27)),
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("imported_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    Column("folder", String(200), nullable=False),
    Column("manifest", Text, nullable=False),
    Column("deleted_at", String(27)),
    Column("deleted_by", String(40)),
    Column("reason", Text),
)

#: What the columns of one kind of file mean, as somebody corrected them; ``signature`` is a hash
#: of its headers, so the next file of the same kind finds it.
mapping = Table(
    "mapping",
    metadata,
    Column("signature", String(64), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("columns", Text, nullable=False),
    Column("saved_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
)

#: A value of the rules that this office sets itself, from a day on; withdrawn, it stays on record.
setting = Table(
    "setting",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("since", String(10), primary_key=True),
    Column("value", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("set_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    Column("withdrawn_at", String(27)),
)

#: Two rows of two lists as somebody judged them, by their keyed hashes, smaller first. The
#: judgement holds while ``compared`` (a hash of the values it was made on) is the same.
pair_decision = Table(
    "pair_decision",
    metadata,
    Column("key_a", String(64), primary_key=True),
    Column("key_b", String(64), primary_key=True),
    Column("decision", String(10), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("compared", String(64), nullable=False),
    Column("decided_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    CheckConstraint("decision in ('sama', 'beda', 'tunda')", name="decision"),
)

#: Who looks after which kelurahan, RW or RT at which stage: many to many. Withdrawn, it stays.
assignment = Table(
    "assignment",
    metadata,
    Column("officer", String(40), primary_key=True),
    Column("area_kode", String(13), primary_key=True),
    #: Empty for all of them.
    Column("rw", String(10), primary_key=True),
    Column("rt", String(10), primary_key=True),
    Column("stage", String(20), primary_key=True),
    Column("assigned_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    Column("withdrawn_at", String(27)),
    Index(None, "area_kode"),
)

#: What came back from a visit to a family of a list, in codes. A later revision of the same
#: ``source`` counts instead of the earlier one; another source stands beside it.
outcome = Table(
    "outcome",
    metadata,
    Column("list_id", String(40), ForeignKey("snapshot.id"), primary_key=True),
    Column("family_id", String(40), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("recorder", String(40), nullable=False),
    Column("way", String(10), nullable=False),
    Column("kelurahan_kode", String(13), nullable=False),
    #: The same family in other lists; empty where its row has no key.
    Column("family_key", String(64), nullable=False),
    Column("visited_on", String(10), nullable=False),
    Column("codes", Text, nullable=False),
    #: Which other outcomes (a hash of them) this one decides between; empty for none.
    Column("settles", String(64), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("at", String(27), nullable=False),
    CheckConstraint("way in ('layar', 'xlsx', 'xlsform', 'kertas', 'putusan')", name="way"),
    CheckConstraint("(way = 'putusan') = (settles <> '')", name="settles"),
    Index(None, "family_key"),
)

#: What was written in words; it can be deleted and the ledger stays whole.
outcome_note = Table(
    "outcome_note",
    metadata,
    Column("list_id", String(40), primary_key=True),
    Column("family_id", String(40), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    ForeignKeyConstraint(
        ["list_id", "family_id", "source", "revision"],
        ["outcome.list_id", "outcome.family_id", "outcome.source", "outcome.revision"],
    ),
)

#: At which stage somebody has acted on a record. One row for each: nobody acts at two.
stage_hand = Table(
    "stage_hand",
    metadata,
    Column("list_id", String(40), ForeignKey("snapshot.id"), primary_key=True),
    Column("family_id", String(40), primary_key=True),
    Column("actor", String(40), primary_key=True),
    Column("stage", String(20), nullable=False),
    UniqueConstraint("list_id", "family_id", "actor", "stage"),
)

#: The moves of a record. The database itself refuses one by somebody with a hand elsewhere.
stage_step = Table(
    "stage_step",
    metadata,
    Column("list_id", String(40), primary_key=True),
    Column("family_id", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("stage_from", String(20), nullable=False),
    Column("stage_to", String(20), nullable=False),
    Column("direction", String(10), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(
        ["list_id", "family_id", "actor", "stage_from"],
        ["stage_hand.list_id", "stage_hand.family_id", "stage_hand.actor", "stage_hand.stage"],
    ),
    CheckConstraint("direction in ('maju', 'kembali')", name="direction"),
    CheckConstraint("direction = 'maju' or reason <> ''", name="reason"),
)

#: The lists that the lives of findings have gone through, in order.
finding_round = Table(
    "finding_round",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("list_id", String(40), ForeignKey("snapshot.id"), nullable=False, unique=True),
    Column("totals", Text, nullable=False),
    #: Hash of every transition of the round.
    Column("digest", String(64), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("at", String(27), nullable=False),
)

#: What became of a finding, one row for each change; the highest number is how it stands.
finding_life = Table(
    "finding_life",
    metadata,
    Column("rule", String(20), primary_key=True),
    Column("subject_kind", String(10), primary_key=True),
    Column("subject_key", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("list_id", String(40), ForeignKey("snapshot.id"), nullable=False),
    Column("change", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(30), nullable=False),
    Column("value", String(64), nullable=False),
    Column("answer", String(12), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("kelurahan_kode", String(13), nullable=False),
    #: The key it was known by before this change, where that was another.
    Column("former_key", String(64), nullable=False),
    Column("at", String(27), nullable=False),
    CheckConstraint("state in ('terbuka', 'dikonfirmasi', 'dibuka_lagi', 'selesai')", name="state"),
    Index(None, "list_id"),
    Index(None, "subject_key"),
)
