"""Which role may call which route: the one table. What is not in it is refused to everybody, also to an admin.

`/metrics` and the probes are open to whoever reaches the port, as Prometheus and orchestrators expect: they hold counts
and durations by route template, never an id. Where that is too much, let the proxy in front keep `/metrics` inside.
"""

from __future__ import annotations

from crm_core.access.roles import ADMIN, ANALYST, CRM, MANAGER, REP
from serving.pages.permissions import PAGE_PERMISSIONS

PUBLIC = frozenset({"everybody"})  # no key is asked for

PERMISSIONS: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/livez"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/docs.json"): PUBLIC,
    ("POST", "/v1/leads/score"): frozenset({ADMIN, CRM, ANALYST}),
    ("POST", "/v1/customers/score"): frozenset({ADMIN, CRM, ANALYST}),
    # A manager's and a rep's own only; anybody else's is 404.
    ("GET", "/v1/predictions/{prediction_id}"): frozenset({ADMIN, CRM, ANALYST, MANAGER, REP}),
    ("GET", "/v1/priority"): frozenset({ADMIN, CRM, MANAGER, REP}),
    # A rep's own; a manager's teams' and an admin's any by rep_id.
    ("GET", "/v1/commission/me"): frozenset({ADMIN, MANAGER, REP}),
    ("POST", "/v1/events"): frozenset({ADMIN, CRM}),
    ("GET", "/v1/changes"): frozenset({ADMIN, CRM, ANALYST}),
    **PAGE_PERMISSIONS,
}
NOBODY: frozenset[str] = frozenset()


def roles_of(method: str, path: str) -> frozenset[str]:
    """Roles that may call a route; none where the table does not know it.

    >>> sorted(roles_of("POST", "/v1/events")), roles_of("GET", "/v1/forgotten")
    (['admin', 'crm'], frozenset())
    """
    return PERMISSIONS.get((method, path), NOBODY)
