from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from crm_core.receipts import Receipt, count_receipts, last_scores, read_receipt, write_receipts
from tests.crm_core.conftest import NOW

RECEIPT = Receipt(
    prediction_id="p1", entity="lead", entity_id="l1", model_name="win", model_version="3",
    features={"age_days": 4.5, "channel": "展会", "none": None}, scores={"win_probability": 0.25},
    reasons=[{"feature": "age_days", "en": "young", "zh": "新"}],
    features_as_of=NOW, scored_at=NOW, expires_at=NOW + timedelta(hours=24),
)  # fmt: skip


def test_a_receipt_is_read_as_it_was_written(engine: Engine) -> None:
    write_receipts(engine, [RECEIPT])
    assert read_receipt(engine, "p1") == RECEIPT
    assert read_receipt(engine, "p2") is None


def test_a_receipt_is_written_once(engine: Engine) -> None:
    write_receipts(engine, [RECEIPT])
    write_receipts(engine, [replace(RECEIPT, scores={"win_probability": 0.9}), replace(RECEIPT, prediction_id="p2")])
    assert read_receipt(engine, "p1") == RECEIPT
    assert count_receipts(engine) == 2
    write_receipts(engine, [])


def test_the_last_score_of_each_entity_is_found(engine: Engine) -> None:
    later = replace(RECEIPT, prediction_id="p2", scored_at=NOW + timedelta(hours=1), scores={"win_probability": 0.5})
    write_receipts(engine, [RECEIPT, later, replace(RECEIPT, prediction_id="p3", entity_id="l2")])
    assert last_scores(engine, "lead", ["l1", "l2", "l3"]) == {"l1": 0.5, "l2": 0.25}


def test_a_customers_rfm_score_does_not_hide_its_churn_score(engine: Engine) -> None:
    churn = replace(RECEIPT, entity="customer", entity_id="c1", model_name="churn", scores={"churn_probability": 0.4})
    rfm = replace(churn, prediction_id="p2", model_name="rfm", scored_at=NOW + timedelta(hours=1), scores={"p_up": 0.1})
    write_receipts(engine, [churn, rfm])
    assert last_scores(engine, "customer", ["c1"]) == {"c1": 0.4}


def test_a_challengers_score_in_shadow_is_not_the_last_one(engine: Engine) -> None:
    later = {"prediction_id": "p2", "model_name": "win_challenger", "scored_at": NOW + timedelta(hours=1)}
    write_receipts(engine, [RECEIPT, replace(RECEIPT, **later, scores={"win_probability": 0.9})])
    assert last_scores(engine, "lead", ["l1"]) == {"l1": 0.25}


def test_many_ids_are_looked_up_in_parts(engine: Engine) -> None:
    write_receipts(engine, [replace(RECEIPT, prediction_id=f"p{n}", entity_id=f"l{n}") for n in range(2500)])
    assert len(last_scores(engine, "lead", [f"l{n}" for n in range(2500)])) == 2500
