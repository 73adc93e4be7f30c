"""Compose what is due, hand it over, and say what left, for whom, and where it can be read."""

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.channels import mail_channel, mail_place
from tasks.models import Message
from tasks.usecases.remind import compose
from tasks.usecases.remind.deliver import Delivered, deliver


class Command(BaseCommand):
    help = "Compose digests whose slot has come and hand every ready message over. Nothing is sent twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=dt.date.fromisoformat, help="play the end of that day; not in production")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        day = options["as_of"]
        if day is not None:
            if settings.PRODUCTION and day > timezone.localdate(at):
                raise CommandError(_("Mail of a later day does not leave in production."))
            at = timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59)))
        compose(at=at, site_url=settings.SITE_URL, sender=settings.DEFAULT_FROM_EMAIL)
        done = deliver(mail_channel(), at=at)
        if options["format"] == "json":
            self.stdout.write(json.dumps(report(done, at), ensure_ascii=False, indent=1))
        else:
            self.show(done)
        if done.error:
            raise CommandError(
                _("Delivery stopped: %(error)s. What is left stays in the outbox and is tried again.")
                % {"error": done.error}
            )

    def show(self, done: Delivered) -> None:
        """Print a line for each message, then where the mails are."""
        words = {
            "sent": _("sent"),
            "later": _("tried again later"),
            "failed": _("failed, needs a person"),
            "doubt": _("in doubt"),
            "cancelled": _("not sent: its cause is gone"),
        }
        for fate, messages in fates(done).items():
            for message in messages:
                error = f"  [{message.last_error}]" if message.last_error else ""
                self.stdout.write(f"{words[fate]}: {message.recipient} <{message.address}>  {message.subject}{error}")
        if not done.counts and not done.error:
            self.stdout.write(_("Nothing is waiting."))
        if done.sent:
            self.stdout.write(
                _("%(count)s messages left; read them at %(place)s") % {"count": len(done.sent), "place": mail_place()}
            )


def fates(done: Delivered) -> dict[str, list[Message]]:
    """Return the messages of a run by what became of them."""
    found = {}
    for fate in ("sent", "later", "failed", "doubt", "cancelled"):
        rows = Message.objects.filter(pk__in=getattr(done, fate)).select_related("recipient").defer("body")
        found[fate] = list(rows.order_by("pk"))
    return found


def report(done: Delivered, at: dt.datetime) -> dict[str, Any]:
    """Return a run as plain data."""
    lists = {
        fate: [
            {
                "to": message.address,
                "name": str(message.recipient),
                "subject": message.subject,
                "message_id": message.message_id,
                "error": message.last_error,
            }
            for message in messages
        ]
        for fate, messages in fates(done).items()
    }
    return {"at": at.isoformat(), "place": mail_place(), "error": done.error, **lists}
