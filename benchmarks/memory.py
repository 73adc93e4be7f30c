"""Memory of the two programs that run all day, as real processes; `peak_mb` is theirs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from benchmarks.base import Benchmark, Sample
from benchmarks.data import OFFICE_CLERK, city
from benchmarks.scratch import free_port

REQUESTS = 200
WORKER_SECONDS = 12
PAGES = ("/admin/", "/admin/tasks/task/", "/api/v1/tasks/?page_size=100")


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process and its children together, in MB."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    table = [tuple(map(int, line.split())) for line in listing.splitlines()]
    family = {pid}
    for child, parent, _rss in sorted(table):
        if parent in family:
            family.add(child)
    return max(rss for process, _parent, rss in table if process in family) * 1024 / 1e6


def session_of(person: int) -> str:
    """Sign a person in and return the cookie."""
    user, store = User.objects.get(pk=person), SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def web(n: int) -> Sample:
    """Start the web process, open pages as the office, and look at its largest process."""
    port, cookie = free_port(), session_of(OFFICE_CLERK)
    command = [sys.executable, "-m", "gunicorn", "carbonpeak.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    options = ["--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "error"]
    start = time.perf_counter()
    process = subprocess.Popen([*command, *options], start_new_session=True)
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for turn in range(REQUESTS):
            page = PAGES[turn % len(PAGES)]
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}{page}", headers={"Cookie": f"sessionid={cookie}"}
            )
            patiently(opener, request)
        return Sample(time.perf_counter() - start, 0, f"after {REQUESTS} pages", resident_mb(process.pid))
    finally:
        end(process)


def patiently(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> None:
    """Open a page, waiting for a server that is just starting."""
    for _ in range(100):
        with suppress(ConnectionError, urllib.error.URLError):
            with opener.open(request, timeout=30) as response:
                response.read()
            return
        time.sleep(0.2)
    raise RuntimeError(f"no answer from {request.full_url}")


def worker(n: int) -> Sample:
    """Start the worker with its own clock, let it remind everybody, and look at its largest process."""
    command = [sys.executable, "-m", "celery", "-A", "carbonpeak", "worker", "-P", "solo", "--loglevel", "ERROR"]
    quick = {"SWEEP_SECONDS": "1", "DELIVER_SECONDS": "1", "C_FORCE_ROOT": "1"}
    process = subprocess.Popen(
        command,
        env=dict(os.environ) | quick,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        time.sleep(WORKER_SECONDS)
        return Sample(WORKER_SECONDS, 0, "while it reminds everybody", resident_mb(process.pid))
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program and its children."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


BENCHMARKS = [
    Benchmark("rss.web", city, web, None, (10_000,), repeats=1, warm=False),
    Benchmark("rss.worker", city, worker, None, (10_000,), repeats=1, warm=False),
]
