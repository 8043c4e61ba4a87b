"""Keeps everything that tells what happened in a round that failed."""

import tarfile

# The database itself is not kept: the tables are, as the witness read them. No keys and no passwords.
KEPT = ("log", "tables", "faults.jsonl", "plan.json", "witness.txt", "witness.json")


def archive(data, request_logs, path):
    """Writes a compressed archive of the round in `data` to `path` and gives its size."""
    with tarfile.open(path, "w:gz") as file:
        for name in KEPT:
            if (data / name).exists():
                file.add(data / name, arcname=name)
        for log in request_logs:
            if log.exists():
                file.add(log, arcname=f"requests/{log.parent.name}.jsonl")
    return path.stat().st_size
