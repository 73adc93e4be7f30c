"""The description of the REST interface as a page: drawn from this host alone, under the content policy."""

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_interface_is_described_offline(page: Page, complaints, live_server):
    client = Client()
    client.force_login(User.objects.create(username="reader", full_name="Reader"))
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto("/api/docs/")
    expect(page.locator("#operations-tasks-tasks_list")).to_be_visible()
    page.locator("#operations-tasks-tasks_list").click()
    expect(page.locator("tr[data-param-name='campaign']").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert complaints == []
