from __future__ import annotations

from datetime import timedelta

import pytest

from configs.sections import MixRules
from configs.settings import Settings
from crm_core.funnel import FunnelFacts
from monitoring.familiarity import judge_familiarity, open_mask
from tests.crm_core.funnel.made import AS_OF, day, facts_of


@pytest.fixture(scope="session")
def rules(settings: Settings) -> MixRules:
    return settings.monitoring.mix.model_copy(update={"region": ["channel", "size_band"], "min_seen": 30})


def world() -> FunnelFacts:
    """80 old web leads and 10 old ones of the fair, all closed; open: 6 of the web, 12 of the fair, 2 of a new kind."""
    old = [("web", 80, 200.0), ("fair", 10, 200.0)]
    new = [("web", 6, 5.0), ("fair", 12, 5.0), ("app", 2, 5.0)]
    rows = [
        {"lead_id": f"{channel}{age:.0f}-{n}", "created_at": day(age), "channel_id": channel, "employee_count": 20.0}
        for channel, count, age in [*old, *new]
        for n in range(count)
    ]
    return facts_of(rows, [(row["lead_id"], "lost", day(150)) for row in rows if "200" in str(row["lead_id"])])


def test_open_leads_in_thin_regions_are_counted_and_named(rules: MixRules) -> None:
    found = judge_familiarity(world(), AS_OF - timedelta(days=30), 60, rules)
    assert (found.open_leads, found.learnt_leads, found.unfamiliar_leads) == (20, 90, 14)
    assert found.share == pytest.approx(0.7)
    assert found.usual_share == pytest.approx(10 / 90)
    assert found.excess == pytest.approx(0.7 - 10 / 90)
    assert [(region.values["channel"], region.open_leads, region.learnt_leads) for region in found.regions] == [
        ("fair", 12, 10),
        ("app", 2, 0),
    ]


def test_what_matured_after_the_training_was_not_seen(rules: MixRules) -> None:
    found = judge_familiarity(world(), AS_OF - timedelta(days=190), 60, rules)
    assert (found.learnt_leads, found.unfamiliar_leads, found.share) == (0, 20, 1.0)


def test_no_lead_at_all_is_no_error(rules: MixRules) -> None:
    facts = facts_of()
    assert not open_mask(facts).any()
    found = judge_familiarity(facts, AS_OF, 60, rules)
    assert (found.open_leads, found.share, found.regions) == (0, 0.0, [])
