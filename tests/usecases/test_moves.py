"""What the moves ask of real rows, what they write, and which deadlines they open and close."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import Appointment, Post
from tasks.models import Deadline
from tasks.usecases.track import move_milestone, move_task
from tests.factories import issue_all, noon
from tests.steps import DAY, ITEM, KEY, LEAF, bring, bring_milestone, deadlines, prove, staffed_city
from tests.trace import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return staffed_city()


def test_task_without_a_head_in_its_lead_unit_is_not_issued(city):
    since = dt.date(2025, 1, 1)
    head = Appointment.objects.get(user=city.people["energy_head"])
    head.valid_to = since
    head.save_audited(by=None, reason="退休", at=noon(DAY), fields=["valid_to"])
    with refused("DEC-02.no_head"):
        city.act("office", LEAF, "issue", DAY)
    post = Post.objects.get(org_unit=city.unit("energy"), title="负责人")
    acting = Appointment(post=post, user=city.people["energy_officer"], valid_from=since, acting=True)
    acting.save_audited(by=None, reason="代理", at=noon(DAY))
    assert city.act("office", LEAF, "issue", DAY).status == "issued"


def test_campaign_has_no_lead_and_is_not_issued(city):
    with refused("DEC-01.no_lead"):
        city.act("office", "1.1", "issue", DAY)


def test_completion_waits_for_milestones_then_sub_tasks_then_evidence(city):
    issue_all(city, DAY)
    with refused("TRK-01.milestones_open"):
        city.act("energy_head", ITEM, "submit", DAY)
    for row in city.task(ITEM).milestones.all():
        move_milestone(row.pk, "waive", actor=city.actor("office", DAY), at=noon(DAY), reason="because")
    with refused("TRK-02.children_open"):
        city.act("energy_head", ITEM, "submit", DAY)
    city.act("office", "1.1.1.1", "cancel", DAY)
    prove(city, "energy_officer", LEAF)
    city.act("energy_officer", LEAF, "submit", DAY)
    with refused("TRK-02.children_open"):
        city.act("energy_head", ITEM, "submit", DAY)
    city.act("office", LEAF, "accept", DAY, quality=1)
    with refused("TRK-03.no_evidence"):
        city.act("energy_head", ITEM, "submit", DAY)
    prove(city, "energy_officer", ITEM)
    assert city.act("energy_head", ITEM, "submit", DAY).status == "submitted"


def test_objection_is_possible_once_and_for_three_working_days(city):
    bring(city, "issued")
    with refused("TRK-05.objection_late"):
        city.act("energy_head", LEAF, "object", dt.date(2025, 3, 7))
    task = city.act("energy_head", LEAF, "object", dt.date(2025, 3, 6))
    assert (task.status, task.objected, deadlines(LEAF)) == (
        "draft",
        True,
        [("task", "closed", dt.date(2027, 12, 31), 1)],
    )
    city.act("office", LEAF, "issue", dt.date(2025, 3, 7))
    with refused("TRK-04.objected_before"):
        city.act("energy_head", LEAF, "object", dt.date(2025, 3, 7))


def test_key_task_waits_for_the_inspector_again_after_a_second_submission(city):
    issue_all(city, DAY)
    prove(city, "transport_officer", KEY)
    city.act("transport_officer", KEY, "submit", DAY)
    with refused("TRK-06.no_concurrence"):
        city.act("office", KEY, "accept", DAY, quality=1)
    assert city.act("inspector", KEY, "concur", DAY).status == "submitted"
    city.act("transport_officer", KEY, "withdraw", DAY)
    city.act("transport_officer", KEY, "submit", DAY)
    with refused("TRK-06.no_concurrence"):
        city.act("office", KEY, "accept", DAY, quality=1)
    city.act("inspector", KEY, "concur", DAY)
    assert city.act("office", KEY, "accept", DAY, quality=1).status == "accepted"


def test_nobody_of_the_submitters_units_judges_the_submission(city):
    """A person with a seat in the office and one in the bureau takes the whole office out of the verdict."""
    post = Post.objects.get(org_unit=city.unit("energy"), title="联络员")
    both = Appointment(post=post, user=city.people["office2"], valid_from=dt.date(2025, 1, 1))
    both.save_audited(by=None, reason="兼职", at=noon(DAY))
    bring(city, "in_progress")
    prove(city, "office2", LEAF)
    city.act("office2", LEAF, "submit", DAY)
    for who in ("office2", "office"):
        for move in ("accept", "return"):
            with refused("GATE-03.four_eyes"):
                city.act(who, LEAF, move, DAY, quality=1)
    with refused("GATE-03.four_eyes"):
        city.act("inspector", LEAF, "concur", DAY)


@pytest.mark.parametrize(
    ("status", "who", "move"),
    [("issued", "energy_head", "object"), ("submitted", "office", "return"), ("accepted", "office2", "reopen")],
)
def test_move_against_somebody_is_refused_without_a_reason(city, status, who, move):
    task = bring(city, status)
    with refused("GATE-04.reason"):
        move_task(task.pk, move, actor=city.actor(who, DAY), at=noon(DAY), reason="  ")


# --- what moves write ------------------------------------------------------------------------------------------------
def test_acceptance_stops_the_units_clock_at_the_submission(city):
    bring(city, "in_progress")
    prove(city, "energy_officer", LEAF)
    city.act("energy_officer", LEAF, "submit", dt.date(2025, 3, 10))
    task = city.act("office", LEAF, "accept", dt.date(2025, 3, 31), quality="0.85")
    assert (task.submitted_on, task.accepted_on, task.accepted_by) == (
        dt.date(2025, 3, 10),
        dt.date(2025, 3, 10),
        city.people["office"],
    )
    assert city.task(LEAF).quality == Decimal("0.85")


def test_reopening_takes_the_acceptance_back(city):
    bring(city, "closed")
    task = city.act("office2", LEAF, "reopen", DAY)
    assert (task.status, task.accepted_by, task.accepted_on, task.quality) == ("in_progress", None, None, None)


def test_task_deadline_opens_closes_and_goes_on_with_its_task(city):
    due = dt.date(2027, 12, 31)
    assert deadlines(LEAF) == []
    for status, state in [("issued", "open"), ("in_progress", "open"), ("submitted", "open"), ("accepted", "closed")]:
        city_status = city.task(LEAF).status
        assert city_status != status
        step = {"issued": ("office", "issue"), "in_progress": ("energy_head", "sign_for")}.get(status)
        if status == "submitted":
            prove(city, "energy_officer", LEAF)
            step = ("energy_officer", "submit")
        who, move = step or ("office", "accept")
        city.act(who, LEAF, move, DAY, quality=1)
        assert deadlines(LEAF) == [("task", state, due, 1)]
    city.act("office2", LEAF, "reopen", DAY)
    assert deadlines(LEAF) == [("task", "open", due, 1)]
    city.act("office", LEAF, "cancel", DAY)
    assert deadlines(LEAF) == [("task", "closed", due, 1)]
    assert Deadline.objects.get(task__code=LEAF).next_fire_on is None


def test_milestone_deadlines_run_while_the_unit_owes_them(city):
    def state(code):
        return Deadline.objects.get(milestone__task__code=ITEM, milestone__code=code).state

    city.act("office", ITEM, "issue", DAY)
    city.act("energy_head", ITEM, "sign_for", DAY)
    assert [row[:2] for row in deadlines(ITEM)] == [("milestone", "open")] * 4 + [("task", "open")]
    row = city.task(ITEM).milestones.get(code="Y2025")
    prove(city, "energy_officer", ITEM, milestone_id=row.pk)
    course = []
    for who, move in [
        ("energy_officer", "claim"),
        ("office", "return"),
        ("energy_head", "claim"),
        ("office", "accept"),
    ]:
        move_milestone(row.pk, move, actor=city.actor(who, DAY), at=noon(DAY), reason="because")
        course.append(state("Y2025"))
    assert course == ["closed", "open", "closed", "closed"]
    city.act("office", ITEM, "cancel", DAY)
    assert [row[1] for row in deadlines(ITEM)] == ["closed"] * 5


def test_accepted_milestone_is_dated_by_its_claim(city):
    row = bring_milestone(city, "claimed")
    later = dt.date(2025, 3, 20)
    move_milestone(row.pk, "accept", actor=city.actor("office", later), at=noon(later))
    row.refresh_from_db()
    assert (row.claimed_on, row.accepted_on) == (DAY, DAY)
