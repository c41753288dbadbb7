"""A drift in words: what moved, from where to where, how far."""

from __future__ import annotations

from monitoring.sources import Column
from monitoring.summaries import CategorySummary, NumberSummary, Summary, biggest_mover
from monitoring.texts import Text, figure, named, percent

# The usual reading of PSI, here of what exceeds chance (N. Siddiqi, "Credit Risk Scorecards", 2006).
MODERATE_PSI = 0.1
LARGE_PSI = 0.25
# A change of the missing share that deserves the sentence more than the values do.
NOTABLE_MISSING_CHANGE = 0.05


def size_in_words(psi_excess: float) -> Text:
    """Small, moderate or large.

    >>> size_in_words(0.3).en
    'large'
    """
    if psi_excess >= LARGE_PSI:
        return Text("large", "大")
    if psi_excess >= MODERATE_PSI:
        return Text("moderate", "中等")
    return Text("small", "小")


def describe_change(column: Column, before: Summary, now: Summary, psi_excess: float) -> Text:
    """One sentence on the change of a column between two windows."""
    clauses = [_value_clause(column, before, now), _missing_clause(before, now)]
    said = [clause for clause in clauses if clause is not None] or [_shape_clause()]
    size = size_in_words(psi_excess)
    return Text(
        f"{column.en}: {'; '.join(clause.en for clause in said)} ({size.en} change).",
        f"{column.zh}：{'；'.join(clause.zh for clause in said)}（变化程度：{size.zh}）。",
    )


def _value_clause(column: Column, before: Summary, now: Summary) -> Text | None:
    if isinstance(before, NumberSummary) and isinstance(now, NumberSummary):
        return _number_clause(column, before, now)
    if isinstance(before, CategorySummary) and isinstance(now, CategorySummary):
        return _category_clause(column, before, now)
    return None


def _number_clause(column: Column, before: NumberSummary, now: NumberSummary) -> Text | None:
    for en, zh, old, new in (
        ("median", "中位数", before.median, now.median),
        ("mean", "均值", before.mean, now.mean),
    ):
        was, is_now = figure(old, column.unit), figure(new, column.unit)
        if was != is_now:
            return Text(f"{en} {was.en} before, {is_now.en} now", f"{zh}由 {was.zh} 变为 {is_now.zh}")
    return None


def _category_clause(column: Column, before: CategorySummary, now: CategorySummary) -> Text | None:
    mover = biggest_mover(before.shares, now.shares)
    if mover is None:
        return None
    was, is_now = percent(before.shares.get(mover, 0.0)), percent(now.shares.get(mover, 0.0))
    name = named(column.words, mover)
    return Text(f"share of “{name.en}” {was} before, {is_now} now", f"“{name.zh}”的占比由 {was} 变为 {is_now}")


def _missing_clause(before: Summary, now: Summary) -> Text | None:
    if abs(now.missing_share - before.missing_share) < NOTABLE_MISSING_CHANGE:
        return None
    was, is_now = percent(before.missing_share), percent(now.missing_share)
    return Text(f"missing in {was} of leads before, {is_now} now", f"缺失率由 {was} 变为 {is_now}")


def _shape_clause() -> Text:
    return Text("the same middle, another spread", "中心未变，分布形状改变")
