"""Which files of a folder hold which tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crm_core.errors import MappingError, SourceError
from crm_core.intake.chunk import SourceFile
from crm_core.intake.csv_file import CsvFile
from crm_core.intake.parquet_file import ParquetFile
from crm_core.mapping import Mapping, Source
from crm_core.schema import BUNDLE

_PARQUET_ENDINGS = {".parquet", ".pq"}
TABLE_ENDINGS = {".csv", *_PARQUET_ENDINGS}


def find_files(path: Path, mapping: Mapping | None) -> dict[str, list[Path]]:
    """Files by table, in the order in which tables are filled; a table without file is absent.

    `path` is a folder, or one file, which is then the only one looked at.

    Raises
    ------
    SourceError: the path is missing, or holds no table at all.
    """
    if not path.exists():
        raise SourceError(f"The path to import must exist, but there is no {path}.")
    found = _by_name(path) if mapping is None else _by_mapping(path, mapping)
    return {table: found[table] for table in BUNDLE if found.get(table)}


def open_file(path: Path, source: Source, header: Sequence[str] | None = None) -> SourceFile:
    """The file by its declared format, or by its ending where none is declared; `header`: see CsvFile.

    Raises
    ------
    MappingError: names are given to a file that has its own.
    SourceError: the file cannot be read.
    """
    is_parquet = source.format == "parquet" if source.format else path.suffix.lower() in _PARQUET_ENDINGS
    if is_parquet and header is not None:
        raise MappingError(f"header must be of a CSV file without header line, but {path.name} is Parquet.")
    return ParquetFile(path) if is_parquet else CsvFile(path, source.delimiter, source.encoding, header)


def _by_name(path: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        name = Path(file.name.lower().removesuffix(".gz"))
        if file.is_file() and name.suffix in TABLE_ENDINGS and name.stem in BUNDLE:
            found.setdefault(name.stem, []).append(file)
    if not found:
        raise SourceError(
            f"{path} must hold at least one table of the bundle as CSV or Parquet ({', '.join(BUNDLE)}), "
            "but holds none: name the files so, or give a mapping (--mapping)."
        )
    for table, files in found.items():
        if len(files) > 1:
            raise SourceError(
                f"{path} must hold table {table} once, but holds {' and '.join(file.name for file in files)}."
            )
    return found


def _by_mapping(path: Path, mapping: Mapping) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for table, part in mapping.tables.items():
        found[table] = [path] if path.is_file() and path.match(part.file) else _glob(path, part.file, table)
    if not any(found.values()):
        wanted = ", ".join(f"{table}: {part.file}" for table, part in mapping.tables.items())
        raise SourceError(f"{path} must hold a file that the mapping names ({wanted}), but holds none of them.")
    return found


def _glob(folder: Path, pattern: str, table: str) -> list[Path]:
    if not folder.is_dir():
        return []
    exact = folder / pattern
    if exact.is_file():  # a name may itself contain [ or *
        return [exact]
    try:
        return sorted(file for file in folder.glob(pattern) if file.is_file())
    except (NotImplementedError, ValueError):
        raise MappingError(
            f"tables.{table}.file must be a name or glob relative to the import path, but got {pattern!r}."
        ) from None
