"""Join codes end: until when each class's code works."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workbench.store import clock

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: What a class opened before codes could end is given from now on.
_FIRST_TERM_S = 12 * 3600


def upgrade() -> None:
    op.add_column("class", sa.Column("code_until", sa.String(length=27), nullable=True))
    class_ = sa.table("class", sa.column("code_until"))
    until = clock.seconds_before(clock.now(), -_FIRST_TERM_S)
    op.execute(class_.update().values(code_until=until))


def downgrade() -> None:
    raise NotImplementedError("a ledger is never rolled back; restore a backup instead")
