"""The program as a whole, on CSV files."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from tests.scene import csv_lines, good

PROGRAM = pathlib.Path(__file__).parent.parent


class CommandTests(unittest.TestCase):
    def run_witness(self, scene, *options):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in scene.lines))
            for name, rows in scene.rows.items():
                if name != "tally":
                    (root / f"{name}.csv").write_text(csv_lines(name, rows).getvalue())
            (root / "faults.jsonl").write_text("".join(
                json.dumps({"at": fault.start, "kind": fault.kind, "target": fault.target, "from": fault.start,
                            "until": fault.until, "seed": fault.seed}) + "\n" for fault in scene.faults))
            done = subprocess.run(
                [sys.executable, PROGRAM, "--log", root / "log.jsonl", "--tables", root, "--faults",
                 root / "faults.jsonl", "--html", root / "page.html", *options],
                capture_output=True, text=True, timeout=60, check=False)
            page = root / "page.html"
            return done, page.read_text() if page.exists() else None

    def test_a_device_that_a_dialect_calls_by_its_id(self):
        scene, identity = good(), "0123456789abcdef0123456789abcdef"
        for table in ("device", "contact", "ledger"):
            for row in scene.rows[table]:
                row["device"] = identity if row["device"] == "d1" else row["device"]
        for line in scene.lines:
            if line.get("device") == "device-1":
                line["device"] = "01234567-89ab-cdef-0123-456789abcdef"
        done, _ = self.run_witness(scene)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_a_good_run_ends_in_one_line_of_totals_and_0(self):
        done, page = self.run_witness(good())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        last = done.stdout.splitlines()[-1]
        self.assertTrue(last.startswith("witness sends=9 accepted=8 faults=1 "), last)
        self.assertTrue(last.endswith(" violations=0"), last)
        self.assertIn(last, page)

    def test_a_violation_ends_in_1_and_names_its_seed(self):
        scene = good()
        scene.send("a5", 57)
        done, page = self.run_witness(scene, "--json")
        self.assertEqual(done.returncode, 1, done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual((report["violations"], report["figures"]["failed_seeds"]), (1, ["42"]))
        self.assertIn("violated 1 times", page)

    def test_what_cannot_be_read_ends_in_2(self):
        done, _ = self.run_witness(good(), "--mutants", "/nonexistent/mutants.jsonl")
        self.assertEqual(done.returncode, 2)
        self.assertIn("nonexistent", done.stderr)
