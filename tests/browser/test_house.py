"""The pages that need no data: signing in works under the content policy, and nothing comes from another host."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_signing_in_works_under_the_content_policy(page: Page, complaints, django_user_model):
    django_user_model.objects.create_user("office", password="a-long-word-for-tests", is_staff=True)
    page.goto("/admin/")
    page.fill("[name=username]", "office")
    page.fill("[name=password]", "a-long-word-for-tests")
    page.click("[type=submit]")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page).to_have_url(page.url.split("/admin/")[0] + "/admin/")
    page.wait_for_load_state("networkidle")
    assert complaints == []
