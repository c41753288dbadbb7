"""What matching knows of a customer: its fields in comparable form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from crm_core.funnel.versions import rows_as_of
from crm_core.golden_record.company_name import CompanyName, read_name
from crm_core.golden_record.credit_code import clean_code, is_valid_code
from crm_core.golden_record.phone import read_phone

COLUMNS = (
    "name", "unified_social_credit_code", "phone", "email", "industry", "region", "employee_count", "created_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """One customer; what is absent is "".

    `code` is right by its check character, `wrong_code` is not; `phone` is E.164 with extension.
    """

    customer_id: str
    name: CompanyName
    code: str = ""
    wrong_code: str = ""
    phone: str = ""
    email: str = ""
    industry: str = ""
    region: str = ""
    employee_count: float | None = None
    created_at: datetime | None = None


def profile_of(customer_id: str, row: Mapping[str, Any], phone_region: str) -> Profile:
    """The profile of one customer's row; of what is not there, nothing is known."""
    number, code = read_phone(row.get("phone"), phone_region), clean_code(row.get("unified_social_credit_code")) or ""
    is_right = is_valid_code(code)
    return Profile(
        customer_id=customer_id,
        name=read_name(row["name"]),
        code=code if is_right else "",
        wrong_code="" if is_right else code,
        phone=number.key if number else "",
        email=(row.get("email") or "").strip().casefold(),
        industry=(row.get("industry") or "").strip(),
        region=(row.get("region") or "").strip(),
        employee_count=row.get("employee_count"),
        created_at=row.get("created_at"),
    )


def read_profiles(connection: Connection, as_of: datetime, phone_region: str) -> list[Profile]:
    """Every customer known at as_of, in the version of that moment, by id."""
    frame = rows_as_of(connection, "customers", as_of, COLUMNS).sort_values("customer_id")
    return [profile_of(row["customer_id"], row, phone_region) for row in plain_rows(frame)]


def plain_rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Rows with values as Python has them: None where null, moments aware in UTC."""
    columns = [_plain(frame[name]) for name in frame.columns]
    return (dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True))


def _plain(column: pd.Series[Any]) -> list[Any]:
    if column.dtype.kind == "M":
        column = column.dt.tz_localize("UTC")
    return [None if null else value for value, null in zip(column.tolist(), column.isna().tolist(), strict=True)]
