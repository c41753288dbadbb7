"""Dynamics 365 Sales: `msdyn_predictivescores`, upserted by its alternate key (entity id, entity type).

Shape: Microsoft Learn, "Populate predictive scores using custom scoring model" (score 0 to 100, trend 0 improving, 1
steady, 2 declining, 3 not enough information, grade 0 to 3 for A to D; 204).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from funnelcast.write_back.http_json import HttpJson, refusal_of
from funnelcast.write_back.sink import LeadWrite

TREND = {"up": 0, "steady": 1, "down": 2, "new": 3}
GRADE = {"A": 0, "B": 1, "C": 2, "D": 3}


class DynamicsSink:
    """One request per lead."""

    max_batch = 1

    def __init__(self, http: HttpJson) -> None:
        self._http = http

    def write(self, batch: Sequence[LeadWrite]) -> Mapping[str, str]:
        """PATCH each; one that is absent is created by it."""
        refused = {}
        for score in batch:
            key = f"msdyn_entityid='{quote(score.lead_id, safe='')}',msdyn_entitytype='lead'"
            content = {
                "msdyn_score": round(100 * score.win_probability),
                "msdyn_scoretrend": TREND[score.trend],
                "msdyn_grade": GRADE[score.grade],
            }
            answer = self._http.send("PATCH", f"/api/data/v9.0/msdyn_predictivescores({key})", content)
            if answer.status >= 300:
                refused[score.lead_id] = refusal_of(answer)
        return refused
