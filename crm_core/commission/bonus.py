"""The two bonuses of a month: progressive rates above target (mission C2) and the composite KPI (mission C1)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from configs.sections import CommissionPlan
from crm_core.commission.cents import cents_of, rounded

PROGRESSIVE, KPI = "progressive", "kpi"


@dataclass(frozen=True)
class Bonus:
    """What a rule gives a rep for a month, and the figures behind it (money in cents, rates as decimal text)."""

    rule: str
    cents: int
    inputs: dict[str, Any]


def month_bonuses(plan: CommissionPlan, rep_id: str, received_cents: int, visits: int) -> list[Bonus]:
    """Both bonuses of a rep's month from what was received and the effective visits."""
    return [progressive_bonus(plan, rep_id, received_cents), kpi_bonus(plan, rep_id, received_cents, visits)]


def target_cents(plan: CommissionPlan, rep_id: str) -> int:
    """The rep's monthly target."""
    return cents_of(plan.rep_targets.get(rep_id, plan.monthly_target))


def progressive_bonus(plan: CommissionPlan, rep_id: str, received_cents: int) -> Bonus:
    """Each step's rate on the part of the receipts between its bound and the next one's; rounded once, at the end."""
    target = target_cents(plan, rep_id)
    bounds = [rounded(step.above * target) for step in plan.progressive_steps]
    parts, exact = [], Decimal(0)
    for step, low, high in zip(plan.progressive_steps, bounds, [*bounds[1:], received_cents], strict=True):
        part = max(min(received_cents, high) - low, 0)
        exact += step.rate * part
        if part:
            parts.append({"above_cents": low, "part_cents": part, "rate": str(step.rate)})
    return Bonus(
        PROGRESSIVE, rounded(exact), {"received_cents": received_cents, "target_cents": target, "parts": parts}
    )


def kpi_bonus(plan: CommissionPlan, rep_id: str, received_cents: int, visits: int) -> Bonus:
    """The bonus in proportion to the weighted score, each measure against its target; nothing below `min_score`."""
    kpi, target = plan.kpi, target_cents(plan, rep_id)
    result = min(max(Decimal(received_cents), Decimal(0)) / target, kpi.max_ratio)
    process = min(Decimal(visits) / kpi.monthly_visits, kpi.max_ratio)
    score = (kpi.result_weight * result + kpi.process_weight * process).quantize(Decimal("0.0001"))
    is_reached = score >= kpi.min_score
    figures = {
        "received_cents": received_cents, "target_cents": target, "visits": visits, "visit_target": kpi.monthly_visits,
        "result_weight": str(kpi.result_weight), "process_weight": str(kpi.process_weight),
        "max_ratio": str(kpi.max_ratio), "min_score": str(kpi.min_score), "score": str(score),
        "bonus_cents": cents_of(kpi.bonus),
    }  # fmt: skip
    return Bonus(KPI, rounded(score * cents_of(kpi.bonus)) if is_reached else 0, figures)
