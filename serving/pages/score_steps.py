"""From one receipt to the next: by how much the score moved, through what, and which reasons moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from crm_core.receipts import Receipt
from scoring.artefact import Artefact
from scoring.change import split_change
from scoring.reason_groups import group_of

PARTS_SHOWN = 4
LEAST_PART = 0.01  # log-odds; less is not worth a line
SAME = 1e-3  # a receipt whose number its model does not give again is not split
Models = Callable[[str], Artefact | None]


@dataclass(frozen=True)
class StepPart:
    """A group's part of a change: log-odds, above 0 raised the score; the reason's words after the change."""

    change: float
    reason: dict[str, Any]


@dataclass(frozen=True)
class StepSplit:
    """What a change of the probability came from; the three sum to it."""

    lead_data: float
    passing_time: float
    new_model: float


@dataclass(frozen=True)
class ScoreStep:
    """A change between two receipts. `is_other_model`: then the parts are those of two models and tell little.

    split: None where a model of the two cannot be had any more.
    """

    receipt: Receipt
    before: float
    now: float
    parts: list[StepPart]
    is_other_model: bool
    split: StepSplit | None


def score_steps(receipts: Sequence[Receipt], models: Models) -> list[ScoreStep]:
    """Changes between neighbours, newest first. Receipts keep the strongest reasons only: the parts are of those.

    models: the win model of a version.
    """
    own = [receipt for receipt in receipts if "win_probability" in receipt.scores]
    return [_step(now, before, models) for now, before in pairwise(own)]


def _step(now: Receipt, before: Receipt, models: Models) -> ScoreStep:
    reasons = {_group(reason): reason for reason in (*before.reasons, *now.reasons)}
    changes = {group: _part(now, group) - _part(before, group) for group in reasons}
    strongest = sorted(changes, key=lambda group: -abs(changes[group]))[:PARTS_SHOWN]
    return ScoreStep(
        receipt=now,
        before=float(before.scores["win_probability"]),
        now=float(now.scores["win_probability"]),
        parts=[StepPart(changes[name], reasons[name]) for name in strongest if abs(changes[name]) >= LEAST_PART],
        is_other_model=now.model_version != before.model_version,
        split=_split(now, before, models),
    )


def _split(now: Receipt, before: Receipt, models: Models) -> StepSplit | None:
    """The parts in log-odds, brought to probability by the slope between the two ends."""
    old, new = models(before.model_version), models(now.model_version)
    if old is None or new is None:
        return None
    change = split_change(old, new, before.features, now.features)
    told = ((change.p_before, before), (change.p_after, now))
    if any(abs(p - float(receipt.scores["win_probability"])) > SAME for p, receipt in told):
        return None
    run, rise = change.after - change.before, change.p_after - change.p_before
    slope = rise / run if abs(run) > 1e-9 else change.p_after * (1 - change.p_after)
    return StepSplit(change.lead_data * slope, change.passing_time * slope, change.new_model * slope)


def _part(receipt: Receipt, group: str) -> float:
    return sum(float(one["contribution"]) for one in receipt.reasons if _group(one) == group)


def _group(reason: dict[str, Any]) -> str:
    """The group of a reason; older receipts have one reason per feature."""
    return str(reason.get("group") or group_of(str(reason["feature"])))
