from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.settings import ConfigError, Settings, load_settings, read_overrides
from crm_core import setting_versions
from crm_core.commission.plans import publish
from crm_core.database import write_transaction
from crm_core.errors import PlanChangedError, SettingConflictError, SettingError, UnknownSettingError
from crm_core.setting_versions import current_value, edit, history, replay, restore_file, undo
from tests.crm_core.conftest import NOW, rows

GROWTH, MEDALS = "funnel.alarms.stock_growth", "recognition.medals"


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a state of the test's own."""
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FUNNELCAST_CONFIG", raising=False)
    return load_settings()


@pytest.fixture
def change(engine: Engine, mine: Settings) -> Callable[..., Any]:
    def call(key: str, value: Any, **more: Any) -> Any:
        return edit(engine, mine, key, value, "person:li.na", NOW, **more)

    return call


def test_an_edit_is_in_force_for_the_next_reader_and_kept_with_who_when_and_both_values(
    engine: Engine, change: Callable[..., Any]
) -> None:
    change(GROWTH, 0.6, note="too many alarms")
    assert load_settings().funnel.alarms.stock_growth == 0.6
    [told] = history(engine)
    assert (told.key, told.actor, told.changed_at, told.note) == (GROWTH, "person:li.na", NOW, "too many alarms")
    assert (told.before_value, told.after_value, told.undoes) == (0.5, 0.6, None)
    [entry] = rows(engine, "SELECT actor, action, subject FROM audit_log")
    assert entry == ("person:li.na", "setting.changed", f"setting:{GROWTH}")


def test_the_file_is_the_owners_and_says_what_it_is(mine: Settings, change: Callable[..., Any]) -> None:
    change(GROWTH, 0.6)
    file = mine.paths.overrides
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert file.read_text("utf-8").startswith("# Edited settings")
    assert [path.name for path in file.parent.iterdir() if "settings" in path.name] == ["settings.yaml"]


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        (GROWTH, -1, "funnel.alarms.stock_growth: Input should be greater than 0, but got -1"),
        (GROWTH, "much", "should be a valid number"),
        ("funnel.stages", [{"name": "a", "en": "A", "zh": "甲", "outcome": "won"}], "none for"),
        ("recognition.medals.teamwork", {"en": "T"}, "Field required"),
        ("rfm.growth", {"max_recency_days": 1}, "Field required"),
    ],
)
def test_what_breaks_a_rule_of_the_files_is_refused_and_nothing_is_kept(
    engine: Engine, mine: Settings, change: Callable[..., Any], key: str, value: Any, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        change(key, value)
    assert history(engine) == []
    assert not mine.paths.overrides.exists()


@pytest.mark.parametrize("key", ["stores.database_url", "pages.proxy_hops", "funnel.alarms.nothing", "nowhere", ""])
def test_what_is_no_setting_or_not_edited_this_way_is_refused(change: Callable[..., Any], key: str) -> None:
    with pytest.raises(UnknownSettingError, match="A setting must be"):
        change(key, 1)


def test_the_same_value_is_no_edit(change: Callable[..., Any]) -> None:
    with pytest.raises(SettingError, match="must change something"):
        change(GROWTH, 0.5)


def test_an_undo_brings_the_value_back_and_leaves_no_override(engine: Engine, mine: Settings, change: Any) -> None:
    version = change(GROWTH, 0.6)
    back = undo(engine, mine, version.version_id, "person:root", NOW + timedelta(hours=1))
    assert load_settings().funnel.alarms.stock_growth == 0.5
    assert read_overrides(mine.paths.overrides) == {} == replay(engine)
    assert (back.undoes, back.before_value, back.after_value) == (1, 0.6, 0.5)
    again = undo(engine, mine, back.version_id, "person:root", NOW + timedelta(hours=2))
    assert again.after_value == 0.6


def test_only_the_last_edit_of_a_key_is_undone(engine: Engine, mine: Settings, change: Any) -> None:
    first = change(GROWTH, 0.6)
    second = change(GROWTH, 0.7)
    with pytest.raises(SettingConflictError, match="was edited since version 1"):
        undo(engine, mine, first.version_id, "x", NOW)
    undo(engine, mine, second.version_id, "x", NOW)
    assert load_settings().funnel.alarms.stock_growth == 0.6
    with pytest.raises(UnknownSettingError, match="one of the history, but got 99"):
        undo(engine, mine, 99, "x", NOW)


def test_a_whole_mapping_is_replaced_so_that_an_entry_can_go_and_an_entry_is_laid_over_it(
    engine: Engine, mine: Settings, change: Any
) -> None:
    one = {"en": "Pioneer", "zh": "开拓之星", "points": 5}
    whole = change(MEDALS, {"pioneer": one})
    assert set(load_settings().recognition.medals) == {"pioneer"}
    part = change(f"{MEDALS}.pioneer", {**one, "points": 7})
    assert load_settings().recognition.medals["pioneer"].points == 7
    with pytest.raises(SettingConflictError):
        undo(engine, mine, whole.version_id, "x", NOW)
    undo(engine, mine, part.version_id, "x", NOW)
    undo(engine, mine, whole.version_id, "x", NOW)
    assert set(load_settings().recognition.medals) == {"teamwork", "customer_first", "mentor"}


def test_who_edits_what_was_edited_meanwhile_is_told(change: Any) -> None:
    change(GROWTH, 0.6, seen=0.5)
    with pytest.raises(SettingConflictError, match="was changed meanwhile"):
        change(GROWTH, 0.7, seen=0.5)


def test_what_the_environment_decides_is_not_edited(change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNNELCAST_FUNNEL__ALARMS__STOCK_GROWTH", "0.9")
    with pytest.raises(SettingError, match="decided by FUNNELCAST_FUNNEL__ALARMS__STOCK_GROWTH"):
        change(GROWTH, 0.6)


def test_a_commission_plan_that_the_ledger_has_used_stays(engine: Engine, mine: Settings, change: Any) -> None:
    with write_transaction(engine) as connection:
        publish(connection, {}, mine.commission.plans, NOW)
    plans = current_value(mine, "commission.plans")
    with pytest.raises(PlanChangedError):
        change("commission.plans", [{**plans[0], "mentor_rate": 0.5}])
    new = {**plans[0], "version": "second", "valid_from": "2027-01-01", "mentor_rate": 0.2}
    change("commission.plans", [*plans, new])
    assert [plan.version for plan in load_settings().commission.plans] == ["first", "second"]


def test_a_changed_funnel_is_seen_by_the_views_at_once(engine: Engine, mine: Settings, change: Any) -> None:
    stages = current_value(mine, "funnel.stages")
    change("funnel.stages", [*stages[:1], {"name": "visited", "en": "Visited", "zh": "已拜访"}, *stages[1:]])
    assert ("visited",) in rows(engine, "SELECT stage FROM bi_stages")


def test_where_the_file_cannot_be_written_nothing_is_kept(engine: Engine, mine: Settings, change: Any) -> None:
    mine.paths.home.mkdir(parents=True)
    (mine.paths.home / ".settings.yaml.part").mkdir()
    with pytest.raises(ConfigError, match="must be writable"):
        change(GROWTH, 0.6)
    assert history(engine) == []


def test_where_the_commit_fails_the_file_before_is_put_back(
    engine: Engine, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(GROWTH, 0.6)
    real = setting_versions.write_overrides
    written: list[Any] = []

    def noted(path: Path, overrides: Any) -> None:
        real(path, overrides)
        written.append(dict(overrides))

    class FailedCommitError(Exception):
        pass

    class Failing:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def __enter__(self) -> Any:
            return self.inner.__enter__()

        def __exit__(self, *_: Any) -> None:
            self.inner.__exit__(FailedCommitError, FailedCommitError(), None)
            raise FailedCommitError

    def transaction(target: Engine) -> Any:
        return Failing(write_transaction(target))

    monkeypatch.setattr(setting_versions, "write_overrides", noted)
    monkeypatch.setattr(setting_versions, "write_transaction", transaction)
    with pytest.raises(FailedCommitError):
        change(GROWTH, 0.7)
    assert written == [{GROWTH: 0.7}, {GROWTH: 0.6}]
    assert load_settings().funnel.alarms.stock_growth == 0.6
    assert len(history(engine)) == 1


def test_the_file_is_restored_from_the_versions(engine: Engine, mine: Settings, change: Any) -> None:
    change(GROWTH, 0.6)
    change("scoring.max_reasons", 4)
    mine.paths.overrides.unlink()
    assert restore_file(engine, mine)
    assert not restore_file(engine, mine)
    assert read_overrides(mine.paths.overrides) == {GROWTH: 0.6, "scoring.max_reasons": 4}


def test_the_history_of_a_key_holds_what_is_below_it(engine: Engine, change: Any) -> None:
    change(GROWTH, 0.6)
    change("scoring.max_reasons", 4)
    assert [one.key for one in history(engine)] == ["scoring.max_reasons", GROWTH]
    assert [one.key for one in history(engine, "funnel.alarms")] == [GROWTH]
