"""Say whether the engine's heart beats; for container health checks."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tasks.queries.engine import worker_state


class Command(BaseCommand):
    help = "Exit 0 when the sweep ran within five minutes, else 2."

    def handle(self, *args: Any, **options: Any) -> None:
        state = worker_state(at=timezone.now())
        self.stdout.write(f"worker: {state}")
        if state != "ok":
            sys.exit(2)
