"""`manage.py sweep`: a list a person can read, and JSON a program can."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone, translation

from tasks.models import Deadline, EngineRun, Notice
from tasks.queries.base import work_calendar
from tests.factories import issue_all, make_city


def run(*arguments):
    output = StringIO()
    with translation.override("en"):
        call_command("sweep", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def day(db):
    """A working day to come, on which the one running deadline is a working day overdue."""
    city = make_city()
    issue_all(city, date(2025, 1, 6))
    Deadline.objects.exclude(task=city.task("1.1.1.1"), kind="task").update(state="closed", next_fire_on=None)
    calendar = work_calendar()
    due_on = calendar.shift(timezone.localdate(), 3)
    day = calendar.shift(due_on, 1)
    Deadline.objects.filter(state="open").update(due_on=due_on, next_position=4, next_fire_on=day)
    return day


def test_rehearsal_lists_who_is_told_of_what_and_writes_nothing(day):
    text = run("--as-of", day.isoformat(), "--dry-run")
    assert "[Urging] 市能源局联络员 (Responsible officer): 1.1.1.1 建成禾山风电场" in text
    assert "1 working day overdue" in text
    assert "2 notices would go out" in text
    assert (Notice.objects.count(), EngineRun.objects.count()) == (0, 0)


def test_rehearsal_as_json_names_every_notice(day):
    answer = json.loads(run("--as-of", day.isoformat(), "--dry-run", "--format", "json"))
    assert (answer["as_of"], answer["dry_run"]) == (day.isoformat(), True)
    assert answer["days"][-1]["counts"] == {"seen": 1, "fired": 1, "notices": 2}
    told = {(notice["addressee"], notice["task"], notice["overdue_workdays"]) for notice in answer["notices"]}
    assert told == {("officer", "1.1.1.1", 1), ("head", "1.1.1.1", 1)}


def test_sweep_of_a_later_day_writes_its_notices(day):
    text = run("--as-of", day.isoformat())
    assert "2 notices go out" in text
    assert set(Notice.objects.values_list("fired_on", flat=True)) == {day}


def test_sweep_without_a_day_is_today(day):
    answer = json.loads(run("--format", "json"))
    assert [played["day"] for played in answer["days"]] == [timezone.localdate().isoformat()]
    assert "notices" not in answer
