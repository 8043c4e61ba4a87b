"""The hourly cap, and further windows that an operator stated."""

from invariants.caps import judge_windows

ID, TITLE = "I5", "Hourly cap"


def judge(run, uses):
    return judge_windows(run, uses, ID, TITLE, lambda label: label != "day")
