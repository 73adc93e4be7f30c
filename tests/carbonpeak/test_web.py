"""What every page passes: content policy, language, idle limit, health."""

import pytest
from django.conf import settings


@pytest.mark.django_db
def test_healthz_answers_without_login(client):
    response = client.get("/healthz")
    assert response.json()["database"] == "ok"
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.django_db
def test_only_the_admin_may_evaluate(client):
    admin = client.get("/admin/login/")["Content-Security-Policy"]
    elsewhere = client.get("/healthz")["Content-Security-Policy"]
    assert ("'unsafe-eval'" in admin, "'unsafe-eval'" in elsewhere) == (True, False)
    assert ("'unsafe-inline'" in admin.split("script-src")[1].split(";")[0], "unsafe" in elsewhere) == (False, False)


@pytest.mark.django_db
@pytest.mark.parametrize(("cookie", "language"), [(None, "zh-hans"), ("en", "en")])
def test_pages_are_chinese_until_somebody_switches(client, cookie, language):
    if cookie:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    response = client.get("/admin/login/", headers={"Accept-Language": "fr,en;q=0.8"})
    assert response["Content-Language"] == language


@pytest.mark.django_db
def test_a_session_in_use_is_renewed_once_a_minute(client, django_user_model, monkeypatch):
    client.force_login(django_user_model.objects.create_user("officer", password=None))
    now = [1_000_000]
    monkeypatch.setattr("carbonpeak.middleware.time.time", lambda: now[0])
    renewed = []
    for step in (0, 30, 61):
        now[0] += step
        renewed.append(settings.SESSION_COOKIE_NAME in client.get("/").cookies)
    assert renewed == [True, False, True]


@pytest.mark.django_db
def test_a_stale_cookie_starts_no_session(client):
    client.cookies[settings.SESSION_COOKIE_NAME] = "gone"
    client.get("/admin/login/")
    from django.contrib.sessions.models import Session

    assert Session.objects.count() == 0
