"""How one file becomes one table: the mapping resolved against the header that is really there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from configs.settings import Settings
from crm_core.errors import MappingError, SourceError
from crm_core.intake.chunk import SourceFile
from crm_core.intake.fields import Reading
from crm_core.intake.header import closest, listed
from crm_core.mapping import DEFAULT_NULLS, Mapping, Outcome, TableMapping
from crm_core.schema import BUNDLE, TableSpec

RECORDED_AT = "recorded_at"


@dataclass(frozen=True)
class Plan:
    """What to do with each column of one file. Column names are the file's.

    `is_log_of_events`: each row is an event, and `created_at` its moment; see EarliestCreation.
    """

    spec: TableSpec
    bindings: dict[str, str]  # field name -> source column; may hold recorded_at
    constants: dict[str, str]  # field name -> word, where the file has no value
    formats: dict[str, str]
    values: dict[str, dict[str, str]]
    nulls: tuple[str, ...]
    attributes: tuple[str, ...]
    accepted: frozenset[str]
    outcome: Outcome | None
    stages: dict[str, str] | None
    ignored: tuple[str, ...]
    reading: Reading
    is_log_of_events: bool = False
    stage_columns: dict[str, str] = field(default_factory=dict)
    stage_column: str | None = None  # of them the one that this plan is for
    lines: str | None = None


def reading_of(settings: Settings, mapping: Mapping | None) -> Reading:
    """How this export is read, by its mapping and the settings."""
    return Reading(
        zone=(mapping.source.timezone if mapping else None) or settings.intake.timezone,
        max_text_length=settings.intake.max_text_length,
        stages=[stage.name for stage in settings.funnel.stages],
        currency=settings.intake.currency,
        decimal=mapping.source.decimal if mapping else ".",
    )


def make_plan(table: str, file: SourceFile, mapping: Mapping | None, reading: Reading) -> Plan:
    """The plan of one file.

    Raises
    ------
    MappingError: the mapping names a column that the file lacks, or a stage that the funnel lacks.
    SourceError: a required column is missing.
    """
    spec, part = BUNDLE[table], mapping.tables[table] if mapping else TableMapping(file=file.name)
    constants = {**constants_of(spec, mapping, reading), **part.constants}
    bindings = _bindings(spec, part, file)
    if mapping and spec.row_parts and spec.key not in bindings:
        spec = spec.without_key(spec.row_parts)
    wide = ("stage", "entered_at") if part.stage_columns else ()
    _check_required(spec, file, bindings, [*constants, *wide], mapping)
    _check_stages(part, reading)
    used = {*bindings.values(), *(part.outcome.columns if part.outcome else []), *_stage_columns(part, mapping)}
    free = [name for name in file.header if name and name not in used and name not in part.drop]
    attributes = _attributes(spec, part, file, free)
    return Plan(
        spec=spec,
        bindings=bindings,
        constants=constants,
        formats=dict(part.formats),
        values={name: dict(table) for name, table in part.values.items()},
        nulls=tuple(part.nulls) if mapping else DEFAULT_NULLS,
        attributes=attributes,
        accepted=frozenset(part.accept),
        outcome=part.outcome,
        stages=part.stages,
        ignored=tuple(name for name in free if name not in attributes),
        reading=reading,
        is_log_of_events=_is_log_of_events(part, bindings, mapping),
        stage_columns=dict(part.stage_columns),
        lines=part.lines,
    )


def _stage_columns(part: TableMapping, mapping: Mapping | None) -> list[str]:
    """Columns of the file that tell when a lead came to its stages: of no other use, for they tell how it went on."""
    parts = [other for other in (mapping.tables.values() if mapping else ()) if other.file == part.file]
    return [column for other in parts for column in other.stage_columns]


def _is_log_of_events(part: TableMapping, bindings: dict[str, str], mapping: Mapping | None) -> bool:
    """Whether stage events are read from the same file, and by the moment that is given as the creation."""
    events = mapping.tables.get("stage_events") if mapping else None
    moment = (events.columns or {}).get("entered_at", "entered_at") if events else None
    return events is not None and events.file == part.file and bindings.get("created_at") == moment


def constants_of(spec: TableSpec, mapping: Mapping | None, reading: Reading) -> dict[str, str]:
    """Values of the columns that a file leaves out or empty: defaults, the settings, the mapping's constants."""
    defaults = {field.name: reading.currency for field in spec.fields if field.is_currency}
    defaults |= {field.name: str(field.default) for field in spec.fields if field.default is not None}
    given = mapping.constants if mapping else {}
    return defaults | {name: value for name, value in given.items() if name in spec.importable}


def _bindings(spec: TableSpec, part: TableMapping, file: SourceFile) -> dict[str, str]:
    names = [*spec.importable, RECORDED_AT]
    if part.columns is None:
        return {name: name for name in names if name in file.header}
    for name, source in part.columns.items():
        _check_source(file, source, f"tables.{spec.name}.columns.{name}")
    for source in part.outcome.columns if part.outcome else ():
        _check_source(file, source, f"tables.{spec.name}.outcome")
    for source in part.stage_columns:
        _check_source(file, source, f"tables.{spec.name}.stage_columns")
    # A required column under our own name need not be mapped; an optional one of that name may mean something else.
    required = [field.name for field in spec.importable.values() if field.is_required and field.name in file.header]
    return {name: name for name in required} | part.columns


def _check_source(file: SourceFile, source: str, place: str) -> None:
    if source not in file.header:
        raise MappingError(
            f"{place} must name a column of {file.name}, but got {source!r}; it has {listed(file.header)}."
            + closest(source, file.header)
        )


def _check_required(
    spec: TableSpec, file: SourceFile, bindings: Iterable[str], constants: Iterable[str], mapping: Mapping | None
) -> None:
    given = {*bindings, *constants}
    lacking = [field.name for field in spec.importable.values() if field.is_required and field.name not in given]
    if lacking:
        fix = f"map it under tables.{spec.name}.columns" if mapping else "rename it, or give a mapping (--mapping)"
        raise SourceError(
            f"{file.name} must have {', '.join(lacking)} for table {spec.name}, but has {listed(file.header)}: {fix}."
            + closest(lacking[0], file.header)
            + _undated(lacking, mapping)
        )


def _undated(lacking: list[str], mapping: Mapping | None) -> str:
    if "created_at" not in lacking or not mapping:
        return ""
    return (" An export without any date may give one day to all, as constants: {created_at: 2024-01-01} of the table: "
            "models are then judged on leads drawn at random, not on newer ones.")  # fmt: skip


def _check_stages(part: TableMapping, reading: Reading) -> None:
    key = "stage_columns" if part.stage_columns else "stages"
    if unknown := sorted(set((part.stage_columns or part.stages or {}).values()) - set(reading.stages)):
        raise MappingError(
            f"tables.stage_events.{key} must map to stages of the funnel ({', '.join(reading.stages)}), "
            f"but got {', '.join(unknown)}.{closest(unknown[0], reading.stages)}"
        )


def _attributes(spec: TableSpec, part: TableMapping, file: SourceFile, free: list[str]) -> tuple[str, ...]:
    if spec.entity is None:
        return ()
    for source in [*(part.attributes if part.attributes != "*" else ()), *part.accept]:
        _check_source(file, source, f"tables.{spec.name}.{'accept' if source in part.accept else 'attributes'}")
    if part.attributes == "*":
        return tuple(free)
    return tuple(name for name in part.attributes if name in free)
