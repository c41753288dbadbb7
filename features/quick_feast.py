"""Feast's classes without typeguard's checks: rewriting them took two thirds of the start of every command.

Typeguard leaves a class as it is under `python -O` only, so its decorator is replaced before Feast is first imported
(features/__init__.py). Of all that we install only Feast uses it; mypy checks the calls that we make.
"""

from __future__ import annotations

from typing import Any

import typeguard


def unchecked(target: Any = None, **_: Any) -> Any:
    """Stands for `typeguard.typechecked`, as decorator with and without options.

    >>> unchecked(int), unchecked(debug_instrumentation=True)(int)
    (<class 'int'>, <class 'int'>)
    """
    return unchecked if target is None else target


typeguard.typechecked = unchecked
