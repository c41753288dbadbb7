"""From one receipt to the next: by how much the score moved, and which features moved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from crm_core.receipts import Receipt
from scoring.reason_groups import group_of

PARTS_SHOWN = 4
LEAST_PART = 0.01  # log-odds; less is not worth a line


@dataclass(frozen=True)
class StepPart:
    """A group's part of a change: log-odds, above 0 raised the score; the reason's words after the change."""

    change: float
    reason: dict[str, Any]


@dataclass(frozen=True)
class ScoreStep:
    """A change between two receipts. `is_other_model`: then the parts are those of two models and tell little."""

    receipt: Receipt
    before: float
    now: float
    parts: list[StepPart]
    is_other_model: bool


def score_steps(receipts: Sequence[Receipt]) -> list[ScoreStep]:
    """Changes between neighbours, newest first. Receipts keep the strongest reasons only: the parts are of those."""
    own = [receipt for receipt in receipts if "win_probability" in receipt.scores]
    return [_step(now, before) for now, before in pairwise(own)]


def _step(now: Receipt, before: Receipt) -> ScoreStep:
    reasons = {_group(reason): reason for reason in (*before.reasons, *now.reasons)}
    changes = {group: _part(now, group) - _part(before, group) for group in reasons}
    strongest = sorted(changes, key=lambda group: -abs(changes[group]))[:PARTS_SHOWN]
    return ScoreStep(
        receipt=now,
        before=float(before.scores["win_probability"]),
        now=float(now.scores["win_probability"]),
        parts=[StepPart(changes[name], reasons[name]) for name in strongest if abs(changes[name]) >= LEAST_PART],
        is_other_model=now.model_version != before.model_version,
    )


def _part(receipt: Receipt, group: str) -> float:
    return sum(float(one["contribution"]) for one in receipt.reasons if _group(one) == group)


def _group(reason: dict[str, Any]) -> str:
    """The group of a reason; older receipts have one reason per feature."""
    return str(reason.get("group") or group_of(str(reason["feature"])))
