"""The virtual environment of each peer: nothing that one of them needs reaches another, or the machine's Python."""

import os
import pathlib
import shutil
import subprocess
import sys


def interpreter(peer, folder, run):
    """The interpreter of the peer's own environment, made when it is missing or its pins have changed.

    Raises LookupError where no Python is new enough or a package cannot be had."""
    home = folder / f"venv-{peer.name}"
    pins = peer.requirements.read_text(encoding="utf-8")
    mark = home / "installed.txt"
    if not mark.exists() or mark.read_text(encoding="utf-8") != pins:
        python = newest_enough(peer.least_python, pythons())
        if not python:
            least = ".".join(map(str, peer.least_python))
            raise LookupError(f"needs Python {least} or later; none is on the path or among pyenv's")
        must_succeed(run([python, "-m", "venv", "--clear", home]), "no virtual environment could be made")
        install = [home / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", peer.requirements]
        must_succeed(run(install), "its packages could not be had; is there a network, and a package index?")
        mark.write_text(pins, encoding="utf-8")
    return home / "bin/python"


def must_succeed(done, problem):
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise LookupError(f"{problem} ({last})")


def pythons():
    """Interpreters and their versions, this one first."""
    root = pathlib.Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    found = [sys.executable, *(shutil.which(f"python3.{minor}") for minor in range(11, 20))]
    found += sorted(root.glob("versions/3.*/bin/python3"))
    for python in filter(None, found):
        asked = subprocess.run(
            [python, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            yield str(python), tuple(map(int, asked.stdout.split()))


def newest_enough(least, candidates):
    """The first one that is, so that it is the same one each time."""
    return next((python for python, version in candidates if version >= least), None)
