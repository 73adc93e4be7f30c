"""Asking for a later due date: filed in time, decided by the right person; the date moves only by approval."""

import datetime as dt

import pytest

from tasks.models import ChangeRequest, Deadline
from tasks.usecases.track import move_change, request_extension
from tests.factories import noon
from tests.steps import DATED, DAY, bring, bring_change, deadlines, staffed_city
from tests.trace import refused

pytestmark = pytest.mark.django_db

DUE = dt.date(2026, 6, 30)  # a Tuesday
PARENT_DUE = dt.date(2027, 12, 31)


@pytest.fixture
def city():
    return staffed_city()


def ask(city, new_due_on, who="energy_officer", day=DAY, explanation="汛期停工"):
    return request_extension(
        city.task(DATED).pk,
        actor=city.actor(who, day),
        at=noon(day),
        new_due_on=new_due_on,
        cause="external",
        explanation=explanation,
    )


def decide(city, change, who, move, day=DAY, reason="属实"):
    return move_change(change.pk, move, actor=city.actor(who, day), at=noon(day), reason=reason)


def test_request_does_not_move_the_date(city):
    change = bring_change(city, "signed")
    assert (change.old_due_on, change.new_due_on, change.requested_on) == (DUE, dt.date(2026, 7, 7), DAY)
    assert (city.task(DATED).due_on, deadlines(DATED)) == (DUE, [("task", "open", DUE, 1)])


def test_approval_moves_the_date_the_deadline_and_no_baseline(city):
    change = bring_change(city, "signed")
    version = city.task(DATED).version
    decide(city, change, "office", "approve")
    task, new = city.task(DATED), dt.date(2026, 7, 7)
    assert (task.due_on, task.baseline_due_on, task.version) == (new, DUE, version + 1)
    assert deadlines(DATED) == [("task", "open", new, 2)]
    change.refresh_from_db()
    assert (change.status, change.decided_by, change.decided_on, change.decision) == (
        "approved",
        city.people["office"],
        DAY,
        "属实",
    )


def test_who_moved_the_date_when_and_why_is_in_the_history(city):
    change = bring_change(city, "signed")
    decide(city, change, "office", "approve")
    newest, before = city.task(DATED).history.order_by("-history_id")[:2]
    assert (before.due_on, newest.due_on) == (DUE, dt.date(2026, 7, 7))
    assert (newest.history_user, newest.history_change_reason, newest.history_date) == (
        city.people["office"],
        "属实",
        noon(DAY),
    )


def test_moved_date_starts_its_ladder_anew(city):
    change = bring_change(city, "signed")
    row = Deadline.objects.get(task__code=DATED)
    before = row.next_fire_on
    decide(city, change, "office", "approve")
    row.refresh_from_db()
    assert (row.revision, row.due_on, row.next_position) == (2, dt.date(2026, 7, 7), 0)
    assert row.next_fire_on > before


def test_rejection_leaves_date_and_deadline_alone(city):
    change = bring_change(city, "signed")
    decide(city, change, "office", "reject")
    assert (city.task(DATED).due_on, deadlines(DATED)) == (DUE, [("task", "open", DUE, 1)])
    assert ask(city, dt.date(2026, 7, 14)).status == "draft"


@pytest.mark.parametrize(("days", "who", "code"), [(14, "office", None), (15, "office", "TRK-14.extension_long")])
def test_office_decides_up_to_ten_working_days(city, days, who, code):
    change = bring_change(city, "signed", days=days)
    if code is None:
        assert decide(city, change, who, "approve").status == "approved"
    else:
        with refused(code):
            decide(city, change, who, "approve")


def test_supervising_leader_decides_any_length(city):
    change = bring_change(city, "signed", days=200)
    decide(city, change, "leader", "approve")
    assert city.task(DATED).due_on == DUE + dt.timedelta(200)


def test_request_is_signed_in_time_and_may_be_decided_late(city):
    """The reviewer's days are not the department's: a decision after the due date still moves it."""
    bring(city, "in_progress", DATED)
    change = ask(city, dt.date(2026, 7, 14), day=DUE)
    with refused("TRK-12.extension_late"):
        decide(city, change, "energy_head", "sign", dt.date(2026, 7, 1))
    decide(city, change, "energy_head", "sign", DUE)
    decide(city, change, "office", "approve", dt.date(2026, 7, 6))
    assert city.task(DATED).due_on == dt.date(2026, 7, 14)


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("GATE-05.hidden", {"who": "park_officer"}),
        ("GATE-02.seat", {"who": "transport_officer"}),
        ("GATE-02.seat", {"who": "county_officer"}),
        ("GATE-02.seat", {"who": "office"}),
        ("GATE-04.reason", {"explanation": " "}),
        ("TRK-12.extension_late", {"day": dt.date(2026, 7, 1)}),
        ("TRK-13.extension_not_later", {"new_due_on": DUE}),
        ("DEC-03.after_parent", {"new_due_on": dt.date(2028, 1, 1)}),
    ],
)
def test_request_is_refused(city, code, given):
    bring(city, "in_progress", DATED)
    with refused(code):
        ask(city, **{"new_due_on": dt.date(2026, 7, 7), **given})


def test_second_request_waits_for_the_first(city):
    bring_change(city, "signed")
    with refused("TRK-15.extension_open"):
        ask(city, dt.date(2026, 8, 7))
    assert ChangeRequest.objects.count() == 1


def test_approval_looks_at_the_parents_date_again(city):
    """A parent's date may have moved between the request and its decision; only up to it can a child's go."""
    change = bring_change(city, "signed", days=(PARENT_DUE - DUE).days)
    parent = city.task("1.1.1")
    parent.due_on = dt.date(2027, 6, 30)
    parent.save_audited(by=None, reason="调整", at=noon(DAY), fields=["due_on"])
    with refused("DEC-03.after_parent"):
        decide(city, change, "leader", "approve")
