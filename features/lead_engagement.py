"""What has been done with the lead: calls, visits, mails, by kind and window."""

from __future__ import annotations

from typing import Any

from features.asof import Table, Tables, counted, visible_rows
from features.moments import DAY_SECONDS, seconds_between
from features.schema import Feature, number
from features.shape import FeatureShape, slugged

# What people call the kinds of activity that the bundle names; another goes by its own name.
KIND_WORDS = {
    "call": ("call", "电话"), "visit": ("visit", "拜访"), "email": ("e-mail", "邮件"), "chat": ("chat", "在线沟通"),
    "web_form": ("web form", "网页表单"), "qr_scan": ("QR scan", "扫码"), "meeting": ("meeting", "会议"),
    "demo": ("demonstration", "演示"), "wechat": ("WeChat", "微信"), "mail": ("letter", "信函"),
}  # fmt: skip
COLUMNS = ("kind", "direction", "duration_seconds", "is_effective", "occurred_at")


def lead_engagement(tables: Tables, spine: Table, shape: FeatureShape) -> Table:
    """Counts, recency, direction, effectiveness and duration of the activities visible at as_of.

    A window of n days holds what is younger than n x 86,400 s.
    """
    seen = visible_rows(spine, tables["activities"], "lead_id", COLUMNS)
    seen = seen.mutate(age=seconds_between(seen.as_of, seen.occurred_at))
    columns = {**_totals(seen, shape), **_by_kind(seen, shape)}
    aggregated = seen.group_by(["entity_id", "as_of"]).aggregate(**columns)
    counts = [name for name in columns if "_count" in name or name.startswith("duration_seconds")]
    result = counted(spine, aggregated, counts)
    widest = max(shape.window_days)
    judged, effective = result["judged_"], result["effective_"]
    share = (judged > 0).ifelse(effective.cast("float64") / judged.nullif(0).cast("float64"), None)
    return result.mutate(**{f"effective_share_{widest}d": share}).drop("judged_", "effective_")


def _totals(seen: Table, shape: FeatureShape) -> dict[str, Any]:
    widest = max(shape.window_days)
    columns = {f"activity_count_{days}d": _within(seen, days).sum() for days in shape.window_days}
    columns["activity_count_total"] = seen.count()
    columns["activity_last_days"] = seen.age.min().cast("float64") / float(DAY_SECONDS)
    for direction in ("inbound", "outbound"):
        matching = (seen.direction == direction).fill_null(False)
        columns[f"{direction}_count_total"] = matching.sum()
        columns[f"{direction}_count_{widest}d"] = (matching & _within(seen, widest)).sum()
    duration = seen.duration_seconds.cast("float64").fill_null(0.0)
    columns["duration_seconds_total"] = duration.sum()
    columns[f"duration_seconds_{widest}d"] = duration.sum(where=_within(seen, widest))
    columns["judged_"] = (seen.is_effective.notnull() & _within(seen, widest)).sum()
    columns["effective_"] = (seen.is_effective.fill_null(False) & _within(seen, widest)).sum()
    return columns


def _by_kind(seen: Table, shape: FeatureShape) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for kind in shape.activity_kinds:
        same = (seen.kind == kind).fill_null(False)
        name = f"activity_{slugged(kind)}"
        for days in shape.window_days:
            columns[f"{name}_count_{days}d"] = (same & _within(seen, days)).sum()
        columns[f"{name}_count_total"] = same.sum()
        columns[f"{name}_last_days"] = seen.age.min(where=same).cast("float64") / float(DAY_SECONDS)
    return columns


def _within(seen: Table, days: int) -> Any:
    return seen.age < days * DAY_SECONDS


def catalogue(shape: FeatureShape) -> list[Feature]:
    """Totals first, then each kind of activity."""
    widest = max(shape.window_days)
    found = [_window_count("activity", "Activities", "活动次数", days) for days in shape.window_days]
    found += [
        number("activity_count_total", "Activities so far", "累计活动次数", "activities"),
        number("activity_last_days", "Days since the last activity", "距上次活动天数", "days"),
        number("inbound_count_total", "Contacts by the lead so far", "客户主动联系累计次数", "activities"),
        number("outbound_count_total", "Contacts by us so far", "我方联系累计次数", "activities"),
        _window_count("inbound", "Contacts by the lead", "客户主动联系次数", widest),
        _window_count("outbound", "Contacts by us", "我方联系次数", widest),
        number("duration_seconds_total", "Time in conversation so far", "累计沟通时长", "seconds"),
        number(
            f"duration_seconds_{widest}d",
            f"Time in conversation, last {widest} days",
            f"近{widest}天沟通时长",
            "seconds",
        ),
        number(
            f"effective_share_{widest}d",
            f"Share of effective contacts, last {widest} days",
            f"近{widest}天有效沟通占比",
        ),
    ]
    return found + [feature for kind in shape.activity_kinds for feature in _kind_features(kind, shape)]


def _kind_features(kind: str, shape: FeatureShape) -> list[Feature]:
    name, (en, zh) = f"activity_{slugged(kind)}", KIND_WORDS.get(kind, (kind, kind))
    if {en, zh} & (set(shape.activity_kinds) - {kind}):  # two kinds must not read the same
        en = zh = kind
    return [
        *[_window_count(name, f"Activities “{en}”", f"“{zh}”活动次数", days) for days in shape.window_days],
        number(f"{name}_count_total", f"Activities “{en}” so far", f"累计“{zh}”活动次数", "activities"),
        number(f"{name}_last_days", f"Days since the last “{en}”", f"距上次“{zh}”天数", "days"),
    ]


def _window_count(name: str, en: str, zh: str, days: int) -> Feature:
    return number(f"{name}_count_{days}d", f"{en}, last {days} days", f"近{days}天{zh}", "activities")
