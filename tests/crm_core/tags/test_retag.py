from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.tags.history import tag_history, tags_at
from crm_core.tags.retag import retag
from tests.crm_core.conftest import NOW, Load, rows

DAY = timedelta(days=1)
STORED = "SELECT customer_id, tag, since, is_held FROM customer_tags ORDER BY customer_id, tag"
ORDERS = """order_id,customer_id,ordered_at,amount,category,discount_rate
1,cheap,2024-12-01,100,pump,0.2
2,cheap,2024-12-10,100,valve,0.15
3,cheap,2024-12-20,100,pump,0
4,cheap,2024-11-20,100,hose,0.3
5,cheap,2024-10-20,100,drill,0.3
6,rich,2024-12-28,4000,pump,0
7,old,2024-06-01,50,pump,
8,old,2024-06-02,50,pump,
9,old,2024-07-02,-50,pump,
"""
ACTIVITIES = "activity_id,occurred_at,kind,customer_id,direction\n" + "".join(
    f"t{place},2024-12-2{place},{kind},rich,inbound\n" for place, kind in enumerate(["call", "call", "chat"])
)


def held(engine: Engine, settings: Settings, days: int = 0) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for change in tags_at(engine, settings.tags, NOW + days * DAY):
        found.setdefault(change.customer_id, set()).add(change.tag)
    return found


def test_tags_follow_behaviour_amount_and_contacts(engine: Engine, load: Load, settings: Settings) -> None:
    load(orders=ORDERS, activities=ACTIVITIES)
    retag(engine, settings, NOW)
    assert held(engine, settings) == {
        "cheap": {"high_repurchase", "price_driven"},
        "rich": {"big_ticket", "first_order", "high_value", "prefers_calls"},
        "old": {"dormant"},
    }


def test_a_tag_states_rule_figures_and_what_to_say(engine: Engine, load: Load, settings: Settings) -> None:
    load(orders=ORDERS)
    retag(engine, settings, NOW)
    tag = next(one for one in tags_at(engine, settings.tags, NOW) if one.tag == "price_driven")
    assert tag.rule == "order_count >= 3, discounted_share >= 0.5"
    assert tag.figures == {
        "order_count": 5.0, "discounted_share": 0.8, "last_categories": ["pump", "valve", "hose"],
        "average_order_cents": 10_000.0,
    }  # fmt: skip
    assert tag.name == {"en": "Price driven", "zh": "价格导向型"}
    assert tag.talk_track is not None
    assert "三年总成本" in tag.talk_track["zh"]
    assert tag.rule_version.startswith("price_driven-")


def test_a_repeated_run_changes_nothing(engine: Engine, load: Load, settings: Settings) -> None:
    load(orders=ORDERS, activities=ACTIVITIES)
    first = retag(engine, settings, NOW)
    stored = rows(engine, STORED)
    assert (retag(engine, settings, NOW), first.given, first.taken) == (first, 7, 0)
    assert rows(engine, STORED) == stored


def test_a_tag_goes_with_its_figures_and_its_history_stays(engine: Engine, load: Load, settings: Settings) -> None:
    load(orders=ORDERS)
    retag(engine, settings, NOW)
    result = retag(engine, settings, NOW + 100 * DAY)
    changes = tag_history(engine, settings.tags, "cheap", NOW + 365 * DAY)
    story = [one for one in changes if one.tag == "high_repurchase"]
    assert [(one.is_held, one.since) for one in story] == [(True, NOW), (False, NOW + 100 * DAY)]
    assert story[1].figures == {"order_count": 5.0, "recency_days": 112.333333}
    assert "high_repurchase" in held(engine, settings, 99)["cheap"]
    assert "high_repurchase" not in held(engine, settings, 100)["cheap"]
    assert result.taken > 0


def test_a_tag_that_the_configuration_drops_is_taken(engine: Engine, load: Load, settings: Settings) -> None:
    load(orders=ORDERS)
    retag(engine, settings, NOW)
    fewer = {name: tag for name, tag in settings.tags.tags.items() if name != "dormant"}
    other = settings.model_copy(update={"tags": settings.tags.model_copy(update={"tags": fewer})})
    assert retag(engine, other, NOW + DAY).taken == 1
    assert "old" not in held(engine, other, 1)
    assert tag_history(engine, other.tags, "old", NOW + DAY)[-1].rule_version == "removed"


def test_merged_customers_share_their_tags(engine: Engine, load: Load, settings: Settings) -> None:
    load(orders=ORDERS)
    retag(engine, settings, NOW, resolve={"rich": "old"})
    found = tags_at(engine, settings.tags, NOW, {"rich": "old"})
    assert {one.customer_id for one in found} == {"cheap", "old"}
    assert "dormant" not in {one.tag for one in found}


def test_nothing_known_gives_no_tags(engine: Engine, settings: Settings) -> None:
    assert retag(engine, settings, NOW).customers == 0
