from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from configs.sections import Consent, TierService
from configs.settings import Settings
from crm_core.consent import told_consent
from crm_core.rfm.due import due_contacts, due_on
from crm_core.rfm.retier import retier
from crm_core.rfm.rule import TIERS
from tests.crm_core.conftest import NOW, Load

DAY = timedelta(days=1)
BATCH = TierService(batch_day=10, points_factor=1, entitlements=[])
WEEKLY = TierService(contact_every_days=7, points_factor=1, entitlements=[])


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (date(2024, 12, 9), date(2024, 12, 10)),
        (date(2024, 12, 10), date(2025, 1, 10)),
        (date(2024, 12, 31), date(2025, 1, 10)),
        (None, date(2024, 3, 10)),
    ],
)
def test_a_batch_day_follows_the_last_contact(last: date | None, expected: date) -> None:
    assert due_on(BATCH, last, date(2024, 3, 10)) == expected


def test_who_was_never_contacted_is_due_when_the_tier_begins() -> None:
    assert due_on(WEEKLY, None, date(2024, 3, 5)) == date(2024, 3, 5)


def test_the_plan_is_the_missions(settings: Settings) -> None:
    plan = settings.service_plan
    assert (plan.strategic.contact_every_days, plan.growth.contact_every_days, plan.maintenance.batch_day) == (7, 14, 1)
    assert plan.growth.points_factor == 2
    codes = {tier: [one.code for one in getattr(plan, tier).entitlements] for tier in TIERS}
    assert codes == {
        "strategic": ["dedicated_manager"],
        "growth": ["trial_rights", "double_points"],
        "maintenance": ["holiday_package"],
    }


ORDERS = (
    "order_id,customer_id,ordered_at,amount\n"
    + "".join(
        f"{who}{place},{who},2024-12-28,{amount}\n"
        for who, amount in (("top", 900), ("mid", 150))
        for place in range(5)
    )
    + "".join(f"{who},{who},2024-12-01,90\n" for who in ("low", "low2", "low3"))
)
ACTIVITIES = """activity_id,occurred_at,kind,lead_id,customer_id,is_effective
a1,2024-12-25T04:00:00Z,call,L,,true
a2,2024-12-30T04:00:00Z,call,,top,false
a3,2024-12-30T04:00:00Z,web_form,,top,
a4,2024-12-18T04:00:00Z,visit,,mid,
a5,2025-01-20T04:00:00Z,visit,,top,
"""


@pytest.fixture
def tiered(engine: Engine, load: Load, settings: Settings) -> Engine:
    load(orders=ORDERS, activities=ACTIVITIES, leads="lead_id,created_at,customer_id\nL,2024-12-01,top\n")
    retier(engine, settings, NOW)
    return engine


def test_contacts_fall_due_by_tier_since_the_last_real_one(tiered: Engine, settings: Settings) -> None:
    """2025-01-01 08:00 in Shanghai: top was called through its lead on the 25th, mid visited on the 18th."""
    found = due_contacts(tiered, settings, NOW)
    assert [(one.customer_id, one.tier, str(one.due_on), one.late_days) for one in found] == [
        ("top", "strategic", "2025-01-01", 0), ("mid", "growth", "2025-01-01", 0),
        ("low", "maintenance", "2025-01-01", 0), ("low2", "maintenance", "2025-01-01", 0),
        ("low3", "maintenance", "2025-01-01", 0),
    ]  # fmt: skip
    assert [one.last_contact_at.day if one.last_contact_at else None for one in found] == [25, 18, None, None, None]


def test_a_contact_that_is_to_come_is_not_seen_and_then_counts(tiered: Engine, settings: Settings) -> None:
    before = {one.customer_id: one.late_days for one in due_contacts(tiered, settings, NOW + 10 * DAY)}
    after = {one.customer_id: one.late_days for one in due_contacts(tiered, settings, NOW + 20 * DAY)}
    assert before["top"] == 10
    assert "top" not in after


def test_a_merged_customer_is_due_once(tiered: Engine, settings: Settings) -> None:
    found = due_contacts(tiered, settings, NOW, resolve={"low2": "low"})
    assert "low2" not in {one.customer_id for one in found}


CONSENTS = """activity_id,occurred_at,kind,lead_id,customer_id,consent
c1,2024-12-01T04:00:00Z,web_form,L,,opt_in
c2,2024-12-02T04:00:00Z,email,,top,opt_out: email
c3,2024-12-03T04:00:00Z,qr_scan,,mid,退订
c4,2025-01-09T04:00:00Z,web_form,,mid,yes; no calls
c5,2024-12-04T04:00:00Z,call,,low,recorded with notice
c6,2024-12-05T04:00:00Z,form,,low2,opt_in
c7,2024-12-05T04:00:00Z,form,,low2,opt_out
"""


def test_who_refused_a_means_is_not_proposed_for_it(load: Load, tiered: Engine, settings: Settings) -> None:
    """The last word on each means counts, a refusal before a consent of one moment, and only what is known at as_of."""
    load(activities=CONSENTS)
    means = {one.customer_id: one.means for one in due_contacts(tiered, settings, NOW)}
    assert (means["top"].proposed, means["top"].refused, means["top"].unasked) == (
        ("call", "visit", "chat"), ("email",), ()
    )  # fmt: skip
    assert means["mid"].proposed == means["low2"].proposed == ()
    assert means["low"].proposed == means["low"].unasked == tuple(settings.service_plan.consent.means)
    later = {one.customer_id: one.means for one in due_contacts(tiered, settings, NOW + 20 * DAY)}
    assert (later["mid"].proposed, later["mid"].refused) == (("visit", "email", "chat"), ("call",))


def test_who_refused_every_means_comes_last(load: Load, tiered: Engine, settings: Settings) -> None:
    load(activities=CONSENTS)
    order = [one.customer_id for one in due_contacts(tiered, settings, NOW)]
    assert order == ["top", "low", "low3", "mid", "low2"]


def test_where_consent_must_be_on_record_nothing_else_is_proposed(
    load: Load, tiered: Engine, settings: Settings
) -> None:
    load(activities=CONSENTS)
    plan = settings.service_plan
    strict = plan.model_copy(update={"consent": plan.consent.model_copy(update={"unasked": "refuse"})})
    found = due_contacts(tiered, settings.model_copy(update={"service_plan": strict}), NOW)
    assert {one.customer_id for one in found if one.means.proposed} == {"top"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("不同意", {"call": False, "visit": False, "email": False, "chat": False}),
        ("同意；拒绝电话", {"call": False, "visit": True, "email": True, "chat": True}),
        ("Opt_In: WeChat", {"chat": True}),
        ("not given", {"call": False, "visit": False, "email": False, "chat": False}),
        ("noted", {}),
    ],
)
def test_consent_is_read_from_the_source_systems_words(
    settings: Settings, words: str, expected: dict[str, bool]
) -> None:
    rules: Consent = settings.service_plan.consent
    assert told_consent(words, rules) == expected
