"""Load a plan and its organisations from the fixtures folder; refuses bad files whole."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.errors import DomainError
from tasks.usecases.decompose.load_plan import load_plan

WORDS = {
    "organisations": _("units"),
    "sentences": _("sentences of the plan"),
    "tasks": _("tasks"),
    "responsibilities": _("responsibilities"),
    "targets": _("targets"),
    "milestones": _("milestones"),
    "projects": _("named projects"),
    "unchanged": _("loaded before, unchanged"),
}


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
        self.stdout.write(f"  {WORDS.get(what, what)}: {count}")
        self.stdout.flush()
