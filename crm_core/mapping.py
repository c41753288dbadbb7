"""The mapping file: how an export of any CRM is read as a bundle (docs/mapping.md).

All scalars are taken as the words that stand in the file, so `equals: yes` means the word yes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from configs.settings import ConfigError, read_yaml
from crm_core.errors import MappingError
from crm_core.intake.moments import is_form
from crm_core.mapping_faults import in_words
from crm_core.schema import BUNDLE

DEFAULT_NULLS = ("", "NULL", "null", "NaN", "nan", "None", "N/A", "n/a")


def _as_word(value: Any) -> Any:
    """A scalar as the text an export would hold; mappings made in code may give numbers."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Word = Annotated[str, BeforeValidator(_as_word)]
Words = dict[Word, Word]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """How the files are written."""

    format: Literal["csv", "parquet"] | None = None  # None: by the file's ending
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | Literal["spaces"] = ","
    encoding: str = "utf-8"
    timezone: str | None = None  # None: intake.timezone
    decimal: Literal[".", ","] = "."

    @field_validator("delimiter", mode="before")
    @classmethod
    def _name_of_tab(cls, value: Any) -> Any:
        return "\t" if value in {"\\t", "tab"} else value

    @field_validator("timezone")
    @classmethod
    def _is_known_zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (KeyError, ValueError, OSError):
                raise ValueError(f"must be an IANA zone such as Asia/Shanghai, but got {value!r}") from None
        return value

    @field_validator("encoding")
    @classmethod
    def _is_known_encoding(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError(f"must be an encoding Python knows, such as utf-8 or gb18030, but got {value!r}") from None
        return value


class Condition(_Part):
    """A test of one source column; exactly one of `equals`, `in` and `is_null`."""

    column: str
    equals: Word | None = None
    in_: list[Word] | None = Field(default=None, alias="in")
    is_null: bool | None = None

    @model_validator(mode="after")
    def _has_one_test(self) -> Self:
        if sum(test is not None for test in (self.equals, self.in_, self.is_null)) != 1:
            raise ValueError("must have exactly one of equals, in and is_null")
        return self


class Outcome(_Part):
    """How an export without stage history says how a lead ended."""

    won: Condition
    lost: Condition | None = None
    open: Condition | None = None
    closed_at: str | None = None

    @property
    def columns(self) -> list[str]:
        """Source columns that tell the outcome: never attributes."""
        conditions = [condition.column for condition in (self.won, self.lost, self.open) if condition]
        return list(dict.fromkeys([*conditions, *([self.closed_at] if self.closed_at else [])]))


class TableMapping(_Part):
    """How one table is read."""

    file: str
    header: list[Word] | None = None  # None: the file's first line
    columns: dict[str, str] | None = None  # None: the export uses our names
    constants: Words = {}
    formats: dict[str, str] = {}
    attributes: Literal["*"] | list[str] = "*"
    accept: list[str] = []
    drop: list[str] = []
    nulls: list[Word] = list(DEFAULT_NULLS)
    values: dict[str, Words] = {}
    outcome: Outcome | None = None
    stages: dict[Word, str] | None = None
    stage_columns: dict[str, str] = {}  # column of the file -> stage entered at its moment
    lines: Literal["amount", "unit_price"] | None = None  # rows are lines of orders; what their amount is


class Mapping(_Part):
    """A whole mapping file."""

    source: Source = Source()
    history: bool | None = None  # None: true for a first import
    constants: Words = {}
    tables: dict[str, TableMapping] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_what_exists(self) -> Self:
        for name, table in self.tables.items():
            _check_table(name, table)
        if unknown := sorted(set(self.constants) - {field for spec in BUNDLE.values() for field in spec.importable}):
            raise ValueError(f"constants must name columns of the bundle, but got {', '.join(unknown)}")
        return self


def _check_table(name: str, table: TableMapping) -> None:
    if name not in BUNDLE:
        raise ValueError(f"tables must be among {', '.join(BUNDLE)}, but got {name}")
    spec = BUNDLE[name]
    known = [*spec.importable, "recorded_at"]
    for key in ("columns", "constants", "formats", "values"):
        extra = {"closed_at"} if key == "formats" and table.outcome else set()
        if unknown := sorted(set(getattr(table, key) or {}) - set(known) - extra):
            raise ValueError(
                f"tables.{name}.{key} must name columns of {name} ({', '.join(known)}), but got {', '.join(unknown)}"
            )
    _check_formats(name, table)
    if spec.entity is None and (table.attributes != "*" or table.accept):
        raise ValueError(f"tables.{name} must not have attributes or accept, which only leads and customers have")
    if table.outcome and name != "leads":
        raise ValueError(f"tables.{name} must not have an outcome, which only leads have")
    if table.stages is not None and name != "stage_events":
        raise ValueError(f"tables.{name} must not have stages, which only stage_events have")
    if table.stage_columns and (name != "stage_events" or table.stages is not None):
        raise ValueError(f"tables.{name} must not have stage_columns, which only stage_events without stages have")
    if table.lines and (name != "orders" or {"order_id", "amount", "quantity"} - set(table.columns or {})):
        raise ValueError(
            f"tables.{name} must not have lines, which only orders with the columns order_id, amount and quantity have"
        )


def _check_formats(name: str, table: TableMapping) -> None:
    """A format is of a column of moments or dates, and one that can be read by."""
    kinds = {field.name: field.kind for field in BUNDLE[name].importable.values()}
    for column, form in table.formats.items():
        if kinds.get(column, "moment") not in ("moment", "date"):
            raise ValueError(
                f"tables.{name}.formats must be of columns of moments or dates, but {column} is of kind {kinds[column]}"
            )
        if not is_form(form):
            raise ValueError(
                f"tables.{name}.formats.{column} must be a strptime pattern such as %d/%m/%Y %H:%M, unix_seconds or "
                f"unix_milliseconds, but got {form!r}"
            )


def parse_mapping(content: dict[str, Any], name: str = "The mapping") -> Mapping:
    """A mapping from its content.

    Raises
    ------
    MappingError: a key is unknown or a value out of its rule; names the place and what is known there.
    """
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        raise MappingError(in_words(error, Mapping, name)) from None


def read_mapping(path: Path) -> Mapping:
    """A mapping from its YAML file.

    Raises
    ------
    MappingError: the file is missing or malformed, a key is unknown, or a value out of its rule.
    """
    try:
        return parse_mapping(read_yaml(path, as_words=True), name=str(path))
    except ConfigError as error:
        raise MappingError(str(error).replace("The configuration file", "The mapping file")) from None
