"""What a caller may see, as the routes ask for it; crm_core.access.Ownership is one."""

from __future__ import annotations

from typing import Protocol

from crm_core.access import Scope
from crm_core.receipts import Receipt


class Ownership(Protocol):
    """Another's thing is as one that there is none of."""

    def receipt(self, prediction_id: str, scope: Scope) -> Receipt | None:
        """The stored receipt, if it is about a lead or customer of the scope."""

    def sees(self, scope: Scope, entity: str, entity_id: str) -> bool:
        """Whether a lead or customer is of the scope."""

    def sees_rep(self, scope: Scope, rep_id: str) -> bool:
        """Whether a rep is of the scope."""
