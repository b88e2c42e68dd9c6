"""Fieldwork: who visits whom, what came back, the stages of a record, the lives of findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for columns in (["kind", "seq"], ["actor", "seq"], ["at"]):
        op.create_index(op.f(f"ix_event_{'_'.join(columns)}"), "event", columns)
    op.create_table(
        "assignment",
        sa.Column("officer", sa.String(length=40), nullable=False),
        sa.Column("area_kode", sa.String(length=13), nullable=False),
        sa.Column("rw", sa.String(length=10), nullable=False),
        sa.Column("rt", sa.String(length=10), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("assigned_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("withdrawn_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint('officer', 'area_kode', 'rw', 'rt', 'stage', name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_area_kode"), "assignment", ['area_kode'])
    op.create_table(
        "outcome",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("recorder", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("kelurahan_kode", sa.String(length=13), nullable=False),
        sa.Column("family_key", sa.String(length=64), nullable=False),
        sa.Column("visited_on", sa.String(length=10), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("settles", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("(way = 'putusan') = (settles <> '')", name=op.f("ck_outcome_settles")),
        sa.CheckConstraint("way in ('layar', 'xlsx', 'xlsform', 'kertas', 'putusan')", name=op.f("ck_outcome_way")),
        sa.ForeignKeyConstraint(['list_id'], ['snapshot.id'], name=op.f("fk_outcome_list_id")),
        sa.PrimaryKeyConstraint('list_id', 'family_id', 'source', 'revision', name=op.f("pk_outcome")),
    )
    op.create_index(op.f("ix_outcome_family_key"), "outcome", ['family_key'])
    op.create_table(
        "outcome_note",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(['list_id', 'family_id', 'source', 'revision'], ['outcome.list_id', 'outcome.family_id', 'outcome.source', 'outcome.revision'], name=op.f("fk_outcome_note_list_id_family_id_source_revision")),
        sa.PrimaryKeyConstraint('list_id', 'family_id', 'source', 'revision', name=op.f("pk_outcome_note")),
    )
    op.create_table(
        "stage_hand",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(['list_id'], ['snapshot.id'], name=op.f("fk_stage_hand_list_id")),
        sa.UniqueConstraint('list_id', 'family_id', 'actor', 'stage', name=op.f("uq_stage_hand_list_id_family_id_actor_stage")),
        sa.PrimaryKeyConstraint('list_id', 'family_id', 'actor', name=op.f("pk_stage_hand")),
    )
    op.create_table(
        "stage_step",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("stage_from", sa.String(length=20), nullable=False),
        sa.Column("stage_to", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("direction in ('maju', 'kembali')", name=op.f("ck_stage_step_direction")),
        sa.CheckConstraint("direction = 'maju' or reason <> ''", name=op.f("ck_stage_step_reason")),
        sa.ForeignKeyConstraint(['list_id', 'family_id', 'actor', 'stage_from'], ['stage_hand.list_id', 'stage_hand.family_id', 'stage_hand.actor', 'stage_hand.stage'], name=op.f("fk_stage_step_list_id_family_id_actor_stage_from")),
        sa.PrimaryKeyConstraint('list_id', 'family_id', 'number', name=op.f("pk_stage_step")),
    )
    op.create_table(
        "finding_round",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(['list_id'], ['snapshot.id'], name=op.f("fk_finding_round_list_id")),
        sa.UniqueConstraint('list_id', name=op.f("uq_finding_round_list_id")),
        sa.PrimaryKeyConstraint('number', name=op.f("pk_finding_round")),
    )
    op.create_table(
        "finding_life",
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("subject_kind", sa.String(length=10), nullable=False),
        sa.Column("subject_key", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("change", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("kelurahan_kode", sa.String(length=13), nullable=False),
        sa.Column("former_key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("state in ('terbuka', 'dikonfirmasi', 'dibuka_lagi', 'selesai')", name=op.f("ck_finding_life_state")),
        sa.ForeignKeyConstraint(['list_id'], ['snapshot.id'], name=op.f("fk_finding_life_list_id")),
        sa.PrimaryKeyConstraint('rule', 'subject_kind', 'subject_key', 'number', name=op.f("pk_finding_life")),
    )
    op.create_index(op.f("ix_finding_life_list_id"), "finding_life", ['list_id'])
    op.create_index(op.f("ix_finding_life_subject_key"), "finding_life", ['subject_key'])


def downgrade() -> None:
    raise NotImplementedError("a ledger is never rolled back; restore a backup instead")
