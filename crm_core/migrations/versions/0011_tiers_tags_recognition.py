"""Tier history, tags, recognition."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tiers_and_tags()
    _praise()
    _points()
    _learning_and_honours()


def _tiers_and_tags() -> None:
    op.create_table(
        "customer_tiers",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("recency_days", sa.Float(), nullable=True),
        sa.Column("frequency", sa.BigInteger(), nullable=False),
        sa.Column("monetary_cents", sa.BigInteger(), nullable=False),
        sa.Column("mean_monetary_cents", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "since", name=op.f("pk_customer_tiers")),
    )
    op.create_table(
        "customer_tags",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "tag", "since", name=op.f("pk_customer_tags")),
    )


def _praise() -> None:
    op.create_table(
        "kudos",
        sa.Column("from_rep_id", sa.Text(), nullable=False),
        sa.Column("to_rep_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("medal", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("from_rep_id", "to_rep_id", "month", name=op.f("pk_kudos")),
        sa.CheckConstraint("from_rep_id <> to_rep_id", name=op.f("ck_kudos_not_oneself")),
    )
    op.create_index(op.f("ix_kudos_to_rep_id"), "kudos", ["to_rep_id"], unique=False)
    op.create_table(
        "service_stars",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("count_ratings", sa.Integer(), nullable=False),
        sa.Column("mean_score", sa.Float(), nullable=False),
        sa.Column("usual_score", sa.Float(), nullable=False),
        sa.Column("shrunk_score", sa.Float(), nullable=False),
        sa.Column("low_score", sa.Float(), nullable=False),
        sa.Column("high_score", sa.Float(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", "rep_id", name=op.f("pk_service_stars")),
    )


def _points() -> None:
    op.create_table(
        "point_entries",
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("entry_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rep_id", "entry_number", name=op.f("pk_point_entries")),
        sa.UniqueConstraint("rep_id", "kind", "source", name=op.f("uq_point_entries_rep_id_kind_source")),
        sa.CheckConstraint("points <> 0", name=op.f("ck_point_entries_points")),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_point_entries_balance_after")),
    )
    if op.get_context().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER point_entries_no_{change.lower()} BEFORE {change} ON point_entries "
                "BEGIN SELECT RAISE(ABORT, 'point_entries is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION point_entries_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'point_entries is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER point_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON point_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION point_entries_append_only()"
    )


def _learning_and_honours() -> None:
    op.create_table(
        "learning_results",
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("course", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("certificate_id", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rep_id", "course", "finished_at", name=op.f("pk_learning_results")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_learning_results_certificate_id")),
    )
    op.create_table(
        "honours",
        sa.Column("honour_id", sa.Text(), nullable=False),
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("honour_id", name=op.f("pk_honours")),
        sa.CheckConstraint("decided_by <> rep_id AND decided_by <> proposed_by", name=op.f("ck_honours_not_oneself")),
        sa.CheckConstraint(
            "(is_approved IS NULL) = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_honours_decided"),
        ),
    )
    op.create_index(op.f("ix_honours_rep_id"), "honours", ["rep_id"], unique=False)
