"""Pages and lists as a person gets them, through every middleware, beside the bare query of the same rows.

`seconds` is the 95th percentile of a page, since that is what somebody waits for.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial

from django.db.models import Exists, OuterRef, QuerySet
from django.test import Client

from accounts.models import User
from benchmarks.base import Benchmark, Sample, measured
from benchmarks.data import FIRST_UNIT, OFFICE_CLERK, city
from tasks.models import Responsibility, Task

REQUESTS = 40
PAGES = {
    "task_list": "/admin/tasks/task/",
    "my_work": "/admin/",
    "api_list": "/api/v1/tasks/?page_size=100",
}
PEOPLE = {"officer": 1, "office": OFFICE_CLERK}


def visit(url: str, person: int, n: int) -> Sample:
    """Open a page again and again as one person."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(pk=person), backend="django.contrib.auth.backends.ModelBackend")
    seconds, cpu, queries, size = [], [], 0, 0
    for turn in range(REQUESTS + 3):
        with measured() as clock:
            response = client.get(url)
            size = len(response.content)
        if response.status_code != 200:
            raise RuntimeError(f"{url} answered {response.status_code}")
        if turn >= 3:
            seconds.append(clock.seconds)
            cpu.append(clock.cpu_seconds)
            queries = clock.queries
    cuts = statistics.quantiles(seconds, n=20)
    return Sample(cuts[-1], queries, _words(seconds, cpu, size))


def _words(seconds: list[float], cpu: list[float], size: int) -> str:
    milliseconds = [statistics.median(values) * 1000 for values in (cpu, seconds)]
    return f"cpu {milliseconds[0]:.0f} ms, p50 {milliseconds[1]:.0f} ms, {size / 1000:,.0f} kB"


def rows(person: int, n: int) -> Sample:
    """Read the hundred rows such a page shows, with their standing and nothing else."""
    found: QuerySet[Task] = Task.objects.all()
    if person != OFFICE_CLERK:
        mine = Responsibility.objects.filter(task=OuterRef("pk"), org_unit_id=FIRST_UNIT)
        found = found.filter(Exists(mine))
    page = found.select_related("metrics").order_by("path")[:100]
    seconds = []
    for _ in range(REQUESTS):
        with measured() as clock:
            list(page.all())
        seconds.append(clock.seconds)
    return Sample(statistics.quantiles(seconds, n=20)[-1])


def benchmark(page: str, who: str) -> Benchmark:
    """Return the benchmark of one page as seen by one person."""
    ours: Callable[[int], Sample] = partial(visit, PAGES[page], PEOPLE[who])
    bare = partial(rows, PEOPLE[who])
    return Benchmark(f"{page}.{who}", city, ours, bare, (10_000, 100_000), repeats=1, warm=False)


BENCHMARKS = [benchmark(page, who) for page in PAGES for who in PEOPLE]
