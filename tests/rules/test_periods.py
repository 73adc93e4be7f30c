"""Periods of recurring obligations: their keys, their days, and that they follow each other without gap or overlap."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.periods import Span, period_of, periods_between
from tasks.vocab import Period

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
kinds = st.sampled_from(list(Period))


@pytest.mark.rule("TRK-20")
@pytest.mark.parametrize(
    ("kind", "span"),
    [
        ("month", Span("2026-M11", date(2026, 11, 1), date(2026, 11, 30))),
        ("quarter", Span("2026-Q4", date(2026, 10, 1), date(2026, 12, 31))),
        ("half", Span("2026-H2", date(2026, 7, 1), date(2026, 12, 31))),
        ("year", Span("2026", date(2026, 1, 1), date(2026, 12, 31))),
    ],
)
def test_period_has_key_and_days(kind, span):
    assert period_of(date(2026, 11, 18), kind) == span


@pytest.mark.rule("TRK-20")
@given(days, kinds)
def test_every_day_lies_in_its_period_and_the_next_begins_the_day_after(day, kind):
    span = period_of(day, kind)
    assert span.first <= day <= span.last
    assert period_of(span.last, kind) == period_of(span.first, kind) == span
    assert period_of(span.last + timedelta(1), kind).first == span.last + timedelta(1)


@pytest.mark.rule("TRK-20")
@given(days, st.integers(0, 900), kinds)
def test_periods_between_are_those_that_end_there_each_once(start, length, kind):
    end = start + timedelta(length)
    spans = list(periods_between(start, end, kind))
    ends = [start + timedelta(n) for n in range(length + 1)]
    assert [span.last for span in spans] == [day for day in ends if period_of(day, kind).last == day]
    assert len({span.key for span in spans}) == len(spans)
