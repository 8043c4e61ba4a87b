"""The daily cap."""

from invariants.caps import judge_windows

ID, TITLE = "I6", "Daily cap"


def judge(run, uses):
    return judge_windows(run, uses, ID, TITLE, lambda label: label == "day")
