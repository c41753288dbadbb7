"""GET /v1/commission/me: a rep's own month; a manager may ask for a rep of its teams, an admin for any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm_core.access import Scope
from crm_core.commission.statement import Statement
from serving.clock import Clock
from serving.errors import NotFoundError, UnprocessableError
from serving.exchange_schemas import CommissionAnswer, CommissionQuery
from serving.ownership import Ownership


class CommissionStatements:
    """Statements of the reps that a caller sees.

    Parameters
    ----------
    statement_of: the statement of a rep's month (YYYY-MM) as of a moment.
    zone: IANA name of where months begin.
    """

    def __init__(
        self,
        statement_of: Callable[[str, str, datetime], Statement],
        ownership: Ownership,
        clock: Clock,
        zone: str,
    ) -> None:
        self._statement_of = statement_of
        self._ownership = ownership
        self._clock = clock
        self._zone = ZoneInfo(zone)

    def answer(self, query: CommissionQuery, scope: Scope) -> dict[str, Any]:
        """Plain JSON of the statement asked for; without a period that of the month under way.

        Raises
        ------
        NotFoundError: another's statement. UnprocessableError: a key that is no rep's and names none.
        """
        now = self._clock.now()
        period = query.period or now.astimezone(self._zone).strftime("%Y-%m")
        found = self._statement_of(self._rep_id(query, scope), period, now)
        return CommissionAnswer.model_validate(asdict(found)).model_dump(mode="json")

    def _rep_id(self, query: CommissionQuery, scope: Scope) -> str:
        rep_id = query.rep_id or scope.rep_id
        if rep_id is None:
            raise UnprocessableError("A key that is no rep's must name one, but rep_id is missing.")
        if not self._ownership.sees_rep(scope, rep_id):
            raise NotFoundError("The rep must be the caller or of the caller's team, but is not.", code="rep_not_found")
        return rep_id
