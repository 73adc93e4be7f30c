"""Accounts, units, posts and appointments: who keeps them, and that nobody keeps a seat for themselves."""

import pytest
from django.urls import reverse
from rest_framework.authtoken.models import Token

from accounts.models import Appointment, AuditEntry, OrgUnit, Post, User
from tests.steps import DAY

pytestmark = pytest.mark.django_db
SCREENS = ["orgunit", "post", "appointment", "user"]


@pytest.mark.parametrize("who", ["energy_officer", "leader", "inspector", "auditor"])
@pytest.mark.parametrize("screen", SCREENS)
def test_accounts_are_the_administrators(city, enter, who, screen):
    assert enter("admin").get(f"/admin/accounts/{screen}/").status_code == 200
    assert enter(who).get(f"/admin/accounts/{screen}/").status_code == 403


def test_the_office_reads_units_and_changes_none(city, enter):
    unit = city.unit("energy")
    url = reverse("admin:accounts_orgunit_change", args=[unit.pk])
    client = enter("office")
    assert client.get(url).status_code == 200
    assert client.post(url, {"name": "x"}).status_code == 403
    assert client.get("/admin/accounts/orgunit/add/").status_code == 403
    assert client.get("/admin/accounts/user/").status_code == 403


def test_a_person_is_made_appointed_and_deactivated(city, enter):
    client = enter("admin")
    word = "a-long-word-for-tests"
    made = client.post(
        "/admin/accounts/user/add/",
        {"username": "new", "full_name": "新同志", "language": "zh-hans", "password1": word, "password2": word,
         "usable_password": "true", "is_superuser": "on", "is_staff": "on"},
    )  # fmt: skip
    assert made.status_code == 302
    user = User.objects.get(username="new")
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
    post = Post.objects.get(org_unit=city.unit("energy"), role="officer")
    given = {"user": user.pk, "post": post.pk, "valid_from": DAY.isoformat()}
    assert client.post("/admin/accounts/appointment/add/", given).status_code == 302
    assert Appointment.objects.get(user=user).history.get().history_user == city.people["admin"]
    url = reverse("admin:accounts_user_change", args=[user.pk])
    assert client.post(url, {"username": "new", "full_name": "新同志", "language": "en"}).status_code == 302
    user.refresh_from_db()
    assert (user.is_active, user.history.count()) == (False, 2)
    acts = AuditEntry.objects.filter(subject=f"user:{user.pk}").order_by("number")
    assert list(acts.values_list("act", flat=True)) == ["create", "change"]


def test_nobody_appoints_themselves(city, enter):
    post = Post.objects.get(org_unit=city.unit("office"), role="office")
    given = {"user": city.people["admin"].pk, "post": post.pk, "valid_from": DAY.isoformat()}
    answer = enter("admin").post("/admin/accounts/appointment/add/", given)
    assert answer.status_code == 200
    assert "ACC-01" in answer.content.decode()
    assert not Appointment.objects.filter(user=city.people["admin"], post=post).exists()


def test_the_role_of_a_post_in_use_stays(city, enter):
    post = Post.objects.get(org_unit=city.unit("office"), role="admin")
    url = reverse("admin:accounts_post_change", args=[post.pk])
    enter("admin").post(url, {"title": post.title, "role": "office", "org_unit": post.org_unit_id})
    post.refresh_from_db()
    assert post.role == "admin"


@pytest.mark.parametrize("screen", SCREENS)
def test_accounts_are_never_deleted(city, enter, screen):
    row = {"orgunit": OrgUnit, "post": Post, "appointment": Appointment, "user": User}[screen].objects.order_by("pk")[0]
    url = reverse(f"admin:accounts_{screen}_delete", args=[row.pk])
    assert enter("admin").post(url, {"post": "yes"}).status_code == 403


def test_the_password_of_a_person_is_set_by_the_administrator_alone(city, enter):
    url = reverse("admin:auth_user_password_change", args=[city.people["leader"].pk])
    word = "another-long-word-for-tests"
    given = {"password1": word, "password2": word, "usable_password": "true"}
    assert enter("energy_officer").post(url, given).status_code == 404
    assert enter("admin").post(url, given).status_code == 302
    assert User.objects.get(pk=city.people["leader"].pk).check_password(word)


@pytest.mark.parametrize(("usable", "details"), [("true", {"usable": True}), ("false", {"usable": False})])
def test_a_password_set_for_somebody_is_in_the_audit_trail_without_it(city, enter, usable, details):
    leader, admin = city.people["leader"], city.people["admin"]
    leader.set_password("the-first-long-word")
    leader.save()
    Token.objects.create(user=leader)
    before = leader.history.count()
    word = "another-long-word-for-tests"
    given = {"password1": word, "password2": word, "usable_password": usable, "unset-password": "x"}
    url = reverse("admin:auth_user_password_change", args=[leader.pk])
    assert enter("admin").post(url, given).status_code == 302
    entry = AuditEntry.objects.get(subject=f"user:{leader.pk}", act="set_password")
    assert (entry.actor, entry.chain.org_unit, entry.details) == (admin, city.unit("office"), details)
    assert word not in f"{entry.details}{entry.reason}{entry.before}{entry.after}"
    assert (leader.history.count(), Token.objects.count()) == (before, 0)


def test_a_password_that_is_refused_leaves_no_entry(city, enter):
    url = reverse("admin:auth_user_password_change", args=[city.people["leader"].pk])
    given = {"password1": "short", "password2": "short", "usable_password": "true"}
    assert enter("admin").post(url, given).status_code == 200
    assert not AuditEntry.objects.filter(act="set_password").exists()


def test_ones_own_new_password_is_in_the_audit_trail_too(city, enter):
    officer = city.people["energy_officer"]
    officer.set_password("the-first-long-word")
    officer.save()
    word = "another-long-word-for-tests"
    given = {"old_password": "the-first-long-word", "new_password1": word, "new_password2": word}
    client = enter("energy_officer")
    assert client.post(reverse("admin:password_change"), given).status_code == 302
    assert client.get("/admin/").status_code == 200  # still signed in
    entry = AuditEntry.objects.get(subject=f"user:{officer.pk}", act="set_password")
    assert (entry.actor, entry.chain.org_unit) == (officer, city.unit("energy"))
    assert User.objects.get(pk=officer.pk).check_password(word)


def test_the_history_says_in_words_where_a_row_came_from(city, enter):
    url = reverse("admin:accounts_orgunit_history", args=[city.unit("energy").pk])
    text = enter("office").get(url).content.decode()
    assert "由机构名单导入" in text
    assert "load_organisations" not in text


def test_signing_in_asks_for_a_post(city, client):
    user = User(username="nobody", full_name="无岗位")
    user.set_password("a-long-word-for-tests")
    user.save()
    answer = client.post("/admin/login/", {"username": "nobody", "password": "a-long-word-for-tests"})
    assert (answer.status_code, answer.context["form"].errors.as_data()["__all__"][0].code) == (200, "no_post")
    officer = city.people["energy_officer"]
    officer.is_staff = False
    officer.set_password("a-long-word-for-tests")
    officer.save()
    given = {"username": officer.username, "password": "a-long-word-for-tests", "next": "/admin/"}
    assert client.post("/admin/login/", given).status_code == 302
    assert client.get("/admin/").status_code == 200
