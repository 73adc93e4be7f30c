"""Load calendar, policies, ladders and the assessment scheme from the fixtures folder."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tasks.errors import DomainError
from tasks.usecases.decompose.base import load_base

WORDS = {
    "calendar_days": _("calendar days"),
    "policies": _("policies"),
    "ladders": _("ladders"),
    "schemes": _("schemes"),
}


class Command(BaseCommand):
    help = "Load working-day calendar, policies, ladders and schemes. Existing versions are never rewritten."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = load_base(settings.FIXTURES, at=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        for what, count in counts.items():
            self.stdout.write(f"  {WORDS.get(what, what)}: {count}")
