"""Who the lead is: its own record, as it stood at the moment."""

from __future__ import annotations

from features.asof import Table, Tables, flag, joined
from features.moments import days_between, epoch
from features.schema import Feature, category, number
from features.shape import FeatureShape

CATEGORIES = ("channel_id", "campaign", "product", "industry", "region", "rep_id")
CONTEXT = ("expected_amount_cents", "budget_cents", "customer_id", "created_at")
_HOUR = 3600
_DAY = 86400


def lead_profile(tables: Tables, rows: Table, shape: FeatureShape) -> Table:
    """Per (entity_id, as_of) of `rows` (see entity_rows) the profile, `rep_team` and the context columns."""
    local = epoch(rows.created_at) + shape.offset_seconds
    profile = rows.select(
        "entity_id",
        "as_of",
        *CATEGORIES,
        *CONTEXT,
        "employee_count",
        expected_amount=rows.expected_amount_cents.cast("float64") / 100.0,
        budget=rows.budget_cents.cast("float64") / 100.0,
        has_phone=_filled(rows.phone),
        has_email=_filled(rows.email),
        has_contact_name=_filled(rows.contact_name),
        has_company_name=_filled(rows.company_name),
        has_customer=_filled(rows.customer_id),
        created_hour=((local % _DAY) - (local % _HOUR)).cast("float64") / float(_HOUR),
        created_weekday=((((local - local % _DAY).cast("float64") / float(_DAY)).cast("int64")) + 3) % 7,
        age_days=days_between(rows.as_of, rows.created_at),
        as_of_month=rows.as_of.month(),
    )
    return joined(profile, [_teams(tables, rows)])


def _filled(column: Table) -> Table:
    return flag(column.notnull() & (column != ""))


def _teams(tables: Tables, rows: Table) -> Table:
    reps = tables["reps"]
    owned = rows.filter(rows.rep_id.notnull())
    return owned.join(
        reps, [owned.rep_id == reps.rep_id, reps.visible_from <= owned.as_of, reps.visible_until > owned.as_of]
    ).select(owned.entity_id, owned.as_of, rep_team=reps.team)


def catalogue(_shape: FeatureShape) -> list[Feature]:
    """The profile's features."""
    return [
        category("channel_id", "Channel", "渠道"),
        category("campaign", "Campaign", "营销活动"),
        category("product", "Product", "产品"),
        category("industry", "Industry", "行业"),
        category("region", "Region", "地区"),
        category("rep_id", "Sales rep", "销售代表"),
        category("rep_team", "Sales team", "销售团队"),
        number("employee_count", "Employees", "员工人数", "people"),
        number("expected_amount", "Expected amount", "预计金额", "currency"),
        number("budget", "Budget", "预算", "currency"),
        number("has_phone", "Phone number known", "有电话号码"),
        number("has_email", "E-mail known", "有电子邮箱"),
        number("has_contact_name", "Contact person known", "有联系人"),
        number("has_company_name", "Company name known", "有公司名称"),
        number("has_customer", "Existing customer", "已是客户"),
        number("created_hour", "Hour of creation", "创建时刻", "hour of day"),
        number("created_weekday", "Weekday of creation (Monday is 0)", "创建星期（周一为0）", "weekday"),
        number("age_days", "Days since creation", "创建至今天数", "days"),
        number("as_of_month", "Month", "月份", "month"),
    ]
