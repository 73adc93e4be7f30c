"""A city on a real database, a real mail server, and a way to run the product's processes beside them."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.architecture.tree import ROOT
from tests.channels.sink import Sink

CELERY = [sys.executable, "-m", "celery", "-A", "carbonpeak"]


def wait_for(what: Callable[[], object], seconds: float, hint: Callable[[], str] = str) -> None:
    """Ask until the answer is yes."""
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            pytest.fail(f"not within {seconds} s\n{hint()[-4000:]}")
        time.sleep(0.1)


@dataclass
class World:
    """One installation: its folder, its environment, its mail server and the processes started in it."""

    folder: Path
    environment: dict[str, str]
    sink: Sink
    processes: list[subprocess.Popen] = field(default_factory=list)

    def start(self, *command: str) -> subprocess.Popen:
        """Start a process of the product; its output goes to the log."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen:
        return self.start(*CELERY, "worker", "-P", "solo", "--loglevel", "INFO", "--without-gossip", "--without-mingle")

    def clock(self) -> subprocess.Popen:
        return self.start(*CELERY, "beat", "--pidfile=", "--loglevel", "INFO")

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def run(self, *command: str) -> subprocess.CompletedProcess:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120
        )

    def sql(self, statement: str) -> list[tuple]:
        """Ask or change the rows from outside, as time or a colleague would."""
        url = self.environment["DATABASE_URL"]
        if url.startswith("postgres"):
            with psycopg.connect(url, autocommit=True) as connection:
                cursor = connection.execute(statement)
                return cursor.fetchall() if cursor.description else []
        with sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20, isolation_level=None) as connection:
            return connection.execute(statement).fetchall()

    def fall_due(self) -> None:
        """Let the planted deadline be due now."""
        self.sql("UPDATE tasks_deadline SET next_fire_on = due_on WHERE state = 'open'")

    def told(self) -> list[str]:
        return sorted(address for address, _body in self.sink.mails)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def environment(folder: Path, database_url: str, sink: Sink) -> dict[str, str]:
    """Everything a process of this world reads."""
    knobs = {
        "CARBONPEAK_ENV_FILE": os.devnull,
        "CARBONPEAK_VAR": str(folder / "var"),
        "CELERY_BROKER_URL": "memory://",
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "carbonpeak.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        "EMAIL_TIMEOUT": "5",
        "SWEEP_SECONDS": "1",
        "DELIVER_SECONDS": "1",
        "PYTHONWARNINGS": "default",
    }
    return os.environ | knobs


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the city, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("planted")
    with Sink() as sink:
        world = World(folder, environment(folder, f"sqlite:///{folder}/city.sqlite3", sink), sink)
        result = world.run("-m", "tests.processes.plant", "60")
        assert result.returncode == 0, result.stderr
        world.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "city.sqlite3"


@pytest.fixture
def world(planted: Path, tmp_path: Path) -> Iterator[World]:
    """The city on SQLite, nothing waiting in its outbox."""
    shutil.copy(planted, tmp_path / "city.sqlite3")
    with Sink() as sink:
        world = World(tmp_path, environment(tmp_path, f"sqlite:///{tmp_path}/city.sqlite3", sink), sink)
        world.sql("UPDATE tasks_message SET state = 'cancelled'")
        yield world
        world.stop()


@pytest.fixture
def postgres_world(postgres_url: str, tmp_path: Path) -> Iterator[World]:
    """The city on PostgreSQL."""
    with Sink() as sink:
        world = World(tmp_path, environment(tmp_path, postgres_url, sink), sink)
        result = world.run("-m", "tests.processes.plant")
        assert result.returncode == 0, result.stderr
        yield world
        world.stop()
