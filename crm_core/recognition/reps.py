"""Who is a rep, and who manages others, as known at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from crm_core.errors import UnknownRecognitionError
from crm_core.funnel.versions import rows_as_of


@dataclass(frozen=True)
class Staff:
    """Ids of the active reps, and of the managers of any of them; who is known to have left is neither."""

    active: frozenset[str]
    managers: frozenset[str]

    def check_active(self, *rep_ids: str) -> None:
        """Refuse who is no active rep.

        Raises
        ------
        UnknownRecognitionError: one of them is none.
        """
        if unknown := sorted(set(rep_ids) - self.active):
            raise UnknownRecognitionError(f"A rep must be known and active, but {', '.join(unknown)} is not.")


def staff_at(connection: Connection, as_of: datetime) -> Staff:
    """The staff at as_of; a rep without a word on being active is."""
    reps = rows_as_of(connection, "reps", as_of, ["active", "manager_id"])
    is_active = reps["active"].map(lambda told: told is None or bool(told)).astype(bool)
    managers = frozenset(reps.loc[is_active, "manager_id"].dropna())
    return Staff(frozenset(reps.loc[is_active, "rep_id"]), managers - frozenset(reps.loc[~is_active, "rep_id"]))
