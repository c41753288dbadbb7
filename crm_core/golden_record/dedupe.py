"""Finding duplicates among all customers: merge what is certain, propose what is likely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from configs.sections import GoldenRecord
from configs.settings import Settings
from crm_core.database import read_transaction, write_transaction
from crm_core.golden_record.aliases import golden_ids, lock_merges
from crm_core.golden_record.candidates import candidate_pairs
from crm_core.golden_record.clusters import Clusters
from crm_core.golden_record.decisions import insert_automatic, match_rule_version
from crm_core.golden_record.evidence import Evidence, Matcher, must_differ
from crm_core.golden_record.matches import pairs_kept_apart, pending_matches, put_matches
from crm_core.golden_record.plan import plan_merges
from crm_core.golden_record.population import Population
from crm_core.golden_record.profile import Profile, read_profiles


@dataclass(frozen=True)
class Deduplication:
    """What a run did: customers read, pairs compared, merges made, pairs that wait for a person after it."""

    as_of: datetime
    rule_version: str
    customers: int
    pairs_compared: int
    merged: int
    waiting: int


def dedupe(engine: Engine, settings: Settings, as_of: datetime) -> Deduplication:
    """Compare the customers known at as_of; the same again changes nothing.

    A pair that a person rejected, or whose merge a person undid, is never merged without a person.

    Raises
    ------
    MergeRefusedError: something was decided after as_of.
    DatabaseError: the database cannot be read or written; nothing is stored.
    """
    rules, version = settings.golden_record, match_rule_version(settings)
    with read_transaction(engine) as connection:
        profiles = read_profiles(connection, as_of, rules.phone_region)
    matcher = Matcher(rules, Population(profiles))
    compared, found = find_matches(profiles, matcher, rules)
    with write_transaction(engine) as connection:
        last_id = lock_merges(connection, as_of)
        by_id = {profile.customer_id: profile for profile in profiles}
        apart = pairs_kept_apart(connection, as_of)
        clusters = Clusters(by_id, golden_ids(connection, as_of), apart, matcher, rules.decision)
        merges = plan_merges(found, by_id, clusters, rules.decision)
        insert_automatic(connection, merges, last_id, version, as_of)
        put_matches(connection, [one for one in found if _is_worth_asking(one, clusters)], version, as_of)
        waiting = len(pending_matches(connection, as_of))
    return Deduplication(as_of, version, len(profiles), compared, len(merges), waiting)


def find_matches(profiles: Sequence[Profile], matcher: Matcher, rules: GoldenRecord) -> tuple[int, list[Evidence]]:
    """How many pairs were compared, and those likely enough to be put to a person or better."""
    pairs = candidate_pairs(profiles, rules.blocking)
    found = []
    for left, right in pairs.tolist():
        if not must_differ(profiles[left], profiles[right]):
            evidence = matcher.compare(profiles[left], profiles[right])
            if evidence.total_bits >= rules.decision.review_bits:
                found.append(evidence)
    return len(pairs), found


def _is_worth_asking(evidence: Evidence, clusters: Clusters) -> bool:
    """Not where the two sets have become firms of two codes, which nobody may merge."""
    left, right = evidence.left_id, evidence.right_id
    return clusters.root(left) == clusters.root(right) or not clusters.are_two_firms(left, right)
