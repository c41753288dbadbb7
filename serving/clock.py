"""The service's only clock: now, or one frozen moment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from serving.errors import StartError

AS_OF_VARIABLE = "FUNNELCAST_AS_OF"  # how `serve` hands the moment to its worker processes


@dataclass(frozen=True)
class Clock:
    """Tells the moment at which things are scored.

    >>> Clock(datetime(2026, 1, 2, tzinfo=UTC)).now().isoformat()
    '2026-01-02T00:00:00+00:00'
    """

    frozen_at: datetime | None = None

    @property
    def is_frozen(self) -> bool:
        """Whether time stands still (`serve --as-of`)."""
        return self.frozen_at is not None

    def now(self) -> datetime:
        """Aware UTC moment."""
        return self.frozen_at or datetime.now(UTC)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Clock:
        """Frozen at FUNNELCAST_AS_OF where that is set.

        Raises
        ------
        StartError: the variable is not an aware ISO 8601 moment.
        """
        text = environment.get(AS_OF_VARIABLE)
        if not text:
            return cls()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise StartError(f"{AS_OF_VARIABLE} must be an ISO 8601 moment with its offset, but got {text!r}.")
        return cls(moment.astimezone(UTC))
