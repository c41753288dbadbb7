from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.errors import UnknownCustomerError
from crm_core.golden_record.golden_customer import golden_customer
from crm_core.golden_record.references import REFERENCES, references_of
from crm_core.golden_record.review import merge, undo
from crm_core.golden_record.service import Service
from crm_core.golden_record.survivorship import Chosen
from crm_core.golden_record.transactions import Transactions
from tests.crm_core.conftest import LATER, NOW, Load
from tests.crm_core.golden_record.firm import FACTS, NAME
from tests.crm_core.golden_record.people import CODE

HOUR = timedelta(hours=1)


def day(month: int, number: int) -> datetime:
    return datetime(2024, month, number, tzinfo=UTC)


@pytest.fixture
def merged(engine: Engine, load: Load, settings: Settings) -> Engine:
    load(**FACTS)
    merge(engine, settings, "b", "a", "li.na", NOW)
    return engine


def test_a_merge_moves_every_reference(merged: Engine, settings: Settings) -> None:
    record = golden_customer(merged, settings, "b", NOW)
    assert record == golden_customer(merged, settings, "a", NOW)
    assert record.golden_id == "a"
    assert record.references == {"leads": 2, "activities": 2, "orders": 2, "receivables": 2, "ratings": 2}
    assert record.transactions == Transactions(2, 15050, day(3, 1), day(4, 1), 2, 12000, 1, 3050)
    assert record.service == Service(2, 3, {"call": 2, "visit": 1}, day(2, 3), 2, 4.5)
    assert [(alias.customer_id, alias.name) for alias in record.aliases] == [
        ("a", NAME), ("b", "苏州市鑫源精密机械有限责任公司"),
    ]  # fmt: skip
    [link] = record.merges
    assert (link.merge_id, link.from_id, link.into_id, link.decided_by, link.actor) == (1, "b", "a", "person", "li.na")


def test_apart_each_has_its_own(merged: Engine, settings: Settings) -> None:
    undo(merged, 1, "li.na", NOW + HOUR)
    for customer_id, cents in (("a", 10000), ("b", 5050)):
        record = golden_customer(merged, settings, customer_id, NOW + HOUR)
        assert (record.golden_id, record.transactions.ordered_cents) == (customer_id, cents)
        assert record.service.count_leads == 1
        assert record.merges == ()
    assert golden_customer(merged, settings, "b", NOW).golden_id == "a"


def test_values_survive_with_their_source(merged: Engine, settings: Settings) -> None:
    base = golden_customer(merged, settings, "b", NOW).base
    assert base["name"] == Chosen("苏州市鑫源精密机械有限责任公司", "b")  # the fullest
    assert base["unified_social_credit_code"] == Chosen(CODE, "a")  # the only one
    assert base["phone"] == Chosen("+86 512 6234 5678", "b")  # the newest
    assert base["created_at"] == Chosen(datetime(2020, 1, 1, tzinfo=UTC), "a")  # the oldest
    assert base["annual_revenue_cents"] == Chosen(None, None)


def test_what_an_import_adds_later_goes_to_the_record_at_once(merged: Engine, load: Load, settings: Settings) -> None:
    load(now=LATER, orders="order_id,customer_id,ordered_at,amount\noc,b,2025-01-20T00:00Z,7.00\n")
    assert golden_customer(merged, settings, "a", LATER).transactions.ordered_cents == 15750
    assert golden_customer(merged, settings, "a", NOW).transactions.ordered_cents == 15050


def test_the_record_is_that_of_the_moment(merged: Engine, settings: Settings) -> None:
    with pytest.raises(UnknownCustomerError, match="'a' is not"):
        golden_customer(merged, settings, "a", day(1, 1).replace(year=2019))
    early = golden_customer(merged, settings, "a", day(3, 2))
    assert (early.golden_id, early.transactions.ordered_cents, early.service.count_activities) == ("a", 10000, 1)
    with pytest.raises(UnknownCustomerError, match="'nobody' is not"):
        golden_customer(merged, settings, "nobody", NOW)


def test_references_are_every_table_that_names_a_customer(merged: Engine) -> None:
    assert set(REFERENCES) == {"leads", "activities", "orders", "receivables", "ratings"}
    with read_transaction(merged) as connection:
        assert references_of(connection, "b", NOW)["orders"] == ["oa", "ob"]
        assert references_of(connection, "d", NOW)["orders"] == []
