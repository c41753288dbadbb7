"""The menu: pages that a role may open, in the order of a day's questions."""

from __future__ import annotations

from serving.pages.permissions import PAGE_PERMISSIONS

MENU = (
    ("/today", "today"),
    ("/leads", "leads"),
    ("/funnel", "funnel"),
    ("/incidents", "incidents"),
    ("/customers", "customers"),
    ("/channels", "channels"),
    ("/commission", "commission"),
    ("/recognition", "recognition"),
    ("/models", "models"),
    ("/reviews", "reviews"),
    ("/explore", "explore"),
    ("/settings", "settings"),
)


def menu_of(role: str) -> list[tuple[str, str]]:
    """(path, key of its words) of each page; empty for who has not signed in."""
    return [(path, key) for path, key in MENU if role in PAGE_PERMISSIONS.get(("GET", path), ())]
