"""A person's own number beside a model's score."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead_overrides",
        sa.Column("override_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lead_id", sa.Text(), nullable=False),
        sa.Column("win_probability", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_lead_overrides")),
    )
    op.create_index("ix_lead_overrides_lead_id_said_at", "lead_overrides", ["lead_id", "said_at"])
