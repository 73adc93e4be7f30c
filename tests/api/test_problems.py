"""Every refusal of the interface is a problem: its status, its words, its content type."""

import pytest
from django.urls import path
from rest_framework.test import APIClient

from carbonpeak.urls import urlpatterns as real_urls
from tasks.api.base import Door
from tasks.api.problems import PROBLEM_TYPE, catalogue, status_of

V1 = "/api/v1"


class Broken(Door):
    permission_classes = []

    def get(self, request):
        raise RuntimeError("password=hunter2")


urlpatterns = [path("api/v1/broken/", Broken.as_view()), *real_urls]


def read(answer):
    body = answer.json()
    assert answer["Content-Type"] == PROBLEM_TYPE
    assert set(body) - {"errors"} == {"type", "title", "status", "code", "detail", "remedy", "instance"}
    assert all(body[name] for name in body)
    assert (body["status"], body["type"]) == (answer.status_code, f"{V1}/problems/#{body['code']}")
    return answer.status_code, body["code"]


def test_a_stranger_is_told_to_sign_in(db):
    answer = APIClient().get(f"{V1}/tasks/")
    assert (read(answer), answer["WWW-Authenticate"]) == ((401, "HTTP-401"), "Token")


def test_protocol_errors_are_problems(city, sign_in):
    client = sign_in("office")
    move = f"{V1}/tasks/{city.task('1.1.1').pk}/actions/cancel/"
    answers = {
        read(client.get(f"{V1}/nothing/here/")): "no such address",
        read(client.get(f"{V1}/tasks/99999999999/")): "no such key",
        read(client.delete(f"{V1}/tasks/")): "method",
        read(client.get(f"{V1}/tasks/", HTTP_ACCEPT="text/html")): "format",
        read(client.post(move, "a=1", content_type="text/plain")): "content type",
        read(client.post(move, "{", content_type="application/json")): "syntax",
        read(client.post(move, "[" * 100_000, content_type="application/json")): "depth",
        read(client.post(move, b"\xff\xfe", content_type="application/json")): "bytes",
        read(client.post(move, '{"version": NaN}', content_type="application/json")): "number",
        read(client.post(move, " " * (1024 * 1024 + 1), content_type="application/json")): "size",
    }
    codes = [(404, "GATE-05.hidden"), (405, "HTTP-405"), (406, "HTTP-406"), (415, "HTTP-415")]
    assert sorted(answers) == sorted([*codes, (400, "HTTP-400"), (413, "HTTP-413")])


@pytest.mark.urls("tests.api.test_problems")
def test_an_unexpected_failure_is_a_problem_without_its_cause(db, caplog):
    answer = APIClient(raise_request_exception=False).get(f"{V1}/broken/")
    assert read(answer) == (500, "HTTP-500")
    assert "hunter2" not in answer.content.decode()
    assert "hunter2" in caplog.text


def test_the_list_of_problems_is_public_and_whole(db):
    rows = APIClient().get(f"{V1}/problems/").json()
    assert rows == catalogue()
    assert {row["code"]: row["status"] for row in rows}["GATE-06.stale"] == 409


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("GATE-01.state", 409),
        ("GATE-02.seat", 403),
        ("GATE-03.four_eyes", 403),
        ("GATE-04.reason", 422),
        ("GATE-05.hidden", 404),
        ("GATE-06.stale", 409),
        ("TRK-01.milestones_open", 422),
    ],
)
def test_rules_answer_with_their_status(code, status):
    assert status_of(code) == status


def test_answers_stay_out_of_caches(city, sign_in):
    assert sign_in("office").get(f"{V1}/tasks/")["Cache-Control"] == "private, no-store"
