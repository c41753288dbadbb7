"""Whether a lead may be shown as ready to sign."""

from __future__ import annotations

from dataclasses import dataclass

from crm_core.gates.credit import CreditHold


@dataclass(frozen=True)
class SigningPermission:
    """`code` and the texts say why not; None where it may."""

    is_allowed: bool
    code: str | None = None
    en: str | None = None
    zh: str | None = None


def may_sign(hold: CreditHold) -> SigningPermission:
    """No lead of a held customer may be shown as ready to sign (mission D6), whatever its score says."""
    if hold.is_held:
        return SigningPermission(is_allowed=False, code="credit_hold", en=hold.en, zh=hold.zh)
    return SigningPermission(is_allowed=True)
