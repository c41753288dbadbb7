"""The features against brute force, at random moments and at exactly those where something happens."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from features.definitions import CUSTOMER_VIEW, LEAD_VIEW
from features.lake_extract import attribute_columns
from features.lake_manifest import Manifest
from features.moments import to_naive_utc
from features.repository import FeatureRepository
from features.session import Session
from tests.features.fake_crm import FakeCrm, settings_at
from tests.features.oracle import Oracle
from tests.features.oracle_records import KEYS
from tests.features.random_bundle import DAYS, START, random_bundle

pytestmark = pytest.mark.slow

AS_OF = START + timedelta(days=200)
RULES = {"min_activity_kind_rows": 5, "chunk_rows": 700}


class World:
    def __init__(self, crm: FakeCrm, home: Path) -> None:
        self.crm = crm
        self.settings = settings_at(home, features=RULES)
        self.repository = FeatureRepository(self.settings)
        self.repository.build(AS_OF.replace(tzinfo=UTC))
        manifest = Manifest.read(self.settings.paths.lake)
        self.session = Session(self.settings, attribute_columns(None), manifest)
        self.shape = self.session.shape(AS_OF, [])
        self.oracle = Oracle(crm, list(self.shape.activity_kinds))

    def frame(self, view: str, pairs: list[tuple[str, datetime]]) -> pd.DataFrame:
        columns = {
            "entity_id": pa.array([key for key, _ in pairs], pa.string()),
            "as_of": pa.array([moment for _, moment in pairs], pa.timestamp("us")),
        }
        spine = self.session.bench.take("asked_pairs", pa.table(columns))
        return self.session.frame(view, spine, self.shape).to_pandas()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        crm = random_bundle(seed=20240229)
        crm.install(monkeypatch)
        made = World(crm, tmp_path_factory.mktemp("oracle"))
        yield made
        made.session.bench.close()


def random_pairs(crm: FakeCrm, table: str, count: int, seed: int) -> list[tuple[str, datetime]]:
    """Half at random moments, half at, just before and just after a moment of some row."""
    chance = random.Random(seed)
    key = KEYS[table][0]
    ids = sorted({row[key] for row in crm.versions[table]} | {row["customer_id"] for row in crm.versions["orders"]})
    ids = ids if table == "customers" else [one for one in ids if one.startswith("L")]
    events = [row["recorded_at"] for rows in crm.versions.values() for row in rows]
    events += [row["occurred_at"] for row in crm.versions["activities"]]
    events += [row["entered_at"] for row in crm.versions["stage_events"]]
    events += [row["ordered_at"] for row in crm.versions["orders"]]
    events += [moment for one in crm.merges for moment in (one.decided_at, one.undone_at) if moment] * 10
    pairs = set()
    while len(pairs) < count:
        moment = START + timedelta(seconds=chance.uniform(0, (DAYS + 60) * 86400))
        if chance.random() < 0.5:
            near = [timedelta(0), timedelta(0), timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=7)]
            moment = chance.choice(events) + chance.choice([-1, 1]) * chance.choice(near)
        pairs.add((chance.choice(ids), moment))
    return sorted(pairs)


def same(expected: Any, got: Any) -> bool:
    if expected is None or (isinstance(expected, float) and math.isnan(expected)):
        return got is None or (isinstance(got, float) and math.isnan(got))
    if isinstance(expected, str):
        return bool(expected == got)
    return isinstance(got, int | float) and math.isclose(expected, got, rel_tol=1e-9, abs_tol=1e-9)


def differences(expected: dict[str, Any], got: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = set(expected) & set(got)
    return {name: (expected[name], got[name]) for name in sorted(names) if not same(expected[name], got[name])}


def check(world: World, entity: str, frame: pd.DataFrame) -> None:
    compute = world.oracle.lead if entity == "lead" else world.oracle.customer
    for row in frame.to_dict("records"):
        moment = to_naive_utc(pd.Timestamp(row["as_of"]).to_pydatetime())
        expected = compute(row["entity_id"], moment)
        assert expected is not None, (row["entity_id"], moment)
        assert not differences(expected, row), (row["entity_id"], moment)


def is_held_by_another_id(oracle: Oracle, row: dict[str, Any]) -> bool:
    """Whether the firm has two overdue invoices and the lead's own customer has not."""
    if row["customer_id"] is None or row["customer_overdue_count"] < 2:
        return False
    own = oracle.customer(row["customer_id"], row["as_of"].to_pydatetime())["count_overdue_invoices"]
    return isinstance(own, float) and own < 2


def test_leads_at_random_moments_equal_the_oracle(world: World) -> None:
    pairs = random_pairs(world.crm, "leads", 2600, seed=1)
    frame = world.frame(LEAD_VIEW, pairs)
    check(world, "lead", frame)
    computed = set(zip(frame["entity_id"], frame["as_of"].map(pd.Timestamp.to_pydatetime), strict=True))
    visible = {pair for pair in pairs if world.oracle.lead(*pair) is not None}
    assert computed == visible
    assert 1200 < len(visible) < 2600  # some are not known yet
    expected = world.oracle.lead(*next(iter(visible)))
    assert expected is not None
    assert set(expected) == set(frame.columns) - {"entity_id", "as_of"}
    assert sum(is_held_by_another_id(world.oracle, row) for row in frame.to_dict("records")) > 30


def test_customers_at_random_moments_equal_the_oracle(world: World) -> None:
    pairs = random_pairs(world.crm, "customers", 1000, seed=2)
    frame = world.frame(CUSTOMER_VIEW, pairs)
    assert len(frame) == len(pairs)
    check(world, "customer", frame)
    assert set(world.oracle.customer(*pairs[0])) == set(frame.columns) - {"entity_id", "as_of"}


@pytest.mark.parametrize(("model", "entity"), [("win", "lead"), ("churn", "customer"), ("rfm", "customer")])
def test_training_rows_that_come_through_feast_equal_the_oracle(world: World, model: str, entity: str) -> None:
    training = world.repository.training_frame(model, AS_OF.replace(tzinfo=UTC))
    assert len(training.frame) > 200
    names = [feature.name for feature in training.features]
    check(world, entity, training.frame[["entity_id", "as_of", *names]].sample(200, random_state=7))


@pytest.mark.parametrize(("table", "entity"), [("leads", "lead"), ("customers", "customer")])
def test_current_frame_equals_the_oracle(world: World, table: str, entity: str) -> None:
    frame = world.repository.current_frame(table, AS_OF.replace(tzinfo=UTC))
    assert len(frame) > 10
    check(world, entity, frame)


@pytest.mark.parametrize(("table", "entity"), [("leads", "lead"), ("customers", "customer")])
def test_online_vectors_equal_the_oracle(world: World, table: str, entity: str) -> None:
    ids = world.repository.current_frame(table, AS_OF.replace(tzinfo=UTC))["entity_id"].tolist()
    vectors = world.repository.online_reader().read(table, ids, AS_OF.replace(tzinfo=UTC))
    rows = [{"entity_id": one.entity_id, "as_of": one.features_as_of, **one.values} for one in vectors if one]
    assert len(rows) == len(ids)
    check(world, entity, pd.DataFrame(rows))
