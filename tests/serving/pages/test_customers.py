from __future__ import annotations

from datetime import timedelta

import pytest

from configs.settings import load_settings
from crm_core.events import upsert_rows
from crm_core.exchange.score_changes import publish_scores
from crm_core.rfm.retier import retier
from crm_core.tags.retag import retag
from tests.serving import fakes
from tests.serving.pages.conftest import Pages, words_of

pytestmark = pytest.mark.slow

NORTH, SOUTH = "北方机械有限公司", "South Pumps Ltd"


@pytest.fixture
def tiered(pages: Pages) -> Pages:
    settings = load_settings()
    retier(pages.engine, settings, fakes.NOW - timedelta(minutes=20))
    retag(pages.engine, settings, fakes.NOW - timedelta(minutes=10))
    score = {"churn_probability": 0.4, "rfm_tier": "growth", "p_up": 0.1, "p_stay": 0.7, "p_down": 0.2,
             "value_at_risk": 1234.5}  # fmt: skip
    publish_scores(pages.engine, "customer", {"C1": score, "C2": score}, fakes.NOW - timedelta(hours=1), 0.01)
    return pages


@pytest.mark.parametrize(
    ("role", "seen", "unseen"),
    [("admin", {NORTH, SOUTH}, set()), ("analyst", {NORTH, SOUTH}, set()), ("manager", {NORTH}, {SOUTH}),
     ("rep", {NORTH}, {SOUTH})],
)  # fmt: skip
def test_each_role_sees_its_own_customers_in_every_list(
    tiered: Pages, role: str, seen: set[str], unseen: set[str]
) -> None:
    page = tiered.get("/customers", role)
    assert all(name in page for name in seen)
    assert not any(name in page for name in unseen)
    assert words_of(page).count("40%") == len(seen)


def test_anothers_customer_is_404_and_reads_like_none(pages: Pages) -> None:
    for role in ("manager", "rep"):
        assert pages.status("/customer?id=C1", role) == 200
        foreign, unknown = (pages.signed_in(role).get(f"/customer?id={one}") for one in ("C2", "nothing"))
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.text == unknown.text
    assert pages.status("/customer?id=nothing", "admin") == 404
    assert pages.status("/customer", "admin") == 404


@pytest.mark.parametrize(
    ("consent", "english", "chinese"),
    [
        ("no calls", "visit*, e-mail*, chat* without consent: call", "未获同意： 电话"),
        ("opt_out", "not to be contacted", "不得联系"),
    ],
)
def test_the_list_says_by_which_means_a_customer_may_be_contacted(
    tiered: Pages, consent: str, english: str, chinese: str
) -> None:
    refusal = {"activity_id": "A9", "occurred_at": "2024-01-02T03:00:00Z", "kind": "form", "customer_id": "C1"}
    upsert_rows(tiered.engine, "activities", [refusal | {"consent": consent}], load_settings(), fakes.NOW)
    assert english in words_of(tiered.get("/customers", "rep"))
    assert chinese in words_of(tiered.get("/customers", "rep", **{"accept-language": "zh"}))


def test_a_customer_is_shown_with_money_tier_tags_and_merges(tiered: Pages) -> None:
    words = words_of(tiered.get("/customer?id=C1", "rep"))
    for part in (
        "¥1,200.50",
        "Maintenance",
        "First order",
        "nothing was merged into it",
        "up 10%, stays 70%, down 20%",
    ):
        assert part in words, part


def test_a_search_finds_by_name_and_number(pages: Pages) -> None:
    assert SOUTH in pages.get("/customers?q=pumps")
    assert NORTH not in pages.get("/customers?q=pumps")
    assert NORTH in pages.get("/customers?q=c1")
    assert "No customer matches" in words_of(pages.get("/customers?q=%25"))


def test_before_the_first_run_the_page_says_what_to_do(pages: Pages) -> None:
    words = words_of(pages.get("/customers"))
    for part in ("funnelcast tiers run", "funnelcast score customers", "funnelcast tags run"):
        assert part in words
    assert "请运行 funnelcast tiers run" in words_of(pages.get("/customers", **{"accept-language": "zh"})).replace(
        "  ", " "
    )


def test_a_tag_says_its_rule_and_figures_in_words(tiered: Pages) -> None:
    page = tiered.get("/customer?id=C1", "rep")
    words = words_of(page)
    assert "Rule: Orders ever: at least 1 and at most 1; Since the last order: at most 90 days" in words
    assert "Mean order value, 365 days: ¥1,200.50" in words
    assert "average_order_cents" not in page
    assert "累计订单数：至少1且至多1" in words_of(tiered.get("/customer?id=C1", "rep", **{"accept-language": "zh"}))
