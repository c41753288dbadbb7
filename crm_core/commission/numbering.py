"""Which of a customer's orders is the first, the second, and so on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from crm_core.commission.facts import OrderFact


def order_numbers(orders: Iterable[OrderFact]) -> dict[str, int]:
    """Order -> its number among its customer's purchases, by ordered_at and then order_id, from 1.

    Paid or not, every purchase known has a number. Credit notes, cancelled orders and orders over nothing have none, so
    that a cancellation moves the later orders up.
    """
    of_customer: defaultdict[str, list[OrderFact]] = defaultdict(list)
    for order in orders:
        if order.is_purchase:
            of_customer[order.customer_id].append(order)
    return {
        order.order_id: number
        for mine in of_customer.values()
        for number, order in enumerate(sorted(mine, key=in_time), start=1)
    }


def in_time(order: OrderFact) -> tuple[object, str]:
    """The key by which orders come one after the other."""
    return order.ordered_at, order.order_id
