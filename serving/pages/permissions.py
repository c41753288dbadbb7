"""Which role may open which page; rows of the one table in serving.permissions.

Pay (commission) is not an analyst's. A rep sees no page about the whole company: incidents, channels, models, settings.
"""

from __future__ import annotations

from crm_core.access.roles import ADMIN, ANALYST, MANAGER, REP

OPEN = frozenset({"everybody"})  # serving.permissions.PUBLIC, which imports this
ALL = frozenset({ADMIN, MANAGER, REP, ANALYST})
PAY = frozenset({ADMIN, MANAGER, REP})
ADMINS = frozenset({ADMIN})
OVERRIDING = frozenset({ADMIN, MANAGER, REP})  # who knows the lead; an analyst judges the model
MODELLING = frozenset({ADMIN, ANALYST})
COMPANY = frozenset({ADMIN, MANAGER, ANALYST})

PAGE_PERMISSIONS: dict[tuple[str, str], frozenset[str]] = {
    ("GET", "/sign-in"): OPEN,
    ("POST", "/sign-in"): OPEN,
    ("GET", "/sign-in/openid"): OPEN,
    ("GET", "/sign-in/openid/return"): OPEN,
    ("GET", "/preferences"): OPEN,
    ("GET", "/static/{digest}/{name}"): OPEN,
    ("POST", "/sign-out"): ALL,
    ("GET", "/"): ALL,
    ("GET", "/today"): ALL,
    ("GET", "/leads"): ALL,
    ("GET", "/leads.csv"): ALL,
    ("GET", "/lead"): ALL,
    ("POST", "/lead/score"): ALL,
    ("POST", "/lead/override"): OVERRIDING,
    ("GET", "/funnel"): ALL,
    ("GET", "/incidents"): COMPANY,
    ("GET", "/incident"): COMPANY,
    ("GET", "/customers"): ALL,
    ("GET", "/customer"): ALL,
    ("GET", "/channels"): COMPANY,
    ("GET", "/commission"): PAY,
    ("GET", "/recognition"): ALL,
    ("GET", "/models"): COMPANY,
    ("GET", "/models/drift"): COMPANY,
    ("GET", "/models/card"): COMPANY,
    ("GET", "/reviews"): COMPANY,
    ("GET", "/reviews/page"): COMPANY,
    ("GET", "/reviews/pdf"): COMPANY,
    ("GET", "/models/change"): MODELLING,
    ("POST", "/models/change"): MODELLING,
    ("GET", "/explore"): ALL,
    ("GET", "/explore/data"): ALL,
    ("GET", "/explore.csv"): ALL,
    ("GET", "/explore/library/{digest}/{package}/dist/{kind}/{name}"): ALL,
    ("GET", "/settings"): COMPANY,
    ("GET", "/settings/edit"): ADMINS,
    ("POST", "/settings/edit"): ADMINS,
    ("POST", "/settings/undo"): ADMINS,
}
