"""For a terminal."""

from report.totals import totals


def as_text(judgment):
    lines = []
    for finding in judgment.findings:
        lines += finding_lines(finding)
    lines.append("")
    lines += figure_lines(judgment.figures)
    lines.append(totals(judgment))
    return "\n".join(lines)


def finding_lines(finding):
    head = f"{finding.invariant:<4}{finding.title:<42}"
    if finding.unshown is not None:
        return [f"{head}not shown: {finding.unshown}"]
    bound = "" if finding.bound is None else f"  < {finding.bound:.1e}"
    state = "ok" if finding.violations == 0 else f"VIOLATED {finding.violations}"
    lines = [f"{head}{state:<12} N={finding.checked}{bound}"]
    lines += [f"      {note}" for note in finding.notes]
    for example in finding.examples:
        at = "" if example.ns is None else f"{example.ns} "
        seed = "" if example.seed is None else f"  seed={example.seed}"
        lines.append(f"    ! {at}{example.text}{seed}")
    return lines


def figure_lines(figures):
    lines = []
    for use in figures["worst_windows"][:3]:
        share = f"{use['count']} of {use['cap']} in {use['label']} ({use['use']:.0%})"
        lines.append(f"worst window  {use['cap_key']}: {share}")
    for kind, spread in figures["recovery"].items():
        allowed = "" if spread["allowed_s"] is None else f", allowed {spread['allowed_s']} s"
        lines.append(
            f"recovery      {kind}: p50 {spread['p50'] / 1e9:.2f} s, p99 {spread['p99'] / 1e9:.2f} s, "
            f"max {spread['max'] / 1e9:.2f} s over {spread['count']} devices{allowed}")
    unknown = figures["unknown"]
    if unknown is not None:
        crash = unknown["per_crash"]
        per_crash = "" if crash is None else f", per crash p50 {crash['p50']} max {crash['max']}"
        lines.append(
            f"unknown       {unknown['count']}, {unknown['per_million']:.0f} per million{per_crash}; "
            f"{unknown['arrived']} had arrived, {unknown['accepted']} were accepted")
    if figures["faults"]:
        lines.append("faults        " + ", ".join(f"{kind} {n}" for kind, n in figures["faults"].items()))
    if figures["failed_seeds"]:
        lines.append("failed seeds  " + ", ".join(figures["failed_seeds"]))
    return lines
