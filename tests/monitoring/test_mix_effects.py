from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from configs.sections import MixRules
from configs.settings import Settings
from crm_core.errors import UnknownDimensionError
from crm_core.funnel import FunnelFacts
from monitoring.mix_effects import clear_effects, mix_effects
from monitoring.score_drift import score_windows
from monitoring.windows import read_windows
from tests.crm_core.funnel.made import AS_OF as MADE_AS_OF
from tests.crm_core.funnel.made import day, facts_of
from tests.monitoring.fakes import AS_OF, FakeRegistry, FakeRepository, shifted_leads


@pytest.fixture(scope="module")
def rules(settings: Settings) -> MixRules:
    return settings.monitoring.mix.model_copy(update={"samples": 60, "dimensions": ["channel", "size_band"]})


def shifted_world() -> tuple[FunnelFacts, FakeRepository]:
    """The trade show grows; its leads move on from the first stage in 30 %, all others in 80 % of the cases."""
    frame = shifted_leads(1500)
    rng = np.random.default_rng(4)
    later = MADE_AS_OF - AS_OF  # the made facts stand at another moment: moved there
    frame["as_of"] = frame["created_at"] = frame["created_at"] + later
    frame["expected_amount_cents"] = frame["employee_count"] * 1e4
    rows, events = [], []
    for lead in frame.to_dict("records"):
        at = lead["created_at"].to_pydatetime()
        rows.append({
            "lead_id": lead["entity_id"], "created_at": at, "channel_id": lead["channel_id"],
            "employee_count": lead["employee_count"],
        })  # fmt: skip
        moves_on = rng.random() < (0.3 if lead["channel_id"] == "trade_show" else 0.8)
        events.append((lead["entity_id"], "contacted" if moves_on else "lost", at + timedelta(hours=2)))
    return facts_of(rows, [event for event in events if event[2] <= MADE_AS_OF]), FakeRepository(frame)


@pytest.fixture(scope="module")
def world() -> tuple[FunnelFacts, FakeRepository]:
    return shifted_world()


def effects_of(world: tuple[FunnelFacts, FakeRepository], settings: Settings, rules: MixRules) -> Any:
    facts, repository = world
    windows = read_windows(repository, settings.monitoring, MADE_AS_OF)
    return mix_effects(windows, score_windows(FakeRegistry(), windows), facts, rules, 1)


def test_conversion_score_and_revenue_are_split_by_every_dimension(
    world: tuple[FunnelFacts, FakeRepository], settings: Settings, rules: MixRules
) -> None:
    effects = effects_of(world, settings, rules)
    assert set(effects.score) == set(effects.revenue) == {"channel", "size_band"}
    captured = effects.stages["captured"]["channel"]
    assert captured["mix"]["value"] == pytest.approx(-0.27 * 0.5, abs=0.03)
    assert captured["mix"]["high"] < 0
    assert abs(captured["rate"]["value"]) < 0.06
    assert effects.score["channel"]["mix"]["value"] < 0
    assert effects.revenue["channel"]["total_change"]["value"] < 0
    assert effects.stages["negotiation"]["channel"] is None
    progress = effects.progress["captured"]["channel"]
    assert progress["mix"]["high"] < 0
    assert progress["rows_now"] >= captured["rows_now"]
    json.dumps(effects.to_json(), allow_nan=False)


def test_a_clear_effect_is_said_in_words(
    world: tuple[FunnelFacts, FakeRepository], settings: Settings, rules: MixRules
) -> None:
    [said] = clear_effects(effects_of(world, settings, rules), "channel", world[0])
    assert said.en.startswith("Moved on from Captured: ")
    assert "points come from other leads than before" in said.en
    assert said.zh.startswith("线索获取阶段的推进率由")


def test_without_a_model_there_are_stages_alone(
    world: tuple[FunnelFacts, FakeRepository], settings: Settings, rules: MixRules
) -> None:
    windows = read_windows(world[1], settings.monitoring, MADE_AS_OF)
    effects = mix_effects(windows, None, world[0], rules, 1)
    assert (effects.score, effects.revenue) == ({}, {})
    assert effects.stages["captured"]["channel"] is not None


def test_a_dimension_that_there_is_none_of_is_refused(
    world: tuple[FunnelFacts, FakeRepository], settings: Settings, rules: MixRules
) -> None:
    with pytest.raises(UnknownDimensionError, match="but got 'colour'"):
        effects_of(world, settings, rules.model_copy(update={"dimensions": ["colour"]}))


def test_a_pile_that_does_not_leave_lowers_the_progress_and_not_the_conversion(
    settings: Settings, rules: MixRules
) -> None:
    """Before, 60 leads move on; now 60 do, and 60 of the fair stand there and stay."""
    rows, events = [], []
    for channel, count, age, moves in (("web", 60, 50, True), ("web", 60, 15, True), ("fair", 60, 15, False)):
        for number in range(count):
            key = f"{channel}{age}-{number}"
            rows.append({"lead_id": key, "created_at": day(age), "channel_id": channel})
            events.append((key, "contacted", day(age)))
            if moves:
                events.append((key, "needs_analysis", day(age - 5)))
    facts = facts_of(rows, events)
    windows = read_windows(FakeRepository(shifted_leads(20)), settings.monitoring, MADE_AS_OF)
    effects = mix_effects(windows, None, facts, rules, 1)
    conversion, progress = (part["contacted"]["channel"] for part in (effects.stages, effects.progress))
    assert conversion is not None
    assert progress is not None
    assert (conversion["before"], conversion["now"]) == (1.0, 1.0)
    assert (progress["before"], progress["now"]) == (1.0, 0.5)
    assert progress["mix"]["value"] == pytest.approx(-0.5)
