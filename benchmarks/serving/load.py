"""An open-loop load generator in a process of its own.

Requests leave at their planned moments whether or not earlier ones were answered, and a latency counts from the planned
moment, so that a server that stalls is charged for those who would have come meanwhile (coordinated omission). Plain
sockets and hand-made HTTP/1.1: a client library would take as much CPU as the server.

Run: `python -m benchmarks.serving.load PLAN.json`, which prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

CONNECT_AND_ANSWER_SECONDS = 20.0


@dataclass
class Plan:
    """What to send: `bodies` in turn to `path`, `rate` a second for `seconds`."""

    host: str
    port: int
    path: str
    headers: dict[str, str]
    bodies: list[str]
    rate: float
    seconds: float
    slice_seconds: float = 5.0  # results are also told by slices of this length
    max_connections: int = 500


@dataclass
class Result:
    """Answers by status (0: none came), latencies in milliseconds by status, and by slice of time."""

    statuses: dict[int, int] = field(default_factory=dict)
    latencies: dict[int, list[float]] = field(default_factory=dict)
    slices: list[dict[str, Any]] = field(default_factory=list)
    not_sent: int = 0
    seconds: float = 0.0


class Connection:
    """One kept-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.is_used = False

    async def ask(self, request: bytes) -> tuple[int, bool]:
        """Status, and whether the connection stays open."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        lowered = head.lower()
        length = int(lowered.partition(b"content-length:")[2].partition(b"\r")[0] or 0)
        if length:
            await self.reader.readexactly(length)
        return status, b"connection: close" not in lowered


class Load:
    """Carries out a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.free: list[Connection] = []
        self.count_open = 0
        self.not_sent = 0
        self.answers: list[tuple[float, int, float]] = []  # planned at (s from the start), status, latency (ms)
        self.requests = [self._request(body) for body in plan.bodies]

    async def run(self) -> Result:
        """Send everything, wait for the last answer."""
        start = time.perf_counter()
        tasks = set()
        for number in range(int(self.plan.rate * self.plan.seconds)):
            planned = start + number / self.plan.rate
            if (pause := planned - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            task = asyncio.create_task(self._one(start, planned, self.requests[number % len(self.requests)]))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if tasks:
            await asyncio.wait(tasks)
        return self._result(time.perf_counter() - start)

    async def _one(self, start: float, planned: float, request: bytes) -> None:
        status = 0
        try:
            async with asyncio.timeout(CONNECT_AND_ANSWER_SECONDS):
                connection = await self._connection()
                if connection is None:
                    self.not_sent += 1
                    return
                status, is_open = await self._ask(connection, request)
                if is_open:
                    self.free.append(connection)
                else:
                    self._close(connection)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            self.count_open -= 1
        self.answers.append((planned - start, status, (time.perf_counter() - planned) * 1000))

    async def _ask(self, connection: Connection, request: bytes) -> tuple[int, bool]:
        """Once more on a new connection where the server had closed an idle one, as any client does."""
        try:
            return await connection.ask(request)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            if not connection.is_used or getattr(error, "partial", b""):
                raise
        fresh = Connection(*await asyncio.open_connection(self.plan.host, self.plan.port))
        connection.reader, connection.writer = fresh.reader, fresh.writer
        return await connection.ask(request)

    async def _connection(self) -> Connection | None:
        if self.free:
            connection = self.free.pop()
            connection.is_used = True
            return connection
        if self.count_open >= self.plan.max_connections:
            return None
        self.count_open += 1
        return Connection(*await asyncio.open_connection(self.plan.host, self.plan.port))

    def _close(self, connection: Connection) -> None:
        connection.writer.close()
        self.count_open -= 1

    def _request(self, body: str) -> bytes:
        content = body.encode()
        headers = {**self.plan.headers, "host": self.plan.host, "content-length": str(len(content))}
        lines = [f"POST {self.plan.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content

    def _result(self, seconds: float) -> Result:
        result = Result(not_sent=self.not_sent, seconds=seconds)
        result.statuses = dict(Counter(status for _, status, _ in self.answers))
        by_status: dict[int, list[float]] = defaultdict(list)
        by_slice: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for at, status, latency in self.answers:
            by_status[status].append(round(latency, 2))
            by_slice[int(at // self.plan.slice_seconds)].append((status, latency))
        result.latencies = dict(by_status)
        result.slices = [_slice(number, by_slice[number]) for number in sorted(by_slice)]
        return result


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies; NaN of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


def _slice(number: int, answers: list[tuple[int, float]]) -> dict[str, Any]:
    good = [latency for status, latency in answers if status == 200]
    return {
        "slice": number,
        "answers": len(answers),
        "ok": len(good),
        "p99_ms": round(percentile(good, 0.99), 1) if good else None,
    }


def main() -> None:
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    print(json.dumps(asdict(asyncio.run(Load(plan).run()))))


if __name__ == "__main__":
    main()
