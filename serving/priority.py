"""GET /v1/priority: whom to call first, by the scores of this moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from configs.settings import Settings
from crm_core.access import Scope
from crm_core.exchange.open_leads import OpenLead
from crm_core.lookup.rep_weeks import RepWeek
from scoring.encoding import as_category
from scoring.lead_scores import fits, priorities, score_vectors
from serving.champion import ChampionHolder
from serving.clock import Clock
from serving.lead_scoring import LeadScoring
from serving.models_needed import model_answer, needed
from serving.vectors import VectorSource


class PriorityList:
    """Ranks open leads as `score leads` does, then scores those shown, so that each has its reasons and its receipt.

    Parameters
    ----------
    open_leads: leads of a scope that may be called at a moment, of one rep or of all.
    rep_weeks: hours of the reps of a scope in the week of a moment.
    """

    def __init__(
        self,
        open_leads: Callable[[datetime, str | None, Scope], Sequence[OpenLead]],
        champions: ChampionHolder,
        vectors: VectorSource,
        leads: LeadScoring,
        clock: Clock,
        settings: Settings,
        rep_weeks: Callable[[datetime, Scope], Mapping[str, RepWeek]],
    ) -> None:
        self._open_leads = open_leads
        self._rep_weeks = rep_weeks
        self._champions = champions
        self._vectors = vectors
        self._leads = leads
        self._clock = clock
        self._settings = settings

    def of(self, rep_id: str | None, limit: int, scope: Scope) -> dict[str, Any]:
        """The first `limit` of the open leads of the scope that have features. A rep's are its own, whatever `rep_id`.

        Raises
        ------
        UnavailableError: there is no model, or a store does not answer.
        """
        champion = needed(self._champions, "win")
        now = self._clock.now()
        leads = {lead.lead_id: lead for lead in self._open_leads(now, scope.rep_id or rep_id, scope)}
        found = self._vectors.of("leads", list(leads), now)
        ids, rows = list(found), [vector.values for vector in found.values()]
        scores = score_vectors(champion.artefact, rows, self._settings, with_reasons=False)
        ranks = priorities(scores, ids) if ids else np.array([], dtype=int)
        weeks = self._rep_weeks(now, scope)
        hours = [self._settings.priority.hours_of(as_category(row.get("current_stage"))) for row in rows]
        left = {key: week.left_hours for key, week in weeks.items()}
        fitting = fits(scores, ranks, [leads[one].rep_id for one in ids], hours, left)
        planned = {
            one: {"step_hours": step, "fits_this_week": fit} for one, step, fit in zip(ids, hours, fitting, strict=True)
        }
        first = [ids[place] for place in np.argsort(ranks)[:limit]]
        shown = self._leads.by_ids(first)["scores"] if first else []
        ranked = [
            {"priority": rank, **_described(leads[one["lead_id"]]), **planned[one["lead_id"]], **one}
            for rank, one in enumerate(shown, 1)
        ]
        reps = sorted({lead["rep_id"] for lead in ranked} & set(weeks))
        told = {rep: {**vars(weeks[rep]), "starts_at": weeks[rep].starts_at.isoformat()} for rep in reps}
        return {"model": model_answer("win", champion), "total": len(ids), "leads": ranked, "weeks": told}


def _described(lead: OpenLead) -> dict[str, str | None]:
    return {"company_name": lead.company_name, "product": lead.product, "rep_id": lead.rep_id}
