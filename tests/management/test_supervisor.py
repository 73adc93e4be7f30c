"""The supervisor mends what dies, gives up on what keeps dying, and leaves nothing behind."""

import os
import sys
import time

import pytest

from tasks.management import supervisor
from tasks.management.supervisor import GaveUpError, Program, Supervisor

pytestmark = pytest.mark.processes
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_program_that_dies_is_restarted_twice_then_given_up():
    deaths = []
    children = Supervisor(
        [Program("good", SLEEPER), Program("bad", [sys.executable, "-c", "raise SystemExit(3)"])],
        os.environ,
        lambda name, code: deaths.append((name, code)),
    )
    children.start()
    try:
        with pytest.raises(GaveUpError, match="bad"):
            mend_for_ever(children)
    finally:
        children.stop()
    assert deaths == [("bad", 3), ("bad", 3)]
    assert [program.process.poll() is None for program in children.programs] == [False, False]


def test_stop_kills_what_does_not_listen_and_its_children(monkeypatch, tmp_path):
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 1)
    code = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"child = subprocess.Popen({SLEEPER!r}); open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid));"
        "time.sleep(60)"
    )
    children = Supervisor([Program("deaf", [sys.executable, "-c", code])], os.environ, lambda *_: None)
    children.start()
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.05)
    children.stop()
    grandchild = int((tmp_path / "pid").read_text())
    for _ in range(50):
        if not alive(grandchild):
            break
        time.sleep(0.05)
    assert not alive(grandchild)


def mend_for_ever(children: Supervisor) -> None:
    while True:
        children.mend()
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Say whether a process runs; a dead one that nobody buried does not."""
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
