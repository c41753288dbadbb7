"""Do they wait longer: how long the leads that moved on had stood in the stage, now and before, channel by channel.

Fewer exits have two reasons. In a queue everybody waits, so who moves on does so later than before. Where leads are
refused, or nobody hears of them any more, those that do move on are as quick as ever. So a shortage is told from lost
interest by the ones who made it, not by the pile.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_core.funnel.figures import DAY, is_forward
from monitoring.diagnosis.ages import days_before
from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.look import Look, ramp
from monitoring.diagnosis.traits import Trait
from monitoring.texts import Text

FEWEST = 10
LONGER = (log(1.25), log(1.05))  # times as long, as a logarithm, that count in full and from which they count
SURE = (4.0, 1.5)  # standard errors, likewise
HOUR = 1 / 24
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def look_at_waits(facts: CaseFacts, cases: Cases, traits: Sequence[Trait], apart: Sequence[Bools]) -> Look:
    """How much longer those that moved on had stood there; `apart`: [leads] groups left out in turn (pace.py)."""
    stays = facts.funnel.stays
    gone = stays[(stays["stage"] == cases.place).to_numpy() & is_forward(facts.funnel)]
    age = days_before(cases.end, gone["left_at"]) / cases.days
    now, before = (age >= 0) & (age < 1), (age >= 1) & (age < 1 + cases.windows)
    lead = gone["lead"].to_numpy()
    days = (gone["left_at"] - gone["entered_at"]).to_numpy() / DAY
    rest = _against_channel(np.log(days + HOUR), before, _channel(traits, len(facts.funnel.leads))[lead])
    kept = [np.ones(len(gone), bool), *(~mask[lead] for mask in apart)]
    found = [shift for mask in kept if (shift := _shift(rest, now & mask, before & mask))]
    if not found:
        return Look("waits", 0.0)
    times = exp(found[0][0])
    figures: dict[str, Any] = {
        "times_as_long": times, "median_days_now": float(np.median(days[now])),
        "median_days_before": float(np.median(days[before])), "moved_on_now": int(now.sum()),
        "surely_not": _surely_not(*found[0]),
    }  # fmt: skip
    text = Text(
        f"Those that moved on had stood there {times:.1f} times as long as before.",
        f"已推进线索的停留时长为此前的{times:.1f}倍。",
    )
    return Look("waits", min(_longer(*shift) for shift in found), figures, text)


def _channel(traits: Sequence[Trait], count: int) -> npt.NDArray[np.int64]:
    return next((trait.codes for trait in traits if trait.name == "channel"), np.zeros(count, np.int64))


def _against_channel(values: Floats, before: Bools, channel: npt.NDArray[np.int64]) -> Floats:
    """Values less the former mean of their channel, or of all where the channel is new."""
    usual = pd.Series(values[before]).groupby(channel[before]).mean()
    of_all = values[before].mean() if before.any() else np.nan
    return np.asarray(values - pd.Series(channel).map(usual).fillna(of_all).to_numpy(float), np.float64)


def _longer(shift: float, spread: float) -> float:
    return ramp(shift, *LONGER) * ramp(shift / spread, *SURE)


def _surely_not(shift: float, spread: float) -> float:
    """0..1: how surely the shift is less than what counts in full."""
    return ramp((LONGER[0] - shift) / spread, *SURE)


def _shift(rest: Floats, now: Bools, before: Bools) -> tuple[float, float] | None:
    """Shift of the mean and its standard error; None where there are too few to compare."""
    if min(now.sum(), before.sum()) < FEWEST:
        return None
    spread = sqrt(rest[now].var() / now.sum() + rest[before].var() / before.sum())
    return float(rest[now].mean() - rest[before].mean()), max(spread, 1e-6)
