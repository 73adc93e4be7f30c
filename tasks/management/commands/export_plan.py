"""Write a plan as data to standard output."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from tasks.models import PlanRevision
from tasks.queries.decompose import exported_plan


class Command(BaseCommand):
    help = "Export plan CODE: nodes, targets, projects and the coverage of every sentence."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--format", choices=["json"], default="json")

    def handle(self, *args: Any, **options: Any) -> None:
        revision = (
            PlanRevision.objects.filter(plan__code=options["code"]).select_related("plan").order_by("-number").first()
        )
        if revision is None:
            words = _("No plan “%(code)s” is loaded. Load it first: manage.py load_plan %(code)s")
            raise CommandError(words % {"code": options["code"]})
        json.dump(exported_plan(revision), self.stdout, ensure_ascii=False, indent=1)
        self.stdout.write("\n")
