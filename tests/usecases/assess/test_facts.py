"""Which rows a year asks of whom, and how they count."""

import datetime as dt
from decimal import Decimal

import pytest

from tasks.models import (
    Evidence,
    Indicator,
    Milestone,
    ReportLine,
    Responsibility,
    Target,
    Task,
)
from tasks.usecases.assess import score_year
from tests.factories import noon
from tests.usecases.assess.rows import (
    AT,
    add_task,
    categories,
    finished,
    line_of,
    observe,
    report,
    save,
    score,
    sheet_of,
)

pytestmark = pytest.mark.django_db


def test_missing_data_is_flagged_at_the_year_s_end_and_waits_before_it(bureau):
    key = f"target:{Target.objects.get(code='T1').pk}"
    assert line_of(sheet_of(score(), "energy"), key).flag == "missing_data"
    run = score(as_of=dt.date(2026, 11, 30))
    assert line_of(sheet_of(run, "energy"), key).flag == "not_yet_due"
    assert {"code": "provisional"} in sheet_of(run, "energy").flags


def test_an_item_with_issued_measures_is_no_line_itself(city):
    item = city.task("1.1.1")
    item.status, item.due_on = "in_progress", dt.date(2026, 12, 1)
    save(item)
    run = score()
    assert [row.label for row in sheet_of(run, "energy").lines.filter(category="tasks")] == [f"1.1.1 {item.title}"]
    add_task(city, "T1", 1, dt.date(2026, 6, 30), **finished(dt.date(2026, 6, 30), "1"))
    run = score()
    assert [row.label for row in sheet_of(run, "energy").lines.filter(category="tasks")] == ["T1 任务T1"]


def test_work_of_other_years_stays_there(city):
    add_task(city, "T1", 1, dt.date(2025, 6, 30), **finished(dt.date(2026, 1, 20), "1"))  # late, finished in the year
    add_task(city, "T2", 1, dt.date(2026, 6, 30), **finished(dt.date(2025, 12, 20), "1"))  # counted the year before
    add_task(city, "T3", 1, dt.date(2025, 6, 30))  # still open
    add_task(city, "T4", 1, dt.date(2027, 6, 30), **finished(dt.date(2026, 12, 20), "1"))  # early
    add_task(city, "T5", 1, dt.date(2026, 12, 31), **finished(dt.date(2027, 1, 5), "1"))  # open at the year's end
    add_task(city, "T6", 1, dt.date(2027, 6, 30))
    rows = sheet_of(score(), "energy").lines.filter(category="tasks")
    assert {row.label: row.flag for row in rows} == {
        "T1 任务T1": "late",
        "T3 任务T3": "unfinished",
        "T4 任务T4": "",
        "T5 任务T5": "unfinished",
    }


def test_milestones_stand_for_longer_work_where_nothing_below_does(city):
    item = city.task("1.1.1")
    item.status = "in_progress"
    save(item)
    step = Milestone.objects.get(task=item, due_on=dt.date(2026, 12, 31), target=None)
    step.status, step.accepted_on = "accepted", dt.date(2026, 12, 30)
    save(step)
    rows = list(sheet_of(score(), "energy").lines.filter(category="tasks"))
    assert [(row.inputs["key"], row.completion, row.inputs["is_milestone"]) for row in rows] == [
        (f"milestone:{step.pk}", Decimal(1), True)
    ]
    add_task(city, "T1", 1, dt.date(2026, 6, 30), **finished(dt.date(2026, 6, 30), "1"))
    rows = sheet_of(score(), "energy").lines.filter(category="tasks")
    assert [row.inputs["key"].split(":")[0] for row in rows] == ["task"]


def test_open_work_takes_its_progress_from_milestones_or_lines_of_reports(city):
    item = city.task("1.1.1")
    by_steps = add_task(city, "T1", 1, dt.date(2026, 6, 30))
    by_steps.progress_mode = "milestones"
    save(by_steps)
    for code, weight, status in [("a", 1, "accepted"), ("b", 3, "planned"), ("c", 4, "waived")]:
        done = dt.date(2026, 5, 1) if status == "accepted" else None
        day = dt.date(2026, 6, 1)
        save(
            Milestone(
                task=by_steps,
                code=code,
                title=code,
                due_on=day,
                baseline_due_on=day,
                weight=weight,
                status=status,
                accepted_on=done,
            )
        )
    by_line = add_task(city, "T2", 1, dt.date(2026, 6, 30))
    day = dt.date(2026, 4, 10)
    filed = report(city, item, day, "2026-Q1", status="accepted", filed_on=day, decided_on=day, claimed_progress=5)
    ReportLine.objects.create(report=filed, task=by_line, claimed_progress=50)
    rows = sheet_of(score(), "energy").lines.filter(category="tasks")
    assert {row.label[:2]: row.completion for row in rows} == {"T1": Decimal("0.25"), "T2": Decimal("0.50")}


def test_reports_count_by_the_unit_s_own_clock(bureau):
    item = bureau.task("1.1.1")
    item.status = "in_progress"
    save(item)
    q1, q2, q3, q4 = (dt.date(2026, month, 12) for month in (1, 4, 7, 10))
    report(bureau, item, q1, "2025-Q4", status="accepted", filed_on=q1)
    report(bureau, item, q2, "2026-Q1", status="accepted", filed_on=q2 + dt.timedelta(1), is_demo=True)
    report(bureau, item, q3, "2026-Q2", status="accepted", filed_on=q3, times_returned=1)
    report(bureau, item, q4, "2026-Q3")
    gone = Task.objects.get(code="T1")
    report(bureau, gone, q4, "2026-Q3")  # finished in June: nothing owed
    cancelled = Task.objects.get(code="T5")
    report(bureau, cancelled, q4, "2026-Q3")
    sheet = sheet_of(score(), "energy")
    counted = {
        row.inputs["key"]: (row.inputs["good"], row.inputs["total"]) for row in sheet.lines.filter(category="process")
    }
    assert counted == {
        "process:reports_on_time": (2, 4),
        "process:first_pass": (2, 4),
        "process:orders_answered": (0, 0),
        "process:evidence_sample": (0, 0),
    }
    assert categories(sheet)["process"] == "7.50"
    assert {"code": "demo"} in sheet.flags


def test_supporting_units_share_in_what_was_accepted(bureau):
    for code, kind in [("T1", "support"), ("T3", "co_lead"), ("T5", "support")]:
        task = Task.objects.get(code=code)
        save(Responsibility(task=task, org_unit=bureau.unit("transport"), kind=kind, confirmation="confirmed"))
    sheet = sheet_of(score(), "transport")
    found = line_of(sheet, "collaboration")
    assert (found.inputs["good"], found.inputs["total"]) == (1, 2)
    assert found.inputs["missed"] == [f"task:{bureau.open_task.pk}"]


def test_a_county_is_measured_where_it_has_data_of_its_own(city):
    observe(city, "bus_share", 30, "heshan")
    observe(city, "wind_capacity", 5, "heshan", is_demo=True)
    run = score()
    sheet = sheet_of(run, "heshan")
    rows = {row.label: (row.flag, row.completion) for row in sheet.lines.filter(category="targets")}
    assert rows == {
        "风电装机20万千瓦左右": ("not_allocated", Decimal("0.2632")),
        "电动公交占比60%以上": ("", Decimal("0.5")),
    }
    assert (categories(sheet)["targets"], sheet.group) == ("50.00", "counties")  # nothing else applies: all 100 points


def test_the_verified_observation_stands_before_later_reported_ones(city):
    observe(city, "bus_share", 60, status="reported")
    observe(city, "bus_share", 45, status="verified", observed_on=dt.date(2026, 12, 1))
    observe(city, "bus_share", 90, status="superseded")
    observe(city, "bus_share", 99, year=2025)
    found = sheet_of(score(), "transport").lines.get(category="targets")
    assert (found.actual_text, found.target_text, found.inputs["source"]) == ("45 %", "60 %", "统计")


def test_improve_is_measured_against_the_last_target_and_standing_ones_only_when_measured(city):
    bus = Indicator.objects.get(code="bus_share")
    base = {"revision": city.revision, "indicator": bus, "section": "1.1.2", "sentence": 2, "comparator": "improve"}
    better = save(Target(**base, code="T8", year=2027, qualitative=True, statement="占比进一步提高"))
    save(Target(**base, code="T9", year=None, qualitative=True, statement="长期要求"))
    observe(city, "bus_share", 54, year=2027, observed_on=dt.date(2027, 12, 31))
    run = score_year(2027, as_of=dt.date(2027, 12, 31), at=noon(dt.date(2028, 1, 15)))
    rows = {
        row.label: (row.completion, row.flag) for row in sheet_of(run, "transport").lines.filter(category="targets")
    }
    assert rows == {better.statement: (Decimal("0.9"), ""), "长期要求": (None, "no_yardstick")}
    assert sheet_of(score(), "transport").lines.filter(category="targets").count() == 1


def test_proposed_leads_are_said_on_the_sheet(city):
    task = add_task(city, "T1", 1, dt.date(2026, 6, 30), **finished(dt.date(2026, 6, 30), "1"))
    Evidence.objects.create(
        task=task,
        name="a.pdf",
        sha256="0" * 64,
        size=1,
        declared_unclassified=True,
        uploaded_at=AT,
        uploaded_by=city.people["energy_officer"],
        is_demo=True,
    )
    lead = Responsibility.objects.get(task=task)
    lead.confirmation = "proposed"
    save(lead)
    sheet = sheet_of(score(), "energy")
    assert [flag["code"] for flag in sheet.flags if "category" not in flag] == ["demo", "proposed"]
    assert line_of(sheet, f"task:{task.pk}").inputs["evidence"] == [Evidence.objects.get().pk]
