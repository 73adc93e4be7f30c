"""The clock and the queue: which job runs when and where; what a job does is in tasks/jobs."""

import os
from typing import Any

from celery import Celery, signals
from celery.beat import EmbeddedService
from celery.schedules import crontab
from kombu import Queue
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carbonpeak.settings")

from django.conf import settings

EMBEDDED = settings.CELERY_BROKER_URL.startswith("memory://")


def tick(task: str, schedule: float | crontab, expires_seconds: int) -> dict[str, Any]:
    """Write one line of the clock; a tick nobody took in time is dropped, the next one finds the same rows."""
    return {"task": task, "schedule": schedule, "options": {"expires": expires_seconds}}


app = Celery("carbonpeak", include=["tasks.jobs.remind", "tasks.jobs.analyse", "tasks.jobs.audit"])
app.conf.update(
    # Nobody is behind the name; without one kombu warns at every connection.
    broker_url="memory://localhost/" if EMBEDDED else settings.CELERY_BROKER_URL,
    # The in-memory broker looks for work once a second unless told; 0.1 s is tenfold throughput at 1 % idle load.
    broker_transport_options={"polling_interval": 0.1} if EMBEDDED else {"socket_connect_timeout": 1},
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A page that publishes tries twice and goes on: the row is written, the next tick finds it.
    broker_connection_timeout=1,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1, "interval_max": 0.1},
    timezone=settings.TIME_ZONE,
    enable_utc=True,
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=20,
    worker_enable_soft_shutdown_on_idle=True,
    worker_hijack_root_logger=False,
    task_default_queue="engine",
    task_queues=[Queue(name, routing_key=name) for name in ("engine", "mail", "bulk")],
    task_routes={"tasks.jobs.remind.deliver": {"queue": "mail"}},
    # The table is this file, so nothing about it needs to survive: every job asks the rows what is due. The day is
    # turned once and asked about every hour: a midnight without Redis heals within one.
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "sweep": tick("tasks.jobs.remind.sweep", settings.SWEEP_SECONDS, settings.SWEEP_SECONDS),
        "deliver": tick("tasks.jobs.remind.deliver", settings.DELIVER_SECONDS, settings.DELIVER_SECONDS),
        "roll_day": tick("tasks.jobs.analyse.roll_day", crontab(minute="5"), 60 * 60),
        "seal": tick("tasks.jobs.audit.seal", crontab(minute="35"), 60 * 60),
    },
)


@signals.celeryd_init.connect
def refuse_child_beat(options: dict[str, Any], **_: Any) -> None:
    """Refuse -B: its clock is a child process, whose in-memory broker this worker never sees."""
    if EMBEDDED and options.get("beat"):
        raise SystemExit(
            "CELERY_BROKER_URL is memory://, where `worker -B` never runs a job. Leave -B away, the worker brings its "
            "own clock: celery -A carbonpeak worker -P solo. Or name a Redis in CELERY_BROKER_URL."
        )


@signals.worker_ready.connect
def start_clock(**_: Any) -> None:
    """Start the clock as a thread of the worker, the only place from which the in-memory broker is reached."""
    if EMBEDDED:
        EmbeddedService(app, thread=True, scheduler_cls=app.conf.beat_scheduler).start()


@signals.beat_init.connect
@signals.beat_embedded_init.connect
def catch_up(**_: Any) -> None:
    """Tick at once after a night switched off; each job knows whether there is anything to do.

    A Redis that is away costs nothing: the clock's own ticks follow as soon as it answers.
    """
    for line in app.conf.beat_schedule.values():
        try:
            app.send_task(line["task"], **line["options"], retry=False)
        except OperationalError:
            return
