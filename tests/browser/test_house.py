"""The first page a stranger sees: it works under the content policy, and nothing comes from another host."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_sign_in_page_works_under_the_content_policy(page: Page, complaints):
    page.goto("/admin/login/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("html:not([x-cloak])")).to_be_attached()  # Alpine ran, so its evaluation is allowed
    page.wait_for_load_state("networkidle")
    assert complaints == []


def test_a_wrong_password_is_answered_on_the_page(page: Page, complaints):
    page.goto("/admin/login/")
    page.fill("[name=username]", "nobody")
    page.fill("[name=password]", "wrong")
    page.click("[type=submit]")
    expect(page.locator("[name=username]")).to_be_visible()
    assert complaints == []
