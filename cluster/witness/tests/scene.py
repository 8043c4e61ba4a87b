"""A small run written by hand: a log, the tables that fit it and faults, which a test then spoils in one place."""

import collections
import csv
import io
import json
import os
import tempfile

from judgment import judge
from run import Run
from settings import SECOND, Settings
from sources.evidence import Evidence
from sources.fault_log import Fault, FaultLog
from sources.queries import QUERIES
from sources.request_log import RequestLogReader
from sources.tables import load_table

START = 1_795_000_000 * SECOND


def at(seconds):
    return START + round(seconds * SECOND)


class Scene:
    """Two devices of one shard node. Rows are dictionaries, so that a test changes what it is about."""

    def __init__(self):
        self.lines, self.faults, self.settings, self.mutants = [], [], Settings(), None
        self.rows = {name: [] for name in QUERIES}
        self.rows["moment"].append({"ns": at(1000)})
        self.rows["slot"] += [{"slot": slot, "epoch": 9, "owner": 2} for slot in (1, 2)]
        self.rows["fence"] += [
            {"incarnation": 1, "node": "shard-1", "role": "shard", "closed_ns": at(60)},
            {"incarnation": 2, "node": "shard-2", "role": "shard", "closed_ns": None}]
        for number in (1, 2):
            self.rows["device"].append({
                "device": f"d{number}", "name": f"device-{number}", "workspace": "w", "cap_key": f"k{number}",
                "hourly_cap": 5, "daily_cap": 20, "concurrent_cap": 1, "windows": "[]", "dialect": "gowa",
                "http_timeout_ms": None, "accepts_late_ms": None, "is_able": 1})
        self.seq = 0

    def contact(self, name, device=1, **changes):
        row = {
            "contact": name, "workspace": "w", "recipient": "49170", "status": "completed", "hold_reason": None,
            "generation": 1, "moves": 1, "attempts": 1, "claim_state": 0, "claim_batch": None, "row_faults": 0,
            "due_ns": at(0), "created_ns": at(0), "device": f"d{device}", "is_eligible": 1} | changes
        self.rows["contact"].append(row)
        return row

    def attempt(self, name, when, device=1, attempt=1, state="sent", incarnation=1, **changes):
        row = {
            "key": f"{name}-1-0", "contact": name, "attempt": attempt, "day": "2026-11-21", "workspace": "w",
            "batch": 7, "device": f"d{device}", "cap_key": f"k{device}", "slot": device, "epoch": incarnation,
            "incarnation": incarnation,
            "recipient": "49170", "reserved_ns": at(when), "deadline_ns": at(when + 126), "state": state,
            "settled_ns": at(when + 0.5), "code": None, "provider_id": None} | changes
        self.rows["ledger"].append(row)
        return row

    def request(self, name, when, device=1, attempt=1, epoch=1, verdict="accepted", lasts=0.2, **changes):
        self.seq += 1
        self.lines.append({
            "event": "request", "seq": self.seq, "ns": at(when), "device": f"device-{device}", "recipient": "49170",
            "key": f"{name}-1-0", "attempt": attempt, "epoch": epoch, "dialect": "gowa", "kind": "text"} | changes)
        end = {
            "event": "response", "seq": self.seq, "ns": at(when + lasts), "verdict": verdict, "answered": True,
            "status": 200 if verdict == "accepted" else 422,
            "accepted_ns": at(when + lasts) - 1 if verdict == "accepted" else None}
        self.lines.append(end)
        return end

    def send(self, name, when, device=1, **changes):
        """A contact whose one message goes out as it should."""
        self.contact(name, device)
        self.attempt(name, when, device, **changes)
        self.request(name, when + 0.1, device)

    def fault(self, kind, target, start, until, seed=1, **changes):
        self.faults.append(Fault(kind, target, at(start), None if until is None else at(until), seed, **changes))

    def judge(self, text=None):
        """`text` replaces the log."""
        if not self.rows["tally"]:
            counts = collections.Counter(row["status"] for row in self.rows["contact"])
            tally = [{"status": status, "n": n} for status, n in counts.items()]
        else:
            tally = self.rows["tally"]
        with Evidence() as evidence:
            for name, rows in (self.rows | {"tally": tally}).items():
                load_table(evidence, name, csv_lines(name, rows))
            handle, path = tempfile.mkstemp()
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write("".join(json.dumps(line) + "\n" for line in self.lines) if text is None else text)
                cap_keys = {row["name"]: row["cap_key"] for row in self.rows["device"]}
                RequestLogReader(evidence, path, cap_keys).read()
            finally:
                os.unlink(path)
            evidence.index()
            return judge(Run(evidence, FaultLog(self.faults), self.settings), self.mutants)


def csv_lines(name, rows):
    """As psql writes them: an empty table has its header too."""
    columns = list(rows[0]) if rows else EMPTY[name]
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    writer.writerows(rows)
    return io.StringIO(file.getvalue(), newline="")


EMPTY = {
    "contact": ["contact"], "ledger": ["key"], "batch": ["batch", "open_claims", "claimed"],
    "tally": ["status", "n"], "pending": ["work", "n"]}


def good():
    """Every kind of outcome, and no violation."""
    scene = Scene()
    for number in range(5):
        scene.send(f"a{number}", 10 * number)
    scene.send("b0", 5, device=2)
    # Refused for certain, then sent.
    scene.contact("b1", 2, attempts=2)
    scene.attempt("b1", 20, 2, state="failed")
    scene.request("b1", 20.1, 2, verdict="refused")
    scene.attempt("b1", 25, 2, attempt=2)
    scene.request("b1", 25.1, 2, attempt=2)
    # Its owner died; the gateway had accepted it.
    scene.contact("b2", 2, status="unknown", moves=0)
    scene.attempt("b2", 55, 2, state="unknown", settled_ns=at(62), code="owner_died")
    scene.request("b2", 55.1, 2)
    scene.fault("shard-kill", "shard-1", 56, 70, seed=42)
    return scene
