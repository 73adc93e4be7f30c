"""Tokens and sessions: failures are counted and slowed, and a session needs its CSRF token."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from tests.api.conftest import PASSWORD

V1 = "/api/v1"


@pytest.fixture
def officer(city):
    user = city.people["energy_officer"]
    user.set_password(PASSWORD)
    user.save()
    return user


def ask(client, password=PASSWORD, username="energy_officer", path="token", **headers):
    return client.post(f"{V1}/{path}/", {"username": username, "password": password}, format="json", **headers)


def test_a_token_opens_the_lists_until_it_is_ended(officer):
    client = APIClient()
    token = ask(client).json()["token"]
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get(f"{V1}/tasks/").json()["count"] > 0
    assert ask(client).json()["token"] == token
    assert client.delete(f"{V1}/token/").status_code == 204
    assert client.get(f"{V1}/tasks/").status_code == 401
    assert ask(client).status_code == 200  # the dead token in the header does not stand in the way


def test_an_old_token_is_refused_and_signing_in_again_gives_a_new_one(officer, settings):
    client = APIClient()
    first = ask(client).json()
    token = Token.objects.get()
    assert parse_datetime(first["expires_at"]) == token.created + timedelta(days=90)
    client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    settings.API_TOKEN_DAYS = 1
    Token.objects.update(created=timezone.now() - timedelta(days=1))
    answer = client.get(f"{V1}/tasks/")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert "过期" in answer.json()["detail"]
    second = ask(client).json()["token"]
    client.credentials(HTTP_AUTHORIZATION=f"Token {second}")
    assert (second != token.key, client.get(f"{V1}/tasks/").status_code, Token.objects.count()) == (True, 200, 1)


@pytest.mark.parametrize(("username", "password"), [("energy_officer", "wrong"), ("nobody", PASSWORD), ("office", "x")])
def test_a_wrong_pair_gets_one_and_the_same_answer(username, password, officer):
    answer = ask(APIClient(), password, username)
    assert (answer.status_code, answer.json()["code"], Token.objects.count()) == (401, "HTTP-401", 0)
    assert answer.json()["detail"] == ask(APIClient(), "other", "whoever").json()["detail"]


def test_a_deactivated_person_gets_no_token_and_loses_the_old_one(officer, sign_in):
    client = sign_in("energy_officer")
    officer.is_active = False
    officer.save()
    assert (ask(APIClient()).status_code, client.get(f"{V1}/tasks/").status_code) == (401, 401)


def test_a_name_is_locked_after_five_failures(officer):
    client = APIClient()
    answers = [ask(client, "wrong") for _ in range(5)]
    locked = ask(client)
    assert ([answer.status_code for answer in answers[:4]], locked.status_code) == ([401] * 4, 429)
    assert (locked["Content-Type"], locked.json()["code"]) == ("application/problem+json", "HTTP-429")
    assert Token.objects.count() == 0


def test_success_clears_the_count_of_failures(officer):
    client = APIClient()
    for _ in range(2):
        assert [ask(client, "wrong").status_code for _ in range(3)] == [401] * 3
        assert ask(client).status_code == 200


def test_an_address_that_tries_many_names_is_slowed_whatever_it_claims_to_be(officer):
    client = APIClient()
    for number in range(20):
        ask(client, "x", f"name{number}", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
    answer = ask(client, HTTP_X_FORWARDED_FOR="10.0.0.99")
    assert (answer.status_code, answer.json()["code"]) == (429, "HTTP-429")
    assert 0 < int(answer["Retry-After"]) <= 60


def signed_in(officer):
    client = APIClient(enforce_csrf_checks=True)
    csrf = client.get(f"{V1}/session/").json()["csrf_token"]
    answer = ask(client, path="session", HTTP_X_CSRFTOKEN=csrf)
    assert answer.status_code == 200, answer.content
    return client, answer.json()


def test_a_session_says_who_is_signed_in(officer):
    client, answer = signed_in(officer)
    user = client.get(f"{V1}/session/").json()["user"]
    assert user == answer["user"]
    assert (user["username"], [(seat["role"], seat["unit"]["code"]) for seat in user["seats"]]) == (
        "energy_officer",
        [("officer", "energy")],
    )
    assert client.get(f"{V1}/tasks/").json()["count"] > 0


def test_signing_in_needs_the_csrf_token(officer):
    answer = ask(APIClient(enforce_csrf_checks=True), path="session")
    assert (answer.status_code, answer.json()["code"]) == (403, "HTTP-403")


def test_a_changing_request_of_a_session_needs_the_csrf_token(officer, city):
    client, answer = signed_in(officer)
    task = city.task("1.1.1.2")
    path = f"{V1}/tasks/{task.pk}/actions/submit/"
    without = client.post(path, {"version": task.version}, format="json")
    assert (without.status_code, without.json()["code"]) == (403, "HTTP-403")
    with_it = client.post(path, {"version": task.version}, format="json", HTTP_X_CSRFTOKEN=answer["csrf_token"])
    assert with_it.json()["code"] == "TRK-03.no_evidence"


def test_signing_out_ends_the_session_and_needs_the_csrf_token(officer):
    client, answer = signed_in(officer)
    assert client.delete(f"{V1}/session/").status_code == 403
    assert client.delete(f"{V1}/session/", HTTP_X_CSRFTOKEN=answer["csrf_token"]).status_code == 204
    assert client.get(f"{V1}/tasks/").status_code == 401


def test_a_stranger_is_nobody(db):
    assert APIClient().get(f"{V1}/session/").json()["user"] is None
