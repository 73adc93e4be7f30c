"""Starts throw-away PostgreSQL and Redis from the system's binaries, once per run; knows nothing of the product.

pytest loads it before Django reads its settings (`-p tests.services`), because --database decides them.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks.services import AbsentError, start_postgres, stop_postgres

# Set by the process that owns the run and inherited by its workers; whoever finds it set shares and never stops.
SHARED = "PYTEST_SERVICES"
ABSENT = "PYTEST_SERVICES_ABSENT"
CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def pytest_addoption(parser: pytest.Parser) -> None:
    help_text = "the database Django's tests use (default: sqlite)"
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite", help=help_text)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Point the settings at this run's own folder and database, before pytest-django loads them."""
    if SHARED not in os.environ:
        # Socket paths have about a hundred bytes, which the temporary folders of macOS use up.
        shared = Path(tempfile.mkdtemp(prefix="carbonpeak-", dir="/tmp"))
        shared.chmod(0o755)
        early_config.add_cleanup(lambda: stop_all(shared))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        os.environ[SHARED] = str(shared)
        os.environ |= knobs(shared, early_config.known_args_namespace.database)
    return (yield)


def knobs(shared: Path, database: str) -> dict[str, str]:
    """Settings of a run: a developer's own .env and var/ stay out of the tests."""
    values = {
        "CARBONPEAK_ENV_FILE": os.devnull,
        "CARBONPEAK_MODE": "development",
        "CARBONPEAK_VAR": str(shared / "var"),
        "CELERY_BROKER_URL": "memory://",
        "DATABASE_URL": f"sqlite:///{shared}/carbonpeak.sqlite3",
        "EMAIL_URL": "memorymail://",
        "SITE_URL": "http://127.0.0.1:8000",
    }
    if database == "postgres":
        try:
            values["DATABASE_URL"] = f"postgres://postgres@127.0.0.1:{started('pg', start_postgres)}/carbonpeak"
        except AbsentError as absent:
            values[ABSENT] = str(absent)
    return values


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the database, so that `-m database` selects it, and skip it when its database is absent."""
    for item in items:
        fixtures = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        if fixtures or item.get_closest_marker("django_db"):
            item.add_marker("database")
            if ABSENT in os.environ:
                item.add_marker(pytest.mark.skip(reason=os.environ[ABSENT]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each thing that was absent, however many tests it cost."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{count} skipped: {reason.removeprefix('Skipped: ')}", yellow=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything can be installed, a skipped test is a test that did not run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if CI and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty PostgreSQL database for this test alone, whatever database the run uses."""
    server = f"postgres://postgres@127.0.0.1:{needed('pg', start_postgres)}"
    name = f"test_{time.monotonic_ns()}_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield f"{server}/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def redis_url() -> str:
    """An empty Redis database for this test; each worker of the run has its own number."""
    port = needed("redis", start_redis)
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    subprocess.run(["redis-cli", "-p", str(port), "-n", str(number), "FLUSHDB"], check=True, capture_output=True)
    return f"redis://127.0.0.1:{port}/{number}"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium; on Debian: sudo apt-get install chromium")


def needed(name: str, start: Callable[[Path, int], None]) -> int:
    """The port of a service, started now if nobody did; skips the test when it is absent."""
    try:
        return started(name, start)
    except AbsentError as absent:
        pytest.skip(str(absent))


def started(name: str, start: Callable[[Path, int], None]) -> int:
    """The port of a service of this run; the first to ask starts it, the others wait for that."""
    shared = Path(os.environ[SHARED])
    port_file = shared / f"{name}.port"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not port_file.exists():
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            (shared / name).mkdir(exist_ok=True)
            start(shared / name, port)
            port_file.write_text(str(port))
    return int(port_file.read_text())


def start_redis(folder: Path, port: int) -> None:
    """A server on a loopback port that keeps nothing."""
    if shutil.which("redis-server") is None:
        raise AbsentError("no Redis server; on Debian: sudo apt-get install redis-server")
    options = f"--bind 127.0.0.1 --port {port} --dir {folder} --pidfile {folder}/pid --daemonize yes --appendonly no"
    subprocess.run(["redis-server", *options.split(), "--save", ""], check=True, stdout=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"Redis did not start within 5 s, see {folder}")


def stop_all(shared: Path) -> None:
    """Stop what this run started and remove its folder."""
    stop_postgres(shared / "pg")
    if (shared / "redis.port").exists():
        port = (shared / "redis.port").read_text()
        subprocess.run(["redis-cli", "-p", port, "SHUTDOWN", "NOSAVE"], check=False, capture_output=True)
    shutil.rmtree(shared, ignore_errors=True)
