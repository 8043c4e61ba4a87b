"""For each invariant a run that keeps it and one that breaks it, in one place."""

import unittest

from settings import SECOND
from sources.fault_log import Fault
from sources.mutants import EXPECTED
from tests.scene import Scene, at, good


class InvariantTests(unittest.TestCase):
    def expect(self, scene, *invariants, count=None):
        """Exactly these are violated."""
        judgment = scene.judge()
        violated = {finding.invariant: finding for finding in judgment.findings if finding.violations}
        found = {name: [example.text for example in finding.examples] for name, finding in violated.items()}
        self.assertEqual(set(violated), set(invariants), found)
        if count is not None:
            self.assertEqual(judgment.violations, count, found)
        return judgment

    def row(self, scene, table, key, attempt=1):
        name = "key" if table == "ledger" else "contact"
        return next(row for row in scene.rows[table] if row[name] == key and row.get("attempt", attempt) == attempt)

    def test_a_good_run(self):
        judgment = self.expect(good())
        checked = {finding.invariant: finding.checked for finding in judgment.findings if finding.unshown is None}
        for invariant in "I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 I14 I15 I21 I23".split():
            self.assertGreater(checked[invariant], 0, invariant)
        unknown = judgment.figures["unknown"]
        self.assertEqual((unknown["count"], unknown["accepted"], unknown["per_crash"]["max"]), (1, 1, 1))

    def test_i1_a_step_passed_without_a_message(self):
        scene = good()
        scene.contact("c0", moves=1)
        self.expect(scene, "I1", count=1)

    def test_i1_a_due_contact_that_nobody_sends(self):
        scene = good()
        scene.contact("c0", 2, status="active", moves=0)
        self.expect(scene, "I1", count=1)

    def test_i1_not_when_its_device_is_capped(self):
        scene = good()
        scene.contact("c0", 1, status="active", moves=0)
        self.expect(scene)

    def test_i1_a_claim_left_behind_and_counts_that_differ(self):
        scene = good()
        scene.rows["pending"].append({"work": "settles_left", "n": 2})
        scene.settings.input_count = len(scene.rows["contact"]) + 3
        self.expect(scene, "I1", count=5)

    def test_i1_a_contact_that_ended_as_nobody_says_and_counts_that_differ(self):
        scene = good()
        scene.contact("c0", 2, status="failed", moves=0)
        scene.rows["tally"] += [{"status": "completed", "n": 7}, {"status": "unknown", "n": 1}]
        self.expect(scene, "I1", count=2)

    def test_i2_sent_twice(self):
        scene = good()
        scene.attempt("b0", 30, 2, attempt=2)
        scene.request("b0", 30.1, 2, attempt=2)
        judgment = self.expect(scene, "I2", "I12")
        self.assertEqual(judgment.figures["duplicates"]["ours"], 1)

    def test_i2_the_gateways_own_duplicate(self):
        scene = good()
        scene.settings.dedupes = frozenset({"gowa"})
        scene.attempt("b0", 30, 2, attempt=2)
        scene.request("b0", 30.1, 2, attempt=2)
        judgment = scene.judge()
        self.assertEqual(judgment.figures["duplicates"], {"ours": 0, "gateways": 1, "overlaps": 0})

    def test_i2_an_attempt_beside_an_open_one(self):
        scene = good()
        self.row(scene, "ledger", "b1-1-0")["settled_ns"] = at(24)
        refusal = next(line for line in scene.lines if line.get("verdict") == "refused")
        refusal["ns"] = at(25.15)
        self.expect(scene, "I2", "I7")

    def test_i3_without_a_ledger_row(self):
        scene = good()
        scene.request("c0", 30, 2)
        self.expect(scene, "I3", count=1)

    def test_i3_before_its_reserve_or_with_another_epoch(self):
        scene = good()
        row = self.row(scene, "ledger", "b0-1-0")
        row["reserved_ns"], row["settled_ns"] = at(8), at(8.5)
        self.row(scene, "ledger", "a0-1-0")["device"] = "d2"
        self.expect(scene, "I3", count=2)

    def test_i4_sent_without_acceptance(self):
        scene = good()
        scene.contact("c0", 2)
        scene.attempt("c0", 30, 2)
        self.expect(scene, "I4", count=1)

    def test_i4_failed_and_aborted_though_it_went_out(self):
        scene = good()
        self.row(scene, "ledger", "b0-1-0")["state"] = "failed"
        self.row(scene, "contact", "b0").update(status="failed", moves=0)
        self.row(scene, "ledger", "a0-1-0")["state"] = "aborted"
        self.row(scene, "contact", "a0").update(status="cancelled", moves=0)
        self.expect(scene, "I4", count=2)

    def test_i5_one_too_many_in_an_hour(self):
        scene = good()
        scene.send("a5", 50)
        self.expect(scene, "I5", count=1)

    def test_i5_not_when_the_first_has_left_the_window(self):
        scene = good()
        scene.rows["moment"][0]["ns"] = at(5000)
        scene.rows["fence"][0]["closed_ns"] = None
        scene.send("a5", 3600.2)
        self.expect(scene)

    def test_i5_a_further_window(self):
        scene = good()
        scene.rows["device"][0]["windows"] = '[{"seconds": 25, "limit": 3}]'
        self.expect(scene)
        scene.rows["device"][0]["windows"] = '[{"seconds": 25, "limit": 2}]'
        self.expect(scene, "I5", count=3)

    def test_i6_one_too_many_in_a_day(self):
        scene = good()
        scene.settings.caps = (100, 4, 1)
        self.expect(scene, "I6", count=1)

    def test_i7_two_open_at_once(self):
        scene = good()
        scene.settings.caps = (100, 100, 1)
        scene.send("a5", 40.05)
        self.expect(scene, "I7", count=1)

    def test_i7_a_client_that_stands_still_leaves_its_connection_open(self):
        for when, violated in ((56.9, ["I7"]), (57.2, [])):
            scene = Scene()
            scene.settings.caps = (100, 100, 1)
            for device in scene.rows["device"]:
                device.update(http_timeout_ms=10_000, accepts_late_ms=6_000)
            scene.send("a0", 40)
            scene.lines[-1].update(ns=at(90), verdict="dropped", accepted_ns=None, answered=False, status=None)
            self.row(scene, "ledger", "a0-1-0").update(state="unknown", code="owner_died")
            self.row(scene, "contact", "a0").update(status="unknown", moves=0)
            scene.send("a1", when)
            self.expect(scene, *violated)

    def test_i8_an_old_epoch_after_the_bump(self):
        scene = good()
        scene.send("c0", 50.5, 2, epoch=0)
        scene.lines[-2]["epoch"] = 0
        self.expect(scene, "I8", count=1)

    def test_i8_a_reserve_after_its_fence_closed(self):
        scene = good()
        scene.send("c0", 70, 2)
        self.expect(scene, "I8", count=1)

    def test_i9_too_late(self):
        scene = good()
        scene.contact("c0", 2)
        scene.attempt("c0", 1, 2)
        scene.request("c0", 58, 2)
        self.expect(scene, "I9", count=1)
        scene.fault("host-pause", "host-1", 2, 50)
        self.expect(scene)

    def test_i10_an_epoch_of_two(self):
        scene = good()
        scene.send("c0", 50.5, 2, incarnation=2, epoch=1)
        self.expect(scene, "I10", count=1)

    def test_i11_reserved_again_before_it_was_settled(self):
        scene = good()
        self.row(scene, "ledger", "b1-1-0")["settled_ns"] = at(26)
        self.expect(scene, "I11", count=1)

    def test_i12_left_reserved(self):
        scene = good()
        scene.contact("c0", 2, status="active", moves=0, claim_state=2, claim_batch=7, due_ns=at(2000))
        scene.attempt("c0", 61, 2, incarnation=2, state="reserved", settled_ns=None)
        self.expect(scene, "I1", "I12", count=2)

    def test_i13_a_reserve_that_a_crash_undid(self):
        scene = good()
        scene.fault("postgres-kill", "postgres", 100, 103)
        scene.rows["ledger"] = [row for row in scene.rows["ledger"] if row["key"] != "b0-1-0"]
        scene.rows["contact"] = [row for row in scene.rows["contact"] if row["contact"] != "b0"]
        self.expect(scene, "I3", "I13", count=2)

    def test_i14_reported_late(self):
        scene = good()
        self.row(scene, "ledger", "b2-1-0")["settled_ns"] = at(91)
        self.expect(scene, "I14", count=1)

    def test_i15_posted_again(self):
        scene = good()
        scene.attempt("b2", 64, 2, attempt=2, incarnation=2)
        scene.request("b2", 64.1, 2, attempt=2, epoch=2)
        self.expect(scene, "I2", "I15")

    def recovering(self, again):
        scene = good()
        scene.settings.due_at_creation = True
        scene.send("c0", again, 2, incarnation=2)
        scene.lines[-2]["epoch"] = 2
        self.row(scene, "ledger", "b2-1-0").update(device="d1", cap_key="k1", slot=1)
        next(line for line in scene.lines if line.get("key") == "b2-1-0")["device"] = "device-1"
        scene.settings.caps = (100, 100, 1)
        return scene

    def test_i16_a_device_that_takes_long_to_come_back(self):
        judgment = self.expect(self.recovering(64))
        self.assertEqual(judgment.figures["recovery"]["shard-kill"]["max"], round(8.1 * SECOND))
        # The dead node's last request, on its way when it died, is no recovery.
        scene = self.recovering(64)
        scene.send("c1", 55.95, 2)
        self.assertEqual(scene.judge().figures["recovery"]["shard-kill"]["max"], round(8.1 * SECOND))
        judgment = self.expect(self.recovering(77), "I16", count=2)
        self.assertIn("42", judgment.figures["failed_seeds"])

    def test_i16_a_fault_that_began_meanwhile(self):
        scene = self.recovering(77)
        scene.fault("nats-kill", "nats-1", 60, 70)
        judgment = self.expect(scene)
        self.assertNotIn("shard-kill", judgment.figures["recovery"])
        # Who had waited too long by then had waited too long.
        scene = self.recovering(90)
        scene.fault("nats-kill", "nats-1", 85, 86)
        self.expect(scene, "I16", count=2)

    def test_i16_an_unknown_whose_deadline_has_passed_excuses_nobody(self):
        scene = self.recovering(77)
        scene.attempt("c1", -200, 2, state="unknown", deadline_ns=at(56.5))
        scene.contact("c1", 2, status="unknown", moves=0)
        self.expect(scene)
        self.row(scene, "ledger", "c1-1-0")["deadline_ns"] = at(55.5)
        self.expect(scene, "I16", count=2)

    def test_i16_an_unknown_whose_truth_came_late(self):
        scene = self.recovering(77)
        scene.send("c1", 55.9, 2, settled_ns=at(68), deadline_ns=at(80))
        self.expect(scene)
        self.row(scene, "ledger", "c1-1-0")["settled_ns"] = at(56.4)
        self.expect(scene, "I16", count=2)

    def test_i16_a_living_node_that_settles_late_excuses_nobody(self):
        scene = self.recovering(77)
        scene.send("c1", 55.5, 2, settled_ns=at(68), deadline_ns=at(80), incarnation=2)
        scene.lines[-2]["epoch"] = 2
        self.expect(scene, "I16", count=2)
        # But when the gateway's answer told it nothing, the truth came from elsewhere.
        scene.lines[-1]["status"] = 500
        self.expect(scene)

    def test_i16_a_contact_that_came_soon_after(self):
        scene = self.recovering(64)
        self.row(scene, "contact", "c0")["created_ns"] = at(57.5)
        self.assertEqual(scene.judge().figures["recovery"]["shard-kill"]["max"], round(6.6 * SECOND))

    def test_i17_a_contact_that_waits_beside_an_idle_device(self):
        scene = Scene()
        scene.settings.due_at_creation = scene.settings.fidelity = True
        scene.send("a0", 1)
        scene.send("a1", 2)
        self.expect(scene)
        scene.send("a2", 9)
        self.expect(scene, "I17", count=1)

    def test_i18_a_burst_after_a_clock_step(self):
        scene = good()
        scene.fault("clock-step", "host-1", 45, 45)
        self.expect(scene)
        scene.send("a5", 50)
        self.expect(scene, "I5", "I18", count=2)

    def test_i19_an_old_message_that_sent(self):
        scene = good()
        scene.fault("nats-messages-tripled", "nats", 1, 100)
        scene.request("c0", 30, 2)
        self.expect(scene, "I3", "I19", count=2)

    def test_i20_sent_while_the_database_was_away(self):
        scene = good()
        scene.fault("postgres-stop", "postgres", 19.5, 21.4)
        self.expect(scene)
        scene.faults[-1] = Fault("postgres-stop", "postgres", at(17), at(21), 1)
        self.expect(scene, "I20", count=2)
        # It was back before whoever brought it back was done.
        scene.faults[-1] = Fault("postgres-stop", "postgres", at(17), at(21), 1, at(19))
        self.expect(scene)
        # What still found room on a full disk was committed.
        scene.faults[-1] = Fault("postgres-full", "postgres", at(17), at(21), 1)
        self.expect(scene)

    def test_i21_another_workspace_and_another_recipient(self):
        scene = good()
        self.row(scene, "ledger", "b0-1-0")["workspace"] = "other"
        self.row(scene, "ledger", "a0-1-0")["recipient"] = "49171"
        self.expect(scene, "I21", count=2)

    def test_i22_a_poison_row_that_is_tried_again(self):
        scene = good()
        scene.contact("c0", 2, status="paused", hold_reason="quarantined", moves=0, row_faults=3)
        self.expect(scene)
        scene.contact("c1", 2, status="paused", hold_reason="quarantined", moves=0, row_faults=4)
        self.expect(scene, "I22", count=1)

    def test_i23_a_batch_that_does_not_add_up(self):
        scene = good()
        scene.rows["batch"].append({"batch": 8, "open_claims": 1, "claimed": 0})
        self.expect(scene, "I23", count=1)

    def test_i26_a_run_that_filled_nothing(self):
        scene = good()
        scene.settings.saturated = frozenset({"hour"})
        self.expect(scene)
        scene.settings.saturated = frozenset({"day"})
        self.expect(scene, "I26", count=1)

    def test_i27_a_mutant_that_lives(self):
        scene = good()
        scene.mutants = {name: {"name": name, "caught": True} for name in EXPECTED}
        self.expect(scene)
        scene.mutants["no-reset-on-abort"] = {"name": "no-reset-on-abort", "caught": False, "seed": 3}
        del scene.mutants["calendar-day-cap"]
        self.expect(scene, "I27", count=2)

    def test_the_databases_clock_compares_with_nothing_after_a_step(self):
        scene = good()
        row = self.row(scene, "ledger", "b0-1-0")
        row["reserved_ns"], row["settled_ns"] = at(8), at(8.5)
        scene.fault("clock-step", "postgres", 1, 1)
        self.expect(scene)

    def test_what_the_databases_clock_dated_back_compares_with_nothing(self):
        scene = good()
        self.row(scene, "ledger", "b0-1-0")["settled_ns"] = at(51) - 3600 * SECOND
        scene.fault("clock-step", "postgres", 50, 900, step=-3600 * SECOND)
        self.expect(scene)
        # By a step that it cannot have been dated by.
        scene.faults[-1].step = -7200 * SECOND
        self.expect(scene, "I12", count=1)
