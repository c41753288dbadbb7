"""Random histories in any order: the balances equal a replay from nothing, and every journal sums to zero."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import mul
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from configs.sections import CommissionPlan, OrderRate
from configs.settings import load_settings
from crm_core.commission.arithmetic import amounts_of
from crm_core.commission.book import Book
from crm_core.commission.explain import explain
from crm_core.commission.facts import Facts, MentorFact, OrderFact, PaymentFact
from crm_core.commission.posting import Posting, replay
from crm_core.commission.wording import money
from tests.crm_core.commission.conftest import Company, staffed
from tests.crm_core.conftest import open_migrated

pytestmark = pytest.mark.slow

ZONE = ZoneInfo("Asia/Shanghai")
SPRING = datetime(2024, 3, 20, tzinfo=UTC)
FIRST = load_settings().commission.plans[0]
# A target within reach, so that bonuses move too.
PLAN = FIRST.model_copy(update={"monthly_target": Decimal("50.00")})

# Few ids, much of what earns and many runs, so that histories come back to what is booked already. The weights stand in
# sampled_from: one_of takes equal strategies for one.
Days = st.integers(0, 40)
Amounts = st.sampled_from([1, 333, 4_999, 10_000, 10_000, 20_000, 33_333, 40_000])
Cents = st.builds(mul, st.sampled_from([1, 1, 1, 1, -1]), Amounts)
Reps = st.sampled_from(["A", "A", "A", "B", None])
Orders = st.tuples(st.just("order"), st.integers(0, 2), st.integers(0, 1), Days, Cents, Reps)
IsConfirmed = st.sampled_from([True, True, True, False])
Payments = st.tuples(st.just("payment"), st.integers(0, 4), st.integers(0, 2), Days, Cents, IsConfirmed)
Shares = st.tuples(st.just("share"), st.integers(0, 2), st.integers(0, 10_000))
Mentors = st.tuples(st.just("mentor"), Days)
Plans = st.tuples(st.just("plan"), st.sampled_from(["0.01", "0.0333", "0.10"]), Days)
Visits = st.tuples(st.just("visit"), st.integers(0, 20))
Runs = st.tuples(st.just("run"))
KINDS = {"o": Orders, "p": Payments, "s": Shares, "m": Mentors, "l": Plans, "v": Visits, "r": Runs}


def histories(weights: str, smallest: int, largest: int) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """Lists of events; a kind as often as `weights` names it."""
    event = st.sampled_from(weights).flatmap(lambda letter: KINDS[letter])
    return st.lists(event, min_size=smallest, max_size=largest)


Histories = histories("oooopppppppsmlvrrrrr", 20, 50)


@dataclass
class World:
    """What is known so far, kept as the database would: the newest version, and what an earlier one was."""

    orders: dict[str, OrderFact] = field(default_factory=dict)
    payments: dict[str, PaymentFact] = field(default_factory=dict)
    shares: dict[str, Mapping[str, int]] = field(default_factory=dict)
    mentors: defaultdict[str, list[MentorFact]] = field(default_factory=lambda: defaultdict(list))
    visits: dict[tuple[str, str, str], int] = field(default_factory=dict)
    plans: list[CommissionPlan] = field(default_factory=lambda: [PLAN])
    book: Book = field(default_factory=Book)
    now: datetime = SPRING

    def take(self, event: tuple[Any, ...]) -> None:
        self.now += timedelta(hours=7)
        getattr(self, event[0])(*event[1:])

    def order(self, number: int, customer: int, day: int, cents: int, rep: str | None) -> None:
        name, before = f"O{number}", self.orders.get(f"O{number}")
        was_positive = before is not None and (before.was_positive or before.amount_cents > 0)
        self.orders[name] = OrderFact(name, f"C{customer}", at(day), cents, rep, "CNY", was_positive)

    def payment(self, number: int, order: int, day: int, cents: int, is_confirmed: bool) -> None:
        name, before = f"P{number}", self.payments.get(f"P{number}")
        was_confirmed = before is not None and (before.was_confirmed or before.is_confirmed)
        self.payments[name] = PaymentFact(name, f"O{order}", cents, at(day), is_confirmed, was_confirmed)

    def share(self, order: int, of_a: int) -> None:
        parts = {"A": of_a, "B": 10_000 - of_a}
        self.shares[f"O{order}"] = {rep_id: share for rep_id, share in parts.items() if share}

    def mentor(self, day: int) -> None:
        self.mentors["A"].append(MentorFact("A", "M", at(day).date(), None, self.now))

    def plan(self, rate: str, day: int) -> None:
        starts = at(day).date().replace(year=2024)
        if starts not in {plan.valid_from for plan in self.plans}:
            rates = [OrderRate(from_number=1, rate=Decimal(rate))]
            changed = {"version": f"v{len(self.plans)}", "valid_from": starts, "order_rates": rates}
            self.plans.append(PLAN.model_copy(update=changed))

    def visit(self, count: int) -> None:
        self.visits["A", "2024-02", "visit"] = count

    def posting(self) -> Posting:
        parts = (self.orders, list(self.payments.values()), ZONE, self.shares, self.mentors, self.visits)
        facts = Facts(*map(dict, parts[:1]), *parts[1:])  # type: ignore[arg-type]
        open_month = facts.month_of(self.book.last_as_of) if self.book.last_as_of else ""
        return Posting(facts, list(self.plans), "CNY", self.now, open_month)

    def run(self) -> None:
        posting = self.posting()
        for journal in posting.journals(self.book):
            sums: Counter[str] = Counter()
            for line in journal.lines():
                sums[line["currency"]] += line["amount_cents"]
            assert journal.claims
            assert not any(sums.values())
            assert journal.period >= posting.open_month
            assert dict(journal.claims) == amounts_of(journal.kind, journal.inputs)
            for claim, cents in journal.claims.items():
                assert explain(journal.kind, journal.inputs, claim).en.endswith(f"-> {money(cents)}")
            self.book.last_as_of = self.now


def at(day: int) -> datetime:
    return datetime(2024, 2, 1, 4, tzinfo=UTC) + timedelta(days=day)


@given(history=Histories)
@run(max_examples=150, deadline=None)
def test_balances_equal_a_replay_from_nothing_after_every_run(history: list[tuple[Any, ...]]) -> None:
    world = World()
    for event in [*history, ("run",)]:
        world.take(event)
    posting = world.posting()
    assert list(posting.journals(world.book)) == []
    assert world.book.balances() == replay(posting).balances()
    for order_id, owed in world.book.owed.items():
        terms = posting.due.terms.get(order_id)
        paid = sum(one.cents for one in posting.due.movements.get(order_id, ()))
        assert {claim: cents for claim, cents in owed.items() if cents} == (
            {claim: cents for claim, cents in terms.dues(paid).items() if cents} if terms else {}
        )


@given(history=Histories, data=st.data())
@run(max_examples=60, deadline=None)
def test_the_order_in_which_rows_come_does_not_matter(history: list[tuple[Any, ...]], data: st.DataObject) -> None:
    """Each row delivered once or more, in any order, with runs anywhere between: the same balances."""
    last = {event[:2]: event for event in history if event[0] in ("order", "payment")}
    rows = list(last.values())
    one, other = World(), World()
    for event in [*rows, ("run",)]:
        one.take(event)
    again = data.draw(st.permutations([*rows, *rows, *[("run",)] * 3]))
    for event in [*again, ("run",)]:
        other.take(event)
    other.now = one.now = max(one.now, other.now, SPRING + timedelta(days=60))
    for world in (one, other):
        world.run()
    assert one.book.balances() == other.book.balances()


def tell(company: Company, event: tuple[Any, ...], prefix: str) -> None:
    """The same histories through the database."""
    match event:
        case ("order", number, customer, day, cents, rep):
            amount = str(Decimal(cents) / 100)
            row = {"order_id": f"{prefix}O{number}", "customer_id": f"{prefix}C{customer}", "rep_id": rep}
            company.tell("orders", {**row, "amount": amount, "ordered_at": at(day).isoformat()})
        case ("payment", number, order, day, cents, is_confirmed):
            row = {"payment_id": f"{prefix}P{number}", "order_id": f"{prefix}O{order}", "paid_at": at(day).isoformat()}
            status = "confirmed" if is_confirmed else "reversed"
            company.tell("payments", {**row, "amount": str(Decimal(cents) / 100), "status": status})
        case ("run",):
            company.run()


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 6), ("postgresql", 2)])
def test_the_database_says_the_same(kind: str, examples: int, tmp_path: Path) -> None:
    with open_migrated(kind, tmp_path) as engine:
        company = replace(staffed(engine, load_settings()), now=SPRING)
        company.with_plans(PLAN)
        names = iter(range(10_000))

        @given(history=histories("ooppppprr", 8, 16))
        @run(max_examples=examples, deadline=None)
        def holds(history: list[tuple[Any, ...]]) -> None:
            prefix = f"{next(names)}-"
            for event in [*history, ("run",)]:
                tell(company, event, prefix)
            found = company.check()
            assert (found.faults, found.differences) == ([], [])

        holds()
