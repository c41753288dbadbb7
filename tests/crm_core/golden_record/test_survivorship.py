from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from configs.sections import GoldenRecord
from configs.settings import Settings
from crm_core.golden_record.survivorship import FIELDS, Chosen, attribute_data, base_data
from tests.crm_core.golden_record.people import CODE


def row(customer_id: str, day: int, **values: Any) -> dict[str, Any]:
    learnt = {"recorded_at": datetime(2024, 1, day, tzinfo=UTC), "change_seq": day, "attributes": {}}
    return {"customer_id": customer_id, "name": "苏州鑫源", **learnt, **values}


def with_rule(settings: Settings, **rules: str) -> GoldenRecord:
    whole = settings.golden_record
    return whole.model_copy(update={"survivorship": whole.survivorship.model_copy(update=rules)})


def test_each_field_has_its_rule(settings: Settings) -> None:
    old = row("a", 1, name="苏州鑫源机械", region="华东", created_at=datetime(2022, 1, 1, tzinfo=UTC))
    new = row("b", 2, region="华北", created_at=datetime(2020, 1, 1, tzinfo=UTC))
    base = base_data([old, new], settings.golden_record)
    assert base["name"] == Chosen("苏州鑫源机械", "a")
    assert base["region"] == Chosen("华北", "b")
    assert base["created_at"] == Chosen(datetime(2020, 1, 1, tzinfo=UTC), "b")
    assert base["phone"] == Chosen(None, None)
    other = base_data([old, new], with_rule(settings, region="oldest", created_at="newest"))
    assert (other["region"].source_id, other["created_at"].source_id) == ("a", "a")


def test_a_value_with_a_fault_gives_way_and_stands_only_alone(settings: Settings) -> None:
    right, wrong = row("a", 1, unified_social_credit_code=CODE), row("b", 2, unified_social_credit_code="91")
    field = "unified_social_credit_code"
    assert base_data([right, wrong], settings.golden_record)[field] == Chosen(CODE, "a")
    assert base_data([wrong], settings.golden_record)[field] == Chosen("91", "b")


def test_of_equally_full_names_the_newest_stands(settings: Settings) -> None:
    rows = [row("a", 1, name="苏州鑫源"), row("b", 3, name="苏州兴源"), row("c", 2, name="苏州新源")]
    assert base_data(rows, settings.golden_record)["name"].source_id == "b"


def test_each_attribute_survives_on_its_own(settings: Settings) -> None:
    rows = [row("a", 1, attributes={"erp": "SAP", "vip": True}), row("b", 2, attributes={"erp": "UFIDA"})]
    found = attribute_data(rows, settings.golden_record)
    assert found == {"erp": Chosen("UFIDA", "b"), "vip": Chosen(True, "a")}
    assert attribute_data(rows, with_rule(settings, attributes="oldest"))["erp"] == Chosen("SAP", "a")


Value = st.one_of(st.none(), st.sampled_from(["13812345678", "12", "0512-62345678"]))


@given(phones=st.lists(Value, min_size=1, max_size=6), order=st.randoms(use_true_random=False))
@run(max_examples=50, deadline=None)
def test_the_order_of_rows_does_not_matter_and_no_value_is_made_up(
    settings: Settings, phones: list[str | None], order: Any
) -> None:
    rules = settings.golden_record
    rows = [row(f"c{place}", place + 1, phone=phone) for place, phone in enumerate(phones)]
    found = base_data(rows, rules)
    assert set(found) == set(FIELDS)
    by_id = {one["customer_id"]: one["phone"] for one in rows}
    if found["phone"].source_id is None:
        assert set(phones) == {None}
    else:
        assert by_id[found["phone"].source_id] == found["phone"].value
    order.shuffle(rows)
    assert base_data(rows, rules) == found
