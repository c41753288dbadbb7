"""What an export holds that was not used, and what a mapping names in vain, in sentences."""

from __future__ import annotations

import re
from pathlib import Path

from crm_core.intake.chunk import SourceFile
from crm_core.intake.files import TABLE_ENDINGS
from crm_core.intake.header import closest, listed
from crm_core.intake.plan import Plan
from crm_core.mapping import Mapping
from crm_core.schema import BUNDLE

_STAGE_MOMENT = re.compile(r"(?i)\b(date|time)[ _](entered|exited)\b|_date_(entered|exited)_|进入.*时间")


def not_read(path: Path, files: dict[str, list[Path]], mapping: Mapping | None) -> list[str]:
    """Tables that the mapping names and no file holds; without a mapping, files that are no table of the bundle."""
    if mapping is not None:
        return [
            f"{table}: no file is named {part.file}, so the table is absent."
            for table, part in mapping.tables.items()
            if table not in files
        ]
    read = {file for found in files.values() for file in found}
    others = sorted(path.iterdir()) if path.is_dir() else []
    strange = [file for file in others if file.suffix.lower() in TABLE_ENDINGS and file not in read]
    names = listed(file.name for file in strange)
    return [f"Not read, for they are named like no table of the bundle: {names}."] if strange else []


def not_used(plan: Plan, file: SourceFile, mapping: Mapping | None) -> list[str]:
    """Columns of the file that go nowhere, and those to drop that it does not have."""
    table = plan.spec.name
    lost = [name for name in plan.ignored if name not in _used_elsewhere(table, plan, mapping)]
    is_lost = lost and not plan.spec.entity  # leads and customers were told which columns are attributes
    notes = [f"{file.name}: not used for {table}: {', '.join(lost)}."] if is_lost else []
    if plan.spec.counts_rows:
        notes.append(f"{file.name}: no {plan.spec.key} is mapped, so each row counts as one of {table}.")
    drop = mapping.tables[table].drop if mapping else []
    if moments := [name for name in plan.attributes if _STAGE_MOMENT.search(name)]:
        notes.append(
            f"{file.name}: {listed(moments)} will be attributes of {table}, but look like moments of entering a stage, "
            "which tell how the lead went on: name them under stage_columns of stage_events, or drop them."
        )
    if lacking := [name for name in drop if name not in file.header]:
        hint = closest(lacking[0], file.header)
        notes.append(f"{file.name}: nothing to drop, for it has no column {', '.join(lacking)}.{hint}")
    return notes


def _used_elsewhere(table: str, plan: Plan, mapping: Mapping | None) -> set[str]:
    """Columns that another table takes from the same file."""
    parts = mapping.tables if mapping else {}
    others = {name: part for name, part in parts.items() if name != table and part.file == parts[table].file}
    if any(BUNDLE[name].entity and part.attributes == "*" for name, part in others.items()):
        return set(plan.ignored)
    columns = {column for part in others.values() for column in (part.columns or {}).values()}
    return columns | {column for part in others.values() for column in part.attributes}
