"""Which customers are one firm: the ids that stand under one golden id by the merges known at a moment."""

from __future__ import annotations

import ibis

from features.asof import Hold, Table, Tables
from features.moments import micro


def customer_families(tables: Tables, hold: Hold) -> Table:
    """(customer_id, member_id, visible_from, visible_until): two customers that are one firm in the meantime, in both
    directions and never a customer with itself. Intervals of one pair do not overlap.

    An alias is known from the decision that made it until the one that changed it, so a merge is seen from its own
    moment on and an undone one until its undo.
    """
    aliases = tables["customer_aliases"]
    is_other = (aliases.customer_id != aliases.golden_id) & (aliases.visible_from < aliases.visible_until)
    alias = hold(aliases.filter(is_other).select("customer_id", "golden_id", "visible_from", "visible_until"))
    upwards = alias.select("customer_id", "visible_from", "visible_until", member_id=alias.golden_id)
    downwards = alias.select("visible_from", "visible_until", customer_id=alias.golden_id, member_id=alias.customer_id)
    pairs = _siblings(alias)
    for more in (upwards, downwards):
        pairs = pairs.union(more.select("customer_id", "member_id", "visible_from", "visible_until"))
    return pairs


def _siblings(alias: Table) -> Table:
    """Pairs of customers under one golden id that is neither of them."""
    # Under other names: a view of a view is not told apart from it.
    other = alias.select(
        "golden_id", member_id=alias.customer_id, other_from=alias.visible_from, other_until=alias.visible_until
    )
    both = alias.join(
        other,
        [
            alias.golden_id == other.golden_id,
            alias.customer_id != other.member_id,
            alias.visible_from < other.other_until,
            other.other_from < alias.visible_until,
        ],
    )
    return both.select(
        alias.customer_id,
        other.member_id,
        visible_from=micro(ibis.greatest(alias.visible_from, other.other_from)),
        visible_until=micro(ibis.least(alias.visible_until, other.other_until)),
    )


def members_of(spine: Table, families: Table) -> Table:
    """(entity_id, as_of, member_id): of every customer (entity_id) of the spine all ids of the firm at as_of, its own
    among them, each once. `spine` has each (entity_id, as_of) once; `families`: see `customer_families`.
    """
    own = spine.select("entity_id", "as_of", member_id=spine.entity_id)
    merged = spine.join(
        families,
        [
            spine.entity_id == families.customer_id,
            families.visible_from <= spine.as_of,
            families.visible_until > spine.as_of,
        ],
    )
    return own.union(merged.select(spine.entity_id, spine.as_of, families.member_id))
