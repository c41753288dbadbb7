"""Free exploration by drag and drop (mission O3): the library runs in the browser, over what the visitor may see."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa
from starlette.datastructures import Headers
from starlette.responses import Response

from crm_core.bi.explore import NEWEST, TABLES, Explored, Language, column_names, explore
from serving.pages.csv_file import csv_response
from serving.pages.desk import Desk
from serving.pages.library import LIBRARY, library_url
from serving.pages.page_request import PageRequest
from serving.pages.templating import render
from serving.pages.texts import Texts, texts_of

CODES = {"outcome": "outcome", "entity": "entity", "source": "source", "tier": "tier"}  # column -> group of its words
ALL_ROWS = "x-all-rows"
_QUICK = 1  # gzip's level; the next ones take twice as long for a tenth less
LAYOUTS: dict[str, dict[str, Any]] = {
    "leads": {"plugin": "Y Bar", "group_by": ["channel"], "split_by": ["outcome"], "columns": ["lead_id"],
              "aggregates": {"lead_id": "count"}},
    "funnel": {"plugin": "Datagrid", "group_by": ["stage"], "columns": ["lead_id", "is_forward", "dwell_days"],
               "aggregates": {"lead_id": "count", "is_forward": "avg", "dwell_days": "median"}},
    "customers": {"plugin": "Y Bar", "group_by": ["tier"], "columns": ["ordered_amount"]},
    "scores": {"plugin": "Y Line", "group_by": ["scored_at"], "columns": ["win_probability"],
               "aggregates": {"win_probability": "avg"}},
}  # fmt: skip


def explore_page(asked: PageRequest, desk: Desk) -> Response:  # noqa: ARG001 (every page is made so)
    """GET /explore?table=."""
    table, words = asked.choice("table", TABLES), texts_of(asked.visitor.language)
    return render(
        "explore.html", asked.visitor, "/explore", table=table, tables=TABLES, library=library_url(),
        layout=json.dumps(_layout(table, words)), newest=words(f"column.{NEWEST[table]}"),
    )  # fmt: skip


def explore_data(asked: PageRequest, desk: Desk) -> Response:
    """GET /explore/data?table=: the newest rows as an Arrow stream; the header ALL_ROWS says how many there are."""
    found = _named(asked, desk)
    content, headers = _arrow_stream(found.frame), {ALL_ROWS: str(found.count_all), "vary": "accept-encoding"}
    if "gzip" in Headers(scope=asked.raw).get("accept-encoding", ""):
        content, headers["content-encoding"] = gzip.compress(content, _QUICK), "gzip"
    return Response(content, media_type="application/vnd.apache.arrow.stream", headers=headers)


def explore_csv(asked: PageRequest, desk: Desk) -> Response:
    """GET /explore.csv?table=: the same for a spreadsheet."""
    frame = _named(asked, desk).frame.astype(object)
    plain = frame.where(frame.notna(), None)
    return csv_response(f"{asked.choice('table', TABLES)}.csv", list(frame.columns), plain.itertuples(index=False))


def library_file(asked: PageRequest, desk: Desk) -> Response:  # noqa: ARG001 (every page is made so)
    """GET /explore/library/...: a file of the library."""
    return LIBRARY.response(asked.params)


def _arrow_stream(frame: pd.DataFrame) -> bytes:
    """Words as dictionaries and moments in milliseconds, which is what the library keeps of them."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    table = pa.table({name: _compact(table[name]) for name in table.column_names})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _compact(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("ms"), safe=False)
    return column if pa.types.is_floating(column.type) else column.cast(pa.string()).dictionary_encode()


def _named(asked: PageRequest, desk: Desk) -> Explored:
    visitor, table = asked.visitor, asked.choice("table", TABLES)
    language: Language = "zh" if visitor.language == "zh" else "en"
    found = explore(desk.engine, table, visitor.scope, language, desk.settings.pages.explore_rows)
    words = texts_of(visitor.language)
    for name in set(CODES) & set(found.frame.columns):
        found.frame[name] = _in_words(found.frame[name], CODES[name], words)
    names = {name: str(words(f"column.{name}")) for name in column_names(table)}
    return replace(found, frame=found.frame.rename(columns=names))


def _in_words(codes: Any, kind: str, words: Texts) -> Any:
    """Codes as the words of the pages; one without words stays."""
    return codes.map(lambda one: str(words(f"{kind}.{one}")) if words.has(f"{kind}.{one}") else one, na_action="ignore")


def _layout(table: str, words: Texts) -> dict[str, Any]:
    """How the table is laid out at first, with columns by their names."""

    def named(name: str) -> str:
        return str(words(f"column.{name}"))

    told = LAYOUTS[table]
    return {
        "plugin": told["plugin"],
        "group_by": [named(one) for one in told["group_by"]],
        "split_by": [named(one) for one in told.get("split_by", ())],
        "columns": [named(one) for one in told["columns"]],
        "aggregates": {named(one): how for one, how in told.get("aggregates", {}).items()},
        "group_rollup_mode": "rollup" if told["plugin"] == "Datagrid" else "flat",
        "title": str(words(f"explore.{table}")),
    }
