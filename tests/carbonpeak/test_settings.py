"""Settings from the environment: safe defaults, refusals that name knob and remedy, a clean production."""

import os
import re
import subprocess
import sys

import pytest

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


def check(**knobs: str) -> subprocess.CompletedProcess[str]:
    """Run the system checks with these knobs in a process of their own."""
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env=os.environ | knobs, capture_output=True, text=True)


def test_production_passes_the_deployment_checks():
    result = check(**PRODUCTION)
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
    ],
)
def test_a_bad_value_is_refused_with_knob_and_remedy(knob, value, remedy):
    result = check(**{knob: value})
    last = result.stderr.strip().splitlines()[-1]
    assert result.returncode == 1
    assert last.startswith(f"django.core.exceptions.ImproperlyConfigured: {knob}")
    assert remedy in last
    assert "s3cret" not in last


def test_production_without_a_key_does_not_start():
    result = check(**PRODUCTION | {"SECRET_KEY": ""})
    assert "ImproperlyConfigured: SECRET_KEY is missing" in result.stderr


@pytest.mark.parametrize(
    ("knob", "value", "number"),
    [
        ("ALLOWED_HOSTS", "other.example.org", "carbonpeak.E002"),
        ("DEBUG", "true", "carbonpeak.E003"),
        ("EMAIL_URL", "consolemail://", "carbonpeak.E004"),
        ("OFFICE_EMAIL", "", "carbonpeak.E005"),
        ("ALLOWED_HOSTS", "*", "carbonpeak.E006"),
        ("CARBONPEAK_MOOD", "good", "carbonpeak.W001"),
    ],
)
def test_values_that_are_wrong_together_are_found(knob, value, number):
    result = check(**PRODUCTION | {knob: value})
    assert (result.returncode, number in result.stderr) == (1, True), result.stderr


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
