from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from configs.sections import Monitoring
from monitoring.channel_mix import compare_mix
from tests.monitoring.fakes import CALM

SHARES = {"web": 0.3, "call": 0.2, "partner": 0.15, "search": 0.13, "mail": 0.1, "trade_show": 0.12}


def draw(shares: dict[str, float], rows: int, rng: np.random.Generator) -> pd.Series:
    return pd.Series(rng.choice(list(shares), size=rows, p=list(shares.values())))


def moved(shares: dict[str, float], channel: str, share: float) -> dict[str, float]:
    rest = (1 - share) / (1 - shares[channel])
    return {name: share if name == channel else value * rest for name, value in shares.items()}


def test_twelve_to_thirty_nine_percent_is_found_with_a_hundred_leads(rules: Monitoring) -> None:
    now = moved(SHARES, "trade_show", 0.39)
    mixes = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        mixes.append(compare_mix(draw(SHARES, 100, rng), draw(now, 100, rng), rules))
    assert sum(mix.is_changed for mix in mixes) >= 95
    movers = [mix.biggest_mover.channel_id for mix in mixes if mix.biggest_mover]
    assert movers.count("trade_show") >= 95


@pytest.mark.parametrize("rows", [60, 200, 1000])
def test_a_steady_mix_raises_few_alarms(rules: Monitoring, rows: int) -> None:
    alarms = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        alarms += compare_mix(draw(SHARES, 3 * rows, rng), draw(SHARES, rows, rng), rules).is_changed
    assert alarms <= stats.binom.ppf(0.999, 200, 0.05)


def test_figures_of_a_known_table(rules: Monitoring) -> None:
    before = pd.Series(["web"] * 88 + ["trade_show"] * 12)
    now = pd.Series(["web"] * 61 + ["trade_show"] * 39)
    mix = compare_mix(before, now, rules)
    web, show = mix.channels
    assert (web.channel_id, web.reference_leads, web.current_leads) == ("web", 88, 61)
    assert show.change == pytest.approx(0.27)
    # E. B. Wilson's interval of 12 in 100, as R's prop.test(12, 100, correct = FALSE) prints it.
    assert (show.reference_interval.low, show.reference_interval.high) == pytest.approx((0.0700, 0.1981), abs=1e-4)
    assert mix.psi is not None
    assert mix.psi.value > mix.psi.limit
    assert mix.text.en == "The channel mix changed: web went from 88% to 61% of leads (−27.0 points)."


def test_leads_without_a_channel_are_a_group_of_their_own(rules: Monitoring) -> None:
    mix = compare_mix(pd.Series(["web"] * 60), pd.Series(["web"] * 30 + [None] * 30), rules)
    assert {channel.channel_id for channel in mix.channels} == {"web", ""}
    assert [channel.name.en for channel in mix.channels] == ["web", "(no channel)"]
    assert mix.is_changed


def test_a_new_channel_is_found(rules: Monitoring) -> None:
    mix = compare_mix(pd.Series(["web"] * 200), pd.Series(["web"] * 80 + ["live"] * 20), rules)
    assert mix.is_changed
    assert mix.biggest_mover is not None


def test_a_window_without_leads_is_said_in_words(rules: Monitoring) -> None:
    mix = compare_mix(pd.Series(dtype=object), pd.Series(["web"]), rules)
    assert mix.text.en == "There is no channel mix to compare: no lead came in in the reference window."
    assert mix.to_json()["channels"] == []


def test_too_few_leads_are_shown_but_not_judged(rules: Monitoring) -> None:
    mix = compare_mix(pd.Series(["web"] * 60), pd.Series(["live"] * 20), rules)
    assert not mix.is_changed
    assert len(mix.channels) == 2
    assert mix.text.en.startswith("Too few leads to say whether the channel mix changed: 60 before and 20 now")


def test_the_mix_is_valid_json(rules: Monitoring) -> None:
    rng = np.random.default_rng(0)
    content = json.dumps(compare_mix(draw(CALM, 100, rng), draw(CALM, 100, rng), rules).to_json(), allow_nan=False)
    assert sum(channel["current_share"] for channel in json.loads(content)["channels"]) == pytest.approx(1)


def test_channels_are_told_by_their_names(rules: Monitoring) -> None:
    before = pd.Series(["web"] * 48 + ["referral"] * 40 + ["trade_show"] * 12)
    now = pd.Series(["web"] * 18 + ["referral"] * 12 + ["trade_show"] * 70)
    mix = compare_mix(before, now, rules, [("trade_show", "Trade show", "展会")])
    assert mix.text.en == "The channel mix changed: Trade show went from 12% to 70% of leads (+58.0 points)."
    assert mix.text.zh.startswith("渠道构成发生变化：“展会”")
    assert mix.to_json()["channels"][0]["name"] == {"en": "Trade show", "zh": "展会"}
