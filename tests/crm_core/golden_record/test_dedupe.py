from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.errors import MergeRefusedError
from crm_core.golden_record.aliases import golden_ids
from crm_core.golden_record.dedupe import dedupe
from crm_core.golden_record.review import reject, review_queue, undo
from tests.crm_core.conftest import LATER, NOW, Load
from tests.crm_core.golden_record.firm import CUSTOMERS, NAME, merge_rows, snapshot
from tests.crm_core.golden_record.people import OTHER_CODE, customers_csv

HOUR = timedelta(hours=1)


def test_what_is_certain_is_merged_what_is_likely_is_asked_and_again_changes_nothing(
    engine: Engine, load: Load, settings: Settings
) -> None:
    load(customers=CUSTOMERS)
    first = dedupe(engine, settings, NOW)
    assert (first.customers, first.merged, first.waiting) == (4, 1, 1)
    [merge] = merge_rows(engine)
    assert (merge["from_id"], merge["into_id"], merge["decided_by"], merge["actor"]) == ("b", "a", "auto", "dedupe")
    assert merge["rule_version"] == first.rule_version
    assert merge["evidence"]["levels"]["phone"] == merge["evidence"]["levels"]["email"] == "same"
    [match] = review_queue(engine, NOW)
    assert {match.left_id, match.right_id} == {"a", "c"}
    before = snapshot(engine)
    again = dedupe(engine, settings, LATER)
    assert (again.merged, again.waiting) == (0, 1)
    assert (snapshot(engine), merge_rows(engine)) == (before, [merge])


def test_evidence_holds_no_value_of_the_customers(engine: Engine, load: Load, settings: Settings) -> None:
    load(customers=CUSTOMERS)
    dedupe(engine, settings, NOW)
    stored = str([merge_rows(engine), snapshot(engine)["customer_matches"]])
    assert not any(value in stored for value in ("鑫源", "6234", "li@", "91350100"))


def test_two_right_codes_are_neither_merged_nor_proposed(engine: Engine, load: Load, settings: Settings) -> None:
    same = {"name": NAME, "phone": "0512-62345678", "email": "li@xinyuan.example"}
    first = {"customer_id": "a", "unified_social_credit_code": "91350100M000100Y43", **same}
    load(customers=customers_csv(first, {"customer_id": "b", "unified_social_credit_code": OTHER_CODE, **same}))
    done = dedupe(engine, settings, NOW)
    assert (done.merged, done.waiting) == (0, 0)


def test_only_what_is_known_at_as_of_is_compared(engine: Engine, load: Load, settings: Settings) -> None:
    load(customers=CUSTOMERS)
    load(customers=customers_csv({"customer_id": "e", "name": NAME, "email": "li@xinyuan.example"}), now=LATER)
    assert dedupe(engine, settings, NOW).customers == 4
    done = dedupe(engine, settings, LATER)
    assert (done.customers, done.merged) == (5, 1)
    with read_transaction(engine) as connection:
        assert golden_ids(connection, NOW) == {"b": "a"}
        assert golden_ids(connection, LATER) == {"b": "a", "e": "a"}
        assert golden_ids(connection, NOW - HOUR) == {}


def test_decisions_are_made_in_the_order_of_time(engine: Engine, load: Load, settings: Settings) -> None:
    load(customers=CUSTOMERS)
    dedupe(engine, settings, LATER)
    with pytest.raises(MergeRefusedError, match="must not be made before the last one of 2025-02-01"):
        dedupe(engine, settings, NOW)


def test_a_rejected_pair_is_never_proposed_again(engine: Engine, load: Load, settings: Settings) -> None:
    load(customers=CUSTOMERS)
    dedupe(engine, settings, NOW)
    [match] = review_queue(engine, NOW)
    reject(engine, match.match_id, "li.na", NOW + HOUR)
    merged_by_itself = CUSTOMERS.replace("c,鑫源精密机械,,", "c,鑫源精密机械,,0512-62345678")
    load(customers=merged_by_itself, now=LATER)
    done = dedupe(engine, settings, LATER)
    assert (done.merged, done.waiting) == (0, 1)  # c is now like b as well, which nobody was asked about
    assert [{one.left_id, one.right_id} for one in review_queue(engine, LATER)] == [{"b", "c"}]
    assert [one.match_id for one in review_queue(engine, NOW)] == [match.match_id]


def test_what_a_person_undid_is_proposed_and_not_merged_again(engine: Engine, load: Load, settings: Settings) -> None:
    load(customers=CUSTOMERS)
    dedupe(engine, settings, NOW)
    undo(engine, 1, "li.na", NOW + HOUR)
    done = dedupe(engine, settings, LATER)
    assert done.merged == 0
    assert {"a", "b"} in [{one.left_id, one.right_id} for one in review_queue(engine, LATER)]
