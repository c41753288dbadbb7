"""Stage events as stays: which lead stood where, from when until when."""

from __future__ import annotations

import numpy as np
import pandas as pd

from configs.sections import Funnel


def make_stays(leads: pd.DataFrame, events: pd.DataFrame, funnel: Funnel) -> pd.DataFrame:
    """One row per stay of a lead in a stage, by lead and moment.

    Parameters
    ----------
    leads: one row per lead in the index 0..n-1, with created_at.
    events: lead (row of `leads`), stage, entered_at, reason, recorded_at, change_seq; in any order.

    Returns
    -------
    lead, stage (place in the funnel), entered_at, left_at (NaT while it lasts), next_stage (-1 while it lasts), reason
    (of the move into the stage), from_stage (-1 for the first), is_implied.

    An event is placed by its own moment, however late it was told; of events of one moment the one further down counts
    as the later. An event of the stage the lead stands in already changes nothing. Every lead has seen the first stage:
    where no event says so, it stands there since its creation.
    """
    places = {stage.name: place for place, stage in enumerate(funnel.stages)}
    known = events.assign(stage=events["stage"].map(places)).dropna(subset=["stage"])
    known = known.assign(stage=known["stage"].astype(np.int64), is_implied=False)
    order = ["lead", "entered_at", "stage", "recorded_at", "change_seq"]
    known = known.sort_values(order, kind="stable", ignore_index=True)
    rows = pd.concat([_implied(leads, known), known], ignore_index=True)
    return _linked(rows.sort_values("lead", kind="stable", ignore_index=True))  # stable: the implied ones stay first


def _implied(leads: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Entries into the first stage that no event tells, at creation or, where events lie before it, at the first."""
    first = known.drop_duplicates("lead").set_index("lead").reindex(leads.index)
    lacks = first["stage"] != 0
    entered = first["entered_at"].where(first["entered_at"] < leads["created_at"], leads["created_at"])
    implied = pd.DataFrame({"lead": leads.index, "stage": 0, "entered_at": entered, "reason": None, "is_implied": True})
    return implied[lacks.to_numpy()]


def _linked(rows: pd.DataFrame) -> pd.DataFrame:
    lead, stage = rows["lead"].to_numpy(), rows["stage"].to_numpy()
    is_repeat = np.zeros(len(rows), bool)
    is_repeat[1:] = (lead[1:] == lead[:-1]) & (stage[1:] == stage[:-1])
    stays = rows.loc[~is_repeat, ["lead", "stage", "entered_at", "reason", "is_implied"]].reset_index(drop=True)
    of_lead = stays.groupby("lead", sort=False)
    stays["left_at"] = of_lead["entered_at"].shift(-1)
    stays["next_stage"] = of_lead["stage"].shift(-1, fill_value=-1)
    stays["from_stage"] = of_lead["stage"].shift(1, fill_value=-1)
    return stays
