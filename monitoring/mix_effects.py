"""What a changed mix did: the change of every stage's conversion, of the mean score and of forecast revenue, by
dimension.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from configs.sections.monitoring import MixRules
from crm_core.funnel import FunnelFacts, Groups, groups_of
from crm_core.funnel.facts import naive
from crm_core.funnel.figures import is_forward
from monitoring.change_split import Sample, split_windows
from monitoring.score_drift import Scores
from monitoring.texts import Text, percent, points
from monitoring.windows import Window, Windows

AMOUNT = "expected_amount_cents"
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class MixEffects:
    """Per dimension the splits of `split_windows`, None where a window has no row.

    score: mean win probability of new leads; its total is the wins expected of a day's leads. revenue: currency units
    expected of a new lead; its total is a day's forecast; leads without an amount are left out. stages: per stage,
    conversion of those that left it; its total is how many moved on a day. progress: per stage, which share of those
    that stood in it within `current_days` moved on within them: a pile of leads that do not leave lowers it at once,
    and the conversion only when they are lost.
    """

    score: dict[str, dict[str, Any] | None]
    revenue: dict[str, dict[str, Any] | None]
    stages: dict[str, dict[str, dict[str, Any] | None]]
    progress: dict[str, dict[str, dict[str, Any] | None]]

    def to_json(self) -> dict[str, Any]:
        """All figures."""
        return dict(vars(self))


def mix_effects(windows: Windows, scores: Scores | None, facts: FunnelFacts, rules: MixRules, seed: int) -> MixEffects:
    """Split what changed between the two windows.

    Raises
    ------
    UnknownDimensionError: a dimension of the settings that the data does not have.
    """
    dimensions = [groups_of(facts, name) for name in rules.dimensions]
    stages, progress = (
        {
            stage.name: {str(groups.name): of(facts, place, groups, windows, rules, seed) for groups in dimensions}
            for place, stage in enumerate(facts.funnel.stages)
            if stage.outcome is None
        }
        for of in (_conversion, _progress)
    )
    if scores is None:
        return MixEffects({}, {}, stages, progress)
    values = (scores.reference, scores.current)
    money = tuple(
        score * _amounts(window) for score, window in zip(values, (windows.reference, windows.current), strict=True)
    )
    return MixEffects(
        {str(groups.name): _of_leads(facts, groups, windows, values, rules, seed) for groups in dimensions},
        {str(groups.name): _of_leads(facts, groups, windows, money, rules, seed) for groups in dimensions},
        stages,
        progress,
    )


def _amounts(window: Window) -> Any:
    """Expected amount of each lead in currency units, NaN where not known."""
    if AMOUNT not in window.frame:
        return np.full(window.rows, np.nan)
    return pd.to_numeric(window.frame[AMOUNT], errors="coerce").to_numpy(np.float64, na_value=np.nan) / 100


def _of_leads(
    facts: FunnelFacts, groups: Groups, windows: Windows, values: Any, rules: MixRules, seed: int
) -> dict[str, Any] | None:
    """Split the mean of one value per new lead; leads without a value are left out."""
    row_of = pd.Index(facts.leads["lead_id"])
    samples = []
    for window, value in zip((windows.reference, windows.current), values, strict=True):
        row = row_of.get_indexer(pd.Index(window.frame["entity_id"].astype(str))) if window.rows else np.empty(0, int)
        kept = (row >= 0) & ~np.isnan(value)
        samples.append(Sample(groups.codes[row[kept]], value[kept], _days(window.start, window.end)))
    return split_windows(samples[0], samples[1], groups.labels, rules.samples, seed)


def _conversion(
    facts: FunnelFacts, place: int, groups: Groups, windows: Windows, rules: MixRules, seed: int
) -> dict[str, Any] | None:
    """Split the conversion of the leads that left one stage."""
    of_stage = facts.stays["stage"].to_numpy() == place
    stays, forward = facts.stays[of_stage], is_forward(facts)[of_stage].astype(np.float64)
    left, codes = stays["left_at"].to_numpy(), groups.codes[stays["lead"].to_numpy()]
    samples = []
    for window in (windows.reference, windows.current):
        inside = (left > naive(window.start)) & (left <= naive(window.end))
        samples.append(Sample(codes[inside], forward[inside], _days(window.start, window.end)))
    return split_windows(samples[0], samples[1], groups.labels, rules.samples, seed)


def _progress(
    facts: FunnelFacts, place: int, groups: Groups, windows: Windows, rules: MixRules, seed: int
) -> dict[str, Any] | None:
    """Split the share of those that stood in a stage within a window and moved on within it.

    Both sides are counted in windows as long as the current one: the reference is cut into as many as fit.
    """
    of_stage = facts.stays["stage"].to_numpy() == place
    stays, forward = facts.stays[of_stage], is_forward(facts)[of_stage]
    entered, left = stays["entered_at"].to_numpy(), stays["left_at"].to_numpy()
    codes = groups.codes[stays["lead"].to_numpy()]
    end, length = windows.current.end, windows.current.end - windows.current.start
    count = max(1, (windows.reference.end - windows.reference.start) // length)
    samples = []
    for numbers in (range(1, count + 1), range(1)):
        parts = []
        for number in numbers:
            start, stop = naive(end - (number + 1) * length), naive(end - number * length)
            stood = (entered <= stop) & ~(left <= start)
            parts.append((codes[stood], (forward & (left <= stop))[stood].astype(np.float64)))
        joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
        samples.append(Sample(joined[0], joined[1], len(numbers) * length.total_seconds() / DAY_SECONDS))
    return split_windows(samples[0], samples[1], groups.labels, rules.samples, seed)


def _days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / DAY_SECONDS


def clear_effects(effects: MixEffects, dimension: str, facts: FunnelFacts) -> list[Text]:
    """One sentence per stage whose progress the mix of this dimension moved beyond chance, the largest first."""
    found = []
    for stage in facts.funnel.stages:
        split = effects.progress.get(stage.name, {}).get(dimension)
        if split and _is_clear(split["mix"]):
            found.append((abs(split["mix"]["value"]), _sentence(stage.en, stage.zh, split)))
    return [text for _, text in sorted(found, key=lambda pair: -pair[0])]


def _is_clear(figure: dict[str, float | None]) -> bool:
    low, high = figure["low"], figure["high"]
    return low is not None and high is not None and (low > 0 or high < 0)


def _sentence(en: str, zh: str, split: dict[str, Any]) -> Text:
    was, is_now = percent(split["before"]), percent(split["now"])
    mix, low, high = (points(split["mix"][name]) for name in ("value", "low", "high"))
    rate = points(split["rate"]["value"])
    return Text(
        f"Moved on from {en}: {was} before, {is_now} now. Of the change {mix} points come from other leads than before "
        f"({low} to {high}), {rate} from leads of the same kind.",
        f"{zh}阶段的推进率由 {was} 变为 {is_now}：线索构成变化贡献 {mix} 个百分点（{low} 至 {high}），"
        f"同类线索自身变化贡献 {rate}。",
    )
