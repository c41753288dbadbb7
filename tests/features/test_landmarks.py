from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from configs.settings import Settings
from features.landmarks import snapshots
from features.repository import FeatureRepository
from tests.features.fake_crm import FakeCrm

pytestmark = pytest.mark.slow

START = datetime(2024, 3, 1, 8)  # noqa: DTZ001 (naive UTC, as in the lake)
END = datetime(2025, 3, 1, tzinfo=UTC)


def lead(crm: FakeCrm, key: str, *stages: tuple[str, float], recorded: float = 0) -> None:
    """A lead created at START and known `recorded` days later, with stages entered and known so many days later."""
    crm.add("leads", START + timedelta(days=recorded), lead_id=key, created_at=START)
    for number, (stage, days) in enumerate(stages):
        moment = START + timedelta(days=days)
        crm.add("stage_events", moment, event_id=f"{key}{number}", lead_id=key, stage=stage, entered_at=moment)


def landmark_days(crm: FakeCrm, settings: Settings, key: str = "L1") -> list[float]:
    lead(crm, "another", ("contract_signed", 1))  # without any win there is nothing to learn
    frame = FeatureRepository(settings).training_frame("win", END).frame
    moments = frame.loc[frame["entity_id"] == key, "as_of"].dt.tz_localize(None)
    return [(moment - START) / timedelta(days=1) for moment in moments]


def test_creation_stage_changes_and_ages_while_open(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1", ("captured", 0), ("contacted", 0.5), ("negotiation", 10), ("lost", 20))
    assert landmark_days(crm, settings) == [0, 0.5, 1, 3, 7, 10, 14]


def test_no_landmark_at_or_after_closing(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1", ("contacted", 1), ("contract_signed", 3), ("payment_received", 30), ("negotiation", 40))
    assert landmark_days(crm, settings) == [0, 1]


def test_without_anything_in_between_there_are_no_ages(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1", ("captured", 0), ("contract_signed", 30))
    assert landmark_days(crm, settings) == [0]


def test_a_lead_recorded_late_starts_when_it_was_known(crm: FakeCrm, settings: Settings) -> None:
    lead(crm, "L1", ("contacted", 1), ("lost", 10), recorded=5)
    assert landmark_days(crm, settings) == [5, 7]


def test_snapshots_stand_on_the_same_day_of_each_month() -> None:
    assert [one.date().isoformat() for one in snapshots(START, START + timedelta(days=92), 15)] == [
        "2024-03-15",
        "2024-04-15",
        "2024-05-15",
    ]
    assert snapshots(START, START - timedelta(days=1), 1) == []
