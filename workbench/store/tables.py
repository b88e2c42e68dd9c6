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
    Column("list_id", String(40), ForeignKey("snapshot.id"), nullable=False),
    #: Which judgement of the list: one that is judged again goes through once more.
    Column("judgement", Integer, nullable=False),
    Column("totals", Text, nullable=False),
    #: Hash of every transition of the round.
    Column("digest", String(64), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    UniqueConstraint("list_id", "judgement"),
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

# --- 0007: drafts of outcomes ---------------------------------------------------------------------

#: What somebody has filled in and not sent yet: nobody else's business, so no event tells of it,
#: and gone as soon as it is sent. ``purpose`` tells a second check from the visit, which has none.
outcome_draft = Table(
    "outcome_draft",
    metadata,
    Column("list_id", String(40), ForeignKey("snapshot.id"), primary_key=True),
    Column("family_id", String(40), primary_key=True),
    Column("actor", String(40), primary_key=True),
    Column("purpose", String(40), primary_key=True),
    Column("answers", Text, nullable=False),
    #: The screen the person was at.
    Column("step", String(60), nullable=False),
    Column("at", String(27), nullable=False),
    Index(None, "actor"),
)

# --- 0007: blind second checks --------------------------------------------------------------------

#: Families drawn from those visited, to be visited once more by somebody else.
recheck_sample = Table(
    "recheck_sample",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("list_id", String(40), ForeignKey("snapshot.id"), nullable=False),
    #: The order in which samples of a list were drawn, from 1.
    Column("number", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    #: Area codes, settings of the plan, and the draw as ``sampling.frames`` writes it.
    Column("codes", Text, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("frame_hash", String(64), nullable=False),
    Column("drawn_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    #: Set when both sides are closed: from then on they are compared.
    Column("locked_at", String(27)),
    Column("locked_by", String(40)),
    #: Why families without a second visit were given up; empty for none.
    Column("reason", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    UniqueConstraint("list_id", "number"),
    CheckConstraint("kind in ('lot', 'taksiran')", name="kind"),
)

#: A family of a sample: which outcome stands for the first visit, and who goes the second time.
#: The database itself refuses one who was there before.
recheck = Table(
    "recheck",
    metadata,
    Column("sample_id", String(24), ForeignKey("recheck_sample.id"), primary_key=True),
    Column("family_id", String(40), primary_key=True),
    Column("list_id", String(40), nullable=False),
    #: The same family in other lists; empty where its row has no key.
    Column("family_key", String(64), nullable=False),
    Column("kelurahan_kode", String(13), nullable=False),
    #: Keys of the family's findings, by which their lives are known in every list.
    Column("codes", Text, nullable=False),
    Column("source", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("first", String(40), nullable=False),
    #: Empty while nobody was chosen.
    Column("second", String(40), nullable=False),
    #: When the second person closed their answers.
    Column("locked_at", String(27)),
    ForeignKeyConstraint(
        ["list_id", "family_id", "source", "revision"],
        ["outcome.list_id", "outcome.family_id", "outcome.source", "outcome.revision"],
    ),
    UniqueConstraint("sample_id", "family_id", "second"),
    CheckConstraint("second <> first", name="second"),
    Index(None, "second"),
)

#: What the second visit brought back; it lies apart from the outcomes of the first.
recheck_outcome = Table(
    "recheck_outcome",
    metadata,
    Column("sample_id", String(24), primary_key=True),
    Column("family_id", String(40), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("list_id", String(40), nullable=False),
    Column("recorder", String(40), nullable=False),
    Column("codes", Text, nullable=False),
    #: What was written in words; it can be emptied and the ledger stays whole.
    Column("words", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(
        ["sample_id", "family_id", "recorder"],
        ["recheck.sample_id", "recheck.family_id", "recheck.second"],
    ),
)

#: Which of two answers is right, with the reason, by a third person. The highest number counts.
recheck_decision = Table(
    "recheck_decision",
    metadata,
    Column("sample_id", String(24), primary_key=True),
    Column("family_id", String(40), primary_key=True),
    Column("level", String(10), primary_key=True),
    Column("subject", String(80), primary_key=True),
    Column("field", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("list_id", String(40), nullable=False),
    Column("right_one", String(10), nullable=False),
    Column("decided_by", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(["sample_id", "family_id"], ["recheck.sample_id", "recheck.family_id"]),
    CheckConstraint("right_one in ('pertama', 'kedua', 'lain')", name="right_one"),
    CheckConstraint("reason <> ''", name="reason"),
)

#: Rules that became a practice task after a dispute; the task lies in the practice workspace.
recheck_task = Table(
    "recheck_task",
    metadata,
    Column("sample_id", String(24), primary_key=True),
    Column("family_id", String(40), primary_key=True),
    Column("rule", String(20), primary_key=True),
    Column("list_id", String(40), nullable=False),
    Column("task_id", String(40), nullable=False),
    Column("made_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(["sample_id", "family_id"], ["recheck.sample_id", "recheck.family_id"]),
)

# --- 0008: musyawarah, routes, objections ---------------------------------------------------------

#: A musyawarah of one kelurahan; what it decided lies in ``meeting_decision``.
meeting = Table(
    "meeting",
    metadata,
    Column("list_id", String(40), ForeignKey("snapshot.id"), primary_key=True),
    Column("id", String(20), primary_key=True),
    Column("kelurahan_kode", String(13), nullable=False),
    Column("held_on", String(10), nullable=False),
    #: Empty where nobody wrote down when it was announced.
    Column("announced_on", String(10), nullable=False),
    Column("place", Text, nullable=False),
    Column("planned_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    Column("cancelled_at", String(27)),
    Index(None, "kelurahan_kode"),
)


def _of_meeting() -> tuple[Column[str], Column[str]]:
    return (
        Column("list_id", String(40), primary_key=True),
        Column("meeting_id", String(20), primary_key=True),
    )


def _to_meeting() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["list_id", "meeting_id"], ["meeting.list_id", "meeting.id"])


#: Who was asked to come, and who came. Names stand here only.
meeting_attendee = Table(
    "meeting_attendee",
    metadata,
    *_of_meeting(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("role", String(20), nullable=False),
    Column("name", Text, nullable=False),
    Column("is_present", Boolean, nullable=False),
    Column("at", String(27), nullable=False),
    _to_meeting(),
)

#: The families a musyawarah talks about; one taken from the agenda stays, with the reason.
meeting_item = Table(
    "meeting_item",
    metadata,
    *_of_meeting(),
    Column("family_id", String(40), primary_key=True),
    Column("origin", String(10), nullable=False),
    Column("is_on", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    _to_meeting(),
    CheckConstraint("origin in ('usulan', 'tahap', 'tambahan')", name="origin"),
    Index(None, "list_id", "family_id"),
)

#: What a musyawarah decided of a family; of several revisions the highest counts.
meeting_decision = Table(
    "meeting_decision",
    metadata,
    *_of_meeting(),
    Column("family_id", String(40), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("decision", String(20), nullable=False),
    Column("reason", String(10), nullable=False),
    #: Objections, answers and notes as they were said.
    Column("words", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(
        ["list_id", "meeting_id", "family_id"],
        ["meeting_item.list_id", "meeting_item.meeting_id", "meeting_item.family_id"],
    ),
    CheckConstraint(
        "decision in ('layak', 'tidak_layak', 'tunda', 'butuh_kunjungan')", name="decision"
    ),
    CheckConstraint("(decision = 'tidak_layak') = (reason <> '')", name="reason"),
)

#: Minutes as they were closed. A version never changes; a correction is the next one.
meeting_minutes = Table(
    "meeting_minutes",
    metadata,
    *_of_meeting(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    #: SHA-256 of salt and content.
    Column("digest", String(64), nullable=False),
    Column("closed_by", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    _to_meeting(),
)

#: Scans of minutes and who signed them (codes of roles); the file lies in the workspace folder.
meeting_scan = Table(
    "meeting_scan",
    metadata,
    *_of_meeting(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
    #: As it was called where it came from: in words, for it may name somebody.
    Column("file_name", Text, nullable=False),
    Column("signers", String(200), nullable=False),
    Column("is_signed", Boolean, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(
        ["list_id", "meeting_id", "version"],
        ["meeting_minutes.list_id", "meeting_minutes.meeting_id", "meeting_minutes.version"],
    ),
)


def _of_family() -> tuple[Column[str], Column[str], Column[int]]:
    return (
        Column("list_id", String(40), ForeignKey("snapshot.id"), primary_key=True),
        Column("family_id", String(40), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
    )


#: The way a family's proposal goes; the highest number counts.
proposal_route = Table(
    "proposal_route",
    metadata,
    *_of_family(),
    Column("route", String(20), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("at", String(27), nullable=False),
)

#: The papers shown for a family's proposal; withdrawn, they stay on record.
proposal_paper = Table(
    "proposal_paper",
    metadata,
    *_of_family(),
    Column("paper", String(20), nullable=False),
    #: For a statement in place of minutes, the reason.
    Column("note", Text, nullable=False),
    #: Of the scan, empty for none; the file lies in the workspace folder.
    Column("sha256", String(64), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    Column("withdrawn_at", String(27)),
    CheckConstraint("paper <> 'BERITA_ACARA'", name="paper"),
    CheckConstraint("paper <> 'SPTJM' or note <> ''", name="note"),
)

#: What somebody objected, until when it is to be answered, and the answer.
objection = Table(
    "objection",
    metadata,
    *_of_family(),
    Column("kelurahan_kode", String(13), nullable=False),
    Column("who", String(20), nullable=False),
    Column("words", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("received_on", String(10), nullable=False),
    Column("due_on", String(10), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    #: Empty until it is answered.
    Column("verdict", String(20), nullable=False),
    Column("answered_on", String(10), nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_by", String(40), nullable=False),
    Column("answered_at", String(27), nullable=False),
    #: What an accepted one brought about: the record went back, or somebody has to see to it.
    Column("sequel", String(12), nullable=False),
    CheckConstraint("verdict in ('', 'diterima', 'ditolak', 'dibahas_lagi')", name="verdict"),
    CheckConstraint("(verdict = '') = (answered_on = '')", name="answered"),
    CheckConstraint("verdict = '' or answer <> ''", name="answer"),
    CheckConstraint("sequel in ('', 'dikembalikan', 'tugas')", name="sequel"),
    Index(None, "due_on"),
)

#: A family that stands on no list and was proposed; ``family_id`` is its name in the records of
#: the working list. Who they are stands here only; numbers are empty where they have none.
candidate = Table(
    "candidate",
    metadata,
    Column("list_id", String(40), ForeignKey("snapshot.id"), primary_key=True),
    Column("family_id", String(40), primary_key=True),
    Column("kelurahan_kode", String(13), nullable=False),
    Column("rw", String(3), nullable=False),
    Column("rt", String(3), nullable=False),
    Column("address", Text, nullable=False),
    Column("head_name", Text, nullable=False),
    Column("nik", Text, nullable=False),
    Column("no_kk", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("proposer", String(20), nullable=False),
    #: The same keyed hashes as in lists.
    Column("nik_key", String(64), nullable=False),
    Column("kk_key", String(64), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("at", String(27), nullable=False),
    CheckConstraint("people > 0", name="people"),
)

# --- 0009: events, graduation, re-entry -----------------------------------------------------------

#: What happened to a family of a list (a birth, a move ...), as somebody reported it, in codes.
#: The list itself is never changed by it.
happening = Table(
    "happening",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("list_id", String(40), ForeignKey("snapshot.id"), nullable=False),
    #: Empty for a family that came and stands on no list yet.
    Column("family_id", String(40), nullable=False),
    Column("family_key", String(64), nullable=False),
    Column("kelurahan_kode", String(13), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("happened_on", String(10), nullable=False),
    Column("reporter", String(20), nullable=False),
    #: Papers, people (row and key), answers, the key of the other card.
    Column("codes", Text, nullable=False),
    Column("recorder", String(40), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("at", String(27), nullable=False),
    Index(None, "list_id"),
    Index(None, "kelurahan_kode"),
)

#: What was written in words of an event; it can be deleted and the ledger stays whole.
happening_note = Table(
    "happening_note",
    metadata,
    Column("happening_id", String(40), ForeignKey("happening.id"), primary_key=True),
    Column("list_id", String(40), nullable=False),
    Column("words", Text, nullable=False),
    Column("salt", String(32), nullable=False),
)

#: Events that were recorded by mistake; they stay, and count no longer.
happening_end = Table(
    "happening_end",
    metadata,
    Column("happening_id", String(40), ForeignKey("happening.id"), primary_key=True),
    Column("list_id", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("at", String(27), nullable=False),
)

#: What follows from an event, one task each; ``program`` is empty where it is about none.
happening_task = Table(
    "happening_task",
    metadata,
    Column("happening_id", String(40), ForeignKey("happening.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("list_id", String(40), nullable=False),
    Column("code", String(40), nullable=False),
    Column("program", String(20), nullable=False),
)

#: Who ticked a task, and when it was done; the highest revision is how it stands.
task_tick = Table(
    "task_tick",
    metadata,
    Column("happening_id", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("list_id", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("day", String(10), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(
        ["happening_id", "number"], ["happening_task.happening_id", "happening_task.number"]
    ),
    CheckConstraint("state in ('selesai', 'tidak_perlu', 'belum')", name="state"),
    CheckConstraint("state = 'selesai' or reason <> ''", name="reason"),
)

#: A graduation or re-entry as it was entered. Three things apart: membership of the programme,
#: state of graduation, and what the register says (copied from the list, changed by nobody here).
graduation = Table(
    "graduation",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("list_id", String(40), ForeignKey("snapshot.id"), nullable=False),
    Column("family_id", String(40), nullable=False),
    Column("family_key", String(64), nullable=False),
    Column("kelurahan_kode", String(13), nullable=False),
    Column("act", String(20), nullable=False),
    Column("program", String(20), nullable=False),
    Column("membership", String(10), nullable=False),
    Column("membership_on", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("state_on", String(10), nullable=False),
    Column("desil", Integer),
    Column("desil_version", String(40), nullable=False),
    Column("codes", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("maker", String(40), nullable=False),
    Column("salt", String(32), nullable=False),
    Column("at", String(27), nullable=False),
    UniqueConstraint("id", "maker"),
    CheckConstraint("act in ('alamiah', 'mandiri', 'paksa', 'masuk_kembali')", name="act"),
    CheckConstraint("membership in ('berhenti', 'peserta')", name="membership"),
    Index(None, "list_id"),
    Index(None, "kelurahan_kode"),
)

#: The second check, without which none counts. The database itself refuses the maker's own.
graduation_check = Table(
    "graduation_check",
    metadata,
    Column("graduation_id", String(40), primary_key=True),
    Column("list_id", String(40), nullable=False),
    Column("maker", String(40), nullable=False),
    Column("checker", String(40), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("at", String(27), nullable=False),
    ForeignKeyConstraint(["graduation_id", "maker"], ["graduation.id", "graduation.maker"]),
    CheckConstraint("maker <> checker", name="checker"),
    CheckConstraint("verdict in ('setuju', 'tolak')", name="verdict"),
    CheckConstraint("verdict = 'setuju' or reason <> ''", name="reason"),
)

# --- 0010: people's data --------------------------------------------------------------------------

#: What was deleted because its time was over: counts by kind, and the years that held that day.
retention_run = Table(
    "retention_run",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("actor", String(40), nullable=False),
    Column("on_day", String(10), nullable=False),
    Column("years", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("at", String(27), nullable=False),
)
