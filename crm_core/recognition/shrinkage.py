"""Mean of few ratings: drawn towards what everybody gets, with an interval.

The scores of one rep are draws from an unknown distribution over the scale; before any rating it is a Dirichlet process
around everybody's scores, worth `prior_ratings` ratings. Mean and variance of the mean follow in closed form (Ferguson,
"A Bayesian Analysis of Some Nonparametric Problems", Ann. Stat. 1973); the interval is normal, cut at the ends
of the scale. With a flat prior it is the rule of Evan Miller, "Ranking Items With Star Ratings" (2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Self

Scale = tuple[float, float]


@dataclass(frozen=True)
class Usual:
    """Everybody's scores: their mean and the mean of their squares."""

    mean: float
    mean_square: float

    @classmethod
    def of(cls, scores: Sequence[float], scale: Scale) -> Self:
        """Each end of the scale counts once more, so that the spread is never nought and no scores are no fault.

        >>> Usual.of([], (1, 5)).mean
        3.0
        """
        every = [*scores, *scale]
        return cls(sum(every) / len(every), sum(score**2 for score in every) / len(every))


@dataclass(frozen=True)
class Estimate:
    """What a rep's scores mean. `mean`: as they are; `shrunk`, within `low` to `high`: what to expect of the rep."""

    count: int
    mean: float
    shrunk: float
    low: float
    high: float


def estimate(scores: Sequence[float], usual: Usual, prior_ratings: float, credibility: float, scale: Scale) -> Estimate:
    """The mean of one or more `scores`, as if `prior_ratings` usual ones had come before.

    >>> found = estimate([5.0], Usual(4.0, 16.5), prior_ratings=9, credibility=0.9, scale=(1, 5))
    >>> round(found.shrunk, 2), round(found.low, 2), round(found.high, 2)
    (4.1, 3.74, 4.46)
    """
    weight = prior_ratings + len(scores)
    shrunk = (prior_ratings * usual.mean + sum(scores)) / weight
    square = (prior_ratings * usual.mean_square + sum(score**2 for score in scores)) / weight
    deviation = (max(square - shrunk**2, 0.0) / (weight + 1)) ** 0.5
    reach = NormalDist().inv_cdf((1 + credibility) / 2) * deviation
    low, high = max(shrunk - reach, scale[0]), min(shrunk + reach, scale[1])
    return Estimate(len(scores), sum(scores) / len(scores), shrunk, low, high)
