from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as run
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from configs.settings import Settings
from crm_core.database import migrate, open_database, write_transaction
from crm_core.errors import DatabaseError, RecognitionConflictError, UnknownRecognitionError
from crm_core.recognition.points import Points, book, least_balance, lock_points, point_entries
from crm_core.recognition.rewards import redeem
from tests.crm_core.conftest import NOW, rows

HOUR = timedelta(hours=1)


def gain(engine: Engine, points: int, at: datetime, rep_id: str = "A") -> Points:
    with write_transaction(engine) as connection:
        lock_points(connection)
        return book(connection, Points(rep_id, at, "medal", at.isoformat(), "teamwork", points, "v"))


def test_points_are_spent_once_and_never_beyond_the_balance(staffed: Engine, settings: Settings) -> None:
    gain(staffed, 60, NOW)
    spent = redeem(staffed, settings, "A", "book_voucher", NOW + HOUR, "request 1")
    assert (spent.points, spent.balance_after, spent.entry_number) == (-50, 10, 2)
    assert redeem(staffed, settings, "A", "book_voucher", NOW + 2 * HOUR, "request 1") == spent
    with pytest.raises(RecognitionConflictError, match="balance of 10, but book_voucher costs 50"):
        redeem(staffed, settings, "A", "book_voucher", NOW + 2 * HOUR, "request 2")
    with pytest.raises(RecognitionConflictError, match="was for book_voucher and now is for training_seat"):
        redeem(staffed, settings, "A", "training_seat", NOW + 2 * HOUR, "request 1")
    assert [one.points for one in point_entries(staffed, "A", NOW)] == [60]
    assert sum(one.points for one in point_entries(staffed, "A", NOW + HOUR)) == 10


def test_what_was_spent_later_cannot_be_spent_before(staffed: Engine, settings: Settings) -> None:
    gain(staffed, 50, NOW)
    redeem(staffed, settings, "A", "book_voucher", NOW + 2 * HOUR)
    with pytest.raises(RecognitionConflictError, match="balance of 0"):
        redeem(staffed, settings, "A", "book_voucher", NOW + HOUR)


def test_what_comes_later_is_no_money_now(staffed: Engine, settings: Settings) -> None:
    gain(staffed, 50, NOW + HOUR)
    with pytest.raises(RecognitionConflictError):
        redeem(staffed, settings, "A", "book_voucher", NOW)


def test_only_staff_redeems_what_there_is(staffed: Engine, settings: Settings) -> None:
    with pytest.raises(UnknownRecognitionError, match="L is not"):
        redeem(staffed, settings, "L", "book_voucher", NOW)
    with pytest.raises(UnknownRecognitionError, match="must be one of book_voucher"):
        redeem(staffed, settings, "A", "yacht", NOW)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE point_entries SET points = 1000",
        "DELETE FROM point_entries",
        "INSERT INTO point_entries SELECT rep_id, 2, occurred_at, kind, 'x', what, -99, -39, rule_version "
        "FROM point_entries",
    ],
)
def test_the_database_itself_refuses_to_rewrite_or_overdraw(staffed: Engine, change: str) -> None:
    gain(staffed, 60, NOW)
    with pytest.raises(DatabaseError, match=r"append-only|balance_after"), write_transaction(staffed) as connection:
        connection.execute(text(change))
    assert rows(staffed, "SELECT points, balance_after FROM point_entries") == [(60, 60)]


def test_eight_at_once_spend_only_what_there_is(staffed: Engine, settings: Settings) -> None:
    gain(staffed, 130, NOW)

    def try_redeem(number: int) -> bool:
        try:
            redeem(staffed, settings, "A", "book_voucher", NOW + HOUR, f"request {number}")
        except RecognitionConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_redeem, range(8))) == 2
    entries = point_entries(staffed, "A", NOW + HOUR)
    assert [(one.entry_number, one.balance_after) for one in entries] == [(1, 130), (2, 80), (3, 30)]


Moves = st.lists(st.tuples(st.integers(-80, 80).filter(bool), st.integers(0, 12)), max_size=25)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('points') / 'crm.db'}")
    migrate(engine)
    return engine


@given(moves=Moves)
@example(moves=[(15, 0), (-1, 1), (1, 1), (-15, 0)])  # those of one moment count together
@run(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_history_in_any_order_ever_overdraws(shared: Engine, moves: list[tuple[int, int]]) -> None:
    """Booked in any order of moments, the balance is never negative at any, and refused only where it would be."""
    rep_id, taken = f"rep{id(moves)}", []
    with write_transaction(shared) as connection:
        for place, (points, hour) in enumerate(moves):
            new = Points(rep_id, NOW + hour * HOUR, "reward", f"{place}", "x", points, "v")
            would_overdraw = points < 0 and any(
                sum(p for p, h in taken if h <= moment) + points < 0 for moment in range(hour, 13)
            )
            if would_overdraw:
                with pytest.raises(RecognitionConflictError):
                    book(connection, new)
            else:
                assert book(connection, new).balance_after == sum(p for p, _ in taken) + points
                taken.append((points, hour))
        connection.rollback()


def test_the_least_balance_of_nothing_is_nought() -> None:
    assert least_balance([], NOW) == 0
