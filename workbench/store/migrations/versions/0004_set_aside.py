"""A pair of rows can be set aside: looked at, and not decided yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NAME = "ck_pair_decision_decision"
#: As 0003 made it: SQLite tells no checks of a table, and rebuilds it to change one.
_BEFORE = sa.Table(
    "pair_decision",
    sa.MetaData(),
    sa.Column("key_a", sa.String(length=64), nullable=False),
    sa.Column("key_b", sa.String(length=64), nullable=False),
    sa.Column("decision", sa.String(length=10), nullable=False),
    sa.Column("reason", sa.String(length=40), nullable=False),
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("compared", sa.String(length=64), nullable=False),
    sa.Column("decided_by", sa.String(length=40), nullable=False),
    sa.Column("at", sa.String(length=27), nullable=False),
    sa.CheckConstraint("decision in ('sama', 'beda')", name=_NAME),
    sa.PrimaryKeyConstraint("key_a", "key_b", name="pk_pair_decision"),
)


def upgrade() -> None:
    with op.batch_alter_table("pair_decision", copy_from=_BEFORE) as table:
        table.drop_constraint(op.f(_NAME), type_="check")
        table.create_check_constraint(op.f(_NAME), "decision in ('sama', 'beda', 'tunda')")


def downgrade() -> None:
    raise NotImplementedError("a ledger is never rolled back; restore a backup instead")
