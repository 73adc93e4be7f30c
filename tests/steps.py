"""Brings rows of the invented city into a status by the legal moves that lead there."""

import datetime as dt
from io import BytesIO

from tasks.models import ChangeRequest, Deadline, Evidence, Milestone, ProgressReport, ReportDue, ReportRule, Task
from tasks.usecases.track import (
    attach_evidence,
    move_change,
    move_milestone,
    move_report,
    request_extension,
    save_report,
)
from tests.factories import City, issue_all, make_city, make_person, noon

DAY = dt.date(2025, 3, 3)  # a Monday
# measures and items: led by the energy bureau, its item, the transport bureau's key measure, a measure due in mid-2026
LEAF, ITEM, KEY, DATED = "1.1.1.2", "1.1.1", "1.1.2.1", "1.1.1.1"


def staffed_city() -> City:
    """Return the invented city with a second person in the office."""
    city = make_city()
    city.people["office2"] = make_person("office2", city.unit("office"), "工作人员", dt.date(2025, 1, 1))
    return city


def prove(city: City, who: str, code: str, day: dt.date = DAY, **where: int) -> Evidence:
    """Attach evidence to the task of that code."""
    return attach_evidence(
        city.task(code).pk,
        actor=city.actor(who, day),
        at=noon(day),
        name="验收.pdf",
        content=BytesIO(code.encode()),
        declared_unclassified=True,
        **where,
    )


def bring(city: City, status: str, code: str = LEAF, day: dt.date = DAY) -> Task:
    """Bring a measure of the energy bureau into a status by legal moves."""
    steps = {
        "draft": [],
        "issued": [("office", "issue")],
        "in_progress": ["issued", ("energy_head", "sign_for")],
        "submitted": ["in_progress", ("energy_officer", "submit")],
        "returned": ["submitted", ("office", "return")],
        "accepted": ["submitted", ("office", "accept")],
        "closed": ["accepted", ("inspector", "close")],
        "cancelled": [("office", "cancel")],
    }
    for step in steps[status]:
        if isinstance(step, str):
            bring(city, step, code, day)
            continue
        if step[1] == "submit":
            prove(city, "energy_officer", code, day)
        city.act(step[0], code, step[1], day, **({"quality": "0.9"} if step[1] == "accept" else {}))
    return city.task(code)


def deadlines(code: str) -> list[tuple[str, str, dt.date, int]]:
    """Return (kind, state, due date, revision) of a task's deadlines."""
    rows = Deadline.objects.filter(task__code=code).order_by("kind", "due_on", "pk")
    return list(rows.values_list("kind", "state", "due_on", "revision"))


def bring_milestone(city: City, status: str) -> Milestone:
    """Issue everything and bring this year's step of the energy bureau's item into a status."""
    issue_all(city, DAY)
    row = city.task(ITEM).milestones.get(code="Y2025")
    prove(city, "energy_officer", ITEM, milestone_id=row.pk)
    moves = {
        "planned": [],
        "claimed": [("county_officer", "claim")],
        "returned": [("county_officer", "claim"), ("office", "return")],
        "accepted": [("county_officer", "claim"), ("office", "accept")],
        "waived": [("office", "waive")],
    }
    for who, move in moves[status]:
        row = move_milestone(row.pk, move, actor=city.actor(who, DAY), at=noon(DAY), reason="because")
    return row


def bring_report(city: City, status: str) -> ProgressReport:
    """Issue everything and bring the first quarter's report of the energy bureau's item into a status."""
    issue_all(city, DAY)
    due = ReportDue.objects.create(
        rule=ReportRule.objects.get(),
        task=city.task(ITEM),
        period_key="2025-Q1",
        period_end=dt.date(2025, 3, 31),
        opens_on=DAY,
        due_on=dt.date(2025, 4, 8),
    )
    officer = city.actor("energy_officer", DAY)
    row = save_report(due.pk, actor=officer, at=noon(DAY), content={"done": "已开工", "claimed_progress": 20})
    moves = {
        "draft": [],
        "signed": [("energy_head", "sign")],
        "returned": [("energy_head", "sign"), ("office", "return")],
        "accepted": [("energy_head", "sign"), ("office", "accept")],
    }
    for who, move in moves[status]:
        row = move_report(row.pk, move, actor=city.actor(who, DAY), at=noon(DAY), reason="because")
    return row


def bring_change(city: City, status: str, days: int = 7) -> ChangeRequest:
    """Bring a request for `days` more on the dated measure into a status."""
    bring(city, "in_progress", DATED)
    officer = city.actor("energy_officer", DAY)
    row = request_extension(
        city.task(DATED).pk,
        actor=officer,
        at=noon(DAY),
        new_due_on=dt.date(2026, 6, 30) + dt.timedelta(days),
        cause="external",
        explanation="汛期停工",
    )
    moves = {
        "draft": [],
        "signed": [("energy_head", "sign")],
        "approved": [("energy_head", "sign"), ("office", "approve")],
        "rejected": [("energy_head", "sign"), ("office", "reject")],
    }
    for who, move in moves[status]:
        row = move_change(row.pk, move, actor=city.actor(who, DAY), at=noon(DAY), reason="because")
    return row
