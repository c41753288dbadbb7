"""Known values of mission C1 and C2, and in which month what is booked."""

from __future__ import annotations

from tests.crm_core.commission.conftest import DAY, START, Company

FEBRUARY = START - 5 * DAY


def visit(company: Company, count: int, is_effective: bool | None = True, name: str = "V") -> None:
    shared = {"occurred_at": FEBRUARY.isoformat(), "kind": "visit", "rep_id": "A", "is_effective": is_effective}
    company.tell("activities", *({"activity_id": f"{name}{place}", **shared} for place in range(count)))


def test_rates_rise_above_target_and_the_kpi_weighs_receipts_and_visits(company: Company) -> None:
    company.order("O1", "9000000.00")
    company.pay("P1", "O1", "2500000.00", at=FEBRUARY)
    visit(company, 12)
    visit(company, 9, is_effective=False, name="W")
    visit(company, 9, is_effective=None, name="X")
    company.run()
    assert company.owed() == {
        ("A", "order_rate"): 20_000_000,
        ("A", "progressive"): 500_000,  # 1 % of the 500,000.00 above the target of 2,000,000.00
        ("A", "kpi"): 235_000,  # 0.7 x 1.25 + 0.3 x 1 = 1.175, times 2,000.00
    }
    _, progressive, kpi = company.entries(period="2024-02")
    assert progressive.en == (
        "2,500,000.00 CNY received, target 2,000,000.00: 1 % of the 500,000.00 above 2,000,000.00 -> 5,000.00"
    )
    assert kpi.en == (
        "score 1.1750 = 0.7 x 2,500,000.00 / 2,000,000.00 received + 0.3 x 12 / 12 visits (each at most 1.5); "
        "1.1750 x 2,000.00 -> 2,350.00"
    )
    assert "综合得分 1.1750" in kpi.zh


def test_what_a_closed_month_lacks_is_booked_as_a_difference_in_the_next(company: Company) -> None:
    company.order("O1", "9000000.00")
    company.pay("P1", "O1", "2500000.00", at=FEBRUARY)
    visit(company, 12)
    company.run()
    settled = company.entries(period="2024-02")
    company.pay("P2", "O1", "1000000.00", at=FEBRUARY + DAY)
    company.run()
    assert company.entries(period="2024-02") == settled
    booked = [(entry.rule, entry.earned_month, entry.amount_cents) for entry in company.entries()]
    assert booked == [
        ("order_rate", "2024-02", 8_000_000),
        ("progressive", "2024-02", 1_500_000),  # 1 % of 1,000,000 and 2 % of 500,000, less the 5,000.00 before
        ("kpi", "2024-02", 35_000),  # at most 1.5 times the target: score 1.35
    ]
    company.pay("P2", "O1", "1000000.00", "reversed", at=FEBRUARY + DAY)
    company.pay("P1", "O1", "2500000.00", "reversed", at=FEBRUARY)
    company.run()
    assert company.owed() == {}
    assert company.check().is_sound


def test_the_month_under_way_has_no_bonus_yet(sqlite_company: Company) -> None:
    company = sqlite_company
    company.order("O1", "9000000.00")
    company.pay("P1", "O1", "2500000.00")
    company.run()
    assert company.owed() == {("A", "order_rate"): 20_000_000}
    company.now += 31 * DAY
    assert company.run().journals == {"bonus": 2}
    assert company.entries(period="2024-03")[-1].rule == "kpi"
