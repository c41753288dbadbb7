from __future__ import annotations

from configs.sections import Monitoring
from features.schema import Feature
from monitoring.testable import choose_columns, is_shared
from monitoring.windows import read_windows
from tests.monitoring.fakes import AS_OF, FEATURES, FakeRepository, calm_leads


def test_what_cannot_be_tested_is_named_with_its_reason(rules: Monitoring) -> None:
    windows = read_windows(FakeRepository(calm_leads(2000)), rules, AS_OF)
    tested, untested = choose_columns(windows, [*FEATURES, Feature("gone", "number", "Gone", "无")])
    assert {column.column: column.reason for column in untested} == {
        "age_days": "constant",
        "as_of_month": "calendar",
        "channel_win_rate_180d": "shared",
        "gone": "absent",
    }
    assert [column.name for column in tested] == ["channel_id", "industry", "employee_count", "budget", "has_phone"]


def test_of_equal_columns_the_last_one_speaks(rules: Monitoring) -> None:
    frame = calm_leads(400)
    frame["industry_again"] = frame["industry"]
    columns = [Feature(name, "category", name, name) for name in ("industry", "industry_again", "channel_id")]
    tested, untested = choose_columns(read_windows(FakeRepository(frame), rules, AS_OF), columns)
    assert [column.name for column in tested] == ["industry_again", "channel_id"]
    assert [(column.column, column.reason) for column in untested] == [("industry", "duplicate")]


def test_a_figure_fixed_per_channel_is_not_a_moving_one() -> None:
    frame = calm_leads(2000)
    frame["fixed"] = frame["channel_id"].map({"web": 1.0, "referral": 2.0, "trade_show": 3.0})
    assert is_shared(frame, "channel_win_rate_180d", "channel_id")
    assert not is_shared(frame, "fixed", "channel_id")
    assert not is_shared(frame, "employee_count", "channel_id")
    assert not is_shared(frame, "employee_count", "no_such_key")


def test_a_few_groups_prove_nothing() -> None:
    assert not is_shared(calm_leads(40).head(10), "channel_win_rate_180d", "channel_id")
