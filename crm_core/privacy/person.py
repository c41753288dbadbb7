"""Who is erased: all ids under which one customer or lead stands, and everything it is known by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from phonenumbers import PhoneNumberMatcher
from sqlalchemy import Connection, or_, select

from crm_core.errors import UnknownPersonError
from crm_core.golden_record.aliases import members_of
from crm_core.privacy.erasure_key import ErasureKey
from crm_core.privacy.mask import EMAIL, MOBILE
from crm_core.privacy.traces import Traces
from crm_core.tables import Base, Customer, Lead, Order, RowHistory, Tombstone

_EVER = datetime(9999, 12, 31, tzinfo=UTC)
_NAMES = ("name", "company_name", "contact_name", "unified_social_credit_code")


@dataclass(frozen=True)
class Person:
    """One customer with all members of its golden record and their leads, or one lead alone.

    `traces` are of every version of these rows, of the newest and of the superseded. `shared_with`: customers and leads
    that are not erased and have one of the numbers or addresses too; theirs stay.
    """

    kind: str
    asked_id: str
    customer_ids: tuple[str, ...]
    lead_ids: tuple[str, ...]
    traces: Traces
    shared_with: tuple[str, ...] = ()

    def ids(self, entity: str) -> tuple[str, ...]:
        """Ids of lead or customer."""
        return self.lead_ids if entity == "lead" else self.customer_ids


def find_person(connection: Connection, kind: str, asked_id: str, region: str, key: ErasureKey | None) -> Person:
    """The person of a customer or lead id; one that was erased before has its id only. All merges not undone count,
    whenever they were decided.

    Raises
    ------
    UnknownPersonError: no row and no tombstone has this id.
    """
    customers = tuple(members_of(connection, asked_id, _EVER)) if kind == "customer" else ()
    leads = (asked_id,) if kind == "lead" else _leads_of(connection, customers)
    versions = [*_versions(connection, "customers", customers), *_versions(connection, "leads", leads)]
    if not versions and not _is_referred_to(connection, customers) and not _was_erased(connection, kind, asked_id, key):
        raise UnknownPersonError(f"A {kind} to erase must exist or have existed, but none has the id {asked_id!r}.")
    traces = _traces(versions, region)
    return Person(kind, asked_id, customers, leads, traces, _sharing(connection, traces, {*customers, *leads}))


def _leads_of(connection: Connection, customer_ids: Sequence[str]) -> tuple[str, ...]:
    query = select(Lead.lead_id).where(Lead.customer_id.in_(customer_ids)).order_by(Lead.lead_id)
    return tuple(connection.execute(query).scalars())


def _versions(connection: Connection, table: str, keys: Sequence[str]) -> list[Mapping[str, Any]]:
    """All versions of these rows, the newest and the superseded."""
    own = Base.metadata.tables[table]
    newest = connection.execute(select(own).where(own.primary_key.columns[0].in_(keys))).mappings()
    older = select(RowHistory.row).where(RowHistory.table_name == table, RowHistory.row_key.in_(keys))
    return [*map(dict, newest), *connection.execute(older).scalars()]


def _is_referred_to(connection: Connection, customer_ids: Sequence[str]) -> bool:
    query = select(Order.order_id).where(Order.customer_id.in_(customer_ids)).limit(1)
    return connection.execute(query).first() is not None


def _was_erased(connection: Connection, kind: str, asked_id: str, key: ErasureKey | None) -> bool:
    digest = key.digest(kind, asked_id) if key else ""
    return connection.execute(select(Tombstone.digest).where(Tombstone.digest == digest)).first() is not None


def _traces(versions: Sequence[Mapping[str, Any]], region: str) -> Traces:
    phones = {str(row["phone"]) for row in versions if row.get("phone")}
    emails = {str(row["email"]) for row in versions if row.get("email")}
    names = {str(row[name]) for row in versions for name in _NAMES if row.get(name)}
    for text in _texts([row.get("attributes") for row in versions]):  # a second number is often a field of its own
        phones |= {found.group() for found in MOBILE.finditer(text)}
        phones |= {found.raw_string for found in PhoneNumberMatcher(text, region)}  # landlines, other countries
        emails |= {found.group() for found in EMAIL.finditer(text)}
    return Traces(frozenset(phones), frozenset(emails), frozenset(names), region)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    elif value is not None and not isinstance(value, bool):
        yield f"{value:.0f}" if isinstance(value, float) else str(value)


def _sharing(connection: Connection, traces: Traces, own: set[str]) -> tuple[str, ...]:
    """Others with one of the numbers or addresses, each as `customer:ID` or `lead:ID`."""
    found = []
    for kind, key, table in (("customer", Customer.customer_id, Customer), ("lead", Lead.lead_id, Lead)):
        query = select(key, table.phone, table.email).where(or_(table.phone.is_not(None), table.email.is_not(None)))
        for row_key, phone, email in connection.execute(query):
            if row_key not in own and traces.contacts.search(f"{phone or ''}\n{email or ''}"):
                found.append(f"{kind}:{row_key}")
    return tuple(sorted(found))
