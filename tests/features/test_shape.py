from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from configs.settings import Settings, load_settings
from features.lake_extract import AttributeColumn
from features.repository import FeatureRepository
from features.shape import make_shape, read_known_kinds, read_shape, write_shape
from tests.features.fake_crm import FakeCrm, settings_at

pytestmark = pytest.mark.slow

START = datetime(2024, 3, 1)  # noqa: DTZ001 (naive UTC, as in the lake)


def acts(crm: FakeCrm, kind: str, count: int, days: float = 0) -> None:
    for _ in range(count):
        moment = START + timedelta(days=days)
        crm.add("activities", moment, activity_id=f"a{crm.seq}", lead_id="L1", kind=kind, occurred_at=moment)


def kinds_at(settings: Settings, days: float) -> list[str]:
    moment = (START + timedelta(days=days)).replace(tzinfo=UTC)
    repository = FeatureRepository(settings)
    repository.build(moment)
    return list(read_shape(settings.paths.offline / "shape.json").activity_kinds)


def test_the_most_frequent_kinds_known_at_the_moment_get_columns(crm: FakeCrm, tmp_path: Path) -> None:
    settings = settings_at(tmp_path, features={"max_activity_kinds": 2, "min_activity_kind_rows": 2})
    for kind, count in (("call", 5), ("visit", 3), ("mail", 4), ("rare", 1)):
        acts(crm, kind, count)
    acts(crm, "later", 9, days=30)
    assert kinds_at(settings, 10) == ["call", "mail"]


def test_a_kind_that_had_columns_keeps_them(crm: FakeCrm, tmp_path: Path) -> None:
    settings = settings_at(tmp_path, features={"max_activity_kinds": 2, "min_activity_kind_rows": 2})
    acts(crm, "call", 3)
    assert kinds_at(settings, 10) == ["call"]
    acts(crm, "chat", 50, days=11)
    acts(crm, "mail", 60, days=11)
    assert kinds_at(settings, 20) == ["call", "mail"]


def test_a_shape_is_read_as_it_was_written(tmp_path: Path) -> None:
    attributes = [AttributeColumn("lead", "X y", "x_y", "number")]
    shape = make_shape(load_settings(), attributes, [("lead", "attr_x_y")], ["call"])
    path = tmp_path / "shape.json"
    write_shape(path, shape)
    assert read_shape(path) == shape
    assert read_shape(path).digest == shape.digest
    assert read_known_kinds(path) == ["call"]
    assert read_known_kinds(tmp_path / "none.json") == []
