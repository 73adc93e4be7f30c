"""What tables of people and units hold by themselves: no superuser, valid periods, history with every change."""

import datetime as dt

import pytest
from django.contrib.auth.models import update_last_login
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import Appointment, OrgUnit, Post, User
from tests.factories import make_city, noon

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 3, 3)


def test_signing_in_leaves_no_empty_row_in_the_history():
    user = User.objects.create(username="one", full_name="某人")
    update_last_login(None, user)
    user.full_name = "某某"
    user.save(update_fields=["full_name"])
    assert [row.full_name for row in user.history.order_by("history_id")] == ["某人", "某某"]


def test_nobody_becomes_a_superuser():
    """Django's own bypass would open every door beside the gate."""
    with pytest.raises(IntegrityError, match="user_never_superuser"), transaction.atomic():
        User.objects.create(username="root", is_superuser=True)


def test_period_that_ends_before_it_begins_is_refused():
    city = make_city()
    row = Appointment.objects.get(user=city.people["energy_head"])
    row.valid_to = row.valid_from - dt.timedelta(1)
    with pytest.raises(IntegrityError, match="valid_period"), transaction.atomic():
        row.save_audited(by=None, reason="x", at=noon(DAY), fields=["valid_to"])


@pytest.mark.parametrize(("day", "count"), [(-1, 0), (0, 1), (10, 1), (11, 0)])
def test_rows_are_valid_from_their_first_to_their_last_day(day, count):
    city = make_city()
    row = Appointment.objects.get(user=city.people["energy_head"])
    row.valid_to = row.valid_from + dt.timedelta(10)
    row.save_audited(by=None, reason="x", at=noon(DAY), fields=["valid_to"])
    found = Appointment.objects.on(row.valid_from + dt.timedelta(day)).filter(pk=row.pk)
    assert found.count() == count


def test_saving_names_who_why_and_when():
    city = make_city()
    unit, office = city.unit("energy"), city.people["office"]
    unit.note = "迁址"
    unit.save_audited(by=office, reason="机构调整", at=noon(DAY), fields=["note"])
    newest = unit.history.order_by("-history_id")[0]
    assert (newest.history_user, newest.history_change_reason, newest.history_date) == (office, "机构调整", noon(DAY))


@pytest.mark.parametrize("write", ["update", "bulk_update", "delete"])
def test_set_writes_without_history_are_refused(write):
    make_city()
    rows = OrgUnit.objects.all()
    doing = {
        "update": lambda: rows.update(note="x"),
        "bulk_update": lambda: rows.bulk_update(list(rows), ["note"]),
        "delete": rows.delete,
    }
    with pytest.raises(TypeError):
        doing[write]()
    assert OrgUnit.objects.count() == 6


def test_unit_with_posts_and_person_with_acts_are_never_deleted():
    city = make_city()
    with pytest.raises(ProtectedError):
        city.unit("energy").delete()
    with pytest.raises(ProtectedError):
        city.people["energy_head"].delete()


def test_password_and_last_login_stay_out_of_the_history():
    names = {field.name for field in User.history.model._meta.get_fields()}
    assert names & {"password", "last_login"} == set()


def test_names_are_what_a_reader_sees():
    city = make_city()
    post = Post.objects.get(org_unit=city.unit("energy"), role="head")
    assert (str(city.unit("energy")), str(post)) == ("市能源局", "市能源局 负责人")
    assert str(city.people["energy_head"]) == "市能源局负责人"
    assert str(User(username="nobody")) == "nobody"
