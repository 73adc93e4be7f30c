"""What the reminder engine reads: the index that answers, who is in post, how many statements it takes."""

from datetime import date

import pytest
from django.db import connection

from tasks.models import Deadline, PortfolioLine
from tasks.queries.given import IDS, given_rows, given_table
from tasks.queries.remind import due_ids, locked_due, newest_run, roster
from tasks.usecases.remind import sweep
from tests.factories import issue_all, make_city, make_person, noon

START = date(2025, 1, 2)
TODAY = date(2026, 7, 1)


@pytest.fixture
def city(db):
    return make_city(START)


@pytest.fixture
def deadlines(city):
    issue_all(city, date(2025, 1, 6))
    Deadline.objects.update(next_fire_on=date(2027, 1, 4))
    return list(Deadline.objects.order_by("pk"))


def test_due_ids_are_the_running_deadlines_whose_day_has_come(deadlines):
    first, second, third = deadlines[:3]
    Deadline.objects.filter(pk=first.pk).update(next_fire_on=TODAY)
    Deadline.objects.filter(pk=second.pk).update(next_fire_on=TODAY, state="closed")
    Deadline.objects.filter(pk=third.pk).update(next_fire_on=date(2026, 1, 2))
    assert due_ids(today=TODAY) == [first.pk, third.pk]


def test_due_ids_are_answered_by_the_partial_index(deadlines):
    rows = Deadline.objects.filter(state="open", next_fire_on__lte=TODAY).values("pk")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # so small a table is scanned whole; only the possibility is asked for
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "deadline_next_fire" in rows.explain()


def test_locked_due_leaves_out_what_was_settled_meanwhile(deadlines):
    first, second = deadlines[:2]
    Deadline.objects.filter(pk=first.pk).update(next_fire_on=TODAY)
    [due] = locked_due([first.pk, second.pk], today=TODAY)
    assert (due.pk, due.revision) == (first.pk, first.revision)
    assert due.group == (first.ladder_id, first.next_position, first.due_on)
    assert (due.unit_id, due.campaign_id, due.officer_id) == (first.owner_unit_id, first.campaign_id, None)


def test_roster_knows_seats_and_portfolios_of_the_day(city):
    energy = city.unit("energy").pk
    found = roster(today=TODAY)
    assert found.heads[energy] == [city.people["energy_head"].pk]
    assert found.officers[energy] == [city.people["energy_officer"].pk]
    assert found.office == [city.people["office"].pk]
    assert found.inspectors == [city.people["inspector"].pk]
    assert found.campaign_leaders == {city.task("1.1").pk: [city.people["leader"].pk]}
    assert found.unit_leaders == {}
    assert (energy, city.people["energy_head"].pk) in found.seated


def test_roster_before_anybody_was_appointed_is_empty(city):
    found = roster(today=date(2024, 12, 31))
    assert (found.heads, found.office, found.campaign_leaders, found.seated) == ({}, [], {}, frozenset())


@pytest.mark.parametrize("more", [0, 2])
def test_roster_takes_three_statements(city, django_assert_num_queries, more):
    for number in range(more):
        make_person(f"more{number}", city.unit("energy"), "联络员", START)
        post = PortfolioLine.objects.order_by("pk").first().post
        line = PortfolioLine(post=post, org_unit=city.unit(["energy", "transport"][number]), valid_from=START)
        line.save_audited(by=None, reason="test", at=noon(START))
    with django_assert_num_queries(3):
        roster(today=TODAY)


def test_newest_run_is_the_last_written_of_one_instant(city):
    for day in (date(2026, 7, 1), date(2026, 7, 2)):
        sweep(today=day, at=noon(date(2026, 7, 1)))
    assert newest_run("sweep").as_of == date(2026, 7, 2)
    assert newest_run("deliver") is None


def test_given_table_brings_any_number_of_rows_as_one_parameter(db):
    rows = [(number,) for number in range(50_000)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*), MAX(id) FROM {given_table('given', IDS)}", [given_rows(IDS, rows)])
        assert cursor.fetchone() == (50_000, 49_999)
