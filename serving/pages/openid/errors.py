"""What can go wrong between us and the provider.

OpenIdError        root: the sign-in failed; the message goes to the log, the person is told no more than that
└── ProviderError  the provider does not answer, or not as the standard says
"""

from __future__ import annotations


class OpenIdError(Exception):
    """The sign-in failed."""


class ProviderError(OpenIdError):
    """The provider does not answer, or not as the standard says."""
