"""Settings from the environment: safe defaults, refusals that name knob and remedy, a clean production."""

import os
import re
import runpy
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from carbonpeak import checks
from tests.architecture.tree import ROOT

PRODUCTION = {
    "CARBONPEAK_MODE": "production",
    "SECRET_KEY": "k3Yb" * 5 + "q-Zx7_Lw" * 5,
    "SITE_URL": "https://carbonpeak.example.org",
    "ALLOWED_HOSTS": "carbonpeak.example.org",
    "EMAIL_URL": "smtp+tls://user:s3cret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Carbon peak <carbonpeak@example.org>",
    "OFFICE_EMAIL": "office@example.org",
}


def read_settings(monkeypatch, **knobs: str) -> dict[str, object]:
    """Read the settings file anew with these knobs."""
    for knob, value in knobs.items():
        monkeypatch.setenv(knob, value)
    return runpy.run_path(str(ROOT / "carbonpeak" / "settings.py"))


@pytest.mark.processes
def test_production_passes_the_deployment_checks():
    # The browser's tests leave this variable to later ones of their process, and the checks rightly mind it.
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(command, cwd=ROOT, env=inherited | PRODUCTION, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("knob", "value", "remedy"),
    [
        ("CARBONPEAK_MODE", "staging", "Choose one of: development, production."),
        ("SECRET_KEY", "short", "Set a longer value."),
        ("DEBUG", "perhaps", "Say true or false."),
        ("PORT", "80000", "Give a whole number from 1 to 65535."),
        ("SITE_URL", "carbonpeak.example.org", "Start it with one of: http://, https://."),
        ("CSRF_TRUSTED_ORIGINS", "example.org", "Write https://example.org."),
        ("DATABASE_URL", "mysql://user:s3cret@host/name", "Write sqlite:////folder/file.sqlite3 or postgres://"),
        ("CELERY_BROKER_URL", "amqp://host", "Start it with one of: memory://, redis://"),
        ("EMAIL_URL", "smtp://", "Write smtp+tls://"),
        ("OFFICE_EMAIL", "office", "Write name@example.org"),
        ("TIME_ZONE", "Mianyang", "Write it like Asia/Shanghai."),
        ("LANGUAGE_CODE", "de", "Choose one of: zh-hans, en."),
        ("CARBONPEAK_VAR", "/dev/null/var", "Name a folder this user may write to."),
        ("SEAL_FILE", "/dev/null/seals", "Name a file this user may write."),
    ],
)
def test_a_bad_value_is_refused_with_knob_and_remedy(knob, value, remedy, monkeypatch):
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_settings(monkeypatch, **{knob: value})
    message = str(refusal.value)
    assert message.startswith(knob)
    assert remedy in message
    assert "s3cret" not in message


def test_production_without_a_key_does_not_start(monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is missing"):
        read_settings(monkeypatch, **PRODUCTION | {"SECRET_KEY": ""})


@pytest.mark.parametrize(
    ("knob", "value", "numbers"),
    [
        ("DEBUG", "false", []),
        ("ALLOWED_HOSTS", "other.example.org", ["carbonpeak.E002"]),
        ("DEBUG", "true", ["carbonpeak.E003"]),
        ("EMAIL_URL", "consolemail://", ["carbonpeak.E004"]),
        ("OFFICE_EMAIL", "", ["carbonpeak.E005"]),
        ("ALLOWED_HOSTS", "*", ["carbonpeak.E006"]),
        ("CARBONPEAK_MOOD", "good", ["carbonpeak.W001"]),
    ],
)
def test_values_that_are_wrong_together_are_found(knob, value, numbers, monkeypatch, settings):
    read = read_settings(monkeypatch, **PRODUCTION | {knob: value})
    for name in (
        "PRODUCTION",
        "DEBUG",
        "SITE_URL",
        "ALLOWED_HOSTS",
        "EMAIL_BACKEND",
        "OFFICE_EMAIL",
        "DEFAULT_FROM_EMAIL",
    ):
        setattr(settings, name, read[name])
    messages = [*checks.unknown_knobs(), *checks.site_is_served(), *checks.production_is_whole()]
    assert [message.id for message in messages] == numbers


def test_the_example_file_names_every_knob():
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    settings = (ROOT / "carbonpeak" / "settings.py").read_text()
    assert example - {"POSTGRES_PASSWORD"} == set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", settings))


def test_the_key_of_a_checkout_is_made_once_and_private(tmp_path):
    from carbonpeak.settings import kept_secret_key

    path = tmp_path / "secret_key"
    first = kept_secret_key(path)
    assert (kept_secret_key(path), path.stat().st_mode & 0o777) == (first, 0o600)
    assert len(first) >= 50
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]
