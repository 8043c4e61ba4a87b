"""The one line that every report ends in."""


def totals(judgment):
    figures = judgment.figures
    shown = [finding for finding in judgment.findings if finding.unshown is None]
    unknown, mutants = figures["unknown"], figures["mutants"]
    parts = {
        "sends": figures["sends"],
        "accepted": figures["verdicts"].get("accepted", 0),
        "faults": sum(figures["faults"].values()),
        "invariants": len(shown),
        "duplicates": figures["duplicates"]["ours"],
        "gateway_duplicates": figures["duplicates"]["gateways"],
        "lost": figures["lost"],
        "phantom": figures["phantom"],
        "unknown": "-" if unknown is None else unknown["count"],
        "mutants": "-" if mutants is None else f"{mutants['caught']}/{mutants['run']}",
        "violations": judgment.violations,
    }
    return "witness " + " ".join(f"{name}={value}" for name, value in parts.items())
