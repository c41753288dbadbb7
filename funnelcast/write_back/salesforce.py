"""Salesforce: fields of leads, by the sObject collections of its REST API.

Shape: REST API Developer Guide, "Update Records Using sObject Collections" (up to 200, allOrNone false; one result per
record in the order sent).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from funnelcast.write_back.http_json import HttpJson, refusal_of
from funnelcast.write_back.sink import LeadWrite, fields_of


class SalesforceSink:
    """One request per two hundred leads."""

    max_batch = 200

    def __init__(self, http: HttpJson, api_version: str, object_type: str, fields: Mapping[str, str]) -> None:
        self._http, self._object_type, self._fields = http, object_type, fields
        self._path = f"/services/data/v{api_version}/composite/sobjects"

    def write(self, batch: Sequence[LeadWrite]) -> Mapping[str, str]:
        """Update them in one call."""
        records = [
            {"attributes": {"type": self._object_type}, "id": score.lead_id, **fields_of(score, self._fields)}
            for score in batch
        ]
        answer = self._http.send("PATCH", self._path, {"allOrNone": False, "records": records})
        if answer.status != 200 or not isinstance(answer.content, list) or len(answer.content) != len(batch):
            return {score.lead_id: refusal_of(answer) for score in batch}
        results = zip(batch, answer.content, strict=True)
        return {score.lead_id: _why(result) for score, result in results if not result.get("success")}


def _why(result: Mapping[str, object]) -> str:
    errors = result.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    return f"{first.get('statusCode', 'ERROR')} {first.get('message', '')}".strip()[:200]
