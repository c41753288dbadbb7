"""What changed in the funnel within the last day, beside the day before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_core.funnel import FunnelFacts
from crm_core.funnel.figures import DAY, is_forward, lost_places


@dataclass(frozen=True)
class DayCounts:
    """Counts of 24 hours."""

    created: int
    moved_on: int
    won: int
    lost: int
    won_cents: int


def day_counts(facts: FunnelFacts, days_before: int = 0) -> DayCounts:
    """Counts of the 24 hours that ended so many days before the facts' moment. Won: the first stage that wins a lead;
    its money is what was expected of the lead.
    """
    until = facts.now - days_before * DAY
    since, stays = until - DAY, facts.stays
    entered = stays["entered_at"].to_numpy()
    is_in = (entered > since) & (entered <= until)
    created = facts.leads["created_at"].to_numpy()
    is_won = is_in & _first_win(facts)
    amounts = facts.leads["expected_amount_cents"].fillna(0).to_numpy(float)
    left = stays["left_at"].to_numpy()
    return DayCounts(
        created=int(((created > since) & (created <= until)).sum()),
        moved_on=int((is_forward(facts) & (left > since) & (left <= until)).sum()),
        won=int(is_won.sum()),
        lost=int((is_in & stays["stage"].isin(lost_places(facts)).to_numpy(bool)).sum()),
        won_cents=int(amounts[stays["lead"].to_numpy()[is_won]].sum()),
    )


def _first_win(facts: FunnelFacts) -> npt.NDArray[np.bool_]:
    """[stays] whether the lead comes to a winning stage from one that is not."""
    winning = [place for place, stage in enumerate(facts.funnel.stages) if stage.outcome == "won"]
    stays = facts.stays
    return (stays["stage"].isin(winning) & ~stays["from_stage"].isin(winning)).to_numpy(bool)
