"""Musyawarah with their minutes, the papers of proposals, objections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("kelurahan_kode", sa.String(length=13), nullable=False),
        sa.Column("held_on", sa.String(length=10), nullable=False),
        sa.Column("announced_on", sa.String(length=10), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("planned_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("cancelled_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(['list_id'], ['snapshot.id'], name=op.f("fk_meeting_list_id")),
        sa.PrimaryKeyConstraint('list_id', 'id', name=op.f("pk_meeting")),
    )
    op.create_index(op.f("ix_meeting_kelurahan_kode"), "meeting", ['kelurahan_kode'])
    op.create_table(
        "meeting_attendee",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_present", sa.Boolean(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(['list_id', 'meeting_id'], ['meeting.list_id', 'meeting.id'], name=op.f("fk_meeting_attendee_list_id_meeting_id")),
        sa.PrimaryKeyConstraint('list_id', 'meeting_id', 'number', name=op.f("pk_meeting_attendee")),
    )
    op.create_table(
        "meeting_item",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.String(length=20), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("origin in ('usulan', 'tahap', 'tambahan')", name=op.f("ck_meeting_item_origin")),
        sa.ForeignKeyConstraint(['list_id', 'meeting_id'], ['meeting.list_id', 'meeting.id'], name=op.f("fk_meeting_item_list_id_meeting_id")),
        sa.PrimaryKeyConstraint('list_id', 'meeting_id', 'family_id', name=op.f("pk_meeting_item")),
    )
    op.create_index(op.f("ix_meeting_item_list_id_family_id"), "meeting_item", ['list_id', 'family_id'])
    op.create_table(
        "meeting_decision",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.String(length=20), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("decision in ('layak', 'tidak_layak', 'tunda', 'butuh_kunjungan')", name=op.f("ck_meeting_decision_decision")),
        sa.CheckConstraint("(decision = 'tidak_layak') = (reason <> '')", name=op.f("ck_meeting_decision_reason")),
        sa.ForeignKeyConstraint(['list_id', 'meeting_id', 'family_id'], ['meeting_item.list_id', 'meeting_item.meeting_id', 'meeting_item.family_id'], name=op.f("fk_meeting_decision_list_id_meeting_id_family_id")),
        sa.PrimaryKeyConstraint('list_id', 'meeting_id', 'family_id', 'revision', name=op.f("pk_meeting_decision")),
    )
    op.create_table(
        "meeting_minutes",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("closed_by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(['list_id', 'meeting_id'], ['meeting.list_id', 'meeting.id'], name=op.f("fk_meeting_minutes_list_id_meeting_id")),
        sa.PrimaryKeyConstraint('list_id', 'meeting_id', 'version', name=op.f("pk_meeting_minutes")),
    )
    op.create_table(
        "meeting_scan",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("signers", sa.String(length=200), nullable=False),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(['list_id', 'meeting_id', 'version'], ['meeting_minutes.list_id', 'meeting_minutes.meeting_id', 'meeting_minutes.version'], name=op.f("fk_meeting_scan_list_id_meeting_id_version")),
        sa.PrimaryKeyConstraint('list_id', 'meeting_id', 'version', 'sha256', name=op.f("pk_meeting_scan")),
    )
    op.create_table(
        "proposal_route",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("route", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(['list_id'], ['snapshot.id'], name=op.f("fk_proposal_route_list_id")),
        sa.PrimaryKeyConstraint('list_id', 'family_id', 'number', name=op.f("pk_proposal_route")),
    )
    op.create_table(
        "proposal_paper",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("paper", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("withdrawn_at", sa.String(length=27), nullable=True),
        sa.CheckConstraint("paper <> 'SPTJM' or note <> ''", name=op.f("ck_proposal_paper_note")),
        sa.CheckConstraint("paper <> 'BERITA_ACARA'", name=op.f("ck_proposal_paper_paper")),
        sa.ForeignKeyConstraint(['list_id'], ['snapshot.id'], name=op.f("fk_proposal_paper_list_id")),
        sa.PrimaryKeyConstraint('list_id', 'family_id', 'number', name=op.f("pk_proposal_paper")),
    )
    op.create_table(
        "objection",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kelurahan_kode", sa.String(length=13), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("received_on", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("answered_on", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=40), nullable=False),
        sa.Column("answered_at", sa.String(length=27), nullable=False),
        sa.Column("sequel", sa.String(length=12), nullable=False),
        sa.CheckConstraint("verdict = '' or answer <> ''", name=op.f("ck_objection_answer")),
        sa.CheckConstraint("(verdict = '') = (answered_on = '')", name=op.f("ck_objection_answered")),
        sa.CheckConstraint("sequel in ('', 'dikembalikan', 'tugas')", name=op.f("ck_objection_sequel")),
        sa.CheckConstraint("verdict in ('', 'diterima', 'ditolak', 'dibahas_lagi')", name=op.f("ck_objection_verdict")),
        sa.ForeignKeyConstraint(['list_id'], ['snapshot.id'], name=op.f("fk_objection_list_id")),
        sa.PrimaryKeyConstraint('list_id', 'family_id', 'number', name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_due_on"), "objection", ['due_on'])
    op.create_table(
        "candidate",
        sa.Column("list_id", sa.String(length=40), nullable=False),
        sa.Column("family_id", sa.String(length=40), nullable=False),
        sa.Column("kelurahan_kode", sa.String(length=13), nullable=False),
        sa.Column("rw", sa.String(length=3), nullable=False),
        sa.Column("rt", sa.String(length=3), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("head_name", sa.Text(), nullable=False),
        sa.Column("nik", sa.Text(), nullable=False),
        sa.Column("no_kk", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("proposer", sa.String(length=20), nullable=False),
        sa.Column("nik_key", sa.String(length=64), nullable=False),
        sa.Column("kk_key", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.CheckConstraint("people > 0", name=op.f("ck_candidate_people")),
        sa.ForeignKeyConstraint(['list_id'], ['snapshot.id'], name=op.f("fk_candidate_list_id")),
        sa.PrimaryKeyConstraint('list_id', 'family_id', name=op.f("pk_candidate")),
    )
