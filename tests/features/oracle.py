"""Features by brute force: plain Python over the raw row versions, written from the definitions and from nothing else.

No pandas, no Ibis, no code of the package. Slow on purpose: every value is looked for from scratch.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import lru_cache
from itertools import pairwise
from typing import Any

from tests.features.fake_crm import FakeCrm

Row = dict[str, Any]
Value = float | str | None
DAY = 86400
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (naive UTC, as in the lake)
OPEN = ["captured", "contacted", "needs_analysis", "technical_exchange", "solution_demo", "negotiation"]
WON = ["contract_signed", "payment_received"]
LOST = ["lost"]
KEYS = {
    "reps": ("rep_id", None),
    "customers": ("customer_id", "created_at"),
    "leads": ("lead_id", "created_at"),
    "stage_events": ("event_id", "entered_at"),
    "activities": ("activity_id", "occurred_at"),
    "orders": ("order_id", "ordered_at"),
    "payments": ("payment_id", "paid_at"),
    "receivables": ("invoice_id", "due_on"),
    "ratings": ("rating_id", "rated_at"),
    "attribute_changes": ("change_id", "changed_at"),
}
LOGGED_NAMES = {
    "lead": {
        "budget": ("budget_cents", "cents"),
        "expected_amount": ("expected_amount_cents", "cents"),
        "industry": ("industry", "text"),
        "region": ("region", "text"),
    },
    "customer": {"region": ("region", "text"), "industry": ("industry", "text")},
}


def seconds(moment: datetime) -> int:
    passed = moment - EPOCH
    return passed.days * DAY + passed.seconds


def days(later: datetime, earlier: datetime) -> float:
    return (seconds(later) - seconds(earlier)) / DAY


def moment_of(value: Any) -> datetime:
    if value is None:
        return EPOCH
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return math.fsum(found) / len(found) if found else None


class Oracle:
    def __init__(self, crm: FakeCrm, kinds: list[str], offset_seconds: int = 8 * 3600) -> None:
        self.crm = crm
        self.kinds = kinds
        self.offset = offset_seconds
        self._versions: dict[str, dict[str, list[Row]]] = {}
        for table, (key, _) in KEYS.items():
            grouped: dict[str, list[Row]] = defaultdict(list)
            for row in crm.versions.get(table, []):
                grouped[row[key]].append(row)
            self._versions[table] = grouped
        self._owned = lru_cache(maxsize=None)(self._owned_keys)
        self._means = lru_cache(maxsize=None)(self._mean_money)
        self.outcomes = self._outcomes()

    # what is known

    def seen_at(self, table: str, row: Row) -> datetime:
        own = KEYS[table][1]
        return max(row["recorded_at"], moment_of(row[own]) if own else EPOCH)

    def current(self, table: str, key: str, as_of: datetime) -> Row | None:
        visible = [row for row in self._versions[table].get(key, []) if self.seen_at(table, row) <= as_of]
        return max(visible, key=lambda row: (row["recorded_at"], row["change_seq"]), default=None)

    def _owned_keys(self, table: str, owner: str, owner_id: str) -> list[str]:
        """Keys of the rows any version of which ever belonged to the owner."""
        return [key for key, rows in self._versions[table].items() if any(row.get(owner) == owner_id for row in rows)]

    def rows(self, table: str, owner: str, owner_id: str, as_of: datetime) -> list[Row]:
        found = (self.current(table, key, as_of) for key in self._owned(table, owner, owner_id))
        return [row for row in found if row is not None and row.get(owner) == owner_id]

    # records with their change log

    def record(self, entity: str, key: str, as_of: datetime) -> Row | None:
        row = self.current({"lead": "leads", "customer": "customers"}[entity], key, as_of)
        if row is None:
            return None
        known = dict(row)
        given = row.get("attributes") or {}
        for one in self.crm.definitions:
            if one.entity == entity:
                known[f"attr_{one.slug}"] = self.clean(one.kind, given.get(one.name))
        for column, kind in self._logged_columns(entity).items():
            known[column] = self._logged(entity, key, column, kind, known, row, as_of)
        return known

    def _target(self, entity: str, name: str) -> tuple[str, str]:
        for one in self.crm.definitions:
            if one.entity == entity and name in {one.name, one.slug}:
                return f"attr_{one.slug}", one.kind
        return LOGGED_NAMES[entity][name]

    def _logged_columns(self, entity: str) -> dict[str, str]:
        names = {row["attribute"] for row in self.crm.versions.get("attribute_changes", []) if row["entity"] == entity}
        return dict(self._target(entity, name) for name in names)

    def _logged(self, entity: str, key: str, column: str, kind: str, known: Row, row: Row, as_of: datetime) -> Any:
        changes = [
            change
            for change in self.rows("attribute_changes", "entity_id", key, as_of)
            if change["entity"] == entity and self._target(entity, change["attribute"])[0] == column
        ]
        last = max(changes, key=lambda one: (one["changed_at"], one["recorded_at"], one["change_seq"]), default=None)
        trusted = not row["is_backfilled"]
        table = {"lead": "leads", "customer": "customers"}[entity]
        if last is None or (trusted and self.seen_at(table, row) > last["changed_at"]):
            return known.get(column) if trusted else None
        return self.clean(kind, last["value"])

    @staticmethod
    def clean(kind: str, value: Any) -> Any:
        if value is None or value == "":
            return None
        if kind == "cents":
            return round(float(value) * 100)
        if kind == "number":
            return float(value)
        if kind == "boolean":
            return float(value)
        if kind == "moment":
            return datetime.fromisoformat(value)
        return value

    # leads

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

    @staticmethod
    def _units(cents: int | None) -> float | None:
        return None if cents is None else cents / 100

    def _attributes(self, entity: str, record: Row | None, as_of: datetime) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for one in self.crm.definitions:
            if one.entity != entity:
                continue
            value = record[f"attr_{one.slug}"] if record else None
            if value is not None and one.kind == "moment":
                value = days(value, as_of)
            if value is not None and one.kind == "text":
                value = float(len(value))
            values[f"attr_{one.slug}"] = value
        return values

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

    # customers

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
