"""What an office keeps of its own: meanings of columns, values of rules, judged pairs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mapping",
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_mapping")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("withdrawn_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("name", "since", name=op.f("pk_setting")),
    )
    op.create_table(
        "pair_decision",
        sa.Column("key_a", sa.String(length=64), nullable=False),
        sa.Column("key_b", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("compared", sa.String(length=64), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint(
            "decision in ('sama', 'beda')", name=op.f("ck_pair_decision_decision")
        ),
        sa.PrimaryKeyConstraint("key_a", "key_b", name=op.f("pk_pair_decision")),
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is never rolled back; restore a backup instead")
