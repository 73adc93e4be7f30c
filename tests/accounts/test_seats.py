"""Who holds which role where, on a day: ended, future and inactive people hold nothing."""

import datetime as dt

import pytest

from accounts.models import Appointment, Post
from accounts.queries.seats import holders, seats_of
from accounts.vocab import Role
from tests.factories import make_city, noon

pytestmark = pytest.mark.django_db
FIRST, DAY = dt.date(2025, 1, 1), dt.date(2025, 3, 3)


@pytest.fixture
def city():
    return make_city()


def appoint(city, who, unit, title, since=FIRST, until=None, *, acting=False):
    post = Post.objects.get(org_unit=city.unit(unit), title=title)
    row = Appointment(post=post, user=city.people[who], valid_from=since, valid_to=until, acting=acting)
    row.save_audited(by=None, reason="test", at=noon(DAY))
    return row


def test_seats_are_role_and_unit_of_every_post_held(city):
    appoint(city, "energy_officer", "transport", "负责人", acting=True)
    assert seats_of(city.people["energy_officer"], today=DAY) == {
        (Role.OFFICER, city.unit("energy").pk),
        (Role.HEAD, city.unit("transport").pk),
    }


@pytest.mark.parametrize(("since", "until"), [(DAY + dt.timedelta(1), None), (FIRST, DAY - dt.timedelta(1))])
def test_seat_is_held_only_while_the_appointment_lasts(city, since, until):
    appoint(city, "energy_officer", "transport", "负责人", since, until)
    assert seats_of(city.people["energy_officer"], today=DAY) == {(Role.OFFICER, city.unit("energy").pk)}


def test_inactive_person_holds_nothing(city):
    user = city.people["energy_head"]
    user.is_active = False
    user.save()
    assert seats_of(user, today=DAY) == frozenset()
    assert (Role.HEAD, city.unit("energy").pk) not in holders([Role.HEAD], today=DAY)


def test_holders_name_the_substantive_before_the_acting_and_each_once(city):
    energy = city.unit("energy").pk
    appoint(city, "transport_head", "energy", "负责人", dt.date(2024, 1, 1), acting=True)
    appoint(city, "energy_head", "energy", "负责人", dt.date(2025, 2, 1), acting=True)
    found = holders([Role.HEAD], today=DAY)
    assert found[Role.HEAD, energy] == [city.people["energy_head"].pk, city.people["transport_head"].pk]


def test_holders_answer_for_the_roles_asked_alone(city):
    assert {role for role, _unit in holders([Role.LEADER, Role.INSPECTOR], today=DAY)} == {Role.LEADER, Role.INSPECTOR}


@pytest.mark.parametrize("roles", [[Role.HEAD], list(Role)])
def test_holders_take_one_query(city, roles, django_assert_num_queries):
    with django_assert_num_queries(1):
        holders(roles, today=DAY)
