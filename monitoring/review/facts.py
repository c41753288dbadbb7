"""What a review pack is made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from configs.settings import Settings
from crm_core.findings import Finding
from crm_core.funnel import FunnelFacts, Milestone, milestones, record_completeness
from crm_core.funnel.facts import naive
from monitoring.channel_quality import ChannelQuality
from monitoring.review.period import Period


@dataclass(frozen=True)
class ReviewFacts:
    """Facts of the CRM at one moment.

    Attributes
    ----------
    findings: of this period and the one before, and what people decided since, oldest first.
    money: currency units ordered per lead_id.
    channels: the channel quality matrix of the same moment.
    """

    funnel: FunnelFacts
    findings: list[Finding]
    channels: list[ChannelQuality]
    money: pd.Series[Any]
    settings: Settings

    @cached_property
    def milestones(self) -> list[Milestone]:
        """Both milestones, judged case by case."""
        return milestones(self.funnel, self.settings)

    @cached_property
    def records(self) -> pd.DataFrame:
        """How complete each lead's record is; see `record_completeness`."""
        return record_completeness(self.funnel, self.settings.playbook)

    @cached_property
    def created(self) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        """[leads] moment of creation, UTC without zone."""
        return np.asarray(self.funnel.leads["created_at"].to_numpy(), "datetime64[us]")

    def found_in(self, period: Period) -> list[Finding]:
        """The findings of a period."""
        return [one for one in self.findings if period.since < one.found_at <= period.until]


Bounds = tuple[np.datetime64, np.datetime64]


def bounds(period: Period) -> Bounds:
    """The period as the frames have moments."""
    return naive(period.since), naive(period.until)


def bounds_before(period: Period) -> Bounds:
    """The period before, likewise."""
    return naive(period.before_since), naive(period.before_until)
