"""D7: stages by configuration and attributes by import or event, without a migration."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine

from configs.settings import Settings, load_settings
from crm_core.database import read_transaction
from crm_core.events import upsert_rows
from crm_core.funnel import load_facts, trend_figures
from tests.crm_core.conftest import LATER, NOW, Load
from tests.crm_core.conftest import rows as query


@pytest.fixture
def custom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    stages = [stage.model_dump() for stage in load_settings().funnel.stages]
    stages.insert(4, {"name": "site_visit", "en": "Site visit", "zh": "现场考察"})
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({"funnel": {"stages": stages}}, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("FUNNELCAST_CONFIG", str(file))
    return load_settings()


def schema(engine: Engine) -> list[str]:
    with read_transaction(engine) as connection:
        from sqlalchemy import inspect  # noqa: PLC0415

        found = inspect(connection)
        return [f"{t}.{c['name']}" for t in sorted(found.get_table_names()) for c in found.get_columns(t)]


def test_a_custom_stage_and_attribute_need_no_migration_and_are_figures(
    load: Load, engine: Engine, custom: Settings
) -> None:
    before = schema(engine)
    load(
        settings=custom,
        leads="lead_id,created_at,Visit Kind\nl1,2024-12-01T00:00Z,plant\nl2,2024-12-02T00:00Z,show room\n",
        stage_events="lead_id,stage,entered_at\nl1,site_visit,2024-12-05T00:00Z\nl2,site_visit,2024-12-06T00:00Z\n"
        "l1,solution_demo,2024-12-09T00:00Z\n",
    )
    event = {"lead_id": "l3", "created_at": "2024-12-20T00:00Z", "attributes": {"Visit Kind": "plant", "Drone": "yes"}}
    assert upsert_rows(engine, "leads", [event], custom, NOW)[0]["inserted"] == 1
    facts = load_facts(engine, custom, LATER)
    table = trend_figures(facts, 90, "visit_kind").set_index(["stage", "group"])
    site = table.loc["site_visit"]
    assert site["stock"].to_dict() == {"plant": 0, "show room": 1}
    assert site["inflow"].to_dict() == {"plant": 1, "show room": 1}
    assert (site.loc["plant", "conversion"], site.loc["plant", "median_dwell_days"]) == (1.0, 4.0)
    assert table.loc[("captured", "plant"), "stock"] == 1
    assert trend_figures(facts, 90, "Drone").set_index(["stage", "group"]).loc[("captured", "true"), "stock"] == 1
    assert schema(engine) == before
    assert query(engine, "SELECT COUNT(*) FROM alembic_version") == [(1,)]


def test_without_the_custom_stage_its_events_are_told_as_unknown(load: Load, engine: Engine, custom: Settings) -> None:
    load(
        settings=custom,
        leads="lead_id,created_at\nl1,2024-12-01T00:00Z\n",
        stage_events="lead_id,stage,entered_at\nl1,site_visit,2024-12-05T00:00Z\n",
    )
    shipped = Settings(**{**custom.model_dump(), "funnel": {**custom.funnel.model_dump(), "stages": [
        stage.model_dump() for stage in custom.funnel.stages if stage.name != "site_visit"
    ]}})  # fmt: skip
    facts = load_facts(engine, shipped, LATER)
    assert facts.unknown_stages == {"site_visit": 1}
    assert trend_figures(facts, 90).set_index("stage").loc["captured", "stock"] == 1
