from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.golden_record.fault_records import check_customers, entry_faults
from crm_core.golden_record.golden_customer import golden_customer
from crm_core.golden_record.review import merge
from tests.crm_core.conftest import LATER, NOW, Load, rows
from tests.crm_core.golden_record.people import CODE, customers_csv

DAY = timedelta(days=1)
WRONG = f"{CODE[:-1]}4"


def entered(phone: str) -> str:
    return customers_csv(
        {"customer_id": "a", "name": "苏州鑫源", "phone": phone, "unified_social_credit_code": WRONG},
        {"customer_id": "b", "name": "有限公司", "phone": "13812345678"},
        {"customer_id": "c", "name": "大连宏达", "unified_social_credit_code": CODE},
    )


def test_faults_are_told_once_and_reject_no_row(engine: Engine, load: Load, settings: Settings) -> None:
    assert load(customers=entered("12")).tables["customers"]["inserted"] == 3
    assert check_customers(engine, settings, NOW) == 3
    found = entry_faults(engine, NOW)
    assert [(one.customer_id, one.rule, one.value) for one in found] == [
        ("a", "credit_code_check", WRONG), ("a", "phone_unreadable", "12"), ("b", "name_incomplete", "有限公司"),
    ]  # fmt: skip
    assert found[0].en.startswith("The last character of a credit code must check")
    assert found[0].zh.startswith("统一社会信用代码的校验码")
    assert check_customers(engine, settings, NOW) == 0
    assert [one.customer_id for one in entry_faults(engine, NOW, ["b", "c"])] == ["b"]


def test_a_corrected_row_has_its_fault_no_longer_and_had_it_then(
    engine: Engine, load: Load, settings: Settings
) -> None:
    load(customers=entered("12"))
    check_customers(engine, settings, NOW)
    load(customers=entered("13812345678"), now=LATER)
    assert check_customers(engine, settings, LATER) == 1  # the new version of the row has the wrong code still
    assert [(one.customer_id, one.rule) for one in entry_faults(engine, LATER)] == [
        ("a", "credit_code_check"), ("b", "name_incomplete"),
    ]  # fmt: skip
    assert [one.rule for one in entry_faults(engine, NOW, ["a"])] == ["credit_code_check", "phone_unreadable"]
    assert entry_faults(engine, NOW - DAY) == []
    assert rows(engine, "SELECT COUNT(*) FROM customer_faults") == [(4,)]


def test_only_the_customers_asked_for_are_checked(engine: Engine, load: Load, settings: Settings) -> None:
    load(customers=entered("12"))
    assert check_customers(engine, settings, NOW, ["b", "c"]) == 1


def test_the_golden_record_shows_the_faults_of_all_its_ids(engine: Engine, load: Load, settings: Settings) -> None:
    load(customers=entered("12"))
    check_customers(engine, settings, NOW)
    merge(engine, settings, "b", "a", "li.na", NOW)
    record = golden_customer(engine, settings, "a", NOW)
    assert [(one.customer_id, one.rule) for one in record.faults] == [
        ("a", "credit_code_check"), ("a", "phone_unreadable"), ("b", "name_incomplete"),
    ]  # fmt: skip
    assert record.base["phone"].source_id == "b"  # what passes goes before what does not
