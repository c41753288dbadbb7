"""All terms at once give what each term gives by itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.packed_card import BLOCK_ROWS, PackedCard
from scoring.scorecard import Curve, Scorecard, Term


def terms(rng: np.random.Generator, count_outputs: int) -> list[Term]:
    """Categories, bins and splines, two of them on one column."""
    made = []
    for column, kind in enumerate(["category", "bins", "spline", "both", "level", "spline"]):
        count_knots, count_edges = int(rng.integers(2, 7)), int(rng.integers(1, 5)) if kind in ("bins", "both") else 0
        edges = np.sort(rng.normal(size=count_edges)).astype(np.float32)
        count_bins = 4 if kind == "category" else count_edges + 1
        knots = np.sort(rng.normal(size=count_knots))
        curve = Curve(knots, rng.normal(size=(count_knots, count_outputs))) if kind in ("spline", "both") else None
        points = rng.normal(size=(count_bins + 1, count_outputs))
        made.append(Term(column, edges, points, is_category=kind == "category", curve=curve))
    return [*made, made[2].scaled(0.5)]


def rows(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    encoded = rng.normal(scale=2, size=(count, 6)).astype(np.float32)
    encoded[:, 0] = rng.integers(-1, 8, size=count)  # codes that were learnt, and others
    encoded[rng.random(size=encoded.shape) < 0.2] = np.nan
    return encoded


def one_by_one(card: Scorecard, encoded: NDArray[np.float32]) -> NDArray[np.float64]:
    result = np.zeros((*encoded.shape, len(card.intercept)))
    for term in card.terms:
        result[:, term.column] += term.values(encoded[:, term.column])
    return result


@pytest.mark.parametrize("count_outputs", [1, 3])
@pytest.mark.parametrize("count_rows", [0, 1, 7, BLOCK_ROWS + 3])
def test_the_parts_and_their_sum_are_those_of_the_terms(count_outputs: int, count_rows: int) -> None:
    rng = np.random.default_rng(count_rows)
    card = Scorecard("made", rng.normal(size=count_outputs), terms(rng, count_outputs))
    encoded = rows(rng, count_rows)
    expected = one_by_one(card, encoded)
    np.testing.assert_allclose(card.contributions(encoded), expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose(card.margin(encoded), card.intercept + expected.sum(axis=1), rtol=0, atol=1e-13)


def test_at_a_knot_and_an_edge_the_values_are_exactly_those_of_the_term() -> None:
    term = Term(0, np.array([1.0, 2.0], dtype=np.float32), np.array([[0.1], [0.2], [0.3], [0.4]]), is_category=False,
                curve=Curve(np.array([0.0, 1.0, 2.0]), np.array([[1.0], [3.0], [-1.0]])))  # fmt: skip
    encoded = np.array([[-9], [0], [0.5], [1], [1.5], [2], [9], [np.nan]], dtype=np.float32)
    assert PackedCard([term], 1).total(encoded).tolist() == term.values(encoded[:, 0]).tolist()


def test_a_row_gives_the_same_bits_alone_and_among_others() -> None:
    rng = np.random.default_rng(4)
    card = PackedCard(terms(rng, 1), 1)
    encoded = rows(rng, 200)
    alone = np.concatenate([card.total(encoded[at : at + 1]) for at in range(len(encoded))])
    assert alone.tobytes() == card.total(encoded).tobytes()
