"""Reminding: a digest's words and frozen bytes. Its lines are chosen before; how it looks is in the templates."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cached_property
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from tasks.queries.remind import Line
from tasks.rules.calendar import WorkCalendar
from tasks.rules.remind import one_line, subject_form
from tasks.vocab import Addressee, RungLevel

TITLE_LIMIT = 120
BASE64_LINE = re.compile(".{1,76}")  # RFC 2045, 6.8
SUBJECT_TITLE_LIMIT = 24

# Why somebody gets a line, as the reader is addressed.
WHY = {
    Addressee.OFFICER: gettext_lazy("you are the responsible officer"),
    Addressee.HEAD: gettext_lazy("you head the responsible unit"),
    Addressee.OFFICE: gettext_lazy("you work in the carbon-peak office"),
    Addressee.INSPECTOR: gettext_lazy("you are an inspector"),
    Addressee.LEADER: gettext_lazy("you supervise this work"),
}
# Colour is never alone: each level has its sign and its name beside it.
LOOK = {
    RungLevel.CIRCULAR: ("■", "#7a1f1f"),
    RungLevel.SUPERVISE: ("▲", "#b42318"),
    RungLevel.URGE: ("◆", "#b25e09"),
    RungLevel.REMIND: ("●", "#1d5fa8"),
}


@dataclass(slots=True)
class Digest:
    """One mail to one person: its lines in order, and how many notices it stands for, overdue and still due."""

    user: User
    slot: datetime
    lines: list[Line]
    overdue: int
    due: int


@dataclass
class Letterhead:
    """What all mails share: where links lead, the From mailbox, and words already worked out, by language and day."""

    site_url: str
    sender: str
    known: dict[Any, str] = field(default_factory=dict)

    @cached_property
    def from_header(self) -> str:
        name, address = parseaddr(self.sender)
        return formataddr((one_line(name, 80), address), "utf-8")

    def lateness(self, due_on: date, today: date, calendar: WorkCalendar, language: str) -> str:
        """Say in `language`, the active one, how far `today` is from the due date; said once for all lines alike."""
        key = language, due_on, today
        if key not in self.known:
            self.known[key] = say_lateness(due_on, today, calendar)
        return self.known[key]

    def day(self, day: date, language: str) -> str:
        """Write a date in `language`, the active one."""
        key = language, day
        if key not in self.known:
            self.known[key] = date_format(day, "DATE_FORMAT")
        return self.known[key]


def say_lateness(due_on: date, today: date, calendar: WorkCalendar) -> str:
    """Say in the active language how far `today` is from the due date, in working days."""
    days = abs(calendar.between(due_on, today))
    if today == due_on:
        return _("due today")
    if today < due_on:
        return ngettext("due in %(days)s working day", "due in %(days)s working days", days) % {"days": days}
    if days == 0:  # due on Friday, looked at on Sunday
        return _("overdue")
    return ngettext("%(days)s working day overdue", "%(days)s working days overdue", days) % {"days": days}


def freeze(digest: Digest, message_id: str, letterhead: Letterhead, calendar: WorkCalendar) -> tuple[str, bytes]:
    """Return the subject and the complete MIME bytes of a digest, in its reader's language."""
    with translation.override(digest.user.language):
        subject = _subject(digest)
        content = _content(digest, letterhead, calendar) | {"subject": subject, "_": gettext}
        text, html = (get_template(f"mail/digest.{kind}", using="jinja2").render(content) for kind in ("txt", "html"))
    return subject, _mime(_headers(digest, subject, message_id, letterhead), message_id, text, html)


def _headers(digest: Digest, subject: str, message_id: str, letterhead: Letterhead) -> Iterable[tuple[str, str]]:
    address, _problem = mailbox_of(digest.user.email)
    yield "From", letterhead.from_header
    yield "To", formataddr((one_line(str(digest.user), 60), address), "utf-8")
    yield "Subject", Header(subject, "utf-8").encode()
    # The slot, not the moment: composed again after a crash, the bytes are the same.
    yield "Date", format_datetime(timezone.localtime(digest.slot))
    yield "Message-ID", message_id
    yield "Auto-Submitted", "auto-generated"
    yield "X-Auto-Response-Suppress", "All"


def _mime(headers: Iterable[tuple[str, str]], message_id: str, text: str, html: str) -> bytes:
    """Return the mail's bytes. Header values are ASCII without line ends of a user's making.

    The email package takes longer for this than the templates for the content. Base64 passes every mail server.
    """
    # A boundary of our own keeps the bytes a function of the content.
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
    content_type = ("Content-Type", f'multipart/alternative; boundary="{boundary}"')
    lines = [f"{name}: {value}" for name, value in (*headers, ("MIME-Version", "1.0"), content_type)]
    for kind, body in (("plain", text), ("html", html)):
        lines += ["", f"--{boundary}", f'Content-Type: text/{kind}; charset="utf-8"']
        lines += ["Content-Transfer-Encoding: base64", "", *BASE64_LINE.findall(b64encode(body.encode()).decode())]
    lines += ["", f"--{boundary}--", ""]
    return "\n".join(lines).replace("\n", "\r\n").encode("ascii")


def _subject(digest: Digest) -> str:
    forms = {
        "both": _("[Carbon peak] %(overdue)s overdue, %(due)s due soon: %(title)s"),
        "overdue": _("[Carbon peak] %(overdue)s overdue: %(title)s"),
        "due": _("[Carbon peak] %(due)s due soon: %(title)s"),
    }
    title = one_line(digest.lines[0].title, SUBJECT_TITLE_LIMIT)
    words = {"overdue": digest.overdue, "due": digest.due, "title": title}
    return one_line(forms[subject_form(digest.overdue, digest.due)] % words, 250)


@dataclass(slots=True)
class Row:
    """One line as the templates show it."""

    url: str
    code: str
    title: str
    part: str
    unit: str
    proposed: bool
    due_on: str
    is_late: bool
    lateness: str
    asks: str
    vacant: str


def _content(digest: Digest, letterhead: Letterhead, calendar: WorkCalendar) -> dict[str, Any]:
    today, language = timezone.localtime(digest.slot).date(), digest.user.language
    sections = []
    for level, lines in groupby(digest.lines, key=lambda line: line.level):
        sign, colour = LOOK[RungLevel(level)]
        rows = [_row(line, today, letterhead, calendar, language) for line in lines]
        sections.append({"label": RungLevel(level).label, "sign": sign, "colour": colour, "rows": rows})
    told_as = {(line.addressee, line.fallback) for line in digest.lines}
    return {
        "language": language,
        "name": one_line(str(digest.user), 60),
        "day": letterhead.day(today, language),
        "overdue": digest.overdue,
        "due": digest.due,
        "sections": sections,
        "more": digest.overdue + digest.due - len(digest.lines),
        "reasons": [_why(addressee, fallback) for addressee, fallback in sorted(told_as)],
        "work_url": f"{letterhead.site_url}/admin/",
    }


def _row(line: Line, today: date, letterhead: Letterhead, calendar: WorkCalendar, language: str) -> Row:
    part = line.milestone or (_("report %(period)s") % {"period": line.period_key} if line.period_key else "")
    return Row(
        url=f"{letterhead.site_url}/admin/tasks/task/{line.task_id}/change/",
        code=line.code,
        title=one_line(line.title, TITLE_LIMIT),
        part=one_line(part, TITLE_LIMIT),
        unit=line.unit,
        proposed=line.proposed,
        due_on=letterhead.day(line.due_on, language),
        is_late=today > line.due_on,
        lateness=letterhead.lateness(line.due_on, today, calendar, language),
        asks=line.asks,
        vacant=str(Addressee(line.addressee).label) if line.fallback else "",
    )


def _why(addressee: str, fallback: bool) -> str:
    if fallback:
        role = Addressee(addressee).label
        return _("nobody is in post as “%(role)s”, so the office is told") % {"role": role}
    return str(WHY[Addressee(addressee)])


def mailbox_of(email: str) -> tuple[str, str]:
    """Return (address to send to, what is wrong with it); the address is empty when it cannot be used."""
    if not email:
        return "", _("The recipient has no mail address.")
    try:
        validate_email(email)
    except ValidationError:
        return "", _("The recipient's mail address cannot be used: %(address)s") % {"address": one_line(email, 80)}
    local, _at, domain = email.rpartition("@")
    if not local.isascii():
        return "", _("The recipient's mail address cannot be used: %(address)s") % {"address": one_line(email, 80)}
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}", ""


def message_id_for(parts: tuple[Any, ...], sender: str) -> str:
    """Return the Message-ID that belongs to these parts for ever; its domain is the sender's."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
    return f"<{digest[:40]}@{domain}>"
