"""HubSpot: properties of contacts (or another object), by the batch update of its CRM API v3.

Shape: HubSpot developers, "POST /crm/v3/objects/{objectType}/batch/update", up to 100 inputs; 200 whole, 207 in part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from funnelcast.write_back.http_json import Answer, HttpJson, refusal_of
from funnelcast.write_back.sink import LeadWrite, fields_of


class HubSpotSink:
    """One request per hundred leads; property values are text."""

    max_batch = 100

    def __init__(self, http: HttpJson, object_type: str, properties: Mapping[str, str]) -> None:
        self._http, self._object_type, self._properties = http, object_type, properties

    def write(self, batch: Sequence[LeadWrite]) -> Mapping[str, str]:
        """Update them in one call."""
        inputs = [{"id": score.lead_id, "properties": self._texts(score)} for score in batch]
        answer = self._http.send("POST", f"/crm/v3/objects/{self._object_type}/batch/update", {"inputs": inputs})
        if answer.status == 200:
            return {}
        if answer.status != 207:
            return {score.lead_id: refusal_of(answer) for score in batch}
        return _refused_of(answer, [score.lead_id for score in batch])

    def _texts(self, score: LeadWrite) -> dict[str, str]:
        return {name: "" if value is None else str(value) for name, value in fields_of(score, self._properties).items()}


def _refused_of(answer: Answer, ids: Sequence[str]) -> dict[str, str]:
    """Of a partial success: those that are not among its results."""
    content: Mapping[str, Any] = answer.content if isinstance(answer.content, Mapping) else {}
    done = {str(one.get("id")) for one in content.get("results", ())}
    told = {
        str(lead_id): str(error.get("message", ""))[:200]
        for error in content.get("errors", ())
        for lead_id in error.get("context", {}).get("ids", ())
    }
    return {lead_id: told.get(lead_id, "not among the results") for lead_id in ids if lead_id not in done}
