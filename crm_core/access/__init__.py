"""Who may what: roles, keys, and whose leads and customers a caller sees."""

from __future__ import annotations

from crm_core.access.keys import ApiKey, create_key, find_key, list_keys, revoke_key, rotate_key
from crm_core.access.ownership import Ownership
from crm_core.access.roles import ROLES
from crm_core.access.scope import EVERYBODYS, Scope, scope_of

__all__ = [
    "EVERYBODYS",
    "ROLES",
    "ApiKey",
    "Ownership",
    "Scope",
    "create_key",
    "find_key",
    "list_keys",
    "revoke_key",
    "rotate_key",
    "scope_of",
]
