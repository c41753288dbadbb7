"""Rules of entry for phone numbers, company names and credit codes. A fault is told; it does not reject the row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crm_core.golden_record.company_name import read_name
from crm_core.golden_record.credit_code import ALPHABET, LENGTH, clean_code, is_valid_code
from crm_core.golden_record.phone import read_phone

_MIN_NAME_LENGTH = 2

# Rule -> (field, English, Chinese).
RULES = {
    "phone_unreadable": (
        "phone", "A phone number must be one that can be dialled.", "电话号码应为可拨打的号码。",
    ),
    "phone_unassigned": (
        "phone", "A phone number must be of a range in use.", "电话号码应属于已启用的号段。",
    ),
    "name_incomplete": (
        "name", "A company name must hold more than a place and a legal form.", "企业名称除地名与组织形式外应有字号。",
    ),
    "credit_code_form": (
        "unified_social_credit_code",
        "A credit code must have 18 digits and capitals without I, O, S, V, Z (GB 32100-2015).",
        "统一社会信用代码应为18位数字或大写字母，不含I、O、S、V、Z（GB 32100-2015）。",
    ),
    "credit_code_check": (
        "unified_social_credit_code",
        "The last character of a credit code must check the others (GB 32100-2015).",
        "统一社会信用代码的校验码应与前17位一致（GB 32100-2015）。",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One rule that an entered value breaks."""

    rule: str
    value: str

    @property
    def field(self) -> str:
        """The column the value stands in."""
        return RULES[self.rule][0]


def faults_of(row: Mapping[str, Any], phone_region: str) -> list[Fault]:
    """What is wrong with a customer's entered phone, name and credit code; a missing phone or code is no fault.

    >>> [fault.rule for fault in faults_of({"name": "上海有限公司", "phone": "12"}, "CN")]
    ['phone_unreadable', 'name_incomplete']
    """
    found = (
        *_phone_faults(row.get("phone"), phone_region),
        *_name_faults(row["name"]),
        *_code_faults(row.get("unified_social_credit_code")),
    )
    return [Fault(rule, value) for rule, value in found]


def _phone_faults(entered: str | None, region: str) -> Iterator[tuple[str, str]]:
    if entered is None:
        return
    phone = read_phone(entered, region)
    if phone is None:
        yield "phone_unreadable", entered
    elif not phone.is_assigned:
        yield "phone_unassigned", entered


def _name_faults(entered: str) -> Iterator[tuple[str, str]]:
    if len(read_name(entered).core) < _MIN_NAME_LENGTH:
        yield "name_incomplete", entered


def _code_faults(entered: str | None) -> Iterator[tuple[str, str]]:
    code = clean_code(entered)
    if entered is None or code is None:
        return
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        yield "credit_code_form", entered
    elif not is_valid_code(code):
        yield "credit_code_check", entered
