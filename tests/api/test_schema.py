"""The description: valid, whole, and its page stays on this host."""

import io
import re

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver
from rest_framework.test import APIClient

from tasks.api.urls import router


@pytest.fixture(scope="module")
def described():
    out = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    return yaml.safe_load(out.getvalue())


def test_the_description_is_valid_and_names_every_collection(described):
    collections = {f"/api/v1/{prefix}/" for prefix, _view, _name in router.registry}
    assert collections - set(described["paths"]) == set()
    assert get_resolver().resolve("/api/v1/tasks/").view_name == "api:task-list"


def test_every_operation_tells_of_problems(described):
    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    assert all("application/problem+json" in row["responses"]["default"]["content"] for row in operations)


def test_no_answer_shows_a_password_or_a_token(described):
    shown = {name for schema in described["components"]["schemas"].values() for name in schema.get("properties", {})}
    assert shown & {"is_staff", "last_login", "email", "phone"} == set()


def test_the_page_and_the_description_are_for_people_who_signed_in(city):
    assert APIClient().get("/api/schema/").status_code == 401
    assert APIClient().get("/api/docs/").status_code == 302
    client = APIClient()
    client.force_login(city.people["admin"])
    assert client.get("/api/schema/").status_code == 200


def test_the_page_asks_no_other_host_and_runs_nothing_inline(city):
    client = APIClient()
    client.force_login(city.people["admin"])
    page = client.get("/api/docs/", HTTP_ACCEPT="text/html")
    html = page.content.decode()
    links = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert len(links) == 5
    assert [link for link in links if not link.startswith(("/", "?")) or link.startswith("//")] == []
    assert re.findall(r"<script(?![^>]* src=)", html) == []
    script = client.get(next(link for link in links if "script" in link), HTTP_ACCEPT="*/*")
    assert (script.status_code, "://" in script.content.decode()) == (200, False)
