"""A golden record as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from funnelcast.tables import text_table

if TYPE_CHECKING:
    from crm_core.funnel import TouchPoint
    from crm_core.golden_record.golden_customer import GoldenCustomer
    from crm_core.golden_record.survivorship import Chosen


def in_words(record: GoldenCustomer) -> str:
    """The whole record, a paragraph for each part."""
    return "\n\n".join(_parts(record))


def stream_in_words(shown: Sequence[TouchPoint], count: int) -> str:
    """The newest touch points, moments in UTC, each with what it came through and what the person agreed to."""
    header = ["at", "source", "kind", "consent", "customer", "lead", "rep", "text"]
    rows = [
        [
            f"{touch.occurred_at:%Y-%m-%d %H:%M}", touch.source, touch.kind, touch.consent, touch.customer_id,
            touch.lead_id, touch.rep_id, touch.text,
        ]
        for touch in shown
    ]  # fmt: skip
    return f"{len(shown)} of {count} touch points\n{text_table(header, rows)}"


def _parts(record: GoldenCustomer) -> Iterator[str]:
    values = [[field, _shown(field, chosen), chosen.source_id] for field, chosen in _all_values(record)]
    yield f"{record.golden_id} as of {record.as_of.isoformat()}\n" + text_table(["field", "value", "from"], values)
    yield text_table(["alias", "name as entered"], [[alias.customer_id, alias.name] for alias in record.aliases])
    if record.merges:
        header = ["merge", "from", "into", "score", "decided by", "at"]
        rows = [
            [
                one.merge_id,
                one.from_id,
                one.into_id,
                one.score,
                f"{one.decided_by} ({one.actor})",
                one.decided_at.date(),
            ]
            for one in record.merges
        ]
        yield text_table(header, rows)
    yield f"{_transactions(record)}\n{_service(record)}"
    if record.faults:
        yield text_table(
            ["customer", "fault of entry", "value"], [[f.customer_id, f.rule, f.value] for f in record.faults]
        )


def _all_values(record: GoldenCustomer) -> list[tuple[str, Chosen]]:
    return [*record.base.items(), *record.attributes.items()]


def _shown(field: str, chosen: Chosen) -> object:
    if chosen.value is None:
        return None
    if field.endswith("_cents"):
        return f"{chosen.value / 100:,.2f}"
    is_whole = isinstance(chosen.value, float) and chosen.value.is_integer()
    return str(int(chosen.value) if is_whole else chosen.value)


def _transactions(record: GoldenCustomer) -> str:
    one = record.transactions
    span = f", {one.first_ordered_at:%Y-%m-%d} to {one.last_ordered_at:%Y-%m-%d}" if one.first_ordered_at else ""
    return (
        f"Orders: {one.count_orders} of {one.ordered_cents / 100:,.2f}{span}. "
        f"Payments: {one.count_payments} of {one.paid_cents / 100:,.2f}. "
        f"Receivables due and unpaid: {one.count_unpaid_receivables} of {one.unpaid_cents / 100:,.2f}."
    )


def _service(record: GoldenCustomer) -> str:
    one = record.service
    told = ", ".join(f"{kind} {count}" for kind, count in one.activities_by_kind.items())
    kinds = f" ({told})" if told else ""
    last = f", last on {one.last_contact_at:%Y-%m-%d}" if one.last_contact_at else ""
    rating = f"{one.count_ratings} of mean {one.mean_rating}" if one.count_ratings else "none"
    return f"Leads: {one.count_leads}. Touch points: {one.count_activities}{last}{kinds}. Ratings: {rating}."
