"""Fields that the playbook asks for and new records lack."""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.review.facts import Bounds, ReviewFacts
from monitoring.review.measures import Measure, Measured, measured
from monitoring.texts import Text

_NAMES = {
    "channel_id": Text("Channel", "渠道"),
    "company_name": Text("Company name", "公司名称"),
    "contact_name": Text("Contact", "联系人"),
    "phone": Text("Phone", "电话"),
    "email": Text("E-mail", "邮箱"),
    "rep_id": Text("Rep", "销售人员"),
    "industry": Text("Industry", "行业"),
    "region": Text("Region", "地区"),
    "product": Text("Product", "产品"),
    "employee_count": Text("Employees", "员工人数"),
    "budget": Text("Budget", "预算"),
    "expected_amount": Text("Expected amount", "预计金额"),
    "reason": Text("Reason", "原因"),
}


def field_name(name: str) -> Text:
    """What people call a field; an attribute goes by its own name."""
    return _NAMES.get(name, Text(name, name))


def missing_fields(facts: ReviewFacts, inside: Bounds) -> Iterator[tuple[str, str, Text, Measured]]:
    """(stage that first asks for it, field, its name, how often it is filled) below the line of the settings."""
    rules = facts.settings.monitoring.review
    seen: set[str] = set()
    for stage in facts.funnel.funnel.stages:
        play = facts.settings.playbook.stages.get(stage.name)
        if play is None or stage.outcome == "lost":
            continue
        for name in play.required_fields:
            if name in seen:
                continue
            seen.add(name)
            now = measured(facts, Measure("field", name), inside)
            if now.value is not None and now.rows >= rules.min_rows and now.value < rules.min_filled:
                yield stage.name, name, field_name(name), now
