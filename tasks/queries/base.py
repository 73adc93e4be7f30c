"""The working-day calendar and policy numbers, as the frozen values rules take."""

import json
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from tasks.queries.statement import as_date, asked
from tasks.rules.analyse import LightPolicy
from tasks.rules.calendar import WorkCalendar


@lru_cache(maxsize=4)
def _calendar(rows: tuple[tuple[date | str, bool | int], ...]) -> WorkCalendar:
    # Building thousands of days costs milliseconds; the rows themselves are the key, so an edit is seen at once.
    return WorkCalendar(tuple((as_date(day), bool(is_workday)) for day, is_workday in rows))


def work_calendar() -> WorkCalendar:
    """Return the calendar of working days as the database has it now (one query)."""
    # The ORM would take apart hundreds of dates that are only compared with the last ones.
    return _calendar(tuple(asked("SELECT day, is_workday FROM tasks_calendarday ORDER BY day")))


_POLICY = """
    SELECT "values" FROM tasks_policy WHERE code = %(code)s AND valid_from <= %(today)s
    ORDER BY valid_from DESC LIMIT 1
"""


def policy_values(code: str, *, today: date) -> dict[str, Any]:
    """Return the numbers of policy `code` in force on `today`.

    Raises: ImproperlyConfigured when no such policy was loaded.
    """
    rows = asked(_POLICY, code=code, today=today)
    if not rows:
        raise ImproperlyConfigured(f"policy {code!r} has no version for {today}: run `manage.py load_base`")
    return dict(json.loads(rows[0][0]))


def light_policy(*, today: date) -> LightPolicy:
    """Return the numbers behind the lights in force on `today`."""
    return LightPolicy(**policy_values("lights", today=today))
