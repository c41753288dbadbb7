from __future__ import annotations

import numpy as np
import pytest

from monitoring.shrunk_shares import shrunk_shares


def test_two_lucky_leads_are_drawn_towards_the_mean() -> None:
    tiny, big = shrunk_shares(np.array([2, 200]), np.array([2, 1000]))
    assert tiny.shrunk < 0.8
    assert big.shrunk == pytest.approx(0.2, abs=0.01)
    assert tiny.interval.high - tiny.interval.low > big.interval.high - big.interval.low
