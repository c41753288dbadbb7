"""Which leads speak of a topic of the trade, window by window, by the words of the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from configs.sections import Diagnosis
from monitoring.diagnosis.ages import days_before
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.traits import Trait, yes_or_no


def spoken_traits(facts: CaseFacts, end: np.datetime64, days: int, rules: Diagnosis) -> list[Trait]:
    """One trait per topic, [windows + 1, leads]: yes, no, or no summary in that window."""
    told = facts.activities[(facts.activities["lead"] >= 0) & facts.activities["summary"].notna()]
    window = np.floor(days_before(end, told["occurred_at"]) / days)
    inside = (window >= 0) & (window <= rules.before_windows)
    told, window = told[inside], window[inside].astype(np.int64)
    return list(_traits(told, window, (rules.before_windows + 1, len(facts.funnel.leads)), rules)) if len(told) else []


def _traits(
    told: pd.DataFrame, window: np.ndarray[tuple[int], np.dtype[np.int64]], shape: tuple[int, int], rules: Diagnosis
) -> Iterator[Trait]:
    lead, text = told["lead"].to_numpy(), told["summary"].astype("category")
    is_known = np.zeros(shape, bool)
    is_known[window, lead] = True
    for name in type(rules.topics).model_fields:
        words = getattr(rules.topics, name)
        pattern = "|".join(re.escape(word) for word in (*words.zh, *words.en))
        of_text = text.cat.categories.to_series().str.contains(pattern, case=False, regex=True).to_numpy(bool)
        says = of_text[text.cat.codes.to_numpy()]
        is_yes = np.zeros(shape, bool)
        is_yes[window[says], lead[says]] = True
        yield yes_or_no(name, "topic", is_yes, is_known)
