"""CSV that a spreadsheet may open: no cell is taken for a formula (OWASP, CSV injection)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.responses import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK = "\ufeff"  # by which spreadsheets know UTF-8


def safe_cell(value: Any) -> Any:
    """Text that begins like a formula gets a quote before it; numbers stay numbers.

    >>> safe_cell("=1+1"), safe_cell(" @x"), safe_cell(-3.5), safe_cell(None), safe_cell("Acme")
    ("'=1+1", "' @x", -3.5, '', 'Acme')
    """
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 (NaN)
        return ""
    if isinstance(value, str) and value.lstrip(" \u3000").startswith(_FORMULA):
        return f"'{value}"
    return value


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A file to download."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(cell) for cell in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response((_MARK + out.getvalue()).encode(), media_type="text/csv; charset=utf-8", headers=headers)
