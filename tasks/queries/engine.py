"""Is the engine alive: what its newest run says."""

from datetime import datetime, timedelta

from django.db import DatabaseError

from tasks.models import EngineRun

SILENT_AFTER = timedelta(minutes=5)


def worker_state(*, at: datetime) -> str:
    """Return "ok" when a sweep ran in the five minutes before `at`, else a word for what is wrong.

    Rows tell, not the broker: that may be well and the worker dead. A beat from the future is a rehearsal or a clock
    that jumped, and says nothing about now.
    """
    beats = EngineRun.objects.filter(job="sweep", beat_at__lte=at + timedelta(minutes=1))
    try:
        last = beats.order_by("-beat_at").values_list("beat_at", flat=True).first()
    except DatabaseError:
        return "unknown"
    if last is None:
        return "never ran"
    return "ok" if at - last <= SILENT_AFTER else "silent"
