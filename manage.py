#!/usr/bin/env python3
"""Runs the product's commands; `up` and `test` first build the environment they need, with nothing but Python.

Old Pythons must be able to read this file, so that they get a sentence instead of a syntax error.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"up": ["requirements.txt"], "test": ["requirements.txt", "requirements-dev.txt"]}


def main():
    """Run the named command in the environment it needs."""
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if sys.version_info < (3, 11):
        sys.exit(
            "carbonpeak needs Python 3.11 or newer; this is {}.{}. Install a newer one (python.org, your system's "
            "packages) and call it by name: python3.11 manage.py {}".format(*sys.version_info[:2], command)
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carbonpeak.settings")
    # The image and an active environment bring their own packages.
    managed = sys.prefix != sys.base_prefix or "CARBONPEAK_IMAGE" in os.environ
    if command in LOCKS and not managed:
        build(LOCKS[command])
        os.execv(str(PYTHON), [str(PYTHON), *sys.argv])
    needed = "pytest" if command == "test" else "django"
    if importlib.util.find_spec(needed) is None:
        sys.exit(remedy(command, needed))
    if command == "test":
        from tests.gate import run_gate

        sys.exit(run_gate(sys.argv[2:]))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def build(locks):
    """Bring .venv up to the locks; does nothing when each lock carries the stamp of its last installation."""
    wanted = {VENV / (lock + ".stamp"): stamp(HERE / lock) for lock in locks}
    found = {path: path.read_text() for path in wanted if path.exists()}
    if PYTHON.exists() and found == wanted:
        return
    print("carbonpeak: building the environment in .venv, once; this takes about a minute", flush=True)
    uv = shutil.which("uv")
    if not uv and importlib.util.find_spec("ensurepip") is None:
        sys.exit("This Python cannot make environments. On Debian or Ubuntu: sudo apt-get install python3-venv")
    if not PYTHON.exists() or any(wanted[path] != text for path, text in found.items()):
        make = [uv, "venv", "-q", "--clear", "-p", sys.executable] if uv else [sys.executable, "-m", "venv", "--clear"]
        step([*make, str(VENV)])
    if uv:
        install = [uv, "pip", "install", "--python", str(PYTHON), "--compile-bytecode"]
    else:
        install = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    step([*install, "--require-hashes", *(part for lock in locks for part in ("-r", str(HERE / lock)))])
    for path, text in wanted.items():
        path.write_text(text)


def stamp(lock):
    """Return what an installation of this lock by this Python is known by."""
    return hashlib.sha256(lock.read_bytes() + sys.version.encode() + sys.base_prefix.encode()).hexdigest()


def step(command):
    """Run one step, showing pip's many lines as one; leave with its output when it fails."""
    lines, start, end = [], *(("\r\033[K", "") if sys.stdout.isatty() else ("", "\n"))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    for line in process.stdout:
        lines.append(line)
        if line.startswith(("Collecting", "Installing", "Prepared", "Installed", "Bytecode")):
            print(start + "  " + line.strip()[:70], end=end, flush=True)
    print(start, end="", flush=True)
    if process.wait():
        sys.exit(
            "".join(lines) + "\ncarbonpeak: the environment could not be built; the lines above say why. Where PyPI is "
            "out of reach, name a mirror in PIP_INDEX_URL (UV_DEFAULT_INDEX for uv) and call the command again."
        )


def remedy(command, missing):
    """Say what to type when the packages are not here."""
    if command not in LOCKS:
        return (
            "This Python has no {}. Call `python3 manage.py up` once; from then on `.venv/bin/python manage.py {}`."
        ).format(missing, command)
    return (
        "The active environment {} has no {}. Leave it with `deactivate`, so that manage.py builds its own, or fill "
        "it: python3 -m pip install {}"
    ).format(sys.prefix, missing, " ".join("-r " + lock for lock in LOCKS[command]))


if __name__ == "__main__":
    main()
