"""What can go wrong with features.

FeatureError                    root of the package
├── NothingToLearnError         the facts hold no example at all
├── RowError                    a row handed in cannot be used
├── LakeError                   the event lake is damaged or in use
└── OnlineStoreError            the online store cannot be reached
"""

from __future__ import annotations


class FeatureError(Exception):
    """Features cannot be computed; the message gives the rule and what it got."""

    http_status = 500


class NothingToLearnError(FeatureError):
    """There is no row with a known label; the message says what is missing."""

    http_status = 422


class RowError(FeatureError):
    """A row handed in breaks a rule of the canonical tables."""

    http_status = 422


class LakeError(FeatureError):
    """The event lake is damaged, or another process has held it for too long."""

    http_status = 503


class OnlineStoreError(FeatureError):
    """The online store cannot be reached or refuses."""

    http_status = 503
