"""The ladder's laws: one rung a working day, in order, to an end; who is told; words that fit a header."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.calendar import WorkCalendar
from tasks.rules.remind import (
    GIVE_UP_HOURS,
    Roster,
    RungFacts,
    Step,
    days_to_sweep,
    fire_date,
    first_step,
    next_slot,
    next_step,
    one_line,
    owed_by,
    retry_at,
    subject_form,
    void_reason,
    who_is_told,
)
from tasks.vocab import Addressee

HOLIDAY = ((date(2026, 10, 1), False), (date(2026, 10, 2), False), (date(2026, 10, 10), True))
CALENDAR = WorkCalendar(HOLIDAY, 2024, 2030)
LADDER = tuple(RungFacts(place, offset) for place, offset in enumerate((-30, -10, -3, 0, 1, 5, 10, 20, 30)))
SLOTS = (time(8, 30), time(14, 30))


def moment(*parts):
    return datetime(*parts, tzinfo=ZoneInfo("Asia/Shanghai"))


days = st.dates(date(2025, 6, 1), date(2027, 6, 1))
ladders = st.lists(st.integers(-40, 40), min_size=1, max_size=10, unique=True).map(
    lambda offsets: tuple(RungFacts(place, offset) for place, offset in enumerate(sorted(offsets)))
)


@pytest.mark.rule("REM-01")
@pytest.mark.parametrize(
    ("offset", "expected"),
    [(-3, date(2026, 9, 28)), (0, date(2026, 9, 30)), (1, date(2026, 10, 5)), (5, date(2026, 10, 9))],
)
def test_fire_date_counts_working_days(offset, expected):
    due_on = date(2026, 10, 1)  # a holiday: "due today" is said on the last working day before
    assert fire_date(RungFacts(0, offset), due_on, CALENDAR) == expected


@pytest.mark.rule("REM-02")
def test_first_step_announces_a_short_task_once():
    due_on, issued = date(2026, 11, 25), date(2026, 11, 18)
    assert first_step(LADDER, due_on, issued, CALENDAR) == Step(None, 1, issued, (0,))


@pytest.mark.rule("REM-02")
def test_first_step_of_a_climbed_ladder_waits_for_nothing():
    assert first_step(LADDER, date(2026, 11, 25), date(2026, 11, 18), CALENDAR, None) == Step(None, None, None)


@pytest.mark.rule("REM-04")
def test_next_step_after_the_due_date_skips_reminders_but_no_escalation():
    step = next_step(LADDER, 0, date(2026, 6, 30), date(2026, 11, 18), CALENDAR)
    assert step == Step(4, 5, date(2026, 11, 19), (0, 1, 2, 3))


@pytest.mark.rule("REM-03")
def test_next_step_before_its_day_fires_nothing():
    step = next_step(LADDER, 4, date(2026, 11, 18), date(2026, 11, 18), CALENDAR)
    assert step == Step(None, 4, date(2026, 11, 19))


def test_next_step_at_the_top_waits_for_nothing():
    assert next_step(LADDER, 8, date(2026, 6, 30), date(2026, 11, 18), CALENDAR) == Step(8, None, None)


@pytest.mark.rule("REM-03", "REM-04")
@given(ladder=ladders, due_on=days, start=days, gaps=st.lists(st.integers(1, 25), max_size=80))
def test_sweeping_on_any_days_keeps_the_order_and_one_rung_a_working_day(ladder, due_on, start, gaps):
    """However irregular the engine runs: rungs in order, never two on one working day, escalations never skipped."""
    step = first_step(ladder, due_on, start, CALENDAR)
    position, day = step.next_position, CALENDAR.on_or_after(start)
    fired, skipped = [], list(step.skipped)
    for gap in [*gaps, *[30] * 60]:
        if position is None:
            break
        step = next_step(ladder, position, due_on, day, CALENDAR)
        skipped += step.skipped
        if step.fires is not None:
            fired.append((step.fires, day))
        assert step.next_position is None or step.next_position >= position
        assert step.next_fire_on is None or step.next_fire_on >= day
        position, day = step.next_position, CALENDAR.on_or_after(day + timedelta(gap))
    assert position is None  # it comes to an end
    assert [rung for rung, _day in fired] == sorted({rung for rung, _day in fired})
    assert len({day for _rung, day in fired}) == len(fired)
    assert sorted([rung for rung, _day in fired] + skipped) == list(range(len(ladder)))
    assert all(ladder[rung].offset <= 0 for rung in skipped)
    assert all(day >= fire_date(ladder[rung], due_on, CALENDAR) for rung, day in fired)


@pytest.mark.rule("REM-05")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (moment(2026, 11, 18, 8, 30), moment(2026, 11, 18, 8, 30)),
        (moment(2026, 11, 18, 8, 31), moment(2026, 11, 18, 14, 30)),
        (moment(2026, 11, 20, 20, 0), moment(2026, 11, 23, 8, 30)),
        (moment(2026, 10, 9, 20, 0), moment(2026, 10, 10, 8, 30)),
    ],
)
def test_next_slot_is_on_a_working_day(now, expected):
    assert next_slot(now, SLOTS, CALENDAR) == expected


@pytest.mark.rule("REM-06")
@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (9, 60)])
def test_retry_waits_longer_each_time(attempts, minutes):
    first = moment(2026, 11, 18, 8, 30)
    assert retry_at(attempts, first, first) == first + timedelta(minutes=minutes)


@pytest.mark.rule("REM-06")
def test_retry_is_given_to_a_person_after_three_days():
    first = moment(2026, 11, 18, 8, 30)
    assert retry_at(80, first, first + timedelta(hours=GIVE_UP_HOURS)) is None


ROSTER = Roster(
    officers={1: [11, 12]},
    heads={1: [13, 14]},
    seated=frozenset({(1, 11), (1, 12), (1, 13), (2, 21)}),
    office=[90, 91],
    inspectors=[95],
    campaign_leaders={7: [70], 9: []},
    unit_leaders={1: [71], 2: [72]},
)


@pytest.mark.rule("REM-08")
@pytest.mark.parametrize(
    ("addressee", "where", "expected"),
    [
        (Addressee.OFFICER, {"unit": 1, "officer": 12}, ((12,), False)),
        (Addressee.OFFICER, {"unit": 1, "officer": 99}, ((11,), False)),
        (Addressee.OFFICER, {"unit": 1, "officer": 0}, ((11,), False)),
        (Addressee.OFFICER, {"unit": 2, "officer": 0}, ((90, 91), True)),
        (Addressee.HEAD, {"unit": 1}, ((13,), False)),
        (Addressee.HEAD, {"unit": 2}, ((90, 91), True)),
        (Addressee.OFFICE, {"unit": 1}, ((90, 91), False)),
        (Addressee.INSPECTOR, {"unit": 1}, ((95,), False)),
        (Addressee.LEADER, {"unit": 1, "campaign": 7}, ((70,), False)),
        (Addressee.LEADER, {"unit": 1, "campaign": 8}, ((71,), False)),
        (Addressee.LEADER, {"unit": 2, "campaign": 9}, ((72,), False)),
        (Addressee.LEADER, {"unit": 3, "campaign": 8}, ((90, 91), True)),
    ],
)
def test_who_is_told(addressee, where, expected):
    facts = {"unit": 0, "officer": 0, "campaign": 0} | where
    assert who_is_told(addressee, ROSTER, **facts) == expected


@pytest.mark.rule("REM-08")
def test_nobody_is_told_when_the_office_is_empty():
    assert who_is_told(Addressee.HEAD, Roster(), unit=1, officer=0, campaign=0) == ((), True)


@pytest.mark.rule("REM-09")
def test_days_to_sweep_are_the_working_days_and_the_last_one():
    friday, sunday = date(2026, 11, 13), date(2026, 11, 22)
    week = [date(2026, 11, 16) + timedelta(n) for n in range(5)]
    assert days_to_sweep(friday, sunday, CALENDAR) == [*week, sunday]
    assert days_to_sweep(friday, week[0], CALENDAR) == [week[0]]


@pytest.mark.rule("REM-10")
@pytest.mark.parametrize(("counts", "form"), [((3, 2), "both"), ((3, 0), "overdue"), ((0, 2), "due")])
def test_subject_form(counts, form):
    assert subject_form(*counts) == form


@pytest.mark.rule("REM-11")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("建设风电", "建设风电"),
        ("一二三四五六七八九十", "一二三四五六七八九十"),
        ("一二三四五六七八九十百", "一二三四五六七八九…"),
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a" + " " * 1000 + "b", "a…"),
        ("长" * 5_000_000, "长" * 9 + "…"),
        ("", ""),
    ],
)
def test_one_line_fits_and_stays_on_one_line(text, expected):
    assert one_line(text, 10) == expected


@pytest.mark.rule("REM-11")
@given(st.text(), st.integers(2, 50))
def test_one_line_never_breaks_a_header(text, limit):
    line = one_line(text, limit)
    assert len(line) <= limit
    assert line.isprintable()


@pytest.mark.rule("REM-15")
def test_a_return_gives_a_later_date_and_never_an_earlier_one():
    due_on = date(2026, 7, 7)
    assert owed_by(due_on, None) == due_on
    assert owed_by(due_on, date(2026, 7, 10)) == date(2026, 7, 10)
    assert owed_by(due_on, date(2026, 7, 1)) == due_on


@pytest.mark.rule("REM-13")
@pytest.mark.parametrize(
    ("status", "state", "moved", "reason"),
    [
        ("in_progress", "open", False, None),
        ("in_progress", "closed", False, "settled"),
        ("in_progress", "open", True, "moved"),
        ("in_progress", "closed", True, "moved"),
        ("cancelled", "closed", True, "cancelled"),
    ],
)
def test_a_notice_is_void_when_its_cause_is_gone(status, state, moved, reason):
    assert void_reason(status, state, moved=moved) == reason
