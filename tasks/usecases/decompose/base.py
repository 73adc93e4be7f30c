"""Load what every plan stands on: the working-day calendar, policies and ladders."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import chinese_calendar
from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from accounts.vocab import Origin
from tasks.models import CalendarDay, Ladder, Policy, Rung
from tasks.usecases.decompose.files import Reader
from tasks.vocab import Addressee, DeadlineKind, RungLevel

FIRST_YEAR = 2023
SATURDAY = 5


def load_base(root: Path, *, at: dt.datetime) -> dict[str, int]:
    """Load calendar, policies and ladders from the fixtures folder `root`; return how many rows were new.

    Existing versions are never rewritten. Raises: DataFileError; nothing is loaded then.
    """
    reader = Reader(root)
    days = _official_days() | _provisional_days(reader)
    policies = reader.read("policies/default.yaml").get("policies", [])
    ladders = _checked_ladders(reader)
    for row in policies:
        reader.need("policies/default.yaml", row.get("code"), row, "values", dict)
        reader.need("policies/default.yaml", row.get("code"), row, "valid_from", dt.date)
    reader.finish()
    with transaction.atomic():
        known = set(CalendarDay.objects.values_list("day", flat=True))
        fresh = [CalendarDay(day=day, **values) for day, values in sorted(days.items()) if day not in known]
        bulk_create_with_history(fresh, CalendarDay, default_change_reason=Origin.CALENDAR, default_date=at)
        made = [
            Policy.objects.get_or_create(
                code=row["code"],
                valid_from=row["valid_from"],
                defaults={"values": row["values"], "basis": row.get("basis", "")},
            )[1]
            for row in policies
        ]
        ladders_made = [_load_ladder(row) for row in ladders]
    return {"calendar_days": len(fresh), "policies": sum(made), "ladders": sum(ladders_made)}


def _official_days() -> dict[dt.date, dict[str, object]]:
    """Return the days chinesecalendar knows that differ from Monday-to-Friday."""
    last = max(chinese_calendar.holidays).year
    day, found = dt.date(FIRST_YEAR, 1, 1), {}
    while day.year <= last:
        is_workday = chinese_calendar.is_workday(day)
        if is_workday != (day.weekday() < SATURDAY):
            name = chinese_calendar.get_holiday_detail(day)[1] or ""
            found[day] = {
                "is_workday": is_workday,
                "name": str(name),
                "basis": f"国务院办公厅关于{day.year}年部分节假日安排的通知",
                "provisional": False,
            }
        day += dt.timedelta(1)
    return found


def _provisional_days(reader: Reader) -> dict[dt.date, dict[str, object]]:
    file = "calendars/provisional.yaml"
    content = reader.read(file)
    official_until = max(chinese_calendar.holidays).year
    found: dict[dt.date, dict[str, object]] = {}
    for year, holidays in content.get("days", {}).items():
        if year <= official_until:
            continue
        for name, days in holidays.items():
            for month_day in days:
                try:
                    month, day = (int(part) for part in str(month_day).split("-"))
                    when = dt.date(year, month, day)
                except ValueError:
                    reader.note(file, year, name, _("“%s” is not a day") % month_day, _("Write month-day, as 10-1."))
                    continue
                if when.weekday() < SATURDAY:
                    basis = content.get("source", "")[:120]
                    found[when] = {"is_workday": False, "name": name, "basis": basis, "provisional": True}
    return found


def _checked_ladders(reader: Reader) -> list[dict[str, Any]]:
    file = "ladders/default.yaml"
    ladders: list[dict[str, Any]] = reader.read(file).get("ladders", [])
    for ladder in ladders:
        kind = reader.choose(file, ladder.get("kind"), ladder, "kind", DeadlineKind.values)
        reader.need(file, kind, ladder, "version", int)
        reader.need(file, kind, ladder, "valid_from", dt.date)
        rungs = reader.need(file, kind, ladder, "rungs", list) or []
        offsets = [rung.get("offset") for rung in rungs]
        if offsets != sorted(set(offsets)):
            reader.note(file, kind, "offset", _("the rungs are not in rising order"), _("Sort them; no offset twice."))
        for rung in rungs:
            reader.choose(file, f"{kind} {rung.get('offset')}", rung, "level", RungLevel.values)
            for addressee in rung.get("addressees", []):
                reader.choose(
                    file, f"{kind} {rung.get('offset')}", {"addressees": addressee}, "addressees", Addressee.values
                )
    return ladders


def _load_ladder(row: dict[str, Any]) -> bool:
    ladder, is_new = Ladder.objects.get_or_create(
        kind=row["kind"],
        version=row["version"],
        defaults={"valid_from": row["valid_from"], "basis": row.get("basis", "")},
    )
    if is_new:
        Rung.objects.bulk_create(
            Rung(
                ladder=ladder,
                position=position,
                offset=rung["offset"],
                level=rung["level"],
                addressees=rung["addressees"],
                asks=rung.get("asks", ""),
                drafts_order=rung.get("drafts_order", ""),
            )
            for position, rung in enumerate(row["rungs"])
        )
    return is_new
