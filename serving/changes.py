"""GET /v1/changes: the change feed, page by page."""

from __future__ import annotations

from typing import Any

from crm_core.exchange.feed import Page


def changes_answer(page: Page) -> dict[str, Any]:
    """Plain JSON of a page. Cursors are text: what is in them is ours to change."""
    changes = [change.to_json() for change in page.changes]
    return {"changes": changes, "cursor": str(page.cursor), "has_more": page.has_more}
