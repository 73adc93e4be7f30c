"""Databases of the benchmarks' own: made, copied and thrown away; the configured one is never touched."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

import psycopg

from benchmarks.services import DURABLE, AbsentError, start_postgres, stop_postgres

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("sqlite", "postgres")


class Scratch:
    """A folder with databases and a mail sink, gone at the end."""

    def __init__(self) -> None:
        # Socket paths have about a hundred bytes, which the temporary folders of macOS use up.
        self.folder = Path(tempfile.mkdtemp(prefix="carbonpeak-bench-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.postgres_port = 0
        self.sink: subprocess.Popen[str] | None = None
        self.sink_port = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.sink:
            self.sink.kill()
            self.sink.communicate()
        stop_postgres(self.folder / "pg")
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, database: str) -> None:
        """Make the server ready that `database` needs. Raises: AbsentError."""
        if self.sink is None:
            command = [sys.executable, "-m", "benchmarks.sink"]
            self.sink = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            assert self.sink.stdout is not None
            self.sink_port = int(self.sink.stdout.readline())
        if database == "postgres" and not self.postgres_port:
            (self.folder / "pg").mkdir(exist_ok=True)
            port = free_port()
            start_postgres(self.folder / "pg", port, DURABLE)
            self.postgres_port = port

    def url(self, database: str, name: str) -> str:
        """Return the address of a database as DATABASE_URL has it."""
        if database == "postgres":
            return f"postgres://postgres@127.0.0.1:{self.postgres_port}/{name}"
        return f"sqlite:///{self.folder}/{name}.sqlite3"

    def create(self, database: str, name: str, template: str | None = None) -> None:
        """Make a database: empty, or a copy of `template`."""
        if database == "postgres":
            self._sql(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        elif template:
            shutil.copyfile(self.folder / f"{template}.sqlite3", self.folder / f"{name}.sqlite3")

    def drop(self, database: str, name: str) -> None:
        """Throw a database away."""
        if database == "postgres":
            self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        else:
            for path in self.folder.glob(f"{name}.sqlite3*"):
                path.unlink()

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def environment(self, database: str, name: str) -> dict[str, str]:
        """Return the environment in which a child sees that database and nothing of this machine's own settings."""
        knobs = {
            "CARBONPEAK_ENV_FILE": os.devnull,
            "CARBONPEAK_MODE": "development",
            "CARBONPEAK_VAR": str(self.folder / "var"),
            "CELERY_BROKER_URL": "memory://",
            "DATABASE_URL": self.url(database, name),
            "DJANGO_SETTINGS_MODULE": "carbonpeak.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink_port}",
            "SITE_URL": "http://127.0.0.1:8000",
            "LOG_LEVEL": "ERROR",
            "BENCH_SINK_PORT": str(self.sink_port),
        }
        return dict(os.environ) | knobs


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


__all__ = ["DATABASES", "ROOT", "AbsentError", "Scratch", "free_port"]
