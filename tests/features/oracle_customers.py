"""Features of customers by brute force."""

from __future__ import annotations

import math
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise

from tests.features.fake_crm import FakeCrm
from tests.features.oracle_records import DAY, Records, Row, Value, days, mean, moment_of, seconds


class Customers(Records):
    """Figures of one customer at a moment."""

    def __init__(self, crm: FakeCrm) -> None:
        super().__init__(crm)
        self._means = lru_cache(maxsize=None)(self._mean_money)

    def customer(self, customer_id: str, as_of: datetime) -> dict[str, Value]:
        orders = self.rows("orders", "customer_id", customer_id, as_of)
        bought = sorted(
            (row for row in orders if row["amount_cents"] > 0),
            key=lambda row: (row["ordered_at"], row["recorded_at"], row["change_seq"]),
        )
        record = self.record("customer", customer_id, as_of)
        return {
            **self.rfm(customer_id, as_of),
            **self._tier(customer_id, as_of),
            **self._basket(orders, bought, as_of),
            **self._rhythm(bought, as_of),
            **self._payments(bought, as_of),
            **self._receivables(customer_id, as_of),
            **self._ratings(customer_id, as_of),
            **self._contacts(customer_id, as_of),
            **self._customer_profile(record, as_of),
            **self._attributes("customer", record, as_of),
        }

    def _age(self, row: Row, as_of: datetime) -> int:
        return seconds(as_of) - seconds(row["ordered_at"])

    def rfm(self, customer_id: str, as_of: datetime) -> dict[str, Value]:
        orders = self.rows("orders", "customer_id", customer_id, as_of)
        bought = [row for row in orders if row["amount_cents"] > 0]
        year = [row for row in orders if self._age(row, as_of) < 365 * DAY]
        return {
            "recency_days": min(self._age(row, as_of) for row in bought) / DAY if bought else None,
            "frequency_365d": float(sum(row["amount_cents"] > 0 for row in year)),
            "monetary_cents_365d": float(sum(row["amount_cents"] for row in year)),
        }

    def _mean_money(self, as_of: datetime) -> float | None:
        ids = {row["customer_id"] for rows in self._versions["orders"].values() for row in rows}
        figures = [self.rfm(one, as_of) for one in ids]
        return mean(float(one["monetary_cents_365d"]) for one in figures if one["frequency_365d"])  # type: ignore[arg-type]

    def _tier(self, customer_id: str, as_of: datetime) -> dict[str, Value]:
        figures = self.rfm(customer_id, as_of)
        average = self._means(as_of)
        money = float(figures["monetary_cents_365d"])  # type: ignore[arg-type]
        ratio = money / average if average is not None and average > 0 else None
        recency, frequency = figures["recency_days"], float(figures["frequency_365d"])  # type: ignore[arg-type]
        tier = "maintenance"
        if recency is not None and ratio is not None:
            if recency <= 60 and frequency >= 3 and ratio >= 0.5:
                tier = "growth"
            if recency <= 30 and frequency >= 5 and ratio >= 2:
                tier = "strategic"
        return {"rfm_tier": tier, "monetary_ratio": ratio}

    def _basket(self, orders: list[Row], bought: list[Row], as_of: datetime) -> dict[str, Value]:
        def between(rows: list[Row], low: int, high: int) -> list[Row]:
            return [row for row in rows if low * DAY <= self._age(row, as_of) < high * DAY]

        year = between(bought, 0, 365)
        recent = sum(row["amount_cents"] for row in between(orders, 0, 90))
        prior = sum(row["amount_cents"] for row in between(orders, 90, 180))
        named = [row for row in bought if row["category"] is not None]
        cancelled = [row for row in between(orders, 0, 365) if row["amount_cents"] <= 0]
        return {
            "average_order_cents_365d": mean(row["amount_cents"] for row in year),
            "order_count_total": float(len(bought)),
            "order_count_90d": float(len(between(bought, 0, 90))),
            "order_count_prior_90d": float(len(between(bought, 90, 180))),
            "monetary_cents_90d": float(recent),
            "monetary_cents_prior_90d": float(prior),
            "monetary_trend_90d": recent / prior if prior > 0 else None,
            "category_count_365d": float(len({row["category"] for row in year} - {None})),
            "last_category": named[-1]["category"] if named else None,
            "mean_discount_365d": mean(row["discount_rate"] for row in year if row["discount_rate"] is not None),
            "quantity_365d": math.fsum(row["quantity"] for row in year) if year else None,
            "cancellation_count_365d": float(len(cancelled)),
        }

    def _rhythm(self, bought: list[Row], as_of: datetime) -> dict[str, Value]:
        gaps = [days(after["ordered_at"], before["ordered_at"]) for before, after in pairwise(bought)]
        average = mean(gaps)
        ages = [self._age(row, as_of) / DAY for row in bought]
        spread = None
        if average is not None and len(gaps) > 1:
            spread = math.sqrt(math.fsum((gap - average) ** 2 for gap in gaps) / (len(gaps) - 1))
        return {
            "gap_mean_days": average,
            "gap_std_days": spread,
            "tenure_days": max(ages, default=None),
            "late_days": None if average is None else min(ages) - average,
            "late_ratio": None if not average else min(ages) / average,
        }

    def _payments(self, bought: list[Row], as_of: datetime) -> dict[str, Value]:
        year = [row for row in bought if self._age(row, as_of) < 365 * DAY]
        pairs = [(row, paid) for row in year for paid in self.rows("payments", "order_id", row["order_id"], as_of)]
        good = [(row, paid) for row, paid in pairs if paid["status"] != "reversed"]
        owed = sum(row["amount_cents"] for row in year)
        return {
            "days_to_pay_365d": mean(days(paid["paid_at"], row["ordered_at"]) for row, paid in good),
            "paid_share_365d": sum(paid["amount_cents"] for _, paid in good) / owed if owed else None,
            "reversal_count_365d": float(len(pairs) - len(good)),
        }

    def _receivables(self, customer_id: str, as_of: datetime) -> dict[str, Value]:
        late = []
        for row in self.rows("receivables", "customer_id", customer_id, as_of):
            is_paid = row["paid_on"] is not None and moment_of(row["paid_on"]) <= as_of
            overdue = (as_of.date() - row["due_on"]).days
            if overdue > 0 and not is_paid:
                late.append((overdue, row["amount_cents"]))
        return {
            "count_overdue_invoices": float(len(late)),
            "overdue_cents": float(sum(cents for _, cents in late)),
            "max_overdue_days": float(max((overdue for overdue, _ in late), default=0)),
        }

    def _ratings(self, customer_id: str, as_of: datetime) -> dict[str, Value]:
        rows = self.rows("ratings", "customer_id", customer_id, as_of)
        year = [row for row in rows if seconds(as_of) - seconds(row["rated_at"]) < 365 * DAY]
        last = max(rows, key=lambda row: (row["rated_at"], row["recorded_at"], row["change_seq"]), default=None)
        return {
            "rating_mean_365d": mean(row["score"] for row in year),
            "rating_count_365d": float(len(year)),
            "rating_last": last["score"] if last else None,
        }

    def _contacts(self, customer_id: str, as_of: datetime) -> dict[str, Value]:
        rows = self.rows("activities", "customer_id", customer_id, as_of)
        ages = [seconds(as_of) - seconds(row["occurred_at"]) for row in rows]
        return {
            "contact_count_90d": float(sum(age < 90 * DAY for age in ages)),
            "contact_last_days": min(ages) / DAY if ages else None,
        }

    def _customer_profile(self, record: Row | None, as_of: datetime) -> dict[str, Value]:
        known = record or {}
        created = known.get("created_at")
        angle = 2 * math.pi * (as_of.month - 1) / 12
        return {
            **{name: known.get(name) for name in ("name", "region", "industry", "employee_count")},
            "annual_revenue": self._units(known.get("annual_revenue_cents")),
            "known_days": days(as_of, created) if created and created.year > 1970 else None,
            "as_of_month": float(as_of.month),
            "month_sin": math.sin(angle),
            "month_cos": math.cos(angle),
            "days_to_year_end": float((date(as_of.year + 1, 1, 1) - as_of.date()).days),
        }
