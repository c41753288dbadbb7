"""Reshapes the public data sets where a mapping file cannot say it.

`python -m benchmarks.reshape bank_marketing SOURCE OUT` writes what configs/mappings/bank_marketing.yaml reads.

What is done, per data set
    bpic2012         nothing: the mapping reads the file as it is
    bank_marketing   rows are in time order and hold day and month: the year is counted from May 2008 by wrap-arounds
    online_retail    invoice lines become orders (one per invoice) and customers; lines without a customer are left out
    hotel_bookings   moment of booking = arrival - lead_time; bookings made from July 2015 to December 2016
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def bpic2012(source: Path, out: Path) -> None:
    """Copied unchanged."""
    shutil.copy(source / "bpic2012_events.parquet", out / "bpic2012_events.parquet")


def bank_marketing(source: Path, out: Path) -> None:
    """One lead per call, with the date of the call."""
    calls = pd.read_parquet(source / "bank_marketing.parquet")
    month = calls["month"].map(MONTHS.index) + 1
    year = 2008 + (month.diff() < 0).cumsum()  # months run forward; a smaller one is the next year's
    calls["called_on"] = pd.to_datetime({"year": year, "month": month, "day": calls["day"]}).dt.date
    calls.insert(0, "lead_id", [f"call-{i:05d}" for i in range(len(calls))])
    calls["pdays"] = calls["pdays"].where(calls["pdays"] >= 0)  # -1 means never
    calls.to_parquet(out / "bank_marketing.parquet", index=False)


def online_retail(source: Path, out: Path) -> None:
    """One order per invoice; a cancellation is an order of a negative amount."""
    lines = pd.read_parquet(source / "online_retail.parquet").dropna(subset=["Customer ID"])
    lines["amount"] = lines["Quantity"] * lines["Price"]
    lines["customer_id"] = "C" + lines["Customer ID"].astype(str)
    # The dearest line of an invoice stands for its category: the first two characters of a stock code group products.
    lines = lines.sort_values(["Invoice", "amount"], ascending=[True, False], kind="stable")
    orders = lines.groupby("Invoice", sort=True).agg(
        customer_id=("customer_id", "first"), invoiced_at=("InvoiceDate", "min"), amount=("amount", "sum"),
        quantity=("Quantity", "sum"), category=("StockCode", lambda codes: str(codes.iloc[0])[:2]),
    )  # fmt: skip
    orders["amount"] = orders["amount"].round(2)
    orders.rename_axis("invoice").reset_index().to_parquet(out / "orders.parquet", index=False)
    customers = (
        lines.groupby("customer_id").agg(country=("Country", "first"), created_at=("InvoiceDate", "min")).reset_index()
    )
    customers["name"] = "Customer " + customers["customer_id"].str[1:]
    customers.to_parquet(out / "customers.parquet", index=False)


def hotel_bookings(source: Path, out: Path) -> None:
    """One lead per booking."""
    bookings = pd.read_parquet(source / "hotel_bookings.parquet")
    month = pd.to_datetime(bookings["arrival_date_month"], format="%B").dt.month
    arrival = pd.to_datetime(
        {"year": bookings["arrival_date_year"], "month": month, "day": bookings["arrival_date_day_of_month"]}
    )
    booked = arrival - pd.to_timedelta(bookings["lead_time"], unit="D")
    nights = bookings["stays_in_weekend_nights"] + bookings["stays_in_week_nights"]
    bookings["amount"] = (bookings["adr"].clip(lower=0) * nights).round(2)
    bookings.insert(0, "lead_id", [f"booking-{i:06d}" for i in range(len(bookings))])
    bookings["booked_on"] = booked.dt.date
    in_scope = (booked >= "2015-07-01") & (booked < "2017-01-01")
    bookings[in_scope].to_parquet(out / "hotel_bookings.parquet", index=False)


RESHAPE: dict[str, Callable[[Path, Path], None]] = {
    "bpic2012": bpic2012,
    "bank_marketing": bank_marketing,
    "online_retail": online_retail,
    "hotel_bookings": hotel_bookings,
}


def reshape(name: str, source: Path, out: Path) -> None:
    """Write the files of data set `name` to the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    RESHAPE[name](source, out)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in RESHAPE:
        sys.exit(f"usage: python -m benchmarks.reshape {{{','.join(RESHAPE)}}} SOURCE OUT")
    reshape(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
