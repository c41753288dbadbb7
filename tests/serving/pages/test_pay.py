"""Commission and recognition: one's own, and what is there for everybody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from crm_core.commission.run import run_commission
from crm_core.events import upsert_rows
from tests.serving.fakes import NOW
from tests.serving.pages.conftest import Pages, words_of
from tests.serving.pages.firm import LEARNT_AT, ago

pytestmark = pytest.mark.slow


def test_an_analyst_sees_nothing_of_pay(pages: Pages) -> None:
    assert pages.status("/commission", "analyst") == 403
    assert 'href="/commission"' not in pages.get("/today", "analyst")
    assert "commission.yaml" not in pages.get("/settings", "analyst")
    assert "commission.yaml" in pages.get("/settings", "manager")


@pytest.mark.parametrize("path", ["/commission", "/recognition"])
def test_a_rep_asks_for_another_rep_in_vain(pages: Pages, path: str) -> None:
    assert pages.status(f"{path}?rep=r1", "rep") == 200
    assert pages.status(f"{path}?rep=r2", "rep") == 404
    assert pages.status(f"{path}?rep=r2", "manager") == 404
    assert pages.status(f"{path}?rep=r3", "manager") == 200
    assert pages.status(f"{path}?rep=r2", "admin") == 200


def test_a_month_shows_progress_and_what_is_open(pages: Pages) -> None:
    words = words_of(pages.get("/commission", "rep"))
    assert "Commission · Li Na" in words
    assert "How far 2026-06 is" in words
    assert "at 8%" in words
    assert "Nothing is booked for 2026-06 yet" in words
    assert pages.status("/commission?period=2026-13", "rep") == 422
    assert pages.status("/commission?period=now", "rep") == 422


def test_entries_are_told_newest_first(pages: Pages) -> None:
    desk = pages.service.runtime.pages
    assert desk is not None
    paid = [
        {
            "payment_id": f"P{days}",
            "order_id": "O1",
            "paid_at": ago(days=days),
            "amount": "100.00",
            "status": "confirmed",
        }
        for days in (9, 3, 6)
    ]
    _, faults = upsert_rows(pages.engine, "payments", paid, desk.settings, LEARNT_AT)
    assert not faults
    run_commission(pages.engine, desk.settings, NOW)
    period = (NOW - timedelta(days=3)).strftime("%Y-%m")
    table = pages.get(f"/commission?period={period}", "rep").split('aria-labelledby="entries"')[-1]
    days = re.findall(r'<td class="nowrap" data-label="When">([^<]+)</td>', table)
    assert len(days) == len(paid)
    assert days == sorted(days, reverse=True)


def test_recognition_is_there_for_everybody_and_says_what_is_missing(pages: Pages) -> None:
    for role in ("rep", "manager", "analyst", "admin"):
        words = words_of(pages.get("/recognition", role))
        assert "Nobody is on the wall yet" in words
        assert "0 points" in words
