"""Features by brute force: plain Python over the raw row versions, written from the definitions and from nothing else.

No pandas, no Ibis, no code of the package. Slow on purpose: every value is looked for from scratch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

from tests.features.fake_crm import FakeCrm
from tests.features.oracle_customers import Customers
from tests.features.oracle_records import DAY, LOST, OPEN, WON, Row, Value, days, mean, seconds


class Oracle(Customers):
    """Figures of leads, beside those of customers."""

    def __init__(self, crm: FakeCrm, kinds: list[str], offset_seconds: int = 8 * 3600) -> None:
        super().__init__(crm)
        self.kinds = kinds
        self.offset = offset_seconds
        self.outcomes = self._outcomes()

    def lead(self, lead_id: str, as_of: datetime) -> dict[str, Value] | None:
        record = self.record("lead", lead_id, as_of)
        if record is None:
            return None
        events = [row for row in self.rows("stage_events", "lead_id", lead_id, as_of) if row["stage"] in OPEN]
        acts = self.rows("activities", "lead_id", lead_id, as_of)
        values: dict[str, Value] = {}
        values |= self._profile(record, as_of)
        values |= self._attributes("lead", record, as_of)
        values |= self._engagement(acts, as_of)
        values |= self._stages(record, events, as_of)
        values |= self._response(record, events, acts, as_of)
        for owner in ("channel", "rep"):
            values |= self._track(owner, record[f"{owner}_id"], as_of)
        values |= self._lead_customer(record["customer_id"], as_of)
        firm = self.record("customer", record["customer_id"], as_of) if record["customer_id"] else None
        for name in ("industry", "region", "employee_count"):
            if values[name] is None and firm is not None:
                values[name] = firm[name]
        return values

    def _profile(self, record: Row, as_of: datetime) -> dict[str, Value]:
        local = seconds(record["created_at"]) + self.offset
        rep = self.current("reps", record["rep_id"], as_of) if record["rep_id"] else None
        flags = {name: float(bool(record.get(name))) for name in ("phone", "email", "contact_name", "company_name")}
        return {
            **{name: record[name] for name in ("channel_id", "campaign", "product", "industry", "region", "rep_id")},
            **{f"has_{name}": value for name, value in flags.items()},
            "has_customer": float(bool(record["customer_id"])),
            "rep_team": rep["team"] if rep else None,
            "employee_count": record["employee_count"],
            "expected_amount": self._units(record["expected_amount_cents"]),
            "budget": self._units(record["budget_cents"]),
            "created_hour": float(local % DAY // 3600),
            "created_weekday": float((local // DAY + 3) % 7),
            "age_days": days(as_of, record["created_at"]),
            "as_of_month": float(as_of.month),
            "expected_amount_cents": record["expected_amount_cents"],
            "budget_cents": record["budget_cents"],
            "customer_id": record["customer_id"],
            "created_at": record["created_at"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _engagement(self, acts: list[Row], as_of: datetime) -> dict[str, Value]:
        def age(row: Row) -> int:
            return seconds(as_of) - seconds(row["occurred_at"])

        def within(found: list[Row], window: int) -> list[Row]:
            return [row for row in found if age(row) < window * DAY]

        values: dict[str, Value] = {}
        groups = {"activity": acts}
        for kind in self.kinds:
            slug = "".join(letter if letter.isalnum() else "_" for letter in kind).strip("_").lower()
            groups[f"activity_{slug}"] = [row for row in acts if row["kind"] == kind]
        for name, found in groups.items():
            for window in (7, 30, 90):
                values[f"{name}_count_{window}d"] = float(len(within(found, window)))
            values[f"{name}_count_total"] = float(len(found))
            values[f"{name}_last_days"] = min(map(age, found)) / DAY if found else None
        for direction in ("inbound", "outbound"):
            found = [row for row in acts if row["direction"] == direction]
            values[f"{direction}_count_total"] = float(len(found))
            values[f"{direction}_count_90d"] = float(len(within(found, 90)))
        values["duration_seconds_total"] = math.fsum(row["duration_seconds"] or 0 for row in acts)
        values["duration_seconds_90d"] = math.fsum(row["duration_seconds"] or 0 for row in within(acts, 90))
        judged = [float(row["is_effective"]) for row in within(acts, 90) if row["is_effective"] is not None]
        values["effective_share_90d"] = mean(judged)
        return values

    def _stages(self, record: Row, events: list[Row], as_of: datetime) -> dict[str, Value]:
        path = sorted(
            events, key=lambda row: (row["entered_at"], OPEN.index(row["stage"]), row["recorded_at"], row["change_seq"])
        )
        places = [OPEN.index(row["stage"]) for row in path]
        values: dict[str, Value] = {
            "current_stage": path[-1]["stage"] if path else "captured",
            "stage_index": float(places[-1]) if path else 0.0,
            "stages_visited": float(len({*places, 0})),
            "backward_moves": float(sum(after < before for before, after in pairwise(places))),
        }
        current = [row for row in path if row["entered_at"] == path[-1]["entered_at"]] if path else []
        values["stage_days"] = days(as_of, current[0]["entered_at"] if current else record["created_at"])
        for stage in OPEN[1:]:
            reached = [row["entered_at"] for row in path if row["stage"] == stage]
            values[f"days_to_{stage}"] = days(min(reached), record["created_at"]) if reached else None
        return values

    def _response(self, record: Row, events: list[Row], acts: list[Row], as_of: datetime) -> dict[str, Value]:
        moments = [row["entered_at"] for row in events if row["stage"] != "captured"]
        moments += [row["occurred_at"] for row in acts if row["direction"] != "inbound"]
        moments = [moment for moment in moments if moment >= record["created_at"]]
        waited = (seconds(as_of) - seconds(record["created_at"])) / 3600
        answered = (seconds(min(moments)) - seconds(record["created_at"])) / 3600 if moments else None
        return {
            "is_answered": float(bool(moments)),
            "response_hours": answered,
            "waiting_hours": 0.0 if moments else waited,
        }

    # track records

    def _outcomes(self) -> list[Row]:
        """Per lead when it was first seen and by whom it was owned, then and at its first closing."""
        found = []
        for lead, versions in self._versions["leads"].items():
            first_at = min(self.seen_at("leads", row) for row in versions)
            first = self.current("leads", lead, first_at)
            outcome = {"lead_id": lead, "seen_at": first_at, "first": first, "closed_at": None}
            closing = self._closing(lead)
            if closing:
                known_at = max(self.seen_at("stage_events", closing), first_at)
                outcome |= {
                    "closed_at": known_at,
                    "at_close": self.current("leads", lead, known_at),
                    "is_won": closing["stage"] in WON,
                    "cycle": seconds(closing["entered_at"]) - seconds(first["created_at"]),
                }
            found.append(outcome)
        return found

    def _closing(self, lead: str) -> Row | None:
        candidates = []
        for key in self._owned("stage_events", "lead_id", lead):
            for row in self._versions["stage_events"][key]:
                moment = self.seen_at("stage_events", row)
                if row["stage"] in WON + LOST and self.current("stage_events", key, moment) is row:
                    candidates.append(row)
        order: Callable[[Row], Any] = lambda row: (  # noqa: E731
            self.seen_at("stage_events", row),
            row["entered_at"],
            row["stage"] not in WON,
            row["change_seq"],
        )
        return min(candidates, key=order, default=None)

    def _track(self, owner: str, owner_id: str | None, as_of: datetime) -> dict[str, Value]:
        names = [
            f"{owner}_{name}_180d" for name in ("lead_count", "closed_count", "won_count", "win_rate", "cycle_days")
        ]
        if owner_id is None:
            return dict.fromkeys(names)
        today = as_of.date()

        def counts(moment: datetime | None) -> bool:
            return moment is not None and 1 <= (today - moment.date()).days <= 180

        column = f"{owner}_id"
        leads = [one for one in self.outcomes if one["first"][column] == owner_id and counts(one["seen_at"])]
        closed = [one for one in self.outcomes if counts(one["closed_at"]) and one["at_close"][column] == owner_id]
        won = [one for one in closed if one["is_won"]]
        rate = len(won) / len(closed) if closed else None
        cycle = sum(one["cycle"] for one in won) / DAY / len(won) if won else None
        return dict(zip(names, [float(len(leads)), float(len(closed)), float(len(won)), rate, cycle], strict=True))

    def _lead_customer(self, customer_id: str | None, as_of: datetime) -> dict[str, Value]:
        names = ["recency_days", "frequency", "monetary_cents", "overdue_count", "overdue_cents"]
        if customer_id is None:
            return {f"customer_{name}": None for name in names}
        firm = self.firm(customer_id, as_of)
        figures = [self.rfm(one, as_of) for one in firm]
        dues = [self._receivables(one, as_of) for one in firm]
        recency = [one["recency_days"] for one in figures if one["recency_days"] is not None]
        return {
            "customer_recency_days": min(recency, default=None),  # type: ignore[type-var]
            "customer_frequency": math.fsum(one["frequency_365d"] for one in figures),  # type: ignore[misc]
            "customer_monetary_cents": math.fsum(one["monetary_cents_365d"] for one in figures),  # type: ignore[misc]
            "customer_overdue_count": math.fsum(one["count_overdue_invoices"] for one in dues),  # type: ignore[misc]
            "customer_overdue_cents": math.fsum(one["overdue_cents"] for one in dues),  # type: ignore[misc]
        }

    def firm(self, customer_id: str, as_of: datetime) -> set[str]:
        """All ids that merges in force at as_of tie to this one, by links alone: what is tied to a tied one is tied."""
        links = [
            {one.from_id, one.into_id}
            for one in self.crm.merges
            if one.decided_at <= as_of and (one.undone_at is None or one.undone_at > as_of)
        ]
        firm = {customer_id}
        while more := set().union(*(link for link in links if link & firm)) - firm:
            firm |= more
        return firm
