"""/healthz and engine_check: which part is ill, told from rows."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from tasks.models import EngineRun


def beat(minutes_ago: float) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    EngineRun.objects.create(job="sweep", as_of=at.date(), started_at=at, beat_at=at)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("beats", "worker", "status"),
    [([], "never ran", 503), ([4.8], "ok", 200), ([5.2], "silent", 503), ([6, -60 * 24 * 400], "silent", 503)],
)
def test_healthz_and_engine_check_tell_whether_the_sweep_beats(client, capsys, beats, worker, status):
    for minutes_ago in beats:
        beat(minutes_ago)
    response = client.get("/healthz")
    word = "ok" if status == 200 else "failing"
    assert (response.status_code, response.json()) == (
        status,
        {"status": word, "web": "ok", "database": "ok", "worker": worker},
    )
    if status == 200:
        call_command("engine_check")
    else:
        with pytest.raises(SystemExit) as left:
            call_command("engine_check")
        assert left.value.code == 2


@pytest.mark.django_db
def test_a_probe_that_is_told_no_fills_no_log(client, caplog):
    assert client.get("/healthz").status_code == 503
    assert caplog.records == []
