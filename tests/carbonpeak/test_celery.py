"""The clock and the queue: the embedded worker really ticks, and the combination that never would is refused."""

import os
import subprocess
import sys

import pytest

from carbonpeak.celery import app
from tests.architecture.tree import ROOT

CELERY = [sys.executable, "-m", "celery", "-A", "carbonpeak"]


def test_every_tick_expires_before_the_next_one():
    assert {name: line["options"]["expires"] for name, line in app.conf.beat_schedule.items()} == {
        "sweep": 60,
        "deliver": 15,
        "roll_day": 3600,
        "seal": 3600,
    }


@pytest.mark.parametrize(
    "task",
    [
        "tasks.jobs.remind.sweep",
        "tasks.jobs.remind.deliver",
        "tasks.jobs.analyse.roll_day",
        "tasks.jobs.audit.seal",
    ],
)
def test_every_tick_names_a_job(task):
    app.loader.import_default_modules()
    assert task in app.tasks


def test_mail_waits_in_a_queue_of_its_own():
    queues = app.amqp.queues
    keys = {name: queue.routing_key for name, queue in queues.items()}
    assert keys == {"engine": "engine", "mail": "mail", "bulk": "bulk"}
    routed = app.amqp.router.route({}, "tasks.jobs.remind.deliver")["queue"]
    assert routed.name == "mail"


@pytest.mark.processes
def test_a_clock_process_on_the_memory_broker_is_refused():
    command = [*CELERY, "worker", "-B", "-P", "solo"]
    result = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=60)
    assert result.returncode != 0
    assert "Leave -B away" in result.stderr
