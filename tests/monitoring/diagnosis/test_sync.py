from __future__ import annotations

from typing import Any

from monitoring.diagnosis.look import Look
from monitoring.diagnosis.sync import look_at_sync
from tests.monitoring.diagnosis.made import RULES, Small, ago, cases_of


def look(silent_days: int = 0, failing_days: int = 0) -> Look:
    """Two leads a day that move on the day after, with an activity each; lines of the log twice a day."""
    world = Small()
    work: list[dict[str, Any]] = []
    for day in range(1, 121):
        for n in range(2):
            lead = world.lead(day + n * 0.1, day - 1 + n * 0.1)
            work.append({"lead_id": lead, "occurred_at": ago(day + n * 0.1), "kind": "call"})
    world.events = [event for event in world.events if event["entered_at"] < ago(silent_days)]
    world.tables["activities"] = work
    world.tables["sync_log"] = [
        {"source_system": "crm", "occurred_at": ago(day + half), "entity": "stage_events",
         "status": "failed" if day < failing_days else "ok"}
        for day in range(120) for half in (0.1, 0.6)
    ]  # fmt: skip
    facts = world.facts()
    return look_at_sync(facts, cases_of(facts), RULES)


def test_a_log_of_successes_and_steady_events_are_nothing_unusual() -> None:
    found = look()
    assert found.strength == 0.0
    assert found.text
    assert "nothing unusual" in found.text.en


def test_failed_lines_are_told_with_their_system() -> None:
    found = look(failing_days=10)
    assert found.strength > 0.9
    assert found.figures["failures"]["system"] == "crm"
    assert found.figures["failures"]["failed_share_before"] == 0.0


def test_stage_events_that_stop_while_activities_go_on_are_a_gap() -> None:
    found = look(silent_days=9)
    assert found.strength > 0.9
    assert found.figures["gap"]["events"] == 0
    assert found.text
    assert "activities went on" in found.text.en
