"""Exact arithmetic in cents: every rounding of the ledger is one of these two."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, pairwise

WHOLE_BP = 10_000  # basis points of the whole
_CENT = Decimal(1)


def rounded(exact_cents: Decimal) -> int:
    """To the nearest cent, a half away from zero.

    >>> rounded(Decimal("0.08") * 1250), rounded(Decimal("12.5")), rounded(Decimal("12.4"))
    (100, 13, 12)
    """
    return int(exact_cents.quantize(_CENT, ROUND_HALF_UP))


def split(cents: int, shares_bp: Sequence[int]) -> list[int]:
    """An amount by shares that add up to 10,000 basis points; the parts add up to the amount.

    Each part is the difference of two rounded running shares, so that it is within a cent of its exact share.

    >>> split(100, [3333, 3333, 3334]), split(1, [5000, 5000])
    ([33, 34, 33], [1, 0])
    """
    if len(shares_bp) == 1:
        return [cents]
    bounds = [rounded(Decimal(cents * running) / WHOLE_BP) for running in accumulate(shares_bp, initial=0)]
    return [upper - lower for lower, upper in pairwise(bounds)]


def cents_of(money: Decimal) -> int:
    """An amount of the configuration, which has at most two decimal places, in cents."""
    return int(money * 100)
