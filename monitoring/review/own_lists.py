"""The pack grades its own priority lists: of the wins that followed the lists of the period, the share the top held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitoring.live.outcomes import closings
from monitoring.live.performance import first_wins
from monitoring.live.priority_lists import ListWins, wins_of_list
from monitoring.live.score_log import logged_runs, read_run
from monitoring.review.facts import ReviewFacts
from monitoring.review.period import Period
from monitoring.texts import Text, percent


def grade_lists(facts: ReviewFacts, period: Period, home: Path) -> dict[str, Any] | None:
    """Figures of `ListWins` over the lists of the period that are old enough; None without any.

    One list per `live.list_days` is judged, by the wins of as many days after it.
    """
    rules = facts.settings.monitoring.live
    length = timedelta(days=rules.list_days)
    chosen: list[Any] = []
    for run in logged_runs(home, period.since, min(period.until, facts.funnel.as_of - length)):
        if not chosen or run[0] >= chosen[-1][0] + length:
            chosen.append(run)
    if not chosen:
        return None
    wins = first_wins(closings(facts.funnel), facts.money)
    parts = [wins_of_list(read_run(*run), run[0], run[0] + length, wins, rules) for run in chosen]
    return ListWins.joined(parts).to_json(rules, facts.settings.training.seed)


def list_sentence(grade: Mapping[str, Any] | None, top_share: float, list_days: int) -> Text:
    """The grade in words: what the top held, beside chance and a list by amount alone."""
    top = percent(top_share)
    if grade is None:
        return Text(
            f"No priority list of this period is {list_days} days old yet: `funnelcast score leads` or the daily run "
            "keeps them.",
            f"本期尚无满{list_days}天的优先名单：请运行 `funnelcast score leads` 或每日任务以留存名单。",
        )
    if not grade["wins"]:
        return Text(
            f"None of the {grade['leads']:,} leads listed was won within {list_days} days of its list, so the lists "
            "cannot be graded.",
            f"名单上的{grade['leads']:,}条线索在{list_days}天内均未赢单，无法评价名单。",
        )
    held, low, high = (percent(one) for one in (grade["priority"]["wins"], *grade["priority"]["wins_interval"]))
    amount = percent(grade["amount"]["wins"])
    return Text(
        f"Of {grade['wins']} wins within {list_days} days of {grade['lists']} lists the top {top} of the priority list "
        f"held {held} (95 % interval {low} to {high}); chance holds {top}, sorting by amount alone {amount}.",
        f"{grade['lists']}份名单之后{list_days}天内的{grade['wins']}单赢单中，优先名单前{top}占{held}"
        f"（95%区间{low}至{high}）；随机为{top}，仅按金额排序为{amount}。",
    )
