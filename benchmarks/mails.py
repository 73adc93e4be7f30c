"""From late deadlines to mails on a server: the whole run, and its two dear parts by themselves."""

from __future__ import annotations

import os
import smtplib
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import partial

from django.db import connection
from django.template import Context, Template

from accounts.models import User
from benchmarks.base import Benchmark, Clock, Sample, bare, measured
from benchmarks.data import AT, OFFICERS, SLOT, TODAY, city, fill, hurry, people, settle, text
from benchmarks.sweeps import tell_and_climb
from tasks.channels import mail_channel
from tasks.models import Message
from tasks.queries.base import work_calendar
from tasks.queries.remind import Line
from tasks.rules.calendar import WorkCalendar
from tasks.usecases.remind import compose, sweep
from tasks.usecases.remind.deliver import deliver
from tasks.usecases.remind.digest import Digest, Letterhead, freeze

SITE, SENDER = "http://127.0.0.1:8000", "office@city.example"


# --- the whole run ---------------------------------------------------------------------------------------------------
def tick(today: date, at: datetime) -> int:
    """Sweep, compose and deliver, as the clock does every few minutes; return how many mails left."""
    sweep(today=today, at=at)
    compose(at=at, site_url=SITE, sender=SENDER)
    return len(deliver(mail_channel(), at=at).sent)


def remind(n: int) -> Sample:
    """Sweep, compose and deliver until nothing is left, in a worker that has ticked before and rendered a mail."""
    tick(TODAY - timedelta(365), AT - timedelta(365))
    first = Digest(User(language="zh-hans"), SLOT, lines_of_digest(1), 1, 0)
    freeze(first, "", Letterhead(SITE, SENDER), WorkCalendar())
    with measured() as swept:
        sweep(today=TODAY, at=AT)
    with measured() as composed:
        compose(at=SLOT, site_url=SITE, sender=SENDER)
    with measured() as delivered:
        sent = len(deliver(mail_channel(), at=SLOT).sent)
    phases = swept, composed, delivered
    total = Clock(
        sum(phase.seconds for phase in phases),
        sum(phase.cpu_seconds for phase in phases),
        sum(phase.queries for phase in phases),
    )
    words = " + ".join(f"{phase.seconds:.3f} s/{phase.queries}" for phase in phases)
    return total.sample(f"{sent} mails; sweep + compose + deliver (s/SQL) {words}" if sent else "")


# The floor: somebody who knows these rows, without leases, attempts, templates or a commit for each mail.
MESSAGES = """
    INSERT INTO tasks_message (recipient_id, slot_at, channel, message_class, address, subject, message_id, body, state,
                               ready_at, lease_owner, fence, attempts, last_error)
    SELECT n.recipient_id, n.slot_at, 'email', 'digest', u.email, 'bench', 'bench-' || u.username, {empty}, 'ready',
           n.slot_at, '', 0, 0, ''
    FROM tasks_notice n JOIN accounts_user u ON u.id = n.recipient_id
    WHERE n.state = 'planned' GROUP BY n.recipient_id, n.slot_at, u.email, u.username
"""
BIND = """
    UPDATE tasks_notice SET state = 'composed', message_id = (
        SELECT m.id FROM tasks_message m
        WHERE m.recipient_id = tasks_notice.recipient_id AND m.slot_at = tasks_notice.slot_at)
    WHERE state = 'planned'
"""
LINES = """
    SELECT m.id, m.address, t.code, t.title, d.due_on
    FROM tasks_message m JOIN tasks_notice n ON n.message_id = m.id
    JOIN tasks_deadline d ON d.id = n.deadline_id JOIN tasks_task t ON t.id = d.task_id
    WHERE m.state = 'ready' ORDER BY m.id, d.due_on
"""


def floor(n: int, *, heads: bool = False) -> Sample:
    """Tell everybody by a few statements and one bare SMTP connection."""
    empty = "''::bytea" if connection.vendor == "postgresql" else "x''"
    tell, climb = tell_and_climb(heads=heads)
    cursor = bare()
    with measured() as clock:
        cursor.execute("BEGIN")
        for statement in (tell, climb, MESSAGES.format(empty=empty), BIND, LINES):
            cursor.execute(statement)
        mails: dict[str, list[str]] = {}
        for _message, address, code, title, due_on in cursor.fetchall():
            mails.setdefault(address, []).append(f"{code} {title} {due_on}")
        line = smtplib.SMTP("127.0.0.1", int(os.environ["BENCH_SINK_PORT"]))
        line.ehlo()
        for address, lines in mails.items():
            head = (
                f"From: {SENDER}\r\nTo: {address}\r\nSubject: bench\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            )
            send(line, address, (head + "\r\n".join(lines[:200])).encode())
        line.quit()
        cursor.execute("UPDATE tasks_message SET state = 'sent' WHERE state = 'ready'")
        cursor.execute("COMMIT")
    return clock.sample(f"floor {len(mails)} mails")


def send(line: smtplib.SMTP, address: str, body: bytes) -> None:
    """Have the bare dialogue for one message."""
    line.mail(SENDER)
    line.rcpt(address)
    line.data(body)


def one_reader(n: int) -> None:
    """Prepare the city with a ladder that tells the responsible officer alone, as other products' reminders do."""
    city(n)
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE tasks_rung SET addressees = '["officer"]'""")


# --- rendering -------------------------------------------------------------------------------------------------------
DIGESTS = 300
PLAIN = "{% for line in lines %}{{ line.code }} {{ line.title }} {{ line.due_on }}\n{% endfor %}"
HTML = (
    "<table>{% for line in lines %}<tr><td>{{ line.code }}<td>{{ line.title }}<td>{{ line.due_on }}{% endfor %}</table>"
)


def nobody(n: int) -> None:
    """Prepare calendar and people alone."""
    hurry()
    people()
    settle()


def lines_of_digest(n: int) -> list[Line]:
    """Return `n` lines as a digest has them."""
    return [
        Line(
            recipient_id=1,
            slot_at=SLOT,
            fired_on=TODAY,
            level="urge" if place < n / 2 else "remind",
            offset=1,
            asks="请说明原因和完成时间",
            drafts_order="",
            addressee="officer",
            fallback=False,
            kind="task",
            due_on=TODAY.replace(day=1 + place % 28),
            unit="单位1",
            task_id=place,
            code=f"T{place}",
            title=f"推进重点领域节能降碳改造第{place}项",
            milestone=None,
            period_key=None,
            proposed=False,
        )
        for place in range(n)
    ]


def render(n: int) -> Sample:
    """Freeze digests of `n` lines."""
    lines, user, calendar = lines_of_digest(n), User.objects.get(pk=1), work_calendar()
    letterhead = Letterhead(SITE, SENDER)
    with measured() as clock:
        for number in range(DIGESTS):
            freeze(Digest(user, SLOT, lines, n, 0), f"<{number}@city.example>", letterhead, calendar)
    return clock.sample(f"{DIGESTS / clock.seconds:,.0f} per second", per=DIGESTS)


def render_bare(n: int) -> Sample:
    """Render two minimal templates over the same lines and put them into a message of the standard library."""
    lines, plain, html = lines_of_digest(n), Template(PLAIN), Template(HTML)
    with measured() as clock:
        for _ in range(DIGESTS):
            mail = EmailMessage()
            mail["To"], mail["From"], mail["Subject"] = "person1@city.example", SENDER, "bench"
            mail.set_content(plain.render(Context({"lines": lines})))
            mail.add_alternative(html.render(Context({"lines": lines})), subtype="html")
            mail.as_bytes()
    return clock.sample(f"bare {DIGESTS / clock.seconds:,.0f} per second", per=DIGESTS)


# --- hand-over -------------------------------------------------------------------------------------------------------
BODY = "\r\n".join(["From: office@city.example", "Subject: bench", "", *["line of a digest" * 4] * 60])


def outbox(n: int) -> None:
    """Prepare `n` ready messages."""
    hurry()
    people()
    body = f"convert_to('{BODY}', 'UTF8')" if connection.vendor == "postgresql" else f"CAST('{BODY}' AS blob)"
    slot = f"'{connection.ops.adapt_datetimefield_value(SLOT)}'"  # SQLite compares the text of it
    fill(
        Message,
        1,
        n,
        recipient_id=f"1 + i %% {OFFICERS}",
        slot_at=slot,
        channel=f"'email' || {text('i')}",  # one message a person, slot, channel and class
        address=f"'person' || {text('i')} || '@city.example'",
        message_id=f"'<' || {text('i')} || '@city.example>'",
        subject="'bench'",
        body=body,
        ready_at=slot,
    )
    settle()


def hand_over(n: int) -> Sample:
    """Deliver the outbox."""
    with measured() as clock:
        sent = len(deliver(mail_channel(), at=SLOT).sent)
    return clock.sample(f"{sent / clock.seconds:,.0f} per second")


def hand_over_bare(n: int) -> Sample:
    """Send the same messages by the bare dialogue, with a durable commit before DATA and one after."""
    cursor = bare()
    cursor.execute("SELECT id, address, body FROM tasks_message WHERE state = 'ready' ORDER BY id")
    rows = cursor.fetchall()
    with measured() as clock:
        line = smtplib.SMTP("127.0.0.1", int(os.environ["BENCH_SINK_PORT"]))
        line.ehlo()
        for pk, address, body in rows:
            line.mail(SENDER)
            line.rcpt(address)
            cursor.execute(f"UPDATE tasks_message SET state = 'data' WHERE id = {pk}")
            line.data(bytes(body))
            cursor.execute(f"UPDATE tasks_message SET state = 'sent' WHERE id = {pk}")
        line.quit()
    return clock.sample(f"bare {len(rows) / clock.seconds:,.0f} per second")


BENCHMARKS = [
    Benchmark("reminder_run.officer", one_reader, remind, floor, (1_000, 10_000, 100_000), fresh=True),
    Benchmark(
        "reminder_run.officer_and_head", city, remind, partial(floor, heads=True), (1_000, 10_000, 100_000), fresh=True
    ),
    Benchmark("reminder_rerun", city, remind, None, (1_000, 10_000, 100_000)),
    Benchmark("digest_render", nobody, render, render_bare, (10, 200), databases=("sqlite",)),
    Benchmark("smtp_handover", outbox, hand_over, hand_over_bare, (1_000,), fresh=True),
]
