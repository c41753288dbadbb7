from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Engine

from crm_core.funnel import touch_points
from tests.crm_core.conftest import LATER, NOW, Load, rows

OLD = "activity_id,occurred_at,kind,lead_id,is_effective\na1,2024-01-06 09:00,call,l1,true\n"
NEW = "activity_id,occurred_at,kind,lead_id,is_effective,source,consent\n"


def test_an_activity_without_source_keeps_the_hash_it_had_before_there_was_one(load: Load, engine: Engine) -> None:
    load(activities=OLD)
    as_it_was = ("a1", "2024-01-06 01:00:00.000000", "call", "l1", None, None, None, None, True, None)
    digest = hashlib.blake2b(repr(as_it_was).encode(), digest_size=16).hexdigest()
    assert rows(engine, "SELECT row_hash, source, consent FROM activities") == [(digest, None, None)]
    assert load(now=LATER).tables["activities"]["unchanged"] == 1


def test_source_and_consent_are_kept_and_an_update_keeps_the_version_before(load: Load, engine: Engine) -> None:
    load(activities=OLD)
    for source, consent, effect in (("web_form", "", "updated"), ("", "given", "updated"), ("", "given", "unchanged")):
        line = f"a1,2024-01-06 09:00,call,l1,true,{source},{consent}\n"
        assert load(now=LATER, activities=NEW + line).tables["activities"][effect] == 1
    assert rows(engine, "SELECT source, consent FROM activities") == [(None, "given")]
    assert rows(engine, "SELECT COUNT(*), COUNT(DISTINCT row_hash) FROM row_history") == [(2, 2)]


FILES: dict[str, Any] = {
    "leads": "lead_id,created_at,customer_id\nl1,2024-01-01T00:00Z,c1\nl2,2024-01-01T00:00Z,c2\n",
    "activities": NEW + "a1,2024-01-05T00:00Z,call,l1,true,hotline,given\na2,2024-01-03T00:00Z,web_form,l1,,,\n"
    "a3,2024-01-04T00:00Z,chat,l2,,,\n",
    "stage_events": "event_id,lead_id,stage,entered_at,reason\ne1,l1,lost,2024-01-09T00:00Z,price\n",
    "orders": "order_id,customer_id,ordered_at,amount,lead_id\no1,c1,2024-02-01T00:00Z,80.50,\n"
    "o2,c2,2024-02-01T00:00Z,1,l2\n",
    "ratings": "rating_id,rep_id,score,rated_at,customer_id\nx1,r1,4.5,2024-02-03T00:00Z,c1\n",
}


def test_one_stream_holds_all_touch_points_of_a_customer_with_their_source(load: Load, engine: Engine) -> None:
    load(**FILES)
    stream = touch_points(engine, NOW, customer_ids=["c1"])
    assert [(touch.key, touch.kind, touch.source, touch.text) for touch in stream] == [
        ("a2", "web_form", "web_form", None), ("a1", "call", "hotline", None),
        ("e1", "stage_event", "stage_events", "lost: price"), ("o1", "order", "orders", None),
        ("x1", "rating", "ratings", "4.5"),
    ]  # fmt: skip
    assert (stream[1].consent, stream[3].amount_cents) == ("given", 8050)
    assert [touch.key for touch in touch_points(engine, NOW, lead_ids=["l2"])] == ["a3", "o2"]
    assert touch_points(engine, NOW) == []


def test_the_stream_is_that_of_the_moment(load: Load, engine: Engine) -> None:
    load(**FILES)
    load(now=LATER, activities=NEW + "a3,2024-01-04T00:00Z,chat,l1,,,\n")
    assert [touch.key for touch in touch_points(engine, LATER, lead_ids=["l1"])] == ["a2", "a3", "a1", "e1"]
    assert [touch.key for touch in touch_points(engine, NOW, lead_ids=["l1"])] == ["a2", "a1", "e1"]
    assert [touch.key for touch in touch_points(engine, NOW, lead_ids=["l2"])] == ["a3", "o2"]
    early = NOW.replace(year=2024, day=4)
    assert [touch.key for touch in touch_points(engine, early, customer_ids=["c1"])] == ["a2"]
