"""OCA/commission issue 555, "credit note pays positive commission": a refund must never add to what is owed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.crm_core.commission.conftest import START, Company


@pytest.mark.parametrize("amount", ["-100.00", "100.00"])
def test_oca_555_a_credit_note_never_pays_positive_commission(company: Company, amount: str) -> None:
    """Whichever sign the export gives the refund, it takes back what the credited order earned, and no more."""
    company.order("O1", "100.00")
    company.pay("P1", "O1", "100.00")
    company.run()
    assert company.owed() == {("A", "order_rate"): 800}
    company.order("N1", "-100.00", day=1)
    company.pay("PN", "N1", amount, at=START + timedelta(seconds=9))
    company.run()
    assert company.owed() == {}
    assert [(entry.kind, entry.amount_cents) for entry in company.entries()] == [("payment", 800), ("reversal", -800)]
    assert company.check().is_sound


def test_oca_555_a_credit_note_for_nothing_paid_earns_nothing(sqlite_company: Company) -> None:
    company = sqlite_company
    company.order("O1", "100.00")
    company.order("N1", "-100.00", day=1)
    company.pay("PN", "N1", "-100.00")
    company.run()
    assert company.entries() == []
    company.order("O2", "100.00", day=2)  # the note has no number: this is the second order
    company.pay("P2", "O2", "100.00", at=START + timedelta(seconds=9))
    company.run()
    assert company.owed() == {("A", "order_rate"): 600}


def test_oca_555_a_cancelled_order_gives_everything_back(company: Company) -> None:
    """The export turns the order's own amount negative."""
    company.order("O1", "100.00")
    company.order("O2", "100.00", day=1)
    company.pay("P1", "O1", "60.00")
    company.pay("P2", "O2", "100.00", at=START + timedelta(seconds=1))
    company.run()
    assert company.owed() == {("A", "order_rate"): 480 + 600}
    company.order("O1", "-100.00")
    company.run()
    assert company.owed() == {("A", "order_rate"): 800}  # and the second order moves up
    company.order("O1", "100.00")
    company.run()
    assert company.owed() == {("A", "order_rate"): 480 + 600}
    assert company.check().is_sound
