"""Whether the win model can be relied on this week, in a sentence and the grounds for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from serving.champion import Champion

FRESH = timedelta(days=7)
TIMELY = frozenset({"age", "new_outcomes"})  # rules that ask for a training without a doubt about the scores
Verdict = Literal["yes", "unconfirmed", "care", "unchecked"]


@dataclass(frozen=True)
class Trust:
    """verdict: yes (outcomes agree), unconfirmed (nothing speaks against it, no outcome yet), care (something does),
    unchecked (nothing has been monitored for a week).

    off: mean distance of a probability from what came true in the test, 0 to 1; lift: of the best tenth there.
    scores, known: those given so far, and those old enough to be compared with their outcome. doubts: in both
    languages. checked_at: of the monitoring; None where there was none.
    """

    verdict: Verdict
    off: float | None
    lift: float | None
    scores: int
    known: int
    doubts: list[Mapping[str, Any]]
    checked_at: datetime | None


def trust_in(champion: Champion | None, monitor: Mapping[str, Any], now: datetime) -> Trust | None:
    """None without a model. monitor: what `monitor.json` holds, empty where there is none."""
    if champion is None:
        return None
    measured, retrain = champion.artefact.metrics, monitor.get("retrain") or {}
    overall = (monitor.get("live") or {}).get("overall") or {}
    known = int(overall.get("known") or 0) if overall.get("realised") else 0
    speaking = [one for kind in ("reasons", "held_back") for one in retrain.get(kind) or []]
    doubts = [one for one in speaking if one.get("rule") not in TIMELY]
    checked_at = datetime.fromisoformat(monitor["as_of"]) if monitor.get("as_of") else None
    return Trust(
        _verdict(doubts, known, is_fresh=checked_at is not None and now - checked_at <= FRESH),
        measured.get("ece"), measured.get("lift_at_10"), int(overall.get("scores") or 0), known, doubts, checked_at,
    )  # fmt: skip


def _verdict(doubts: list[Mapping[str, Any]], known: int, is_fresh: bool) -> Verdict:
    if not is_fresh:
        return "unchecked"
    if doubts:
        return "care"
    return "yes" if known else "unconfirmed"
