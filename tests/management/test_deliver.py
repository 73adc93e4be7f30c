"""The operator's view of delivery: what left, for whom, and where it can be read."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tasks.models import EngineRun, Message
from tests.usecases.remind.conftest import _fresh_ladders, at, city, late, swept, wait_for  # noqa: F401  (fixtures)

DAY = date(2026, 7, 1)


@pytest.fixture
def folder(settings, tmp_path):
    """A folder that takes the mails."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "outbox")
    return tmp_path / "outbox"


@pytest.fixture
def told(late):  # noqa: F811
    """Two notices wait for the morning slot of DAY."""
    wait_for(late, 4, DAY)
    swept(DAY)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("deliver", *arguments, stdout=out)
    return out.getvalue()


def test_deliver_as_of_composes_and_says_what_left_for_whom_and_where(told, folder):
    answer = json.loads(run("--as-of", "2026-07-01", "--format", "json"))
    assert [mail["to"] for mail in answer["sent"]] == ["energy_head@example.test", "energy_officer@example.test"]
    assert (answer["place"], answer["error"], answer["later"], answer["failed"]) == (str(folder), "", [], [])
    assert len(list(folder.glob("2026-07-01-0830_energy_*.eml"))) == 2
    assert json.loads(run("--as-of", "2026-07-01", "--format", "json"))["sent"] == []


def test_deliver_shows_a_line_for_each_message_and_the_place(told, folder):
    lines = run("--as-of", "2026-07-01").splitlines()
    assert [line.count("@example.test>") for line in lines] == [1, 1, 0]
    assert lines[-1].endswith(str(folder))


def test_deliver_with_an_unreachable_server_says_so_and_loses_nothing(told, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.EMAIL_SSL_CERTFILE = settings.EMAIL_SSL_KEYFILE = None
    with pytest.raises(CommandError, match=r"127\.0\.0\.1:1 cannot be used"):
        run("--as-of", "2026-07-01")
    assert list(Message.objects.values_list("state", "attempts")) == [("ready", 0)] * 2
    assert EngineRun.objects.filter(job="deliver").exclude(error="").count() == 1


def test_deliver_never_sends_a_later_days_mail_in_production(told, settings, folder):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        run("--as-of", "2099-01-01")
    assert (Message.objects.count(), folder.exists()) == (0, False)
