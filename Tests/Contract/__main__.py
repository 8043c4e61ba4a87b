#!/usr/bin/env python3
"""Holds a running API to its own document: schemathesis asks it valid and invalid things and judges the answers.

    python3 Tests/Contract URL KEY     KEY may do everything, in all workspaces

schemathesis lives in a virtual environment of its own, made the first time. Exit status: 0 clean, 1 findings, 75 it
cannot be had, because there is no package index.
"""

import argparse
import pathlib
import subprocess
import sys
import types

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# Their environments are made the same way.
sys.path.insert(0, str(ROOT / "loadtest" / "peers"))

from environment import interpreter

TOOL = types.SimpleNamespace(
    name="contract", requirements=HERE / "requirements.txt", least_python=(3, 10))
UNAVAILABLE = 75
INSTALL_SECONDS = 300


def main() -> int:
    parser = argparse.ArgumentParser(prog="Tests/Contract", description="Holds a running API to its document.")
    parser.add_argument("url")
    parser.add_argument("key")
    parser.add_argument("--examples", type=int, default=10, help="of each operation, beside the systematic ones")
    parser.add_argument("--seed", type=int, help="of a run that is to be repeated")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / ".sluice", help="where the environment is kept")
    options = parser.parse_args()
    options.data = options.data.resolve()
    options.data.mkdir(parents=True, exist_ok=True)
    try:
        python = interpreter(TOOL, options.data, run)
    except (LookupError, subprocess.TimeoutExpired) as error:
        print(f"schemathesis: {error}", file=sys.stderr)
        return UNAVAILABLE
    command = [
        python.parent / "schemathesis", "--no-color", "--config-file", HERE / "schemathesis.toml", "run",
        options.url + "/openapi.json", "--header", f"X-API-Key: {options.key}", "--checks", "all",
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(options.examples), "--continue-on-failure",
        "--request-timeout", "30", "--warnings", "off"]
    if options.seed is not None:
        command += ["--seed", str(options.seed)]
    return subprocess.run(command, cwd=options.data, check=False).returncode


def run(command):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
