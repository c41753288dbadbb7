"""Plans that the ledger has used: kept whole, so that an entry's plan can always be read, and never edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from configs.sections import CommissionPlan
from crm_core.errors import PlanChangedError
from crm_core.tables import CommissionPlanRow


def published_plans(connection: Connection) -> dict[str, CommissionPlan]:
    """Version -> plan, of all that the ledger has used."""
    table = CommissionPlanRow.__table__
    rows = connection.execute(select(table.c.version, table.c.content))
    return {version: CommissionPlan.model_validate(content) for version, content in rows}


def check_unchanged(published: Mapping[str, CommissionPlan], plans: Sequence[CommissionPlan]) -> None:
    """Refuse plans among which a used one is missing or another.

    Raises
    ------
    PlanChangedError: with the version and what to do.
    """
    configured = {plan.version: plan for plan in plans}
    for version, plan in sorted(published.items()):
        if configured.get(version) == plan:
            continue
        found = "it was edited" if version in configured else "it is missing"
        raise PlanChangedError(
            f"A plan that the ledger has used must stay as it was, but of version {version!r} {found} "
            f"in configs/commission.yaml: restore it and add the change as a new version with its own valid_from."
        )


def publish(
    connection: Connection, published: Mapping[str, CommissionPlan], plans: Iterable[CommissionPlan], at: datetime
) -> list[str]:
    """Keep those that are not kept yet; returns their versions."""
    new = [plan for plan in plans if plan.version not in published]
    if new:
        connection.execute(
            insert(CommissionPlanRow),
            [
                {
                    "version": plan.version,
                    "valid_from": plan.valid_from,
                    "currency": plan.currency,
                    "content": plan.model_dump(mode="json"),
                    "published_at": at,
                }
                for plan in new
            ],
        )
    return [plan.version for plan in new]
