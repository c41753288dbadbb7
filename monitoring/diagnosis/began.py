"""When each rep began: as the table of reps has it, else by the first sign of them in the records."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crm_core.funnel.figures import DAY
from monitoring.diagnosis.facts import CaseFacts


def began_on(facts: CaseFacts, new_days: int) -> pd.Series[Any]:
    """Per rep_id its first day: `hired_on`, else the first activity, else the first lead.

    A lead may have been handed over, so its creation is a sign only where a rep has no activities. A first sign within
    `new_days` of the data's beginning says nothing, for whoever was there before shows up then too: such a rep counts
    as one of old.
    """
    first = _first(facts.activities, "occurred_at").combine_first(_first(facts.funnel.leads, "created_at"))
    begin = facts.funnel.leads["created_at"].min()
    first = first.mask(first < begin + new_days * DAY, begin - new_days * DAY)
    return facts.reps["hired_on"].astype("datetime64[us]").combine_first(first.astype("datetime64[us]"))


def _first(rows: pd.DataFrame, moment: str) -> pd.Series[Any]:
    known = rows[rows["rep_id"].notna().to_numpy()]
    return pd.to_datetime(known[moment]).groupby(known["rep_id"].astype(str)).min()
