"""Drafts of outcomes, more than one round of a list; samples and blind second checks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


#: As 0006 made it: SQLite rebuilds a table to change what is unique in it.
_ROUND = sa.Table(
    "finding_round",
    sa.MetaData(),
    sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
    sa.Column("list_id", sa.String(length=40), nullable=False),
    sa.Column("totals", sa.Text(), nullable=False),
    sa.Column("digest", sa.String(length=64), nullable=False),
    sa.Column("actor", sa.String(length=40), nullable=False),
    sa.Column("at", sa.String(length=27), nullable=False),
    sa.ForeignKeyConstraint(["list_id"], ["snapshot.id"], name="fk_finding_round_list_id"),
    sa.UniqueConstraint("list_id", name="uq_finding_round_list_id"),
    sa.PrimaryKeyConstraint("number", name="pk_finding_round"),
)


def _drafts_and_rounds() -> None:
    op.create_table(
        "outcome_draft",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["snapshot.id"], name=op.f("fk_outcome_draft_list_id")
        ),
        sa.PrimaryKeyConstraint(
            "list_id", "family_id", "actor", "purpose", name=op.f("pk_outcome_draft")
        ),
    )
    op.create_index(op.f("ix_outcome_draft_actor"), "outcome_draft", ["actor"])
    with op.batch_alter_table("finding_round", copy_from=_ROUND) as table:
        table.add_column(sa.Column("judgement", sa.Integer(), nullable=False, server_default="1"))
        table.drop_constraint("uq_finding_round_list_id", type_="unique")
        table.create_unique_constraint(
            op.f("uq_finding_round_list_id_judgement"), ["list_id", "judgement"]
        )
    with op.batch_alter_table("finding_round") as table:
        table.alter_column("judgement", server_default=None)


def _rechecks() -> None:
    op.create_table(
        "recheck_sample",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("frame_hash", sa.String(length=64), nullable=False),
        sa.Column("drawn_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("locked_at", sa.String(length=27), nullable=True),
        sa.Column("locked_by", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.CheckConstraint("kind in ('lot', 'taksiran')", name=op.f("ck_recheck_sample_kind")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["snapshot.id"], name=op.f("fk_recheck_sample_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck_sample")),
        sa.UniqueConstraint("list_id", "number", name=op.f("uq_recheck_sample_list_id_number")),
    )
    op.create_table(
        "recheck",
        sa.Column("sample_id", sa.String(length=24), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_key", sa.String(length=64), nullable=False),
        sa.Column("kelurahan_kode", sa.String(length=13), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(length=40), nullable=False),
        sa.Column("second", sa.String(length=40), nullable=False),
        sa.Column("locked_at", sa.String(length=27), nullable=True),
        sa.CheckConstraint("second <> first", name=op.f("ck_recheck_second")),
        sa.ForeignKeyConstraint(
            ["list_id", "family_id", "source", "revision"],
            ["outcome.list_id", "outcome.family_id", "outcome.source", "outcome.revision"],
            name=op.f("fk_recheck_list_id_family_id_source_revision"),
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["recheck_sample.id"], name=op.f("fk_recheck_sample_id")
        ),
        sa.PrimaryKeyConstraint("sample_id", "family_id", name=op.f("pk_recheck")),
        sa.UniqueConstraint(
            "sample_id", "family_id", "second", name=op.f("uq_recheck_sample_id_family_id_second")
        ),
    )
    op.create_index(op.f("ix_recheck_second"), "recheck", ["second"], unique=False)
    op.create_table(
        "recheck_outcome",
        sa.Column("sample_id", sa.String(length=24), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("recorder", sa.String(length=40), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id", "family_id", "recorder"],
            ["recheck.sample_id", "recheck.family_id", "recheck.second"],
            name=op.f("fk_recheck_outcome_sample_id_family_id_recorder"),
        ),
        sa.PrimaryKeyConstraint(
            "sample_id", "family_id", "revision", name=op.f("pk_recheck_outcome")
        ),
    )
    op.create_table(
        "recheck_decision",
        sa.Column("sample_id", sa.String(length=24), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("right_one", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_recheck_decision_reason")),
        sa.CheckConstraint(
            "right_one in ('pertama', 'kedua', 'lain')", name=op.f("ck_recheck_decision_right_one")
        ),
        sa.ForeignKeyConstraint(
            ["sample_id", "family_id"],
            ["recheck.sample_id", "recheck.family_id"],
            name=op.f("fk_recheck_decision_sample_id_family_id"),
        ),
        sa.PrimaryKeyConstraint(
            "sample_id",
            "family_id",
            "level",
            "subject",
            "field",
            "number",
            name=op.f("pk_recheck_decision"),
        ),
    )
    op.create_table(
        "recheck_task",
        sa.Column("sample_id", sa.String(length=24), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("task_id", sa.String(length=40), nullable=False),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id", "family_id"],
            ["recheck.sample_id", "recheck.family_id"],
            name=op.f("fk_recheck_task_sample_id_family_id"),
        ),
        sa.PrimaryKeyConstraint("sample_id", "family_id", "rule", name=op.f("pk_recheck_task")),
    )


def upgrade() -> None:
    _drafts_and_rounds()
    _rechecks()
