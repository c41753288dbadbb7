"""What a person decides: accept or reject a proposal, merge by hand, undo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from configs.settings import Settings
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import MergeRefusedError, UnknownCustomerError
from crm_core.funnel.versions import rows_of_as_of
from crm_core.golden_record.aliases import golden_id_of, lock_merges, members_of
from crm_core.golden_record.clusters import Seniority, seniority
from crm_core.golden_record.decisions import insert_manual, mark_undone, match_rule_version
from crm_core.golden_record.matches import Match, match_id_of, pending_matches
from crm_core.golden_record.profile import COLUMNS, Profile, plain_rows, profile_of
from crm_core.tables import CustomerMatch, CustomerMerge


@dataclass(frozen=True)
class Merged:
    """A merge that was made: `merge_id` undoes it."""

    merge_id: int
    from_id: str
    into_id: str
    golden_id: str


def review_queue(engine: Engine, as_of: datetime) -> list[Match]:
    """The pairs that wait for a person at as_of, likeliest first."""
    with read_transaction(engine) as connection:
        return pending_matches(connection, as_of)


def accept(engine: Engine, settings: Settings, match_id: str, actor: str, as_of: datetime) -> Merged:
    """Merge a proposed pair under the senior of the two golden ids (see `clusters.seniority`).

    Raises
    ------
    UnknownCustomerError: no such proposal waits.
    MergeRefusedError: the two would unite different valid codes, or something was decided after as_of.
    """
    with write_transaction(engine) as connection:
        last_id = lock_merges(connection, as_of)
        match = _waiting(connection, match_id, as_of)
        profiles = _checked(connection, settings, match.left_id, match.right_id, as_of)
        ends = sorted(
            (match.left_id, match.right_id), key=lambda end: _root_seniority(connection, profiles, end, as_of)
        )
        row = {
            "merge_id": last_id + 1,
            "from_id": ends[1],
            "into_id": ends[0],
            "score": match.score,
            "evidence": match.evidence,
            "rule_version": match.rule_version,
        }
        return _merge(connection, row, actor, as_of)


def merge(engine: Engine, settings: Settings, from_id: str, into_id: str, actor: str, as_of: datetime) -> Merged:
    """Merge two customers by hand, under the golden id of `into_id`, whatever was proposed or rejected before.

    Raises
    ------
    UnknownCustomerError: one of them is not known at as_of.
    MergeRefusedError: they are one already, would unite different valid codes, or something was decided after as_of.
    """
    with write_transaction(engine) as connection:
        last_id = lock_merges(connection, as_of)
        _checked(connection, settings, from_id, into_id, as_of)
        proposed = connection.execute(
            select(CustomerMatch.score, CustomerMatch.evidence).where(
                CustomerMatch.match_id == match_id_of(from_id, into_id)
            )
        ).first()
        row = {
            "merge_id": last_id + 1,
            "from_id": from_id,
            "into_id": into_id,
            "score": proposed.score if proposed else None,
            "evidence": proposed.evidence if proposed else {},
            "rule_version": match_rule_version(settings),
        }
        return _merge(connection, row, actor, as_of)


def reject(engine: Engine, match_id: str, actor: str, as_of: datetime) -> Match:
    """Note that a proposed pair is two firms: it is never proposed again, and nothing but a person merges it.

    Raises
    ------
    UnknownCustomerError: no such proposal waits.
    MergeRefusedError: something was decided after as_of.
    """
    with write_transaction(engine) as connection:
        lock_merges(connection, as_of)
        match = _waiting(connection, match_id, as_of)
        is_it = CustomerMatch.match_id == match_id
        connection.execute(update(CustomerMatch).where(is_it).values(rejected_at=as_of, rejected_by=actor))
        return match


def undo(engine: Engine, merge_id: int, actor: str, as_of: datetime) -> Merged:
    """Undo a merge, whoever made it: everything stands as if it had never been.

    Raises
    ------
    UnknownCustomerError: there is no such merge.
    MergeRefusedError: it was undone before, or something was decided after as_of.
    """
    with write_transaction(engine) as connection:
        lock_merges(connection, as_of)
        row = connection.execute(select(CustomerMerge.__table__).where(CustomerMerge.merge_id == merge_id)).first()
        if row is None:
            raise UnknownCustomerError(f"A merge must exist to be undone, but there is none with number {merge_id}.")
        if row.undone_at is not None:
            raise MergeRefusedError(
                f"A merge can be undone once, but {merge_id} was undone at {row.undone_at.isoformat()}."
            )
        mark_undone(connection, merge_id, actor, as_of)
        return Merged(merge_id, row.from_id, row.into_id, golden_id_of(connection, row.into_id, as_of))


def _merge(connection: Connection, row: dict[str, Any], actor: str, as_of: datetime) -> Merged:
    insert_manual(connection, row, actor, as_of)
    golden_id = golden_id_of(connection, row["into_id"], as_of)
    return Merged(row["merge_id"], row["from_id"], row["into_id"], golden_id)


def _waiting(connection: Connection, match_id: str, as_of: datetime) -> Match:
    found = next((one for one in pending_matches(connection, as_of) if one.match_id == match_id), None)
    if found is None:
        raise UnknownCustomerError(f"A proposal must wait for a decision, but none with id {match_id!r} does.")
    return found


def _checked(connection: Connection, settings: Settings, left: str, right: str, as_of: datetime) -> dict[str, Profile]:
    """The profiles of all that would become one record, if the rules allow it."""
    if golden_id_of(connection, left, as_of) == golden_id_of(connection, right, as_of):
        raise MergeRefusedError(f"Two customers must stand under different ids to be merged, but got {left}, {right}.")
    ids = [*members_of(connection, left, as_of), *members_of(connection, right, as_of)]
    frame = rows_of_as_of(connection, "customers", as_of, COLUMNS, ("customer_id", ids))
    region = settings.golden_record.phone_region
    profiles = {row["customer_id"]: profile_of(row["customer_id"], row, region) for row in plain_rows(frame)}
    for end in (left, right):
        if end not in profiles:
            raise UnknownCustomerError(f"A customer must be known to be merged, but {end!r} is not.")
    codes = sorted({profile.code for profile in profiles.values() if profile.code})
    if len(codes) > 1:
        raise MergeRefusedError(
            f"Customers of one record must not have different valid credit codes, but got {', '.join(codes)}."
        )
    return profiles


def _root_seniority(connection: Connection, profiles: dict[str, Profile], end: str, as_of: datetime) -> Seniority:
    root, *others = members_of(connection, end, as_of)
    return seniority(profiles.get(root), root, is_standing=bool(others))
