"""Where a task stands: overdue days, progress, planned progress, lights with their reasons, and the roll-up."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.analyse import (
    LeafFacts,
    LightPolicy,
    MilestoneState,
    is_overdue,
    leaf_progress,
    leaf_standing,
    overdue_workdays,
    planned_progress,
)
from tasks.rules.calendar import WorkCalendar
from tasks.vocab import (
    DONE_TASK_STATUSES,
    OPEN_TASK_STATUSES,
    Light,
    LightReason,
    MilestoneStatus,
    ProgressMode,
    TaskStatus,
)

CALENDAR = WorkCalendar(first_year=2024, last_year=2029)
POLICY = LightPolicy(5, 30, 10, 10, 0.3, 0.3)
MONDAY, FRIDAY = date(2026, 11, 16), date(2026, 11, 20)
START, END = date(2026, 1, 1), date(2026, 12, 31)
R = LightReason

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
milestones = st.builds(MilestoneState, days, st.sampled_from(list(MilestoneStatus)), st.floats(0.1, 100), st.booleans())
percent = st.floats(0, 100)


@st.composite
def leaves(draw):
    start, end = sorted((draw(days), draw(days)))
    return LeafFacts(
        status=draw(st.sampled_from(list(TaskStatus))),
        starts_on=start,
        due_on=end,
        progress_mode=draw(st.sampled_from(list(ProgressMode))),
        milestones=tuple(draw(st.lists(milestones, max_size=4))),
        declared=draw(st.none() | percent),
        indicator_progress=draw(st.none() | st.floats(-200, 300)),
        late_reports=draw(st.integers(0, 2)),
        forecast_on=draw(st.none() | days),
        accepted_on=draw(st.none() | days),
    )


def declared_leaf(**given_facts):
    return LeafFacts(
        **{
            "status": TaskStatus.IN_PROGRESS,
            "starts_on": START,
            "due_on": END,
            "progress_mode": ProgressMode.DECLARED,
            "declared": 95.0,
            **given_facts,
        }
    )


def standing(facts, today=MONDAY):
    return leaf_standing(facts, today=today, policy=POLICY, calendar=CALENDAR)


# --- overdue ---------------------------------------------------------------------------------------------------------
@pytest.mark.rule("ANA-01")
@pytest.mark.parametrize("status", TaskStatus)
def test_only_open_work_is_overdue_and_not_on_its_due_day(status):
    assert is_overdue(status, FRIDAY, FRIDAY) is False
    assert is_overdue(status, FRIDAY, FRIDAY + timedelta(1)) is (status in OPEN_TASK_STATUSES)


@pytest.mark.rule("ANA-02")
def test_overdue_days_are_working_days():
    due = FRIDAY
    late = [overdue_workdays("in_progress", due, due + timedelta(n), CALENDAR) for n in range(5)]
    assert late == [0, 0, 0, 1, 2]


@pytest.mark.rule("ANA-02")
@given(st.sampled_from(list(TaskStatus)), days, days, days)
def test_overdue_days_never_shrink_as_time_passes(status, due_on, one, other):
    earlier, later = sorted((one, other))
    assert 0 <= overdue_workdays(status, due_on, earlier, CALENDAR) <= overdue_workdays(status, due_on, later, CALENDAR)


# --- progress --------------------------------------------------------------------------------------------------------
@pytest.mark.rule("ANA-03")
@given(leaves())
def test_leaf_progress_is_at_most_95_until_acceptance_and_100_by_it(facts):
    progress = leaf_progress(facts)
    if facts.status in DONE_TASK_STATUSES:
        assert progress == 100
    else:
        assert progress is None or 0 <= progress <= 95


@pytest.mark.rule("ANA-03")
@given(leaves(), st.lists(milestones, max_size=3))
def test_waived_milestones_count_on_neither_side(facts, more):
    waived = tuple(replace(milestone, status=MilestoneStatus.WAIVED) for milestone in more)
    wider = replace(facts, milestones=facts.milestones + waived)
    assert leaf_progress(wider) == pytest.approx(leaf_progress(facts))
    assert planned_progress(wider, MONDAY, CALENDAR) == pytest.approx(planned_progress(facts, MONDAY, CALENDAR))


@pytest.mark.rule("ANA-03")
def test_milestone_progress_is_the_accepted_share_of_weight():
    steps = (
        MilestoneState(START, MilestoneStatus.ACCEPTED, 1),
        MilestoneState(MONDAY, MilestoneStatus.CLAIMED, 2),
        MilestoneState(END, MilestoneStatus.PLANNED, 1),
    )
    facts = declared_leaf(progress_mode=ProgressMode.MILESTONES, milestones=steps)
    assert leaf_progress(facts) == 25
    assert planned_progress(facts, MONDAY, CALENDAR) == 75


@pytest.mark.rule("ANA-03")
@pytest.mark.parametrize(
    ("facts", "progress"),
    [
        (declared_leaf(declared=None), 0),
        (declared_leaf(declared=40.0), 40),
        (declared_leaf(progress_mode=ProgressMode.MILESTONES), None),
        (declared_leaf(progress_mode=ProgressMode.INDICATOR), None),
        (declared_leaf(progress_mode=ProgressMode.INDICATOR, indicator_progress=-20.0), 0),
        (declared_leaf(progress_mode=ProgressMode.INDICATOR, indicator_progress=120.0), 95),
    ],
)
def test_leaf_progress_by_mode(facts, progress):
    assert leaf_progress(facts) == progress


@pytest.mark.rule("ANA-04")
@given(leaves(), days, days)
def test_planned_progress_grows_from_0_to_100(facts, one, other):
    earlier, later = sorted((one, other))
    before, after = (planned_progress(facts, day, CALENDAR) for day in (earlier, later))
    assert 0 <= before <= after + 1e-9
    assert after <= 100 + 1e-9


@pytest.mark.rule("ANA-04")
def test_planned_progress_is_a_straight_line_over_working_days():
    facts = declared_leaf(starts_on=date(2026, 11, 13), due_on=FRIDAY)
    course = [planned_progress(facts, date(2026, 11, day), CALENDAR) for day in range(12, 22)]
    assert course == [0, 0, 0, 0, 20, 40, 60, 80, 100, 100]


@pytest.mark.rule("ANA-04")
def test_planned_progress_without_a_working_day_in_between_is_due_at_once():
    weekend = declared_leaf(starts_on=date(2026, 11, 13), due_on=date(2026, 11, 15))
    assert planned_progress(weekend, date(2026, 11, 14), CALENDAR) == 100


# --- the light of a leaf ---------------------------------------------------------------------------------------------
LATE_STEP = MilestoneState(date(2026, 11, 9), MilestoneStatus.PLANNED, critical=True)  # 5 working days before Monday
HALFWAY = declared_leaf(starts_on=date(2026, 6, 29), due_on=date(2027, 4, 5))  # planned 50 % on the Monday

LIGHTS = [
    (declared_leaf(), Light.GREEN, [R.ON_SCHEDULE]),
    (declared_leaf(due_on=date(2026, 11, 13)), Light.RED, [R.OVERDUE]),
    (declared_leaf(due_on=MONDAY), Light.YELLOW, [R.DUE_SOON]),
    (replace(HALFWAY, declared=41.0), Light.GREEN, [R.ON_SCHEDULE]),
    (replace(HALFWAY, declared=40.0), Light.YELLOW, [R.BEHIND]),
    (replace(HALFWAY, declared=20.0), Light.YELLOW, [R.BEHIND]),
    (replace(HALFWAY, declared=19.9), Light.RED, [R.FAR_BEHIND]),
    (declared_leaf(milestones=(LATE_STEP,)), Light.YELLOW, [R.MILESTONE_LATE]),
    (
        declared_leaf(milestones=(replace(LATE_STEP, due_on=date(2026, 11, 6)),)),
        Light.RED,
        [R.CRITICAL_MILESTONE_LATE, R.MILESTONE_LATE],
    ),
    (
        declared_leaf(milestones=(replace(LATE_STEP, due_on=date(2026, 11, 6), critical=False),)),
        Light.YELLOW,
        [R.MILESTONE_LATE],
    ),
    (declared_leaf(milestones=(replace(LATE_STEP, status=MilestoneStatus.CLAIMED),)), Light.GREEN, [R.ON_SCHEDULE]),
    (declared_leaf(late_reports=1), Light.YELLOW, [R.REPORT_LATE]),
    (declared_leaf(forecast_on=date(2027, 1, 1)), Light.YELLOW, [R.FORECAST_LATE]),
    (declared_leaf(forecast_on=END), Light.GREEN, [R.ON_SCHEDULE]),
    (declared_leaf(status="draft", due_on=START), Light.GREY, [R.NOT_STARTED]),
    (declared_leaf(status="cancelled", due_on=START), Light.GREY, [R.NOT_STARTED]),
    (declared_leaf(status="issued", starts_on=FRIDAY), Light.GREY, [R.NOT_STARTED]),
    (declared_leaf(status="issued", starts_on=FRIDAY, late_reports=1), Light.YELLOW, [R.REPORT_LATE]),
    (declared_leaf(status="accepted", due_on=FRIDAY, accepted_on=FRIDAY), Light.DONE, [R.DONE_ON_TIME]),
    (declared_leaf(status="closed", due_on=MONDAY, accepted_on=FRIDAY), Light.DONE, [R.DONE_LATE]),
]


@pytest.mark.rule("ANA-05")
@pytest.mark.parametrize(("facts", "light", "reasons"), LIGHTS)
def test_light_of_a_leaf_and_why(facts, light, reasons):
    found = standing(facts)
    assert (found.light, list(found.reasons)) == (light, reasons)


@pytest.mark.rule("ANA-05")
def test_halfway_is_half():
    assert planned_progress(HALFWAY, MONDAY, CALENDAR) == 50


@pytest.mark.rule("ANA-05")
@given(leaves(), days)
def test_every_light_has_reasons_of_its_colour(facts, today):
    found = standing(facts, today)
    red = {R.OVERDUE, R.CRITICAL_MILESTONE_LATE, R.FAR_BEHIND}
    assert found.reasons != ()
    assert len(set(found.reasons)) == len(found.reasons)
    assert (found.light == Light.RED) == bool(red & set(found.reasons))
    assert (found.light == Light.DONE) == (facts.status in DONE_TASK_STATUSES)
    assert facts.status in OPEN_TASK_STATUSES or found.light in {Light.GREY, Light.DONE}


@pytest.mark.rule("ANA-05")
@given(leaves(), st.sampled_from(sorted(OPEN_TASK_STATUSES)), st.integers(1, 300))
def test_overdue_work_is_red_whatever_else_is_true(facts, status, late):
    found = standing(replace(facts, status=status), facts.due_on + timedelta(late))
    assert (found.light, found.reasons[0]) == (Light.RED, R.OVERDUE)
