"""Run or rehearse the reminder sweep for a day."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tasks.queries.base import work_calendar
from tasks.queries.remind import Line, names_of
from tasks.rules.remind import one_line
from tasks.usecases.remind import Swept, rehearse, sweep_through
from tasks.usecases.remind.digest import say_lateness
from tasks.vocab import Addressee, RungLevel


class Command(BaseCommand):
    """Fire the reminders and escalations due by a day, or with --dry-run list them without writing anything.

    A later --as-of plays every working day in between, one rung a day. `--format json` prints one object:

    as_of        the day asked for, "2027-01-15"
    dry_run      true when nothing was written
    days         [{"day", "slot_at", "busy", "counts": {name: number}}], in order; see usecases.remind.Swept for the
                 counts, which name what was told, skipped, held because nobody could be told, or left to the next run
    notices      with --dry-run only, in the order they would go out:
                 [{"day", "slot_at", "level", "kind", "task", "title", "part", "unit", "proposed", "due_on",
                   "overdue_workdays" (negative: still to come), "asks", "drafts_order", "addressee", "fallback",
                   "recipient", "task_id"}]
    """

    help = "Fire the reminders due by a day (default: today), or rehearse them with --dry-run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="the day, like 2027-01-15; days between are played"
        )
        parser.add_argument("--dry-run", action="store_true", help="list what would go out, write nothing")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        until = options["as_of"] or timezone.localdate(at)
        lines: list[Line] = []
        if options["dry_run"]:
            done, lines = rehearse(until=until, at=at)
        else:
            done = sweep_through(until=until, at=at)
        self.calendar, self.names = work_calendar(), names_of(lines)
        if options["format"] == "json":
            self.print_json(until, options["dry_run"], done, lines)
        else:
            self.print_text(until, options["dry_run"], done, lines)

    def print_json(self, until: date, dry_run: bool, done: list[Swept], lines: list[Line]) -> None:
        days = [
            {
                "day": swept.today.isoformat(),
                "slot_at": timezone.localtime(swept.slot_at).isoformat(),
                "busy": swept.busy,
                "counts": {name: count for name, count in swept.counts.items() if count},
            }
            for swept in done
        ]
        answer: dict[str, Any] = {"as_of": until.isoformat(), "dry_run": dry_run, "days": days}
        if dry_run:
            answer["notices"] = [self.entry(line) for line in lines]
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))

    def print_text(self, until: date, dry_run: bool, done: list[Swept], lines: list[Line]) -> None:
        slot = None
        for line in lines:
            if line.slot_at != slot:
                slot = line.slot_at
                self.stdout.write("\n" + date_format(timezone.localtime(slot), "DATETIME_FORMAT"))
            self.stdout.write("  " + self.sentence(line))
        totals = {name: sum(swept.counts[name] for swept in done) for name in ("notices", "fallback", "held", "missed")}
        count = totals["notices"]
        words = {"count": count, "day": date_format(until, "DATE_FORMAT")}
        if dry_run:
            total = ngettext(
                "%(count)s notice would go out by %(day)s. Nothing was written.",
                "%(count)s notices would go out by %(day)s. Nothing was written.",
                count,
            )
        else:
            total = ngettext("%(count)s notice goes out by %(day)s.", "%(count)s notices go out by %(day)s.", count)
        self.stdout.write(("\n" if lines else "") + total % words)
        remarks = {
            "fallback": _("Told to the office because nobody is in post: %(count)s"),
            "held": _("Held because there is nobody to tell: %(count)s"),
            "missed": _("Reports marked as missed: %(count)s"),
        }
        for name, remark in remarks.items():
            if totals[name]:
                self.stdout.write(remark % {"count": totals[name]})
        if any(swept.busy for swept in done):
            self.stdout.write(_("Another sweep is running; it does the work."))

    def entry(self, line: Line) -> dict[str, Any]:
        return {
            "day": line.fired_on.isoformat(),
            "slot_at": timezone.localtime(line.slot_at).isoformat(),
            "level": line.level,
            "kind": line.kind,
            "task": line.code,
            "title": line.title,
            "part": line.milestone or line.period_key or "",
            "unit": line.unit,
            "proposed": line.proposed,
            "due_on": line.due_on.isoformat(),
            "overdue_workdays": self.calendar.between(line.due_on, line.fired_on),
            "asks": line.asks,
            "drafts_order": line.drafts_order,
            "addressee": line.addressee,
            "fallback": line.fallback,
            "recipient": self.names[line.recipient_id],
            "task_id": line.task_id,
        }

    def sentence(self, line: Line) -> str:
        words = {
            "level": RungLevel(line.level).label,
            "recipient": self.names[line.recipient_id],
            "addressee": Addressee(line.addressee).label,
            "task": one_line(f"{line.code} {line.title} {line.milestone or line.period_key or ''}", 80),
            "unit": line.unit,
        }
        parts = [
            _("[%(level)s] %(recipient)s (%(addressee)s): %(task)s, %(unit)s") % words,
            date_format(line.due_on, "DATE_FORMAT"),
            say_lateness(line.due_on, line.fired_on, self.calendar),
        ]
        if line.fallback:
            parts.append(_("nobody in post, told to the office"))
        return " · ".join(parts)
