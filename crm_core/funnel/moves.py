"""Moves between stages: which are in order by the configuration, and which break the process.

A move is a fact and is never refused; one that is not in order is told as a breach.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.sections import Funnel
from crm_core.funnel.facts import FunnelFacts


def move_kind(funnel: Funnel, source: str, target: str) -> str:
    """Kind of a move: forward, back, lost or reopened (from a lost stage to any other).

    Raises
    ------
    KeyError: the funnel has no such stage.
    """
    place = {stage.name: number for number, stage in enumerate(funnel.stages)}
    lost = set(funnel.names("lost"))
    if target in lost:
        return "lost"
    if source in lost:
        return "reopened"
    return "forward" if place[target] > place[source] else "back"


def broken_rule(funnel: Funnel, source: str, target: str, reason: str | None) -> str | None:
    """The rule that a move breaks; None where it is in order.

    not_allowed      `moves.only` names other stages to follow
    forbidden        the kind of move is never in order
    too_many_steps   further forward than `moves.max_steps_forward`
    lacks_reason     the kind of move needs a reason
    """
    moves, kind = funnel.moves, move_kind(funnel, source, target)
    names = [stage.name for stage in funnel.stages if stage.outcome != "lost"]
    if source in moves.only and target not in moves.only[source]:
        return "not_allowed"
    if kind in moves.forbidden:
        return "forbidden"
    if kind == "forward" and moves.max_steps_forward is not None:
        steps = names.index(target) - names.index(source)
        if steps > moves.max_steps_forward:
            return "too_many_steps"
    if kind in moves.needs_reason and not (reason or "").strip():
        return "lacks_reason"
    return None


def breaches(facts: FunnelFacts) -> pd.DataFrame:
    """Every move that is not in order, by moment: lead_id, rep_id, team, from_stage, to_stage, moved_at, kind, rule,
    reason. The entry into a lead's first stage is no move.
    """
    moved = facts.stays[facts.stays["from_stage"] >= 0]
    has_reason = moved["reason"].fillna("").astype(str).str.strip() != ""
    rules = _rule_table(facts.funnel)
    rule = rules[moved["from_stage"].to_numpy(), moved["stage"].to_numpy(), has_reason.to_numpy(int)]
    broken = moved.assign(rule=rule)[[one is not None for one in rule]].sort_values("entered_at", kind="stable")
    names = np.array([stage.name for stage in facts.funnel.stages], dtype=object)
    sources, targets = names[broken["from_stage"].to_numpy(int)], names[broken["stage"].to_numpy(int)]
    leads = facts.leads.loc[broken["lead"]]
    return pd.DataFrame(
        {
            **{name: leads[name].to_numpy() for name in ("lead_id", "rep_id", "team")},
            "from_stage": sources,
            "to_stage": targets,
            "moved_at": broken["entered_at"].to_numpy(),
            "kind": [move_kind(facts.funnel, *pair) for pair in zip(sources, targets, strict=True)],
            "rule": broken["rule"].to_numpy(),
            "reason": broken["reason"].to_numpy(),
        }
    )


def _rule_table(funnel: Funnel) -> npt.NDArray[np.object_]:
    """[from, to, has a reason] the rule that the move breaks, or None."""
    names = [stage.name for stage in funnel.stages]
    rules = np.full((len(names), len(names), 2), None, dtype=object)
    for source, target in permutations(range(len(names)), 2):
        pair = names[source], names[target]
        rules[source, target] = [broken_rule(funnel, *pair, reason) for reason in (None, "given")]
    return rules
