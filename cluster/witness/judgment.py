"""Everything the witness has to say of one run: a finding per invariant, and the figures."""

from dataclasses import dataclass

from figures.cap_use import cap_use
from figures.recovery import by_kind, recoveries
from figures.unknowns import unknowns
from finding import Finding, not_shown
from invariants import (
    during_faults, evidence, i01_no_loss, i02_at_most_once, i03_reserve_first, i04_no_phantom, i05_hourly_cap,
    i06_daily_cap, i07_concurrency, i08_fence, i09_late_bound, i10_epochs, i11_one_claim, i12_states, i13_durable,
    i14_reported, i15_unknown_stays, i16_progress, i17_no_waiting, i20_no_commit_no_send, i21_workspaces,
    i22_quarantine, i23_batches, i26_saturated, i27_mutants)

WORST_WINDOWS = 10


@dataclass
class Judgment:
    findings: list[Finding]
    figures: dict

    @property
    def violations(self):
        return sum(finding.violations for finding in self.findings)


def judge(run, mutants=None):
    uses, recovered = cap_use(run), recoveries(run)
    findings = [
        evidence.judge(run), i01_no_loss.judge(run), i02_at_most_once.judge(run), i03_reserve_first.judge(run),
        i04_no_phantom.judge(run), i05_hourly_cap.judge(run, uses), i06_daily_cap.judge(run, uses),
        i07_concurrency.judge(run), i08_fence.judge(run), i09_late_bound.judge(run), i10_epochs.judge(run),
        i11_one_claim.judge(run), i12_states.judge(run), i13_durable.judge(run), i14_reported.judge(run),
        i15_unknown_stays.judge(run), i16_progress.judge(run, recovered), i17_no_waiting.judge(run),
    ]
    findings += [during_faults.judge(run, findings, which) for which in (during_faults.CLOCKS, during_faults.MESSAGES)]
    findings += [
        i20_no_commit_no_send.judge(run), i21_workspaces.judge(run), i22_quarantine.judge(run),
        i23_batches.judge(run),
        not_shown("I24", "Bounds of queues and memory", "these sources do not see inside a process"),
        not_shown("I25", "No phone number in a log", "the witness reads no logs of Sluice"),
        i26_saturated.judge(run, uses), i27_mutants.judge(mutants),
    ]
    for finding in findings:
        for example in finding.examples:
            example.seed = run.faults.seed_at(example.ns)
    return Judgment(findings, figures(run, uses[0], recovered, findings, mutants))


def figures(run, uses, recovered, findings, mutants):
    by_name = {finding.invariant: finding for finding in findings}
    verdicts = dict(run.evidence.rows("SELECT coalesce(verdict, 'open'), count(*) FROM request GROUP BY 1"))
    worst = sorted(uses, key=lambda use: (use.count - use.cap, use.share, use.count), reverse=True)[:WORST_WINDOWS]
    return {
        "sends": sum(verdicts.values()), "verdicts": verdicts,
        "duplicates": by_name["I2"].figures, "lost": by_name["I1"].violations, "phantom": by_name["I4"].violations,
        "unknown": unknowns(run),
        "faults": {kind: len(own) for kind, own in run.faults.by_kind().items()},
        "recovery": by_kind(recovered),
        "worst_windows": [vars(use) | {"use": use.share} for use in worst],
        "mutants": None if mutants is None else {
            "run": len(mutants), "caught": sum(1 for result in mutants.values() if result.get("caught") is True)},
        "failed_seeds": sorted({
            str(example.seed) for finding in findings for example in finding.examples if example.seed is not None}),
    }
