"""Plants a small city into the database the environment names: python -m tests.processes.plant [ready messages]."""

import datetime as dt
import sys

import django


def plant(ready: int) -> None:
    """Make one deadline that waits for its due day, and slots every five seconds of every day."""
    from django.core.management import call_command
    from django.utils import timezone

    from tasks.models import CalendarDay, Deadline, Message, Policy
    from tests.factories import issue_all, make_city

    call_command("migrate", verbosity=0)
    now = timezone.now()
    today = timezone.localdate(now)
    city = make_city(today)
    issue_all(city, today)
    for day in (today, today + dt.timedelta(1)):
        row = CalendarDay.objects.filter(day=day).first() or CalendarDay(day=day, basis="test")
        row.is_workday = True
        row.save_audited(by=None, reason="test", at=now)
    slots = [str(dt.timedelta(seconds=second)).zfill(8) for second in range(0, 86_400, 5)]
    values = {"slots": slots, "max_lines": 200}
    Policy.objects.create(code="digests", valid_from=today, values=values, basis="test")
    chosen = Deadline.objects.filter(kind="task").order_by("pk")[0]
    Deadline.objects.exclude(pk=chosen.pk).update(state="closed", next_fire_on=None)
    day_itself = chosen.ladder.rungs.get(offset=0)
    Deadline.objects.filter(pk=chosen.pk).update(due_on=today, next_position=day_itself.position, next_fire_on=None)
    office = city.people["office"]
    Message.objects.bulk_create(
        Message(
            recipient=office,
            slot_at=now - dt.timedelta(days=number + 1),
            address=f"p{number}@example.test",
            subject=f"{number}",
            message_id=f"<{number}@example.test>",
            body=f"Message-ID: <{number}@example.test>\r\nSubject: {number}\r\n\r\nbody {number}\r\n".encode(),
            ready_at=now,
        )
        for number in range(ready)
    )


if __name__ == "__main__":
    django.setup()
    plant(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
