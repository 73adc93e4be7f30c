"""The working-day calendar and policy numbers, as the frozen values rules take."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from tasks.models import Policy
from tasks.rules.analyse import LightPolicy
from tasks.rules.calendar import WorkCalendar


@lru_cache(maxsize=4)
def _calendar(rows: tuple[tuple[date | str, bool | int], ...]) -> WorkCalendar:
    # Building thousands of days costs milliseconds; the rows themselves are the key, so an edit is seen at once.
    days = (day if isinstance(day, date) else date.fromisoformat(day) for day, _is_workday in rows)
    return WorkCalendar(tuple((day, bool(is_workday)) for day, (_day, is_workday) in zip(days, rows, strict=True)))


def work_calendar() -> WorkCalendar:
    """Return the calendar of working days as the database has it now (one query)."""
    # By hand: every act asks, and the ORM would take apart hundreds of dates that are only compared with the last ones.
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, is_workday FROM tasks_calendarday ORDER BY day")
        return _calendar(tuple(cursor.fetchall()))


def policy_values(code: str, *, today: date) -> dict[str, Any]:
    """Return the numbers of policy `code` in force on `today`.

    Raises: ImproperlyConfigured when no such policy was loaded.
    """
    row = Policy.objects.filter(code=code, valid_from__lte=today).order_by("-valid_from").first()
    if row is None:
        raise ImproperlyConfigured(f"policy {code!r} has no version for {today}: run `manage.py load_base`")
    return dict(row.values)


def light_policy(*, today: date) -> LightPolicy:
    """Return the numbers behind the lights in force on `today`."""
    return LightPolicy(**policy_values("lights", today=today))
