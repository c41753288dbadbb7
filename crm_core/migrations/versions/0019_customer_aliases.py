"""Aliases of merged customers as versions, filled from the merges that were decided before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_MERGES = sa.table(
    "customer_merges",
    sa.column("merge_id", sa.Integer()),
    sa.column("from_id", sa.Text()),
    sa.column("into_id", sa.Text()),
    sa.column("decided_at", sa.DateTime(timezone=True)),
    sa.column("undone_at", sa.DateTime(timezone=True)),
)
_COUNTER = sa.table("change_counter", sa.column("counter_id", sa.Integer()), sa.column("last_seq", sa.BigInteger()))


def upgrade() -> None:
    aliases = op.create_table(
        "customer_aliases",
        sa.Column("change_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("golden_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("change_seq", name=op.f("pk_customer_aliases")),
    )
    op.create_index(op.f("ix_customer_aliases_customer_id"), "customer_aliases", ["customer_id"], unique=False)
    op.create_index(op.f("ix_customer_aliases_golden_id"), "customer_aliases", ["golden_id"], unique=False)
    connection = op.get_bind()
    merges = connection.execute(sa.select(_MERGES).order_by(_MERGES.c.merge_id)).all()
    if versions := list(_versions(merges)):
        last = connection.execute(sa.select(_COUNTER.c.last_seq).with_for_update()).scalar_one()
        rows = [{"change_seq": last + place, **version} for place, version in enumerate(versions, start=1)]
        connection.execute(sa.insert(aliases), rows)
        connection.execute(sa.update(_COUNTER).values(last_seq=last + len(rows)))


def _versions(merges: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """What each moment of decisions changed, by a replay of the merges live then."""
    before: dict[str, str] = {}
    for moment in sorted({one for row in merges for one in (row.decided_at, row.undone_at) if one is not None}):
        golden = _golden([row for row in merges if _is_live(row, moment)])
        for customer_id in sorted({*before, *golden}):
            if golden.get(customer_id, customer_id) != before.get(customer_id, customer_id):
                golden_id = golden.get(customer_id, customer_id)
                yield {"customer_id": customer_id, "golden_id": golden_id, "recorded_at": moment}
        before = golden


def _is_live(merge: Any, moment: Any) -> bool:
    return merge.decided_at <= moment and (merge.undone_at is None or merge.undone_at > moment)


def _golden(merges: Sequence[Any]) -> dict[str, str]:
    """Customer id -> golden id: each merge moves the set of one end under the golden id of the other."""
    golden: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for merge in merges:
        absorbed, root = golden.get(merge.from_id, merge.from_id), golden.get(merge.into_id, merge.into_id)
        moved = members.pop(absorbed, [absorbed])
        members.setdefault(root, [root]).extend(moved)
        golden |= dict.fromkeys(moved, root)
    return golden
