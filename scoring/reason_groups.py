"""Which features a person would name in one breath: all counts of one kind of activity, all of “first response”.

A group's reason is the sum of its features' contributions, so the reasons of a score still add up to its log-odds, and
what two trees in one forest divide between two columns that say the same is told once. By names, so that artefacts
trained before there were groups have them too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_RULES: tuple[tuple[str, str], ...] = (
    # Leads
    (r"is_answered|response_hours|waiting_hours", "first_response"),
    (r"activity_(count_(\d+d|total)|last_days)", "contact"),  # of all kinds together; one kind is below
    (r"(inbound|outbound)_count_.*|duration_seconds_.*|effective_share_.*", "contact"),
    (r"activity_(?P<kind>.+)_(count_\d+d|count_total|last_days)", "activity_{kind}"),
    (r"current_stage|stage_index|stages_visited|stage_days|backward_moves|days_to_(?!pay|year_end).*", "stage"),
    (r"channel_.*", "channel"),
    (r"rep_.*", "rep"),
    (r"has_(phone|email|contact_name|company_name)", "contact_data"),
    (r"created_(hour|weekday)", "created"),
    (r"expected_amount|budget|budget_ratio", "money"),
    (r"employee_count|size_fit", "firm_size"),
    (r"customer_overdue_.*|.*overdue.*", "overdue"),
    (r"customer_(recency|frequency|monetary).*|has_customer", "customer"),
    (r"as_of_month|month_sin|month_cos|days_to_year_end", "season"),
    # Customers
    (r"recency_days|late_days|late_ratio|gap_(mean|std)_days", "rhythm"),
    (r"frequency_\d+d|order_count_.*", "orders"),
    (r"monetary_.*|average_order_cents_.*|quantity_.*", "order_value"),
    (r"category_count_.*|last_category", "categories"),
    (r"days_to_pay_.*|paid_share_.*|reversal_count_.*", "payments"),
    (r"rating_.*", "ratings"),
    (r"contact_(count_.*|last_days)", "contact"),
    (r"tenure_days|known_days", "acquaintance"),
)
# The same fact twice, and which of the two a person would name, where the model reads it and its value is known.
BETTER_SAID = {"stage_index": "current_stage", "is_answered": "response_hours"}
_PATTERNS = tuple((re.compile(pattern), group) for pattern, group in _RULES)


def group_of(feature: str) -> str:
    """The group of a feature; one that no rule names stands alone, under its own name.

    >>> group_of("response_hours"), group_of("activity_call_count_90d"), group_of("activity_count_90d")
    ('first_response', 'activity_call', 'contact')
    >>> group_of("attr_job"), group_of("days_to_pay_365d"), group_of("days_to_negotiation")
    ('attr_job', 'payments', 'stage')
    """
    for pattern, group in _PATTERNS:
        if found := pattern.fullmatch(feature):
            return group.format(**found.groupdict())
    return feature


def columns_by_group(features: Sequence[str]) -> dict[str, list[int]]:
    """Columns of each group, groups in the order of their first feature.

    >>> columns_by_group(["is_answered", "age", "waiting_hours"])
    {'first_response': [0, 2], 'age': [1]}
    """
    found: dict[str, list[int]] = {}
    for column, name in enumerate(features):
        found.setdefault(group_of(name), []).append(column)
    return found
