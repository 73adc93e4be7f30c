"""Answers whether web, database and worker are well, for supervisors and load balancers; shows nothing else."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from tasks.queries.engine import worker_state


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Return 200 when every part is well, else 503, with one word per part."""
    parts = {"web": "ok", "database": database(), "worker": worker_state(at=timezone.now())}
    well = all(word == "ok" for word in parts.values())
    response = JsonResponse({"status": "ok" if well else "failing", **parts}, status=200 if well else 503)
    # "Not yet" to a probe that asks ten times a second is an answer, not an error for the log.
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark
    return response


def database() -> str:
    """Return "ok" when the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"
