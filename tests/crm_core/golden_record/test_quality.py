"""Precision and recall on dirty copies whose truth is planted; the large run is in benchmarks."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.dirty_copies import draw_dirty_customers
from benchmarks.golden_record import AS_OF, load, measure
from configs.settings import Settings
from crm_core.golden_record.dedupe import dedupe
from tests.crm_core.conftest import open_migrated


@pytest.mark.slow
def test_dirty_copies_are_found_and_other_firms_left_alone(tmp_path: Path, settings: Settings) -> None:
    drawn = draw_dirty_customers(5_000, seed=2)
    with open_migrated("sqlite", tmp_path) as engine:
        load(engine, drawn, settings, tmp_path)
        dedupe(engine, settings, AS_OF)
        quality = measure(engine, drawn)
    assert quality["automatic"].precision >= 0.99
    assert quality["automatic"].recall >= 0.90
    assert quality["with the queue"].recall > quality["automatic"].recall
