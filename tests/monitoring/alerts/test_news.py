from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crm_core.findings import Finding
from monitoring.alerts.news import news
from monitoring.diagnosis.incidents import act, incidents

AT = datetime(2026, 6, 30, 2, tzinfo=UTC)
ALARM = Finding("funnel.stage_stock", "negotiation", {"change": 0.8}, AT, "grew", "增长")
OTHER = Finding("funnel.sync", "erp", {}, AT, "failed", "失败")
DRIFT = Finding("drift.channel_mix", "trade_show", {}, AT, "moved", "变化")


def test_an_alarm_is_news_until_somebody_has_it_in_hand() -> None:
    found = [ALARM, OTHER, DRIFT]
    assert news(found, incidents(found, AT, 3), AT) == found
    done = act(incidents(found, AT, 3), "stage_stock:negotiation", "acknowledge", AT, "li")
    assert news([*found, done], incidents([*found, done], AT, 3), AT) == [OTHER, DRIFT]


def test_a_snoozed_alarm_is_news_again_when_the_snooze_ends() -> None:
    until = AT + timedelta(days=1)
    done = act(incidents([ALARM], AT, 3), "stage_stock:negotiation", "snooze", AT, "li", until=until)
    known = incidents([ALARM, done], until, 3)
    assert news([ALARM, done], known, AT) == []
    assert news([ALARM, done], known, until) == [ALARM]
