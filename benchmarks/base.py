"""What a benchmark is: how its rows are made, what is measured, and beside what."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass
class Sample:
    """One measurement: seconds, SQL statements, words for the reader, and peak memory where it is another process's."""

    seconds: float
    queries: int = 0
    note: str = ""
    peak_mb: float = 0.0


Part = Callable[[int], Sample]


@dataclass(frozen=True)
class Benchmark:
    """One comparison. `prepare` fills an empty, migrated database; `ours` and `baseline` are measured apart.

    `fresh`: every measurement is a process of its own on its own copy of the rows, since it uses them up; otherwise
    one process warms up once and repeats. `baseline` may be missing: not everything has a bare counterpart.
    """

    name: str
    prepare: Callable[[int], None]
    ours: Part
    baseline: Part | None
    sizes: tuple[int, ...]
    databases: tuple[str, ...] = ("sqlite", "postgres")
    fresh: bool = False
    repeats: int = 3
    warm: bool = True


@dataclass
class Figure:
    """One line of the answer; the first eight are the contract, `note` is for the table."""

    name: str
    database: str
    n: int
    seconds: float
    baseline_seconds: float | None
    ratio: float | None
    queries: int
    peak_mb: float
    note: str = field(default="")

    def as_dict(self) -> dict[str, Any]:
        """Return the eight columns of the contract."""
        return {name: value for name, value in vars(self).items() if name != "note"}


@dataclass
class Clock:
    """Counts seconds and statements between `with` and its end; `cpu_seconds` are this process's own."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    queries: int = 0

    def sample(self, note: str = "", per: int = 1) -> Sample:
        """Return what was counted, for each of `per` equal pieces of work."""
        # On a busy machine the time of the processor says more than the clock on the wall.
        words = f"cpu {self.cpu_seconds / per * 1000:,.1f} ms"
        return Sample(self.seconds / per, round(self.queries / per), f"{words}, {note}" if note else words)


@contextmanager
def measured() -> Iterator[Clock]:
    """Measure a block; statements sent past Django's cursor, as baselines do, are not counted."""
    clock = Clock()

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        clock.queries += len(params) if many else 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        start, cpu_start = time.perf_counter(), time.process_time()
        yield clock
        clock.seconds, clock.cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start


def median(samples: list[Sample]) -> Sample:
    """Return the sample with the median time."""
    middle = statistics.median_low([sample.seconds for sample in samples])
    return next(sample for sample in samples if sample.seconds == middle)


def bare() -> Any:
    """Return a cursor of the driver itself, in autocommit; Django's costs belong to what is measured, not to this."""
    connection.ensure_connection()
    return connection.connection.cursor()
