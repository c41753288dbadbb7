"""Nothing: states made before the CRM core was filled in stand here, at what were six empty migrations."""

from __future__ import annotations

revision = "0007"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
