"""Boosted trees as tables from which a row's TreeSHAP values are looked up.

What a leaf adds to the values on its path depends only on which of the path's conditions the row meets: for d distinct
features 2^d cases, small where trees are shallow. XGBoost computes them anew for each row, and builds a matrix of its
own of it first, which takes most of the time that reasons take.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.quick_xgboost import xgb

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Matrix = NDArray[np.float32]
MAX_CELLS = 2_000_000  # of the table; deeper trees are XGBoost's


@dataclass(frozen=True)
class Condition:
    """What a path asks of one feature: low <= value < high, of a category a code in `within` (None: any) and not in
    `without`; or a missing value where `takes_missing`. `share`: of the training rows that came so far, those that met
    it.
    """

    low: float = -np.inf
    high: float = np.inf
    within: frozenset[int] | None = None
    without: frozenset[int] = frozenset()
    takes_missing: bool = True
    share: float = 1.0

    @property
    def is_of_codes(self) -> bool:
        """Whether it asks for a category."""
        return self.within is not None or bool(self.without)

    def takes(self, code: int) -> bool:
        """Whether it is met by this category."""
        return (self.within is None or code in self.within) and code not in self.without


@dataclass(frozen=True)
class Leaf:
    """A leaf's value, the output that it adds to, and the conditions on its path by feature."""

    value: float
    output: int
    conditions: Mapping[int, Condition]


class PackedTrees:
    """Path-dependent TreeSHAP (Lundberg et al. 2020, algorithm 2), exactly, for a few rows at a time.

    base: [outputs] what the trees give where no value is known.
    """

    def __init__(self, leaves: list[Leaf], base: Floats, count_features: int) -> None:
        self.base, self._count_features = base, count_features
        width = max((len(leaf.conditions) for leaf in leaves), default=0)
        # Every leaf gets as many conditions: one that is always met takes no part in the game.
        padded = [[*leaf.conditions.items(), *[(0, Condition())] * (width - len(leaf.conditions))] for leaf in leaves]
        features, conditions = (np.array([[pair[at] for pair in row] for row in padded]).T for at in (0, 1))
        self._features = features.astype(np.intp)
        self._low, self._high = (_each(conditions, name, np.float32) for name in ("low", "high"))
        self._takes_missing = _each(conditions, "takes_missing", np.bool_)
        self._pack_codes(conditions)
        outputs = np.array([leaf.output for leaf in leaves], dtype=np.intp)
        self._targets = (self._features * len(base) + outputs).ravel()
        self._cases = (1 << np.arange(width))[:, None]
        self._first_case = np.arange(len(leaves)) << width
        values = np.array([leaf.value for leaf in leaves])
        self._values, self._outputs = values.astype(np.float32), outputs
        self._all_met = (1 << width) - 1
        self._table = _shapley_table(values, _each(conditions, "share", np.float64))

    @classmethod
    def of(cls, booster: xgb.Booster, count_features: int) -> PackedTrees | None:
        """The trees of a booster; None: there are none, their table would be large, or they do not start at zero."""
        model = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]
        trees = model.get("model", {}).get("trees", [])
        if not trees or model["name"] != "gbtree":
            return None
        outputs = model["model"]["tree_info"]
        leaves = [leaf for tree, output in zip(trees, outputs, strict=True) for leaf in _leaves(tree, output)]
        width = max(len(leaf.conditions) for leaf in leaves)
        if (width << width) * len(leaves) > MAX_CELLS:
            return None
        nothing = np.full((1, count_features), np.nan, dtype=np.float32)
        told = booster.predict(xgb.DMatrix(nothing, nthread=1), pred_contribs=True)
        base = told.reshape(-1, count_features + 1)[:, -1].astype(np.float64)
        packed = cls(leaves, base, count_features)
        starts_at_zero = packed.explained(nothing)[0].ravel() == booster.inplace_predict(nothing, predict_type="margin")
        return packed if starts_at_zero.all() else None

    def _pack_codes(self, conditions: NDArray[np.object_]) -> None:
        flat = conditions.ravel()
        self._of_codes = np.array([at for at, one in enumerate(flat) if one.is_of_codes], dtype=np.intp)
        asking = [flat[at] for at in self._of_codes]
        count = 1 + max((code for one in asking for code in (one.within or frozenset()) | one.without), default=0)
        takes = [[one.takes(code) for code in range(count + 1)] for one in asking]
        self._takes_code = np.array(takes, dtype=np.bool_).reshape(len(asking), count + 1)

    def explained(self, encoded: Matrix) -> tuple[Matrix, Floats]:
        """The margin, [n, outputs], the same bits as XGBoost's, and what each value adds to it, [n, k, outputs]."""
        shape = (len(encoded), self._count_features, len(self.base))
        margin, parts = np.empty((len(encoded), len(self.base)), dtype=np.float32), np.empty(shape)
        for at, row in enumerate(encoded):
            cases = self._cases_of(row)
            margin[at] = self._margin(cases)
            added = self._table[:, cases + self._first_case]
            parts[at] = np.bincount(self._targets, added.ravel(), shape[1] * shape[2]).reshape(shape[1:])
        return margin, parts

    def _margin(self, cases: Indices) -> Matrix:
        """Sum of the leaves all of whose conditions are met: one of each tree, in single precision, tree by tree."""
        reached = np.flatnonzero(cases == self._all_met)
        values, outputs = self._values[reached], self._outputs[reached]
        sums = [values[outputs == output].cumsum()[-1] for output in range(len(self.base))]  # (`sum` adds in pairs)
        return np.array(sums, dtype=np.float32)

    def _cases_of(self, row: Matrix) -> Indices:
        """Which conditions of each leaf are met, as the bits of a number, [leaves]."""
        values = row[self._features]
        is_met = (values >= self._low) & (values < self._high)
        if len(self._of_codes):
            codes = values.ravel()[self._of_codes]
            is_known = (codes >= 0) & (codes < self._takes_code.shape[1] - 1)
            places = np.where(is_known, codes, -1).astype(np.intp)  # the last place is every other code's
            is_met.ravel()[self._of_codes] = self._takes_code[np.arange(len(places)), places]
        is_met = np.where(np.isnan(values), self._takes_missing, is_met)
        cases: Indices = (is_met * self._cases).sum(axis=0)
        return cases


def _each(conditions: NDArray[np.object_], name: str, kind: Any) -> NDArray[Any]:
    return np.array([[getattr(one, name) for one in row] for row in conditions], dtype=kind)


def _leaves(tree: Mapping[str, Any], output: int) -> Iterator[Leaf]:
    codes = _codes_of(tree)
    waiting: list[tuple[int, dict[int, Condition]]] = [(0, {})]
    while waiting:
        node, path = waiting.pop()
        left, right, split = tree["left_children"][node], tree["right_children"][node], tree["split_conditions"][node]
        if left == -1:
            yield Leaf(split, output, path)
            continue
        feature, rows = tree["split_indices"][node], tree["sum_hessian"]
        old, to_left = path.get(feature, Condition()), bool(tree["default_left"][node])
        if node in codes:  # a category that is listed goes to the right
            within = codes[node] if old.within is None else old.within & codes[node]
            below, above = replace(old, without=old.without | codes[node]), replace(old, within=within)
        else:
            below, above = replace(old, high=min(old.high, split)), replace(old, low=max(old.low, split))
        for child, new, is_default in ((left, below, to_left), (right, above, not to_left)):
            share, takes_missing = old.share * rows[child] / rows[node], old.takes_missing and is_default
            waiting.append((child, {**path, feature: replace(new, share=share, takes_missing=takes_missing)}))


def _codes_of(tree: Mapping[str, Any]) -> dict[int, frozenset[int]]:
    """The categories that each split by category lists."""
    splits = zip(tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"], strict=True)
    return {node: frozenset(tree["categories"][start : start + size]) for node, start, size in splits}


def _shapley_table(values: Floats, shares: Floats) -> Floats:
    """Shapley values of the conditions (players) of each leaf in each case of met and unmet ones.

    The game: a coalition is worth the leaf's value times 1 or 0 for each member's condition, times the share for each
    other's. values: [leaves]; shares: [conditions, leaves]. Returns [conditions, leaves x cases].
    """
    width, count = shares.shape
    table = np.zeros((width, count, 1 << width))
    for case, player in product(range(1 << width), range(width)):
        others = [one for one in range(width) if one != player]
        total = np.zeros(count)
        for joins in product((False, True), repeat=len(others)):
            size = sum(joins)
            weight = factorial(size) * factorial(width - size - 1) / factorial(width)
            parts = [float(case >> one & 1) if is_in else shares[one] for one, is_in in zip(others, joins, strict=True)]
            total += weight * np.prod([np.broadcast_to(part, count) for part in parts], axis=0)
        table[player, :, case] = values * total * ((case >> player & 1) - shares[player])
    return table.reshape(width, -1)
