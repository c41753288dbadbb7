"""The funnel's facts of some reps alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from crm_core.funnel import FunnelFacts


def facts_of_reps(facts: FunnelFacts, rep_ids: Collection[str]) -> FunnelFacts:
    """Facts of the leads of these reps; customers, changes and synchronisation stay: figures of leads need them."""
    is_own = facts.leads["rep_id"].isin(list(rep_ids)).to_numpy(bool)
    new_row = np.cumsum(is_own) - 1
    stays = facts.stays[is_own[facts.stays["lead"].to_numpy()]]
    return replace(
        facts,
        leads=facts.leads[is_own].reset_index(drop=True),
        stays=stays.assign(lead=new_row[stays["lead"].to_numpy()]).reset_index(drop=True),
        first_touch_at=facts.first_touch_at[is_own].reset_index(drop=True),
    )
