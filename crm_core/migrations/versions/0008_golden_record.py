"""The golden record: matches, merges, faults at entry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_merges",
        sa.Column("merge_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_id", sa.Text(), nullable=False),
        sa.Column("into_id", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("merge_id", name=op.f("pk_customer_merges")),
    )
    op.create_index(op.f("ix_customer_merges_from_id"), "customer_merges", ["from_id"], unique=False)
    op.create_index(op.f("ix_customer_merges_into_id"), "customer_merges", ["into_id"], unique=False)
    op.create_table(
        "customer_matches",
        sa.Column("match_id", sa.Text(), nullable=False),
        sa.Column("left_id", sa.Text(), nullable=False),
        sa.Column("right_id", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejected_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_customer_matches")),
    )
    op.create_index(op.f("ix_customer_matches_left_id"), "customer_matches", ["left_id"], unique=False)
    op.create_index(op.f("ix_customer_matches_right_id"), "customer_matches", ["right_id"], unique=False)
    op.create_table(
        "customer_faults",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("change_seq", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "change_seq", "rule", name=op.f("pk_customer_faults")),
    )
