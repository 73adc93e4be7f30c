"""Starts and stops a throw-away PostgreSQL from the system's binaries; tests and benchmarks share it."""

import os
import shutil
import subprocess
from pathlib import Path

# Nobody needs the rows of a test after a power cut. A benchmark of commits must pay for them.
FORGETFUL = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
DURABLE = ("fsync=on", "synchronous_commit=on")


class AbsentError(Exception):
    """A service has no binary here; the message says what to install."""


def run_postgres(program: str, folder: Path, *arguments: str) -> None:
    """Run the newest PostgreSQL program of that name on the data in the folder; it refuses root."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    path = shutil.which(program, path=os.pathsep.join([*map(str, folders), os.environ["PATH"]]))
    if path is None:
        raise AbsentError("no PostgreSQL server; on Debian: sudo apt-get install postgresql")
    somebody = "postgres" if os.geteuid() == 0 else None
    groups: list[str] | None = [] if somebody else None
    command = [path, "-D", str(folder / "data"), *arguments]
    quiet = subprocess.DEVNULL
    subprocess.run(command, check=True, stdout=quiet, cwd=folder, user=somebody, group=somebody, extra_groups=groups)


def start_postgres(folder: Path, port: int, knobs: tuple[str, ...] = FORGETFUL) -> None:
    """A server on a loopback port and a socket in the folder, which it fills; `knobs` are settings of the server."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    run_postgres("initdb", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    options = " ".join([f"-h 127.0.0.1 -p {port} -k {folder}", *(f"-c {knob}" for knob in knobs)])
    run_postgres("pg_ctl", folder, "-w", "-l", str(folder / "log"), "-o", options, "start")


def stop_postgres(folder: Path) -> None:
    """Stop the server of that folder at once, if it runs."""
    if (folder / "data" / "postmaster.pid").exists():
        run_postgres("pg_ctl", folder, "-m", "immediate", "stop")
