"""Live performance in words. What is estimated says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from monitoring.live.figures import GroupFigures
from monitoring.live.measured import Measured
from monitoring.live.performance import LivePerformance
from monitoring.texts import Text, percent

WHY_NOT = {
    "immature": ("too few of them are old enough", "到期的评分太少"),
    "few_leads": ("too few outcomes are known", "已知结果太少"),
    "few_wins": ("too few of them were won", "赢单太少"),
    "few_losses": ("too few of them were not won", "未赢单的太少"),
}


def live_sentences(live: LivePerformance) -> list[Text]:
    """What outcomes say, what is estimated of scores without one, and how the last priority lists did."""
    overall = live.overall
    if not overall.scores:
        return [
            Text(
                "No score was given yet that could be judged: run funnelcast score leads.",
                "尚无可评判的评分：请运行 funnelcast score leads。",
            )
        ]
    said = [_realised(overall)]
    if overall.estimate is not None:
        said.append(_estimated(overall.scores - overall.known, overall.estimate))
    if live.lists is not None and live.lists["wins"]:
        said.append(_lists(live.lists))
    return said


def _realised(group: GroupFigures) -> Text:
    if group.realised is None:
        en, zh = WHY_NOT[group.why_not or "immature"]
        return Text(
            f"{group.scores:,} scores of {group.leads:,} leads cannot be judged by their outcomes yet: {en}.",
            f"{group.leads:,} 条线索的 {group.scores:,} 次评分尚不能按结果评判：{zh}。",
        )
    figures = group.realised
    auc, loss, base = spread(figures["roc_auc"]), spread(figures["log_loss"]), figures["base_log_loss"].value or 0.0
    return Text(
        f"Known outcomes of {group.known:,} scores: ROC AUC {auc}, log loss {loss} (plain win rate {base:.3f}), "
        f"calibration error {spread(figures['ece'])}.",
        f"{group.known:,} 次评分的结果已知：ROC AUC {auc}，对数损失 {loss}（直接用赢单率为 {base:.3f}），"
        f"校准误差 {spread(figures['ece'])}。",
    )


def _estimated(scores: int, estimate: dict[str, Measured]) -> Text:
    auc, loss = spread(estimate["roc_auc"]), spread(estimate["log_loss"])
    return Text(
        f"Estimate, not a result: for the {scores:,} scores without an outcome ROC AUC {auc} and log loss {loss} are "
        "to be expected if the probabilities are right.",
        f"估计值，并非实际结果：对 {scores:,} 次尚无结果的评分，若概率准确，预期 ROC AUC 为 {auc}、对数损失为 {loss}。",
    )


def _lists(lists: dict[str, Any]) -> Text:
    since = datetime.fromisoformat(lists["since"]).date()
    held, low, high = _shares(lists["priority"]["wins"], lists["priority"]["wins_interval"])
    money, by_amount = lists["priority"]["money"], percent(lists["amount"]["wins"])
    share = "–" if money is None else percent(money)
    count, top = lists["lists"], percent(lists["random"])
    return Text(
        f"Of {lists['wins']} wins in the {count} {'list' if count == 1 else 'lists'} since {since} the top {top} of "
        f"the priority list held {held} ({low} to {high}) and {share} of the money; sorted by amount alone "
        f"{by_amount}.",
        f"自 {since} 起 {count} 份优先名单的 {lists['wins']} 个赢单中，名单前 {top} 占 {held}（{low} 至 {high}），"
        f"占金额 {share}；仅按金额排序为 {by_amount}。",
    )


def _shares(value: float, interval: list[float]) -> tuple[str, str, str]:
    return percent(value), percent(interval[0]), percent(interval[1])


def spread(figure: Measured) -> str:
    """A figure with its interval.

    >>> from monitoring.intervals import Interval
    >>> spread(Measured(0.7512, Interval(0.7, 0.8))), spread(Measured(None, None))
    ('0.751 (0.700–0.800)', '–')
    """
    if figure.value is None:
        return "–"
    if figure.interval is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.interval.low:.3f}–{figure.interval.high:.3f})"
