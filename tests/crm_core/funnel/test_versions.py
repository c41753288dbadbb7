from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.funnel import load_facts, period_figures
from crm_core.funnel.dimensions import groups_of
from crm_core.funnel.versions import rows_as_of, rows_of_as_of, values_as_of
from tests.crm_core.conftest import Load

START = datetime(2024, 1, 1, tzinfo=UTC)


def at(days: float) -> datetime:
    return START + timedelta(days=days)


def industries(engine: Engine, moment: datetime) -> dict[str, Any]:
    with read_transaction(engine) as connection:
        frame = rows_as_of(connection, "leads", moment, ["industry"])
    return dict(zip(frame["lead_id"], frame["industry"], strict=True))


def test_a_row_corrected_later_shows_its_earlier_version_before_the_correction(load: Load, engine: Engine) -> None:
    load(now=at(10), leads="lead_id,created_at,industry\nl1,2024-01-02,steel\n")
    load(now=at(40), leads="lead_id,created_at,industry\nl1,2024-01-02,food\n")
    assert [industries(engine, at(day)) for day in (0, 20, 39, 40, 50)] == [
        {}, {"l1": "steel"}, {"l1": "steel"}, {"l1": "food"}, {"l1": "food"},
    ]  # fmt: skip


def test_a_stage_event_corrected_later_stands_where_it_was_known_to_be(
    load: Load, engine: Engine, settings: Settings
) -> None:
    leads = "lead_id,created_at\nl1,2024-01-02T00:00:00Z\n"
    load(now=at(10), leads=leads, stage_events="event_id,lead_id,stage,entered_at\ne1,l1,lost,2024-01-05T00:00:00Z\n")
    load(now=at(30), stage_events="event_id,lead_id,stage,entered_at\ne1,l1,contacted,2024-01-05T00:00:00Z\n")

    def stock(as_of: datetime) -> dict[str, int]:
        facts = load_facts(engine, settings, as_of)
        table = period_figures(facts, at(0), at(8), groups_of(facts, None))
        return {name: count for name, count in zip(table["stage"], table["stock"], strict=True) if count}

    assert (stock(at(20)), stock(at(31))) == ({"lost": 1}, {"contacted": 1})


def random_versions(seed: int) -> list[tuple[str, str, str, str]]:
    """(lead_id, created_at, industry, recorded_at) in any order, some with moments moved into the future."""
    rng = np.random.default_rng(seed)
    return [
        (
            f"l{rng.integers(4)}",
            at(int(rng.integers(0, 30))).isoformat(),
            f"i{n}",
            at(int(rng.integers(0, 30))).isoformat(),
        )
        for n in range(25)
    ]


def brute(versions: list[tuple[str, str, str, str]], moment: datetime) -> dict[str, str]:
    """The latest visible version of each lead; of two recorded at one moment the one that was told last."""
    found: dict[str, tuple[str, str]] = {}
    for lead, created, industry, recorded in versions:
        is_seen = max(created, recorded) <= moment.isoformat()
        if is_seen and (lead not in found or recorded >= found[lead][0]):
            found[lead] = (recorded, industry)
    return {lead: industry for lead, (_, industry) in found.items()}


@pytest.mark.parametrize("seed", range(2))
def test_every_moment_sees_what_was_known_then(load: Load, engine: Engine, seed: int) -> None:
    versions = random_versions(seed)
    header = "lead_id,created_at,industry,recorded_at\n"
    for version in versions:  # one import each: versions of one moment within an import leave but the last
        load(now=at(60), leads=header + ",".join(version) + "\n")
    for days in np.arange(-1, 35, 1.5):
        moment = at(float(days))
        expected = brute(versions, moment)
        assert industries(engine, moment) == expected, moment
        with read_transaction(engine) as connection:
            values = values_as_of(connection, "leads", moment, ["industry"])
            assert dict(zip(values["lead_id"], values["industry"], strict=True)) == expected
            for industry in {*expected.values(), "i0"}:
                own = rows_of_as_of(connection, "leads", moment, [], ("industry", [industry]))
                assert set(own["lead_id"]) == {lead for lead, value in expected.items() if value == industry}
