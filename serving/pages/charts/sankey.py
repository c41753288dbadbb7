"""A flow between two states of the same things: bands from the left to the right, as thick as they are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640.0, 320.0
NODE_WIDTH, GAP = 14.0, 18.0
LEFT, RIGHT = 150.0, 490.0  # x of the two columns; words stand outside of them
LEAST_HEIGHT = 1.0


@dataclass(frozen=True)
class Node:
    """A state on one side."""

    name: str
    count: int
    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Band:
    """Those that went from one state to another; `path` is the outline of an SVG path."""

    before: str
    now: str
    count: int
    path: str


@dataclass(frozen=True)
class Sankey:
    """A picture in a box of WIDTH by HEIGHT; the origin is at the top left."""

    left: list[Node]
    right: list[Node]
    bands: list[Band]


def sankey(flows: Mapping[tuple[str, str], int], before: Sequence[str], now: Sequence[str]) -> Sankey:
    """The picture of (state before, state now) -> count. `before`, `now`: states from top to bottom.

    >>> picture = sankey({("a", "x"): 3, ("a", "y"): 1}, ["a"], ["x", "y"])
    >>> [(node.name, node.count) for node in picture.right], picture.left[0].height
    ([('x', 3), ('y', 1)], 302.0)
    """
    total = sum(flows.values()) or 1
    scale = (HEIGHT - GAP * (max(len(before), len(now)) - 1)) / total
    left = _column(before, {name: sum(n for (a, _), n in flows.items() if a == name) for name in before}, LEFT, scale)
    right = _column(now, {name: sum(n for (_, b), n in flows.items() if b == name) for name in now}, RIGHT, scale)
    return Sankey(list(left.values()), list(right.values()), _bands(flows, left, right, scale))


def _column(names: Sequence[str], counts: Mapping[str, int], x: float, scale: float) -> dict[str, Node]:
    nodes, y = {}, 0.0
    for name in names:
        height = max(counts[name] * scale, LEAST_HEIGHT if counts[name] else 0.0)
        nodes[name] = Node(name, counts[name], x, round(y, 1), round(height, 1))
        y += height + GAP
    return nodes


def _bands(
    flows: Mapping[tuple[str, str], int], left: Mapping[str, Node], right: Mapping[str, Node], scale: float
) -> list[Band]:
    start = {name: node.y for name, node in left.items()}
    end = {name: node.y for name, node in right.items()}
    bands = []
    for before in left:
        for now in right:
            if count := flows.get((before, now), 0):
                thick = count * scale
                bands.append(Band(before, now, count, _outline(start[before], end[now], thick)))
                start[before] += thick
                end[now] += thick
    return bands


def _outline(y0: float, y1: float, thick: float) -> str:
    x0, x1 = LEFT + NODE_WIDTH, RIGHT
    middle = (x0 + x1) / 2
    return (
        f"M{x0:.0f},{y0:.1f}C{middle:.0f},{y0:.1f} {middle:.0f},{y1:.1f} {x1:.0f},{y1:.1f}"
        f"V{y1 + thick:.1f}C{middle:.0f},{y1 + thick:.1f} {middle:.0f},{y0 + thick:.1f} {x0:.0f},{y0 + thick:.1f}Z"
    )
