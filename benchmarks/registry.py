"""Every benchmark by name."""

from benchmarks import mails, memory, pages, standings, status, sweeps
from benchmarks.base import Benchmark

BENCHMARKS: dict[str, Benchmark] = {
    benchmark.name: benchmark
    for family in (sweeps, status, pages, mails, standings, memory)
    for benchmark in family.BENCHMARKS
}
