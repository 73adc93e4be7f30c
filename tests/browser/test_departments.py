"""Departments and the office at work in a real browser: the way of a report, the pages at both widths, no complaint."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from tasks.models import Evidence, ProgressReport, ReportDue, ReportRule
from tests.factories import City, issue_all, noon
from tests.steps import DAY, ITEM, LEAF, staffed_city

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def city(monkeypatch) -> City:
    """The invented city at work, a quarterly report open, with the door's clock standing still."""
    monkeypatch.setattr(timezone, "now", lambda: noon(DAY))
    city = staffed_city()
    issue_all(city, DAY)
    ReportDue.objects.create(
        rule=ReportRule.objects.get(),
        task=city.task(ITEM),
        period_key="2025-Q1",
        period_end=dt.date(2025, 3, 31),
        opens_on=DAY,
        due_on=dt.date(2025, 4, 8),
    )
    return city


def enter(page: Page, user: User, live_server, language: str = "en") -> None:
    """Sign `user` in without the form, which has a test of its own."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    page.context.add_cookies(
        [
            {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": live_server.url},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url},
        ]
    )


def test_a_report_is_filled_signed_and_accepted(page: Page, complaints, city, live_server):
    enter(page, city.people["energy_officer"], live_server)
    page.goto("/admin/")
    page.click("#reports .cp-entry")
    page.fill("[name=claimed_progress]", "20")
    page.fill("[name=done]", "已开工")
    page.fill(f"[name=line-{city.task(LEAF).pk}]", "40")
    page.click("form.cp-report button.cp-primary")
    page.wait_for_url("**/change/")
    assert ProgressReport.objects.get().status == "draft"
    enter(page, city.people["energy_head"], live_server)
    page.goto("/admin/")
    page.click("#sign_reports .cp-entry")
    page.click("[name=sign]")
    page.wait_for_url("**/change/")
    assert ProgressReport.objects.get().status == "signed"
    enter(page, city.people["office"], live_server)
    page.goto("/admin/")
    page.click("#review_reports .cp-entry")
    page.click("summary.cp-danger")
    page.fill("textarea[name=reason]", "请补充数据")
    page.click("details[open] button.cp-danger")
    page.wait_for_url("**/change/")
    assert ProgressReport.objects.get().status == "returned"
    enter(page, city.people["energy_officer"], live_server)
    page.goto("/admin/")
    expect(page.locator("#returned q")).to_have_text("请补充数据")
    page.wait_for_load_state("networkidle")
    assert complaints == []


def test_a_file_is_attached_and_fetched(page: Page, complaints, city, live_server, tmp_path: Path):
    (tmp_path / "验收.pdf").write_bytes(b"%PDF-1.4")
    enter(page, city.people["energy_officer"], live_server)
    page.goto(reverse("admin:tasks_task_change", args=[city.task(LEAF).pk]))
    page.set_input_files("[name=file]", tmp_path / "验收.pdf")
    page.check("[name=declared_unclassified]")
    page.click("#evidence button.cp-primary")
    page.wait_for_url("**/change/#evidence")
    assert Evidence.objects.get().name == "验收.pdf"
    with page.expect_download() as fetched:
        page.click("#evidence .cp-rows a")
    assert fetched.value.suggested_filename == "验收.pdf"
    assert complaints == []


PAGES = {
    "energy_officer": ["/admin/", "/admin/tasks/task/", "/admin/tree/", "/admin/tasks/reportdue/", "task", "report"],
    "office": ["/admin/", "/admin/tasks/task/?light=green", "/admin/tasks/milestone/", "/admin/tasks/message/", "task"],
    "leader": ["/admin/", "/admin/tree/", "/admin/tasks/changerequest/", "/admin/tasks/target/"],
    "admin": ["/admin/", "/admin/accounts/user/", "/admin/accounts/appointment/add/"],
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("who", PAGES)
def test_pages_fit_both_widths_and_draw_no_complaint(page: Page, complaints, city, live_server, who, language):
    addresses = {
        "task": reverse("admin:tasks_task_change", args=[city.task(ITEM).pk]),
        "report": reverse("admin:tasks_reportdue_change", args=[ReportDue.objects.get().pk]),
    }
    enter(page, city.people[who], live_server, language)
    wide = []
    for address in PAGES[who]:
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            page.goto(addresses.get(address, address))
            page.wait_for_load_state("networkidle")
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append((address, size["width"]))
    assert (wide, complaints) == ([], [])
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_the_cells_of_a_form_say_what_they_are_on_a_telephone(page: Page, complaints, city, live_server):
    enter(page, city.people["energy_officer"], live_server)
    page.set_viewport_size(PHONE)
    page.goto(reverse("admin:tasks_reportdue_change", args=[ReportDue.objects.get().pk]))
    shown = "cells => cells.slice(0, 2).map(cell => getComputedStyle(cell, '::before').content)"
    assert page.eval_on_selector_all(".cp-lines td", shown) == ['"progress so far, %"', '"note"']
    expect(page.locator(".cp-crumb").first).to_be_hidden()
    assert complaints == []


def test_the_language_switch_is_in_sight_and_works(page: Page, complaints, city, live_server):
    enter(page, city.people["energy_officer"], live_server, "zh-hans")
    page.set_viewport_size(PHONE)
    page.goto("/admin/tasks/task/?light=green")
    page.click(".cp-languages button")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/admin/tasks/task/?light=green")
    assert complaints == []


def test_the_keyboard_reaches_the_first_thing_to_do(page: Page, complaints, city, live_server):
    enter(page, city.people["energy_officer"], live_server)
    page.goto("/admin/")
    for _press in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('cp-entry')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/reportdue/*/change/")
    assert complaints == []
