"""A file's content without a person: one function per format, each from old bytes to new ones."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crm_core.privacy.traces import ERASED, Traces

_ROW_OF_HTML = re.compile(r"<tr\b(?:(?!<tr\b).)*?</tr>", re.DOTALL | re.IGNORECASE)
_DISTINCT = re.compile(r"(?=.*\d)(?=.*[^\d]).{4,}|\d{6,}")  # an id that no ordinary word or figure equals
_OPEN_OBJECT = ("{", "[")


@dataclass(frozen=True)
class Wanted:
    """What is looked for. `ids` of the person's rows; `is_exact`: a name counts where it is the whole text only, as in
    a model's categories, in which it may be part of another word.
    """

    traces: Traces
    ids: frozenset[str]
    is_exact: bool = False

    @cached_property
    def id_words(self) -> re.Pattern[str]:
        """Ids within running text; those that could be a figure or a word are left to tables and JSON."""
        found = [re.escape(one) for one in sorted(self.ids) if _DISTINCT.fullmatch(one)]
        return re.compile(rf"(?<![\w-])(?:{'|'.join(found)})(?![\w-])" if found else "(?!)")

    def text(self, text: str) -> str:
        """Running text without ids, numbers, addresses and names."""
        if self.is_exact:
            return ERASED if text in self.traces.names else self.traces.redact_contacts(text)
        return self.id_words.sub(ERASED, self.traces.redact(text))

    def is_id(self, cell: Any) -> bool:
        """Whether a cell is one of the ids, or JSON that names one."""
        if not isinstance(cell, str):
            return False
        if cell.startswith(_OPEN_OBJECT):
            return any(json.dumps(one, ensure_ascii=False) in cell for one in self.ids)
        return cell.lstrip("'") in self.ids

    def json(self, value: Any) -> Any:
        """JSON without entries about the person, and without its traces in others."""
        if isinstance(value, str):
            return ERASED if value in self.ids else self.text(value)
        if isinstance(value, list):
            return [self.json(inner) for inner in value if not self._is_about(inner)]
        if isinstance(value, dict):
            return {self.text(str(key)): self.json(inner) for key, inner in value.items() if key not in self.ids}
        return self.traces.redact_json(value)

    def _is_about(self, entry: Any) -> bool:
        return isinstance(entry, dict) and any(self.is_id(inner) for inner in entry.values())


def without_in_text(content: bytes, wanted: Wanted) -> bytes:
    """Text of any kind; rows of HTML tables that have an id in a cell go whole."""
    text = content.decode("utf-8", "surrogateescape")
    text = _ROW_OF_HTML.sub(lambda row: "" if _names_id(row.group(), wanted) else row.group(), text)
    return wanted.text(text).encode("utf-8", "surrogateescape")


def without_in_json(content: bytes, wanted: Wanted) -> bytes:
    """A JSON document; what is no JSON after all is read as text."""
    try:
        value = json.loads(content)
    except ValueError:
        return without_in_text(content, wanted)
    kept = wanted.json(value)
    if kept == value:
        return content
    return (json.dumps(kept, ensure_ascii=False, indent=1) + "\n").encode()


def without_in_json_lines(content: bytes, wanted: Wanted) -> bytes:
    """One JSON document per line."""
    return b"".join(_line(line, wanted) for line in content.splitlines(keepends=True))


def without_in_csv(content: bytes, wanted: Wanted) -> bytes:
    """A table with a header; rows that have an id in a cell go whole."""
    text = content.decode("utf-8", "surrogateescape")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    kept = [[wanted.text(cell) for cell in row] for row in rows if not any(map(wanted.is_id, row))]
    if kept == rows:
        return content
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(kept)
    return stream.getvalue().encode("utf-8", "surrogateescape")


def without_in_parquet(content: bytes, wanted: Wanted) -> bytes:
    """A table; rows that have an id in a cell go whole."""
    rows = pq.read_table(io.BytesIO(content))
    texts = [name for name in rows.column_names if pa.types.is_string(rows.schema.field(name).type)]
    columns = [rows[name].to_pylist() for name in texts]
    keep = [not any(map(wanted.is_id, cells)) for cells in zip(*columns, strict=True)] if texts else []
    kept = rows.filter(pa.array(keep, pa.bool_())) if texts else rows
    for name in texts:
        kept = _redacted(kept, name, wanted)
    if kept.equals(rows):
        return content
    sink = io.BytesIO()
    pq.write_table(kept, sink, compression="zstd")
    return sink.getvalue()


def _redacted(rows: pa.Table, name: str, wanted: Wanted) -> pa.Table:
    place = rows.column_names.index(name)
    changed = {text: wanted.text(text) for text in pc.unique(rows[name]).to_pylist() if text}
    cells = [changed.get(text, text) for text in rows[name].to_pylist()]
    return rows.set_column(place, rows.schema.field(place), pa.array(cells, rows.schema.field(place).type))


def _line(line: bytes, wanted: Wanted) -> bytes:
    try:
        value = json.loads(line)
    except ValueError:
        return without_in_text(line, wanted)
    kept = wanted.json(value)
    return line if kept == value else json.dumps(kept, ensure_ascii=False).encode() + b"\n"


def _names_id(html_row: str, wanted: Wanted) -> bool:
    cells = re.findall(r">\s*([^<>]+?)\s*<", html_row)
    return any(cell in wanted.ids for cell in cells)


BY_ENDING: dict[str, Callable[[bytes, Wanted], bytes]] = {
    ".csv": without_in_csv,
    ".json": without_in_json,
    ".ipynb": without_in_json,
    ".jsonl": without_in_json_lines,
    ".ndjson": without_in_json_lines,
    ".parquet": without_in_parquet,
}
