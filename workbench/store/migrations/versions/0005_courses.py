"""Parts of a class, its bank of cases, plans, drills, certificates and tasks of the office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("class", sa.Column("archived_at", sa.String(length=27), nullable=True))
    for column in (
        sa.Column("part", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("item", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=10), nullable=False, server_default=""),
        sa.Column("word", sa.String(length=240), nullable=False, server_default=""),
        sa.Column("given_at", sa.String(length=27), nullable=True),
        sa.Column("done_at", sa.String(length=27), nullable=True),
    ):
        op.add_column("drawn_case", column)
    op.create_index(
        "ix_drawn_case_course",
        "drawn_case",
        ["class_id", "seat", "number", "part", "step", "word", "item", "given_at", "done_at"],
    )
    op.create_table(
        "bank_case",
        sa.Column("class_id", sa.String(length=20), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("form", sa.String(length=1), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=240), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["class.id"], name=op.f("fk_bank_case_class_id")),
        sa.PrimaryKeyConstraint("class_id", "item", name=op.f("pk_bank_case")),
    )
    op.create_index(op.f("ix_bank_case_class_id_word"), "bank_case", ["class_id", "word"])
    op.create_table(
        "bank_key",
        sa.Column("class_id", sa.String(length=20), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["class_id", "item"], ["bank_case.class_id", "bank_case.item"], name=op.f("fk_bank_key_class_id_item")),
        sa.PrimaryKeyConstraint("class_id", "item", name=op.f("pk_bank_key")),
    )
    op.create_table(
        "class_part",
        sa.Column("class_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("state in ('waiting', 'open', 'closed')", name=op.f("ck_class_part_ck_class_part_state")),
        sa.ForeignKeyConstraint(["class_id"], ["class.id"], name=op.f("fk_class_part_class_id")),
        sa.PrimaryKeyConstraint("class_id", "number", name=op.f("pk_class_part")),
    )
    op.create_table(
        "class_live",
        sa.Column("class_id", sa.String(length=20), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("message_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["class_id"], ["class.id"], name=op.f("fk_class_live_class_id")),
        sa.PrimaryKeyConstraint("class_id", name=op.f("pk_class_live")),
    )
    op.create_table(
        "bimtek",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("class_id", sa.String(length=20), nullable=True),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("changed_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["class.id"], name=op.f("fk_bimtek_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bimtek")),
    )
    op.create_table(
        "drill_answer",
        sa.Column("class_id", sa.String(length=20), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("drill", sa.String(length=20), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("item", sa.String(length=120), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["class_id", "seat"], ["participant.class_id", "participant.seat"], name=op.f("fk_drill_answer_class_id_seat")),
        sa.PrimaryKeyConstraint("class_id", "seat", "drill", "round", "place", name=op.f("pk_drill_answer")),
    )
    op.create_table(
        "certificate",
        sa.Column("class_id", sa.String(length=20), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["class_id", "seat"], ["participant.class_id", "participant.seat"], name=op.f("fk_certificate_class_id_seat")),
        sa.PrimaryKeyConstraint("class_id", "seat", name=op.f("pk_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
    )
    op.create_table(
        "own_task",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("withdrawn_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_task")),
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is never rolled back; restore a backup instead")
