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
    """Of 2 wins of 10,000 each, 7.22 by chance (Garwood), 30 % is 21,674."""
    [bad] = [row for row in channel_quality(world().facts(), SETTINGS) if row.channel == "bad"]
    assert "it cost ¥30,000; its 2 wins left a margin of ¥21,674 at most. Without it" in bad.text.en
    assert "花费¥30,000，而2单赢单的毛利至多¥21,674。剔除后" in bad.text.zh


def verdict_of_bad(spend: float | None) -> tuple[str, str]:
    made = world()
    made.tables["channel_spend"] = [row for row in made.tables["channel_spend"] if row["channel_id"] != "bad"]
    if spend is not None:
        made.tables["channel_spend"].append({"channel_id": "bad", "spent_on": ago(100), "amount": spend})
    [bad] = [row for row in channel_quality(made.facts(), SETTINGS) if row.channel == "bad"]
    return bad.verdict, bad.text.en


def test_a_channel_whose_wins_may_be_worth_its_cost_is_not_cut() -> None:
    """6,000 was surely left by two wins as they fell, but 21,000 might have been by chance."""
    assert verdict_of_bad(21_600)[0] == "keep"
    assert verdict_of_bad(21_700)[0] == "cut"
    assert "a cut saves ¥21,600 and gives up 2 wins worth ¥20,000" in verdict_of_bad(21_600)[1]


def test_a_channel_of_unknown_cost_is_not_cut() -> None:
    verdict, text = verdict_of_bad(None)
    assert verdict == "keep"
    assert "what it costs or brings is not known" in text


def test_a_channel_without_a_win_is_cut_once_it_cost_more_than_wins_by_chance() -> None:
    made = world()
    for n in range(50):
        made.lead(80 + n, 70 + n, "lost", channel_id="dry")
    made.tables["channel_spend"].append({"channel_id": "dry", "spent_on": ago(100), "amount": 12_000.0})
    [dry] = [row for row in channel_quality(made.facts(), SETTINGS) if row.channel == "dry"]
    assert (dry.won.hits, dry.verdict) == (0, "cut")


def test_without_leads_there_is_no_channel() -> None:
    assert channel_quality(Small().facts(), SETTINGS) == []
