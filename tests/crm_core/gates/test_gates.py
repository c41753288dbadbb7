from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.gates.credit import credit_hold
from crm_core.gates.facts import Invoice, LeadFacts
from crm_core.gates.prescreen import prescreen
from crm_core.gates.signing import may_sign
from crm_core.gates.stored import credit_holds
from tests.crm_core.conftest import NOW, Load

AS_OF = datetime(2025, 1, 10, 9, tzinfo=UTC)
LATE = [Invoice("b", 250, date(2025, 1, 8)), Invoice("a", 10_000, date(2025, 1, 1))]


def test_two_overdue_receivables_hold_credit_with_their_figures(settings: Settings) -> None:
    hold = credit_hold(LATE, AS_OF, settings.features, "CNY")
    assert (hold.is_held, hold.count_overdue, hold.overdue_cents, hold.max_overdue_days) == (True, 2, 10_250, 9)
    assert hold.overdue == ("a", "b")
    assert "2 overdue receivables (CNY 102.50)" in hold.en
    assert "逾期应收2笔（CNY 102.50）" in hold.zh


def test_a_held_customer_is_never_ready_to_sign(settings: Settings) -> None:
    held, free = (credit_hold(LATE[:count], AS_OF, settings.features, "CNY") for count in (2, 1))
    refused = may_sign(held)
    assert (refused.is_allowed, refused.code, refused.en, refused.zh) == (False, "credit_hold", held.en, held.zh)
    assert may_sign(free).is_allowed


def test_another_threshold_is_another_version(settings: Settings) -> None:
    strict = settings.features.model_copy(update={"credit_hold_overdue_invoices": 1})
    ours, theirs = (credit_hold(LATE[:1], AS_OF, rules, "CNY") for rules in (settings.features, strict))
    assert (ours.is_held, theirs.is_held) == (False, True)
    assert ours.rule_version != theirs.rule_version


def test_a_refusal_says_why_in_both_languages(settings: Settings) -> None:
    tiny = prescreen(LeadFacts(employee_count=2), settings.features)
    assert tiny is not None
    assert (tiny.code, tiny.figure, tiny.threshold) == ("firm_size_misfit", 0.0, 0.1)
    poor = prescreen(LeadFacts(100, 100_000, 5_000), settings.features)
    assert poor is not None
    assert (poor.code, poor.figure) == ("budget_misfit", 0.05)
    assert "5.0%" in poor.en
    assert "5.0%" in poor.zh
    assert prescreen(LeadFacts(), settings.features) is None


RECEIVABLES = """invoice_id,customer_id,amount,due_on,paid_on
i1,a,10,2024-12-01,
i2,b,20,2024-12-02,
i3,b,20,2024-12-03,2025-01-05
i4,c,20,2024-12-03,2024-12-04
"""


def test_stored_receivables_hold_as_of_and_over_merged_ids(engine: Engine, load: Load, settings: Settings) -> None:
    load(receivables=RECEIVABLES, orders="order_id,customer_id,ordered_at,amount\no,a,2024-11-01,30\n")

    def held(as_of: datetime, resolve: dict[str, str] | None = None) -> set[str]:
        found = credit_holds(engine, settings, as_of, resolve)
        return {customer for customer, hold in found.items() if hold.is_held}

    assert held(NOW) == {"b"}
    assert held(NOW + timedelta(days=4)) == set()
    assert held(NOW + timedelta(days=4), {"b": "a"}) == {"a"}
    load(now=NOW + timedelta(days=10), receivables=RECEIVABLES + "i5,a,5,2024-12-05,\n")
    assert held(NOW + timedelta(days=9)) == set()  # it was not known yet
    assert held(NOW + timedelta(days=10)) == {"a"}
