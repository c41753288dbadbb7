"""Where scores go: one interface, one file per CRM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class LeadWrite:
    """One lead's score as a CRM gets it. `override`: a person's own number, with the reason, beside the model's."""

    lead_id: str
    win_probability: float
    grade: str
    expected_value: float | None
    trend: str
    reasons: str
    model_version: str
    scored_at: str
    override: float | None = None
    override_reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class Sink(Protocol):
    """A CRM. Writing the same score twice leaves what writing it once leaves."""

    @property
    def max_batch(self) -> int:
        """Leads per call at most."""

    def write(self, batch: Sequence[LeadWrite]) -> Mapping[str, str]:
        """Write them; returns why, by lead_id, for each that the CRM refused.

        Raises
        ------
        SinkSilentError: it does not answer; none of the batch counts as written. WriteBackError: it refuses us.
        """


def fields_of(score: LeadWrite, names: Mapping[str, str]) -> dict[str, Any]:
    """The CRM's field names with the score's values; what is not named is not written.

    >>> from types import SimpleNamespace
    >>> fields_of(SimpleNamespace(grade="A"), {"grade": "win_grade"})
    {'win_grade': 'A'}
    """
    return {field: getattr(score, name) for name, field in names.items()}
