"""Firms: names, sizes, and how they buy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelcast.simulator.arrays import (
    DAY,
    NEVER,
    Clock,
    Floats,
    Ints,
    Texts,
    blanked,
    choose,
    column,
    ids,
    moments_text,
    money_text,
)
from funnelcast.simulator.codes import credit_codes, emails, phones
from funnelcast.simulator.vocabulary import (
    BRAND_FIRST,
    BRAND_SECOND,
    INDUSTRIES,
    INDUSTRY_SHARES,
    REGION_SHARES,
    REGIONS,
)

POOL_SHARE = 0.12  # existing customers at the start, per lead of the whole period
MEDIAN_EMPLOYEES = 66.0
LOG_EMPLOYEES_SD = 1.25
LEGAL_FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司", "集团")


def draw_firms(count: int, rng: np.random.Generator, log_shift: Floats | float = 0.0) -> pd.DataFrame:
    """One row per firm: industry, region, employees, revenue_cents, name."""
    industry = choose(rng, list(INDUSTRIES), count, INDUSTRY_SHARES)
    region = choose(rng, list(REGIONS), count, REGION_SHARES)
    employees = np.exp(np.log(MEDIAN_EMPLOYEES) + log_shift + rng.normal(0, LOG_EMPLOYEES_SD, count))
    employees = np.clip(employees, 5, 30_000).astype(np.int64)
    revenue = employees * 600_000 * np.exp(rng.normal(0, 0.5, count))
    return pd.DataFrame(
        {
            "industry": industry,
            "region": region,
            "employees": employees,
            "revenue_cents": (revenue // 1000 * 100_000).astype(np.int64),
            "name": firm_names(industry, region, employees, rng),
        }
    )


def firm_names(industry: Texts, region: Texts, employees: Ints, rng: np.random.Generator) -> Texts:
    """[n] such as 苏州鑫源精密机械有限公司; large firms are more often 股份有限公司 or 集团."""
    count = len(industry)
    city = [REGIONS[r][k % len(REGIONS[r])] for r, k in zip(region, rng.integers(0, 64, count), strict=True)]
    trade = [INDUSTRIES[i][k % len(INDUSTRIES[i])] for i, k in zip(industry, rng.integers(0, 64, count), strict=True)]
    brand = choose(rng, BRAND_FIRST, count) + choose(rng, BRAND_SECOND, count)
    add_on = choose(rng, ["", "", "科技", "实业", "制造", "设备"], count)
    form = np.where(employees > 400, choose(rng, list(LEGAL_FORMS), count), "有限公司")
    return np.asarray(
        np.array(city, dtype=object) + brand + np.array(trade, dtype=object) + add_on + form, dtype=object
    )


def draw_pool(leads: int, clock: Clock, rng: np.random.Generator) -> pd.DataFrame:
    """The customers that exist when the period starts."""
    count = max(int(leads * POOL_SHARE), 10)
    pool = draw_firms(count, rng)
    pool["created"] = clock.start - (rng.random(count) ** 1.5 * 2000 * DAY).astype(np.int64) - DAY
    return with_habits(pool, rng)


def customers_of_wins(leads: pd.DataFrame, signed: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """The customers that new firms become when they sign: one row per given lead."""
    firms = leads[["industry", "region", "employees", "company_name", "phone"]].reset_index(drop=True)
    firms = firms.rename(columns={"company_name": "name"})
    firms["revenue_cents"] = column(firms, "employees") * 60_000_000
    firms["created"] = signed
    return with_habits(firms, rng)


def with_habits(firms: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Add how each firm buys: hidden columns that the commerce part follows.

    satisfaction ~ N(0, 1); orders_per_year ~ Gamma(1.4, 4.5) * size effect; it leaves at a rate per year of
    0.25 * exp(-0.6 * satisfaction); lateness ~ N(0, 1) delays payments; promotion = share of discounted orders.
    """
    count = len(firms)
    firms = firms.copy()
    firms["satisfaction"] = rng.normal(0, 1, count)
    size = np.clip(column(firms, "employees") / MEDIAN_EMPLOYEES, 0.3, 6) ** 0.3
    firms["orders_per_year"] = rng.gamma(1.4, 4.5, count) * size
    leave_rate = 0.25 * np.exp(-0.6 * column(firms, "satisfaction"))
    firms["active_days"] = np.minimum(rng.exponential(1 / leave_rate) * 365, 9000)
    firms["lateness"] = rng.normal(0, 1, count)
    firms["promotion"] = rng.beta(1.5, 3, count)
    return firms


def left_at(customers: pd.DataFrame, clock: Clock) -> Ints:
    """[n] moment from which a customer buys nothing more; counted from the later of its creation and the start."""
    since = np.maximum(column(customers, "created"), clock.start)
    moments = since + (column(customers, "active_days") * DAY).astype(np.int64)
    return np.where(moments > clock.as_of, NEVER, moments)


def customer_table(customers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The bundle's `customers`; attributes service_level, invoice_kind (noise)."""
    count = len(customers)
    rows = np.arange(count)
    revenue = np.where(rng.random(count) < 0.25, -1, column(customers, "revenue_cents"))
    return pd.DataFrame(
        {
            "customer_id": ids("C", rows, 5),
            "name": column(customers, "name"),
            "unified_social_credit_code": credit_codes(count, rng),
            "phone": phones(count, rng),
            "email": blanked(rng, emails("buyer", rows), 0.2),
            "industry": column(customers, "industry"),
            "region": column(customers, "region"),
            "employee_count": column(customers, "employees"),
            "annual_revenue": money_text(revenue.astype(np.int64)),
            "created_at": moments_text(column(customers, "created")),
            "service_level": choose(rng, ["标准", "标准", "金牌", "白金"], count),
            "invoice_kind": choose(rng, ["增值税专用发票", "增值税普通发票"], count, [0.8, 0.2]),
        }
    )
