"""Writing a periodic report: what is refused, what is kept, and what acceptance does to the measures."""

import datetime as dt

import pytest

from tasks.models import Deadline, ProgressReport, ReportDue, ReportLine, ReportRule
from tasks.usecases.track import move_report, save_report
from tests.factories import issue_all, noon
from tests.steps import DATED, DAY, ITEM, LEAF, bring_report, staffed_city
from tests.trace import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return staffed_city()


@pytest.fixture
def due(city):
    """The first quarter's report of the energy bureau's item, open from today."""
    issue_all(city, DAY)
    return ReportDue.objects.create(
        rule=ReportRule.objects.get(),
        task=city.task(ITEM),
        period_key="2025-Q1",
        period_end=dt.date(2025, 3, 31),
        opens_on=DAY,
        due_on=dt.date(2025, 4, 8),
    )


def save(city, due, who="energy_officer", day=DAY, content=None, **given):
    content = {"done": "已开工", "claimed_progress": 20} if content is None else content
    return save_report(due.pk, actor=city.actor(who, day), at=noon(day), content=content, **given)


def move(city, report, who, what, day=DAY):
    return move_report(report.pk, what, actor=city.actor(who, day), at=noon(day), reason="because")


def test_saving_writes_draft_history_and_audit(city, due):
    report = save(city, due, lines={city.task(LEAF).pk: {"claimed_progress": 40, "note": "过半"}})
    assert (report.status, report.version, report.claimed_progress, report.done, report.written_by) == (
        "draft",
        1,
        20,
        "已开工",
        city.people["energy_officer"],
    )
    assert list(report.lines.values_list("task__code", "claimed_progress", "note")) == [(LEAF, 40, "过半")]
    assert report.history.get().history_user == city.people["energy_officer"]


def test_saving_again_changes_only_what_is_given(city, due):
    leaf, dated = city.task(LEAF).pk, city.task(DATED).pk
    save(city, due, lines={leaf: {"claimed_progress": 40}, dated: {"claimed_progress": 10}})
    report = save(
        city, due, content={"problems": "缺资金"}, lines={leaf: {"claimed_progress": 50, "note": "加快"}}, version=1
    )
    assert (report.version, report.done, report.problems) == (2, "已开工", "缺资金")
    lines = dict(ReportLine.objects.values_list("task__code", "claimed_progress"))
    assert (lines, ProgressReport.objects.count()) == ({LEAF: 50, DATED: 10}, 1)


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("GATE-05.hidden", {"who": "park_officer"}),
        ("GATE-02.seat", {"who": "transport_officer"}),
        ("GATE-02.seat", {"who": "county_officer"}),
        ("GATE-02.seat", {"who": "office"}),
        ("TRK-08.progress_range", {"content": {"claimed_progress": 96}}),
        ("TRK-08.progress_range", {"content": {"claimed_progress": -1}}),
        ("TRK-09.report_not_open", {"day": dt.date(2025, 3, 2)}),
        ("GATE-06.stale", {"version": 7}),
    ],
)
def test_report_is_refused(city, due, code, given):
    save(city, due) if code == "GATE-06.stale" else None
    with refused(code):
        save(city, due, **given)


def test_report_that_does_not_exist_is_answered_like_a_hidden_one(city, due):
    due.pk = 0
    with refused("GATE-05.hidden"):
        save(city, due)


def test_line_outside_zero_to_95_is_refused(city, due):
    with refused("TRK-08.progress_range"):
        save(city, due, lines={city.task(LEAF).pk: {"claimed_progress": 100}})


@pytest.mark.parametrize("code", ["1.1.2.1", "1.1.2.2", ITEM, "1.1"])
def test_line_about_a_task_that_is_not_below_is_refused(city, due, code):
    with refused("GATE-05.hidden"):
        save(city, due, lines={city.task(code).pk: {"claimed_progress": 1}})


def test_line_about_cancelled_work_is_refused(city, due):
    city.act("office", LEAF, "cancel", DAY)
    with refused("GATE-05.hidden"):
        save(city, due, lines={city.task(LEAF).pk: {"claimed_progress": 1}})


def test_report_on_a_task_nobody_signed_for_is_refused(city, due):
    city.act("office", ITEM, "cancel", DAY)
    with refused("TRK-07.task_not_open"):
        save(city, due)


def test_filed_report_is_not_edited(city, due):
    move(city, save(city, due), "energy_head", "sign")
    with refused("TRK-11.report_filed"):
        save(city, due)


def test_empty_report_is_not_signed(city, due):
    report = save(city, due, content={"done": "  "})
    with refused("TRK-10.report_empty"):
        move(city, report, "energy_head", "sign")


def test_saving_a_returned_report_takes_it_up_again(city):
    report = bring_report(city, "returned")
    assert (report.times_returned, report.decided_on) == (1, DAY)
    again = save(city, report.due, content={"done": "补充"})
    assert (again.status, again.done, again.times_returned) == ("draft", "补充", 1)


def test_first_filing_date_survives_a_return(city):
    report = bring_report(city, "returned")
    later = dt.date(2025, 3, 20)
    save(city, report.due, day=later)
    move(city, report, "energy_head", "sign", later)
    report.refresh_from_db()
    assert (report.status, report.filed_on) == ("signed", DAY)


def test_due_status_and_deadline_follow_the_report(city, due):
    """Filing stops the clock, a return starts it again; past the due date the report is missing until it is filed."""

    def state():
        row = ReportDue.objects.get(pk=due.pk)
        found = Deadline.objects.filter(report_due=due).first()
        return row.status, found and found.state

    report = save(city, due)
    course = [state()]
    for who, what, day in [
        ("energy_head", "sign", DAY),
        ("office", "return", DAY),
        ("energy_officer", "revise", DAY),
        ("energy_head", "sign", DAY),
        ("office", "return", dt.date(2025, 4, 9)),
        ("energy_officer", "revise", dt.date(2025, 4, 15)),
        ("energy_head", "sign", dt.date(2025, 4, 16)),
        ("office", "accept", dt.date(2025, 4, 17)),
    ]:
        move(city, report, who, what, day)
        course.append(state())
    assert course == [
        ("open", None),
        ("filed", None),
        ("open", "open"),
        ("open", "open"),
        ("filed", "closed"),
        ("open", "open"),  # three working days to put it right, until 14 April
        ("missed", "open"),
        ("filed", "closed"),
        ("filed", "closed"),
    ]


def test_acceptance_makes_the_lines_progress_of_their_measures(city, due):
    """The measures' stored standing moves with the report, not only at the next day roll."""
    report = save(city, due, lines={city.task(LEAF).pk: {"claimed_progress": 60}})
    move(city, report, "energy_head", "sign")
    assert city.task(LEAF).metrics.progress == 0
    move(city, report, "office", "accept")
    assert city.task(LEAF).metrics.progress == 60
    assert city.task(ITEM).metrics.progress == 30  # two measures of equal weight, the other at 0
    assert city.task("1.1").metrics.progress == 15
