"""The fault log, the scan for leaks, the totals and the archive."""

import json
import pathlib
import tarfile
import tempfile
import unittest

from evidence.archive import archive
from evidence.fault_log import FaultLog, Happened
from evidence.log_scan import LogScan
from evidence.totals import Totals
from plan.schedule import PlannedFault

FAULT = PlannedFault(
    3, "cut-shard-nats", "cut", ("shard-2", "nats-1"), 0, False, 1, choices=(("way", "both"), ("manner", "drop")),
    is_path=True)


class FolderTestCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class FaultLogTests(FolderTestCase):
    def test_two_lines_that_the_witness_can_join(self):
        instants = iter((100, 101, 200, 201))
        log = FaultLog(self.folder / "faults.jsonl", 42, clock=lambda: next(instants))
        log.end(FAULT, log.begin(FAULT), healing=150)
        log.close()
        first, second = (json.loads(line) for line in (self.folder / "faults.jsonl").read_text().splitlines())
        same = {"kind": "cut-shard-nats", "target": "shard-2:nats-1", "from": 100, "seed": 42, "number": 3,
                "way": "both", "manner": "drop"}
        self.assertEqual(first, same | {"at": 101, "until": None})
        self.assertEqual(second, same | {"at": 201, "until": 200, "healing": 150})


    def test_a_failpoint_and_what_provoked_it_are_two_faults(self):
        log = FaultLog(self.folder / "faults.jsonl", 42)
        happened = [
            Happened("shard-kill", "shard-1", 100), Happened("coordinator-stop-after-assign", "coordinator-2", 150)]
        log.end(FAULT, log.begin(FAULT, happened), healing=300)
        log.close()
        lines = [json.loads(line) for line in (self.folder / "faults.jsonl").read_text().splitlines()]
        self.assertEqual(
            [(line["kind"], line["target"], line["from"], line["until"] is None) for line in lines], [
                ("shard-kill", "shard-1", 100, True),
                ("coordinator-stop-after-assign", "coordinator-2", 150, True),
                ("shard-kill", "shard-1", 100, False),
                ("coordinator-stop-after-assign", "coordinator-2", 150, False)])

    def test_a_new_round_has_a_new_log(self):
        for seed in (1, 2):
            log = FaultLog(self.folder / "faults.jsonl", seed)
            log.begin(FAULT)
            log.close()
        self.assertEqual(
            [json.loads(line)["seed"] for line in (self.folder / "faults.jsonl").read_text().splitlines()], [2])


class LogScanTests(FolderTestCase):
    def scan(self, text):
        scan = LogScan(["491600000001"], [("60142", 9)], {"message body": ["chaos-body-0001"], "key": ["short"]})
        (self.folder / "node.log").write_text(text)
        scan.file(self.folder / "node.log")
        return [(hit.line, hit.what) for hit in scan.hits]

    def test_finds_what_must_not_be_there(self):
        self.assertEqual(
            self.scan("started\nsent to +60142000000017\nphone=491600000001;\ntext chaos-body-0001 part 1"),
            [(2, "phone number"), (3, "phone number"), (4, "message body")])

    def test_passes_over_what_is_none(self):
        # Masked, shorter, a part of a longer number, and a secret too short to tell.
        self.assertEqual(
            self.scan("60142*****17 6014200000001 160142000000017 601420000000171 short chaos-body-000"), [])

    def test_counts_all_and_keeps_fifty(self):
        scan = LogScan(["491600000001"])
        scan.text("metrics", "491600000001\n" * 70)
        self.assertEqual((scan.count, len(scan.hits), scan.lines), (70, 50, 70))
        self.assertNotIn("491600000001", str(scan.hits))


def report(violations=0, **figures):
    return {
        "violations": violations, "totals": "",
        "findings": [{"invariant": "I2", "title": "At most once", "checked": 10, "violations": violations}],
        "figures": {
            "sends": 100, "duplicates": {"ours": violations}, "lost": 0, "unknown": {"count": 2},
            "faults": {"shard-kill": 3}, "recovery": {"shard-kill": {"spans": [2, 5], "allowed_s": 8}}} | figures}


class TotalsTests(unittest.TestCase):
    def test_rounds_add_up(self):
        totals = Totals()
        totals.add(1, report(), leaks=0)
        totals.add(2, report(recovery={"shard-kill": {"spans": [9], "allowed_s": 8}}), leaks=0)
        self.assertEqual(
            totals.line(), "chaos: faults=6 sends=200 duplicate=0 lost=0 unknown=4 leaks=0 violations=0")
        self.assertEqual(
            totals.recoveries(), {"shard-kill": {"count": 3, "p50": 5, "p99": 9, "max": 9, "allowed_s": 8}})
        self.assertEqual((totals.by_invariant["I2"]["checked"], totals.failed_seeds), (20, []))

    def test_what_nobody_could_judge_is_a_violation_and_so_is_a_leak(self):
        totals = Totals()
        totals.add(1, None, leaks=0)
        totals.add(2, report(), leaks=2)
        totals.add(3, report(violations=1), leaks=0)
        self.assertTrue(totals.line().endswith(" leaks=2 violations=4"), totals.line())
        self.assertEqual(totals.failed_seeds, [1, 2, 3])


class ArchiveTests(FolderTestCase):
    def test_holds_logs_requests_and_tables_but_no_secrets(self):
        for name in (
            "log/shard-1.log", "tables/ledger.csv", "faults.jsonl", "gateway-1/requests.log", "identities/x.seed"
        ):
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(name)
        target = self.folder / "failed-7.tar.gz"
        self.assertGreater(archive(self.folder, [self.folder / "gateway-1/requests.log"], target), 0)
        with tarfile.open(target) as file:
            names = {member.name for member in file if member.isfile()}
        self.assertEqual(names, {"log/shard-1.log", "tables/ledger.csv", "faults.jsonl", "requests/gateway-1.jsonl"})
