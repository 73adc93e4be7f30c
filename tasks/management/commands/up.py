"""Prepare everything, start web and worker, and say where to go: the one command of a newcomer."""

import json
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from accounts.models import Appointment, User
from accounts.vocab import Role, UnitKind
from tasks.channels import mail_place
from tasks.management.commands.load_demo import PASSWORD
from tasks.management.supervisor import GaveUpError, Program, Supervisor

START_SECONDS = 90
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Prepare the database, load the plan and a demo year, start web and worker. Ctrl-C stops all of it."
    requires_system_checks: list[str] = []  # they run with the first step, after the port is known to be free

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave the demo year out")
        parser.add_argument("--port", type=int, help="instead of PORT")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        if port is not None and port != settings.PORT:
            # Links in mails hang on the port too, so the settings must be read anew.
            os.environ["PORT"] = str(port)
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
        refuse_taken_port()
        stopped = threading.Event()
        for number in SIGNALS:
            signal.signal(number, lambda *_args: stopped.set())
        self.prepare(stopped, demo=not options["no_demo"] and not settings.PRODUCTION)
        if not stopped.is_set():
            self.run(stopped)
        self.say(_("Stopped."))

    def prepare(self, stopped: threading.Event, *, demo: bool) -> None:
        """Bring the database to this version and load what is missing; each step may be repeated."""
        steps: list[tuple[str, list[Any], dict[str, Any]]] = [
            (_("Checking the settings"), ["check"], {}),
            (_("Preparing the database"), ["migrate"], {"interactive": False, "verbosity": 0}),
            (_("Loading calendar, policies and ladders"), ["load_base"], {}),
            (_("Loading the plan and its organisations"), ["load_plan", settings.PLAN], first_year(demo=demo)),
        ]
        if demo:
            steps.append((_("Loading the demo year; leave it out with --no-demo"), ["load_demo"], {}))
        if settings.PRODUCTION:
            collect = {"interactive": False, "verbosity": 0}
            steps.append((_("Collecting static files"), ["collectstatic"], collect))
        for title, command, knobs in steps:
            if stopped.is_set():
                return
            if command == ["load_demo"] and User.objects.filter(is_demo=True).exists():
                continue
            self.say(title)
            call_command(*command, **knobs, stdout=self.stdout, stderr=self.stderr)

    def run(self, stopped: threading.Event) -> None:
        """Run web and worker until somebody stops them or one of them cannot be kept alive."""
        connection.close()
        children = Supervisor(programs(), environment(), self.note)
        try:
            children.start()
            if self.wait_until_well(children, stopped):
                self.show()
            while not stopped.wait(0.3):
                children.mend()
        except GaveUpError as dead:
            self.say(_("Stopping everything."))
            raise CommandError(
                gettext("%(program)s died three times; its last lines above say why.") % {"program": dead}
            ) from dead
        finally:
            children.stop()

    def wait_until_well(self, children: Supervisor, stopped: threading.Event) -> bool:
        """Wait for a 200 from /healthz; return whether it came before somebody stopped us.

        Raises: CommandError when it does not come in time, with what is ill.
        """
        self.say(_("Starting web and worker"))
        answer, until = "", time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if stopped.wait(0.1):
                return False
            children.mend()
            well, answer = health()
            if well:
                return True
        raise CommandError(
            gettext("Not well after %(seconds)s seconds: %(answer)s") % {"seconds": START_SECONDS, "answer": answer}
        )

    def show(self) -> None:
        """Print where to go, who to be, where mails are and how to stop."""
        place = f"http://{'127.0.0.1' if settings.BIND_HOST == '0.0.0.0' else settings.BIND_HOST}:{settings.PORT}/"  # noqa: S104
        logins = [] if settings.PRODUCTION else demo_logins()
        lines = ["", "─" * 72, f"  carbonpeak  {self.style.SUCCESS(place)}", ""]
        if logins:
            lines.append("  " + both(_("Demo logins; the password of each is:")) + f"  {PASSWORD}")
            lines += [f"    {username:<24} {role} · {unit}" for username, role, unit in logins]
            lines.append("")
        lines.append("  " + both(_("Mails:")) + f"  {mail_place()}")
        lines += ["  " + both(_("Stop: Ctrl-C")), "─" * 72]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def note(self, name: str, code: int) -> None:
        """Tell of a child that died and was started again."""
        self.stderr.write(both(_("A process died and is started again:")) + f" {name} ({code})")

    def say(self, msgid: str) -> None:
        """Print one line of progress."""
        self.stdout.write(f"• {both(msgid)}")
        self.stdout.flush()


def first_year(*, demo: bool) -> dict[str, int]:
    """Return from which year on the office's yearly steps are loaded: the demo tells of last year too."""
    return {"first_year": timezone.localdate().year - 1} if demo else {}


def both(msgid: str) -> str:
    """Return a message in Chinese and in English: before the first login nobody has chosen a language."""
    with override("zh-hans"):
        chinese = gettext(msgid)
    return msgid if chinese == msgid else f"{chinese} {msgid}"


def refuse_taken_port() -> None:
    """Raise CommandError with a way out when the port cannot be had."""
    family = socket.AF_INET6 if ":" in settings.BIND_HOST else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.BIND_HOST, settings.PORT))
        except OSError as reason:
            words = gettext("Port %(port)s of %(host)s cannot be used: %(reason)s. Choose another one: %(command)s") % {
                "port": settings.PORT,
                "host": settings.BIND_HOST,
                "reason": reason.strerror,
                "command": f"python3 manage.py up --port {min(settings.PORT + 1, 65535)}",
            }
            raise CommandError(words) from reason


def programs() -> list[Program]:
    """Return what has to run: web and worker, and a clock of its own where Redis carries the ticks."""
    host = f"[{settings.BIND_HOST}]" if ":" in settings.BIND_HOST else settings.BIND_HOST
    celery = [sys.executable, "-m", "celery", "-A", "carbonpeak"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    web = [sys.executable, "-m", "gunicorn", "carbonpeak.wsgi:application", "--bind", f"{host}:{settings.PORT}"]
    web += ["--worker-class", "gthread", "--threads", "8", "--graceful-timeout", "5", "--no-control-socket"]
    found = [
        Program("web", [*web, "--log-level", "warning"]),
        Program("worker", [*celery, "worker", "-P", "solo", *quiet]),
    ]
    if not settings.CELERY_BROKER_URL.startswith("memory://"):
        found.append(Program("clock", [*celery, "beat", "--loglevel", "WARNING", "--pidfile="]))
    return found


def environment() -> dict[str, str]:
    """Return the children's environment: ours, with a console that shows what needs attention only."""
    return {"LOG_LEVEL": "WARNING", "PYTHONUNBUFFERED": "1"} | os.environ


def health() -> tuple[bool, str]:
    """Ask /healthz; return whether all is well, and the answer."""
    host = "127.0.0.1" if settings.BIND_HOST in {"0.0.0.0", "::"} else settings.BIND_HOST  # noqa: S104
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}/healthz"
    # The product answers to its own names only.
    request = urllib.request.Request(url, headers={"Host": urlsplit(settings.SITE_URL).netloc})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as response:
            return True, json.dumps(json.load(response))
    except urllib.error.HTTPError as error:
        return False, error.read(500).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        return False, str(error)


def demo_logins() -> list[tuple[str, str, str]]:
    """Return (username, role, unit) of one demo person for each role, the officer of a department first."""
    order = [Role.OFFICER, Role.HEAD, Role.OFFICE, Role.INSPECTOR, Role.LEADER, Role.AUDITOR, Role.ADMIN]
    held = Appointment.objects.on(timezone.localdate()).filter(user__is_demo=True, user__is_active=True)
    rows = held.order_by("acting", "post__org_unit__position", "pk").values_list(
        "post__role", "user__username", "post__org_unit__short_name", "post__org_unit__kind"
    )
    first: dict[str, tuple[str, str]] = {}
    for role, username, unit, _kind in sorted(rows, key=lambda row: row[3] != UnitKind.DEPARTMENT):
        first.setdefault(role, (username, unit))
    with override("zh-hans"):
        return [(first[role][0], str(role.label), first[role][1]) for role in order if role in first]
