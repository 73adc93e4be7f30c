"""One measurement in a process of its own: `python -m benchmarks.child prepare|ours|baseline NAME N REPEATS`.

Prints one line of JSON. A process apart keeps peak memory honest and the parent's settings out of the way.
"""

from __future__ import annotations

import json
import resource
import sys

import django
from django.core.management import call_command


def main(part: str, name: str, n: int, repeats: int) -> None:
    """Run one part of one benchmark and print what it took."""
    django.setup()
    if part == "migrate":
        call_command("migrate", verbosity=0)
        return
    from benchmarks.base import median
    from benchmarks.registry import BENCHMARKS

    benchmark = BENCHMARKS[name]
    if part == "prepare":
        benchmark.prepare(n)
        return
    run = benchmark.ours if part == "ours" else benchmark.baseline
    assert run is not None
    if benchmark.warm and not benchmark.fresh:
        run(n)
    sample = median([run(n) for _ in range(1 if benchmark.fresh else repeats)])
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    sample.peak_mb = sample.peak_mb or round(peak_bytes / 1e6, 1)
    print(json.dumps(vars(sample)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
