"""A fault of a mapping file in one sentence."""

from __future__ import annotations

from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError


def in_words(error: ValidationError, root: type[BaseModel], name: str) -> str:
    """All faults: place, rule, what stood there; for an unknown key the known ones and the closest."""
    return f"{name} must follow docs/mapping.md, but {'; '.join(_fault(fault, root) for fault in error.errors())}."


def _fault(fault: Any, root: type[BaseModel]) -> str:
    # Pydantic names the branch of a union in the place; that says nothing to the reader.
    place = [str(part) for part in fault["loc"] if "[" not in str(part) and not str(part).startswith("literal")]
    if fault["type"] == "extra_forbidden":
        return _unknown_key(place, root)
    if fault["type"] == "missing":
        return f"{'.'.join(place)} is missing"
    if fault["type"] == "value_error":
        message = str(fault["ctx"]["error"])
        return f"{'.'.join(place)} {message}" if place else message
    return f"{'.'.join(place)}: {fault['msg']} (got {str(fault['input'])[:80]!r})"


def _unknown_key(place: list[str], root: type[BaseModel]) -> str:
    *parents, key = place
    known = _known_keys(parents, root)
    close = get_close_matches(key, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"{'.'.join(parents) or 'its top level'} has the unknown key {key!r} (known: {', '.join(known)}{hint})"


def _known_keys(place: list[str], model: type[BaseModel]) -> list[str]:
    for part in place:
        by_name = {info.alias or name: info for name, info in model.model_fields.items()}
        if part in by_name:
            model = _model_in(by_name[part].annotation) or model
    return [info.alias or name for name, info in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model a type holds: itself, an optional one, or a mapping's values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, UnionType, dict}:
        return next(filter(None, map(_model_in, get_args(annotation))), None)
    return None
