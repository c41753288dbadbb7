"""Whether a figure is out of the ordinary, or what chance and the usual ups and downs bring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy import stats

CONFIDENCE = 0.95
SURE_RISE = 0.001  # level at which a history counts as rising
FEWEST_BLOCKS = 6  # stretches of history from which the usual ups and downs can be judged
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def wilson(hits: int, rows: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (J. Am. Stat. Assoc. 22, 1927); the whole of 0..1 where there are no rows.

    >>> low, high = wilson(12, 100)
    >>> round(low, 3), round(high, 3)
    (0.07, 0.198)
    """
    if rows == 0:
        return 0.0, 1.0
    z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    share = hits / rows
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows)) / (1 + z * z / rows)
    return max(0.0, middle - half), min(1.0, middle + half)


def high_count_p(count: float, usual: Floats) -> float:
    """One-sided p-value that a count as high belongs to those of the history; 1 with too little history.

    The counts vary more than Poisson's where days differ; their dispersion, at least Poisson's, is estimated from the
    history, and its uncertainty carried by Student's t.
    """
    if len(usual) < FEWEST_BLOCKS:
        return 1.0
    mean = max(float(usual.mean()), 1.0)
    dispersion = max(1.0, float(usual.var(ddof=1)) / mean)
    z = (count - mean) / sqrt(dispersion * mean * (1 + 1 / len(usual)))
    return float(stats.t.sf(z, len(usual) - 1))


def trend_count_p(count: float, usual: Floats, ahead: int) -> float:
    """One-sided p-value that a count as high lies on the rise of the history; 0 where the history does not surely rise.

    `usual` is the newest first, in equal steps, its first `ahead` steps before the count. The logarithms are a straight
    line by least squares; the interval is that of a new observation (Draper & Smith, Applied Regression Analysis, 3.1),
    with the dispersion about the line, at least Poisson's.

    >>> grown = 100 * 1.05 ** -np.arange(20.0)
    >>> round(trend_count_p(128, grown, 5), 2), trend_count_p(190, grown, 5) < 0.001, trend_count_p(128, grown[::-1], 5)
    (0.5, True, 0.0)
    """
    if len(usual) < FEWEST_BLOCKS:
        return 0.0
    steps = -np.arange(len(usual), dtype=float)
    line = stats.linregress(steps, np.log(usual + 0.5))
    rest = len(usual) - 2
    if line.slope <= 0 or stats.t.sf(line.slope / max(line.stderr, 1e-12), rest) > SURE_RISE:
        return 0.0
    fitted, expected = (np.exp(line.intercept + line.slope * at) for at in (steps, float(ahead)))
    dispersion = max(1.0, float(((usual + 0.5 - fitted) ** 2 / fitted).sum()) / rest)
    distance = (ahead - steps.mean()) ** 2 / ((steps - steps.mean()) ** 2).sum()
    z = (count - expected) / sqrt(dispersion * expected * (1 + 1 / len(usual) + distance))
    return float(stats.t.sf(z, rest))


def higher_count_p(count: int, before: int) -> float:
    """One-sided p-value that a count is of the same Poisson mean as one before; for want of a history.

    Conditional binomial test (J. Przyborowski, H. Wilenski, Biometrika 31, 1940).

    >>> round(higher_count_p(60, 30), 4)
    0.001
    """
    return float(stats.binom.sf(count - 1, count + before, 0.5))


@dataclass(frozen=True)
class UsualShare:
    """Share in the history, its rows, and how much stretches of it differ beyond chance (1: not at all)."""

    share: float
    rows: int
    dispersion: float
    blocks: int


def usual_share(hits: Counts, rows: Counts, fewest: int = FEWEST_BLOCKS) -> UsualShare | None:
    """From hits and rows of stretches of history; None where there are fewer than `fewest`.

    Dispersion: Pearson's chi-square over its degrees of freedom (McCullagh & Nelder, Generalized Linear Models, 4.5).
    """
    hits, rows = hits[rows > 0], rows[rows > 0]
    if len(rows) < fewest:
        return None
    share = float(hits.sum() / rows.sum())
    variance = rows * share * (1 - share)
    chi_square = float(((hits - rows * share) ** 2 / variance).sum()) if 0 < share < 1 else 0.0
    return UsualShare(share, int(rows.sum()), max(1.0, chi_square / (len(rows) - 1)), len(rows))


def moderated(usual: UsualShare, pooled: float, weight: int) -> UsualShare:
    """The same with its dispersion drawn towards that of like shares, which counts as `weight` further stretches.

    (d0 s0 + d s) / (d0 + d) with d0 + d degrees of freedom (G. Smyth, Stat. Appl. Genet. Mol. Biol. 3, 2004, section
    3): few stretches say little of how much they differ, but the shares of one funnel differ alike.

    >>> moderated(UsualShare(0.4, 900, 1.0, 4), 2.0, 5)
    UsualShare(share=0.4, rows=900, dispersion=1.625, blocks=9)
    """
    free = usual.blocks - 1
    dispersion = (weight * max(1.0, pooled) + free * usual.dispersion) / (weight + free)
    return replace(usual, dispersion=dispersion, blocks=usual.blocks + weight)


def low_share_p(hits: int, rows: int, usual: UsualShare) -> float:
    """One-sided p-value that a share as low belongs to the history."""
    spread = max(usual.share * (1 - usual.share), 1 / usual.rows)
    z = (hits / rows - usual.share) / sqrt(usual.dispersion * spread * (1 / rows + 1 / usual.rows))
    return float(stats.t.cdf(z, usual.blocks - 1))


def below_line_p(hits: int, rows: int, line: float) -> float:
    """One-sided binomial p-value that the true share is at least the line.

    >>> round(below_line_p(40, 60, 0.9), 6)
    1e-06
    """
    return float(stats.binom.cdf(hits, rows, line))


def above_line_p(hits: int, rows: int, line: float) -> float:
    """One-sided binomial p-value that the true share is at most the line."""
    return float(stats.binom.sf(hits - 1, rows, line))
