"""What happens to families, what follows from it, graduation and re-entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "happening",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("family_key", sa.String(length=64), nullable=False),
        sa.Column("kelurahan_kode", sa.String(length=13), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.String(length=10), nullable=False),
        sa.Column("reporter", sa.String(length=20), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("recorder", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["snapshot.id"], name=op.f("fk_happening_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_happening")),
    )
    op.create_index(op.f("ix_happening_kelurahan_kode"), "happening", ["kelurahan_kode"])
    op.create_index(op.f("ix_happening_list_id"), "happening", ["list_id"])
    op.create_table(
        "happening_note",
        sa.Column("happening_id", sa.String(length=40), nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["happening_id"], ["happening.id"], name=op.f("fk_happening_note_happening_id")
        ),
        sa.PrimaryKeyConstraint("happening_id", name=op.f("pk_happening_note")),
    )
    op.create_table(
        "happening_end",
        sa.Column("happening_id", sa.String(length=40), nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(
            ["happening_id"], ["happening.id"], name=op.f("fk_happening_end_happening_id")
        ),
        sa.PrimaryKeyConstraint("happening_id", name=op.f("pk_happening_end")),
    )
    op.create_table(
        "happening_task",
        sa.Column("happening_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("program", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["happening_id"], ["happening.id"], name=op.f("fk_happening_task_happening_id")
        ),
        sa.PrimaryKeyConstraint("happening_id", "number", name=op.f("pk_happening_task")),
    )
    op.create_table(
        "task_tick",
        sa.Column("happening_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("state = 'selesai' or reason <> ''", name=op.f("ck_task_tick_reason")),
        sa.CheckConstraint(
            "state in ('selesai', 'tidak_perlu', 'belum')", name=op.f("ck_task_tick_state")
        ),
        sa.ForeignKeyConstraint(
            ["happening_id", "number"],
            ["happening_task.happening_id", "happening_task.number"],
            name=op.f("fk_task_tick_happening_id_number"),
        ),
        sa.PrimaryKeyConstraint("happening_id", "number", "revision", name=op.f("pk_task_tick")),
    )
    op.create_table(
        "graduation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("family_key", sa.String(length=64), nullable=False),
        sa.Column("kelurahan_kode", sa.String(length=13), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("program", sa.String(length=20), nullable=False),
        sa.Column("membership", sa.String(length=10), nullable=False),
        sa.Column("membership_on", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("state_on", sa.String(length=10), nullable=False),
        sa.Column("desil", sa.Integer(), nullable=True),
        sa.Column("desil_version", sa.String(length=40), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("maker", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint(
            "act in ('alamiah', 'mandiri', 'paksa', 'masuk_kembali')",
            name=op.f("ck_graduation_act"),
        ),
        sa.CheckConstraint(
            "membership in ('berhenti', 'peserta')", name=op.f("ck_graduation_membership")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["snapshot.id"], name=op.f("fk_graduation_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_graduation")),
        sa.UniqueConstraint("id", "maker", name=op.f("uq_graduation_id_maker")),
    )
    op.create_index(op.f("ix_graduation_kelurahan_kode"), "graduation", ["kelurahan_kode"])
    op.create_index(op.f("ix_graduation_list_id"), "graduation", ["list_id"])
    op.create_table(
        "graduation_check",
        sa.Column("graduation_id", sa.String(length=40), nullable=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("maker", sa.String(length=40), nullable=False),
        sa.Column("checker", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint(
            "verdict = 'setuju' or reason <> ''", name=op.f("ck_graduation_check_reason")
        ),
        sa.CheckConstraint(
            "verdict in ('setuju', 'tolak')", name=op.f("ck_graduation_check_verdict")
        ),
        sa.CheckConstraint("maker <> checker", name=op.f("ck_graduation_check_checker")),
        sa.ForeignKeyConstraint(
            ["graduation_id", "maker"],
            ["graduation.id", "graduation.maker"],
            name=op.f("fk_graduation_check_graduation_id_maker"),
        ),
        sa.PrimaryKeyConstraint("graduation_id", name=op.f("pk_graduation_check")),
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is never rolled back; restore a backup instead")
