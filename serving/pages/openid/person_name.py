"""From the claims of an ID token to the name of a person of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from configs.sections import OpenIdProvider
from crm_core.access.people import name_as_stored
from serving.pages.openid.errors import OpenIdError


def name_of(claims: Mapping[str, Any], rules: OpenIdProvider) -> str:
    """The name, as people's are stored. That somebody has it is not said here.

    Raises
    ------
    OpenIdError: the claim is not there, or the provider does not vouch for the address.
    """
    value = claims.get(rules.claim)
    if not isinstance(value, str) or not value.strip():
        raise OpenIdError(f"An ID token must hold the claim {rules.claim}, but does not.")
    if rules.claim == "email" and rules.needs_verified_email and claims.get("email_verified") is not True:
        raise OpenIdError("The provider must vouch for the e-mail address (email_verified), but does not.")
    return name_as_stored(value.strip().removeprefix(rules.claim_prefix_removed))
