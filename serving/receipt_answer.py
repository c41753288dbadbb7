"""A receipt as the API tells it."""

from __future__ import annotations

from typing import Any

from crm_core.receipts import Receipt


def receipt_answer(receipt: Receipt) -> dict[str, Any]:
    """Plain JSON of a receipt."""
    return {
        "prediction_id": receipt.prediction_id,
        "entity": receipt.entity,
        "entity_id": receipt.entity_id,
        "model_name": receipt.model_name,
        "model_version": receipt.model_version,
        "features": receipt.features,
        "scores": receipt.scores,
        "reasons": receipt.reasons,
        "features_as_of": receipt.features_as_of.isoformat() if receipt.features_as_of else None,
        "scored_at": receipt.scored_at.isoformat(),
        "expires_at": receipt.expires_at.isoformat(),
        "is_degraded": receipt.is_degraded,
    }
