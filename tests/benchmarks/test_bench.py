"""The benchmarks run from end to end and answer in the promised shape; how long they take is nobody's business here."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from benchmarks.registry import BENCHMARKS
from benchmarks.runner import chosen

COLUMNS = ["name", "database", "n", "seconds", "baseline_seconds", "ratio", "queries", "peak_mb"]
SMALL = ["sweep_first", "reminder_run.officer"]


@pytest.mark.processes
def test_bench_answers_in_the_promised_shape():
    out = StringIO()
    call_command(
        "bench", *SMALL, "--size", "40", "--repeats", "1", "--database", "sqlite", "--format", "json", stdout=out
    )
    rows = json.loads(out.getvalue())
    assert [list(row) for row in rows] == [COLUMNS] * len(SMALL)
    assert [(row["name"], row["database"], row["n"]) for row in rows] == [(name, "sqlite", 40) for name in SMALL]
    for row in rows:
        assert row["seconds"] > 0
        assert row["baseline_seconds"] > 0
        assert row["ratio"] > 0
        assert row["queries"] > 0
        assert row["peak_mb"] > 0


def test_a_family_of_benchmarks_goes_by_its_first_name():
    assert [row.name for row in chosen(["rollup"])] == ["rollup.day", "rollup.lights"]
    assert list(chosen([])) == list(BENCHMARKS.values())


def test_unknown_benchmark_is_refused_by_name():
    with pytest.raises(CommandError, match=r"no benchmark 'speed'.*sweep_first"):
        call_command("bench", "speed", "--database", "sqlite")
