"""The roles of keys; which route each may call stands in serving.permissions."""

from __future__ import annotations

ADMIN = "admin"
MANAGER = "manager"
REP = "rep"
CRM = "crm"
ANALYST = "analyst"
ROLES = (ADMIN, MANAGER, REP, CRM, ANALYST)
