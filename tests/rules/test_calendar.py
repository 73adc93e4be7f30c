"""Working days: shifting and counting are each other's inverse, exceptions beat the week."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.calendar import WorkCalendar

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (13, 14, 15, 16))
PLAIN = WorkCalendar()
# a Thursday off and the Sunday after it worked, as the yearly notice arranges it
ARRANGED = WorkCalendar(((date(2026, 11, 12), False), (SUNDAY, True)))

days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
few = st.integers(0, 400)
exceptions = st.dictionaries(days, st.booleans(), max_size=30)
# a short span: building sixty years for every example would take most of the time
calendars = exceptions.map(lambda found: WorkCalendar(tuple(sorted(found.items())), first_year=2021, last_year=2034))


@pytest.mark.rule("CAL-01")
def test_calendar_follows_the_week_without_exceptions():
    week = [FRIDAY + timedelta(n) for n in range(4)]
    assert [PLAIN.is_workday(day) for day in week] == [True, False, False, True]


@pytest.mark.rule("CAL-01")
def test_calendar_exceptions_beat_the_week():
    week = [date(2026, 11, day) for day in (12, 13, 14, 15)]
    assert [ARRANGED.is_workday(day) for day in week] == [False, True, False, True]


@pytest.mark.rule("CAL-01")
@given(exceptions)
def test_calendar_says_of_every_exception_what_the_exception_says(found):
    calendar = WorkCalendar(tuple(sorted(found.items())))
    assert {day: calendar.is_workday(day) for day in found} == found


@pytest.mark.rule("CAL-02")
@pytest.mark.parametrize(
    ("start", "workdays", "end"),
    [
        (FRIDAY, 1, MONDAY),
        (FRIDAY, 0, FRIDAY),
        (SATURDAY, 0, SATURDAY),
        (SATURDAY, 1, MONDAY),
        (SATURDAY, -1, FRIDAY),
        (MONDAY, -1, FRIDAY),
        (FRIDAY, 5, date(2026, 11, 20)),
    ],
)
def test_shift_counts_working_days(start, workdays, end):
    assert PLAIN.shift(start, workdays) == end


@pytest.mark.rule("CAL-02")
def test_shift_steps_onto_a_worked_sunday_and_over_a_day_off():
    assert ARRANGED.shift(FRIDAY, 1) == SUNDAY
    assert ARRANGED.shift(date(2026, 11, 11), 1) == FRIDAY


@pytest.mark.rule("CAL-03")
@pytest.mark.parametrize(
    ("start", "end", "workdays"),
    [(FRIDAY, MONDAY, 1), (MONDAY, FRIDAY, -1), (FRIDAY, SUNDAY, 0), (SATURDAY, MONDAY, 1), (FRIDAY, FRIDAY, 0)],
)
def test_between_excludes_the_start_and_includes_the_end(start, end, workdays):
    assert PLAIN.between(start, end) == workdays


@pytest.mark.rule("CAL-02")
@pytest.mark.rule("CAL-03")
@given(calendars, days, few)
def test_between_undoes_shift_forwards(calendar, start, workdays):
    assert calendar.between(start, calendar.shift(start, workdays)) == workdays


@pytest.mark.rule("CAL-02")
@pytest.mark.rule("CAL-03")
@given(calendars, days, few)
def test_between_undoes_shift_backwards_from_a_working_day(calendar, day, workdays):
    start = calendar.on_or_after(day)
    assert calendar.between(start, calendar.shift(start, -workdays)) == -workdays
    assert calendar.shift(calendar.shift(start, workdays), -workdays) == start


@pytest.mark.rule("CAL-02")
@given(calendars, days, st.integers(-200, 200).filter(bool))
def test_shift_lands_on_a_working_day(calendar, start, workdays):
    assert calendar.is_workday(calendar.shift(start, workdays))


@pytest.mark.rule("CAL-02")
@given(calendars, days, days, st.integers(1, 200), st.booleans())
def test_shift_keeps_the_order_of_days(calendar, one, other, workdays, backwards):
    earlier, later = sorted((one, other))
    amount = -workdays if backwards else workdays
    assert calendar.shift(earlier, amount) <= calendar.shift(later, amount)


@pytest.mark.rule("CAL-02")
@given(calendars, days, few, few)
def test_shift_keeps_the_order_of_amounts(calendar, start, one, other):
    less, more = sorted((one, other))
    assert calendar.shift(start, less) <= calendar.shift(start, more)


@pytest.mark.rule("CAL-03")
@given(calendars, days, days, days)
def test_between_adds_up_and_changes_sign_with_direction(calendar, first, second, third):
    assert calendar.between(first, second) + calendar.between(second, third) == calendar.between(first, third)
    assert calendar.between(first, second) == -calendar.between(second, first)


@pytest.mark.rule("CAL-03")
@given(calendars, days)
def test_between_neighbouring_days_is_the_answer_about_the_second(calendar, day):
    assert calendar.between(day - timedelta(1), day) == calendar.is_workday(day)


@pytest.mark.rule("CAL-01")
@given(calendars, days)
def test_nearest_working_days_enclose_the_day(calendar, day):
    before, after = calendar.on_or_before(day), calendar.on_or_after(day)
    assert before <= day <= after
    assert calendar.is_workday(before)
    assert calendar.is_workday(after)
    assert (before == after) == calendar.is_workday(day)
