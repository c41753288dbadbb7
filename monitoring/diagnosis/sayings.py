"""What they say: words of the stuck leads' call summaries against those of the others, and topics of the trade.

Log-odds with an informative Dirichlet prior (B. Monroe, M. Colaresi and K. Quinn, "Fightin' Words", Political Analysis
16, 2008, equations 15, 16, 22): with y a word's count on a side, n the side's total, a the word's prior count, A all,

    delta = ln((y1 + a) / (n1 + A - y1 - a)) - ln((y2 + a) / (n2 + A - y2 - a)),  var = 1 / (y1 + a) + 1 / (y2 + a)

The prior is the word's share in both sides together. A word counts once per lead, so a talkative lead weighs no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np
import pandas as pd

from configs.sections import Diagnosis
from monitoring.diagnosis.ages import days_before
from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.explained import Explained
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.look import ramp
from monitoring.diagnosis.stuck import Sides
from monitoring.diagnosis.traits import UNTOLD, Trait
from monitoring.diagnosis.words import Words

SURE_Z = 3.0
TRADE_Z = 1.64  # a word of the trade is one of a few that were asked for, any other one of thousands
FULL_LOG_ODDS = 1.2
MONEY = "affordability"  # the topic of what a price stops


@dataclass(frozen=True)
class KeyWord:
    """A word that the stuck say more often: leads that say it, log-odds and its z."""

    word: str
    stuck: int
    others: int
    log_odds: float
    z: float

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return dict(vars(self))


@dataclass(frozen=True)
class Topic:
    """Share of the leads with summaries that speak of a topic: the stuck, the others, and the stuck of before.

    `strength`: two of three agree: the stuck speak of it more than the others do; more than the stuck of before; those
    who speak of it make up the anomaly (`explained`), or, of money, one segment does: a price that rose is everybody's
    talk, and stops those who cannot pay it.
    """

    name: str
    stuck: float
    others: float
    before: float | None
    explained: float
    strength: float

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return dict(vars(self))


@dataclass(frozen=True)
class Sayings:
    """Key words, those of the trade first by how many say them, the others surest first; and topics by name. Empty
    where nobody wrote summaries.
    """

    words: list[KeyWord]
    topics: dict[str, Topic]
    summaries: int

    def strength(self, topic: str) -> float:
        """How strongly the stuck speak of a topic, in 0..1."""
        return self.topics[topic].strength if topic in self.topics else 0.0


def sayings(
    facts: CaseFacts, cases: Cases, of: Sides, spoken: Sequence[Trait], explained: Sequence[Explained],
    rules: Diagnosis,
) -> Sayings:  # fmt: skip
    """Key words and topics of the current window's summaries; `spoken`: who spoke of each topic, by window."""
    told = facts.activities[(facts.activities["lead"] >= 0) & facts.activities["summary"].notna()]
    age = days_before(cases.end, told["occurred_at"]) / cases.days
    lead, now = told["lead"].to_numpy(), (age >= 0) & (age < 1)
    stuck, others = (_newest(told[now & side[lead]], rules.summaries) for side in (of.stuck, of.others))
    if stuck.empty or others.empty:
        return Sayings([], {}, 0)
    strengths = {one.trait.name: one.strength for one in explained if one.trait.kind == "topic"}
    segment = max((one.strength for one in explained if one.trait.kind == "segment"), default=0.0)
    topics = {
        trait.name: _topic(trait, of, strengths.get(trait.name, 0.0), segment if trait.name == MONEY else 0.0)
        for trait in spoken
    }
    return Sayings(_key_words(stuck, others, rules), topics, len(stuck))


def _newest(told: pd.DataFrame, limit: int) -> pd.DataFrame:
    return told.sort_values("occurred_at", kind="stable").tail(limit)


def _key_words(stuck: pd.DataFrame, others: pd.DataFrame, rules: Diagnosis) -> list[KeyWord]:
    words = Words(rules)
    one, two = _count(stuck, words), _count(others, words)
    scale = rules.prior_words / max(one.total() + two.total(), 1)
    found = [_judged(word, one, two, scale, rules.prior_words) for word in one]
    kept = [word for word in found if word.z >= (TRADE_Z if word.word in words.of_trade else SURE_Z)]
    trade = sorted((word for word in kept if word.word in words.of_trade), key=lambda word: (-word.stuck, word.word))
    other = sorted((word for word in kept if word.word not in words.of_trade), key=lambda word: (-word.z, word.word))
    return [*trade, *other][: rules.max_words]


def _count(told: pd.DataFrame, words: Words) -> Counter[str]:
    by_text = {text: words.of(text) for text in told["summary"].unique()}
    by_lead: dict[int, set[str]] = {}
    for lead, text in zip(told["lead"], told["summary"], strict=True):
        by_lead.setdefault(lead, set()).update(by_text[text])
    return Counter(word for said in by_lead.values() for word in said)


def _judged(word: str, one: Counter[str], two: Counter[str], scale: float, prior: float) -> KeyWord:
    y1, y2 = one[word], two[word]
    a = (y1 + y2) * scale
    delta = _log_odds(y1, one.total(), a, prior) - _log_odds(y2, two.total(), a, prior)
    return KeyWord(word, y1, y2, delta, delta / sqrt(1 / (y1 + a) + 1 / (y2 + a)))


def _log_odds(count: int, total: int, a: float, prior: float) -> float:
    return log((count + a) / (total + prior - count - a))


def _topic(trait: Trait, of: Sides, explained: float, segment: float) -> Topic:
    now, before = trait.codes[0], trait.codes[1:]
    k1, n1 = _counts(now[of.stuck])
    k2, n2 = _counts(now[of.others])
    k0, n0 = _counts(
        np.where((before != trait.labels.index(UNTOLD)).any(axis=0), (before != 0).all(axis=0), 2)[of.before]
    )
    than_others, news = _contrast(k1, n1, k2, n2), _contrast(k1, n1, k0, n0) if n0 >= 10 else 1.0
    strength = max(than_others * max(news, explained), (news if n0 >= 10 else 0.0) * max(explained, segment))
    return Topic(trait.name, k1 / max(n1, 1), k2 / max(n2, 1), k0 / n0 if n0 else None, explained, strength)


def _counts(codes: np.ndarray[Any, Any]) -> tuple[int, int]:
    """Leads that speak of it (0), and all of whom there are summaries (not 2)."""
    return int((codes == 0).sum()), int((codes != 2).sum())


def _contrast(k1: int, n1: int, k2: int, n2: int) -> float:
    """0..1: how clearly the first share is the larger; Haldane's half is added to every cell."""
    delta = log((k1 + 0.5) / (n1 - k1 + 0.5)) - log((k2 + 0.5) / (n2 - k2 + 0.5))
    spread = sqrt(sum(1 / (cell + 0.5) for cell in (k1, n1 - k1, k2, n2 - k2)))
    return ramp(delta, FULL_LOG_ODDS) * ramp(delta / spread, SURE_Z, 1.0)
