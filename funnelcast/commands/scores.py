"""Command score: batch scores of everything open or active."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelcast.announce import announce_scores, keep_scores
from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.memory import give_back_large_blocks
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN_ROWS = 10


class Entity(StrEnum):
    """What can be scored."""

    leads = "leads"
    customers = "customers"


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("score", epilog="Example: funnelcast score leads --out scores.csv")(score)


def score(
    entity: Annotated[Entity, typer.Argument(help="leads: everything open; customers: everything active.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write, .csv or .parquet. Default: show the first rows.")
    ] = None,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Score in batch, as of a moment, by the champion."""
    context = Context.of(as_of, is_json)
    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise CommandError(f"--out must end in .csv or .parquet, but got {out.name!r}.")
    scores = score_leads_now(context) if entity is Entity.leads else score_customers_now(context)
    if out is not None:
        write_scores(scores, out)  # before others are told, which takes as long again where all are new
    announce_scores(context, entity.value.removesuffix("s"), scores)
    human = scored(len(scores), entity, context.as_of, out)
    context.answer(
        {"rows": len(scores), "out": str(out) if out else None}, human if out else f"{human}\n{_first_rows(scores)}"
    )


def scored(count: int, entity: Entity, as_of: datetime, out: Path | None) -> str:
    """What was done, and why nothing where it was nothing.

    >>> scored(0, Entity.leads, datetime(2024, 5, 1), None)
    'Scored 0 leads as of 2024-05-01T00:00:00: none was open then.'
    """
    place = f" into {out}" if out else ""
    idle = {Entity.leads: "none was open then", Entity.customers: "none was active then"}
    return f"Scored {count:,} {entity} as of {as_of.isoformat()}{place}" + ("." if count else f": {idle[entity]}.")


def score_leads_now(context: Context) -> DataFrame:
    """Contract columns of every open lead, best first; kept in the score log too."""
    from crm_core.lookup.rep_weeks import rep_weeks
    from scoring.lead_batch import score_chunks

    give_back_large_blocks()
    artefact, version = context.registry.load_champion("win")
    weeks = rep_weeks(context.engine, context.settings, context.as_of)
    left = {rep_id: week.left_hours for rep_id, week in weeks.items()}
    chunks = context.repository.current_chunks("leads", context.as_of, progress=context.progress)
    scores = score_chunks(artefact, version, chunks, context.settings, context.as_of, left_hours=left)
    keep_scores(context, artefact, version, scores)
    return scores


def score_customers_now(context: Context) -> DataFrame:
    """Contract columns of every active customer, most money at risk first."""
    from scoring.customer_scores import score_customers

    churn, churn_version = context.registry.load_champion("churn")
    rfm, rfm_version = context.registry.load_champion("rfm")
    frame = context.repository.current_frame("customers", context.as_of)
    versions = {"churn": churn_version, "rfm": rfm_version}
    return score_customers(churn, rfm, versions, frame, context.settings, context.as_of)


def write_scores(scores: DataFrame, out: Path) -> None:
    """Write the scores whole or not at all; lists become JSON text, and no cell can start a spreadsheet formula."""
    import pandas as pd

    flat, is_csv = scores.copy(deep=False), out.suffix == ".csv"
    for column in flat.select_dtypes("object").columns:
        cells = [_as_cell(cell, is_csv=is_csv) for cell in flat[column]]
        flat[column] = pd.Series(cells, index=flat.index, dtype=object)
    if is_csv:  # Parquet has moments of its own
        for column in flat.select_dtypes("datetimetz").columns:
            flat[column] = [moment.isoformat() for moment in flat[column]]
    part = out.with_name(f".{out.name}.part")
    out.parent.mkdir(parents=True, exist_ok=True)
    if is_csv:
        flat.to_csv(part, index=False)
    else:
        flat.to_parquet(part, index=False)
    part.replace(out)


def _as_cell(cell: Any, *, is_csv: bool) -> Any:
    if cell.__class__ is str and not is_csv:
        return cell
    if isinstance(cell, list | dict):
        return "[]" if cell == [] else json.dumps(cell, ensure_ascii=False)
    if is_csv and isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return cell


def _first_rows(scores: DataFrame) -> str:
    """The first rows for a person: figures rounded, what is the same in every row left out."""
    shown = scores.drop(columns=["reasons", "as_of"], errors="ignore").head(SHOWN_ROWS)
    rounded = shown.map(lambda cell: round(cell, 3) if isinstance(cell, float) else cell)
    return text_table(list(rounded.columns), rounded.to_numpy().tolist())
