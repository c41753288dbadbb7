"""Stage events of a lead whose export says only how it ended."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake import words
from crm_core.intake.batch import Batch
from crm_core.intake.convert import Check, Converted
from crm_core.intake.moments import parse_moments
from crm_core.intake.plan import Plan
from crm_core.mapping import Condition, Outcome
from crm_core.schema import BUNDLE

Mask = np.ndarray[Any, np.dtype[np.bool_]]
_SECOND = np.timedelta64(1_000_000, "us")


class OutcomeReader:
    """Reads the outcome of leads and makes their stage events.

    Parameters
    ----------
    first, won, lost: stages a lead enters at creation and at its end.
    horizon_days: how long after creation an outcome without a closing moment is placed.
    """

    def __init__(self, plan: Plan, outcome: Outcome, *, first: str, won: str, lost: str, horizon_days: int) -> None:
        self._plan, self._outcome = plan, outcome
        self._first, self._won, self._lost = first, won, lost
        self._horizon = np.timedelta64(horizon_days, "D").astype("m8[us]")

    def check(self, clean: dict[str, pa.Array]) -> list[Check]:
        """Leads whose outcome is none of the conditions, and closing moments that are none."""
        is_won, is_lost, is_open = self._ends(clean)
        column = self._outcome.won.column
        names = [name for name in ("won", "lost", "open") if getattr(self._outcome, name)]
        rule = f"the outcome must meet one of the conditions {', '.join(names)}"
        checks: list[Check] = [(~(is_won | is_lost | is_open), column, rule)]
        if self._outcome.closed_at:
            closed = self._closed(clean)
            checks.append(
                (
                    closed.is_bad & (is_won | is_lost),
                    self._outcome.closed_at,
                    "closed_at must be a moment in the years 1900 to 2200",
                )
            )
        return checks

    def events(self, converted: Converted) -> Batch:
        """Entry into the first stage at creation, and into the won or lost stage at the closing moment."""
        is_won, is_lost, _ = self._ends(converted.clean)
        leads = converted.columns["lead_id"].to_pylist()
        created = np.asarray(converted.columns["created_at"].cast(pa.timestamp("us")))
        closing = _words(self._closing(converted.clean, created))
        told = converted.told_at.to_pylist()
        rows = [
            (f"{lead}|captured", lead, self._first, at, word)
            for lead, at, word in zip(leads, _words(created), told, strict=True)
        ]
        rows += [
            (f"{leads[i]}|outcome", leads[i], self._won if is_won[i] else self._lost, closing[i], told[i])
            for i in np.flatnonzero(is_won | is_lost).tolist()
        ]
        columns = (
            dict(
                zip(
                    ("event_id", "lead_id", "stage", "entered_at", "told"),
                    map(list, zip(*rows, strict=True)),
                    strict=True,
                )
            )
            if rows
            else {}
        )
        nothing = [None] * len(rows)
        return Batch(
            BUNDLE["stage_events"],
            {name: columns.get(name, []) for name in ("event_id", "lead_id", "stage", "entered_at")}
            | {"actor": nothing, "reason": nothing},
            columns.get("told", []),
        )

    def _ends(self, clean: dict[str, pa.Array]) -> tuple[Mask, Mask, Mask]:
        """Won, lost and open leads; the first condition that holds decides."""
        outcome = self._outcome
        is_won = _holds(outcome.won, clean)
        is_lost = _holds(outcome.lost, clean) & ~is_won if outcome.lost else np.zeros(len(is_won), bool)
        if outcome.open:
            is_open = _holds(outcome.open, clean)
        else:
            told = [condition.column for condition in (outcome.won, outcome.lost) if condition]
            is_open = np.logical_and.reduce([~np.asarray(clean[name].is_valid()) for name in told])
        return is_won, is_lost, is_open & ~is_won & ~is_lost

    def _closed(self, clean: dict[str, pa.Array]) -> Any:
        form = self._plan.formats.get("closed_at")
        return parse_moments(clean[self._outcome.closed_at or ""], self._plan.reading.zone, form)

    def _closing(self, clean: dict[str, pa.Array], created: Any) -> Any:
        """After creation in any case: a bare day counts from its end; what would be earlier comes a second later."""
        fallback = created + self._horizon
        if not self._outcome.closed_at:
            return fallback
        closed = self._closed(clean).at_end_of_day(self._plan.reading.zone)
        closed = np.where(np.isnat(closed), fallback, closed)
        return np.where(closed <= created, created + _SECOND, closed)


def _holds(condition: Condition, clean: dict[str, pa.Array]) -> Mask:
    values = clean[condition.column]
    if condition.is_null is not None:
        is_met: Mask = np.asarray(values.is_valid()) != condition.is_null
        return is_met
    norm = _as_boolean if pa.types.is_boolean(values.type) else _as_number
    wanted = {
        norm(word) for word in ([condition.equals] if condition.in_ is None else condition.in_) if word is not None
    }
    found = words.by_distinct(words.as_words(values), lambda word: norm(word) in wanted, pa.bool_())
    return np.asarray(pc.fill_null(found, False))


def _as_number(word: str) -> str:
    """Numbers compare as numbers (1, 1.0); other words as they stand."""
    try:
        return repr(float(word))
    except ValueError:
        return word


def _as_boolean(word: str) -> str:
    """In a column of truth values 1, yes and true are the same."""
    return str(words.BOOLEANS.get(word.lower(), word))


def _words(times: Any) -> list[str]:
    found: list[str] = pa.array(times, pa.timestamp("us")).cast(pa.string()).to_pylist()
    return found
