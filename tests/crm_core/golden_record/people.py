"""Customers for the tests of this folder."""

from __future__ import annotations

from typing import Any

from crm_core.golden_record.credit_code import check_character
from crm_core.golden_record.profile import Profile, profile_of

CODE = "91350100M000100Y43"
OTHER_CODE = "914403001922038216"
HEADER = (
    "customer_id", "name", "unified_social_credit_code", "phone", "email", "industry", "region", "employee_count",
    "created_at",
)  # fmt: skip


def code(number: int) -> str:
    """A valid credit code."""
    body = f"91320500{number:09d}"
    return body + check_character(body)


def profile(customer_id: str, name: str, **row: Any) -> Profile:
    """A customer as matching sees it; `row` by the bundle's columns."""
    if "code" in row:
        row["unified_social_credit_code"] = row.pop("code")
    return profile_of(customer_id, {"name": name, **row}, "CN")


def customers_csv(*rows: dict[str, Any]) -> str:
    """The bundle's customers."""
    lines = [",".join(str(row.get(name, "")) for name in HEADER) for row in rows]
    return "\n".join((",".join(HEADER), *lines)) + "\n"
