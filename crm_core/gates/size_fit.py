"""Customer size fit (mission M4): head count and budget against the product's target range."""

from __future__ import annotations

import math

from configs.sections import Features, SizeFitRange
from crm_core.gates.facts import LeadFacts


def size_fit(lead: LeadFacts, rules: Features) -> float | None:
    """0 to 1: the lower of the fit of head count and that of the budget; None where neither is known."""
    known = [fit for fit in (head_count_fit(lead, rules), budget_fit(lead, rules)) if fit is not None]
    return min(known, default=None)


def head_count_fit(lead: LeadFacts, rules: Features) -> float | None:
    """1 inside the range, falling with the logarithm to 0 at a tenth of its lower or ten times its upper bound."""
    if lead.employee_count is None:
        return None
    low, high = target_range(lead, rules).employees
    people = max(lead.employee_count, 0.1)
    decades = max(math.log10(max(low, 0.1) / people), math.log10(people / max(high, 0.1)))
    return 1.0 - min(max(decades, 0.0), 1.0)


def budget_fit(lead: LeadFacts, rules: Features) -> float | None:
    """1 from the affordable share of the expected amount on, falling linearly to 0."""
    ratio = budget_ratio(lead)
    return None if ratio is None else min(max(ratio / target_range(lead, rules).budget_share, 0.0), 1.0)


def budget_ratio(lead: LeadFacts) -> float | None:
    """Budget as a share of the expected amount; None where one is unknown or the amount not positive.

    >>> budget_ratio(LeadFacts(expected_amount_cents=20_000, budget_cents=5_000))
    0.25
    """
    if lead.budget_cents is None or lead.expected_amount_cents is None or lead.expected_amount_cents <= 0:
        return None
    return lead.budget_cents / 100 / (lead.expected_amount_cents / 100)


def target_range(lead: LeadFacts, rules: Features) -> SizeFitRange:
    """The range of the lead's product, or the one for all."""
    return rules.size_fit.products.get(lead.product or "", rules.size_fit)
