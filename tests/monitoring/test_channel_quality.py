from __future__ import annotations

import pytest

from monitoring.channel_quality import channel_quality
from tests.monitoring.diagnosis.made import SETTINGS, Small, ago


def world() -> Small:
    """A good, a bad and dear, and a tiny channel; leads of two to nine months ago."""
    made = Small()
    for channel, count, won in (("good", 120, 60), ("usual", 200, 40), ("bad", 120, 2), ("tiny", 2, 2)):
        for n in range(count):
            entered = 80 + n
            made.lead(entered, entered - 10, "contract_signed" if n < won else "lost", channel_id=channel)
    won = [event["lead_id"] for event in made.events if event["stage"] == "contract_signed"]
    made.tables["orders"] = [
        {"order_id": f"O{n}", "customer_id": f"C{n}", "lead_id": lead, "ordered_at": ago(100 + n), "amount": 10_000.0}
        for n, lead in enumerate(won)
    ]
    made.tables["channel_spend"] = [
        {"channel_id": channel, "spent_on": ago(100), "amount": amount}
        for channel, amount in (("good", 6_000.0), ("usual", 8_000.0), ("bad", 30_000.0))
    ]
    made.tables["channels"] = [{"channel_id": "good", "name": "转介绍"}]
    return made


def test_the_matrix_tells_what_each_channel_brings_and_costs() -> None:
    found = {row.channel: row for row in channel_quality(world().facts(), SETTINGS)}
    good = found["good"]
    assert (good.name.zh, good.leads, good.won.hits) == ("转介绍", 120, 60)
    assert good.cost_per_win == pytest.approx(100.0)
    assert good.cost_interval
    assert good.cost_interval.low < 100 < good.cost_interval.high
    assert good.value_per_win == pytest.approx(10_000)
    assert good.cycle_days == pytest.approx(11)
    assert good.reached["solution_demo"].hits == 60
    assert good.brought.churned
    assert good.brought.churned.rows == 60


def test_what_to_cut_keep_and_grow() -> None:
    verdicts = {row.channel: row.verdict for row in channel_quality(world().facts(), SETTINGS)}
    assert verdicts == {"good": "grow", "usual": "keep", "bad": "cut", "tiny": "keep"}


def test_the_effect_of_a_cut_is_told_in_both_languages() -> None:
    [bad] = [row for row in channel_quality(world().facts(), SETTINGS) if row.channel == "bad"]
    assert "instead of" in bad.text.en
    assert "2 wins (worth ¥20,000) fewer and ¥30,000 saved" in bad.text.en
    assert "赢单减少2单（价值¥20,000），并节省¥30,000" in bad.text.zh


def test_without_leads_there_is_no_channel() -> None:
    assert channel_quality(Small().facts(), SETTINGS) == []
