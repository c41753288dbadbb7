from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.errors import MergeRefusedError, UnknownCustomerError
from crm_core.golden_record.aliases import golden_id_of, members_of
from crm_core.golden_record.decisions import match_rule_version
from crm_core.golden_record.dedupe import dedupe
from crm_core.golden_record.review import Merged, accept, merge, reject, review_queue, undo
from tests.crm_core.conftest import NOW, Load
from tests.crm_core.golden_record.firm import CUSTOMERS, merge_rows, snapshot
from tests.crm_core.golden_record.people import OTHER_CODE

HOUR = timedelta(hours=1)


@pytest.fixture
def queued(engine: Engine, load: Load, settings: Settings) -> str:
    """b is merged into a; a and c wait: the id of that proposal."""
    load(customers=CUSTOMERS)
    dedupe(engine, settings, NOW)
    [match] = review_queue(engine, NOW)
    return match.match_id


def test_an_accepted_pair_stands_under_the_id_that_stood(engine: Engine, settings: Settings, queued: str) -> None:
    done = accept(engine, settings, queued, "li.na", NOW + HOUR)
    assert done == Merged(2, "c", "a", "a")
    kept = merge_rows(engine)[1]
    assert (kept["decided_by"], kept["actor"], kept["decided_at"]) == ("person", "li.na", NOW + HOUR)
    assert (kept["score"] or 0) > 0.9
    assert review_queue(engine, NOW + HOUR) == []
    assert [one.match_id for one in review_queue(engine, NOW)] == [queued]
    with pytest.raises(UnknownCustomerError, match="none with id"):
        accept(engine, settings, queued, "li.na", NOW + HOUR)


def test_a_rejected_pair_waits_no_longer_and_is_decided_once(engine: Engine, settings: Settings, queued: str) -> None:
    assert reject(engine, queued, "li.na", NOW + HOUR).match_id == queued
    assert review_queue(engine, NOW + HOUR) == []
    for decide in (
        lambda: reject(engine, queued, "li.na", NOW + HOUR),
        lambda: accept(engine, settings, queued, "li.na", NOW + HOUR),
    ):
        with pytest.raises(UnknownCustomerError, match="A proposal must wait for a decision"):
            decide()


def test_a_person_may_merge_what_was_rejected_or_never_proposed(
    engine: Engine, settings: Settings, queued: str
) -> None:
    reject(engine, queued, "li.na", NOW + HOUR)
    assert merge(engine, settings, "a", "c", "wang", NOW + HOUR) == Merged(2, "a", "c", "c")
    assert merge(engine, settings, "d", "b", "wang", NOW + HOUR) == Merged(3, "d", "b", "c")
    proposed, alone = merge_rows(engine)[1:]
    assert proposed["score"] is not None
    assert (alone["score"], alone["evidence"]) == (None, {})
    assert alone["rule_version"] == match_rule_version(settings)
    with read_transaction(engine) as connection:
        assert members_of(connection, "d", NOW + HOUR) == ["c", "a", "b", "d"]


@pytest.mark.usefixtures("queued")
def test_a_merge_that_breaks_a_rule_is_refused_and_leaves_nothing(
    engine: Engine, settings: Settings, load: Load
) -> None:
    load(customers=f"customer_id,name,unified_social_credit_code\ne,鑫源,{OTHER_CODE}\n", now=NOW)
    before = snapshot(engine), merge_rows(engine)
    for ends, error, words in (
        (("a", "b"), MergeRefusedError, "different ids"),
        (("a", "a"), MergeRefusedError, "different ids"),
        (("b", "e"), MergeRefusedError, "different valid credit codes"),
        (("a", "z"), UnknownCustomerError, "'z' is not"),
    ):
        with pytest.raises(error, match=words):
            merge(engine, settings, *ends, "wang", NOW + HOUR)
    with pytest.raises(MergeRefusedError, match="must not be made before"):
        merge(engine, settings, "a", "c", "wang", NOW - HOUR)
    with pytest.raises(UnknownCustomerError, match="none with number 9"):
        undo(engine, 9, "wang", NOW + HOUR)
    assert (snapshot(engine), merge_rows(engine)) == before


def test_both_ids_are_aliases_of_one_record(engine: Engine, settings: Settings, queued: str) -> None:
    accept(engine, settings, queued, "li.na", NOW + HOUR)
    with read_transaction(engine) as connection:
        assert {golden_id_of(connection, one, NOW + HOUR) for one in "abc"} == {"a"}
        assert [golden_id_of(connection, one, NOW) for one in "abcd"] == ["a", "a", "c", "d"]
        assert all(members_of(connection, one, NOW + HOUR) == ["a", "b", "c"] for one in "abc")
