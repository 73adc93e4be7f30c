"""`manage.py up` in an empty folder, as a newcomer runs it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.processes.conftest import wait_for

pytestmark = pytest.mark.processes


class Up:
    """One `manage.py up` and what it printed."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.var, self.out = folder / "var", folder / "out"
        self.environment = {name: value for name, value in os.environ.items() if name not in KNOBS}
        self.environment |= {"CARBONPEAK_ENV_FILE": os.devnull, "CARBONPEAK_VAR": str(self.var)}
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=out,
            )

    def text(self) -> str:
        return self.out.read_text(errors="replace")

    def ask(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def children(self) -> list[tuple[int, str]]:
        """Return (pid, command) of every process that works in this installation, `up` itself left out."""
        found = []
        for line in subprocess.run(
            ["ps", "axwwE", "-o", "pid=,command="]
            if sys.platform == "darwin"
            else ["ps", "axwwe", "-o", "pid=,command="],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines():
            pid, _, command = line.strip().partition(" ")
            if f"CARBONPEAK_VAR={self.var}" in command and int(pid) != self.process.pid:
                found.append((int(pid), command))
        return found

    def pid_of(self, word: str) -> int:
        return min(pid for pid, command in self.children() if word in command.split("CARBONPEAK_VAR")[0])


KNOBS = {"DATABASE_URL", "EMAIL_URL", "CELERY_BROKER_URL", "SITE_URL", "PORT", "CARBONPEAK_MODE"}


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    started = Up(tmp_path, "--no-demo")
    yield started
    started.process.kill()
    started.process.wait()
    for pid, _command in started.children():
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_heals_and_leaves_nothing_behind(up: Up, number: int):
    wait_for(lambda: "Ctrl-C" in up.text() or up.process.poll() is not None, 120, up.text)
    assert up.ask("/healthz") == (200, json.dumps({"status": "ok", "web": "ok", "database": "ok", "worker": "ok"}))
    status, page = up.ask("/admin/login/")
    assert status == 200
    style = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert style
    assert up.ask(style[1])[0] == 200
    assert f"http://127.0.0.1:{up.port}/" in up.text()
    assert str(up.var / "outbox") in up.text()

    first = up.pid_of("celery")
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: "worker (-9)" in up.text(), 10, up.text)
    wait_for(lambda: any("celery" in command for _pid, command in up.children()), 10, up.text)
    assert up.pid_of("celery") != first

    started = time.monotonic()
    up.process.send_signal(number)
    assert up.process.wait(timeout=20) == 0
    assert time.monotonic() - started < 15
    assert up.children() == []


def test_up_killed_outright_takes_its_children_along(up: Up):
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent was killed")
    wait_for(lambda: "Ctrl-C" in up.text() or up.process.poll() is not None, 120, up.text)
    assert len(up.children()) >= 3
    up.process.kill()
    up.process.wait()
    wait_for(lambda: up.children() == [], 15, lambda: str(up.children()))


def test_up_says_when_its_port_is_taken(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = os.environ | {"CARBONPEAK_VAR": str(tmp_path), "CARBONPEAK_ENV_FILE": os.devnull}
        result = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert result.returncode == 1
    assert f"manage.py up --port {port + 1}" in result.stderr
    assert "Traceback" not in result.stderr
