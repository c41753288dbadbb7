"""Touch points keep their source and consent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activities", sa.Column("source", sa.Text(), nullable=True))
    op.add_column("activities", sa.Column("consent", sa.Text(), nullable=True))
