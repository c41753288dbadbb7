"""The gates of the CRM and those on the scores are one rule: the same on random rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest

from configs.sections import Features, SizeFitRange
from configs.settings import Settings
from crm_core.gates.credit import credit_hold
from crm_core.gates.facts import Invoice, LeadFacts
from crm_core.gates.prescreen import prescreen
from crm_core.gates.size_fit import size_fit
from features.asof import with_intervals
from features.customer_receivables import customer_receivables
from features.on_demand import lead_fit

AS_OF = datetime(2025, 1, 1, 13, 30, tzinfo=UTC)


def rules_of(settings: Settings) -> Features:
    fit = settings.features.size_fit.model_copy(
        update={"products": {"p": SizeFitRange(employees=(1, 10), budget_share=0.5)}}
    )
    return settings.features.model_copy(update={"size_fit": fit})


def leads(seed: int, count: int) -> list[LeadFacts]:
    rng = np.random.default_rng(seed)

    def maybe(value: float) -> int | None:
        return int(value) if rng.random() > 0.2 else None

    return [
        LeadFacts(
            maybe(10 ** rng.uniform(-1, 5.5)), maybe(rng.integers(-5, 1_000_000)), maybe(rng.integers(0, 600_000)),
            str(rng.choice(["p", "q"])) if rng.random() > 0.2 else None,
        )
        for _ in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_fit_and_prescreen_are_those_on_the_score(settings: Settings, seed: int) -> None:
    rules, found = rules_of(settings), leads(seed, 800)
    columns: dict[str, list[Any]] = {
        "employee_count": [one.employee_count for one in found],
        "expected_amount": [_units(one.expected_amount_cents) for one in found],
        "budget": [_units(one.budget_cents) for one in found],
        "product": [one.product for one in found],
        "customer_overdue_count": [None] * len(found),
    }
    theirs = lead_fit(columns, rules)
    ours = [size_fit(one, rules) for one in found]
    assert [np.nan if fit is None else fit for fit in ours] == pytest.approx(theirs["size_fit"].tolist(), nan_ok=True)
    codes = [refusal.code if (refusal := prescreen(one, rules)) else None for one in found]
    assert codes == theirs["prescreen"].tolist()
    assert set(codes) == {None, "firm_size_misfit", "budget_misfit"}


def test_the_credit_hold_is_that_on_the_score(settings: Settings) -> None:
    rng, today = np.random.default_rng(5), AS_OF.date()
    owned = {f"c{who}": [_invoice(rng, today, f"{who}-{n}") for n in range(rng.integers(0, 6))] for who in range(200)}
    rows = pd.DataFrame(
        [{"customer_id": who, **vars(one)} for who, invoices in owned.items() for one in invoices]
    ).assign(recorded_at=pd.Timestamp("2020-01-01"))  # fmt: skip
    rows["change_seq"] = range(len(rows))
    rows = rows.astype(dict.fromkeys(("due_on", "paid_on", "recorded_at"), "datetime64[us]"))
    history = ibis.memtable(rows).cast({"due_on": "date", "paid_on": "date"})
    now = pd.Series([AS_OF.replace(tzinfo=None)] * len(owned), dtype="datetime64[us]")
    spine = ibis.memtable(pd.DataFrame({"entity_id": list(owned), "as_of": now}))
    found = customer_receivables({"receivables": with_intervals(history, "invoice_id", "due_on")}, spine).execute()
    theirs = found.set_index("entity_id").loc[list(owned)]
    ours = [credit_hold(invoices, AS_OF, settings.features, "CNY") for invoices in owned.values()]
    assert [one.count_overdue for one in ours] == theirs["count_overdue_invoices"].tolist()
    assert [one.overdue_cents for one in ours] == theirs["overdue_cents"].tolist()
    assert [one.max_overdue_days for one in ours] == theirs["max_overdue_days"].tolist()
    counts = theirs["count_overdue_invoices"].astype(float).tolist()
    blank = {name: [None] * len(counts) for name in ("employee_count", "expected_amount", "budget", "product")}
    on_score = lead_fit({**blank, "customer_overdue_count": counts}, settings.features)["credit_hold"]
    assert [float(one.is_held) for one in ours] == on_score.tolist()
    assert 0 < sum(on_score) < len(ours)


def _invoice(rng: np.random.Generator, today: date, name: str) -> Invoice:
    due = today + timedelta(days=int(rng.integers(-4, 3)))
    paid = today + timedelta(days=int(rng.integers(-4, 3))) if rng.random() < 0.4 else None
    return Invoice(name, int(rng.integers(1, 10_000)), due, paid)


def _units(cents: int | None) -> float | None:
    return None if cents is None else cents / 100
