"""Customers that are one firm, as sets that grow by one link at a time and never hold a contradiction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

from configs.sections import MatchDecision
from crm_core.golden_record.evidence import Matcher, must_differ
from crm_core.golden_record.profile import Profile


class Clusters:
    """A partition of customers, begun with the merges that stand.

    `apart`: pairs (lower id first) that a person held to be two firms: no link joins them.
    """

    def __init__(
        self,
        profiles: Mapping[str, Profile],
        golden: Mapping[str, str],
        apart: Iterable[tuple[str, str]],
        matcher: Matcher,
        decision: MatchDecision,
    ) -> None:
        self._profiles, self._apart, self._matcher, self._decision = profiles, set(apart), matcher, decision
        self._root = {customer_id: golden.get(customer_id, customer_id) for customer_id in profiles}
        self._members: dict[str, list[str]] = {}
        self._standing = set(golden.values())
        for customer_id, root in self._root.items():
            self._members.setdefault(root, []).append(customer_id)

    def root(self, customer_id: str) -> str:
        """The id under which the customer stands."""
        return self._root[customer_id]

    def may_join(self, left: str, right: str) -> bool:
        """Whether every customer of the one set may be the same firm as every customer of the other."""
        one, other = self._members[self._root[left]], self._members[self._root[right]]
        return len(one) + len(other) <= self._decision.max_members and all(
            self._may_be_one(first, second) for first, second in product(one, other)
        )

    def are_two_firms(self, left: str, right: str) -> bool:
        """Whether the two sets hold two different codes that are both right."""
        codes = {self._profiles[member].code for end in (left, right) for member in self._members[self._root[end]]}
        return len(codes - {""}) > 1

    def join(self, left: str, right: str) -> tuple[str, str]:
        """Put two sets under one id, the senior of the two; returns them as (from, into)."""
        into, source = sorted((left, right), key=lambda end: self._seniority(self._root[end]))
        golden, moved = self._root[into], self._members.pop(self._root[source])
        self._members[golden] += moved
        self._root |= dict.fromkeys(moved, golden)
        return source, into

    def _may_be_one(self, left: str, right: str) -> bool:
        if (min(left, right), max(left, right)) in self._apart:
            return False
        one, other = self._profiles[left], self._profiles[right]
        if must_differ(one, other):
            return False
        return self._matcher.compare(one, other).total_bits >= self._decision.chain_bits

    def _seniority(self, root: str) -> Seniority:
        return seniority(self._profiles.get(root), root, is_standing=root in self._standing)


Seniority = tuple[bool, bool, object, str]


def seniority(profile: Profile | None, customer_id: str, *, is_standing: bool) -> Seniority:
    """Key that puts first the id that should stand: a golden id of several, then the one known longest."""
    created_at = profile.created_at if profile else None
    return not is_standing, created_at is None, created_at or "", customer_id
