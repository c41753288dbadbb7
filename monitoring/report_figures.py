"""The figures of the managers' report: what the page shows and what `report.json` holds are this one object."""

from __future__ import annotations

from typing import Any

import pandas as pd

from configs.settings import Settings
from monitoring.drift_sentences import size_in_words
from monitoring.inspection import Inspection
from monitoring.model_card import model_card
from monitoring.next_steps import next_steps
from monitoring.priority_rows import priority_rows
from monitoring.sources import Model
from monitoring.texts import Text
from scoring.units import symbol_of

NAMED_COLUMNS = 3

Champion = tuple[Model, int] | None


def report_figures(
    inspection: Inspection, champion: Champion, scores: pd.DataFrame | None, settings: Settings
) -> dict[str, Any]:
    """Everything the report says, as plain JSON.

    Parameters
    ----------
    champion: the win model in use and its version, None without one.
    scores: as `score leads` writes them, None where nothing was scored.
    """
    figures = inspection.to_json()
    model, version = champion or (None, None)
    return {
        "as_of": figures["as_of"],
        "windows": figures["windows"],
        "headlines": headlines(inspection),
        "channel_mix": figures["channel_mix"],
        "score": figures["score"],
        "drifted": [
            {**column.to_json(), "size": size_in_words(column.psi_excess).to_json()} for column in inspection.drifted
        ],
        "tested": len(inspection.columns),
        "untested": figures["untested"],
        "model": model_card(model, version),
        "priority": priority_rows(scores, settings.monitoring.priority_rows),
        "currency": symbol_of(settings.intake.currency),
        "open_leads": None if scores is None else len(scores),
        "next_steps": [step.to_json() for step in next_steps(inspection, has_model=model is not None)],
    }


def headlines(inspection: Inspection) -> list[dict[str, Any]]:
    """The summary in a few sentences, each with whether it asks for attention."""
    verdict = inspection.score_verdict
    lines = [(inspection.mix.text, inspection.mix.is_changed)]
    lines.append((inspection.score_statement, verdict is not None and verdict.is_drifted))
    lines.append(_columns_headline(inspection))
    return [{**text.to_json(), "is_alarm": is_alarm} for text, is_alarm in lines]


def _columns_headline(inspection: Inspection) -> tuple[Text, bool]:
    if inspection.windows.shortage is not None:
        return inspection.windows.shortage, False
    features = [column for column in inspection.columns if column is not inspection.score_verdict]
    drifted = [column for column in features if column.is_drifted]
    if not drifted:
        return Text(
            f"None of {len(features)} tested features drifted.", f"检测的 {len(features)} 个特征均未发生漂移。"
        ), False
    en, zh = (
        ", ".join(column.name.en for column in drifted[:NAMED_COLUMNS]),
        "、".join(column.name.zh for column in drifted[:NAMED_COLUMNS]),
    )
    counted = f"{len(drifted)} of {len(features)} tested features drifted"
    more = len(drifted) - NAMED_COLUMNS
    return (
        Text(
            f"{counted}: {en}{f' and {more} more' if more > 0 else ''}.",
            f"检测的 {len(features)} 个特征中有 {len(drifted)} 个发生漂移：{zh}{'等' if more > 0 else ''}。",
        ),
        True,
    )
