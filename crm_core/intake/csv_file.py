from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from crm_core.errors import SourceError
from crm_core.intake.chunk import Chunk, Fault
from crm_core.intake.header import check_header

_OTHER_DELIMITERS = {";": "';'", "\t": "a tab", ",": "','", "|": "'|'"}
_MAX_FIELD_CHARACTERS = 1 << 20  # a longer field is an unclosed quote that swallows the file
_BLOCK_BYTES = 1 << 20
_DAMAGED = (gzip.BadGzipFile, zlib.error, EOFError)


class CsvFile:
    """A CSV file, gzipped or not, read as text without guessing; line numbers are right across quoted line breaks.

    Parameters
    ----------
    delimiter: one character, or `spaces` for runs of blanks and tabs.
    header: names of the columns of a file that begins with its first row; None: its first line names them.

    Raises
    ------
    SourceError: empty, undecodable, of another delimiter, or with a header that names a column twice.
    """

    unit = "B"
    is_typed = False

    def __init__(self, path: Path, delimiter: str, encoding: str, header: Sequence[str] | None = None) -> None:
        self.path, self.name, self._delimiter, self._names = path, path.name, delimiter, header
        self._encoding = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
        self.total = path.stat().st_size
        self.header = self._read_header()

    def chunks(self, chunk_rows: int) -> Iterator[tuple[Chunk, int]]:
        """Chunks of at most `chunk_rows` rows, with the bytes read so far."""
        try:
            with self._open() as stream:
                reader = self._reader(stream)
                if self._names is None:
                    next(reader)
                while True:
                    numbered = list(islice(_numbered(reader), chunk_rows))
                    if not numbered:
                        return
                    yield self._chunk(numbered), _bytes_read(stream)
        except UnicodeDecodeError:
            raise self._undecodable() from None
        except _DAMAGED as error:
            raise self._damaged(error) from None
        except csv.Error as error:
            raise SourceError(
                f"{self.name} must be CSV, but a field has more than {_MAX_FIELD_CHARACTERS} characters ({error}): "
                "a quote is probably never closed."
            ) from None

    def _open(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self._bytes(), encoding=self._encoding, newline="")

    def _bytes(self) -> BinaryIO:
        with self.path.open("rb") as stream:
            is_zipped = stream.read(2) == b"\x1f\x8b"
        return cast("BinaryIO", gzip.open(self.path)) if is_zipped else self.path.open("rb")

    def _damaged(self, error: Exception) -> SourceError:
        return SourceError(f"{self.name} must be a whole gzip file, but cannot be unpacked: {error}.")

    def _reader(self, stream: Iterable[str]) -> Any:
        csv.field_size_limit(_MAX_FIELD_CHARACTERS)
        # NUL is no text, and PostgreSQL does not store it.
        lines: Iterable[str] = (line.replace("\0", "") for line in stream)
        if self._delimiter == "spaces":
            return csv.reader((" ".join(line.split()) for line in lines), delimiter=" ")
        return csv.reader(lines, delimiter=self._delimiter)

    def _read_header(self) -> list[str]:
        try:
            with self._open() as stream:
                if stream.buffer.peek(4)[:4] == b"PAR1":  # type: ignore[attr-defined]
                    raise SourceError(f"{self.name} must be CSV, but is Parquet: set source.format to parquet.")
                header = [name.strip() for name in next(self._reader(stream), [])]
        except UnicodeDecodeError:
            raise self._undecodable() from None
        except _DAMAGED as error:
            raise self._damaged(error) from None
        except csv.Error as error:
            raise SourceError(f"{self.name} must be CSV, but its header cannot be read: {error}.") from None
        if not any(header):
            raise SourceError(f"{self.name} must begin with a header of column names, but is empty.")
        self._check_delimiter(header)
        names = header if self._names is None else list(self._names)
        check_header(self.name, names)
        return names

    def _check_delimiter(self, header: list[str]) -> None:
        found = [name for mark, name in _OTHER_DELIMITERS.items() if mark in header[0] and mark != self._delimiter]
        if len(header) == 1 and found:
            expected = _OTHER_DELIMITERS.get(self._delimiter, repr(self._delimiter))
            raise SourceError(
                f"{self.name} must be delimited by {expected}, but its header is one column that contains {found[0]} "
                f"({header[0][:60]!r}): set source.delimiter in the mapping to {found[0]}."
            )

    def _chunk(self, numbered: list[tuple[int, list[str]]]) -> Chunk:
        width = len(self.header)
        rows = [row for _, row in numbered if len(row) == width]
        lines = [line for line, row in numbered if len(row) == width]
        columns = zip(*rows, strict=True) if rows else [()] * width
        arrays = {
            name: pa.array(values, pa.string()) for name, values in zip(self.header, columns, strict=True) if name
        }
        faults = (
            [self._ragged(line, row) for line, row in numbered if len(row) != width]
            if len(rows) < len(numbered)
            else []
        )
        return Chunk(arrays, lines, faults)

    def _ragged(self, line: int, row: list[str]) -> Fault:
        rule = f"a row must have the header's {len(self.header)} fields"
        return Fault(line, None, rule, f"{len(row)} fields", {"fields": row})

    def _undecodable(self) -> SourceError:
        """Where the first byte stands that the encoding does not know."""
        decoder = codecs.getincrementaldecoder(self._encoding)()
        offset = line = 0
        with self._bytes() as stream:
            while block := stream.read(_BLOCK_BYTES):
                pending = len(decoder.getstate()[0])
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    position = error.start - pending
                    line += block[: max(position, 0)].count(b"\n")
                    offset += position
                    break
                line += block.count(b"\n")
                offset += len(block)
        encoding = self._encoding.removesuffix("-sig")
        return SourceError(
            f"{self.name} must be encoded as {encoding}, but line {line + 1} (byte {offset}) is not: "
            f"set source.encoding in the mapping, {self._likely_encoding()}."
        )

    def _likely_encoding(self) -> str:
        with self._bytes() as stream:
            is_utf16 = stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        return "here to utf-16, as its first two bytes say" if is_utf16 else "for instance to gb18030 or latin-1"


def _bytes_read(stream: io.TextIOWrapper) -> int:
    """How far the file itself was read: of a gzipped one less than was unpacked."""
    file: Any = stream.buffer
    return int((file.fileobj if isinstance(stream.buffer, gzip.GzipFile) else file).tell())


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each begins; blank lines are none."""
    line = reader.line_num + 1
    for row in reader:
        if row:
            yield line, row
        line = reader.line_num + 1
