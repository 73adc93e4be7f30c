"""One late task in the invented city, every other deadline settled, and short ways to sweep and compose."""

from datetime import date, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from accounts.models import User
from tasks.models import Deadline, Message
from tasks.usecases.remind import compose, rungs_of, sweep
from tasks.usecases.remind import deliver as delivery
from tests.factories import SHANGHAI, City, issue_all, make_city
from tests.usecases.remind.outbox import AT

DUE = date(2026, 6, 30)  # a Tuesday


def at(day: date, hour: int = 0, minute: int = 1) -> datetime:
    """Return an instant of `day` in the city; by default the first tick of the day."""
    return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI)


def swept(day: date, hour: int = 0):
    """Sweep on `day` and return what was done."""
    return sweep(today=day, at=at(day, hour))


def composed(day: date, hour: int = 8, minute: int = 31):
    """Compose what is due by then; the default is just after the morning slot."""
    return compose(at=at(day, hour, minute), site_url="https://plan.example.test", sender="碳达峰 <cp@example.test>")


@pytest.fixture(autouse=True)
def _fresh_ladders():
    rungs_of.cache_clear()  # tests load ladders anew, perhaps under the same id


@pytest.fixture
def city(db) -> City:
    city = make_city()
    issue_all(city, date(2025, 1, 6))
    Deadline.objects.exclude(task=city.task("1.1.1.1"), kind="task").update(state="closed", next_fire_on=None)
    return city


@pytest.fixture
def late(city) -> Deadline:
    """The one running deadline: due on DUE, waiting for its first rung 30 working days before."""
    return Deadline.objects.get(state="open")


def wait_for(deadline: Deadline, position: int, on: date) -> None:
    """Let a deadline wait for a rung as if the engine had brought it there."""
    Deadline.objects.filter(pk=deadline.pk).update(next_position=position, next_fire_on=on)


def more_like(deadline: Deadline, number: int) -> None:
    """Reopen so many of the other tasks' deadlines in the same state."""
    others = Deadline.objects.filter(kind="task", state="closed").order_by("pk")[:number]
    assert len(others) == number
    like = {"due_on": deadline.due_on, "next_position": deadline.next_position, "next_fire_on": deadline.next_fire_on}
    Deadline.objects.filter(pk__in=[other.pk for other in others]).update(state="open", **like)


@pytest.fixture
def person():
    return User.objects.create(username="li", full_name="李四", email="li@example.org")


@pytest.fixture
def message(person):
    def make(number=1, **columns):
        defaults = {
            "recipient": person,
            "slot_at": AT - timedelta(days=number),
            "address": f"p{number}@example.org",
            "subject": f"subject {number}",
            "message_id": f"<{number}@example.org>",
            "body": b"Subject: %d\r\n\r\nbody\r\n" % number,
            "ready_at": AT - timedelta(minutes=5),
        }
        return Message.objects.create(**(defaults | columns))

    return make


@pytest.fixture
def clock(monkeypatch):
    """The seconds that delivery thinks have passed, for a test to turn on."""
    clock = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(delivery, "time", SimpleNamespace(monotonic=lambda: clock.seconds))
    return clock
