"""By which means a customer may be contacted (mission D3); words and default in configs/service_plan.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from configs.sections import Consent

_PARTS = re.compile(r"[;；|\n]")


@dataclass(frozen=True)
class ContactMeans:
    """One customer's means of contact, each either `proposed` or `refused`; on the `unasked` ones nothing was said."""

    proposed: tuple[str, ...]
    refused: tuple[str, ...]
    unasked: tuple[str, ...]


def told_consent(text: str, rules: Consent) -> dict[str, bool]:
    """Means -> whether the words consent to it. Words that neither consent nor refuse say nothing.

    Parts are separated by `;`. One that names no means is of all; one that does counts more than it; a refusal counts
    more than a consent.

    >>> from configs.settings import load_settings
    >>> rules = load_settings().service_plan.consent
    >>> told_consent("opt_in 2024-10-08; call: opt_out", rules)
    {'call': False, 'visit': True, 'email': True, 'chat': True}
    >>> told_consent("recorded with notice", rules)
    {}
    """
    parts = [(_named(part, rules), _sign(part, rules)) for part in _PARTS.split(text)]
    signed = [(named, is_given) for named, is_given in parts if is_given is not None]
    in_force = sorted(signed, key=lambda part: (len(part[0]) < len(rules.means), not part[1]))
    found = {means: is_given for named, is_given in in_force for means in named}
    return {means: found[means] for means in rules.means if means in found}


def customer_consents(touches: pd.DataFrame, rules: Consent) -> dict[str, dict[str, bool]]:
    """Customer -> means -> the last word on it, of two at one moment a refusal.

    `touches`: customer_id, occurred_at, consent.
    """
    told = touches.loc[touches["consent"].notna(), ["customer_id", "occurred_at", "consent"]]
    words = {text: told_consent(text, rules) for text in told["consent"].unique()}
    said = sorted(
        (moment, not is_given, customer_id, means)
        for customer_id, moment, text in told.itertuples(index=False)
        for means, is_given in words[text].items()
    )
    found: dict[str, dict[str, bool]] = {}
    for _, is_refused, customer_id, means in said:
        found.setdefault(customer_id, {})[means] = not is_refused
    return found


def contact_means(told: Mapping[str, bool], rules: Consent) -> ContactMeans:
    """Which means to propose to a customer of whom `told` is known."""
    may = {means: told.get(means, rules.unasked == "propose") for means in rules.means}
    return ContactMeans(
        tuple(means for means, is_given in may.items() if is_given),
        tuple(means for means, is_given in may.items() if not is_given),
        tuple(means for means in rules.means if means not in told),
    )


def _sign(part: str, rules: Consent) -> bool | None:
    if _has(part, rules.refused):
        return False
    return True if _has(part, rules.given) else None


def _named(part: str, rules: Consent) -> tuple[str, ...]:
    named = tuple(means for means, one in rules.means.items() if _has(part, [means, *one.words]))
    return named or tuple(rules.means)


def _has(part: str, words: Iterable[str]) -> bool:
    """Whether a word stands in the part: whole if it is of letters with spaces between words, else (中文) anywhere."""
    found = part.casefold()
    return any(
        re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", found) if word.isascii() else word in found
        for word in (one.casefold() for one in words)
    )
