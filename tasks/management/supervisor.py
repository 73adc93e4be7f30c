"""Runs programs side by side: restarts one that dies, twice, and stops all of them together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

RESTARTS = 2
GRACE_SECONDS = 10
PR_SET_PDEATHSIG = 1


class GaveUpError(Exception):
    """A program died more often than it was restarted; its name is the message."""


@dataclass
class Program:
    """One child: its name for people, its command, how often it was started."""

    name: str
    command: Sequence[str]
    starts: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)


class Supervisor:
    """Owns its programs from `start` to `stop`; `note` is told (name, exit code) of each death that is mended."""

    def __init__(
        self, programs: Sequence[Program], environment: Mapping[str, str], note: Callable[[str, int], None]
    ) -> None:
        self.programs, self.environment, self.note = programs, environment, note

    def start(self) -> None:
        """Start every program."""
        for program in self.programs:
            self._start(program)

    def mend(self) -> None:
        """Restart what died since the last call.

        Raises: GaveUpError when a program dies after its last restart.
        """
        for program in self.programs:
            code = program.process.poll() if program.process else None
            if code is None:
                continue
            _kill_group(program)  # a master that died may leave its own children behind
            if program.starts > RESTARTS:
                raise GaveUpError(program.name)
            self.note(program.name, code)
            self._start(program)

    def stop(self) -> None:
        """Ask every program to stop, give them some seconds, kill what is left; returns with no child alive."""
        running = [program for program in self.programs if program.process and program.process.poll() is None]
        for program in running:
            if program.process:
                program.process.terminate()
        until = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < until and any(p.process and p.process.poll() is None for p in running):
            time.sleep(0.05)
        for program in self.programs:
            _kill_group(program)
            if program.process:
                program.process.wait()

    def _start(self, program: Program) -> None:
        program.starts += 1
        program.process = subprocess.Popen(  # noqa: S603  (our own programs)
            program.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # banners; what matters goes to stderr
            # A terminal sends Ctrl-C to everybody in front of it; the children are to hear it from here, once.
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  (no threads here)
        )


def _die_with_parent() -> None:
    """Let the kernel stop this child when the supervisor is killed outright; Linux alone offers it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(program: Program) -> None:
    if program.process is not None:
        try:
            os.killpg(program.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # gone, all of it
