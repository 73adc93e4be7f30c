"""Load a plan and its organisations from the fixtures folder; refuses bad files whole."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tasks.errors import DomainError
from tasks.usecases.decompose.load_plan import load_plan


class Command(BaseCommand):
    help = "Load plan CODE from fixtures/plans/CODE. Loading it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--fixtures", type=Path, default=settings.FIXTURES)
        parser.add_argument(
            "--first-year", type=int, help="first year of the office's yearly steps; default: this year"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        first_year = options["first_year"] or timezone.localdate().year
        try:
            revision = load_plan(
                options["fixtures"], options["code"], at=now, first_year=first_year, progress=self.show
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS(str(revision)))

    def show(self, what: str, count: int) -> None:
        self.stdout.write(f"  {what}: {count}")
        self.stdout.flush()
