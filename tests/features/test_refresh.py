"""Vectors by statements that were kept: exactly those of the batch, for other leads, moments, rows and columns."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from features import lake
from features.errors import FeatureError
from features.lake_manifest import write_atomically
from features.repository import REFRESHED, FeatureRepository
from tests.features.fake_crm import Definition, FakeCrm, settings_at
from tests.features.random_bundle import KINDS, START, random_bundle

pytestmark = pytest.mark.slow

AS_OF = (START + timedelta(days=150)).replace(tzinfo=UTC)
LATER = AS_OF + timedelta(days=33, microseconds=7)
RULES = {"min_activity_kind_rows": 5}


class Home:
    def __init__(self, crm: FakeCrm, folder: Path) -> None:
        self.crm, self.folder = crm, folder
        self.settings = settings_at(folder, features=RULES)
        self.repository = FeatureRepository(self.settings)
        self.batches: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = {}

    def ids(self, entity: str, moment: datetime) -> list[str]:
        return list(self.batch(entity, moment))

    def batch(self, entity: str, moment: datetime) -> dict[str, dict[str, Any]]:
        """By the path of `score leads`, in a repository of its own, which has kept nothing."""
        state = (entity, moment, self.crm.seq, id(self.settings))
        if state not in self.batches:
            frame = FeatureRepository(self.settings).current_frame(entity, moment).drop(columns="as_of")
            rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
            self.batches[state] = {str(row.pop("entity_id")): {str(name): row[name] for name in row} for row in rows}
        return self.batches[state]

    def check(self, entity: str, ids: list[str], moment: datetime) -> None:
        """A refresh writes what the batch computes, to the last bit, and ends what the batch does not have."""
        batch = self.batch(entity, moment)
        current = [key for key in ids if key in batch]
        assert self.repository.refresh(entity, ids, moment) == len(current)
        for key, vector in zip(ids, self.repository.online_reader().read(entity, ids, moment), strict=True):
            assert (None if vector is None else (vector.features_as_of, vector.values)) == (
                (moment, batch[key]) if key in batch else None
            )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    crm = random_bundle(seed=8, leads=40, customers=14)
    crm.install(monkeypatch)
    made = Home(crm, tmp_path)
    # As after a build, which fixes the order of the kinds that have columns.
    write_atomically(made.settings.paths.offline / "shape.json", json.dumps({"activity_kinds": KINDS}))
    return made


def refuse(*_: Any) -> str:
    raise AssertionError("compiled anew")


@pytest.mark.parametrize("entity", ["leads", "customers"])
def test_kept_statements_give_the_batchs_vectors_for_others_at_another_moment(
    home: Home, monkeypatch: pytest.MonkeyPatch, entity: str
) -> None:
    first, second = home.ids(entity, AS_OF), home.ids(entity, LATER)
    home.check(entity, first[:2], AS_OF)
    expected = home.batch(entity, LATER)
    with monkeypatch.context() as patch:
        patch.setattr(lake, "compiled", refuse)
        assert home.repository.refresh(entity, [*second[3:], "unknown"], LATER) == len(second[3:])
    vectors = home.repository.online_reader().read(entity, second[3:], LATER)
    assert {one.entity_id: one.values for one in vectors if one} == {key: expected[key] for key in second[3:]}
    home.check(entity, sorted({*first, *second}), LATER)


def test_a_prepared_refresh_compiles_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {entity: home.ids(entity, LATER) for entity in REFRESHED}
    home.repository.prepare_refresh(AS_OF)
    with monkeypatch.context() as patch:
        patch.setattr(lake, "compiled", refuse)
        for entity in REFRESHED:
            assert home.repository.refresh(entity, ids[entity][:1], LATER) == 1
    for entity in REFRESHED:
        home.check(entity, ids[entity], LATER)


def test_a_refresh_that_was_prepared_before_there_was_a_lake_is_right(home: Home) -> None:
    home.repository.prepare_refresh(AS_OF)
    for entity in REFRESHED:
        home.check(entity, home.ids(entity, LATER), LATER)


def test_rows_that_come_between_two_refreshes_count_also_in_tables_that_were_empty(home: Home) -> None:
    orders, home.crm.versions["orders"] = home.crm.versions["orders"], []
    merges, home.crm.versions["customer_aliases"] = home.crm.versions["customer_aliases"], []
    home.check("leads", home.ids("leads", AS_OF), AS_OF)
    for table, rows in (("orders", orders), ("customer_aliases", merges)):
        for row in rows:
            home.crm.add(table, row.pop("recorded_at"), row.pop("is_backfilled"), **without_seq(row))
    key = home.ids("leads", LATER)[0]
    moment = LATER.replace(tzinfo=None)
    home.crm.add("activities", moment, activity_id="new", lead_id=key, kind="call", occurred_at=moment)
    home.crm.add("stage_events", moment, event_id="end", lead_id="L0000", stage="lost", entered_at=moment)
    home.check("leads", [*home.ids("leads", LATER), "L0000"], LATER)
    home.check("customers", home.ids("customers", LATER), LATER)


def without_seq(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "change_seq"}


def test_statements_are_made_anew_where_the_columns_change(home: Home) -> None:
    ids, moment = home.ids("leads", AS_OF), LATER.replace(tzinfo=None)
    home.check("leads", ids, AS_OF)
    home.crm.definitions.append(Definition("lead", "Budget Year", "budget_year", "number"))
    row = {"lead_id": ids[0], "created_at": START, "product": "pump", "attributes": {"Budget Year": 2027}}
    home.crm.add("leads", moment, **row)
    for number in range(9):
        home.crm.add("activities", moment, activity_id=f"w{number}", lead_id=ids[0], kind="wechat", occurred_at=moment)
    home.check("leads", home.ids("leads", LATER), LATER)
    [vector] = home.repository.online_reader().read("leads", [ids[0]], LATER)
    assert vector is not None
    assert (vector.values["attr_budget_year"], vector.values["activity_wechat_count_total"]) == (2027.0, 9.0)


def test_another_version_of_the_configuration_makes_its_own_statements(home: Home) -> None:
    """As the service does it: a repository of the new settings takes the place of the old one."""
    ids = home.ids("leads", AS_OF)
    home.check("leads", ids, AS_OF)
    home.settings = settings_at(home.folder, features={**RULES, "window_days": [5, 50], "track_record_days": 60})
    home.repository = FeatureRepository(home.settings)
    home.check("leads", ids[:3], AS_OF)
    home.check("leads", home.ids("leads", LATER), LATER)
    [vector] = home.repository.online_reader().read("leads", home.ids("leads", LATER)[:1], LATER)
    assert vector is not None
    assert "activity_count_50d" in vector.values


def test_what_is_not_refreshed_is_refused(home: Home) -> None:
    with pytest.raises(FeatureError, match="The entity must be one of leads, customers, but got 'channels'"):
        home.repository.refresh("channels", ["web"], AS_OF)
