from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.settings import load_settings
from crm_core import audit
from crm_core.access.scope import Scope
from crm_core.errors import OverrideError, UnknownLeadError
from crm_core.events import upsert_rows
from crm_core.overrides import Override, current_overrides, override_history, record_override
from tests.crm_core.conftest import open_migrated

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Any) -> Any:
    with open_migrated(str(request.param), tmp_path) as engine:
        settings = load_settings()
        upsert_rows(engine, "reps", [{"rep_id": "r1", "name": "Li"}], settings, NOW)
        rows = [{"lead_id": one, "created_at": "2026-05-01T00:00:00Z", "rep_id": "r1"} for one in ("a", "b")]
        upsert_rows(engine, "leads", rows, settings, NOW)
        yield engine


def said(lead_id: str, value: float | None, reason: str = "verbal commitment") -> Override:
    return Override(lead_id, value, reason, "Li", NOW)


def test_all_are_kept_and_the_newest_counts(engine: Engine) -> None:
    for lead_id, value in (("a", 0.9), ("b", 0.1), ("a", 0.8), ("b", None)):
        record_override(engine, said(lead_id, value))
    assert {key: one.win_probability for key, one in current_overrides(engine).items()} == {"a": 0.8}
    assert current_overrides(engine, ["b"]) == {}
    assert [one.win_probability for one in override_history(engine, "b", NOW)] == [None, 0.1]


def test_the_audit_log_holds_who_and_the_number_but_not_the_words(engine: Engine) -> None:
    record_override(engine, said("a", 0.9, "his daughter told me"))
    entries = [one for one in audit.read_entries(engine, 10) if one.action == "lead.override"]
    assert [(one.actor, one.subject) for one in entries] == [("Li", "lead:a")]
    assert "0.9" in str(entries[0].details)
    assert "daughter" not in str(entries[0])


def test_anothers_lead_is_as_if_there_were_none(engine: Engine) -> None:
    for lead_id, scope in (("a", Scope(rep_id="r2")), ("nothing", Scope(is_everybody=True))):
        with pytest.raises(UnknownLeadError):
            record_override(engine, said(lead_id, 0.5), scope)
    record_override(engine, said("a", 0.5), Scope(rep_id="r1"))


@pytest.mark.parametrize(("value", "reason"), [(1.1, "x"), (-0.1, "x"), (0.5, "  "), (0.5, "x" * 501)])
def test_what_breaks_a_rule_is_not_kept(engine: Engine, value: float, reason: str) -> None:
    with pytest.raises(OverrideError, match="must"):
        record_override(engine, said("a", value, reason))
    assert override_history(engine, "a", NOW) == []
