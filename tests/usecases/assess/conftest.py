"""A city with the default scheme, and a bureau that lived through the worked example."""

import datetime as dt

import pytest

from tasks.usecases.assess import load_scheme
from tests.factories import FIXTURES, make_city, noon
from tests.usecases.assess.rows import (
    add_task,
    finished,
)


@pytest.fixture
def city():
    made = make_city(dt.date(2025, 1, 2))
    load_scheme(FIXTURES, at=noon(dt.date(2025, 1, 2)))
    return made


@pytest.fixture
def bureau(city):
    """The worked example's five tasks; the invented plan's own work is left in draft."""
    add_task(city, "T1", 30, dt.date(2026, 6, 30), **finished(dt.date(2026, 6, 30), "0.95"))
    # 12 working days after Tuesday 30 June 2026
    add_task(city, "T2", 25, dt.date(2026, 6, 30), **finished(dt.date(2026, 7, 16), "1"))
    open_task = add_task(city, "T3", 20, dt.date(2026, 9, 30))
    add_task(city, "T5", 10, dt.date(2026, 9, 30), status="cancelled")
    extended = add_task(city, "T4", 15, dt.date(2026, 9, 30), **finished(dt.date(2026, 9, 30), "0.9"))
    city.extended, city.open_task = extended, open_task
    return city
