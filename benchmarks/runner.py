"""Runs benchmarks one after the other on scratch databases and puts ours beside the baseline."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from benchmarks.base import Benchmark, Figure, Sample, median
from benchmarks.registry import BENCHMARKS
from benchmarks.scratch import ROOT, AbsentError, Scratch

Say = Callable[[str], None]


def run(
    names: Sequence[str],
    *,
    sizes: Sequence[int] = (),
    databases: Sequence[str],
    repeats: int | None = None,
    say: Say = print,
) -> Iterator[Figure]:
    """Yield one figure for each benchmark, database and size; `say` gets a line for whatever is left out.

    Raises: KeyError naming a benchmark that does not exist.
    """
    benchmarks = list(chosen(names))
    with Scratch() as scratch:
        for database in databases:
            try:
                scratch.start(database)
            except AbsentError as absent:
                say(f"{database} skipped: {absent}")
                continue
            bench = _Bench(scratch, database, repeats)
            for benchmark in benchmarks:
                if database in benchmark.databases:
                    for n in sizes or benchmark.sizes:
                        yield bench.measure(benchmark, n)


def chosen(names: Sequence[str]) -> Iterable[Benchmark]:
    """Return the benchmarks of these names, or all of them; one name may stand for a family (`task_list`)."""
    unknown = [name for name in names if not any(_is_called(row, name) for row in BENCHMARKS.values())]
    if unknown:
        raise KeyError(unknown[0])
    return [row for row in BENCHMARKS.values() if not names or any(_is_called(row, name) for name in names)]


def _is_called(benchmark: Benchmark, name: str) -> bool:
    return benchmark.name == name or benchmark.name.startswith(f"{name}.")


class _Bench:
    """The databases of one kind: `empty` is migrated once, each preparation is kept as long as it is used."""

    def __init__(self, scratch: Scratch, database: str, repeats: int | None) -> None:
        self.scratch, self.database, self.repeats = scratch, database, repeats
        self.prepared: tuple[str, int] | None = None
        scratch.create(database, "empty")
        self.child("empty", "migrate", "", 0)

    def measure(self, benchmark: Benchmark, n: int) -> Figure:
        """Measure one benchmark at one size."""
        self.prepare(benchmark, n)
        ours = self.part(benchmark, "ours", n)
        bare = self.part(benchmark, "baseline", n) if benchmark.baseline else None
        return Figure(
            benchmark.name,
            self.database,
            n,
            round(ours.seconds, 6),
            round(bare.seconds, 6) if bare else None,
            round(ours.seconds / bare.seconds, 2) if bare and bare.seconds else None,
            ours.queries,
            ours.peak_mb,
            "; ".join(note for note in (ours.note, bare.note if bare else "") if note),
        )

    def prepare(self, benchmark: Benchmark, n: int) -> None:
        wanted = benchmark.prepare.__qualname__, n
        if self.prepared != wanted:
            self.scratch.drop(self.database, "prepared")
            self.scratch.create(self.database, "prepared", "empty")
            self.child("prepared", "prepare", benchmark.name, n)
            self.prepared = wanted

    def part(self, benchmark: Benchmark, part: str, n: int) -> Sample:
        repeats = self.repeats or benchmark.repeats
        samples = []
        for _ in range(repeats if benchmark.fresh else 1):
            self.scratch.create(self.database, "used", "prepared")
            samples.append(Sample(**self.child("used", part, benchmark.name, n, repeats)))
            self.scratch.drop(self.database, "used")
        return median(samples)

    def child(self, name: str, part: str, benchmark: str, n: int, repeats: int = 1) -> dict[str, Any]:
        command = [sys.executable, "-m", "benchmarks.child", part, benchmark, str(n), str(repeats)]
        environment = self.scratch.environment(self.database, name)
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise RuntimeError(
                f"{benchmark} {part} on {self.database} with n={n} ended with {done.returncode}, see above"
            )
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """Yield the lines of a table for people, one for each figure as it comes."""
    head = f"{'benchmark':<20} {'database':<9} {'n':>9} {'seconds':>10} {'baseline':>10}"
    yield f"{head} {'ratio':>8} {'SQL':>7} {'peak MB':>8}"
    for row in figures:
        baseline = "–" if row.baseline_seconds is None else f"{row.baseline_seconds:.5f}"
        ratio = "–" if row.ratio is None else f"{row.ratio:.2f}"
        line = f"{row.name:<20} {row.database:<9} {row.n:>9,} {row.seconds:>10.5f} {baseline:>10} {ratio:>8}"
        yield f"{line} {row.queries:>7,} {row.peak_mb:>8.0f}  {row.note}".rstrip()
