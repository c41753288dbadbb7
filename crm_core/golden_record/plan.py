"""From evidence to decisions: what is merged without a person, and what a person is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from configs.sections import MatchDecision
from crm_core.golden_record.clusters import Clusters
from crm_core.golden_record.evidence import Evidence
from crm_core.golden_record.profile import Profile


@dataclass(frozen=True)
class Merge:
    """One customer comes to stand under the golden id of another."""

    from_id: str
    into_id: str
    evidence: Evidence


def plan_merges(
    found: Sequence[Evidence], profiles: dict[str, Profile], clusters: Clusters, decision: MatchDecision
) -> list[Merge]:
    """Merges that need no person, strongest evidence first; `clusters` is left as they make it."""
    strong = [evidence for evidence in found if _is_automatic(evidence, decision)]
    unclear = _ambiguous(strong, profiles, decision)
    merges = []
    for evidence in sorted(strong, key=_strongest_first):
        left, right = evidence.left_id, evidence.right_id
        is_open = clusters.root(left) != clusters.root(right) and (left, right) not in unclear
        if is_open and clusters.may_join(left, right):
            merges.append(Merge(*clusters.join(left, right), evidence))
    return merges


def _is_automatic(evidence: Evidence, decision: MatchDecision) -> bool:
    """Enough evidence, and neither another place nor another branch."""
    return evidence.total_bits >= decision.automatic_bits and not {"place", "branch"} & evidence.levels.keys()


def _strongest_first(evidence: Evidence) -> tuple[float, str, str]:
    return -evidence.total_bits, evidence.left_id, evidence.right_id


def _ambiguous(
    strong: Iterable[Evidence], profiles: dict[str, Profile], decision: MatchDecision
) -> set[tuple[str, str]]:
    """Pairs in which a customer without a code has nearly as good a claim to a firm of another code."""
    claims: defaultdict[str, list[tuple[float, str, Evidence]]] = defaultdict(list)
    for evidence in strong:
        left, right = profiles[evidence.left_id], profiles[evidence.right_id]
        for customer, other in ((left, right), (right, left)):
            if not customer.code and other.code:
                claims[customer.customer_id].append((evidence.total_bits, other.code, evidence))
    return {pair for claimed in claims.values() for pair in _contested(claimed, decision.ambiguity_bits)}


def _contested(claims: Sequence[tuple[float, str, Evidence]], lead: float) -> set[tuple[str, str]]:
    """All claims but those to the firm that leads by enough."""
    best_bits, best_code, _ = max(claims, key=lambda claim: (claim[0], claim[1]))
    others = [bits for bits, code, _ in claims if code != best_code]
    is_clear = not others or best_bits - max(others) >= lead
    return {(one.left_id, one.right_id) for _, code, one in claims if not (is_clear and code == best_code)}
