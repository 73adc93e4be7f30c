"""The working-day calendar and policy numbers, as the frozen values rules take."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from tasks.models import CalendarDay, Policy
from tasks.rules.analyse import LightPolicy
from tasks.rules.calendar import WorkCalendar


@lru_cache(maxsize=4)
def _calendar(exceptions: tuple[tuple[date, bool], ...]) -> WorkCalendar:
    # Building thousands of days costs milliseconds; the rows themselves are the key, so an edit is seen at once.
    return WorkCalendar(exceptions)


def work_calendar() -> WorkCalendar:
    """Return the calendar of working days as the database has it now (one query)."""
    return _calendar(tuple(CalendarDay.objects.order_by("day").values_list("day", "is_workday")))


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
