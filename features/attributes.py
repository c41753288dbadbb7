"""Attributes of leads and customers: the columns of an export that the bundle does not list."""

from __future__ import annotations

from dataclasses import replace

from features.asof import Table
from features.lake_extract import AttributeColumn
from features.moments import days_between, micro
from features.schema import Feature, category, number
from features.shape import FeatureShape


def attributes(entity: str, rows: Table, shape: FeatureShape) -> Table:
    """Per (entity_id, as_of) of `rows` (see entity_rows) one `attr_*` per attribute.

    A number stays one, a boolean is 0 or 1, a category stays text, a moment is signed days from as_of (negative: in
    the past), a text is its length in characters.
    """
    columns = {one.column: _converted(rows, one) for one in shape.attributes_of(entity)}
    return rows.select("entity_id", "as_of", **columns)


def _converted(rows: Table, attribute: AttributeColumn) -> Table:
    value = rows[attribute.column]
    match attribute.kind:
        case "number" | "boolean":
            return value.cast("float64")
        case "moment":
            return days_between(micro(value), rows.as_of)
        case "text":
            return value.length()
    return value


def catalogue(entity: str, shape: FeatureShape) -> list[Feature]:
    """One feature per attribute, labelled with the export's own name, a space for each underscore."""
    return [replace(_feature(one), is_accepted=one.is_accepted) for one in shape.attributes_of(entity)]


def _feature(attribute: AttributeColumn) -> Feature:
    name = attribute.name.replace("_", " ")
    match attribute.kind:
        case "category":
            return category(attribute.column, name, name)
        case "moment":
            return number(attribute.column, f"{name}: days from now", f"{name}：距今天数", "days")
        case "text":
            return number(attribute.column, f"{name}: length of text", f"{name}：文本长度", "characters")
    return number(attribute.column, name, name)
