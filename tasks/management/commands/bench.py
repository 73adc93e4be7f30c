"""Measure the product beside bare tools, on scratch databases of its own."""

import json
import signal
import sys
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from benchmarks.registry import BENCHMARKS
from benchmarks.runner import chosen, run, table
from benchmarks.scratch import DATABASES


class Command(BaseCommand):
    """Print a table, or with `--format json` a list of objects; the configured database is not touched.

    Each object has name, database, n, seconds, baseline_seconds, ratio, queries and peak_mb.
    """

    help = "Measure the product beside bare tools on scratch databases; see docs/benchmarks.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: all of {', '.join(BENCHMARKS)}")
        parser.add_argument("--size", nargs="+", type=int, metavar="N", default=[], help="default: its own sizes")
        parser.add_argument("--database", choices=DATABASES, help="default: both")
        parser.add_argument("--repeats", type=int, help="how many measurements the median is taken of")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen(options["names"])
        except KeyError as unknown:
            raise CommandError(f"There is no benchmark {unknown}. There are: {', '.join(BENCHMARKS)}") from unknown
        # Whatever ends this, what it started ends too.
        with suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        figures = run(
            options["names"],
            sizes=options["size"],
            databases=[options["database"]] if options["database"] else DATABASES,
            repeats=options["repeats"],
            say=self.stderr.write,
        )
        if options["format"] == "json":
            self.stdout.write(json.dumps([row.as_dict() for row in figures], ensure_ascii=False, indent=1))
            return
        for line in table(figures):
            self.stdout.write(line)
            self.stdout.flush()
