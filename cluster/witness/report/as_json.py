"""For programs: one object."""

import json
from dataclasses import asdict

from report.totals import totals


def as_object(judgment):
    findings = []
    for finding in judgment.findings:
        entry = asdict(finding) | {"bound": finding.bound}
        del entry["instants"]
        findings.append(entry)
    return {
        "violations": judgment.violations, "totals": totals(judgment), "findings": findings,
        "figures": judgment.figures}


def as_json(judgment):
    return json.dumps(as_object(judgment), indent=2)
