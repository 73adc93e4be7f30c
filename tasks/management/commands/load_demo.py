"""Load the demo year: invented people and reports, marked as such everywhere. Development only."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.errors import DomainError
from tasks.usecases.demo import load_demo

PASSWORD = "carbonpeak-demo"  # noqa: S105  (public on purpose: demo accounts exist only where nothing is at stake)


class Command(BaseCommand):
    help = "Load the demo year of plan CODE. Loading it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="?", default=settings.PLAN)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(_("Demo accounts have a public password: they are not loaded in production."))
        try:
            people = load_demo(
                settings.FIXTURES,
                options["code"],
                today=timezone.localdate(),
                password=PASSWORD,
                progress=self.show,
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.show(_("demo accounts"), people)

    def show(self, what: str, count: int) -> None:
        name = _("People") if what == "people" else what
        self.stdout.write(f"  {name}: {count}")
        self.stdout.flush()
