"""Eight writers at once pay once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from crm_core.commission.run import run_commission
from tests.crm_core.commission.conftest import Company

pytestmark = pytest.mark.slow


def test_eight_writers_at_once_pay_once(company: Company) -> None:
    for number in range(3):
        company.order(f"O{number}", "100.00", customer=f"C{number}")
        company.pay(f"P{number}", f"O{number}", "100.00")
    start = Barrier(8)

    def pay(_: int) -> int:
        start.wait()
        return sum(run_commission(company.engine, company.settings, company.now).journals.values())

    with ThreadPoolExecutor(8) as pool:
        booked = sorted(pool.map(pay, range(8)))
    assert booked == [0] * 7 + [3]
    assert company.owed() == {("A", "order_rate"): 3 * 800}
    assert company.check().is_sound
